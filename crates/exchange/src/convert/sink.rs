//! Records to a file of any format.

use std::borrow::Cow;
use std::num::NonZeroUsize;
use std::sync::Arc;

use flagflow_codec::{
    Content, ErrorKind, FileOrder, Item, ItemKind, LineCode, LineKind, LineSpec, RawLine, Slot,
    Style, Table, Target, Values, Writer,
};
use flagflow_domain::Outcome;
use flagflow_frame::LineEnd;
use flagflow_rows::push_digits;

use flagflow_files::input::BUFFER;
use flagflow_files::spreadsheet::guarded;
use flagflow_files::{Error, Result};

use super::flow::{
    ConvertFlow, Extras, FURTHER, Objection, RECORD, Rest, group_of, object_to, reason_item,
    reason_line,
};
use super::options::{ConvertOptions, RecordFormat};
use super::reason::ConvertReason;
use super::records::RecordTable;

/// Writes the records of a conversion, text to a chunk of the output.
pub(super) enum Sink<'t, F: ConvertFlow> {
    Lines(Box<LineSink<F>>),
    Table(Box<TableSink<F>>),
    Objects(Box<ObjectSink<F>>),
    Records(Box<RecordSink<'t, F>>),
}

impl<'t, F: ConvertFlow> Sink<'t, F> {
    pub(super) fn new(
        table: Option<&'t mut dyn RecordTable>,
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
        let target = Target { line_end, header: header.clone(), ..Target::new(format.clone()) };
        let writer = F::writer_options(target.into(), options);
        let text = TextSink::new(format, line_end, options);
        if let Some(table) = table {
            let lines = ObjectSink::new(text, writer, header, objection);
            return Self::Records(Box::new(RecordSink::new(table, lines)));
        }
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
    pub(super) fn objection(&mut self, record: &F::Record, rest: &Rest<F>) -> Objection<F> {
        match self {
            Self::Lines(lines) => lines.objection(record, rest),
            Self::Table(table) => table.objection(record, rest),
            Self::Objects(_) => None,
            Self::Records(records) => records.objection(rest),
        }
    }

    /// Writes a record, or returns the reason why it cannot be written at its place.
    pub(super) fn write(
        &mut self,
        chunk: &mut TextChunk<F>,
        record: F::Record,
        rest: &Rest<F>,
    ) -> Result<Objection<F>> {
        match self {
            Self::Lines(lines) => return lines.write(chunk, record, rest),
            Self::Table(table) => table.write(chunk, &record, rest),
            Self::Objects(objects) => objects.write(chunk, &record, rest)?,
            Self::Records(records) => records.write(record, rest)?,
        }
        Ok(None)
    }

    /// Writes a group, or returns the reason why it cannot be written.
    pub(super) fn group(
        &mut self,
        chunk: &mut TextChunk<F>,
        group: F::Group,
        extras: &Extras,
    ) -> Result<Objection<F>> {
        match self {
            Self::Lines(lines) => return lines.group(chunk, group, extras),
            Self::Table(table) => return Ok(table.group(group, extras)),
            Self::Objects(objects) => objects.group(chunk, group, extras)?,
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

    /// Writes what comes last.
    pub(super) fn finish(self, chunk: &mut TextChunk<F>) -> Result<()> {
        match self {
            Self::Lines(lines) => {
                let written = lines.writer.finish();
                chunk.text = written.map_err(|error| unwritten(error.into_parts().0))?;
            }
            Self::Table(mut table) => table.begin(chunk, 0),
            Self::Objects(objects) => objects.finish(chunk)?,
            Self::Records(records) => records.finish()?,
        }
        Ok(())
    }
}

/// Returns the error of a file that cannot be written to its end: where it is not the writer's, the
/// lines that are left would be no valid file.
fn unwritten<N: flagflow_codec::Name + std::fmt::Display>(
    error: flagflow_codec::Error<N>,
) -> Error {
    if error.is_recoverable() {
        let what = format!("the output would be no valid file: {}", error.kind());
        return Error::new(crate::ErrorKind::Options, what);
    }
    Error::writing(error.into_io().unwrap_or_else(std::io::Error::other))
}

/// Returns the objection to a line that has no place in its file.
fn misplaced<N: flagflow_codec::Name + std::fmt::Display>(
    written: flagflow_codec::Result<(), N>,
) -> Result<Option<(Option<N>, ConvertReason)>> {
    match written {
        Ok(()) => Ok(None),
        Err(error) if error.is_recoverable() => {
            Ok(Some((error.field(), ConvertReason::Codec(error.kind()))))
        }
        Err(error) => Err(unwritten(error)),
    }
}

/// Writes a file in one of the layouts of the flow.
pub(super) struct LineSink<F: ConvertFlow> {
    writer: Writer<F, Vec<u8>>,
    format: F::Format,
    header_objection: Objection<F>,
    scratch: Vec<u8>,
}

impl<F: ConvertFlow> LineSink<F> {
    fn new(
        text: TextSink<F>,
        options: F::WriterOptions,
        header: Option<&F::Header>,
        objection: Objection<F>,
    ) -> Self {
        let TextSink { format, scratch, .. } = text;
        let writer = Writer::with_options(Vec::new(), options);
        let mut sink = Self { writer, format, header_objection: objection, scratch };
        let unfit = header.and_then(|header| sink.unfit(&Content::Header(header), &Extras::NONE));
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
    fn objection(&mut self, record: &F::Record, rest: &Rest<F>) -> Objection<F> {
        let is_plain = |values: Values| !values.party.contains(&b' ');
        if self.format.as_ref().style() != Style::FixedPadded
            || rest.is_empty() && F::values(record).is_some_and(is_plain)
        {
            return None;
        }
        self.unfit(&Content::Record(*record), &rest.extras).or_else(|| {
            let mut reasons = rest.reasons.iter();
            reasons.find_map(|it| self.unfit(&Content::Reason(*it), &Extras::NONE))
        })
    }

    fn write(
        &mut self,
        chunk: &mut TextChunk<F>,
        record: F::Record,
        rest: &Rest<F>,
    ) -> Result<Objection<F>> {
        let written = misplaced(match rest.is_empty() {
            true => self.writer.write(record),
            false => self.writer.write_with_reasons(record, rest.extras.iter(), &rest.reasons),
        });
        self.fill(chunk);
        written
    }

    fn group(
        &mut self,
        chunk: &mut TextChunk<F>,
        group: F::Group,
        extras: &Extras,
    ) -> Result<Objection<F>> {
        let objection = self.unfit(&Content::Group(group), extras);
        if objection.is_some() {
            return Ok(objection);
        }
        let written = misplaced(self.writer.write_opening(group, extras.iter()));
        self.fill(chunk);
        written
    }

    /// Moves the text to the chunk, if that makes it full: the writer makes the text, because it
    /// checks the order of its lines.
    fn fill(&mut self, chunk: &mut TextChunk<F>) {
        let text = self.writer.inner_mut();
        if text.len() >= BUFFER {
            std::mem::swap(&mut chunk.text, text);
        }
    }

    fn trailer(&mut self, trailer: F::Trailer, options: &ConvertOptions) -> Objection<F> {
        let (trailer, objection) = F::fit_trailer(trailer, &self.format, options);
        let unfit = self.unfit(&Content::Trailer(&trailer), &Extras::NONE);
        if unfit.is_none() {
            self.writer.set_trailer(&trailer);
        }
        unfit.or(objection)
    }
}

/// A piece of the output: lines of text, and among them records that are not yet text. Any thread
/// can make them text, because all that depends on their order is decided. Where there are no other
/// threads all records are text at once, which takes a tenth less than keeping their values.
pub(super) struct TextChunk<F: ConvertFlow> {
    text: Vec<u8>,
    /// The records, each with the number of bytes of the text that come before it.
    records: Vec<(usize, Values)>,
    rows: Option<Arc<RecordTexts<F>>>,
    /// The text with the records in it.
    whole: Vec<u8>,
}

impl<F: ConvertFlow> Default for TextChunk<F> {
    fn default() -> Self {
        Self { text: Vec::new(), records: Vec::new(), rows: None, whole: Vec::new() }
    }
}

impl<F: ConvertFlow> TextChunk<F> {
    /// The most records that are not text: 96 KiB of values, and 90 to 270 KiB as text.
    const RECORDS: usize = 2048;

    /// Empties the chunk, and keeps its memory.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.records.clear();
    }

    pub(super) fn is_full(&self) -> bool {
        self.records.len() >= Self::RECORDS || self.text.len() >= BUFFER
    }

    /// Returns true if there is text to be made of records.
    pub(super) fn has_records(&self) -> bool {
        !self.records.is_empty()
    }

    /// Takes a record after the text that is there, with the rows of all records.
    #[inline]
    fn push(&mut self, record: &F::Record, extras: &Extras, rows: &Arc<RecordTexts<F>>) {
        // the values go straight to their place: a copy of them would wait for their own stores
        match F::values(record) {
            Some(values) if rows.are_deferred && extras.is_empty() => {
                self.records.push((self.text.len(), values));
                if self.rows.is_none() {
                    self.rows = Some(Arc::clone(rows));
                }
            }
            values => rows.write(&mut self.text, &values.unwrap_or(Values::NONE), extras),
        }
    }

    /// Makes text of the records.
    pub(super) fn render(&mut self) {
        self.whole.clear();
        let Self { text, records, rows: Some(rows), whole } = self else { return };
        whole.reserve(text.len() + records.len() * rows.room);
        let mut at = 0;
        for (before, values) in records {
            if at < *before {
                whole.extend_from_slice(&text[at..*before]);
                at = *before;
            }
            rows.write(whole, values, &Extras::NONE);
        }
        whole.extend_from_slice(&text[at..]);
    }

    /// Returns the text, once the records are text.
    pub(super) fn text(&self) -> &[u8] {
        if self.rows.is_some() { &self.whole } else { &self.text }
    }
}

/// The texts of records, but for their values.
struct RecordTexts<F: ConvertFlow> {
    /// The records without and with an outcome.
    templates: [Template<F>; 2],
    fit: Fit,
    line_end: &'static [u8],
    /// Records without extras are made text later, perhaps by other threads.
    are_deferred: bool,
    /// The most bytes of such a record.
    room: usize,
}

impl<F: ConvertFlow> RecordTexts<F> {
    /// The most bytes of a value: 20 digits, or the four characters of a party, escaped.
    const VALUE: usize = 24;

    /// Appends a record with its line ending.
    #[inline]
    fn write(&self, line: &mut Vec<u8>, values: &Values, extras: &Extras) {
        let template = &self.templates[usize::from(values.outcome != 0)];
        template.write(line, values, extras, |line, at| self.fit.apply(line, at));
        line.extend_from_slice(self.line_end);
    }
}

/// A way to change a text of any characters to suit its place.
#[derive(Clone, Copy, Debug)]
enum Fit {
    Cell(CellStyle),
    Value,
}

impl Fit {
    /// Changes the text that begins at a byte of the line.
    #[inline]
    fn apply(self, line: &mut Vec<u8>, at: usize) {
        match self {
            Self::Cell(style) => quote(line, at, style),
            Self::Value => escape(line, at),
        }
    }
}

/// The values of the flow's lines as text.
pub(super) struct TextSink<F: ConvertFlow> {
    line_end: &'static [u8],
    format: F::Format,
    /// The places of the records without and with an outcome among the lines of the table.
    records: [usize; 2],
    /// There are threads that can make text of records.
    may_defer: bool,
    scratch: Vec<u8>,
}

impl<F: ConvertFlow> TextSink<F> {
    fn new(format: F::Format, line_end: LineEnd, options: &ConvertOptions) -> Self {
        let lines = format.as_ref().lines().iter();
        let answer = lines.take_while(|line| line.kind() == LineKind::Record).position(has_outcome);
        Self {
            line_end: line_end.as_bytes(),
            format,
            records: [0, answer.unwrap_or(0)],
            may_defer: options.threads > NonZeroUsize::MIN,
            scratch: Vec::new(),
        }
    }

    /// Returns the rows of the records, by the template of a line.
    fn rows(
        &self,
        fit: Fit,
        template: impl Fn(&LineSpec<F>) -> Template<F>,
    ) -> Arc<RecordTexts<F>> {
        let templates = self.records.map(|place| template(&self.format.as_ref().lines()[place]));
        let (line_end, are_deferred) = (self.line_end, self.may_defer);
        let most = |own: &Template<F>| {
            let values = own.parts.iter().map(|(text, _)| text.len() + RecordTexts::<F>::VALUE);
            values.sum::<usize>() + own.end.len() + line_end.len()
        };
        let room = templates.iter().map(most).max().unwrap_or_default();
        Arc::new(RecordTexts { templates, fit, line_end, are_deferred, room })
    }
}

/// The text of a record with columns, but for its values.
struct Template<F: ConvertFlow> {
    /// The text before each value, and the item of the value.
    parts: Vec<(Vec<u8>, Item<F::Field>)>,
    end: Vec<u8>,
}

impl<F: ConvertFlow> Template<F> {
    /// `begin` and `end` write the text around an item, and `fit` changes a text to suit its
    /// place.
    fn new(
        mut text: Vec<u8>,
        items: &[Item<F::Field>],
        own: &LineSpec<F>,
        begin: impl Fn(&mut Vec<u8>, &Item<F::Field>),
        end: impl Fn(&mut Vec<u8>, &Item<F::Field>),
        fit: impl Fn(&mut Vec<u8>, usize),
    ) -> Self {
        let mut parts = Vec::new();
        for item in items {
            begin(&mut text, item);
            let at = text.len();
            match item.slot {
                Slot::Constant if F::CODE_IS_ITEM => {
                    text.extend_from_slice(own.code().as_bytes());
                }
                Slot::Constant => {
                    text.extend_from_slice(own.constant().as_bytes());
                    fit(&mut text, at);
                }
                _ => parts.push((std::mem::take(&mut text), *item)),
            }
            end(&mut text, item);
        }
        Self { parts, end: text }
    }

    /// Appends a record.
    #[inline]
    fn write(
        &self,
        line: &mut Vec<u8>,
        values: &Values,
        extras: &Extras,
        fit: impl Fn(&mut Vec<u8>, usize),
    ) {
        let mut extras = extras.iter();
        for (text, item) in &self.parts {
            line.extend_from_slice(text);
            let at = line.len();
            if push_value(line, item, values, &mut extras) {
                fit(line, at);
            }
        }
        line.extend_from_slice(&self.end);
    }
}

fn has_outcome<F: ConvertFlow>(line: &LineSpec<F>) -> bool {
    line.items().iter().any(|item| item.slot == Slot::Outcome)
}

/// Returns the line of a record that has columns.
fn line_of<'t, F: ConvertFlow>(
    table: &'t Table<F>,
    records: [usize; 2],
    values: &Values,
) -> &'t LineSpec<F> {
    &table.lines()[records[usize::from(values.outcome != 0)]]
}

/// Appends the value of an item. Returns true if its text may have any characters.
#[inline(always)]
#[expect(clippy::inline_always, reason = "a call for each cell takes a tenth of the time")]
fn push_value<'e, N>(
    line: &mut Vec<u8>,
    item: &Item<N>,
    values: &Values,
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
        Slot::Party => {
            let length = values.party.iter().position(|byte| *byte == 0);
            line.extend_from_slice(&values.party[..length.unwrap_or(values.party.len())]);
            return true;
        }
        Slot::Extra | Slot::Checked => {
            line.extend_from_slice(extras.next().unwrap_or_default());
            return true;
        }
        // a record with such an item is written by the codec, and a constant is in the template
        Slot::Constant | Slot::Unused | Slot::Own | Slot::Reason => {}
    }
    false
}

