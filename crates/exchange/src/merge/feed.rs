//! One of the files that are merged, line by line, whatever a line's length.

use std::io::{self, BufRead};

use flagflow_check::{Options, Shape, recognise};
use flagflow_frame::{Line, LineEnd};
use memchr::memchr;

use crate::envelope::Code;
use crate::error::{Error, Result};

/// How much of a line is looked at before it goes on.
const PIECE: usize = 64 * 1024;

/// How much of a line past the limit says what it is, as for a check.
const SEEN_OF_OVERSIZE: usize = 256;

const MARK: &[u8] = b"\xEF\xBB\xBF";

/// A file whose next line, or its beginning, is looked at before it is taken.
pub(super) struct Feed<'o, R> {
    inner: R,
    options: &'o Options,
    /// The next line or the piece of one, with its end.
    piece: Vec<u8>,
    /// Whether the line goes on behind the piece.
    goes_on: bool,
    pub(super) has_mark: bool,
    /// Lines taken so far.
    pub(super) lines: u64,
    /// How the file is read, by its first line with text.
    pub(super) shape: Option<Shape<'o>>,
}

impl<'o, R: BufRead> Feed<'o, R> {
    /// Looks at the first line.
    pub(super) fn new(inner: R, options: &'o Options) -> Result<Self> {
        let mut feed = Self {
            inner,
            options,
            piece: Vec::new(),
            goes_on: false,
            has_mark: false,
            lines: 0,
            shape: None,
        };
        feed.fill()?;
        feed.has_mark = feed.piece.starts_with(MARK);
        if feed.has_mark {
            feed.piece.drain(..MARK.len());
            // the mark alone is no line
            if feed.piece.is_empty() {
                feed.fill()?;
            }
        }
        feed.look();
        Ok(feed)
    }

    /// Reads on to the line's end, or as far as a piece goes.
    fn fill(&mut self) -> Result<()> {
        self.piece.clear();
        self.goes_on = true;
        while self.goes_on && self.piece.len() < PIECE {
            let buffer = match self.inner.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Error::reading(error)),
            };
            let end = memchr(b'\n', buffer).map(|at| at + 1);
            let used = end.unwrap_or(buffer.len()).min(PIECE);
            self.goes_on = used > 0 && end != Some(used);
            self.piece.extend_from_slice(&buffer[..used]);
            self.inner.consume(used);
        }
        Ok(())
    }

    /// By its first line with text a file is recognised.
    fn look(&mut self) {
        if self.shape.is_some() || self.is_empty_line() || self.is_at_end() {
            return;
        }
        let (bytes, end) = self.content();
        let length = bytes.len() as u64;
        let oversize = bytes.len() > self.options.max_line;
        let line = Line { bytes, length, oversize, end, offset: 0, number: 1 };
        self.shape = recognise(&line, self.options).ok();
    }

    /// The line without its end, as much of it as is seen.
    fn content(&self) -> (&[u8], LineEnd) {
        let (content, end) = split(&self.piece);
        match content.len() > self.options.max_line {
            true => (&content[..content.len().min(SEEN_OF_OVERSIZE)], end),
            false => (content, end),
        }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.piece.is_empty()
    }

    /// Whether the next line is empty or has only white space, as for a check.
    pub(super) fn is_empty_line(&self) -> bool {
        let content = split(&self.piece).0;
        let is_whole = !self.goes_on && content.len() <= self.options.max_line;
        is_whole && !self.is_at_end() && content.iter().all(|byte| matches!(byte, b' ' | b'\t'))
    }

    /// What the next line is, by its code.
    pub(super) fn code(&self, shape: Shape<'_>) -> Code {
        Code::of(self.content().0, shape)
    }

    /// The next line where all of it is seen, without its end, and what ends it.
    pub(super) fn whole(&self) -> Option<(&[u8], LineEnd)> {
        (!self.goes_on).then(|| split(&self.piece))
    }

    /// Takes what is seen of the line, and looks at what follows. Whether the line goes on, and where
    /// it does not, what ended it.
    pub(super) fn take(&mut self, out: &mut Vec<u8>) -> Result<Option<LineEnd>> {
        out.extend_from_slice(&self.piece);
        let (goes_on, end) = (self.goes_on, split(&self.piece).1);
        self.fill()?;
        if goes_on && !self.is_at_end() {
            return Ok(None);
        }
        self.lines += 1;
        self.look();
        Ok(Some(end))
    }
}

/// A line and its end.
fn split(piece: &[u8]) -> (&[u8], LineEnd) {
    match piece {
        [content @ .., b'\r', b'\n'] => (content, LineEnd::CrLf),
        [content @ .., b'\n'] => (content, LineEnd::Lf),
        content => (content, LineEnd::None),
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    /// All lines with their ends, by number, and whether there is a mark.
    fn lines(bytes: &[u8], capacity: usize) -> (Vec<Vec<u8>>, bool) {
        let options = Options::default();
        let mut feed = Feed::new(BufReader::with_capacity(capacity, bytes), &options).unwrap();
        let mut lines = vec![Vec::new()];
        while !feed.is_at_end() {
            let last = lines.last_mut().unwrap();
            if feed.take(last).unwrap().is_some() {
                lines.push(Vec::new());
            }
        }
        lines.retain(|line| !line.is_empty());
        assert_eq!(feed.lines, lines.len() as u64);
        (lines, feed.has_mark)
    }

    #[test]
    fn lines_come_out_whole_however_long() {
        let long = vec![b'x'; 3 * PIECE];
        let ends_with_the_piece = [&vec![b'y'; PIECE - 1][..], b"\n"].concat();
        let exactly = [&vec![b'y'; PIECE][..], b"\n"].concat();
        for text in [
            &b""[..],
            b"a\nb\r\n\nc",
            &long,
            &[&long[..], b"\r\n\n", &long].concat(),
            &[&ends_with_the_piece[..], b"z\n"].concat(),
            &[&exactly[..], b"z\n"].concat(),
        ] {
            let expected: Vec<Vec<u8>> =
                text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
            for capacity in [1, 7, 1 << 20] {
                assert_eq!(lines(text, capacity), (expected.clone(), false));
                assert_eq!(lines(&[MARK, text].concat(), capacity), (expected.clone(), true));
            }
        }
    }
}
