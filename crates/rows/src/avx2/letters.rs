//! Finds letters that are not allowed in their place, 32 rows at once.

use std::arch::x86_64::*;

use crate::avx2::{load_bytes, load_table, store_marks};
use crate::columns::{ColumnSlots, MARK_NOT_CANONICAL};
use crate::variant::Letter;

/// Marks the rows with a letter that is none of its set. The windows have checked them to be
/// between the first and the last of the set, which for many sets is all there is to check.
#[target_feature(enable = "avx2")]
pub(crate) fn check(letters: &[Letter], rows: usize, slots: &mut ColumnSlots<'_>) {
    let (marks, _) = slots.marks.as_chunks_mut();
    for (letter, column) in letters.iter().zip(&slots.letters).filter(|it| it.0.has_gaps) {
        let set = Set { halves: load_table(&[letter.halves; 2]) };
        let (column, _) = column.as_chunks();
        for (letters, marks) in column.iter().zip(&mut *marks).take(rows.div_ceil(32)) {
            let missing = set.missing(load_bytes(letters));
            if _mm256_movemask_epi8(missing) != 0 {
                let not_canonical = _mm256_set1_epi8(MARK_NOT_CANONICAL.cast_signed());
                store_marks(marks, _mm256_blendv_epi8(load_bytes(marks), not_canonical, missing));
            }
        }
    }
}

/// A set of ASCII characters: for each lower half of a character, a bit for each upper half.
#[derive(Clone, Copy)]
struct Set {
    halves: __m256i,
}

impl Set {
    /// Returns which of 32 characters are not in the set: all bits of each.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn missing(self, letters: __m256i) -> __m256i {
        // a byte with the highest bit, which is no ASCII, gets no bits
        let bits = _mm256_set1_epi64x(0x8040_2010_0804_0201_u64.cast_signed());
        let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(letters), _mm256_set1_epi8(0xF));
        let own = _mm256_and_si256(
            _mm256_shuffle_epi8(self.halves, letters),
            _mm256_shuffle_epi8(bits, upper),
        );
        _mm256_cmpeq_epi8(own, _mm256_setzero_si256())
    }
}
