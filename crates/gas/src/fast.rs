//! The fast path: the same details from the same bytes, or no answer.
//!
//! It knows only perfect lines. Whatever it does not take goes to the definition, so an error is
//! found and worded in one place, and leaving this module out changes nothing but the time.
//! Canonical lines only: in uklink those with quoted text and bare digits.

use flagflow_domain::{EffectiveDate, Mprn, Outcome, ServiceFlag};
use flagflow_rows::eight_digits;

use crate::layout::Layout;
use crate::record::{Detail, E45};

/// Reads a detail from a perfect line.
#[inline]
pub(crate) fn detail(line: &[u8], layout: Layout) -> Option<Detail> {
    match layout {
        Layout::Fixed => fixed(line),
        Layout::Uklink => uklink(line),
    }
}

#[inline]
fn fixed(line: &[u8]) -> Option<Detail> {
    if let Some(fields) = line.strip_prefix(b"E45") {
        return update(fields.try_into().ok()?).map(Detail::E45);
    }
    let [b'E', b'4', b'6', o0, o1, fields @ ..] = line else { return None };
    let outcome = Outcome::from_bytes(&[*o0, *o1])?;
    let update = update(fields.try_into().ok()?)?;
    Some(Detail::E46(update.answered(outcome)))
}

/// Meter point, flag and date, end to end.
#[inline]
fn update(fields: &[u8; 19]) -> Option<E45> {
    let [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, flag, date @ ..] = *fields;
    let high = eight_digits([m0, m1, m2, m3, m4, m5, m6, m7])?;
    let low = two_digits([m8, m9])?;
    let mprn = Mprn::new(u64::from(high) * 100 + u64::from(low)).ok()?;
    let flag = ServiceFlag::from_byte(flag)?;
    let date = EffectiveDate::from_packed(eight_digits(date)?).ok()?;
    Some(E45::new(mprn, flag, date))
}

#[inline]
fn uklink(line: &[u8]) -> Option<Detail> {
    if let Some(fields) = line.strip_prefix(b"\"E45\",") {
        return uklink_update(fields).map(Detail::E45);
    }
    let fields = line.strip_prefix(b"\"E46\",\"")?;
    let [o0, o1, b'"', b',', fields @ ..] = fields else { return None };
    let outcome = Outcome::from_bytes(&[*o0, *o1])?;
    Some(Detail::E46(uklink_update(fields)?.answered(outcome)))
}

/// `1234567810,"A",20211105`
#[inline]
fn uklink_update(fields: &[u8]) -> Option<E45> {
    let (digits, tail) = fields.split_at_checked(fields.len().checked_sub(TAIL)?)?;
    let [b',', b'"', flag, b'"', b',', date @ ..] = tail else { return None };
    let flag = ServiceFlag::from_byte(*flag)?;
    let day = day(date)?;
    Some(E45::new(point(digits)?, flag, day))
}

/// A meter point of bare digits.
#[inline]
pub(crate) fn point(digits: &[u8]) -> Option<Mprn> {
    if digits.is_empty() || digits.len() > Mprn::MAX_DIGITS {
        return None;
    }
    if let Some((first, [tens, ones])) = digits.split_first_chunk() {
        let last = [tens, ones].map(|byte| byte.wrapping_sub(b'0'));
        let rest = u64::from(last[0]) * 10 + u64::from(last[1]);
        let is_number = last[0] <= 9 && last[1] <= 9;
        return Mprn::new(u64::from(eight_digits(*first)?) * 100 + rest).ok().filter(|_| is_number);
    }
    let mut number = 0;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + u64::from(digit);
    }
    Mprn::new(number).ok()
}

/// A day of eight digits.
#[inline]
pub(crate) fn day(digits: &[u8]) -> Option<EffectiveDate> {
    EffectiveDate::from_packed(eight_digits(digits.try_into().ok()?)?).ok()
}

/// The bytes of `,"A",20211105`, all that follows the meter point.
const TAIL: usize = 13;

#[inline]
fn two_digits(bytes: [u8; 2]) -> Option<u8> {
    let [tens, ones] = bytes.map(|byte| byte.wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9).then(|| tens * 10 + ones)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::RawRecord;

    #[test]
    fn points_are_one_to_ten_digits() {
        for (digits, number) in [
            ("0", 0),
            ("7", 7),
            ("0000000", 0),
            ("12345678", 12_345_678),
            ("123456789", 123_456_789),
        ] {
            assert_eq!(point(digits.as_bytes()), Mprn::new(number).ok(), "{digits}");
        }
        assert_eq!(point(b"9999999999"), Some(Mprn::MAX));
        for digits in ["", "01234567890", "12345678/0", "123456780:", "x", "12 4"] {
            assert_eq!(point(digits.as_bytes()), None, "{digits}");
        }
    }

    /// Each byte value at each place of each canonical line: where the fast path answers, the
    /// definition says the same; and it answers wherever the line is still canonical.
    #[test]
    fn every_byte_at_every_place_as_the_definition() {
        let lines: [(&[u8], Layout); 5] = [
            (b"E451234567810A20240229", Layout::Fixed),
            (b"E46RJ1234567810W19000228", Layout::Fixed),
            (b"\"E45\",1234567810,\"I\",20211231", Layout::Uklink),
            (b"\"E45\",7,\"I\",20211231", Layout::Uklink),
            (b"\"E46\",\"AC\",123409,\"S\",20000229", Layout::Uklink),
        ];
        for (line, layout) in lines {
            assert!(detail(line, layout).is_some());
            for at in 0..line.len() {
                for byte in 0..=255u8 {
                    let mut changed = line.to_vec();
                    changed[at] = byte;
                    let slow =
                        RawRecord::cut(&changed, layout).and_then(|raw| Detail::try_from(&raw));
                    match detail(&changed, layout) {
                        Some(fast) => assert_eq!(slow, Ok(fast), "{changed:?}"),
                        None => assert!(slow.is_err(), "{changed:?}"),
                    }
                }
            }
            for length in 0..line.len() {
                let slow =
                    RawRecord::cut(&line[..length], layout).and_then(|raw| Detail::try_from(&raw));
                assert_eq!(detail(&line[..length], layout), slow.ok());
            }
        }
    }
}
