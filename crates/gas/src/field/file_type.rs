//! FILE_TYPE of the A00 header: text, length 3 (UK Link file format notes, profile).

use std::fmt;
use std::str::FromStr;

use nom::bytes::complete::take;
use nom::combinator::map_opt;

use super::{FieldFault, whole, write_text};
use crate::error::ErrorKind;
use crate::layout::Layout;

/// A file's type: three printable ASCII characters, none of them a quote or a comma.
///
/// `DXI` is the DCC Status File (MP077 legal text v0.1, SEC Appendix X section 3.29(a)). The type
/// of the response file is open, so this takes any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "String", into = "String"))]
pub struct FileType([u8; 3]);

impl FileType {
    /// The DCC Status File.
    pub const DXI: Self = Self(*b"DXI");

    /// The type of three characters, if they are printable and neither quote nor comma.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let characters = <[u8; 3]>::try_from(bytes).ok()?;
        characters.iter().all(|b| is_plain(*b)).then_some(Self(characters))
    }

    /// The three characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // printable ASCII by construction
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Printable, and of no meaning in any layout.
pub(super) fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b',')
}

impl fmt::Display for FileType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl From<FileType> for String {
    fn from(file_type: FileType) -> Self {
        file_type.as_str().to_owned()
    }
}

impl TryFrom<String> for FileType {
    type Error = InvalidFileType;

    fn try_from(text: String) -> Result<Self, InvalidFileType> {
        text.parse()
    }
}

/// The text is not three printable characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a file type: expected three printable characters, no quote or comma")]
pub struct InvalidFileType;

impl FromStr for FileType {
    type Err = InvalidFileType;

    fn from_str(text: &str) -> Result<Self, InvalidFileType> {
        Self::from_bytes(text.as_bytes()).ok_or(InvalidFileType)
    }
}

#[cfg(feature = "arbitrary")]
impl<'a> arbitrary::Arbitrary<'a> for FileType {
    fn arbitrary(u: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
        let mut character = || u.int_in_range(b'A'..=b'Z');
        Ok(Self([character()?, character()?, character()?]))
    }
}

/// Reads a file type.
///
/// # Errors
///
/// [`ErrorKind::InvalidFileType`] for anything else, `NonAscii` for a byte outside ASCII.
pub fn parse_file_type(field: &[u8], _layout: Layout) -> Result<FileType, FieldFault> {
    whole(field, map_opt(take(3usize), FileType::from_bytes), ErrorKind::InvalidFileType)
}

/// Writes a file type.
pub fn write_file_type(out: &mut Vec<u8>, layout: Layout, file_type: FileType) {
    write_text(out, layout, &file_type.0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::testing::{kind, written};

    #[test]
    fn types_are_three_printable_characters() {
        assert_eq!(parse_file_type(b"DXI", Layout::Fixed), Ok(FileType::DXI));
        assert_eq!(FileType::DXI.to_string(), "DXI");
        assert_eq!("DX1".parse(), Ok(FileType(*b"DX1")));
        for field in [&b""[..], b"DX", b"DXIX", b"D\0I", b"D\"I", b"D,I"] {
            assert_eq!(
                kind(field, parse_file_type(field, Layout::Uklink)),
                ErrorKind::InvalidFileType
            );
        }
    }

    #[test]
    fn types_are_quoted_in_uklink() {
        assert_eq!(
            written(|out, layout| write_file_type(out, layout, FileType::DXI)),
            ["DXI", "\"DXI\""]
        );
    }
}
