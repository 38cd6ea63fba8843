//! Records to a file of any format.

use std::borrow::Cow;
use std::io::Write;
use std::sync::Arc;

use flagflow_electricity::{
    Field, FileOrder, Header, ItemKind, Layout, LineKind, Opening, Profile, Timestamp, Trailer,
    Unwritable, Writer, WriterOptions, write_header, write_opening, write_trailer, write_update,
};
use flagflow_frame::LineEnd;

use flagflow_files::{Error, Result};

use super::super::buffer::{Buffer, buffered};
use super::super::conversion::{self, Objection};
use super::super::options::{ConvertOptions, RecordFormat};
use super::super::report::ConvertReason;
use super::objects::{FURTHER, RECORD, kind_name};
use super::{ElectricityConversion, ElectricityPart, Extras, Item};
use flagflow_files::spreadsheet::guarded;

/// Writes the records of a conversion.
pub(super) enum ElectricitySink<W: Write> {
    Lines(Box<ElectricityLineWriter<W>>),
    Table(ElectricityTableWriter<W>),
    Objects(Box<ElectricityObjectWriter<W>>),
}

/// Profile and header of a sink, and the time at which the file was completed.
type Frame = (Arc<Profile>, Option<Header>, Option<Timestamp>);

impl<W: Write> ElectricitySink<W> {
    pub(super) fn new(
        output: W,
        options: &ConvertOptions,
        line_end: LineEnd,
        frame: Frame,
    ) -> Self {
        match options.to {
            RecordFormat::Csv => {
                let safe = options.csv_safe;
                Self::Table(ElectricityTableWriter::new(output, line_end, frame.0, safe))
            }
            RecordFormat::Jsonl => {
                Self::Objects(Box::new(ElectricityObjectWriter::new(output, line_end, frame)))
            }
            RecordFormat::Zhf => Self::Lines(Box::new(ElectricityLineWriter::new(
                output,
                Layout::Zhf,
                line_end,
                frame,
            ))),
            _ => Self::Lines(Box::new(ElectricityLineWriter::new(
                output,
                Layout::Zhv,
                line_end,
                frame,
            ))),
        }
    }
}

impl<W: Write> conversion::ConvertSink<ElectricityConversion> for ElectricitySink<W> {
    fn begin(&mut self) -> Objection<ElectricityConversion> {
        match self {
            Self::Lines(lines) => lines.header_objection,
            Self::Table(_) => None,
            Self::Objects(objects) => objects.header_objection,
        }
    }

    fn objection(&mut self, item: &Item) -> Objection<ElectricityConversion> {
        match self {
            Self::Lines(lines) => lines.objection(item),
            Self::Table(_) | Self::Objects(_) => None,
        }
    }

    fn write(&mut self, item: Item) -> Result<()> {
        match self {
            Self::Lines(lines) => lines.write(&item),
            Self::Table(table) => table.write(&item),
            Self::Objects(objects) => objects.write(&item),
        }
    }

    fn part(&mut self, part: ElectricityPart) -> Result<Objection<ElectricityConversion>> {
        match self {
            Self::Lines(lines) => lines.part(part),
            Self::Table(table) => table.part(part),
            Self::Objects(objects) => objects.part(part),
        }
    }

    fn finish(self) -> Result<()> {
        match self {
            Self::Lines(lines) => lines.finish(),
            Self::Table(table) => table.finish(),
            Self::Objects(objects) => objects.finish(),
        }
    }
}

fn unwritten(error: flagflow_electricity::Error) -> Error {
    Error::writing(error.into_io().unwrap_or_else(std::io::Error::other))
}

const fn object_to(wrong: Unwritable) -> (Field, ConvertReason) {
    (wrong.field, ConvertReason::Electricity(wrong.kind))
}

/// Returns the error for additional items of a header or a trailer, after its last named item, that
/// cannot be written.
fn additional(kind: LineKind, surplus: &[u8], profile: &Profile) -> (Field, ConvertReason) {
    let named = profile.items(kind);
    let count = surplus.iter().filter(|byte| **byte == b'|').count();
    let field = named.last().map_or(Field::TestFlag, |last| last.field);
    (field, ConvertReason::AdditionalItems { first: named.len() + 1, count })
}

/// Returns a trailer with the given time, if any, and without further items that cannot be kept.
fn trailer_of(trailer: Trailer, completed: Option<Timestamp>, keep: bool) -> Trailer {
    let trailer = completed.into_iter().fold(trailer, Trailer::with_completed);
    if keep { trailer } else { trailer.without_surplus() }
}

