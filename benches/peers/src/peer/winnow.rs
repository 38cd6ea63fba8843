//! winnow over the bytes of a whole file.

use winnow::error::EmptyError;
use winnow::prelude::*;
use winnow::token::{one_of, take};

use crate::contender::Read;
use crate::input::File;
use crate::peer::by_hand;
use crate::row::Row;
use crate::sink::{Sink, Updates};

/// E45.
#[derive(Debug)]
pub(crate) struct E45;

impl Read for E45 {
    const NAME: &'static str = "winnow";
    type Columns = Updates;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        let mut rest = file.body;
        while !rest.is_empty() {
            let line = rest;
            if let Ok(row) = update.parse_next(&mut rest) {
                sink.record(row);
            } else {
                sink.bad();
                rest = memchr::memchr(b'\n', line).map_or(&[], |end| &line[end + 1..]);
            }
        }
    }
}

#[inline(always)]
fn update(input: &mut &[u8]) -> winnow::Result<Row, EmptyError> {
    "E45".void().parse_next(input)?;
    let point = take(10usize).verify_map(by_hand::digits).parse_next(input)?;
    let flag = one_of([b'A', b'N', b'I', b'S', b'W']).parse_next(input)?;
    let day = take(8usize).verify_map(by_hand::day).parse_next(input)?;
    b'\n'.void().parse_next(input)?;
    Ok(Row::update(point, flag, day))
}
