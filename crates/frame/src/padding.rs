//! Bytes at the end of a file that mean nothing.

use crate::line::LineEnd;

/// SUB, the end of a text file in DOS and CP/M.
pub(crate) const SUBSTITUTE: u8 = 0x1A;

/// The bytes that a file is padded with at its end. They belong to no line.
///
/// Padding is one SUB (0x1A) at the very end, before or after the last line ending; or NULs after
/// the last line ending, up to the end of the file, with one SUB before them or none. Any other SUB
/// or NUL is content, and so are two SUBs.
///
/// ```
/// use flagflow_frame::LineReader;
///
/// let mut lines = LineReader::new(&b"one\x1A\n"[..]);
/// let line = lines.read_line()?.ok_or("no line")?;
/// assert_eq!((line.bytes, line.end.name()), (&b"one"[..], "LF"));
/// let padding = lines.padding().ok_or("no padding")?;
/// assert_eq!((padding.line, padding.offset(), padding.length()), (1, 3, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Padding {
    /// The number, from 1, of the line that it stands in, or that it stands in the place of.
    pub line: u64,
    /// Bytes of the input before that line.
    pub line_offset: u64,
    /// Bytes of the line before the padding.
    pub start: u64,
    /// True if the padding begins with a SUB.
    pub substitute: bool,
    /// The number of NULs.
    pub nuls: u64,
    /// The line ending behind it.
    pub end: LineEnd,
}

