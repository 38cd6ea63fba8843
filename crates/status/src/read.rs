//! Events from text: one a line, as JSON or as csv.

use std::borrow::Cow;
use std::io::{self, BufRead};

use flagflow_domain::{InvalidDate, InvalidPoint};
use flagflow_frame::{Line, LineReader};
use serde::Deserialize;

use crate::device::InvalidDeviceId;
use crate::event::{Event, InvalidOccurrence, Occurrence};

/// The most bytes that a line of events may have: several times the longest one that says something.
pub const MAX_LINE: usize = 4096;

/// Reads events, one line at a time.
///
/// A first line that begins with `{` makes the file JSON lines, any other one csv, and then it names the
/// columns. The names are the same in both: `on` (a day, `2022-01-01` or `20220101`), `device` (its
/// EUI-64), `event` (a name of [`Occurrence::as_str`]) and `meter_point` (an MPRN or MPAN, only where the
/// event has one; an empty one is none). Lines without any text are passed over, and a byte-order mark.
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
///     "line 3: there is no event of this name"
/// );
/// assert!(events.next().is_none());
/// # Ok::<(), flagflow_status::ReadError>(())
/// ```
#[derive(Debug)]
pub struct EventReader<R> {
    lines: LineReader<R>,
    form: Option<Form>,
    ended: bool,
}

/// An event, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventLine {
    /// The event.
    pub event: Event,
    /// The number of its line, from 1.
    pub line: u64,
    /// The bytes of the input before its line.
    pub offset: u64,
}

/// What a line is read by.
#[derive(Clone, Debug)]
enum Form {
    Jsonl,
    Csv(csv::StringRecord),
}

/// Why there is no event.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// This line is none; the ones after it can be read.
    #[error("line {line}: {kind}")]
    Line {
        /// The number of the line, from 1.
        line: u64,
        /// The bytes of the input before the line.
        offset: u64,
        /// What is wrong.
        kind: BadLine,
    },
    /// The first line does not name the columns, so nothing can be read.
    #[error(
        "line {line}: the first line of a csv file names the columns on, device, event and meter_point, each once, in any order: `{found}`"
    )]
    Columns {
        /// The number of the line, from 1.
        line: u64,
        /// Its first 80 bytes, those outside printable ASCII as `\xNN`.
        found: String,
    },
    /// The input could not be read on.
    #[error("the events cannot be read: {0}")]
    Read(#[from] io::Error),
}

