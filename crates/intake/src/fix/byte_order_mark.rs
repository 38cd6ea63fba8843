//! Removes UTF-8 byte-order marks, which have no meaning in ASCII, even if there are two or one
//! follows an empty line.

/// The mark's bytes.
pub(super) const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Returns the first line with text without any marks before it.
pub(super) fn strip(mut line: &[u8]) -> &[u8] {
    while let Some(rest) = line.strip_prefix(MARK) {
        line = rest;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_marks_go() {
        assert_eq!(strip(b"\xEF\xBB\xBF\xEF\xBB\xBFE45\xEF\xBB\xBF"), b"E45\xEF\xBB\xBF");
        assert_eq!(strip(b"\xEF\xBBE45"), b"\xEF\xBBE45");
    }
}
