//! Cells as text, and record batches as the objects that a conversion reads.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, BufRead, Read};

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{ArrowError, DataType, TimeUnit};
use chrono::{Days, NaiveDate};

use crate::schema::Column;

/// The name of the reasons of an electricity record in text.
pub(crate) const REASONS: &str = "rejection_reason_code";

const DAY: i64 = 24 * 60 * 60;

/// Returns the day that is so many days from 1 January 1970, if there is such a day.
pub(crate) fn day(days: i64) -> Option<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(1970, 1, 1)?;
    let distance = Days::new(days.unsigned_abs());
    if days < 0 { first.checked_sub_days(distance) } else { first.checked_add_days(distance) }
}

fn day_text(days: i64) -> String {
    day(days).map_or_else(|| days.to_string(), |day| day.format("%Y-%m-%d").to_string())
}

/// Returns a number as it is written in a file: a whole number without decimal places.
pub(crate) fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        format!("{number:.0}")
    } else {
        number.to_string()
    }
}

/// Returns the text of a cell; `None` for null and for a type that no column has.
pub(crate) fn cell_text(array: &dyn Array, row: usize) -> Option<Cow<'_, str>> {
    if array.is_null(row) {
        return None;
    }
    macro_rules! number {
        ($type:ty) => {
            Cow::Owned(array.as_primitive::<$type>().value(row).to_string())
        };
    }
    macro_rules! time {
        ($type:ty, $second:expr) => {
            Cow::Owned(day_text(array.as_primitive::<$type>().value(row).div_euclid($second * DAY)))
        };
    }
    Some(match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).into(),
        DataType::LargeUtf8 => array.as_string::<i64>().value(row).into(),
        DataType::Utf8View => array.as_string_view().value(row).into(),
        DataType::Int8 => number!(Int8Type),
        DataType::Int16 => number!(Int16Type),
        DataType::Int32 => number!(Int32Type),
        DataType::Int64 => number!(Int64Type),
        DataType::UInt8 => number!(UInt8Type),
        DataType::UInt16 => number!(UInt16Type),
        DataType::UInt32 => number!(UInt32Type),
        DataType::UInt64 => number!(UInt64Type),
        DataType::Float64 => number_text(array.as_primitive::<Float64Type>().value(row)).into(),
        DataType::Date32 => day_text(array.as_primitive::<Date32Type>().value(row).into()).into(),
        DataType::Timestamp(TimeUnit::Second, _) => time!(TimestampSecondType, 1),
        DataType::Timestamp(TimeUnit::Millisecond, _) => time!(TimestampMillisecondType, 1_000),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            time!(TimestampMicrosecondType, 1_000_000)
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            time!(TimestampNanosecondType, 1_000_000_000)
        }
        DataType::Dictionary(_, _) => {
            let dictionary = array.as_any_dictionary_opt()?;
            let key = *dictionary.normalized_keys().get(row)?;
            return cell_text(dictionary.values(), key).map(|text| text.into_owned().into());
        }
        _ => return None,
    })
}

/// Reads record batches as lines of jsonl: the header, the group, the records, the trailer.
pub(crate) struct ObjectText<I> {
    batches: I,
    /// Names of items, and of their columns.
    columns: Vec<(String, String)>,
    line_end: &'static str,
    text: Vec<u8>,
    at: usize,
    /// The trailer, until it is written.
    trailer: Option<String>,
}

impl<I> ObjectText<I> {
    pub(crate) fn new(
        batches: I,
        metadata: &HashMap<String, String>,
        columns: Vec<(String, String)>,
    ) -> Self {
        let of = |key: &str| metadata.get(key);
        let is_crlf = of("flagflow.line_end").is_some_and(|end| end == "crlf");
        let line_end = if is_crlf { "\r\n" } else { "\n" };
        let mut text = Vec::new();
        for object in ["flagflow.header", "flagflow.group"].into_iter().filter_map(of) {
            text.extend_from_slice(object.as_bytes());
            text.extend_from_slice(line_end.as_bytes());
        }
        let trailer = of("flagflow.trailer").cloned();
        Self { batches, columns, line_end, text, at: 0, trailer }
    }

    fn push(&mut self, batch: &RecordBatch) {
        let schema = batch.schema();
        let item = |name: &'_ String| {
            let columns = self.columns.iter();
            let known = columns.clone().find(|(_, own)| own.eq_ignore_ascii_case(name));
            known.map_or(name.clone(), |(item, _)| item.clone())
        };
        let names: Vec<_> = schema.fields().iter().map(|field| item(field.name())).collect();
        let fuel = batch.column_by_name(Column::Fuel.as_str());
        for row in 0..batch.num_rows() {
            let fuel = fuel.and_then(|fuel| cell_text(fuel, row));
            let is_electric = fuel.as_deref() == Some("electricity");
            let mut is_first = true;
            for (name, array) in names.iter().zip(batch.columns()) {
                // an object of electricity has no kind but that of its line
                if is_electric && name == Column::TransactionType.as_str() {
                    continue;
                }
                let Some(mut text) = cell_text(array, row) else { continue };
                if is_electric && name == Column::MeterPoint.as_str() {
                    // an MPAN has 13 digits
                    text = format!("{text:0>13}").into();
                }
                self.text.push(if is_first { b'{' } else { b',' });
                is_first = false;
                let is_reasons = [Column::ReasonCode.as_str(), REASONS].contains(&name.as_str());
                if is_reasons && is_electric {
                    push_list(&mut self.text, &text);
                    continue;
                }
                push_quoted(&mut self.text, name);
                self.text.push(b':');
                push_quoted(&mut self.text, &text);
            }
            self.text.extend_from_slice(if is_first { b"{}" } else { b"}" });
            self.text.extend_from_slice(self.line_end.as_bytes());
        }
    }
}

/// Writes the reasons of a record, which have spaces between them, as a list under their key.
fn push_list(out: &mut Vec<u8>, reasons: &str) {
    push_quoted(out, REASONS);
    out.extend_from_slice(b":[");
    for (at, reason) in reasons.split_ascii_whitespace().enumerate() {
        out.extend_from_slice(if at == 0 { b"" } else { b"," });
        push_quoted(out, reason);
    }
    out.push(b']');
}

fn push_quoted(out: &mut Vec<u8>, text: &str) {
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !b"\"\\".contains(&byte));
    if is_plain {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
    }
}

impl<I: Iterator<Item = Result<RecordBatch, ArrowError>>> BufRead for ObjectText<I> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.at == self.text.len() {
            self.text.clear();
            self.at = 0;
            match self.batches.next() {
                Some(batch) => self.push(&batch.map_err(io::Error::other)?),
                None => match self.trailer.take() {
                    Some(trailer) => {
                        self.text.extend_from_slice(trailer.as_bytes());
                        self.text.extend_from_slice(self.line_end.as_bytes());
                    }
                    None => break,
                },
            }
        }
        Ok(&self.text[self.at..])
    }

    fn consume(&mut self, amount: usize) {
        self.at = self.text.len().min(self.at + amount);
    }
}

impl<I: Iterator<Item = Result<RecordBatch, ArrowError>>> Read for ObjectText<I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}
