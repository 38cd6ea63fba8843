//! A self-contained page: no script, nothing to load, readable on a phone and on paper.
//!
//! All markup is made by `maud`, which escapes all content.

mod charts;
mod rules;
mod section;

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::render::html::rules::Show;
use crate::render::wording::{grouped_by, plural, printable};
use crate::render::{ReportEntry, verdict};
use crate::report::Report;
use crate::severity::Severity;

/// The maximum number of bytes of a page, whatever the number of files and findings.
pub const MOST_BYTES: usize = 1_000_000;

/// Bytes reserved for the head of a page, its styles and its foot.
const FRAME: usize = 20_000;

/// Bytes reserved for the list of files.
const LIST: usize = 200_000;

/// Numbers of findings per rule, tried in turn until the page is small enough. The first number is
/// not a limit: more findings never fit a page.
const STEPS: [usize; 10] = [12_000, 1000, 100, 50, 20, 10, 5, 2, 1, 0];

/// The maximum number of characters shown of a file's name.
const NAME: usize = 200;

const STYLE: &str = include_str!("html/style.css");

/// Content security policy of the page: the browser loads nothing and runs no script.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// Writes the files of a run as one page of less than [`MOST_BYTES`].
///
/// The page shows the findings of the reports. If they do not fit, it shows fewer of each rule; if
/// even the counts of many files do not fit, it shows the failing files first. The page lists its
/// omissions.
///
/// # Errors
///
/// Returns the errors of the writer.
pub fn html(out: &mut impl Write, entries: &[ReportEntry]) -> io::Result<()> {
    let mut entries: Vec<(usize, &ReportEntry)> = (1..).zip(entries).collect();
    let list = List::fitting(&mut entries);
    let texts = if entries.len() > 1 {
        rules::texts(&entries)
    } else {
        html! {}
    };
    let room = MOST_BYTES - FRAME - list.markup.0.len() - texts.0.len();
    let sections = Sections::fitting(&entries, room);
    out.write_all(page(&entries, &list, &sections, &texts).into_string().as_bytes())
}

fn page(
    entries: &[(usize, &ReportEntry)],
    list: &List,
    sections: &Sections,
    texts: &Markup,
) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="color-scheme" content="light dark";
                meta name="generator" content=(concat!("flagflow ", env!("CARGO_PKG_VERSION")));
                link rel="icon" href="data:,";
                title { (title(entries)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { "Skip to the report" }
                header { h1 { "Check report" } (run_verdict(entries)) }
                main id="main" tabindex="-1" {
                    (sections.omissions())
                    (list.markup)
                    (sections.markup)
                    (texts)
                }
                footer { p { "Made by flagflow " (env!("CARGO_PKG_VERSION")) ". Counts are exact; "
                    "findings are samples where the page says so." } }
            }
        }
    }
}

fn title(entries: &[(usize, &ReportEntry)]) -> String {
    match entries {
        [(_, entry)] => format!("{} - check report", name(entry)),
        _ => format!("{} - check report", plural(entries.len() as u64, "file")),
    }
}

/// Returns a file's name with all characters visible, and a very long name shortened to both ends.
fn name(entry: &ReportEntry) -> String {
    let name = entry.path.to_string_lossy();
    let name = printable(&name);
    let length = name.chars().count();
    if length <= NAME {
        return name.into_owned();
    }
    let front: String = name.chars().take(NAME / 2).collect();
    let back: String = name.chars().skip(length - NAME / 2).collect();
    format!("{front} ... {back}")
}

/// Returns the verdict of a run of several files.
fn run_verdict(entries: &[(usize, &ReportEntry)]) -> Markup {
    if let [(_, entry)] = entries {
        return html! { p.file { (name(entry)) } };
    }
    let failed = entries.iter().filter(|(_, entry)| entry.fails()).count();
    let files = plural(entries.len() as u64, "file");
    html! { p.verdict { (badge(failed > 0)) " " (files) ", of which " (failed) " failed" } }
}

fn badge(failed: bool) -> Markup {
    html! {
        @if failed { strong.badge.error { "FAILED" } } @else { strong.badge.passed { "PASSED" } }
    }
}

/// The list of a run's files.
struct List {
    markup: Markup,
}

