//! Reads a file, writes it again, and compares every byte with the file itself.
//!
//! The file is read with the library's reader and written with its writer, in the layout, with the
//! line ending and the envelope that it has. Nothing is kept: what is written meets the file's own
//! bytes as they come from a second handle on them.

mod electricity;
mod gas;

use std::fmt::Display;
use std::io::{self, BufRead, Read, Write};
use std::sync::Arc;

use flagflow_codec::{Flow, Writer};
use flagflow_electricity::Profile;
use flagflow_frame::{Kind, Position};
use flagflow_gas::Layout;

use flagflow_files::head::InputHead;
use flagflow_files::input::fill;
use flagflow_files::{Error, ErrorKind, Result, fatal};

/// Maximum number of bytes shown of either side of a difference.
pub const EXCERPT: usize = 32;

/// Result of reading a file and writing it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoundTrip {
    /// Every byte is the same.
    Same {
        /// Number of bytes.
        bytes: u64,
        /// Number of records.
        records: u64,
    },
    /// They differ.
    Different(ByteDifference),
}

/// The first place where a file and what is written again differ.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ByteDifference {
    /// Position in the file.
    pub position: Position,
    /// Rewritten bytes from there on, at most [`EXCERPT`]; empty if a line cannot be read, or if
    /// the file should end.
    pub expected: Vec<u8>,
    /// Bytes of the file from there on, at most [`EXCERPT`]; nothing where the file ends, or where
    /// the line is only found to be bad once it has gone by.
    pub found: Vec<u8>,
    /// Explanation of the difference, as far as known.
    pub why: String,
}

/// Compares a file with what is written again; `first` and `again` read the same bytes.
///
/// A bad record, an empty line, a byte-order mark, a last line without an end, or text that is not
/// the canonical one is a [`ByteDifference`] at its place, not a failure.
///
/// ```
/// use flagflow_exchange::roundtrip::{RoundTrip, roundtrip};
///
/// let file = &b"E451234567810A20211105\n"[..];
/// assert_eq!(roundtrip(file, file)?, RoundTrip::Same { bytes: 23, records: 1 });
/// # Ok::<(), flagflow_exchange::Error>(())
/// ```
///
/// # Errors
///
/// [`ErrorKind::Input`] when one of the two cannot be read, [`ErrorKind::Unrecognised`] when they
/// hold no registration file.
pub fn roundtrip(first: impl BufRead, again: impl BufRead) -> Result<RoundTrip> {
    roundtrip_by(None, first, again)
}

/// Reads and writes a file again as [`roundtrip`](roundtrip()) does, with a profile for electricity
/// files of its flow.
///
/// # Errors
///
/// As [`roundtrip`].
pub fn roundtrip_by(
    profile: Option<&Arc<Profile>>,
    first: impl BufRead,
    again: impl BufRead,
) -> Result<RoundTrip> {
    let (head, first) = InputHead::take(first)?;
    let (line, line_end) = (head.first_line()?, head.line_end());
    let mut comparison = ByteComparison::with(again);
    let rewritten = if flagflow_electricity::Layout::recognise(&line).is_some() {
        if profile.is_none() {
            head.expect_readable_flow()?;
        }
        electricity::rewrite(first, line_end, profile, &mut comparison)
    } else {
        let layout = recognise(&line).map_err(|error| head.unrecognised(error))?;
        gas::rewrite(first, layout, line_end, &mut comparison)
    };
    comparison.conclude(rewritten)
}

fn recognise(line: &[u8]) -> Result<Layout> {
    Layout::recognise(line).ok_or_else(|| {
        let what = "not a registration file: expected a record of a known layout, or a header";
        Error::new(ErrorKind::Unrecognised, what)
    })
}

/// Reason for stopping: the file cannot be read, or written again, any further.
enum RoundTripStop {
    /// A line is bad: where, and why.
    Unreadable(Position, String),
    Fatal(Error),
}

impl<K: Kind, F: Copy + Display> From<flagflow_frame::Error<K, F>> for RoundTripStop {
    fn from(error: flagflow_frame::Error<K, F>) -> Self {
        if !error.is_recoverable() {
            return Self::Fatal(fatal(error));
        }
        let field = error.field().map_or_else(String::new, |field| format!("{field}: "));
        Self::Unreadable(error.position(), format!("{field}{}", error.kind()))
    }
}

/// Ends a file that was written again, and returns the number of its records.
fn finish<F: Flow>(writer: Writer<F, impl Write>) -> Result<u64, RoundTripStop> {
    let records = writer.record_count();
    writer.finish().map(|_| records).map_err(|error| error.into_parts().0.into())
}

