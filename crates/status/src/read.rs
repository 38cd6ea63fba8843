//! Reads events from text: one a line, as JSON or as csv.

use std::borrow::Cow;
use std::io::{self, BufRead};

use csv_core::{ReadRecordResult, Terminator};
use flagflow_domain::{InvalidDate, InvalidPoint};
use flagflow_frame::{Line, LineReader, escape};
use serde::Deserialize;

use crate::device::InvalidDeviceId;
use crate::event::{Event, InvalidOccurrence, Occurrence};
use crate::supplier::InvalidSupplier;

/// Limit of the bytes of a line of events: several times the longest meaningful line.
pub const MAX_LINE: usize = 4096;

/// Reads events, one line at a time.
///
/// A file whose first line begins with `{` is JSON lines; any other file is csv, and its first line
/// names the columns. The names are the same in both: `on` (a day, `2022-01-01` or `20220101`),
/// `device` (its EUI-64), `event` (a name of [`Occurrence::as_str`]), `meter_point` (an MPRN or
/// MPAN, only if the event has one; empty otherwise) and, optionally, `supplier` (up to four
/// characters, or empty). Lines without any text and a byte-order mark are skipped.
///
/// ```
/// use flagflow_status::{EventReader, Occurrence};
///
/// let text = "on,device,event,meter_point\n\
///             2022-01-01,00-DB-12-34-56-78-90-A1,pending,\n\
///             2022-01-01,00-DB-12-34-56-78-90-A1,asociated,1234567810\n";
/// let mut events = EventReader::new(text.as_bytes());
/// assert_eq!(events.next().unwrap()?.event.what, Occurrence::Pending);
/// assert_eq!(
///     events.next().unwrap().unwrap_err().to_string(),
///     "line 3: unknown event"
/// );
/// assert!(events.next().is_none());
/// # Ok::<(), flagflow_status::ReadError>(())
/// ```
#[derive(Debug)]
pub struct EventReader<R> {
    lines: LineReader<R>,
    form: Option<EventFormat>,
    ended: bool,
}

/// An event and its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventLine {
    /// The event.
    pub event: Event,
    /// The number of its line, from 1.
    pub line: u64,
    /// The offset of its line in the input, in bytes.
    pub offset: u64,
}

/// The format of the lines.
#[derive(Debug)]
enum EventFormat {
    Jsonl,
    Csv(Box<CsvForm>),
}

/// A table of events: its columns, and the parser of its rows.
#[derive(Debug)]
struct CsvForm {
    rows: RowReader,
    /// The columns in their order.
    columns: Vec<EventColumn>,
}

/// A column of a table, which is also a key of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EventColumn {
    On,
    Device,
    Event,
    MeterPoint,
    Supplier,
}

/// Error of reading an event.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// This line is not an event; the following lines can be read.
    #[error("line {line}: {kind}")]
    Line {
        /// The number of the line, from 1.
        line: u64,
        /// The offset of the line in the input, in bytes.
        offset: u64,
        /// The error in the line.
        kind: BadLine,
    },
    /// The first line does not name the columns, so nothing can be read.
    #[error(
        "line {line}: the first line of a csv file names the columns on, device, event and meter_point, each once, in any order, with or without supplier; found \"{found}\""
    )]
    Columns {
        /// The number of the line, from 1.
        line: u64,
        /// The first 80 bytes of the line; bytes other than printable ASCII are `\xNN`.
        found: String,
    },
    /// The input could not be read.
    #[error("the events cannot be read: {0}")]
    Read(#[from] io::Error),
}