/// Returns a line as the codec writes it, cut into items; `None` where it cannot.
pub(super) fn cut<'l, F: ConvertFlow>(
    line: &'l mut Vec<u8>,
    format: &'l F::Format,
    content: &Content<'_, F>,
    extras: &Extras,
) -> Option<RawLine<'l, F>> {
    line.clear();
    let written = F::write_line(line, format, content, &mut extras.iter());
    written.ok().and_then(|()| RawLine::cut(line.as_slice(), format.as_ref()).ok())
}

/// Returns the items of a line with their texts.
fn items<'l, F: ConvertFlow>(
    raw: Option<&'l RawLine<'l, F>>,
) -> impl Iterator<Item = (&'l Item<F::Field>, &'l [u8])> {
    raw.into_iter().flat_map(RawLine::items).map(|item| (item.spec(), item.text()))
}

/// Returns true if a cell cannot hold the reasons of a record: spaces are between them.
fn has_space<F: ConvertFlow>(rest: &Rest<F>) -> bool {
    rest.reasons.iter().any(|reason| reason.as_ref().contains(&b' '))
}

/// Writes a table: a row for each record. The first record decides which columns there are.
pub(super) struct TableSink<F: ConvertFlow> {
    text: TextSink<F>,
    /// The place of the first record's line among the lines of the table.
    first: Option<usize>,
    /// The rows of records, once the first one decided on the columns.
    rows: Option<Arc<RecordTexts<F>>>,
    style: CellStyle,
    /// The cells of the group at hand, each with its delimiter.
    group: Vec<u8>,
}