/// Returns the header as it can be written, and why not as it is.
fn fitting(
    profile: &Profile,
    header: Option<Header>,
    fits: impl Fn(&[u8]) -> bool,
) -> (Option<Header>, Objection<ElectricityConversion>) {
    match header {
        Some(header) if !fits(header.surplus()) => {
            let objection = additional(LineKind::Header, header.surplus(), profile);
            (Some(header.without_surplus()), Some(objection))
        }
        header => (header, None),
    }
}

/// Writes a file in one of the two layouts.
pub(super) struct ElectricityLineWriter<W: Write> {
    writer: Writer<Buffer<W>>,
    layout: Layout,
    profile: Arc<Profile>,
    completed: Option<Timestamp>,
    header_objection: Objection<ElectricityConversion>,
    scratch: Vec<u8>,
}

impl<W: Write> ElectricityLineWriter<W> {
    fn new(output: W, layout: Layout, line_end: LineEnd, frame: Frame) -> Self {
        let (profile, header, completed) = frame;
        let fits = |surplus: &[u8]| layout == Layout::Zhv || surplus.is_empty();
        let (header, mut header_objection) = fitting(&profile, header, fits);
        let mut scratch = Vec::new();
        if let Some(header) = &header {
            let written = write_header(&mut scratch, layout, &profile, header);
            header_objection = header_objection.or(written.err().map(object_to));
        }
        let options = WriterOptions::new(profile.clone()).layout(layout).line_end(line_end);
        let options = header.into_iter().fold(options, WriterOptions::envelope);
        let options = completed.into_iter().fold(options, WriterOptions::completed);
        let writer = options.writer(buffered(output));
        Self { writer, layout, profile, completed, header_objection, scratch }
    }

    /// Text that cannot be written only occurs in the zhf layout: text that ends in padding.
    fn objection(&mut self, item: &Item) -> Objection<ElectricityConversion> {
        let has_text = !item.extras.0.is_empty() || item.update.reason().is_some();
        if self.layout == Layout::Zhv || !has_text {
            return None;
        }
        self.scratch.clear();
        let extras = item.extras.iter();
        write_update(&mut self.scratch, self.layout, &self.profile, item.update, extras)
            .err()
            .map(object_to)
    }

    fn write(&mut self, item: &Item) -> Result<()> {
        if item.extras.0.is_empty() {
            return self.writer.write(item.update).map_err(unwritten);
        }
        self.writer.write_with(item.update, item.extras.iter()).map_err(unwritten)
    }

    fn part(&mut self, part: ElectricityPart) -> Result<Objection<ElectricityConversion>> {
        match part {
            ElectricityPart::Group(opening, extras) => self.group(opening, &extras),
            ElectricityPart::Trailer(trailer) => Ok(self.trailer(trailer)),
        }
    }

    fn group(
        &mut self,
        opening: Opening,
        extras: &Extras,
    ) -> Result<Objection<ElectricityConversion>> {
        self.scratch.clear();
        let (out, profile) = (&mut self.scratch, &self.profile);
        if let Err(wrong) = write_opening(out, self.layout, profile, opening, extras.iter()) {
            return Ok(Some(object_to(wrong)));
        }
        self.writer.write_opening(opening, extras.iter()).map_err(unwritten)?;
        Ok(None)
    }

    fn trailer(&mut self, trailer: Trailer) -> Objection<ElectricityConversion> {
        let keep = self.layout == Layout::Zhv || trailer.surplus().is_empty();
        let objection =
            (!keep).then(|| additional(LineKind::Trailer, trailer.surplus(), &self.profile));
        let trailer = trailer_of(trailer, self.completed, keep);
        self.scratch.clear();
        let written = write_trailer(&mut self.scratch, self.layout, &self.profile, &trailer);
        match written {
            Ok(()) => self.writer.set_trailer(&trailer),
            Err(wrong) => return Some(object_to(wrong)),
        }
        objection
    }

    fn finish(self) -> Result<()> {
        self.writer.finish().map(|_| ()).map_err(|error| unwritten(error.into_parts().0))
    }
}

/// Writes a table: a row for each update.
pub(super) struct ElectricityTableWriter<W: Write> {
    output: Buffer<W>,
    line_end: &'static [u8],
    profile: Arc<Profile>,
    begun: bool,
    /// True if no cell may be taken for a formula.
    safe: bool,
    /// The cells of the level-1 group at hand, each with its comma.
    group: Vec<u8>,
    line: Vec<u8>,
    scratch: Vec<u8>,
}

