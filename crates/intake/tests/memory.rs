//! Memory does not grow with the input: a line without an ending, and a gzip bomb of one line or of
//! good ones. Every allocation of this process is counted, so these tests have a process of their
//! own, and run one after the other.
//!
//! `scripts/bomb.py` does the same with 10 GiB and the command.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "the figures are shown with --nocapture")]

use std::fmt::Debug;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Mutex;

use flagflow_check::{CrossRecords, Options, RuleId, check, identify};
use flagflow_exchange::convert::{ConvertOptions, RecordFormat, convert};
use flagflow_exchange::diff::{DiffOptions, diff};
use flagflow_exchange::roundtrip::roundtrip;
use flagflow_files::input::{from_reader, open, sender};
use flagflow_files::{Result, Source};
use flagflow_intake::answer::{AnswerOptions, AnswerOutputs, answer};
use flagflow_intake::fix::{FixOptions, fix};
use flagflow_intake::merge::{MergeOptions, merge};
use flagflow_intake::quarantine::{Outputs, QuarantineOptions, quarantine};
use flate2::Compression;
use flate2::write::GzEncoder;
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// There is one count for all tests.
static ALONE: Mutex<()> = Mutex::new(());

const MIB: usize = 1 << 20;
const SMALL: usize = 4 * MIB;
const LARGE: usize = 16 * MIB;

/// The most that anything here may take: buffers, tables of the cross-record rules, findings.
const MOST: usize = 8 * MIB;
/// The most that it may take for an input of more length.
const MORE: usize = 128 * 1024;

/// An input of some length, made while it is read: `first`, and then `again` and again.
fn endless(first: &'static [u8], again: &'static [u8], length: usize) -> impl BufRead + Send {
    BufReader::with_capacity(64 * 1024, first.chain(Repeated { again, at: 0 }).take(length as u64))
}

struct Repeated {
    again: &'static [u8],
    at: usize,
}

impl Read for Repeated {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < out.len() {
            let piece = (self.again.len() - self.at).min(out.len() - filled);
            out[filled..filled + piece].copy_from_slice(&self.again[self.at..self.at + piece]);
            (filled, self.at) = (filled + piece, (self.at + piece) % self.again.len());
        }
        Ok(filled)
    }
}

/// A record and then the same, compressed: one member many times, a thousandth as long.
fn bomb(again: &'static [u8], length: usize) -> Vec<u8> {
    let piece = MIB / again.len() * again.len();
    [
        gzip(endless(b"", RECORD, RECORD.len())),
        gzip(endless(b"", again, piece)).repeat(length / MIB),
    ]
    .concat()
}

fn gzip(mut input: impl Read) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    io::copy(&mut input, &mut encoder).unwrap();
    encoder.finish().unwrap()
}

/// Returns the increase of memory at its peak.
fn peak<T: Debug>(work: impl FnOnce() -> T) -> (usize, T) {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let done = work();
    (MEMORY.peak_usage().saturating_sub(before), done)
}

/// Does something with a small and a large input and compares what that takes.
fn expect_constant<T: Debug>(what: &str, mut work: impl FnMut(usize) -> T) -> T {
    let (small, _) = peak(|| work(SMALL));
    let (large, done) = peak(|| work(LARGE));
    println!("{what:40} {:6} KiB, {:6} KiB: {done:?}", small / 1024, large / 1024);
    assert!(large <= MOST, "{what}: {large} bytes");
    assert!(large <= small + MORE, "{what}: {small} bytes, and {large} for more input");
    done
}

/// Little for the rules that hold records against one another, so that it is soon full.
fn options() -> Options {
    Options { cross_records: CrossRecords::Within { memory: MIB }, ..Options::default() }
}

const RECORD: &[u8] = b"E451234567810A20211105\n";
const UPDATE: &[u8] = b"82H|1|DC01|1013044353630|A|20211105|MRCY|\n";
const UPDATES: &[u8] = b"ZHV|7|D0350001|Z|DCCO|P|EELC|20211105093000||||OPER|\n81H|1|\n";

