//! Options of reading gas files.

use flagflow_codec::{Counts, ReadSettings, fault_of_line, reader_options};
use flagflow_frame::Line;

use crate::error::{ErrorKind, Fault};
use crate::layout::{Gas, Layout, Table, table};

/// Options of a [`Reader`](crate::Reader); by default the layout is recognised by the first line,
/// and there are no reasons.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReaderOptions {
    layout: Option<Layout>,
    with_reasons: bool,
    count_reasons: bool,
    settings: ReadSettings,
}

reader_options!(ReaderOptions, Gas, Layout);

impl ReaderOptions {
    /// Takes S72 lines below an E46 as its rejection reasons (profile; off by default).
    #[must_use]
    pub const fn with_reasons(mut self, with_reasons: bool) -> Self {
        self.with_reasons = with_reasons;
        self
    }

    /// Sets whether the trailer counts reason records too (profile; off by default).
    #[must_use]
    pub const fn count_reasons(mut self, count_reasons: bool) -> Self {
        self.count_reasons = count_reasons;
        self
    }

    pub(crate) fn recognise(&self, line: &Line<'_>) -> Result<&'static Table, Fault> {
        let layout = self.layout.or_else(|| Layout::recognise(line.bytes));
        match layout {
            Some(layout) => Ok(table(layout, self.with_reasons)),
            None => Err(fault_of_line(ErrorKind::UnrecognisedLayout, line)),
        }
    }

    pub(crate) const fn counted_reasons(&self, counts: &Counts) -> u64 {
        if self.count_reasons { counts.reasons } else { 0 }
    }
}
