//! `fixed_width` with serde.

use fixed_width::{FieldSet, FixedWidth, LineBreak, Writer};
use serde::Serialize;

use crate::question::Result;
use crate::row::Row;

/// At fixed lengths.
pub(super) fn fixed(rows: &[Row], out: &mut Vec<u8>) -> Result<()> {
    let mut writer = Writer::from_writer(out).linebreak(LineBreak::Newline);
    writer.write_serialized(rows.iter().map(Update::from))?;
    Ok(writer.write_linebreak()?)
}

#[derive(Debug, Serialize)]
struct Update {
    tag: &'static str,
    point: u64,
    flag: char,
    day: u32,
}

impl From<&Row> for Update {
    fn from(row: &Row) -> Self {
        Self { tag: "E45", point: row.point, flag: char::from(row.flag), day: row.day }
    }
}

impl FixedWidth for Update {
    fn fields() -> FieldSet {
        let number = |range| FieldSet::new_field(range).pad_with('0').justify("right");
        FieldSet::Seq(vec![
            FieldSet::new_field(0..3),
            number(3..13),
            FieldSet::new_field(13..14),
            number(14..22),
        ])
    }
}
