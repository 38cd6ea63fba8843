//! DCC Service Effective From Date (SEC Appendix X sections 3.28(b)(i) and 3.29(a)) and
//! CREATION_DATE: Date, length 8, `YYYYMMDD`.

use flagflow_domain::EffectiveDate;

use super::FieldFault;
use crate::layout::Layout;

/// Reads a date: eight digits that make a day of the calendar.
///
/// # Errors
///
/// `InvalidDate` for anything else, `NonAscii` for a byte outside ASCII.
pub fn parse_date(field: &[u8], _layout: Layout) -> Result<EffectiveDate, FieldFault> {
    flagflow_codec::field::parse_date(field)
}

/// Writes a date: eight digits, bare in both layouts.
pub fn write_date(out: &mut Vec<u8>, _layout: Layout, date: EffectiveDate) {
    flagflow_codec::field::write_date(out, date);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
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
