//! The data that a check of any file keeps, whatever its flow: the envelope, counts, findings, and
//! the records that later ones are compared with.

use std::cell::LazyCell;

use flagflow_domain::{EffectiveDate, ServiceFlag};
use flagflow_frame::{Line, Padding};

use crate::checked_flow::CheckedFlow;
use crate::cross::{Conflict, CrossAnswer, RecordLocation, Seen, UpdateColumns, UpdateKey};
use crate::edition_check::EditionCheck;
use crate::envelope::Envelope;
use crate::error::Error;
use crate::finding::MAX_VALUE;
use crate::findings::{Counted, FindingCounts};
use crate::layout::{Flow, Layout};
use crate::options::{CrossRecords, Options};
use crate::parsed::Parsed;
use crate::report::{PerFlag, Report};
use crate::rows::{CanonicalRows, Rows};
use crate::rule::{self, RuleId};
use crate::sequence::FileIdentity;
use crate::sequence_check::SequenceCheck;
use crate::sniff;
use crate::span::{FindingSpan, LineRef, PlacedField};
use crate::verdict::{FileFormat, OtherLine, Verdict};
use crate::visitor::{DeferredFinding, FileStart, Visitor};

/// The fields of a flow's records, for findings on lines that are gone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UpdateFields<'a> {
    pub(crate) point: Option<PlacedField<'a>>,
    pub(crate) flag: Option<PlacedField<'a>>,
}

/// The data of a file that only its flow has, for the report.
#[derive(Debug)]
pub(crate) struct FlowTotals {
    pub(crate) file_type: Option<String>,
    pub(crate) declared: Option<u64>,
    pub(crate) counted: u64,
}

/// The result of a record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecordResult {
    rejected: bool,
    /// Only the end of the file can compare the record with earlier ones.
    provisional: bool,
}

/// Counts of records.
#[derive(Debug, Default)]
pub(crate) struct RecordCounts {
    records: u64,
    rejected: u64,
    flags: PerFlag,
}

impl RecordCounts {
    /// Returns the number of records so far.
    pub(crate) const fn records(&self) -> u64 {
        self.records
    }

    /// Counts the result of a record.
    #[inline]
    fn take(&mut self, rejected: bool, flag: Option<ServiceFlag>) {
        self.rejected += u64::from(rejected);
        if let (false, Some(flag)) = (rejected, flag) {
            self.flags.add(flag);
        }
    }

    /// Counts accepted records by their flags.
    pub(crate) fn accept_more(&mut self, flags: &[u8]) {
        self.records += flags.len() as u64;
        for flag in ServiceFlag::ALL {
            let letter = flag.as_byte();
            let of_flag = flags.iter().filter(|it| **it == letter).count();
            *self.flags.of_mut(flag) += of_flag as u64;
        }
    }

    /// Counts rejected records.
    pub(crate) const fn reject_more(&mut self, records: u64) {
        self.records += records;
        self.rejected += records;
    }

    /// Rejects a record that was counted as accepted.
    fn take_back(&mut self, flag: ServiceFlag) {
        self.rejected += 1;
        self.flags.take_back(flag);
    }
}

/// The data that a check of any file keeps.
pub(crate) struct FileState<'o, V> {
    pub(crate) options: &'o Options,
    visitor: &'o mut V,
    format: Option<FileFormat<'o>>,
    pub(crate) envelope: Envelope,
    pub(crate) counts: RecordCounts,
    pub(crate) findings: FindingCounts,
    pub(crate) edition: EditionCheck,
    seen: Option<Seen>,
    /// The comparison with the file before.
    pub(crate) sequence: Option<SequenceCheck<'o>>,
    identity: Option<FileIdentity>,
}

impl<'o, V: Visitor> FileState<'o, V> {
    pub(crate) fn new(options: &'o Options, visitor: &'o mut V) -> Self {
        let seen = match options.cross_records {
            CrossRecords::Off => None,
            CrossRecords::Within { memory } => Some(Seen::within(memory)),
        };
        Self {
            options,
            visitor,
            format: None,
            envelope: Envelope::default(),
            counts: RecordCounts::default(),
            findings: FindingCounts::new(options),
            edition: EditionCheck::new(options),
            seen,
            sequence: SequenceCheck::new(&options.sequence),
            identity: None,
        }
    }

