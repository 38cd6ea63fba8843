//! Summaries of files: text with small plots for a terminal, and JSON for scripts.

use std::fmt::Write as _;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::counts::{Confirmed, Counts, Flagged, Histogram};
use crate::layout::Flow;
use crate::render::wording::{amount, confirmed, described, grouped};
use crate::report::Report;
use flagflow_frame::escape;

/// The name of the format that [`summary_json`] writes, in each line's `schema`.
pub const SUMMARY_SCHEMA: &str = "flagflow-summary/1";

/// Options of a summary.
#[derive(Clone, Copy, Debug)]
pub struct SummaryOptions {
    /// The number of columns; at least [`SummaryOptions::NARROWEST`] are used.
    pub width: usize,
    /// Draws bars with `#` only instead of block elements.
    pub ascii: bool,
    /// Colours bars with terminal escapes.
    pub color: bool,
}

impl SummaryOptions {
    /// The minimum number of columns of a summary.
    pub const NARROWEST: usize = 40;
}

impl Default for SummaryOptions {
    fn default() -> Self {
        Self { width: 80, ascii: false, color: false }
    }
}

/// The maximum number of rows of the plot over time.
const MONTHS: u32 = 24;

/// Returns one file's accepted records by flag, month and distributor, as text with plots.
#[must_use]
pub fn summary(file: &str, report: &Report, counts: &Counts, options: &SummaryOptions) -> String {
    let Report { records, accepted, rejected, .. } = report;
    let mut out = format!("{}\n  {}\n", escape(file.as_bytes()), described(report));
    let (all, accepted, rejected) =
        (amount(*records, "record"), grouped(*accepted), grouped(*rejected));
    push(&mut out, format_args!("  {all}: {accepted} accepted, {rejected} rejected\n"));
    out + &plots(counts, options)
}

/// Returns the accepted records of several files together, as text with plots.
#[must_use]
pub fn summary_of_all(files: u64, counts: &Counts, options: &SummaryOptions) -> String {
    let accepted = counts.total();
    let files = amount(files, "file");
    format!("all of {files}\n  {}\n", amount(accepted, "accepted record")) + &plots(counts, options)
}

fn plots(counts: &Counts, options: &SummaryOptions) -> String {
    let mut out = String::new();
    if let Some(confirmed) = confirmed(counts) {
        push(&mut out, format_args!("  {confirmed}\n"));
    }
    for (title, rows) in [
        ("by flag", flags(counts)),
        ("by effective date", months(counts)),
        ("by distributor", distributors(counts)),
    ] {
        if !rows.is_empty() {
            push(&mut out, format_args!("\n  {title}\n"));
            plot(&mut out, &rows, options);
        }
    }
    out
}

/// The label of a row of a plot, and its count.
type Row = (String, u64);

fn flags(counts: &Counts) -> Vec<Row> {
    let Flagged { flags, without } = counts.flags();
    let mut rows: Vec<Row> =
        flags.iter().map(|(flag, count)| (format!("{flag} {}", flag.name()), count)).collect();
    rows.extend((without > 0).then(|| ("without".to_owned(), without)));
    rows
}

fn months(counts: &Counts) -> Vec<Row> {
    let bars = Histogram::new(counts, MONTHS).bars;
    let mut rows: Vec<Row> = bars.iter().map(|bar| (bar.name(), bar.count.total())).collect();
    let without = counts.without_day().total();
    rows.extend((without > 0).then(|| ("without".to_owned(), without)));
    rows
}

fn distributors(counts: &Counts) -> Vec<Row> {
    let name = |of: flagflow_domain::Distributor| match of.participant() {
        Some(participant) => format!("{of} {participant}"),
        None if of.is_known() => format!("{of} independent"),
        None => format!("{of} unknown"),
    };
    counts.distributors().map(|(of, count)| (name(of), count)).collect()
}

/// The minimum number of columns of the longest bar, if names can be shortened for it.
const SHORTEST_BAR: usize = 4;

/// The minimum number of columns of a shortened name.
const SHORTEST_NAME: usize = 8;

fn plot(out: &mut String, rows: &[Row], options: &SummaryOptions) {
    let label = rows.iter().map(|(label, _)| label.len()).max().unwrap_or(0);
    let number = rows.iter().map(|(_, count)| grouped(*count).len()).max().unwrap_or(0);
    let highest = rows.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let total = rows.iter().map(|(_, count)| count).sum();
    // the margin, two spaces between, and the share with its own
    let room = options.width.max(SummaryOptions::NARROWEST).saturating_sub(number + 15);
    // where little is left, names are cut rather than bars
    let label = label.min(room.saturating_sub(SHORTEST_BAR).max(SHORTEST_NAME));
    let room = room.saturating_sub(label);
    for (name, count) in rows {
        let name = match name.len() > label {
            true => format!("{}..", name.get(..label - 2).unwrap_or_default()),
            false => name.clone(),
        };
        let shown = grouped(*count);
        let share = percent(*count, total);
        let bar = bar(*count, highest, room, options);
        let row = format!("    {name:<label$}  {shown:>number$} {share:>6.1}% {bar}");
        push(out, format_args!("{}\n", row.trim_end()));
    }
}

