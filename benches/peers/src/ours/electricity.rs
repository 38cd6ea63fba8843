//! Electricity: whole files of D0350, by the built-in profile.

use flagflow_electricity::{Reader, Update};

use crate::contender::Read;
use crate::input::File;
use crate::row::Row;
use crate::sink::{Instructions, Sink};

/// The reader of files.
#[derive(Debug)]
pub(crate) struct Files;

impl Read for Files {
    const NAME: &'static str = "flagflow Reader";
    type Columns = Instructions;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        // the file has no trailer, which is told once, behind the last record
        for update in Reader::from_slice(file.whole).records().take(file.records) {
            match update.ok().and_then(row) {
                Some(row) => sink.record(row),
                None => sink.bad(),
            }
        }
    }
}

fn row(update: Update) -> Option<Row> {
    let (flag, day) = (update.flag()?.as_byte(), update.effective_from()?.as_packed());
    let row = Row::update(update.mpan_core().as_u64(), flag, day);
    Some(row.numbered(update.instruction_number()))
}