    /// Takes a line of a second file.
    #[cold]
    pub(crate) fn take_second_file(&mut self, line: &Line<'_>) -> Result<(), V::Error> {
        self.findings.begin_line();
        if !self.options.ignore[RuleId::SecondFile] {
            self.findings.resume_line([RuleId::SecondFile].into_iter().collect());
        }
        self.take_other_line(line, OtherLine::SecondFile)
    }

    /// Takes an empty line, or a line of white space.
    #[cold]
    pub(crate) fn take_empty_line(&mut self, line: &Line<'_>) -> Result<(), V::Error> {
        if self.envelope.is_of_second_file(line) {
            return self.take_second_file(line);
        }
        let spot = LineRef::of_line(line);
        self.findings.begin_line();
        self.envelope.take_line_1(spot);
        let message = || rule::empty_line::message(line.length);
        self.findings.whole(RuleId::EmptyLine, spot, message);
        self.envelope.check_line_end(spot, &mut self.findings);
        self.take_other_line(line, OtherLine::Empty)
    }

    /// Takes the format of the file, by its first line with text.
    pub(crate) fn recognised(
        &mut self,
        format: FileFormat<'o>,
        line: &Line<'_>,
    ) -> Result<(), V::Error> {
        self.format = Some(format);
        self.envelope.take_first_text(LineRef::of_line(line));
        if !V::ENABLED {
            return Ok(());
        }
        self.visitor.begin(FileStart { shape: format, line_end: line.end })
    }

    /// Takes the day on which the file was made, by its header, if there is one.
    pub(crate) fn begin(&mut self, day: Option<EffectiveDate>, line: LineRef<'_>) {
        let by_day = day.zip(self.format).map(|(day, format)| format.edition_on(day));
        let header = (day, self.envelope.has_header());
        self.edition.begin(self.options, header, by_day, line, &mut self.findings);
    }

    /// Passes on a line that is not a record.
    pub(crate) fn take_other_line(
        &mut self,
        line: &Line<'_>,
        other_line: OtherLine,
    ) -> Result<(), V::Error> {
        if let Some(sequence) = &mut self.sequence {
            match other_line {
                OtherLine::Reason { .. } => sequence.reason(line),
                OtherLine::Header | OtherLine::Trailer | OtherLine::Group => sequence.around(line),
                OtherLine::Empty | OtherLine::SecondFile => {}
            }
        }
        if !V::ENABLED {
            return Ok(());
        }
        self.visitor.other_line(line, other_line, self.findings.broken())
    }

    /// Counts a record that begins, and returns its number.
    #[inline]
    pub(crate) fn begin_record(&mut self, line: &Line<'_>) -> u64 {
        self.counts.records += 1;
        if let Some(sequence) = &mut self.sequence {
            sequence.record(line);
        }
        self.findings.begin_line();
        self.counts.records
    }

    /// Returns whether rows may be checked without their lines: no digest is made of them.
    pub(crate) const fn may_take_rows(&self) -> bool {
        self.sequence.is_none()
    }

    /// Compares no records with one another: answers repeat points and days.
    pub(crate) fn compare_none(&mut self) {
        self.seen = None;
    }

    /// Returns whether records are compared with one another.
    pub(crate) const fn compares(&self) -> bool {
        self.seen.is_some()
    }

    /// Returns whether only the end of the file can compare the record that comes next.
    pub(crate) fn compares_later(&self) -> bool {
        self.seen.as_ref().is_some_and(Seen::tells_later)
    }

    /// Compares a row with the earlier records, before these are [compared
    /// later](Self::compares_later). Returns the flag of the first one of its point and day.
    #[inline]
    pub(crate) fn compare_row(&mut self, row: &CanonicalRows<'_>) -> Option<ServiceFlag> {
        let CanonicalRows { points: [point], dates: [day], flags: [flag], .. } = row else {
            return None;
        };
        self.seen.as_mut()?.offer_row(*point, *day, *flag)
    }

    /// Keeps records that only the end of the file can compare.
    pub(crate) fn keep(&mut self, columns: UpdateColumns<'_>) -> Result<(), Error> {
        match &mut self.seen {
            Some(seen) => seen.keep(columns).map_err(Error::temporary),
            None => Ok(()),
        }
    }

    /// Checks the length of a line: false where it is past the limit.
    #[inline]
    pub(crate) fn check_line_length(&mut self, spot: LineRef<'_>) -> bool {
        if spot.line.oversize {
            self.count_too_long(spot);
        }
        !spot.line.oversize
    }

