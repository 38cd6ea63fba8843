//! Checks that an electricity file read by rows, with each backend, gives the same result as line
//! by line.

use std::io::{BufRead, BufReader};

use flagflow_electricity::{
    Batch, ErrorKind, Field, Flow, Instruction, Layout, Position, ReaderOptions, ReasonCode,
};
use flagflow_rows::Backend;

use crate::profiles::shuffled;

type Fault = (ErrorKind, Option<Field>, Position, Vec<u8>);

/// A valid record with its reasons and its line.
type Row = (Instruction, Vec<ReasonCode>, u64);

/// Valid records, errors, counts, and the end of the file.
type Seen = (Vec<Row>, Vec<Fault>, [u64; 3], Position);

/// The first three bytes are options, a capacity and the lines to repeat; the rest is a file.
pub fn electricity_rows_are_lines(data: &[u8]) {
    let Some((&[how, capacity, at], file)) = data.split_first_chunk() else { return };
    let file = repeated(file, usize::from(at & 7), usize::from(at >> 3), usize::from(how >> 2));
    let layout = if how & 1 == 1 { Layout::Zhf } else { Layout::Zhv };
    let profiles = Flow::ALL.into_iter().filter(|_| how & 2 == 2).map(shuffled);
    let options = profiles.fold(ReaderOptions::new().layout(layout), ReaderOptions::profile);
    let capacity = usize::from(capacity).max(1);
    // the buffer is too small for rows, so this reader reads line by line
    let lines = read(options.clone(), 1, BufReader::with_capacity(5, &file[..]));
    for backend in Backend::ALL {
        let options = options.clone().backend(backend);
        assert_eq!(read(options.clone(), capacity, &file[..]), lines, "{backend}");
        let pieces = BufReader::with_capacity(16 + capacity, &file[..]);
        assert_eq!(read(options, 1 + capacity, pieces), lines, "{backend}");
    }
}

/// Repeats some lines of the middle: a row decoder needs eight rows or more, before the trailer.
fn repeated(file: &[u8], first: usize, lines: usize, times: usize) -> Vec<u8> {
    let pieces: Vec<_> = file.split_inclusive(|byte| *byte == b'\n').collect();
    let (head, rest) = pieces.split_at(first.min(pieces.len()));
    let (body, tail) = rest.split_at(lines.min(rest.len()));
    [head.concat(), body.concat().repeat(1 + times), tail.concat()].concat()
}

fn read(options: ReaderOptions, capacity: usize, file: impl BufRead) -> Seen {
    let (mut reader, mut batch) = (options.reader(file), Batch::with_capacity(capacity));
    let (mut records, mut errors) = (Vec::new(), Vec::new());
    while matches!(reader.read_batch(&mut batch), Ok(true)) {
        let line = |row| batch.position(row).map_or(0, |position| position.line);
        let rows = batch.records().enumerate();
        records.extend(rows.map(|(row, it)| (it, batch.reasons(row).to_vec(), line(row))));
        let found = batch.errors().iter();
        errors.extend(found.map(|it| (it.kind(), it.field(), it.position(), it.raw().to_vec())));
    }
    let counts = [reader.record_count(), reader.group_count(), reader.flow_count()];
    (records, errors, counts, reader.position())
}
