//! Fields parsed by hand, for peers that split lines and leave the fields to their user.

use crate::row::Row;

/// A number of 1 to 19 digits and nothing else.
#[inline]
pub(crate) fn digits(field: &[u8]) -> Option<u64> {
    if field.is_empty() || field.len() > 19 {
        return None;
    }
    field.iter().try_fold(0, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| number * 10 + u64::from(digit))
    })
}

/// A meter point of gas: at most 10 digits.
#[inline]
pub(crate) fn mprn(field: &[u8]) -> Option<u64> {
    if field.len() > 10 { None } else { digits(field) }
}

/// Eight digits that are a day of the calendar.
#[inline]
pub(crate) fn day(field: &[u8]) -> Option<u32> {
    if field.len() != 8 {
        return None;
    }
    let packed = u32::try_from(digits(field)?).ok()?;
    is_day(packed).then_some(packed)
}

/// Returns true if the calendar has the day.
#[inline]
pub(crate) const fn is_day(packed: u32) -> bool {
    is_calendar_day(packed / 10_000, packed / 100 % 100, packed % 100)
}

/// Returns true if the calendar has the day.
#[inline]
pub(crate) const fn is_calendar_day(year: u32, month: u32, day: u32) -> bool {
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 0,
    };
    day >= 1 && day <= last
}

const fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// A flag's letter.
#[inline]
pub(crate) fn flag(field: &[u8]) -> Option<u8> {
    match field {
        [letter @ (b'A' | b'N' | b'I' | b'S' | b'W')] => Some(*letter),
        _ => None,
    }
}

/// The first letter of an outcome.
#[inline]
pub(crate) fn outcome(field: &[u8]) -> Option<u8> {
    match field {
        b"AC" | b"RJ" => Some(field[0]),
        _ => None,
    }
}

/// One to four printable characters, with zeros behind them.
#[inline]
pub(crate) fn supplier(field: &[u8]) -> Option<[u8; 4]> {
    let mut supplier = [0; 4];
    supplier.get_mut(..field.len())?.copy_from_slice(field);
    let is_plain = field.iter().all(|byte| matches!(byte, b' '..=b'~'));
    let is_blank = field.iter().all(|byte| *byte == b' ');
    (is_plain && !is_blank).then_some(supplier)
}

/// The fields of an E45 with commas.
#[inline]
pub(crate) fn update<'f>(mut fields: impl Iterator<Item = &'f [u8]>) -> Option<Row> {
    if fields.next()? != b"E45" {
        return None;
    }
    let (point, flag, day) = (mprn(fields.next()?)?, flag(fields.next()?)?, day(fields.next()?)?);
    fields.next().is_none().then(|| Row::update(point, flag, day))
}

/// The items of an update with pipes, and the empty one behind the last pipe.
#[inline]
pub(crate) fn instruction<'f>(mut items: impl Iterator<Item = &'f [u8]>) -> Option<Row> {
    if items.next()? != b"82H" {
        return None;
    }
    let number = items.next().filter(|item| item.len() <= 12).and_then(digits)?;
    if items.next()? != b"DC01" {
        return None;
    }
    let point = items.next().filter(|item| item.len() == 13).and_then(digits)?;
    let (flag, day) = (flag(items.next()?)?, day(items.next()?)?);
    let supplier = supplier(items.next()?)?;
    let ends = items.next()?.is_empty() && items.next().is_none();
    ends.then(|| Row::update(point, flag, day).instructed(number, supplier))
}
