//! Converts records of either fuel: from a source, checked, to a sink.

use std::cell::Cell;
use std::io::Write;
use std::iter;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;

use flagflow_check::rule::flag_not_in_edition;
use flagflow_domain::ServiceFlag;
use flagflow_frame::parallel::in_order;
use flagflow_frame::{LineEnd, Position};

use flagflow_files::{Error, Result};

use super::flow::{ConvertFlow, Extras, Objection, Rest};
use super::options::{ConvertOptions, EnvelopeRule, RecordFormat};
use super::reason::ConvertReason;
use super::records::ConvertTarget;
use super::report::{ConvertRefusal, ConvertReport, EnvelopeChange};
use super::sink::{Sink, TextChunk};

/// Reads records of one format.
pub(super) trait ConvertSource<F: ConvertFlow> {
    /// Returns the next record or part, or what is bad next; `None` at the end.
    fn next(&mut self) -> Result<Option<ConvertStep<F>>>;

    /// Returns the header, as far as it was seen.
    fn header(&self) -> FoundHeader<F::Header>;

    /// Returns the position where the last line begins.
    fn line(&mut self) -> Position;

    /// Returns the position of a field of the last record, and its bytes.
    fn field(&mut self, field: F::Field) -> (Position, Option<&[u8]>);

    /// Returns the columns or keys that mean nothing here.
    fn ignored(&self) -> &[String] {
        &[]
    }

    /// Returns the rows that had nothing but empty cells.
    fn empty_rows(&self) -> u64 {
        0
    }
}

/// Result of one reading step. Rare steps are boxed, for a small step is moved faster.
pub(super) enum ConvertStep<F: ConvertFlow> {
    Record(F::Record, Rest<F>),
    Group(F::Group, Extras),
    Trailer(Box<F::Trailer>),
    Bad(Box<ConvertRefusal>),
}

/// Header of an input, once its first line was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FoundHeader<H> {
    None,
    Good(H),
    Bad,
}

/// Converts the records of a source to a format of the flow.
pub(super) fn run<F: ConvertFlow>(
    mut source: impl ConvertSource<F>,
    output: ConvertTarget<'_, impl Write>,
    format: &F::Format,
    (from, line_end): (RecordFormat, LineEnd),
    options: &ConvertOptions,
) -> Result<ConvertReport> {
    let mut report = ConvertReport::new(from, options);
    // the header is known once the first record was looked at
    let mut step = source.next()?;
    let (header, change) = envelope::<F>(format, source.header(), options)?;
    report.envelope = change;
    report.header_values_unused = header.is_none() && F::has_values(options);
    let ConvertTarget { text: mut output, table } = output;
    let sink = Sink::<F>::new(table, format, header, line_end, options);
    if let Some((field, reason)) = sink.begin() {
        let refusal = ConvertRefusal::new(Position::START, reason);
        report.refuse(match field {
            Some(field) => refusal.of(field, None),
            None => refusal,
        });
    }
    let mut conversion = Conversion { options, report, sink, chunk: TextChunk::default() };
    let (spare, mut failed) = (Cell::default(), None);
    let chunks = iter::from_fn(|| {
        conversion.chunk = spare.take();
        let filled = conversion.fill(&mut source, &mut step);
        let is_full = filled.unwrap_or_else(|error| {
            failed = Some(error);
            false
        });
        is_full.then(|| std::mem::take(&mut conversion.chunk))
    });
    let write = |chunk: &mut TextChunk<F>| match output.write_all(chunk.text()) {
        Ok(()) => {
            chunk.clear();
            spare.set(std::mem::take(chunk));
            ControlFlow::Continue(())
        }
        Err(error) => ControlFlow::Break(error),
    };
    if let ControlFlow::Break(error) = render(chunks.fuse(), options.threads, write) {
        return Err(Error::writing(error));
    }
    if let Some(error) = failed {
        return Err(error);
    }
    conversion.report.ignore(source.ignored());
    conversion.report.empty_rows = source.empty_rows();
    conversion.finish(output)
}

/// Makes text of the records of chunks, by other threads where there are records, and takes the
/// chunks in their order, until `take` breaks.
fn render<F: ConvertFlow, B>(
    mut chunks: impl Iterator<Item = TextChunk<F>>,
    threads: NonZeroUsize,
    mut take: impl FnMut(&mut TextChunk<F>) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let Some(first) = chunks.next() else { return ControlFlow::Continue(()) };
    let has_work = first.has_records();
    let mut chunks = iter::once(first).chain(chunks);
    if has_work && threads > NonZeroUsize::MIN {
        let work = |mut chunk: TextChunk<F>, done: &mut TextChunk<F>| {
            chunk.render();
            *done = chunk;
        };
        return in_order(chunks, threads, work, take);
    }
    chunks.try_for_each(|mut chunk| {
        chunk.render();
        take(&mut chunk)
    })
}

