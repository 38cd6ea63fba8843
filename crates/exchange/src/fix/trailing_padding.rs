//! Padding at the end of a file: the end-of-file character of DOS (0x1A), and zero bytes that fill
//! blocks. None of them can be text of a record, and none of them is taken as padding anywhere else.
//!
//! Taken out while the file is read, since there may be more of them than a line may have bytes.

use std::io::{self, BufRead, Read};

use memchr::memchr2;

use super::report::MAX_BYTES;

/// The end-of-file character of DOS.
const END_OF_FILE: u8 = 0x1A;

/// The most runs of equal bytes that are held while it is not known if the file ends with them.
const MOST_RUNS: usize = 16;

/// Reads a file without the padding at its end.
pub(super) struct WithoutPadding<R> {
    inner: R,
    /// False where the padding stays.
    wanted: bool,
    /// The last byte that was handed out.
    last: Option<u8>,
    /// Bytes that may be padding, or are to be handed out: runs of a byte.
    held: Vec<(u8, u64)>,
    replays: bool,
    /// The bytes of a held run, to be handed out.
    block: Vec<u8>,
    used: usize,
    padding: Padding,
}

/// The padding that was taken out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Padding {
    /// The first bytes of it.
    pub(super) sample: Vec<u8>,
    /// How many bytes there were.
    pub(super) bytes: u64,
}

impl<R: BufRead> WithoutPadding<R> {
    pub(super) fn new(inner: R, wanted: bool) -> Self {
        Self {
            inner,
            wanted,
            last: None,
            held: Vec::new(),
            replays: false,
            block: Vec::new(),
            used: 0,
            padding: Padding::default(),
        }
    }

    /// The padding, once the end was met.
    pub(super) const fn padding(&self) -> &Padding {
        &self.padding
    }

    /// Holds what may be padding: bytes of padding, then one line ending. At the end of the file the
    /// padding is taken out; before anything else it is handed out again.
    fn hold(&mut self) -> io::Result<()> {
        loop {
            let Some(byte) = self.inner.fill_buf()?.first().copied() else {
                self.take_out();
                return Ok(());
            };
            let before = self.held.last().map(|(byte, _)| *byte);
            let goes_on = match (before, byte) {
                (Some(b'\n'), _) => false,
                (Some(b'\r'), byte) => byte == b'\n',
                (_, 0 | END_OF_FILE | b'\r' | b'\n') => true,
                _ => false,
            };
            if !goes_on || self.held.len() >= MOST_RUNS {
                self.replays = true;
                return Ok(());
            }
            let buffer = self.inner.fill_buf()?;
            let run = match byte {
                0 | END_OF_FILE => buffer.iter().take_while(|it| **it == byte).count(),
                _ => 1,
            };
            match self.held.last_mut().filter(|(own, _)| *own == byte) {
                Some((_, length)) => *length += run as u64,
                None => self.held.push((byte, run as u64)),
            }
            self.inner.consume(run);
        }
    }

    /// The end of the file: what is held is padding, but for the line ending of a line with text.
    fn take_out(&mut self) {
        let is_end = |(byte, _): &(u8, u64)| matches!(byte, b'\r' | b'\n');
        let padded = self.held.iter().position(is_end).unwrap_or(self.held.len());
        let ending = self.held.split_off(padded);
        for (byte, length) in std::mem::replace(&mut self.held, ending) {
            self.padding.bytes += length;
            let room = (MAX_BYTES - self.padding.sample.len()) as u64;
            let shown = usize::try_from(length.min(room)).unwrap_or_default();
            self.padding.sample.extend(std::iter::repeat_n(byte, shown));
        }
        if self.last == Some(b'\n') {
            // the ending of a line of nothing but padding
            self.padding.bytes += self.held.iter().map(|(_, length)| length).sum::<u64>();
            self.held.clear();
        }
        self.replays = true;
    }

    /// Puts bytes of the first held run where they are handed out from.
    fn replay(&mut self) {
        self.block.clear();
        self.used = 0;
        if let Some((byte, length)) = self.held.first_mut() {
            let size = usize::try_from((*length).min(4096)).unwrap_or_default();
            self.block.resize(size, *byte);
            *length -= size as u64;
            if *length == 0 {
                self.held.remove(0);
            }
        }
        self.replays = !self.held.is_empty();
    }
}

