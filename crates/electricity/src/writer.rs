//! Writing files of electricity records.

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;
use std::sync::Arc;

use flagflow_frame::{LineEnd, Position};

use crate::Batch;
use crate::columns::Columns;
use crate::envelope::{Header, Trailer, stays_in_line};
use crate::error::{Error, ErrorKind, Fault, FinishError, Result, Unwritable};
use crate::fast_write::{Press, ROOM, Rows, Template};
use crate::field::{
    Timestamp, write_date, write_flag, write_mpan, write_number, write_reason, write_text,
    write_timestamp,
};
use crate::item::{Field, Flow, ItemSpec, Layout};
use crate::profile::Profile;
use crate::record::{D0350, D0351, Opening, RawRecord, Update};
use flagflow_codec::{ItemKind, LineKind};

/// One line in the making.
struct Pen<'o> {
    out: &'o mut Vec<u8>,
    layout: Layout,
}

impl Pen<'_> {
    /// Begins a line: its code.
    fn begin(&mut self, code: &str) {
        self.out.extend_from_slice(code.as_bytes());
        self.bar();
    }

    fn bar(&mut self) {
        if self.layout == Layout::Zhv {
            self.out.push(b'|');
        }
    }

    /// Refuses what the layout cannot hold, writes, and closes the item.
    fn text(&mut self, spec: &ItemSpec, text: &[u8]) -> Result<(), Unwritable> {
        check_text(spec, self.layout, text)?;
        write_text(self.out, self.layout, text, spec.length);
        self.bar();
        Ok(())
    }

    fn number(&mut self, spec: &ItemSpec, number: u64) -> Result<(), Unwritable> {
        let start = self.out.len();
        write_number(self.out, self.layout, number, spec.length);
        if self.out.len() - start > spec.length {
            return Err(too_long(spec));
        }
        self.bar();
        Ok(())
    }

    /// An item that nobody here reads: digits of a number are padded as a number's, all else as
    /// text.
    fn carried(&mut self, spec: &ItemSpec, item: &[u8]) -> Result<(), Unwritable> {
        let is_number = spec.kind == ItemKind::Number && !item.is_empty();
        let is_padded = self.layout == Layout::Zhf && is_number && item.len() <= spec.length;
        if !is_padded || !item.iter().all(u8::is_ascii_digit) {
            return self.text(spec, item);
        }
        self.out.extend(std::iter::repeat_n(b'0', spec.length - item.len()));
        self.out.extend_from_slice(item);
        Ok(())
    }
}

const fn too_long(spec: &ItemSpec) -> Unwritable {
    Unwritable { kind: ErrorKind::ItemTooLong { most: spec.length }, field: spec.field }
}

fn check_text(spec: &ItemSpec, layout: Layout, text: &[u8]) -> Result<(), Unwritable> {
    if text.len() > spec.length {
        return Err(too_long(spec));
    }
    let is_lost = match layout {
        Layout::Zhv => text.contains(&b'|'),
        // spaces after the text are padding, and would not come back; nor would a carriage return
        // that the line's end could take
        Layout::Zhf => text.ends_with(b" ") || text.ends_with(b"\r"),
    };
    if stays_in_line(text) && !is_lost {
        return Ok(());
    }
    Err(Unwritable { kind: ErrorKind::NotWritable, field: spec.field })
}

/// Appends a record's canonical line, without an end. This is the definition; what [`Writer`] writes
/// without extras comes the fast way, and is the same. The profile's items that the value has no place
/// for are taken from `extras` in their order, and are empty where that ends.
///
/// # Errors
///
/// [`Unwritable`], with part of a line in `out`: a record of another flow than the profile's, a value
/// longer than its item, an extra with a line end in it or, in zhv, with a bar, more extras than places
/// for them.
pub fn write_update<'e>(
    out: &mut Vec<u8>,
    layout: Layout,
    profile: &Profile,
    update: Update,
    extras: impl IntoIterator<Item = &'e [u8]>,
) -> Result<(), Unwritable> {
    let mut pen = Pen { out, layout };
    let mut extras = extras.into_iter();
    pen.begin(profile.update_group().code());
    for spec in profile.update_group().items() {
        if profile.is_extra(LineKind::Record, spec.field) {
            pen.carried(spec, extras.next().unwrap_or_default())?;
        } else {
            pen.item(spec, profile, &update)?;
        }
    }
    nothing_left(extras, Field::MpanCore)
}

