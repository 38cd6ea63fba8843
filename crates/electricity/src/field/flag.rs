//! DCC Service Flag, item J1833: one letter.

pub use flagflow_codec::field::parse_flag;
use flagflow_domain::ServiceFlag;

/// Writes a DCC Service Flag.
pub fn write_flag(out: &mut Vec<u8>, flag: ServiceFlag) {
    out.push(flag.as_byte());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
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
