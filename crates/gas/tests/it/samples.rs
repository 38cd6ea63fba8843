//! The sample files of testdata, and what a reader makes of a file, to be compared.

use std::fs;
use std::io::BufRead;
use std::path::{Path, PathBuf};

use flagflow_gas::{
    Detail, Error, ErrorKind, Fault, Field, Header, Layout, Position, Reader, Record, Trailer,
};

pub(crate) struct Sample {
    pub(crate) path: PathBuf,
    pub(crate) bytes: Vec<u8>,
}

/// The samples of `valid` or `invalid`, of both records.
pub(crate) fn samples(kind: &str) -> Vec<Sample> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    let mut found = Vec::new();
    for record in ["e45", "e46"] {
        for entry in fs::read_dir(root.join(record).join(kind)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "txt") {
                found.push(Sample { bytes: fs::read(&path).unwrap(), path });
            }
        }
    }
    // a moved folder must not make a test pass for want of files
    assert!(found.len() >= 30, "{} samples", found.len());
    found
}

/// The result of one call of a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Detail(Detail),
    Error { kind: ErrorKind, field: Option<Field>, position: Position, raw: Vec<u8> },
}

impl Seen {
    pub(crate) fn error(error: &Error) -> Self {
        let raw = error.raw().to_vec();
        Self::Error { kind: error.kind(), field: error.field(), position: error.position(), raw }
    }

    fn fault(fault: Fault, record: &Record) -> Self {
        let raw = record.as_bytes()[..record.as_bytes().len().min(Error::MAX_RAW)].to_vec();
        let position = record.position().forward(fault.start as u64);
        Self::Error { kind: fault.kind, field: fault.field, position, raw }
    }

    /// The detail, or what is wrong and where.
    pub(crate) fn outcome(&self) -> Result<Detail, (ErrorKind, Position)> {
        match self {
            Self::Detail(detail) => Ok(*detail),
            Self::Error { kind, position, .. } => Err((*kind, *position)),
        }
    }
}

/// All that a reader says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Whole {
    pub(crate) seen: Vec<Seen>,
    pub(crate) header: Option<Header>,
    pub(crate) trailer: Option<Trailer>,
    pub(crate) layout: Option<Layout>,
    pub(crate) record_count: u64,
    pub(crate) end: Position,
}

impl Whole {
    fn new<R: BufRead>(reader: &Reader<R>, seen: Vec<Seen>) -> Self {
        Self {
            seen,
            header: reader.header().copied(),
            trailer: reader.trailer().copied(),
            layout: reader.layout(),
            record_count: reader.record_count(),
            end: reader.position(),
        }
    }

    pub(crate) fn details(&self) -> Vec<Detail> {
        self.seen.iter().filter_map(|seen| seen.outcome().ok()).collect()
    }

    pub(crate) fn outcomes(&self) -> Vec<Result<Detail, (ErrorKind, Position)>> {
        self.seen.iter().map(Seen::outcome).collect()
    }
}

/// Reads a file by `records`.
pub(crate) fn read<R: BufRead>(mut reader: Reader<R>) -> Whole {
    let seen = reader.records().map(|read| match read {
        Ok(detail) => Seen::Detail(detail),
        Err(error) => Seen::error(&error),
    });
    let seen = seen.collect();
    Whole::new(&reader, seen)
}

/// Reads a file by `read_record`, and each record's values afterwards.
pub(crate) fn read_lazily<R: BufRead>(mut reader: Reader<R>) -> Whole {
    let (mut seen, mut record) = (Vec::new(), Record::new());
    loop {
        match reader.read_raw(&mut record) {
            Ok(false) => break,
            Ok(true) => seen.push(
                Detail::try_from(&record).map_or_else(|f| Seen::fault(f, &record), Seen::Detail),
            ),
            Err(error) => {
                seen.push(Seen::error(&error));
                if !error.is_recoverable() {
                    break;
                }
            }
        }
    }
    Whole::new(&reader, seen)
}