/// Refuses extras that the profile has no place for, rather than to lose them.
fn nothing_left<'e>(
    mut extras: impl Iterator<Item = &'e [u8]>,
    field: Field,
) -> Result<(), Unwritable> {
    match extras.next() {
        None => Ok(()),
        Some(_) => Err(Unwritable { kind: ErrorKind::NotWritable, field }),
    }
}

impl Pen<'_> {
    /// An item of the typed value.
    fn item(&mut self, spec: &ItemSpec, own: &Profile, update: &Update) -> Result<(), Unwritable> {
        let missing = Unwritable { kind: ErrorKind::NotWritable, field: spec.field };
        match spec.field {
            Field::InstructionNumber => return self.number(spec, update.instruction_number()),
            Field::InstructionType => return self.text(spec, own.instruction_type().as_bytes()),
            Field::MpanCore => write_mpan(self.out, update.mpan_core()),
            Field::DccServiceFlag => write_flag(self.out, update.flag().ok_or(missing)?),
            Field::EffectiveFromDate => {
                write_date(self.out, update.effective_from().ok_or(missing)?);
            }
            // the reason, or refused there
            _ => return self.reason(spec, update),
        }
        self.bar();
        Ok(())
    }

    fn reason(&mut self, spec: &ItemSpec, update: &Update) -> Result<(), Unwritable> {
        let missing = Unwritable { kind: ErrorKind::NotWritable, field: spec.field };
        let own = update.reason().filter(|_| spec.field == Field::ReasonCode);
        let reason = own.ok_or(missing)?;
        check_text(spec, self.layout, reason.as_str().as_bytes())?;
        write_reason(self.out, self.layout, reason, spec.length);
        self.bar();
        Ok(())
    }

    /// Items after those that have a name, each with its bar: zhf has no place for them.
    fn surplus(&mut self, surplus: &[u8], last: Field) -> Result<(), Unwritable> {
        if self.layout == Layout::Zhf && !surplus.is_empty() {
            return Err(Unwritable { kind: ErrorKind::NotWritable, field: last });
        }
        self.out.extend_from_slice(surplus);
        Ok(())
    }
}

/// Appends a level-1 group's canonical line, without an end; `extras` as for [`write_update`].
///
/// # Errors
///
/// [`Unwritable`], also where the profile has no such group.
pub fn write_opening<'e>(
    out: &mut Vec<u8>,
    layout: Layout,
    profile: &Profile,
    opening: Opening,
    extras: impl IntoIterator<Item = &'e [u8]>,
) -> Result<(), Unwritable> {
    let group = profile
        .opening_group()
        .ok_or(Unwritable { kind: ErrorKind::NotWritable, field: Field::FileSequenceNumber })?;
    let mut pen = Pen { out, layout };
    let mut extras = extras.into_iter();
    pen.begin(group.code());
    for spec in group.items() {
        match spec.field {
            Field::FileSequenceNumber => {
                pen.number(spec, opening.file_sequence_number.unwrap_or(1))?;
            }
            Field::InstructionType => pen.text(spec, profile.instruction_type().as_bytes())?,
            _ => pen.carried(spec, extras.next().unwrap_or_default())?,
        }
    }
    nothing_left(extras, Field::FileSequenceNumber)
}

/// Appends a header's canonical line, without an end.
///
/// # Errors
///
/// [`Unwritable`] in zhf, for text that ends in spaces and for further items.
pub fn write_header(
    out: &mut Vec<u8>,
    layout: Layout,
    profile: &Profile,
    header: &Header,
) -> Result<(), Unwritable> {
    let mut pen = Pen { out, layout };
    pen.begin(layout.header_code());
    for spec in profile.items(LineKind::Header) {
        match header.text(spec.field) {
            Some(text) => pen.text(spec, text.as_bytes())?,
            None => pen.timestamp(header.created()),
        }
    }
    pen.surplus(header.surplus(), Field::TestFlag)
}

impl Pen<'_> {
    fn timestamp(&mut self, time: Timestamp) {
        write_timestamp(self.out, time);
        self.bar();
    }
}

