//! The flag's effective from date: `YYYYMMDD`, length 8.

use flagflow_domain::EffectiveDate;
use flagflow_rows::push_digits;
use nom::bytes::complete::take;
use nom::combinator::{map_opt, map_res};

use super::{FieldFault, whole};
use crate::error::ErrorKind;

/// Reads a date: eight digits that make a day of the calendar.
///
/// # Errors
///
/// [`ErrorKind::InvalidDate`] for anything else, `NonAscii` for a byte outside ASCII.
pub fn parse_date(item: &[u8]) -> Result<EffectiveDate, FieldFault> {
    let digits = map_opt(take(8usize), |bytes: &[u8]| <[u8; 8]>::try_from(bytes).ok());
    whole(item, map_res(digits, EffectiveDate::from_digits), ErrorKind::InvalidDate)
}

/// Writes a date: eight digits in both layouts.
pub fn write_date(out: &mut Vec<u8>, date: EffectiveDate) {
    push_digits(out, u64::from(date.as_packed()), 8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::testing::kind;

    #[test]
    fn dates_are_days_of_the_calendar() {
        assert_eq!(parse_date(b"20240229"), Ok(EffectiveDate::from_ymd(2024, 2, 29).unwrap()));
        for item in [&b""[..], b"2021110", b"202111050", b"20230229", b"202 1105", b"2021-11-"] {
            assert_eq!(kind(item, parse_date(item)), ErrorKind::InvalidDate);
        }
        let mut out = Vec::new();
        write_date(&mut out, EffectiveDate::MIN);
        assert_eq!(out, b"00000101");
    }
}
