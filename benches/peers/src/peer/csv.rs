//! The csv crate, one record reused, its fields read by hand.

use csv::{ByteRecord, Reader, ReaderBuilder};

use crate::contender::Read;
use crate::input::File;
use crate::peer::by_hand;
use crate::row::Row;
use crate::sink::{Instructions, Sink, Updates};

/// Commas.
#[derive(Debug)]
pub(crate) struct Commas;

impl Read for Commas {
    const NAME: &'static str = "csv, fields by hand";
    type Columns = Updates;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        let reader = reader().from_reader(file.body);
        each(reader, sink, |record| by_hand::update(record.iter()));
    }
}

/// Pipes.
#[derive(Debug)]
pub(crate) struct Bars;

impl Read for Bars {
    const NAME: &'static str = "csv, fields by hand";
    type Columns = Instructions;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        let reader = reader().delimiter(b'|').quoting(false).from_reader(file.body);
        each(reader, sink, |record| by_hand::instruction(record.iter()));
    }
}

fn reader() -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true);
    builder
}

fn each<S: Sink>(
    mut reader: Reader<&[u8]>,
    sink: &mut S,
    row: impl Fn(&ByteRecord) -> Option<Row>,
) {
    let mut record = ByteRecord::new();
    // reading flexibly from memory cannot fail
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        match row(&record) {
            Some(row) => sink.record(row),
            None => sink.bad(),
        }
    }
}
