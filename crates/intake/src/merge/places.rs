//! Reads the places of corrected records from the reasons of a quarantine.

use std::io::{BufRead, Read};

use flagflow_frame::LineEnd;
use serde::Deserialize;

use flagflow_files::{Error, ErrorKind, Result};

/// The most bytes of a line of reasons; those of a quarantine are far shorter.
const MOST: u64 = 64 * 1024;

/// The keys that are needed of a line of reasons. A list made by hand may have the first two alone.
#[derive(Deserialize)]
struct ReasonEntry {
    record: Option<u64>,
    after: u64,
    length: Option<u64>,
    end: Option<String>,
    lines: Option<u64>,
    bytes: Option<String>,
    hex: Option<String>,
    withheld: Option<String>,
}

/// A record of the reasons: its place, and the rejected line.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    /// The number of lines of the accepted file before it.
    pub(super) after: u64,
    /// Number of its lines in the rejected part, from 1.
    pub(super) lines: u64,
    /// Ending of the line, if the reasons have it.
    pub(super) end: Option<LineEnd>,
    /// True if it was withheld for its level-1 group, which had an error.
    pub(super) lacks_group: bool,
    length: Option<u64>,
    beginning: Option<Vec<u8>>,
}

impl Expected {
    /// Returns true if a line is the rejected one, unchanged. `content` is the whole line without
    /// its ending, or the beginning of a longer line. Masked reasons give the length and the ending
    /// only.
    pub(super) fn is(&self, content: &[u8], end: LineEnd, is_whole: bool) -> bool {
        let Some(length) = self.length else { return false };
        let seen = content.len() as u64;
        let has_length = if is_whole { length == seen } else { length >= seen };
        let has_bytes = match &self.beginning {
            Some(beginning) => content.starts_with(beginning),
            None => !is_whole || self.end == Some(end),
        };
        has_length && has_bytes
    }
}

impl From<ReasonEntry> for Expected {
    fn from(entry: ReasonEntry) -> Self {
        let line_end = |name: String| {
            [LineEnd::Lf, LineEnd::CrLf, LineEnd::None].into_iter().find(|end| end.name() == name)
        };
        let beginning = match entry.hex {
            Some(hex) => unhex(&hex),
            None => entry.bytes.map(String::into_bytes),
        };
        Self {
            after: entry.after,
            lines: entry.lines.unwrap_or(1),
            end: entry.end.and_then(line_end),
            lacks_group: entry.withheld.as_deref() == Some("bad-group"),
            length: entry.length,
            beginning,
        }
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.map(byte).collect()
}

/// The places of the records that reasons list, in their order.
pub(super) struct CorrectedPlaces<R> {
    reasons: Option<R>,
    line: u64,
    /// The last of them.
    pub(super) last: u64,
    /// Records listed so far.
    pub(super) listed: u64,
}

impl<R: BufRead> CorrectedPlaces<R> {
    pub(super) const fn new(reasons: Option<R>) -> Self {
        Self { reasons, line: 0, last: 0, listed: 0 }
    }

    pub(super) const fn is_given(&self) -> bool {
        self.reasons.is_some()
    }

    /// Returns the next record.
    pub(super) fn next(&mut self) -> Result<Option<Expected>> {
        while let Some(entry) = self.entry()? {
            if entry.record.is_none() {
                continue;
            }
            if entry.after < self.last {
                return Err(self.bad("the records are not in their order"));
            }
            self.last = entry.after;
            self.listed += 1;
            return Ok(Some(entry.into()));
        }
        Ok(None)
    }

    fn entry(&mut self) -> Result<Option<ReasonEntry>> {
        let Some(reasons) = &mut self.reasons else { return Ok(None) };
        let mut line = Vec::new();
        loop {
            line.clear();
            // reads on after an interruption
            let read = reasons.by_ref().take(MOST).read_until(b'\n', &mut line);
            if read.map_err(Error::reading)? == 0 {
                return Ok(None);
            }
            self.line += 1;
            if !line.trim_ascii().is_empty() {
                break;
            }
        }
        let entry = serde_json::from_slice(&line);
        entry.map(Some).map_err(|error| self.bad(&error.to_string()))
    }

    fn bad(&self, what: &str) -> Error {
        let what = format!("the reasons cannot be read: line {}: {what}", self.line);
        Error::new(ErrorKind::Table, what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(reasons: &str) -> Result<Vec<u64>> {
        let mut places = CorrectedPlaces::new(Some(reasons.as_bytes()));
        let mut all = Vec::new();
        while let Some(place) = places.next()? {
            all.push(place.after);
        }
        assert_eq!(places.listed, all.len() as u64);
        Ok(all)
    }

    #[test]
    fn records_have_places_and_other_lines_none() {
        let reasons = "{\"record\":2,\"after\":1}\n\n{\"record\":null,\"after\":1}\n\
                       {\"record\":7,\"after\":1,\"more\":[]}\n{\"record\":9,\"after\":5}";
        assert_eq!(places(reasons).unwrap(), [1, 1, 5]);
        assert_eq!(places("").unwrap(), [0; 0]);
    }

    #[test]
    fn what_is_no_list_of_places_is_told_with_its_line() {
        for (reasons, part) in [
            ("{\"record\":2,\"after\":1}\nx", "line 2: "),
            ("{\"record\":2}", "line 1: "),
            ("{\"record\":1,\"after\":2}\n{\"record\":2,\"after\":1}", "not in their order"),
            (&format!("{{\"x\":\"{}\"", "y".repeat(100_000)), "line 1: "),
        ] {
            let error = places(reasons).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Table);
            assert!(error.to_string().contains(part), "{error}");
        }
    }
}
