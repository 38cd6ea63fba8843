//! Text for people: each finding with its record and a caret under the bad bytes, then a summary.

use std::fmt::Write as _;
use std::ops::Range;
use std::time::Duration;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Element, Level, Origin, Renderer, Snippet};

use crate::finding::{Excerpt, Finding, escape};
use crate::render::wording::{
    DigitFormat, by_severity, counted, described, grouped, plain, plural_in,
};
use crate::report::Report;
use crate::rule::{Guidance, PerRule};
use crate::severity::Severity;

/// Options of text.
#[derive(Clone, Copy, Debug)]
pub struct TextOptions<'a> {
    /// Shows findings; otherwise only the summary.
    pub findings: bool,
    /// Colours the text with terminal escapes.
    pub color: bool,
    /// The duration of the check, for the records per second.
    pub elapsed: Option<Duration>,
    /// True if the file fails: [`Report::fails`], or a refusal.
    pub failed: bool,
    /// Reasons for which the file is refused besides its findings: the exceeded limits.
    pub refused: &'a [String],
    /// The name of the configuration that was used besides defaults and arguments.
    pub policy: Option<&'a str>,
}

/// Returns a report as text: its findings, then the summary, the verdict last. The name of the file
/// is written in printable form ([`escape`]), numbers without grouping.
#[must_use]
pub fn text(file: &str, report: &Report, options: &TextOptions<'_>) -> String {
    let file = &escape(file.as_bytes());
    let mut out = String::new();
    if options.findings {
        findings(&mut out, file, report, options.color, None);
    }
    summary(&mut out, file, report, options, (plain, None));
    out
}

/// Returns a report as text for people, with grouped numbers. With a number of columns, notes are
/// wrapped, and the summary is followed by the findings, if any, and again by the verdict.
#[must_use]
pub fn readable_text(
    file: &str,
    report: &Report,
    options: &TextOptions<'_>,
    columns: Option<usize>,
) -> String {
    let file = &escape(file.as_bytes());
    let (mut shown, mut sum) = (String::new(), String::new());
    if options.findings {
        findings(&mut shown, file, report, options.color, columns);
    }
    summary(&mut sum, file, report, options, (grouped, columns));
    match columns {
        None => shown + &sum,
        Some(_) if shown.is_empty() => sum,
        Some(_) => format!("{sum}\n{shown}{file}: {}\n", verdict(report, options.failed)),
    }
}

/// The number of columns of a finding if the terminal's width is unknown.
const WIDTH: usize = 120;

/// Returns the verdict in one line.
#[must_use]
pub fn verdict(report: &Report, failed: bool) -> String {
    verdict_in(plain, report, failed)
}

fn verdict_in(digits: DigitFormat, report: &Report, failed: bool) -> String {
    let failed = if failed { "FAILED" } else { "PASSED" };
    format!("{failed}: {}", by_severity(digits, report))
}

fn findings(out: &mut String, file: &str, report: &Report, color: bool, columns: Option<usize>) {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(columns.unwrap_or(WIDTH));
    let mut explained = PerRule::from_fn(|_| false);
    for finding in &report.findings {
        let first = !std::mem::replace(&mut explained[finding.rule], true);
        let guidance = first.then(|| finding.rule.rule().guidance(report.layout));
        push(out, format_args!("{}\n\n", one(&renderer, file, finding, guidance, columns)));
    }
}

/// Appends one finding; the first finding of a rule has the texts of the rule.
fn one(
    renderer: &Renderer,
    file: &str,
    finding: &Finding,
    guidance: Option<Guidance>,
    columns: Option<usize>,
) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let rule = finding.rule.rule();
    let message = match &finding.field {
        Some(field) => format!("{field}: {}", finding.message),
        None => finding.message.clone().into_owned(),
    };
    let prefix = finding.severity.as_str().len() + rule.name.len() + 4;
    let message = fill(&message, columns, prefix);
    let mut group =
        level.primary_title(message).id(rule.name).elements(place(file, finding, columns));
    for element in notes(finding, guidance, columns) {
        group = group.element(element);
    }
    renderer.render(&[group])
}

