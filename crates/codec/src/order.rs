//! The order of a file: header, groups with their records, trailer; and the counts of its lines.
//!
//! ```text
//! file   := [header] body* [trailer]
//! body   := a line without parent | a line below its parent, which is the last line of its level
//! ```
//!
//! A line occurs below each line of its parent, or in the file, as often as the table says
//! ([`Cardinality`]). One counter for each line of the table is enough: a line that opens sets the
//! counters of the lines below it to zero.

use flagflow_frame::Position;

use crate::error::{ErrorKind, LineCode};
use crate::names::Names;
use crate::table::{Cardinality, LineKind, LineSpec, MAX_LINES, Table};

/// The levels below which lines have no parents.
const MAX_LEVELS: u8 = 8;

/// The part that a line plays in its file, by its code and its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The header, on the first line.
    Header,
    /// A group: not a record.
    Group,
    /// A record, good or bad, or a line of an unknown code.
    Record,
    /// A reason below its record.
    Reason,
    /// A line in the wrong place: a header that is not first, a line without its parent or more
    /// often below it than the table says, anything after the trailer. It counts as a record, a bad
    /// one.
    Misplaced,
    /// The trailer: the first one.
    Trailer,
}

/// The numbers of lines of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records, bad ones and misplaced lines among them.
    pub records: u64,
    /// Reasons below records.
    pub reasons: u64,
    /// Lines between header and trailer.
    pub groups: u64,
    /// Top-level groups among them, or records where the flow has no groups.
    pub flows: u64,
}

impl Counts {
    /// Adds the lines of a part of the file.
    pub(crate) const fn add(&mut self, part: &Self) {
        self.records += part.records;
        self.reasons += part.reasons;
        self.groups += part.groups;
        self.flows += part.flows;
    }
}

/// A line that occurs less often than the table says, where its parent or the file ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortfall {
    /// The kind of the error: [`ErrorKind::TooFewLines`].
    pub kind: ErrorKind,
    /// The position where the parent begins; `None` for a line without one.
    pub parent: Option<Position>,
}

/// The place that a line of the table has.
#[derive(Clone, Copy, Debug)]
struct OrderRule<T> {
    tag: T,
    kind: LineKind,
    code: LineCode,
    level: u8,
    parent: Option<T>,
    cardinality: Cardinality,
    /// The number of lines below the open parent, or in the file.
    times: u32,
}

/// The place that all records share.
#[derive(Clone, Copy, Debug)]
struct RecordPlace<T> {
    level: u8,
    parent: Option<T>,
}

/// A line below which lines may be.
#[derive(Clone, Copy, Debug)]
struct OpenLine<T> {
    tag: T,
    kind: LineKind,
    position: Position,
}

/// Follows a file from line to line, finds the part that each line plays, and counts.
///
/// Empty lines play no part and are not shown to it.
#[derive(Clone, Copy, Debug)]
pub struct FileOrder<F: Names> {
    rules: [Option<OrderRule<F::Tag>>; MAX_LINES],
    /// The place of records, if all of them share one and no line can be below them.
    records: Option<RecordPlace<F::Tag>>,
    /// The level of the first kind of record.
    record_level: u8,
    /// A line has a least number.
    has_least: bool,
    /// The last line of each level, while lines may be below it.
    open: [Option<OpenLine<F::Tag>>; MAX_LEVELS as usize],
    is_first: bool,
    has_ended: bool,
    /// The error of the line placed last, if it occurs too often.
    excess: Option<ErrorKind>,
    counts: Counts,
}

impl<F: Names> FileOrder<F> {
    /// An order of which nothing is known.
    pub(crate) const UNREAD: Self = Self {
        rules: [None; MAX_LINES],
        records: None,
        record_level: 1,
        has_least: false,
        open: [None; MAX_LEVELS as usize],
        is_first: true,
        has_ended: false,
        excess: None,
        counts: Counts { records: 0, reasons: 0, groups: 0, flows: 0 },
    };

