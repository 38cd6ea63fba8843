//! A meter point, a day and a flag in eight bytes.
//!
//! A meter point has at most 13 digits, below 2^44. Multiplied by a secret odd number modulo 2^44,
//! which can be undone, its upper eight bits choose one of 256 parts and the other 36 stay in the
//! key, with 22 bits for the day and three for the flag: 61 bits, which leaves three for other use.
//! The factor is random for each file, so that no file can be made with all points in one part.

#![allow(clippy::cast_possible_truncation, reason = "bits are taken out of a number on purpose")]

use std::hash::{BuildHasher, RandomState};

use flagflow_domain::ServiceFlag;

use super::UpdateKey;

const POINT_BITS: u32 = 44;
const POINT_MASK: u64 = (1 << POINT_BITS) - 1;
const PARTS_BITS: u32 = 8;
const REST_BITS: u32 = POINT_BITS - PARTS_BITS;
const DAY_BITS: u32 = 22;
const FLAG_BITS: u32 = 3;

/// The number of parts.
pub(super) const PARTS: usize = 1 << PARTS_BITS;

/// The number of bits of a key.
pub(super) const KEY_BITS: u32 = REST_BITS + DAY_BITS + FLAG_BITS;

/// The values of a record, without the bits of its point that determine the part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PointDay(pub(super) u64);

impl PointDay {
    /// Returns point and day only.
    #[inline]
    pub(super) const fn without_flag(self) -> u64 {
        self.0 >> FLAG_BITS
    }

    /// Returns the flag.
    pub(super) fn flag(self) -> ServiceFlag {
        flag_of(self.0)
    }
}

/// Packs a flag's letter: two bits of the letter and the bit above are different for every flag.
#[inline]
const fn code(letter: u8) -> u64 {
    (letter >> 2 & 7) as u64
}

fn flag_of(bits: u64) -> ServiceFlag {
    let is_it = |flag: &ServiceFlag| code(flag.as_byte()) == bits & 7;
    // every key was made from a flag
    ServiceFlag::ALL.into_iter().find(is_it).unwrap_or(ServiceFlag::Active)
}

/// Returns a packed day as a number of days, in years of 12 months of 31 days.
#[inline]
const fn narrow(packed: u32) -> u64 {
    let (year, month, day) = (packed / 10_000, packed / 100 % 100, packed % 100);
    ((year * 12 + month.wrapping_sub(1)) * 31 + day.wrapping_sub(1)) as u64
}

/// Returns the packed day of a number of days; the inverse of [`narrow`].
const fn packed(narrow: u32) -> u32 {
    let (month, day) = (narrow / 31, narrow % 31);
    month / 12 * 10_000 + (month % 12 + 1) * 100 + day + 1
}

/// The distribution of points over the parts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mix {
    factor: u64,
    inverse: u64,
}

impl Mix {
    pub(super) fn new() -> Self {
        Self::by(RandomState::new().hash_one(POINT_BITS) | 1)
    }

    /// Creates a distribution with an odd factor.
    const fn by(factor: u64) -> Self {
        // an odd number is its own inverse modulo 8, and each step doubles the number of correct
        // bits
        let mut inverse = factor;
        let mut right = 3;
        while right < POINT_BITS {
            inverse = inverse.wrapping_mul(2u64.wrapping_sub(factor.wrapping_mul(inverse)));
            right *= 2;
        }
        Self { factor, inverse }
    }

    /// Returns the part of a record, and its key in that part.
    #[inline]
    pub(super) fn key(self, update: UpdateKey) -> (usize, PointDay) {
        self.key_of(update.point, update.day, update.flag.as_byte())
    }

    /// Returns part and key of a point, a packed day and a flag's letter.
    #[inline]
    pub(super) const fn key_of(self, point: u64, day: u32, letter: u8) -> (usize, PointDay) {
        let mixed = point.wrapping_mul(self.factor) & POINT_MASK;
        let rest = mixed & ((1 << REST_BITS) - 1);
        let key = rest << (DAY_BITS + FLAG_BITS) | narrow(day) << FLAG_BITS | code(letter);
        ((mixed >> REST_BITS) as usize, PointDay(key))
    }

    /// Returns the values of a record from its part and its key.
    pub(super) fn update_key(self, part: usize, key: PointDay) -> UpdateKey {
        let mixed = (part as u64) << REST_BITS | key.0 >> (DAY_BITS + FLAG_BITS);
        let day = (key.without_flag() & ((1 << DAY_BITS) - 1)) as u32;
        let point = mixed.wrapping_mul(self.inverse) & POINT_MASK;
        UpdateKey { point, day: packed(day), flag: key.flag() }
    }
}

#[cfg(test)]
mod tests {
    use flagflow_domain::EffectiveDate;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_day_of_the_calendar_comes_back() {
        let in_year =
            |year: u32| (101..=1231).map(move |month_and_day| year * 10_000 + month_and_day);
        let days = (0..=9999).flat_map(in_year);
        let days = days.filter(|packed| EffectiveDate::from_packed(*packed).is_ok());
        let mut before = None;
        for day in days {
            let it = narrow(day);
            assert!(before < Some(it) && it < 1 << DAY_BITS, "{day}");
            assert_eq!(packed(u32::try_from(it).unwrap()), day);
            before = Some(it);
        }
    }

    #[test]
    fn no_two_flags_have_one_code() {
        for flag in ServiceFlag::ALL {
            assert_eq!(flag_of(code(flag.as_byte())), flag);
        }
    }

    proptest! {
        #[test]
        fn what_is_said_comes_back_from_its_key(
            point in prop_oneof![0u64..=9_999_999_999_999, Just(0), Just(9_999_999_999_999)],
            day in prop_oneof![Just(101u32), Just(99_991_231), Just(20_240_229)],
            flag in 0usize..5,
            factor in any::<u64>(),
        ) {
            let update = UpdateKey { point, day, flag: ServiceFlag::ALL[flag] };
            for mix in [Mix::new(), Mix::by(factor | 1)] {
                let (part, key) = mix.key(update);
                prop_assert!(part < PARTS && key.0 >> KEY_BITS == 0);
                prop_assert_eq!(mix.update_key(part, key), update);
            }
        }
    }
}