/// Returns the header to write, and what that means for the envelope.
fn envelope<F: ConvertFlow>(
    format: &F::Format,
    found: FoundHeader<F::Header>,
    options: &ConvertOptions,
) -> Result<(Option<F::Header>, EnvelopeChange)> {
    let had = !matches!(found, FoundHeader::None);
    let bare = if had { EnvelopeChange::Dropped } else { EnvelopeChange::Bare };
    if options.to.is_bare() || options.envelope == EnvelopeRule::Drop {
        return Ok((None, bare));
    }
    let is_optional = options.envelope == EnvelopeRule::Keep
        && !matches!(options.to, RecordFormat::Zhv | RecordFormat::Zhf);
    let below = match found {
        FoundHeader::None if is_optional => return Ok((None, bare)),
        // the bad header is in the report, and nothing is published
        FoundHeader::Bad if !options.skip_invalid => return Ok((None, bare)),
        FoundHeader::Good(header) => Some(header),
        FoundHeader::None | FoundHeader::Bad => None,
    };
    let header = F::header(format, options, below.as_ref())?;
    let kept = if had { EnvelopeChange::Kept } else { EnvelopeChange::Added };
    Ok((Some(header), kept))
}

/// A conversion on its way.
struct Conversion<'a, 't, F: ConvertFlow> {
    options: &'a ConvertOptions,
    report: ConvertReport,
    sink: Sink<'t, F>,
    /// The output that is not yet written.
    chunk: TextChunk<F>,
}

impl<F: ConvertFlow> Conversion<'_, '_, F> {
    /// Fills the chunk, from a step that was read already. Returns false at the end of the input.
    fn fill(
        &mut self,
        source: &mut impl ConvertSource<F>,
        next: &mut Option<ConvertStep<F>>,
    ) -> Result<bool> {
        let mut step = next.take();
        while let Some(found) = step {
            self.take(found, source)?;
            step = source.next()?;
            if self.chunk.is_full() {
                *next = step;
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn take(&mut self, step: ConvertStep<F>, source: &mut impl ConvertSource<F>) -> Result<()> {
        match step {
            ConvertStep::Record(record, rest) => {
                self.report.records += 1;
                return self.record(record, &rest, source);
            }
            ConvertStep::Bad(refusal) => {
                self.report.records += u64::from(refusal.position.record.is_some());
                self.report.refuse(*refusal);
            }
            _ if !self.report.is_publishable() => {}
            ConvertStep::Group(group, extras) => {
                let objection = self.sink.group(&mut self.chunk, group, &extras)?;
                self.object(objection, source);
            }
            ConvertStep::Trailer(trailer) => {
                let objection = self.sink.trailer(*trailer, self.options);
                self.object(objection, source);
            }
        }
        Ok(())
    }

    /// Refuses a line that is not a record.
    fn object(&mut self, objection: Objection<F>, source: &mut impl ConvertSource<F>) {
        if let Some((field, reason)) = objection {
            let mut refusal = refusal_at(source, field, reason);
            refusal.position.record = None;
            self.report.refuse(refusal);
        }
    }

    fn record(
        &mut self,
        record: F::Record,
        rest: &Rest<F>,
        source: &mut impl ConvertSource<F>,
    ) -> Result<()> {
        let flag = F::flag(&record);
        let mapped = flag.and_then(|flag| self.mapped(flag));
        let record = mapped.map_or(record, |flag| F::with_flag(record, flag));
        let new_flag = mapped.or(flag);
        if let Some((field, reason)) = self.objection(&record, new_flag, rest) {
            self.report.refuse(refusal_at(source, field, reason));
            return Ok(());
        }
        flag.iter().for_each(|flag| self.report.count_mapped(*flag));
        if let Some(rule) = F::warning(&record) {
            self.report.warn(rule, || source.field(F::FLAG).0.line);
        }
        // of what is refused nothing more need be written
        if !self.report.is_publishable() {
            return Ok(());
        }
        match self.sink.write(&mut self.chunk, record, rest)? {
            Some((field, reason)) => self.report.refuse(refusal_at(source, field, reason)),
            None => self.report.written += 1,
        }
        Ok(())
    }

    /// Returns the flag that the options map a flag to, if any.
    fn mapped(&self, flag: ServiceFlag) -> Option<ServiceFlag> {
        let mapping = self.options.map_flags.iter().find(|(from, _)| *from == flag);
        mapping.map(|(_, to)| *to)
    }

    /// Returns the reason why a record that was read cannot be written.
    fn objection(
        &mut self,
        record: &F::Record,
        flag: Option<ServiceFlag>,
        rest: &Rest<F>,
    ) -> Objection<F> {
        match (self.options.edition, flag) {
            (Some(edition), Some(flag)) if flag_not_in_edition::breaks(flag, edition) => {
                Some((Some(F::FLAG), ConvertReason::FlagNotInEdition(edition)))
            }
            _ => self.sink.objection(record, rest),
        }
    }

    /// Writes the rest of the output.
    fn finish(mut self, mut output: impl Write) -> Result<ConvertReport> {
        if self.report.is_publishable() {
            self.sink.finish(&mut self.chunk)?;
            self.chunk.render();
            output.write_all(self.chunk.text()).map_err(Error::writing)?;
            output.flush().map_err(Error::writing)?;
        } else {
            self.report.written = 0;
        }
        Ok(self.report)
    }
}

/// Returns the refusal of the last line that was read, at an item where there is one.
fn refusal_at<F: ConvertFlow>(
    source: &mut impl ConvertSource<F>,
    field: Option<F::Field>,
    reason: ConvertReason,
) -> ConvertRefusal {
    let Some(field) = field else { return ConvertRefusal::new(source.line(), reason) };
    let (position, bytes) = source.field(field);
    ConvertRefusal::new(position, reason).of(field, bytes)
}
