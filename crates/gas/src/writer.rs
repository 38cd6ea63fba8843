//! Writing files of gas records.

use std::io::{self, Write};

use flagflow_frame::{LineEnd, Position};
use flagflow_rows::Backend;

use crate::Batch;
use crate::columns::Columns;
use crate::error::{Error, FinishError, Result};
use crate::fast_write::{self, ROOM, Rows};
use crate::field::{
    ReasonCode, write_date, write_file_type, write_flag, write_mprn, write_number, write_outcome,
    write_reason, write_time,
};
use crate::layout::{Layout, Tag};
use crate::record::{Detail, E45, E46, Header, Trailer};

/// Begins a record: its Transaction Type.
fn begin(out: &mut Vec<u8>, layout: Layout, tag: Tag) {
    match layout {
        Layout::Fixed => out.extend_from_slice(tag.as_bytes()),
        Layout::Uklink => {
            out.push(b'"');
            out.extend_from_slice(tag.as_bytes());
            out.push(b'"');
        }
    }
}

/// Parts a field from the one before it.
fn next(out: &mut Vec<u8>, layout: Layout) {
    if layout == Layout::Uklink {
        out.push(b',');
    }
}

/// What ends an E45 and an E46 alike.
fn write_update(out: &mut Vec<u8>, layout: Layout, update: E45) {
    next(out, layout);
    write_mprn(out, layout, update.meter_point_reference());
    next(out, layout);
    write_flag(out, layout, update.flag());
    next(out, layout);
    write_date(out, layout, update.effective_from());
}

/// Appends a detail record's canonical line, without an end. This is the definition; what
/// [`Writer`] writes comes the fast way ([`write_canonical`]), and is the same.
pub fn write_detail(out: &mut Vec<u8>, layout: Layout, detail: Detail) {
    begin(out, layout, detail.tag());
    if let Some(outcome) = detail.outcome() {
        next(out, layout);
        write_outcome(out, layout, outcome);
    }
    write_update(out, layout, detail.update());
}

/// The fast path alone: appends the same line as [`write_detail`], without an end.
#[inline]
pub fn write_canonical(out: &mut Vec<u8>, layout: Layout, detail: Detail) {
    let mut room = [0; ROOM];
    let length = fast_write::line(&mut room, layout, LineEnd::Lf, detail);
    out.extend_from_slice(&room[..length.min(ROOM) - 1]);
}

/// Appends a header's canonical line, without an end.
pub fn write_header(out: &mut Vec<u8>, layout: Layout, header: &Header) {
    begin(out, layout, Tag::A00);
    next(out, layout);
    write_number(out, layout, header.organisation_id(), 10);
    next(out, layout);
    write_file_type(out, layout, header.file_type);
    next(out, layout);
    write_date(out, layout, header.creation_date);
    next(out, layout);
    write_time(out, layout, header.creation_time);
    next(out, layout);
    write_number(out, layout, u64::from(header.generation_number()), 6);
}

/// Appends a trailer's canonical line, without an end.
pub fn write_trailer(out: &mut Vec<u8>, layout: Layout, trailer: Trailer) {
    begin(out, layout, Tag::Z99);
    next(out, layout);
    write_number(out, layout, trailer.record_count(), 10);
}

/// Appends a reason record's canonical line, without an end.
fn write_reason_line(out: &mut Vec<u8>, layout: Layout, reason: ReasonCode) {
    begin(out, layout, Tag::S72);
    next(out, layout);
    write_reason(out, layout, reason);
}

macro_rules! display_as_fixed {
    ($($type:ty),*) => {$(
        /// Prints the canonical fixed form.
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut line = Vec::with_capacity(24);
                write_detail(&mut line, Layout::Fixed, self.into());
                f.pad(&String::from_utf8_lossy(&line))
            }
        }

        /// Reads the fixed form.
        impl std::str::FromStr for $type {
            type Err = crate::error::Fault;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let raw = crate::record::RawRecord::cut(text.as_bytes(), Layout::Fixed)?;
                Self::try_from(&raw)
            }
        }
    )*};
}

display_as_fixed!(E45, E46, Detail);

