//! Reading files of records.

use std::io::{self, BufRead};

use flagflow_frame::{DEFAULT_MAX_LINE, Line, LineReader, Position, ReadRecord, whole_lines};
use flagflow_rows::Backend;

use crate::batch::Batch;
use crate::canonical::read_canonical;
use crate::compiled::{Decoding, LineDecoders, longest_row};
use crate::cut;
use crate::error::{Error, ErrorKind, Fault, Result, fault_of_line};
use crate::flow::{Flow, FromLine, Totals};
use crate::lookahead::Lookahead;
use crate::names::Names;
use crate::order::{Counts, FileOrder, Role, Shortfall};
use crate::raw::RawLine;
use crate::record::Record;
use crate::table::{LineKind, Table};

/// Reads one record from its line, without the line's ending: the fast path where the line is
/// canonical, the definition everywhere else.
///
/// # Errors
///
/// The first error in the order of the record's items.
#[inline]
pub fn read_line<'t, F: Flow>(
    line: &[u8],
    table: impl Into<&'t Table<F>>,
) -> std::result::Result<F::Record, Fault<F::Field>> {
    let table = table.into();
    match read_canonical(line, table) {
        Some(record) => Ok(record),
        None => RawLine::cut(line, table).and_then(|raw| F::Record::try_from(&raw)),
    }
}

/// The most reasons that are taken below one record.
pub const MAX_REASONS: usize = 1000;

/// Rows taken ahead: few enough for the nearest cache.
const ROWS_AHEAD: usize = 1024;

/// The options of every reader.
#[derive(Clone, Copy, Debug)]
pub struct ReadSettings {
    /// The most bytes of a line.
    pub max_line: usize,
    /// The code that decodes canonical lines, many at a time.
    pub backend: Backend,
}

impl Default for ReadSettings {
    fn default() -> Self {
        Self { max_line: DEFAULT_MAX_LINE, backend: Backend::best() }
    }
}

/// A file as far as its first line tells.
#[derive(Clone, Debug)]
pub(crate) struct File<F: Flow> {
    pub(crate) format: F::Format,
    pub(crate) has_reasons: bool,
    /// A record must have reasons.
    needs_reasons: bool,
    /// The bytes of the longest line that is decoded as a row.
    longest_row: Option<usize>,
}

/// The end of the records of a part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PartEnd {
    /// None so far.
    Open,
    /// A trailer begins here.
    Trailer(Position),
}

/// The state of a file that is being read.
#[derive(Debug)]
pub(crate) struct Progress<F: Flow> {
    pub(crate) file: Option<File<F>>,
    /// The order of the file, once it is known.
    pub(crate) order: FileOrder<F>,
    pub(crate) group: Option<F::Group>,
    pub(crate) envelope: Envelope<F>,
}

impl<F: Flow> Default for Progress<F> {
    fn default() -> Self {
        let (order, envelope) = (FileOrder::UNREAD, Envelope::default());
        Self { file: None, order, group: None, envelope }
    }
}

/// Header and trailer, as far as they were read.
#[derive(Debug)]
pub(crate) struct Envelope<F: Flow> {
    has_header: bool,
    pub(crate) has_trailer: bool,
    /// The header's line, where it can be cut.
    header_line: Option<Vec<u8>>,
    header: Option<F::Header>,
    trailer: Option<F::Trailer>,
}

impl<F: Flow> Default for Envelope<F> {
    fn default() -> Self {
        let (has_header, has_trailer) = (false, false);
        Self { has_header, has_trailer, header_line: None, header: None, trailer: None }
    }
}

/// A line kept for the next call, because the record before it had to see whether it is a reason.
#[derive(Debug)]
struct Waiting {
    bytes: Vec<u8>,
    line: Line<'static>,
}

impl Waiting {
    fn new(line: &Line<'_>) -> Self {
        let bytes = line.bytes.to_vec();
        let Line { length, oversize, end, offset, number, .. } = *line;
        Self { bytes, line: Line { bytes: &[], length, oversize, end, offset, number } }
    }
}

