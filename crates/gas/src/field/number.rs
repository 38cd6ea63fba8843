//! Numbers: ORGANISATION_ID, GENERATION_NUMBER, RECORD_COUNT, and what an MPRN is made of.

use flagflow_codec::field::{Grammar, number};
use flagflow_rows::push_digits;
use nom::combinator::map_res;

use super::{FieldFault, whole};
use crate::error::ErrorKind;
use crate::layout::Layout;

pub use flagflow_codec::field::parse_number;

/// Reads a GENERATION_NUMBER: 1 to 6 digits.
///
/// # Errors
///
/// As [`parse_number`].
pub(crate) fn parse_generation(field: &[u8], _layout: Layout) -> Result<u32, FieldFault> {
    whole(field, small_number(6), ErrorKind::NotANumber)
}

/// A number that fits 32 bits, as any of nine digits does.
pub(super) fn small_number<'a>(length: usize) -> impl Grammar<'a, u32> {
    map_res(number(length), u32::try_from)
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
    fn generations_have_six_digits() {
        let parse = |field| parse_generation(field, Layout::Uklink);
        assert_eq!(parse(b"1"), Ok(1));
        assert_eq!(parse(b"000042"), Ok(42));
        assert_eq!(parse(b"999999"), Ok(999_999));
        for field in [&b""[..], b"1000000", b"0000001", b"-1", b"1a"] {
            assert_eq!(kind(field, parse(field)), ErrorKind::NotANumber);
        }
    }

    #[test]
    fn numbers_are_padded_in_fixed_only() {
        assert_eq!(written(|out, layout| write_number(out, layout, 42, 6)), ["000042", "42"]);
        assert_eq!(written(|out, layout| write_number(out, layout, 0, 6)), ["000000", "0"]);
    }
}
