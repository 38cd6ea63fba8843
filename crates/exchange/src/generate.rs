//! Generates files: any number of records, the same for the same seed, with known faults if wanted.
//!
//! # What comes out
//!
//! - Every meter point once, with its check digits, of 6 to 10 digits; so there are at most
//!   [`MOST_RECORDS`].
//! - Flags of the edition, and effective dates within it that are not after the file's day (the
//!   header's, or [`default_day`] in a bare file).
//! - Answers (E46) that mostly accept.
//! - With an envelope, header values that are given or else invented ([`default_header`]), and a
//!   trailer with the true count.
//!
//! Such a file passes `flagflow check` without a finding, except for the note `edition-unknown` of
//! a bare one. All of it is invented.
//!
//! # Faults
//!
//! With a rate, that share of the records is spoiled, each by one fault of one rule, and each
//! fault is one line of JSON for the second writer, a [`PlantedFault`]: what `flagflow check` must
//! find there and nothing more. Left out are faults that cannot be in the file at hand: in a bare
//! file nothing says which flags or dates it may have, so `flag-not-in-edition` and
//! `future-effective-date` need an envelope; `wrong-length` needs the fixed layout,
//! `malformed-record` uklink, `unknown-outcome` an E46. `line-too-long` is never planted. The first
//! record is only spoiled in ways that leave its Transaction Type, which tells the file's layout
//! and flow. A header whose file type is given and unknown is a finding of its own.
//!
//! The records that are left alone are the same with and without faults.
//!
//! One fault of the file ([`GenerateOptions::file_fault`], [`file_faults`]) can be planted besides:
//! in its header, its trailer or its group, between its lines, or at its end. `missing-header` of
//! an electricity file is found by a check that is given layout and flow, `invalid-reason` by one
//! with reasons. Not planted are `edition-unknown`, which comes with a bare file or with an
//! unreadable day in the header, `too-many-instructions`, which a file of 100,000 updates breaks by
//! itself, `file-name`, and the rules about two files.

mod around;
mod chance;
mod draw;
mod electricity;
mod fault;
mod file_fault;
mod gas;
mod points;
mod values;

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use flagflow_check::{Flow, Layout, RuleId};
use flagflow_domain::{Distributor, Edition, EffectiveDate};
use flagflow_electricity::Profile;
use flagflow_frame::LineEnd;
use flagflow_gas::{CreationTime, FileType};
use serde::Serialize;

use flagflow_files::header::{HeaderValues, UserFileValues};
use flagflow_files::{Error, ErrorKind, Result};

use around::{ExtraLine, whole};
use chance::FaultSpot;
pub use fault::{SPOILS, spoils};
use fault::{SpoilFlow, Spoiler};
pub use file_fault::{FILE_FAULTS, file_faults};

/// The most records there can be in one file of gas: each has a meter point of its own.
pub const MOST_RECORDS: u64 = points::BODIES;

/// Number of bytes generated before they are written.
const CHUNK: usize = 64 * 1024;

/// Options of a generated file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GenerateOptions {
    /// Flow of the records.
    pub flow: Flow,
    /// Number of records, at most [`most_records`].
    pub records: u64,
    /// Seed of all values.
    pub seed: u64,
    /// Layout of the records: one of the flow's fuel.
    pub layout: Layout,
    /// Edition of the flags. A file with an envelope has one edition, so [`Edition::Any`] is not
    /// allowed.
    pub edition: Edition,
    /// Writes header and trailer, with these values in the header; those that are not given are
    /// invented.
    pub envelope: Option<HeaderValues>,
    /// Values of an electricity file's header and trailer; missing values are invented.
    pub user_file: UserFileValues,
    /// Profile of an electricity file, of the flow; `None` is the built-in profile.
    pub profile: Option<Arc<Profile>>,
    /// Whose meter points an electricity file has.
    pub distributors: Distributors,
    /// Line ending; [`LineEnd::None`] is taken as LF.
    pub line_end: LineEnd,
    /// The share of records to spoil, from 0 to 1.
    pub invalid: f64,
    /// The rule that the file breaks outside its own records; the file needs an envelope.
    pub file_fault: Option<RuleId>,
}