/// Reads the records of a file, whatever its layout, line endings and envelope.
///
/// Header, groups and trailer are read on the way ([`Reader::header`], [`Reader::opening`],
/// [`Reader::trailer`]). A bad record is an error that is [recoverable](Error::is_recoverable): the
/// next call goes on behind it. After the last record come, once each, the errors of the file: a
/// missing header or trailer.
///
/// Lines that are empty or have only spaces and tabs, a byte-order mark, the
/// [padding](flagflow_frame::Padding) at the end of the file, a missing last pipe and white space
/// behind the last one are accepted; the validator reports them.
#[derive(Debug)]
pub struct Reader<F: Flow, R> {
    pub(crate) lines: LineReader<R>,
    pub(crate) options: F::Options,
    pub(crate) settings: ReadSettings,
    pub(crate) progress: Progress<F>,
    waiting: Option<Waiting>,
    /// A read failed among the reasons below the last record.
    is_below_record: bool,
    /// The record whose reasons are being read.
    unfinished: Option<Unfinished<F>>,
    /// The reasons of the record that was read last, where it must have reasons.
    reasons: Vec<F::Reason>,
    ahead: Lookahead<F::Record>,
    decoders: LineDecoders<F>,
    /// Of a reader of a part of a file: the end of the part's records.
    pub(crate) part: Option<PartEnd>,
}

/// A record that was read, and the reasons below it not yet.
#[derive(Clone, Copy, Debug)]
struct Unfinished<F: Flow> {
    record: F::Record,
    tag: Option<F::Tag>,
    at: Position,
}

/// The value made of a line, if any, or the fault of the line.
type Taken<T, F> = std::result::Result<Option<T>, Fault<<F as Names>::Field>>;

/// A line of the body, before it is taken.
struct Body<'a, F: Flow> {
    line: Line<'a>,
    table: &'a Table<F>,
    tag: Option<F::Tag>,
    role: Role,
    record: Option<u64>,
}

/// Reads the record of a line, unless it is a group.
#[inline]
fn record_of<F: Flow>(body: &Body<'_, F>, _: &F::Format) -> Taken<F::Record, F> {
    match body.role {
        Role::Group => Ok(None),
        _ => {
            whole(&body.line)?;
            read_line(body.line.bytes, body.table).map(Some)
        }
    }
}

impl<'a, F: Flow> Reader<F, &'a [u8]>
where
    F::Options: Default,
{
    /// Reads a file that is in memory. Lines are borrowed from it, not copied.
    #[must_use]
    pub fn from_slice(bytes: &'a [u8]) -> Self {
        Self::new(bytes)
    }
}

impl<F: Flow, R: BufRead> Reader<F, R> {
    /// Reads with the default options.
    pub fn new(inner: R) -> Self
    where
        F::Options: Default,
    {
        Self::with_options(inner, F::Options::default(), ReadSettings::default())
    }

    /// Reads with options of the flow and of the reader.
    pub fn with_options(inner: R, options: F::Options, settings: ReadSettings) -> Self {
        let how = Decoding { backend: settings.backend, check_digits: false };
        Self {
            lines: LineReader::with_max_line(inner, settings.max_line),
            options,
            settings,
            progress: Progress::default(),
            waiting: None,
            is_below_record: false,
            unfinished: None,
            reasons: Vec::new(),
            ahead: Lookahead::with_capacity(ROWS_AHEAD),
            decoders: LineDecoders::new(how),
            part: None,
        }
    }

    /// Returns the header, once it was read.
    pub const fn header(&self) -> Option<&F::Header> {
        self.progress.envelope.header.as_ref()
    }

    /// Returns the trailer, once it was read.
    pub const fn trailer(&self) -> Option<&F::Trailer> {
        self.progress.envelope.trailer.as_ref()
    }

    /// Returns the top-level group that was read last.
    pub const fn opening(&self) -> Option<F::Group> {
        self.progress.group
    }

    /// Returns the reasons below the record that [`Reader::read`] returned last, in a file whose
    /// records must have reasons. In other files only [`Reader::read_raw`] takes reasons.
    pub fn reasons(&self) -> &[F::Reason] {
        &self.reasons
    }