/// Block elements of one to seven eighths.
const EIGHTHS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// Returns a bar of at most `room` columns; a count above zero is always visible.
fn bar(count: u64, highest: u64, room: usize, options: &SummaryOptions) -> String {
    if count == 0 {
        return String::new();
    }
    let steps = if options.ascii { 1 } else { 8 };
    let length = scaled(count, highest, room * steps).max(1);
    let mut bar = String::from(if options.ascii { "#" } else { "█" }).repeat(length / steps);
    bar.extend((length % steps).checked_sub(1).map(|eighth| EIGHTHS[eighth]));
    let style = Style::new().fg_color(Some(AnsiColor::Cyan.into()));
    if options.color { format!("{style}{bar}{style:#}") } else { bar }
}

/// Returns the share of `room` that `count` is of `highest`, rounded down.
fn scaled(count: u64, highest: u64, room: usize) -> usize {
    let length = u128::from(count) * room as u128 / u128::from(highest.max(1));
    usize::try_from(length).unwrap_or(room).min(room)
}

/// Returns a share for display; the precision of a double suffices.
#[expect(clippy::cast_precision_loss)]
fn percent(count: u64, total: u64) -> f64 {
    count as f64 * 100.0 / (total.max(1) as f64)
}

/// Appends to a string, which cannot fail.
fn push(out: &mut String, args: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(args);
}

/// Writes one file's accepted records as one line of JSON, without a line ending.
///
/// `{"schema":"flagflow-summary/1","file":s,"flow":s|null,"layout":s,"profile":s|null,
/// "policy":s|null,"records":n,"accepted":n,"rejected":n,"flags":{"A":n},
/// "months":{"2021-11":{"A":n}},"without_day":{"A":n},"distributors":{"10":n},"confirmed":null}`; a
/// record whose flag cannot be read counts under `without`. Zeros are left out. `confirmed` of a
/// D0172 is `{"files":n,"received":n,"accepted":n,"rejected":n}`.
///
/// # Errors
///
/// Returns the errors of the writer.
pub fn summary_json(
    out: &mut impl Write,
    file: &str,
    report: &Report,
    counts: &Counts,
) -> io::Result<()> {
    serde_json::to_writer(out, &JsonSummary { file, report, counts }).map_err(Into::into)
}

struct JsonSummary<'a> {
    file: &'a str,
    report: &'a Report,
    counts: &'a Counts,
}

impl Serialize for JsonSummary<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { report, counts, .. } = self;
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("schema", SUMMARY_SCHEMA)?;
        object.serialize_entry("file", &escape(self.file.as_bytes()))?;
        object.serialize_entry("flow", &report.flow.map(Flow::as_str))?;
        object.serialize_entry("layout", report.layout.as_str())?;
        object.serialize_entry("profile", &report.profile)?;
        object.serialize_entry("policy", &report.policy)?;
        object.serialize_entry("records", &report.records)?;
        object.serialize_entry("accepted", &report.accepted)?;
        object.serialize_entry("rejected", &report.rejected)?;
        object.serialize_entry("flags", &JsonFlagged(counts.flags()))?;
        object.serialize_entry("months", &JsonMonths(counts))?;
        object.serialize_entry("without_day", &JsonFlagged(counts.without_day()))?;
        object.serialize_entry("distributors", &JsonDistributors(counts))?;
        let confirmed = counts.confirmed();
        let confirmed = (report.flow == Some(Flow::D0172)).then_some(JsonConfirmed(confirmed));
        object.serialize_entry("confirmed", &confirmed)?;
        object.end()
    }
}

struct JsonFlagged(Flagged);

impl Serialize for JsonFlagged {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Flagged { flags, without } = self.0;
        let flags = flags.iter().map(|(flag, count)| (flag.as_str(), count));
        serializer.collect_map(flags.chain((without > 0).then_some(("without", without))))
    }
}

struct JsonConfirmed(Confirmed);

impl Serialize for JsonConfirmed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Confirmed { files, received, accepted, rejected } = self.0;
        let numbers = [files, received, accepted, rejected];
        let names = ["files", "received", "accepted", "rejected"];
        serializer.collect_map(names.into_iter().zip(numbers))
    }
}

