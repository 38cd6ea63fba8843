//! Rows that a row decoder marked, for the validator.

use std::ops::Range;

use flagflow_codec::{LineDecoder, canonical_number};
use flagflow_domain::{EffectiveDate, Mprn, ServiceFlag};
use flagflow_rows::eight_digits;

use crate::layout::Gas;

/// The fields of a row that is not canonical, but has its literals in their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowFields<'r> {
    /// The Outcome Code, of an E46.
    pub outcome: Option<&'r [u8]>,
    /// The Meter Point Reference.
    pub point: &'r [u8],
    /// The DCC Service Flag.
    pub flag: &'r [u8],
    /// The DCC Service Effective From Date.
    pub date: &'r [u8],
}

impl<'r> RowFields<'r> {
    /// Returns the fields of a row (with its line ending) whose literals are in their places;
    /// `None` for any other row. The definition cuts such a row at the same places, if each field
    /// [is one](Self::is_field).
    #[must_use]
    #[inline]
    pub fn of(decoder: &LineDecoder<Gas>, row: &'r [u8]) -> Option<Self> {
        let (letters, [point, flag, date]) = decoder.fields(row)?.split_last_chunk()?;
        let outcome = letters.first().zip(letters.last());
        let bytes = |range: &Range<usize>| &row[range.clone()];
        Some(RowFields {
            outcome: outcome.map(|(first, last)| &row[first.start..last.end]),
            point: bytes(point),
            flag: bytes(flag),
            date: bytes(date),
        })
    }

    /// Returns whether bytes would be one field in each layout: no delimiter is among them and no
    /// line ending.
    #[must_use]
    pub fn is_field(bytes: &[u8]) -> bool {
        !bytes.iter().any(|byte| matches!(byte, b'\n' | b'\r' | b'"' | b','))
    }

    /// Returns the Meter Point Reference, if it is bare digits.
    #[must_use]
    #[inline]
    pub fn canonical_point(&self) -> Option<Mprn> {
        let digits = Some(self.point).filter(|digits| digits.len() <= Mprn::MAX_DIGITS)?;
        Mprn::new(canonical_number(digits)?).ok()
    }

    /// Returns the DCC Service Flag, if it is one.
    #[must_use]
    #[inline]
    pub fn canonical_flag(&self) -> Option<ServiceFlag> {
        let [byte] = self.flag else { return None };
        ServiceFlag::from_byte(*byte)
    }

    /// Returns the day, if it is one.
    #[must_use]
    #[inline]
    pub fn canonical_date(&self) -> Option<EffectiveDate> {
        EffectiveDate::from_packed(eight_digits(self.date.try_into().ok()?)?).ok()
    }
}