/// Appends a trailer's canonical line, without an end.
///
/// # Errors
///
/// [`Unwritable`] for a number or a checksum longer than its item, and in zhf for further items.
pub fn write_trailer(
    out: &mut Vec<u8>,
    layout: Layout,
    profile: &Profile,
    trailer: &Trailer,
) -> Result<(), Unwritable> {
    let mut pen = Pen { out, layout };
    pen.begin(profile.code(LineKind::Trailer, layout));
    for spec in profile.items(LineKind::Trailer) {
        match spec.field {
            Field::FileIdentifier => pen.text(spec, trailer.file_identifier().as_bytes())?,
            Field::GroupCount => pen.number(spec, trailer.group_count())?,
            Field::FlowCount => pen.number(spec, trailer.flow_count())?,
            Field::Completed => pen.timestamp(trailer.completed()),
            _ => pen.text(spec, trailer.checksum().as_bytes())?,
        }
    }
    pen.surplus(trailer.surplus(), Field::Completed)
}

/// The line of a record in the built-in profile, which every text has room in.
fn built_in_line(update: Update) -> String {
    let mut line = Vec::with_capacity(64);
    let profile = Profile::builtin(update.flow());
    // what does not fit the placeholder's lengths is shown as far as it was written
    let _ = write_update(&mut line, Layout::Zhv, &profile, update, []);
    String::from_utf8_lossy(&line).into_owned()
}

macro_rules! display_as_built_in {
    ($($type:ident),*) => {$(
        /// Prints the zhv line of the built-in placeholder profile, as much as fits it.
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&built_in_line(self.into()))
            }
        }

        /// Reads the zhv line of the built-in placeholder profile.
        impl FromStr for $type {
            type Err = Fault;

            fn from_str(text: &str) -> Result<Self, Fault> {
                let profile = Profile::builtin(Flow::$type);
                let raw = RawRecord::cut(text.as_bytes(), profile.table(Layout::Zhv))?;
                Self::try_from(&raw)
            }
        }
    )*};
}

display_as_built_in!(D0350, D0351);

/// How a [`Writer`] writes.
#[derive(Clone, Debug)]
pub struct WriterOptions {
    layout: Layout,
    line_end: LineEnd,
    profile: Arc<Profile>,
    header: Option<Header>,
    completed: Option<Timestamp>,
    file_sequence_number: u64,
}

