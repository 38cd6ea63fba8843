//! Writing files of gas records.

use flagflow_codec::{Content, Counts, OutOfRange, Target, Unwritable, writer_options};
use flagflow_frame::LineEnd;
use flagflow_rows::Backend;

use crate::error::ErrorKind;
use crate::field::{
    ReasonCode, write_date, write_file_type, write_flag, write_mprn, write_number, write_outcome,
    write_reason, write_text, write_time,
};
use crate::layout::{Field, Gas, Layout, Tag};
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
fn write_reason_line(out: &mut Vec<u8>, layout: Layout, reason: ReasonCode) {
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
    layout: Layout,
    line_end: LineEnd,
    header: Option<Header>,
    count_reasons: bool,
    backend: Backend,
}

impl Default for WriterOptions {
    fn default() -> Self {
        Self {
            layout: Layout::Fixed,
            line_end: LineEnd::Lf,
            header: None,
            count_reasons: false,
            backend: Backend::best(),
        }
    }
}

writer_options!(WriterOptions, Gas, Layout);

impl WriterOptions {
    /// A bare file in the fixed layout with LF.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts an envelope around the records: this header, and a trailer that counts them.
    #[must_use]
    pub const fn envelope(mut self, header: Header) -> Self {
        self.header = Some(header);
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

impl From<WriterOptions> for Target<Gas> {
    fn from(options: WriterOptions) -> Self {
        let WriterOptions { layout, line_end, header, backend, .. } = options;
        Self { format: layout.into(), line_end, header, backend }
    }
}

/// Appends a line without its ending.
pub(crate) fn write_content(
    out: &mut Vec<u8>,
    layout: Layout,
    content: &Content<'_, Gas>,
) -> Result<(), Unwritable<Field>> {
    match content {
        Content::Header(header) => write_header(out, layout, header),
        Content::Record(detail) => write_detail(out, layout, *detail),
        Content::Reason(reason) => write_reason_line(out, layout, *reason),
        Content::Trailer(trailer) => write_trailer(out, layout, **trailer),
        Content::Group(_) => {
            let (kind, field) = (ErrorKind::NotWritable, Field::TransactionType);
            return Err(Unwritable { kind, field });
        }
    }
    Ok(())
}