impl<F: ConvertFlow> TableSink<F> {
    fn new(text: TextSink<F>, writer: &F::WriterOptions, options: &ConvertOptions) -> Self {
        let style = CellStyle { delimiter: options.delimiter.as_byte(), safe: options.csv_safe };
        let mut table = Self { text, first: None, rows: None, style, group: Vec::new() };
        // the group above a row whose own group could not be read
        if let Some(group) = F::opening(writer) {
            table.group(group, &Extras::NONE);
        }
        table
    }

    fn objection(&self, record: &F::Record, rest: &Rest<F>) -> Objection<F> {
        let table = self.text.format.as_ref();
        if has_space::<F>(rest) {
            return Some((reason_item(table), NOT_WRITABLE));
        }
        let first = &table.lines()[self.first?];
        let has_one = || F::values(record).is_some_and(|values| values.outcome != 0);
        let is_lost = |_: &F::Field| has_one() && !has_outcome(first);
        F::KIND.filter(is_lost).map(|kind| (Some(kind), ConvertReason::NoOutcomeColumn))
    }

    fn write(&mut self, chunk: &mut TextChunk<F>, record: &F::Record, rest: &Rest<F>) {
        let values = F::values(record);
        let has_outcome = values.as_ref().is_some_and(|values| values.outcome != 0);
        self.begin(chunk, self.text.records[usize::from(has_outcome)]);
        chunk.text.extend_from_slice(&self.group);
        match &self.rows {
            Some(rows) if values.is_some() => chunk.push(record, &rest.extras, rows),
            _ => self.write_whole(&mut chunk.text, record, rest),
        }
    }

