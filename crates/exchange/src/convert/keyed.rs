//! Lines with a JSON object each, as texts under known keys.

use std::borrow::Cow;
use std::fmt;
use std::io::BufRead;
use std::ops::Range;

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
    line_end: LineEnd,
    object: Members,
    ignored: Vec<String>,
}

/// The members of an object that have known keys.
#[derive(Default)]
struct Members {
    /// The line, and behind it the texts that have escapes in the line.
    bytes: Vec<u8>,
    values: Vec<Value>,
    /// The keys of the last plain object in their order, which is that of the next one as a rule.
    order: Vec<usize>,
}

/// A value: the place of its key among the keys, its text, and its first byte in the line; of a
/// list the texts of its elements too.
struct Value {
    key: usize,
    text: Range<usize>,
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
        let (lines, position, line_end) = (LineReader::new(input), Position::START, LineEnd::None);
        let (object, ignored) = (Members::default(), Vec::new());
        Self { lines, keys, position, line_end, object, ignored }
    }

    /// Reads the next line with text; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Result<(), Unkeyed>>> {
        let Self { lines, keys, position, line_end, object, ignored } = self;
        while let Some(line) = lines.read_line().map_err(Error::reading)? {
            if line.length > 0 {
                (*position, *line_end) = (line.position(), line.end);
                return Ok(Some(object.read(&line, keys, ignored)));
            }
        }
        *position = lines.position();
        Ok(None)
    }

    /// The reader of the lines, behind the last object.
    pub(super) const fn lines(&mut self) -> &mut LineReader<R> {
        &mut self.lines
    }
}

impl<R> Keyed<R> {
    fn value(&self, key: usize) -> Option<&Value> {
        self.object.value(key)
    }

    /// Returns the text under a key, by its place among the keys.
    #[inline]
    pub(super) fn text(&self, key: usize) -> Option<&[u8]> {
        self.value(key).and_then(|value| self.object.text(value))
    }

