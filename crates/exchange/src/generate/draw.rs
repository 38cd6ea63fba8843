//! Random values, the same on every machine.

use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng;

/// Draws numbers from a seed. The mapping to ranges is done here, so that no other version of a
/// library can change what a seed gives.
pub(super) struct Draw(Pcg32);

impl Draw {
    /// Returns the numbers of a seed; another stream gives others.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        Self(Pcg32::new(seed, stream))
    }

    pub(super) fn bits(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// Returns a number below `limit`, which is at most 2 to the 32nd; 0 if the limit is 0.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        (u64::from(self.bits()) * limit) >> 32
    }

    /// Returns a place in a slice of `length` elements.
    pub(super) fn index(&mut self, length: usize) -> usize {
        // less than `length`, so it fits
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// Returns a random element.
    pub(super) fn pick<T: Copy>(&mut self, things: &[T]) -> Option<T> {
        let at = self.index(things.len());
        things.get(at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pinned: a seed gives the same file for ever.
    #[test]
    fn the_numbers_of_a_seed_stay() {
        let mut draw = Draw::new(42, 0);
        let numbers: Vec<u64> = (0..6).map(|_| draw.below(1000)).collect();
        assert_eq!(numbers, [131, 755, 583, 210, 937, 633]);
    }

    #[test]
    fn every_place_is_reached_and_none_beyond() {
        let mut draw = Draw::new(1, 2);
        let mut seen = [0u32; 5];
        for _ in 0..1000 {
            seen[draw.index(5)] += 1;
        }
        assert!(seen.iter().all(|times| *times > 100), "{seen:?}");
        assert_eq!(draw.pick::<u8>(&[]), None);
    }
}
