//! Lines with a JSON object each, as texts under known keys.

use std::borrow::Cow;
use std::fmt;
use std::io::BufRead;

use flagflow_frame::{Line, LineEnd, LineReader, Position};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::names::normal;
use flagflow_files::{Error, Result};

/// Number of ignored keys that are remembered, and the bytes kept of each.
const IGNORED: (usize, usize) = (20, 64);

/// Reads one object after the other, and keeps the last one.
pub(super) struct Keyed<R> {
    lines: LineReader<R>,
    keys: Vec<String>,
    /// Start of the last object's line.
    pub(super) position: Position,
    values: Vec<Option<Value>>,
    ignored: Vec<String>,
}

/// A value: its text, and its first byte in the line; of a list the texts of its elements too.
struct Value {
    text: Vec<u8>,
    start: usize,
    list: Option<Vec<Vec<u8>>>,
}

/// Reason why a line has no values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unkeyed {
    TooLong,
    /// The line is not one object with unique keys.
    Malformed,
}

impl<R: BufRead> Keyed<R> {
    /// `keys` mean something, in some object.
    pub(super) fn new(input: R, keys: Vec<String>) -> Self {
        Self {
            lines: LineReader::new(input),
            keys,
            position: Position::START,
            values: Vec::new(),
            ignored: Vec::new(),
        }
    }

    /// Reads the next line with text; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Result<(), Unkeyed>>> {
        let Self { lines, keys, position, values, ignored } = self;
        while let Some(line) = lines.read_line().map_err(Error::reading)? {
            if line.length > 0 {
                *position = line.position();
                values.clear();
                return Ok(Some(read(&line, keys, values, ignored)));
            }
        }
        *position = lines.position();
        Ok(None)
    }
}

impl<R> Keyed<R> {
    fn value(&self, key: usize) -> Option<&Value> {
        self.values.get(key)?.as_ref()
    }

    /// Returns the text under a key, by its place among the keys.
    pub(super) fn text(&self, key: usize) -> Option<&[u8]> {
        self.value(key).map(|value| value.text.as_slice())
    }

    /// Returns the texts of the list under a key, each with its place from the beginning of the
    /// list; a value that is no list is the only text.
    pub(super) fn list(&self, key: usize) -> impl Iterator<Item = (&[u8], usize)> {
        let value = self.value(key);
        let list = value.and_then(|value| value.list.as_deref()).unwrap_or_default();
        let only = value.filter(|value| value.list.is_none());
        let only = only.map(|value| value.text.as_slice()).filter(|text| !text.is_empty());
        list.iter().map(Vec::as_slice).chain(only).map(|text| (text, 0))
    }

    /// Returns the position of the text under a key.
    pub(super) fn place(&self, key: usize) -> Position {
        self.position.forward(self.value(key).map_or(0, |value| value.start as u64))
    }

    /// Returns the keys that mean nothing.
    pub(super) fn ignored(&self) -> &[String] {
        &self.ignored
    }
}

fn read(
    line: &Line<'_>,
    keys: &[String],
    values: &mut Vec<Option<Value>>,
    ignored: &mut Vec<String>,
) -> Result<(), Unkeyed> {
    if line.oversize {
        return Err(Unkeyed::TooLong);
    }
    let mut deserializer = serde_json::Deserializer::from_slice(line.bytes);
    let object = Keys(keys)
        .deserialize(&mut deserializer)
        .and_then(|object| deserializer.end().map(|()| object))
        .map_err(|_| Unkeyed::Malformed)?;
    values.extend(object.values.iter().map(|raw| raw.and_then(|raw| value(raw, line.bytes))));
    object.ignored.iter().for_each(|name| remember(name, ignored));
    Ok(())
}

/// Returns the text of a JSON value: the content of a string, the JSON of any other value, none for
/// `null`.
fn value(raw: &RawValue, line: &[u8]) -> Option<Value> {
    let json = raw.get();
    let quoted = json.starts_with('"');
    // the value lies in the line, so the difference is its place
    let start = json.as_ptr() as usize - line.as_ptr() as usize + usize::from(quoted);
    let list: Option<Vec<&RawValue>> =
        json.starts_with('[').then(|| serde_json::from_str(json).ok()).flatten();
    let list = list.map(|list| list.into_iter().filter_map(text).collect());
    Some(Value { text: text(raw)?, start, list })
}

/// Returns the content of a string, or the JSON of any other value; `None` for `null`.
fn text(raw: &RawValue) -> Option<Vec<u8>> {
    let json = raw.get();
    match json.starts_with('"') {
        true => serde_json::from_str::<Cow<'_, str>>(json).ok().map(|it| it.into_owned().into()),
        false if json == "null" => None,
        false => Some(json.as_bytes().to_vec()),
    }
}

/// Remembers a key that means nothing, once.
fn remember(name: &str, ignored: &mut Vec<String>) {
    let name: String = name.chars().take(IGNORED.1).collect();
    if ignored.len() < IGNORED.0 && !ignored.contains(&name) {
        ignored.push(name);
    }
}

/// A borrowed object within its line.
struct KeyedObject<'de> {
    values: Vec<Option<&'de RawValue>>,
    ignored: Vec<Cow<'de, str>>,
}

/// Reads an object by the keys that it may have.
struct Keys<'k>(&'k [String]);

impl<'de> DeserializeSeed<'de> for Keys<'_> {
    type Value = KeyedObject<'de>;

    fn deserialize<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<KeyedObject<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Keys<'_> {
    type Value = KeyedObject<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<KeyedObject<'de>, M::Error> {
        let mut object = KeyedObject { values: vec![None; self.0.len()], ignored: Vec::new() };
        while let Some((ObjectKey(key), value)) = map.next_entry::<ObjectKey<'_>, &RawValue>()? {
            let known = |key: &str| self.0.iter().position(|known| *known == key);
            match known(&key).or_else(|| known(&normal(key.as_bytes()))) {
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
struct ObjectKey<'a>(#[serde(borrow)] Cow<'a, str>);

/// Returns the normalised keys of an object; none if the line is not an object.
pub(super) fn keys(line: &[u8]) -> Vec<String> {
    let object: Result<std::collections::BTreeMap<String, serde::de::IgnoredAny>, _> =
        serde_json::from_slice(line);
    let keys = object.map(std::collections::BTreeMap::into_keys);
    keys.map(|keys| keys.map(|key| normal(key.as_bytes())).collect()).unwrap_or_default()
}

/// Returns the text under a key of an object, where it has the key once.
pub(super) fn text_of(line: &[u8], key: &str) -> Option<Vec<u8>> {
    let (mut values, mut ignored) = (Vec::new(), Vec::new());
    let (length, end) = (line.len() as u64, LineEnd::None);
    let line = Line { bytes: line, length, oversize: false, end, offset: 0, number: 1 };
    read(&line, &[key.to_owned()], &mut values, &mut ignored).ok()?;
    values.pop().flatten().map(|value| value.text)
}
