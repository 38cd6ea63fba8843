//! Reads the beginning of an input ahead.

use std::io::{BufRead, Chain, Cursor, Read};

use flagflow_check::{Options, sniff};
use flagflow_frame::{LineEnd, LineReader};

use crate::error::{Error, ErrorKind, Result};

/// Maximum number of bytes searched for the first line with text.
const MOST: u64 = sniff::MOST as u64;

/// First bytes of an archive of any kind.
const ARCHIVE: &[u8] = b"PK";

/// An input whose beginning was read ahead, and is read again.
pub type Rewound<R> = Chain<Cursor<Vec<u8>>, R>;

/// The beginning of an input.
#[derive(Debug)]
pub struct InputHead {
    bytes: Vec<u8>,
}

impl InputHead {
    /// Reads the beginning of an input, up to the first line with text, and returns the input with
    /// nothing missing. Of an archive more is taken, which tells its kind.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`] if the input cannot be read.
    pub fn take<R: BufRead>(input: R) -> Result<(Self, Rewound<R>)> {
        Self::take_lines(input, 1)
    }

    /// Reads the beginning of an input, up to a number of lines with text.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`] if the input cannot be read.
    pub fn take_lines<R: BufRead>(mut input: R, lines: u64) -> Result<(Self, Rewound<R>)> {
        let mut bytes = Vec::new();
        let mut with_text = 0;
        while with_text < lines {
            let room = MOST.saturating_sub(bytes.len() as u64);
            let before = bytes.len();
            // reads on after an interruption
            input.by_ref().take(room).read_until(b'\n', &mut bytes).map_err(Error::reading)?;
            if bytes.len() == before {
                break;
            }
            with_text += u64::from(has_text(&bytes[before..]));
        }
        if bytes.starts_with(ARCHIVE) {
            let room = MOST.saturating_sub(bytes.len() as u64);
            input.by_ref().take(room).read_to_end(&mut bytes).map_err(Error::reading)?;
        }
        let rewound = Cursor::new(bytes.clone()).chain(input);
        Ok((Self { bytes }, rewound))
    }

    /// Returns all bytes read ahead.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the first line with text, without its end and without a byte-order mark.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unrecognised`] if the input has no line with text.
    pub fn first_line(&self) -> Result<Vec<u8>> {
        let mut lines = LineReader::new(self.bytes.as_slice());
        while let Some(line) = lines.read_line().map_err(Error::reading)? {
            if !line.is_blank() {
                return Ok(line.bytes.to_vec());
            }
        }
        Err(Error::new(ErrorKind::Unrecognised, "the input has no line with text"))
    }

    /// Returns the first line with text, as [`InputHead::first_line`]; a table row of empty cells
    /// has no text either.
    ///
    /// # Errors
    ///
    /// As [`InputHead::first_line`].
    pub fn first_row(&self) -> Result<Vec<u8>> {
        let mut lines = LineReader::new(self.bytes.as_slice());
        while let Some(line) = lines.read_line().map_err(Error::reading)? {
            if !line.bytes.iter().all(|byte| b",\" \t".contains(byte)) {
                return Ok(line.bytes.to_vec());
            }
        }
        self.first_line()
    }

    /// Returns the kind of archive that the input is, if it is one.
    #[must_use]
    pub fn archive(&self) -> Option<sniff::Looks> {
        self.bytes.starts_with(ARCHIVE).then(|| sniff::describe(&self.bytes)).flatten()
    }

    /// Refuses a user file of a flow that flagflow does not read, such as D0010.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unrecognised`] with the name of the flow.
    pub fn expect_readable_flow(&self) -> Result<()> {
        let mut lines = LineReader::new(self.bytes.as_slice());
        while let Some(line) = lines.read_line().map_err(Error::reading)? {
            if !line.is_blank() {
                flagflow_check::recognise(&line, &Options::default())?;
                break;
            }
        }
        Ok(())
    }

    /// An error about content that is not recognised, which names the content where it has a name.
    #[must_use]
    pub fn unrecognised(&self, error: Error) -> Error {
        match sniff::describe(&self.bytes) {
            Some(looks) => Error::new(error.kind(), format!("not recognised: {looks}; {error}")),
            None => error,
        }
    }

    /// Returns the input's first line ending, LF by default.
    #[must_use]
    pub fn line_end(&self) -> LineEnd {
        match flagflow_gas::detect_line_end(&self.bytes) {
            LineEnd::CrLf => LineEnd::CrLf,
            LineEnd::Lf | LineEnd::None => LineEnd::Lf,
        }
    }
}

fn has_text(line: &[u8]) -> bool {
    let text = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
    !text.trim_ascii().is_empty()
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn head(input: &[u8]) -> (Option<Vec<u8>>, LineEnd) {
        for capacity in [1, 2, 3, 4096] {
            let (_, mut rewound) =
                InputHead::take(BufReader::with_capacity(capacity, input)).unwrap();
            let mut all = Vec::new();
            rewound.read_to_end(&mut all).unwrap();
            assert_eq!(all, input, "nothing is missing");
        }
        let (head, _) = InputHead::take(input).unwrap();
        (head.first_line().ok(), head.line_end())
    }

    #[test]
    fn the_first_line_with_text_is_found_behind_a_mark_and_empty_lines() {
        for (input, line, end) in [
            (&b"E45\nE46\n"[..], Some(&b"E45"[..]), LineEnd::Lf),
            (b"E45\r\nE46\n", Some(b"E45"), LineEnd::CrLf),
            (b"\xEF\xBB\xBF\r\n\nE45", Some(b"E45"), LineEnd::CrLf),
            (b" \t\n\nE45", Some(b"E45"), LineEnd::Lf),
            (b"\xEF\xBB\xBFE45", Some(b"E45"), LineEnd::Lf),
            (b"", None, LineEnd::Lf),
            (b"\n\n\r\n", None, LineEnd::Lf),
            (b"\xEF\xBB\xBF", None, LineEnd::Lf),
        ] {
            assert_eq!(head(input), (line.map(<[u8]>::to_vec), end), "{input:?}");
        }
    }

    #[test]
    fn rows_of_empty_cells_are_not_the_first() {
        for (input, row) in
            [(&b",,\n \n\"\",\na,b\nc\n"[..], &b"a,b"[..]), (b"a\n,\n", b"a"), (b"\n,,\n", b",,")]
        {
            let (head, _) = InputHead::take_lines(input, 8).unwrap();
            assert_eq!(head.first_row().unwrap(), row);
        }
    }

    #[test]
    fn no_more_than_a_bound_is_looked_at() {
        let hostile = vec![b'x'; 1 << 20];
        let (head, rewound) = InputHead::take(hostile.as_slice()).unwrap();
        assert_eq!(head.bytes.len() as u64, MOST);
        assert_eq!(rewound.bytes().count(), hostile.len());
    }
}
