//! A rule set as a table for people, generated from the rule set itself.

use std::fmt::{self, Write as _};

use flagflow_domain::ServiceFlag;

use crate::point::{PointEvent, Statuses};
use crate::regime::{ANY_METERS, Decision, RuleSet};

/// All inputs of a rule set with its decisions; rows with equal decisions are merged.
///
/// Displays as columns of text; [`markdown`](Self::markdown) and [`csv`](Self::csv) have the same
/// content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    set: RuleSet,
    rows: Vec<TableRow>,
}

/// Inputs with one decision. Every combination of the values gives this decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRow {
    /// The events of a meter of the point.
    pub what: Vec<PointEvent>,
    /// The flags before; `None` is null.
    pub before: Vec<Option<ServiceFlag>>,
    /// The meters at the point afterwards, as far as the set distinguishes them; `any` if they make
    /// no difference.
    pub meters: Vec<&'static str>,
    /// The decision.
    pub decision: Decision,
}

/// The names of the columns.
const HEAD: [&str; 5] =
    ["what happens to a meter", "flag before", "meters at the point after", "flag after", "clause"];

impl Table {
    /// Returns the table of a rule set.
    #[must_use]
    pub fn new(set: RuleSet) -> Self {
        let mut rows = Vec::new();
        for what in PointEvent::all() {
            for before in flags_before(set) {
                rows.extend(asked(set, what, before));
            }
        }
        merge(&mut rows, |row| &mut row.meters, |row| (&row.what, &row.before));
        rows.iter_mut().for_each(|row| say_any(set, row));
        merge(&mut rows, |row| &mut row.before, |row| (&row.what, &row.meters));
        merge(&mut rows, |row| &mut row.what, |row| (&row.before, &row.meters));
        Self { set, rows }
    }

    /// Returns the rows, in the order of a meter's life.
    #[must_use]
    pub fn rows(&self) -> &[TableRow] {
        &self.rows
    }

    /// Renders the table as markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let rule = format!("|{}\n", "---|".repeat(HEAD.len()));
        let body: String = self.cells().iter().map(|cells| line(cells)).collect();
        line(&HEAD.map(str::to_owned)) + &rule + &body
    }

    /// Renders the table as csv, with every cell in quotes.
    #[must_use]
    pub fn csv(&self) -> String {
        let line = |cells: &[String]| {
            cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",") + "\n"
        };
        let body: String = self.cells().iter().map(|cells| line(cells)).collect();
        line(&HEAD.map(str::to_owned)) + &body
    }

    fn cells(&self) -> Vec<[String; 5]> {
        self.rows.iter().map(|row| cells(self.set, row)).collect()
    }
}

/// Quotes a csv cell, doubling its quotes.
fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

fn flags_before(set: RuleSet) -> impl Iterator<Item = Option<ServiceFlag>> {
    std::iter::once(None).chain(set.flags().iter().copied().map(Some))
}

/// Returns one row for each summary of the meters that are possible afterwards.
fn asked(set: RuleSet, what: PointEvent, before: Option<ServiceFlag>) -> Vec<TableRow> {
    let mut rows: Vec<TableRow> = Vec::new();
    for after in can_follow(set, what) {
        let meters = vec![set.summary(after)];
        if rows.iter().all(|row| row.meters != meters) {
            let decision = set.decide(what, before, after);
            rows.push(TableRow { what: vec![what], before: vec![before], meters, decision });
        }
    }
    rows
}

/// Returns the statuses that are possible after an event; all statuses if the event is irrelevant.
fn can_follow(set: RuleSet, what: PointEvent) -> impl Iterator<Item = Statuses> {
    Statuses::all().filter(move |after| set.is_function_of_state() || what.can_leave(*after))
}

/// Replaces the meters by `any` if the decision is the same for all of them.
fn say_any(set: RuleSet, row: &mut TableRow) {
    let possible = |what: &PointEvent| asked(set, *what, None).len();
    if row.what.iter().all(|what| row.meters.len() == possible(what)) {
        row.meters = vec![ANY_METERS];
    }
}

/// Merges rows that differ in one column only, at the position of the first.
fn merge<T, A: PartialEq, B: PartialEq>(
    rows: &mut Vec<TableRow>,
    column: impl Fn(&mut TableRow) -> &mut Vec<T>,
    others: impl for<'a> Fn(&'a TableRow) -> (&'a A, &'a B),
) {
    let mut merged: Vec<TableRow> = Vec::new();
    for mut row in rows.drain(..) {
        let same =
            |kept: &&mut TableRow| kept.decision == row.decision && others(kept) == others(&row);
        match merged.iter_mut().find(same) {
            Some(kept) => column(kept).append(column(&mut row)),
            None => merged.push(row),
        }
    }
    *rows = merged;
}

fn cells(set: RuleSet, row: &TableRow) -> [String; 5] {
    let any_flag = row.before.len() == flags_before(set).count();
    let before = row.before.iter().map(|flag| flag.map_or("null", ServiceFlag::as_str));
    [
        listed(row.what.iter(), row.what.len() == PointEvent::all().len()),
        listed(before, any_flag),
        listed(row.meters.iter(), false),
        row.decision.flag.map_or("stays".to_owned(), |flag| flag.to_string()),
        row.decision.clause.to_string(),
    ]
}

fn listed<T: fmt::Display>(values: impl Iterator<Item = T>, is_any: bool) -> String {
    if is_any {
        return "any".to_owned();
    }
    values.map(|value| value.to_string()).collect::<Vec<_>>().join("; ")
}

/// Formats columns of text: a cell of several values has a line for each.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = HEAD.map(str::to_owned);
        let cells = self.cells();
        let all = || std::iter::once(&head).chain(&cells);
        let widths: [usize; 5] = std::array::from_fn(|at| {
            all().flat_map(|row| row[at].split("; ")).map(str::len).max().unwrap_or_default()
        });
        writeln!(f, "{}\n", self.set.full_name())?;
        write_row(f, &head, &widths)?;
        let rule = widths.map(|width| "-".repeat(width));
        write_row(f, &rule, &widths)?;
        cells.iter().enumerate().try_for_each(|(at, row)| {
            // most rows have several lines
            if at > 0 {
                writeln!(f)?;
            }
            write_row(f, row, &widths)
        })
    }
}

fn write_row(f: &mut fmt::Formatter<'_>, row: &[String; 5], widths: &[usize; 5]) -> fmt::Result {
    // a clause is a sentence, which may contain semicolons
    let columns: [Vec<&str>; 5] = std::array::from_fn(|at| match at {
        4 => vec![row[at].as_str()],
        _ => row[at].split("; ").collect(),
    });
    let height = columns.iter().map(Vec::len).max().unwrap_or_default();
    (0..height).try_for_each(|at| write_line(f, &columns, at, widths))
}

fn write_line(
    f: &mut fmt::Formatter<'_>,
    columns: &[Vec<&str>; 5],
    at: usize,
    widths: &[usize; 5],
) -> fmt::Result {
    let mut line = String::new();
    for (column, width) in columns.iter().zip(widths) {
        let cell = column.get(at).copied().unwrap_or("");
        write!(line, "{cell:width$}  ")?;
    }
    writeln!(f, "{}", line.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_in_a_cell_is_doubled() {
        assert_eq!(quoted("stays"), "\"stays\"");
        assert_eq!(quoted("says \"A\", or N"), "\"says \"\"A\"\", or N\"");
    }
}
