//! File identifier of an answered file, item J1064: CHAR(10).

use flagflow_codec::text_value;

use super::{FieldFault, write_text};
use crate::error::ErrorKind;
use crate::item::Layout;
use crate::text::{ShortText, check_value, is_value};

/// The identifier of a file: one to ten printable characters of ASCII, not all of them spaces, and
/// no pipe. Its zeros matter.
///
/// Real ones are letters and digits ([`FileIdentifier::is_alphanumeric`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileIdentifier(ShortText<{ Self::MOST }>);

impl FileIdentifier {
    /// The most characters.
    pub const MOST: usize = 10;

    /// The identifier of some bytes, if they can be one.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        ShortText::new(bytes).filter(|_| is_value(bytes, Self::MOST)).map(Self)
    }

    /// Returns the characters.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Returns the characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Returns whether all characters are letters and digits.
    #[must_use]
    pub fn is_alphanumeric(&self) -> bool {
        self.as_bytes().iter().all(u8::is_ascii_alphanumeric)
    }
}

text_value!(FileIdentifier, InvalidFileIdentifier);

/// The text is not one to ten printable characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a file identifier: expected 1 to 10 printable characters without a pipe")]
pub struct InvalidFileIdentifier;

#[cfg(feature = "arbitrary")]
impl<'a> arbitrary::Arbitrary<'a> for FileIdentifier {
    /// One to four characters, as writers of both layouts take them.
    fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
        super::arbitrary_text(u, Self::from_bytes)
    }
}

#[cfg(feature = "serde")]
super::serde_as_text!(FileIdentifier);

/// Reads the identifier of a file.
///
/// # Errors
///
/// `NonAscii` for a byte outside ASCII, [`ErrorKind::NotPrintable`] for a control character or a
/// pipe, [`ErrorKind::EmptyItem`] for no character but spaces, [`ErrorKind::ItemTooLong`] for more
/// than ten.
pub fn parse_file_identifier(item: &[u8]) -> Result<FileIdentifier, FieldFault> {
    check_value(item)?;
    let too_long = ErrorKind::ItemTooLong { most: FileIdentifier::MOST };
    FileIdentifier::from_bytes(item).ok_or(FieldFault::of_field(too_long, item))
}

/// Writes the identifier of a file, padded to `length` in zhf.
pub fn write_file_identifier(
    out: &mut Vec<u8>,
    layout: Layout,
    identifier: FileIdentifier,
    length: usize,
) {
    write_text(out, layout, identifier.as_bytes(), length);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::testing::{kind, written};

    #[test]
    fn identifiers_are_one_to_ten_printable_characters() {
        for text in ["0000475656", "A", "a-1 b", " x"] {
            let identifier: FileIdentifier = text.parse().unwrap();
            assert_eq!(parse_file_identifier(text.as_bytes()), Ok(identifier));
            assert_eq!((identifier.as_str(), identifier.to_string()), (text, text.to_owned()));
            assert_eq!(identifier.as_ref(), text.as_bytes());
        }
        for text in ["", "  ", "00004756567", "A|B", "A\t", "é"] {
            assert_eq!(text.parse::<FileIdentifier>(), Err(InvalidFileIdentifier), "{text:?}");
            assert!(parse_file_identifier(text.as_bytes()).is_err(), "{text:?}");
        }
        let long = kind(&[b'x'; 11], parse_file_identifier(&[b'x'; 11]));
        assert_eq!(long, ErrorKind::ItemTooLong { most: 10 });
    }

    #[test]
    fn letters_and_digits_are_alphanumeric() {
        for (text, expected) in
            [("0000475656", true), ("aZ9", true), ("A-1", false), ("A 1", false)]
        {
            let identifier: FileIdentifier = text.parse().unwrap();
            assert_eq!(identifier.is_alphanumeric(), expected, "{text}");
        }
    }

    #[test]
    fn identifiers_are_padded_in_zhf_only() {
        let identifier: FileIdentifier = "0042".parse().unwrap();
        let written = written(|out, layout| write_file_identifier(out, layout, identifier, 10));
        assert_eq!(written, ["0042", "0042      "]);
    }
}
