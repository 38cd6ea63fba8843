//! What the check of any file keeps, whatever its flow: lines, counts, the edition, what records say
//! of one another.

use std::cell::LazyCell;

use flagflow_domain::{Edition, EffectiveDate, ServiceFlag};
use flagflow_frame::{Line, LineEnd, Padding};

use crate::alike::Alike;
use crate::column_check::BrokenRules;
use crate::cross::{
    Conflict, CrossAnswer, EARLY, EARLY_FOR_VISITORS, RecordLocation, Seen, UpdateColumns,
    UpdateKey,
};
use crate::error::Error;
use crate::finding::MAX_VALUE;
use crate::finding_counts::{Counted, FindingCounts, FindingSpan, PlacedField};
use crate::options::{CrossRecords, EditionChoice, Flow, Layout, Options};
use crate::place::{LineRef, SavedLine};
use crate::report::{PerFlag, Report};
use crate::rule::{self, Message, RuleId};
use crate::sequence::FileIdentity;
use crate::sequence_check::SequenceCheck;
use crate::sniff;
use crate::verdict::{
    DeferredFinding, FileFormat, FileStart, OtherLine, RecordValues, RuleFlags, Verdict, Visitor,
};

/// Which field of an update a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UpdateField {
    /// The meter point.
    Point,
    /// The flag.
    Flag,
    /// The day that the flag is effective from.
    Day,
}

/// The fields of a flow's updates, for findings on lines that have gone by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UpdateFields<'a> {
    pub(crate) point: PlacedField<'a>,
    pub(crate) flag: PlacedField<'a>,
}

/// What was made of a record's values.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RecordResult {
    pub(crate) rejected: bool,
    pub(crate) point: Option<u64>,
    pub(crate) flag: Option<ServiceFlag>,
    pub(crate) day: Option<EffectiveDate>,
}

impl RecordResult {
    fn values(&self) -> RecordValues {
        RecordValues { point: self.point, flag: self.flag, day: self.day }
    }

    /// What the record says, where all of it can be read.
    fn said(&self) -> Option<UpdateKey> {
        Some(UpdateKey { point: self.point?, day: self.day?.as_packed(), flag: self.flag? })
    }
}

/// What only the flow knows of a file, for the report.
#[derive(Debug)]
pub(crate) struct FlowTotals {
    pub(crate) flow: Option<Flow>,
    pub(crate) layout: Layout,
    pub(crate) file_type: Option<String>,
    pub(crate) declared: Option<u64>,
    pub(crate) counted: u64,
}

/// What came of holding a record against the others.
#[derive(Clone, Copy, Debug)]
struct ComparisonResult {
    rejected: bool,
    provisional: bool,
}

impl ComparisonResult {
    const ACCEPTED: Self = Self { rejected: false, provisional: false };
    const REJECTED: Self = Self { rejected: true, provisional: false };
}

/// A file that begins behind the trailer of the one that is checked.
struct SecondFile {
    header: SavedLine,
    lines: u64,
}

/// What the check of any file keeps.
pub(crate) struct FileState<'o, V> {
    pub(crate) options: &'o Options,
    pub(crate) visitor: &'o mut V,
    shape: Option<FileFormat<'o>>,
    pub(crate) finding_counts: FindingCounts,
    pub(crate) has_header: bool,
    pub(crate) has_trailer: bool,
    pub(crate) records: u64,
    edition: Edition,
    /// The last day that is not in the future.
    today: Option<EffectiveDate>,
    first_end: Option<LineEnd>,
    mixed: bool,
    rejected: u64,
    flags: PerFlag,
    seen: Option<Seen>,
    alike: Alike,
    /// Where the file is held against the one before it.
    pub(crate) following: Option<SequenceCheck<'o>>,
    identity: Option<FileIdentity>,
    second_file: Option<SecondFile>,
    line_1: Option<SavedLine>,
    first_text: Option<SavedLine>,
    last_text: Option<SavedLine>,
}

