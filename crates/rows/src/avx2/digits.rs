//! The digits of a block's numbers, the same loops compiled for wide registers.

use crate::digit_block::{self, Block, EightDigits, TwoDigits};

macro_rules! wide {
    ($name:ident($numbers:ty, $($digits:ident: $kind:ty),+)) => {
        #[inline]
        pub(crate) fn $name(numbers: &Block<$numbers>, $($digits: &mut Block<$kind>),+) {
            #[target_feature(enable = "avx2")]
            fn compiled(numbers: &Block<$numbers>, $($digits: &mut Block<$kind>),+) {
                digit_block::$name(numbers, $($digits),+);
            }
            // SAFETY: this backend is only chosen where `is_available` said that there is AVX2.
            unsafe { compiled(numbers, $($digits),+) }
        }
    };
}

wide!(eight(u32, digits: EightDigits));
wide!(ten(u64, first: EightDigits, last: TwoDigits));
wide!(sixteen(u64, first: EightDigits, last: EightDigits));
