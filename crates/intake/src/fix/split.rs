//! Splits files whose lines end with CR alone, or with nothing at all.
//!
//! Both are recognised in the beginning of a file, at most 64 KiB without any LF except at the very
//! end. CR is the line ending if the code of a line follows a CR. Fixed-length lines without
//! endings are recognised if all of the beginning splits at the lengths given by the codes, with
//! spaces allowed before the next code. A mismatch further on is an error: the file then has no
//! single reading, and the output must be discarded.

use std::io::{self, BufRead, Read};

use flagflow_check::{FileFormat, Options, recognise, sniff};
use flagflow_electricity::RawRecord as ElectricRecord;
use flagflow_frame::{Line, LineEnd, LineReader};
use flagflow_gas::RawRecord;

use super::kind::{FixKind, Kinds};

/// The form of a file's lines.
#[derive(Clone, Copy, Debug)]
pub(super) enum SplitForm<'o> {
    /// Lines that end with LF or CRLF.
    Lines,
    /// Lines that end with CR alone.
    CrAlone,
    /// Lines at fixed lengths without endings.
    Glued(FileFormat<'o>),
}

impl<'o> SplitForm<'o> {
    /// Returns the form of a file by its beginning, up to its first LF; `is_all` where no more text
    /// seems to follow.
    pub(super) fn of(head: &[u8], is_all: bool, kinds: Kinds, options: &'o Options) -> Self {
        let text = head.strip_prefix(super::byte_order_mark::MARK).unwrap_or(head);
        if !text.contains(&b'\n') && kinds.contains(FixKind::LineEnds) && is_by_cr(text, options) {
            return Self::CrAlone;
        }
        let text = only_line(text).filter(|_| is_all).unwrap_or(text);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if text.iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
            return Self::Lines;
        }
        match shape(text, options) {
            Some(shape) if kinds.contains(FixKind::MissingLineEndings) && is_glued(text, shape) => {
                Self::Glued(shape)
            }
            _ => Self::Lines,
        }
    }
}

/// Returns true if text has only white space, line endings, and padding at its end.
pub(super) fn is_blank(text: &[u8]) -> bool {
    let mut lines = LineReader::with_max_line(text, sniff::MOST).with_offset(0);
    while let Ok(Some(line)) = lines.read_line() {
        if !line.is_blank() {
            return false;
        }
    }
    true
}

/// Returns the text of the first line, without its ending and without padding; `None` if another
/// line has text.
fn only_line(text: &[u8]) -> Option<&[u8]> {
    let mut lines = LineReader::with_max_line(text, sniff::MOST).with_offset(0);
    let line = lines.read_line().ok()?;
    let length = line.map_or(0, |line| line.length);
    let behind = text.get(usize::try_from(lines.offset()).ok()?..)?;
    is_blank(behind).then(|| text.get(..usize::try_from(length).ok()?))?
}

fn shape<'o>(line: &[u8], options: &'o Options) -> Option<FileFormat<'o>> {
    let length = line.len() as u64;
    let end = LineEnd::None;
    let line = Line { bytes: line, length, oversize: false, end, offset: 0, number: 1 };
    recognise(&line, options).ok()
}

/// Returns true if the code of a line follows a CR.
fn is_by_cr(text: &[u8], options: &Options) -> bool {
    let mut lines = text.split(|byte| *byte == b'\r').filter(|line| !line.is_empty());
    let Some(shape) = lines.next().and_then(|line| shape(line, options)) else { return false };
    lines.any(|line| match shape {
        FileFormat::Gas(layout) => RawRecord::peek_tag(line, layout).is_some(),
        FileFormat::Electricity(layout, profile) => {
            ElectricRecord::peek_kind(line, profile.table(layout)).is_some()
        }
    })
}

/// Returns true if text is two or more lines of their lengths; the last line of a long text may be
/// incomplete.
fn is_glued(text: &[u8], shape: FileFormat<'_>) -> bool {
    let (mut rest, mut lines) = (text, 0);
    while let Some(length) = sniff::glued_line(rest, shape) {
        lines += 1;
        rest = &rest[length..];
    }
    lines > 1 && (rest.is_empty() || (text.len() + MARGIN > sniff::MOST && rest.len() < MARGIN))
}

/// More bytes than any line at fixed lengths has.
const MARGIN: usize = 1024;

/// Reads a file as lines that end with LF.
pub(super) struct Split<'o, R> {
    inner: R,
    form: SplitForm<'o>,
    /// Bytes that are read and not split yet.
    rest: Vec<u8>,
    /// Split lines, and how many of their bytes were handed out.
    ready: Vec<u8>,
    used: usize,
    /// Number of inserted line endings.
    inserted: u64,
    has_ended: bool,
}

impl<'o, R: BufRead> Split<'o, R> {
    pub(super) const fn new(inner: R, form: SplitForm<'o>) -> Self {
        Self {
            inner,
            form,
            rest: Vec::new(),
            ready: Vec::new(),
            used: 0,
            inserted: 0,
            has_ended: false,
        }
    }

    /// Returns the number of line endings inserted so far.
    pub(super) const fn inserted(&self) -> u64 {
        self.inserted
    }

    /// Reads and splits more bytes, once none are ready.
    fn refill(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.used = 0;
        let buffer = self.inner.fill_buf()?;
        let read = buffer.len();
        self.has_ended = read == 0;
        match self.form {
            SplitForm::Lines => {}
            SplitForm::CrAlone if buffer.contains(&b'\n') => {
                return Err(refused("lines end with CR alone, and then one with LF"));
            }
            SplitForm::CrAlone => {
                self.ready.extend(buffer.iter().map(|byte| match byte {
                    b'\r' => b'\n',
                    other => *other,
                }));
            }
            SplitForm::Glued(shape) => {
                self.rest.extend_from_slice(buffer);
                self.split(shape)?;
            }
        }
        self.inner.consume(read);
        Ok(())
    }

