//! Differences as text, as a table, or as lines of JSON.

use std::io::{self, Write};

use flagflow_check::render::{amount, grouped};
use flagflow_codec::Names;
use flagflow_domain::{Fuel, ServiceFlag};
use flagflow_electricity::{Electricity, Field, Instruction};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::answer::{AnswerDifference, AnswerKey, AnswerRecord};
use super::report::{Compared, DiffReport, Difference, PerSide, PointDifference, PointValue, Side};
use flagflow_files::{Error, Result};

/// Format of the differences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DiffFormat {
    /// A line each, for a person.
    #[default]
    Text,
    /// A table with a header, comma separated.
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

/// Error for an unknown format name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a format: expected text, csv or json")]
pub struct UnknownDiffFormat;

flagflow_domain::named_values!(DiffFormat, UnknownDiffFormat);

const COLUMNS: &str = "change,meter_point,old_flag,old_effective_from,old_line,new_flag,\
                       new_effective_from,new_line";

/// Writes differences in one of the formats.
#[derive(Debug)]
pub struct DifferenceWriter<W> {
    inner: W,
    format: DiffFormat,
    mask: bool,
    has_columns: bool,
}

impl<W: Write> DifferenceWriter<W> {
    /// Creates the writer. `mask` leaves out meter points.
    #[must_use]
    pub const fn new(inner: W, format: DiffFormat, mask: bool) -> Self {
        Self { inner, format, mask, has_columns: false }
    }

    /// Writes the header of a table, once.
    fn begin(&mut self, compared: Compared) -> io::Result<()> {
        if self.format != DiffFormat::Csv || std::mem::replace(&mut self.has_columns, true) {
            return Ok(());
        }
        let keys = match compared {
            Compared::Points(_) => return writeln!(self.inner, "{COLUMNS}"),
            Compared::Rejections => "incoming_instruction_number",
            Compared::Confirmations => "answered_file_identifier,instruction_number",
        };
        write!(self.inner, "change,{keys}")?;
        for side in Side::ALL {
            for item in compared.items() {
                write!(self.inner, ",{side}_{item}")?;
            }
            write!(self.inner, ",{side}_line")?;
        }
        writeln!(self.inner)
    }

    /// Writes one difference, a line.
    ///
    /// # Errors
    ///
    /// Errors of the writer.
    pub fn write(&mut self, difference: &Difference) -> Result<()> {
        match difference {
            Difference::Point(difference) => self.write_point(difference),
            Difference::Answer(difference) => self.write_answer(difference),
        }
        .map_err(Error::writing)
    }

