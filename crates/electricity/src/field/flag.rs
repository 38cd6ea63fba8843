//! DCC Service Flag, item J1833: one letter.

use flagflow_domain::ServiceFlag;
use nom::combinator::map_opt;
use nom::number::complete::u8;

use super::{FieldFault, whole};
use crate::error::ErrorKind;

/// Reads a DCC Service Flag: one letter of any edition.
///
/// # Errors
///
/// [`ErrorKind::UnknownFlag`] for anything else, `NonAscii` for a byte outside ASCII.
pub fn parse_flag(item: &[u8]) -> Result<ServiceFlag, FieldFault> {
    whole(item, map_opt(u8, ServiceFlag::from_byte), ErrorKind::UnknownFlag)
}

/// Writes a DCC Service Flag.
pub fn write_flag(out: &mut Vec<u8>, flag: ServiceFlag) {
    out.push(flag.as_byte());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::testing::kind;

    #[test]
    fn flags_are_one_letter() {
        for flag in ServiceFlag::ALL {
            let mut out = Vec::new();
            write_flag(&mut out, flag);
            assert_eq!(parse_flag(&out), Ok(flag));
        }
        for item in [&b""[..], b"a", b"X", b"AA", b" ", b"\0"] {
            assert_eq!(kind(item, parse_flag(item)), ErrorKind::UnknownFlag);
        }
    }
}
