//! Parsers of argument values, shared by the commands.

use std::ffi::OsStr;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use clap::builder::{PossibleValue, TypedValueParser};
use flagflow::EffectiveDate;
use flagflow::check::{REGISTRY, RuleId, Severity, escape, escape_path};
use flagflow::electricity::Profile;

use crate::exit::Failure;

/// Reads a profile from a file; an error includes its position.
pub(crate) fn read_profile(path: &Path) -> Result<Profile, Failure> {
    let name = escape_path(path);
    let text =
        std::fs::read_to_string(path).map_err(|error| Failure::new(format!("{name}: {error}")))?;
    Profile::from_toml(&text).map_err(|error| Failure::new(format!("{name}: {error}")))
}

/// The profile of an electricity flow.
#[derive(Clone, clap::Args)]
pub(crate) struct ProfileArgs {
    /// Read and write electricity files by this profile (TOML) instead of the built-in one
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
}

impl ProfileArgs {
    /// Returns the profile, if any.
    pub(crate) fn read(&self) -> Result<Option<Arc<Profile>>, Failure> {
        self.profile.as_deref().map(|path| read_profile(path).map(Arc::new)).transpose()
    }
}

/// Returns a parser of a value by its name, in upper or lower case.
pub(crate) fn any_case<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    let lower = text.to_ascii_lowercase().parse();
    let upper = || text.to_ascii_uppercase().parse();
    lower
        .or_else(|_| upper())
        .or_else(|_: T::Err| text.parse())
        .map_err(|error: T::Err| error.to_string())
}

/// Returns a parser of rules, whose names are in help and completions.
pub(crate) fn rule() -> impl TypedValueParser<Value = RuleId> {
    names(rule_names).try_map(RuleId::from_str)
}

fn rule_names() -> Vec<&'static str> {
    REGISTRY.iter().map(|rule| rule.name).collect()
}

/// Returns a parser of these names, for help and completions.
pub(crate) const fn names(known: fn() -> Vec<&'static str>) -> NameParser {
    NameParser(known)
}

/// Parses one of some names, in upper or lower case. The error for other text suggests similar
/// names.
#[derive(Clone, Copy)]
pub(crate) struct NameParser(fn() -> Vec<&'static str>);

impl TypedValueParser for NameParser {
    type Value = &'static str;

    fn parse_ref(
        &self,
        command: &clap::Command,
        _: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<&'static str, clap::Error> {
        let (value, known) = (value.to_string_lossy(), (self.0)());
        known.iter().find(|name| name.eq_ignore_ascii_case(&value)).copied().ok_or_else(|| {
            let shown = escape(value.as_bytes());
            let tip = nearest(&value, &known);
            let error =
                format!("no rule is called \"{shown}\"; `flagflow rules` lists them{tip}\n");
            clap::Error::raw(clap::error::ErrorKind::InvalidValue, error).with_cmd(command)
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.0)().into_iter().map(PossibleValue::new)))
    }
}

/// Formats the similar names as a question.
fn nearest(text: &str, known: &[&str]) -> String {
    let near: Vec<_> = known.iter().copied().filter(|name| is_near(text, name)).collect();
    if near.is_empty() { String::new() } else { format!("\n\n  tip: {}?", near.join(", ")) }
}

/// Returns true if a text is a name with a mistake or two, or a part of a name.
fn is_near(text: &str, name: &str) -> bool {
    let text = text.to_ascii_lowercase();
    (text.len() > 3 && name.contains(&text)) || strsim::damerau_levenshtein(&text, name) <= 2
}

/// Parses a number of records, optionally with the suffix k, M or G (powers of 1000).
pub(crate) fn count(text: &str) -> Result<u64, String> {
    let (digits, thousands) = match text.as_bytes() {
        [.., b'k' | b'K'] => (&text[..text.len() - 1], 1_000),
        [.., b'm' | b'M'] => (&text[..text.len() - 1], 1_000_000),
        [.., b'g' | b'G'] => (&text[..text.len() - 1], 1_000_000_000),
        _ => (text, 1),
    };
    let number: u64 = digits.parse().map_err(|_| "expected a number, such as 5000 or 5k")?;
    number.checked_mul(thousands).ok_or_else(|| "too large".to_owned())
}

/// Parses `RULE=LEVEL`.
pub(crate) fn rule_and_level(text: &str) -> Result<(RuleId, Severity), String> {
    let (rule, level) =
        text.split_once('=').ok_or("expected RULE=LEVEL, such as empty-line=error")?;
    let rule = any_case(rule).map_err(|error| error + &nearest(rule, &rule_names()))?;
    Ok((rule, any_case(level)?))
}

/// Parses a day, YYYY-MM-DD or YYYYMMDD.
pub(crate) fn day(text: &str) -> Result<EffectiveDate, String> {
    text.parse().map_err(|_| "expected a day of the calendar, YYYY-MM-DD or YYYYMMDD".to_owned())
}

/// Parses a limit of shown items; 0 means all.
pub(crate) fn samples(text: &str) -> Result<usize, String> {
    let most = text.parse().map_err(|_| "expected a number, 0 for all".to_owned())?;
    Ok(if most == 0 { usize::MAX } else { most })
}

/// Parses a number of bytes, optionally with the suffix k, M or G (powers of 1024).
pub(crate) fn size(text: &str) -> Result<usize, String> {
    let (digits, shift) = match text.as_bytes() {
        [.., b'k' | b'K'] => (&text[..text.len() - 1], 10),
        [.., b'm' | b'M'] => (&text[..text.len() - 1], 20),
        [.., b'g' | b'G'] => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    let number: usize = digits.parse().map_err(|_| "expected a number of bytes, such as 64k")?;
    number.checked_mul(1 << shift).ok_or_else(|| "too large".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        for (text, bytes) in [("0", 0), ("64k", 65_536), ("1M", 1 << 20), ("2g", 2 << 30)] {
            assert_eq!(size(text), Ok(bytes));
        }
        for text in ["", "k", "-1", "1T", "99999999999999999999", "18446744073709551615k"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn counts_have_units() {
        for (text, records) in [("0", 0), ("1k", 1_000), ("2M", 2_000_000), ("3g", 3_000_000_000)] {
            assert_eq!(count(text), Ok(records));
        }
        for text in ["", "k", "-1", "1T", "18446744073709551615k"] {
            assert!(count(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_near_names_are_meant() {
        assert_eq!(nearest("unkown-flag", &rule_names()), "\n\n  tip: unknown-flag?");
        assert!(nearest("duplicate", &rule_names()).contains("duplicate-meter-point"));
        for text in ["nosuchrule", "", "x", "flags are bad"] {
            assert_eq!(nearest(text, &rule_names()), "", "{text}");
        }
    }

    #[test]
    fn levels_belong_to_rules() {
        let expected = (RuleId::EmptyLine, Severity::Error);
        assert_eq!(rule_and_level("empty-line=error"), Ok(expected));
        assert_eq!(rule_and_level("Empty-Line=ERROR"), Ok(expected));
        for text in ["empty-line", "empty-line=", "no-rule=note", "empty-line=fatal"] {
            assert!(rule_and_level(text).is_err(), "{text}");
        }
    }
}