impl WriterOptions {
    /// A file of a profile in the zhv layout with LF, sequence number 1, without header and trailer.
    #[must_use]
    pub const fn new(profile: Arc<Profile>) -> Self {
        Self {
            layout: Layout::Zhv,
            line_end: LineEnd::Lf,
            profile,
            header: None,
            completed: None,
            file_sequence_number: 1,
        }
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

    /// Begins the file with this header, and ends it with a trailer.
    #[must_use]
    pub fn envelope(mut self, header: Header) -> Self {
        self.header = Some(header);
        self
    }

    /// When the trailer says that the file was completed: the header's time of creation, if this is
    /// not called.
    #[must_use]
    pub const fn completed(mut self, completed: Timestamp) -> Self {
        self.completed = Some(completed);
        self
    }

    /// The number in the level-1 group that the writer puts before the first record.
    #[must_use]
    pub const fn file_sequence_number(mut self, number: u64) -> Self {
        self.file_sequence_number = number;
        self
    }

    /// A writer with these options. Nothing is written yet.
    pub const fn writer<W: Write>(self, inner: W) -> Writer<W> {
        Writer {
            inner,
            options: self,
            begun: false,
            failed: false,
            trailer: None,
            groups: 0,
            flows: 0,
            opened: false,
            records: 0,
            at: Position::START,
            line: Vec::new(),
            press: None,
            piece: Vec::new(),
        }
    }
}

/// How many bytes [`Writer::write_records`] and its like give the inner writer at a time, and some
/// more.
const PIECE: usize = 64 * 1024;

/// Writes the header, the groups with their updates, and the trailer that counts them.
///
/// Where the profile has a level-1 group, one is written before the first record, unless
/// [`Writer::write_opening`] did so already.
///
/// Between calls nothing is buffered here, so a file that is written record by record wants a
/// [`BufWriter`](io::BufWriter). [`Writer::write_records`], [`Writer::write_columns`] and
/// [`Writer::write_batch`] need none and are several times as fast: within the call they gather some
/// 64 KiB for each write.
/// [`Writer::finish`] writes the trailer and flushes; a writer that is merely dropped leaves a file
/// without its trailer.
///
/// A value that cannot be written is a recoverable error, and leaves nothing of its line behind.
/// After a failed write nobody knows how much of a line is out there, so the writer writes nothing
/// more: every later call fails too, and a torn file is never said to be finished.
///
/// ```
/// use flagflow_electricity::{D0350, Flow, Header, Profile, WriterOptions};
///
/// let profile = Profile::builtin(Flow::D0350);
/// let created = "20211105093000".parse()?;
/// let header = Header::new(&profile, "0000475656", "DCCO", "EELC", created)?;
/// let update: D0350 = "X02|1|DC01|1013044353630|A|20211105|".parse()?;
/// let mut writer = WriterOptions::new(profile).envelope(header).writer(Vec::new());
/// writer.write_record(&update)?;
/// assert_eq!(
///     String::from_utf8(writer.finish()?)?,
///     "ZHV|0000475656|D0350001|Z|DCCO|P|EELC|20211105093000||||OPER|
/// X01|1|
/// X02|1|DC01|1013044353630|A|20211105|
/// ZPT|0000475656|2||1|20211105093000|
/// "
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Writer<W> {
    inner: W,
    options: WriterOptions,
    begun: bool,
    failed: bool,
    trailer: Option<Trailer>,
    groups: u64,
    flows: u64,
    /// A level-1 group was written.
    opened: bool,
    records: u64,
    /// Where the next line begins.
    at: Position,
    line: Vec<u8>,
    /// Made before the first record.
    press: Option<Box<Press>>,
    /// Lines on their way to the inner writer, within one call.
    piece: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Writes a bare file of a profile: see [`WriterOptions`].
    pub fn new(inner: W, profile: Arc<Profile>) -> Self {
        WriterOptions::new(profile).writer(inner)
    }

    /// Writes one record, `&D0350`, `&D0351` or `&Update`. What the profile has besides is left
    /// empty.
    ///
    /// # Errors
    ///
    /// As [`Writer::write_record_with`].
    pub fn write_record(&mut self, record: impl Into<Update>) -> Result<()> {
        let update = record.into();
        let mut press = self.take_press();
        if !press.template.takes(&update) {
            self.press = Some(press);
            return self.write_record_with(update, []);
        }
        let length = press.template.line(&mut press.room, &update).min(ROOM);
        let written = self
            .open()
            .and_then(|()| self.begin())
            .and_then(|()| self.put_records(&press.room[..length], 1));
        self.press = Some(press);
        written
    }

    /// Writes many records, `D0350`, `D0351` or `Update` or references to them: the same bytes as
    /// [`Writer::write_record`] for each, in few large pieces.
    ///
    /// # Errors
    ///
    /// As [`Writer::write_record`]. A record that cannot be written is a recoverable error: those
    /// before it are written, and of an iterator that was only lent (`by_ref`) those behind it are
    /// still to come. Where the inner writer fails, the place is that of the first record of the
    /// piece that it did not take; the records before that piece are counted.
    pub fn write_records<R: Into<Update>>(
        &mut self,
        records: impl IntoIterator<Item = R>,
    ) -> Result<()> {
        let press = self.take_press();
        let mut updates = records.into_iter().map(Into::into);
        let written = self.write_runs(&press.template, &mut updates);
        self.press = Some(press);
        written
    }

    fn write_runs(
        &mut self,
        template: &Template,
        updates: &mut impl Iterator<Item = Update>,
    ) -> Result<()> {
        let mut rows = Rows::new();
        while let Some(odd) = self.write_run(template, &mut rows, updates)? {
            self.write_record_with(odd, [])?;
        }
        Ok(())
    }

    /// Writes the records of columns, in few large pieces.
    ///
    /// # Errors
    ///
    /// As [`Writer::write_records`].
    pub fn write_columns(&mut self, columns: Columns<'_>) -> Result<()> {
        self.write_records(columns.updates())
    }

    /// Writes the records of a batch, in few large pieces: with
    /// [`Reader::read_batch`](crate::Reader::read_batch) the shortest way from one layout to another.
    /// Level-1 groups are this writer's own.
    ///
    /// ```
    /// use flagflow_electricity::{Batch, Flow, Layout, Profile, ReaderOptions, WriterOptions};
    ///
    /// let file = b"X01|1|\nX02|1|DC01|1013044353630|A|20211105|\n";
    /// let profile = Profile::builtin(Flow::D0350);
    /// let mut reader = ReaderOptions::new().flow(Flow::D0350).reader(&file[..]);
    /// let mut writer = WriterOptions::new(profile).layout(Layout::Zhf).writer(Vec::new());
    /// let mut batch = Batch::new();
    /// while reader.read_batch(&mut batch)? {
    ///     writer.write_batch(&batch)?;
    /// }
    /// assert_eq!(writer.finish()?, b"X010000000001\nX020000000001DC011013044353630A20211105\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Writer::write_records`].
    pub fn write_batch(&mut self, batch: &Batch) -> Result<()> {
        self.write_records(batch.records())
    }

    /// Writes records up to the end or to one that the template does not take, which comes back.
    fn write_run(
        &mut self,
        template: &Template,
        rows: &mut Rows,
        updates: &mut impl Iterator<Item = Update>,
    ) -> Result<Option<Update>> {
        let odd = rows.take(template, updates);
        if rows.len() == 0 && odd.is_some() {
            return Ok(odd);
        }
        if rows.len() > 0 {
            self.open()?;
        }
        self.begin()?;
        let mut piece = std::mem::take(&mut self.piece);
        piece.resize(PIECE + Rows::ROOM, 0);
        let written = self.write_pieces(&mut piece, template, (rows, odd), updates);
        self.piece = piece;
        written
    }

    fn write_pieces(
        &mut self,
        piece: &mut [u8],
        template: &Template,
        (rows, mut odd): (&mut Rows, Option<Update>),
        updates: &mut impl Iterator<Item = Update>,
    ) -> Result<Option<Update>> {
        let (mut length, mut records) = (0, 0);
        while rows.len() > 0 {
            length += rows.write(&mut piece[length..], template);
            records += rows.len() as u64;
            if length >= PIECE {
                self.put_records(&piece[..length], records)?;
                (length, records) = (0, 0);
            }
            if odd.is_some() {
                break;
            }
            odd = rows.take(template, updates);
        }
        self.put_records(&piece[..length], records)?;
        Ok(odd)
    }

    /// The template of this file's records, made before the first one. Who takes it puts it back, or
    /// it is made again.
    #[inline]
    fn take_press(&mut self) -> Box<Press> {
        self.press.take().unwrap_or_else(|| {
            let WriterOptions { profile, layout, line_end, .. } = &self.options;
            let template = Template::new(profile, *layout, *line_end);
            Box::new(Press { template, room: [0; ROOM] })
        })
    }

    /// Writes one record with the items that it has no place for
    /// ([`Record::extras`](crate::Record::extras)).
    ///
    /// # Errors
    ///
    /// A record of another flow, a value that does not fit its item, and whatever the inner writer
    /// says.
    pub fn write_record_with<'e>(
        &mut self,
        record: impl Into<Update>,
        extras: impl IntoIterator<Item = &'e [u8]>,
    ) -> Result<()> {
        let update = record.into();
        let number = Some(self.records + 1);
        if update.flow() != self.options.profile.flow() {
            let at = Position { record: number, ..self.at };
            return Err(Error::new(ErrorKind::UnexpectedRecord, None, at));
        }
        self.open()?;
        self.write_line(number, |out, options| {
            write_update(out, options.layout, &options.profile, update, extras)
        })?;
        self.count(LineKind::Record, 1);
        Ok(())
    }

