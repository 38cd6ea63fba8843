//! The reason code of a rejection: opaque text, whose meaning is in the licensed catalogue.

use std::fmt;

use flagflow_codec::text_value;

use super::{FieldFault, check_ascii, write_text};
use crate::error::{ErrorKind, Fault};
use crate::item::{Field, Layout};
use crate::record::RawRecord;
use crate::text::ShortText;

/// The reason of a rejection: any ASCII text of at most 32 characters, also none.
///
/// How many a file's profile allows (8 in the built-in one) is for the reader and the writer to
/// hold it against. What the codes mean is not public.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReasonCode(ShortText);

impl ReasonCode {
    /// The most characters of a code, whatever the profile.
    pub const MOST: usize = ShortText::MOST;

    /// The code of some bytes, if they are ASCII and not too many.
    #[must_use]
    #[inline]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        ShortText::new(bytes).map(Self)
    }

    /// The code.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// The definition: the reason of a line below a record.
impl TryFrom<&RawRecord<'_>> for ReasonCode {
    type Error = Fault;

    fn try_from(raw: &RawRecord<'_>) -> Result<Self, Fault> {
        raw.read(Field::ReasonCode, parse_reason)
    }
}

impl fmt::Debug for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReasonCode({:?})", self.as_str())
    }
}

text_value!(ReasonCode, InvalidReason);

/// The text is not at most 32 characters of ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a reason code: expected at most 32 characters of ASCII")]
pub struct InvalidReason;

#[cfg(feature = "arbitrary")]
impl<'a> arbitrary::Arbitrary<'a> for ReasonCode {
    /// At most eight printable characters, as any profile's writer takes them.
    fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
        let length = u.int_in_range(0..=8)?;
        let mut code = [0; 8];
        for byte in code.iter_mut().take(length) {
            *byte = *u.choose(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")?;
        }
        code.get(..length).and_then(Self::from_bytes).ok_or(arbitrary::Error::IncorrectFormat)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for ReasonCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for ReasonCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text: String = serde::Deserialize::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Reads a reason code.
///
/// # Errors
///
/// `NonAscii` for a byte outside ASCII, [`ErrorKind::ItemTooLong`] for more than 32.
pub fn parse_reason(item: &[u8]) -> Result<ReasonCode, FieldFault> {
    check_ascii(item)?;
    let too_long = ErrorKind::ItemTooLong { most: ReasonCode::MOST };
    ReasonCode::from_bytes(item).ok_or(FieldFault::of_field(too_long, item))
}

/// Writes a reason code, padded to `length` in zhf.
pub fn write_reason(out: &mut Vec<u8>, layout: Layout, reason: ReasonCode, length: usize) {
    write_text(out, layout, reason.as_str().as_bytes(), length);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::testing::written;

    #[test]
    fn codes_are_any_text() {
        let code: ReasonCode = "R-01".parse().unwrap();
        assert_eq!(parse_reason(b"R-01"), Ok(code));
        assert_eq!(code.to_string(), "R-01");
        assert_eq!(parse_reason(b"").unwrap().as_str(), "");
        assert_eq!(parse_reason(b"a b ").unwrap().as_str(), "a b ");
        assert_eq!("é".parse::<ReasonCode>(), Err(InvalidReason));
        let kind = parse_reason(&[b'x'; 33]).unwrap_err().kind;
        assert_eq!(kind, ErrorKind::ItemTooLong { most: 32 });
        assert_eq!(written(|out, l| write_reason(out, l, code, 8)), ["R-01", "R-01    "]);
    }
}
