//! Names for content that is not recognised, and for lines that do not have the form of their
//! layout.
//!
//! [`describe`] examines the first bytes of a file of an unknown flow, and `fault_of_line` one line
//! of a file with a known layout. Both only name content; they do not change the reading of a file.
//! At most [`MOST`] bytes are examined.

mod binary;
mod line;
mod text;

use std::borrow::Cow;
use std::fmt;

pub use line::glued_line;
pub(crate) use line::{blanks, describe as fault_of_line, spaces};
pub use text::table_fault;

/// The maximum number of bytes of a file that are examined: 64 KiB.
pub const MOST: usize = 64 * 1024;

/// A name for content that is not a file of a known flow, with advice: `UTF-16 text; save it as
/// ASCII`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looks(Cow<'static, str>);

impl Looks {
    pub(crate) const fn new(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl From<String> for Looks {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

impl fmt::Display for Looks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names the content of a file by its first bytes: another character set, a compressed file, a
/// document, a table, lines with other separators or endings. `None` where nothing fits.
///
/// Meant for content that [`recognise`](crate::recognise) refuses. The bytes may begin with the
/// file or with its first line that has text; a byte-order mark of UTF-8 and empty lines are
/// skipped.
///
/// ```
/// use flagflow_check::sniff::describe;
///
/// let looks = describe(b"\xFF\xFEE\x004\x005\x00").unwrap();
/// assert!(looks.to_string().starts_with("UTF-16 text"));
/// assert_eq!(describe(b"something else"), None);
/// ```
#[must_use]
pub fn describe(head: &[u8]) -> Option<Looks> {
    let head = &head[..head.len().min(MOST)];
    binary::describe(head).or_else(|| text::describe(head))
}

/// Names an archive by the names of its files, which may be after the first line.
pub(crate) fn archive(head: &[u8]) -> Option<Looks> {
    binary::zip(&head[..head.len().min(MOST)])
}
