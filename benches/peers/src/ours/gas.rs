//! Gas: whole files of E45 or E46, in any layout.

use flagflow_gas::{Detail, Layout, Reader, read_detail};

use crate::contender::Read;
use crate::input::File;
use crate::row::Row;
use crate::sink::{Answers, Sink, Updates};

/// The reader of files: envelope, layout, positions, typed records.
#[derive(Debug)]
pub(crate) struct Files;

impl Read for Files {
    const NAME: &'static str = "flagflow Reader";
    type Columns = Updates;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        read_file(file, sink);
    }
}

/// The same, of E46.
#[derive(Debug)]
pub(crate) struct Answered;

impl Read for Answered {
    const NAME: &'static str = "flagflow Reader";
    type Columns = Answers;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        read_file(file, sink);
    }
}

fn read_file<S: Sink>(file: File<'_>, sink: &mut S) {
    for detail in Reader::from_slice(file.whole).records() {
        match detail {
            Ok(detail) => sink.record(row(detail)),
            Err(_) => sink.bad(),
        }
    }
}

/// A line at a time, the line ends found by memchr.
#[derive(Debug)]
pub(crate) struct Lines<const UKLINK: bool>;

impl<const UKLINK: bool> Read for Lines<UKLINK> {
    const NAME: &'static str = "flagflow read_detail";
    type Columns = Updates;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        let layout = if UKLINK { Layout::Uklink } else { Layout::Fixed };
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', file.body) {
            match read_detail(&file.body[start..end], layout) {
                Ok(detail) => sink.record(row(detail)),
                Err(_) => sink.bad(),
            }
            start = end + 1;
        }
    }
}

#[inline]
fn row(detail: Detail) -> Row {
    let update = detail.update();
    let (point, day) = (update.meter_point_reference().as_u64(), update.effective_from());
    let row = Row::update(point, update.flag().as_byte(), day.as_packed());
    row.answered(detail.outcome().map_or(0, |outcome| outcome.as_str().as_bytes()[0]))
}
