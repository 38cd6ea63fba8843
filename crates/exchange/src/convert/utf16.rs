//! Text in UTF-16, decoded while it is read.
//!
//! Spreadsheets save tables in UTF-16 ("Unicode text"), with a byte-order mark.

use std::char::decode_utf16;
use std::io::{self, BufRead, Cursor, Read};

use flagflow_files::head::Rewound;
use flagflow_files::{Error, Result};

/// The order of the bytes of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    /// Returns the order for a byte-order mark. The mark of little-endian UTF-32 begins with that
    /// of UTF-16.
    fn of(begin: &[u8]) -> Option<Self> {
        match begin {
            [0xFF, 0xFE, 0, 0] => None,
            [0xFF, 0xFE, ..] => Some(Self::Little),
            [0xFE, 0xFF, ..] => Some(Self::Big),
            _ => None,
        }
    }

    const fn unit(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }
}

/// A fault of UTF-16 text, after which nothing is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Utf16Fault {
    #[error("line {line}: in its UTF-16 text a surrogate (half of a character) is alone")]
    LoneSurrogate { line: u64 },
    #[error(
        "line {line}: the UTF-16 text ends in half a unit: the number of its bytes is odd, so it \
         was cut off or is not UTF-16"
    )]
    HalfUnit { line: u64 },
}

/// Reads text as it is, or as UTF-8 if it begins with a byte-order mark of UTF-16.
pub(super) struct DecodedText<R> {
    input: Rewound<R>,
    order: Option<ByteOrder>,
    /// The first byte of a unit whose second byte was not read yet.
    half: Option<u8>,
    /// Units that were not decoded yet: after a decoding, the first of two surrogates at most.
    units: Vec<u16>,
    text: String,
    /// Number of bytes of the text that were taken.
    taken: usize,
    line: u64,
    fault: Option<Utf16Fault>,
}

impl<R: BufRead> DecodedText<R> {
    pub(super) fn new(mut input: R) -> Result<Self> {
        let mut begin = Vec::with_capacity(4);
        input.by_ref().take(4).read_to_end(&mut begin).map_err(Error::reading)?;
        let order = ByteOrder::of(&begin);
        if order.is_some() {
            begin.drain(..2);
        }
        Ok(Self {
            input: Cursor::new(begin).chain(input),
            order,
            half: None,
            units: Vec::new(),
            text: String::new(),
            taken: 0,
            line: 1,
            fault: None,
        })
    }

    pub(super) const fn is_utf16(&self) -> bool {
        self.order.is_some()
    }

    /// Decodes the bytes that the input has next, and returns false at its end.
    fn decode(&mut self, order: ByteOrder) -> io::Result<bool> {
        let bytes = self.input.fill_buf()?;
        let length = bytes.len();
        for byte in bytes {
            match self.half.take() {
                Some(first) => self.units.push(order.unit([first, *byte])),
                None => self.half = Some(*byte),
            }
        }
        self.input.consume(length);
        let at_end = length == 0;
        let is_first = |unit: &mut u16| (0xD800..0xDC00).contains(unit) && !at_end;
        let held = self.units.pop_if(is_first);
        self.text.clear();
        self.taken = 0;
        for character in decode_utf16(self.units.drain(..)) {
            let Ok(character) = character else {
                self.fault = Some(Utf16Fault::LoneSurrogate { line: self.line });
                return Ok(true);
            };
            self.line += u64::from(character == '\n');
            self.text.push(character);
        }
        self.units.extend(held);
        if at_end && self.half.is_some() {
            self.fault = Some(Utf16Fault::HalfUnit { line: self.line });
        }
        Ok(!at_end)
    }
}

impl<R: BufRead> BufRead for DecodedText<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let Some(order) = self.order else { return self.input.fill_buf() };
        while self.taken == self.text.len() {
            if let Some(fault) = self.fault {
                return Err(io::Error::new(io::ErrorKind::InvalidData, fault));
            }
            if !self.decode(order)? && self.fault.is_none() {
                break;
            }
        }
        Ok(&self.text.as_bytes()[self.taken..])
    }

    fn consume(&mut self, length: usize) {
        match self.order {
            Some(_) => self.taken += length,
            None => self.input.consume(length),
        }
    }
}