    /// Splits the bytes read, except for a last line that may be incomplete.
    fn split(&mut self, shape: FileFormat<'_>) -> io::Result<()> {
        let mut start = match self.rest.strip_prefix(super::byte_order_mark::MARK) {
            Some(_) if self.inserted == 0 => super::byte_order_mark::MARK.len(),
            _ => 0,
        };
        let mut from = 0;
        while let Some(length) = sniff::glued_line(&self.rest[start..], shape) {
            let end = start + length;
            let line = &self.rest[start..end];
            let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n' | 0x1A);
            let goes_on = self.rest.get(end).is_some_and(|byte| !is_end(byte));
            if !goes_on || line.iter().any(is_end) {
                break;
            }
            self.ready.extend_from_slice(&self.rest[from..end]);
            self.ready.push(b'\n');
            self.inserted += 1;
            (from, start) = (end, end);
        }
        self.rest.drain(..from);
        let open = &self.rest[start - from..];
        if self.has_ended {
            let text = only_line(open).unwrap_or(open);
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            if sniff::glued_line(text, shape) != Some(text.len()) && !text.is_empty() {
                return Err(refused(
                    "lines without endings do not split at the lengths of their records",
                ));
            }
            self.ready.append(&mut self.rest);
        } else if open.len() > sniff::MOST {
            return Err(refused(
                "lines without endings do not split at the lengths of their records",
            ));
        }
        Ok(())
    }
}

fn refused(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{what}: nothing is fixed"))
}

impl<R: BufRead> BufRead for Split<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if matches!(self.form, SplitForm::Lines) {
            return self.inner.fill_buf();
        }
        while self.used == self.ready.len() && !self.has_ended {
            self.refill()?;
        }
        Ok(&self.ready[self.used..])
    }

    fn consume(&mut self, amount: usize) {
        match self.form {
            SplitForm::Lines => self.inner.consume(amount),
            SplitForm::CrAlone | SplitForm::Glued(_) => self.used += amount,
        }
    }
}

impl<R: BufRead> Read for Split<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(buffer.len());
        buffer[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    const RECORD: &str = "E451234567810A20240603";
    const HEADER: &str = "A000000000042DXI20240628093000000007";

    fn split(file: &str) -> Result<String, String> {
        let (options, kinds) = (Options::default(), Kinds::default());
        let head = &file.as_bytes()[..file.len().min(sniff::MOST)];
        let head = head.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
        let form = SplitForm::of(head, is_blank(&file.as_bytes()[head.len()..]), kinds, &options);
        let by = |capacity| {
            let mut text = String::new();
            let mut reader = Split::new(BufReader::with_capacity(capacity, file.as_bytes()), form);
            reader.read_to_string(&mut text).map(|_| text).map_err(|error| error.to_string())
        };
        let text = by(64 * 1024);
        for capacity in [1, 7, 4096] {
            assert_eq!(by(capacity), text);
        }
        text
    }

    #[test]
    fn lines_are_split_where_there_is_one_way() {
        for (file, lines) in [
            (RECORD.repeat(3), [RECORD; 3].join("\n")),
            (
                format!("{HEADER}{RECORD}Z990000000001"),
                [HEADER, RECORD, "Z990000000001"].join("\n"),
            ),
            (format!("{RECORD}{RECORD}\r\n"), format!("{RECORD}\n{RECORD}\r\n")),
            (format!("{RECORD:80}{RECORD:80}"), format!("{RECORD:80}\n{RECORD:80}")),
            (format!("{RECORD}{RECORD}\x1A\n"), format!("{RECORD}\n{RECORD}\x1A\n")),
            (format!("{RECORD}{RECORD}\n\x1A\n"), format!("{RECORD}\n{RECORD}\n\x1A\n")),
            (format!("{RECORD}{RECORD}\n \n\0\0"), format!("{RECORD}\n{RECORD}\n \n\0\0")),
            (format!("{HEADER}\r{RECORD}\r"), format!("{HEADER}\n{RECORD}\n")),
            (format!("{RECORD}\r{RECORD}"), format!("{RECORD}\n{RECORD}")),
        ] {
            assert_eq!(split(&file).unwrap(), lines);
        }
        let many = split(&RECORD.repeat(10_000)).unwrap();
        assert_eq!(many.lines().filter(|line| *line == RECORD).count(), 10_000);
    }

    #[test]
    fn other_files_stay() {
        for file in [
            "",
            RECORD,
            "E451234567810A20240603\r",
            "E451234567810A20240603\rx",
            "E451234567810A20240603E45123456781",
            "E451234567810A20240603\nE451234567810A20240603E451234567810A20240603",
            "E451234567810A20240603\rE451234567810A20240603\n",
            "\"E45\",1,\"A\",2\"E45\",1,\"A\",2",
        ] {
            assert_eq!(split(file).as_deref(), Ok(file));
        }
    }

    #[test]
    fn what_does_not_go_on_so_is_refused() {
        let late = format!("{}\n{RECORD}", format!("{RECORD}\r").repeat(5000));
        assert!(split(&late).unwrap_err().contains("and then one with LF"));
        for end in ["x", "\nE45", "E45"] {
            let cut = format!("{}{end}", RECORD.repeat(5000));
            assert!(split(&cut).unwrap_err().contains("do not split"), "{end}");
        }
    }
}