    /// Writes a record that has no columns, as the codec writes its line.
    fn write_whole(&mut self, line: &mut Vec<u8>, record: &F::Record, rest: &Rest<F>) {
        let TextSink { format, scratch, .. } = &mut self.text;
        let raw = cut::<F>(scratch, format, &Content::Record(*record), &rest.extras);
        for (_, text) in items(raw.as_ref()) {
            push_cell(line, text, self.style);
        }
        if reason_line(format.as_ref()).is_some() {
            let reasons: Vec<_> = rest.reasons.iter().map(AsRef::as_ref).collect();
            push_cell(line, &reasons.join(&b' '), self.style);
        }
        self.end_line(line);
    }

    /// Keeps the cells of the group above the records, or returns the reason why a table has no
    /// place for a group.
    fn group(&mut self, group: F::Group, extras: &Extras) -> Objection<F> {
        let TextSink { format, scratch, .. } = &mut self.text;
        let above = group_of(format.as_ref()).map(LineSpec::tag);
        let raw = cut::<F>(scratch, format, &Content::Group(group), extras)?;
        if Some(raw.tag()) != above {
            let code = LineCode::new(raw.spec().code());
            return Some((None, ConvertReason::NoPlaceForGroup(code)));
        }
        self.group.clear();
        for (_, text) in items(Some(&raw)) {
            push_cell(&mut self.group, text, self.style);
        }
        None
    }

