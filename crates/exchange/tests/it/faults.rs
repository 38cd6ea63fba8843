//! Tests inputs that give one byte, are interrupted, fail half-way or are damaged, and outputs that
//! are full, short or broken.

use std::io::{self, BufReader, Cursor, Read, Write};

use flagflow_exchange::convert::{ConvertOptions, RecordFormat, convert};
use flagflow_files::ErrorKind;
use flagflow_files::input::from_reader;
use flate2::Compression;
use flate2::write::GzEncoder;

const FILE: &[u8] = b"A000000000042DXI20211105093000000007\r\n\
                      E451234567810A20211105\r\n\
                      E450000123456N20240229\r\n\
                      Z990000000002\r\n";

const ALL: [RecordFormat; 4] =
    [RecordFormat::Fixed, RecordFormat::Uklink, RecordFormat::Csv, RecordFormat::Jsonl];

/// One byte at a time, interrupted before each; at its end it fails, or not.
struct Rough {
    rest: Cursor<Vec<u8>>,
    fails: bool,
    interrupt: bool,
}

impl Rough {
    fn new(bytes: &[u8], fails: bool) -> Self {
        Self { rest: Cursor::new(bytes.to_vec()), fails, interrupt: false }
    }
}

impl Read for Rough {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.interrupt = !self.interrupt;
        if self.interrupt {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let most = out.len().min(1);
        match self.rest.read(&mut out[..most])? {
            0 if self.fails => Err(io::Error::other("half-way")),
            read => Ok(read),
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Returns the bytes that could be read of an input, and its error.
fn read(reader: Rough) -> (Vec<u8>, Option<String>) {
    let mut all = Vec::new();
    let input = from_reader(reader, "it").map_err(|error| error.to_string());
    let ended = match input {
        Ok(mut input) => input.read_to_end(&mut all).err().map(|error| error.to_string()),
        Err(error) => Some(error),
    };
    (all, ended)
}

// Inputs

#[test]
fn an_input_of_single_bytes_with_interruptions_is_whole() {
    let members = [gzip(&FILE[..50]), gzip(b""), gzip(&FILE[50..])].concat();
    for bytes in [FILE, &gzip(FILE), &members] {
        assert_eq!(read(Rough::new(bytes, false)), (FILE.to_vec(), None));
    }
}

#[test]
fn an_input_that_fails_anywhere_is_an_error_that_names_it_after_what_came_before() {
    for at in 0..=FILE.len() {
        let (all, error) = read(Rough::new(&FILE[..at], true));
        assert!(error.unwrap().starts_with("it: "), "failing at {at}");
        // the first four bytes are read at once, to see if they are those of a compressed input
        assert!(at < 4 || all == FILE[..at], "failing at {at}");
    }
    let compressed = gzip(FILE);
    for at in 0..=compressed.len() {
        let (all, error) = read(Rough::new(&compressed[..at], true));
        // nothing has to be read after the last member, except to see if there is one more
        assert!(error.unwrap().starts_with("it: "), "failing at {at}");
        assert!(FILE.starts_with(&all));
    }
}

/// A truncated input is never taken for a complete one.
#[test]
fn a_gzip_that_ends_early_is_an_error() {
    let compressed = gzip(FILE);
    for at in 2..compressed.len() {
        let (all, error) = read(Rough::new(&compressed[..at], false));
        assert!(error.unwrap().starts_with("it: "), "ending at {at}");
        assert!(FILE.starts_with(&all));
    }
}

/// Whatever is changed in one byte: all of it is there as it was, or it is an error.
#[test]
fn a_gzip_that_is_damaged_anywhere_is_never_another_file() {
    let compressed = gzip(FILE);
    for at in 2..compressed.len() {
        for bit in 0..8 {
            let mut damaged = compressed.clone();
            damaged[at] ^= 1 << bit;
            let (all, error) = read(Rough::new(&damaged, false));
            assert!(error.is_some() || all == FILE, "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn a_conversion_of_single_bytes_is_the_same() {
    for format in ALL {
        let options = ConvertOptions::new(format);
        let (mut whole, mut pieces) = (Vec::new(), Vec::new());
        convert(FILE, &mut whole, &options).unwrap();
        convert(BufReader::new(Rough::new(FILE, false)), &mut pieces, &options).unwrap();
        assert_eq!(pieces, whole, "{format}");
    }
}

#[test]
fn a_conversion_whose_input_fails_anywhere_is_an_error_of_the_input() {
    for (format, at) in ALL.iter().flat_map(|format| (0..=FILE.len()).map(move |at| (format, at))) {
        let input = BufReader::new(Rough::new(&FILE[..at], true));
        let error = convert(input, io::sink(), &ConvertOptions::new(*format)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{format} failing at {at}");
        assert_eq!(error.io_error().unwrap().to_string(), "half-way");
    }
}

// Outputs

/// Takes one byte at a time, interrupted before each, and so many and no more.
#[derive(Debug)]
struct Small {
    taken: Vec<u8>,
    room: usize,
    then: io::ErrorKind,
    interrupt: bool,
}

impl Write for Small {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.interrupt = !self.interrupt;
        match (self.interrupt, self.taken.len() == self.room) {
            (true, _) => Err(io::ErrorKind::Interrupted.into()),
            (false, true) => Err(self.then.into()),
            (false, false) => self.taken.write(&bytes[..bytes.len().min(1)]),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Wherever the room ends, what was written is the beginning, and it is never said to be done.
#[test]
fn a_conversion_to_an_output_that_is_full_or_broken_anywhere_is_an_error_of_the_output() {
    for format in ALL {
        let options = ConvertOptions::new(format);
        let mut whole = Vec::new();
        convert(FILE, &mut whole, &options).unwrap();
        for room in 0..=whole.len() {
            for then in [io::ErrorKind::StorageFull, io::ErrorKind::BrokenPipe] {
                let mut small = Small { taken: Vec::new(), room, then, interrupt: false };
                let converted = convert(FILE, &mut small, &options);
                assert_eq!(small.taken, whole[..room], "{format} with room for {room}");
                let Err(error) = converted else {
                    assert_eq!(room, whole.len(), "{format}");
                    continue;
                };
                assert_eq!(error.kind(), ErrorKind::Output);
                assert_eq!(error.io_error().unwrap().kind(), then);
                assert!(room < whole.len(), "{format}: {error}");
            }
        }
    }
}