impl GenerateOptions {
    /// Returns a bare file of the MP077 edition in the fixed layout with LF, from seed 0, without
    /// faults.
    #[must_use]
    pub const fn new(flow: Flow, records: u64) -> Self {
        Self {
            flow,
            records,
            seed: 0,
            layout: match flow {
                Flow::E45 | Flow::E46 => Layout::Fixed,
                _ => Layout::Zhv,
            },
            edition: Edition::Mp077,
            envelope: None,
            user_file: UserFileValues::NONE,
            profile: None,
            distributors: Distributors::One(Distributor::FIRST),
            line_end: LineEnd::Lf,
            invalid: 0.0,
            file_fault: None,
        }
    }
}

/// Whose meter points an electricity file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distributors {
    /// Meter points of one distributor, whose provider the file is for.
    One(Distributor),
    /// Meter points of the whole country, 10 to 38: of more than one provider, so
    /// `participant-mismatch` is to be expected of such a file.
    All,
}

/// Report of a generated file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GenerateReport {
    /// Number of records, spoiled ones included.
    pub records: u64,
    /// Number of bytes.
    pub bytes: u64,
    /// Number of spoiled records, by rule.
    pub spoiled: BTreeMap<RuleId, u64>,
}

/// A fault that was planted: the finding that `flagflow check` must make of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PlantedFault {
    /// The rule that is broken.
    pub rule: &'static str,
    /// Severity of the fault.
    pub severity: &'static str,
    /// The line, from 1.
    pub line: u64,
    /// The record, from 1; none of a fault outside the records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// The first byte that shows it, from 0, in the file.
    pub offset: u64,
    /// First byte of the fault in its line, from 1.
    pub column: u64,
    /// Number of bytes of the fault.
    pub length: u64,
    /// The field that they are of; none where it is the whole line.
    pub field: Option<&'static str>,
}

/// Returns the day of a file of an edition, where none is given: invented.
#[must_use]
pub const fn default_day(edition: Edition) -> EffectiveDate {
    let year = match edition {
        Edition::PreMp077 => 2020,
        Edition::Mp077 | Edition::Any => 2024,
    };
    match EffectiveDate::from_ymd(year, 1, 2) {
        Ok(day) => day,
        Err(_) => EffectiveDate::MIN,
    }
}

/// Returns the values of a header, where none are given: organisation 1, `DXI`, [`default_day`] at
/// 09:30:00, generation 1. All invented but the file type.
#[must_use]
pub fn default_header(edition: Edition) -> HeaderValues {
    HeaderValues {
        organisation_id: Some(1),
        file_type: Some(FileType::DXI),
        creation_date: Some(default_day(edition)),
        creation_time: CreationTime::from_hms(9, 30, 0).ok(),
        generation_number: Some(1),
    }
}

/// Generates a file, and lists the faults in `faults`, if given: one [`PlantedFault`] a line, as
/// JSON.
///
/// ```
/// use flagflow_check::Flow;
/// use flagflow_exchange::generate::{GenerateOptions, generate};
///
/// let mut file = Vec::new();
/// let report = generate(&mut file, None, &GenerateOptions::new(Flow::E45, 3))?;
/// assert_eq!((report.records, report.bytes), (3, 3 * 23));
/// assert_eq!(file.len(), 3 * 23);
/// # Ok::<(), flagflow_exchange::Error>(())
/// ```
///
/// # Errors
///
/// [`ErrorKind::Options`] for what cannot be made: more records than there are meter points, a rate
/// outside 0 to 1, a header of another edition. [`ErrorKind::Output`] when a writer fails.
pub fn generate(
    output: impl Write,
    faults: Option<&mut dyn Write>,
    options: &GenerateOptions,
) -> Result<GenerateReport> {
    check(options)?;
    match options.flow {
        Flow::E45 | Flow::E46 => run(output, faults, options, gas::GasMaker::new(options)?),
        _ => run(output, faults, options, electricity::ElectricityMaker::new(options)?),
    }
}

/// Generates the lines of a file of one fuel.
trait Maker {
    type Flow: SpoilFlow;

