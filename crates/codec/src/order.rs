//! The order of a file: header, groups with their records, trailer; and the counts of its lines.
//!
//! ```text
//! file   := [header] body* [trailer]
//! body   := a line without parent | a line below its parent, which is the last line of its level
//! ```

use crate::flow::Flow;
use crate::table::{LineKind, LineSpec, MAX_LINES, Table};

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
    /// A line in the wrong place: a header that is not first, a line without its parent, anything
    /// after the trailer. It counts as a record, a bad one.
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

/// The place that a line of the table has.
#[derive(Clone, Copy, Debug)]
struct OrderRule<T> {
    tag: T,
    kind: LineKind,
    level: u8,
    parent: Option<T>,
}

/// Follows a file from line to line, finds the part that each line plays, and counts.
///
/// Empty lines play no part and are not shown to it.
#[derive(Clone, Copy, Debug)]
pub struct FileOrder<F: Flow> {
    rules: [Option<OrderRule<F::Tag>>; MAX_LINES],
    has_reasons: bool,
    /// The last line of each level, while lines may stand below it.
    open: [Option<F::Tag>; MAX_LEVELS as usize],
    is_first: bool,
    has_ended: bool,
    counts: Counts,
}

impl<F: Flow> FileOrder<F> {
    /// An order of which nothing is known.
    pub(crate) const UNREAD: Self = Self {
        rules: [None; MAX_LINES],
        has_reasons: false,
        open: [None; MAX_LEVELS as usize],
        is_first: true,
        has_ended: false,
        counts: Counts { records: 0, reasons: 0, groups: 0, flows: 0 },
    };

    /// The order of a file of a table, before its first line.
    #[must_use]
    pub fn new<'t>(table: impl Into<&'t Table<F>>) -> Self {
        let table = table.into();
        let mut order = Self::UNREAD;
        for (rule, line) in order.rules.iter_mut().zip(table.lines()) {
            *rule = Some(OrderRule::of(line));
            order.has_reasons |= line.kind() == LineKind::Reason;
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
        self.open = part.open;
    }

    /// Returns the part that the next line plays, by its name, if the table has one for it.
    #[inline]
    pub fn place(&mut self, tag: Option<F::Tag>) -> Role {
        let is_first = std::mem::replace(&mut self.is_first, false);
        if self.has_ended {
            self.counts.records += 1;
            return Role::Misplaced;
        }
        let rule = tag.and_then(|tag| self.rules.iter().flatten().find(|rule| rule.tag == tag));
        let role = match rule.map(|rule| (rule.kind, rule.parent)) {
            None => Role::Record,
            Some((LineKind::Trailer, _)) => Role::Trailer,
            Some((LineKind::Header, _)) if is_first => Role::Header,
            Some((LineKind::Header, _)) => Role::Misplaced,
            Some((_, Some(parent))) if !self.is_open(parent) => Role::Misplaced,
            Some((LineKind::Group, _)) => Role::Group,
            Some((LineKind::Record, _)) => Role::Record,
            Some((LineKind::Reason, _)) => Role::Reason,
        };
        let rule = rule.copied();
        self.count(rule.as_ref(), role);
        self.open(rule.as_ref(), role);
        role
    }

    fn count(&mut self, rule: Option<&OrderRule<F::Tag>>, role: Role) {
        if matches!(role, Role::Header | Role::Trailer) {
            return;
        }
        let is_top = rule.is_some_and(|it| it.parent.is_none() && it.kind != LineKind::Header);
        self.counts.groups += 1;
        self.counts.flows += u64::from(is_top);
        self.counts.records += u64::from(matches!(role, Role::Record | Role::Misplaced));
        self.counts.reasons += u64::from(role == Role::Reason);
    }

    /// Opens the level of a line in its place, and closes those below it. A line of another code or a
    /// header may be a damaged record, so it ends what is below records.
    fn open(&mut self, rule: Option<&OrderRule<F::Tag>>, role: Role) {
        self.has_ended = role == Role::Trailer;
        let (level, opened) = match rule {
            Some(rule) if !matches!(rule.kind, LineKind::Header | LineKind::Trailer) => {
                if role == Role::Misplaced {
                    return;
                }
                (rule.level, Some(rule.tag))
            }
            _ => (self.record_rule().map_or(1, |record| record.level), None),
        };
        let (mut open, levels) = (opened, usize::from(level) - 1..);
        for place in self.open.get_mut(levels).unwrap_or_default() {
            *place = open.take();
        }
    }

    fn record_rule(&self) -> Option<&OrderRule<F::Tag>> {
        self.rules.iter().flatten().find(|rule| rule.kind == LineKind::Record)
    }

    fn is_open(&self, parent: F::Tag) -> bool {
        self.open.contains(&Some(parent))
    }

    /// Returns whether every record from here on is one in its place, up to the trailer: there was a
    /// line already, the trailer was not met, the group of records is open, and reasons are not read.
    #[must_use]
    #[inline]
    pub fn is_in_records(&self) -> bool {
        let is_inside = !(self.is_first || self.has_ended || self.has_reasons);
        is_inside
            && self.record_rule().is_some_and(|it| it.parent.is_none_or(|it| self.is_open(it)))
    }

    /// Counts so many records in their places.
    #[inline]
    pub fn take_records(&mut self, records: u64) {
        self.counts.records += records;
        self.counts.groups += records;
        if self.record_rule().is_some_and(|record| record.parent.is_none()) {
            self.counts.flows += records;
        }
    }

    /// Counts a reason below the record that was read last.
    pub(crate) const fn take_reason(&mut self) {
        self.counts.reasons += 1;
        self.counts.groups += 1;
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
}

impl<T: Copy> OrderRule<T> {
    fn of<F: Flow<Tag = T>>(line: &LineSpec<F>) -> Self {
        let level = line.level().clamp(1, MAX_LEVELS);
        Self { tag: line.tag(), kind: line.kind(), level, parent: line.parent() }
    }
}