    #[cold]
    fn count_too_long(&mut self, spot: LineRef<'_>) {
        let beginning = (!self.findings.masks()).then_some(spot.line.bytes);
        let limit = self.options.max_line;
        let format = self.format;
        let name = || format.and_then(|format| sniff::fault_of_line(spot.line, format));
        let message =
            || rule::line_too_long::message(spot.line.length, limit, beginning).with_name(name());
        self.findings.whole(RuleId::LineTooLong, spot, message);
    }

    /// Compares a record with the earlier ones, counts it, and passes it on.
    #[inline]
    pub(crate) fn end_record<F: CheckedFlow>(
        &mut self,
        parsed: &mut Parsed<'_, F>,
    ) -> Result<(), V::Error> {
        let provisional = !self.findings.rejects_line() && self.compare(parsed)?;
        self.count_record(parsed, provisional)
    }

    /// Counts a record that comes again, and passes it on.
    pub(crate) fn end_again<F: CheckedFlow>(
        &mut self,
        parsed: &mut Parsed<'_, F>,
        first: ServiceFlag,
    ) -> Result<(), V::Error> {
        self.count_again_in(parsed, first);
        self.count_record(parsed, false)
    }

    /// Counts the result of a record, and passes it on.
    #[inline]
    fn count_record<F: CheckedFlow>(
        &mut self,
        parsed: &Parsed<'_, F>,
        provisional: bool,
    ) -> Result<(), V::Error> {
        let result = RecordResult { rejected: self.findings.rejects_line(), provisional };
        self.counts.take(result.rejected, parsed.values.flag);
        if V::ENABLED { self.show(parsed, result) } else { Ok(()) }
    }

    /// Passes the result of a record on to the visitor.
    fn show<F: CheckedFlow>(
        &mut self,
        parsed: &Parsed<'_, F>,
        result: RecordResult,
    ) -> Result<(), V::Error> {
        let LineRef { line, record } = parsed.line;
        let (Some(record), Some(shape)) = (record, self.format) else { return Ok(()) };
        self.visitor.record(&Verdict {
            record,
            line: *line,
            rejected: result.rejected,
            provisional: result.provisional,
            rules: self.findings.broken(),
            values: parsed.values,
            shape,
            parsed: F::parsed(parsed.record, parsed.cut()),
        })
    }

    /// Compares a record with the earlier ones. True if only the end of the file can.
    #[inline]
    fn compare<F: CheckedFlow>(&mut self, parsed: &mut Parsed<'_, F>) -> Result<bool, Error> {
        let (Some(seen), Some(key)) = (&mut self.seen, parsed.key()) else { return Ok(false) };
        match seen.offer(key, || parsed.location()).map_err(Error::temporary)? {
            CrossAnswer::First => Ok(false),
            CrossAnswer::Later => Ok(true),
            CrossAnswer::Again(first) => {
                self.count_again_in(parsed, first);
                Ok(false)
            }
        }
    }

    /// Counts a record that comes again, whose line is there.
    fn count_again_in<F: CheckedFlow>(&mut self, parsed: &mut Parsed<'_, F>, first: ServiceFlag) {
        let (line, Some(flag)) = (parsed.line.line.number, parsed.values.flag) else { return };
        let place = |is_same| parsed.span(if is_same { F::POINT } else { F::FLAG });
        self.count_again(first, flag, line, place);
    }

    /// Passes rows on to the visitor.
    pub(crate) fn pass_rows<'r>(
        &mut self,
        rows: impl FnOnce(FileFormat<'r>) -> Rows<'r>,
    ) -> Result<(), V::Error>
    where
        'o: 'r,
    {
        self.format.map_or(Ok(()), |format| self.visitor.rows(&rows(format)))
    }

