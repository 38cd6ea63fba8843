//! The columns of a table, by the names in its first row.

use std::fmt::Display;

use flagflow_check::escape;
use flagflow_domain::Fuel;
use flagflow_frame::Position;

use flagflow_files::{Error, ErrorKind, Result};

use super::names::{FUEL, listed, normal};
use super::reason::ConvertReason;
use super::rows::TableLine;
use flagflow_files::spreadsheet::unguarded;

/// Maps the cells of a row to fields.
pub(super) struct TableColumns<F> {
    known: Vec<(F, usize)>,
    /// Column of the fuel of a row.
    fuel: Option<usize>,
    /// The columns whose name is empty.
    unnamed: Vec<usize>,
    /// The cells that a row has at least: those up to the last column with a name.
    least: usize,
    count: usize,
    ignored: Vec<String>,
    /// True if the table was written so that a spreadsheet takes no cell for a formula.
    csv_safe: bool,
}

/// Name shown for a column without a name.
const NAMELESS: &str = "(without a name)";

impl<F: Copy + PartialEq + Display> TableColumns<F> {
    /// Reads the column names in the cells of the first row: `known` returns the field of a name,
    /// and those of `needed` must be present. `mask` hides possible meter points in messages.
    pub(super) fn named(
        row: &TableLine,
        known: impl Fn(String) -> Option<F>,
        needed: &[F],
        (mask, csv_safe): (bool, bool),
    ) -> Result<Self> {
        let count = row.len();
        let mut columns = Self {
            known: Vec::new(),
            fuel: None,
            unnamed: Vec::new(),
            least: 0,
            count,
            ignored: Vec::new(),
            csv_safe,
        };
        for (at, cell) in (0..count).filter_map(|at| Some((at, row.cell(at)?))) {
            let name = normal(cell);
            match known(name.clone()) {
                _ if name.is_empty() => columns.unnamed.push(at),
                Some(field) => match columns.find(field) {
                    Some(first) => {
                        let cells = [first, at].into_iter().filter_map(|at| row.cell(at));
                        return Err(repeated(field, &listed(cells, mask)));
                    }
                    None => columns.known.push((field, at)),
                },
                None if name == FUEL && columns.fuel.is_none() => columns.fuel = Some(at),
                None => columns.ignored.push(escape(cell)),
            }
            if !name.is_empty() {
                columns.least = at + 1;
            }
        }
        let missing = needed.iter().filter(|field| columns.find(**field).is_none());
        let missing: Vec<_> = missing.map(ToString::to_string).collect();
        if missing.is_empty() {
            return Ok(columns);
        }
        let names = listed((0..count).filter_map(|at| row.cell(at)), mask);
        Err(incomplete(&missing, &names))
    }

    fn find(&self, wanted: F) -> Option<usize> {
        self.known.iter().find(|(field, _)| *field == wanted).map(|(_, at)| *at)
    }

    /// Refuses a row that has cells with text after the last column, too few cells, or text after a
    /// closing quote.
    pub(super) fn fit(&mut self, row: &TableLine) -> Result<(), ConvertReason> {
        let is_empty = |at: usize| row.cell(at).is_none_or(|cell| cell.trim_ascii().is_empty());
        if row.broken {
            return Err(ConvertReason::TextBehindQuote);
        }
        if row.len() < self.least || !(self.count..row.len()).all(is_empty) {
            let (cells, columns) = (row.len(), self.count);
            return Err(ConvertReason::MalformedRow { cells, columns });
        }
        if !self.unnamed.iter().copied().all(is_empty) {
            self.unnamed.clear();
            self.ignored.push(NAMELESS.to_owned());
        }
        Ok(())
    }

    /// Returns whether a row is of another fuel than this one, by its column.
    pub(super) fn is_of_other_fuel(&self, row: &TableLine, fuel: Fuel) -> bool {
        let text = self.fuel.and_then(|at| row.cell(at)).map(normal);
        text.is_some_and(|text| !text.is_empty() && text != fuel.to_string())
    }

    /// Returns the text of a field in a row; `None` if the column is missing.
    pub(super) fn text<'r>(&self, row: &'r TableLine, field: F) -> Option<&'r [u8]> {
        let text = self.find(field).and_then(|at| row.cell(at))?;
        Some(if self.csv_safe { unguarded(text) } else { text })
    }

    /// Returns the position of a field in a row, and its text.
    pub(super) fn place<'r>(&self, row: &'r TableLine, field: F) -> (Position, Option<&'r [u8]>) {
        match self.find(field) {
            Some(at) => (row.place(at), row.cell(at)),
            None => (row.position, None),
        }
    }

    /// Returns the names that mean nothing, in printable form.
    pub(super) fn ignored(&self) -> &[String] {
        &self.ignored
    }
}

fn repeated(field: impl Display, names: &str) -> Error {
    let what = format!("the table has the column {field} twice: {names}");
    Error::new(ErrorKind::Table, what)
}

fn incomplete(missing: &[String], names: &str) -> Error {
    let what = format!(
        "the table has no column {}; its columns are {names}: the first row names the columns, separated \
         by commas",
        missing.join(", ")
    );
    Error::new(ErrorKind::Table, what)
}
