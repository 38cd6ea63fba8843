//! What the check of any file keeps, whatever its flow: lines, counts, the edition, what records say
//! of one another.

use std::cell::LazyCell;

use flagflow_domain::{Edition, EffectiveDate, ServiceFlag};
use flagflow_frame::{Line, LineEnd, Padding};

use crate::alike::Alike;
use crate::cross::{Answer, Clash, Columns, EARLY, EARLY_FOR_VISITORS, Located, Said, Seen};
use crate::error::Error;
use crate::finding::MAX_VALUE;
use crate::following::Following;
use crate::lane::Broken;
use crate::options::{CrossRecords, EditionChoice, Flow, Layout, Options};
use crate::place::{Anchor, Spot};
use crate::report::{PerFlag, Report};
use crate::rule::{self, RuleId, Words};
use crate::sequence::Issue;
use crate::sniff;
use crate::tally::{Counted, Place, PlacedField, Tally};
use crate::verdict::{Aside, Beginning, Late, RuleSet, Shape, Values, Verdict, Visitor};

/// Which field of an update a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The meter point.
    Point,
    /// The flag.
    Flag,
    /// The day that the flag is effective from.
    Day,
}

/// The fields of a flow's updates, for findings on lines that have gone by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) point: PlacedField<'a>,
    pub(crate) flag: PlacedField<'a>,
}

/// What was made of a record's values.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Judged {
    pub(crate) rejected: bool,
    pub(crate) point: Option<u64>,
    pub(crate) flag: Option<ServiceFlag>,
    pub(crate) day: Option<EffectiveDate>,
}

impl Judged {
    fn values(&self) -> Values {
        Values { point: self.point, flag: self.flag, day: self.day }
    }

    /// What the record says, where all of it can be read.
    fn said(&self) -> Option<Said> {
        Some(Said { point: self.point?, day: self.day?.as_packed(), flag: self.flag? })
    }
}

/// What only the flow knows of a file, for the report.
#[derive(Debug)]
pub(crate) struct OfTheFlow {
    pub(crate) flow: Option<Flow>,
    pub(crate) layout: Layout,
    pub(crate) file_type: Option<String>,
    pub(crate) declared: Option<u64>,
    pub(crate) counted: u64,
}

/// What came of holding a record against the others.
#[derive(Clone, Copy, Debug)]
struct Compared {
    rejected: bool,
    provisional: bool,
}

impl Compared {
    const ACCEPTED: Self = Self { rejected: false, provisional: false };
    const REJECTED: Self = Self { rejected: true, provisional: false };
}

/// A file that begins behind the trailer of the one that is checked.
struct SecondFile {
    header: Anchor,
    lines: u64,
}

/// What the check of any file keeps.
pub(crate) struct Ledger<'o, V> {
    pub(crate) options: &'o Options,
    pub(crate) visitor: &'o mut V,
    shape: Option<Shape<'o>>,
    pub(crate) tally: Tally,
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
    pub(crate) following: Option<Following<'o>>,
    issue: Option<Issue>,
    second_file: Option<SecondFile>,
    line_1: Option<Anchor>,
    first_text: Option<Anchor>,
    last_text: Option<Anchor>,
}

