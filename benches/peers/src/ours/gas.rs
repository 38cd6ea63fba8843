//! Gas: whole files of E45 or E46, in any layout.

use flagflow_codec::{Decoding, LineDecoder, LineDecoders};
use flagflow_frame::{Position, whole_lines};
use flagflow_gas::{Batch, Detail, Gas, Layout, ReaderOptions, read_detail};
use flagflow_rows::{Backend, MARK_NOT_CANONICAL, RowColumns as Columns};

use crate::contender::{Read, backend};
use crate::input::File;
use crate::row::Row;
use crate::sink::{Answers, Sink, Slices, Updates};

/// The reader of files: envelope, layout, positions, typed records.
#[derive(Debug)]
pub(crate) struct Files<const WIDE: bool>;

impl<const WIDE: bool> Read for Files<WIDE> {
    const NAME: &'static str =
        if WIDE { "flagflow Reader, wide" } else { "flagflow Reader, portable" };
    type Columns = Updates;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        read_file(file, backend(WIDE), sink);
    }
}

/// The same, of E46.
#[derive(Debug)]
pub(crate) struct Answered<const WIDE: bool>;

impl<const WIDE: bool> Read for Answered<WIDE> {
    const NAME: &'static str = Files::<WIDE>::NAME;
    type Columns = Answers;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        read_file(file, backend(WIDE), sink);
    }
}

fn read_file<S: Sink>(file: File<'_>, backend: Backend, sink: &mut S) {
    let mut reader = ReaderOptions::new().backend(backend).reader(file.whole);
    for detail in reader.records() {
        match detail {
            Ok(detail) => sink.record(row(detail)),
            Err(_) => sink.bad(),
        }
    }
}

/// The same reader, by batches: columns owned by the caller, with days and positions.
#[derive(Debug)]
pub(crate) struct Batches<const WIDE: bool>;

impl<const WIDE: bool> Read for Batches<WIDE> {
    const NAME: &'static str =
        if WIDE { "flagflow Batch, wide" } else { "flagflow Batch, portable" };
    type Columns = Updates;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        let mut reader = ReaderOptions::new().backend(backend(WIDE)).reader(file.whole);
        let mut batch = Batch::new();
        while matches!(reader.read_batch(&mut batch), Ok(true)) {
            sink.columns(Slices {
                points: batch.points(),
                days: batch.packed_dates(),
                flags: batch.flags(),
                outcomes: batch.outcomes(),
                ..Slices::default()
            });
            batch.errors().iter().for_each(|_| sink.bad());
        }
    }
}

/// The row decoder alone, and the definition for the rows it marks: lent columns, a thousand rows
/// at a time.
#[derive(Debug)]
pub(crate) struct Rows<const WIDE: bool, const UKLINK: bool>;

impl<const WIDE: bool, const UKLINK: bool> Read for Rows<WIDE, UKLINK> {
    const NAME: &'static str =
        if WIDE { "flagflow RowDecoder, wide" } else { "flagflow RowDecoder, portable" };
    type Columns = Updates;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        let layout = if UKLINK { Layout::Uklink } else { Layout::Fixed };
        let how = Decoding { backend: backend(WIDE), check_digits: false };
        let (mut decoders, mut columns) = (LineDecoders::new(how), Columns::with_capacity(1024));
        let mut rest = file.body;
        while !rest.is_empty() {
            columns.clear();
            decoders.decode_next(layout, rest, &mut columns);
            match decoders.current().filter(|_| !columns.is_empty()) {
                Some(plan) => {
                    let taken = &rest[..columns.bytes()];
                    take_rows(plan, &columns, taken, layout, sink);
                    rest = &rest[taken.len()..];
                }
                None => rest = take_line(rest, layout, sink),
            }
        }
    }
}

/// Counts the canonical rows of the fixed layout at the start of `body`: the row decoder, of whose
/// columns only the marks are read.
pub(crate) fn canonical_rows(mut body: &[u8], backend: Backend) -> usize {
    let how = Decoding { backend, check_digits: false };
    let (mut decoders, mut columns) = (LineDecoders::new(how), Columns::with_capacity(1024));
    let mut canonical = 0;
    while decoders.decode_next(Layout::Fixed, body, &mut columns) > 0 {
        let is_canonical = |mark: &&u8| **mark & MARK_NOT_CANONICAL == 0;
        canonical += columns.marks().iter().filter(is_canonical).count();
        body = &body[columns.bytes()..];
        columns.clear();
    }
    canonical
}

/// Passes on decoded rows at once, and parses marked rows by the definition.
fn take_rows<S: Sink>(
    plan: &LineDecoder<Gas>,
    columns: &Columns,
    bytes: &[u8],
    layout: Layout,
    sink: &mut S,
) {
    sink.columns(Slices {
        points: plan.points(columns),
        days: columns.dates(),
        flags: plan.flags(columns),
        outcomes: plan.outcomes(columns).unwrap_or_default(),
        marks: columns.marks(),
        ..Slices::default()
    });
    if !columns.marks().iter().any(|mark| mark & MARK_NOT_CANONICAL != 0) {
        return;
    }
    for run in columns.runs() {
        let rows = bytes[run.start..].chunks_exact(run.stride).take(run.rows);
        let marked = rows.zip(&columns.marks()[run.first..]);
        for (row, _) in marked.filter(|(_, mark)| **mark & MARK_NOT_CANONICAL != 0) {
            for line in whole_lines(row, Position::START) {
                take_detail(line.bytes, layout, sink);
            }
        }
    }
}

/// Reads the next line separately, and returns the rest.
fn take_line<'f, S: Sink>(rest: &'f [u8], layout: Layout, sink: &mut S) -> &'f [u8] {
    let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    take_detail(&rest[..end], layout, sink);
    rest.get(end + 1..).unwrap_or_default()
}

fn take_detail<S: Sink>(line: &[u8], layout: Layout, sink: &mut S) {
    match read_detail(line, layout) {
        Ok(detail) => sink.record(row(detail)),
        Err(_) => sink.bad(),
    }
}

/// One line at a time, with line endings found by memchr.
#[derive(Debug)]
pub(crate) struct Lines<const UKLINK: bool>;

impl<const UKLINK: bool> Read for Lines<UKLINK> {
    const NAME: &'static str = "flagflow read_detail";
    type Columns = Updates;

    fn read<S: Sink>(file: File<'_>, sink: &mut S) {
        let layout = if UKLINK { Layout::Uklink } else { Layout::Fixed };
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', file.body) {
            take_detail(&file.body[start..end], layout, sink);
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