/// Files of one endless line, by how they begin.
const BEGINNINGS: [&[u8]; 5] =
    [b"E45", b"\"E45\",", b"A00", b"ZHV|", b"E451234567810A20211105\nE45"];

#[test]
fn a_line_without_an_end_is_one_finding() {
    let _alone = ALONE.lock().unwrap();
    for first in BEGINNINGS {
        let shown = first.escape_ascii().to_string();
        let report = expect_constant(&format!("check {shown}"), |length| {
            let report = check(endless(first, b"9", length), &options()).unwrap();
            (report.totals[RuleId::LineTooLong], report.bytes)
        });
        assert_eq!(report, (1, LARGE as u64), "{shown}");
    }
}

/// The limit keeps the line out of memory: with a higher limit the line is held.
#[test]
fn a_line_within_the_limit_is_held() {
    let _alone = ALONE.lock().unwrap();
    let options = Options { max_line: LARGE, ..options() };
    let (held, report) = peak(|| check(endless(b"E45", b"9", LARGE), &options).unwrap());
    assert!(held >= LARGE, "{held}");
    assert_eq!((report.totals[RuleId::LineTooLong], report.totals[RuleId::WrongLength]), (0, 1));
}

#[test]
fn readers_hold_no_line_past_the_limit() {
    let _alone = ALONE.lock().unwrap();
    expect_constant("gas, one line", |length| {
        let reader = flagflow_gas::Reader::new(endless(b"E45", b"9", length));
        let errors: Vec<_> = reader.into_records().map(|record| record.unwrap_err()).collect();
        errors.iter().map(flagflow_gas::Error::kind).collect::<Vec<_>>()
    });
    expect_constant("electricity, one line", |length| {
        let reader = flagflow_electricity::Reader::new(endless(UPDATES, b"9", length));
        reader.into_records().filter(std::result::Result::is_err).count()
    });
    expect_constant("gas, records", |length| {
        flagflow_gas::Reader::new(endless(b"", RECORD, length)).into_records().count()
    });
    expect_constant("electricity, records", |length| {
        flagflow_electricity::Reader::new(endless(UPDATES, UPDATE, length)).into_records().count()
    });
    let read = expect_constant("the sender, one line", |length| {
        let input = from_reader(endless(b"A00", b"9", length), "it").unwrap();
        let (sender, mut input) = sender(input).unwrap();
        (sender.is_some(), io::copy(&mut input, &mut io::sink()).unwrap())
    });
    assert_eq!(read, (false, LARGE as u64));
    expect_constant("the number of a file, one line", |length| {
        identify(endless(b"E45", b"9", length), &options())
            .map(|_| ())
            .map_err(|error| error.kind())
    })
    .unwrap();
}

#[test]
fn a_bomb_is_read_in_constant_memory() {
    let _alone = ALONE.lock().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (what, again) in [("bomb of one line", &b"9"[..]), ("bomb of records", RECORD)] {
        for length in [SMALL, LARGE] {
            fs::write(folder.path().join(length.to_string()), bomb(again, length)).unwrap();
        }
        let read = expect_constant(what, |length| {
            let mut input = open(&folder.path().join(length.to_string())).unwrap();
            io::copy(&mut input, &mut io::sink()).unwrap()
        });
        let piece = MIB / again.len() * again.len();
        assert_eq!(read, (RECORD.len() + piece * (LARGE / MIB)) as u64);
    }
}

/// An input that is read twice is read from its own place.
fn written(folder: &Path, again: &'static [u8], length: usize) -> Source {
    let path = folder.join("bomb.gz");
    fs::write(&path, bomb(again, length)).unwrap();
    Source::open(&path).unwrap()
}

fn lines(again: &'static [u8], length: usize) -> impl BufRead {
    let first = if again == RECORD { &b""[..] } else { RECORD };
    endless(first, again, length)
}

