//! Records to a file of any format.

use std::borrow::Cow;
use std::io::{BufWriter, Write};

use flagflow_codec::{
    Content, FileOrder, Item, ItemKind, LineKind, LineSpec, RawLine, Slot, Style, Table, Values,
    Writer,
};
use flagflow_domain::Outcome;
use flagflow_frame::LineEnd;
use flagflow_rows::push_digits;

use flagflow_files::input::BUFFER;
use flagflow_files::spreadsheet::guarded;
use flagflow_files::{Error, Result};

use super::flow::{ConvertFlow, Extras, FURTHER, Objection, RECORD, kind_name, object_to};
use super::options::{ConvertOptions, RecordFormat};
use super::reason::ConvertReason;
use super::records::{ConvertTarget, RecordTable, TableRecord};

/// Writes the records of a conversion.
pub(super) enum Sink<'t, F: ConvertFlow, W: Write> {
    Lines(Box<LineSink<F, W>>),
    Table(Box<TableSink<F, W>>),
    Objects(Box<ObjectSink<F, W>>),
    Records(Box<RecordSink<'t, F>>),
}

impl<'t, F: ConvertFlow, W: Write> Sink<'t, F, W> {
    pub(super) fn new(
        output: ConvertTarget<'t, W>,
        format: &F::Format,
        header: Option<F::Header>,
        line_end: LineEnd,
        options: &ConvertOptions,
    ) -> Self {
        let format = F::writing(format, options.to);
        let (header, objection) = match header {
            Some(header) => {
                let (header, objection) = F::fit_header(header, &format, options.to);
                (Some(header), objection)
            }
            None => (None, None),
        };
        let writer = F::writer_options(&format, header.as_ref(), line_end, options);
        let output = match output {
            ConvertTarget::Text(output) => output,
            ConvertTarget::Records(table) => {
                let text = TextSink::new(Vec::new(), format, line_end);
                let lines = ObjectSink::new(text, writer, header, objection);
                return Self::Records(Box::new(RecordSink::new(table, lines)));
            }
        };
        let text = TextSink::new(output, format, line_end);
        match options.to {
            RecordFormat::Csv => Self::Table(Box::new(TableSink::new(text, &writer, options))),
            RecordFormat::Jsonl => {
                Self::Objects(Box::new(ObjectSink::new(text, writer, header, objection)))
            }
            _ => Self::Lines(Box::new(LineSink::new(text, writer, header.as_ref(), objection))),
        }
    }

    /// Begins the file. Returns the reason why the header cannot be written as received; the output
    /// then leaves out the invalid part.
    pub(super) const fn begin(&self) -> Objection<F> {
        match self {
            Self::Lines(lines) => lines.header_objection,
            Self::Table(_) => None,
            Self::Objects(objects) => objects.header_objection,
            Self::Records(records) => records.lines.header_objection,
        }
    }

    /// Returns the reason why a record cannot be written in this format.
    pub(super) fn objection(&mut self, record: &F::Record, extras: &Extras) -> Objection<F> {
        match self {
            Self::Lines(lines) => lines.objection(record, extras),
            Self::Table(table) => table.objection(record),
            Self::Objects(_) => None,
            Self::Records(records) => records.objection(extras),
        }
    }

    pub(super) fn write(&mut self, record: F::Record, extras: &Extras) -> Result<()> {
        match self {
            Self::Lines(lines) => lines.write(record, extras),
            Self::Table(table) => table.write(&record, extras),
            Self::Objects(objects) => objects.write(&record, extras),
            Self::Records(records) => records.write(&record),
        }
    }

    /// Writes a group, or returns the reason why it cannot be written.
    pub(super) fn group(&mut self, group: F::Group, extras: &Extras) -> Result<Objection<F>> {
        match self {
            Self::Lines(lines) => return lines.group(group, extras),
            Self::Table(table) => table.group(group, extras),
            Self::Objects(objects) => objects.group(group, extras)?,
            Self::Records(records) => return records.group(group, extras),
        }
        Ok(None)
    }

