//! Codes of the reasons for refusal.

use std::collections::BTreeMap;
use std::fmt;

use flagflow_check::{PerRule, RuleId, escape};

use flagflow_files::{Error, ErrorKind, Result};

/// Reason for refusing an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnswerRefusal {
    /// The update broke a rule.
    Rule(RuleId),
    /// The meter point is not one of the provider's.
    UnknownMeterPoint,
}

impl AnswerRefusal {
    /// Name of an unknown meter point in a table of reasons.
    pub const UNKNOWN_METER_POINT: &'static str = "unknown-meter-point";
}

impl fmt::Display for AnswerRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(rule) => rule.fmt(f),
            Self::UnknownMeterPoint => f.pad(Self::UNKNOWN_METER_POINT),
        }
    }
}

/// Key of the code for every reason without a code of its own.
const DEFAULT: &str = "default";

/// A table of codes, one for each reason of a refusal. The meaning of the codes of a gas answer is
/// between the two parties: none is built in.
#[derive(Clone, Debug)]
pub struct Reasons {
    rules: PerRule<Option<String>>,
    unknown_meter_point: Option<String>,
    default: Option<String>,
}

impl Reasons {
    /// Reads a table in TOML: a rule's name, `unknown-meter-point` or `default`, and its code.
    ///
    /// ```
    /// use flagflow_check::RuleId;
    /// use flagflow_intake::answer::{Reasons, AnswerRefusal};
    ///
    /// let table = "conflicting-update = \"DUP00001\"\ndefault = \"ERR00001\"";
    /// let reasons = Reasons::from_toml(table)?;
    /// let refusal = AnswerRefusal::Rule(RuleId::ConflictingUpdate);
    /// assert_eq!(reasons.code_of(refusal), Some("DUP00001"));
    /// assert_eq!(reasons.code_of(AnswerRefusal::UnknownMeterPoint), Some("ERR00001"));
    /// # Ok::<(), flagflow_intake::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`] if the text is not such a table, or a key is not a rule.
    pub fn from_toml(text: &str) -> Result<Self> {
        let bad = |what: String| Error::new(ErrorKind::Options, format!("reasons: {what}"));
        let table: BTreeMap<String, String> =
            toml::from_str(text).map_err(|error| bad(located(&error, text)))?;
        let mut reasons =
            Self { rules: PerRule::from_fn(|_| None), unknown_meter_point: None, default: None };
        for (key, code) in table {
            *reasons.place(&key).map_err(bad)? = Some(code);
        }
        Ok(reasons)
    }

    fn place(&mut self, key: &str) -> Result<&mut Option<String>, String> {
        match key {
            DEFAULT => Ok(&mut self.default),
            AnswerRefusal::UNKNOWN_METER_POINT => Ok(&mut self.unknown_meter_point),
            _ => {
                let rule: RuleId =
                    key.parse().map_err(|error: flagflow_check::UnknownRule| error.to_string())?;
                Ok(&mut self.rules[rule])
            }
        }
    }

    /// Returns the code of a reason, or the default one.
    #[must_use]
    pub fn code_of(&self, refusal: AnswerRefusal) -> Option<&str> {
        self.own_code_of(refusal).or(self.default.as_deref())
    }

    fn own_code_of(&self, refusal: AnswerRefusal) -> Option<&str> {
        match refusal {
            AnswerRefusal::Rule(rule) => self.rules[rule].as_deref(),
            AnswerRefusal::UnknownMeterPoint => self.unknown_meter_point.as_deref(),
        }
    }

    /// Returns every code, with its key.
    fn codes(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let rules = self.rules.iter().map(|(rule, code)| (rule.name(), code));
        let others = [
            (AnswerRefusal::UNKNOWN_METER_POINT, &self.unknown_meter_point),
            (DEFAULT, &self.default),
        ];
        rules.chain(others).filter_map(|(key, code)| Some((key, code.as_deref()?)))
    }
}

/// Returns an error and its line number as one line.
fn located(error: &toml::de::Error, text: &str) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map(|before| before.matches('\n').count() + 1);
    let line = line.map_or_else(String::new, |line| format!("line {line}: "));
    format!("{line}{}", error.message())
}

/// The codes as the records of one flow have them.
#[derive(Clone, Debug)]
pub(super) struct Codes<C> {
    rules: PerRule<Option<C>>,
    unknown_meter_point: Option<C>,
    default: Option<C>,
}

impl<C: Copy + PartialEq> Codes<C> {
    /// Returns a table without codes.
    pub(super) fn none() -> Self {
        Self { rules: PerRule::from_fn(|_| None), unknown_meter_point: None, default: None }
    }

    /// Reads every code of a table, or returns an error that names the invalid code and the
    /// expected form.
    pub(super) fn of(
        reasons: &Reasons,
        expected: &str,
        read: impl Fn(&str) -> Option<C>,
    ) -> Result<Self> {
        if let Some((key, code)) = reasons.codes().find(|(_, code)| read(code).is_none()) {
            let code = escape(code.as_bytes());
            let what = format!("reasons: {key}: `{code}` is not a code: expected {expected}");
            return Err(Error::new(ErrorKind::Options, what));
        }
        let code = |refusal| reasons.own_code_of(refusal).and_then(&read);
        Ok(Self {
            rules: PerRule::from_fn(|rule| code(AnswerRefusal::Rule(rule))),
            unknown_meter_point: code(AnswerRefusal::UnknownMeterPoint),
            default: reasons.default.as_deref().and_then(&read),
        })
    }

    /// Returns the code of a reason, or the default one.
    pub(super) fn of_refusal(&self, refusal: AnswerRefusal) -> Option<C> {
        self.own_of_refusal(refusal).or(self.default)
    }

    /// Returns the code of a reason without the default one.
    pub(super) fn own_of_refusal(&self, refusal: AnswerRefusal) -> Option<C> {
        match refusal {
            AnswerRefusal::Rule(rule) => self.rules[rule],
            AnswerRefusal::UnknownMeterPoint => self.unknown_meter_point,
        }
    }

    /// Returns the codes of the reasons of a refusal, each once, in the order of the reasons.
    pub(super) fn of_refusals(&self, refusals: impl Iterator<Item = AnswerRefusal>) -> Vec<C> {
        let mut codes = Vec::new();
        for code in refusals.filter_map(|refusal| self.of_refusal(refusal)) {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        codes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_table_of_rules_is_refused() {
        for (text, part) in [
            ("no-such-rule = \"A\"", "no rule is called \"no-such-rule\""),
            ("empty-line = 7", "invalid type"),
            ("empty-line", "reasons: "),
        ] {
            let error = Reasons::from_toml(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Options);
            assert!(error.to_string().contains(part), "{error}");
        }
    }

    #[test]
    fn a_bad_code_is_named_by_its_key() {
        for key in ["empty-line", "unknown-meter-point", "default"] {
            let reasons = Reasons::from_toml(&format!("{key} = \"SHORT\"")).unwrap();
            let read = |code: &str| (code.len() == 8).then_some(0);
            let error = Codes::of(&reasons, "eight", read).unwrap_err().to_string();
            assert_eq!(error, format!("reasons: {key}: `SHORT` is not a code: expected eight"));
        }
    }
}