/// Wraps a text to the columns of the terminal that are left after `before` columns.
fn fill(text: &str, columns: Option<usize>, before: usize) -> String {
    match columns {
        Some(columns) => textwrap::fill(text, columns.saturating_sub(before).max(20)),
        None => text.to_owned(),
    }
}

/// Returns the position of a finding, and the record with a caret under the bad bytes.
fn place(file: &str, finding: &Finding, columns: Option<usize>) -> Vec<Element<'static>> {
    let has_room = has_room(finding, columns);
    let line = usize::try_from(finding.line).unwrap_or(usize::MAX);
    let column = usize::try_from(finding.column).unwrap_or(usize::MAX);
    let file = file.to_owned();
    let origin = Origin::path(file.clone()).line(line).char_column(column);
    let Some((text, span)) = finding.excerpt.as_ref().map(show) else { return vec![origin.into()] };
    let source = Snippet::source(text).line_start(line);
    if span.start + 1 == column {
        return vec![source.path(file).annotation(caret(span, finding, has_room)).into()];
    }
    // the text is cut or escaped before the span, so its own columns are not the file's
    vec![origin.into(), source.annotation(caret(span, finding, has_room)).into()]
}

/// Columns before the text of a note: the margin with the line's number, and `= source: `.
const BEFORE_NOTE: usize = 20;

/// Returns the notes below a finding.
fn notes(
    finding: &Finding,
    guidance: Option<Guidance>,
    columns: Option<usize>,
) -> Vec<Element<'static>> {
    let fill = |text: &str| fill(text, columns, BEFORE_NOTE);
    let mut notes: Vec<Element<'static>> = Vec::new();
    if (finding.excerpt.is_none() || !has_room(finding, columns))
        && let Some(expected) = &finding.expected
    {
        let expected = fill(&format!("expected {expected}"));
        notes.push(Level::NOTE.no_name().message(expected).into());
    }
    if let Some(Guidance { why, help, source }) = guidance {
        notes.push(Level::NOTE.message(fill(why)).into());
        notes.push(Level::HELP.message(fill(help)).into());
        notes.push(Level::NOTE.with_name("source").message(fill(source)).into());
    }
    notes
}

fn caret(span: Range<usize>, finding: &Finding, has_room: bool) -> Annotation<'static> {
    let annotation = AnnotationKind::Primary.span(span);
    match &finding.expected {
        Some(expected) if has_room => annotation.label(format!("expected {expected}")),
        _ => annotation,
    }
}

/// Returns true if the expected value fits beside the caret.
fn has_room(finding: &Finding, columns: Option<usize>) -> bool {
    let (Some(columns), Some(excerpt)) = (columns, &finding.excerpt) else { return true };
    let expected = finding.expected.as_ref().map_or(0, |expected| expected.len());
    let number = finding.line.to_string().len();
    // the margin ` | ` with the line's number, and ` expected `
    number + 3 + show(excerpt).1.end + 10 + expected <= columns
}

/// Returns an excerpt in printable form, and the span in that form.
fn show(excerpt: &Excerpt) -> (String, Range<usize>) {
    let (before, rest) = excerpt.bytes.split_at(excerpt.start);
    let (span, after) = rest.split_at(excerpt.length);
    let mut text = String::from(if excerpt.cut_before { "..." } else { "" });
    text.push_str(&escape(before));
    let start = text.len();
    text.push_str(&escape(span));
    let end = text.len();
    text.push_str(&escape(after));
    text.push_str(if excerpt.cut_after { "..." } else { "" });
    (text, start..end)
}

/// Appends to a string, which cannot fail.
fn push(out: &mut String, args: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(args);
}

/// The indentation of further lines of a row of the summary.
const INDENT: &str = "\n            ";

