//! What is decided of one update.

use flagflow_check::{RuleId, RuleSet};

use super::reasons::Refusal;

/// What is decided of one update: why it is refused, if it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ruling {
    /// The rules that refuse it.
    pub(super) rules: RuleSet,
    /// Whether its meter point is not one of the provider's.
    pub(super) is_unknown: bool,
}

impl Ruling {
    pub(super) const fn is_refused(&self) -> bool {
        self.is_unknown || !self.rules.is_empty()
    }

    /// The reasons: rules in their order, then the meter point.
    pub(super) fn refusals(&self) -> impl Iterator<Item = Refusal> {
        let unknown = self.is_unknown.then_some(Refusal::UnknownMeterPoint);
        self.rules.iter().map(Refusal::Rule).chain(unknown)
    }
}

/// What only the end of the file tells of records: two bits for each record from the first one that
/// had to wait.
#[derive(Clone, Debug, Default)]
pub(super) struct LateRules {
    duplicates: Bits,
    conflicts: Bits,
}

impl LateRules {
    pub(super) fn insert(&mut self, record: u64, rule: RuleId) {
        match rule {
            RuleId::DuplicateMeterPoint => self.duplicates.set(record),
            _ => self.conflicts.set(record),
        }
    }

    pub(super) fn of(&self, record: u64) -> RuleSet {
        let mut rules = RuleSet::EMPTY;
        if self.duplicates.has(record) {
            rules.insert(RuleId::DuplicateMeterPoint);
        }
        if self.conflicts.has(record) {
            rules.insert(RuleId::ConflictingUpdate);
        }
        rules
    }
}

/// A bit for each record.
#[derive(Clone, Debug, Default)]
struct Bits(Vec<u64>);

impl Bits {
    fn set(&mut self, record: u64) {
        let Ok(word) = usize::try_from(record / 64) else { return };
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (record % 64);
    }

    fn has(&self, record: u64) -> bool {
        let word = usize::try_from(record / 64).ok().and_then(|word| self.0.get(word));
        word.is_some_and(|word| word >> (record % 64) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_rules_are_of_their_record_alone() {
        let mut late = LateRules::default();
        for (record, rule) in [
            (1_000_000, RuleId::ConflictingUpdate),
            (64, RuleId::DuplicateMeterPoint),
            (63, RuleId::ConflictingUpdate),
        ] {
            late.insert(record, rule);
        }
        let rules = |record| late.of(record).iter().collect::<Vec<_>>();
        assert_eq!(rules(63), [RuleId::ConflictingUpdate]);
        assert_eq!(rules(64), [RuleId::DuplicateMeterPoint]);
        assert_eq!(rules(1_000_000), [RuleId::ConflictingUpdate]);
        for record in [0, 62, 65, 999_999, 1_000_001, u64::MAX] {
            assert_eq!(rules(record), [], "{record}");
        }
    }

    #[test]
    fn reasons_come_in_the_order_of_the_rules_and_the_point_last() {
        let rules = [RuleId::ConflictingUpdate, RuleId::InvalidDate].into_iter().collect();
        let ruling = Ruling { rules, is_unknown: true };
        let expected = [
            Refusal::Rule(RuleId::InvalidDate),
            Refusal::Rule(RuleId::ConflictingUpdate),
            Refusal::UnknownMeterPoint,
        ];
        assert_eq!(ruling.refusals().collect::<Vec<_>>(), expected);
        assert!(ruling.is_refused() && !Ruling::default().is_refused());
    }
}
