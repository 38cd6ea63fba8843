//! Reading files of gas records.

mod parallel;

use std::io::{self, BufRead};

use flagflow_codec::Lookahead;
use flagflow_frame::{DEFAULT_MAX_LINE, Line, LineEnd, LineReader, Position, ReadRecord};
use flagflow_rows::Backend;

use crate::batch::Batch;
use crate::error::{Error, ErrorKind, Fault, Result};
use crate::fast;
use crate::field::{FieldFault, ReasonCode};
use crate::file::{FileOrder, Role};
use crate::layout::{Field, Layout, Tag};
use crate::plan::{Decoding, RowPlan};
use crate::record::{Detail, Header, RawRecord, Record, Trailer};

/// Reads one detail record from its line, without the line's end.
///
/// The fast path where the line is perfect, the definition everywhere else.
///
/// ```
/// use flagflow_gas::{Layout, read_detail};
///
/// let detail = read_detail(b"E451234567810A20211105", Layout::Fixed)?;
/// assert_eq!(detail.meter_point_reference().as_u64(), 1_234_567_810);
/// # Ok::<(), flagflow_gas::Fault>(())
/// ```
///
/// # Errors
///
/// What is wrong first, in the order of the record's fields.
#[inline]
pub fn read_detail(line: &[u8], layout: Layout) -> Result<Detail, Fault> {
    match fast::detail(line, layout) {
        Some(detail) => Ok(detail),
        None => RawRecord::cut(line, layout).and_then(|raw| Detail::try_from(&raw)),
    }
}

/// The fast path alone: the detail of a canonical line, or `None` where only the definition
/// ([`RawRecord`]) can say what the line is.
#[must_use]
#[inline]
pub fn read_canonical(line: &[u8], layout: Layout) -> Option<Detail> {
    fast::detail(line, layout)
}

/// How a [`Reader`] reads.
#[derive(Clone, Copy, Debug)]
pub struct ReaderOptions {
    layout: Option<Layout>,
    max_line: usize,
    with_reasons: bool,
    count_reasons: bool,
    backend: Backend,
}

impl Default for ReaderOptions {
    fn default() -> Self {
        Self {
            layout: None,
            max_line: DEFAULT_MAX_LINE,
            with_reasons: false,
            count_reasons: false,
            backend: Backend::best(),
        }
    }
}

impl ReaderOptions {
    /// The layout recognised by the first line, lines of at most 64 KiB, no reasons.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes every line to be of this layout.
    #[must_use]
    pub const fn layout(mut self, layout: Layout) -> Self {
        self.layout = Some(layout);
        self
    }

    /// The most bytes of a line.
    #[must_use]
    pub const fn max_line(mut self, bytes: usize) -> Self {
        self.max_line = bytes;
        self
    }

    /// Takes S72 lines below an E46 as its rejection reasons (profile; off by default).
    #[must_use]
    pub const fn with_reasons(mut self, with_reasons: bool) -> Self {
        self.with_reasons = with_reasons;
        self
    }

    /// Whether the trailer counts reason records too (profile; off by default).
    #[must_use]
    pub const fn count_reasons(mut self, count_reasons: bool) -> Self {
        self.count_reasons = count_reasons;
        self
    }

    /// Which code takes perfect lines from the buffer, many at a time. All backends read the same
    /// records; this is for tests and measurements ([`Backend::best`] by default).
    #[must_use]
    pub const fn backend(mut self, backend: Backend) -> Self {
        self.backend = backend;
        self
    }

    /// A reader with these options.
    pub fn reader<R: BufRead>(self, inner: R) -> Reader<R> {
        Reader {
            lines: LineReader::with_max_line(inner, self.max_line),
            options: self,
            layout: self.layout,
            order: FileOrder::new(self.with_reasons),
            records: 0,
            reasons: 0,
            header: None,
            trailer: None,
            envelope: Envelope::default(),
            waiting: None,
            below_answer: false,
            ahead: Lookahead::with_capacity(ROWS_AHEAD),
            plan: None,
            trailer_at: None,
        }
    }
}

/// The most reasons that are taken below one E46.
pub const MAX_REASONS: usize = 1000;

