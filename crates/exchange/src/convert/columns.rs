//! The columns of a table, by the names in its first row.

use std::fmt::Display;

use flagflow_check::escape;
use flagflow_frame::Position;

use crate::error::{Error, ErrorKind, Result};

use super::rows::Row;

/// Which cell of a row is which field.
pub(super) struct Columns<F> {
    known: Vec<(F, usize)>,
    count: usize,
    ignored: Vec<String>,
}

impl<F: Copy + PartialEq + Display> Columns<F> {
    /// By the cells of the first row: `known` says which field a name is, and those of `needed` have
    /// to be there.
    pub(super) fn named(
        row: &Row,
        known: impl Fn(&[u8]) -> Option<F>,
        needed: &[F],
    ) -> Result<Self> {
        let mut columns = Self { known: Vec::new(), count: row.len(), ignored: Vec::new() };
        for (at, name) in (0..row.len()).filter_map(|at| Some((at, row.cell(at)?))) {
            match known(name) {
                Some(field) if columns.find(field).is_some() => return Err(repeated(field)),
                Some(field) => columns.known.push((field, at)),
                None => columns.ignored.push(escape(name)),
            }
        }
        columns.complete(needed)
    }

    fn complete(self, needed: &[F]) -> Result<Self> {
        let missing = needed.iter().filter(|field| self.find(**field).is_none());
        let missing: Vec<_> = missing.map(ToString::to_string).collect();
        if missing.is_empty() { Ok(self) } else { Err(incomplete(&missing)) }
    }

    fn find(&self, wanted: F) -> Option<usize> {
        self.known.iter().find(|(field, _)| *field == wanted).map(|(_, at)| *at)
    }

    /// Whether a row has as many cells as there are columns, and no text behind a quote.
    pub(super) fn fit(&self, row: &Row) -> bool {
        row.len() == self.count && !row.broken
    }

    /// The text of a field in a row; `None` where there is no such column.
    pub(super) fn text<'r>(&self, row: &'r Row, field: F) -> Option<&'r [u8]> {
        self.find(field).and_then(|at| row.cell(at))
    }

    /// Where a field of a row is, and its text.
    pub(super) fn place<'r>(&self, row: &'r Row, field: F) -> (Position, Option<&'r [u8]>) {
        match self.find(field) {
            Some(at) => (row.place(at), row.cell(at)),
            None => (row.position, None),
        }
    }

    /// The names that mean nothing, in printable form.
    pub(super) fn ignored(&self) -> &[String] {
        &self.ignored
    }
}

fn repeated(field: impl Display) -> Error {
    Error::new(ErrorKind::Table, format!("the table has the column {field} twice"))
}

fn incomplete(missing: &[String]) -> Error {
    let what = format!(
        "the table has no column {}; the first row names the columns, parted by commas",
        missing.join(", ")
    );
    Error::new(ErrorKind::Table, what)
}
