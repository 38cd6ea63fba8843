//! Values of arguments, shared by the commands.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use flagflow::EffectiveDate;
use flagflow::check::{REGISTRY, RuleId, Severity};
use flagflow::electricity::Profile;

use crate::exit::Failure;

/// Reads a profile's file; what is wrong in it is told with its place.
pub(crate) fn read_profile(path: &Path) -> Result<Profile, Failure> {
    let name = path.display();
    let text =
        std::fs::read_to_string(path).map_err(|error| Failure::new(format!("{name}: {error}")))?;
    Profile::from_toml(&text).map_err(|error| Failure::new(format!("{name}: {error}")))
}

/// The profile of an electricity flow.
#[derive(Clone, clap::Args)]
pub(crate) struct ProfileArgs {
    /// Read and write electricity files by this profile (TOML) rather than the built-in placeholder
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
}

impl ProfileArgs {
    /// The profile, if there is one.
    pub(crate) fn read(&self) -> Result<Option<Arc<Profile>>, Failure> {
        self.profile.as_deref().map(|path| read_profile(path).map(Arc::new)).transpose()
    }
}

/// One of the rules; help and completions know their names.
pub(crate) fn rule() -> impl TypedValueParser<Value = RuleId> {
    PossibleValuesParser::new(REGISTRY.iter().map(|rule| rule.name))
        .try_map(|name| name.parse::<RuleId>())
}

/// `RULE=LEVEL`.
pub(crate) fn rule_and_level(text: &str) -> Result<(RuleId, Severity), String> {
    let (rule, level) =
        text.split_once('=').ok_or("expected RULE=LEVEL, such as empty-line=error")?;
    let rule = rule.parse::<RuleId>().map_err(|error| error.to_string())?;
    let level = level.parse::<Severity>().map_err(|error| error.to_string())?;
    Ok((rule, level))
}

/// A day, YYYY-MM-DD or YYYYMMDD.
pub(crate) fn day(text: &str) -> Result<EffectiveDate, String> {
    text.parse().map_err(|_| "expected a day of the calendar, YYYY-MM-DD or YYYYMMDD".to_owned())
}

/// A number of bytes, perhaps with k, M or G behind it (powers of 1024).
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
    fn levels_belong_to_rules() {
        assert_eq!(rule_and_level("empty-line=error"), Ok((RuleId::EmptyLine, Severity::Error)));
        for text in ["empty-line", "empty-line=", "no-rule=note", "empty-line=fatal"] {
            assert!(rule_and_level(text).is_err(), "{text}");
        }
    }
}
