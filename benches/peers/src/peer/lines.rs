//! The standard library's lines and `str::parse`, with chrono for the day.

use chrono::{Datelike, NaiveDate};

use crate::contender::Read;
use crate::input::File;
use crate::peer::by_hand;
use crate::row::Row;
use crate::sink::{Answers, Sink, Updates};

/// E45.
#[derive(Debug)]
pub(crate) struct E45;

impl Read for E45 {
    const NAME: &'static str = "lines, str::parse, chrono";
    type Columns = Updates;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        each(file, sink, |line| update(line.strip_prefix("E45")?));
    }
}

/// E46.
#[derive(Debug)]
pub(crate) struct E46;

impl Read for E46 {
    const NAME: &'static str = "lines, str::parse, chrono";
    type Columns = Answers;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        each(file, sink, |line| {
            let (outcome, fields) = line.strip_prefix("E46")?.split_at_checked(2)?;
            Some(update(fields)?.answered(by_hand::outcome(outcome.as_bytes())?))
        });
    }
}

fn each<S: Sink>(file: File<'_>, sink: &mut S, row: impl Fn(&str) -> Option<Row>) {
    let Ok(text) = str::from_utf8(file.body) else { return };
    for line in text.lines() {
        match row(line) {
            Some(row) => sink.record(row),
            None => sink.bad(),
        }
    }
}

fn update(fields: &str) -> Option<Row> {
    let point = fields.get(..10)?.parse().ok()?;
    let flag = by_hand::flag(fields.get(10..11)?.as_bytes())?;
    let day = NaiveDate::parse_from_str(fields.get(11..)?, "%Y%m%d").ok()?;
    let year = u32::try_from(day.year()).ok()?;
    Some(Row::update(point, flag, year * 10_000 + day.month() * 100 + day.day()))
}
