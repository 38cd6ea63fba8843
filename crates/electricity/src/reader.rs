//! Reading files of electricity records.

mod parallel;

use std::io::{self, BufRead};
use std::sync::Arc;

use flagflow_codec::Lookahead;
use flagflow_frame::{DEFAULT_MAX_LINE, Line, LineEnd, LineReader, Position, ReadRecord};
use flagflow_rows::Backend;

use crate::batch::Batch;
use crate::cut;
use crate::envelope::{Header, Totals, Trailer, check_header, check_trailer};
use crate::error::{Error, ErrorKind, Fault, Result};
use crate::fast;
use crate::file::{FileOrder, Role};
use crate::item::{Field, Flow, Layout};
use crate::plan::{Decoding, RowPlan};
use crate::profile::{LineKind, Profile};
use crate::record::{Opening, RawRecord, Record, Update};

/// Reads one record from its line, without the line's end.
///
/// The fast path where the line is perfect, the definition everywhere else.
///
/// ```
/// use flagflow_electricity::{Flow, Layout, Profile, read_update};
///
/// let profile = Profile::builtin(Flow::D0350);
/// let update = read_update(b"X02|1|DC01|1013044353630|A|20211105|", Layout::Zhv, &profile)?;
/// assert_eq!(update.mpan_core().to_string(), "1013044353630");
/// # Ok::<(), flagflow_electricity::Fault>(())
/// ```
///
/// # Errors
///
/// What is wrong first, in the order of the profile's items.
#[inline]
pub fn read_update(line: &[u8], layout: Layout, profile: &Profile) -> Result<Update, Fault> {
    match fast::update(line, layout, profile) {
        Some(update) => Ok(update),
        None => RawRecord::cut(line, layout, profile).and_then(|raw| Update::try_from(&raw)),
    }
}

/// The fast path alone: the record of a canonical line, or `None` where only the definition
/// ([`RawRecord`]) can say what the line is.
#[must_use]
#[inline]
pub fn read_canonical(line: &[u8], layout: Layout, profile: &Profile) -> Option<Update> {
    fast::update(line, layout, profile)
}

/// The flow of a file by its first line: [`Flow::D0351`] where that is a header that says so,
/// otherwise [`Flow::D0350`], also for the header of another flow and for one that cannot be cut.
#[must_use]
pub fn recognise_flow(line: &[u8], layout: Layout) -> Flow {
    // headers are the same in every profile
    let profile = Profile::builtin(Flow::D0351);
    let raw = RawRecord::cut(line, layout, &profile).ok();
    let header = raw.filter(|raw| raw.kind() == LineKind::Header);
    let flow = header.and_then(|raw| raw.field(Field::FlowAndVersion));
    match flow {
        Some(flow) if flow.starts_with(Flow::D0351.as_str().as_bytes()) => Flow::D0351,
        _ => Flow::D0350,
    }
}

/// How a [`Reader`] reads.
#[derive(Clone, Debug)]
pub struct ReaderOptions {
    layout: Option<Layout>,
    flow: Option<Flow>,
    d0350: Arc<Profile>,
    d0351: Arc<Profile>,
    max_line: usize,
    backend: Backend,
}

impl Default for ReaderOptions {
    fn default() -> Self {
        Self {
            layout: None,
            flow: None,
            d0350: Profile::builtin(Flow::D0350),
            d0351: Profile::builtin(Flow::D0351),
            max_line: DEFAULT_MAX_LINE,
            backend: Backend::best(),
        }
    }
}

impl ReaderOptions {
    /// Layout and flow recognised by the first line, the built-in profiles, lines of at most 64 KiB.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes every line to be of this layout.
    #[must_use]
    pub fn layout(mut self, layout: Layout) -> Self {
        self.layout = Some(layout);
        self
    }

    /// Takes the file to be of this flow. A file that begins with no header is read as
    /// [`Layout::Zhv`] then.
    #[must_use]
    pub fn flow(mut self, flow: Flow) -> Self {
        self.flow = Some(flow);
        self
    }

    /// Reads files of the profile's flow by this profile rather than by the built-in one.
    #[must_use]
    pub fn profile(mut self, profile: Arc<Profile>) -> Self {
        match profile.flow() {
            Flow::D0350 => self.d0350 = profile,
            Flow::D0351 => self.d0351 = profile,
        }
        self
    }

