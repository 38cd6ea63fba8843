//! SARIF 2.1.0 (OASIS), as code scanning services read it: one run for all files.
//!
//! SARIF has columns of characters only, and flagflow's columns count bytes: the run declares ISO
//! 8859-1, in which each byte is a character. A report shows samples: the exact number of findings
//! is in each artifact's properties, and a notification of the tool reports each rule with more
//! findings than are shown.

use std::cmp::Reverse;
use std::io::{self, Write};
use std::path::Path;

use percent_encoding::{AsciiSet, CONTROLS, percent_encode};
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::finding::{Excerpt, Finding};
use crate::layout::Flow;
use crate::render::ReportEntry;
use crate::render::wording::{counted, printable, sentence};
use crate::report::Report;
use crate::rule::{PerRule, Rule, RuleId};
use crate::severity::Severity;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The default maximum of results of a run: as many as GitHub shows.
pub const SARIF_RESULTS: usize = 5_000;

/// The absolute maximum of results of a run: GitHub refuses a run with more.
pub const MOST_SARIF_RESULTS: usize = 25_000;

/// Writes the files of a run as one SARIF log with one run of at most [`SARIF_RESULTS`] results.
///
/// # Errors
///
/// Returns the errors of the writer.
pub fn sarif(out: &mut impl Write, entries: &[ReportEntry]) -> io::Result<()> {
    sarif_of(out, entries, SARIF_RESULTS)
}

/// Writes a SARIF log as [`sarif`] does, with another maximum of results, at most
/// [`MOST_SARIF_RESULTS`].
///
/// If there are more findings, errors come before warnings, and within a severity the first finding
/// of each rule and file comes before the second. The rest is counted in
/// `toolExecutionNotifications`.
///
/// # Errors
///
/// Returns the errors of the writer.
pub fn sarif_of(out: &mut impl Write, entries: &[ReportEntry], most: usize) -> io::Result<()> {
    let shown = chosen(entries, most.min(MOST_SARIF_RESULTS));
    let log = Log { schema: SCHEMA, version: "2.1.0", runs: [SarifRun::of(entries, &shown)] };
    serde_json::to_writer(&mut *out, &log)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [SarifRun<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifRun<'a> {
    tool: Value,
    column_kind: &'static str,
    default_encoding: &'static str,
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    redaction_tokens: &'static [&'static str],
    invocations: [Value; 1],
    artifacts: Vec<Value>,
    results: Results<'a>,
}

impl<'a> SarifRun<'a> {
    fn of(entries: &'a [ReportEntry], shown: &'a [Vec<&'a Finding>]) -> Self {
        let rules = Rules::of(entries);
        let masked = entries.iter().filter_map(ReportEntry::report).any(|report| report.masked);
        Self {
            tool: tool(&rules),
            column_kind: "unicodeCodePoints",
            default_encoding: "ISO-8859-1",
            redaction_tokens: if masked { &["*"] } else { &[] },
            invocations: [invocation(entries, shown, &rules)],
            artifacts: entries.iter().map(artifact).collect(),
            results: Results { entries, shown, rules },
        }
    }
}

/// Returns the findings that are results, by file, in the order of the file.
fn chosen(entries: &[ReportEntry], most: usize) -> Vec<Vec<&Finding>> {
    let mut all = Vec::new();
    for (file, report) in entries.iter().map(ReportEntry::report).enumerate() {
        let mut seen = PerRule::from_fn(|_| 0_usize);
        for (place, finding) in report.iter().flat_map(|report| report.findings.iter().enumerate())
        {
            seen[finding.rule] += 1;
            all.push((Reverse(finding.severity), seen[finding.rule], file, place, finding));
        }
    }
    if all.len() > most {
        all.select_nth_unstable_by_key(most, |(severity, nth, file, place, _)| {
            (*severity, *nth, *file, *place)
        });
        all.truncate(most);
    }
    all.sort_unstable_by_key(|(_, _, file, place, _)| (*file, *place));
    let mut shown = vec![Vec::new(); entries.len()];
    all.into_iter().for_each(|(_, _, file, _, finding)| shown[file].push(finding));
    shown
}

/// The rules in the run, and the index of each rule.
struct Rules {
    described: Vec<&'static Rule>,
    places: PerRule<usize>,
}

impl Rules {
    fn of(entries: &[ReportEntry]) -> Self {
        let reports = || entries.iter().filter_map(ReportEntry::report);
        let occurs = |rule: &RuleId| reports().any(|r| r.totals[*rule] > 0 || r.ignored[*rule] > 0);
        let described: Vec<_> = RuleId::all().filter(occurs).map(RuleId::rule).collect();
        let place = |rule| described.iter().position(|r| r.id == rule).unwrap_or_default();
        Self { places: PerRule::from_fn(place), described }
    }
}

fn tool(rules: &Rules) -> Value {
    let version = env!("CARGO_PKG_VERSION");
    let home = env!("CARGO_PKG_HOMEPAGE");
    let rules: Vec<Value> = rules.described.iter().map(|rule| descriptor(rule, home)).collect();
    json!({ "driver": {
        "name": "flagflow", "semanticVersion": version, "informationUri": home, "rules": rules
    } })
}

fn descriptor(rule: &Rule, home: &str) -> Value {
    let Rule { why, help, source, .. } = rule;
    let help = format!(
        "{help} Source: {source}{}",
        rule.electricity.map_or_else(String::new, |of| {
            format!(". In electricity files: {} {} Source: {}", of.why, of.help, of.source)
        })
    );
    json!({
        "id": rule.name,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": why },
        "help": { "text": help },
        "helpUri": format!("{home}/blob/main/docs/rules.md#{}", rule.name),
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": { "source": source },
    })
}

const fn level(severity: Severity) -> &'static str {
    severity.as_str()
}

