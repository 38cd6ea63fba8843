//! What a check has to say of each record, as it goes along.

use flagflow_domain::{Edition, EffectiveDate, MpanCore, ServiceFlag};
use flagflow_electricity::{Profile, RawRecord as ElectricRecord, Update};
use flagflow_frame::{Line, LineEnd};
use flagflow_gas::{Detail, RawRecord};

use crate::error::Error;
use crate::options::Layout;
use crate::rows::Rows;
use crate::rule::RuleId;

/// Listens to a check: see [`check_records`](crate::check_records).
///
/// [`Visitor::begin`] comes first (but for empty lines at the top of a file), then each line in the
/// file's order, then what only the end of the file told.
pub trait Visitor {
    /// What may go wrong here; it ends the check.
    type Error: From<Error>;

    /// Whether anything listens. Where this is false, nothing is said and nothing is paid.
    const ENABLED: bool = true;

    /// The file was recognised by its first line with text, which comes next.
    ///
    /// # Errors
    ///
    /// Whatever the visitor wants to end the check with.
    fn begin(&mut self, _beginning: FileStart<'_>) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Takes a line that is not a record, and the rules that it breaks, except for ignored ones and for
    /// those of the whole file that are only shown there.
    ///
    /// # Errors
    ///
    /// Any error that is to end the check.
    fn other_line(
        &mut self,
        _line: &Line<'_>,
        _other_line: OtherLine,
        _rules: RuleFlags,
    ) -> Result<(), Self::Error> {
        Ok(())
    }

    /// A record, once it is judged: at its line, or with [`Options::with_reasons`] at the next line
    /// that is none of its reasons.
    ///
    /// [`Options::with_reasons`]: crate::Options::with_reasons
    ///
    /// # Errors
    ///
    /// Whatever the visitor wants to end the check with.
    fn record(&mut self, verdict: &Verdict<'_>) -> Result<(), Self::Error>;

    /// Takes consecutive records of canonical lines that break no rule. Unless a visitor takes them as
    /// columns, it takes them one by one, by [`Visitor::record`].
    ///
    /// # Errors
    ///
    /// Any error that is to end the check.
    fn rows(&mut self, rows: &Rows<'_>) -> Result<(), Self::Error> {
        rows.verdicts().try_for_each(|verdict| self.record(&verdict))
    }

    /// What the end of the file brought to light of a record whose verdict was
    /// [provisional](Verdict::provisional). In the file's order, and for no other records.
    ///
    /// # Errors
    ///
    /// Whatever the visitor wants to end the check with.
    fn deferred(&mut self, _late: DeferredFinding) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// Two visitors: the first one takes everything first. An error of the second becomes one of the first.
impl<A: Visitor, B: Visitor> Visitor for (A, B)
where
    A::Error: From<B::Error>,
{
    type Error = A::Error;

    const ENABLED: bool = A::ENABLED || B::ENABLED;

    fn begin(&mut self, beginning: FileStart<'_>) -> Result<(), A::Error> {
        self.0.begin(beginning)?;
        Ok(self.1.begin(beginning)?)
    }

    fn other_line(
        &mut self,
        line: &Line<'_>,
        other_line: OtherLine,
        rules: RuleFlags,
    ) -> Result<(), A::Error> {
        self.0.other_line(line, other_line, rules)?;
        Ok(self.1.other_line(line, other_line, rules)?)
    }

    fn record(&mut self, verdict: &Verdict<'_>) -> Result<(), A::Error> {
        self.0.record(verdict)?;
        Ok(self.1.record(verdict)?)
    }

    fn rows(&mut self, rows: &Rows<'_>) -> Result<(), A::Error> {
        self.0.rows(rows)?;
        Ok(self.1.rows(rows)?)
    }

    fn deferred(&mut self, deferred: DeferredFinding) -> Result<(), A::Error> {
        self.0.deferred(deferred)?;
        Ok(self.1.deferred(deferred)?)
    }
}

impl<V: Visitor> Visitor for &mut V {
    type Error = V::Error;

    const ENABLED: bool = V::ENABLED;

    fn begin(&mut self, beginning: FileStart<'_>) -> Result<(), V::Error> {
        (**self).begin(beginning)
    }

    fn other_line(
        &mut self,
        line: &Line<'_>,
        other_line: OtherLine,
        rules: RuleFlags,
    ) -> Result<(), V::Error> {
        (**self).other_line(line, other_line, rules)
    }

    fn record(&mut self, verdict: &Verdict<'_>) -> Result<(), V::Error> {
        (**self).record(verdict)
    }

    fn rows(&mut self, rows: &Rows<'_>) -> Result<(), V::Error> {
        (**self).rows(rows)
    }

    fn deferred(&mut self, deferred: DeferredFinding) -> Result<(), V::Error> {
        (**self).deferred(deferred)
    }
}

/// A visitor that may be missing.
impl<V: Visitor> Visitor for Option<V> {
    type Error = V::Error;

    const ENABLED: bool = V::ENABLED;

    fn begin(&mut self, beginning: FileStart<'_>) -> Result<(), V::Error> {
        self.as_mut().map_or(Ok(()), |visitor| visitor.begin(beginning))
    }

    fn other_line(
        &mut self,
        line: &Line<'_>,
        other_line: OtherLine,
        rules: RuleFlags,
    ) -> Result<(), V::Error> {
        self.as_mut().map_or(Ok(()), |visitor| visitor.other_line(line, other_line, rules))
    }

    fn record(&mut self, verdict: &Verdict<'_>) -> Result<(), V::Error> {
        self.as_mut().map_or(Ok(()), |visitor| visitor.record(verdict))
    }

    fn rows(&mut self, rows: &Rows<'_>) -> Result<(), V::Error> {
        self.as_mut().map_or(Ok(()), |visitor| visitor.rows(rows))
    }

    fn deferred(&mut self, deferred: DeferredFinding) -> Result<(), V::Error> {
        self.as_mut().map_or(Ok(()), |visitor| visitor.deferred(deferred))
    }
}

/// Nobody listens: for who must name a visitor.
#[derive(Clone, Copy, Debug)]
pub struct NoVisitor;

impl Visitor for NoVisitor {
    type Error = Error;

    const ENABLED: bool = false;

    #[inline]
    fn record(&mut self, _verdict: &Verdict<'_>) -> Result<(), Error> {
        Ok(())
    }
}

/// What the first line with text says of a file.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct FileStart<'a> {
    /// By what its lines are read.
    pub shape: FileFormat<'a>,
    /// What ends the first line with text.
    pub line_end: LineEnd,
}

/// By what the lines of a file are read.
#[derive(Clone, Copy, Debug)]
pub enum FileFormat<'a> {
    /// Gas.
    Gas(flagflow_gas::Layout),
    /// Electricity, and its profile.
    Electricity(flagflow_electricity::Layout, &'a Profile),
}

impl FileFormat<'_> {
    /// Returns the edition of a file that was made on a day, if the day decides it.
    #[must_use]
    pub fn edition_on(self, day: EffectiveDate) -> Option<Edition> {
        match self {
            Self::Gas(_) => Some(flagflow_gas::edition_on(day)),
            Self::Electricity(_, profile) => profile.edition_on(day),
        }
    }

    /// The layout by its name in reports.
    #[must_use]
    pub fn layout(self) -> Layout {
        match self {
            Self::Gas(layout) => layout.into(),
            Self::Electricity(layout, _) => layout.into(),
        }
    }
}

/// Which line it is that is no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OtherLine {
    /// The header, good or bad.
    Header,
    /// The trailer, good or bad.
    Trailer,
    /// A level-1 group of an electricity file, good or bad.
    Group,
    /// A reason (S72) of the record with this number, good or bad.
    Reason {
        /// The record above it.
        record: u64,
    },
    /// A line without text, or with nothing but spaces and tabs.
    Empty,
    /// A line of a second file, behind the trailer: its header, or any line from there on.
    SecondFile,
}