    /// The most bytes of a line.
    #[must_use]
    pub fn max_line(mut self, bytes: usize) -> Self {
        self.max_line = bytes;
        self
    }

    /// Which code takes perfect lines from the buffer, many at a time. All backends read the same
    /// records; this is for tests and measurements ([`Backend::best`] by default).
    #[must_use]
    pub fn backend(mut self, backend: Backend) -> Self {
        self.backend = backend;
        self
    }

    /// The profile that files of a flow are read by.
    #[must_use]
    pub fn profile_of(&self, flow: Flow) -> &Arc<Profile> {
        match flow {
            Flow::D0350 => &self.d0350,
            Flow::D0351 => &self.d0351,
        }
    }

    /// Layout and profile of a file, by its first line that has any text. Of a line past the limit
    /// nothing is read, so its flow is [`Flow::D0350`] unless one was chosen.
    ///
    /// # Errors
    ///
    /// `UnrecognisedLayout` for a line that is no header, when neither layout nor flow was chosen.
    pub fn recognise(&self, line: &Line<'_>) -> Result<(Layout, Arc<Profile>), Fault> {
        let recognised = self.layout.or_else(|| Layout::recognise(line.bytes));
        let layout = recognised
            .or(self.flow.map(|_| Layout::Zhv))
            .ok_or_else(|| fault(ErrorKind::UnrecognisedLayout, line))?;
        let flow = match (self.flow, line.oversize) {
            (Some(flow), _) => flow,
            (None, true) => Flow::D0350,
            (None, false) => recognise_flow(line.bytes, layout),
        };
        Ok((layout, self.profile_of(flow).clone()))
    }

    /// A reader with these options.
    pub fn reader<R: BufRead>(self, inner: R) -> Reader<R> {
        let lines = LineReader::with_max_line(inner, self.max_line);
        let ahead = Lookahead::with_capacity(ROWS_AHEAD);
        Reader {
            lines,
            options: self,
            progress: Progress::default(),
            ahead,
            plan: None,
            part: None,
        }
    }
}

/// What a file is, known from its first line on.
#[derive(Clone, Debug)]
struct File {
    layout: Layout,
    profile: Arc<Profile>,
    /// The bytes of the longest line that a plan takes.
    longest_row: Option<usize>,
}

/// Which ends of the file were seen.
#[derive(Clone, Copy, Debug, Default)]
struct Ends {
    header: bool,
    trailer: bool,
}

/// Reads the records of a file, whatever its layout and line ends, by its flow's profile.
///
/// Header, level-1 groups and trailer are read on the way ([`Reader::header`], [`Reader::opening`],
/// [`Reader::trailer`]). A bad record is an error that is [recoverable](Error::is_recoverable): the
/// next call goes on behind it. After the last record come, once each, the errors of the file: a
/// missing header or trailer.
///
/// Empty lines, a byte-order mark and a missing last bar are passed over; the validator is the one to
/// judge them, as it is for roles, participants and test flag.
///
/// ```
/// use flagflow_electricity::Reader;
///
/// let file = b"ZHV|0000475656|D0350001|Z|DCCO|P|EELC|20211105093000||||OPER|
/// X01|1|
/// X02|1|DC01|1013044353630|A|20211105|
/// X02|2|DC01|1013044353630|?|20211106|
/// ZPT|0000475656|3||1|20211105093001|
/// ";
/// let mut reader = Reader::from_slice(file);
/// let update = reader.read_update()?.unwrap();
/// assert_eq!(update.effective_from().unwrap().to_string(), "20211105");
/// let error = reader.read_update().unwrap_err();
/// assert_eq!(error.position().to_string(), "line 4, column 26 (byte 131)");
/// assert_eq!(reader.read_update()?, None);
/// assert_eq!(reader.header().unwrap().to_participant(), "EELC");
/// # Ok::<(), flagflow_electricity::Error>(())
/// ```
#[derive(Debug)]
pub struct Reader<R> {
    lines: LineReader<R>,
    options: ReaderOptions,
    progress: Progress,
    ahead: Lookahead,
    plan: Option<Arc<RowPlan>>,
    /// Of a reader that reads a part of a file, and not its end: where that was found.
    part: Option<PartEnd>,
}

