//! Tests conversions on several threads: everything is as on one.

use std::fs;
use std::io::{self, BufReader, Read, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flagflow_check::Flow;
use flagflow_domain::ServiceFlag;
use flagflow_electricity::Profile;
use flagflow_exchange::convert::{
    CellDelimiter, ConvertOptions, ConvertReport, EnvelopeRule, LineEndRule, RecordFormat, convert,
};
use flagflow_exchange::generate::{GenerateOptions, generate};
use flagflow_files::{ErrorKind, HeaderValues};
use flagflow_frame::LineEnd;

use crate::electricity::{PROFILE, PROFILED};

const THREADS: [usize; 3] = [1, 2, 5];

const FORMATS: [RecordFormat; 6] = [
    RecordFormat::Fixed,
    RecordFormat::Uklink,
    RecordFormat::Zhv,
    RecordFormat::Zhf,
    RecordFormat::Csv,
    RecordFormat::Jsonl,
];

/// The records of many chunks: a chunk has at most 2048.
const RECORDS: usize = 25_000;

fn on_threads(threads: usize, options: &ConvertOptions) -> ConvertOptions {
    let mut options = options.clone();
    options.threads = NonZeroUsize::new(threads).unwrap();
    options
}

/// Converts on one thread and on several, with equal outputs, reports and errors, and returns them.
fn on_any_number(input: &[u8], options: &ConvertOptions) -> (Vec<u8>, Option<ConvertReport>) {
    let results = THREADS.map(|threads| {
        let mut output = Vec::new();
        let report = convert(input, &mut output, &on_threads(threads, options));
        let report = report.map_err(|error| (error.kind(), error.to_string()));
        // what is written of a conversion that is refused is discarded
        let is_published = report.as_ref().is_ok_and(ConvertReport::is_publishable);
        (if is_published { output } else { Vec::new() }, report)
    });
    let [one, several @ ..] = results;
    let report = format!("{:?}", one.1);
    for (found, threads) in several.into_iter().zip(&THREADS[1..]) {
        assert!(found.0 == one.0, "{threads} threads to {}: another output", options.to);
        assert_eq!(format!("{:?}", found.1), report, "{threads} threads to {}", options.to);
    }
    (one.0, one.1.ok())
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn every_sample_is_converted_alike() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    let (mut published, mut refused, mut failed) = (0, 0, 0);
    for path in files(&root) {
        let file = fs::read(&path).unwrap();
        for (to, skip_invalid) in FORMATS.into_iter().flat_map(|to| [(to, false), (to, true)]) {
            let mut options = ConvertOptions::new(to);
            options.skip_invalid = skip_invalid;
            match on_any_number(&file, &options).1 {
                Some(report) if report.is_publishable() => published += 1,
                Some(_) => refused += 1,
                None => failed += 1,
            }
        }
    }
    assert!(published > 1000 && refused > 100 && failed > 100, "{published} {refused} {failed}");
}

/// A file of many chunks.
fn generated(flow: Flow, invalid: f64, line_end: LineEnd) -> Vec<u8> {
    let mut options = GenerateOptions::new(flow, RECORDS as u64);
    (options.invalid, options.line_end) = (invalid, line_end);
    options.envelope = matches!(flow, Flow::E45 | Flow::E46).then(HeaderValues::default);
    let mut file = Vec::new();
    generate(&mut file, None, &options).unwrap();
    file
}

/// The sample of a profile with groups and extras, its updates again and again.
fn profiled() -> Vec<u8> {
    let lines: Vec<_> = PROFILED.lines().collect();
    let groups = RECORDS / 3;
    let body = lines[1..lines.len() - 1].iter().cycle().take(5 * groups);
    let body: String = body.map(|line| format!("{line}\r\n")).collect();
    let trailer = lines[lines.len() - 1];
    let trailer = trailer.replace("|5|", &format!("|{}|", 5 * groups));
    let trailer = trailer.replace("|2|", &format!("|{}|", 2 * groups));
    format!("{}\r\n{body}{trailer}\r\n", lines[0]).into_bytes()
}

fn expect_records(report: Option<ConvertReport>, records: impl Fn(u64) -> bool, what: &str) {
    let report = report.unwrap();
    assert!(records(report.written), "{what}: {report:?}");
}

#[test]
fn records_of_many_chunks_are_converted_alike() {
    for (flow, line_end) in [
        (Flow::E45, LineEnd::CrLf),
        (Flow::E46, LineEnd::Lf),
        (Flow::D0350, LineEnd::CrLf),
        (Flow::D0351, LineEnd::Lf),
        (Flow::D0172, LineEnd::Lf),
    ] {
        let [good, bad] = [0.0, 0.01].map(|invalid| generated(flow, invalid, line_end));
        for to in FORMATS {
            let is_gas = matches!(flow, Flow::E45 | Flow::E46);
            let is_of_gas = matches!(to, RecordFormat::Fixed | RecordFormat::Uklink);
            let is_text = matches!(to, RecordFormat::Csv | RecordFormat::Jsonl);
            if !is_text && is_gas != is_of_gas {
                continue;
            }
            let mut options = ConvertOptions::new(to);
            let what = format!("{flow} to {to}");
            let all = |written| written == RECORDS as u64;
            expect_records(on_any_number(&good, &options).1, all, &what);
            expect_records(on_any_number(&bad, &options).1, |written| written == 0, &what);
            options.skip_invalid = true;
            let most = |written| (RECORDS as u64 / 2..RECORDS as u64).contains(&written);
            expect_records(on_any_number(&bad, &options).1, most, &what);
        }
    }
}

#[test]
fn groups_and_extras_are_converted_alike() {
    let file = profiled();
    let mut options = ConvertOptions::new(RecordFormat::Jsonl);
    options.profile = Some(Arc::new(Profile::from_toml(PROFILE).unwrap()));
    let all = |written| written == RECORDS as u64 / 3 * 3;
    for to in [RecordFormat::Jsonl, RecordFormat::Csv, RecordFormat::Zhv] {
        options.to = to;
        let (output, report) = on_any_number(&file, &options);
        expect_records(report, all, "a profile's");
        let mut back = options.clone();
        back.to = RecordFormat::Zhv;
        if to == RecordFormat::Jsonl {
            assert!(on_any_number(&output, &back).0 == file, "there and back");
        }
    }
}

#[test]
fn other_options_are_followed_alike() {
    let updates = generated(Flow::E45, 0.001, LineEnd::Lf);
    for to in [RecordFormat::Csv, RecordFormat::Jsonl] {
        let mut options = ConvertOptions::new(to);
        options.skip_invalid = true;
        options.csv_safe = true;
        options.delimiter = CellDelimiter::Semicolon;
        options.line_end = LineEndRule::Crlf;
        options.envelope = EnvelopeRule::Drop;
        options.map_flags = vec![(ServiceFlag::Active, ServiceFlag::Withdrawn)];
        let (output, report) = on_any_number(&updates, &options);
        assert!(report.unwrap().mapped[0].records > 1000);
        assert!(output.ends_with(b"\r\n"));
    }
}

/// An answer among updates: a table that began without outcomes refuses it, objects have both.
#[test]
fn records_of_two_kinds_are_converted_alike() {
    let mut file = b"E451234567810A20211105\n".repeat(RECORDS);
    file.extend_from_slice(b"E46AC1234567810A20211105\n");
    file.extend(b"E451234567810N20211105\n".repeat(RECORDS));
    for (to, expected) in [(RecordFormat::Csv, 2 * RECORDS), (RecordFormat::Jsonl, 2 * RECORDS + 1)]
    {
        let mut options = ConvertOptions::new(to);
        options.skip_invalid = true;
        let written = |written| written == expected as u64;
        expect_records(on_any_number(&file, &options).1, written, to.as_str());
    }
}

/// Takes so many bytes and no more.
struct Full {
    taken: Vec<u8>,
    room: usize,
}

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.room - self.taken.len());
        match taken {
            0 => Err(io::ErrorKind::StorageFull.into()),
            _ => self.taken.write(&bytes[..taken]),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn an_output_that_is_full_is_the_same_error() {
    let file = generated(Flow::E45, 0.0, LineEnd::Lf);
    for to in [RecordFormat::Csv, RecordFormat::Jsonl, RecordFormat::Uklink] {
        let options = ConvertOptions::new(to);
        let whole = on_any_number(&file, &options).0;
        for room in [0, 1, 100_000, whole.len() / 2, whole.len() - 1] {
            for threads in THREADS {
                let mut full = Full { taken: Vec::new(), room };
                let error = convert(&file[..], &mut full, &on_threads(threads, &options));
                let error = error.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Output);
                assert_eq!(error.io_error().unwrap().kind(), io::ErrorKind::StorageFull);
                assert!(full.taken == whole[..room], "{threads} threads, room for {room}");
            }
        }
    }
}

