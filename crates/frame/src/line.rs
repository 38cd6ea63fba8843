//! One line and its end.

use crate::Position;

/// The ending of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineEnd {
    /// LF alone.
    Lf,
    /// CR LF.
    CrLf,
    /// Nothing: the input stops here.
    None,
}

impl LineEnd {
    /// The bytes of the end.
    #[must_use]
    pub const fn as_bytes(self) -> &'static [u8] {
        match self {
            Self::Lf => b"\n",
            Self::CrLf => b"\r\n",
            Self::None => b"",
        }
    }

    /// Returns the ending to write after a line without one: after a CR, of which LF alone would
    /// make a part of the ending, CRLF in place of LF.
    ///
    /// ```
    /// use flagflow_frame::LineEnd;
    ///
    /// assert_eq!(LineEnd::Lf.after(b"text"), LineEnd::Lf);
    /// assert_eq!(LineEnd::Lf.after(b"text\r"), LineEnd::CrLf);
    /// ```
    #[must_use]
    pub const fn after(self, text: &[u8]) -> Self {
        match (self, text) {
            (Self::Lf, [.., b'\r']) => Self::CrLf,
            _ => self,
        }
    }

    /// The end's name: `LF`, `CRLF` or `none`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lf => "LF",
            Self::CrLf => "CRLF",
            Self::None => "none",
        }
    }
}

/// One line of the input, without its end, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The line's bytes without its end; of a line past the reader's limit perhaps only the
    /// beginning.
    pub bytes: &'a [u8],
    /// The number of the line's bytes without its ending, all of them.
    pub length: u64,
    /// True if the line has more bytes than the reader's limit.
    pub oversize: bool,
    /// The line's ending.
    pub end: LineEnd,
    /// Bytes of the input before it.
    pub offset: u64,
    /// Its number, from 1.
    pub number: u64,
}

impl Line<'_> {
    /// Returns where the line begins.
    #[must_use]
    pub const fn position(&self) -> Position {
        Position { offset: self.offset, line: self.number, column: 1, record: None }
    }

    /// Returns whether the line is empty or has nothing but spaces and tabs. A line past the limit
    /// is not.
    ///
    /// ```
    /// use flagflow_frame::{Position, whole_lines};
    ///
    /// let lines = whole_lines(b"\n \t\n .\n", Position::START);
    /// assert_eq!(lines.map(|line| line.is_blank()).collect::<Vec<_>>(), [true, true, false]);
    /// ```
    #[must_use]
    #[inline]
    pub fn is_blank(&self) -> bool {
        !self.oversize && self.bytes.iter().all(|byte| matches!(byte, b' ' | b'\t'))
    }
}

/// Cuts the first line off `bytes`: its content, its end, and what follows.
///
/// `None` means that `bytes` hold no line end: more is needed, or this is a last line without one.
///
/// ```
/// use flagflow_frame::{LineEnd, split_line};
///
/// let (line, end, rest) = split_line(b"one\r\ntwo").unwrap();
/// assert_eq!((line, end, rest), (&b"one"[..], LineEnd::CrLf, &b"two"[..]));
/// assert_eq!(split_line(rest), None);
/// ```
#[must_use]
#[inline]
pub fn split_line(bytes: &[u8]) -> Option<(&[u8], LineEnd, &[u8])> {
    let at = memchr::memchr(b'\n', bytes)?;
    let (line, rest) = (&bytes[..at], &bytes[at + 1..]);
    match line {
        [content @ .., b'\r'] => Some((content, LineEnd::CrLf, rest)),
        _ => Some((line, LineEnd::Lf, rest)),
    }
}

/// Returns the line ending of a file, by its first line, looked for in its first bytes.
#[must_use]
pub fn detect_line_end(beginning: &[u8]) -> LineEnd {
    split_line(beginning).map_or(LineEnd::None, |(_, end, _)| end)
}

