//! Cells that a spreadsheet would take for a formula.

use std::borrow::Cow;

/// Returns true if a spreadsheet would take a cell for a formula or a command: by its first byte.
const fn begins_formula(byte: u8) -> bool {
    matches!(byte, b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\n')
}

/// Returns true if the first byte after all leading apostrophes begins a formula.
fn is_formula(cell: &[u8]) -> bool {
    let rest = cell.iter().find(|byte| **byte != b'\'');
    rest.is_some_and(|byte| begins_formula(*byte))
}

/// Returns a cell that no spreadsheet takes for a formula, with a leading apostrophe where needed.
/// [`unguarded`] removes the apostrophe.
#[must_use]
pub fn guarded(cell: &[u8]) -> Cow<'_, [u8]> {
    match is_formula(cell) {
        true => Cow::Owned([b"'", cell].concat()),
        false => Cow::Borrowed(cell),
    }
}

/// Returns a cell of text as [`guarded`] does.
#[must_use]
pub fn guarded_text(cell: &str) -> Cow<'_, str> {
    match is_formula(cell.as_bytes()) {
        true => Cow::Owned(format!("'{cell}")),
        false => Cow::Borrowed(cell),
    }
}

/// Returns the cell that was [`guarded`].
#[must_use]
pub fn unguarded(cell: &[u8]) -> &[u8] {
    match cell {
        [b'\'', rest @ ..] if is_formula(rest) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_get_an_apostrophe() {
        for cell in ["=1+1", "@SUM(A1)", "+1", "-1", "\tx", "\rx", "\nx", "'=1"] {
            assert_eq!(guarded(cell.as_bytes()), format!("'{cell}").as_bytes(), "{cell:?}");
            assert_eq!(guarded_text(cell), format!("'{cell}"));
        }
        for cell in ["", "A", "1234567810", "x=1", "'", "'x", " =1"] {
            assert_eq!(guarded(cell.as_bytes()), cell.as_bytes(), "{cell:?}");
            assert_eq!(unguarded(cell.as_bytes()), cell.as_bytes(), "{cell:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_guarded_comes_back(cell in "['=+@x\t-]{0,5}") {
            let safe = guarded(cell.as_bytes());
            prop_assert_eq!(unguarded(&safe), cell.as_bytes());
        }
    }
}
