//! What an earlier report already told, so that a report can show what is new alone.
//!
//! A finding is *known* where the earlier report has one of the same rule, field and value; as many of
//! them as it has, in the file's order. Lines and offsets do not count, for they move when a file is
//! sent again. A finding without a value (a masked one) is known at its very place only.

use std::collections::{BTreeMap, HashMap};
use std::io::BufRead;
use std::sync::Arc;

use serde::Deserialize;

use crate::finding::escape;
use crate::render::SCHEMA;
use crate::rule::{PerRule, RuleId};

/// What makes a finding the same as another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Mark {
    Value(String),
    FindingSpan { offset: u64, length: u64 },
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct FindingKey {
    rule: RuleId,
    field: Option<String>,
    mark: Mark,
}

/// The findings that an earlier report told of a file, each as often as it told it.
#[derive(Clone, Debug)]
pub struct KnownFindings {
    findings: HashMap<FindingKey, u64>,
    rules: PerRule<bool>,
}

impl Default for KnownFindings {
    fn default() -> Self {
        Self { findings: HashMap::new(), rules: PerRule::from_fn(|_| false) }
    }
}

impl KnownFindings {
    /// Whether any finding of a rule is known.
    pub(crate) fn has(&self, rule: RuleId) -> bool {
        self.rules[rule]
    }

    /// Takes one finding out, where it is known.
    pub(crate) fn take(
        &mut self,
        rule: RuleId,
        field: Option<&str>,
        value: Option<String>,
        (offset, length): (u64, u64),
    ) -> bool {
        let mark = value.map_or(Mark::FindingSpan { offset, length }, Mark::Value);
        let key = FindingKey { rule, field: field.map(str::to_owned), mark };
        match self.findings.get_mut(&key) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }

    fn add(&mut self, finding: FindingDraft) {
        // a rule that this version does not have can find nothing
        let Ok(rule) = finding.rule.parse::<RuleId>() else { return };
        let FindingDraft { offset, length, field, value, .. } = finding;
        let mark = value.map_or(Mark::FindingSpan { offset, length }, Mark::Value);
        self.rules[rule] = true;
        *self.findings.entry(FindingKey { rule, field, mark }).or_default() += 1;
    }

    fn join(&mut self, other: &Self) {
        for (key, count) in &other.findings {
            self.rules[key.rule] = true;
            *self.findings.entry(key.clone()).or_default() += count;
        }
    }
}

/// One or more earlier reports, a line of JSON each (`flagflow-report/1`).
///
/// It is held in memory, and grows with the findings that the reports list.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    files: BTreeMap<String, Arc<KnownFindings>>,
    all: Arc<KnownFindings>,
    unlisted: u64,
}

impl Baseline {
    /// Reads reports, a line of JSON each.
    ///
    /// # Errors
    ///
    /// [`BaselineError`] when it cannot be read or a line is no `flagflow-report/1`.
    pub fn read(mut input: impl BufRead) -> Result<Self, BaselineError> {
        let (mut baseline, mut all) = (Self::default(), KnownFindings::default());
        let (mut line, mut number) = (String::new(), 0);
        while input.read_line(&mut line).map_err(BaselineError::Read)? > 0 {
            number += 1;
            if !line.trim().is_empty() {
                let report = report(&line, number)?;
                all.join(&baseline.add(report));
            }
            line.clear();
        }
        baseline.all = Arc::new(all);
        Ok(baseline)
    }

    /// What is known of a file: what the reports of this name told, or all of them where none has the
    /// name (each day's file is called otherwise).
    #[must_use]
    pub fn of(&self, file: &str) -> Arc<KnownFindings> {
        Arc::clone(self.files.get(&escape(file.as_bytes())).unwrap_or(&self.all))
    }

    /// How many findings the reports count but do not list, because of their limit of samples. They
    /// cannot be known, and will be shown as new.
    #[must_use]
    pub const fn unlisted(&self) -> u64 {
        self.unlisted
    }

    fn add(&mut self, report: ReportDraft) -> KnownFindings {
        let total: u64 = report.totals.values().sum();
        self.unlisted += total.saturating_sub(report.findings.len() as u64);
        let mut known = KnownFindings::default();
        for finding in report.findings {
            known.add(finding);
        }
        let of_the_file =
            Arc::make_mut(self.files.entry(escape(report.file.as_bytes())).or_default());
        of_the_file.join(&known);
        known
    }
}

fn report(line: &str, number: u64) -> Result<ReportDraft, BaselineError> {
    let report: ReportDraft = serde_json::from_str(line)
        .map_err(|error| BaselineError::Report { line: number, why: error.to_string() })?;
    if report.schema == SCHEMA {
        return Ok(report);
    }
    let why = format!("its schema is `{}`", escape(report.schema.as_bytes()));
    Err(BaselineError::Report { line: number, why })
}

