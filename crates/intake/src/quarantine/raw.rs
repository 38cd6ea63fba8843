//! Copies lines byte for byte, including those too long to hold in memory.

use std::io::{self, BufRead, Cursor, Read, Write};

use flagflow_check::OtherLine;
use flagflow_frame::{Line, LineEnd, LineReader};

use flagflow_files::Source;
use flagflow_files::input::{BUFFER, Input};
use flagflow_files::{Error, ErrorKind, Result};

/// Copies bytes of a source by their offset, in ascending order.
pub(super) struct LineCopier<'a> {
    source: &'a Source,
    is_compressed: Option<bool>,
    open: Option<(Input, u64)>,
}

impl<'a> LineCopier<'a> {
    pub(super) const fn new(source: &'a Source) -> Self {
        Self { source, is_compressed: None, open: None }
    }

    /// Writes a line as it was received; one that is not held is copied from the source.
    #[inline]
    pub(super) fn write_line(&mut self, line: &Line<'_>, out: &mut dyn Write) -> Result<()> {
        if line.oversize {
            return self.copy(line.offset, end_of(line), out);
        }
        out.write_all(line.bytes)
            .and_then(|()| out.write_all(line.end.as_bytes()))
            .map_err(Error::writing)
    }

    /// Copies the bytes from one place to another.
    #[cold]
    pub(super) fn copy(&mut self, from: u64, to: u64, out: &mut dyn Write) -> Result<()> {
        let (mut input, at) = self.at(from)?;
        let mut rest = to - at;
        while rest > 0 {
            let buffer = filled(&mut input)?;
            let piece = buffer.len().min(usize::try_from(rest).unwrap_or(usize::MAX));
            if piece == 0 {
                return Err(Error::new(ErrorKind::Input, "the input changed while it was read"));
            }
            out.write_all(&buffer[..piece]).map_err(Error::writing)?;
            input.consume(piece);
            rest -= piece as u64;
        }
        self.open = Some((input, to));
        Ok(())
    }

    /// Returns a reader at an offset: the open one if it is not far behind.
    fn at(&mut self, place: u64) -> Result<(Input, u64)> {
        let is_compressed = match self.is_compressed {
            Some(known) => known,
            None => *self.is_compressed.insert(self.source.is_compressed()?),
        };
        match self.open.take() {
            Some((mut input, at))
                if at <= place && (is_compressed || place - at <= BUFFER as u64) =>
            {
                io::copy(&mut input.by_ref().take(place - at), &mut io::sink())
                    .map_err(Error::reading)?;
                Ok((input, place))
            }
            _ => Ok((self.source.read_from(place)?, place)),
        }
    }
}

/// Fills a reader's buffer, again after an interruption.
fn filled(input: &mut Input) -> Result<&[u8]> {
    while let Err(error) = input.fill_buf() {
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(Error::reading(error));
        }
    }
    input.fill_buf().map_err(Error::reading)
}

/// Returns the start of the next line.
pub(super) fn end_of(line: &Line<'_>) -> u64 {
    line.offset + line.length + line.end.as_bytes().len() as u64
}

/// The lines below a record that has no verdict yet: its reasons, and empty lines.
#[derive(Debug)]
pub(super) struct ReasonLines {
    start: u64,
    end: u64,
    /// End of the last reason; only empty lines follow.
    reasons_end: u64,
    first_number: u64,
    /// All lines, those up to the last reason, and the reasons.
    pub(super) all_lines: u64,
    pub(super) lines: u64,
    pub(super) reasons: u64,
    /// True if a line ends with LF; with CRLF.
    has_lf: bool,
    has_crlf: bool,
    /// Ending of the last reason.
    pub(super) last_end: LineEnd,
    /// The bytes, as far as they are held.
    held: Vec<u8>,
}

/// Maximum number of bytes held below a record.
const HELD: usize = 64 * 1024;

impl ReasonLines {
    pub(super) fn new(first: &Line<'_>) -> Self {
        Self {
            start: first.offset,
            end: first.offset,
            reasons_end: first.offset,
            first_number: first.number,
            all_lines: 0,
            lines: 0,
            reasons: 0,
            has_lf: false,
            has_crlf: false,
            last_end: LineEnd::None,
            held: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, line: &Line<'_>, other_line: OtherLine) {
        let holds_all = self.is_held() && !line.oversize;
        if holds_all && self.held.len() + line.bytes.len() <= HELD {
            self.held.extend_from_slice(line.bytes);
            self.held.extend_from_slice(line.end.as_bytes());
        }
        self.end = end_of(line);
        self.all_lines += 1;
        if let OtherLine::Reason { .. } = other_line {
            self.reasons_end = self.end;
            self.lines = self.all_lines;
            self.reasons += 1;
            self.last_end = line.end;
            self.has_lf |= line.end == LineEnd::Lf;
            self.has_crlf |= line.end == LineEnd::CrLf;
        }
    }

    fn is_held(&self) -> bool {
        self.held.len() as u64 == self.end - self.start
    }

    /// Returns true if all reasons have this ending, except a last one without an ending.
    pub(super) fn ends_with(&self, end: LineEnd) -> bool {
        match end {
            LineEnd::Lf => !self.has_crlf,
            LineEnd::CrLf => !self.has_lf,
            LineEnd::None => true,
        }
    }

    /// Returns true if there is an empty line among the reasons.
    pub(super) const fn has_gap(&self) -> bool {
        self.lines > self.reasons
    }

    /// Writes the reasons as they were received.
    pub(super) fn write(&self, raws: &mut LineCopier<'_>, out: &mut dyn Write) -> Result<()> {
        if !self.is_held() {
            return raws.copy(self.start, self.reasons_end, out);
        }
        out.write_all(self.held_until(self.reasons_end).0).map_err(Error::writing)
    }

    fn held_until(&self, place: u64) -> (&[u8], &[u8]) {
        let length = usize::try_from(place - self.start).unwrap_or(usize::MAX);
        self.held.split_at(length.min(self.held.len()))
    }

    /// Passes on each empty line after the last reason.
    pub(super) fn each_empty(
        &self,
        source: &Source,
        mut show: impl FnMut(&Line<'_>) -> Result<()>,
    ) -> Result<()> {
        let rest: Box<dyn BufRead> = match self.is_held() {
            true => Box::new(Cursor::new(self.held_until(self.reasons_end).1)),
            false if self.end == self.reasons_end => return Ok(()),
            false => {
                Box::new(source.read_from(self.reasons_end)?.take(self.end - self.reasons_end))
            }
        };
        let mut lines = LineReader::new(rest);
        while let Some(line) = lines.read_line().map_err(Error::reading)? {
            let (offset, number) = (self.reasons_end, self.first_number + self.lines - 1);
            let (offset, number) = (offset + line.offset, number + line.number);
            show(&Line { offset, number, ..line })?;
        }
        Ok(())
    }
}