fn summary(
    out: &mut String,
    file: &str,
    report: &Report,
    options: &TextOptions<'_>,
    (digits, columns): (DigitFormat, Option<usize>),
) {
    push(out, format_args!("{file}\n"));
    let mut row = |name: &str, value: String| {
        let value = fill(&value, columns, INDENT.len()).replace('\n', INDENT);
        push(out, format_args!("  {name:<10}{value}\n"));
    };
    row("file", described(report));
    if let Some(policy) = options.policy {
        row("policy", policy.to_owned());
    }
    row("records", records(digits, report));
    if let Some(declared) = report.declared {
        let (declared, counted) = (digits(declared), digits(report.counted));
        row("declared", format!("{declared} in the trailer, {counted} counted"));
    }
    row("flags", flags(digits, report));
    for (rule, count) in counted(&report.totals) {
        let severity = report.severity[rule];
        row("findings", format!("{rule}: {}", plural_in(digits, count, severity.as_str())));
    }
    for (rule, count) in counted(&report.ignored) {
        row("ignored", format!("{rule}: {}", digits(count)));
    }
    for (rule, count) in report.suppressed.iter().flat_map(counted) {
        row("known", format!("{rule}: {} of the baseline", digits(count)));
    }
    if report.truncated {
        row(
            "shown",
            format!(
                "{}, the rest only counted",
                plural_in(digits, report.findings.len() as u64, "finding")
            ),
        );
    }
    // of less than that a speed says nothing
    if let Some(elapsed) = options.elapsed.filter(|time| *time >= Duration::from_millis(100)) {
        row("speed", speed(report, elapsed));
    }
    for refusal in options.refused {
        row("refused", refusal.clone());
    }
    row("verdict", verdict_in(digits, report, options.failed));
}

fn records(digits: DigitFormat, report: &Report) -> String {
    let Report { records, accepted, rejected, .. } = report;
    let [records, accepted, rejected] = [records, accepted, rejected].map(|count| digits(*count));
    format!("{records}, accepted {accepted}, rejected {rejected}")
}

fn flags(digits: DigitFormat, report: &Report) -> String {
    let flags: Vec<String> =
        report.flags.iter().map(|(flag, count)| format!("{flag} {}", digits(count))).collect();
    if flags.is_empty() { "none".to_owned() } else { flags.join(", ") }
}

fn speed(report: &Report, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64().max(1e-9);
    // a figure for a person: the digits that a double loses do not matter
    #[expect(clippy::cast_precision_loss)]
    let (records, bytes) = (report.records as f64, report.bytes as f64);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let records = grouped((records / seconds) as u64);
    format!("{records} records a second ({:.1} MB a second, {seconds:.2} s)", bytes / seconds / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, check};

    #[test]
    fn on_a_terminal_the_summary_is_first_and_all_is_wrapped() {
        let file = b"E451234567810?20220101\n".repeat(1234);
        let options = Options { max_samples: Some(1), ..Options::default() };
        let report = check(&file[..], &options).unwrap();
        let shown = |findings, columns| {
            let (color, elapsed) = (false, Some(Duration::from_millis(99)));
            let options =
                TextOptions { findings, color, elapsed, failed: true, refused: &[], policy: None };
            readable_text("a\nb", &report, &options, columns)
        };
        let narrow = shown(true, Some(50));
        assert!(narrow.starts_with("a\\x0Ab\n  file ") && narrow.contains("1,234"), "{narrow}");
        assert!(narrow.lines().all(|line| line.len() <= 50), "{narrow}");
        assert!(narrow.ends_with("a\\x0Ab: FAILED: 1234 errors, 0 warnings, 1 note\n"), "{narrow}");
        assert!(shown(true, None).starts_with("note[edition-unknown]"));
        let alone = shown(false, Some(50));
        assert!(!alone.contains("-->") && !alone.contains("speed"), "{alone}");
    }
}