/// Returns the notifications of the run: files that could not be read, incomplete samples.
fn invocation(entries: &[ReportEntry], shown: &[Vec<&Finding>], rules: &Rules) -> Value {
    let readable = entries.iter().all(|entry| entry.outcome.is_ok());
    let files = entries.iter().zip(shown).enumerate();
    let notes: Vec<Value> =
        files.flat_map(|(at, (entry, shown))| notes(at, entry, shown, rules)).collect();
    json!({ "executionSuccessful": readable, "toolExecutionNotifications": notes })
}

fn notes(index: usize, entry: &ReportEntry, shown: &[&Finding], rules: &Rules) -> Vec<Value> {
    let locations = json!([{ "physicalLocation": { "artifactLocation": located(index, entry) } }]);
    let report = match &entry.outcome {
        Ok(report) => report,
        Err(why) => {
            let message = json!({ "text": printable(why) });
            return vec![json!({ "level": "error", "message": message, "locations": locations })];
        }
    };
    let note = |(rule, total): (RuleId, u64)| {
        let shown = shown.iter().filter(|finding| finding.rule == rule).count() as u64;
        let text = format!("{rule}: {total} findings, of which {shown} are results");
        let associated = json!({ "id": rule.name(), "index": rules.places[rule] });
        (shown < total).then(|| {
            json!({ "level": "note", "message": { "text": text }, "locations": locations,
                "associatedRule": associated })
        })
    };
    counted(&report.totals).filter_map(note).collect()
}

/// Returns a file with the exact counts of its report.
fn artifact(entry: &ReportEntry) -> Value {
    let mut artifact = json!({
        "location": { "uri": uri(&entry.path) },
        "roles": ["analysisTarget"],
    });
    let Some(report) = entry.report() else { return artifact };
    artifact["length"] = json!(report.bytes);
    artifact["properties"] = json!({ "flagflow": properties(entry, report) });
    artifact
}

fn properties(entry: &ReportEntry, report: &Report) -> Value {
    let by_rule = |counts: &PerRule<u64>| -> Value {
        counted(counts).map(|(rule, count)| (rule.name().to_owned(), json!(count))).collect()
    };
    let flags: Value =
        report.flags.iter().map(|(flag, n)| (flag.as_str().to_owned(), json!(n))).collect();
    json!({
        "flow": report.flow.map(Flow::as_str), "layout": report.layout.as_str(),
        "edition": report.edition.as_str(), "profile": report.profile.as_deref().map(printable),
        "policy": entry.policy.as_deref().map(printable),
        "records": report.records, "accepted": report.accepted, "rejected": report.rejected,
        "flags": flags, "totals": by_rule(&report.totals), "ignored": by_rule(&report.ignored),
        "suppressed": report.suppressed.as_ref().map(by_rule), "refused": entry.refused,
        "truncated": report.truncated,
    })
}

fn located(index: usize, entry: &ReportEntry) -> Value {
    json!({ "uri": uri(&entry.path), "index": index })
}

