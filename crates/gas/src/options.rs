//! Options of reading gas files.

use flagflow_codec::{Counts, ReadSettings, reader_options};
use flagflow_frame::Line;

use crate::error::{ErrorKind, Fault};
use crate::layout::{Gas, Layout, Table, table};

/// Options of a [`Reader`](crate::Reader).
#[derive(Clone, Copy, Debug, Default)]
pub struct ReaderOptions {
    layout: Option<Layout>,
    with_reasons: bool,
    count_reasons: bool,
    settings: ReadSettings,
}

reader_options!(ReaderOptions, Gas, Layout);

impl ReaderOptions {
    /// The layout recognised by the first line, lines of at most 64 KiB, no reasons.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

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
        let length = usize::try_from(line.length).unwrap_or(usize::MAX);
        let kind = ErrorKind::UnrecognisedLayout;
        let layout = layout.ok_or(Fault { kind, field: None, start: 0, length })?;
        Ok(table(layout, self.with_reasons))
    }

    pub(crate) const fn counted_reasons(&self, counts: &Counts) -> u64 {
        if self.count_reasons { counts.reasons } else { 0 }
    }
}
