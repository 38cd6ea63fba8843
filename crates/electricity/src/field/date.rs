//! The flag's effective from date: `YYYYMMDD`, length 8.

pub use flagflow_codec::field::{parse_date, write_date};

#[cfg(test)]
mod tests {
    use flagflow_domain::EffectiveDate;

    use super::*;
    use crate::error::ErrorKind;
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
