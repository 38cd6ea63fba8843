//! arrow-csv: columns of Arrow, in batches.
//!
//! Its date parser accepts more than one form, so a day is read as a number and checked against the
//! calendar here, which is faster too. A value of the wrong type is an error of its whole batch,
//! without rows.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{UInt32Type, UInt64Type};
use arrow_array::{RecordBatch, StringArray};
use arrow_csv::ReaderBuilder;
use arrow_schema::{DataType, Field, Schema};

use crate::contender::Read;
use crate::input::File;
use crate::peer::by_hand::{flag, is_day, supplier};
use crate::row::Row;
use crate::sink::{Instructions, Sink, Updates};

/// Rows of a batch.
const ROWS: usize = 16_384;

/// Commas.
#[derive(Debug)]
pub(crate) struct Commas;

impl Read for Commas {
    const NAME: &'static str = "arrow-csv";
    type Columns = Updates;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        use DataType::{UInt32, UInt64, Utf8};
        let schema = schema(&[Utf8, UInt64, Utf8, UInt32]);
        batches(ReaderBuilder::new(schema), file, sink, |batch, sink| {
            let texts = [(0, "E45")];
            rows(batch, &texts, [1, 2, 3], |_, row| Some(row), sink);
        });
    }
}

/// Pipes.
#[derive(Debug)]
pub(crate) struct Bars;

impl Read for Bars {
    const NAME: &'static str = "arrow-csv";
    type Columns = Instructions;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        use DataType::{UInt32, UInt64, Utf8};
        let schema = schema(&[Utf8, UInt64, Utf8, UInt64, Utf8, UInt32, Utf8, Utf8]);
        let builder = ReaderBuilder::new(schema).with_delimiter(b'|');
        batches(builder, file, sink, |batch, sink| {
            let numbers = batch.column(1).as_primitive::<UInt64Type>();
            let suppliers: &StringArray = batch.column(6).as_string::<i32>();
            let texts = [(0, "82H"), (2, "DC01")];
            let complete = |at, row: Row| {
                let supplier = supplier(suppliers.value(at).as_bytes())?;
                Some(row.instructed(numbers.value(at), supplier))
            };
            rows(batch, &texts, [3, 4, 5], complete, sink);
        });
    }
}

fn schema(types: &[DataType]) -> Arc<Schema> {
    let field = |(at, kind): (usize, &DataType)| Field::new(at.to_string(), kind.clone(), true);
    Arc::new(Schema::new(types.iter().enumerate().map(field).collect::<Vec<_>>()))
}

fn batches<S: Sink>(
    builder: ReaderBuilder,
    file: File<'_>,
    sink: &mut S,
    take: impl Fn(&RecordBatch, &mut S),
) {
    let Ok(batches) = builder.with_batch_size(ROWS).build_buffered(file.body) else { return };
    for batch in batches {
        match batch {
            Ok(batch) => take(&batch, sink),
            Err(_) => sink.bad(),
        }
    }
}

/// Reads the rows of a batch with these constant texts and columns of point, flag and day.
fn rows<S: Sink>(
    batch: &RecordBatch,
    texts: &[(usize, &str)],
    [point, flags, day]: [usize; 3],
    complete: impl Fn(usize, Row) -> Option<Row>,
    sink: &mut S,
) {
    let text = |column: usize| -> &StringArray { batch.column(column).as_string::<i32>() };
    let texts: Vec<_> = texts.iter().map(|(column, text_)| (text(*column), *text_)).collect();
    let points = batch.column(point).as_primitive::<UInt64Type>();
    let days = batch.column(day).as_primitive::<UInt32Type>();
    let flags = text(flags);
    for at in 0..batch.num_rows() {
        let constant = texts.iter().all(|(column, text)| column.value(at) == *text);
        let flag = flag(flags.value(at).as_bytes()).filter(|_| constant && is_day(days.value(at)));
        let row = flag.map(|flag| Row::update(points.value(at), flag, days.value(at)));
        match row.and_then(|row| complete(at, row)) {
            Some(row) => sink.record(row),
            None => sink.bad(),
        }
    }
}
