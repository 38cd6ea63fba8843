//! Checks that a file read by rows, with each backend, gives the same result as line by line.

use std::io::{BufRead, BufReader};

use flagflow_gas::{Batch, Detail, ErrorKind, Layout, Position, ReaderOptions};
use flagflow_rows::Backend;

/// Valid records with their lines, errors, counts, and the end of the file.
type Seen = (Vec<(Detail, u64)>, Vec<(ErrorKind, Position, Vec<u8>)>, u64, Position);

/// The first two bytes are options and a capacity; the rest is a file, repeated many times.
pub fn rows_are_lines(data: &[u8]) {
    let Some((&[how, capacity], file)) = data.split_first_chunk() else { return };
    // a row decoder needs eight rows or more
    let file = file.repeat(1 + usize::from(how >> 4));
    let layout = if how & 1 == 1 { Layout::Fixed } else { Layout::Uklink };
    let options = ReaderOptions::new().layout(layout);
    let capacity = usize::from(capacity).max(1);
    // the buffer is too small for rows, so this reader reads line by line
    let lines = read(options, 1, BufReader::with_capacity(5, &file[..]));
    for backend in Backend::ALL {
        let options = options.backend(backend);
        assert_eq!(read(options, capacity, &file[..]), lines, "{backend}");
        let pieces = BufReader::with_capacity(16 + capacity, &file[..]);
        assert_eq!(read(options, 1 + capacity, pieces), lines, "{backend}");
    }
}

fn read(options: ReaderOptions, capacity: usize, file: impl BufRead) -> Seen {
    let (mut reader, mut batch) = (options.reader(file), Batch::with_capacity(capacity));
    let (mut details, mut errors) = (Vec::new(), Vec::new());
    while matches!(reader.read_batch(&mut batch), Ok(true)) {
        let line = |row| batch.position(row).map_or(0, |position| position.line);
        details.extend(batch.records().enumerate().map(|(row, detail)| (detail, line(row))));
        errors
            .extend(batch.errors().iter().map(|it| (it.kind(), it.position(), it.raw().to_vec())));
    }
    (details, errors, reader.record_count(), reader.position())
}