    /// Returns the texts of the list under a key, each with its place from the beginning of the
    /// list; a value that is no list is the only text.
    pub(super) fn list(&self, key: usize) -> impl Iterator<Item = (&[u8], usize)> {
        let value = self.value(key);
        let list = value.and_then(|value| value.list.as_deref()).unwrap_or_default();
        let only = value.filter(|value| value.list.is_none());
        let only = only.and_then(|value| self.object.text(value)).filter(|text| !text.is_empty());
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

impl<R> Keyed<R> {
    /// Returns the line of the last object, with its ending.
    pub(super) fn line(&self) -> (&[u8], LineEnd) {
        (&self.object.bytes, self.line_end)
    }

    /// Returns the place of each key among the keys and that of its text in the line, in the order
    /// of the line; `None` if the object is not plain.
    pub(super) fn plain(&self) -> Option<impl Iterator<Item = (usize, Range<usize>)>> {
        let values = self.object.values.iter();
        // the text of any other value is behind the line
        let is_plain = values.clone().all(|value| value.text.start == value.start);
        is_plain.then(|| values.map(|value| (value.key, value.text.clone())))
    }
}

impl Members {
    fn value(&self, key: usize) -> Option<&Value> {
        self.values.iter().find(|value| value.key == key)
    }

    fn text(&self, value: &Value) -> Option<&[u8]> {
        self.bytes.get(value.text.clone())
    }

    /// Reads the object in a line.
    fn read(
        &mut self,
        line: &Line<'_>,
        keys: &[String],
        ignored: &mut Vec<String>,
    ) -> Result<(), Unkeyed> {
        self.values.clear();
        if line.oversize {
            return Err(Unkeyed::TooLong);
        }
        self.bytes.clear();
        self.bytes.extend_from_slice(line.bytes);
        if self.read_plain(line.bytes, keys).is_some() {
            return Ok(());
        }
        self.values.clear();
        let mut deserializer = serde_json::Deserializer::from_slice(line.bytes);
        let object = Keys(keys)
            .deserialize(&mut deserializer)
            .and_then(|object| deserializer.end().map(|()| object))
            .map_err(|_| Unkeyed::Malformed)?;
        for (key, raw) in object.values.iter().enumerate() {
            raw.and_then(|raw| self.take(key, raw, line.bytes));
        }
        object.ignored.iter().for_each(|name| remember(name, ignored));
        Ok(())
    }

    /// Reads an object as programs write it: known keys, each once, with whole numbers or with
    /// strings of printable ASCII without escapes. `None` for every other line, also a bad one,
    /// after some values perhaps.
    fn read_plain(&mut self, line: &[u8], keys: &[String]) -> Option<()> {
        let mut rest = line.strip_prefix(b"{")?;
        for member in 0.. {
            rest = behind_spaces(rest).strip_prefix(b"\"")?;
            let last = self.order.get(member).copied();
            let named = |key: &usize| {
                let rest = rest.strip_prefix(keys.get(*key)?.as_bytes())?;
                rest.strip_prefix(b"\"").map(|rest| (*key, rest))
            };
            let found = last.as_ref().and_then(named);
            let (key, behind) = found.or_else(|| (0..keys.len()).find_map(|key| named(&key)))?;
            if last != Some(key) {
                self.order.truncate(member);
                self.order.push(key);
            }
            rest = behind_spaces(behind_spaces(behind).strip_prefix(b":")?);
            let is_string = rest.first() == Some(&b'"');
            rest = &rest[usize::from(is_string)..];
            let start = line.len() - rest.len();
            let length = if is_string { string(rest)? } else { number(rest)? };
            if self.value(key).is_some() {
                return None;
            }
            self.values.push(Value { key, text: start..start + length, start, list: None });
            rest = behind_spaces(rest.get(length + usize::from(is_string)..)?);
            match rest {
                b"}" => break,
                [b',', behind @ ..] => rest = behind,
                _ => return None,
            }
        }
        Some(())
    }

    /// Takes a JSON value: the content of a string, the JSON of any other value, none for `null`.
    fn take(&mut self, key: usize, raw: &RawValue, line: &[u8]) -> Option<()> {
        let json = raw.get();
        let quoted = json.starts_with('"');
        // the value lies in the line, so the difference is its place
        let start = json.as_ptr() as usize - line.as_ptr() as usize + usize::from(quoted);
        let list: Option<Vec<&RawValue>> =
            json.starts_with('[').then(|| serde_json::from_str(json).ok()).flatten();
        let list = list.map(|list| list.into_iter().filter_map(text).collect());
        let text = text(raw)?;
        let begin = self.bytes.len();
        self.bytes.extend_from_slice(&text);
        self.values.push(Value { key, text: begin..self.bytes.len(), start, list });
        Some(())
    }
}

fn behind_spaces(mut text: &[u8]) -> &[u8] {
    while let [b' ', rest @ ..] = text {
        text = rest;
    }
    text
}

/// Returns the length of a string of printable ASCII without escapes, up to its last quote.
fn string(text: &[u8]) -> Option<usize> {
    let end =
        text.iter().position(|byte| !matches!(byte, b' '..=b'~') || b"\"\\".contains(byte))?;
    (text[end] == b'"').then_some(end)
}

/// Returns the length of a whole number as JSON has it, without leading zeros.
fn number(text: &[u8]) -> Option<usize> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is_plain = length == 1 || length > 1 && text[0] != b'0';
    is_plain.then_some(length)
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
    let (mut object, mut ignored) = (Members::default(), Vec::new());
    let (length, end) = (line.len() as u64, LineEnd::None);
    let line = Line { bytes: line, length, oversize: false, end, offset: 0, number: 1 };
    object.read(&line, &[key.to_owned()], &mut ignored).ok()?;
    object.value(0).and_then(|value| object.text(value)).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Found = Option<Vec<(usize, String, usize)>>;

    /// Returns each value with its key and its place, in the order of the keys.
    fn values(object: &mut Members, text: &str) -> Found {
        let line = Line {
            bytes: text.as_bytes(),
            length: text.len() as u64,
            oversize: false,
            end: LineEnd::None,
            offset: 0,
            number: 1,
        };
        let keys = ["a", "ab", "c"].map(str::to_owned);
        object.read(&line, &keys, &mut Vec::new()).ok()?;
        let text = |value: &Value| String::from_utf8(object.text(value)?.to_vec()).ok();
        let value = |value: &Value| Some((value.key, text(value)?, value.start));
        let mut values: Vec<_> = object.values.iter().filter_map(value).collect();
        values.sort();
        Some(values)
    }

    /// An object behind a space is not plain, so serde reads it.
    #[test]
    fn plain_objects_have_the_values_that_serde_reads() {
        let mut object = Members::default();
        for (line, is_plain) in [
            (r#"{"a":"x","ab":12}"#, true),
            (r#"{"ab": 0, "a": ""}"#, true),
            (r#"{ "c"  : "x y" , "a":10 }"#, true),
            (r#"{"c":"~"}"#, true),
            (r#"{"a":"\u0041","c":"\\"}"#, false),
            (r#"{"a":"\"","c":1}"#, false),
            ("{\"a\":\"\u{e9}\",\"c\":1}", false),
            (r#"{"a":-1,"c":1.5}"#, false),
            (r#"{"a":1e2,"ab":true}"#, false),
            (r#"{"a":null,"c":["x","y"]}"#, false),
            (r#"{"A":1,"other":2}"#, false),
            (r#"{"b":1,"abc":2}"#, false),
            ("{}", false),
            ("{\t\"a\":1}", false),
            (r#"{"a":1} "#, false),
            (r#"{"a":1,"a":1}"#, false),
            (r#"{"a":1,"ab":2,"a":"1"}"#, false),
            (r#"{"a":null,"a":1}"#, false),
            (r#"{"a":01}"#, false),
            (r#"{"a":00}"#, false),
            (r#"{"a":}"#, false),
            (r#"{"a":1,}"#, false),
            (r#"{"a" 1}"#, false),
            (r#"{"a":1}}"#, false),
            (r#"{"a":1} x"#, false),
            (r#"{"a":1"c":2}"#, false),
            (r#"{"a":"x"#, false),
            (r#"{"a":"x""#, false),
            (r#"{"a":1"#, false),
            (r#"{"a":"#, false),
            (r#"{"a"#, false),
            ("{\"a\":\"\t\"}", false),
            ("{", false),
            ("[1]", false),
        ] {
            let read = values(&mut object, line);
            let keys = ["a", "ab", "c"].map(str::to_owned);
            object.values.clear();
            assert_eq!(object.read_plain(line.as_bytes(), &keys).is_some(), is_plain, "{line}");
            let spaced = values(&mut Members::default(), &format!(" {line}"));
            let from_here = |(key, text, start)| (key, text, start - 1);
            let spaced = spaced.map(|all| all.into_iter().map(from_here).collect());
            assert_eq!(read, spaced, "{line}");
        }
    }
}