impl<'o, V: Visitor> Ledger<'o, V> {
    pub(crate) fn new(options: &'o Options, visitor: &'o mut V) -> Self {
        let early = if V::LISTENS { EARLY_FOR_VISITORS } else { EARLY };
        let seen = match options.cross_records {
            CrossRecords::Off => None,
            CrossRecords::Within { memory } => Some(Seen::within(memory, early)),
        };
        Self {
            options,
            visitor,
            shape: None,
            tally: Tally::new(options),
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
            following: Following::new(&options.sequence),
            issue: None,
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
            let header = Anchor::new(&Spot { line, record: None });
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
        self.tally.broken = RuleSet::EMPTY;
        if !self.options.ignore[RuleId::SecondFile] {
            self.tally.broken.insert(RuleId::SecondFile);
        }
        self.aside(line, Aside::SecondFile)
    }

    /// Takes an empty line, or one of white space.
    #[cold]
    pub(crate) fn empty_line(&mut self, line: &Line<'_>) -> Result<(), V::Error> {
        if self.is_of_second_file(line) {
            return self.line_of_second_file(line);
        }
        let spot = self.off_record(line);
        self.line_1.get_or_insert_with(|| Anchor::new(&spot));
        self.whole(RuleId::EmptyLine, spot, || rule::empty_line::words(line.length));
        self.line_end(spot);
        self.aside(line, Aside::Empty)
    }

    /// Tells the visitor how the file is read.
    pub(crate) fn shaped(&mut self, shape: Shape<'o>, line: &Line<'_>) -> Result<(), V::Error> {
        self.shape = Some(shape);
        if !V::LISTENS {
            return Ok(());
        }
        self.visitor.begin(Beginning { shape, line_end: line.end })
    }

    /// Takes a line that is no record, and tells the visitor of it.
    pub(crate) fn aside(&mut self, line: &Line<'_>, aside: Aside) -> Result<(), V::Error> {
        if let Some(following) = &mut self.following {
            match aside {
                Aside::Reason { .. } => following.reason(line),
                Aside::Header | Aside::Trailer | Aside::Group => following.around(line),
                Aside::Empty | Aside::SecondFile => {}
            }
        }
        if !V::LISTENS {
            return Ok(());
        }
        self.visitor.judged_aside(line, aside, self.tally.broken)
    }

    /// Points at a line that is no record, before it is judged.
    pub(crate) fn off_record<'a>(&mut self, line: &'a Line<'a>) -> Spot<'a> {
        self.tally.broken = RuleSet::EMPTY;
        Spot { line, record: None }
    }

    /// Keeps the first line with text.
    pub(crate) fn first_text(&mut self, spot: Spot<'_>) {
        self.line_1.get_or_insert_with(|| Anchor::new(&spot));
        self.first_text = Some(Anchor::new(&spot));
    }

    /// Keeps a line with text while it may be the last before a missing trailer.
    #[inline]
    pub(crate) fn text(&mut self, line: &Line<'_>) {
        if self.has_header && !self.has_trailer {
            let spot = Spot { line, record: None };
            self.last_text.get_or_insert_with(|| Anchor::new(&spot)).set(&spot);
        }
    }

    /// Counts a record and points at it.
    #[inline]
    pub(crate) fn record<'a>(&mut self, line: &'a Line<'a>) -> Spot<'a> {
        self.records += 1;
        if let Some(following) = &mut self.following {
            following.record(line);
        }
        if V::LISTENS {
            self.tally.broken = RuleSet::EMPTY;
        }
        Spot { line, record: Some(self.records) }
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
    pub(crate) fn accept_for_now(&mut self, columns: Columns<'_>) -> Result<(), Error> {
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
        spot: Spot<'_>,
        place: impl Fn(Part) -> Place<'a>,
    ) -> Located {
        match self.shape {
            Some(shape) => self.alike.locate(spot, shape.layout(), place),
            None => Located::default(),
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

    /// The rules that [`Ledger::judge_values`] would find broken.
    pub(crate) fn broken_by(
        &self,
        flag: Option<ServiceFlag>,
        day: Option<EffectiveDate>,
        broken: &mut Broken,
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
        spot: Spot<'_>,
        words: impl FnOnce() -> Words,
    ) -> bool {
        self.tally.count(rule, spot.line.number, || spot.whole(), words)
    }

    /// What the beginning of the file decides: the edition, and which day is today.
    pub(crate) fn begin(
        &mut self,
        spot: Spot<'_>,
        day: Option<EffectiveDate>,
        edition_on: impl Fn(EffectiveDate) -> Option<Edition>,
    ) {
        self.today = self.options.as_of.or(day);
        self.edition = match self.options.edition {
            EditionChoice::Given(edition) => edition,
            EditionChoice::Auto => day.and_then(edition_on).unwrap_or_else(|| {
                let words = || rule::edition_unknown::words(self.has_header, day.is_some());
                self.tally.count(RuleId::EditionUnknown, spot.line.number, || spot.whole(), words);
                Edition::Any
            }),
        };
    }

    /// Judges how a line ends. True where that rejects the record it is.
    #[inline]
    pub(crate) fn line_end(&mut self, spot: Spot<'_>) -> bool {
        let end = spot.line.end;
        let first = *self.first_end.get_or_insert(end);
        if end == first && end != LineEnd::None {
            return false;
        }
        self.odd_line_end(spot, first)
    }

    #[cold]
    fn odd_line_end(&mut self, spot: Spot<'_>, first: LineEnd) -> bool {
        let end = spot.line.end;
        if end == LineEnd::None {
            return self.whole(RuleId::MissingTerminator, spot, rule::missing_terminator::words);
        }
        if !rule::mixed_line_ends::fires(first, end) || std::mem::replace(&mut self.mixed, true) {
            return false;
        }
        self.whole(RuleId::MixedLineEnds, spot, || rule::mixed_line_ends::words(first, end))
    }

    /// Judges a line's length. `Err` where it is past the limit: whether that rejects its record.
    #[inline]
    pub(crate) fn line_length(&mut self, spot: Spot<'_>) -> Result<(), bool> {
        if spot.line.oversize { Err(self.too_long(spot)) } else { Ok(()) }
    }

    #[cold]
    fn too_long(&mut self, spot: Spot<'_>) -> bool {
        let beginning = (!self.tally.mask).then_some(spot.line.bytes);
        let limit = self.options.max_line;
        let shape = self.shape;
        let name = || shape.and_then(|shape| sniff::fault_of_line(spot.line, shape));
        let words =
            || rule::line_too_long::words(spot.line.length, limit, beginning).with_name(name());
        self.whole(RuleId::LineTooLong, spot, words)
    }

    /// Judges a flag and a day that can be read. Where they stand is asked for only if it is told.
    #[inline]
    pub(crate) fn judge_values<'a>(
        &mut self,
        line: u64,
        judged: &mut Judged,
        place: impl Fn(Part) -> Place<'a>,
    ) {
        let edition = self.edition;
        if let Some(flag) = judged.flag.filter(|flag| !edition.allows(*flag)) {
            let words = || rule::flag_not_in_edition::words(flag, edition);
            let place = || place(Part::Flag);
            judged.rejected |= self.tally.count(RuleId::FlagNotInEdition, line, place, words);
        }
        let Some(day) = judged.day else { return };
        if let Some(today) = self.today.filter(|today| day > *today) {
            let words = || rule::future_effective_date::words(today);
            let place = || place(Part::Day);
            judged.rejected |= self.tally.count(RuleId::FutureEffectiveDate, line, place, words);
        }
        if rule::placeholder_date::breaks(day.as_packed()) {
            let words = rule::placeholder_date::words;
            let place = || place(Part::Day);
            judged.rejected |= self.tally.count(RuleId::PlaceholderDate, line, place, words);
        }
    }

    /// Holds a record against the others, and counts it.
    #[inline]
    pub(crate) fn close<'a>(
        &mut self,
        spot: Spot<'_>,
        judged: Judged,
        place: impl Fn(Part) -> Place<'a>,
    ) -> Result<(), V::Error> {
        let compared = match judged.rejected {
            true => Compared::REJECTED,
            false => self.compare(spot, &judged, place)?,
        };
        self.rejected += u64::from(compared.rejected);
        if let (false, Some(flag)) = (compared.rejected, judged.flag) {
            self.flags.add(flag);
        }
        if V::LISTENS { self.tell(spot, &judged, compared) } else { Ok(()) }
    }

    /// Tells the visitor what became of a record.
    fn tell(
        &mut self,
        spot: Spot<'_>,
        judged: &Judged,
        compared: Compared,
    ) -> Result<(), V::Error> {
        let (Some(record), Some(shape)) = (spot.record, self.shape) else { return Ok(()) };
        let Compared { rejected, provisional } = compared;
        let rules = self.tally.broken;
        let (line, values) = (*spot.line, judged.values());
        let verdict = Verdict { record, line, rejected, provisional, rules, values, shape };
        self.visitor.record(&verdict)
    }

    /// Holds a record against the earlier ones.
    #[inline]
    fn compare<'a>(
        &mut self,
        spot: Spot<'_>,
        judged: &Judged,
        place: impl Fn(Part) -> Place<'a>,
    ) -> Result<Compared, Error> {
        let (Some(seen), Some(said), Some(shape)) = (&mut self.seen, judged.said(), self.shape)
        else {
            return Ok(Compared::ACCEPTED);
        };
        let locate = || self.alike.locate(spot, shape.layout(), &place);
        match seen.offer(said, locate).map_err(Error::temporary)? {
            Answer::First => Ok(Compared::ACCEPTED),
            Answer::Later => Ok(Compared { rejected: false, provisional: true }),
            Answer::Again(first) => {
                let rejected = self.again(said, first, spot.line.number, place);
                Ok(Compared { rejected, provisional: false })
            }
        }
    }

    /// Counts a record that says something of a point and a day that another has spoken of.
    fn again<'a>(
        &mut self,
        said: Said,
        first: ServiceFlag,
        line: u64,
        place: impl FnOnce(Part) -> Place<'a>,
    ) -> bool {
        if said.flag == first {
            let words = rule::duplicate_meter_point::words;
            return self.tally.count(
                RuleId::DuplicateMeterPoint,
                line,
                || place(Part::Point),
                words,
            );
        }
        let words = || rule::conflicting_update::words(first);
        self.tally.count(RuleId::ConflictingUpdate, line, || place(Part::Flag), words)
    }