/// How a [`Writer`] writes.
#[derive(Clone, Copy, Debug)]
pub struct WriterOptions {
    layout: Layout,
    line_end: LineEnd,
    header: Option<Header>,
    count_reasons: bool,
    /// `None` for the best there is.
    backend: Option<Backend>,
}

impl Default for WriterOptions {
    fn default() -> Self {
        Self {
            layout: Layout::Fixed,
            line_end: LineEnd::Lf,
            header: None,
            count_reasons: false,
            backend: None,
        }
    }
}

impl WriterOptions {
    /// A bare file in the fixed layout with LF.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The layout.
    #[must_use]
    pub const fn layout(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
    }

    /// What ends each line. [`LineEnd::None`] is taken as LF.
    #[must_use]
    pub const fn line_end(mut self, line_end: LineEnd) -> Self {
        self.line_end = match line_end {
            LineEnd::None => LineEnd::Lf,
            LineEnd::Lf | LineEnd::CrLf => line_end,
        };
        self
    }

    /// Puts an envelope around the records: this header, and a trailer that counts them.
    #[must_use]
    pub const fn envelope(mut self, header: Header) -> Self {
        self.header = Some(header);
        self
    }

    /// Whether the trailer counts reason records too (profile; off by default).
    #[must_use]
    pub const fn count_reasons(mut self, count_reasons: bool) -> Self {
        self.count_reasons = count_reasons;
        self
    }

    /// Which code makes the digits of many records at once. All backends write the same bytes; this
    /// is for tests and measurements ([`Backend::best`] by default).
    #[must_use]
    pub const fn backend(mut self, backend: Backend) -> Self {
        self.backend = Some(backend);
        self
    }

    /// A writer with these options. Nothing is written yet.
    pub const fn writer<W: Write>(self, inner: W) -> Writer<W> {
        Writer {
            inner,
            options: self,
            begun: false,
            failed: false,
            counted: 0,
            records: 0,
            at: Position::START,
            line: Vec::new(),
            piece: Vec::new(),
        }
    }
}

/// How many bytes [`Writer::write_records`], [`Writer::write_columns`] and [`Writer::write_batch`] give the inner writer at a
/// time, and some more.
const PIECE: usize = 64 * 1024;