    /// Returns the layout, once it is known.
    pub fn layout(&self) -> Option<F::Layout> {
        self.format().map(|format| format.as_ref().layout())
    }

    /// Returns the format of the file, once it is known.
    pub fn format(&self) -> Option<&F::Format> {
        self.progress.file.as_ref().map(|file| &file.format)
    }

    /// Returns the number of records so far, bad ones among them.
    pub const fn record_count(&self) -> u64 {
        self.progress.order.counts().records + self.ahead.handed_out()
    }

    /// Returns the number of lines so far between header and trailer.
    pub const fn group_count(&self) -> u64 {
        self.progress.order.group_count() + self.ahead.handed_out()
    }

    /// Returns the number of top-level groups so far.
    pub const fn flow_count(&self) -> u64 {
        self.progress.order.flow_count_behind(self.ahead.handed_out())
    }

    /// Returns the position where the next line begins.
    pub fn position(&self) -> Position {
        let (rows, bytes) = (self.ahead.handed_out(), self.ahead.bytes_handed_out());
        let Position { offset, line, .. } = self.lines.position();
        let behind_run = Position { offset: offset + bytes, line: line + rows, ..Position::START };
        self.waiting.as_ref().map_or(behind_run, |waiting| waiting.line.position())
    }

    /// Returns the inner reader, past the last line that was read.
    pub fn into_inner(mut self) -> R {
        self.end_run();
        self.lines.into_inner()
    }

    /// Reads the next record into `record`, reusing its memory; `false` at the end of the file.
    ///
    /// The record is cut into its items; their values are read when they are requested.
    ///
    /// # Errors
    ///
    /// A line that is not a record, a bad header, group or trailer. All but I/O and an unrecognised
    /// layout are recoverable. When a record is bad, `record` holds its bytes and its position all
    /// the same.
    ///
    /// After an I/O error the call can be made again, with the same `record`, and nothing is lost.
    pub fn read_raw(&mut self, record: &mut Record<F>) -> Result<bool, F::Field> {
        loop {
            match self.read_body(record)? {
                Some(LineKind::Group) => {}
                Some(_) => return Ok(true),
                None => return Ok(false),
            }
        }
    }

    /// Reads the next line between header and trailer into `record`, groups too, and returns its
    /// kind; `None` at the end of the file. With this a file is written again without losing a
    /// group.
    ///
    /// # Errors
    ///
    /// As [`Reader::read_raw`].
    pub fn read_body(&mut self, record: &mut Record<F>) -> Result<Option<LineKind>, F::Field> {
        let kind = match std::mem::take(&mut self.is_below_record) {
            true => Some(LineKind::Record),
            false => self.read_line_of(record)?,
        };
        let has_reasons = self.progress.file.as_ref().is_some_and(|file| file.has_reasons);
        if kind == Some(LineKind::Record)
            && has_reasons
            && let Ok(tag) = record.raw().map(|raw| raw.tag())
        {
            let read = self.read_reasons(tag, &mut record.reasons);
            self.is_below_record = read.as_ref().is_err_and(|error| !error.is_recoverable());
            read?;
        }
        Ok(kind)
    }

    /// Reads the line itself, without the reasons below it.
    fn read_line_of(&mut self, record: &mut Record<F>) -> Result<Option<LineKind>, F::Field> {
        self.next_line(|body, format| {
            record.copy(&body.line, format, body.record);
            record.cut?;
            record.raw().map(|raw| Some(raw.kind()))
        })
    }

    /// Reads the next record's values; `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// As [`Reader::read_raw`], and the first error of an item.
    #[inline]
    pub fn read(&mut self) -> Result<Option<F::Record>, F::Field> {
        match self.record_ahead() {
            Some(record) => Ok(Some(record)),
            None => self.read_by_line(),
        }
    }

