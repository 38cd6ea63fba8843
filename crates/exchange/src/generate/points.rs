//! Meter points, each one once.

use flagflow_domain::Mprn;

use super::draw::Draw;

/// The smallest body of a reference in use: with its two check digits it has 6 digits.
const FIRST_BODY: u64 = 1_000;

/// How many bodies there are, up to the largest that fits the field.
pub(super) const BODIES: u64 = Mprn::MAX.as_u64() / 100 + 1 - FIRST_BODY;

/// The primes of which [`BODIES`] is made (99,999,000).
const PRIMES: [u64; 5] = [2, 3, 5, 41, 271];

/// Goes through every body there is before it comes to one again: in steps that have no factor in
/// common with their number.
pub(super) struct Points {
    at: u64,
    step: u64,
}

impl Points {
    pub(super) fn new(draw: &mut Draw) -> Self {
        Self { at: draw.below(BODIES), step: step(draw) }
    }

    pub(super) fn next(&mut self) -> Mprn {
        let body = FIRST_BODY + self.at;
        self.at = (self.at + self.step) % BODIES;
        // every body of these fits, so the alternative is never taken
        Mprn::from_body(body).unwrap_or(Mprn::MAX)
    }
}

/// Neither a small step nor a small step back, so that neighbours in the file are none on the map.
fn step(draw: &mut Draw) -> u64 {
    loop {
        let step = BODIES / 4 + draw.below(BODIES / 2);
        if PRIMES.iter().all(|prime| !step.is_multiple_of(*prime)) {
            return step;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_primes_are_those_of_the_number() {
        let mut rest = BODIES;
        for prime in PRIMES {
            assert!(rest.is_multiple_of(prime), "{prime}");
            while rest.is_multiple_of(prime) {
                rest /= prime;
            }
        }
        assert_eq!((BODIES, rest), (99_999_000, 1));
    }

    #[test]
    fn every_point_comes_once_and_has_its_check_digits() {
        for seed in 0..3 {
            let mut points = Points::new(&mut Draw::new(seed, 0));
            let mut seen: Vec<u64> = (0..200_000).map(|_| points.next().as_u64()).collect();
            assert!(seen.iter().all(|number| (100_000..=9_999_999_905).contains(number)));
            assert!(seen.iter().all(|n| Mprn::new(*n).unwrap().has_valid_check_digits()));
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), 200_000);
        }
    }

    #[test]
    fn the_walk_comes_home_after_the_last_body_and_not_before() {
        // the order of a step is the number of steps over their greatest common divisor
        let gcd = |mut a: u64, mut b: u64| {
            while b > 0 {
                (a, b) = (b, a % b);
            }
            a
        };
        for seed in 0..100 {
            assert_eq!(gcd(step(&mut Draw::new(seed, 0)), BODIES), 1, "{seed}");
        }
    }
}
