//! Meter Point Reference: SEC Appendix X sections 3.28(b)(i) and 3.29(a), Number, length 10.

use flagflow_codec::field::number;
use flagflow_domain::Mprn;
use nom::combinator::map_res;

use super::{FieldFault, whole, write_number};
use crate::error::ErrorKind;
use crate::layout::Layout;

/// Reads a Meter Point Reference: 1 to 10 digits, exactly 10 where the layout is fixed (its line's
/// length sees to that).
///
/// # Errors
///
/// [`ErrorKind::NotANumber`], or `NonAscii`. Wrong check digits are no error here.
pub fn parse_mprn(field: &[u8], _layout: Layout) -> Result<Mprn, FieldFault> {
    whole(field, map_res(number(Mprn::MAX_DIGITS), Mprn::new), ErrorKind::NotANumber)
}

/// Writes a Meter Point Reference: 10 digits in fixed, without leading zeros in uklink.
pub fn write_mprn(out: &mut Vec<u8>, layout: Layout, mprn: Mprn) {
    write_number(out, layout, mprn.as_u64(), Mprn::MAX_DIGITS);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::testing::{kind, written};

    #[test]
    fn references_are_numbers_of_ten_digits_at_most() {
        let parse = |field| parse_mprn(field, Layout::Uklink);
        assert_eq!(parse(b"0000123409"), Ok(Mprn::new(123_409).unwrap()));
        assert_eq!(parse(b"123409"), parse(b"0000123409"));
        assert_eq!(parse(b"9999999999"), Ok(Mprn::MAX));
        for field in [&b""[..], b"00000123409", b"12345678 9", b"123456789A"] {
            assert_eq!(kind(field, parse(field)), ErrorKind::NotANumber);
        }
    }

    #[test]
    fn references_are_padded_in_fixed_only() {
        let mprn = Mprn::new(123_409).unwrap();
        assert_eq!(written(|out, layout| write_mprn(out, layout, mprn)), ["0000123409", "123409"]);
    }
}