/// The end of the records of a part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PartEnd {
    /// None so far.
    Open,
    /// A trailer begins here.
    Trailer(Position),
}

/// What was read of a file so far.
#[derive(Debug)]
struct Progress {
    file: Option<File>,
    /// Of the file, once it is known.
    order: FileOrder,
    records: u64,
    opening: Option<Opening>,
    envelope: Envelope,
}

impl Default for Progress {
    fn default() -> Self {
        let (order, envelope) = (FileOrder::UNREAD, Envelope::default());
        Self { file: None, order, records: 0, opening: None, envelope }
    }
}

/// The ends of a file, as far as they were read.
#[derive(Debug, Default)]
struct Envelope {
    seen: Ends,
    header: Option<Header>,
    /// The header's, where that item could be read.
    file_identifier: Option<Vec<u8>>,
    trailer: Option<Trailer>,
}

impl<'a> Reader<&'a [u8]> {
    /// Reads a file that is in memory. Lines are borrowed from it, not copied.
    #[must_use]
    pub fn from_slice(bytes: &'a [u8]) -> Self {
        Self::new(bytes)
    }
}

/// A line of the body, before it is taken.
struct Body<'a> {
    line: Line<'a>,
    layout: Layout,
    profile: &'a Arc<Profile>,
    role: Role,
    record: Option<u64>,
}

/// The values of a line's record, unless it is a level-1 group.
#[inline]
fn update_of(body: &Body<'_>) -> Result<Option<Update>, Fault> {
    match body.role {
        Role::Group => Ok(None),
        _ if body.line.oversize => Err(fault(ErrorKind::LineTooLong, &body.line)),
        _ => read_update(body.line.bytes, body.layout, body.profile).map(Some),
    }
}

impl<R: BufRead> Reader<R> {
    /// Reads with the default options: see [`ReaderOptions`].
    pub fn new(inner: R) -> Self {
        ReaderOptions::new().reader(inner)
    }

    /// The header, once it was read.
    pub const fn header(&self) -> Option<&Header> {
        self.progress.envelope.header.as_ref()
    }

    /// The trailer, once it was read.
    pub const fn trailer(&self) -> Option<&Trailer> {
        self.progress.envelope.trailer.as_ref()
    }

    /// The level-1 group that was read last.
    pub const fn opening(&self) -> Option<Opening> {
        self.progress.opening
    }

    /// The layout, once it is known.
    pub fn layout(&self) -> Option<Layout> {
        self.progress.file.as_ref().map(|file| file.layout)
    }

    /// The profile that the file is read by, once its flow is known.
    pub fn profile(&self) -> Option<&Arc<Profile>> {
        self.progress.file.as_ref().map(|file| &file.profile)
    }

    /// The flow, once it is known.
    pub fn flow(&self) -> Option<Flow> {
        self.profile().map(|profile| profile.flow())
    }

    /// How many records there were so far, bad ones among them.
    pub const fn record_count(&self) -> u64 {
        self.progress.records
    }

    /// How many lines there were so far between header and trailer.
    pub const fn group_count(&self) -> u64 {
        self.progress.order.group_count()
    }

    /// How many top-level groups there were so far.
    pub const fn flow_count(&self) -> u64 {
        self.progress.order.flow_count()
    }

    /// Where the next line begins.
    pub const fn position(&self) -> Position {
        self.lines.position()
    }

    /// The inner reader, past the last line that was read.
    pub fn into_inner(self) -> R {
        self.lines.into_inner()
    }

    /// Reads the next record into `record`, reusing its memory; `false` at the end of the file.
    ///
    /// The record is cut into its items; their values are read when they are asked for.
    ///
    /// # Errors
    ///
    /// A line that is no record, a bad header, level-1 group or trailer. All but I/O and an
    /// unrecognised layout are recoverable. When a record is bad, `record` holds its bytes and its
    /// position all the same.
    ///
    /// After an I/O error the call can be made again, with the same `record`, and nothing is lost.
    pub fn read_record(&mut self, record: &mut Record) -> Result<bool> {
        loop {
            match self.read_body(record)? {
                Some(LineKind::Group) => {}
                Some(_) => return Ok(true),
                None => return Ok(false),
            }
        }
    }