    /// Takes a trailer that will be written with new counts. Returns the reason why it cannot be
    /// written as it is.
    pub(super) fn trailer(
        &mut self,
        trailer: F::Trailer,
        options: &ConvertOptions,
    ) -> Objection<F> {
        match self {
            Self::Lines(lines) => lines.trailer(trailer, options),
            Self::Table(_) => None,
            Self::Objects(objects) => objects.take_trailer(trailer, options),
            Self::Records(records) => records.lines.take_trailer(trailer, options),
        }
    }

    /// Writes what comes last, and flushes.
    pub(super) fn finish(self) -> Result<()> {
        match self {
            Self::Lines(lines) => {
                let written = lines.writer.finish();
                written.map(|_| ()).map_err(|error| unwritten(error.into_parts().0))
            }
            Self::Table(table) => table.finish(),
            Self::Objects(objects) => objects.finish(),
            Self::Records(records) => records.finish(),
        }
    }
}

fn unwritten<N: flagflow_codec::Name + std::fmt::Display>(
    error: flagflow_codec::Error<N>,
) -> Error {
    Error::writing(error.into_io().unwrap_or_else(std::io::Error::other))
}

/// Writes a file in one of the layouts of the flow.
pub(super) struct LineSink<F: ConvertFlow, W: Write> {
    writer: Writer<F, BufWriter<W>>,
    format: F::Format,
    header_objection: Objection<F>,
    scratch: Vec<u8>,
}

impl<F: ConvertFlow, W: Write> LineSink<F, W> {
    fn new(
        text: TextSink<F, W>,
        options: F::WriterOptions,
        header: Option<&F::Header>,
        objection: Objection<F>,
    ) -> Self {
        let TextSink { output, format, .. } = text;
        let writer = Writer::with_options(output, options);
        let mut sink = Self { writer, format, header_objection: objection, scratch: Vec::new() };
        let unfit =
            header.and_then(|header| sink.unfit(&Content::Header(header), &Extras::default()));
        sink.header_objection = objection.or(unfit);
        sink
    }

    /// Returns the reason why a line cannot be written.
    fn unfit(&mut self, content: &Content<'_, F>, extras: &Extras) -> Objection<F> {
        self.scratch.clear();
        F::write_line(&mut self.scratch, &self.format, content, &mut extras.iter())
            .err()
            .map(object_to)
    }

    /// Text that cannot be written only occurs where it is padded: text that ends in padding.
    fn objection(&mut self, record: &F::Record, extras: &Extras) -> Objection<F> {
        if self.format.as_ref().style() != Style::FixedPadded
            || extras.is_empty() && F::values(record).reason.is_none()
        {
            return None;
        }
        self.unfit(&Content::Record(*record), extras)
    }

    fn write(&mut self, record: F::Record, extras: &Extras) -> Result<()> {
        let written = match extras.is_empty() {
            true => self.writer.write(record),
            false => self.writer.write_with(record, extras.iter()),
        };
        written.map_err(unwritten)
    }

    fn group(&mut self, group: F::Group, extras: &Extras) -> Result<Objection<F>> {
        let objection = self.unfit(&Content::Group(group), extras);
        if objection.is_none() {
            self.writer.write_opening(group, extras.iter()).map_err(unwritten)?;
        }
        Ok(objection)
    }

    fn trailer(&mut self, trailer: F::Trailer, options: &ConvertOptions) -> Objection<F> {
        let (trailer, objection) = F::fit_trailer(trailer, &self.format, options);
        let unfit = self.unfit(&Content::Trailer(&trailer), &Extras::default());
        if unfit.is_none() {
            self.writer.set_trailer(&trailer);
        }
        unfit.or(objection)
    }
}

/// Writes lines of text that have the values of the flow's lines.
pub(super) struct TextSink<F: ConvertFlow, W: Write> {
    output: BufWriter<W>,
    line_end: &'static [u8],
    format: F::Format,
    /// The places of the records without and with an outcome among the lines of the table.
    records: [usize; 2],
    line: Vec<u8>,
    scratch: Vec<u8>,
}

