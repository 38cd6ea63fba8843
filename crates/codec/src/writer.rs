//! Writing files of records.

use std::io::{self, Write};

use flagflow_frame::{LineEnd, Position};

use crate::batch::Batch;
use crate::error::{Error, ErrorKind, Result, Unwritable};
use crate::flow::{Content, Flow, Target};
use crate::order::{Counts, FileOrder};
use crate::raw::RawLine;
use crate::table::{Cardinality, LineKind, LineSpec, Table};
use crate::template::{ROOM, TemplateRows, Templates};

/// The bytes that [`Writer::write_all`] and [`Writer::write_batch`] give the inner writer at a
/// time, and some more.
const PIECE: usize = 64 * 1024;

/// A file could not be finished; the inner writer is handed back.
pub type FinishError<W, N> = flagflow_frame::FinishError<W, Error<N>>;

/// Writes the header, the groups with their records, and the trailer that counts them.
///
/// Where the flow has a level-1 group, one is written before the first record, unless
/// [`Writer::write_opening`] did so already. A file has as many lines of each group as its table
/// says: a line too many is refused, a missing line where the next one comes.
///
/// Between calls nothing is buffered here, so a file that is written record by record wants a
/// [`BufWriter`](io::BufWriter). [`Writer::write_all`] and [`Writer::write_batch`] need none and
/// are several times as fast: within the call they gather some 64 KiB for each write.
/// [`Writer::finish`] writes the trailer and flushes; a writer that is merely dropped leaves a file
/// without its trailer.
///
/// A value that cannot be written is a recoverable error, and leaves nothing of its line behind.
/// After a failed write it is not known how much of a line was written, so the writer writes
/// nothing more: every later call fails too, and a torn file is never reported as finished.
#[derive(Debug)]
#[must_use = "only `finish` writes the trailer and flushes"]
pub struct Writer<F: Flow, W> {
    inner: W,
    target: Box<Target<F>>,
    options: Box<F::WriterOptions>,
    /// The header is written, if there is one, and no write has failed.
    has_begun: bool,
    has_failed: bool,
    trailer: Option<Box<F::Trailer>>,
    counts: Counts,
    /// The records are below a group.
    has_groups: bool,
    /// The order of the lines, where the table has groups or limits.
    order: Option<Box<FileOrder<F>>>,
    /// Any number of records may come next.
    is_free: bool,
    /// The position where the next line begins, records not counted among its lines.
    at: Position,
    line: Vec<u8>,
    templates: Templates,
    room: Box<[u8; ROOM]>,
    /// Lines on their way to the inner writer, within one call.
    piece: Vec<u8>,
}

impl<F: Flow, W: Write> Writer<F, W> {
    /// Writes with the default options.
    pub fn new(inner: W) -> Self
    where
        F::WriterOptions: Default,
    {
        Self::with_options(inner, F::WriterOptions::default())
    }

    /// Writes with options. Nothing is written yet.
    pub fn with_options(inner: W, options: F::WriterOptions) -> Self {
        let mut target: Box<Target<F>> = Box::new(options.clone().into());
        if target.line_end == LineEnd::None {
            target.line_end = LineEnd::Lf;
        }
        let table: &Table<F> = target.format.as_ref();
        let has_groups = table.records().any(|line| line.parent().is_some());
        let is_limited = |line: &LineSpec<F>| line.cardinality() != Cardinality::ANY;
        let needs_order = |line: &LineSpec<F>| match line.kind() {
            LineKind::Header | LineKind::Trailer => false,
            kind => kind == LineKind::Group || is_limited(line),
        };
        let has_order = table.lines().iter().any(needs_order);
        let has_lines_below = |record: &LineSpec<F>| {
            table.lines().iter().any(|line| line.parent() == Some(record.tag()))
        };
        let is_counted = |record: &LineSpec<F>| has_order && has_lines_below(record);
        let templates = match table.records().any(|line| is_limited(line) || is_counted(line)) {
            // each record is compared with the limits
            true => Templates::NONE,
            false => Templates::new(table, target.line_end),
        };
        let order = has_order.then(|| Box::new(FileOrder::new(table)));
        Self {
            inner,
            target,
            options: Box::new(options),
            has_begun: false,
            has_failed: false,
            trailer: None,
            counts: Counts::default(),
            has_groups,
            is_free: order.is_none(),
            order,
            at: Position::START,
            line: Vec::new(),
            templates,
            room: Box::new([0; ROOM]),
            piece: Vec::new(),
        }
    }