/// Error in a line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BadLine {
    /// The line has more bytes than [`MAX_LINE`].
    #[error("{0} bytes; the limit is {MAX_LINE}")]
    TooLong(u64),
    /// The line is not UTF-8.
    #[error("not UTF-8")]
    NotText,
    /// The line is not a JSON object with the fields of an event.
    #[error("not an event: {what}, column {column}")]
    Json {
        /// The error message; bytes other than printable ASCII are `\xNN`.
        what: String,
        /// The position in the line, counted in bytes from 1; 0 for the whole line.
        column: usize,
    },
    /// The line does not have as many fields as there are columns.
    #[error("{found} field{}, but {columns} columns", if *.found == 1 { "" } else { "s" })]
    Fields {
        /// The fields of the line.
        found: usize,
        /// The columns that the first line names.
        columns: usize,
    },
    /// The day is not valid.
    #[error("on: {0}")]
    On(#[from] InvalidDate),
    /// The device is not valid.
    #[error("device: {0}")]
    Device(#[from] InvalidDeviceId),
    /// The meter point is not valid.
    #[error("meter_point: {0}")]
    MeterPoint(#[from] InvalidPoint),
    /// The supplier is not valid.
    #[error("supplier: {0}")]
    Supplier(#[from] InvalidSupplier),
    /// The event is unknown, or not possible with this meter point.
    #[error(transparent)]
    Event(#[from] InvalidOccurrence),
}

/// Removes the line number of the parser, which always sees line 1.
impl From<serde_json::Error> for BadLine {
    fn from(error: serde_json::Error) -> Self {
        let said = error.to_string();
        let what = said.rsplit_once(" at line ").map_or(said.as_str(), |(what, _)| what);
        Self::Json { what: escape(what.as_bytes()), column: error.column() }
    }
}

/// The fields of an event, as text.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct EventFields<'a> {
    #[serde(borrow)]
    on: Text<'a>,
    #[serde(borrow)]
    device: Text<'a>,
    #[serde(borrow)]
    event: Text<'a>,
    #[serde(borrow, default)]
    meter_point: Option<Text<'a>>,
    #[serde(borrow, default)]
    supplier: Option<Text<'a>>,
}

/// Text, borrowed if it has no escapes. (In an `Option`, serde copies a bare `Cow`.)
#[derive(Default, Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<R: BufRead> EventReader<R> {
    /// Creates a reader of events.
    pub fn new(text: R) -> Self {
        Self { lines: LineReader::with_max_line(text, MAX_LINE), form: None, ended: false }
    }

    fn read(&mut self) -> Result<Option<EventLine>, ReadError> {
        while let Some(line) = self.lines.read_line()? {
            if !line.oversize && line.bytes.trim_ascii().is_empty() {
                continue;
            }
            if let Some(form) = &mut self.form {
                return form.event(&line).map(Some);
            }
            if let form @ EventFormat::Jsonl = self.form.insert(EventFormat::of(&line)?) {
                return form.event(&line).map(Some);
            }
        }
        Ok(None)
    }
}

/// An error of one line is followed by the next lines; any other error is the last item.
impl<R: BufRead> Iterator for EventReader<R> {
    type Item = Result<EventLine, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let item = self.read().transpose();
        self.ended = !matches!(item, Some(Ok(_) | Err(ReadError::Line { .. })));
        item
    }
}

impl EventFormat {
    /// Returns the format of a file, from its first line with text.
    fn of(line: &Line<'_>) -> Result<Self, ReadError> {
        if line.bytes.trim_ascii_start().starts_with(b"{") {
            return Ok(Self::Jsonl);
        }
        let refused = || ReadError::Columns {
            line: line.number,
            found: escape(&line.bytes[..line.bytes.len().min(80)]),
        };
        let table = text(line).ok().and_then(CsvForm::new).ok_or_else(refused)?;
        Ok(Self::Csv(Box::new(table)))
    }

    fn event(&mut self, line: &Line<'_>) -> Result<EventLine, ReadError> {
        let (number, offset) = (line.number, line.offset);
        match self.read(line) {
            Ok(event) => Ok(EventLine { event, line: number, offset }),
            Err(kind) => Err(ReadError::Line { line: number, offset, kind }),
        }
    }

    fn read(&mut self, line: &Line<'_>) -> Result<Event, BadLine> {
        let text = text(line)?;
        match self {
            Self::Jsonl => serde_json::from_str::<EventFields<'_>>(text)?.event(),
            Self::Csv(table) => table.fields(text)?.event(),
        }
    }
}

fn text<'a>(line: &Line<'a>) -> Result<&'a str, BadLine> {
    if line.oversize {
        return Err(BadLine::TooLong(line.length));
    }
    str::from_utf8(line.bytes).map_err(|_| BadLine::NotText)
}