impl<F: ConvertFlow, W: Write> TextSink<F, W> {
    fn new(output: W, format: F::Format, line_end: LineEnd) -> Self {
        let lines = format.as_ref().lines().iter();
        let answer = lines.take_while(|line| line.kind() == LineKind::Record).position(has_outcome);
        Self {
            output: BufWriter::with_capacity(BUFFER, output),
            line_end: line_end.as_bytes(),
            format,
            records: [0, answer.unwrap_or(0)],
            line: Vec::new(),
            scratch: Vec::new(),
        }
    }

    fn end_line(&mut self) -> Result<()> {
        self.line.extend_from_slice(self.line_end);
        self.output.write_all(&self.line).map_err(Error::writing)
    }

    fn finish(mut self) -> Result<()> {
        self.output.flush().map_err(Error::writing)
    }
}

fn has_outcome<F: ConvertFlow>(line: &LineSpec<F>) -> bool {
    line.items().iter().any(|item| item.slot == Slot::Outcome)
}

/// Returns the line of a record.
fn line_of<'t, F: ConvertFlow>(
    table: &'t Table<F>,
    records: [usize; 2],
    values: &Values<F::Reason>,
) -> &'t LineSpec<F> {
    &table.lines()[records[usize::from(values.outcome != 0)]]
}

/// Returns the line above the records, where there is one.
fn group_of<F: ConvertFlow>(table: &Table<F>) -> Option<&LineSpec<F>> {
    table.line(table.lines().first()?.parent()?)
}

/// Appends the text of an item of a record, whose own line is `own`. Returns true if the text may
/// have any characters.
#[inline(always)]
#[expect(clippy::inline_always, reason = "a call for each cell takes a tenth of the time")]
fn push_item<'e, F: ConvertFlow>(
    line: &mut Vec<u8>,
    item: &Item<F::Field>,
    own: &LineSpec<F>,
    values: &Values<F::Reason>,
    extras: &mut impl Iterator<Item = &'e [u8]>,
) -> bool {
    match item.slot {
        Slot::Number => push_digits(line, values.number.unwrap_or_default(), 1),
        Slot::Point(_) if item.kind == ItemKind::Mpan => {
            push_digits(line, values.point, item.length);
        }
        Slot::Point(_) => push_digits(line, values.point, 1),
        Slot::Flag => line.push(values.flag),
        Slot::Outcome => {
            let outcome = Outcome::from_first_letter(values.outcome);
            line.extend_from_slice(outcome.map_or("", Outcome::as_str).as_bytes());
        }
        Slot::Date => push_digits(line, values.date.into(), 8),
        Slot::Constant if F::CODE_IS_ITEM => line.extend_from_slice(own.code().as_bytes()),
        Slot::Constant => line.extend_from_slice(own.constant().as_bytes()),
        Slot::Reason => line.extend_from_slice(values.reason.as_ref().map_or(b"", AsRef::as_ref)),
        Slot::Extra | Slot::Checked => line.extend_from_slice(extras.next().unwrap_or_default()),
        Slot::Unused => {}
    }
    let is_code = item.slot == Slot::Constant && F::CODE_IS_ITEM;
    let is_text = matches!(item.slot, Slot::Constant | Slot::Reason | Slot::Extra | Slot::Checked);
    is_text && !is_code
}

/// Returns the items of a line that is not a record, as the codec writes them; none where it
/// cannot.
fn items<'l, F: ConvertFlow>(
    line: &'l mut Vec<u8>,
    format: &'l F::Format,
    content: &Content<'_, F>,
    extras: &Extras,
) -> impl Iterator<Item = (&'l Item<F::Field>, &'l [u8])> {
    line.clear();
    let written = F::write_line(line, format, content, &mut extras.iter());
    let raw = written.ok().and_then(|()| RawLine::cut(line.as_slice(), format.as_ref()).ok());
    raw.into_iter().flat_map(|raw| raw.items()).map(|item| (item.spec(), item.text()))
}

/// Writes a table: a row for each record. The first record decides which columns there are.
pub(super) struct TableSink<F: ConvertFlow, W: Write> {
    text: TextSink<F, W>,
    /// The place of the first record's line among the lines of the table.
    first: Option<usize>,
    /// True if no cell may be taken for a formula.
    safe: bool,
    /// The cells of the group at hand, each with its comma.
    group: Vec<u8>,
}

