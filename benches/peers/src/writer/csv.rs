//! The csv crate's writer, which quotes everything except numbers.

use csv::{QuoteStyle, WriterBuilder};

use crate::question::Result;
use crate::row::Row;

/// With commas.
pub(super) fn uklink(rows: &[Row], out: &mut Vec<u8>) -> Result<()> {
    let mut builder = WriterBuilder::new();
    builder.has_headers(false).quote_style(QuoteStyle::NonNumeric);
    let mut writer = builder.from_writer(out);
    for row in rows {
        writer.serialize(("E45", row.point, char::from(row.flag), row.day))?;
    }
    Ok(writer.flush()?)
}
