//! simd-csv over a file in memory, without copies, its fields read by hand.

use simd_csv::{ZeroCopyByteRecord, ZeroCopyReader, ZeroCopyReaderBuilder};

use crate::contender::Read;
use crate::input::File;
use crate::peer::by_hand;
use crate::row::Row;
use crate::sink::{Instructions, Sink, Updates};

/// Commas.
#[derive(Debug)]
pub(crate) struct Commas;

impl Read for Commas {
    const NAME: &'static str = "simd-csv, fields by hand";
    type Columns = Updates;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        let reader = reader(b',').from_reader(file.body);
        each(reader, sink, |record| by_hand::update(record.unquoted_iter()));
    }
}

/// Pipes.
#[derive(Debug)]
pub(crate) struct Bars;

impl Read for Bars {
    const NAME: &'static str = "simd-csv, fields by hand";
    type Columns = Instructions;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        each(reader(b'|').from_reader(file.body), sink, |record| {
            by_hand::instruction(record.iter())
        });
    }
}

fn reader(delimiter: u8) -> ZeroCopyReaderBuilder {
    let mut builder = ZeroCopyReaderBuilder::new();
    builder.delimiter(delimiter).has_headers(false).flexible(true).buffer_capacity(256 * 1024);
    builder
}

fn each<S: Sink>(
    mut reader: ZeroCopyReader<&[u8]>,
    sink: &mut S,
    row: impl Fn(&ZeroCopyByteRecord<'_>) -> Option<Row>,
) {
    // reading flexibly from memory cannot fail
    while let Ok(Some(record)) = reader.read_byte_record() {
        match row(&record) {
            Some(row) => sink.record(row),
            None => sink.bad(),
        }
    }
}
