//! The order of a file: header, records, trailer; and which day its edition changed.
//!
//! ```text
//! file     := [header] record* [trailer]      a bare file has neither, an enveloped one both
//! record   := E45 | E46 reason*
//! header   := A00        trailer := Z99        reason := S72, only where the profile has them
//! ```

use flagflow_domain::{Edition, EffectiveDate};

use crate::layout::Tag;

/// What a line is in its file, by its Transaction Type and its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The header: `A00` on the first line.
    Header,
    /// A record, good or bad.
    Record,
    /// A rejection reason of the E46 above it.
    Reason,
    /// A line that may not stand here: a header that is not first, a reason without a rejected
    /// record, anything after the trailer. It counts as a record, a bad one.
    Misplaced,
    /// The trailer: the first `Z99`.
    Trailer,
}

/// Follows a file from line to line and says what each line is.
///
/// Empty lines have no role and are not shown to it.
#[derive(Clone, Copy, Debug)]
pub struct FileOrder {
    with_reasons: bool,
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Start,
    Records,
    BelowAnswer,
    End,
}

impl FileOrder {
    /// Before the first line. `with_reasons` makes S72 a part of the E46 above it (off, it is an
    /// unknown record).
    #[must_use]
    pub const fn new(with_reasons: bool) -> Self {
        Self { with_reasons, place: Place::Start }
    }

    /// In the middle of the records, without reasons.
    pub(crate) const fn in_records() -> Self {
        Self { with_reasons: false, place: Place::Records }
    }

    /// Whether every detail record from here on is one in its place, up to the trailer: there was a
    /// line already, the trailer was not met, and reasons are not taken.
    #[inline]
    #[must_use]
    pub fn is_in_records(&self) -> bool {
        self.place == Place::Records && !self.with_reasons
    }

    /// The role of the next line, by the Transaction Type that it begins with, if any.
    #[inline]
    pub fn place(&mut self, tag: Option<Tag>) -> Role {
        let (role, next) = match (tag, self.place) {
            (_, Place::End) => (Role::Misplaced, Place::End),
            (Some(Tag::Z99), _) => (Role::Trailer, Place::End),
            (Some(Tag::A00), Place::Start) => (Role::Header, Place::Records),
            (Some(Tag::A00), _) => (Role::Misplaced, Place::Records),
            (Some(Tag::S72), Place::BelowAnswer) => (Role::Reason, Place::BelowAnswer),
            (Some(Tag::S72), _) if self.with_reasons => (Role::Misplaced, Place::Records),
            (Some(Tag::E46), _) if self.with_reasons => (Role::Record, Place::BelowAnswer),
            (Some(Tag::E45 | Tag::E46 | Tag::S72) | None, _) => (Role::Record, Place::Records),
        };
        self.place = next;
        role
    }
}

/// The first day of the MP077 edition for gas: XRN 5142 went live on 5 November 2021.
pub const MP077_FIRST_DAY: EffectiveDate = match EffectiveDate::from_ymd(2021, 11, 5) {
    Ok(day) => day,
    Err(_) => EffectiveDate::MAX,
};

/// The edition of a gas file that was made on a day.
#[must_use]
pub fn edition_on(day: EffectiveDate) -> Edition {
    if day < MP077_FIRST_DAY { Edition::PreMp077 } else { Edition::Mp077 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(with_reasons: bool, tags: &[&str]) -> Vec<Role> {
        let mut order = FileOrder::new(with_reasons);
        tags.iter().map(|tag| order.place(Tag::from_bytes(tag.as_bytes()))).collect()
    }

    #[test]
    fn header_first_trailer_last_records_between() {
        use Role::{Header, Misplaced, Record, Trailer};
        assert_eq!(
            roles(false, &["A00", "E45", "???", "S72", "A00", "E46", "Z99", "E45", "Z99"]),
            [Header, Record, Record, Record, Misplaced, Record, Trailer, Misplaced, Misplaced]
        );
        assert_eq!(roles(false, &["E45", "A00", "Z99"]), [Record, Misplaced, Trailer]);
        assert_eq!(roles(false, &["Z99", "A00"]), [Trailer, Misplaced]);
        assert_eq!(roles(false, &["???", "A00"]), [Record, Misplaced]);
    }

    #[test]
    fn reasons_stand_below_an_answer() {
        use Role::{Header, Misplaced, Reason, Record, Trailer};
        assert_eq!(
            roles(true, &["A00", "S72", "E46", "S72", "S72", "E45", "S72", "E46", "Z99"]),
            [Header, Misplaced, Record, Reason, Reason, Record, Misplaced, Record, Trailer]
        );
        assert_eq!(roles(true, &["E46", "???", "S72"]), [Record, Record, Misplaced]);
    }

    #[test]
    fn the_edition_changed_on_one_day() {
        let on = |packed| edition_on(EffectiveDate::from_packed(packed).unwrap());
        assert_eq!(MP077_FIRST_DAY.as_packed(), 20_211_105);
        assert_eq!(on(20_211_104), Edition::PreMp077);
        assert_eq!(on(20_211_105), Edition::Mp077);
    }
}