/// Fails behind its bytes.
struct Broken<'b>(&'b [u8]);

impl Read for Broken<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.0.read(out)? {
            0 => Err(io::Error::other("the disk is gone")),
            read => Ok(read),
        }
    }
}

#[test]
fn an_input_that_fails_is_the_same_error() {
    let file = generated(Flow::E45, 0.0, LineEnd::Lf);
    for to in [RecordFormat::Csv, RecordFormat::Jsonl, RecordFormat::Uklink] {
        let options = ConvertOptions::new(to);
        let whole = on_any_number(&file, &options).0;
        for read in [10, 70_000, file.len() / 2, file.len()] {
            for threads in THREADS {
                let mut written = Vec::new();
                let input = BufReader::new(Broken(&file[..read]));
                let error = convert(input, &mut written, &on_threads(threads, &options));
                let error = error.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Input);
                assert_eq!(error.io_error().unwrap().to_string(), "the disk is gone");
                assert!(whole.starts_with(&written), "{threads} threads, {read} bytes read");
                // all that was read before the last chunks is written
                assert!(read < file.len() || written.len() > whole.len() / 2);
            }
        }
    }
}

/// The first thing that fails is the error, although an input may be read further by then.
#[test]
fn an_output_that_is_full_before_the_input_fails_is_the_error() {
    let file = generated(Flow::E45, 0.0, LineEnd::Lf);
    let options = ConvertOptions::new(RecordFormat::Csv);
    for threads in THREADS {
        let mut full = Full { taken: Vec::new(), room: 1000 };
        let input = BufReader::new(Broken(&file[..200_000]));
        let error = convert(input, &mut full, &on_threads(threads, &options)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Output, "{threads} threads");
    }
}
