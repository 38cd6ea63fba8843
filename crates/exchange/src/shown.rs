//! The bytes of a record as a list shows them.

use flagflow_check::escape;

/// The most bytes of a listed record that are told.
pub const MAX_BYTES: usize = 256;

/// As much of a line as is told.
pub(crate) fn beginning(line: &[u8]) -> &[u8] {
    &line[..line.len().min(MAX_BYTES)]
}

/// The same in printable form; `None` where identifiers are masked.
pub(crate) fn printable(line: &[u8], mask: bool) -> Option<String> {
    (!mask).then(|| escape(beginning(line)))
}