    /// Reads the next line between header and trailer into `record`, level-1 groups too, and says
    /// which of the two it is; `None` at the end of the file. With this a file is written again
    /// without losing a group.
    ///
    /// # Errors
    ///
    /// As [`Reader::read_record`].
    pub fn read_body(&mut self, record: &mut Record) -> Result<Option<LineKind>> {
        self.next_line(|body| {
            record.line.clear();
            record.line.extend_from_slice(body.line.bytes);
            record.layout = body.layout;
            record.set_profile(body.profile);
            record.position = Position { record: body.record, ..body.line.position() };
            record.cut = whole(&body.line)
                .and_then(|()| cut::cut(body.line.bytes, body.layout, body.profile));
            record.cut.map(|cut| Some(cut.kind))
        })
    }

    /// Reads the next record's values; `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// As [`Reader::read_record`], and what is wrong in an item.
    #[inline]
    pub fn read_update(&mut self) -> Result<Option<Update>> {
        match self.update_ahead() {
            Some(update) => Ok(Some(update)),
            None => self.read_update_by_line(),
        }
    }

    /// The next record, if its line was taken ahead and is perfect.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "a record that goes through memory takes twice as long"
    )]
    fn update_ahead(&mut self) -> Option<Update> {
        let row = self.ahead.row(&self.lines)?;
        let update = self.plan.as_ref()?.update(self.ahead.columns(), row)?;
        self.ahead.take(1, &mut self.lines);
        self.progress.take_updates(1);
        Some(update)
    }

    /// Adds the perfect rows that come next to a batch. Whether there were any.
    pub(crate) fn read_rows(&mut self, batch: &mut Batch) -> Result<bool> {
        let row = match self.ahead.row(&self.lines) {
            Some(row) => Some(row),
            None if self.look_ahead()? => self.ahead.row(&self.lines),
            None => None,
        };
        let (Some(row), Some(plan)) = (row, &self.plan) else { return Ok(false) };
        let rows = self.ahead.canonical().min(batch.room());
        let record = Some(self.progress.records + 1);
        let first = Position { record, ..self.lines.position() };
        batch.push_rows(plan, self.ahead.columns(), row..row + rows, first);
        self.ahead.take(rows, &mut self.lines);
        self.progress.take_updates(rows as u64);
        Ok(true)
    }

    /// Adds the next record to a batch, or what is wrong with it. Whether there was one.
    pub(crate) fn read_row(&mut self, batch: &mut Batch) -> Result<bool> {
        let mut at = Position::START;
        let read = self.next_line(|body| {
            at = Position { record: body.record, ..body.line.position() };
            update_of(body)
        });
        match read {
            Ok(None) => return Ok(false),
            Ok(Some(update)) => batch.push(&update, at),
            Err(error) if error.is_recoverable() => batch.push_error(error),
            Err(error) => return Err(error),
        }
        Ok(true)
    }

    /// Takes rows ahead, where updates may follow, and says whether the next one is perfect.
    #[cold]
    fn look_ahead(&mut self) -> Result<bool> {
        let Some(file) = self.progress.file.as_ref().filter(|file| self.may_look_ahead(file))
        else {
            return Ok(false);
        };
        let backend = self.options.backend;
        let how = Decoding { layout: file.layout, backend, check_digits: false };
        let (position, plan) = (self.lines.position(), &mut self.plan);
        let filled = self.ahead.fill(&mut self.lines, |bytes, columns| {
            RowPlan::decode_next(plan, how, &file.profile, bytes, columns)
        });
        filled.map_err(io_at(position))?;
        Ok(self.ahead.row(&self.lines).is_some())
    }

    /// Whether an update that comes next is a record in its place, and the rows taken ahead are used
    /// up.
    fn may_look_ahead(&self, file: &File) -> bool {
        self.progress.may_hold_updates()
            && self.ahead.is_spent(&self.lines)
            && file.longest_row.is_some_and(|longest| longest <= self.options.max_line)
    }

    #[inline(never)]
    fn read_update_by_line(&mut self) -> Result<Option<Update>> {
        if self.look_ahead()? {
            return Ok(self.update_ahead());
        }
        self.next_line(update_of)
    }

    /// The records' values, one by one. After an error that is not recoverable it ends.
    pub fn records(&mut self) -> Records<'_, R> {
        Records::new(self)
    }

    /// The same, keeping the reader.
    pub fn into_records(self) -> IntoRecords<R> {
        IntoRecords::new(self)
    }

    /// Goes on to the next line of the body that `take` makes something of.
    #[inline]
    fn next_line<T>(
        &mut self,
        mut take: impl FnMut(&Body<'_>) -> Result<Option<T>, Fault>,
    ) -> Result<Option<T>> {
        loop {
            if matches!(self.part, Some(PartEnd::Trailer(_))) {
                return Ok(None);
            }
            let position = self.lines.position();
            let read = self.lines.read_line().map_err(io_at(position))?;
            let Some(line) = read else {
                return self.progress.end(self.lines.position()).map(|()| None);
            };
            if line.length == 0 {
                continue;
            }
            if self.part.is_some() && self.progress.ends_at(&line) {
                self.part = Some(PartEnd::Trailer(line.position()));
                self.ahead.discard();
                return Ok(None);
            }
            let taken = self.progress.line(&line, &self.options, &mut take);
            if !self.progress.may_hold_updates() {
                // no update has its place behind a trailer, however perfect
                self.ahead.discard();
            }
            let taken = taken?;
            if taken.is_some() {
                return Ok(taken);
            }
        }
    }
}

