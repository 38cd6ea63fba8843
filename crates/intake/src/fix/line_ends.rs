//! Makes line endings uniform. The first line that is not dropped decides, as in the check: the
//! beginning of a file shows its sender's intention, and the file need not be read twice.

use flagflow_frame::LineEnd;

/// Returns the end of a line in a file that began with another, where it should be that.
pub(super) fn fix(content: &[u8], end: LineEnd, first: LineEnd) -> Option<LineEnd> {
    // before LF alone, a CR that is content would become part of the end
    let would_swallow = first == LineEnd::Lf && content.ends_with(b"\r");
    (end != first && !would_swallow).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_end_counts_and_content_stays_content() {
        use LineEnd::{CrLf, Lf};
        assert_eq!(fix(b"x", CrLf, Lf), Some(Lf));
        assert_eq!(fix(b"x", Lf, CrLf), Some(CrLf));
        for (content, end, first) in [(&b"x\r"[..], CrLf, Lf), (b"x", Lf, Lf), (b"x\r", CrLf, CrLf)]
        {
            assert_eq!(fix(content, end, first), None);
        }
    }
}