impl<F: ConvertFlow, W: Write> TableSink<F, W> {
    fn new(text: TextSink<F, W>, writer: &F::WriterOptions, options: &ConvertOptions) -> Self {
        let mut table = Self { text, first: None, safe: options.csv_safe, group: Vec::new() };
        // the group above a row whose own group could not be read
        if let Some(group) = F::opening(writer) {
            table.group(group, &Extras::default());
        }
        table
    }

    fn objection(&self, record: &F::Record) -> Objection<F> {
        let first = &self.text.format.as_ref().lines()[self.first?];
        let is_lost = F::values(record).outcome != 0 && !has_outcome(first);
        F::KIND.filter(|_| is_lost).map(|kind| (kind, ConvertReason::NoOutcomeColumn))
    }

    fn write(&mut self, record: &F::Record, extras: &Extras) -> Result<()> {
        let values = F::values(record);
        let first = self.begin(self.text.records[usize::from(values.outcome != 0)])?;
        let TextSink { format, line, records, .. } = &mut self.text;
        let table = format.as_ref();
        let own = line_of(table, *records, &values);
        let mut extras = extras.iter();
        line.clone_from(&self.group);
        for item in table.lines()[first].items() {
            let at = line.len();
            if push_item(line, item, own, &values, &mut extras) {
                quote(line, at, self.safe);
            }
            line.push(b',');
        }
        self.end_line()
    }

    fn group(&mut self, group: F::Group, extras: &Extras) {
        self.group.clear();
        let TextSink { format, scratch, .. } = &mut self.text;
        for (_, text) in items::<F>(scratch, format, &Content::Group(group), extras) {
            push_cell(&mut self.group, text, self.safe);
        }
    }

    /// Writes the names of the columns, once. Returns the place of the line that decided them.
    fn begin(&mut self, place: usize) -> Result<usize> {
        if let Some(first) = self.first {
            return Ok(first);
        }
        self.first = Some(place);
        let TextSink { format, line, .. } = &mut self.text;
        let table = format.as_ref();
        line.clear();
        for spec in group_of(table).into_iter().chain([&table.lines()[place]]) {
            for item in spec.items() {
                push_cell(line, F::name(&item.field).as_bytes(), self.safe);
            }
        }
        self.end_line().map(|()| place)
    }

    /// Ends the line, without the comma of the last cell.
    fn end_line(&mut self) -> Result<()> {
        self.text.line.pop();
        self.text.end_line()
    }

    /// Ends the table; without records it only has the column names.
    fn finish(mut self) -> Result<()> {
        self.begin(0)?;
        self.text.finish()
    }
}

/// Writes a cell and its comma, in quotes where needed, and guarded where it is to be safe.
fn push_cell(line: &mut Vec<u8>, text: &[u8], safe: bool) {
    let at = line.len();
    line.extend_from_slice(text);
    quote(line, at, safe);
    line.push(b',');
}

/// Puts the cell that begins at a byte of the line in quotes where needed, guarded where it is to
/// be safe.
fn quote(line: &mut Vec<u8>, at: usize, safe: bool) {
    let text = &line[at..];
    let text = if safe { guarded(text) } else { Cow::Borrowed(text) };
    let is_bare = !text.iter().any(|byte| b",\"\r\n".contains(byte));
    if is_bare && matches!(text, Cow::Borrowed(_)) {
        return;
    }
    let text = text.into_owned();
    line.truncate(at);
    if is_bare {
        return line.extend_from_slice(&text);
    }
    line.push(b'"');
    for byte in text {
        line.extend(std::iter::repeat_n(byte, 1 + usize::from(byte == b'"')));
    }
    line.push(b'"');
}

/// Writes an object a line, the header and the trailer among them.
pub(super) struct ObjectSink<F: ConvertFlow, W: Write> {
    text: TextSink<F, W>,
    writer: F::WriterOptions,
    header: Option<F::Header>,
    header_objection: Objection<F>,
    trailer: Option<F::Trailer>,
    order: FileOrder<F>,
    begun: bool,
    opened: bool,
}

