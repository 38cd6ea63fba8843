//! Adds the missing ending of the last line: the first line's, and only if all of the line can be
//! read. A line that stops in the middle was cut off, which must remain visible: such a line is
//! left without an ending and gets no other fix.
//!
//! If the ending is CRLF and the file stops between the two bytes, only the LF is missing. A CR at
//! the end of an LF file is content of unknown origin.

use flagflow_frame::LineEnd;

/// Returns a last line without the CR that is half of its end.
pub(super) fn halved(text: &[u8], first: LineEnd) -> Option<&[u8]> {
    text.strip_suffix(b"\r").filter(|_| first == LineEnd::CrLf)
}

/// Returns the end that a last line should have.
pub(super) fn fix(text: &[u8], first: LineEnd) -> Option<LineEnd> {
    // before LF alone, a CR that is content would become part of the end
    (!text.ends_with(b"\r")).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cr_is_half_an_end_in_a_file_of_crlf_alone() {
        assert_eq!(halved(b"x\r", LineEnd::CrLf), Some(&b"x"[..]));
        assert_eq!(halved(b"x\r", LineEnd::Lf), None);
        assert_eq!(halved(b"x", LineEnd::CrLf), None);
        assert_eq!(fix(b"x", LineEnd::Lf), Some(LineEnd::Lf));
        assert_eq!(fix(b"x", LineEnd::CrLf), Some(LineEnd::CrLf));
        assert_eq!(fix(b"x\r", LineEnd::Lf), None);
    }
}