/// A writer that keeps nothing: it holds what it is given against what a reader has.
struct ByteComparison<A> {
    again: A,
    /// Number of equal bytes.
    offset: u64,
    line: u64,
    /// Start of the current line.
    line_start: u64,
    /// Rewritten bytes that differ from the file.
    differing: Option<Vec<u8>>,
    /// Error of the underlying reader.
    failed: Option<io::Error>,
}

impl<A: BufRead> ByteComparison<A> {
    const fn with(again: A) -> Self {
        Self { again, offset: 0, line: 1, line_start: 0, differing: None, failed: None }
    }

    fn position(&self) -> Position {
        let column = self.offset - self.line_start + 1;
        Position { offset: self.offset, line: self.line, column, record: None }
    }

    /// Advances over equal bytes.
    fn advance(&mut self, same: &[u8]) {
        self.offset += same.len() as u64;
        if let Some(last) = same.iter().rposition(|byte| *byte == b'\n') {
            self.line += same.iter().filter(|byte| **byte == b'\n').count() as u64;
            self.line_start = self.offset - (same.len() - last - 1) as u64;
        }
    }

    /// Advances the reader past the bytes that equal the beginning of `bytes`, and returns their
    /// number.
    fn meet(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let found = fill(&mut self.again)?;
        let same = bytes.iter().zip(found).take_while(|(a, b)| a == b).count();
        self.again.consume(same);
        self.advance(&bytes[..same]);
        Ok(same)
    }

    /// Returns the result of the comparison.
    fn conclude(mut self, rewritten: Result<u64, RoundTripStop>) -> Result<RoundTrip> {
        if let Some(failed) = self.failed.take() {
            return Err(Error::reading(failed));
        }
        if let Some(expected) = self.differing.take() {
            return self.different(expected, None);
        }
        match rewritten {
            Ok(records) => self.end(records),
            Err(RoundTripStop::Unreadable(position, why)) => self.unreadable(position, why),
            Err(RoundTripStop::Fatal(error)) => Err(error),
        }
    }

    /// Requires the file to end with the written bytes, and returns the result.
    fn end(mut self, records: u64) -> Result<RoundTrip> {
        if fill(&mut self.again).map_err(Error::reading)?.is_empty() {
            return Ok(RoundTrip::Same { bytes: self.offset, records });
        }
        self.different(Vec::new(), None)
    }

    /// A line cannot be read, so it cannot be written again. It is the first difference, unless the
    /// reader passed over something before it.
    fn unreadable(mut self, bad: Position, why: String) -> Result<RoundTrip> {
        if self.offset + (bad.column - 1) < bad.offset {
            return self.different(Vec::new(), None);
        }
        if bad.offset < self.offset {
            // the line was written before it was found to be bad, and its bytes have gone by
            let (expected, found) = (Vec::new(), Vec::new());
            return Ok(RoundTrip::Different(ByteDifference {
                position: bad,
                expected,
                found,
                why,
            }));
        }
        self.skip_to(bad).map_err(Error::reading)?;
        self.different(Vec::new(), Some(why))
    }

    /// Advances to a byte of the same line.
    fn skip_to(&mut self, position: Position) -> io::Result<()> {
        let ahead = position.offset - self.offset;
        self.offset += io::copy(&mut self.again.by_ref().take(ahead), &mut io::sink())?;
        Ok(())
    }

    /// Returns the difference at this place.
    fn different(mut self, expected: Vec<u8>, why: Option<String>) -> Result<RoundTrip> {
        let position = self.position();
        let mut found = Vec::with_capacity(EXCERPT);
        let excerpt = self.again.by_ref().take(EXCERPT as u64).read_to_end(&mut found);
        excerpt.map_err(Error::reading)?;
        let why = why.unwrap_or_else(|| reason(position, &expected, &found).to_owned());
        Ok(RoundTrip::Different(ByteDifference { position, expected, found, why }))
    }
}

/// Returns the explanation of a difference, from both sides.
fn reason(position: Position, expected: &[u8], found: &[u8]) -> &'static str {
    let ends = |bytes: &[u8]| bytes.starts_with(b"\n") || bytes.starts_with(b"\r\n");
    match (expected, found) {
        (_, [0xEF, 0xBB, 0xBF, ..]) if position.offset == 0 => "a byte-order mark is not written",
        (b"\n" | b"\r\n", []) => "the last line has no end",
        (_, []) => "the file ends here",
        _ if ends(found) && position.column == 1 => "an empty line is not written",
        _ if ends(expected) && ends(found) => "a line ending other than that of the first line",
        ([], _) => "the file should end here",
        _ => "this is not how the value is written",
    }
}

