//! Writing files of gas records.

use flagflow_codec::{Counts, OutOfRange, Target, writer_options};

use crate::field::{
    ReasonCode, write_date, write_file_type, write_flag, write_mprn, write_number, write_outcome,
    write_reason, write_text, write_time,
};
use crate::layout::{Field, Gas, Layout, Tag, table};
use crate::record::{Detail, E45, E46, Header, Trailer};

/// Begins a record: its Transaction Type.
fn begin(out: &mut Vec<u8>, layout: Layout, tag: Tag) {
    write_text(out, layout, tag.as_bytes());
}

/// Appends the delimiter between two fields.
fn next(out: &mut Vec<u8>, layout: Layout) {
    if layout == Layout::Uklink {
        out.push(b',');
    }
}

/// Appends the fields that an E45 and an E46 share.
fn write_update(out: &mut Vec<u8>, layout: Layout, update: E45) {
    next(out, layout);
    write_mprn(out, layout, update.meter_point_reference());
    next(out, layout);
    write_flag(out, layout, update.flag());
    next(out, layout);
    write_date(out, layout, update.effective_from());
}

/// Appends a detail record's canonical line, without its ending. This is the definition; a
/// [`Writer`](crate::Writer) writes the same bytes by templates.
pub fn write_detail(out: &mut Vec<u8>, layout: Layout, detail: Detail) {
    begin(out, layout, detail.tag());
    if let Some(outcome) = detail.outcome() {
        next(out, layout);
        write_outcome(out, layout, outcome);
    }
    write_update(out, layout, detail.update());
}

/// Appends a header's canonical line, without its ending.
pub fn write_header(out: &mut Vec<u8>, layout: Layout, header: &Header) {
    begin(out, layout, Tag::A00);
    next(out, layout);
    write_number(out, layout, header.organisation_id(), 10);
    next(out, layout);
    write_file_type(out, layout, header.file_type);
    next(out, layout);
    write_date(out, layout, header.creation_date);
    next(out, layout);
    write_time(out, layout, header.creation_time);
    next(out, layout);
    write_number(out, layout, u64::from(header.generation_number()), 6);
}

/// Appends a trailer's canonical line, without its ending.
pub fn write_trailer(out: &mut Vec<u8>, layout: Layout, trailer: Trailer) {
    begin(out, layout, Tag::Z99);
    next(out, layout);
    write_number(out, layout, trailer.record_count(), 10);
}

/// Appends a reason record's canonical line, without its ending.
pub(crate) fn write_reason_line(out: &mut Vec<u8>, layout: Layout, reason: ReasonCode) {
    begin(out, layout, Tag::S72);
    next(out, layout);
    write_reason(out, layout, reason);
}

macro_rules! display_as_fixed {
    ($($type:ty),*) => {$(
        /// Prints the canonical fixed form.
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut line = Vec::with_capacity(24);
                write_detail(&mut line, Layout::Fixed, self.into());
                f.pad(&String::from_utf8_lossy(&line))
            }
        }

        /// Reads the fixed form.
        impl std::str::FromStr for $type {
            type Err = crate::error::Fault;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let raw = crate::record::RawRecord::cut(text.as_bytes(), Layout::Fixed)?;
                Self::try_from(&raw)
            }
        }
    )*};
}

display_as_fixed!(E45, E46, Detail);

/// Options of a [`Writer`](crate::Writer).
#[derive(Clone, Copy, Debug)]
pub struct WriterOptions {
    target: Target<Gas>,
    count_reasons: bool,
}

impl Default for WriterOptions {
    fn default() -> Self {
        Target::new(table(Layout::Fixed, true)).into()
    }
}

impl From<Target<Gas>> for WriterOptions {
    fn from(target: Target<Gas>) -> Self {
        Self { target, count_reasons: false }
    }
}

writer_options!(WriterOptions, Gas, |format, layout: Layout| *format = table(layout, true));

impl WriterOptions {
    /// A bare file in the fixed layout with LF.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts an envelope around the records: this header, and a trailer that counts them.
    #[must_use]
    pub const fn envelope(mut self, header: Header) -> Self {
        self.target.header = Some(header);
        self
    }

    /// Sets whether the trailer counts reason records too (profile; off by default).
    #[must_use]
    pub const fn count_reasons(mut self, count_reasons: bool) -> Self {
        self.count_reasons = count_reasons;
        self
    }

    pub(crate) const fn trailer(&self, counts: &Counts) -> Result<Trailer, OutOfRange<Field>> {
        let reasons = if self.count_reasons { counts.reasons } else { 0 };
        Trailer::new(counts.records + reasons)
    }
}
