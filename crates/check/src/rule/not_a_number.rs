//! `not-a-number`

use super::{Rule, RuleId, Words};
use crate::severity::Severity;

pub(super) static RULE: Rule = Rule {
    id: RuleId::NotANumber,
    name: "not-a-number",
    severity: Severity::Error,
    summary: "A number field is not a number.",
    why: "Numbers are digits, at least one and at most as many as the field has. Signs, blanks and letters are none.",
    help: "Write digits only; in the fixed layout pad left with zeros. `flagflow fix` writes zeros for spaces where one reading is safe.",
    source: "MP077 legal text v0.1, SEC Appendix X sections 3.28(b)(i) and 3.29(a) (type Number)",
};

/// What is said of it.
pub(crate) fn words(most: usize) -> Words {
    Words::new("not a number", Some(format!("1 to {most} digits")))
}

/// The same of a number whose digits are counted.
pub(crate) fn words_exactly(digits: usize) -> Words {
    Words::new("not a number", Some(format!("{digits} digits")))
}

#[cfg(test)]
mod tests {
    use crate::rule::testing::findings;

    #[test]
    fn fires() {
        assert_eq!(findings(b"E45 123456781A20220101\n"), [("not-a-number", 1, 3, 10)]);
    }

    #[test]
    fn does_not_fire() {
        assert!(
            findings(b"E450000000000A20220101\n").iter().all(|found| found.0 != "not-a-number")
        );
    }
}
