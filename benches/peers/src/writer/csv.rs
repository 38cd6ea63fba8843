//! The csv crate's writer.

use csv::{QuoteStyle, WriterBuilder};

use crate::question::Result;
use crate::row::Row;

/// With commas: numbers by itoa, quotes by hand, one field after the other.
pub(super) fn uklink(rows: &[Row], out: &mut Vec<u8>) -> Result<()> {
    let mut writer = builder(QuoteStyle::Never).from_writer(out);
    let (mut point, mut day) = (::itoa::Buffer::new(), ::itoa::Buffer::new());
    for row in rows {
        let fields: [&[u8]; 4] = [
            b"\"E45\"",
            point.format(row.point).as_bytes(),
            &[b'"', row.flag, b'"'],
            day.format(row.day).as_bytes(),
        ];
        writer.write_record(fields)?;
    }
    Ok(writer.flush()?)
}

/// With pipes, one of them behind the last item.
pub(super) fn zhv(rows: &[Row], out: &mut Vec<u8>) -> Result<()> {
    let mut writer = builder(QuoteStyle::Never).delimiter(b'|').from_writer(out);
    let (mut number, mut point) = (::itoa::Buffer::new(), ::itoa::Buffer::new());
    let mut day = ::itoa::Buffer::new();
    for row in rows {
        let fields: [&[u8]; 8] = [
            b"82H",
            number.format(row.number).as_bytes(),
            b"DC01",
            point.format(row.point).as_bytes(),
            &[row.flag],
            day.format(row.day).as_bytes(),
            &row.supplier,
            b"",
        ];
        writer.write_record(fields)?;
    }
    Ok(writer.flush()?)
}

/// With commas, by serde: everything except numbers is quoted.
pub(super) fn uklink_serde(rows: &[Row], out: &mut Vec<u8>) -> Result<()> {
    let mut writer = builder(QuoteStyle::NonNumeric).from_writer(out);
    for row in rows {
        writer.serialize(("E45", row.point, char::from(row.flag), row.day))?;
    }
    Ok(writer.flush()?)
}

fn builder(quotes: QuoteStyle) -> WriterBuilder {
    let mut builder = WriterBuilder::new();
    builder.has_headers(false).quote_style(quotes);
    builder
}
