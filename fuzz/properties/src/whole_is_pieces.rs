//! Checks that a file read in pieces, cut anywhere, gives the same result as in one piece.

use std::io::{BufRead, BufReader, Read};

use flagflow_gas::{Detail, Error, ErrorKind, Header, Layout, Position, Reader, ReaderOptions};

type Seen = Result<Detail, (ErrorKind, Position, Vec<u8>)>;

/// The first three bytes are options, a buffer's capacity and a place to cut; the rest is a file.
pub fn whole_is_pieces(data: &[u8]) {
    let Some((&[how, capacity, at], file)) = data.split_first_chunk() else { return };
    let options = options(how);
    let whole = read(options.reader(file));
    let buffered = BufReader::with_capacity(usize::from(capacity).max(1), file);
    assert_eq!(read(options.reader(buffered)), whole);
    let (head, tail) = file.split_at(usize::from(at).min(file.len()));
    assert_eq!(read(options.reader(head.chain(tail))), whole);
}

fn options(how: u8) -> ReaderOptions {
    let options = ReaderOptions::new().with_reasons(how & 1 == 1);
    let options = match how >> 1 & 3 {
        0 => options.layout(Layout::Fixed),
        1 => options.layout(Layout::Uklink),
        _ => options,
    };
    if how & 8 == 8 { options.max_line(usize::from(how >> 4) * 4) } else { options }
}

fn read<R: BufRead>(mut reader: Reader<R>) -> (Vec<Seen>, Option<Header>, Position) {
    let tell = |error: Error| (error.kind(), error.position(), error.raw().to_vec());
    let seen: Vec<_> = reader.records().map(|read| read.map_err(tell)).collect();
    (seen, reader.header().copied(), reader.position())
}
