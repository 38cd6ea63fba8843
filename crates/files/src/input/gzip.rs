//! Reads compressed input: gzip members one after the other, and padding after the last.
//!
//! Zero bytes after the last member are padding, as tapes and mainframes write it; their number is
//! not limited and none is held in memory. Anything else is an error that gives the number of
//! bytes: they are not part of the data, and their meaning is unknown.

use std::io::{self, BufRead, Chain, Cursor, Read};

use flate2::bufread::GzDecoder;

use super::beginning;

/// First bytes of every gzip member (RFC 1952, section 2.3.1).
pub(super) const MAGIC: [u8; 2] = [0x1F, 0x8B];

/// The rest of an input, with the bytes read ahead in front.
type Rest<R> = Chain<Cursor<Vec<u8>>, R>;

/// Decompresses all members of an input.
pub(super) struct Members<R> {
    /// `None` once the last member and what follows it are read.
    member: Option<GzDecoder<Rest<R>>>,
}

impl<R: BufRead> Members<R> {
    /// Begins with the first bytes of an input, which are already taken from `rest`.
    pub(super) fn new(begin: Vec<u8>, rest: R) -> Self {
        Self { member: Some(GzDecoder::new(Cursor::new(begin).chain(rest))) }
    }

    /// Continues after a member: with the next one, or at the end.
    fn next_member(&mut self) -> io::Result<()> {
        let Some(member) = self.member.take() else { return Ok(()) };
        let mut rest = member.into_inner();
        let begin = beginning(&mut rest, MAGIC.len())?;
        // a member is longer than what was looked at, so only the reader has bytes left
        let (_, mut rest) = rest.into_inner();
        if begin == MAGIC {
            *self = Self::new(begin, rest);
            return Ok(());
        }
        let (mut length, mut padding) = (begin.len() as u64, begin.iter().all(|byte| *byte == 0));
        loop {
            let buffer = match rest.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if buffer.is_empty() {
                break;
            }
            let read = buffer.len();
            padding &= buffer.iter().all(|byte| *byte == 0);
            length += read as u64;
            rest.consume(read);
        }
        if padding { Ok(()) } else { Err(behind(length)) }
    }
}

fn behind(length: u64) -> io::Error {
    let plural = if length == 1 { "byte" } else { "bytes" };
    let what = format!(
        "{length} {plural} behind the compressed data: only zero bytes may follow the last gzip member"
    );
    io::Error::new(io::ErrorKind::InvalidData, what)
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let read = member.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            self.next_member()?;
        }
        Ok(0)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::{BufReader, Write};

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// Reads the text of an input, which must be the same for every buffer size.
    fn read(parts: &[&[u8]]) -> Result<String, String> {
        let bytes = parts.concat();
        let by = |capacity| {
            let mut reader = BufReader::with_capacity(capacity, bytes.as_slice());
            let begin = beginning(&mut reader, MAGIC.len()).unwrap();
            let mut text = String::new();
            let done = Members::new(begin, reader).read_to_string(&mut text);
            done.map(|_| text).map_err(|error| error.to_string())
        };
        let read = by(64 * 1024);
        for capacity in [1, 2, 3, 19] {
            assert_eq!(by(capacity), read);
        }
        read
    }

    #[test]
    fn members_follow_one_another_and_zeros_pad() {
        let (one, two, empty) = (gzip(b"one\n"), gzip(b"two\n"), gzip(b""));
        assert_eq!(read(&[&one, &two]).unwrap(), "one\ntwo\n");
        assert_eq!(read(&[&empty, &one, &empty, &two]).unwrap(), "one\ntwo\n");
        for zeros in [1, 2, 3, 512, 100_000] {
            assert_eq!(read(&[&one, &two, &vec![0; zeros]]).unwrap(), "one\ntwo\n", "{zeros}");
        }
    }

    #[test]
    fn other_bytes_behind_are_an_error_with_their_number() {
        let one = gzip(b"one\n");
        for (rest, length) in [
            (&b"x"[..], "1 byte "),
            (b"\x1F", "1 byte "),
            (b"\x1F\x8C", "2 bytes "),
            (b"rubbish", "7 bytes "),
            (b"\0\0\0x", "4 bytes "),
            (b"x\0\0", "3 bytes "),
        ] {
            let error = read(&[&one, rest]).unwrap_err();
            assert!(error.starts_with(&format!("{length}behind the compressed data")), "{error}");
        }
        let late = read(&[&one, &[0; 8], &one]).unwrap_err();
        assert!(late.starts_with(&format!("{} bytes behind", 8 + one.len())), "{late}");
    }

    #[test]
    fn a_member_that_was_cut_off_is_an_error() {
        let (one, two) = (gzip(b"one\n"), gzip(b"two, which is longer\n"));
        for length in 2..two.len() {
            assert!(read(&[&two[..length]]).is_err(), "{length}");
            assert!(read(&[&one, &two[..length]]).is_err(), "{length}");
        }
    }
}
