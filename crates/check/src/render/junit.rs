//! JUnit's XML, as CI servers read it: a suite for each file, a case for each rule.
//!
//! A rule with findings at or above the severity that fails a file is a failed case, a rule with
//! milder findings is a passed case with output, an ignored rule is a skipped case.

use std::fmt::Write as _;
use std::io::{self, Write};

use quick_xml::Writer;

use crate::finding::Finding;
use crate::render::ReportEntry;
use crate::render::wording::{by_severity, described, plain, plural, printable, samples, sentence};
use crate::report::Report;
use crate::rule::{Guidance, REGISTRY, RuleId};
use crate::severity::Severity;

/// Writes the files of a run as one JUnit document.
///
/// # Errors
///
/// Returns the errors of the writer.
pub fn junit(out: &mut impl Write, entries: &[ReportEntry]) -> io::Result<()> {
    out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
    let mut writer = Writer::new_with_indent(&mut *out, b' ', 2);
    let all = entries.iter().map(SuiteCounts::of).fold(SuiteCounts::default(), SuiteCounts::and);
    writer
        .create_element("testsuites")
        .with_attribute(("name", "flagflow"))
        .with_attribute(("tests", &*all.tests.to_string()))
        .with_attribute(("failures", &*all.failures.to_string()))
        .with_attribute(("errors", &*all.errors.to_string()))
        .write_inner_content(|writer| entries.iter().try_for_each(|entry| suite(writer, entry)))?;
    out.write_all(b"\n")
}

/// The numbers of a suite.
#[derive(Clone, Copy, Default)]
struct SuiteCounts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl SuiteCounts {
    fn of(entry: &ReportEntry) -> Self {
        let Some(report) = entry.report() else {
            return Self { tests: 1, errors: 1, ..Self::default() };
        };
        let cases = || RuleId::all().map(|rule| Case::of(report, rule, entry.fail_on));
        let refused = usize::from(!entry.refused.is_empty());
        Self {
            tests: RuleId::COUNT + refused,
            failures: refused + cases().filter(|case| matches!(case, Case::Failed)).count(),
            errors: 0,
            skipped: cases().filter(|case| matches!(case, Case::Skipped)).count(),
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            tests: self.tests + other.tests,
            failures: self.failures + other.failures,
            errors: self.errors + other.errors,
            skipped: self.skipped + other.skipped,
        }
    }
}

/// The outcome of a rule's case.
enum Case {
    Passed,
    Told,
    Failed,
    Skipped,
}

impl Case {
    fn of(report: &Report, rule: RuleId, fail_on: Option<Severity>) -> Self {
        let grave = |level: Severity| report.severity[rule] >= level;
        match report.totals[rule] {
            0 if report.ignored[rule] > 0 => Self::Skipped,
            0 => Self::Passed,
            _ if fail_on.is_some_and(grave) => Self::Failed,
            _ => Self::Told,
        }
    }
}

fn suite<W: Write>(writer: &mut Writer<W>, entry: &ReportEntry) -> io::Result<()> {
    let SuiteCounts { tests, failures, errors, skipped } = SuiteCounts::of(entry);
    let file = entry.path.to_string_lossy();
    let file = printable(&file);
    let element = writer
        .create_element("testsuite")
        .with_attribute(("name", &*file))
        .with_attribute(("tests", &*tests.to_string()))
        .with_attribute(("failures", &*failures.to_string()))
        .with_attribute(("errors", &*errors.to_string()))
        .with_attribute(("skipped", &*skipped.to_string()));
    element.write_inner_content(|writer| match &entry.outcome {
        Ok(report) => {
            properties(writer, entry, report)?;
            refused(writer, &file, &entry.refused)?;
            REGISTRY.iter().try_for_each(|rule| case(writer, &file, report, rule.id, entry.fail_on))
        }
        Err(why) => unreadable(writer, &file, why),
    })?;
    Ok(())
}