impl EventColumn {
    const ALL: [Self; 5] = [Self::On, Self::Device, Self::Event, Self::MeterPoint, Self::Supplier];

    const fn name(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Device => "device",
            Self::Event => "event",
            Self::MeterPoint => "meter_point",
            Self::Supplier => "supplier",
        }
    }
}

impl CsvForm {
    /// Returns the table for a line of column names: each once, and all but the supplier.
    fn new(line: &str) -> Option<Self> {
        let mut rows = RowReader::new();
        let named = |name: &str| EventColumn::ALL.into_iter().find(|column| column.name() == name);
        let columns: Vec<_> = rows.read(line).map(named).collect::<Option<_>>()?;
        let count = |one: &EventColumn| columns.iter().filter(|column| *column == one).count();
        let is_complete = EventColumn::ALL.iter().all(|column| match column {
            EventColumn::Supplier => count(column) <= 1,
            EventColumn::On
            | EventColumn::Device
            | EventColumn::Event
            | EventColumn::MeterPoint => count(column) == 1,
        });
        is_complete.then_some(Self { rows, columns })
    }

    fn fields<'a>(&'a mut self, line: &'a str) -> Result<EventFields<'a>, BadLine> {
        let (mut fields, mut found) = (EventFields::default(), 0);
        for (at, cell) in self.rows.read(line).enumerate() {
            found += 1;
            let text = Text(Cow::Borrowed(cell));
            match self.columns.get(at) {
                Some(EventColumn::On) => fields.on = text,
                Some(EventColumn::Device) => fields.device = text,
                Some(EventColumn::Event) => fields.event = text,
                Some(EventColumn::MeterPoint) => fields.meter_point = Some(text),
                Some(EventColumn::Supplier) => fields.supplier = Some(text),
                None => {}
            }
        }
        let columns = self.columns.len();
        if found == columns { Ok(fields) } else { Err(BadLine::Fields { found, columns }) }
    }
}

/// Returns the parser of a csv row, created once.
#[derive(Debug)]
struct RowReader {
    parser: csv_core::Reader,
    cells: Vec<u8>,
    ends: Vec<usize>,
}

impl RowReader {
    fn new() -> Self {
        // a CR that is not part of the line ending is text, not the end of a row
        let parser = csv_core::ReaderBuilder::new().terminator(Terminator::Any(b'\n')).build();
        Self { parser, cells: vec![0; MAX_LINE], ends: vec![0; MAX_LINE + 1] }
    }

    /// Splits a line of at most [`MAX_LINE`] bytes into cells without surrounding spaces.
    fn read(&mut self, line: &str) -> impl Iterator<Item = &str> {
        let Self { parser, cells, ends } = self;
        parser.reset();
        let (mut written, mut count, mut input) = (0, 0, line.as_bytes());
        loop {
            let (result, read, bytes, fields) =
                parser.read_record(input, &mut cells[written..], &mut ends[count..]);
            (written, count, input) = (written + bytes, count + fields, &input[read..]);
            match result {
                // the next call finds no more input, and ends the row
                ReadRecordResult::InputEmpty => {}
                // the number and length of cells are bounded by the line
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => break,
                ReadRecordResult::Record | ReadRecordResult::End => break,
            }
        }
        let (cells, mut begin) = (&*cells, 0);
        ends[..count].iter().map(move |end| {
            let cell = &cells[begin..*end];
            begin = *end;
            // quotes are cut at, and those are whole characters
            str::from_utf8(cell).unwrap_or_default().trim()
        })
    }
}

impl EventFields<'_> {
    fn event(&self) -> Result<Event, BadLine> {
        let Self { on, device, event, meter_point, supplier } = self;
        let point = given(meter_point).map(str::parse).transpose()?;
        let (on, device) = (on.0.parse()?, device.0.parse()?);
        let event = Event::new(on, device, Occurrence::new(&event.0, point)?);
        let supplier = given(supplier).map(str::parse).transpose()?;
        Ok(event.with_supplier(supplier))
    }
}

/// Treats empty text as absent.
fn given<'a>(text: &'a Option<Text<'_>>) -> Option<&'a str> {
    text.as_ref().map(|text| &*text.0).filter(|text| !text.is_empty())
}