    /// Counts a record that comes again. The place is the meter point, or else the flag.
    fn count_again<'a>(
        &mut self,
        first: ServiceFlag,
        flag: ServiceFlag,
        line: u64,
        mut place: impl FnMut(bool) -> FindingSpan<'a>,
    ) {
        if rule::duplicate_meter_point::breaks(first, flag) {
            let message = rule::duplicate_meter_point::message;
            self.findings.count(RuleId::DuplicateMeterPoint, line, || place(true), message);
        }
        if rule::conflicting_update::breaks(first, flag) {
            let message = || rule::conflicting_update::message(first);
            self.findings.count(RuleId::ConflictingUpdate, line, || place(false), message);
        }
    }

    /// The same for a record that was accepted before the end of the file.
    fn count_again_at_the_end(
        &mut self,
        conflict: Conflict,
        fields: UpdateFields<'_>,
    ) -> Result<(), V::Error> {
        let Conflict { said, at, first } = conflict;
        // most findings are only counted
        let value = LazyCell::new(|| late_value(said, at));
        self.findings.begin_line();
        let place = |is_point| late_span(&value, is_point, fields, at);
        self.count_again(first, said.flag, at.line, place);
        let rejected = self.findings.rejects_line();
        if rejected {
            self.counts.take_back(said.flag);
        }
        match self.findings.broken().iter().next() {
            Some(rule) if V::ENABLED => {
                let (RecordLocation { record, line, .. }, values) = (at, said.values());
                self.visitor.deferred(DeferredFinding { record, line, rule, rejected, values })
            }
            _ => Ok(()),
        }
    }

    /// Counts bytes without meaning at the end of the file.
    pub(crate) fn count_padding(&mut self, padding: Padding) {
        let bytes = padding.beginning(MAX_VALUE);
        let place = || FindingSpan {
            line: padding.line,
            record: None,
            line_offset: padding.line_offset,
            bytes: &[],
            line_length: padding.start,
            start: usize::try_from(padding.start).unwrap_or(usize::MAX),
            length: padding.length(),
            field: None,
            value: Some(&bytes),
        };
        let message = || rule::trailing_padding::message(padding);
        self.findings.count(RuleId::TrailingPadding, padding.line, place, message);
    }

    /// Checks at the end of the file.
    pub(crate) fn end(&mut self, fields: UpdateFields<'_>) -> Result<(), V::Error> {
        let sequence = self.sequence.take();
        let first = self.envelope.first_text();
        self.identity = sequence.map(|it| it.finish(&mut self.findings, first));
        let layout = self.format.map_or(Layout::Fixed, FileFormat::layout);
        self.envelope.check(layout, &mut self.findings);
        let Some(seen) = self.seen.take() else { return Ok(()) };
        let threads = self.options.threads;
        let mut result = Ok(());
        let mut count = |conflict| {
            if result.is_ok() {
                result = self.count_again_at_the_end(conflict, fields);
            }
        };
        seen.finish(threads, &mut count).map_err(Error::temporary)?;
        result
    }

    pub(crate) fn report(
        self,
        (flow, layout): (Option<Flow>, Layout),
        totals: FlowTotals,
        bytes: u64,
    ) -> Report {
        let masked = self.findings.masks();
        let FlowTotals { file_type, declared, counted } = totals;
        let RecordCounts { records, rejected, flags } = self.counts;
        let Counted { totals, ignored, suppressed, severity, findings } =
            self.findings.into_parts();
        let found: u64 = totals.iter().map(|(_, count)| count).sum();
        Report {
            flow,
            layout,
            envelope: self.envelope.has_header() || self.envelope.has_trailer(),
            file_type,
            edition: self.edition.edition(),
            profile: match self.format {
                Some(FileFormat::Electricity(_, profile)) => Some(profile.name().to_owned()),
                _ => None,
            },
            records,
            accepted: records - rejected,
            rejected,
            flags,
            truncated: found > findings.len() as u64,
            totals,
            ignored,
            suppressed,
            severity,
            findings,
            declared,
            counted,
            bytes,
            masked,
            identity: self.identity,
            policy: self.options.policy.clone(),
        }
    }
}

/// The meter point as its line had it, and behind it the flag.
fn late_value(key: UpdateKey, at: RecordLocation) -> Vec<u8> {
    format!("{:0width$}{}", key.point, key.flag, width = at.point_length as usize).into_bytes()
}

/// The meter point of a line that is gone, or its flag.
fn late_span<'a>(
    value: &'a [u8],
    is_point: bool,
    fields: UpdateFields<'a>,
    at: RecordLocation,
) -> FindingSpan<'a> {
    let (point, flag) = value.split_at(value.len() - 1);
    let (start, bytes, field) = match is_point {
        true => (at.point_start, point, fields.point),
        false => (at.flag_start, flag, fields.flag),
    };
    FindingSpan {
        line: at.line,
        record: Some(at.record),
        line_offset: at.line_offset,
        bytes: &[],
        line_length: u64::from(at.line_length),
        start: start as usize,
        length: bytes.len() as u64,
        field,
        value: Some(bytes),
    }
}