    /// Returns the next record, if its line was taken ahead and is canonical.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "a record that goes through memory takes twice as long"
    )]
    fn record_ahead(&mut self) -> Option<F::Record> {
        self.ahead.record_of_run()
    }

    /// Makes the records of the canonical rows that come next.
    fn begin_run(&mut self) {
        let Some(decoder) = self.decoders.current() else { return };
        self.ahead.begin_run(&self.lines, |columns, rows, records| {
            decoder.push_canonical(columns, rows, records);
        });
    }

    /// Returns the next record if its line is canonical, the fast way: the line is neither cut nor
    /// copied. `None` where [`Reader::read_body`] must read the next line, and in a file whose
    /// records may have reasons below them.
    ///
    /// # Errors
    ///
    /// As [`Reader::read_raw`].
    #[inline]
    pub fn read_ahead(&mut self) -> Result<Option<F::Record>, F::Field> {
        match self.record_ahead() {
            Some(record) => Ok(Some(record)),
            None if self.progress.file.as_ref().is_some_and(|file| file.has_reasons) => Ok(None),
            None => self.read_run(),
        }
    }

    /// Copies the line of the record that [`Reader::read_ahead`] returned last into `record`, and
    /// cuts it; `false` if another line was read since.
    pub fn copy_line(&mut self, record: &mut Record<F>) -> bool {
        let (rows, Position { offset, line, .. }) =
            (self.ahead.handed_out(), self.lines.position());
        let row = self.ahead.last_of_run();
        // the rows of a run are in the buffer until the run ends, so nothing is read
        let buffer = self.lines.peek().unwrap_or_default();
        let copied = row.and_then(|row| {
            let offset = offset + row.start as u64;
            let first = Position { offset, line: line + rows - 1, ..Position::START };
            whole_lines(buffer.get(row)?, first).next()
        });
        let (Some(line), Some(file)) = (copied, &self.progress.file) else { return false };
        record.copy(&line, &file.format, Some(self.progress.order.counts().records + rows));
        true
    }

    /// Goes behind the records that were taken ahead and handed out.
    pub(crate) fn end_run(&mut self) {
        let records = self.ahead.end_run(&mut self.lines);
        self.progress.order.take_records(records);
    }

    /// Adds the canonical rows that come next to a batch. Returns whether there were any.
    pub(crate) fn read_rows(&mut self, batch: &mut Batch<F>) -> Result<bool, F::Field> {
        self.end_run();
        let row = match self.ahead.row(&self.lines) {
            Some(row) => Some(row),
            None if self.look_ahead()? => self.ahead.row(&self.lines),
            None => None,
        };
        let (Some(row), Some(decoder)) = (row, self.decoders.current()) else { return Ok(false) };
        let rows = self.ahead.canonical().min(batch.room());
        let record = Some(self.progress.order.counts().records + 1);
        let first = Position { record, ..self.lines.position() };
        batch.push_rows(decoder, self.ahead.columns(), row..row + rows, first);
        self.ahead.take(rows, &mut self.lines);
        self.progress.order.take_records(rows as u64);
        Ok(true)
    }

    /// Adds the next record to a batch with its reasons, or its error. Returns whether there was
    /// one.
    pub(crate) fn read_row(&mut self, batch: &mut Batch<F>) -> Result<bool, F::Field> {
        match self.read_whole() {
            Ok(None) => return Ok(false),
            Ok(Some((record, at))) => batch.push(&record, at, &self.reasons),
            Err(error) if error.is_recoverable() => batch.push_error(error),
            Err(error) => return Err(error),
        }
        Ok(true)
    }

    /// Reads the next record, and the reasons below it if it must have reasons.
    #[inline]
    fn read_whole(&mut self) -> Result<Option<(F::Record, Position)>, F::Field> {
        let unfinished = match self.unfinished.take() {
            Some(unfinished) => unfinished,
            None => {
                let (mut tag, mut at) = (None, Position::START);
                let record = self.next_line(|body, format| {
                    at = Position { record: body.record, ..body.line.position() };
                    tag = body.tag;
                    record_of(body, format)
                })?;
                let Some(record) = record else { return Ok(None) };
                if !self.progress.file.as_ref().is_some_and(|file| file.needs_reasons) {
                    return Ok(Some((record, at)));
                }
                self.reasons.clear();
                Unfinished { record, tag, at }
            }
        };
        self.finish_record(unfinished).map(Some)
    }

    /// Reads the reasons below a record. After an I/O error this can be done again.
    fn finish_record(
        &mut self,
        unfinished: Unfinished<F>,
    ) -> Result<(F::Record, Position), F::Field> {
        let Unfinished { record, tag, at } = unfinished;
        let mut reasons = std::mem::take(&mut self.reasons);
        let read = tag.map_or(Ok(()), |tag| self.read_reasons(tag, &mut reasons));
        self.reasons = reasons;
        if read.as_ref().is_err_and(|error| !error.is_recoverable()) {
            self.unfinished = Some(unfinished);
        }
        read.map(|()| (record, at))
    }

    /// Takes rows ahead, where records may follow, and returns whether the next one is canonical.
    #[cold]
    fn look_ahead(&mut self) -> Result<bool, F::Field> {
        let Some(file) = self.progress.file.as_ref().filter(|file| self.may_look_ahead(file))
        else {
            return Ok(false);
        };
        let (position, decoders) = (self.lines.position(), &mut self.decoders);
        let filled = self.ahead.fill(&mut self.lines, |bytes, columns| {
            decoders.decode_next(file.format.as_ref(), bytes, columns)
        });
        filled.map_err(io_at(position))?;
        Ok(self.ahead.row(&self.lines).is_some())
    }

    /// Returns whether the next record is in its place, and the rows taken ahead are used up.
    fn may_look_ahead(&self, file: &File<F>) -> bool {
        self.waiting.is_none()
            && self.progress.order.is_in_records()
            && self.ahead.is_spent(&self.lines)
            && file.longest_row.is_some_and(|longest| longest <= self.settings.max_line)
    }

    /// Begins a run of canonical rows, where there are any next, and returns its first record.
    fn read_run(&mut self) -> Result<Option<F::Record>, F::Field> {
        self.end_run();
        if self.ahead.row(&self.lines).is_none() && !self.look_ahead()? {
            return Ok(None);
        }
        self.begin_run();
        Ok(self.record_ahead())
    }

    #[inline(never)]
    fn read_by_line(&mut self) -> Result<Option<F::Record>, F::Field> {
        if let Some(record) = self.read_run()? {
            return Ok(Some(record));
        }
        let read = self.read_whole().map(|read| read.map(|(record, _)| record));
        self.begin_run();
        read
    }

    /// Returns the records' values, one by one. It ends after an error that is not recoverable.
    pub fn records(&mut self) -> Records<'_, F, R> {
        flagflow_frame::Records::new(self)
    }

    /// Returns the same, keeping the reader.
    pub fn into_records(self) -> IntoRecords<F, R> {
        flagflow_frame::Records::new(self)
    }

    /// Goes on to the next line of the body of which `take` makes a value.
    #[inline]
    fn next_line<T>(
        &mut self,
        mut take: impl FnMut(&Body<'_, F>, &F::Format) -> Taken<T, F>,
    ) -> Result<Option<T>, F::Field> {
        self.is_below_record = false;
        self.end_run();
        loop {
            if matches!(self.part, Some(PartEnd::Trailer(_))) {
                return Ok(None);
            }
            let waiting = self.waiting.take();
            let position = self.lines.position();
            let line = match &waiting {
                Some(waiting) => Line { bytes: &waiting.bytes, ..waiting.line },
                None => match self.lines.read_line().map_err(io_at(position))? {
                    Some(line) => line,
                    None => return self.progress.end(self.lines.position()).map(|()| None),
                },
            };
            if line.is_blank() {
                continue;
            }
            if self.part.is_some() && self.progress.ends_at(&line) {
                self.part = Some(PartEnd::Trailer(line.position()));
                self.ahead.discard();
                return Ok(None);
            }
            if let Some(error) = self.progress.shortfall(&line, &self.options)? {
                self.waiting = Some(Waiting::new(&line));
                return Err(error);
            }
            let taken = self.progress.line(&line, &self.options, &mut take);
            if !self.progress.order.is_in_records() {
                // no record has its place behind a trailer, however canonical
                self.ahead.discard();
            }
            let taken = taken?;
            if taken.is_some() {
                return Ok(taken);
            }
        }
    }

    /// Takes the reasons below a record, up to the first other line.
    fn read_reasons(
        &mut self,
        parent: F::Tag,
        reasons: &mut Vec<F::Reason>,
    ) -> Result<(), F::Field> {
        let has_lines = |file: &&File<F>| {
            file.format.as_ref().lines().iter().any(|line| line.parent() == Some(parent))
        };
        let Some(file) = self.progress.file.as_ref().filter(has_lines) else { return Ok(()) };
        let table = file.format.as_ref();
        let below = |line: &[u8]| {
            let (_, spec) = cut::peek(line, table)?;
            let is_below = spec.kind() == LineKind::Reason && spec.parent() == Some(parent);
            is_below.then_some(spec.tag())
        };
        loop {
            let position = self.lines.position();
            let Some(line) = self.lines.read_line().map_err(io_at(position))? else {
                return Ok(());
            };
            if line.is_blank() {
                continue;
            }
            let tag = below(line.bytes).filter(|tag| self.progress.order.takes_reason(*tag));
            if tag.is_none() {
                self.waiting = Some(Waiting::new(&line));
                return Ok(());
            }
            self.progress.order.place_at(tag, line.position());
            let is_full = reasons.len() == MAX_REASONS;
            let reason = whole(&line)
                .and_then(|()| RawLine::cut(line.bytes, table))
                .and_then(|raw| F::Reason::try_from(&raw));
            let reason = match reason {
                Ok(_) if is_full => Err(fault_of_line(ErrorKind::TooManyReasons, &line)),
                reason => reason,
            };
            let number = Some(self.progress.order.counts().records);
            reasons.push(reason.map_err(|fault| Error::of_line(fault, &line, number))?);
        }
    }
}

