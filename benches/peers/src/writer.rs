//! Ways to write the same records.

mod csv;
mod electricity;
mod fixed_width;
mod format;
mod gas;
mod itoa;

pub(crate) use self::electricity::Updates as ElectricityRecords;
pub(crate) use self::gas::Updates as GasRecords;

use crate::question::Result;
use crate::row::Row;

/// The names of flagflow's writers: single records, many at once, and columns.
const ONE_BY_ONE: &str = "flagflow write";
const MANY: [&str; 2] = ["flagflow write_all, portable", "flagflow write_all, wide"];
const COLUMNS: [&str; 2] =
    ["flagflow write_all of columns, portable", "flagflow write_all of columns, wide"];

/// A function that appends the records of a file to a buffer.
type Write<'a> = dyn Fn(&mut Vec<u8>) -> Result<()> + 'a;

/// A way to write the records of a file.
pub(crate) struct Writer<'a> {
    pub(crate) name: &'static str,
    /// A slow contender gets only one in so many records.
    pub(crate) share: usize,
    pub(crate) write: Box<Write<'a>>,
}

impl<'a> Writer<'a> {
    fn new(name: &'static str, write: impl Fn(&mut Vec<u8>) -> Result<()> + 'a) -> Self {
        Self { name, share: 1, write: Box::new(write) }
    }

    /// A contender of another crate.
    fn peer(
        name: &'static str,
        rows: &'a [Row],
        write: fn(&[Row], &mut Vec<u8>) -> Result<()>,
    ) -> Self {
        Self::new(name, move |out| write(rows, out))
    }
}

/// The peers for the fixed layout.
pub(crate) fn fixed(rows: &[Row]) -> Vec<Writer<'_>> {
    const SHARE: usize = 20;
    let slow = &rows[..rows.len() / SHARE];
    vec![
        Writer::peer("write!", rows, format::fixed),
        Writer::peer("itoa", rows, itoa::fixed),
        Writer { share: SHARE, ..Writer::peer("fixed_width, serde", slow, fixed_width::fixed) },
    ]
}

/// The peers for the layout with commas.
pub(crate) fn uklink(rows: &[Row]) -> Vec<Writer<'_>> {
    vec![
        Writer::peer("write!", rows, format::uklink),
        Writer::peer("itoa", rows, itoa::uklink),
        Writer::peer("csv, fields by hand", rows, csv::uklink),
        Writer::peer("csv, serde", rows, csv::uklink_serde),
    ]
}

/// The peers for D0350 with pipes.
pub(crate) fn zhv(rows: &[Row]) -> Vec<Writer<'_>> {
    vec![
        Writer::peer("write!", rows, format::zhv),
        Writer::peer("csv, fields by hand", rows, csv::zhv),
    ]
}