    /// Writes the names of the columns, once, for a first record whose line is at a place. Without
    /// records a table has nothing else.
    fn begin(&mut self, chunk: &mut TextChunk<F>, place: usize) {
        if self.first.replace(self.first.unwrap_or(place)).is_some() {
            return;
        }
        let (style, line) = (self.style, &mut chunk.text);
        let table = self.text.format.as_ref();
        let columns = table.lines()[place].items();
        let lines = group_of(table).into_iter().chain([&table.lines()[place]]);
        for spec in lines.chain(reason_line(table)) {
            for item in spec.items() {
                push_cell(line, item.field.as_ref().as_bytes(), style);
            }
        }
        self.end_line(line);
        self.rows = Some(self.text.rows(Fit::Cell(style), |own| {
            let end = |text: &mut Vec<u8>, _: &Item<F::Field>| text.push(style.delimiter);
            let fit = |text: &mut Vec<u8>, at| quote(text, at, style);
            let mut row = Template::new(Vec::new(), columns, own, |_, _| (), end, fit);
            row.end.pop();
            row
        }));
    }

    /// Ends a line, without the delimiter of the last cell.
    fn end_line(&self, line: &mut Vec<u8>) {
        line.pop();
        line.extend_from_slice(self.text.line_end);
    }
}