    /// Returns the lines before the records.
    fn before(&self) -> Result<Vec<Vec<u8>>>;

    /// Returns the lines after so many records.
    fn after(&self, records: u64) -> Result<Vec<Vec<u8>>>;

    /// Returns the record of a number, from 1 on.
    fn next(&mut self, number: u64) -> Result<RecordOf<Self>>;

    /// Writes the lines of a record, but for the ending of the last, and returns their number.
    fn write(&self, line: &mut Vec<u8>, record: RecordOf<Self>) -> Result<u64>;

    /// Returns the line before the trailer that breaks a rule, if there is such a line; a record
    /// has the given number.
    fn extra_line(&mut self, rule: RuleId, number: u64) -> Result<Option<ExtraLine>>;

    fn spoiler(&mut self) -> &mut Spoiler<Self::Flow>;

    /// Writes the record into `line` with one fault, by a rule chosen at random among those that
    /// can be broken at this place; if there is no such rule, writes the record unchanged and
    /// returns `None`.
    fn spoil(
        &mut self,
        line: &mut Vec<u8>,
        record: RecordOf<Self>,
        first: bool,
    ) -> Option<FaultSpot> {
        self.spoiler().spoil(line, record, first)
    }
}

/// The records of a maker's flow.
type RecordOf<M> = <<M as Maker>::Flow as flagflow_codec::Flow>::Record;

fn run<W: Write, M: Maker>(
    output: W,
    faults: Option<&mut dyn Write>,
    options: &GenerateOptions,
    maker: M,
) -> Result<GenerateReport> {
    let file = GeneratedFile::new(output, options.line_end);
    let fault = options.file_fault;
    Generation { maker, file, faults, spoiled: BTreeMap::new(), fault }.run(options.records)
}

/// Returns the maximum number of records in one file of a flow: each has its own meter point.
#[must_use]
pub const fn most_records(flow: Flow) -> u64 {
    match flow {
        Flow::E45 | Flow::E46 => MOST_RECORDS,
        _ => electricity::most_records(flow),
    }
}

fn check(options: &GenerateOptions) -> Result<()> {
    let most = most_records(options.flow);
    if options.records > most {
        let most = format!("at most {most} records: each has a meter point of its own");
        return Err(Error::new(ErrorKind::Options, most));
    }
    let of_records = [RuleId::ParticipantMismatch, RuleId::InvalidReason];
    if options.records == 0 && options.file_fault.is_some_and(|rule| of_records.contains(&rule)) {
        return Err(Error::new(ErrorKind::Options, "this fault of a file needs a record"));
    }
    if !(0.0..=1.0).contains(&options.invalid) {
        return Err(Error::new(ErrorKind::Options, "the share of faults is from 0 to 1"));
    }
    Ok(())
}

/// Refuses a header's day that is not of the edition.
fn check_edition(day: EffectiveDate, edition: Edition, wanted: Edition) -> Result<()> {
    if edition == wanted {
        return Ok(());
    }
    let what = format!("a file made on {} is of edition {edition}, not {wanted}", day.iso());
    Err(Error::new(ErrorKind::Options, what))
}

/// Returns the error for records that have no such layout.
fn no_layout(records: &str, layout: Layout, expected: &str) -> Error {
    let what = format!("{records} have no layout {layout}: {expected}");
    Error::new(ErrorKind::Options, what)
}

/// A file in the making.
struct Generation<'a, M, W> {
    maker: M,
    file: GeneratedFile<W>,
    faults: Option<&'a mut dyn Write>,
    spoiled: BTreeMap<RuleId, u64>,
    /// The fault of the file, until it is planted.
    fault: Option<RuleId>,
}

