//! The csv crate with serde and chrono, as its tutorial reads records.

use chrono::{Datelike, NaiveDate};
use csv::{Reader, ReaderBuilder};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};

use crate::contender::Read;
use crate::input::File;
use crate::peer::by_hand;
use crate::row::Row;
use crate::sink::{Instructions, Sink, Updates};

/// Commas.
#[derive(Debug)]
pub(crate) struct Commas;

impl Read for Commas {
    const NAME: &'static str = "csv, serde, chrono";
    type Columns = Updates;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        let reader = ReaderBuilder::new().has_headers(false).from_reader(file.body);
        each::<E45, S>(reader, sink);
    }
}

/// Pipes.
#[derive(Debug)]
pub(crate) struct Bars;

impl Read for Bars {
    const NAME: &'static str = "csv, serde, chrono";
    type Columns = Instructions;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        let mut builder = ReaderBuilder::new();
        let builder = builder.has_headers(false).delimiter(b'|').quoting(false);
        each::<D0350, S>(builder.from_reader(file.body), sink);
    }
}

fn each<T: DeserializeOwned + Into<Row>, S: Sink>(reader: Reader<&[u8]>, sink: &mut S) {
    for record in reader.into_deserialize::<T>() {
        match record {
            Ok(record) => sink.record(record.into()),
            Err(_) => sink.bad(),
        }
    }
}

#[derive(Debug, Deserialize)]
struct E45 {
    #[allow(dead_code, reason = "that it is one of the names is the check")]
    tag: UpdateTag,
    point: u64,
    flag: Flag,
    #[serde(deserialize_with = "day")]
    day: NaiveDate,
}

impl From<E45> for Row {
    fn from(record: E45) -> Self {
        Self::update(record.point, record.flag as u8, packed(record.day))
    }
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "that the constant items are as named is the check")]
struct D0350 {
    group: Group,
    number: u64,
    instruction: Instruction,
    point: u64,
    flag: Flag,
    #[serde(deserialize_with = "day")]
    day: NaiveDate,
    supplier: String,
    end: Option<String>,
}

impl From<D0350> for Row {
    fn from(record: D0350) -> Self {
        let supplier = by_hand::supplier(record.supplier.as_bytes()).unwrap_or_default();
        Self::update(record.point, record.flag as u8, packed(record.day))
            .instructed(record.number, supplier)
    }
}

#[derive(Debug, Deserialize)]
enum UpdateTag {
    E45,
}

#[derive(Debug, Deserialize)]
enum Group {
    #[serde(rename = "82H")]
    Updates,
}

#[derive(Debug, Deserialize)]
enum Instruction {
    DC01,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[repr(u8)]
enum Flag {
    A = b'A',
    N = b'N',
    I = b'I',
    S = b'S',
    W = b'W',
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    let text = <&str>::deserialize(deserializer)?;
    NaiveDate::parse_from_str(text, "%Y%m%d").map_err(D::Error::custom)
}

fn packed(day: NaiveDate) -> u32 {
    let year = u32::try_from(day.year()).unwrap_or_default();
    year * 10_000 + day.month() * 100 + day.day()
}
