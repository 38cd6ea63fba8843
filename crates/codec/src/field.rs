//! Fields that every flow has: their grammars, and the parsers and writers made of these.
//!
//! A parser takes the bytes of one field, all of them. What is outside ASCII is an error of its
//! own, at its byte.

use flagflow_domain::{EffectiveDate, ServiceFlag};
use flagflow_rows::push_digits;
use nom::bytes::complete::take;
use nom::character::complete::satisfy;
use nom::combinator::{all_consuming, map_opt, map_res};
use nom::multi::fold_many_m_n;
use nom::{IResult, Parser};

use crate::error::{ErrorKind, FieldFault};
use crate::raw::check_ascii;

/// The bytes that a field may have, and their value.
pub trait Grammar<'a, T>:
    Parser<&'a [u8], Output = T, Error = nom::error::Error<&'a [u8]>>
{
}

impl<'a, T, P: Parser<&'a [u8], Output = T, Error = nom::error::Error<&'a [u8]>>> Grammar<'a, T>
    for P
{
}

/// Runs a field's grammar over the whole field.
///
/// # Errors
///
/// `NonAscii` for a byte outside ASCII, and the given error for anything else.
pub fn whole<'a, T>(
    field: &'a [u8],
    grammar: impl Grammar<'a, T>,
    kind: ErrorKind,
) -> Result<T, FieldFault> {
    check_ascii(field)?;
    let parsed: IResult<_, _> = all_consuming(grammar).parse(field);
    match parsed {
        Ok((_, value)) => Ok(value),
        Err(_) => Err(FieldFault::of_field(kind, field)),
    }
}

/// `number := [0-9]{1,length}`, of at most 19 digits.
pub fn number<'a>(length: usize) -> impl Grammar<'a, u64> {
    // 19 digits always fit
    let digit = satisfy(|c| c.is_ascii_digit()).map(|c| u64::from(c as u8 - b'0'));
    fold_many_m_n(1, length.min(19), digit, || 0, |number, digit| number * 10 + digit)
}

/// Reads a number of 1 to `length` digits (19 at most). Leading zeros carry no meaning.
///
/// # Errors
///
/// [`ErrorKind::NotANumber`] for anything else, `NonAscii` for a byte outside ASCII.
pub fn parse_number(field: &[u8], length: usize) -> Result<u64, FieldFault> {
    whole(field, number(length), ErrorKind::NotANumber)
}

/// Reads a date: eight digits that make a day of the calendar.
///
/// # Errors
///
/// [`ErrorKind::InvalidDate`] for anything else, `NonAscii` for a byte outside ASCII.
pub fn parse_date(field: &[u8]) -> Result<EffectiveDate, FieldFault> {
    let digits = map_opt(take(8usize), |bytes: &[u8]| <[u8; 8]>::try_from(bytes).ok());
    whole(field, map_res(digits, EffectiveDate::from_digits), ErrorKind::InvalidDate)
}

/// Writes a date: eight digits.
pub fn write_date(out: &mut Vec<u8>, date: EffectiveDate) {
    push_digits(out, u64::from(date.as_packed()), 8);
}

/// Reads a DCC Service Flag: one letter of any edition.
///
/// # Errors
///
/// [`ErrorKind::UnknownFlag`] for anything else, `NonAscii` for a byte outside ASCII.
pub fn parse_flag(field: &[u8]) -> Result<ServiceFlag, FieldFault> {
    whole(field, map_opt(nom::number::complete::u8, ServiceFlag::from_byte), ErrorKind::UnknownFlag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_read_as_a_whole() {
        assert_eq!(parse_number(b"0042", 6), Ok(42));
        assert_eq!(parse_flag(b"A"), Ok(ServiceFlag::Active));
        let day = parse_date(b"20211105").unwrap();
        let mut again = Vec::new();
        write_date(&mut again, day);
        assert_eq!(again, b"20211105");
        let fault = |kind, field: &[u8]| FieldFault::of_field(kind, field);
        let twenty = &b"00000000000000000001"[..];
        for field in [b"", &b"0000042"[..], b"42 ", b"+42"] {
            assert_eq!(parse_number(field, 6), Err(fault(ErrorKind::NotANumber, field)));
        }
        assert_eq!(parse_number(twenty, 99), Err(fault(ErrorKind::NotANumber, twenty)));
        for field in [b"", &b"AA"[..], b"E"] {
            assert_eq!(parse_flag(field), Err(fault(ErrorKind::UnknownFlag, field)));
        }
        for field in [b"", &b"20211131"[..], b"2021110", b"202111055"] {
            assert_eq!(parse_date(field), Err(fault(ErrorKind::InvalidDate, field)));
        }
        let non_ascii = FieldFault { kind: ErrorKind::NonAscii, start: 4, length: 1 };
        assert_eq!(parse_date(b"2021\xC31\xB15"), Err(non_ascii));
    }
}
