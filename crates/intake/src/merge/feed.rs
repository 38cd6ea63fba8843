//! Reads one of the merged files line by line, in pieces if a line is long.

use std::io::{self, BufRead};

use flagflow_check::{FileFormat, Options, recognise};
use flagflow_frame::{Line, LineEnd};
use memchr::memchr;

use super::places::Expected;
use crate::envelope::LineCode;
use flagflow_files::{Error, Result};

/// Number of bytes of a line that are read at once.
const PIECE: usize = 64 * 1024;

/// Number of bytes of an oversized line that decide its kind, as in a check.
const SEEN_OF_OVERSIZE: usize = 256;

const MARK: &[u8] = b"\xEF\xBB\xBF";

/// The bytes that a file is padded with at its end: the end of a file of DOS, and NUL.
const PADDING: &[u8] = b"\x1A\0";

/// A file whose next line, or the beginning of a long one, is read ahead.
pub(super) struct Feed<'o, R> {
    inner: R,
    options: &'o Options,
    /// The next line or the piece of one, with its end.
    piece: Vec<u8>,
    /// True if the line continues after the piece.
    goes_on: bool,
    /// Lines taken so far.
    pub(super) lines: u64,
    /// Shape of the file, by its first line with text.
    pub(super) shape: Option<FileFormat<'o>>,
}

impl<'o, R: BufRead> Feed<'o, R> {
    /// Opens a file and reads its first line.
    pub(super) fn new(inner: R, options: &'o Options) -> Result<Self> {
        let mut feed =
            Self { inner, options, piece: Vec::new(), goes_on: false, lines: 0, shape: None };
        feed.fill()?;
        feed.look();
        Ok(feed)
    }

    /// Skips a byte-order mark at the beginning of the file; returns true if there was one.
    pub(super) fn take_mark(&mut self) -> Result<bool> {
        let has_mark = self.piece.starts_with(MARK);
        if has_mark {
            self.piece.drain(..MARK.len());
            // the mark alone is not a line
            if self.piece.is_empty() {
                self.fill()?;
            }
            self.look();
        }
        Ok(has_mark)
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

    /// Recognises the file by its first line with text.
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

    /// Returns the line without its end, as much of it as is seen.
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

    /// Returns whether the line has nothing but white space.
    pub(super) fn is_empty_line(&self) -> bool {
        let most = self.options.max_line;
        let is_blank = |content: &[u8]| {
            content.len() <= most && content.iter().all(|byte| b" \t".contains(byte))
        };
        !self.is_at_end() && self.whole().is_some_and(|(content, _)| is_blank(content))
    }

    /// Returns true if the line has only bytes that a file is padded with, including white space.
    pub(super) fn is_padding(&self) -> bool {
        let is_padding = |byte: &u8| PADDING.contains(byte) || b" \t".contains(byte);
        !self.is_at_end() && self.whole().is_some_and(|(content, _)| content.iter().all(is_padding))
    }

    /// Skips the padding after the last line, if this is the last line. Returns true if there was
    /// any.
    pub(super) fn trim_padding(&mut self) -> Result<bool> {
        let (content, end) = split(&self.piece);
        let text = content.iter().rposition(|byte| !PADDING.contains(byte)).map_or(0, |at| at + 1);
        if self.goes_on || text == content.len() || !self.is_last()? {
            return Ok(false);
        }
        self.piece.truncate(text);
        self.piece.extend_from_slice(end.as_bytes());
        Ok(true)
    }

    /// Returns true if nothing follows the current line.
    fn is_last(&mut self) -> Result<bool> {
        loop {
            match self.inner.fill_buf() {
                Ok(buffer) => return Ok(buffer.is_empty()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::reading(error)),
            }
        }
    }

    /// Returns the ending of the current line; `None` if it is not seen yet.
    pub(super) fn end(&self) -> Option<LineEnd> {
        self.whole().map(|(_, end)| end)
    }

    /// Returns true if the current line is a rejected one, unchanged.
    pub(super) fn is(&self, expected: &Expected) -> bool {
        let (content, end) = split(&self.piece);
        !self.is_at_end() && expected.is(content, end, !self.goes_on)
    }

    /// Skips the current line, however long.
    pub(super) fn pass_over(&mut self) -> Result<()> {
        while self.take(&mut Vec::new())?.is_none() {}
        Ok(())
    }

    /// Returns the kind of the next line, by its code.
    pub(super) fn code(&self, shape: FileFormat<'_>) -> LineCode {
        LineCode::of(self.content().0, shape)
    }

    /// Returns the next line where all of it is seen, without its end, and what ends it.
    pub(super) fn whole(&self) -> Option<(&[u8], LineEnd)> {
        (!self.goes_on).then(|| split(&self.piece))
    }

    /// Appends the visible part of the line to `out` and reads on. Returns the ending of the line,
    /// or `None` if the line continues.
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

/// Returns a line and its end.
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

    /// Returns all lines with their ends, by number, and whether there is a mark.
    fn lines(bytes: &[u8], capacity: usize) -> (Vec<Vec<u8>>, bool) {
        let options = Options::default();
        let mut feed = Feed::new(BufReader::with_capacity(capacity, bytes), &options).unwrap();
        let has_mark = feed.take_mark().unwrap();
        let mut lines = vec![Vec::new()];
        while !feed.is_at_end() {
            let last = lines.last_mut().unwrap();
            if feed.take(last).unwrap().is_some() {
                lines.push(Vec::new());
            }
        }
        lines.retain(|line| !line.is_empty());
        assert_eq!(feed.lines, lines.len() as u64);
        (lines, has_mark)
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
