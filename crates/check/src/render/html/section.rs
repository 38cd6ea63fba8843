//! One file's part of the page.

use maud::{Markup, html};

use crate::counts::Counts;
use crate::layout::Flow;
use crate::render::ReportEntry;
use crate::render::html::rules::{self, Show};
use crate::render::html::{charts, file_verdict, grouped, name};
use crate::render::wording::{confirmed, counted, described, printable};
use crate::report::Report;
use crate::rule::PerRule;

/// Returns a file's part of the page; `None` if its findings do not fit.
pub(crate) fn section(number: usize, entry: &ReportEntry, show: Show) -> Option<String> {
    let id = format!("file-{number}");
    let title = format!("{id}-title");
    let findings = match entry.report() {
        Some(report) => rules::rules(entry, report, show)?,
        None => html! {},
    };
    let markup = html! {
        article id=(id) aria-labelledby=(title) {
            h2 id=(title) { (name(entry)) }
            @match &entry.outcome {
                Ok(report) => { (facts(entry, report)) (accepted(report, entry.counts.as_ref(), number)) (findings) }
                Err(why) => p.verdict { strong.badge.error { "FAILED" } " could not be read: " (printable(why)) }
            }
        }
    };
    Some(markup.into_string())
}

fn facts(entry: &ReportEntry, report: &Report) -> Markup {
    html! {
        (file_verdict(entry, report))
        @for refusal in &entry.refused { p.verdict { "Refused: " (printable(refusal)) } }
        p { (described(report)) @if let Some(policy) = &entry.policy { ", judged by " (printable(policy)) } }
        dl.facts {
            @for (name, count) in [
                ("records", report.records), ("accepted", report.accepted),
                ("rejected", report.rejected), ("bytes", report.bytes),
            ] { div { dt { (name) } dd data-total=(name) data-count=(count) { (grouped(count)) } } }
            @if let Some(declared) = report.declared {
                div { dt { "declared in the trailer" } dd { (grouped(declared)) } }
                div { dt { "counted" } dd { (grouped(report.counted)) } }
            }
        }
        @if report.masked { p.said { "Identifiers are hidden." } }
        (apart("Ignored", Some(&report.ignored)))
        (apart("Known from the baseline", report.suppressed.as_ref()))
    }
}

/// Returns the counts of findings that are not shown.
fn apart(what: &str, counts: Option<&PerRule<u64>>) -> Markup {
    let counts: Vec<String> = counts
        .into_iter()
        .flat_map(counted)
        .map(|(rule, count)| format!("{rule} {}", grouped(count)))
        .collect();
    html! { @if !counts.is_empty() { p { (what) ": " (counts.join(", ")) } } }
}

fn accepted(report: &Report, counts: Option<&Counts>, file: usize) -> Markup {
    html! {
        @if report.accepted > 0 {
            h3 { "Accepted records" }
            @if let Some(confirmed) = counts.and_then(confirmed) { p { (confirmed) } }
            div.charts {
                @if report.flow != Some(Flow::D0172) { (charts::flags(report)) }
                @if let Some(counts) = counts {
                    (charts::months(counts, file))
                    (charts::distributors(counts))
                }
            }
        }
    }
}
