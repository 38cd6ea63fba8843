//! Chooses the records to spoil, and the rules to break.

use flagflow_check::RuleId;

use super::draw::Draw;

/// Number of earlier records that can be repeated.
const REMEMBERED: usize = 64;

/// Rule that a spoiled line breaks, and the bytes of the fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FaultSpot {
    pub(super) rule: RuleId,
    pub(super) field: Option<&'static str>,
    pub(super) start: usize,
    pub(super) length: usize,
}

/// Decides about faults, and keeps records that were left alone, so that they can come again.
pub(super) struct Chance<R> {
    pub(super) draw: Draw,
    /// Number of draws in 2 to the 32nd that spoil a record.
    strikes: u64,
    rules: Vec<RuleId>,
    remembered: Vec<R>,
    seen: usize,
}

impl<R> Chance<R> {
    pub(super) fn new(seed: u64, rate: f64, rules: Vec<RuleId>) -> Self {
        let (draw, strikes) = (Draw::new(seed, 1), strikes(rate));
        Self { draw, strikes, rules, remembered: Vec::with_capacity(REMEMBERED), seen: 0 }
    }

    /// Returns true if the next record is to be spoiled.
    pub(super) fn strikes(&mut self) -> bool {
        self.strikes > 0 && u64::from(self.draw.bits()) < self.strikes
    }

    /// Returns all rules, beginning with a random one.
    pub(super) fn rules(&mut self) -> impl Iterator<Item = RuleId> + use<R> {
        let start = self.draw.index(self.rules.len());
        let mut rules = self.rules.clone();
        rules.rotate_left(start);
        rules.into_iter()
    }

    /// Remembers an unspoiled record.
    pub(super) fn remember(&mut self, record: R) {
        if self.strikes == 0 {
            return;
        }
        match self.remembered.get_mut(self.seen % REMEMBERED) {
            Some(oldest) => *oldest = record,
            None => self.remembered.push(record),
        }
        self.seen += 1;
    }
}

impl<R: Copy> Chance<R> {
    /// Returns one of the remembered records.
    pub(super) fn earlier(&mut self) -> Option<R> {
        self.draw.pick(&self.remembered)
    }
}

/// A rate as that many of 2 to the 32nd draws; exact, because it only moves the point.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the rate is from 0 to 1"
)]
fn strikes(rate: f64) -> u64 {
    (rate * 4_294_967_296.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_share_of_all_draws() {
        assert_eq!((strikes(0.0), strikes(0.5), strikes(1.0)), (0, 1 << 31, 1 << 32));
    }

    #[test]
    fn only_the_last_records_come_again() {
        let mut chance = Chance::new(1, 0.5, Vec::new());
        (0..1000).for_each(|number| chance.remember(number));
        let first = chance.remembered.iter().min();
        assert_eq!((chance.remembered.len(), first), (REMEMBERED, Some(&(1000 - 64))));
    }
}