/// What is wrong with a line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BadLine {
    /// It has more bytes than [`MAX_LINE`].
    #[error("it has {0} bytes, and {MAX_LINE} are the most")]
    TooLong(u64),
    /// It is not UTF-8.
    #[error("it is not UTF-8")]
    NotText,
    /// It is not a JSON object with the fields of an event.
    #[error("it is not an event: {what}, column {column}")]
    Json {
        /// What is wrong, without control characters.
        what: String,
        /// Where, counted in bytes from 1; 0 where it is the whole.
        column: usize,
    },
    /// It is not a line of csv.
    #[error("it is not an event: {0}")]
    Csv(#[from] csv::Error),
    /// It does not have as many fields as there are columns.
    #[error("it has {0} fields, and there are {columns} columns", columns = COLUMNS.len())]
    Fields(usize),
    /// The day is none.
    #[error("on: {0}")]
    On(#[from] InvalidDate),
    /// The device is none.
    #[error("device: {0}")]
    Device(#[from] InvalidDeviceId),
    /// The meter point is none.
    #[error("meter_point: {0}")]
    MeterPoint(#[from] InvalidPoint),
    /// There is no such event, or not with this meter point.
    #[error(transparent)]
    Event(#[from] InvalidOccurrence),
}

/// The parser sees one line and calls it line 1.
impl From<serde_json::Error> for BadLine {
    fn from(error: serde_json::Error) -> Self {
        let said = error.to_string();
        let what = said.rsplit_once(" at line ").map_or(said.as_str(), |(what, _)| what);
        let shown = |c: char| if c.is_control() { '?' } else { c };
        Self::Json { what: what.chars().map(shown).collect(), column: error.column() }
    }
}

/// The fields of an event, as text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields<'a> {
    #[serde(borrow)]
    on: Cow<'a, str>,
    #[serde(borrow)]
    device: Cow<'a, str>,
    #[serde(borrow)]
    event: Cow<'a, str>,
    #[serde(borrow, default)]
    meter_point: Option<Cow<'a, str>>,
}

const COLUMNS: [&str; 4] = ["on", "device", "event", "meter_point"];

impl<R: BufRead> EventReader<R> {
    /// Reads events from a text.
    pub fn new(text: R) -> Self {
        Self { lines: LineReader::with_max_line(text, MAX_LINE), form: None, ended: false }
    }

    fn read(&mut self) -> Result<Option<EventLine>, ReadError> {
        while let Some(line) = self.lines.read_line()? {
            if !line.oversize && line.bytes.trim_ascii().is_empty() {
                continue;
            }
            let Some(form) = &self.form else {
                let form = Form::of(&line)?;
                let is_event = matches!(form, Form::Jsonl);
                let first = is_event.then(|| form.event(&line));
                self.form = Some(form);
                match first {
                    Some(first) => return first.map(Some),
                    None => continue,
                }
            };
            return form.event(&line).map(Some);
        }
        Ok(None)
    }
}

/// An error of one line is an item, and the lines after it follow; any other error is the last item.
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

impl Form {
    /// The form of a file, by its first line with text.
    fn of(line: &Line<'_>) -> Result<Self, ReadError> {
        if line.bytes.trim_ascii_start().starts_with(b"{") {
            return Ok(Self::Jsonl);
        }
        let refused = || ReadError::Columns {
            line: line.number,
            found: line.bytes.iter().take(80).map(printable).collect(),
        };
        let columns = text(line).ok().and_then(|text| row(text).ok()).ok_or_else(refused)?;
        let once = |name: &&str| columns.iter().filter(|column| column == name).count() == 1;
        let complete = columns.len() == COLUMNS.len() && COLUMNS.iter().all(once);
        if complete { Ok(Self::Csv(columns)) } else { Err(refused()) }
    }

    fn event(&self, line: &Line<'_>) -> Result<EventLine, ReadError> {
        let (number, offset) = (line.number, line.offset);
        match self.read(line) {
            Ok(event) => Ok(EventLine { event, line: number, offset }),
            Err(kind) => Err(ReadError::Line { line: number, offset, kind }),
        }
    }

    fn read(&self, line: &Line<'_>) -> Result<Event, BadLine> {
        let text = text(line)?;
        match self {
            Self::Jsonl => serde_json::from_str::<Fields<'_>>(text)?.event(),
            Self::Csv(columns) => {
                let row = row(text)?;
                if row.len() != columns.len() {
                    return Err(BadLine::Fields(row.len()));
                }
                row.deserialize::<Fields<'_>>(Some(columns))?.event()
            }
        }
    }
}

fn text<'a>(line: &Line<'a>) -> Result<&'a str, BadLine> {
    if line.oversize {
        return Err(BadLine::TooLong(line.length));
    }
    str::from_utf8(line.bytes).map_err(|_| BadLine::NotText)
}

/// One line of csv.
fn row(text: &str) -> Result<csv::StringRecord, csv::Error> {
    let mut row = csv::StringRecord::new();
    csv::ReaderBuilder::new()
        .has_headers(false)
        .buffer_capacity(256)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes())
        .read_record(&mut row)?;
    Ok(row)
}

impl Fields<'_> {
    fn event(&self) -> Result<Event, BadLine> {
        let point = self.meter_point.as_deref().filter(|text| !text.is_empty());
        let point = point.map(str::parse).transpose()?;
        Ok(Event {
            on: self.on.parse()?,
            device: self.device.parse()?,
            what: Occurrence::new(&self.event, point)?,
        })
    }
}

/// A byte of a message: itself, or `\xNN` where it is outside printable ASCII.
fn printable(byte: &u8) -> String {
    match byte {
        b' '..=b'~' => char::from(*byte).to_string(),
        _ => format!("\\x{byte:02X}"),
    }
}
