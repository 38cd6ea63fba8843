//! Decides if a record without an error is allowed in the accepted part.

use std::fmt;

use flagflow_check::rule::{
    flag_not_in_edition, future_effective_date, instruction_number, participant_mismatch,
};
use flagflow_check::{EditionChoice, FileFormat, Options, Rows, RuleId, Verdict};
use flagflow_domain::{Edition, EffectiveDate, MpanCore};
use serde::Serialize;

use crate::envelope::{HeaderSays, LineCode};

/// Reason why a record without an error is left out of the accepted part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Withheld {
    /// A group above it has an error and is left out.
    BadGroup,
    /// The record follows the trailer.
    AfterTrailer,
    /// The record begins as a header, a trailer, a group or a reason, and might become one once
    /// lines before it are left out.
    EnvelopeLine,
    /// The record would be the first line, and the file would be recognised as another format.
    NotRecognised,
    /// The instruction number is not above that of the accepted record before.
    InstructionNumber,
    /// The line ending of the record, or of one of its reasons, differs from the first one of the
    /// accepted part.
    LineEnd,
    /// There is an empty line among the reasons of the record.
    EmptyLine,
    /// The flag is not in the edition of the given header's day.
    Edition,
    /// The effective date is after the given header's day.
    FutureDate,
    /// The MPAN is of another distributor than the given header's.
    Participant,
}

impl Withheld {
    /// Every reason.
    pub const ALL: [Self; 10] = [
        Self::BadGroup,
        Self::AfterTrailer,
        Self::EnvelopeLine,
        Self::NotRecognised,
        Self::InstructionNumber,
        Self::LineEnd,
        Self::EmptyLine,
        Self::Edition,
        Self::FutureDate,
        Self::Participant,
    ];
}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::BadGroup => "bad-group",
            Self::AfterTrailer => "after-trailer",
            Self::EnvelopeLine => "envelope-line",
            Self::NotRecognised => "not-recognised",
            Self::InstructionNumber => "instruction-number",
            Self::LineEnd => "line-end",
            Self::EmptyLine => "empty-line",
            Self::Edition => "edition",
            Self::FutureDate => "future-date",
            Self::Participant => "participant",
        })
    }
}

/// Returns true if a broken rule is an error by the options.
pub(super) fn is_error(options: &Options, rule: RuleId) -> bool {
    !options.ignore[rule] && options.severity[rule] == flagflow_check::Severity::Error
}

/// Decides if records are allowed in the accepted part.
///
/// With the usual severities only [`Withheld::BadGroup`] occurs. The others are for options that
/// make an error of a relation between lines, or no error of a line that is not a record.
#[derive(Debug)]
pub(super) struct Admission {
    /// The level of a group that was left out, until the next group that is not below it.
    bad_level: Option<u8>,
    pub(super) after_trailer: bool,
    pub(super) made: Option<NewHeader>,
    with_reasons: bool,
    numbers_rise: bool,
    last_number: Option<u64>,
}

/// Effects of a new header on the records.
#[derive(Clone, Debug)]
pub(super) struct NewHeader {
    edition: Option<Edition>,
    today: Option<EffectiveDate>,
    participant: Option<String>,
}

impl NewHeader {
    pub(super) fn new(says: &HeaderSays, shape: FileFormat<'_>, options: &Options) -> Self {
        let day = says.day;
        let participant = says.participant(shape).map(str::to_owned);
        let edition = match options.edition {
            EditionChoice::Given(_) => None,
            EditionChoice::Auto => day.map(|day| shape.edition_on(day)),
        };
        Self {
            edition: edition.filter(|_| is_error(options, RuleId::FlagNotInEdition)),
            today: options.as_of.or(day).filter(|_| is_error(options, RuleId::FutureEffectiveDate)),
            participant: participant.filter(|_| is_error(options, RuleId::ParticipantMismatch)),
        }
    }

    fn withholds(&self, verdict: &Verdict<'_>) -> Option<Withheld> {
        let (flag, day) = (verdict.values.flag, verdict.values.day);
        if flag.zip(self.edition).is_some_and(|(flag, by)| flag_not_in_edition::breaks(flag, by)) {
            return Some(Withheld::Edition);
        }
        if day.zip(self.today).is_some_and(|(day, by)| future_effective_date::breaks(day, by)) {
            return Some(Withheld::FutureDate);
        }
        let own = self.participant.as_deref()?;
        let mpan = MpanCore::new(verdict.values.point?).ok()?;
        let is_other = participant_mismatch::breaks(mpan.distributor(), own.as_bytes());
        is_other.then_some(Withheld::Participant)
    }
}

impl Admission {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            bad_level: None,
            after_trailer: false,
            made: None,
            with_reasons: options.with_reasons,
            numbers_rise: is_error(options, RuleId::InstructionNumber),
            last_number: None,
        }
    }

    /// Returns true if a group above a line of this level was left out. The level is looked up only
    /// if a group was left out.
    pub(super) fn is_below_bad(&self, level: impl FnOnce() -> Option<u8>) -> bool {
        self.bad_level.is_some_and(|bad| level().is_some_and(|level| level > bad))
    }

    /// Follows a group that is not below one that was left out.
    pub(super) fn take_group(&mut self, level: Option<u8>, is_there: bool) {
        self.bad_level = if is_there { None } else { level };
    }

    /// Returns the reason why a record is left out, whatever precedes it in the accepted part.
    #[inline]
    pub(super) fn withholds(&mut self, verdict: &Verdict<'_>, code: LineCode) -> Option<Withheld> {
        let is_below = match verdict.shape {
            FileFormat::Gas(_) => self.with_reasons && code.is_below(verdict.shape),
            FileFormat::Electricity(..) => code.is_below(verdict.shape),
        };
        if code.is_header() || code.is_trailer() || is_below {
            return Some(Withheld::EnvelopeLine);
        }
        if self.after_trailer {
            return Some(Withheld::AfterTrailer);
        }
        if self.is_below_bad(|| code.level(verdict.shape)) {
            return Some(Withheld::BadGroup);
        }
        let by_header = self.made.as_ref().and_then(|made| made.withholds(verdict));
        if by_header.is_some() || !self.numbers_rise {
            return by_header;
        }
        self.number_withholds(verdict)
    }

    /// Returns whether none of these rows is left out by itself, and takes their numbers.
    pub(super) fn allows_rows(&mut self, rows: &Rows<'_>) -> bool {
        if self.after_trailer || self.bad_level.is_some() || self.made.is_some() {
            return false;
        }
        // in rows that break no rule each number is above the one before
        if let (true, [first, ..]) = (self.numbers_rise, rows.numbers()) {
            if self.last_number.is_some_and(|last| instruction_number::breaks(last, *first)) {
                return false;
            }
            self.last_number = rows.numbers().last().copied();
        }
        true
    }

    fn number_withholds(&mut self, verdict: &Verdict<'_>) -> Option<Withheld> {
        let number = verdict.values.number?;
        if self.last_number.is_some_and(|last| instruction_number::breaks(last, number)) {
            return Some(Withheld::InstructionNumber);
        }
        self.last_number = Some(number);
        None
    }
}