impl<'o, V: Visitor> FileState<'o, V> {
    pub(crate) fn new(options: &'o Options, visitor: &'o mut V) -> Self {
        let early = if V::ENABLED { EARLY_FOR_VISITORS } else { EARLY };
        let seen = match options.cross_records {
            CrossRecords::Off => None,
            CrossRecords::Within { memory } => Some(Seen::within(memory, early)),
        };
        Self {
            options,
            visitor,
            shape: None,
            finding_counts: FindingCounts::new(options),
            has_header: false,
            has_trailer: false,
            records: 0,
            edition: Edition::Any,
            today: options.as_of,
            first_end: None,
            mixed: false,
            rejected: 0,
            flags: PerFlag::default(),
            seen,
            alike: Alike::default(),
            following: SequenceCheck::new(&options.sequence),
            identity: None,
            second_file: None,
            line_1: None,
            first_text: None,
            last_text: None,
        }
    }

    /// Whether a line belongs to a second file, behind the trailer. What that is made of is only
    /// counted.
    #[inline]
    pub(crate) fn is_of_second_file(&mut self, line: &Line<'_>) -> bool {
        self.has_trailer && self.counts_to_second_file(line)
    }

    #[cold]
    fn counts_to_second_file(&mut self, line: &Line<'_>) -> bool {
        if self.second_file.is_none() && rule::second_file::begins(line.bytes) {
            let header = SavedLine::new(&LineRef { line, record: None });
            self.second_file = Some(SecondFile { header, lines: 0 });
        }
        let second = self.second_file.as_mut();
        second.is_some_and(|second| {
            second.lines += 1;
            true
        })
    }

    /// Takes a line of a second file.
    #[cold]
    pub(crate) fn line_of_second_file(&mut self, line: &Line<'_>) -> Result<(), V::Error> {
        self.finding_counts.broken = RuleFlags::EMPTY;
        if !self.options.ignore[RuleId::SecondFile] {
            self.finding_counts.broken.insert(RuleId::SecondFile);
        }
        self.other_line(line, OtherLine::SecondFile)
    }

    /// Takes an empty line, or one of white space.
    #[cold]
    pub(crate) fn empty_line(&mut self, line: &Line<'_>) -> Result<(), V::Error> {
        if self.is_of_second_file(line) {
            return self.line_of_second_file(line);
        }
        let spot = self.off_record(line);
        self.line_1.get_or_insert_with(|| SavedLine::new(&spot));
        self.whole(RuleId::EmptyLine, spot, || rule::empty_line::message(line.length));
        self.line_end(spot);
        self.other_line(line, OtherLine::Empty)
    }

    /// Tells the visitor how the file is read.
    pub(crate) fn shaped(
        &mut self,
        shape: FileFormat<'o>,
        line: &Line<'_>,
    ) -> Result<(), V::Error> {
        self.shape = Some(shape);
        if !V::ENABLED {
            return Ok(());
        }
        self.visitor.begin(FileStart { shape, line_end: line.end })
    }

    /// Takes a line that is no record, and tells the visitor of it.
    pub(crate) fn other_line(
        &mut self,
        line: &Line<'_>,
        other_line: OtherLine,
    ) -> Result<(), V::Error> {
        if let Some(following) = &mut self.following {
            match other_line {
                OtherLine::Reason { .. } => following.reason(line),
                OtherLine::Header | OtherLine::Trailer | OtherLine::Group => following.around(line),
                OtherLine::Empty | OtherLine::SecondFile => {}
            }
        }
        if !V::ENABLED {
            return Ok(());
        }
        self.visitor.checked_other_line(line, other_line, self.finding_counts.broken)
    }

    /// Points at a line that is no record, before it is judged.
    pub(crate) fn off_record<'a>(&mut self, line: &'a Line<'a>) -> LineRef<'a> {
        self.finding_counts.broken = RuleFlags::EMPTY;
        LineRef { line, record: None }
    }

