//! memchr for line endings and `atoi_simd` for numbers.

use memchr::memchr;

use crate::contender::Read;
use crate::input::File;
use crate::peer::by_hand::{flag, is_day};
use crate::row::Row;
use crate::sink::{Sink, Updates};

/// E45.
#[derive(Debug)]
pub(crate) struct E45;

impl Read for E45 {
    const NAME: &'static str = "memchr, atoi_simd";
    type Columns = Updates;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        let mut rest = file.body;
        while !rest.is_empty() {
            let end = memchr(b'\n', rest).unwrap_or(rest.len());
            match update(&rest[..end]) {
                Some(row) => sink.record(row),
                None => sink.bad(),
            }
            rest = rest.get(end + 1..).unwrap_or_default();
        }
    }
}

#[inline]
fn update(line: &[u8]) -> Option<Row> {
    let fields: &[u8; 19] = line.strip_prefix(b"E45")?.try_into().ok()?;
    let point = ::atoi_simd::parse_pos::<u64, false>(&fields[..10]).ok()?;
    let day = ::atoi_simd::parse_pos::<u32, false>(&fields[11..]).ok()?;
    let flag = flag(&fields[10..11])?;
    is_day(day).then(|| Row::update(point, flag, day))
}