impl<F: Flow> Progress<F> {
    /// Takes a line that is not empty, by the part that it plays in its file.
    #[inline]
    fn line<T>(
        &mut self,
        line: &Line<'_>,
        options: &F::Options,
        take: impl FnOnce(&Body<'_, F>, &F::Format) -> Taken<T, F>,
    ) -> Result<Option<T>, F::Field> {
        let file = File::known(&mut self.file, &mut self.order, line, options)?;
        let table = file.format.as_ref();
        let tag = RawLine::peek_tag(line.bytes, table);
        let role = self.order.place_at(tag, line.position());
        let record = match role {
            Role::Record | Role::Misplaced => Some(self.order.counts().records),
            _ => None,
        };
        let body = Body { line: *line, table, tag, role, record };
        match role {
            Role::Header => self.envelope.read_header(&body, &file.format).map(|()| None),
            Role::Trailer => {
                let counts = *self.order.counts();
                self.envelope.read_trailer(&body, counts, options).map(|()| None)
            }
            // below a record that was read typed, or that was bad
            Role::Reason => Ok(None),
            Role::Group => {
                let taken = placed(take(&body, &file.format), &body, None);
                let group = body.read()?;
                if body.is_top() {
                    self.group = Some(group);
                }
                taken
            }
            Role::Record | Role::Misplaced => {
                placed(take(&body, &file.format), &body, self.order.excess())
            }
        }
    }

    /// Returns the error of a line that is missing before this one.
    #[inline]
    fn shortfall(
        &mut self,
        line: &Line<'_>,
        options: &F::Options,
    ) -> Result<Option<Error<F::Field>>, F::Field> {
        let file = File::known(&mut self.file, &mut self.order, line, options)?;
        if !self.order.has_least() {
            return Ok(None);
        }
        let tag = RawLine::peek_tag(line.bytes, file.format.as_ref());
        Ok(self.order.shortfall_before(tag).map(|it| missing(it, line.position())))
    }

    /// Returns whether a line is a trailer, by its code; behind one no record has its place.
    pub(crate) fn ends_at(&mut self, line: &Line<'_>) -> bool {
        let file = self.file.as_ref();
        let found = file.and_then(|file| cut::peek(line.bytes, file.format.as_ref()));
        let Some((_, spec)) = found else { return false };
        let is_end = spec.kind() == LineKind::Trailer;
        if is_end {
            self.order.place(Some(spec.tag()));
        }
        is_end
    }

    /// Ends the file: returns once each error of a line that is missing.
    fn end(&mut self, position: Position) -> Result<(), F::Field> {
        if let Some(shortfall) = self.order.shortfall_at_end() {
            return Err(missing(shortfall, position));
        }
        let envelope = &mut self.envelope;
        let seen = (envelope.has_header, envelope.has_trailer);
        (envelope.has_header, envelope.has_trailer) = (false, false);
        match seen {
            (true, false) => Err(Error::new(ErrorKind::MissingTrailer, None, position)),
            (false, true) => Err(Error::new(ErrorKind::MissingHeader, None, position)),
            _ => Ok(()),
        }
    }
}

impl<F: Flow> File<F> {
    /// Returns the file, which is recognised by its first line.
    #[inline]
    fn known<'f>(
        file: &'f mut Option<Self>,
        order: &mut FileOrder<F>,
        line: &Line<'_>,
        options: &F::Options,
    ) -> Result<&'f mut Self, F::Field> {
        match file {
            Some(file) => Ok(file),
            empty => {
                let file = Self::recognise(line, options)?;
                *order = FileOrder::new(file.format.as_ref());
                Ok(empty.insert(file))
            }
        }
    }

    #[cold]
    fn recognise(line: &Line<'_>, options: &F::Options) -> Result<Self, F::Field> {
        let format =
            F::recognise(options, line).map_err(|unknown| Error::of_line(unknown, line, None))?;
        let table = format.as_ref();
        let reasons = || table.lines().iter().filter(|line| line.kind() == LineKind::Reason);
        let has_reasons = reasons().next().is_some();
        let needs_reasons = reasons().any(|line| line.cardinality().least > 0);
        let longest_row = longest_row(table);
        Ok(Self { format, has_reasons, needs_reasons, longest_row })
    }
}