/// The form of the cells of a table.
#[derive(Clone, Copy, Debug)]
struct CellStyle {
    delimiter: u8,
    /// True if no cell may be taken for a formula.
    safe: bool,
}

/// Writes a cell and its delimiter, in quotes where needed, and guarded where it is to be safe.
fn push_cell(line: &mut Vec<u8>, text: &[u8], style: CellStyle) {
    let at = line.len();
    line.extend_from_slice(text);
    quote(line, at, style);
    line.push(style.delimiter);
}

/// Puts the cell that begins at a byte of the line in quotes where needed, guarded where it is to
/// be safe.
fn quote(line: &mut Vec<u8>, at: usize, style: CellStyle) {
    let text = &line[at..];
    let text = if style.safe { guarded(text) } else { Cow::Borrowed(text) };
    // compared one by one: `contains` is a call for each byte
    let is_bare = |byte: &u8| *byte != style.delimiter && !matches!(byte, b'"' | b'\r' | b'\n');
    let is_bare = text.iter().all(is_bare);
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
pub(super) struct ObjectSink<F: ConvertFlow> {
    text: TextSink<F>,
    records: Arc<RecordTexts<F>>,
    writer: F::WriterOptions,
    header: Option<F::Header>,
    header_objection: Objection<F>,
    trailer: Option<F::Trailer>,
    order: FileOrder<F>,
    begun: bool,
    opened: bool,
}

impl<F: ConvertFlow> ObjectSink<F> {
    fn new(
        text: TextSink<F>,
        writer: F::WriterOptions,
        header: Option<F::Header>,
        header_objection: Objection<F>,
    ) -> Self {
        let table = text.format.as_ref();
        let (order, opened) = (FileOrder::new(table), group_of(table).is_none());
        let records = text.rows(Fit::Value, |own| {
            let mut begin = Vec::new();
            begin_object::<F>(&mut begin, &text.format, own);
            let mut object =
                Template::new(begin, own.items(), own, begin_value::<F>, end_value, escape);
            object.end.push(b'}');
            object
        });
        let (trailer, begun) = (None, false);
        Self { text, records, writer, header, header_objection, trailer, order, begun, opened }
    }

    fn take_trailer(&mut self, trailer: F::Trailer, options: &ConvertOptions) -> Objection<F> {
        let (trailer, objection) = F::fit_trailer(trailer, &self.text.format, options);
        self.trailer = Some(trailer);
        objection
    }

    fn write(
        &mut self,
        chunk: &mut TextChunk<F>,
        record: &F::Record,
        rest: &Rest<F>,
    ) -> Result<()> {
        self.begin(chunk)?;
        if let (false, Some(group)) = (self.opened, F::opening(&self.writer)) {
            self.group(chunk, group, &Extras::NONE)?;
        }
        if F::values(record).is_none() {
            self.object(&mut chunk.text, &Content::Record(*record), &rest.extras)?;
            self.end_record(&mut chunk.text, rest);
            return Ok(());
        }
        self.order.take_records(1);
        chunk.push(record, &rest.extras, &self.records);
        Ok(())
    }

    /// Ends the object of a record, with the list of the reasons below it.
    fn end_record(&mut self, line: &mut Vec<u8>, rest: &Rest<F>) {
        let table = self.text.format.as_ref();
        if let (Some(below), Some(item)) = (reason_line(table), reason_item(table)) {
            line.extend_from_slice(format!(",\"{}\":[", item.as_ref()).as_bytes());
            for (place, reason) in rest.reasons.iter().enumerate() {
                self.order.place(Some(below.tag()));
                line.extend_from_slice(if place > 0 { &b",\""[..] } else { b"\"" });
                let at = line.len();
                line.extend_from_slice(reason.as_ref());
                escape(line, at);
                line.push(b'"');
            }
            line.push(b']');
        }
        self.end_object(line);
    }

    fn group(&mut self, chunk: &mut TextChunk<F>, group: F::Group, extras: &Extras) -> Result<()> {
        self.opened = true;
        self.begin(chunk)?;
        self.object(&mut chunk.text, &Content::Group(group), extras)?;
        self.end_object(&mut chunk.text);
        Ok(())
    }

    fn begin(&mut self, chunk: &mut TextChunk<F>) -> Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        let Some(header) = self.header.clone() else { return Ok(()) };
        self.object(&mut chunk.text, &Content::Header(&header), &Extras::NONE)?;
        self.end_object(&mut chunk.text);
        Ok(())
    }

    /// Writes a line as an object, up to the object's end.
    fn object(
        &mut self,
        line: &mut Vec<u8>,
        content: &Content<'_, F>,
        extras: &Extras,
    ) -> Result<()> {
        let TextSink { format, scratch, .. } = &mut self.text;
        let raw = cut::<F>(scratch, format, content, extras);
        let unwritable = || Error::writing(std::io::Error::other("a line cannot be written"));
        let own = raw.as_ref().map(RawLine::spec).ok_or_else(unwritable)?;
        self.order.place(Some(own.tag()));
        begin_object::<F>(line, format, own);
        for (item, text) in items(raw.as_ref()) {
            begin_value::<F>(line, item);
            let at = line.len();
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
        Ok(())
    }

    fn end_object(&self, line: &mut Vec<u8>) {
        line.push(b'}');
        line.extend_from_slice(self.text.line_end);
    }

    /// Writes what comes last: the trailer, with new counts.
    fn finish(mut self, chunk: &mut TextChunk<F>) -> Result<()> {
        self.begin(chunk)?;
        let Some(header) = &self.header else { return Ok(()) };
        let other = self.trailer.as_ref();
        let trailer = F::trailer(&self.writer, header, self.order.counts(), other)
            .map_err(|error| Error::writing(std::io::Error::other(error.to_string())))?;
        self.object(&mut chunk.text, &Content::Trailer(&trailer), &Extras::NONE)?;
        self.end_object(&mut chunk.text);
        Ok(())
    }
}

/// Begins the object of a line: with its kind, unless that is an item.
fn begin_object<F: ConvertFlow>(line: &mut Vec<u8>, format: &F::Format, own: &LineSpec<F>) {
    line.push(b'{');
    if F::KIND.is_none() {
        for part in ["\"", RECORD, "\":\"", &F::kind_name(format, own), "\""] {
            line.extend_from_slice(part.as_bytes());
        }
    }
}

/// Returns true if an item is a number in an object, not text.
fn is_number<N>(item: &Item<N>) -> bool {
    item.kind == ItemKind::Number && !item.slot.is_extra()
}

/// Writes the key of an item and the quote before its text.
fn begin_value<F: ConvertFlow>(line: &mut Vec<u8>, item: &Item<F::Field>) {
    if line.last() != Some(&b'{') {
        line.push(b',');
    }
    line.push(b'"');
    line.extend_from_slice(item.field.as_ref().as_bytes());
    line.extend_from_slice(if is_number(item) { b"\":" } else { b"\":\"" });
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
    lines: ObjectSink<F>,
    /// The objects.
    objects: TextChunk<F>,
    /// Items that a record has and the table does not.
    extra: Option<F::Field>,
    has_group: bool,
}

impl<'t, F: ConvertFlow> RecordSink<'t, F> {
    fn new(table: &'t mut dyn RecordTable, lines: ObjectSink<F>) -> Self {
        let own = lines.text.format.as_ref().lines().iter();
        let mut items =
            own.filter(|line| line.kind() == LineKind::Record).flat_map(LineSpec::items);
        let extra = items.find(|item| item.slot.is_extra()).map(|item| item.field);
        Self { table, lines, objects: TextChunk::default(), extra, has_group: false }
    }

    fn objection(&self, rest: &Rest<F>) -> Objection<F> {
        if rest.extras.iter().any(|extra| !extra.is_empty()) {
            return self.extra.map(|field| (Some(field), NOT_WRITABLE));
        }
        let item = reason_item(self.lines.text.format.as_ref());
        has_space::<F>(rest).then_some((item, NOT_WRITABLE))
    }

    fn write(&mut self, record: F::Record, rest: &Rest<F>) -> Result<()> {
        self.lines.begin(&mut self.objects)?;
        if let (false, Some(group)) = (self.lines.opened, F::opening(&self.lines.writer)) {
            self.lines.group(&mut self.objects, group, &Extras::NONE)?;
        }
        let ObjectSink { order, text, .. } = &mut self.lines;
        let (table, mut reasons) = (text.format.as_ref(), String::new());
        match reason_line(table).filter(|_| !rest.reasons.is_empty()) {
            None => order.take_records(1),
            Some(below) => {
                let values = F::values(&record).unwrap_or(Values::NONE);
                order.place(Some(line_of(table, text.records, &values).tag()));
                for reason in &rest.reasons {
                    order.place(Some(below.tag()));
                    reasons.push_str(if reasons.is_empty() { "" } else { " " });
                    reasons.push_str(&String::from_utf8_lossy(reason.as_ref()));
                }
            }
        }
        self.table.write(&record.into(), &reasons)
    }

    /// Takes a group. The table has no place for the items of a second one.
    fn group(&mut self, group: F::Group, extras: &Extras) -> Result<Objection<F>> {
        if std::mem::replace(&mut self.has_group, true) {
            let table = self.lines.text.format.as_ref();
            let item = group_of(table).and_then(|group| group.items().first());
            return Ok(item.map(|item| (Some(item.field), NOT_WRITABLE)));
        }
        self.lines.group(&mut self.objects, group, extras)?;
        Ok(None)
    }

    fn finish(self) -> Result<()> {
        let Self { table, lines, mut objects, .. } = self;
        let is_crlf = lines.text.line_end == LineEnd::CrLf.as_bytes();
        lines.finish(&mut objects)?;
        table.finish(&objects.text, if is_crlf { LineEnd::CrLf } else { LineEnd::Lf })
    }
}

const NOT_WRITABLE: ConvertReason = ConvertReason::Codec(ErrorKind::NotWritable);
