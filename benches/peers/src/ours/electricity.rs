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
        let mut records = 0;
        for update in Reader::from_slice(file.whole).records() {
            // the file has no trailer, which is told once, behind the last record
            if records == file.records {
                break;
            }
            records += 1;
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