impl<M: Maker, W: Write> Generation<'_, M, W> {
    fn run(mut self, records: u64) -> Result<GenerateReport> {
        let header = self.begin()?;
        for record in 1..=records {
            self.record(record)?;
        }
        let extra = match (self.fault, &header) {
            (Some(rule), Some(_)) => self.maker.extra_line(rule, records + 1)?,
            _ => None,
        };
        if let Some(ExtraLine { line, spot, .. }) = &extra {
            let of_record = (spot.rule == RuleId::PlaceholderDate).then_some(records + 1);
            self.plant(self.file.planted(*spot, of_record))?;
            self.file.copy(line)?;
        }
        self.end(records + extra.map_or(0, |extra| extra.records), header)?;
        if let Some(rule) = self.fault {
            let what = format!("{} cannot be planted in this file", rule.name());
            return Err(Error::new(ErrorKind::Options, what));
        }
        self.finish(records)
    }

    /// Reports the fault of the file.
    fn plant(&mut self, planted: PlantedFault) -> Result<()> {
        if let Some(rule) = self.fault.take() {
            *self.spoiled.entry(rule).or_default() += 1;
        }
        self.report(&planted)
    }

    /// Writes the lines before the records, and returns the header.
    fn begin(&mut self) -> Result<Option<Vec<u8>>> {
        let mut lines = self.maker.before()?;
        let header = lines.first().cloned();
        let Some(rule) = self.fault.filter(|_| header.is_some()) else {
            lines.iter().try_for_each(|line| self.file.copy(line))?;
            return Ok(header);
        };
        let mut spot = self.maker.spoiler().change_item(rule, &mut lines);
        if rule == RuleId::MissingHeader {
            lines.remove(0);
        }
        if rule == RuleId::ByteOrderMark {
            self.file.chunk.extend_from_slice(b"\xEF\xBB\xBF");
            spot = header.as_deref().map(|header| (0, whole(rule, header)));
        }
        self.copy_all(&lines, spot)?;
        Ok(header)
    }

    fn copy_all(&mut self, lines: &[Vec<u8>], fault: Option<(usize, FaultSpot)>) -> Result<()> {
        for (at, line) in lines.iter().enumerate() {
            if let Some((_, spot)) = fault.filter(|(of_line, _)| *of_line == at) {
                self.plant(self.file.planted(spot, None))?;
            }
            self.file.copy(line)?;
        }
        Ok(())
    }

    /// Writes the lines after so many records.
    fn end(&mut self, records: u64, header: Option<Vec<u8>>) -> Result<()> {
        let mut lines = self.maker.after(records)?;
        let (Some(rule), Some(header), Some(trailer)) = (self.fault, header, lines.last().cloned())
        else {
            return self.copy_all(&lines, None);
        };
        let last = lines.len() - 1;
        let mut spot = self.maker.spoiler().change_item(rule, &mut lines);
        let end = self.file.line_end;
        match rule {
            RuleId::MissingHeader => {
                let length = self.file.first_length;
                let planted =
                    self.file.planted(FaultSpot { rule, field: None, start: 0, length }, None);
                self.plant(PlantedFault { line: 1, offset: 0, ..planted })?;
            }
            RuleId::MissingTrailer => {
                lines.clear();
                let planted = self.file.planted_at_last_line(rule);
                self.plant(planted)?;
            }
            RuleId::TrailingBlanks if trailer.ends_with(b"|") => {
                let start = trailer.len();
                lines[last].extend_from_slice(b"  ");
                spot = Some((last, FaultSpot { rule, field: None, start, length: 2 }));
            }
            RuleId::SecondFile => {
                spot = Some((last + 1, whole(rule, &header)));
                lines.push(header);
            }
            RuleId::MixedLineEnds | RuleId::MissingTerminator => {
                spot = Some((last, whole(rule, &trailer)));
                self.file.line_end = match (rule, end) {
                    (RuleId::MissingTerminator, _) => b"",
                    (_, b"\n") => b"\r\n",
                    _ => b"\n",
                };
            }
            _ => {}
        }
        self.copy_all(&lines, spot)?;
        if rule == RuleId::TrailingPadding {
            let spot = FaultSpot { rule, field: None, start: 0, length: 3 };
            self.plant(self.file.planted(spot, None))?;
            self.file.chunk.extend_from_slice(&[0; 3]);
        }
        Ok(())
    }

    fn record(&mut self, number: u64) -> Result<()> {
        let record = self.maker.next(number)?;
        if self.maker.spoiler().chance.strikes() {
            return self.spoiled_record(number, record);
        }
        self.maker.spoiler().chance.remember(record);
        self.file.line(|line| self.maker.write(line, record))
    }

    fn spoiled_record(&mut self, number: u64, record: RecordOf<M>) -> Result<()> {
        let mut line = Vec::new();
        if let Some(spot) = self.maker.spoil(&mut line, record, number == 1) {
            *self.spoiled.entry(spot.rule).or_default() += 1;
            let planted = self.file.planted(spot, Some(number));
            self.report(&planted)?;
        }
        self.file.copy(&line)
    }

    fn report(&mut self, planted: &PlantedFault) -> Result<()> {
        let Some(faults) = &mut self.faults else { return Ok(()) };
        serde_json::to_writer(&mut **faults, planted)
            .map_err(std::io::Error::from)
            .and_then(|()| faults.write_all(b"\n"))
            .map_err(|cause| Error::output("the faults cannot be written", cause))
    }

    fn finish(mut self, records: u64) -> Result<GenerateReport> {
        let bytes = self.file.finish()?;
        if let Some(faults) = &mut self.faults {
            let flushed = faults.flush();
            flushed.map_err(|cause| Error::output("the faults cannot be written", cause))?;
        }
        Ok(GenerateReport { records, bytes, spoiled: self.spoiled })
    }
}

