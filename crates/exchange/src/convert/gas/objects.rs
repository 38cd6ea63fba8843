//! Records from a JSON object on each line.

use std::borrow::Cow;
use std::fmt;
use std::io::BufRead;

use flagflow_frame::{Line, LineReader, Position};
use flagflow_gas::{Detail, ErrorKind, Field, FileOrder, Role, Tag, Trailer};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::{Error, Result};

use super::super::report::{Reason, Refusal};
use super::values::{BadValue, Named};
use super::{FoundHeader, Source, Step};

/// The keys that mean something, in some object.
const KEYS: [Field; 11] = [
    Field::TransactionType,
    Field::OutcomeCode,
    Field::MeterPointReference,
    Field::DccServiceFlag,
    Field::DccServiceEffectiveFromDate,
    Field::OrganisationId,
    Field::FileType,
    Field::CreationDate,
    Field::CreationTime,
    Field::GenerationNumber,
    Field::RecordCount,
];

/// How many keys that mean nothing are remembered, and how much of each.
const IGNORED: (usize, usize) = (20, 64);

pub(super) struct Objects<R> {
    lines: LineReader<R>,
    order: FileOrder,
    records: u64,
    header: FoundHeader,
    trailer: bool,
    /// The envelope was judged at the end of the input.
    ended: bool,
    values: Values,
    ignored: Vec<String>,
}

/// The values of one object, by their keys.
#[derive(Default)]
struct Values {
    position: Position,
    of: [Option<Value>; KEYS.len()],
}

/// A value: the text that it stands for, and its first byte in the line.
struct Value {
    text: Vec<u8>,
    start: usize,
}

impl Values {
    fn find(&self, wanted: Field) -> Option<&Value> {
        let at = KEYS.iter().position(|field| *field == wanted)?;
        self.of[at].as_ref()
    }
}

impl Named for Values {
    fn text(&self, field: Field) -> Option<&[u8]> {
        self.find(field).map(|value| value.text.as_slice())
    }
}

/// An object as it stands in its line.
struct Object<'a> {
    values: [Option<&'a RawValue>; KEYS.len()],
    ignored: Vec<Cow<'a, str>>,
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Object<'de>, M::Error> {
        let mut object = Object { values: [None; KEYS.len()], ignored: Vec::new() };
        while let Some((Key(key), value)) = map.next_entry::<Key<'_>, &RawValue>()? {
            match KEYS.iter().position(|field| field.name() == key) {
                Some(at) if object.values[at].is_some() => return Err(M::Error::custom("twice")),
                Some(at) => object.values[at] = Some(value),
                None if object.ignored.len() < IGNORED.0 => object.ignored.push(key),
                None => {}
            }
        }
        Ok(object)
    }
}

/// A key, borrowed where it has no escapes.
#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// The text that a JSON value stands for: of a string its content, of anything else its JSON.
/// `null` is no value.
fn value(raw: &RawValue, line: &[u8]) -> Option<Value> {
    let json = raw.get();
    let quoted = json.starts_with('"');
    // the value lies in the line, so the difference is its place
    let start = json.as_ptr() as usize - line.as_ptr() as usize + usize::from(quoted);
    let text = match quoted {
        true => serde_json::from_str::<Cow<'_, str>>(json).ok()?.into_owned(),
        false if json == "null" => return None,
        false => json.to_owned(),
    };
    Some(Value { text: text.into_bytes(), start })
}

