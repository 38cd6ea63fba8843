//! The reason code of an S72 record: text, length 8 (UK Link file format notes, profile).

use flagflow_codec::text_value;
use nom::bytes::complete::take;
use nom::combinator::map_opt;

use super::file_type::is_plain;
use super::{FieldFault, whole, write_text};
use crate::error::ErrorKind;
use crate::layout::Layout;

/// A rejection reason: a code of eight printable characters whose meaning is the receiver's.
///
/// UK Link answers in sibling files carry such codes in S72 records below a rejected record.
/// Nothing public ties them to this interface, so reading and writing them is off unless asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReasonCode([u8; 8]);

impl ReasonCode {
    /// The code of eight characters, if they are printable and neither quote nor comma.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let characters = <[u8; 8]>::try_from(bytes).ok()?;
        characters.iter().all(|b| is_plain(*b)).then_some(Self(characters))
    }

    /// The eight characters.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The eight characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // printable ASCII by construction
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

text_value!(ReasonCode, InvalidReason);

/// The text is not eight printable characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a reason code: expected eight printable characters, no quote or comma")]
pub struct InvalidReason;

/// Reads a reason code.
///
/// # Errors
///
/// [`ErrorKind::InvalidReason`] for anything else, `NonAscii` for a byte outside ASCII.
pub fn parse_reason(field: &[u8], _layout: Layout) -> Result<ReasonCode, FieldFault> {
    whole(field, map_opt(take(8usize), ReasonCode::from_bytes), ErrorKind::InvalidReason)
}

/// Writes a reason code.
pub fn write_reason(out: &mut Vec<u8>, layout: Layout, reason: ReasonCode) {
    write_text(out, layout, &reason.0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::testing::{kind, written};

    #[test]
    fn codes_are_eight_printable_characters() {
        let code: ReasonCode = "XYZ00001".parse().unwrap();
        assert_eq!(parse_reason(b"XYZ00001", Layout::Fixed), Ok(code));
        assert_eq!(code.to_string(), "XYZ00001");
        for text in ["", "XYZ0001", "XYZ000001", "XYZ,0001", "XYZ0000\u{e9}"] {
            assert_eq!(text.parse::<ReasonCode>(), Err(InvalidReason), "{text}");
        }
        for field in [&b""[..], b"XYZ0001", b"XYZ000001", b"XYZ\n0001", b"XYZ\"0001"] {
            assert_eq!(kind(field, parse_reason(field, Layout::Uklink)), ErrorKind::InvalidReason);
        }
        assert_eq!(
            written(|out, layout| write_reason(out, layout, code)),
            ["XYZ00001", "\"XYZ00001\""]
        );
    }
}