    /// The same for a record that was taken as accepted before the end of the file told.
    fn again_at_the_end(&mut self, clash: Clash, parts: Parts<'_>) -> Result<(), V::Error> {
        let Clash { said, at, first } = clash;
        // most findings are only counted
        let value = LazyCell::new(|| late_value(said, at));
        self.tally.broken = RuleSet::EMPTY;
        let rejected = self.again(said, first, at.line, |part| late_place(&value, part, parts, at));
        if rejected {
            self.rejected += 1;
            self.flags.take_back(said.flag);
        }
        match self.tally.broken.iter().next() {
            Some(rule) if V::LISTENS => {
                let (Located { record, line, .. }, values) = (at, said.values());
                self.visitor.late(Late { record, line, rule, rejected, values })
            }
            _ => Ok(()),
        }
    }

    /// The file began with a byte-order mark, which belongs to no line: the first one is shown.
    pub(crate) fn byte_order_mark(&mut self) {
        let line_1 = self.line_1.take();
        self.whole_at(RuleId::ByteOrderMark, line_1.as_ref(), rule::byte_order_mark::words);
    }

    /// The file ended with bytes that mean nothing.
    pub(crate) fn padding(&mut self, padding: Padding) {
        let bytes = padding.beginning(MAX_VALUE);
        let place = || Place {
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
        let words = || rule::trailing_padding::words(padding);
        self.tally.count(RuleId::TrailingPadding, padding.line, place, words);
    }

    /// Counts a finding of the file at a line that was kept.
    fn whole_at(&mut self, rule: RuleId, anchor: Option<&Anchor>, words: impl FnOnce() -> Words) {
        let Some(anchor) = anchor else { return };
        self.whole(rule, Spot { line: &anchor.line(), record: None }, words);
    }

    /// What the end of the file brings to light.
    pub(crate) fn end(&mut self, parts: Parts<'_>) -> Result<(), V::Error> {
        let following = self.following.take();
        self.issue = following.map(|it| it.finish(&mut self.tally, self.first_text.as_ref()));
        self.judge_envelope();
        if let Some(SecondFile { header, lines }) = self.second_file.take() {
            let words = || rule::second_file::words(header.line().number, lines);
            self.whole_at(RuleId::SecondFile, Some(&header), words);
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
        let layout = self.shape.map_or(Layout::Fixed, Shape::layout);
        match (self.has_header, self.has_trailer) {
            (false, true) => {
                let first = self.first_text.take();
                let words = || rule::missing_header::words(layout);
                self.whole_at(RuleId::MissingHeader, first.as_ref(), words);
            }
            (true, false) => {
                let last = self.last_text.take().or(self.first_text.take());
                let words = || rule::missing_trailer::words(layout);
                self.whole_at(RuleId::MissingTrailer, last.as_ref(), words);
            }
            (true, true) | (false, false) => {}
        }
    }

    pub(crate) fn report(self, of_the_flow: OfTheFlow, bytes: u64) -> Report {
        let masked = self.tally.mask;
        let Counted { totals, ignored, suppressed, severity, findings } = self.tally.into_parts();
        let found: u64 = totals.iter().map(|(_, count)| count).sum();
        let OfTheFlow { flow, layout, file_type, declared, counted } = of_the_flow;
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
            issue: self.issue,
            policy: self.options.policy.clone(),
        }
    }
}

/// The meter point as it stood in its line, and behind it the flag.
fn late_value(said: Said, at: Located) -> Vec<u8> {
    format!("{:0width$}{}", said.point, said.flag, width = at.point_length as usize).into_bytes()
}

/// A field of a line that has gone by.
fn late_place<'a>(value: &'a [u8], part: Part, parts: Parts<'a>, at: Located) -> Place<'a> {
    let (point, flag) = value.split_at(value.len() - 1);
    let (start, bytes, field) = match part {
        Part::Flag => (at.flag_start, flag, parts.flag),
        Part::Point | Part::Day => (at.point_start, point, parts.point),
    };
    Place {
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