impl<F: ConvertFlow, W: Write> ObjectSink<F, W> {
    fn new(
        text: TextSink<F, W>,
        writer: F::WriterOptions,
        header: Option<F::Header>,
        header_objection: Objection<F>,
    ) -> Self {
        let table = text.format.as_ref();
        let (order, opened) = (FileOrder::new(table), group_of(table).is_none());
        Self { text, writer, header, header_objection, trailer: None, order, begun: false, opened }
    }

    fn take_trailer(&mut self, trailer: F::Trailer, options: &ConvertOptions) -> Objection<F> {
        let (trailer, objection) = F::fit_trailer(trailer, &self.text.format, options);
        self.trailer = Some(trailer);
        objection
    }

    fn write(&mut self, record: &F::Record, extras: &Extras) -> Result<()> {
        self.begin()?;
        if let (false, Some(group)) = (self.opened, F::opening(&self.writer)) {
            self.group(group, &Extras::default())?;
        }
        self.order.take_records(1);
        let values = F::values(record);
        let TextSink { format, line, records, .. } = &mut self.text;
        let own = line_of(format.as_ref(), *records, &values);
        let mut extras = extras.iter();
        begin_object(line, own);
        for item in own.items() {
            let at = begin_value::<F>(line, item);
            if push_item(line, item, own, &values, &mut extras) {
                escape(line, at);
            }
            end_value(line, item);
        }
        self.end_object()
    }

    fn group(&mut self, group: F::Group, extras: &Extras) -> Result<()> {
        self.opened = true;
        self.begin()?;
        self.object(&Content::Group(group), LineKind::Group, extras)
    }

    fn begin(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        let Some(header) = self.header.clone() else { return Ok(()) };
        self.object(&Content::Header(&header), LineKind::Header, &Extras::default())
    }

    /// Writes a line that is not a record as an object.
    fn object(&mut self, content: &Content<'_, F>, kind: LineKind, extras: &Extras) -> Result<()> {
        let TextSink { format, line, scratch, .. } = &mut self.text;
        let Some(own) = format.as_ref().lines().iter().find(|line| line.kind() == kind) else {
            return Ok(());
        };
        self.order.place(Some(own.tag()));
        begin_object(line, own);
        for (item, text) in items(scratch, format, content, extras) {
            let at = begin_value::<F>(line, item);
            line.extend_from_slice(text);
            escape(line, at);
            end_value(line, item);
        }
        let further = F::further(content);
        if !further.is_empty() {
            line.extend_from_slice(format!(",\"{FURTHER}\":\"").as_bytes());
            let at = line.len();
            line.extend_from_slice(further);
            escape(line, at);
            line.push(b'"');
        }
        self.end_object()
    }

    fn end_object(&mut self) -> Result<()> {
        self.text.line.push(b'}');
        self.text.end_line()
    }

    /// Writes the trailer, with new counts.
    fn end(&mut self) -> Result<()> {
        let Some(header) = &self.header else { return Ok(()) };
        let other = self.trailer.as_ref();
        let trailer = F::trailer(&self.writer, header, self.order.counts(), other)
            .map_err(|error| Error::writing(std::io::Error::other(error.to_string())))?;
        self.object(&Content::Trailer(&trailer), LineKind::Trailer, &Extras::default())
    }

    fn finish(mut self) -> Result<()> {
        self.begin()?;
        self.end()?;
        self.text.finish()
    }
}

/// Begins the object of a line: with its kind, unless that is an item.
fn begin_object<F: ConvertFlow>(line: &mut Vec<u8>, own: &LineSpec<F>) {
    line.clear();
    line.push(b'{');
    if F::KIND.is_none() {
        for part in ["\"", RECORD, "\":\"", kind_name(own), "\""] {
            line.extend_from_slice(part.as_bytes());
        }
    }
}

/// Returns true if an item is a number in an object, not text.
fn is_number<N>(item: &Item<N>) -> bool {
    item.kind == ItemKind::Number && !item.slot.is_extra()
}

