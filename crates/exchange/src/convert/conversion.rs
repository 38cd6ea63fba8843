//! Converts records of either fuel: from a source, checked, to a sink.

use flagflow_check::rule::flag_not_in_edition;
use flagflow_domain::ServiceFlag;
use flagflow_frame::Position;

use flagflow_files::Result;

use super::options::{ConvertOptions, EnvelopeRule, RecordFormat};
use super::report::{ConvertField, ConvertReason, ConvertRefusal, ConvertReport, EnvelopeChange};

/// Types and functions in which the fuels differ.
pub(super) trait ConvertFuel {
    type Field: Copy + Into<ConvertField>;
    /// One record.
    type Record;
    /// A line among the records that is not a record.
    type Part;
    type Header: Clone;

    /// The field of [`ConvertFuel::flag`].
    const FLAG: Self::Field;

    fn flag(record: &Self::Record) -> Option<ServiceFlag>;

    /// Returns the rule whose warning is due to a record's meter point: its check digits are wrong.
    fn warning(record: &Self::Record) -> Option<&'static str>;

    fn with_flag(record: Self::Record, flag: ServiceFlag) -> Self::Record;

    /// Returns true if a file of a format always has its envelope, whatever the options.
    fn needs_envelope(to: RecordFormat) -> bool;

    /// Returns true if header values are given.
    fn has_values(options: &ConvertOptions) -> bool;

    /// Returns the header that the given values make, over those of the input's.
    fn header(
        &self,
        options: &ConvertOptions,
        below: Option<&Self::Header>,
    ) -> Result<Self::Header>;
}

/// Reads records of one format.
pub(super) trait ConvertSource<F: ConvertFuel> {
    /// Returns the next record or part, or what is bad next; `None` at the end.
    fn next(&mut self) -> Result<Option<ConvertStep<F>>>;

    /// Returns the header, as far as it was seen.
    fn header(&self) -> FoundHeader<F::Header>;

    /// Returns the position of a field of the last record, and its bytes.
    fn field(&self, field: F::Field) -> (Position, Option<&[u8]>);

    /// Returns the columns or keys that mean nothing here.
    fn ignored(&self) -> &[String] {
        &[]
    }

    /// Returns the rows that had nothing but empty cells.
    fn empty_rows(&self) -> u64 {
        0
    }
}

/// Result of one reading step.
pub(super) enum ConvertStep<F: ConvertFuel> {
    Record(F::Record),
    Part(F::Part),
    Bad(ConvertRefusal),
}

/// Header of an input, once its first line was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FoundHeader<H> {
    None,
    Good(H),
    Bad,
}

/// Reason why a value that was read cannot be written.
pub(super) type Objection<F> = Option<(<F as ConvertFuel>::Field, ConvertReason)>;

/// Writes records of one format.
pub(super) trait ConvertSink<F: ConvertFuel> {
    /// Begins the file. Returns the reason why the header cannot be written as received; the output
    /// then leaves out the invalid part.
    fn begin(&mut self) -> Objection<F> {
        None
    }

    /// Returns the reason why a record cannot be written in this format.
    fn objection(&mut self, record: &F::Record) -> Objection<F>;

    fn write(&mut self, record: F::Record) -> Result<()>;

    /// Writes a line that is not a record, or returns the reason why it cannot be written.
    fn part(&mut self, part: F::Part) -> Result<Objection<F>>;

    /// Writes what comes last, and flushes.
    fn finish(self) -> Result<()>;
}

pub(super) fn run<F: ConvertFuel, S: ConvertSink<F>>(
    fuel: &F,
    mut source: impl ConvertSource<F>,
    sink: impl FnOnce(Option<F::Header>) -> S,
    from: RecordFormat,
    options: &ConvertOptions,
) -> Result<ConvertReport> {
    let mut report = ConvertReport::new(from, options);
    // the header is known once the first record was looked at
    let mut step = source.next()?;
    let (header, change) = envelope(fuel, source.header(), options)?;
    report.envelope = change;
    report.header_values_unused = header.is_none() && F::has_values(options);
    let mut sink = sink(header);
    if let Some((field, reason)) = sink.begin() {
        report.refuse(ConvertRefusal::new(Position::START, reason).of(field, None));
    }
    let mut conversion = Conversion { options, report, sink };
    while let Some(found) = step {
        conversion.take(found, &source)?;
        step = source.next()?;
    }
    conversion.report.ignore(source.ignored());
    conversion.report.empty_rows = source.empty_rows();
    conversion.finish::<F>()
}