impl<A: BufRead> Write for ByteComparison<A> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.meet(bytes) {
            Ok(0) if !bytes.is_empty() => {
                self.differing = Some(bytes[..bytes.len().min(EXCERPT)].to_vec());
                Err(io::Error::other("not the same bytes"))
            }
            Ok(same) => Ok(same),
            Err(error) => {
                self.failed = Some(error);
                Err(io::Error::other("the bytes to compare with cannot be read"))
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    const HEADER: &str = "A000000000042DXI20211105093000000007\n";

    /// Returns the result, which must be the same for all sizes of pieces.
    fn of(file: &[u8]) -> Result<RoundTrip> {
        let whole = roundtrip(file, file);
        for capacity in [1, 2, 3, 7] {
            let pieces = || BufReader::with_capacity(capacity, file);
            let in_pieces = roundtrip(pieces(), pieces());
            match (&whole, &in_pieces) {
                (Ok(whole), Ok(in_pieces)) => assert_eq!(whole, in_pieces),
                (whole, in_pieces) => assert!(whole.is_err() && in_pieces.is_err()),
            }
        }
        whole
    }

    fn difference(file: &[u8]) -> ByteDifference {
        let RoundTrip::Different(difference) = of(file).unwrap() else { panic!("{file:?}") };
        difference
    }

    /// Offset, line, column, and why.
    fn place(file: &[u8]) -> (u64, u64, u64, String) {
        let ByteDifference { position, why, .. } = difference(file);
        (position.offset, position.line, position.column, why)
    }

    #[test]
    fn canonical_files_are_the_same() {
        for (file, records) in [
            ("E451234567810A20211105\nE450000123409S20200101\n".to_owned(), 2),
            ("\"E46\",\"AC\",123409,\"A\",20211105\r\n".to_owned(), 1),
            (format!("{HEADER}Z990000000000\n"), 0),
            (format!("{HEADER}E451234567810A20211105\nZ990000000001\n"), 1),
        ] {
            let bytes = file.len() as u64;
            assert_eq!(of(file.as_bytes()).unwrap(), RoundTrip::Same { bytes, records });
        }
    }

    #[test]
    fn what_is_passed_over_in_reading_differs_at_its_place() {
        let mark = "a byte-order mark is not written";
        let empty = "an empty line is not written";
        let value = "this is not how the value is written";
        let cases: [(&[u8], _); 8] = [
            (b"\xEF\xBB\xBFE451234567810A20211105\n", (0, 1, 1, mark)),
            (b"\nE451234567810A20211105\n", (0, 1, 1, empty)),
            (b"E451234567810A20211105\n\nE4\n", (23, 2, 1, empty)),
            (b"E451234567810A20211105\n\r\n", (23, 2, 1, empty)),
            (b"E451234567810A20211105", (22, 1, 23, "the last line has no end")),
            (
                b"E451234567810A20211105\nE451234567810A20211105\r\n",
                (45, 2, 23, "a line ending other than that of the first line"),
            ),
            (b"E45,1234567810,A,20211105\n", (0, 1, 1, value)),
            (b"\"E45\",0123409,\"A\",20211105\n", (6, 1, 7, value)),
        ];
        for (file, (offset, line, column, why)) in cases {
            assert_eq!(place(file), (offset, line, column, why.to_owned()), "{file:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_differs_at_its_place() {
        for (file, (offset, line, column, why)) in [
            (
                "E451234567810A20211105\nE451234567810X20211105\n".to_owned(),
                (36, 2, 14, "dcc_service_flag: not a DCC Service Flag"),
            ),
            (format!("{HEADER}E45\n"), (37, 2, 1, "the line is not 22 bytes long")),
            (
                format!("{HEADER}Z990000000001\n"),
                (40, 2, 4, "record_count: the trailer declares 1 records, there are 0"),
            ),
            (HEADER.to_owned(), (37, 2, 1, "there is a header and no trailer")),
        ] {
            assert_eq!(place(file.as_bytes()), (offset, line, column, why.to_owned()), "{file}");
        }
    }

    #[test]
    fn the_excerpts_are_both_sides_of_the_place() {
        let both = difference(b"\"E45\",0123409,\"A\",20211105\nE45 and so on, and so on\n");
        assert_eq!(both.expected, b"123409,\"A\",20211105\n");
        assert_eq!(both.found, b"0123409,\"A\",20211105\nE45 and so ");
        let bad = difference(b"E451234567810A20211105\nE451234567810X20211105\nE45\n");
        assert_eq!((bad.expected, bad.found), (vec![], b"X20211105\nE45\n".to_vec()));
    }

    #[test]
    fn what_is_no_registration_file_is_a_failure() {
        for file in [&b""[..], b"\n\r\n", b"ZHV", b"81H|1|\n", b"\xEF\xBB\xBF"] {
            assert_eq!(of(file).unwrap_err().kind(), ErrorKind::Unrecognised, "{file:?}");
        }
    }
}
