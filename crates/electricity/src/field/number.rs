//! Numbers: file sequence number, instruction number, group count, flow count.

use flagflow_rows::push_digits;
use nom::Parser;
use nom::character::complete::satisfy;
use nom::multi::fold_many_m_n;

use super::{FieldFault, whole};
use crate::error::ErrorKind;
use crate::item::Layout;

/// Reads a number of 1 to `length` digits (19 at most). Leading zeros carry no meaning.
///
/// # Errors
///
/// [`ErrorKind::NotANumber`] for anything else, `NonAscii` for a byte outside ASCII.
pub fn parse_number(item: &[u8], length: usize) -> Result<u64, FieldFault> {
    // 19 digits always fit
    let digit = satisfy(|c| c.is_ascii_digit()).map(|c| u64::from(c as u8 - b'0'));
    let number = fold_many_m_n(1, length.min(19), digit, || 0, |number, digit| number * 10 + digit);
    whole(item, number, ErrorKind::NotANumber)
}

/// Writes a number: without leading zeros in zhv, `length` digits in zhf.
pub fn write_number(out: &mut Vec<u8>, layout: Layout, number: u64, length: usize) {
    let width = if layout == Layout::Zhf { length } else { 1 };
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
        assert_eq!(parse_number(b"9999999999999999999", 19), Ok(9_999_999_999_999_999_999));
        for item in [&b""[..], b"0000042", b"+42", b"-1", b" 42", b"42 ", b"4.2", b"0x2A", b"4\0"] {
            assert_eq!(kind(item, parse_number(item, 6)), ErrorKind::NotANumber);
        }
        let twenty = b"00000000000000000001";
        assert_eq!(kind(twenty, parse_number(twenty, 99)), ErrorKind::NotANumber);
    }

    #[test]
    fn numbers_are_padded_in_zhf_only() {
        assert_eq!(written(|out, layout| write_number(out, layout, 42, 6)), ["42", "000042"]);
        assert_eq!(written(|out, layout| write_number(out, layout, 0, 6)), ["0", "000000"]);
    }
}