/// What became of a record.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Verdict<'a> {
    /// Its number, from 1.
    pub record: u64,
    /// Its line: where it stands, and its bytes, of a line past [`Options::max_line`] the beginning.
    ///
    /// [`Options::max_line`]: crate::Options::max_line
    pub line: Line<'a>,
    /// Whether it has an error.
    pub rejected: bool,
    /// Whether the end of the file may bring one more rule to light: there are more records than the
    /// cross-record rules answer at once (a million, or fewer by
    /// [`CrossRecords`](crate::CrossRecords)), and [`Visitor::deferred`] will tell. Once one verdict is
    /// provisional, no later one is told of a duplicate or a conflict at once.
    pub provisional: bool,
    /// The rules that it broke, warnings and notes too, but for those that are ignored.
    pub rules: RuleFlags,
    /// What it says, as far as it can be read.
    pub values: RecordValues,
    /// By what it is read.
    pub shape: FileFormat<'a>,
    pub(crate) parsed: ParsedRecord<'a>,
}

/// A record as it was read from a canonical line, or its line as it was cut.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ParsedRecord<'a> {
    Gas(Option<Detail>, Option<&'a RawRecord<'a>>),
    Electricity(Option<Update>, Option<&'a ElectricRecord<'a>>),
}

/// What a record says, each where it can be read, whether or not the record is rejected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordValues {
    /// The meter point, MPRN or MPAN core, as a number.
    pub point: Option<u64>,
    /// The flag.
    pub flag: Option<ServiceFlag>,
    /// The day that the flag is effective from.
    pub day: Option<EffectiveDate>,
    /// The instruction number, of an electricity record.
    pub number: Option<u64>,
}