impl List {
    /// Returns the list of all files if it fits, else with the failing files first. A single file
    /// has no list.
    fn fitting(entries: &mut [(usize, &ReportEntry)]) -> Self {
        if entries.len() == 1 {
            return Self { markup: html! {} };
        }
        let (rows, listed) = rows(entries);
        if listed == entries.len() {
            return Self { markup: table(&rows, 0) };
        }
        entries.sort_by_key(|(_, entry)| !entry.fails());
        let (rows, listed) = self::rows(entries);
        Self { markup: table(&rows, entries.len() - listed) }
    }
}

/// Returns the rows of as many files as fit, and their number.
fn rows(entries: &[(usize, &ReportEntry)]) -> (String, usize) {
    let mut rows = String::new();
    for (listed, (number, entry)) in entries.iter().enumerate() {
        let row = row(*number, entry).into_string();
        if rows.len() + row.len() > LIST {
            return (rows, listed);
        }
        rows.push_str(&row);
    }
    (rows, entries.len())
}

fn row(number: usize, entry: &ReportEntry) -> Markup {
    let link = format!("#file-{number}");
    html! {
        tr {
            th scope="row" { a href=(link) { (name(entry)) } }
            td { (badge(entry.fails())) }
            @match entry.report() {
                Some(report) => {
                    td.number { (grouped(report.records)) }
                    td.number { (grouped(report.rejected)) }
                    @for severity in Severity::ALL.into_iter().rev() {
                        td.number { (grouped(report.count_of(severity))) }
                    }
                }
                None => td colspan="5" { "could not be read" }
            }
        }
    }
}

fn table(rows: &str, left_out: usize) -> Markup {
    html! {
        section {
            h2 { "Files" }
            @if left_out > 0 { p.said { (plural(left_out as u64, "more file")) " left out" } }
            div.wide tabindex="0" role="region" aria-label="Table of files" {
                table {
                    thead { tr {
                        th scope="col" { "File" } th scope="col" { "Verdict" }
                        @for name in ["Records", "Rejected", "Errors", "Warnings", "Notes"] {
                            th.number scope="col" { (name) }
                        }
                    } }
                    tbody { (PreEscaped(rows)) }
                }
            }
        }
    }
}

/// The parts of the page for each file.
struct Sections {
    markup: Markup,
    /// The number of files that are not shown.
    left_out: usize,
    /// The number of findings per rule that fits the page.
    limit: usize,
}

impl Sections {
    fn fitting(entries: &[(usize, &ReportEntry)], room: usize) -> Self {
        let fits = |sections: &Self| sections.left_out == 0 || sections.limit == 0;
        let mut tried = STEPS.into_iter().map(|most| Self::limited(entries, most, room));
        tried.find(fits).unwrap_or_else(|| Self::limited(entries, 0, room))
    }

    /// Returns as many files as fit, each with so many findings of a rule.
    fn limited(entries: &[(usize, &ReportEntry)], limit: usize, room: usize) -> Self {
        let mut markup = String::new();
        let mut shown = 0;
        for (number, entry) in entries {
            let room = room - markup.len();
            let show = Show { most: limit, room, texts: entries.len() == 1 };
            let section = section::section(*number, entry, show);
            let Some(section) = section.filter(|section| section.len() <= room) else { break };
            markup.push_str(&section);
            shown += 1;
        }
        Self { markup: PreEscaped(markup), left_out: entries.len() - shown, limit }
    }

    /// Returns the notice of omissions due to the page's size.
    fn omissions(&self) -> Markup {
        html! {
            @if self.limit < STEPS[0] {
                p.said { "To stay small, the page shows at most " (self.limit)
                    " findings of each rule." }
            }
            @if self.left_out > 0 {
                p.said { "The details of " (plural(self.left_out as u64, "file"))
                    " are left out." }
            }
        }
    }
}

/// Formats a number with narrow no-break spaces between thousands.
fn grouped(number: u64) -> String {
    grouped_by('\u{202F}', number)
}

/// Returns the verdict in words, with a badge.
fn file_verdict(entry: &ReportEntry, report: &Report) -> Markup {
    let message = verdict(report, entry.fails());
    let rest = message.split_once(": ").map_or("", |(_, rest)| rest);
    html! { p.verdict { (badge(entry.fails())) " " (rest) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1\u{202F}000"),
            (10_000_000, "10\u{202F}000\u{202F}000"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn long_names_show_both_ends() {
        let entry = ReportEntry::unreadable(format!("{}end", "a".repeat(5000)), "gone");
        let name = name(&entry);
        assert!(name.len() < 220 && name.starts_with("aaa") && name.ends_with("end"));
    }
}
