//! Reads input compressed with zstd: frames one after the other, and skippable frames among them.

use std::io::{self, BufRead, Chain, Cursor, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::beginning;

/// First bytes of a frame (RFC 8878, section 3.1.1).
pub(super) const MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// Bytes that are decompressed at once, besides the window.
const STEP: usize = 64 * 1024;

/// Decompresses all frames of an input. The window of a frame, which is kept in memory, is at most
/// 100 MiB.
pub(super) struct Frames<R> {
    rest: NotedError<Chain<Cursor<Vec<u8>>, R>>,
    decoder: FrameDecoder,
    is_in_frame: bool,
}

impl<R: BufRead> Frames<R> {
    /// Begins with the first bytes of an input, which are already taken from `rest`.
    pub(super) fn new(begin: Vec<u8>, rest: R) -> Self {
        let rest = NotedError { inner: Cursor::new(begin).chain(rest), failed: None };
        Self { rest, decoder: FrameDecoder::new(), is_in_frame: false }
    }

    /// Begins the next frame; false at the end.
    fn next_frame(&mut self) -> io::Result<bool> {
        let begin = beginning(&mut self.rest, MAGIC.len())?;
        if begin.is_empty() {
            return Ok(false);
        }
        let mut rest = Cursor::new(begin).chain(&mut self.rest);
        match self.decoder.reset(&mut rest) {
            Ok(()) => self.is_in_frame = true,
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length,
                ..
            })) => {
                let length = u64::from(length);
                if io::copy(&mut rest.take(length), &mut io::sink())? < length {
                    return Err(broken("a skippable frame is cut off"));
                }
            }
            Err(error) => return Err(self.rest.error(&error)),
        }
        Ok(true)
    }

    /// Compares the checksum of a frame that has been read, if it has one.
    fn end_frame(&mut self) -> io::Result<()> {
        self.is_in_frame = false;
        let expected = self.decoder.get_checksum_from_data();
        match expected.is_some_and(|sum| self.decoder.get_calculated_checksum() != Some(sum)) {
            true => Err(broken("its checksum is wrong")),
            false => Ok(()),
        }
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.is_in_frame {
                if buffer.is_empty() || !self.next_frame()? {
                    return Ok(0);
                }
                continue;
            }
            if self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let step = BlockDecodingStrategy::UptoBytes(STEP);
                let decoded = self.decoder.decode_blocks(&mut self.rest, step);
                decoded.map_err(|error| self.rest.error(&error))?;
                continue;
            }
            let read = self.decoder.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            self.end_frame()?;
        }
    }
}

fn broken(why: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("invalid zstd data: {why}"))
}

/// A reader that notes an error other than its end, because the decoder does not return it as it
/// is.
struct NotedError<R> {
    inner: R,
    failed: Option<io::Error>,
}

impl<R> NotedError<R> {
    /// Returns the noted error, or that of the decoder.
    fn error(&mut self, error: &FrameDecoderError) -> io::Error {
        self.failed.take().unwrap_or_else(|| broken(error))
    }
}

impl<R: Read> Read for NotedError<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).map_err(|error| {
            let kind = error.kind();
            if kind != io::ErrorKind::Interrupted {
                self.failed = Some(error);
            }
            kind.into()
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
        compress_to_vec(bytes, CompressionLevel::Fastest)
    }

    fn read(parts: &[&[u8]]) -> Result<Vec<u8>, String> {
        let bytes = parts.concat();
        let by = |capacity| {
            let mut reader = io::BufReader::with_capacity(capacity, bytes.as_slice());
            let begin = beginning(&mut reader, MAGIC.len()).unwrap();
            let mut text = Vec::new();
            let done = Frames::new(begin, reader).read_to_end(&mut text);
            done.map(|_| text).map_err(|error| {
                assert_eq!(error.kind(), io::ErrorKind::InvalidData);
                error.to_string()
            })
        };
        let read = by(64 * 1024);
        for capacity in [1, 3, 19] {
            assert_eq!(by(capacity), read);
        }
        read
    }

    const SKIPPED: &[u8] = b"\x50\x2A\x4D\x18\x03\0\0\0abc";

    #[test]
    fn frames_follow_one_another() {
        let (one, two, empty) = (zstd(b"one\n"), zstd(b"two\n"), zstd(b""));
        assert_eq!(read(&[&one, &two]).unwrap(), b"one\ntwo\n");
        assert_eq!(read(&[&empty, &one, SKIPPED, &empty, &two]).unwrap(), b"one\ntwo\n");
        let long: Vec<u8> = (0..700_000u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
        assert!(read(&[&zstd(&long)]).unwrap() == long);
    }

    #[test]
    fn broken_input_is_an_error() {
        let (one, two) = (zstd(b"one\n"), zstd(&b"two, which is longer\n".repeat(99)));
        for length in 4..two.len() {
            assert!(read(&[&two[..length]]).is_err(), "{length}");
            assert!(read(&[&one, &two[..length]]).is_err(), "{length}");
        }
        for rest in [&b"x"[..], b"\0\0\0\0", b"rubbish", &SKIPPED[..9], &SKIPPED[..6]] {
            assert!(read(&[&one, rest]).is_err(), "{rest:?}");
        }
        // any other byte gives an error or other bytes, and no panic
        for at in 4..two.len() {
            for bit in 0..8 {
                let mut other = two.clone();
                other[at] ^= 1 << bit;
                let _ = read(&[&other]);
            }
        }
    }

    #[test]
    fn a_frame_with_a_wrong_checksum_is_an_error() {
        let mut frame = zstd(b"one\n");
        assert!(frame[4] & 4 != 0, "the frame has a checksum");
        *frame.last_mut().unwrap() ^= 1;
        assert!(read(&[&frame]).unwrap_err().contains("checksum"));
    }

    #[test]
    fn a_window_beyond_the_limit_is_an_error() {
        // a window of 2 GiB
        let frame = [&MAGIC[..], &[0, 0xA8, 1, 0, 0]].concat();
        assert!(read(&[&frame]).is_err());
    }

    #[test]
    fn an_error_of_the_reader_is_returned_as_it_is() {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("disk gone"))
            }
        }
        let frame = zstd(&b"one\n".repeat(99));
        for length in 4..frame.len() {
            let reader = io::BufReader::new(frame[4..length].chain(Failing));
            let error = Frames::new(MAGIC.to_vec(), reader).read_to_end(&mut Vec::new());
            assert_eq!(error.unwrap_err().to_string(), "disk gone", "{length}");
        }
    }
}
