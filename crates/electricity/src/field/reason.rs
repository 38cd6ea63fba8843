//! The reason code of a rejection, item J0107: CHAR(4).

use std::fmt;

use flagflow_codec::text_value;

use super::{FieldFault, write_text};
use crate::error::{ErrorKind, Fault};
use crate::item::{Field, Layout, LineTag};
use crate::record::RawRecord;
use crate::text::{ShortText, check_value, is_value};

/// Makes the enum of codes, each with its text and its meaning.
macro_rules! reason_codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $meaning:literal;)*) => {
        /// The reason of a rejection: one of the codes that concern this interface, or another text
        /// of one to four characters.
        ///
        /// Codes have one or two digits and are not padded: `01` is another text than `1`.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ReasonCode {
            $($(#[$doc])* $name,)*
            /// A code without a name here.
            Other(OtherReason),
        }

        impl ReasonCode {
            /// The codes that have a name.
            pub const NAMED: [Self; [$($code),*].len()] = [$(Self::$name),*];

            /// Returns the code.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$name => $code,)*
                    Self::Other(other) => other.0.as_str(),
                }
            }

            /// Returns the meaning of the code.
            #[must_use]
            pub const fn meaning(&self) -> &'static str {
                match self {
                    $(Self::$name => $meaning,)*
                    Self::Other(_) => "a reason without a name here",
                }
            }
        }
    };
}

reason_codes! {
    /// `1`: the instruction type is invalid.
    InvalidInstructionType = "1", "the instruction type is invalid";
    /// `3`: the MPAN core is not known.
    UnknownMpan = "3", "the MPAN core is not known";
    /// `23`: the metering point is disconnected.
    Disconnected = "23", "the metering point is disconnected";
    /// `38`: the instruction is incomplete.
    Incomplete = "38", "the instruction is incomplete";
    /// `47`: the value is the same as the current one.
    SameValue = "47", "the value is the same as the current one";
    /// `48`: a change is pending already.
    PendingChange = "48", "a change is pending already";
    /// `55`: the DCC Service Flag is invalid.
    InvalidFlag = "55", "the DCC Service Flag is invalid";
    /// `56`: the effective from date is invalid.
    InvalidDate = "56", "the effective from date is invalid";
    /// `58`: the supplier id is invalid.
    InvalidSupplier = "58", "the supplier id is invalid";
    /// `62`: the metering point is in its migration for half-hourly settlement (MHHS), or through
    /// it.
    Migration = "62", "the migration for half-hourly settlement (MHHS) is under way or done";
}

/// The text of a code that has no name in [`ReasonCode`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OtherReason(ShortText<{ ReasonCode::MOST }>);

impl ReasonCode {
    /// The most characters of a code.
    pub const MOST: usize = 4;

    /// The code of some bytes, if they can be one: one to four printable characters of ASCII, not
    /// all of them spaces, and no pipe.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let named = Self::NAMED.into_iter().find(|code| code.as_bytes() == bytes);
        let other = || ShortText::new(bytes).filter(|_| is_value(bytes, Self::MOST));
        named.or_else(|| other().map(|text| Self::Other(OtherReason(text))))
    }

    /// Returns the code.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.as_str().as_bytes()
    }

    /// Returns the document that the code is from.
    #[must_use]
    pub const fn source(&self) -> &'static str {
        match self {
            Self::Other(_) => "the file",
            _ => "Data Transfer Catalogue 15.4 (28 April 2026), item J0107",
        }
    }
}

/// The definition: the reason of a line below a record.
impl TryFrom<&RawRecord<'_>> for ReasonCode {
    type Error = Fault;

    fn try_from(raw: &RawRecord<'_>) -> Result<Self, Fault> {
        raw.require(LineTag::Reason)?;
        raw.read(Field::RejectionReasonCode, parse_reason)
    }
}

impl fmt::Debug for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReasonCode({:?})", self.as_str())
    }
}

text_value!(ReasonCode, InvalidReason);

/// The text is not one to four printable characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a reason code: expected 1 to 4 printable characters without a pipe")]
pub struct InvalidReason;

#[cfg(feature = "arbitrary")]
impl<'a> arbitrary::Arbitrary<'a> for ReasonCode {
    /// A code that has a name, or one to four characters, as writers of both layouts take them.
    fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
        if u.arbitrary()? {
            return u.choose(&Self::NAMED).copied();
        }
        super::arbitrary_text(u, Self::from_bytes)
    }
}

#[cfg(feature = "serde")]
super::serde_as_text!(ReasonCode);

/// Reads a reason code.
///
/// # Errors
///
/// `NonAscii` for a byte outside ASCII, [`ErrorKind::NotPrintable`] for a control character or a
/// pipe, [`ErrorKind::EmptyItem`] for no character but spaces, [`ErrorKind::ItemTooLong`] for more
/// than four.
pub fn parse_reason(item: &[u8]) -> Result<ReasonCode, FieldFault> {
    check_value(item)?;
    let too_long = ErrorKind::ItemTooLong { most: ReasonCode::MOST };
    ReasonCode::from_bytes(item).ok_or(FieldFault::of_field(too_long, item))
}

/// Writes a reason code, padded to `length` in zhf.
pub fn write_reason(out: &mut Vec<u8>, layout: Layout, reason: ReasonCode, length: usize) {
    write_text(out, layout, reason.as_bytes(), length);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::testing::{kind, written};

    #[test]
    fn codes_are_any_text_of_one_to_four_characters() {
        for text in ["R-01", "1", "01", "62", "999", " a", "a b "] {
            let code: ReasonCode = text.parse().unwrap();
            assert_eq!(parse_reason(text.as_bytes()), Ok(code));
            assert_eq!((code.as_str(), code.to_string()), (text, text.to_owned()));
            assert_eq!(format!("{code:?}"), format!("ReasonCode({text:?})"));
        }
        for text in ["", "  ", "12345", "1|", "1\t", "é"] {
            assert_eq!(text.parse::<ReasonCode>(), Err(InvalidReason), "{text:?}");
            assert!(parse_reason(text.as_bytes()).is_err(), "{text:?}");
        }
        assert_eq!(kind(b"", parse_reason(b"")), ErrorKind::EmptyItem);
        let long = kind(b"12345", parse_reason(b"12345"));
        assert_eq!(long, ErrorKind::ItemTooLong { most: 4 });
    }

    /// formats.md section 4.
    #[test]
    fn the_codes_of_this_interface_have_names() {
        let codes = ReasonCode::NAMED.map(|code| code.as_str().parse::<u8>().unwrap());
        assert_eq!(codes, [1, 3, 23, 38, 47, 48, 55, 56, 58, 62]);
        for code in ReasonCode::NAMED {
            assert_eq!(ReasonCode::from_bytes(code.as_bytes()), Some(code));
            assert!(code.source().contains("J0107"), "{code}");
        }
        let meanings = ReasonCode::NAMED.map(|code| code.meaning());
        assert_eq!(meanings[1], "the MPAN core is not known");
        let other: ReasonCode = "01".parse().unwrap();
        assert!(matches!(other, ReasonCode::Other(_)));
        assert!(!meanings.contains(&other.meaning()));
        assert_eq!(other.source(), "the file");
    }

    #[test]
    fn codes_are_padded_in_zhf_only() {
        let write = |code: ReasonCode| written(move |out, l| write_reason(out, l, code, 4));
        assert_eq!(write(ReasonCode::Migration), ["62", "62  "]);
        assert_eq!(write("R-01".parse().unwrap()), ["R-01", "R-01"]);
    }
}
