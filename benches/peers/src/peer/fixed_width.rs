//! `fixed_width` with serde, as its documentation reads a file into structs.

use chrono::{Datelike, NaiveDate};
use fixed_width::{FieldSet, FixedWidth, LineBreak, Reader, from_bytes};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};

use crate::contender::Read;
use crate::input::File;
use crate::peer::by_hand::{flag, is_day, outcome};
use crate::row::Row;
use crate::sink::{Answers, Sink, Updates};

/// E45.
#[derive(Debug)]
pub(crate) struct E45;

impl Read for E45 {
    const NAME: &'static str = "fixed_width, serde";
    const SHARE: usize = 20;
    type Columns = Updates;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        each::<Update, S>(file, 22, sink);
    }
}

/// E45, with the day as a chrono date.
#[derive(Debug)]
pub(crate) struct DatedE45;

impl Read for DatedE45 {
    const NAME: &'static str = "fixed_width, serde, chrono";
    const SHARE: usize = 20;
    type Columns = Updates;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        each::<DatedUpdate, S>(file, 22, sink);
    }
}

/// E46.
#[derive(Debug)]
pub(crate) struct E46;

impl Read for E46 {
    const NAME: &'static str = "fixed_width, serde";
    const SHARE: usize = 20;
    type Columns = Answers;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        each::<Answer, S>(file, 24, sink);
    }
}

fn each<T: FixedWidth + DeserializeOwned + Checked, S: Sink>(
    file: File<'_>,
    width: usize,
    sink: &mut S,
) {
    let mut reader = Reader::from_reader(file.body).width(width).linebreak(LineBreak::Newline);
    for line in reader.byte_reader() {
        let record = line.ok().and_then(|line| from_bytes::<T>(&line).ok());
        match record.and_then(Checked::row) {
            Some(row) => sink.record(row),
            None => sink.bad(),
        }
    }
}

/// Checks that serde does not do.
trait Checked {
    fn row(self) -> Option<Row>;
}

#[derive(Debug, Deserialize)]
struct Update {
    tag: String,
    point: u64,
    flag: String,
    day: u32,
}

impl FixedWidth for Update {
    fn fields() -> FieldSet {
        FieldSet::Seq([0..3, 3..13, 13..14, 14..22].map(FieldSet::new_field).into())
    }
}

impl Checked for Update {
    fn row(self) -> Option<Row> {
        let flag = flag(self.flag.as_bytes())?;
        (self.tag == "E45" && is_day(self.day)).then(|| Row::update(self.point, flag, self.day))
    }
}

#[derive(Debug, Deserialize)]
struct DatedUpdate {
    tag: String,
    point: u64,
    flag: String,
    #[serde(deserialize_with = "day")]
    day: NaiveDate,
}

impl FixedWidth for DatedUpdate {
    fn fields() -> FieldSet {
        Update::fields()
    }
}

impl Checked for DatedUpdate {
    fn row(self) -> Option<Row> {
        let flag = flag(self.flag.as_bytes())?;
        let year = u32::try_from(self.day.year()).ok()?;
        let day = year * 10_000 + self.day.month() * 100 + self.day.day();
        (self.tag == "E45").then(|| Row::update(self.point, flag, day))
    }
}

/// The crate returns no borrowed text.
fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    let text = String::deserialize(deserializer)?;
    NaiveDate::parse_from_str(&text, "%Y%m%d").map_err(D::Error::custom)
}

#[derive(Debug, Deserialize)]
struct Answer {
    tag: String,
    outcome: String,
    point: u64,
    flag: String,
    day: u32,
}

impl FixedWidth for Answer {
    fn fields() -> FieldSet {
        FieldSet::Seq([0..3, 3..5, 5..15, 15..16, 16..24].map(FieldSet::new_field).into())
    }
}

impl Checked for Answer {
    fn row(self) -> Option<Row> {
        let (flag, outcome) = (flag(self.flag.as_bytes())?, outcome(self.outcome.as_bytes())?);
        let good = self.tag == "E46" && is_day(self.day);
        good.then(|| Row::update(self.point, flag, self.day).answered(outcome))
    }
}