/// Which ends of the envelope were seen.
#[derive(Clone, Copy, Debug, Default)]
struct Envelope {
    header: bool,
    trailer: bool,
}

/// A line kept for the next call, because the record before it had to know whether it is a reason.
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

/// Reads the records of a file, whatever its layout, line ends and envelope.
///
/// Header and trailer are read on the way ([`Reader::header`], [`Reader::trailer`]). A bad record is
/// an error that is [recoverable](Error::is_recoverable): the next call goes on behind it. After
/// the last record come, once each, the errors of the file: a missing header or trailer.
///
/// Empty lines and a byte-order mark are passed over; the validator is the one to judge them.
///
/// ```
/// use flagflow_gas::Reader;
///
/// let file = b"E451234567810A20211105\nE450000123409?20211105\nE450000123409N20211106\n";
/// let mut good = 0;
/// for detail in Reader::from_slice(file).records() {
///     match detail {
///         Ok(detail) => good += u64::from(detail.meter_point_reference().as_u64() > 0),
///         Err(error) => assert_eq!(error.position().to_string(), "line 2, column 14 (byte 36)"),
///     }
/// }
/// assert_eq!(good, 2);
/// ```
#[derive(Debug)]
pub struct Reader<R> {
    lines: LineReader<R>,
    options: ReaderOptions,
    layout: Option<Layout>,
    order: FileOrder,
    records: u64,
    reasons: u64,
    header: Option<Header>,
    trailer: Option<Trailer>,
    envelope: Envelope,
    waiting: Option<Waiting>,
    /// A read failed among the reasons below the last record.
    below_answer: bool,
    ahead: Lookahead,
    plan: Option<&'static RowPlan>,
    /// Of a part of a file: the trailer that ended it, which is for the reader of the whole.
    trailer_at: Option<Option<Position>>,
}

impl<'a> Reader<&'a [u8]> {
    /// Reads a file that is in memory. Lines are borrowed from it, not copied.
    #[must_use]
    pub fn from_slice(bytes: &'a [u8]) -> Self {
        Self::new(bytes)
    }
}

impl<R: BufRead> Reader<R> {
    /// Reads with the default options: see [`ReaderOptions`].
    pub fn new(inner: R) -> Self {
        ReaderOptions::new().reader(inner)
    }

    /// The header, once it was read.
    pub const fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// The trailer, once it was read.
    pub const fn trailer(&self) -> Option<&Trailer> {
        self.trailer.as_ref()
    }

    /// The layout, once it is known.
    pub const fn layout(&self) -> Option<Layout> {
        self.layout
    }

    /// How many records there were so far, bad ones among them.
    pub const fn record_count(&self) -> u64 {
        self.records
    }

    /// Where the next line begins.
    pub fn position(&self) -> Position {
        self.waiting.as_ref().map_or(self.lines.position(), |waiting| waiting.line.position())
    }

    /// The inner reader, past the last line that was read.
    pub fn into_inner(self) -> R {
        self.lines.into_inner()
    }

    /// Reads the next record into `record`, reusing its memory; `false` at the end of the file.
    ///
    /// The record is cut into its fields; their values are read when they are asked for.
    ///
    /// # Errors
    ///
    /// A line that is no record, a bad header or trailer. All but I/O and an unrecognised layout are
    /// recoverable. When a record is bad, `record` holds its bytes and its position all the same.
    ///
    /// After an I/O error the call can be made again, with the same `record`, and nothing is lost.
    pub fn read_record(&mut self, record: &mut Record) -> Result<bool> {
        if !std::mem::take(&mut self.below_answer) && !self.read_line_of(record)? {
            return Ok(false);
        }
        if self.options.with_reasons {
            self.read_reasons(record)?;
        }
        Ok(true)
    }

    /// Reads the record itself, without what is below it.
    fn read_line_of(&mut self, record: &mut Record) -> Result<bool> {
        let read = self.next_record(|line, layout, number, is_refused| {
            record.line.clear();
            record.line.extend_from_slice(line.bytes);
            record.layout = layout;
            record.position = Position { record: Some(number), ..line.position() };
            record.reasons.clear();
            record.cut = match is_refused {
                true => Err(refused(line, layout)),
                false => crate::cut::cut(line.bytes, layout),
            };
            record.cut.map(|_| ())
        })?;
        Ok(read.is_some())
    }

