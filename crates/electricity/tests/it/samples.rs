//! The sample files of testdata, and what a reader makes of a file, to be compared.

use std::fs;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flagflow_electricity::{
    Error, ErrorKind, Fault, Field, Flow, Format, Header, Instruction, Layout, Opening, Position,
    Profile, Reader, ReasonCode, Record, Trailer,
};

pub(crate) struct Sample {
    pub(crate) path: PathBuf,
    pub(crate) bytes: Vec<u8>,
}

/// The samples of `valid` or `invalid`, of every flow.
pub(crate) fn samples(kind: &str) -> Vec<Sample> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    let mut found = Vec::new();
    for flow in Flow::ALL.map(Flow::name) {
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

/// The result of one call of a reader: a record with its reasons, or an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    Record(Instruction, Vec<ReasonCode>),
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
    pub(crate) opening: Option<Opening>,
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
            opening: reader.opening(),
            trailer: reader.trailer().cloned(),
            layout: reader.layout(),
            flow: reader.format().map(Format::flow),
            records: reader.record_count(),
            counts: (reader.group_count(), reader.flow_count()),
            end: reader.position(),
        }
    }

    pub(crate) fn records(&self) -> Vec<Instruction> {
        let record = |seen: &Seen| match seen {
            Seen::Record(record, _) => Some(*record),
            Seen::Error { .. } => None,
        };
        self.seen.iter().filter_map(record).collect()
    }

    pub(crate) fn kinds(&self) -> Vec<ErrorKind> {
        let kind = |seen: &Seen| match seen {
            Seen::Record(..) => None,
            Seen::Error { kind, .. } => Some(*kind),
        };
        self.seen.iter().filter_map(kind).collect()
    }
}

/// Reads a file by `read`.
pub(crate) fn read<R: BufRead>(mut reader: Reader<R>) -> Whole {
    let mut seen = Vec::new();
    loop {
        match reader.read() {
            Ok(None) => break,
            Ok(Some(record)) => seen.push(Seen::Record(record, reader.reasons().to_vec())),
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

/// Reads a file by `read_raw`, and each record's values afterwards.
pub(crate) fn read_lazily<R: BufRead>(mut reader: Reader<R>) -> Whole {
    let (mut seen, mut record) = (Vec::new(), Record::new());
    loop {
        match reader.read_raw(&mut record) {
            Ok(false) => break,
            Ok(true) => seen.push(match Instruction::try_from(&record) {
                Ok(read) => Seen::Record(read, record.reasons().to_vec()),
                Err(fault) => Seen::fault(fault, &record),
            }),
            Err(error) => {
                // an error of a reason comes before those of values that were not requested
                let (at, of) = (record.position(), error.position());
                let is_below = at.record.is_some() && at.record == of.record && at.line < of.line;
                let fault = Instruction::try_from(&record).err().filter(|_| is_below);
                seen.push(fault.map_or(Seen::error(&error), |fault| Seen::fault(fault, &record)));
                if !error.is_recoverable() {
                    break;
                }
            }
        }
    }
    Whole::new(&reader, seen)
}

fn profile(text: &str) -> Arc<Profile> {
    Arc::new(Profile::from_toml(text).unwrap())
}

/// Another order, other codes, another level-1 item, two items that are not read, and a further
/// group beside the records.
pub(crate) fn shuffled_d0350() -> Arc<Profile> {
    profile(
        r#"
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
        occurs = "0..*"
        items = [
            { name = "batch_note", format = "CHAR(6)", optional = true },
            { name = "file_sequence_number", format = "INT(4)" },
        ]

        [[group]]
        code = "02G"
        level = 2
        parent = "01G"
        occurs = "0..*"
        items = [
            { name = "effective_from_date", format = "DATE(8)" },
            { name = "note", format = "CHAR(5)", optional = true },
            { name = "dcc_service_flag", format = "CHAR(1)" },
            { name = "mpan_core", format = "NUM(13)" },
            { name = "site", format = "INT(4)", optional = true },
            { name = "instruction_type", format = "CHAR(6)" },
            { name = "supplier_id", format = "CHAR(4)" },
            { name = "instruction_number", format = "INT(12)" },
        ]

        [[group]]
        code = "03G"
        level = 2
        parent = "01G"
        occurs = "0..1"
        items = [{ name = "remark", format = "CHAR(6)" }]
    "#,
    )
}

pub(crate) const SHUFFLED: &str = "\
ZHV|0000475656|D0350002|Z|DCCO|P|EELC|20211105093000||||OPER|one||
01G|batch1|1|
02G|20211105||A|1013044353630|7|DC01|MRCY|1|
03G|hello|
02G|20211106|a b|N|1000000000012||DC01|AB|2|
01G||2|
01G|c|3|
02G|20211107|x|I|1011111111110|1234|DC01|SUPA|999999999999|
ZPT|0000475656|7|check|3|20211105093001|more|
";

/// The built-in D0351 in another order, with items that are not read, further groups at levels 2
/// and 3, and all items of an update mandatory.
pub(crate) fn shuffled_d0351() -> Arc<Profile> {
    profile(
        r#"
        name = "shuffled rejection"
        source = "a test"
        flow = "D0351"
        version = "003"
        from_role = "P"
        to_role = "Z"
        instruction_type = "DC11"

        [[group]]
        code = "R4"
        level = 3
        parent = "R1"
        occurs = "1..2"
        items = [{ name = "rejection_reason_code", format = "CHAR(3)" }]

        [[group]]
        code = "R0"
        level = 1
        occurs = "1"
        items = [{ name = "instruction_type", format = "CHAR(4)" }]

        [[group]]
        code = "R2"
        level = 2
        parent = "R0"
        occurs = "0..1"
        items = [{ name = "remark", format = "CHAR(6)", optional = true }]

        [[group]]
        code = "R3"
        level = 3
        parent = "R2"
        occurs = "2"
        items = []

        [[group]]
        code = "R1"
        level = 2
        parent = "R0"
        occurs = "1..3"
        items = [
            { name = "supplier_id", format = "CHAR(4)" },
            { name = "mpan_core", format = "NUM(13)" },
            { name = "received", format = "INT(3)", optional = true },
            { name = "deemed_received_date", format = "DATE(8)" },
            { name = "dcc_service_flag", format = "CHAR(1)" },
            { name = "note", format = "CHAR(5)" },
            { name = "incoming_instruction_number", format = "INT(4)" },
            { name = "effective_from_date", format = "DATE(8)" },
            { name = "instruction_number", format = "INT(4)" },
        ]
    "#,
    )
}

pub(crate) const SHUFFLED_REJECTION: &str = "\
ZHV|0000475656|D0351003|P|EELC|Z|DCCO|20211105093000||||OPER|
R0|DC11|
R1|MRCY|1013044353630||20211105|A|hello|7|20211104|1|
R4|3|
R4|R-1|
R2||
R3|
R3|
R1|AB|1000000000012|12|20211105|S|x|8|20211103|2|
R4|62|
ZPT|0000475656|9|check|1|20211105093001|
";