type Work = fn(&Path, &'static [u8], usize) -> Result<String>;

/// From file to file, each as it is done by the command.
const WORK: &[(&str, Work)] = &[
    ("convert to csv", |_, again, length| {
        let options = ConvertOptions::new(RecordFormat::Csv);
        convert(lines(again, length), io::sink(), &options).map(|report| report.records.to_string())
    }),
    ("convert to jsonl", |_, again, length| {
        let options = ConvertOptions::new(RecordFormat::Jsonl);
        convert(lines(again, length), io::sink(), &options).map(|report| report.records.to_string())
    }),
    ("convert to csv on three threads", |_, again, length| {
        let mut options = ConvertOptions::new(RecordFormat::Csv);
        options.threads = NonZeroUsize::MIN.saturating_add(2);
        convert(lines(again, length), io::sink(), &options).map(|report| report.records.to_string())
    }),
    ("convert to uklink", |_, again, length| {
        let options = ConvertOptions::new(RecordFormat::Uklink);
        convert(lines(again, length), io::sink(), &options).map(|report| report.records.to_string())
    }),
    ("roundtrip", |_, again, length| {
        let result = roundtrip(lines(again, length), lines(again, length));
        result.map(|result| format!("{result:?}").chars().take(40).collect())
    }),
    ("fix", |_, again, length| {
        let mut options = FixOptions::default();
        options.check = self::options();
        let fixed = fix(lines(again, length), io::sink(), &options, &mut |_| Ok(()));
        fixed.map(|report| report.lines.to_string())
    }),
    ("merge", |_, again, length| {
        let mut options = MergeOptions::default();
        options.check = self::options();
        options.allow_bad = true;
        let merged = merge(lines(again, length), RECORD, None::<&[u8]>, io::sink(), &options);
        merged.map(|merged| merged.report.records.to_string())
    }),
    ("diff", |folder, again, length| {
        let mut options = DiffOptions::default();
        (options.check, options.memory) = (self::options(), MIB);
        options.temporary = Some(folder.to_owned());
        let compared = diff(lines(again, length), RECORD, &options, &mut |_| Ok(()));
        compared.map(|report| report.left_out().to_string())
    }),
    ("answer", |folder, again, length| {
        let mut options = AnswerOptions::default();
        options.check = self::options();
        let source = written(folder, again, length);
        let (mut response, mut listed) = (io::sink(), io::sink());
        let outputs = AnswerOutputs::gas(&mut response).with_listed(Some(&mut listed));
        let answered = answer(&source, outputs, &options);
        answered.map(|report| report.records.to_string())
    }),
    ("quarantine", |folder, again, length| {
        let source = written(folder, again, length);
        let (mut accepted, mut rejected) = (io::sink(), io::sink());
        let outputs = Outputs {
            accepted: Some(&mut accepted as &mut dyn Write),
            rejected: Some(&mut rejected as &mut dyn Write),
            ..Outputs::default()
        };
        let parted = quarantine(&source, outputs, &QuarantineOptions::new(self::options()));
        parted.map(|(report, _)| report.records.to_string())
    }),
];

/// One line without an ending among or after good ones is never held in memory, whatever the
/// command.
#[test]
fn no_command_holds_a_line_without_an_end() {
    let _alone = ALONE.lock().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (what, work) in WORK {
        expect_constant(&format!("{what}, one line"), |length| {
            // an error is as good as a report, if it is a small one
            format!("{:?}", work(folder.path(), b"9", length)).chars().take(200).collect::<String>()
        });
    }
}

#[test]
fn no_command_holds_the_records() {
    let _alone = ALONE.lock().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (what, work) in WORK {
        expect_constant(&format!("{what}, records"), |length| {
            work(folder.path(), RECORD, length / 2).map_err(|error| error.to_string())
        })
        .unwrap();
    }
}
