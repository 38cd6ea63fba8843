//! Requests of the page.

use std::collections::BTreeMap;
use std::path::Path;

use flagflow_check::{
    CrossRecords, EditionChoice, FileIdentity, FileNumber, Flow, Layout, Options, RuleId, Sequence,
    Severity, escape_path,
};
use flagflow_domain::{EffectiveDate, Fuel};
use flagflow_electricity::Profile;
use flagflow_gas::FileType;
use serde::Deserialize;

/// Memory of the cross-record rules, half of what a module can have. Above it a check fails,
/// because a page has no temporary files.
const CROSS_RECORD_MEMORY: usize = 2 << 30;

/// Files, and the options of their check.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    pub(crate) files: Vec<NamedFile>,
    #[serde(default)]
    pub(crate) options: CheckArguments,
}

/// A file of the page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NamedFile {
    /// The name, or the path from the folder that was opened.
    pub(crate) name: String,
    /// The number of bytes.
    pub(crate) size: u64,
    /// True if the file was found in a folder: reports of flagflow are then left out.
    #[serde(default)]
    pub(crate) from_folder: bool,
}

impl NamedFile {
    /// Returns the name in printable form.
    pub(crate) fn shown_name(&self) -> String {
        escape_path(Path::new(&self.name))
    }
}

/// The options of the command `check`, as text; an empty text is the default.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CheckArguments {
    edition: String,
    flow: String,
    layout: String,
    as_of: String,
    after: String,
    fail_on: String,
    max_samples: String,
    max_line: String,
    file_types: String,
    /// A severity, or `ignore`, for each rule that is not as in the registry.
    rules: BTreeMap<String, String>,
    mask: bool,
    reasons: bool,
    count_reasons: bool,
    no_cross_record: bool,
    check_file_name: bool,
    in_sequence: bool,
    /// Profiles as TOML, each with its name.
    profiles: Vec<(String, String)>,
}

/// The options of a run.
#[derive(Debug)]
pub(crate) struct RunOptions {
    /// The options of each file, except for its own name.
    check: Options,
    /// The lowest severity that fails a file.
    pub(crate) fail_on: Option<Severity>,
    /// The most findings of each rule and file in a report, 0 for all.
    pub(crate) max_samples: Option<usize>,
    check_file_name: bool,
}

impl RunOptions {
    /// Returns the options of the check of one file.
    pub(crate) fn of(&self, file: &NamedFile, sequence: &Sequence) -> Options {
        let name = Path::new(&file.name).file_name();
        let name = name.map(|name| name.to_string_lossy().into_owned());
        Options {
            file_name: name.filter(|_| self.check_file_name),
            sequence: sequence.clone(),
            ..self.check.clone()
        }
    }

    /// Returns the file before the first one.
    pub(crate) fn first(&self) -> Sequence {
        self.check.sequence.clone()
    }
}

impl CheckArguments {
    /// Parses the options; an error names the option.
    pub(crate) fn parse(&self) -> Result<RunOptions, String> {
        let mut check = Options {
            edition: parsed("edition", &self.edition)?.unwrap_or(EditionChoice::Auto),
            layout: parsed::<Layout>("layout", &self.layout)?,
            as_of: parsed::<EffectiveDate>("as of", &self.as_of)?,
            mask: self.mask,
            with_reasons: self.reasons,
            count_reasons: self.reasons && self.count_reasons,
            cross_records: match self.no_cross_record {
                true => CrossRecords::Off,
                false => CrossRecords::Within { memory: CROSS_RECORD_MEMORY },
            },
            sequence: self.sequence()?,
            ..Options::default()
        };
        check.max_line = parsed("longest line", &self.max_line)?.unwrap_or(check.max_line);
        match self.flow.parse::<Fuel>() {
            Ok(fuel) => check.fuel = Some(fuel),
            Err(_) => check.flow = parsed::<Flow>("flow", &self.flow)?,
        }
        for text in self.file_types.split([' ', ',']) {
            check.file_types.extend(parsed::<FileType>("file types", text)?);
        }
        for (rule, level) in &self.rules {
            set(&mut check, rule, level)?;
        }
        for (name, text) in &self.profiles {
            let profile = Profile::from_toml(text).map_err(|error| format!("{name}: {error}"))?;
            check.use_profile(profile);
        }
        Ok(RunOptions {
            check,
            fail_on: self.fail_on()?,
            max_samples: parsed("findings of each rule", &self.max_samples)?,
            check_file_name: self.check_file_name,
        })
    }