/// Lines on their way out.
struct GeneratedFile<W> {
    out: W,
    line_end: &'static [u8],
    chunk: Vec<u8>,
    /// Number of bytes written before the chunk.
    offset: u64,
    lines: u64,
    /// Number of bytes of the first line.
    first_length: usize,
}

impl<W: Write> GeneratedFile<W> {
    fn new(out: W, line_end: LineEnd) -> Self {
        let line_end = match line_end {
            LineEnd::CrLf => LineEnd::CrLf,
            LineEnd::Lf | LineEnd::None => LineEnd::Lf,
        };
        let chunk = Vec::with_capacity(CHUNK + 128);
        Self { out, line_end: line_end.as_bytes(), chunk, offset: 0, lines: 0, first_length: 0 }
    }

    #[inline]
    fn line(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Result<u64>) -> Result<()> {
        // the last line is always in the chunk
        if self.chunk.len() >= CHUNK {
            self.flush()?;
        }
        self.lines += write(&mut self.chunk)?;
        if self.first_length == 0 {
            self.first_length = self.chunk.len();
        }
        self.chunk.extend_from_slice(self.line_end);
        Ok(())
    }

    fn copy(&mut self, line: &[u8]) -> Result<()> {
        self.line(|out| {
            out.extend_from_slice(line);
            Ok(1 + line.iter().filter(|byte| **byte == b'\n').count() as u64)
        })
    }

    fn flush(&mut self) -> Result<()> {
        self.out.write_all(&self.chunk).map_err(Error::writing)?;
        self.offset += self.chunk.len() as u64;
        self.chunk.clear();
        Ok(())
    }

    /// Writes the rest and returns the number of all bytes.
    fn finish(&mut self) -> Result<u64> {
        self.flush()?;
        self.out.flush().map_err(Error::writing)?;
        Ok(self.offset)
    }

    /// Returns the last line as the fault.
    fn planted_at_last_line(&self, rule: RuleId) -> PlantedFault {
        let text = self.chunk.strip_suffix(self.line_end).unwrap_or(&self.chunk);
        let start = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let planted = self.planted(whole(rule, text.get(start..).unwrap_or_default()), None);
        PlantedFault { line: self.lines, offset: self.offset + start as u64, ..planted }
    }

    /// Returns the place in the file of a fault in the next line.
    fn planted(&self, spot: FaultSpot, record: Option<u64>) -> PlantedFault {
        let start = spot.start as u64;
        PlantedFault {
            rule: spot.rule.name(),
            severity: spot.rule.rule().severity.as_str(),
            line: self.lines + 1,
            record,
            offset: self.offset + self.chunk.len() as u64 + start,
            column: start + 1,
            length: spot.length as u64,
            field: spot.field,
        }
    }
}
