//! Findings of earlier reports, so that a report can show new findings only.
//!
//! A finding is *known* if the earlier report has a finding of the same rule, field and value. Each
//! finding of the earlier report makes one finding known, in the file's order. Lines and offsets
//! are not compared, because they move when a file is sent again; but a finding without a value (a
//! masked one) is known only at the same offset.

use std::collections::{BTreeMap, HashMap};
use std::io::BufRead;
use std::sync::Arc;

use serde::Deserialize;

use crate::render::SCHEMA;
use crate::rule::{PerRule, RuleId};
use flagflow_frame::escape;

/// The value or position by which findings are compared.
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

/// The findings of earlier reports for a file, each with its count.
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
    /// Returns true if any finding of a rule is known.
    pub(crate) fn has(&self, rule: RuleId) -> bool {
        self.rules[rule]
    }

    /// Removes one finding, and returns true if it was known.
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
        // a rule that this version does not have cannot report findings
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

/// One or more earlier reports, one line of JSON each (`flagflow-report/1`).
///
/// A baseline is kept in memory, and grows with the findings that the reports list.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    files: BTreeMap<String, Arc<KnownFindings>>,
    all: Arc<KnownFindings>,
    unlisted: u64,
}

impl Baseline {
    /// Reads reports, one line of JSON each.
    ///
    /// # Errors
    ///
    /// [`BaselineError`] if the input cannot be read or a line is not a `flagflow-report/1` object.
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

    /// Returns the known findings of a file: those of the reports with its name, or of all reports
    /// if none has the name, because names of daily files differ.
    #[must_use]
    pub fn of(&self, file: &str) -> Arc<KnownFindings> {
        Arc::clone(self.files.get(&escape(file.as_bytes())).unwrap_or(&self.all))
    }

    /// Returns the number of findings that the reports count but do not list, because of their
    /// limit of samples. Such findings are not known, and are shown as new.
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

/// Error of a baseline that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// The baseline cannot be read.
    #[error("cannot be read")]
    Read(#[source] std::io::Error),
    /// A line is not a report.
    #[error("line {line} is not a {SCHEMA} object: {why}")]
    Report {
        /// The line, from 1.
        line: u64,
        /// The fault.
        why: String,
    },
}

/// The part of a report that a baseline needs.
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
    fn known_findings_are_counted_separately_and_still_reject() {
        let (line, old) = line("old", OLD, &Options::default());
        let baseline = Baseline::read(line.as_bytes()).unwrap();
        let same = against(&baseline, "old", OLD, &Options::default());
        assert_eq!(same.worst(), None);
        assert_eq!((same.rejected, same.findings.len()), (old.rejected, 0));
        let suppressed = same.suppressed.unwrap();
        assert!(RuleId::all().all(|rule| suppressed[rule] == old.totals[rule]));
    }

    #[test]
    fn a_finding_is_known_as_often_as_it_was_reported_at_any_line() {
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
    fn unlisted_findings_are_counted() {
        let few = Options { max_samples: Some(1), ..Options::default() };
        let (line, report) = line("old", OLD, &few);
        assert!(report.truncated);
        let baseline = Baseline::read(line.as_bytes()).unwrap();
        let total: u64 = report.totals.iter().map(|(_, count)| count).sum();
        assert_eq!(baseline.unlisted(), total - report.findings.len() as u64);
    }

    #[test]
    fn a_line_that_is_not_a_report_is_an_error() {
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
