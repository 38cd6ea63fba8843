//! The reason code of an S72 record: text, length 8 (UK Link file format notes, profile).

use std::fmt;
use std::str::FromStr;

use nom::bytes::complete::take;
use nom::combinator::map_opt;

use super::file_type::is_plain;
use super::{FieldFault, whole, write_text};
use crate::error::ErrorKind;
use crate::layout::Layout;

/// A rejection reason: a code of eight printable characters whose meaning is the receiver's.
///
/// UK Link answers in sibling files carry such codes in S72 records below a rejected record. Nothing
/// public ties them to this interface, so reading and writing them is off unless asked for.
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
    pub fn as_str(&self) -> &str {
        // printable ASCII by construction
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl AsRef<[u8]> for ReasonCode {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<&[u8]> for ReasonCode {
    type Error = InvalidReason;

    fn try_from(bytes: &[u8]) -> Result<Self, InvalidReason> {
        Self::from_bytes(bytes).ok_or(InvalidReason)
    }
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text is not eight printable characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a reason code: expected eight printable characters, no quote or comma")]
pub struct InvalidReason;

impl FromStr for ReasonCode {
    type Err = InvalidReason;

    fn from_str(text: &str) -> Result<Self, InvalidReason> {
        Self::from_bytes(text.as_bytes()).ok_or(InvalidReason)
    }
}

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