    /// Writes a line of the body as it was read ([`Record::as_bytes`](crate::Record::as_bytes)),
    /// which loses nothing where layout and profile are the same.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotWritable`] for a line with a line end in it, `UnexpectedRecord` for a header
    /// or a trailer, and whatever the inner writer says.
    pub fn write_raw(&mut self, kind: LineKind, line: &[u8]) -> Result<()> {
        let record = (kind == LineKind::Record).then_some(self.records + 1);
        let at = Position { record, ..self.at };
        if matches!(kind, LineKind::Header | LineKind::Trailer) {
            return Err(Error::new(ErrorKind::UnexpectedRecord, None, at));
        }
        if line.contains(&b'\n') || line.ends_with(b"\r") {
            return Err(Error::new(ErrorKind::NotWritable, None, at));
        }
        if kind == LineKind::Record {
            self.open()?;
        }
        self.write_line(record, |out, _| {
            out.extend_from_slice(line);
            Ok(())
        })?;
        self.count(kind, 1);
        Ok(())
    }

    /// Writes a level-1 group, with the items that it has no place for.
    ///
    /// # Errors
    ///
    /// A number that does not fit its item, a profile without such a group, and whatever the inner
    /// writer says.
    pub fn write_opening<'e>(
        &mut self,
        opening: Opening,
        extras: impl IntoIterator<Item = &'e [u8]>,
    ) -> Result<()> {
        self.write_line(None, |out, options| {
            write_opening(out, options.layout, &options.profile, opening, extras)
        })?;
        self.count(LineKind::Group, 1);
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

    /// Takes from another file's trailer what is not counted: when it was completed, its checksum,
    /// and further items. File identifier and counts are this file's own.
    pub fn set_trailer(&mut self, trailer: &Trailer) {
        self.trailer = Some(trailer.clone());
    }

    /// Says when the file was completed; see [`WriterOptions::completed`].
    pub const fn set_completed(&mut self, completed: Timestamp) {
        self.options.completed = Some(completed);
    }

    /// Writes the trailer if there is a header, flushes, and hands the inner writer back.
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
        if let Some(trailer) = self.make_trailer() {
            self.write_line(None, |out, options| {
                write_trailer(out, options.layout, &options.profile, &trailer)
            })?;
        }
        self.inner.flush().map_err(|error| Error::io(error, self.at))
    }

    /// The trailer, if there is a header: with its identifier, which was seen to fit when the header
    /// was written.
    fn make_trailer(&self) -> Option<Trailer> {
        let header = self.options.header.as_ref()?;
        let (id, groups, flows) = (header.file_identifier(), self.groups, self.flows);
        let completed = self.options.completed.unwrap_or(header.created());
        Some(match &self.trailer {
            Some(other) => other.of_file(id, groups, flows),
            None => Trailer::of_counts(id, groups, flows, completed),
        })
    }

    /// Writes the header now, if there is one, rather than before the first line. It is written
    /// once, however often this is called.
    ///
    /// # Errors
    ///
    /// A header that the layout has no place for, whatever the inner writer says, and always once a
    /// write has failed.
    pub fn begin(&mut self) -> Result<()> {
        if self.failed {
            return Err(Error::io(io::Error::other("an earlier write failed"), self.at));
        }
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        let Some(header) = self.options.header.clone() else { return Ok(()) };
        let written = self.write_line(None, |out, options| {
            write_header(out, options.layout, &options.profile, &header)
        });
        // a file without its header is none, so a header that cannot be written is asked for again
        self.begun = written.is_ok();
        written
    }

    /// The level-1 group before the first record.
    fn open(&mut self) -> Result<()> {
        if self.opened || self.options.profile.opening_group().is_none() {
            return Ok(());
        }
        let file_sequence_number = Some(self.options.file_sequence_number);
        self.write_opening(Opening { file_sequence_number }, [])
    }

    fn count(&mut self, kind: LineKind, lines: u64) {
        let has_opening = self.options.profile.opening_group().is_some();
        let top = if has_opening { LineKind::Group } else { LineKind::Record };
        self.groups += lines;
        self.flows += if kind == top { lines } else { 0 };
        self.opened |= kind == LineKind::Group;
        self.records += if kind == LineKind::Record { lines } else { 0 };
    }

    /// Gives the inner writer the lines of the next records.
    fn put_records(&mut self, lines: &[u8], records: u64) -> Result<()> {
        if records == 0 {
            return Ok(());
        }
        self.put(lines, records, Some(self.records + 1))?;
        self.count(LineKind::Record, records);
        Ok(())
    }

    /// Gives the inner writer lines, the first of which is a record's or none's.
    fn put(&mut self, lines: &[u8], count: u64, record: Option<u64>) -> Result<()> {
        if let Err(error) = self.inner.write_all(lines) {
            self.failed = true;
            return Err(Error::io(error, Position { record, ..self.at }));
        }
        self.at.offset += lines.len() as u64;
        self.at.line += count;
        Ok(())
    }

    /// Writes one line, which is a record's or none's.
    fn write_line(
        &mut self,
        record: Option<u64>,
        write: impl FnOnce(&mut Vec<u8>, &WriterOptions) -> Result<(), Unwritable>,
    ) -> Result<()> {
        self.begin()?;
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        let written = write(&mut line, &self.options).map_err(|wrong| {
            Error::new(wrong.kind, Some(wrong.field), Position { record, ..self.at })
        });
        line.extend_from_slice(self.options.line_end.as_bytes());
        let written = written.and_then(|()| self.put(&line, 1, record));
        self.line = line;
        written
    }
}
