//! Compares bytes that are read back with those that were written.

use std::fs::File;
use std::io::{self, Read, Seek, Write};

use flate2::Crc;

use crate::input::BUFFER;

/// Number of bytes, and their CRC-32. A different length is always detected, and so is any damage
/// of up to 32 bits in a row; any other change is missed once in four thousand million times. A
/// digest would be slower and is not needed, since no attacker is involved.
#[derive(Debug, Default)]
struct Sum {
    length: u64,
    crc: Crc,
}

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        self.crc.update(bytes);
    }
}

impl PartialEq for Sum {
    fn eq(&self, other: &Self) -> bool {
        (self.length, self.crc.sum()) == (other.length, other.crc.sum())
    }
}

/// A writer that sums the bytes accepted by the underlying writer.
#[derive(Debug)]
pub(super) struct Summed<W> {
    pub(super) inner: W,
    sum: Sum,
}

impl<W> Summed<W> {
    pub(super) fn new(inner: W) -> Self {
        Self { inner, sum: Sum::default() }
    }

    /// Reads a file from its start to its end and compares.
    pub(super) fn expect_in(&self, file: &mut File) -> io::Result<()> {
        match sum_of(file)? == self.sum {
            true => Ok(()),
            false => Err(io::Error::other("the file on disk differs from what was written")),
        }
    }
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.inner.write(bytes)?;
        self.sum.add(bytes.get(..taken).ok_or(io::ErrorKind::InvalidData)?);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Bytes that are read back at once: direct reading of less takes longer.
const PIECE: usize = 4 * BUFFER;

/// The addresses of direct reading are multiples of this number of bytes.
const ALIGNMENT: usize = 4096;

/// Returns the sum of a file, read from the disk itself where the system offers that.
fn sum_of(file: &mut File) -> io::Result<Sum> {
    if read_directly(file, true) {
        let sum = sum_to_end(file);
        read_directly(file, false);
        match sum {
            // the file system does not read this file directly
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {}
            sum => return sum,
        }
    }
    forget(file);
    sum_to_end(file)
}

fn sum_to_end(file: &mut File) -> io::Result<Sum> {
    file.rewind()?;
    let (mut sum, mut buffer) = (Sum::default(), vec![0; ALIGNMENT + PIECE]);
    let begin = buffer.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
    let piece = &mut buffer[begin..begin + PIECE];
    loop {
        match file.read(piece) {
            Ok(0) => return Ok(sum),
            Ok(read) => sum.add(piece.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Requests that a file is read past the cached pages of the system, or no longer. Returns false
/// where the system does not offer this.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn read_directly(file: &File, wanted: bool) -> bool {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
    let is_set = fcntl_getfl(file).and_then(|mut flags| {
        flags.set(OFlags::DIRECT, wanted);
        fcntl_setfl(file, flags)
    });
    is_set.is_ok()
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn read_directly(_file: &File, _wanted: bool) -> bool {
    false
}

/// Requests the system to drop its cached pages of a file, so that the disk itself is read. If the
/// system ignores the request, its cache is compared.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
fn forget(file: &File) {
    let _ = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed);
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
fn forget(_file: &File) {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Accepts half of the given bytes.
    #[derive(Debug)]
    struct Half(Vec<u8>);

    impl Write for Half {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.write(&bytes[..bytes.len().div_ceil(2)])
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_was_taken_is_what_counts() {
        let mut summed = Summed::new(Half(Vec::new()));
        summed.write_all(b"a line and another").unwrap();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&summed.inner.0).unwrap();
        summed.expect_in(&mut file).unwrap();
        file.write_all(b"!").unwrap();
        assert!(summed.expect_in(&mut file).is_err());
    }

    /// Direct reading ends within a piece, at its end, and behind it.
    #[test]
    fn files_of_any_length_are_read_to_their_end() {
        for length in [0, 1, ALIGNMENT, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 5] {
            let mut summed = Summed::new(tempfile::tempfile().unwrap());
            summed.write_all(&vec![b'x'; length]).unwrap();
            let mut file = summed.inner.try_clone().unwrap();
            summed.expect_in(&mut file).unwrap();
            if length > 0 {
                file.seek(io::SeekFrom::Start(length as u64 - 1)).unwrap();
                file.write_all(b"y").unwrap();
                assert!(summed.expect_in(&mut file).is_err(), "{length}");
            }
        }
    }

    #[test]
    fn a_writer_that_says_it_took_more_than_there_was_is_not_believed() {
        struct Boaster;
        impl Write for Boaster {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                Ok(bytes.len() + 1)
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert!(Summed::new(Boaster).write(b"x").is_err());
    }
}
