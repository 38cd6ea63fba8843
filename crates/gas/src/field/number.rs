//! Numbers: ORGANISATION_ID, GENERATION_NUMBER, RECORD_COUNT, and what an MPRN is made of.

use nom::Parser;
use nom::character::complete::satisfy;
use nom::multi::fold_many_m_n;

use super::{FieldFault, push_digits, whole};
use crate::error::ErrorKind;
use crate::layout::Layout;

/// Reads a number of 1 to `length` digits. Leading zeros carry no meaning.
///
/// # Errors
///
/// [`ErrorKind::NotANumber`] for anything else, `NonAscii` for a byte outside ASCII.
pub fn parse_number(field: &[u8], length: usize) -> Result<u64, FieldFault> {
    // 19 digits always fit
    let digit = satisfy(|c| c.is_ascii_digit()).map(|c| u64::from(c as u8 - b'0'));
    let number = fold_many_m_n(1, length.min(19), digit, || 0, |number, digit| number * 10 + digit);
    whole(field, number, ErrorKind::NotANumber)
}

/// Writes a number: `length` digits in fixed, without leading zeros in uklink.
pub fn write_number(out: &mut Vec<u8>, layout: Layout, number: u64, length: usize) {
    let width = if layout == Layout::Fixed { length } else { 1 };
    push_digits(out, number, width);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::testing::{kind, written};

    #[test]
    fn numbers_are_digits_that_fit() {
        assert_eq!(parse_number(b"0", 6), Ok(0));
        assert_eq!(parse_number(b"000042", 6), Ok(42));
        assert_eq!(parse_number(b"9999999999", 10), Ok(9_999_999_999));
        // as many digits as always fit, however long the field is
        assert_eq!(parse_number(&[b'9'; 19], 30), Ok(9_999_999_999_999_999_999));
        let long = [b'9'; 20];
        assert_eq!(kind(&long, parse_number(&long, 30)), ErrorKind::NotANumber);
        for field in [&b""[..], b"0000042", b"+42", b"-1", b" 42", b"42 ", b"4.2", b"0x2A", b"4\0"]
        {
            assert_eq!(kind(field, parse_number(field, 6)), ErrorKind::NotANumber);
        }
    }

    #[test]
    fn numbers_are_padded_in_fixed_only() {
        assert_eq!(written(|out, layout| write_number(out, layout, 42, 6)), ["000042", "42"]);
        assert_eq!(written(|out, layout| write_number(out, layout, 0, 6)), ["000000", "0"]);
    }
}
