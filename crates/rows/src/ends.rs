//! The ends of lines of several widths.

use crate::variant::Variant;

/// The most places in which a line of a decoder may end.
const MOST: usize = 16;

/// The places in which a line of a decoder may end: so many, one behind the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    /// The bytes of the shortest line.
    pub(super) shortest: usize,
    pub(super) places: usize,
}

/// A line of a buffer, with the variant that is as long.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowLine<'l> {
    pub(super) variant: &'l Variant,
    pub(super) bytes: &'l [u8],
}

impl Ends {
    /// Those of variants, the shortest first, each a byte longer than the one before.
    pub(super) fn new(variants: &[Variant]) -> Option<Self> {
        let shortest = variants.first()?.stride();
        (variants.len() <= MOST).then_some(Self { shortest, places: variants.len() })
    }

    /// In which of its places the first line ends.
    #[inline]
    pub(super) fn of(&self, bytes: &[u8]) -> Option<usize> {
        let from = bytes.get(self.shortest - 1..)?;
        let place = match from.first_chunk() {
            Some(places) => first_line_end(places),
            None => from.iter().position(|byte| *byte == b'\n')?,
        };
        (place < self.places).then_some(place)
    }

    /// Returns whether this line of a decoder with such ends has an end before its own.
    #[inline]
    pub(super) fn is_broken(&self, line: &[u8]) -> bool {
        self.places > 1 && self.of(line).is_some_and(|place| self.shortest + place < line.len())
    }
}

/// The place of the first LF, or [`MOST`].
#[inline]
fn first_line_end(places: &[u8; MOST]) -> usize {
    const ONES: u128 = u128::MAX / 0xFF;
    // an LF is zero here, and the lowest zero is the lowest byte whose high bit a borrow sets
    let word = u128::from_le_bytes(*places) ^ (ONES * b'\n' as u128);
    let zeros = word.wrapping_sub(ONES) & !word & ONES << 7;
    (zeros.trailing_zeros() / u8::BITS) as usize
}