/// Writes the key of an item and the quote before its text. Returns the place of the text.
fn begin_value<F: ConvertFlow>(line: &mut Vec<u8>, item: &Item<F::Field>) -> usize {
    if line.len() > 1 {
        line.push(b',');
    }
    line.push(b'"');
    line.extend_from_slice(F::name(&item.field).as_bytes());
    line.extend_from_slice(if is_number(item) { b"\":" } else { b"\":\"" });
    line.len()
}

/// Writes the quote after the text of an item.
fn end_value<N>(line: &mut Vec<u8>, item: &Item<N>) {
    if !is_number(item) {
        line.push(b'"');
    }
}

/// Escapes the text that begins at a byte of the line.
fn escape(line: &mut Vec<u8>, at: usize) {
    let text = &line[at..];
    if text.iter().all(|byte| matches!(byte, b' '..=b'~') && !b"\"\\".contains(byte)) {
        return;
    }
    // the text of an item is ASCII, so nothing of it is replaced
    let text = serde_json::Value::from(String::from_utf8_lossy(text)).to_string();
    line.truncate(at);
    line.extend_from_slice(text.as_bytes().get(1..text.len() - 1).unwrap_or_default());
}

/// Writes records to a table that is not text. The lines that are not records are objects beside
/// it.
pub(super) struct RecordSink<'t, F: ConvertFlow> {
    table: &'t mut dyn RecordTable,
    lines: ObjectSink<F, Vec<u8>>,
    /// Items that a record has and the table does not.
    extra: Option<F::Field>,
    has_group: bool,
}

impl<'t, F: ConvertFlow> RecordSink<'t, F> {
    fn new(table: &'t mut dyn RecordTable, lines: ObjectSink<F, Vec<u8>>) -> Self {
        let own = lines.text.format.as_ref().lines().iter();
        let mut items =
            own.filter(|line| line.kind() == LineKind::Record).flat_map(LineSpec::items);
        let extra = items.find(|item| item.slot.is_extra()).map(|item| item.field);
        Self { table, lines, extra, has_group: false }
    }

    fn objection(&self, extras: &Extras) -> Objection<F> {
        let is_lost = extras.iter().any(|extra| !extra.is_empty());
        self.extra.filter(|_| is_lost).map(|field| (field, NOT_WRITABLE))
    }

    fn write(&mut self, record: &F::Record) -> Result<()> {
        let values = F::values(record);
        if !self.lines.opened
            && let Some(group) = F::opening(&self.lines.writer)
        {
            self.lines.group(group, &Extras::default())?;
        }
        self.lines.order.take_records(1);
        let TextSink { format, records, .. } = &self.lines.text;
        let own = line_of(format.as_ref(), *records, &values);
        let Values { number, point, flag, outcome, date, reason } = values;
        let reason = reason.as_ref().map(AsRef::as_ref);
        let values = Values { number, point, flag, outcome, date, reason };
        let transaction_type = F::transaction_type(format, own);
        self.table.write(&TableRecord { fuel: F::FUEL, transaction_type, values })
    }

    /// Takes a group. The table has no place for the items of a second one.
    fn group(&mut self, group: F::Group, extras: &Extras) -> Result<Objection<F>> {
        if std::mem::replace(&mut self.has_group, true) {
            let table = self.lines.text.format.as_ref();
            let item = group_of(table).and_then(|group| group.items().first());
            return Ok(item.map(|item| (item.field, NOT_WRITABLE)));
        }
        self.lines.group(group, extras)?;
        Ok(None)
    }

    fn finish(mut self) -> Result<()> {
        self.lines.begin()?;
        self.lines.end()?;
        let TextSink { output, line_end, .. } = self.lines.text;
        let is_crlf = line_end == LineEnd::CrLf.as_bytes();
        let lines = output.into_inner().map_err(|error| Error::writing(error.into_error()))?;
        self.table.finish(&lines, if is_crlf { LineEnd::CrLf } else { LineEnd::Lf })
    }
}

const NOT_WRITABLE: ConvertReason = ConvertReason::Codec(flagflow_codec::ErrorKind::NotWritable);