/// Returns the header to write, and what that means for the envelope.
fn envelope<F: ConvertFuel>(
    fuel: &F,
    found: FoundHeader<F::Header>,
    options: &ConvertOptions,
) -> Result<(Option<F::Header>, EnvelopeChange)> {
    let had = !matches!(found, FoundHeader::None);
    let bare = if had { EnvelopeChange::Dropped } else { EnvelopeChange::Bare };
    if options.to == RecordFormat::Csv || options.envelope == EnvelopeRule::Drop {
        return Ok((None, bare));
    }
    let is_optional = options.envelope == EnvelopeRule::Keep && !F::needs_envelope(options.to);
    let below = match found {
        FoundHeader::None if is_optional => return Ok((None, bare)),
        // the bad header is in the report, and nothing is published
        FoundHeader::Bad if !options.skip_invalid => return Ok((None, bare)),
        FoundHeader::Good(header) => Some(header),
        FoundHeader::None | FoundHeader::Bad => None,
    };
    let header = fuel.header(options, below.as_ref())?;
    let kept = if had { EnvelopeChange::Kept } else { EnvelopeChange::Added };
    Ok((Some(header), kept))
}

/// A conversion on its way.
struct Conversion<'a, S> {
    options: &'a ConvertOptions,
    report: ConvertReport,
    sink: S,
}

impl<S> Conversion<'_, S> {
    fn take<F: ConvertFuel>(
        &mut self,
        step: ConvertStep<F>,
        source: &impl ConvertSource<F>,
    ) -> Result<()>
    where
        S: ConvertSink<F>,
    {
        match step {
            ConvertStep::Record(record) => {
                self.report.records += 1;
                self.record(record, source)
            }
            ConvertStep::Part(part) => self.part(part, source),
            ConvertStep::Bad(refusal) => {
                self.report.records += u64::from(refusal.position.record.is_some());
                self.report.refuse(refusal);
                Ok(())
            }
        }
    }

    fn record<F: ConvertFuel>(
        &mut self,
        record: F::Record,
        source: &impl ConvertSource<F>,
    ) -> Result<()>
    where
        S: ConvertSink<F>,
    {
        let flag = F::flag(&record);
        let record = match flag.and_then(|flag| self.mapped(flag)) {
            Some(flag) => F::with_flag(record, flag),
            None => record,
        };
        if let Some((field, reason)) = self.objection(&record) {
            let (position, bytes) = source.field(field);
            self.report.refuse(ConvertRefusal::new(position, reason).of(field, bytes));
            return Ok(());
        }
        flag.iter().for_each(|flag| self.report.count_mapped(*flag));
        if let Some(rule) = F::warning(&record) {
            self.report.warn(rule, source.field(F::FLAG).0.line);
        }
        // of what is refused nothing more need be written
        if !self.report.is_publishable() {
            return Ok(());
        }
        self.report.written += 1;
        self.sink.write(record)
    }

    /// Returns the flag that the options map a flag to, if any.
    fn mapped(&self, flag: ServiceFlag) -> Option<ServiceFlag> {
        let mapping = self.options.map_flags.iter().find(|(from, _)| *from == flag);
        mapping.map(|(_, to)| *to)
    }

    /// Returns the reason why a record that was read cannot be written.
    fn objection<F: ConvertFuel>(&mut self, record: &F::Record) -> Objection<F>
    where
        S: ConvertSink<F>,
    {
        match (self.options.edition, F::flag(record)) {
            (Some(edition), Some(flag)) if flag_not_in_edition::breaks(flag, edition) => {
                Some((F::FLAG, ConvertReason::FlagNotInEdition(edition)))
            }
            _ => self.sink.objection(record),
        }
    }

    fn part<F: ConvertFuel>(&mut self, part: F::Part, source: &impl ConvertSource<F>) -> Result<()>
    where
        S: ConvertSink<F>,
    {
        if !self.report.is_publishable() {
            return Ok(());
        }
        if let Some((field, reason)) = self.sink.part(part)? {
            let (position, bytes) = source.field(field);
            let position = Position { record: None, ..position };
            self.report.refuse(ConvertRefusal::new(position, reason).of(field, bytes));
        }
        Ok(())
    }

    fn finish<F: ConvertFuel>(mut self) -> Result<ConvertReport>
    where
        S: ConvertSink<F>,
    {
        if self.report.is_publishable() {
            self.sink.finish()?;
        } else {
            self.report.written = 0;
        }
        Ok(self.report)
    }
}