    /// Reads the next record's values; `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// As [`Reader::read_record`], and what is wrong in a field.
    #[inline]
    pub fn read_detail(&mut self) -> Result<Option<Detail>> {
        match self.detail_ahead() {
            Some(detail) => Ok(Some(detail)),
            None => self.read_detail_by_line(),
        }
    }

    /// The next record, if its line was taken ahead and is perfect.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "a record that goes through memory takes twice as long"
    )]
    fn detail_ahead(&mut self) -> Option<Detail> {
        let row = self.ahead.row(&self.lines)?;
        let detail = self.plan?.perfect_detail(self.ahead.columns(), row)?;
        self.ahead.take(1, &mut self.lines);
        self.records += 1;
        Some(detail)
    }

    /// Adds the perfect rows that come next to a batch. Whether there were any.
    pub(crate) fn read_rows(&mut self, batch: &mut Batch) -> Result<bool> {
        let row = match self.ahead.row(&self.lines) {
            Some(row) => Some(row),
            None if self.look_ahead()? => self.ahead.row(&self.lines),
            None => None,
        };
        let (Some(row), Some(plan)) = (row, self.plan) else { return Ok(false) };
        let rows = self.ahead.canonical().min(batch.room());
        let first = Position { record: Some(self.records + 1), ..self.lines.position() };
        batch.push_rows(plan, self.ahead.columns(), row..row + rows, first);
        self.ahead.take(rows, &mut self.lines);
        self.records += rows as u64;
        Ok(true)
    }

    /// Adds the next record to a batch, or what is wrong with it. Whether there was one.
    pub(crate) fn read_row(&mut self, batch: &mut Batch) -> Result<bool> {
        self.below_answer = false;
        let mut at = Position::START;
        let read = self.next_record(|line, layout, number, is_refused| {
            at = Position { record: Some(number), ..line.position() };
            if is_refused { Err(refused(line, layout)) } else { read_detail(line.bytes, layout) }
        });
        match read {
            Ok(None) => return Ok(false),
            Ok(Some(detail)) => batch.push(detail, at),
            Err(error) if error.is_recoverable() => batch.push_error(error),
            Err(error) => return Err(error),
        }
        Ok(true)
    }

    /// Takes rows ahead, where only records may follow, and says whether the next one is perfect.
    #[cold]
    fn look_ahead(&mut self) -> Result<bool> {
        let (Some(layout), true) = (self.layout, self.may_look_ahead()) else { return Ok(false) };
        let position = self.lines.position();
        let how = Decoding { layout, backend: self.options.backend, check_digits: false };
        let plan = &mut self.plan;
        let filled = self.ahead.fill(&mut self.lines, |bytes, columns| {
            RowPlan::decode_next(plan, how, bytes, columns)
        });
        filled.map_err(failed_at(position))?;
        Ok(self.ahead.row(&self.lines).is_some())
    }

    /// Whether nothing but records may follow, and the rows taken ahead are used up.
    fn may_look_ahead(&self) -> bool {
        self.waiting.is_none()
            && self.order.is_in_records()
            && self.options.max_line >= RowPlan::longest()
            && self.ahead.is_spent(&self.lines)
    }

    #[inline(never)]
    fn read_detail_by_line(&mut self) -> Result<Option<Detail>> {
        self.below_answer = false;
        if self.look_ahead()? {
            return Ok(self.detail_ahead());
        }
        self.next_record(|line, layout, _, is_refused| match is_refused {
            true => Err(refused(line, layout)),
            false => read_detail(line.bytes, layout),
        })
    }

    /// The records' values, one by one. After an error that is not recoverable it ends.
    pub fn records(&mut self) -> Records<'_, R> {
        Records::new(self)
    }

    /// The same, keeping the reader.
    pub fn into_records(self) -> IntoRecords<R> {
        IntoRecords::new(self)
    }

    /// Goes on to the next line that is a record and takes it. `take` gets the line, its layout, the
    /// record's number, and whether the line is [`refused`] before anything in it is looked at.
    #[inline]
    fn next_record<T>(
        &mut self,
        mut take: impl FnMut(&Line<'_>, Layout, u64, bool) -> Result<T, Fault>,
    ) -> Result<Option<T>> {
        loop {
            if matches!(self.trailer_at, Some(Some(_))) {
                return Ok(None);
            }
            let waiting = self.waiting.take();
            let line = match &waiting {
                Some(waiting) => Line { bytes: &waiting.bytes, ..waiting.line },
                None => {
                    let position = self.lines.position();
                    match self.lines.read_line().map_err(failed_at(position))? {
                        Some(line) => line,
                        None => return self.end().map(|()| None),
                    }
                }
            };
            if line.length == 0 {
                continue;
            }
            let layout = match self.layout {
                Some(layout) => layout,
                None => recognise(&line)?,
            };
            self.layout = Some(layout);
            let tag = RawRecord::peek_tag(line.bytes, layout);
            if tag == Some(Tag::Z99)
                && let Some(trailer_at) = &mut self.trailer_at
            {
                *trailer_at = Some(line.position());
                self.order.place(tag);
                self.ahead.discard();
                return Ok(None);
            }
            let role = self.order.place(tag);
            match role {
                Role::Header => {
                    self.envelope.header = true;
                    self.header = Some(envelope_line(&line, layout)?);
                }
                Role::Trailer => {
                    self.envelope.trailer = true;
                    // no record has its place behind it, however perfect
                    self.ahead.discard();
                    let trailer: Trailer = envelope_line(&line, layout)?;
                    self.trailer = Some(trailer);
                    let reasons = if self.options.count_reasons { self.reasons } else { 0 };
                    count(&line, layout, trailer, self.records + reasons)?;
                }
                // below a record that was read by `read_detail`, or that was bad
                Role::Reason => self.reasons += 1,
                Role::Record | Role::Misplaced => {
                    self.records += 1;
                    let is_foreign = tag == Some(Tag::S72) && !self.options.with_reasons;
                    let is_refused = line.oversize || is_foreign;
                    let taken = take(&line, layout, self.records, is_refused);
                    return match taken {
                        Ok(record) if role == Role::Record => Ok(Some(record)),
                        taken => Err(Error::of_line(
                            placed(role, taken.err(), &line),
                            &line,
                            Some(self.records),
                        )),
                    };
                }
            }
        }
    }

    /// Takes the reasons below a record, up to the first line that is none.
    fn read_reasons(&mut self, record: &mut Record) -> Result<()> {
        if !matches!(record.cut, Ok((Tag::E46, _))) {
            return Ok(());
        }
        loop {
            let position = self.lines.position();
            let read = self.lines.read_line().map_err(|error| {
                self.below_answer = true;
                Error::io(error, position)
            })?;
            let Some(line) = read else { return Ok(()) };
            if line.length == 0 {
                continue;
            }
            if RawRecord::peek_tag(line.bytes, record.layout) != Some(Tag::S72) {
                self.waiting = Some(Waiting::new(&line));
                return Ok(());
            }
            self.reasons += 1;
            let reason = reason(&line, record.layout).and_then(|reason| {
                let full = record.reasons.len() == MAX_REASONS;
                if full { Err(fault(ErrorKind::TooManyReasons, &line)) } else { Ok(reason) }
            });
            record
                .reasons
                .push(reason.map_err(|fault| Error::of_line(fault, &line, Some(self.records)))?);
        }
    }

    /// The end of the file: says once what is missing of the envelope.
    fn end(&mut self) -> Result<()> {
        let missing = match std::mem::take(&mut self.envelope) {
            Envelope { header: true, trailer: false } => ErrorKind::MissingTrailer,
            Envelope { header: false, trailer: true } => ErrorKind::MissingHeader,
            _ => return Ok(()),
        };
        Err(Error::new(missing, None, self.lines.position()))
    }
}

