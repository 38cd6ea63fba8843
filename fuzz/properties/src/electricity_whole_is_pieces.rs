//! Checks that an electricity file read in pieces, cut anywhere, gives the same result as in one
//! piece.

use std::io::{BufRead, BufReader, Read};

use flagflow_electricity::{
    Error, ErrorKind, Field, Flow, Header, Instruction, Layout, Opening, Position, Reader,
    ReaderOptions, ReasonCode, Record, Trailer,
};

use crate::profiles::shuffled;

type Fault = Box<(ErrorKind, Option<Field>, Position, Vec<u8>)>;
type Ends = (Option<Header>, Option<Opening>, Option<Trailer>);
type WithReasons = (Instruction, Vec<ReasonCode>);
type Seen = (Vec<Result<WithReasons, Fault>>, Ends, [u64; 3], Position);

/// The first three bytes are options, a buffer's capacity and a place to cut; the rest is a file.
pub fn electricity_whole_is_pieces(data: &[u8]) {
    let Some((&[how, capacity, at], file)) = data.split_first_chunk() else { return };
    let options = options(how);
    let whole = read(options.clone().reader(file));
    let capacity = usize::from(capacity).max(1);
    assert_eq!(read(options.clone().reader(BufReader::with_capacity(capacity, file))), whole);
    let (head, tail) = file.split_at(usize::from(at).min(file.len()));
    assert_eq!(read(options.clone().reader(head.chain(tail))), whole);
    let lazy = read_lazily(options.reader(BufReader::with_capacity(capacity, file)));
    assert_eq!(lazy, whole.0.into_iter().filter_map(Result::ok).collect::<Vec<_>>());
}

fn options(how: u8) -> ReaderOptions {
    let options = match how & 3 {
        0 => ReaderOptions::new().layout(Layout::Zhv),
        1 => ReaderOptions::new().layout(Layout::Zhf),
        _ => ReaderOptions::new(),
    };
    let options = match how >> 2 & 3 {
        0 => options.flow(Flow::D0350),
        1 => options.flow(Flow::D0351).profile(shuffled(Flow::D0351)),
        2 => options.profile(shuffled(Flow::D0350)).profile(shuffled(Flow::D0172)),
        _ => options,
    };
    if how & 16 == 16 { options.max_line(usize::from(how >> 5) * 12) } else { options }
}

fn read<R: BufRead>(mut reader: Reader<R>) -> Seen {
    let tell = |e: Error| Box::new((e.kind(), e.field(), e.position(), e.raw().to_vec()));
    let mut seen = Vec::new();
    loop {
        match reader.read() {
            Ok(Some(record)) => seen.push(Ok((record, reader.reasons().to_vec()))),
            Ok(None) => break,
            Err(error) => {
                let is_end = !error.is_recoverable();
                seen.push(Err(tell(error)));
                if is_end {
                    break;
                }
            }
        }
    }
    let counts = [reader.record_count(), reader.group_count(), reader.flow_count()];
    let ends = (reader.header().cloned(), reader.opening(), reader.trailer().cloned());
    (seen, ends, counts, reader.position())
}

/// Returns the valid records with their reasons, split first and read afterwards.
fn read_lazily<R: BufRead>(mut reader: Reader<R>) -> Vec<WithReasons> {
    let (mut records, mut record) = (Vec::new(), Record::new());
    loop {
        match reader.read_raw(&mut record) {
            Ok(true) => {
                let read = Instruction::try_from(&record);
                records.extend(read.map(|read| (read, record.reasons().to_vec())));
            }
            Ok(false) => return records,
            Err(error) if error.is_recoverable() => {}
            Err(_) => return records,
        }
    }
}
