//! Gas records from one format to another.

mod lines;
mod objects;
mod rows;
mod sink;
mod table;
mod values;

use std::io::{BufRead, Write};

use flagflow_frame::{LineEnd, Position};
use flagflow_gas::{Detail, Field, Header, Layout};

use crate::error::Result;
use crate::header::HeaderValues;

use super::options::{ConvertOptions, EnvelopeRule, Format};
use super::report::{ConvertReport, EnvelopeChange, Reason, Refusal};

use lines::Lines;
use objects::Objects;
use sink::Sink;
use table::Table;

pub(super) use table::is_column;

/// Where records come from: one of the formats.
trait Source {
    /// The next record, or what is bad next; `None` at the end.
    fn next(&mut self) -> Result<Option<Step>>;

    /// The header, as far as it was seen.
    fn header(&self) -> FoundHeader;

    /// Where a field of the last record is, and its bytes.
    fn field(&self, field: Field) -> (Position, Option<&[u8]>);

    /// The columns or keys that mean nothing here.
    fn ignored(&self) -> &[String] {
        &[]
    }
}

/// What a source comes to.
enum Step {
    Record(Detail),
    Bad(Refusal),
}

/// The header of an input, once its first line was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FoundHeader {
    None,
    Good(Header),
    Bad,
}

pub(super) fn convert(
    input: impl BufRead,
    output: impl Write,
    (from, line_end): (Format, LineEnd),
    options: &ConvertOptions,
) -> Result<ConvertReport> {
    match from {
        Format::Fixed => run(Lines::new(input, Layout::Fixed), output, (from, line_end), options),
        Format::Uklink => run(Lines::new(input, Layout::Uklink), output, (from, line_end), options),
        Format::Csv => run(Table::new(input)?, output, (from, line_end), options),
        Format::Jsonl => run(Objects::new(input), output, (from, line_end), options),
    }
}

fn run(
    mut source: impl Source,
    output: impl Write,
    (from, line_end): (Format, LineEnd),
    options: &ConvertOptions,
) -> Result<ConvertReport> {
    let mut report = ConvertReport::new(from, options);
    // the header is known once the first record was looked at
    let mut step = source.next()?;
    let (header, change) = envelope(source.header(), options)?;
    report.envelope = change;
    report.header_values_unused = header.is_none() && !options.header.is_empty();
    let sink = Sink::new(output, options.to, line_end, header);
    let mut conversion = Conversion { options, report, sink };
    while let Some(found) = step {
        conversion.take(found, &source)?;
        step = source.next()?;
    }
    conversion.report.ignore(source.ignored());
    conversion.finish()
}

/// The header to write, and what that means for the envelope.
fn envelope(
    found: FoundHeader,
    options: &ConvertOptions,
) -> Result<(Option<Header>, EnvelopeChange)> {
    let bare = match found {
        FoundHeader::None => EnvelopeChange::Bare,
        FoundHeader::Good(_) | FoundHeader::Bad => EnvelopeChange::Dropped,
    };
    if options.to == Format::Csv || options.envelope == EnvelopeRule::Drop {
        return Ok((None, bare));
    }
    let below = match (found, options.envelope) {
        (FoundHeader::None, EnvelopeRule::Keep) => return Ok((None, bare)),
        // the bad header is in the report, and nothing is published
        (FoundHeader::Bad, _) if !options.skip_invalid => return Ok((None, bare)),
        (FoundHeader::Good(header), _) => HeaderValues::from(&header),
        (FoundHeader::None | FoundHeader::Bad, _) => HeaderValues::default(),
    };
    let header = options.header.or(below).header()?;
    let kept =
        if found == FoundHeader::None { EnvelopeChange::Added } else { EnvelopeChange::Kept };
    Ok((Some(header), kept))
}

/// A conversion on its way.
struct Conversion<'a, W: Write> {
    options: &'a ConvertOptions,
    report: ConvertReport,
    sink: Sink<W>,
}

impl<W: Write> Conversion<'_, W> {
    fn take(&mut self, step: Step, source: &impl Source) -> Result<()> {
        match step {
            Step::Record(detail) => {
                self.report.records += 1;
                self.record(detail, source)
            }
            Step::Bad(refusal) => {
                self.report.records += u64::from(refusal.position.record.is_some());
                self.report.refuse(refusal);
                Ok(())
            }
        }
    }

    fn record(&mut self, detail: Detail, source: &impl Source) -> Result<()> {
        let mapped = detail.with_flag(self.mapped(detail));
        if let Some((field, reason)) = self.objection(mapped) {
            let (position, bytes) = source.field(field);
            self.report.refuse(Refusal::new(position, reason).of(field, bytes));
            return Ok(());
        }
        self.report.count_mapped(detail.flag());
        // of what is refused nothing more need be written
        if !self.report.is_publishable() {
            return Ok(());
        }
        self.report.written += 1;
        self.sink.write(mapped)
    }

    fn mapped(&self, detail: Detail) -> flagflow_domain::ServiceFlag {
        let mapping = self.options.map_flags.iter().find(|(from, _)| *from == detail.flag());
        mapping.map_or(detail.flag(), |(_, to)| *to)
    }

    /// Why a record that could be read cannot be written.
    fn objection(&self, detail: Detail) -> Option<(Field, Reason)> {
        match self.options.edition {
            Some(edition) if !edition.allows(detail.flag()) => {
                Some((Field::DccServiceFlag, Reason::FlagNotInEdition(edition)))
            }
            _ => self.sink.objection(detail),
        }
    }

    fn finish(mut self) -> Result<ConvertReport> {
        if self.report.is_publishable() {
            self.sink.finish()?;
        } else {
            self.report.written = 0;
        }
        Ok(self.report)
    }
}