/// Why a baseline cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// It cannot be read.
    #[error("cannot be read")]
    Read(#[source] std::io::Error),
    /// A line is not a report.
    #[error("line {line} is not a {SCHEMA} object: {why}")]
    Report {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
}

/// As much of a report as a baseline needs.
#[derive(Deserialize)]
struct ReportDraft {
    schema: String,
    file: String,
    totals: BTreeMap<String, u64>,
    findings: Vec<FindingDraft>,
}

#[derive(Deserialize)]
struct FindingDraft {
    rule: String,
    offset: u64,
    length: u64,
    field: Option<String>,
    value: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::json;
    use crate::{Options, Report, check};

    fn line(name: &str, file: &[u8], options: &Options) -> (String, Report) {
        let report = check(file, options).unwrap();
        let mut line = Vec::new();
        json(&mut line, name, &report).unwrap();
        line.push(b'\n');
        (String::from_utf8(line).unwrap(), report)
    }

    fn against(baseline: &Baseline, name: &str, file: &[u8], options: &Options) -> Report {
        let known = Some(baseline.of(name));
        check(file, &Options { baseline: known, ..options.clone() }).unwrap()
    }

    const OLD: &[u8] = b"E451234567810X20220101\nE450000123409N20230229\nE451234567810X20220101\n";

    #[test]
    fn what_is_known_is_counted_apart_and_rejects_all_the_same() {
        let (line, old) = line("old", OLD, &Options::default());
        let baseline = Baseline::read(line.as_bytes()).unwrap();
        let same = against(&baseline, "old", OLD, &Options::default());
        assert_eq!(same.worst(), None);
        assert_eq!((same.rejected, same.findings.len()), (old.rejected, 0));
        let suppressed = same.suppressed.unwrap();
        assert!(RuleId::all().all(|rule| suppressed[rule] == old.totals[rule]));
    }

    #[test]
    fn a_finding_is_known_as_often_as_it_was_told_wherever_it_stands() {
        let (line, _) = line("old", OLD, &Options::default());
        let baseline = Baseline::read(line.as_bytes()).unwrap();
        let moved = [b"E450000123409N20220102\n", OLD, b"E451234567810X20220101\n"].concat();
        let report = against(&baseline, "new name", &moved, &Options::default());
        assert_eq!(report.totals[RuleId::UnknownFlag], 1);
        assert_eq!(report.suppressed.unwrap()[RuleId::UnknownFlag], 2);
        assert_eq!(report.findings.last().map(|finding| finding.line), Some(5));
    }

    #[test]
    fn a_masked_finding_is_known_at_its_place_only() {
        let masked = Options { mask: true, ..Options::default() };
        let file = b"E451234567890A20220101\nE451234567891A20220101\n";
        let (line, old) = line("old", file, &masked);
        assert_eq!(old.totals[RuleId::MprnCheckDigits], 2);
        let baseline = Baseline::read(line.as_bytes()).unwrap();
        let same = against(&baseline, "old", file, &masked);
        assert_eq!(same.totals[RuleId::MprnCheckDigits], 0);
        let moved = against(&baseline, "old", &[b"\n", &file[..]].concat(), &masked);
        assert_eq!(moved.totals[RuleId::MprnCheckDigits], 2);
    }

    #[test]
    fn a_report_of_the_same_name_comes_before_all_of_them() {
        let (one, _) = line("one", OLD, &Options::default());
        let (two, _) = line("two", b"E451234567810A20220101\n", &Options::default());
        let baseline = Baseline::read(format!("{one}\n{two}").as_bytes()).unwrap();
        let known = |name| against(&baseline, name, OLD, &Options::default()).worst().is_none();
        assert!(known("one") && known("three") && !known("two"));
    }

    #[test]
    fn what_a_report_did_not_list_is_said() {
        let few = Options { max_samples: Some(1), ..Options::default() };
        let (line, report) = line("old", OLD, &few);
        assert!(report.truncated);
        let baseline = Baseline::read(line.as_bytes()).unwrap();
        let total: u64 = report.totals.iter().map(|(_, count)| count).sum();
        assert_eq!(baseline.unlisted(), total - report.findings.len() as u64);
    }

    #[test]
    fn what_is_no_report_is_refused_with_its_line() {
        let (good, _) = line("old", OLD, &Options::default());
        for bad in ["{}", "no json", &good.replace("flagflow-report/1", "other/1")] {
            let error = Baseline::read(format!("{good}{bad}").as_bytes()).unwrap_err();
            assert!(
                error.to_string().starts_with("line 2 is not a flagflow-report/1 object"),
                "{error}"
            );
        }
        assert!(matches!(Baseline::read(&b"\xFF"[..]), Err(BaselineError::Read(_))));
        assert_eq!(Baseline::read(&b""[..]).unwrap().unlisted(), 0);
    }
}