impl Progress {
    /// Takes a line that is not empty, by what it is in its file.
    #[inline]
    fn line<T>(
        &mut self,
        line: &Line<'_>,
        options: &ReaderOptions,
        take: impl FnOnce(&Body<'_>) -> Result<Option<T>, Fault>,
    ) -> Result<Option<T>> {
        let file = match &mut self.file {
            Some(file) => file,
            empty => {
                let file = recognise(line, options)?;
                self.order = FileOrder::new(&file.profile);
                empty.insert(file)
            }
        };
        match self.order.place(file.kind(line)) {
            Role::Header => self.envelope.read_header(line, file).map(|()| None),
            Role::Trailer => self.envelope.read_trailer(line, file, &self.order).map(|()| None),
            Role::Group => {
                let body = file.body(line, Role::Group, None);
                let taken = placed(take(&body), &body);
                self.opening = Some(file.read(line)?);
                taken
            }
            role @ (Role::Record | Role::Misplaced) => {
                self.records += 1;
                let body = file.body(line, role, Some(self.records));
                placed(take(&body), &body)
            }
        }
    }

    /// Whether a line is a trailer, by its code; behind one no update has its place.
    fn ends_at(&mut self, line: &Line<'_>) -> bool {
        let kind = self.file.as_ref().and_then(|file| file.kind(line));
        let is_end = kind == Some(LineKind::Trailer);
        if is_end {
            self.order.place(kind);
        }
        is_end
    }

    /// Whether an update that comes next is a record in its place.
    #[inline]
    const fn may_hold_updates(&self) -> bool {
        self.order.is_in_updates()
    }

    /// Counts so many updates that are records in their places.
    #[inline]
    const fn take_updates(&mut self, updates: u64) {
        self.records += updates;
        self.order.take_updates(updates);
    }

    /// The end of the file: says once what is missing of the envelope.
    fn end(&mut self, position: Position) -> Result<()> {
        let missing = match std::mem::take(&mut self.envelope.seen) {
            Ends { header: true, trailer: false } => ErrorKind::MissingTrailer,
            Ends { header: false, trailer: true } => ErrorKind::MissingHeader,
            _ => return Ok(()),
        };
        Err(Error::new(missing, None, position))
    }
}

impl File {
    /// Which line it is, by its code.
    fn kind(&self, line: &Line<'_>) -> Option<LineKind> {
        RawRecord::peek_kind(line.bytes, self.layout, &self.profile)
    }

    fn body<'a>(&'a self, line: &Line<'a>, role: Role, record: Option<u64>) -> Body<'a> {
        Body { line: *line, layout: self.layout, profile: &self.profile, role, record }
    }

    fn cut<'a>(&'a self, line: &Line<'a>) -> Result<RawRecord<'a>, Fault> {
        whole(line).and_then(|()| RawRecord::cut(line.bytes, self.layout, &self.profile))
    }

