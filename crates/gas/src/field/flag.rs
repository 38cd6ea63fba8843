//! DCC Service Flag: SEC Appendix X sections 3.28(b)(i) and 3.29(a), Text, length 1.

use flagflow_domain::ServiceFlag;

use super::{FieldFault, write_text};
use crate::layout::Layout;

/// Reads a DCC Service Flag: one letter of any edition.
///
/// # Errors
///
/// `UnknownFlag` for anything else, `NonAscii` for a byte outside ASCII.
pub fn parse_flag(field: &[u8], _layout: Layout) -> Result<ServiceFlag, FieldFault> {
    flagflow_codec::field::parse_flag(field)
}

/// Writes a DCC Service Flag.
pub fn write_flag(out: &mut Vec<u8>, layout: Layout, flag: ServiceFlag) {
    write_text(out, layout, &[flag.as_byte()]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::field::testing::{kind, written};

    #[test]
    fn flags_are_one_letter() {
        for flag in ServiceFlag::ALL {
            assert_eq!(parse_flag(&[flag.as_byte()], Layout::Fixed), Ok(flag));
        }
        for field in [&b""[..], b"a", b"X", b"AA", b" ", b"\0"] {
            assert_eq!(kind(field, parse_flag(field, Layout::Uklink)), ErrorKind::UnknownFlag);
        }
    }

    #[test]
    fn flags_are_quoted_in_uklink() {
        let flag = ServiceFlag::NonActive;
        assert_eq!(written(|out, layout| write_flag(out, layout, flag)), ["N", "\"N\""]);
    }
}
