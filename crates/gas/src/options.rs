//! Options of reading gas files.

use std::io::BufRead;

use flagflow_codec::{Counts, ReadSettings};
use flagflow_frame::Line;
use flagflow_rows::Backend;

use crate::Reader;
use crate::error::{ErrorKind, Fault};
use crate::flow::Table;
use crate::layout::{Layout, table};

/// Options of a [`Reader`].
#[derive(Clone, Copy, Debug, Default)]
pub struct ReaderOptions {
    layout: Option<Layout>,
    with_reasons: bool,
    count_reasons: bool,
    settings: ReadSettings,
}

impl ReaderOptions {
    /// The layout recognised by the first line, lines of at most 64 KiB, no reasons.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes every line to be of this layout.
    #[must_use]
    pub const fn layout(mut self, layout: Layout) -> Self {
        self.layout = Some(layout);
        self
    }

    /// Sets the most bytes of a line.
    #[must_use]
    pub const fn max_line(mut self, bytes: usize) -> Self {
        self.settings.max_line = bytes;
        self
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

    /// Sets the code that decodes canonical lines, many at a time. All backends read the same
    /// records; this is for tests and measurements ([`Backend::best`] by default).
    #[must_use]
    pub const fn backend(mut self, backend: Backend) -> Self {
        self.settings.backend = backend;
        self
    }

    /// Makes a reader with these options.
    pub fn reader<R: BufRead>(self, inner: R) -> Reader<R> {
        Reader::with_options(inner, self, self.settings)
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
