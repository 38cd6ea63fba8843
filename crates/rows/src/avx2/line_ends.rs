//! Finds line endings, 64 bytes at once.

use std::arch::x86_64::*;

use crate::LINES;
use crate::avx2::load_bytes;
use crate::variant::windows::WINDOW;

/// Bytes that are looked at together: as many as a word has bits.
const BLOCK: usize = 64;

/// The most line ends of a block that are of use: no line that has windows is shorter than one.
const MOST: usize = BLOCK / WINDOW;

/// The ends of the first [`LINES`] lines of a buffer, each behind its LF.
pub(super) struct Found {
    ends: [u32; LINES + MOST],
    count: usize,
}

impl Default for Found {
    fn default() -> Self {
        Self { ends: [0; LINES + MOST], count: 0 }
    }
}

impl Found {
    /// Finds them, until there are enough, or more in a block than lines of a decoder have.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) fn find(&mut self, bytes: &[u8]) {
        let (blocks, rest) = bytes.as_chunks::<BLOCK>();
        let mut first = 0;
        for block in blocks {
            if !self.add(line_ends(block), first) {
                return;
            }
            first += u64::BITS;
        }
        // the last bytes, and before them such as were seen already
        if let (Some(block), false) = (bytes.last_chunk(), rest.is_empty()) {
            let seen = BLOCK - rest.len();
            self.add(line_ends(block) >> seen, first);
        }
    }

    /// Adds those of a block. Whether to go on.
    #[inline]
    fn add(&mut self, mut bits: u64, first: u32) -> bool {
        let found = bits.count_ones() as usize;
        // as many as there may be, without a look at how many there are
        for place in &mut self.ends[self.count..][..MOST] {
            *place = first + bits.trailing_zeros() + 1;
            bits &= bits.wrapping_sub(1);
        }
        self.count += found.min(MOST);
        found <= MOST && self.count < LINES
    }

    /// Returns what was found.
    pub(super) fn ends(&self) -> &[u32] {
        &self.ends[..self.count]
    }
}

/// Returns which bytes are LF, a bit for each.
#[inline]
#[target_feature(enable = "avx2")]
fn line_ends(block: &[u8; BLOCK]) -> u64 {
    let (halves, _) = block.as_chunks();
    let bits = |half: &[u8; 32]| {
        let found = _mm256_cmpeq_epi8(load_bytes(half), _mm256_set1_epi8(10));
        u64::from(_mm256_movemask_epi8(found).cast_unsigned())
    };
    bits(&halves[0]) | bits(&halves[1]) << 32
}