/// The lines of bytes that end where a line ends, the first of them at a place of the input.
///
/// ```
/// use flagflow_frame::{Position, whole_lines};
///
/// let mut lines = whole_lines(b"one\n\r\n", Position { offset: 7, line: 2, ..Position::START });
/// assert_eq!(lines.next().map(|line| (line.bytes, line.number, line.offset)), Some((&b"one"[..], 2, 7)));
/// assert_eq!(lines.next().map(|line| (line.length, line.number, line.offset)), Some((0, 3, 11)));
/// assert_eq!(lines.next(), None);
/// ```
pub fn whole_lines(bytes: &[u8], first: Position) -> impl Iterator<Item = Line<'_>> {
    let (mut rest, mut offset, mut number) = (bytes, first.offset, first.line);
    std::iter::from_fn(move || {
        let (bytes, end, after) = split_line(rest)?;
        let length = bytes.len() as u64;
        let line = Line { bytes, length, oversize: false, end, offset, number };
        offset += (rest.len() - after.len()) as u64;
        number += 1;
        rest = after;
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Cut = (&'static [u8], LineEnd, &'static [u8]);

    #[test]
    fn only_lf_ends_a_line_and_takes_one_cr_with_it() {
        let cases: [(&[u8], Option<Cut>); 7] = [
            (b"", None),
            (b"a\r", None),
            (b"\n", Some((b"", LineEnd::Lf, b""))),
            (b"\r\nb", Some((b"", LineEnd::CrLf, b"b"))),
            (b"a\r\r\nb", Some((b"a\r", LineEnd::CrLf, b"b"))),
            (b"a\rb\nc\n", Some((b"a\rb", LineEnd::Lf, b"c\n"))),
            (b"\n\r\n", Some((b"", LineEnd::Lf, b"\r\n"))),
        ];
        for (bytes, expected) in cases {
            assert_eq!(split_line(bytes), expected, "{bytes:?}");
            let end = expected.map_or(LineEnd::None, |(_, end, _)| end);
            assert_eq!(detect_line_end(bytes), end, "{bytes:?}");
        }
    }

    /// LF alone would take the CR of the text before it.
    #[test]
    fn an_ending_leaves_the_text_before_it() {
        for end in [LineEnd::Lf, LineEnd::CrLf] {
            for text in [&b""[..], b"a", b"a\r", b"\r\r", b"\ra"] {
                let after = end.after(text);
                let line = [text, after.as_bytes()].concat();
                assert_eq!(split_line(&line), Some((text, after, &b""[..])), "{text:?}");
                let has_changed = end == LineEnd::Lf && text.ends_with(b"\r");
                assert_eq!(after != end, has_changed, "{text:?}");
            }
        }
        assert_eq!(LineEnd::None.after(b"a\r"), LineEnd::None);
    }

    #[test]
    fn blank_lines_have_spaces_and_tabs_alone() {
        for (bytes, is_blank) in [(&b""[..], true), (b" \t ", true), (b" .", false), (b"\r", false)]
        {
            let (length, offset, number) = (bytes.len() as u64, 0, 1);
            let line = Line { bytes, length, oversize: false, end: LineEnd::Lf, offset, number };
            assert_eq!(line.is_blank(), is_blank, "{bytes:?}");
            // the rest of a line past the limit is not known
            assert!(!Line { oversize: true, ..line }.is_blank());
        }
    }

    #[test]
    fn whole_lines_know_where_they_are() {
        let first = Position { offset: 100, line: 5, ..Position::START };
        let lines: Vec<Line<'_>> = whole_lines(b"one\r\n\nthree\nno end", first).collect();
        let line = |bytes: &'static [u8], length, end, offset, number| Line {
            bytes,
            length,
            oversize: false,
            end,
            offset,
            number,
        };
        assert_eq!(
            lines,
            [
                line(b"one", 3, LineEnd::CrLf, 100, 5),
                line(b"", 0, LineEnd::Lf, 105, 6),
                line(b"three", 5, LineEnd::Lf, 106, 7),
            ]
        );
        let position = Position { offset: 106, line: 7, column: 1, record: None };
        assert_eq!(lines[2].position(), position);
    }

    #[test]
    fn ends_know_their_bytes() {
        for (end, bytes, name) in [
            (LineEnd::Lf, &b"\n"[..], "LF"),
            (LineEnd::CrLf, b"\r\n", "CRLF"),
            (LineEnd::None, b"", "none"),
        ] {
            assert_eq!((end.as_bytes(), end.name()), (bytes, name));
        }
    }
}