/// Rows taken ahead: few enough for the nearest cache.
const ROWS_AHEAD: usize = 1024;

/// What is said of a read that failed in a line.
fn failed_at(position: Position) -> impl FnOnce(io::Error) -> Error {
    move |error| Error::io(error, position)
}

fn fault(kind: ErrorKind, line: &Line<'_>) -> Fault {
    let length = usize::try_from(line.length).unwrap_or(usize::MAX);
    Fault { kind, field: None, start: 0, length }
}

/// What is wrong with a line before anything in it is looked at: too long, or a reason where the
/// reader was not told to take any. That one's tag is of no record then, whatever the rest of the
/// line, unless it cannot be split at all.
#[cold]
fn refused(line: &Line<'_>, layout: Layout) -> Fault {
    match (line.oversize, RawRecord::cut(line.bytes, layout)) {
        (true, _) => fault(ErrorKind::LineTooLong, line),
        (_, Err(broken)) if broken.kind == (ErrorKind::MalformedRecord { expected: None }) => {
            broken
        }
        _ => fault(ErrorKind::UnknownRecord, line),
    }
}

/// What is said of a bad or a misplaced record. A line that is no record at all is said to be that;
/// what is wrong in a field comes after its being out of place.
#[cold]
fn placed(role: Role, found: Option<Fault>, line: &Line<'_>) -> Fault {
    match found {
        Some(fault) if role == Role::Record || fault.field.is_none() => fault,
        _ => fault(ErrorKind::UnexpectedRecord, line),
    }
}

