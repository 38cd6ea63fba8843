//! Metadata of applied files.

use std::cmp::Ordering;
use std::time::SystemTime;

use chrono::{DateTime, Timelike, Utc};
use flagflow_check::Flow;
use flagflow_electricity::Timestamp;

use crate::digest::Digest;
use crate::entry::{Effect, FileId};

/// Sender and creation time of a file, from its header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The sender: the organisation id of a gas file, the sending participant of a D0350.
    pub sender: String,
    /// The sender's number of the file: the generation number, or the file identifier.
    pub identifier: String,
    /// The creation time.
    pub created: Timestamp,
}

impl Origin {
    /// Returns the origin in the header of a gas file.
    #[must_use]
    pub fn of_gas(header: &flagflow_gas::Header) -> Option<Self> {
        let time = chrono::NaiveTime::from(header.creation_time);
        let created = chrono::NaiveDate::from(header.creation_date).and_time(time);
        Some(Self {
            sender: header.organisation_id().to_string(),
            identifier: header.generation_number().to_string(),
            created: Timestamp::try_from(created).ok()?,
        })
    }

    /// Returns true if this file is later than another: created later, or in the same second by the
    /// same sender with a higher number.
    #[must_use]
    pub fn is_later_than(&self, other: &Self) -> bool {
        let number = |origin: &Self| origin.identifier.parse::<u64>().ok();
        match self.created.cmp(&other.created) {
            Ordering::Equal if self.sender == other.sender => {
                let numbers = number(self).zip(number(other));
                numbers.is_some_and(|(own, other)| own > other)
            }
            order => order == Ordering::Greater,
        }
    }

    /// Returns the origin in the header of an electricity file.
    #[must_use]
    pub fn of_electricity(header: &flagflow_electricity::Header) -> Self {
        Self {
            sender: header.from_participant().to_owned(),
            identifier: header.file_identifier().to_owned(),
            created: header.created(),
        }
    }
}

/// Counts of the records of a file, by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct UpdateCounts {
    /// All records, good or bad: the sum of the other counts.
    pub records: u64,
    /// Records that were not applied, because they have an error or are not updates.
    pub rejected: u64,
    /// [`Effect::New`].
    pub new: u64,
    /// [`Effect::FlagChanged`].
    pub flag_changed: u64,
    /// [`Effect::DateChanged`].
    pub date_changed: u64,
    /// [`Effect::Late`].
    pub late: u64,
    /// [`Effect::Repeated`].
    pub repeated: u64,
    /// [`Effect::Conflicting`].
    pub conflicting: u64,
    /// [`Effect::Corrected`].
    pub corrected: u64,
}

impl UpdateCounts {
    /// Returns the number of updates with an effect.
    #[must_use]
    pub const fn of(&self, effect: Effect) -> u64 {
        match effect {
            Effect::New => self.new,
            Effect::FlagChanged => self.flag_changed,
            Effect::DateChanged => self.date_changed,
            Effect::Late => self.late,
            Effect::Repeated => self.repeated,
            Effect::Conflicting => self.conflicting,
            Effect::Corrected => self.corrected,
        }
    }

    /// Counts an update by its effect.
    pub const fn add(&mut self, effect: Effect) {
        self.records += 1;
        *match effect {
            Effect::New => &mut self.new,
            Effect::FlagChanged => &mut self.flag_changed,
            Effect::DateChanged => &mut self.date_changed,
            Effect::Late => &mut self.late,
            Effect::Repeated => &mut self.repeated,
            Effect::Conflicting => &mut self.conflicting,
            Effect::Corrected => &mut self.corrected,
        } += 1;
    }

    /// Counts a record that is not applied.
    pub(crate) const fn reject(&mut self) {
        self.records += 1;
        self.rejected += 1;
    }

    /// Returns true if every record was applied: none was rejected or conflicting.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.rejected == 0 && self.conflicting == 0
    }
}

/// An applied file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedFile {
    /// The number of the file.
    pub id: FileId,
    /// The name of the file, as given.
    pub name: String,
    /// The digest that identifies the file.
    pub digest: Digest,
    /// The size of the uncompressed file in bytes.
    pub bytes: u64,
    /// The flow; `None` for a file without records.
    pub flow: Option<Flow>,
    /// The origin, if the file has a header.
    pub origin: Option<Origin>,
    /// The time of applying (UTC), if the caller passed it.
    pub applied_at: Option<Timestamp>,
    /// The counts of the records.
    pub counts: UpdateCounts,
}

/// Converts a time of the system clock to UTC, in whole seconds; `None` after the year 9999.
#[must_use]
pub fn timestamp_of(time: SystemTime) -> Option<Timestamp> {
    let second = DateTime::<Utc>::from(time).naive_utc().with_nanosecond(0)?;
    Timestamp::try_from(second).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_time_of_the_clock_has_whole_seconds() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(86_400_999);
        assert_eq!(timestamp_of(time).unwrap().to_string(), "19700102000000");
        let far = SystemTime::UNIX_EPOCH + Duration::from_secs(300_000_000_000);
        assert_eq!(timestamp_of(far), None);
    }

    #[test]
    fn the_number_says_which_of_two_files_of_one_second_is_later() {
        let of = |sender: &str, identifier: &str, created| Origin {
            sender: sender.to_owned(),
            identifier: identifier.to_owned(),
            created: Timestamp::from_packed(created).unwrap(),
        };
        let (noon, evening) = (20_240_628_120_000, 20_240_628_180_000);
        let base = of("42", "9", noon);
        for (other, later) in [
            (of("42", "10", noon), true),
            (of("42", "9", noon), false),
            (of("42", "8", noon), false),
            (of("43", "10", noon), false),
            (of("42", "A1", noon), false),
            (of("43", "1", evening), true),
            (of("42", "1", evening), true),
        ] {
            assert_eq!(other.is_later_than(&base), later, "{other:?}");
            assert!(!(later && base.is_later_than(&other)), "{other:?}");
        }
    }

    #[test]
    fn counts_are_of_their_effects() {
        for effect in Effect::ALL {
            let mut counts = UpdateCounts::default();
            counts.add(effect);
            assert_eq!(Effect::ALL.map(|other| counts.of(other)).iter().sum::<u64>(), 1);
            assert_eq!((counts.of(effect), counts.records), (1, 1));
            assert_eq!(counts.is_complete(), effect != Effect::Conflicting);
            assert_eq!(Effect::ALL[effect as usize], effect, "what a store keeps");
        }
    }
}