    fn write_point(&mut self, difference: &PointDifference) -> io::Result<()> {
        let PointDifference { point, old, new } = difference;
        self.begin(Compared::Points(point.fuel()))?;
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
                self.object(&line)
            }
        }
    }

    fn write_answer(&mut self, difference: &AnswerDifference) -> io::Result<()> {
        let AnswerDifference { key, old, new } = difference;
        let (change, compared) = (difference.change(), of_key(key));
        self.begin(compared)?;
        let sides = [old.as_ref(), new.as_ref()];
        let value = |answer: &AnswerRecord, item| match item {
            Electricity::POINT if self.mask && !answer.item(item).is_empty() => "*".to_owned(),
            _ => answer.item(item),
        };
        match self.format {
            DiffFormat::Text => {
                let is_shown = |item: &&Field| match sides {
                    [Some(old), Some(new)] => old.item(**item) != new.item(**item),
                    [side, other] => {
                        side.or(other).is_some_and(|answer| !answer.item(**item).is_empty())
                    }
                };
                let items: Vec<_> = compared.items().iter().filter(is_shown).collect();
                let [old, new] = sides.map(|side| {
                    let Some(answer) = side else { return "(none)".to_owned() };
                    let text = |item: &&Field| match value(answer, **item) {
                        text if text.is_empty() => format!("{item} (none)"),
                        text => format!("{item} {text}"),
                    };
                    let items: Vec<_> = items.iter().map(text).collect();
                    format!("{} (line {})", items.join(", "), answer.line)
                });
                writeln!(self.inner, "{change:<12} {key:>13}  {old} -> {new}")
            }
            DiffFormat::Csv => {
                let keys = match key {
                    AnswerKey::Rejection(number) => number.to_string(),
                    AnswerKey::Confirmation(file, number) => format!("{file},{number}"),
                };
                let mut row = format!("{change},{keys}");
                for side in sides {
                    for item in compared.items() {
                        let text = side.map_or_else(String::new, |answer| value(answer, *item));
                        row.push(',');
                        row.push_str(&cell(&text));
                    }
                    let line = side.map_or_else(String::new, |answer| answer.line.to_string());
                    row.push(',');
                    row.push_str(&line);
                }
                writeln!(self.inner, "{row}")
            }
            DiffFormat::Json => {
                let [old, new] = sides.map(|side| side.map(|it| AnswerObject(it, self.mask)));
                let (number, file) = match key {
                    AnswerKey::Rejection(number) => (Some(*number), None),
                    AnswerKey::Confirmation(file, number) => {
                        (Some(*number), Some(file.to_string()))
                    }
                };
                let line = AnswerLine {
                    change: change.as_str(),
                    incoming_instruction_number: number.filter(|_| file.is_none()),
                    instruction_number: number.filter(|_| file.is_some()),
                    answered_file_identifier: file,
                    old,
                    new,
                };
                self.object(&line)
            }
        }
    }

    fn object(&mut self, line: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.inner, line)
            .map_err(io::Error::from)
            .and_then(|()| self.inner.write_all(b"\n"))
    }

    /// Ends the differences of a comparison, and returns the writer.
    ///
    /// # Errors
    ///
    /// Errors of the writer.
    pub fn finish(mut self, report: &DiffReport) -> Result<W> {
        let compared = report.compared.unwrap_or(Compared::Points(Fuel::Gas));
        self.begin(compared).map_err(Error::writing)?;
        Ok(self.inner)
    }
}

const fn of_key(key: &AnswerKey) -> Compared {
    match key {
        AnswerKey::Rejection(_) => Compared::Rejections,
        AnswerKey::Confirmation(..) => Compared::Confirmations,
    }
}

/// Returns a cell of a table, in quotes where needed.
fn cell(text: &str) -> String {
    match text.contains([',', '"']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

/// A difference of answers as an object.
#[derive(Serialize)]
struct AnswerLine<'a> {
    change: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    incoming_instruction_number: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_file_identifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instruction_number: Option<u64>,
    old: Option<AnswerObject<'a>>,
    new: Option<AnswerObject<'a>>,
}

/// An answer as an object, without its meter point where that is masked.
struct AnswerObject<'a>(&'a AnswerRecord, bool);

impl Serialize for AnswerObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(answer, mask) = *self;
        let mut object = serializer.serialize_map(None)?;
        let compared = match answer.instruction {
            Instruction::D0172(_) => Compared::Confirmations,
            Instruction::D0350(_) | Instruction::D0351(_) => Compared::Rejections,
        };
        for item in compared.items() {
            let text = answer.item(*item);
            match item {
                Field::RejectionReasonCode => {
                    object.serialize_entry(item.name(), &answer.sorted_reasons())?;
                }
                Field::Received | Field::Accepted | Field::Rejected => {
                    object.serialize_entry(item.name(), &text.parse::<u64>().ok())?;
                }
                _ => {
                    let is_hidden = mask && *item == Electricity::POINT;
                    let text = Some(text).filter(|text| !text.is_empty() && !is_hidden);
                    object.serialize_entry(item.name(), &text)?;
                }
            }
        }
        object.serialize_entry("line", &answer.line)?;
        object.end()
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
        let unit = self.compared.map_or("meter point", Compared::unit);
        let side = |name, side: &PerSide| {
            let PerSide { records, left_out, points, .. } = side;
            let (records, points) = (amount(*records, "record"), amount(*points, unit));
            format!("{name}: {records}, {} left out, {points}\n", grouped(*left_out))
        };
        let mut text = side("old", &self.old) + &side("new", &self.new);
        for (change, count) in self.changes() {
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
        let changes = self.changes();
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