/// Refuses a line past the limit.
fn whole(line: &Line<'_>) -> Result<(), Fault> {
    if line.oversize { Err(fault(ErrorKind::LineTooLong, line)) } else { Ok(()) }
}

fn recognise(line: &Line<'_>) -> Result<Layout> {
    Layout::recognise(line.bytes)
        .ok_or_else(|| Error::of_line(fault(ErrorKind::UnrecognisedLayout, line), line, None))
}

fn reason(line: &Line<'_>, layout: Layout) -> Result<ReasonCode, Fault> {
    whole(line)?;
    RawRecord::cut(line.bytes, layout).and_then(|raw| ReasonCode::try_from(&raw))
}

/// Reads a header or a trailer.
fn envelope_line<T>(line: &Line<'_>, layout: Layout) -> Result<T>
where
    T: for<'a, 'b> TryFrom<&'a RawRecord<'b>, Error = Fault>,
{
    whole(line)
        .and_then(|()| RawRecord::cut(line.bytes, layout))
        .and_then(|raw| T::try_from(&raw))
        .map_err(|fault| Error::of_line(fault, line, None))
}

/// Holds the trailer's number against the records; a wrong one is pointed at in its field.
fn count(line: &Line<'_>, layout: Layout, trailer: Trailer, counted: u64) -> Result<()> {
    let declared = trailer.record_count();
    if declared == counted {
        return Ok(());
    }
    let wrong = |field: &[u8], _| {
        let kind = ErrorKind::RecordCount { declared, counted };
        Err(FieldFault::of_field(kind, field))
    };
    RawRecord::cut(line.bytes, layout)
        .and_then(|raw| raw.read(Field::RecordCount, wrong))
        .map_err(|fault| Error::of_line(fault, line, None))
}

/// Iterates over a reader's records: [`Reader::records`].
pub type Records<'r, R> = flagflow_frame::Records<&'r mut Reader<R>>;

/// Iterates over a reader's records and keeps the reader: [`Reader::into_records`].
pub type IntoRecords<R> = flagflow_frame::Records<Reader<R>>;

impl<R: BufRead> ReadRecord for Reader<R> {
    type Record = Detail;
    type Kind = ErrorKind;
    type Field = Field;

    fn read(&mut self) -> Result<Option<Detail>> {
        self.read_detail()
    }

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "a record that goes through memory takes twice as long"
    )]
    fn at_hand(&mut self) -> Option<Detail> {
        self.detail_ahead()
    }
}

/// The line end that a file uses, by its first line, looked for in its first bytes.
#[must_use]
pub fn detect_line_end(beginning: &[u8]) -> LineEnd {
    flagflow_frame::split_line(beginning).map_or(LineEnd::None, |(_, end, _)| end)
}