impl Padding {
    /// Bytes of the input before it.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.line_offset + self.start
    }

    /// Returns how many bytes it has; at least 1.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.nuls + self.substitute as u64
    }

    /// Its first bytes, at most so many.
    #[must_use]
    pub fn beginning(&self, most: usize) -> Vec<u8> {
        let length = usize::try_from(self.length()).unwrap_or(most).min(most);
        let mut bytes = vec![0; length];
        if let (true, Some(first)) = (self.substitute, bytes.first_mut()) {
            *first = SUBSTITUTE;
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, BufRead, BufReader, ErrorKind, Read};

    use super::*;
    use crate::reader::LineReader;

    type Seen = (Vec<(Vec<u8>, u64, u64)>, Option<Padding>, u64);

    fn read(reader: impl BufRead, max_line: usize) -> Seen {
        let mut lines = LineReader::with_max_line(reader, max_line);
        let mut seen = Vec::new();
        while let Some(line) = lines.read_line().unwrap() {
            seen.push(([line.bytes, line.end.as_bytes()].concat(), line.offset, line.number));
        }
        assert!(lines.read_line().unwrap().is_none());
        (seen, lines.padding(), lines.offset())
    }

    /// The lines, and the padding as the line it stands in, its offset, its length; the same
    /// whatever the buffer holds.
    #[track_caller]
    fn assert_padded(input: &[u8], lines: &[&[u8]], padding: Option<(u64, u64, u64)>) {
        for capacity in 1..=input.len() + 1 {
            let (seen, found, end) = read(BufReader::with_capacity(capacity, input), 100);
            let seen: Vec<&[u8]> = seen.iter().map(|line| &line.0[..]).collect();
            assert_eq!(seen, lines, "{input:?} by {capacity}");
            let found = found.map(|it| (it.line, it.offset(), it.length()));
            assert_eq!((found, end), (padding, input.len() as u64), "{input:?} by {capacity}");
        }
    }

    #[test]
    fn one_sub_at_the_very_end_is_padding() {
        assert_padded(b"a\n\x1A", &[b"a\n"], Some((2, 2, 1)));
        assert_padded(b"a\n\x1A\n", &[b"a\n"], Some((2, 2, 1)));
        assert_padded(b"a\r\n\x1A\r\n", &[b"a\r\n"], Some((2, 3, 1)));
        assert_padded(b"a\x1A\n", &[b"a\n"], Some((1, 1, 1)));
        assert_padded(b"a\x1A\r\n", &[b"a\r\n"], Some((1, 1, 1)));
        assert_padded(b"a\x1A", &[b"a"], Some((1, 1, 1)));
        assert_padded(b"\x1A", &[], Some((1, 0, 1)));
        // two of them are content
        assert_padded(b"a\n\x1A\x1A", &[b"a\n", b"\x1A\x1A"], None);
        assert_padded(b"a\x1A\x1A\r\n", &[b"a\x1A\x1A\r\n"], None);
        assert_padded(b"a\x1A\r", &[b"a\x1A\r"], None);
        assert_padded(b"a\x1A\nb\n", &[b"a\x1A\n", b"b\n"], None);
        assert_padded(b"\x1A\n\n", &[b"\x1A\n", b"\n"], None);
        assert_padded(b"\x1Aa\n", &[b"\x1Aa\n"], None);
    }

    #[test]
    fn nuls_after_the_last_line_ending_are_padding() {
        assert_padded(b"a\n\0\0\0", &[b"a\n"], Some((2, 2, 3)));
        assert_padded(b"a\n\x1A\0\0", &[b"a\n"], Some((2, 2, 3)));
        assert_padded(b"\0", &[], Some((1, 0, 1)));
        assert_padded(b"a\0", &[b"a\0"], None);
        assert_padded(b"a\n\0\n", &[b"a\n", b"\0\n"], None);
        assert_padded(b"a\n\0\x1A", &[b"a\n", b"\0"], Some((2, 3, 1)));
        assert_padded(b"a\n\0b", &[b"a\n", b"\0b"], None);
        assert_padded(b"a\x1A\n\0", &[b"a\x1A\n"], Some((2, 3, 1)));
    }

    #[test]
    fn what_ends_its_line_is_behind_it() {
        for (input, end) in [
            (&b"a\x1A\r\n"[..], LineEnd::CrLf),
            (b"a\n\x1A\n", LineEnd::Lf),
            (b"a\n\x1A\0", LineEnd::None),
        ] {
            assert_eq!(read(input, 100).1.map(|it| it.end), Some(end));
        }
    }

    #[test]
    fn of_a_line_past_the_limit_nothing_is_padding() {
        assert_eq!(read(&b"abc\x1A\n"[..], 3).1.map(|it| it.start), Some(3));
        assert_eq!(read(&b"abcd\x1A\n"[..], 3).1, None);
        // what is nothing but padding is no line
        assert_eq!(read(&b"\0\0\0\0"[..], 3).1.map(|it| it.nuls), Some(4));
    }

    #[test]
    fn its_beginning_is_shown() {
        let of_line_1 = Padding {
            line: 1,
            line_offset: 0,
            start: 0,
            substitute: false,
            nuls: 0,
            end: LineEnd::None,
        };
        let padding = |substitute, nuls| Padding { substitute, nuls, ..of_line_1 };
        assert_eq!(padding(true, 2).beginning(64), b"\x1A\0\0");
        assert_eq!(padding(false, 1 << 40).beginning(3), b"\0\0\0");
        assert_eq!(padding(true, 0).beginning(0), b"");
    }

    #[test]
    fn a_part_of_a_file_has_none() {
        for part in [&b"a\x1A\n"[..], b"\x1A\n", b"\0\0"] {
            let mut lines = LineReader::new(part).without_end();
            assert_eq!(lines.read_line().unwrap().map(|line| line.offset), Some(0));
            assert!(lines.read_line().unwrap().is_none());
            assert_eq!(lines.padding(), None);
            assert_eq!(lines.offset(), part.len() as u64);
        }
    }

    #[test]
    fn padding_without_end_is_counted_not_held() {
        let length = 50_000_000;
        let input = (&b"a\n\x1A"[..]).chain(io::repeat(0).take(length));
        let mut lines = LineReader::with_max_line(BufReader::new(input), 1000);
        assert!(lines.read_line().unwrap().is_some());
        assert!(lines.read_line().unwrap().is_none());
        let padding = lines.padding().unwrap();
        assert_eq!((padding.substitute, padding.nuls), (true, length));
        assert_eq!(lines.offset(), length + 3);
    }

    /// Fails once where its first piece ends.
    struct Failing<'a> {
        pieces: [&'a [u8]; 2],
        has_failed: bool,
    }

    impl Read for Failing<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            if self.pieces[0].is_empty() && !std::mem::replace(&mut self.has_failed, true) {
                return Err(ErrorKind::Other.into());
            }
            let piece = usize::from(self.pieces[0].is_empty());
            self.pieces[piece].read(out)
        }
    }

    #[test]
    fn a_failed_look_behind_the_line_can_be_tried_again() {
        for (behind, line, has_padding) in [(&b""[..], &b"a"[..], true), (b"b\n", b"a\x1A", false)]
        {
            let failing = Failing { pieces: [b"a\x1A\r\n", behind], has_failed: false };
            let mut lines = LineReader::new(BufReader::new(failing));
            assert!(lines.read_line().is_err());
            assert_eq!(lines.peek().unwrap(), b"");
            assert_eq!(lines.read_line().unwrap().unwrap().bytes, line);
            assert_eq!(lines.padding().is_some(), has_padding);
        }
    }
}