    /// Keeps the first line with text.
    pub(crate) fn first_text(&mut self, spot: LineRef<'_>) {
        self.line_1.get_or_insert_with(|| SavedLine::new(&spot));
        self.first_text = Some(SavedLine::new(&spot));
    }

    /// Keeps a line with text while it may be the last before a missing trailer.
    #[inline]
    pub(crate) fn text(&mut self, line: &Line<'_>) {
        if self.has_header && !self.has_trailer {
            let spot = LineRef { line, record: None };
            self.last_text.get_or_insert_with(|| SavedLine::new(&spot)).set(&spot);
        }
    }

    /// Counts a record and points at it.
    #[inline]
    pub(crate) fn record<'a>(&mut self, line: &'a Line<'a>) -> LineRef<'a> {
        self.records += 1;
        if let Some(following) = &mut self.following {
            following.record(line);
        }
        if V::ENABLED {
            self.finding_counts.broken = RuleFlags::EMPTY;
        }
        LineRef { line, record: Some(self.records) }
    }

    /// Whether rows may be judged without their lines: no digest is made of them.
    pub(crate) const fn may_take_rows(&self) -> bool {
        self.following.is_none()
    }

    /// Whether lines with an end break no rule by it.
    pub(crate) fn is_usual(&self, end: LineEnd) -> bool {
        self.first_end == Some(end) || self.mixed
    }

    /// Whether records are held against one another.
    pub(crate) const fn compares(&self) -> bool {
        self.seen.is_some()
    }

    /// Whether only the end of the file will tell of a record that comes next.
    pub(crate) fn tells_later(&self) -> bool {
        self.seen.as_ref().is_some_and(Seen::tells_later)
    }

    /// Accepts records that only the end of the file will tell of.
    pub(crate) fn accept_for_now(&mut self, columns: UpdateColumns<'_>) -> Result<(), Error> {
        self.accept_more(columns.flags);
        match &mut self.seen {
            Some(seen) => seen.keep(columns).map_err(Error::temporary),
            None => Ok(()),
        }
    }