struct JsonMonths<'a>(&'a Counts);

impl Serialize for JsonMonths<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let months = self.0.months();
        serializer.collect_map(months.map(|(month, count)| (month.to_string(), JsonFlagged(count))))
    }
}

struct JsonDistributors<'a>(&'a Counts);

impl Serialize for JsonDistributors<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.distributors().map(|(of, count)| (of.to_string(), count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, check_records};

    fn summarised(options: &SummaryOptions) -> String {
        let mut file = "E451234567810A20220101\n".repeat(3) + "E450000123409N20220301\nE45\n";
        file.push_str("E450000123409I20220302\n");
        let mut counts = Counts::default();
        let report = check_records(file.as_bytes(), &Options::default(), &mut counts).unwrap();
        summary("in", &report, &counts, options)
    }

    #[test]
    fn a_summary_in_blocks_and_in_ascii() {
        let expected = "in
  e45, layout fixed, bare, edition any
  6 records: 5 accepted, 1 rejected

  by flag
    A Active                    3   60.0% ████████
    I InstalledNotCommissioned  1   20.0% ██▋
    N Non-Active                1   20.0% ██▋

  by effective date
    2022-01  3   60.0% ███████████████████████████
    2022-02  0    0.0%
    2022-03  2   40.0% ██████████████████
";
        let narrow = SummaryOptions { width: 50, ..SummaryOptions::default() };
        assert_eq!(summarised(&narrow), expected);
        let ascii = SummaryOptions { ascii: true, ..SummaryOptions::default() };
        assert!(summarised(&ascii).is_ascii());
        let color = SummaryOptions { color: true, ..SummaryOptions::default() };
        let colored = summarised(&color);
        assert!(colored.contains("\u{1b}[36m") && colored.contains("\u{1b}[0m"));
    }

    /// Returns the text and the JSON of a file.
    fn both(file: &str) -> (String, String) {
        let (options, mut counts, mut json) = (Options::default(), Counts::default(), Vec::new());
        let report = check_records(file.as_bytes(), &options, &mut counts).unwrap();
        summary_json(&mut json, "in", &report, &counts).unwrap();
        let text = summary("in", &report, &counts, &SummaryOptions::default());
        (text, String::from_utf8(json).unwrap())
    }

    #[test]
    fn a_summary_of_confirmations_has_no_plots() {
        let file = "ZHV|0000000042|D0172001|P|EELC|Z|DCCO|20220301093000||||OPER|\n749|1|\n\
            357|1|DC90|20220301|0000475656|1200|1199|1|\n357|2|DC90|20220301|0000475657|0|0|0|\n\
            357|3|DC90|20220301|0000475658|2|2|1|\nZPT|0000000042|4||1|20220301093500|\n";
        let (text, json) = both(file);
        let expected = "in
  d0172, layout zhv, with envelope, edition mp077, profile dtc-15.4
  3 records: 2 accepted, 1 rejected
  confirms 2 files of 1,200 instructions: 1,199 accepted, 1 rejected
";
        assert_eq!(text, expected);
        let confirmed = r#""confirmed":{"files":2,"received":1200,"accepted":1199,"rejected":1}}"#;
        assert!(json.contains(r#""profile":"dtc-15.4","policy":null"#), "{json}");
        assert!(json.ends_with(confirmed), "{json}");
        let (text, json) = both("E451234567810A20220101\n");
        assert!(json.contains(r#""profile":null"#) && json.ends_with(r#""confirmed":null}"#));
        assert!(!text.contains("confirms"));
    }

    #[test]
    fn rows_fit_the_width() {
        for width in [0, 40, 60, 80, 133] {
            for ascii in [false, true] {
                let shown = summarised(&SummaryOptions { width, ascii, color: false });
                let bars = shown.lines().filter(|line| line.contains('%'));
                let widest = bars.map(|line| line.chars().count()).max().unwrap();
                assert!(
                    widest <= width.max(SummaryOptions::NARROWEST),
                    "{widest} of {width}:\n{shown}"
                );
            }
        }
    }

    #[test]
    fn bars_are_as_long_as_their_numbers() {
        let bar = |count, room, ascii| {
            bar(count, 100, room, &SummaryOptions { ascii, ..SummaryOptions::default() })
        };
        assert_eq!([bar(0, 10, false), bar(1, 10, false)], ["", "▏"]);
        assert_eq!([bar(100, 3, false), bar(50, 3, false)], ["███", "█▌"]);
        assert_eq!([bar(100, 3, true), bar(50, 3, true), bar(1, 3, true)], ["###", "#", "#"]);
        assert_eq!(scaled(u64::MAX, u64::MAX, 80), 80);
    }
}
