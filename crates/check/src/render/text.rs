//! Text for a person: each finding with its record and a caret under the bad bytes, then a summary.

use std::fmt::Write as _;
use std::ops::Range;
use std::time::Duration;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Element, Level, Origin, Renderer, Snippet};

use crate::finding::{Excerpt, Finding, escape};
use crate::render::words::{by_severity, counted, described, plural};
use crate::report::Report;
use crate::rule::{Guidance, PerRule};
use crate::severity::Severity;

/// How text is written.
#[derive(Clone, Copy, Debug)]
pub struct TextOptions<'a> {
    /// Whether findings are shown, or the summary alone.
    pub findings: bool,
    /// Whether to colour it, by terminal escapes.
    pub color: bool,
    /// How long the check took, for the records per second.
    pub elapsed: Option<Duration>,
    /// Whether the file fails: [`Report::fails`], or it is refused.
    pub failed: bool,
    /// Why it is refused besides its findings: the gates that it is past.
    pub refused: &'a [String],
    /// What the file was judged by besides the defaults and arguments: a configuration's name.
    pub policy: Option<&'a str>,
}

/// A report as text: its findings, then the summary, the verdict last.
#[must_use]
pub fn text(file: &str, report: &Report, options: &TextOptions<'_>) -> String {
    let mut out = String::new();
    if options.findings {
        findings(&mut out, file, report, options.color);
    }
    summary(&mut out, file, report, options);
    out
}

/// The verdict alone, in one line.
#[must_use]
pub fn verdict(report: &Report, failed: bool) -> String {
    let failed = if failed { "FAILED" } else { "PASSED" };
    format!("{failed}: {}", by_severity(report))
}

fn findings(out: &mut String, file: &str, report: &Report, color: bool) {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(120);
    let mut explained = PerRule::from_fn(|_| false);
    for finding in &report.findings {
        let first = !std::mem::replace(&mut explained[finding.rule], true);
        push(
            out,
            format_args!(
                "{}\n\n",
                one(
                    &renderer,
                    file,
                    finding,
                    first.then(|| finding.rule.rule().guidance(report.layout))
                )
            ),
        );
    }
}

/// One finding; the first of its rule says why the rule is there and what to do.
fn one(renderer: &Renderer, file: &str, finding: &Finding, guidance: Option<Guidance>) -> String {
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
    let mut group = level.primary_title(message).id(rule.name).elements(place(file, finding));
    for element in notes(finding, guidance) {
        group = group.element(element);
    }
    renderer.render(&[group])
}

/// Where a finding is, and the record with a caret under the bad bytes.
fn place(file: &str, finding: &Finding) -> Vec<Element<'static>> {
    let line = usize::try_from(finding.line).unwrap_or(usize::MAX);
    let column = usize::try_from(finding.column).unwrap_or(usize::MAX);
    let file = file.to_owned();
    let origin = Origin::path(file.clone()).line(line).char_column(column);
    let Some((text, span)) = finding.excerpt.as_ref().map(show) else { return vec![origin.into()] };
    let source = Snippet::source(text).line_start(line);
    if span.start + 1 == column {
        return vec![source.path(file).annotation(caret(span, finding)).into()];
    }
    // the text is cut or escaped before the span, so its own columns are not the file's
    vec![origin.into(), source.annotation(caret(span, finding)).into()]
}

/// What stands below a finding.
fn notes(finding: &Finding, guidance: Option<Guidance>) -> Vec<Element<'static>> {
    let mut notes: Vec<Element<'static>> = Vec::new();
    if finding.excerpt.is_none()
        && let Some(expected) = &finding.expected
    {
        notes.push(Level::NOTE.no_name().message(format!("expected {expected}")).into());
    }
    if let Some(Guidance { why, help, source }) = guidance {
        notes.push(Level::NOTE.message(why).into());
        notes.push(Level::HELP.message(help).into());
        notes.push(Level::NOTE.with_name("source").message(source).into());
    }
    notes
}

fn caret(span: Range<usize>, finding: &Finding) -> Annotation<'static> {
    let annotation = AnnotationKind::Primary.span(span);
    match &finding.expected {
        Some(expected) => annotation.label(format!("expected {expected}")),
        None => annotation,
    }
}

/// An excerpt in printable form, and its span in that.
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

/// Writing to a string cannot fail.
fn push(out: &mut String, args: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(args);
}

fn summary(out: &mut String, file: &str, report: &Report, options: &TextOptions<'_>) {
    push(out, format_args!("{file}\n"));
    let mut row = |name: &str, value: String| push(out, format_args!("  {name:<10}{value}\n"));
    row("file", described(report));
    if let Some(policy) = options.policy {
        row("policy", policy.to_owned());
    }
    row("records", records(report));
    if let Some(declared) = report.declared {
        row("declared", format!("{declared} in the trailer, {} counted", report.counted));
    }
    row("flags", flags(report));
    for (rule, count) in counted(&report.totals) {
        let severity = report.severity[rule];
        row("findings", format!("{rule}: {}", plural(count, severity.as_str())));
    }
    for (rule, count) in counted(&report.ignored) {
        row("ignored", format!("{rule}: {count}"));
    }
    for (rule, count) in report.suppressed.iter().flat_map(counted) {
        row("known", format!("{rule}: {count} of the baseline"));
    }
    if report.truncated {
        row("shown", format!("{} findings, the rest only counted", report.findings.len()));
    }
    if let Some(elapsed) = options.elapsed {
        row("speed", speed(report, elapsed));
    }
    for refusal in options.refused {
        row("refused", refusal.clone());
    }
    row("verdict", verdict(report, options.failed));
}

fn records(report: &Report) -> String {
    let Report { records, accepted, rejected, .. } = report;
    format!("{records}, accepted {accepted}, rejected {rejected}")
}

fn flags(report: &Report) -> String {
    let flags: Vec<String> =
        report.flags.iter().map(|(flag, count)| format!("{flag} {count}")).collect();
    if flags.is_empty() { "none".to_owned() } else { flags.join(", ") }
}

fn speed(report: &Report, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64().max(1e-9);
    // a figure for a person: the digits that a double loses do not matter
    #[expect(clippy::cast_precision_loss)]
    let (records, bytes) = (report.records as f64, report.bytes as f64);
    format!(
        "{:.0} records a second ({:.1} MB a second, {seconds:.2} s)",
        records / seconds,
        bytes / seconds / 1e6
    )
}