impl<W: Write> ElectricityTableWriter<W> {
    fn new(output: W, line_end: LineEnd, profile: Arc<Profile>, safe: bool) -> Self {
        let mut table = Self {
            output: buffered(output),
            line_end: line_end.as_bytes(),
            profile,
            begun: false,
            safe,
            group: Vec::new(),
            line: Vec::new(),
            scratch: Vec::new(),
        };
        // the group above a row whose own group could not be read
        table.group(FIRST, &Extras::default());
        table
    }

    fn write(&mut self, item: &Item) -> Result<()> {
        self.begin()?;
        self.line.clear();
        self.line.extend_from_slice(&self.group);
        let items = values(&mut self.scratch, &self.profile, LineKind::Record, |out, profile| {
            write_update(out, Layout::Zhv, profile, item.update, item.extras.iter())
        });
        items.for_each(|(_, text)| push_cell(&mut self.line, text, self.safe));
        self.end_line()
    }

    fn part(&mut self, part: ElectricityPart) -> Result<Objection<ElectricityConversion>> {
        if let ElectricityPart::Group(opening, extras) = part {
            self.group(opening, &extras);
        }
        Ok(None)
    }

    fn group(&mut self, opening: Opening, extras: &Extras) {
        self.group.clear();
        let items = values(&mut self.scratch, &self.profile, LineKind::Group, |out, profile| {
            write_opening(out, Layout::Zhv, profile, opening, extras.iter())
        });
        items.for_each(|(_, text)| push_cell(&mut self.group, text, self.safe));
    }

    /// Writes the names of the columns.
    fn begin(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        self.line.clear();
        for kind in [LineKind::Group, LineKind::Record] {
            for spec in self.profile.items(kind) {
                push_cell(&mut self.line, spec.field.name().as_bytes(), self.safe);
            }
        }
        self.end_line()
    }

    /// Ends the line, without the comma of the last cell.
    fn end_line(&mut self) -> Result<()> {
        self.line.pop();
        self.line.extend_from_slice(self.line_end);
        self.output.write_all(&self.line).map_err(Error::writing)
    }

    /// Ends the table; without records it only has the column names.
    fn finish(mut self) -> Result<()> {
        self.begin()?;
        self.output.flush().map_err(Error::writing)
    }
}

/// The level-1 group that is written where none was.
const FIRST: Opening = Opening { file_sequence_number: Some(1) };

/// The items of a line that the codec writes; none where it cannot.
fn values<'l>(
    line: &'l mut Vec<u8>,
    profile: &'l Profile,
    kind: LineKind,
    write: impl FnOnce(&mut Vec<u8>, &Profile) -> Result<(), Unwritable>,
) -> impl Iterator<Item = (&'l flagflow_electricity::ItemSpec, &'l [u8])> {
    line.clear();
    let written = write(line, profile).is_ok();
    let line: &'l [u8] = line;
    let texts = line.split(|byte| *byte == b'|').skip(1);
    profile.items(kind).iter().zip(texts).filter(move |_| written)
}

/// Writes a cell and its comma, in quotes where needed, and guarded where it is to be safe.
fn push_cell(line: &mut Vec<u8>, text: &[u8], safe: bool) {
    let text = if safe { guarded(text) } else { Cow::Borrowed(text) };
    let is_bare = !text.iter().any(|byte| b",\"\r\n".contains(byte));
    if is_bare {
        line.extend_from_slice(&text);
    } else {
        line.push(b'"');
        for byte in text.iter() {
            line.extend(std::iter::repeat_n(*byte, 1 + usize::from(*byte == b'"')));
        }
        line.push(b'"');
    }
    line.push(b',');
}

/// Writes an object a line.
pub(super) struct ElectricityObjectWriter<W: Write> {
    output: Buffer<W>,
    line_end: &'static [u8],
    profile: Arc<Profile>,
    header: Option<Header>,
    header_objection: Objection<ElectricityConversion>,
    completed: Option<Timestamp>,
    trailer: Option<Trailer>,
    order: FileOrder,
    begun: bool,
    opened: bool,
    line: Vec<u8>,
    scratch: Vec<u8>,
}

impl<W: Write> ElectricityObjectWriter<W> {
    fn new(output: W, line_end: LineEnd, (profile, header, completed): Frame) -> Self {
        let (header, header_objection) = fitting(&profile, header, <[u8]>::is_ascii);
        Self {
            output: buffered(output),
            line_end: line_end.as_bytes(),
            header,
            header_objection,
            completed,
            trailer: None,
            order: FileOrder::new(&*profile),
            begun: false,
            opened: profile.opening_group().is_none(),
            profile,
            line: Vec::new(),
            scratch: Vec::new(),
        }
    }

