//! Differences as text, as a table, or as lines of JSON.

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use flagflow_check::render::{amount, grouped};
use flagflow_domain::ServiceFlag;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::report::{DiffReport, PerSide, PointDifference, PointValue};
use flagflow_files::{Error, Result};

/// Format of the differences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DiffFormat {
    /// A line each, for a person.
    #[default]
    Text,
    /// A table with a header, comma separated. Nothing in it needs quotes.
    Csv,
    /// An object a line.
    Json,
}

impl DiffFormat {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Text, Self::Csv, Self::Json];

    /// Returns the name that options use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

impl fmt::Display for DiffFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Error for an unknown format name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a format: expected text, csv or json")]
pub struct UnknownDiffFormat;

impl FromStr for DiffFormat {
    type Err = UnknownDiffFormat;

    fn from_str(text: &str) -> Result<Self, UnknownDiffFormat> {
        Self::ALL.into_iter().find(|f| f.as_str() == text).ok_or(UnknownDiffFormat)
    }
}

const COLUMNS: &str = "change,meter_point,old_flag,old_effective_from,old_line,new_flag,\
                       new_effective_from,new_line";

/// Writes differences in one of the formats.
#[derive(Debug)]
pub struct DifferenceWriter<W> {
    inner: W,
    format: DiffFormat,
    mask: bool,
}

impl<W: Write> DifferenceWriter<W> {
    /// Creates the writer, and writes the header of a table. `mask` leaves out meter points.
    ///
    /// # Errors
    ///
    /// Errors of the writer.
    pub fn new(mut inner: W, format: DiffFormat, mask: bool) -> Result<Self> {
        if format == DiffFormat::Csv {
            writeln!(inner, "{COLUMNS}").map_err(Error::writing)?;
        }
        Ok(Self { inner, format, mask })
    }

    /// Writes one difference, a line.
    ///
    /// # Errors
    ///
    /// Errors of the writer.
    pub fn write(&mut self, difference: &PointDifference) -> Result<()> {
        let PointDifference { point, old, new } = difference;
        let change = difference.change();
        let point = (!self.mask).then(|| point.to_string());
        match self.format {
            DiffFormat::Text => {
                let point = point.as_deref().unwrap_or("*");
                let (old, new) = (text(old.as_ref()), text(new.as_ref()));
                writeln!(self.inner, "{change:<12} {point:>13}  {old} -> {new}")
            }
            DiffFormat::Csv => {
                let point = point.as_deref().unwrap_or_default();
                let (old, new) = (cells(old.as_ref()), cells(new.as_ref()));
                writeln!(self.inner, "{change},{point},{old},{new}")
            }
            DiffFormat::Json => {
                let (old, new) = (object(old.as_ref()), object(new.as_ref()));
                let line = DiffLine { change: change.as_str(), meter_point: point, old, new };
                serde_json::to_writer(&mut self.inner, &line)
                    .map_err(io::Error::from)
                    .and_then(|()| self.inner.write_all(b"\n"))
            }
        }
        .map_err(Error::writing)
    }

    /// Returns the writer.
    pub fn into_inner(self) -> W {
        self.inner
    }
}

/// Returns a state as `A 2022-01-01 (line 7)`.
fn text(state: Option<&PointValue>) -> String {
    state.map_or_else(
        || "(none)".to_owned(),
        |state| format!("{} {} (line {})", state.flag, state.effective_from.iso(), state.line),
    )
}

fn cells(state: Option<&PointValue>) -> String {
    state.map_or_else(
        || ",,".to_owned(),
        |state| format!("{},{},{}", state.flag, state.effective_from, state.line),
    )
}

/// A difference as an object.
#[derive(Serialize)]
struct DiffLine {
    change: &'static str,
    meter_point: Option<String>,
    old: Option<DiffObject>,
    new: Option<DiffObject>,
}

/// A state as an object.
#[derive(Serialize)]
struct DiffObject {
    flag: ServiceFlag,
    effective_from: String,
    line: u64,
}

fn object(state: Option<&PointValue>) -> Option<DiffObject> {
    let PointValue { flag, effective_from, line } = *state?;
    Some(DiffObject { flag, effective_from: effective_from.to_string(), line })
}

impl DiffReport {
    /// Returns the counts in a format: text of several lines, a table of one row, or one object.
    #[must_use]
    pub fn counts(&self, format: DiffFormat) -> String {
        match format {
            DiffFormat::Text => self.text(),
            DiffFormat::Csv => self.table(),
            DiffFormat::Json => self.object() + "\n",
        }
    }

    fn text(&self) -> String {
        let side = |name, side: &PerSide| {
            let PerSide { records, left_out, points, .. } = side;
            let (records, points) = (amount(*records, "record"), amount(*points, "meter point"));
            format!("{name}: {records}, {} left out, {points}\n", grouped(*left_out))
        };
        let mut text = side("old", &self.old) + &side("new", &self.new);
        for (change, count) in self.changes.iter() {
            text.push_str(&format!("{} {}, ", grouped(count), change.as_str().replace('-', " ")));
        }
        text + &format!("{} the same\n", grouped(self.same))
    }

    /// Returns every count with its name.
    fn named(&self) -> impl Iterator<Item = (String, u64)> {
        let side = |name: &'static str, side: PerSide| {
            let PerSide { records, left_out, points } = side;
            [("records", records), ("left_out", left_out), ("points", points)]
                .map(|(what, count)| (format!("{name}_{what}"), count))
        };
        let changes = self.changes.iter();
        let changes = changes.map(|(change, count)| (change.as_str().replace('-', "_"), count));
        let same = [("same".to_owned(), self.same)];
        side("old", self.old).into_iter().chain(side("new", self.new)).chain(changes).chain(same)
    }

    fn table(&self) -> String {
        let (names, counts): (Vec<_>, Vec<_>) =
            self.named().map(|(name, count)| (name, count.to_string())).unzip();
        format!("{}\n{}\n", names.join(","), counts.join(","))
    }

    /// Numbers and text can always be written.
    fn object(&self) -> String {
        serde_json::to_string(&DiffCounts(self)).unwrap_or_default()
    }
}

/// The counts in their order, and the policy.
struct DiffCounts<'a>(&'a DiffReport);

impl Serialize for DiffCounts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        for (name, count) in self.0.named() {
            object.serialize_entry(&name, &count)?;
        }
        object.serialize_entry("policy", &self.0.policy)?;
        object.end()
    }
}
