//! The digits of many numbers at once.
//!
//! Plain loops over arrays of one length: each does one step of the division for a whole block, on
//! lanes as narrow as the step allows, so the compiler makes vector instructions of it: of the
//! width that every machine has, and once more of a [backend](crate::Backend)'s.
#![expect(
    clippy::cast_possible_truncation,
    clippy::needless_range_loop,
    reason = "each cast says why it holds; one index for all arrays is what the compiler likes"
)]

/// The number of numbers in a block.
pub const BLOCK: usize = 64;

/// Something for each number of a block.
pub type Block<T> = [T; BLOCK];

/// Eight ASCII digits, as four pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EightDigits([u16; 4]);

impl EightDigits {
    /// `00000000`.
    pub const ZERO: Self = Self([0x3030; 4]);

    /// The digits, the first one first.
    #[must_use]
    #[inline]
    pub const fn to_bytes(self) -> [u8; 8] {
        let [a, b, c, d] = self.0;
        (a as u64 | (b as u64) << 16 | (c as u64) << 32 | (d as u64) << 48).to_le_bytes()
    }
}

/// Two ASCII digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TwoDigits(u16);

impl TwoDigits {
    /// `00`.
    pub const ZERO: Self = Self(0x3030);

    /// The digits, the first one first.
    #[must_use]
    #[inline]
    pub const fn to_bytes(self) -> [u8; 2] {
        self.0.to_le_bytes()
    }
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "it is compiled for each backend")]
pub(crate) fn eight(numbers: &Block<u32>, digits: &mut Block<EightDigits>) {
    let (mut high, mut low) = ([0; BLOCK], [0; BLOCK]);
    halves(numbers, &mut high, &mut low);
    let (first, last) = (Pairs::of(&high), Pairs::of(&low));
    for at in 0..BLOCK {
        // stores of one lane each, which come out as interleaved vectors
        let [a, b, c, d] = &mut digits[at].0;
        *a = first.high[at];
        *b = first.low[at];
        *c = last.high[at];
        *d = last.low[at];
    }
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "it is compiled for each backend")]
pub(crate) fn ten(
    numbers: &Block<u64>,
    first: &mut Block<EightDigits>,
    last: &mut Block<TwoDigits>,
) {
    let (mut hundreds, mut below) = ([0u32; BLOCK], [0u32; BLOCK]);
    for at in 0..BLOCK {
        // a quarter fits 32 bits, and a hundredth is the 25th segment of it
        hundreds[at] = (numbers[at] >> 2) as u32;
        below[at] = numbers[at] as u32;
    }
    for at in 0..BLOCK {
        hundreds[at] /= 25;
    }
    let mut rests = [0u16; BLOCK];
    for at in 0..BLOCK {
        // a rest below 100 is the same modulo 2^16
        rests[at] = (below[at] as u16).wrapping_sub((hundreds[at] as u16).wrapping_mul(100));
    }
    for at in 0..BLOCK {
        last[at] = TwoDigits(pair(rests[at]));
    }
    eight(&hundreds, first);
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "it is compiled for each backend")]
pub(crate) fn sixteen(
    numbers: &Block<u64>,
    first: &mut Block<EightDigits>,
    last: &mut Block<EightDigits>,
) {
    let (mut high, mut low) = ([0; BLOCK], [0; BLOCK]);
    for at in 0..BLOCK {
        // both below 100,000,000
        high[at] = (numbers[at] / 100_000_000) as u32;
        low[at] = (numbers[at] % 100_000_000) as u32;
    }
    eight(&high, first);
    eight(&low, last);
}

/// The first four digits of each number, and the last four.
#[inline(always)]
#[expect(clippy::inline_always, reason = "it is compiled for each backend")]
fn halves(numbers: &Block<u32>, high: &mut Block<u16>, low: &mut Block<u16>) {
    for at in 0..BLOCK {
        // below 10,000 where the number has eight digits
        high[at] = (numbers[at] / 10_000) as u16;
    }
    for at in 0..BLOCK {
        // a rest below 10,000 is the same modulo 2^16
        low[at] = (numbers[at] as u16).wrapping_sub(high[at].wrapping_mul(10_000));
    }
}

/// Numbers of four digits as two pairs of ASCII digits.
struct Pairs {
    high: Block<u16>,
    low: Block<u16>,
}

impl Pairs {
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is compiled for each backend")]
    fn of(numbers: &Block<u16>) -> Self {
        let mut pairs = Self { high: [0; BLOCK], low: [0; BLOCK] };
        for at in 0..BLOCK {
            // the hundredth, up to 10,000: half a product and a shift
            let hundreds = ((u32::from(numbers[at]) * 5243) >> 16) as u16 >> 3;
            pairs.high[at] = pair(hundreds);
            pairs.low[at] = pair(numbers[at].wrapping_sub(hundreds.wrapping_mul(100)));
        }
        pairs
    }
}

/// Two digits of a number below 100, the tens in the lower byte.
#[inline]
const fn pair(number: u16) -> u16 {
    let tens = number.wrapping_mul(103) >> 10;
    // (number - 10 * tens) * 256 + tens
    (number << 8).wrapping_sub(tens.wrapping_mul(2559)).wrapping_add(0x3030)
}