    /// Where a record stands all of whose fields can be read.
    #[inline]
    pub(crate) fn locate<'a>(
        &mut self,
        spot: LineRef<'_>,
        place: impl Fn(UpdateField) -> FindingSpan<'a>,
    ) -> RecordLocation {
        match self.shape {
            Some(shape) => self.alike.locate(spot, shape.layout(), place),
            None => RecordLocation::default(),
        }
    }

    /// Which flags are of the edition, by their letters.
    pub(crate) fn allowed_flags(&self) -> [bool; 256] {
        let mut allowed = [false; 256];
        for flag in ServiceFlag::ALL {
            allowed[usize::from(flag.as_byte())] = self.edition.allows(flag);
        }
        allowed
    }

    /// The last day that is not in the future, packed; every day where that is not known.
    pub(crate) fn last_day(&self) -> u32 {
        self.today.unwrap_or(EffectiveDate::MAX).as_packed()
    }

    /// The rules that [`FileState::judge_values`] would find broken.
    pub(crate) fn broken_by(
        &self,
        flag: Option<ServiceFlag>,
        day: Option<EffectiveDate>,
        broken: &mut BrokenRules,
    ) {
        if flag.is_some_and(|flag| !self.edition.allows(flag)) {
            broken.push(RuleId::FlagNotInEdition);
        }
        if self.today.is_some_and(|today| day.is_some_and(|day| day > today)) {
            broken.push(RuleId::FutureEffectiveDate);
        }
        if day.is_some_and(|day| rule::placeholder_date::breaks(day.as_packed())) {
            broken.push(RuleId::PlaceholderDate);
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
    pub(crate) fn reject_more(&mut self, records: u64) {
        self.records += records;
        self.rejected += records;
    }

    /// Counts a finding of a whole line. True where that rejects its record.
    pub(crate) fn whole(
        &mut self,
        rule: RuleId,
        spot: LineRef<'_>,
        message: impl FnOnce() -> Message,
    ) -> bool {
        self.finding_counts.count(rule, spot.line.number, || spot.whole(), message)
    }

    /// What the beginning of the file decides: the edition, and which day is today.
    pub(crate) fn begin(
        &mut self,
        spot: LineRef<'_>,
        day: Option<EffectiveDate>,
        edition_on: impl Fn(EffectiveDate) -> Option<Edition>,
    ) {
        self.today = self.options.as_of.or(day);
        self.edition = match self.options.edition {
            EditionChoice::Given(edition) => edition,
            EditionChoice::Auto => day.and_then(edition_on).unwrap_or_else(|| {
                let message = || rule::edition_unknown::message(self.has_header, day.is_some());
                self.finding_counts.count(
                    RuleId::EditionUnknown,
                    spot.line.number,
                    || spot.whole(),
                    message,
                );
                Edition::Any
            }),
        };
    }

    /// Judges how a line ends. True where that rejects the record it is.
    #[inline]
    pub(crate) fn line_end(&mut self, spot: LineRef<'_>) -> bool {
        let end = spot.line.end;
        let first = *self.first_end.get_or_insert(end);
        if end == first && end != LineEnd::None {
            return false;
        }
        self.odd_line_end(spot, first)
    }

    #[cold]
    fn odd_line_end(&mut self, spot: LineRef<'_>, first: LineEnd) -> bool {
        let end = spot.line.end;
        if end == LineEnd::None {
            return self.whole(RuleId::MissingTerminator, spot, rule::missing_terminator::message);
        }
        if !rule::mixed_line_ends::fires(first, end) || std::mem::replace(&mut self.mixed, true) {
            return false;
        }
        self.whole(RuleId::MixedLineEnds, spot, || rule::mixed_line_ends::message(first, end))
    }

    /// Judges a line's length. `Err` where it is past the limit: whether that rejects its record.
    #[inline]
    pub(crate) fn line_length(&mut self, spot: LineRef<'_>) -> Result<(), bool> {
        if spot.line.oversize { Err(self.too_long(spot)) } else { Ok(()) }
    }

    #[cold]
    fn too_long(&mut self, spot: LineRef<'_>) -> bool {
        let beginning = (!self.finding_counts.mask).then_some(spot.line.bytes);
        let limit = self.options.max_line;
        let shape = self.shape;
        let name = || shape.and_then(|shape| sniff::fault_of_line(spot.line, shape));
        let message =
            || rule::line_too_long::message(spot.line.length, limit, beginning).with_name(name());
        self.whole(RuleId::LineTooLong, spot, message)
    }

    /// Judges a flag and a day that can be read. Where they stand is asked for only if it is told.
    #[inline]
    pub(crate) fn judge_values<'a>(
        &mut self,
        line: u64,
        judged: &mut RecordResult,
        place: impl Fn(UpdateField) -> FindingSpan<'a>,
    ) {
        let edition = self.edition;
        if let Some(flag) = judged.flag.filter(|flag| !edition.allows(*flag)) {
            let message = || rule::flag_not_in_edition::message(flag, edition);
            let place = || place(UpdateField::Flag);
            judged.rejected |=
                self.finding_counts.count(RuleId::FlagNotInEdition, line, place, message);
        }
        let Some(day) = judged.day else { return };
        if let Some(today) = self.today.filter(|today| day > *today) {
            let message = || rule::future_effective_date::message(today);
            let place = || place(UpdateField::Day);
            judged.rejected |=
                self.finding_counts.count(RuleId::FutureEffectiveDate, line, place, message);
        }
        if rule::placeholder_date::breaks(day.as_packed()) {
            let message = rule::placeholder_date::message;
            let place = || place(UpdateField::Day);
            judged.rejected |=
                self.finding_counts.count(RuleId::PlaceholderDate, line, place, message);
        }
    }

    /// Holds a record against the others, and counts it.
    #[inline]
    pub(crate) fn close<'a>(
        &mut self,
        spot: LineRef<'_>,
        judged: RecordResult,
        place: impl Fn(UpdateField) -> FindingSpan<'a>,
    ) -> Result<(), V::Error> {
        let compared = match judged.rejected {
            true => ComparisonResult::REJECTED,
            false => self.compare(spot, &judged, place)?,
        };
        self.rejected += u64::from(compared.rejected);
        if let (false, Some(flag)) = (compared.rejected, judged.flag) {
            self.flags.add(flag);
        }
        if V::ENABLED { self.tell(spot, &judged, compared) } else { Ok(()) }
    }

    /// Tells the visitor what became of a record.
    fn tell(
        &mut self,
        spot: LineRef<'_>,
        judged: &RecordResult,
        compared: ComparisonResult,
    ) -> Result<(), V::Error> {
        let (Some(record), Some(shape)) = (spot.record, self.shape) else { return Ok(()) };
        let ComparisonResult { rejected, provisional } = compared;
        let rules = self.finding_counts.broken;
        let (line, values) = (*spot.line, judged.values());
        let verdict = Verdict { record, line, rejected, provisional, rules, values, shape };
        self.visitor.record(&verdict)
    }

    /// Holds a record against the earlier ones.
    #[inline]
    fn compare<'a>(
        &mut self,
        spot: LineRef<'_>,
        judged: &RecordResult,
        place: impl Fn(UpdateField) -> FindingSpan<'a>,
    ) -> Result<ComparisonResult, Error> {
        let (Some(seen), Some(said), Some(shape)) = (&mut self.seen, judged.said(), self.shape)
        else {
            return Ok(ComparisonResult::ACCEPTED);
        };
        let locate = || self.alike.locate(spot, shape.layout(), &place);
        match seen.offer(said, locate).map_err(Error::temporary)? {
            CrossAnswer::First => Ok(ComparisonResult::ACCEPTED),
            CrossAnswer::Later => Ok(ComparisonResult { rejected: false, provisional: true }),
            CrossAnswer::Again(first) => {
                let rejected = self.again(said, first, spot.line.number, place);
                Ok(ComparisonResult { rejected, provisional: false })
            }
        }
    }

    /// Counts a record that says something of a point and a day that another has spoken of.
    fn again<'a>(
        &mut self,
        said: UpdateKey,
        first: ServiceFlag,
        line: u64,
        place: impl FnOnce(UpdateField) -> FindingSpan<'a>,
    ) -> bool {
        if said.flag == first {
            let message = rule::duplicate_meter_point::message;
            return self.finding_counts.count(
                RuleId::DuplicateMeterPoint,
                line,
                || place(UpdateField::Point),
                message,
            );
        }
        let message = || rule::conflicting_update::message(first);
        self.finding_counts.count(
            RuleId::ConflictingUpdate,
            line,
            || place(UpdateField::Flag),
            message,
        )
    }

    /// The same for a record that was taken as accepted before the end of the file told.
    fn again_at_the_end(
        &mut self,
        clash: Conflict,
        parts: UpdateFields<'_>,
    ) -> Result<(), V::Error> {
        let Conflict { said, at, first } = clash;
        // most findings are only counted
        let value = LazyCell::new(|| late_value(said, at));
        self.finding_counts.broken = RuleFlags::EMPTY;
        let rejected = self.again(said, first, at.line, |part| late_place(&value, part, parts, at));
        if rejected {
            self.rejected += 1;
            self.flags.take_back(said.flag);
        }
        match self.finding_counts.broken.iter().next() {
            Some(rule) if V::ENABLED => {
                let (RecordLocation { record, line, .. }, values) = (at, said.values());
                self.visitor.deferred(DeferredFinding { record, line, rule, rejected, values })
            }
            _ => Ok(()),
        }
    }

    /// The file began with a byte-order mark, which belongs to no line: the first one is shown.
    pub(crate) fn byte_order_mark(&mut self) {
        let line_1 = self.line_1.take();
        self.whole_at(RuleId::ByteOrderMark, line_1.as_ref(), rule::byte_order_mark::message);
    }

    /// The file ended with bytes that mean nothing.
    pub(crate) fn padding(&mut self, padding: Padding) {
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
        self.finding_counts.count(RuleId::TrailingPadding, padding.line, place, message);
    }

    /// Counts a finding of the file at a line that was kept.
    fn whole_at(
        &mut self,
        rule: RuleId,
        anchor: Option<&SavedLine>,
        message: impl FnOnce() -> Message,
    ) {
        let Some(anchor) = anchor else { return };
        self.whole(rule, LineRef { line: &anchor.line(), record: None }, message);
    }

    /// What the end of the file brings to light.
    pub(crate) fn end(&mut self, parts: UpdateFields<'_>) -> Result<(), V::Error> {
        let following = self.following.take();
        self.identity =
            following.map(|it| it.finish(&mut self.finding_counts, self.first_text.as_ref()));
        self.judge_envelope();
        if let Some(SecondFile { header, lines }) = self.second_file.take() {
            let message = || rule::second_file::message(header.line().number, lines);
            self.whole_at(RuleId::SecondFile, Some(&header), message);
        }
        let Some(seen) = self.seen.take() else { return Ok(()) };
        let mut told = Ok(());
        let mut tell = |clash| {
            if told.is_ok() {
                told = self.again_at_the_end(clash, parts);
            }
        };
        seen.finish(&mut tell).map_err(Error::temporary)?;
        told
    }

    fn judge_envelope(&mut self) {
        let layout = self.shape.map_or(Layout::Fixed, FileFormat::layout);
        match (self.has_header, self.has_trailer) {
            (false, true) => {
                let first = self.first_text.take();
                let message = || rule::missing_header::message(layout);
                self.whole_at(RuleId::MissingHeader, first.as_ref(), message);
            }
            (true, false) => {
                let last = self.last_text.take().or(self.first_text.take());
                let message = || rule::missing_trailer::message(layout);
                self.whole_at(RuleId::MissingTrailer, last.as_ref(), message);
            }
            (true, true) | (false, false) => {}
        }
    }

    pub(crate) fn report(self, of_the_flow: FlowTotals, bytes: u64) -> Report {
        let masked = self.finding_counts.mask;
        let Counted { totals, ignored, suppressed, severity, findings } =
            self.finding_counts.into_parts();
        let found: u64 = totals.iter().map(|(_, count)| count).sum();
        let FlowTotals { flow, layout, file_type, declared, counted } = of_the_flow;
        Report {
            flow,
            layout,
            envelope: self.has_header || self.has_trailer,
            file_type,
            edition: self.edition,
            records: self.records,
            accepted: self.records - self.rejected,
            rejected: self.rejected,
            flags: self.flags,
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

/// The meter point as it stood in its line, and behind it the flag.
fn late_value(said: UpdateKey, at: RecordLocation) -> Vec<u8> {
    format!("{:0width$}{}", said.point, said.flag, width = at.point_length as usize).into_bytes()
}

/// A field of a line that has gone by.
fn late_place<'a>(
    value: &'a [u8],
    part: UpdateField,
    parts: UpdateFields<'a>,
    at: RecordLocation,
) -> FindingSpan<'a> {
    let (point, flag) = value.split_at(value.len() - 1);
    let (start, bytes, field) = match part {
        UpdateField::Flag => (at.flag_start, flag, parts.flag),
        UpdateField::Point | UpdateField::Day => (at.point_start, point, parts.point),
    };
    FindingSpan {
        line: at.line,
        record: Some(at.record),
        line_offset: at.line_offset,
        bytes: &[],
        line_length: u64::from(at.line_length),
        start: start as usize,
        length: bytes.len() as u64,
        field: Some(field),
        value: Some(bytes),
    }
}
