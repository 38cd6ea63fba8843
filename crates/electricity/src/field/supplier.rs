//! Supplier id, item J0084: CHAR(4).

use std::fmt;

use flagflow_codec::{is_plain_party, text_value};

use super::{FieldFault, write_text};
use crate::error::ErrorKind;
use crate::item::Layout;
use crate::text::{check_value, is_value};

/// The supplier that asked for a change: one to four printable characters of ASCII, not all of them
/// spaces, and no pipe.
///
/// Real ones are market participant identifiers, four capital letters or digits
/// ([`SupplierId::is_participant_id`]).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SupplierId([u8; Self::MOST]);

impl SupplierId {
    /// The most characters.
    pub const MOST: usize = 4;

    /// The supplier of some bytes, if they can be one.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut id = [0; Self::MOST];
        id.get_mut(..bytes.len())?.copy_from_slice(bytes);
        is_value(bytes, Self::MOST).then_some(Self(id))
    }

    /// The supplier of its characters and zeros behind them, if they can be one: the form that
    /// columns have ([`Batch::parties`](flagflow_codec::Batch::parties)).
    #[must_use]
    #[inline]
    pub fn from_packed(id: [u8; Self::MOST]) -> Option<Self> {
        // the usual form takes a few instructions
        if is_plain_party(id) { Some(Self(id)) } else { Self::from_odd(id) }
    }

    #[cold]
    fn from_odd(id: [u8; Self::MOST]) -> Option<Self> {
        let length = id.iter().position(|byte| *byte == 0).unwrap_or(Self::MOST);
        let (text, zeros) = id.split_at_checked(length)?;
        let is_padded = zeros.iter().all(|byte| *byte == 0);
        Self::from_bytes(text).filter(|_| is_padded)
    }

    /// Returns the characters, and zeros behind them.
    #[must_use]
    #[inline]
    pub const fn as_packed(self) -> [u8; Self::MOST] {
        self.0
    }

    /// Returns the characters.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        let length = self.0.iter().position(|byte| *byte == 0).unwrap_or(Self::MOST);
        self.0.get(..length).unwrap_or_default()
    }

    /// Returns the characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // ASCII by construction
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// Returns whether the id has the form of a market participant identifier: four capital letters
    /// or digits. (profile)
    #[must_use]
    pub fn is_participant_id(&self) -> bool {
        self.0.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    }
}

impl fmt::Debug for SupplierId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SupplierId({:?})", self.as_str())
    }
}

text_value!(SupplierId, InvalidSupplier);

/// The text is not one to four printable characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a supplier id: expected 1 to 4 printable characters without a pipe")]
pub struct InvalidSupplier;

#[cfg(feature = "arbitrary")]
impl<'a> arbitrary::Arbitrary<'a> for SupplierId {
    /// One to four characters, as writers of both layouts take them.
    fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
        super::arbitrary_text(u, Self::from_bytes)
    }
}

#[cfg(feature = "serde")]
super::serde_as_text!(SupplierId);

/// Reads a supplier id.
///
/// # Errors
///
/// `NonAscii` for a byte outside ASCII, [`ErrorKind::NotPrintable`] for a control character or a
/// pipe, [`ErrorKind::EmptyItem`] for no character but spaces, [`ErrorKind::ItemTooLong`] for more
/// than four.
pub fn parse_supplier(item: &[u8]) -> Result<SupplierId, FieldFault> {
    check_value(item)?;
    let too_long = ErrorKind::ItemTooLong { most: SupplierId::MOST };
    SupplierId::from_bytes(item).ok_or(FieldFault::of_field(too_long, item))
}

/// Writes a supplier id, padded to `length` in zhf.
pub fn write_supplier(out: &mut Vec<u8>, layout: Layout, supplier: SupplierId, length: usize) {
    write_text(out, layout, supplier.as_bytes(), length);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::testing::{kind, written};

    #[test]
    fn suppliers_are_one_to_four_printable_characters() {
        for text in ["MRCY", "A", " a~", "A B", "00Z9", "^^^^"] {
            let supplier: SupplierId = text.parse().unwrap();
            assert_eq!(parse_supplier(text.as_bytes()), Ok(supplier));
            assert_eq!((supplier.as_str(), supplier.to_string()), (text, text.to_owned()));
            assert_eq!(SupplierId::from_packed(supplier.as_packed()), Some(supplier));
            assert_eq!(format!("{supplier:?}"), format!("SupplierId({text:?})"));
        }
        for text in ["", " ", "    ", "MRCYX", "A|B", "A\0", "A\n", "\u{7F}", "é"] {
            assert_eq!(text.parse::<SupplierId>(), Err(InvalidSupplier), "{text:?}");
            assert!(parse_supplier(text.as_bytes()).is_err(), "{text:?}");
        }
        assert_eq!(kind(b"  ", parse_supplier(b"  ")), ErrorKind::EmptyItem);
        let long = kind(b"MRCYX", parse_supplier(b"MRCYX"));
        assert_eq!(long, ErrorKind::ItemTooLong { most: 4 });
        for packed in [[0; 4], *b"A\0B\0", *b"A|BC", *b"\0ABC", [0xFF; 4], *b"    "] {
            assert_eq!(SupplierId::from_packed(packed), None, "{packed:?}");
        }
    }

    #[test]
    fn participants_are_four_capital_letters_or_digits() {
        for (text, expected) in
            [("MRCY", true), ("0A9Z", true), ("mrcy", false), ("MRC", false), ("MR:Y", false)]
        {
            assert_eq!(text.parse::<SupplierId>().unwrap().is_participant_id(), expected, "{text}");
        }
    }

    #[test]
    fn suppliers_are_padded_in_zhf_only() {
        let written = |text: &str| {
            let supplier: SupplierId = text.parse().unwrap();
            written(move |out, layout| write_supplier(out, layout, supplier, 4))
        };
        assert_eq!(written("MRCY"), ["MRCY", "MRCY"]);
        assert_eq!(written("AB"), ["AB", "AB  "]);
    }
}