    /// Writes one record or a reference to it. Items that the record has no value for are left
    /// empty.
    ///
    /// # Errors
    ///
    /// As [`Writer::write_with`].
    #[inline]
    pub fn write(&mut self, record: impl Into<F::Record>) -> Result<(), F::Field> {
        let record = record.into();
        let Some(values) = F::values(&record) else { return self.write_with(record, []) };
        // nothing is made for an outcome that the line does not have: 10 instructions of 150
        let length = match values.outcome {
            0 => self.templates.line::<false>(&mut self.room, &values),
            _ => self.templates.line::<true>(&mut self.room, &values),
        };
        let Some(length) = length else { return self.write_with(record, []) };
        let length = length % ROOM;
        if !self.is_ready() {
            self.open_records()?;
        }
        if let Err(error) = self.inner.write_all(&self.room[..length]) {
            return Err(self.fail(error, Some(self.counts.records + 1)));
        }
        self.wrote(length, 0);
        self.counts.records += 1;
        Ok(())
    }

    /// Writes many records or references to them: the same bytes as [`Writer::write`] for each, in
    /// few large pieces.
    ///
    /// # Errors
    ///
    /// As [`Writer::write`]. A record that cannot be written is a recoverable error: those before
    /// it are written, and of an iterator that was only lent (`by_ref`) those behind it are still
    /// to come. Where the inner writer fails, the position is that of the first record of the piece
    /// that it did not take; the records before that piece are counted.
    pub fn write_all<R: Into<F::Record>>(
        &mut self,
        records: impl IntoIterator<Item = R>,
    ) -> Result<(), F::Field> {
        let mut records = records.into_iter().map(Into::into);
        let mut rows = TemplateRows::new();
        let mut piece = std::mem::take(&mut self.piece);
        if piece.is_empty() {
            piece = vec![0; PIECE + self.templates.room()];
        }
        let written = self.write_runs(&mut piece, &mut rows, &mut records);
        self.piece = piece;
        written
    }

    /// Writes the records of a batch, in few large pieces: with
    /// [`Reader::read_batch`](crate::Reader::read_batch) the shortest way from one layout to
    /// another. Level-1 groups are this writer's own.
    ///
    /// # Errors
    ///
    /// As [`Writer::write_all`].
    pub fn write_batch(&mut self, batch: &Batch<F>) -> Result<(), F::Field> {
        if !batch.has_reasons() {
            return self.write_all(batch.records());
        }
        let mut records = batch.records().enumerate();
        records.try_for_each(|(row, it)| self.write_with_reasons(it, [], batch.reasons(row)))
    }

    /// Writes runs of records that templates take, and the others one by one between them.
    fn write_runs(
        &mut self,
        piece: &mut [u8],
        rows: &mut TemplateRows,
        records: &mut impl Iterator<Item = F::Record>,
    ) -> Result<(), F::Field> {
        loop {
            let mut odd = rows.take::<F>(&self.templates, records);
            if rows.len() > 0 {
                self.open_records()?;
            } else if odd.is_none() {
                self.begin()?;
            }
            let (mut length, mut written) = (0, 0);
            while rows.len() > 0 {
                length += rows.write(&mut piece[length..], &self.templates, self.target.backend);
                written += rows.len() as u64;
                if length >= PIECE {
                    self.put_records(&piece[..length], written)?;
                    (length, written) = (0, 0);
                }
                if odd.is_some() {
                    break;
                }
                odd = rows.take::<F>(&self.templates, records);
            }
            self.put_records(&piece[..length], written)?;
            match odd {
                Some(odd) => self.write_with(odd, [])?,
                None => return Ok(()),
            }
        }
    }