/// Writes the exact counts of the report as properties.
fn properties<W: Write>(
    writer: &mut Writer<W>,
    entry: &ReportEntry,
    report: &Report,
) -> io::Result<()> {
    let mut rows = vec![
        ("file".to_owned(), described(report)),
        ("records".to_owned(), report.records.to_string()),
        ("accepted".to_owned(), report.accepted.to_string()),
        ("rejected".to_owned(), report.rejected.to_string()),
        ("findings".to_owned(), by_severity(plain, report)),
    ];
    let policy = entry.policy.as_deref().map(printable);
    rows.extend(policy.map(|policy| ("policy".to_owned(), policy.into_owned())));
    rows.extend(report.flags.iter().map(|(flag, n)| (format!("flag.{flag}"), n.to_string())));
    let suppressed = report.suppressed.as_ref();
    let counts = [("total", Some(&report.totals)), ("ignored", Some(&report.ignored))];
    for (name, counts) in counts.into_iter().chain([("baseline", suppressed)]) {
        let counts = counts.into_iter().flat_map(crate::render::wording::counted);
        rows.extend(counts.map(|(rule, n)| (format!("{name}.{rule}"), n.to_string())));
    }
    writer.create_element("properties").write_inner_content(|writer| {
        rows.iter().try_for_each(|(name, value)| {
            let row = [("name", name.as_str()), ("value", value.as_str())];
            writer.create_element("property").with_attributes(row).write_empty().map(drop)
        })
    })?;
    Ok(())
}

fn case<W: Write>(
    writer: &mut Writer<W>,
    file: &str,
    report: &Report,
    rule: RuleId,
    fail_on: Option<Severity>,
) -> io::Result<()> {
    let element = writer
        .create_element("testcase")
        .with_attribute(("name", rule.name()))
        .with_attribute(("classname", file));
    let count = plural(report.totals[rule], report.severity[rule].as_str());
    let done = match Case::of(report, rule, fail_on) {
        Case::Passed => element.write_empty(),
        Case::Skipped => element.write_inner_content(|writer| {
            let message = format!("ignored: {}", plural(report.ignored[rule], "finding"));
            let skipped = writer.create_element("skipped");
            skipped.with_attribute(("message", &*message)).write_empty().map(drop)
        }),
        Case::Told => element.write_inner_content(|writer| {
            let text = format!("{count}\n{}", findings_text(report, rule));
            text_element(writer, "system-out", &[], &text)
        }),
        Case::Failed => element.write_inner_content(|writer| {
            let message = format!("{count}: {}", rule.rule().summary);
            let attributes = [("type", report.severity[rule].as_str()), ("message", &*message)];
            text_element(writer, "failure", &attributes, &findings_text(report, rule))
        }),
    };
    done.map(drop)
}

/// Writes a case for each exceeded limit.
fn refused<W: Write>(writer: &mut Writer<W>, file: &str, reasons: &[String]) -> io::Result<()> {
    if reasons.is_empty() {
        return Ok(());
    }
    let why = reasons.join("; ");
    let why = printable(&why);
    let case = writer.create_element("testcase").with_attribute(("name", "gates"));
    let case = case.with_attribute(("classname", file));
    case.write_inner_content(|writer| {
        text_element(writer, "failure", &[("type", "refused"), ("message", &*why)], "")
    })?;
    Ok(())
}

fn unreadable<W: Write>(writer: &mut Writer<W>, file: &str, why: &str) -> io::Result<()> {
    let why = printable(why);
    let case = writer.create_element("testcase").with_attribute(("name", "readable"));
    let case = case.with_attribute(("classname", file));
    case.write_inner_content(|writer| {
        text_element(writer, "error", &[("type", "unreadable"), ("message", &*why)], "")
    })?;
    Ok(())
}

fn text_element<W: Write>(
    writer: &mut Writer<W>,
    name: &str,
    attributes: &[(&str, &str)],
    text: &str,
) -> io::Result<()> {
    let element = writer.create_element(name).with_attributes(attributes.iter().copied());
    element.write_text_content(quick_xml::events::BytesText::new(text)).map(drop)
}

/// Returns the findings of a rule in the report, its advice and its source.
fn findings_text(report: &Report, rule: RuleId) -> String {
    let mut text = String::new();
    let mut shown = 0;
    for finding in samples(report, rule) {
        shown += 1;
        let _ = writeln!(text, "{}", line(finding));
    }
    let rest = report.totals[rule].saturating_sub(shown);
    if rest > 0 {
        let _ = writeln!(text, "{rest} more, counted only");
    }
    let Guidance { why, help, source } = rule.rule().guidance(report.layout);
    let _ = write!(text, "why: {why}\nhelp: {help}\nsource: {source}");
    text
}

fn line(finding: &Finding) -> String {
    let Finding { line, column, offset, length, value, .. } = finding;
    let value = value.as_ref().map_or_else(String::new, |value| format!(", found \"{value}\""));
    let text = sentence(finding);
    format!("line {line}, column {column} (offset {offset}, {length} bytes): {text}{value}")
}
