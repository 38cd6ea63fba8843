//! The sample files of testdata, and what a reader makes of a file, to be compared.

use std::fs;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flagflow_electricity::{
    Error, ErrorKind, Fault, Field, Flow, Format, Header, Layout, Position, Profile, Reader,
    Record, Trailer, Update,
};

pub(crate) struct Sample {
    pub(crate) path: PathBuf,
    pub(crate) bytes: Vec<u8>,
}

/// The samples of `valid` or `invalid`, of both flows.
pub(crate) fn samples(kind: &str) -> Vec<Sample> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    let mut found = Vec::new();
    for flow in ["d0350", "d0351"] {
        for entry in fs::read_dir(root.join(flow).join(kind)).unwrap() {
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
    Update(Update),
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
}

/// All that a reader says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Whole {
    pub(crate) seen: Vec<Seen>,
    pub(crate) header: Option<Header>,
    pub(crate) trailer: Option<Trailer>,
    pub(crate) layout: Option<Layout>,
    pub(crate) flow: Option<Flow>,
    pub(crate) records: u64,
    pub(crate) counts: (u64, u64),
    pub(crate) end: Position,
}

impl Whole {
    fn new<R: BufRead>(reader: &Reader<R>, seen: Vec<Seen>) -> Self {
        Self {
            seen,
            header: reader.header().cloned(),
            trailer: reader.trailer().cloned(),
            layout: reader.layout(),
            flow: reader.format().map(Format::flow),
            records: reader.record_count(),
            counts: (reader.group_count(), reader.flow_count()),
            end: reader.position(),
        }
    }

    pub(crate) fn updates(&self) -> Vec<Update> {
        let update = |seen: &Seen| match seen {
            Seen::Update(update) => Some(*update),
            Seen::Error { .. } => None,
        };
        self.seen.iter().filter_map(update).collect()
    }

    pub(crate) fn kinds(&self) -> Vec<ErrorKind> {
        let kind = |seen: &Seen| match seen {
            Seen::Update(_) => None,
            Seen::Error { kind, .. } => Some(*kind),
        };
        self.seen.iter().filter_map(kind).collect()
    }
}

/// Reads a file by `records`.
pub(crate) fn read<R: BufRead>(mut reader: Reader<R>) -> Whole {
    let seen = reader.records().map(|read| match read {
        Ok(update) => Seen::Update(update),
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
                Update::try_from(&record).map_or_else(|f| Seen::fault(f, &record), Seen::Update),
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

/// Another order, other codes, another level-1 item and two items that nobody reads.
pub(crate) fn shuffled_d0350() -> Arc<Profile> {
    let text = r#"
        name = "shuffled"
        source = "a test"
        flow = "D0350"
        version = "002"
        from_role = "Z"
        to_role = "P"
        instruction_type = "DC01"

        [[group]]
        code = "01G"
        level = 1
        items = [
            { name = "batch_note", most = 6 },
            { name = "file_sequence_number", most = 4 },
        ]

        [[group]]
        code = "02G"
        level = 2
        update = true
        items = [
            { name = "effective_from_date", most = 8 },
            { name = "note", most = 5 },
            { name = "dcc_service_flag", most = 1 },
            { name = "mpan_core", most = 13 },
            { name = "site", kind = "number", most = 4 },
            { name = "instruction_type", most = 6 },
            { name = "instruction_number", most = 12 },
        ]
    "#;
    Arc::new(Profile::from_toml(text).unwrap())
}

pub(crate) const SHUFFLED: &str = "\
ZHV|0000475656|D0350002|Z|DCCO|P|EELC|20211105093000||||OPER|one||
01G|batch1|1|
02G|20211105||A|1013044353630|7|DC01|1|
02G|20211106|a b|N|1000000000012||DC01|2|
01G||2|
01G|c|3|
02G|20211107|x|I|1011111111110|1234|DC01|999999999999|
ZPT|0000475656|6|check|3|20211105093001|more|
";