impl Verdict<'_> {
    /// Returns the record of a gas file, if all its fields can be read; rejected or not.
    #[must_use]
    pub fn detail(&self) -> Option<Detail> {
        match self.parsed {
            ParsedRecord::Gas(record, raw) => record.or_else(|| raw?.try_into().ok()),
            ParsedRecord::Electricity(..) => None,
        }
    }

    /// Returns the record of an electricity file, if all its items can be read; rejected or not.
    #[must_use]
    pub fn update(&self) -> Option<Update> {
        match self.parsed {
            ParsedRecord::Electricity(record, raw) => record.or_else(|| raw?.try_into().ok()),
            ParsedRecord::Gas(..) => None,
        }
    }

    /// Returns the instruction number and the MPAN core of an update of an electricity file, if these
    /// two can be read, whatever the rest.
    #[must_use]
    pub fn instruction(&self) -> Option<(u64, MpanCore)> {
        Some((self.values.number?, MpanCore::new(self.values.point?).ok()?))
    }
}

/// What only the end of the file told of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeferredFinding {
    /// Its number, from 1.
    pub record: u64,
    /// Its line, from 1.
    pub line: u64,
    /// The rule that it broke; never an ignored one.
    pub rule: RuleId,
    /// Whether that is an error.
    pub rejected: bool,
    /// What it says: all three are there.
    pub values: RecordValues,
}

/// Some of the rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleFlags(u64);

const _: () = assert!(RuleId::COUNT <= u64::BITS as usize, "a rule has no bit");

impl RuleFlags {
    /// None of them.
    pub const EMPTY: Self = Self(0);

    /// Takes a rule in.
    #[inline]
    pub const fn insert(&mut self, rule: RuleId) {
        self.0 |= 1 << rule as u32;
    }

    /// Whether a rule is one of them.
    #[must_use]
    pub const fn contains(self, rule: RuleId) -> bool {
        self.0 >> rule as u32 & 1 == 1
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The rules of either set.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The rules of both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The rules, in the order of [`RuleId`].
    pub fn iter(self) -> impl Iterator<Item = RuleId> {
        RuleId::all().filter(move |rule| self.contains(*rule))
    }
}

impl FromIterator<RuleId> for RuleFlags {
    fn from_iter<I: IntoIterator<Item = RuleId>>(rules: I) -> Self {
        rules.into_iter().fold(Self::EMPTY, |mut set, rule| {
            set.insert(rule);
            set
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_hold_what_was_put_in() {
        for rule in RuleId::all() {
            let set: RuleFlags = [rule, RuleId::EmptyLine].into_iter().collect();
            for other in RuleId::all() {
                let expected = other == rule || other == RuleId::EmptyLine;
                assert_eq!(set.contains(other), expected, "{rule} {other}");
            }
            assert!(!set.is_empty() && RuleFlags::EMPTY.is_empty());
            assert_eq!(set.and([rule].into_iter().collect()).iter().collect::<Vec<_>>(), [rule]);
            assert_eq!(RuleFlags::EMPTY.or(set), set);
        }
    }
}
