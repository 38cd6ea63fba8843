//! Numbers: file sequence number, instruction number, group count, flow count.

pub use flagflow_codec::field::parse_number;
use flagflow_rows::push_digits;

use crate::item::Layout;

/// Writes a number: without leading zeros in zhv, `length` digits in zhf.
pub fn write_number(out: &mut Vec<u8>, layout: Layout, number: u64, length: usize) {
    let width = if layout == Layout::Zhf { length } else { 1 };
    push_digits(out, number, width);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
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
