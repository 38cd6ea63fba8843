//! Meter points, each one once.

use flagflow_domain::Mprn;

use super::draw::Draw;

/// The smallest body of a reference in use: with its two check digits it has 6 digits.
const FIRST_BODY: u64 = 1_000;

/// Number of bodies, up to the largest that fits the field.
pub(super) const BODIES: u64 = Mprn::MAX.as_u64() / 100 + 1 - FIRST_BODY;

/// Number of bits of a body.
const BITS: u32 = (BODIES - 1).ilog2() + 1;

/// Iterates over all bodies, each once, in a pseudo-random order.
pub(super) struct Points {
    count: u64,
    shuffle: Shuffle,
}

impl Points {
    pub(super) fn new(draw: &mut Draw) -> Self {
        Self { count: 0, shuffle: Shuffle::new(draw, BITS) }
    }

    pub(super) fn next(&mut self) -> Mprn {
        let body = FIRST_BODY + self.shuffle.below(self.count, BODIES);
        self.count += 1;
        // every body of these fits, so the alternative is never taken
        Mprn::from_body(body).unwrap_or(Mprn::MAX)
    }
}

/// Gives each number of some bits another one, no two the same: every step of it can be undone. To
/// multiply by an odd number and to add can be undone among so many bits, and so can to shift by
/// half of them and exclude.
pub(super) struct Shuffle {
    bits: u32,
    factors: [u64; 2],
    offset: u64,
}

impl Shuffle {
    pub(super) fn new(draw: &mut Draw, bits: u32) -> Self {
        let mut odd = || u64::from(draw.bits()) | 1;
        Self { bits, factors: [odd(), odd()], offset: odd() }
    }

    fn of(&self, number: u64) -> u64 {
        let mask = (1 << self.bits) - 1;
        let half = self.bits.div_ceil(2);
        let [first, second] = self.factors;
        let mixed = number.wrapping_mul(first).wrapping_add(self.offset) & mask;
        let mixed = (mixed ^ (mixed >> half)).wrapping_mul(second) & mask;
        mixed ^ (mixed >> half)
    }

    /// The same among the numbers below a limit: goes on until it comes to one. It comes back to
    /// `number` at the latest, which is below the limit.
    pub(super) fn below(&self, number: u64, limit: u64) -> u64 {
        let mut at = self.of(number);
        while at >= limit {
            at = self.of(at);
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bits_hold_every_body() {
        // 2 to the 27th is 134,217,728
        assert_eq!((BODIES, BITS), (99_999_000, 27));
    }

    #[test]
    fn a_shuffle_meets_every_number_once() {
        for (seed, bits) in (0..).zip(1..=14) {
            let shuffle = Shuffle::new(&mut Draw::new(seed, 0), bits);
            for limit in [1, 1 << (bits - 1), (1 << bits) * 3 / 4 + 1] {
                let mut met: Vec<u64> = (0..limit).map(|n| shuffle.below(n, limit)).collect();
                met.sort_unstable();
                assert!(met.into_iter().eq(0..limit), "{bits} bits, below {limit}");
            }
        }
    }

    #[test]
    fn points_have_their_check_digits_and_come_once() {
        for seed in 0..3 {
            let mut points = Points::new(&mut Draw::new(seed, 0));
            let mut seen: Vec<Mprn> = (0..200_000).map(|_| points.next()).collect();
            assert!(seen.iter().all(|mprn| mprn.has_valid_check_digits()));
            assert!(seen.iter().all(|mprn| (100_000..=9_999_999_905).contains(&mprn.as_u64())));
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), 200_000);
        }
    }
}