impl<F: Flow> Envelope<F> {
    /// Keeps the header, and refuses one with an error.
    fn read_header(&mut self, body: &Body<'_, F>, format: &F::Format) -> Result<(), F::Field> {
        self.has_header = true;
        let raw = body.cut().map_err(|fault| Error::of_line(fault, &body.line, None))?;
        self.header_line = Some(body.line.bytes.to_vec());
        self.header = F::Header::try_from(&raw).ok();
        F::check_header(&raw, format).map_err(|fault| Error::of_line(fault, &body.line, None))
    }

    /// Keeps the trailer, and compares it with the file.
    fn read_trailer(
        &mut self,
        body: &Body<'_, F>,
        counts: Counts,
        options: &F::Options,
    ) -> Result<(), F::Field> {
        self.has_trailer = true;
        let raw = body.cut().map_err(|fault| Error::of_line(fault, &body.line, None))?;
        self.trailer = F::Trailer::try_from(&raw).ok();
        let header = self.header_line.as_ref();
        let header = header.and_then(|line| RawLine::cut(line, body.table).ok());
        F::check_trailer(&raw, &Totals { header, counts }, options)
            .map_err(|fault| Error::of_line(fault, &body.line, None))
    }
}

impl<'a, F: Flow> Body<'a, F> {
    fn cut(&self) -> std::result::Result<RawLine<'a, F>, Fault<F::Field>> {
        whole(&self.line).and_then(|()| RawLine::cut(self.line.bytes, self.table))
    }

    /// Returns whether the line is below no other one.
    fn is_top(&self) -> bool {
        let spec = self.tag.and_then(|tag| self.table.line(tag));
        spec.is_some_and(|spec| spec.parent().is_none())
    }

    /// Reads a line that is not a record.
    fn read<T: FromLine<F>>(&self) -> Result<T, F::Field> {
        self.cut()
            .and_then(|raw| T::try_from(&raw))
            .map_err(|fault| Error::of_line(fault, &self.line, None))
    }
}

