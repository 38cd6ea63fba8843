//! Findings by rule: the texts of the rule, and records with their bad bytes marked.

use maud::{Markup, PreEscaped, html};

use crate::finding::{Excerpt, Finding, escape};
use crate::layout::Layout;
use crate::render::ReportEntry;
use crate::render::html::grouped;
use crate::render::wording::{counted, plural, samples};
use crate::report::Report;
use crate::rule::{Guidance, REGISTRY, RuleId};

/// Limits for one file.
#[derive(Clone, Copy)]
pub(crate) struct Show {
    /// The maximum number of findings of each rule.
    pub(crate) most: usize,
    /// The maximum number of bytes.
    pub(crate) room: usize,
    /// True if the texts of rules are beside their findings, false if they are at the end for all
    /// files.
    pub(crate) texts: bool,
}

/// Returns the texts of the rules that files broke, for the end of the page.
pub(crate) fn texts(entries: &[(usize, &ReportEntry)]) -> Markup {
    let reports = || entries.iter().filter_map(|(_, entry)| entry.report());
    let broken = REGISTRY.iter().filter(|rule| reports().any(|r| r.totals[rule.id] > 0));
    html! {
        section {
            h2 { "The rules" }
            @for rule in broken {
                h3 id=(format!("rule-{}", rule.name)) { (rule.name) }
                p { (rule.summary) }
                @for layout in layouts(reports(), rule.id) { (message(rule.guidance(layout))) }
            }
        }
    }
}

/// Returns one layout for each different guidance of a rule that the files need.
fn layouts<'r>(reports: impl Iterator<Item = &'r Report>, rule: RuleId) -> Vec<Layout> {
    let mut layouts: Vec<Layout> = Vec::new();
    for report in reports.filter(|report| report.totals[rule] > 0) {
        let guidance = |layout: &Layout| rule.rule().guidance(*layout);
        if layouts.iter().all(|it| guidance(it) != guidance(&report.layout)) {
            layouts.push(report.layout);
        }
    }
    layouts
}

fn message(Guidance { why, help, source }: Guidance) -> Markup {
    html! {
        dl.texts {
            dt { "Why" } dd { (why) }
            dt { "Help" } dd { (help) }
            dt { "Source" } dd { (source) }
        }
    }
}

/// Returns the findings, most severe rules first; `None` if they do not fit.
pub(crate) fn rules(entry: &ReportEntry, report: &Report, show: Show) -> Option<Markup> {
    let mut broken: Vec<(RuleId, u64)> = counted(&report.totals).collect();
    broken.sort_by_key(|(rule, _)| std::cmp::Reverse(report.severity[*rule]));
    let mut markup = String::new();
    for (place, (rule, total)) in broken.iter().enumerate() {
        // findings that fail the file are unfolded
        let open = place == 0 && entry.fails();
        markup.push_str(&rule_block(report, (*rule, *total), show, open).into_string());
        if markup.len() > show.room {
            return None;
        }
    }
    Some(html! {
        h3 { "Findings" }
        @if broken.is_empty() { p { "None." } } @else { (PreEscaped(markup)) }
    })
}

fn rule_block(report: &Report, (id, total): (RuleId, u64), show: Show, open: bool) -> Markup {
    let (rule, severity) = (id.rule(), report.severity[id]);
    html! {
        details.rule open[open] data-rule=(rule.name) data-count=(total) {
            summary {
                span.badge.(severity.as_str()) { (severity) } " "
                h4 { (rule.name) } " "
                span.count { (grouped(total)) }
            }
            div.body {
                p { (rule.summary) }
                @match show.texts {
                    true => (message(rule.guidance(report.layout))),
                    false => p { a href=(format!("#rule-{}", rule.name)) {
                        "Why, help and source of " (rule.name) } }
                }
                (shown(report, id, total, show.most))
            }
        }
    }
}

fn shown(report: &Report, rule: RuleId, total: u64, most: usize) -> Markup {
    let findings: Vec<&Finding> = samples(report, rule).take(most).collect();
    let shown = findings.len() as u64;
    html! {
        @if shown < total {
            p.said { @if shown == 0 { "No sample is shown of " (plural(total, "finding")) "." }
                @else { "The first " (grouped(shown)) " of " (grouped(total)) ":" } }
        }
        @if shown > 0 { ol.findings { @for finding in findings { li { (one(finding)) } } } }
    }
}

fn one(finding: &Finding) -> Markup {
    let Finding { line, column, offset, length, .. } = finding;
    html! {
        p {
            b { "line " (grouped(*line)) ", column " (column) }
            @if let Some(field) = &finding.field { " " code { (field) } }
            ": " (finding.message)
            @if let Some(expected) = &finding.expected { ", expected " (expected) }
        }
        @match &finding.excerpt {
            Some(excerpt) => (record(excerpt, *column)),
            None => @if let Some(value) = &finding.value { pre { mark { (value) } } }
        }
        p.place {
            @if let Some(record) = finding.record { "record " (grouped(record)) ", " }
            "offset " (grouped(*offset)) ", " (plural(*length, "byte"))
        }
    }
}

/// Returns the record around a finding, with the bad bytes marked.
fn record(excerpt: &Excerpt, column: u64) -> Markup {
    let (before, rest) = excerpt.bytes.split_at(excerpt.start);
    let (span, after) = rest.split_at(excerpt.length);
    html! {
        pre {
            @if excerpt.cut_before { span.cut { "..." } }
            (escape(before))
            @if span.is_empty() { mark.empty title=(format!("here, at column {column}")) {} }
            @else { mark { (escape(span)) } }
            (escape(after))
            @if excerpt.cut_after { span.cut { "..." } }
        }
    }
}
