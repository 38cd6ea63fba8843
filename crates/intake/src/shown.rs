//! The bytes of a record as a list shows them.

use flagflow_check::escape;

/// Maximum number of shown bytes of a listed record.
pub const MAX_BYTES: usize = 256;

/// Returns the shown beginning of a line.
pub(crate) fn beginning(line: &[u8]) -> &[u8] {
    &line[..line.len().min(MAX_BYTES)]
}

/// Returns the shown beginning in printable form; `None` if identifiers are masked.
pub(crate) fn printable(line: &[u8], mask: bool) -> Option<String> {
    (!mask).then(|| escape(beginning(line)))
}
