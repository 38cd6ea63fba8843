//! Results that are only known at the end of a file, kept for the second reading.

use flagflow_check::{Report, RuleFlags, RuleId};

use flagflow_files::{Error, ErrorKind, Result};

/// Results about records that are only known at the end of the file: two bits for each record from
/// the first that had to wait.
#[derive(Clone, Debug, Default)]
pub(crate) struct DeferredRules {
    duplicates: Bits,
    conflicts: Bits,
}

impl DeferredRules {
    pub(crate) fn insert(&mut self, record: u64, rule: RuleId) {
        match rule {
            RuleId::DuplicateMeterPoint => self.duplicates.set(record),
            _ => self.conflicts.set(record),
        }
    }

    pub(crate) fn of(&self, record: u64) -> RuleFlags {
        let mut rules = RuleFlags::EMPTY;
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

/// Returns an error if the file changed between the two readings.
pub(crate) fn expect_same(first: &Report, second: &Report) -> Result<()> {
    if (first.records, first.bytes) == (second.records, second.bytes) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Input, "the input changed while it was read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_rules_are_of_their_record_alone() {
        let mut late = DeferredRules::default();
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
}