    /// The order of a file of a table, before its first line.
    #[must_use]
    pub fn new<'t>(table: impl Into<&'t Table<F>>) -> Self {
        let table = table.into();
        let mut order = Self::UNREAD;
        for (rule, line) in order.rules.iter_mut().zip(table.lines()) {
            *rule = Some(OrderRule::of(line));
            order.has_least |= line.cardinality().least > 0;
        }
        let mut records = table.lines().iter().filter(|line| line.kind() == LineKind::Record);
        if let Some(OrderRule { level, parent, .. }) = records.next().map(OrderRule::of) {
            let is_there = |line: &LineSpec<F>| (line.level(), line.parent()) == (level, parent);
            let has_lines = |line: &LineSpec<F>| {
                let parent = line.parent().and_then(|tag| table.line(tag));
                parent.is_some_and(|parent| parent.kind() == LineKind::Record)
            };
            let is_shared = records.all(is_there) && !table.lines().iter().any(has_lines);
            order.records = is_shared.then_some(RecordPlace { level, parent });
            order.record_level = level;
        }
        order
    }

    /// Returns the order of a part of the file that begins here: nothing counted so far.
    pub(crate) const fn of_part(self) -> Self {
        Self { counts: Self::UNREAD.counts, ..self }
    }

    /// Goes on behind a part of the file, which had no trailer.
    pub(crate) const fn take_part(&mut self, part: &Self) {
        self.counts.add(&part.counts);
        (self.open, self.rules) = (part.open, part.rules);
    }

    /// Returns whether the rest of the file can be read in parts: no line before a part changes the
    /// number of times that a line may occur in it.
    pub(crate) fn is_divisible(&self) -> bool {
        self.rules.iter().flatten().all(|rule| {
            let is_full = || rule.cardinality.most.is_none_or(|most| rule.times >= most);
            rule.is_of_envelope()
                || rule.cardinality == Cardinality::ANY
                || rule.parent.is_none() && rule.times >= rule.cardinality.least && is_full()
        })
    }

    /// Returns the part that the next line plays, by its name, if the table has one for it.
    #[inline]
    pub fn place(&mut self, tag: Option<F::Tag>) -> Role {
        self.place_at(tag, Position::START)
    }

    /// Returns the part that the next line plays, as [`FileOrder::place`] does, and keeps the
    /// position where the line begins for a [`Shortfall`] below it.
    #[inline]
    pub fn place_at(&mut self, tag: Option<F::Tag>, position: Position) -> Role {
        let index = tag.and_then(|tag| self.index(tag));
        let role = self.role(index);
        self.is_first = false;
        self.excess = None;
        if self.has_ended {
            self.counts.records += 1;
            return role;
        }
        if let (Some(rule), Role::Misplaced) = (self.rule(index), role)
            && self.may_be_here(rule)
        {
            self.excess = rule.excess();
        }
        self.count(index, role);
        self.open(index, role, position);
        role
    }

    fn index(&self, tag: F::Tag) -> Option<usize> {
        self.rules.iter().position(|rule| rule.is_some_and(|rule| rule.tag == tag))
    }

    fn rule(&self, index: Option<usize>) -> Option<&OrderRule<F::Tag>> {
        self.rules.get(index?)?.as_ref()
    }

    fn role(&self, index: Option<usize>) -> Role {
        if self.has_ended {
            return Role::Misplaced;
        }
        let Some(rule) = self.rule(index) else { return Role::Record };
        match rule.kind {
            LineKind::Trailer => Role::Trailer,
            LineKind::Header if self.is_first => Role::Header,
            LineKind::Header => Role::Misplaced,
            _ if !self.may_be_here(rule) || rule.excess().is_some() => Role::Misplaced,
            LineKind::Group => Role::Group,
            LineKind::Record => Role::Record,
            LineKind::Reason => Role::Reason,
        }
    }

    /// Returns the error of a line that comes next: it is not in its place, or a line before it is
    /// missing. A line that the table has no name for has none.
    pub(crate) fn objection(&self, next: Option<F::Tag>) -> Option<ErrorKind> {
        let rule = self.rule(self.index(next?))?;
        if !self.may_be_here(rule) {
            return Some(ErrorKind::UnexpectedRecord);
        }
        let mut order = *self;
        rule.excess().or_else(|| order.shortfall_before(next).map(|it| it.kind))
    }

    /// Returns the error of the end of the file, if a line before it is missing.
    pub(crate) fn objection_to_end(&self) -> Option<ErrorKind> {
        let mut order = *self;
        order.shortfall_at_end().map(|it| it.kind)
    }

    /// Returns whether the parent of a line is open.
    pub(crate) fn has_place_for(&self, tag: F::Tag) -> bool {
        self.rule(self.index(tag)).is_some_and(|rule| self.may_be_here(rule))
    }

    /// Returns whether a line that is not of the envelope has its parent here.
    fn may_be_here(&self, rule: &OrderRule<F::Tag>) -> bool {
        !rule.is_of_envelope() && rule.parent.is_none_or(|parent| self.is_open(parent))
    }

    /// Returns whether the next line can be a reason in its place.
    pub(crate) fn takes_reason(&self, tag: F::Tag) -> bool {
        self.role(self.index(tag)) == Role::Reason
    }

    fn count(&mut self, index: Option<usize>, role: Role) {
        let rule = index.and_then(|index| self.rules.get_mut(index)?.as_mut());
        let is_top = rule.as_ref().is_some_and(|it| it.parent.is_none() && !it.is_of_envelope());
        if let Some(rule) = rule.filter(|_| role != Role::Misplaced) {
            rule.times = rule.times.saturating_add(1);
        }
        if matches!(role, Role::Header | Role::Trailer) {
            return;
        }
        self.counts.groups += 1;
        self.counts.flows += u64::from(is_top);
        self.counts.records += u64::from(matches!(role, Role::Record | Role::Misplaced));
        self.counts.reasons += u64::from(role == Role::Reason);
    }

    /// Opens the level of a line in its place, and closes those below it.
    fn open(&mut self, index: Option<usize>, role: Role, position: Position) {
        self.has_ended = role == Role::Trailer;
        let level = self.closed_level(index, role);
        let record = (role == Role::Record).then_some(self.counts.records);
        let opens = |rule: &&OrderRule<F::Tag>| role != Role::Misplaced && !rule.is_of_envelope();
        let opened = self.rule(index).filter(opens).copied();
        let mut open = opened.map(|OrderRule { tag, kind, .. }| OpenLine {
            tag,
            kind,
            position: Position { record, ..position },
        });
        for place in self.open.get_mut(usize::from(level) - 1..).unwrap_or_default() {
            *place = open.take();
        }
        for rule in self.rules.iter_mut().flatten() {
            if let (Some(opened), Some(parent)) = (opened, rule.parent)
                && parent == opened.tag
            {
                rule.times = 0;
            }
        }
    }

    /// Returns the highest level that a line closes: its own. A misplaced line, a header or a line
    /// of another code counts as a record or may be a damaged one, so it closes the level of
    /// records.
    fn closed_level(&self, index: Option<usize>, role: Role) -> u8 {
        match self.rule(index) {
            Some(rule) if role != Role::Misplaced && !rule.is_of_envelope() => rule.level,
            _ => self.record_level,
        }
    }

    /// Returns true if the next line can be below a line with this tag.
    #[must_use]
    pub fn is_open(&self, parent: F::Tag) -> bool {
        self.open.iter().flatten().any(|line| line.tag == parent)
    }

    /// Returns the error of the line that was placed last, if it is misplaced because it occurs too
    /// often: [`ErrorKind::TooManyLines`].
    #[must_use]
    pub const fn excess(&self) -> Option<ErrorKind> {
        self.excess
    }

    /// Returns a line that occurs less often than the table says below a line that the next one
    /// ends, if there is such a line. Each one is returned once, so the call is repeated before the
    /// next line is placed, until it returns `None`.
    pub fn shortfall_before(&mut self, next: Option<F::Tag>) -> Option<Shortfall> {
        let index = next.and_then(|tag| self.index(tag));
        match self.role(index) {
            _ if self.has_ended => None,
            Role::Trailer => self.shortfall(1, false),
            role => self.shortfall(self.closed_level(index, role), true),
        }
    }

    /// Returns whether a line of the table has a least number.
    #[inline]
    pub(crate) const fn has_least(&self) -> bool {
        self.has_least
    }

    /// Returns a line that occurs less often than the table says, where the file ends. Each one is
    /// returned once.
    pub fn shortfall_at_end(&mut self) -> Option<Shortfall> {
        if self.has_ended { None } else { self.shortfall(1, false) }
    }

    /// Returns the first shortfall below the lines that are open from a level on; without
    /// `is_inside`, in the file too.
    fn shortfall(&mut self, level: u8, is_inside: bool) -> Option<Shortfall> {
        let open = self.open.get(usize::from(level) - 1..).unwrap_or_default();
        self.rules.iter_mut().flatten().find_map(|rule| {
            let parent = match rule.parent {
                Some(parent) => {
                    Some(open.iter().flatten().find(|line| line.tag == parent)?.position)
                }
                None if is_inside || rule.kind == LineKind::Trailer => return None,
                None => None,
            };
            let (least, found) = (rule.cardinality.least, rule.times);
            rule.times = rule.times.max(least);
            let kind = ErrorKind::TooFewLines { code: rule.code, least, found };
            (found < least).then_some(Shortfall { kind, parent })
        })
    }

    /// Returns whether every record from here on is one in its place, up to the trailer: there was
    /// a line already, the trailer was not met, the parent of records is open, no line is below
    /// records, and none of them can be one too many or one too few.
    #[must_use]
    #[inline]
    pub fn is_in_records(&self) -> bool {
        let Some(place) = self.records.filter(|_| !(self.is_first || self.has_ended)) else {
            return false;
        };
        let last = self.open.get(usize::from(place.level) - 1).copied().flatten();
        place.parent.is_none_or(|parent| self.is_open(parent))
            && last.is_none_or(|last| last.kind == LineKind::Record)
            && self.rules.iter().flatten().all(|rule| {
                let Cardinality { least, most } = rule.cardinality;
                rule.kind != LineKind::Record || most.is_none() && rule.times >= least
            })
    }

    /// Counts so many records in their places.
    #[inline]
    pub fn take_records(&mut self, records: u64) {
        self.counts.flows = self.flow_count_behind(records);
        self.counts.records += records;
        self.counts.groups += records;
    }

    /// Returns the numbers of lines so far.
    #[must_use]
    #[inline]
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Returns the number of lines so far between header and trailer.
    #[must_use]
    pub const fn group_count(&self) -> u64 {
        self.counts.groups
    }

    /// Returns the number of top-level groups so far, or of records where the flow has no groups.
    #[must_use]
    pub const fn flow_count(&self) -> u64 {
        self.counts.flows
    }

    /// Returns the number of top-level groups once so many records in their places are taken.
    pub(crate) const fn flow_count_behind(&self, records: u64) -> u64 {
        match self.records {
            Some(RecordPlace { parent: None, .. }) => self.counts.flows + records,
            _ => self.counts.flows,
        }
    }
}

impl<T: Copy> OrderRule<T> {
    fn of<F: Names<Tag = T>>(line: &LineSpec<F>) -> Self {
        Self {
            tag: line.tag(),
            kind: line.kind(),
            code: LineCode::new(line.code()),
            level: line.level().clamp(1, MAX_LEVELS),
            parent: line.parent(),
            cardinality: line.cardinality(),
            times: 0,
        }
    }

    const fn is_of_envelope(&self) -> bool {
        matches!(self.kind, LineKind::Header | LineKind::Trailer)
    }

    /// Returns the error of one line more, if it is one too many.
    fn excess(&self) -> Option<ErrorKind> {
        let most = self.cardinality.most.filter(|most| self.times >= *most)?;
        Some(ErrorKind::TooManyLines { code: self.code, most })
    }
}