/// Accepts a line that is good, in its place and not one too many.
#[inline]
fn placed<T, F: Flow>(
    taken: Taken<T, F>,
    body: &Body<'_, F>,
    excess: Option<ErrorKind>,
) -> Result<Option<T>, F::Field> {
    match taken {
        Ok(taken) if body.role != Role::Misplaced => Ok(taken),
        taken => Err(refused(taken.err(), body, excess)),
    }
}

/// Returns the error of a bad or misplaced record. A line that is not a record at all has that
/// error; an error of an item comes after that of the wrong place or of a line too many.
#[cold]
fn refused<F: Flow>(
    found: Option<Fault<F::Field>>,
    body: &Body<'_, F>,
    excess: Option<ErrorKind>,
) -> Error<F::Field> {
    let is_of_line = |it: &Fault<_>| it.field.is_none() && it.kind != ErrorKind::UnexpectedRecord;
    let fault = match found {
        Some(fault) if body.role != Role::Misplaced || is_of_line(&fault) => fault,
        _ => fault_of_line(excess.unwrap_or(ErrorKind::UnexpectedRecord), &body.line),
    };
    Error::of_line(fault, &body.line, body.record)
}

/// Returns the error of a line that is missing below its parent, or in the file before a position.
fn missing<N: Copy>(Shortfall { kind, parent }: Shortfall, position: Position) -> Error<N> {
    Error::new(kind, None, parent.unwrap_or(position))
}

