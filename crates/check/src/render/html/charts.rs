//! Charts of accepted records. Each is a table too: the bars only repeat its numbers.

use flagflow_domain::ServiceFlag;
use maud::{Markup, html};

use crate::counts::{Bar, Counts, Flagged, Histogram};
use crate::render::html::grouped;
use crate::report::Report;

/// The maximum number of bars of a histogram.
const BARS: u32 = 60;

/// Returns the table of flags, with a bar each.
pub(crate) fn flags(report: &Report) -> Markup {
    let rows: Vec<(String, &str, u64)> =
        report.flags.iter().map(|(flag, count)| (flag.to_string(), flag.name(), count)).collect();
    html! {
        table.bars {
            caption { "By flag" }
            tbody { @for (flag, name, count) in &rows {
                tr data-flag=(flag) data-count=(count) {
                    th scope="row" { b { (flag) } " " (name) }
                    (bar_cells(*count, report.accepted))
                }
            } }
        }
    }
}

/// Returns the table of distributors of electricity files, with a bar each.
pub(crate) fn distributors(counts: &Counts) -> Markup {
    let rows: Vec<_> = counts.distributors().collect();
    let total = counts.total();
    html! {
        @if !rows.is_empty() {
            table.bars {
                caption { "By distributor" }
                tbody { @for (distributor, count) in &rows {
                    tr data-distributor=(distributor) data-count=(count) {
                        th scope="row" { b { (distributor) } " " (distributor.participant().unwrap_or(
                            if distributor.is_known() { "independent" } else { "unknown" })) }
                        (bar_cells(*count, total))
                    }
                } }
            }
        }
    }
}

/// Returns the cells of a number, its share, and a bar of that width.
fn bar_cells(count: u64, total: u64) -> Markup {
    let percent = percent(count, total);
    html! {
        td.number { (grouped(count)) }
        td.number.share { (format!("{percent:.1} %")) }
        td.bar aria-hidden="true" { div style=(format!("width:{percent:.2}%")) {} }
    }
}

/// Returns a share for display; the precision of a double suffices.
#[expect(clippy::cast_precision_loss)]
fn percent(count: u64, total: u64) -> f64 {
    count as f64 * 100.0 / (total.max(1) as f64)
}

/// Returns the chart of effective dates.
pub(crate) fn months(counts: &Counts, file: usize) -> Markup {
    let histogram = Histogram::new(counts, BARS);
    let without = counts.without_day().total();
    let (Some(first), Some(last)) = (histogram.bars.first(), histogram.bars.last()) else {
        return html! {};
    };
    let (caption, highest) = (format!("file-{file}-months"), grouped(histogram.highest()));
    html! {
        figure.histogram aria-labelledby=(caption) {
            figcaption id=(caption) { "By effective date, from " (first.first) " to " (last.last) }
            p.axis aria-hidden="true" { span { "most in a bar: " (highest) } }
            (drawn(&histogram))
            p.axis aria-hidden="true" { span { (first.name()) } span { (last.name()) } }
            @if without > 0 { p { (grouped(without)) " without a day" } }
            details {
                summary { "The same as a table" }
                (table(&histogram, file))
            }
        }
    }
}

/// Returns the picture; its text is that of the table below it.
fn drawn(histogram: &Histogram) -> Markup {
    let bars = histogram.bars.len();
    let highest = histogram.highest();
    html! {
        svg viewBox=(format!("0 0 {} 100", bars * 10)) preserveAspectRatio="none" role="img"
            aria-label=(format!("Bar chart of accepted records by effective date, {bars} bars; \
                the table below has their numbers")) {
            @for (at, bar) in histogram.bars.iter().enumerate() {
                @let count = bar.count.total();
                @let height = height(count, highest);
                rect x=(at * 10 + 1) y=(format!("{:.1}", 100.0 - height)) width="8"
                    height=(format!("{height:.1}")) {
                    title { (bar.name()) ": " (grouped(count)) }
                }
            }
        }
    }
}

/// Returns the height of a bar, of 100; a count above zero is always visible.
fn height(count: u64, highest: u64) -> f64 {
    if count == 0 { 0.0 } else { percent(count, highest).max(1.0) }
}

fn table(histogram: &Histogram, file: usize) -> Markup {
    let all = histogram.bars.iter().fold(Flagged::default(), |mut all, bar| {
        all.merge(&bar.count);
        all
    });
    let flags: Vec<ServiceFlag> = all.flags.iter().map(|(flag, _)| flag).collect();
    html! {
        div.wide tabindex="0" role="region" aria-label=(format!("Effective dates of file {file}")) {
            table {
                thead { tr {
                    th scope="col" { "Effective" } th.number scope="col" { "Records" }
                    @for flag in &flags { th.number scope="col" { (flag) } }
                } }
                tbody { @for bar in &histogram.bars { (row(bar, &flags)) } }
            }
        }
    }
}

fn row(bar: &Bar, flags: &[ServiceFlag]) -> Markup {
    let count = bar.count.total();
    html! {
        tr data-months=(bar.name()) data-count=(count) {
            th scope="row" { (bar.name()) }
            td.number { (grouped(count)) }
            @for flag in flags { td.number { (grouped(bar.count.flags.of(*flag))) } }
        }
    }
}