/// Writes records, and around them the envelope if there is one.
///
/// Between calls nothing is buffered here, so a file that is written record by record wants a
/// [`BufWriter`](io::BufWriter). [`Writer::write_records`], [`Writer::write_columns`] and
/// [`Writer::write_batch`] need none and are several times as fast: within the call they gather some 64 KiB for each write.
/// [`Writer::finish`] writes the trailer and flushes; a writer that is merely dropped leaves a file
/// without its trailer.
///
/// After a failed write nobody knows how much of a line is out there, so the writer writes nothing
/// more: every later call fails too, and a torn file is never said to be finished.
///
/// ```
/// use flagflow_gas::{E45, Writer};
///
/// let update: E45 = "E451234567810A20211105".parse()?;
/// let mut writer = Writer::new(Vec::new());
/// writer.write_record(&update)?;
/// assert_eq!(writer.finish()?, b"E451234567810A20211105\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Writer<W> {
    inner: W,
    options: WriterOptions,
    begun: bool,
    failed: bool,
    counted: u64,
    records: u64,
    /// Where the next line begins.
    at: Position,
    line: Vec<u8>,
    /// Lines on their way to the inner writer, within one call.
    piece: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Writes with the default options: see [`WriterOptions`].
    pub fn new(inner: W) -> Self {
        WriterOptions::new().writer(inner)
    }

    /// Writes one record, `&E45`, `&E46` or `&Detail`.
    ///
    /// # Errors
    ///
    /// Whatever the inner writer says.
    #[inline]
    pub fn write_record(&mut self, record: impl Into<Detail>) -> Result<()> {
        let detail = record.into();
        self.begin()?;
        let mut room = [0; ROOM];
        let WriterOptions { layout, line_end, .. } = self.options;
        let length = fast_write::line(&mut room, layout, line_end, detail);
        self.put_records(&room[..length.min(ROOM)], 1)
    }

    /// Writes many records, `E45`, `E46` or `Detail` or references to them: the same bytes as
    /// [`Writer::write_record`] for each, in few large pieces.
    ///
    /// ```
    /// use flagflow_gas::{E45, Writer};
    ///
    /// let first: E45 = "E451234567810A20211105".parse()?;
    /// let second: E45 = "E450000123409N20240229".parse()?;
    /// let mut writer = Writer::new(Vec::new());
    /// writer.write_records([first, second])?;
    /// assert_eq!(writer.record_count(), 2);
    /// assert_eq!(writer.finish()?, b"E451234567810A20211105\nE450000123409N20240229\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Whatever the inner writer says, at the first record of the piece that it did not take; the
    /// records before that piece are counted.
    pub fn write_records<R: Into<Detail>>(
        &mut self,
        records: impl IntoIterator<Item = R>,
    ) -> Result<()> {
        let mut details = records.into_iter().map(Into::into);
        self.write_rows(|rows| rows.take(&mut details))
    }

    /// Writes the records of columns, in few large pieces.
    ///
    /// # Errors
    ///
    /// As [`Writer::write_records`].
    pub fn write_columns(&mut self, mut columns: Columns<'_>) -> Result<()> {
        self.write_rows(|rows| columns.take(rows))
    }

    /// Writes the records of a batch, in few large pieces: with
    /// [`Reader::read_batch`](crate::Reader::read_batch) the shortest way from one layout to another.
    ///
    /// ```
    /// use flagflow_gas::{Batch, Layout, Reader, WriterOptions};
    ///
    /// let mut reader = Reader::from_slice(b"E450000123409N20240229\n");
    /// let mut writer = WriterOptions::new().layout(Layout::Uklink).writer(Vec::new());
    /// let mut batch = Batch::new();
    /// while reader.read_batch(&mut batch)? {
    ///     writer.write_batch(&batch)?;
    /// }
    /// assert_eq!(writer.finish()?, b"\"E45\",123409,\"N\",20240229\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Writer::write_records`].
    pub fn write_batch(&mut self, batch: &Batch) -> Result<()> {
        let mut next = 0;
        self.write_rows(|rows| {
            rows.take_batch(batch, next);
            next += rows.len();
        })
    }

    /// Writes block after block, until one is empty.
    fn write_rows(&mut self, mut next: impl FnMut(&mut Rows)) -> Result<()> {
        self.begin()?;
        let mut piece = std::mem::take(&mut self.piece);
        piece.resize(PIECE + Rows::ROOM, 0);
        let written = self.write_pieces(&mut piece, &mut next);
        self.piece = piece;
        written
    }

    fn write_pieces(&mut self, piece: &mut [u8], next: &mut impl FnMut(&mut Rows)) -> Result<()> {
        let WriterOptions { layout, line_end, backend, .. } = self.options;
        let backend = backend.unwrap_or_else(Backend::best);
        let mut rows = Rows::new();
        loop {
            let (mut length, mut records) = (0, 0);
            while length < PIECE {
                next(&mut rows);
                if rows.len() == 0 {
                    return self.put_records(&piece[..length], records);
                }
                length += rows.write(&mut piece[length..], (layout, line_end), backend);
                records += rows.len() as u64;
            }
            self.put_records(&piece[..length], records)?;
        }
    }

    /// Writes a rejection reason below the record before it (profile).
    ///
    /// # Errors
    ///
    /// Whatever the inner writer says.
    pub fn write_reason(&mut self, reason: ReasonCode) -> Result<()> {
        let record = Some(self.records);
        self.write_line(record, |out, layout| write_reason_line(out, layout, reason))?;
        self.counted += u64::from(self.options.count_reasons);
        Ok(())
    }

    /// How many records were written.
    pub const fn record_count(&self) -> u64 {
        self.records
    }

    /// A reference to the inner writer.
    pub const fn inner(&self) -> &W {
        &self.inner
    }

    /// Writes the trailer if there is an envelope, flushes, and hands the inner writer back.
    ///
    /// # Errors
    ///
    /// [`FinishError`], with the inner writer in it, when that cannot be done.
    pub fn finish(mut self) -> Result<W, FinishError<W>> {
        match self.end() {
            Ok(()) => Ok(self.inner),
            Err(error) => Err(FinishError::new(error, self.inner)),
        }
    }

    fn end(&mut self) -> Result<()> {
        self.begin()?;
        if self.options.header.is_some() {
            let trailer = Trailer::new(self.counted)
                .map_err(|error| Error::io(io::Error::other(error), self.at))?;
            self.write_line(None, |out, layout| write_trailer(out, layout, trailer))?;
        }
        self.inner.flush().map_err(|error| Error::io(error, self.at))
    }

    /// Writes the header now, if there is an envelope, rather than before the first record. It is
    /// written once, however often this is called.
    ///
    /// # Errors
    ///
    /// Whatever the inner writer says, and always once a write has failed.
    #[inline]
    pub fn begin(&mut self) -> Result<()> {
        if self.begun && !self.failed { Ok(()) } else { self.begin_file() }
    }

    fn begin_file(&mut self) -> Result<()> {
        if self.failed {
            return Err(Error::io(io::Error::other("an earlier write failed"), self.at));
        }
        self.begun = true;
        match self.options.header {
            Some(header) => self.write_line(None, |out, layout| write_header(out, layout, &header)),
            None => Ok(()),
        }
    }

    /// Writes one line, which is a record's or none's.
    fn write_line(
        &mut self,
        record: Option<u64>,
        write: impl FnOnce(&mut Vec<u8>, Layout),
    ) -> Result<()> {
        self.begin()?;
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        write(&mut line, self.options.layout);
        line.extend_from_slice(self.options.line_end.as_bytes());
        let written = self.put(&line, 1, record);
        self.line = line;
        written
    }

    /// Gives the inner writer the lines of the next records.
    #[inline]
    fn put_records(&mut self, lines: &[u8], records: u64) -> Result<()> {
        if records == 0 {
            return Ok(());
        }
        self.put(lines, records, Some(self.records + 1))?;
        self.records += records;
        self.counted += records;
        Ok(())
    }

    /// Gives the inner writer lines, the first of which is a record's or none's.
    #[inline]
    fn put(&mut self, lines: &[u8], count: u64, record: Option<u64>) -> Result<()> {
        if let Err(error) = self.inner.write_all(lines) {
            self.failed = true;
            return Err(Error::io(error, Position { record, ..self.at }));
        }
        self.at.offset += lines.len() as u64;
        self.at.line += count;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::field::FileType;

    /// However many records there are, they are gathered in 64 KiB and the room of one block more: 64 lines of
    /// at most 48 bytes.
    #[test]
    fn records_are_gathered_in_bounded_memory() {
        let update: E45 = "E450000123409A20211105".parse().unwrap();
        for records in [0, 1, 10_000] {
            let mut writer = Writer::new(io::sink());
            writer.write_records(std::iter::repeat_n(update, records)).unwrap();
            assert_eq!(writer.piece.len(), 65_536 + 64 * 48, "{records}");
        }
    }

    #[test]
    fn every_line_is_ended() {
        let update: E45 = "E451234567810A20211105".parse().unwrap();
        for (asked, line) in [
            (LineEnd::None, "E451234567810A20211105\n"),
            (LineEnd::Lf, "E451234567810A20211105\n"),
            (LineEnd::CrLf, "E451234567810A20211105\r\n"),
        ] {
            let mut writer = WriterOptions::new().line_end(asked).writer(Vec::new());
            writer.write_record(update).unwrap();
            assert_eq!(writer.finish().unwrap(), line.as_bytes());
        }
    }

    /// Ten thousand million records and one: the trailer has no number for that, so there is none, rather than
    /// a wrong one.
    #[test]
    fn a_file_of_more_records_than_a_trailer_can_count_is_not_finished() {
        let (day, time) = ("20211105".parse().unwrap(), "093000".parse().unwrap());
        let header = Header::new(42, FileType::DXI, day, time, 7).unwrap();
        for (counted, finishes) in [(9_999_999_999, true), (10_000_000_000, false)] {
            let mut writer = WriterOptions::new().envelope(header).writer(Vec::new());
            writer.counted = counted;
            match writer.finish() {
                Ok(file) => {
                    assert!(finishes);
                    assert!(file.ends_with(b"Z999999999999\n"));
                }
                Err(unfinished) => {
                    assert!(!finishes);
                    let (error, file) = unfinished.into_parts();
                    assert_eq!((error.kind(), error.position().line), (ErrorKind::Io, 2));
                    assert_eq!(file, b"A000000000042DXI20211105093000000007\n");
                }
            }
        }
    }
}