    fn sequence(&self) -> Result<Sequence, String> {
        let after = parsed::<FileNumber>("number of the file before", &self.after)?;
        let after = after.map(|number| Sequence::After(FileIdentity::numbered(number)));
        let first = if self.in_sequence { Sequence::First } else { Sequence::Off };
        Ok(after.unwrap_or(first))
    }

    fn fail_on(&self) -> Result<Option<Severity>, String> {
        match self.fail_on.as_str() {
            "never" => Ok(None),
            text => Ok(Some(parsed("fail on", text)?.unwrap_or(Severity::Error))),
        }
    }
}

/// Sets the severity of a rule, or switches the rule off.
fn set(options: &mut Options, rule: &str, level: &str) -> Result<(), String> {
    let rule: RuleId = rule.parse().map_err(|error| format!("{rule}: {error}"))?;
    match parsed::<Severity>(rule.name(), level) {
        _ if level == "ignore" => options.ignore[rule] = true,
        severity => options.severity[rule] = severity?.unwrap_or(options.severity[rule]),
    }
    Ok(())
}

/// Parses a text; `None` if it is empty.
fn parsed<T>(option: &str, text: &str) -> Result<Option<T>, String>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|error| format!("{option}: {text}: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(json: &str) -> CheckArguments {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn no_arguments_are_the_defaults_of_the_command() {
        let run = arguments("{}").parse().unwrap();
        let cross_records = CrossRecords::Within { memory: CROSS_RECORD_MEMORY };
        let expected = Options { cross_records, ..Options::default() };
        assert_eq!(format!("{:?}", run.check), format!("{expected:?}"));
        assert_eq!((run.fail_on, run.max_samples), (Some(Severity::Error), None));
    }

    #[test]
    fn every_argument_is_applied() {
        let run = arguments(
            r#"{"edition":"mp077","flow":"e45","layout":"uklink","as_of":"2022-03-01","after":"41",
            "fail_on":"never","max_samples":"0","max_line":"64","file_types":"ABC, XYZ",
            "rules":{"empty-line":"error","unknown-flag":"ignore"},"mask":true,"reasons":true,
            "count_reasons":true,"no_cross_record":true,"check_file_name":true}"#,
        );
        let run = run.parse().unwrap();
        let file = NamedFile { name: "folder/name.dxi".into(), size: 0, from_folder: true };
        let options = run.of(&file, &run.first());
        assert_eq!(options.flow, Some(Flow::E45));
        assert_eq!(options.layout, Some(Layout::Uklink));
        assert_eq!(options.max_line, 64);
        assert_eq!(options.file_types.len(), 3);
        assert_eq!(options.severity[RuleId::EmptyLine], Severity::Error);
        assert!(options.ignore[RuleId::UnknownFlag]);
        assert!(options.mask && options.with_reasons && options.count_reasons);
        assert_eq!(options.cross_records, CrossRecords::Off);
        assert_eq!(options.file_name.as_deref(), Some("name.dxi"));
        assert!(matches!(options.sequence, Sequence::After(_)) && options.as_of.is_some());
        assert_eq!((run.fail_on, run.max_samples), (None, Some(0)));
        let gas = arguments(r#"{"flow":"gas"}"#).parse().unwrap();
        assert_eq!(gas.check.fuel, Some(Fuel::Gas));
    }

    #[test]
    fn an_error_names_the_option() {
        for (json, begin) in [
            (r#"{"edition":"x"}"#, "edition: x: "),
            (r#"{"flow":"x"}"#, "flow: x: "),
            (r#"{"layout":"x"}"#, "layout: x: "),
            (r#"{"as_of":"2022-02-30"}"#, "as of: 2022-02-30: "),
            (r#"{"max_samples":"-1"}"#, "findings of each rule: -1: "),
            (r#"{"rules":{"x":"error"}}"#, "x: "),
            (r#"{"rules":{"empty-line":"x"}}"#, "empty-line: x: "),
            (r#"{"profiles":[["mine","x"]]}"#, "mine: "),
        ] {
            let error = arguments(json).parse().unwrap_err();
            assert!(error.starts_with(begin), "{error}");
        }
    }
}