    fn write(&mut self, item: &Item) -> Result<()> {
        if !self.opened {
            self.group(FIRST, &Extras::default())?;
        }
        self.object(LineKind::Record, b"", |out, profile| {
            write_update(out, Layout::Zhv, profile, item.update, item.extras.iter())
        })
    }

    fn part(&mut self, part: ElectricityPart) -> Result<Objection<ElectricityConversion>> {
        match part {
            ElectricityPart::Group(opening, extras) => self.group(opening, &extras).map(|()| None),
            ElectricityPart::Trailer(trailer) => {
                let keep = trailer.surplus().is_ascii();
                let objection = (!keep)
                    .then(|| additional(LineKind::Trailer, trailer.surplus(), &self.profile));
                self.trailer = Some(trailer_of(trailer, self.completed, keep));
                Ok(objection)
            }
        }
    }

    fn group(&mut self, opening: Opening, extras: &Extras) -> Result<()> {
        self.opened = true;
        self.object(LineKind::Group, b"", |out, profile| {
            write_opening(out, Layout::Zhv, profile, opening, extras.iter())
        })
    }

    fn begin(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        let Some(header) = self.header.clone() else { return Ok(()) };
        self.object(LineKind::Header, header.surplus(), |out, profile| {
            write_header(out, Layout::Zhv, profile, &header)
        })
    }

    /// Writes the line that the codec makes of something as an object.
    fn object(
        &mut self,
        kind: LineKind,
        further: &[u8],
        write: impl FnOnce(&mut Vec<u8>, &Profile) -> Result<(), Unwritable>,
    ) -> Result<()> {
        self.begin()?;
        self.order.place(Some(kind));
        let line = &mut self.line;
        line.clear();
        for part in ["{\"", RECORD, "\":\"", kind_name(kind), "\""] {
            line.extend_from_slice(part.as_bytes());
        }
        for (spec, text) in values(&mut self.scratch, &self.profile, kind, write) {
            let is_number =
                spec.kind == ItemKind::Number && !self.profile.is_extra(kind, spec.field);
            push_value(line, spec.field.name(), text, is_number);
        }
        if !further.is_empty() {
            push_value(line, FURTHER, further, false);
        }
        line.push(b'}');
        line.extend_from_slice(self.line_end);
        self.output.write_all(line).map_err(Error::writing)
    }

    /// Writes the trailer, with new counts.
    fn end(&mut self) -> Result<()> {
        let Some(header) = self.header.clone() else { return Ok(()) };
        let completed = self.completed.unwrap_or(header.created());
        let (groups, flows) = (self.order.group_count(), self.order.flow_count());
        let found = self.trailer.take();
        let time = found.as_ref().map_or(completed, Trailer::completed);
        let trailer = Trailer::new(header.file_identifier(), groups, flows, time)
            .map_err(|error| Error::writing(std::io::Error::other(error)))?;
        let further = found.as_ref().map_or(&b""[..], Trailer::surplus);
        let checksum = found.as_ref().map_or("", Trailer::checksum);
        self.object(LineKind::Trailer, further, |out, profile| {
            write_trailer(out, Layout::Zhv, profile, &trailer)?;
            put_checksum(out, checksum);
            Ok(())
        })
    }

    fn finish(mut self) -> Result<()> {
        self.begin()?;
        self.end()?;
        self.output.flush().map_err(Error::writing)
    }
}

/// Inserts the checksum of another trailer into a trailer line without one.
fn put_checksum(line: &mut Vec<u8>, checksum: &str) {
    // code, identifier and group count come first
    let bars = line.iter().enumerate().filter(|(_, byte)| **byte == b'|');
    if let Some(at) = bars.map(|(at, _)| at + 1).nth(2) {
        line.splice(at..at, checksum.bytes());
    }
}

fn push_value(line: &mut Vec<u8>, name: &str, text: &[u8], is_number: bool) {
    line.extend_from_slice(b",\"");
    line.extend_from_slice(name.as_bytes());
    line.extend_from_slice(b"\":");
    if is_number {
        line.extend_from_slice(text);
        return;
    }
    if text.iter().all(|byte| matches!(byte, b' '..=b'~') && !b"\"\\".contains(byte)) {
        line.push(b'"');
        line.extend_from_slice(text);
        line.push(b'"');
        return;
    }
    // the text of an item is ASCII, so nothing of it is replaced
    let text = String::from_utf8_lossy(text);
    line.extend_from_slice(serde_json::Value::from(text.as_ref()).to_string().as_bytes());
}