impl<R: BufRead> Read for DecodedText<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut bytes = self.fill_buf()?;
        let read = bytes.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use proptest::prelude::*;

    use super::*;

    fn utf16(text: &str, order: ByteOrder) -> Vec<u8> {
        let bytes = |unit: u16| match order {
            ByteOrder::Little => unit.to_le_bytes(),
            ByteOrder::Big => unit.to_be_bytes(),
        };
        std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(bytes).collect()
    }

    /// Returns the text before a fault, and the fault.
    fn decoded(bytes: &[u8], capacity: usize) -> (Vec<u8>, Option<String>) {
        let mut text = DecodedText::new(BufReader::with_capacity(capacity, bytes)).unwrap();
        let (mut all, mut byte) = (Vec::new(), [0]);
        loop {
            match text.read(&mut byte) {
                Ok(0) => return (all, None),
                Ok(_) => all.extend(byte),
                Err(fault) => {
                    assert_eq!(fault.kind(), io::ErrorKind::InvalidData);
                    let again = text.read(&mut byte).unwrap_err();
                    assert_eq!(again.to_string(), fault.to_string(), "a fault remains");
                    return (all, Some(fault.to_string()));
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_the_same_in_utf16(text in "\\PC{0,40}", capacity in 1usize..9) {
            for order in [ByteOrder::Little, ByteOrder::Big] {
                let (read, fault) = decoded(&utf16(&text, order), capacity);
                prop_assert_eq!((String::from_utf8(read).unwrap(), fault), (text.clone(), None));
            }
        }

        #[test]
        fn other_bytes_are_unchanged(bytes: Vec<u8>, capacity in 1usize..9) {
            prop_assume!(ByteOrder::of(&bytes[..bytes.len().min(4)]).is_none());
            prop_assert_eq!(decoded(&bytes, capacity), (bytes, None));
        }
    }

    #[test]
    fn only_marks_of_utf16_are_decoded() {
        for bytes in [&b"\xFF\xFE\0\0a\0\0\0"[..], b"\0\0\xFE\xFF", b"a\0b\0", b"\xFF", b""] {
            assert_eq!(decoded(bytes, 8), (bytes.to_vec(), None));
        }
        for bytes in [b"\xFF\xFE", b"\xFE\xFF"] {
            assert_eq!(decoded(bytes, 8), (Vec::new(), None));
        }
    }

    #[test]
    fn memory_does_not_grow_with_the_text() {
        const BUFFER: usize = 1 << 10;
        let endless = Cursor::new([0xFF, 0xFE]).chain(io::repeat(b'a').take(1 << 20));
        let mut text = DecodedText::new(BufReader::with_capacity(BUFFER, endless)).unwrap();
        let length = io::copy(&mut text, &mut io::sink()).unwrap();
        assert_eq!(length, 3 << 19, "three bytes for each unit");
        assert!(text.units.capacity() <= BUFFER && text.text.capacity() <= 4 * BUFFER);
    }

    #[test]
    fn faults_have_their_line() {
        let alone = "in its UTF-16 text a surrogate (half of a character) is alone";
        for capacity in [1, 2, 3, 4096] {
            for order in [ByteOrder::Little, ByteOrder::Big] {
                let surrogate = |unit: u16, after: &str| {
                    let mut bytes = utf16("a\nb", order);
                    bytes.extend(match order {
                        ByteOrder::Little => unit.to_le_bytes(),
                        ByteOrder::Big => unit.to_be_bytes(),
                    });
                    bytes.extend(&utf16(after, order)[2..]);
                    bytes
                };
                for unit in [0xD800, 0xDBFF, 0xDC00, 0xDFFF] {
                    for after in ["", "c\nd"] {
                        let (text, fault) = decoded(&surrogate(unit, after), capacity);
                        assert_eq!(text, b"a\nb");
                        assert_eq!(fault, Some(format!("line 2: {alone}")));
                    }
                }
                let mut cut = utf16("a\nbc\n", order);
                cut.pop();
                let (text, fault) = decoded(&cut, capacity);
                assert_eq!(text, b"a\nbc");
                assert!(fault.unwrap().starts_with("line 2: the UTF-16 text ends in half a unit"));
            }
        }
    }
}