/// Attaches the position where a line begins to the error of a read.
pub(crate) fn io_at<N: Copy>(position: Position) -> impl FnOnce(io::Error) -> Error<N> {
    move |error| Error::io(error, position)
}

/// Refuses a line past the limit.
#[inline]
fn whole<N: Copy>(line: &Line<'_>) -> std::result::Result<(), Fault<N>> {
    if line.oversize { Err(fault_of_line(ErrorKind::LineTooLong, line)) } else { Ok(()) }
}

impl<F: Flow> Record<F> {
    /// Copies a line and cuts it.
    fn copy(&mut self, line: &Line<'_>, format: &F::Format, number: Option<u64>) {
        self.line.clear();
        self.line.extend_from_slice(line.bytes);
        self.position = Position { record: number, ..line.position() };
        self.reasons.clear();
        self.cut = whole(line).and_then(|()| cut::cut(line.bytes, format.as_ref()));
        self.format = Some(format.clone());
    }
}

/// Iterates over a reader's records: [`Reader::records`].
pub type Records<'r, F, R> = flagflow_frame::Records<&'r mut Reader<F, R>>;

/// Iterates over a reader's records and keeps the reader: [`Reader::into_records`].
pub type IntoRecords<F, R> = flagflow_frame::Records<Reader<F, R>>;

impl<F: Flow, R: BufRead> ReadRecord for Reader<F, R> {
    type Record = F::Record;
    type Kind = ErrorKind;
    type Field = F::Field;

    fn read(&mut self) -> Result<Option<F::Record>, F::Field> {
        self.read()
    }

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "a record that goes through memory takes twice as long"
    )]
    fn at_hand(&mut self) -> Option<F::Record> {
        self.record_ahead()
    }
}

impl<F: Flow, R: BufRead> Reader<F, R> {
    /// Fills a batch with the next records; `false` where there are no more. Former records of the
    /// batch are forgotten. A bad record does not stop the filling: see [`Batch::errors`].
    ///
    /// # Errors
    ///
    /// Those that are not [recoverable](Error::is_recoverable): the input cannot be read, or its
    /// layout is not known. The records in the batch by then are good; a later call goes on behind
    /// them.
    pub fn read_batch(&mut self, batch: &mut Batch<F>) -> Result<bool, F::Field> {
        batch.clear();
        while batch.room() > 0 {
            if !self.read_rows(batch)? && !self.read_row(batch)? {
                break;
            }
        }
        Ok(batch.room() < batch.capacity)
    }
}
