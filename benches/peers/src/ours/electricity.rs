//! Electricity: whole files of D0350, by the built-in profile.

use flagflow_electricity::{Batch, Error, ErrorKind, Instruction, ReaderOptions};

use crate::contender::{Read, backend};
use crate::input::File;
use crate::row::Row;
use crate::sink::{Instructions, Sink, Slices};

/// The code that reads canonical lines.
fn options(wide: bool) -> ReaderOptions {
    ReaderOptions::new().backend(backend(wide))
}

/// The reader of files.
#[derive(Debug)]
pub(crate) struct Files<const WIDE: bool>;

impl<const WIDE: bool> Read for Files<WIDE> {
    const NAME: &'static str =
        if WIDE { "flagflow Reader, wide" } else { "flagflow Reader, portable" };
    type Columns = Instructions;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        // the file has no trailer, which is reported once, behind the last record
        for record in options(WIDE).reader(file.whole).records().take(file.records) {
            match record.ok().and_then(row) {
                Some(row) => sink.record(row),
                None => sink.bad(),
            }
        }
    }
}

/// The same reader, by batches.
#[derive(Debug)]
pub(crate) struct Batches<const WIDE: bool>;

impl<const WIDE: bool> Read for Batches<WIDE> {
    const NAME: &'static str =
        if WIDE { "flagflow Batch, wide" } else { "flagflow Batch, portable" };
    type Columns = Instructions;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        let mut reader = options(WIDE).reader(file.whole);
        let mut batch = Batch::new();
        while matches!(reader.read_batch(&mut batch), Ok(true)) {
            sink.columns(Slices {
                points: batch.points(),
                numbers: batch.instruction_numbers(),
                days: batch.packed_dates(),
                flags: batch.flags(),
                suppliers: batch.parties(),
                ..Slices::default()
            });
            let of_the_file = |it: &&Error| it.kind() == ErrorKind::MissingTrailer;
            let errors = batch.errors().iter().filter(|it| !of_the_file(it));
            errors.for_each(|_| sink.bad());
        }
    }
}

fn row(update: Instruction) -> Option<Row> {
    let (flag, day) = (update.flag()?.as_byte(), update.effective_from()?.as_packed());
    let row = Row::update(update.mpan_core()?.as_u64(), flag, day);
    Some(row.instructed(update.instruction_number(), update.supplier_id()?.as_packed()))
}
