//! Results of single records, and the format of the file.

use flagflow_domain::{Edition, EffectiveDate, MpanCore, ServiceFlag};
use flagflow_electricity::{Instruction, Profile, RawRecord as ElectricRecord};
use flagflow_frame::Line;
use flagflow_gas::{Detail, RawRecord};

use crate::layout::Layout;
use crate::rule::RuleId;

/// The format of a file: flow, layout and profile.
#[derive(Clone, Copy, Debug)]
pub enum FileFormat<'a> {
    /// A gas file.
    Gas(flagflow_gas::Layout),
    /// An electricity file, and its profile.
    Electricity(flagflow_electricity::Layout, &'a Profile),
}

impl FileFormat<'_> {
    /// Returns the edition of a file that was made on a day.
    #[must_use]
    pub fn edition_on(self, day: EffectiveDate) -> Edition {
        match self {
            Self::Gas(_) => flagflow_gas::edition_on(day),
            Self::Electricity(_, profile) => profile.edition_on(day),
        }
    }

    /// Returns the layout, as reports name it.
    #[must_use]
    pub fn layout(self) -> Layout {
        match self {
            Self::Gas(layout) => layout.into(),
            Self::Electricity(layout, _) => layout.into(),
        }
    }
}

/// A kind of line that is not a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OtherLine {
    /// The header, good or bad.
    Header,
    /// The trailer, good or bad.
    Trailer,
    /// A group of an electricity file that is not below a record, good or bad.
    Group,
    /// A line below the record with this number, good or bad: a reason (S72 in gas, 85H in
    /// electricity), or another group that the profile has below records.
    Reason {
        /// The record above it.
        record: u64,
    },
    /// A line without text, or with nothing but spaces and tabs.
    Empty,
    /// A line of a second file, behind the trailer: its header, or any line from there on.
    SecondFile,
}

/// The result of one record.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Verdict<'a> {
    /// The number of the record, from 1.
    pub record: u64,
    /// Its line; of a line longer than [`Options::max_line`], the bytes are the beginning.
    ///
    /// [`Options::max_line`]: crate::Options::max_line
    pub line: Line<'a>,
    /// True if the record breaks a rule that is an error.
    pub rejected: bool,
    /// True if the end of the file may give one more finding, by
    /// [`Visitor::deferred`](crate::Visitor::deferred): the file has more records than the
    /// cross-record rules compare at once (262,144, or fewer by
    /// [`CrossRecords`](crate::CrossRecords)). Once a verdict is provisional, duplicates and
    /// conflicts of later records are findings of the end too.
    pub provisional: bool,
    /// The rules that it breaks, warnings and notes included, ignored rules excluded.
    pub rules: RuleFlags,
    /// Its values, as far as they can be read.
    pub values: RecordValues,
    /// The format of the file.
    pub shape: FileFormat<'a>,
    pub(crate) parsed: ParsedRecord<'a>,
}

/// A record as it was read from a canonical line, or its line as it was cut.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ParsedRecord<'a> {
    Gas(Option<Detail>, Option<&'a RawRecord<'a>>),
    Electricity(Option<Instruction>, Option<&'a ElectricRecord<'a>>),
}

/// The values of a record, each if it can be read, whether or not the record is rejected.
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
    pub fn instruction(&self) -> Option<Instruction> {
        match self.parsed {
            ParsedRecord::Electricity(record, raw) => record.or_else(|| raw?.try_into().ok()),
            ParsedRecord::Gas(..) => None,
        }
    }

    /// Returns the instruction number and the MPAN core of an update of an electricity file, if
    /// these two can be read, whatever the rest.
    #[must_use]
    pub fn number_and_mpan(&self) -> Option<(u64, MpanCore)> {
        Some((self.values.number?, MpanCore::new(self.values.point?).ok()?))
    }
}

/// A set of rules.
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

    /// Returns true if a rule is in the set.
    #[must_use]
    pub const fn contains(self, rule: RuleId) -> bool {
        self.0 >> rule as u32 & 1 == 1
    }

    /// Returns true if the set is empty.
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
