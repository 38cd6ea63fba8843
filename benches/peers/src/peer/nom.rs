//! nom 8 alone, over the bytes of a whole file: a parser of the record in the order of its fields.

use nom::branch::alt;
use nom::bytes::complete::{tag, take, take_while_m_n};
use nom::character::complete::{char, newline, one_of};
use nom::combinator::{map, map_opt, value};
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

use crate::contender::Read;
use crate::input::File;
use crate::peer::by_hand;
use crate::row::Row;
use crate::sink::{Answers, Instructions, Sink, Updates};

macro_rules! contender {
    ($name:ident, $columns:ty, $record:expr) => {
        /// A whole file of one kind of record.
        #[derive(Debug)]
        pub(crate) struct $name;

        impl Read for $name {
            const NAME: &'static str = "nom";
            type Columns = $columns;

            fn read<S: Sink>(file: File<'_>, sink: &mut S) {
                each(file.body, sink, $record);
            }
        }
    };
}

contender!(E45, Updates, e45);
contender!(E46, Answers, e46);
contender!(Uklink, Updates, uklink);
contender!(Bars, Instructions, bars);

/// Reads record after record; after a bad one it continues with the next line.
#[inline(always)]
fn each<S: Sink>(mut rest: &[u8], sink: &mut S, record: impl Fn(&[u8]) -> IResult<&[u8], Row>) {
    while !rest.is_empty() {
        match terminated(&record, newline).parse(rest) {
            Ok((behind, row)) => {
                sink.record(row);
                rest = behind;
            }
            Err(_) => {
                sink.bad();
                rest = next_line(rest);
            }
        }
    }
}

fn next_line(rest: &[u8]) -> &[u8] {
    memchr::memchr(b'\n', rest).map_or(&[], |end| &rest[end + 1..])
}

#[inline(always)]
fn e45(input: &[u8]) -> IResult<&[u8], Row> {
    preceded(tag(&b"E45"[..]), update).parse(input)
}

#[inline(always)]
fn e46(input: &[u8]) -> IResult<&[u8], Row> {
    let fields = (preceded(tag(&b"E46"[..]), outcome), update);
    map(fields, |(outcome, row)| row.answered(outcome)).parse(input)
}

#[inline(always)]
fn update(input: &[u8]) -> IResult<&[u8], Row> {
    map((number::<10, u64>, flag, day), |(point, flag, day)| Row::update(point, flag, day))
        .parse(input)
}

#[inline(always)]
fn uklink(input: &[u8]) -> IResult<&[u8], Row> {
    let point = map_opt(take_while_m_n(1, 10, is_digit), by_hand::digits);
    let flag = delimited(tag(&b",\""[..]), flag, tag(&b"\","[..]));
    map((preceded(tag(&b"\"E45\","[..]), point), flag, day), |(point, flag, day)| {
        Row::update(point, flag, day)
    })
    .parse(input)
}

#[inline(always)]
fn bars(input: &[u8]) -> IResult<&[u8], Row> {
    let number = map_opt(take_while_m_n(1, 12, is_digit), by_hand::digits);
    let supplier = map_opt(take_while_m_n(1, 4, |byte| byte != b'|'), by_hand::supplier);
    let items = (
        delimited(tag(&b"82H|"[..]), number, tag(&b"|DC01|"[..])),
        terminated(number_13, char('|')),
        terminated(flag, char('|')),
        terminated(day, char('|')),
        terminated(supplier, char('|')),
    );
    let row = |(number, point, flag, day, supplier)| {
        Row::update(point, flag, day).instructed(number, supplier)
    };
    map(items, row).parse(input)
}

#[inline(always)]
fn number_13(input: &[u8]) -> IResult<&[u8], u64> {
    number::<13, u64>(input)
}

/// Exactly this number of digits.
#[inline(always)]
fn number<const DIGITS: usize, T: Decimal>(input: &[u8]) -> IResult<&[u8], T> {
    map_opt(take(DIGITS), decimal::<DIGITS, T>).parse(input)
}

/// An integer that is wide enough.
trait Decimal: From<u8> + Copy + std::ops::Add<Output = Self> + std::ops::Mul<Output = Self> {}
impl Decimal for u32 {}
impl Decimal for u64 {}

/// The number of digits is known at compile time.
#[inline(always)]
fn decimal<const DIGITS: usize, T: Decimal>(field: &[u8]) -> Option<T> {
    let field: &[u8; DIGITS] = field.try_into().ok()?;
    let (mut number, mut all_digits) = (T::from(0), true);
    for byte in field {
        let digit = byte.wrapping_sub(b'0');
        all_digits &= digit < 10;
        number = number * T::from(10) + T::from(digit);
    }
    all_digits.then_some(number)
}

#[inline(always)]
fn day(input: &[u8]) -> IResult<&[u8], u32> {
    map_opt((number::<4, u32>, number::<2, u32>, number::<2, u32>), |(year, month, day)| {
        let known = by_hand::is_calendar_day(year, month, day);
        known.then_some(year * 10_000 + month * 100 + day)
    })
    .parse(input)
}

#[inline(always)]
fn flag(input: &[u8]) -> IResult<&[u8], u8> {
    map_opt(one_of("ANISW"), |letter| u8::try_from(letter).ok()).parse(input)
}

#[inline(always)]
fn outcome(input: &[u8]) -> IResult<&[u8], u8> {
    alt((value(b'A', tag(&b"AC"[..])), value(b'R', tag(&b"RJ"[..])))).parse(input)
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}