impl<R: BufRead> BufRead for WithoutPadding<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if !self.wanted {
            return self.inner.fill_buf();
        }
        while self.used == self.block.len() {
            if self.replays {
                self.replay();
                continue;
            }
            if self.padding.bytes > 0 {
                return Ok(&[]);
            }
            if !self.held.is_empty() {
                // reading failed in the middle of it
                self.hold()?;
                continue;
            }
            // at the beginning of a file nothing is padding: there is nothing yet that it pads
            let buffer = self.inner.fill_buf()?;
            match memchr2(0, END_OF_FILE, buffer) {
                Some(0) if self.last.is_some_and(|last| last != 0 && last != END_OF_FILE) => {
                    self.hold()?;
                }
                found => {
                    let length = found.filter(|at| *at > 0).unwrap_or(buffer.len());
                    return Ok(&self.inner.fill_buf()?[..length]);
                }
            }
        }
        Ok(&self.block[self.used..])
    }

    fn consume(&mut self, amount: usize) {
        if !self.wanted {
            return self.inner.consume(amount);
        }
        if amount == 0 {
            return;
        }
        if self.used < self.block.len() {
            self.used += amount;
            self.last = self.block.last().copied();
            return;
        }
        // the buffer is full already: this asks nothing of the reader
        if let Ok(buffer) = self.inner.fill_buf() {
            self.last = buffer.get(amount - 1).copied();
        }
        self.inner.consume(amount);
    }
}

impl<R: BufRead> Read for WithoutPadding<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(buffer.len());
        buffer[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn read(file: &[u8], wanted: bool) -> (Vec<u8>, u64) {
        let by = |capacity| {
            let inner = BufReader::with_capacity(capacity, file);
            let mut reader = WithoutPadding::new(inner, wanted);
            let mut text = Vec::new();
            reader.read_to_end(&mut text).unwrap();
            (text, reader.padding().bytes)
        };
        let read = by(4096);
        for capacity in [1, 2, 3, 5] {
            assert_eq!(by(capacity), read, "{file:?}");
        }
        read
    }

    #[test]
    fn padding_at_the_end_goes_and_nothing_else() {
        for (file, text, padding) in [
            (&b"a\nb\n\x1A"[..], &b"a\nb\n"[..], 1),
            (b"a\nb\n\x1A\n", b"a\nb\n", 2),
            (b"a\nb\n\x1A\r\n", b"a\nb\n", 3),
            (b"a\nb\x1A\n", b"a\nb\n", 1),
            (b"a\nb\x1A\r\n", b"a\nb\r\n", 1),
            (b"a\nb\x1A", b"a\nb", 1),
            (b"a\n\x1A\x1A\0\0\0", b"a\n", 5),
            (b"a\n\0\0\0", b"a\n", 3),
            (b"a\0\0", b"a", 2),
            (b"a\0b\n", b"a\0b\n", 0),
            (b"a\n\x1A\nb\n", b"a\n\x1A\nb\n", 0),
            (b"a\n\x1A\n\n", b"a\n\x1A\n\n", 0),
            (b"a\n\0\rb", b"a\n\0\rb", 0),
            (b"a\x1A\x1A\x1A\0\0x", b"a\x1A\x1A\x1A\0\0x", 0),
            (b"a\n", b"a\n", 0),
            (b"\0\0", b"\0\0", 0),
            (b"", b"", 0),
        ] {
            assert_eq!(read(file, true), (text.to_vec(), padding), "{file:?}");
            assert_eq!(read(file, false), (file.to_vec(), 0));
        }
    }

    #[test]
    fn no_more_is_held_than_a_bound() {
        let many = [b"a\n".to_vec(), vec![0; 1 << 20]].concat();
        assert_eq!(read(&many, true), (b"a\n".to_vec(), 1 << 20));
        let hostile = [b"a\n".to_vec(), b"\0\x1A".repeat(1000), b"b".to_vec()].concat();
        assert_eq!(read(&hostile, true), (hostile, 0));
    }
}
