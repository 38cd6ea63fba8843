//! Files made in memory: invented records, the same ones every time, and known faults in them.

use flagflow_domain::{EffectiveDate, MpanCore, Mprn, ServiceFlag};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use crate::fault::{Fault, Line};
use crate::row::Row;

/// Kinds of records and layouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// E45 at fixed lengths.
    E45,
    /// E46 at fixed lengths.
    E46,
    /// E45 with commas, meter points of 10 digits.
    Uklink,
    /// E45 with commas, meter points of 6 to 10 digits.
    UklinkVarying,
    /// D0350 with pipes, numbers of constant width.
    Bars,
}

/// Suppliers that ask for changes.
const SUPPLIERS: [[u8; 4]; 3] = [*b"MRCY", *b"SUPA", *b"SUP2"];

/// The bad records of a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bad {
    /// None.
    None,
    /// One in a hundred, with each fault in turn.
    OnePercent,
    /// Every record, in its day.
    EveryDay,
}

/// The bytes of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct File<'f> {
    /// The whole file, with envelope and groups.
    pub(crate) whole: &'f [u8],
    /// Only the lines of the records, for peers that support nothing else.
    pub(crate) body: &'f [u8],
    /// Number of records.
    pub(crate) records: usize,
}

/// A file with its expected content.
#[derive(Debug)]
pub(crate) struct Input {
    bytes: Vec<u8>,
    head: usize,
    /// The values of each record, or its fault.
    pub(crate) truth: Vec<Result<Row, Fault>>,
}

impl Input {
    /// Makes a file with this number of records.
    pub(crate) fn new(kind: Kind, records: usize, bad: Bad) -> Self {
        let mut random = Pcg64::seed_from_u64(77);
        let mut input = Self { bytes: head(kind), head: 0, truth: Vec::with_capacity(records) };
        input.head = input.bytes.len();
        input.bytes.reserve(records * 55);
        for at in 0..records {
            let row = row(kind, at, &mut random);
            input.push(kind, row, fault(bad, at));
        }
        input
    }

    fn push(&mut self, kind: Kind, row: Row, fault: Option<Fault>) {
        let mut line = line(kind, row);
        if let Some(fault) = fault {
            fault.spoil(&mut line);
        }
        self.bytes.extend_from_slice(&line.bytes);
        self.bytes.push(b'\n');
        self.truth.push(fault.map_or(Ok(row), Err));
    }

    /// Returns the number of bad records.
    pub(crate) fn bad(&self) -> usize {
        self.truth.iter().filter(|record| record.is_err()).count()
    }

    /// The first records of the file, one in `share`.
    pub(crate) fn file(&self, share: usize) -> File<'_> {
        let records = self.truth.len() / share;
        let end = if share == 1 { self.bytes.len() } else { self.end_of(records) };
        File { whole: &self.bytes[..end], body: &self.bytes[self.head..end], records }
    }

    /// The offset behind this number of lines of the body.
    fn end_of(&self, records: usize) -> usize {
        let mut ends = memchr::memchr_iter(b'\n', &self.bytes[self.head..]);
        let last = records.checked_sub(1).and_then(|last| ends.nth(last));
        last.map_or(self.head, |end| self.head + end + 1)
    }
}

/// The lines before the first record: electricity's updates need a group.
fn head(kind: Kind) -> Vec<u8> {
    match kind {
        Kind::Bars => {
            b"ZHV|0000475656|D0350001|Z|DCCO|P|EELC|20211105093000||||OPER|\n81H|1|\n".into()
        }
        _ => Vec::new(),
    }
}

fn fault(bad: Bad, at: usize) -> Option<Fault> {
    match bad {
        Bad::None => None,
        Bad::OnePercent if at % 100 == 99 => Some(Fault::ALL[at / 100 % Fault::ALL.len()]),
        Bad::OnePercent => None,
        Bad::EveryDay => Some(Fault::NoSuchDay),
    }
}

fn row(kind: Kind, at: usize, random: &mut Pcg64) -> Row {
    let point = match kind {
        Kind::Bars => mpan(random),
        Kind::UklinkVarying => mprn(4..9, random),
        Kind::Uklink => mprn(8..9, random),
        Kind::E45 | Kind::E46 => mprn(4..9, random),
    };
    let flag = ServiceFlag::ALL[random.random_range(0..ServiceFlag::ALL.len())].as_byte();
    let row = Row::update(point, flag, day(random));
    match kind {
        Kind::E46 => row.answered([b'A', b'R'][random.random_range(0..2)]),
        Kind::Bars => {
            let supplier = SUPPLIERS[random.random_range(0..SUPPLIERS.len())];
            row.instructed(100_000_000_001 + at as u64, supplier)
        }
        _ => row,
    }
}

/// A meter point with this number of digits before its check digits.
fn mprn(digits: std::ops::Range<u32>, random: &mut Pcg64) -> u64 {
    let least = 10u64.pow(random.random_range(digits) - 1);
    let body = random.random_range(least..least * 10);
    Mprn::from_body(body).unwrap_or(Mprn::MAX).as_u64()
}

fn mpan(random: &mut Pcg64) -> u64 {
    let body = 100_000_000_000 + random.random_range(0..10_000_000_000);
    MpanCore::from_body(body).unwrap_or(MpanCore::MAX).as_u64()
}

fn day(random: &mut Pcg64) -> u32 {
    let (year, month) = (random.random_range(2016..2030), random.random_range(1..13));
    let day = EffectiveDate::from_ymd(year, month, random.random_range(1..29));
    day.unwrap_or(EffectiveDate::MAX).as_packed()
}

/// The line of a record with the spans of its fields.
fn line(kind: Kind, row: Row) -> Line {
    let Row { point, number, day, .. } = row;
    let flag = char::from(row.flag);
    let mut line = Line::default();
    match kind {
        Kind::E45 => line.field("E45").point(format_args!("{point:010}")).flag(flag).day(day),
        Kind::E46 => {
            let outcome = if row.outcome == b'A' { "E46AC" } else { "E46RJ" };
            line.field(outcome).point(format_args!("{point:010}")).flag(flag).day(day)
        }
        Kind::Uklink | Kind::UklinkVarying => {
            line.field("\"E45\",").point(format_args!("{point}")).field(",\"").flag(flag);
            line.field("\",").day(day)
        }
        Kind::Bars => {
            line.field(&format!("82H|{number}|DC01|"));
            line.point(format_args!("{point:013}")).field("|").flag(flag).field("|").day(day);
            line.field(&format!("|{}|", String::from_utf8_lossy(&row.supplier)))
        }
    };
    line
}