/// The results, each created while it is written.
struct Results<'a> {
    entries: &'a [ReportEntry],
    shown: &'a [Vec<&'a Finding>],
    rules: Rules,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for (index, (entry, shown)) in self.entries.iter().zip(self.shown).enumerate() {
            let place = located(index, entry);
            for finding in shown {
                list.serialize_element(&result(finding, &place, &self.rules))?;
            }
        }
        list.end()
    }
}

fn result(finding: &Finding, place: &Value, rules: &Rules) -> Value {
    let mut location = json!({ "artifactLocation": place, "region": region(finding) });
    // a context has all of its region
    let excerpt = finding.excerpt.as_ref().filter(|of| of.length as u64 == finding.length);
    if let Some(excerpt) = excerpt {
        location["contextRegion"] = context(finding, excerpt);
    }
    json!({
        "ruleId": finding.rule.name(),
        "ruleIndex": rules.places[finding.rule],
        "level": level(finding.severity),
        "message": { "text": sentence(finding) },
        "locations": [{ "physicalLocation": location }],
        "properties": {
            "record": finding.record, "field": finding.field, "value": finding.value,
            "expected": finding.expected,
        },
    })
}

fn region(finding: &Finding) -> Value {
    let Finding { line, column, offset, length, .. } = finding;
    json!({
        "startLine": line, "startColumn": column, "endColumn": column + length,
        "byteOffset": offset, "byteLength": length,
    })
}

/// Returns the part of the line around a finding. Each byte is a character of ISO 8859-1.
fn context(finding: &Finding, excerpt: &Excerpt) -> Value {
    let Excerpt { bytes, start, .. } = excerpt;
    let (start, length) = (*start as u64, bytes.len() as u64);
    let first = finding.column.saturating_sub(start).max(1);
    let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
    json!({
        "startLine": finding.line, "startColumn": first, "endColumn": first + length,
        "byteOffset": finding.offset.saturating_sub(start), "byteLength": length,
        "snippet": { "text": text },
    })
}

/// Characters that must be escaped in the path of a URI (RFC 3986, section 3.3).
const NOT_IN_PATHS: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Returns a file's name as a URI: relative as given, or `file:` if it is absolute.
fn uri(file: &Path) -> String {
    let bytes = file.as_os_str().as_encoded_bytes();
    let slash = |byte: &u8| if cfg!(windows) && *byte == b'\\' { b'/' } else { *byte };
    let bytes: Vec<u8> = bytes.iter().map(slash).collect();
    let path = percent_encode(&bytes, NOT_IN_PATHS).to_string();
    let first_segment = path.split('/').next().unwrap_or_default();
    match (file.is_absolute(), path.starts_with('/')) {
        (true, true) => format!("file://{path}"),
        (true, false) => format!("file:///{path}"),
        // it would be read as a scheme
        (false, _) if first_segment.contains(':') => format!("./{path}"),
        (false, _) => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, check};

    /// Errors come first, then the first of each rule and file.
    #[test]
    fn a_run_has_no_more_results_than_it_may() {
        let options = Options { max_samples: None, ..Options::default() };
        let file = [&b"\n".repeat(40)[..], &b"E451234567810?20220101\n".repeat(20)].concat();
        let report = check(&file[..], &options).unwrap();
        let entries = ["a", "b"].map(|name| ReportEntry::new(name, report.clone()));
        for (most, errors, warnings) in [(100, 40, 60), (45, 40, 5), (30, 30, 0), (0, 0, 0)] {
            let mut out = Vec::new();
            sarif_of(&mut out, &entries, most).unwrap();
            let log: Value = serde_json::from_slice(&out).unwrap();
            let run = &log["runs"][0];
            let results = run["results"].as_array().unwrap();
            let of = |level: &str| results.iter().filter(|r| r["level"] == level).count();
            assert_eq!((of("error"), of("warning")), (errors, warnings), "{most}");
            let notes = &run["invocations"][0]["toolExecutionNotifications"];
            assert!(!notes.as_array().unwrap().is_empty());
        }
    }

    #[cfg(unix)]
    #[test]
    fn names_become_uris() {
        for (file, expected) in [
            ("in/status.dxi", "in/status.dxi"),
            ("/var/a b.txt", "file:///var/a%20b.txt"),
            ("c:d/50%.txt", "./c:d/50%25.txt"),
            ("ä?#\n", "%C3%A4%3F%23%0A"),
            ("-", "-"),
        ] {
            assert_eq!(uri(Path::new(file)), expected);
        }
    }
}