    /// Reads a line that is no record.
    fn read<T>(&self, line: &Line<'_>) -> Result<T>
    where
        T: for<'a, 'b> TryFrom<&'a RawRecord<'b>, Error = Fault>,
    {
        self.cut(line)
            .and_then(|raw| T::try_from(&raw))
            .map_err(|fault| Error::of_line(fault, line, None))
    }
}

#[cold]
fn recognise(line: &Line<'_>, options: &ReaderOptions) -> Result<File> {
    let (layout, profile) =
        options.recognise(line).map_err(|unknown| Error::of_line(unknown, line, None))?;
    let longest_row = RowPlan::longest(&profile);
    Ok(File { layout, profile, longest_row })
}

impl Envelope {
    /// Keeps the header, and refuses one of another flow.
    fn read_header(&mut self, line: &Line<'_>, file: &File) -> Result<()> {
        self.seen.header = true;
        let raw = file.cut(line).map_err(|fault| Error::of_line(fault, line, None))?;
        self.header = Header::try_from(&raw).ok();
        let identifier = raw.item_of(Field::FileIdentifier);
        let read = identifier.and_then(|item| item.read(|text| Ok(text.to_vec())).ok());
        self.file_identifier = read;
        check_header(&raw, &file.profile).map_err(|fault| Error::of_line(fault, line, None))
    }

    /// Keeps the trailer, and holds it against the file.
    fn read_trailer(&mut self, line: &Line<'_>, file: &File, order: &FileOrder) -> Result<()> {
        self.seen.trailer = true;
        let raw = file.cut(line).map_err(|fault| Error::of_line(fault, line, None))?;
        self.trailer = Trailer::try_from(&raw).ok();
        let totals = Totals {
            file_identifier: self.file_identifier.as_deref(),
            groups: order.group_count(),
            flows: order.flow_count(),
        };
        check_trailer(&raw, totals).map_err(|fault| Error::of_line(fault, line, None))
    }
}

/// Rows taken ahead: few enough for the nearest cache.
const ROWS_AHEAD: usize = 1024;

fn fault(kind: ErrorKind, line: &Line<'_>) -> Fault {
    let length = usize::try_from(line.length).unwrap_or(usize::MAX);
    Fault { kind, field: None, start: 0, length }
}

/// Lets a line through that is good and in its place.
#[inline]
fn placed<T>(taken: Result<Option<T>, Fault>, body: &Body<'_>) -> Result<Option<T>> {
    match taken {
        Ok(taken) if body.role != Role::Misplaced => Ok(taken),
        taken => Err(refused(taken.err(), body)),
    }
}

/// What is said of a bad or a misplaced record. A line that is no record at all is said to be that;
/// what is wrong in an item comes after its being out of place.
#[cold]
fn refused(found: Option<Fault>, body: &Body<'_>) -> Error {
    let fault = match found {
        Some(fault) if body.role == Role::Record || fault.field.is_none() => fault,
        _ => fault(ErrorKind::UnexpectedRecord, &body.line),
    };
    Error::of_line(fault, &body.line, body.record)
}

/// The error of a read that failed where a line begins.
fn io_at(position: Position) -> impl FnOnce(io::Error) -> Error {
    move |error| Error::io(error, position)
}

/// Refuses a line past the limit.
fn whole(line: &Line<'_>) -> Result<(), Fault> {
    if line.oversize { Err(fault(ErrorKind::LineTooLong, line)) } else { Ok(()) }
}

/// Iterates over a reader's records: [`Reader::records`].
pub type Records<'r, R> = flagflow_frame::Records<&'r mut Reader<R>>;

/// Iterates over a reader's records and keeps the reader: [`Reader::into_records`].
pub type IntoRecords<R> = flagflow_frame::Records<Reader<R>>;

impl<R: BufRead> ReadRecord for Reader<R> {
    type Record = Update;
    type Kind = ErrorKind;
    type Field = Field;

    fn read(&mut self) -> Result<Option<Update>> {
        self.read_update()
    }

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "a record that goes through memory takes twice as long"
    )]
    fn at_hand(&mut self) -> Option<Update> {
        self.update_ahead()
    }
}

/// The line end that a file uses, by its first line, looked for in its first bytes.
#[must_use]
pub fn detect_line_end(beginning: &[u8]) -> LineEnd {
    flagflow_frame::split_line(beginning).map_or(LineEnd::None, |(_, end, _)| end)
}
