//! DCC Service Effective From Date (SEC Appendix X sections 3.28(b)(i) and 3.29(a)) and
//! CREATION_DATE: Date, length 8, `YYYYMMDD`.

use flagflow_domain::EffectiveDate;
use nom::bytes::complete::take;
use nom::combinator::{map_opt, map_res};

use super::{FieldFault, push_digits, whole};
use crate::error::ErrorKind;
use crate::layout::Layout;

/// Reads a date: eight digits that make a day of the calendar.
///
/// # Errors
///
/// [`ErrorKind::InvalidDate`] for anything else, `NonAscii` for a byte outside ASCII.
pub fn parse_date(field: &[u8], _layout: Layout) -> Result<EffectiveDate, FieldFault> {
    let digits = map_opt(take(8usize), |bytes: &[u8]| <[u8; 8]>::try_from(bytes).ok());
    whole(field, map_res(digits, EffectiveDate::from_digits), ErrorKind::InvalidDate)
}

/// Writes a date: eight digits, bare in both layouts.
pub fn write_date(out: &mut Vec<u8>, _layout: Layout, date: EffectiveDate) {
    push_digits(out, u64::from(date.as_packed()), 8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::testing::{kind, written};

    #[test]
    fn dates_are_days_of_the_calendar() {
        let parse = |field| parse_date(field, Layout::Fixed);
        assert_eq!(parse(b"20240229"), Ok(EffectiveDate::from_ymd(2024, 2, 29).unwrap()));
        assert_eq!(parse(b"00000101"), Ok(EffectiveDate::MIN));
        for field in [
            &b""[..],
            b"2021110",
            b"202111050",
            b"20230229",
            b"20211301",
            b"202 1105",
            b"+2021110",
            b"2021-11-",
        ] {
            assert_eq!(kind(field, parse(field)), ErrorKind::InvalidDate);
        }
    }

    #[test]
    fn dates_are_bare_in_both_layouts() {
        assert_eq!(
            written(|out, layout| write_date(out, layout, EffectiveDate::MIN)),
            ["00000101", "00000101"]
        );
    }
}