    /// Writes one record with the items that it has no value for
    /// ([`Record::extras`](crate::Record::extras)).
    ///
    /// # Errors
    ///
    /// A record of another flow, a value that does not fit its item, or the error of the inner
    /// writer.
    pub fn write_with<'e>(
        &mut self,
        record: impl Into<F::Record>,
        extras: impl IntoIterator<Item = &'e [u8]>,
    ) -> Result<(), F::Field> {
        let number = Some(self.counts.records + 1);
        self.open()?;
        self.write_line(number, &Content::Record(record.into()), &mut extras.into_iter())
    }

    /// Writes one record with the items that it has no value for, and the reasons below it.
    ///
    /// # Errors
    ///
    /// As [`Writer::write_with`]; [`ErrorKind::TooFewLines`] or `TooManyLines`, with nothing
    /// written, for another number of reasons than the table allows.
    pub fn write_with_reasons<'e>(
        &mut self,
        record: impl Into<F::Record>,
        extras: impl IntoIterator<Item = &'e [u8]>,
        reasons: &[F::Reason],
    ) -> Result<(), F::Field> {
        let lines = self.target.format.as_ref().lines();
        let line = lines.iter().find(|line| line.kind() == LineKind::Reason);
        if let Some(kind) = line.and_then(|line| line.objection_to(reasons.len())) {
            return Err(Error::new(kind, None, self.position(Some(self.counts.records + 1))));
        }
        self.write_with(record, extras)?;
        reasons.iter().try_for_each(|reason| self.write_reason(*reason))
    }

    /// Writes a line of the body as it was read ([`Record::as_bytes`](crate::Record::as_bytes)),
    /// which loses nothing where layout and profile are the same.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotWritable`] for a line with a line ending in it, `UnexpectedRecord` for a
    /// header or a trailer, or the error of the inner writer.
    pub fn write_raw(&mut self, kind: LineKind, line: &[u8]) -> Result<(), F::Field> {
        let record = (kind == LineKind::Record).then_some(self.counts.records + 1);
        let at = self.position(record);
        if matches!(kind, LineKind::Header | LineKind::Trailer) {
            return Err(Error::new(ErrorKind::UnexpectedRecord, None, at));
        }
        if line.contains(&b'\n') || line.ends_with(b"\r") {
            return Err(Error::new(ErrorKind::NotWritable, None, at));
        }
        if kind == LineKind::Record {
            self.open()?;
        }
        self.begin()?;
        let tag = RawLine::peek_tag(line, self.target.format.as_ref());
        self.admit(tag, record)?;
        let line = [line, self.target.line_end.as_bytes()].concat();
        self.put(&line, u64::from(kind != LineKind::Record), record)?;
        self.count(kind, tag);
        Ok(())
    }

    /// Writes a group, with the items that it has no value for.
    ///
    /// # Errors
    ///
    /// A number that does not fit its item, a table without such a group, a group that is not in
    /// its place or one too many, or the error of the inner writer.
    pub fn write_opening<'e>(
        &mut self,
        opening: F::Group,
        extras: impl IntoIterator<Item = &'e [u8]>,
    ) -> Result<(), F::Field> {
        self.write_line(None, &Content::Group(opening), &mut extras.into_iter())
    }

    /// Writes a reason below the record before it.
    ///
    /// # Errors
    ///
    /// A table without reasons, a reason too many, or the error of the inner writer.
    pub fn write_reason(&mut self, reason: F::Reason) -> Result<(), F::Field> {
        let record = Some(self.counts.records);
        self.write_line(record, &Content::Reason(reason), &mut std::iter::empty())
    }

    /// Returns the number of records that were written.
    pub const fn record_count(&self) -> u64 {
        self.counts.records
    }

    /// Returns a reference to the inner writer.
    pub const fn inner(&self) -> &W {
        &self.inner
    }

    /// Returns a mutable reference to the inner writer, to take away what was written. Positions in
    /// errors count what this writer wrote.
    pub const fn inner_mut(&mut self) -> &mut W {
        &mut self.inner
    }

    /// Takes from another file's trailer all that is not counted. File identifier and counts are
    /// this file's own.
    pub fn set_trailer(&mut self, trailer: &F::Trailer) {
        self.trailer = Some(Box::new(trailer.clone()));
    }

    /// Returns the options of the flow, which may change until the trailer is written.
    pub fn options_mut(&mut self) -> &mut F::WriterOptions {
        &mut self.options
    }

    /// Writes the trailer if there is a header, flushes, and returns the inner writer. A level-1
    /// group that must be there is written before the trailer.
    ///
    /// # Errors
    ///
    /// [`FinishError`], with the inner writer in it, when that cannot be done.
    pub fn finish(mut self) -> std::result::Result<W, FinishError<W, F::Field>> {
        match self.end() {
            Ok(()) => Ok(self.inner),
            Err(error) => Err(FinishError::<W, F::Field>::new(error, self.inner)),
        }
    }

    fn end(&mut self) -> Result<(), F::Field> {
        self.begin()?;
        if self.objection_to_end().is_some() {
            self.open()?;
        }
        if let Some(kind) = self.objection_to_end() {
            return Err(Error::new(kind, None, self.position(None)));
        }
        if let Some(header) = &self.target.header {
            let counts = self.trailer_counts();
            let trailer = F::trailer(&self.options, header, &counts, self.trailer.as_deref());
            let trailer =
                trailer.map_err(|error| Error::io(io::Error::other(error), self.position(None)))?;
            self.write_line(None, &Content::Trailer(&trailer), &mut std::iter::empty())?;
        }
        self.inner.flush().map_err(|error| Error::io(error, self.position(None)))
    }

    /// Writes the header now, if there is one, rather than before the first line. It is written
    /// once, however often this is called.
    ///
    /// # Errors
    ///
    /// A header that the layout has no place for, the error of the inner writer, and always once a
    /// write has failed.
    #[inline]
    pub fn begin(&mut self) -> Result<(), F::Field> {
        if self.has_begun { Ok(()) } else { self.begin_file() }
    }

    fn begin_file(&mut self) -> Result<(), F::Field> {
        if self.has_failed {
            return Err(Error::io(
                io::Error::other("an earlier write failed"),
                self.position(None),
            ));
        }
        self.has_begun = true;
        let Some(header) = self.target.header.take() else { return Ok(()) };
        let written = self.write_line(None, &Content::Header(&header), &mut std::iter::empty());
        self.target.header = Some(header);
        // a file without its header is not one, so a header that cannot be written is tried again
        self.has_begun = written.is_ok();
        written
    }

    /// Returns whether header and group are written, and no write has failed.
    #[inline]
    const fn is_ready(&self) -> bool {
        self.has_begun & self.is_free
    }

    /// Writes the header and the level-1 group before the first record.
    fn open(&mut self) -> Result<(), F::Field> {
        let is_closed = |order: &FileOrder<F>, tag| !order.has_place_for(tag);
        let order = self.order.as_deref().zip(self.record_tag());
        if !self.has_failed
            && order.is_some_and(|(order, tag)| is_closed(order, tag))
            && let Some(opening) = F::opening(&self.options)
        {
            self.write_opening(opening, [])?;
        }
        self.begin()
    }

    /// Opens the records for lines that templates make, the first of which is written next.
    fn open_records(&mut self) -> Result<(), F::Field> {
        self.open()?;
        if !self.is_free {
            let tag = self.record_tag();
            self.admit(tag, self.next_record())?;
            self.place(tag);
        }
        Ok(())
    }

    /// Returns the flow's name for the records that templates write.
    fn record_tag(&self) -> Option<F::Tag> {
        self.target.format.as_ref().records().next().map(LineSpec::tag)
    }

    const fn next_record(&self) -> Option<u64> {
        Some(self.counts.records + 1)
    }

    /// Refuses a line that is not in its place, or before which a line is missing.
    fn admit(&self, tag: Option<F::Tag>, record: Option<u64>) -> Result<(), F::Field> {
        match self.order.as_deref().and_then(|order| order.objection(tag)) {
            Some(kind) => Err(Error::new(kind, None, self.position(record))),
            None => Ok(()),
        }
    }

    fn objection_to_end(&self) -> Option<ErrorKind> {
        self.order.as_deref().and_then(FileOrder::objection_to_end)
    }

    /// Counts a line of the body.
    fn count(&mut self, kind: LineKind, tag: Option<F::Tag>) {
        match kind {
            LineKind::Record => self.counts.records += 1,
            LineKind::Reason => self.counts.reasons += 1,
            // `write_raw` refuses headers and trailers
            LineKind::Group | LineKind::Header | LineKind::Trailer => {
                let spec = tag.and_then(|tag| self.target.format.as_ref().line(tag));
                let is_top = spec.is_none_or(|spec| spec.parent().is_none());
                self.counts.flows += u64::from(is_top);
                self.counts.groups += 1;
            }
        }
        self.place(tag);
    }

    fn place(&mut self, tag: Option<F::Tag>) {
        if let Some(order) = &mut self.order {
            order.place(tag);
            self.is_free = order.is_in_records();
        }
    }

    /// Returns the counts of a trailer: every line of the body is among the groups, and without a
    /// level-1 group each record is a flow.
    const fn trailer_counts(&self) -> Counts {
        let Counts { records, reasons, groups, flows } = self.counts;
        let flows = if self.has_groups { flows } else { records };
        Counts { records, reasons, groups: groups + records + reasons, flows }
    }

    /// Gives the inner writer the lines of the next records.
    fn put_records(&mut self, lines: &[u8], records: u64) -> Result<(), F::Field> {
        if records == 0 {
            return Ok(());
        }
        self.put(lines, 0, self.next_record())?;
        self.counts.records += records;
        Ok(())
    }

    /// Gives the inner writer lines, the first of which is a record's or none's, so many of them
    /// other ones than records.
    fn put(&mut self, lines: &[u8], others: u64, record: Option<u64>) -> Result<(), F::Field> {
        if let Err(error) = self.inner.write_all(lines) {
            return Err(self.fail(error, record));
        }
        self.wrote(lines.len(), others);
        Ok(())
    }

    #[inline]
    const fn wrote(&mut self, bytes: usize, others: u64) {
        self.at.offset += bytes as u64;
        self.at.line += others;
    }

    /// Returns the position where the next line begins, which is a record's or none's.
    const fn position(&self, record: Option<u64>) -> Position {
        Position { record, line: self.at.line + self.counts.records, ..self.at }
    }

    #[cold]
    fn fail(&mut self, error: io::Error, record: Option<u64>) -> Error<F::Field> {
        (self.has_failed, self.has_begun) = (true, false);
        Error::io(error, self.position(record))
    }

    /// Writes one line by its definition, which is a record's or none's.
    fn write_line(
        &mut self,
        record: Option<u64>,
        content: &Content<'_, F>,
        extras: &mut dyn Iterator<Item = &[u8]>,
    ) -> Result<(), F::Field> {
        self.begin()?;
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        let written = F::write_line(&mut line, &self.target.format, content, extras);
        let written = written.map_err(|Unwritable { kind, field }| {
            Error::new(kind, Some(field), self.position(record))
        });
        line.extend_from_slice(self.target.line_end.as_bytes());
        let kind = content.kind();
        let is_of_body = !matches!(kind, LineKind::Header | LineKind::Trailer);
        let tag = RawLine::peek_tag(&line, self.target.format.as_ref()).filter(|_| is_of_body);
        let written = written
            .and_then(|()| self.admit(tag, record))
            .and_then(|()| self.put(&line, u64::from(kind != LineKind::Record), record));
        self.line = line;
        if is_of_body && written.is_ok() {
            self.count(kind, tag);
        }
        written
    }
}
