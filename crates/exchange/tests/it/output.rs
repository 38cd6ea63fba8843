//! A conversion that does not come to its end leaves what was there.

use std::fs;
use std::io::{self, BufReader, Read};

use flagflow_exchange::convert::{ConvertOptions, RecordFormat, convert};
use flagflow_files::ErrorKind;
use flagflow_files::output::Output;

/// Good records, and then a disk that fails.
struct Failing(u64);

impl Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::Error::other("the disk is gone"));
        }
        self.0 -= 1;
        let line = b"E451234567810A20211105\n";
        buffer[..line.len()].copy_from_slice(line);
        Ok(line.len())
    }
}

#[test]
fn an_interrupted_conversion_leaves_the_old_file_and_nothing_beside_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("out.csv");
    fs::write(&path, "old").unwrap();
    let mut output = Output::create(&path).unwrap();
    let input = BufReader::new(Failing(100_000));
    let error = convert(input, &mut output, &ConvertOptions::new(RecordFormat::Csv)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    assert_eq!(error.io_error().unwrap().to_string(), "the disk is gone");
    drop(output);
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn a_whole_conversion_replaces_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("out.txt");
    fs::write(&path, "old").unwrap();
    let mut output = Output::create(&path).unwrap();
    let file = b"E451234567810A20211105\n";
    let report =
        convert(&file[..], &mut output, &ConvertOptions::new(RecordFormat::Fixed)).unwrap();
    assert!(report.is_publishable());
    assert_eq!(fs::read(&path).unwrap(), b"old");
    output.commit().unwrap();
    assert_eq!(fs::read(&path).unwrap(), file);
}

#[test]
fn a_writer_that_fails_is_an_error_of_the_output() {
    struct Full;

    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    for to in [RecordFormat::Fixed, RecordFormat::Uklink, RecordFormat::Csv, RecordFormat::Jsonl] {
        let options = ConvertOptions::new(to);
        let error = convert(&b"E451234567810A20211105\n"[..], Full, &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Output, "{to}");
        assert!(!error.is_closed_pipe());
    }
}
