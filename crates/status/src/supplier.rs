//! The supplier that requested a change.

use std::fmt;
use std::str::FromStr;

/// The identifier of a supplier in the electricity industry (J0084), as a D0350 carries it.
///
/// One to four printable ASCII characters other than the pipe, without spaces at either end.
///
/// Source: DTC 15.4, D0350, group 82H; the length follows from J0002, because the export leaves
/// that of J0084 blank.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Supplier {
    /// Padded with spaces, which identifiers never end with.
    padded: [u8; 4],
}

impl Supplier {
    /// The maximum number of characters of an identifier.
    pub const MAX_LENGTH: usize = 4;

    /// Returns the identifier as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(self.padded.trim_ascii_end()).unwrap_or_default()
    }
}

impl fmt::Display for Supplier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Supplier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Supplier").field(&self.as_str()).finish()
    }
}

/// The text is not the identifier of a supplier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a supplier: expected 1 to 4 printable ASCII characters without a pipe or outer spaces"
)]
pub struct InvalidSupplier;

impl FromStr for Supplier {
    type Err = InvalidSupplier;

    fn from_str(text: &str) -> Result<Self, InvalidSupplier> {
        let bytes = text.as_bytes();
        let allowed = |byte: &u8| matches!(byte, b' '..=b'~') && *byte != b'|';
        let mut padded = [b' '; Self::MAX_LENGTH];
        let place = padded.get_mut(..bytes.len()).ok_or(InvalidSupplier)?;
        if bytes.is_empty() || bytes.trim_ascii() != bytes || !bytes.iter().all(allowed) {
            return Err(InvalidSupplier);
        }
        place.copy_from_slice(bytes);
        Ok(Self { padded })
    }
}

#[cfg(feature = "arbitrary")]
impl<'a> arbitrary::Arbitrary<'a> for Supplier {
    fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
        let mut padded = [b' '; Self::MAX_LENGTH];
        for byte in padded.iter_mut().take(u.int_in_range(1..=Self::MAX_LENGTH)?) {
            *byte = *u.choose(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")?;
        }
        Ok(Self { padded })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_read_as_they_print() {
        for text in ["MRCY", "A", "A B", "x9-!", "~"] {
            let supplier: Supplier = text.parse().unwrap();
            assert_eq!((supplier.as_str(), supplier.to_string().as_str()), (text, text));
        }
        let short: Supplier = "AB".parse().unwrap();
        assert_eq!(format!("[{short:>4}] {short:?}"), "[  AB] Supplier(\"AB\")");
        for text in ["", " ", "MRCYX", " AB", "AB ", "A|B", "A\tB", "A\u{7f}", "\u{e9}", "AB\n"] {
            assert_eq!(text.parse::<Supplier>(), Err(InvalidSupplier), "{text:?}");
        }
    }
}