impl<R: BufRead> Objects<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            lines: LineReader::new(input),
            order: FileOrder::new(false),
            records: 0,
            header: FoundHeader::None,
            trailer: false,
            ended: false,
            values: Values::default(),
            ignored: Vec::new(),
        }
    }

    /// Reads the values of the next line with text; `None` at the end.
    fn read_line(&mut self) -> Result<Option<Result<(), Reason>>> {
        while let Some(line) = self.lines.read_line().map_err(Error::reading)? {
            if line.length > 0 {
                self.values = Values { position: line.position(), ..Values::default() };
                return Ok(Some(read_object(&line, &mut self.values, &mut self.ignored)));
            }
        }
        Ok(None)
    }

    /// What the line is in its file.
    fn take(&mut self, read: Result<(), Reason>) -> Option<Step> {
        let tag = self.values.text(Field::TransactionType).and_then(Tag::from_bytes);
        match self.order.place(tag) {
            Role::Header => self.take_header(read),
            Role::Trailer => self.take_trailer(read),
            role => Some(self.take_record(read, role, tag)),
        }
    }

    fn take_header(&mut self, read: Result<(), Reason>) -> Option<Step> {
        match whole(read).and_then(|()| self.values.header()) {
            Ok(header) => {
                self.header = FoundHeader::Good(header);
                None
            }
            Err(bad) => {
                self.header = FoundHeader::Bad;
                Some(self.bad(bad))
            }
        }
    }

    fn take_trailer(&mut self, read: Result<(), Reason>) -> Option<Step> {
        self.trailer = true;
        let counted = whole(read).and_then(|()| self.values.trailer());
        match counted.and_then(|trailer| count(trailer, self.records)) {
            Ok(()) => None,
            Err(bad) => Some(self.bad(bad)),
        }
    }

    fn take_record(&mut self, read: Result<(), Reason>, role: Role, tag: Option<Tag>) -> Step {
        self.records += 1;
        self.values.position.record = Some(self.records);
        let detail = whole(read).and_then(|()| self.detail(role, tag));
        detail.map_or_else(|bad| self.bad(bad), Step::Record)
    }

    fn detail(&self, role: Role, tag: Option<Tag>) -> Result<Detail, BadValue> {
        let bad = |reason| Err(BadValue::new(Field::TransactionType, reason));
        match (role, tag) {
            (Role::Record, Some(tag @ (Tag::E45 | Tag::E46))) => self.values.detail(tag),
            (Role::Misplaced, Some(Tag::E45 | Tag::E46 | Tag::A00 | Tag::Z99)) => {
                bad(Reason::Gas(ErrorKind::UnexpectedRecord))
            }
            _ if self.values.find(Field::TransactionType).is_none() => bad(Reason::MissingValue),
            _ => bad(Reason::Gas(ErrorKind::UnknownRecord)),
        }
    }

    fn bad(&self, bad: BadValue) -> Step {
        if matches!(bad.reason, Reason::MalformedObject | Reason::Gas(ErrorKind::LineTooLong)) {
            return Step::Bad(Refusal::new(self.values.position, bad.reason));
        }
        let (position, text) = self.field(bad.field);
        let position = position.forward(bad.start as u64);
        Step::Bad(Refusal::new(position, bad.reason).of(bad.field, text))
    }

    /// What is missing of the envelope, once.
    fn end(&mut self) -> Option<Step> {
        let missing = match (self.header, self.trailer) {
            (FoundHeader::None, true) => ErrorKind::MissingHeader,
            (FoundHeader::Good(_) | FoundHeader::Bad, false) => ErrorKind::MissingTrailer,
            _ => return None,
        };
        if std::mem::replace(&mut self.ended, true) {
            return None;
        }
        Some(Step::Bad(Refusal::new(self.lines.position(), Reason::Gas(missing))))
    }
}

/// Refuses a line that is no object.
fn whole(read: Result<(), Reason>) -> Result<(), BadValue> {
    read.map_err(|reason| BadValue::new(Field::TransactionType, reason))
}

fn read_object(
    line: &Line<'_>,
    values: &mut Values,
    ignored: &mut Vec<String>,
) -> Result<(), Reason> {
    if line.oversize {
        return Err(Reason::Gas(ErrorKind::LineTooLong));
    }
    let object: Object<'_> =
        serde_json::from_slice(line.bytes).map_err(|_| Reason::MalformedObject)?;
    for (place, raw) in values.of.iter_mut().zip(object.values) {
        *place = raw.and_then(|raw| value(raw, line.bytes));
    }
    for name in object.ignored {
        remember(&name, ignored);
    }
    Ok(())
}

/// Remembers a key that means nothing, once.
fn remember(name: &str, ignored: &mut Vec<String>) {
    let name: String = name.chars().take(IGNORED.1).collect();
    if ignored.len() < IGNORED.0 && !ignored.contains(&name) {
        ignored.push(name);
    }
}

fn count(trailer: Trailer, counted: u64) -> Result<(), BadValue> {
    let declared = trailer.record_count();
    if declared == counted {
        return Ok(());
    }
    let kind = ErrorKind::RecordCount { declared, counted };
    Err(BadValue::new(Field::RecordCount, Reason::Gas(kind)))
}

impl<R: BufRead> Source for Objects<R> {
    fn next(&mut self) -> Result<Option<Step>> {
        while let Some(read) = self.read_line()? {
            if let Some(step) = self.take(read) {
                return Ok(Some(step));
            }
        }
        Ok(self.end())
    }

    fn header(&self) -> FoundHeader {
        self.header
    }

    fn field(&self, field: Field) -> (Position, Option<&[u8]>) {
        let position = self.values.position;
        match self.values.find(field) {
            Some(value) => (position.forward(value.start as u64), Some(&value.text)),
            None => (position, None),
        }
    }

    fn ignored(&self) -> &[String] {
        &self.ignored
    }
}
