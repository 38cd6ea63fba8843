//! Columns of canonical records, without a string for each row.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Date32Array, Int64Array, StringArray, new_null_array};
use arrow_buffer::{Buffer, OffsetBuffer, ScalarBuffer};

use flagflow_domain::Outcome;
use flagflow_frame::Position;

use crate::error::{Error, ErrorKind, Result};
use crate::schema::Column;

/// The columns of the records of a batch. An empty column is null.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ColumnCells<'b> {
    pub(crate) rows: usize,
    pub(crate) fuel: &'static str,
    /// The types of records without and with an outcome.
    pub(crate) transaction_types: [&'static str; 2],
    pub(crate) points: &'b [u64],
    pub(crate) flags: &'b [u8],
    pub(crate) days: &'b [i32],
    /// The first letters, or 0.
    pub(crate) outcomes: &'b [u8],
    pub(crate) numbers: &'b [u64],
    /// Parties of four characters, with zeros for the ones that are missing at the end.
    pub(crate) parties: &'b [[u8; 4]],
}

/// Makes arrays, and keeps those that are the same in each batch.
#[derive(Debug, Default)]
pub(crate) struct ArrayMaker {
    kept: Vec<(Column, KeptValue, ArrayRef)>,
    /// Offsets of texts of one length: the length, and the offsets.
    offsets: Vec<(usize, OffsetBuffer<i32>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum KeptValue {
    Null,
    Text(&'static str),
}

impl ArrayMaker {
    pub(crate) fn array(&mut self, column: Column, cells: &ColumnCells<'_>) -> Result<ArrayRef> {
        let rows = cells.rows;
        Ok(match column {
            Column::Fuel => self.constant(column, KeptValue::Text(cells.fuel), rows),
            Column::TransactionType => self.transaction_types(column, cells)?,
            Column::MeterPoint if !cells.points.is_empty() => Arc::new(numbers(cells.points)?),
            Column::InstructionNumber if !cells.numbers.is_empty() => {
                Arc::new(numbers(cells.numbers)?)
            }
            Column::DccServiceFlag if !cells.flags.is_empty() => {
                self.texts(Buffer::from_slice_ref(cells.flags), 1, rows)?
            }
            Column::EffectiveFrom if !cells.days.is_empty() => {
                Arc::new(Date32Array::new(ScalarBuffer::from(cells.days.to_vec()), None))
            }
            Column::OutcomeCode => self.outcomes(column, cells)?,
            Column::SupplierId if !cells.parties.is_empty() => self.parties(cells)?,
            _ => self.constant(column, KeptValue::Null, rows),
        })
    }

    /// Returns a column of positions.
    pub(crate) fn positions(
        &self,
        column: Column,
        rows: impl ExactSizeIterator<Item = Option<Position>>,
        file: Option<&str>,
    ) -> ArrayRef {
        let int = |number: u64| i64::try_from(number).ok();
        match column {
            Column::File => {
                let names = std::iter::repeat_n(file, rows.len());
                Arc::new(names.collect::<StringArray>())
            }
            Column::Line => {
                Arc::new(rows.map(|at| at.and_then(|at| int(at.line))).collect::<Int64Array>())
            }
            _ => Arc::new(rows.map(|at| at.and_then(|at| int(at.offset))).collect::<Int64Array>()),
        }
    }

    /// Returns an array of one value.
    fn constant(&mut self, column: Column, value: KeptValue, rows: usize) -> ArrayRef {
        let is_it = |kept: &&(Column, KeptValue, ArrayRef)| (kept.0, kept.1) == (column, value);
        if let Some((_, _, array)) = self.kept.iter().find(is_it)
            && array.len() >= rows
        {
            return array.slice(0, rows);
        }
        let array: ArrayRef = match value {
            KeptValue::Null => new_null_array(&column.data_type(), rows),
            KeptValue::Text(text) => {
                Arc::new(StringArray::from_iter_values(std::iter::repeat_n(text, rows)))
            }
        };
        self.kept.retain(|kept| (kept.0, kept.1) != (column, value));
        self.kept.push((column, value, array.clone()));
        array
    }

    /// Returns texts of one length.
    fn texts(&mut self, values: Buffer, length: usize, rows: usize) -> Result<ArrayRef> {
        let known =
            self.offsets.iter().find(|(known, offsets)| *known == length && offsets.len() > rows);
        let offsets = match known {
            Some((_, offsets)) => offsets.slice(0, rows),
            None => {
                let offsets = OffsetBuffer::from_lengths(std::iter::repeat_n(length, rows));
                self.offsets.retain(|(known, _)| *known != length);
                self.offsets.push((length, offsets.clone()));
                offsets
            }
        };
        Ok(Arc::new(StringArray::try_new(offsets, values, None)?))
    }

    fn transaction_types(&mut self, column: Column, cells: &ColumnCells<'_>) -> Result<ArrayRef> {
        let [update, answer] = cells.transaction_types;
        let answers = cells.outcomes.iter().filter(|outcome| **outcome != 0).count();
        if answers == 0 || update == answer {
            return Ok(self.constant(column, KeptValue::Text(update), cells.rows));
        }
        if answers == cells.rows {
            return Ok(self.constant(column, KeptValue::Text(answer), cells.rows));
        }
        let name = |outcome: &u8| if *outcome == 0 { update } else { answer };
        Ok(Arc::new(StringArray::from_iter_values(cells.outcomes.iter().map(name))))
    }

    fn parties(&mut self, cells: &ColumnCells<'_>) -> Result<ArrayRef> {
        if cells.parties.iter().all(|party| party[3] != 0) {
            return self.texts(Buffer::from_slice_ref(cells.parties.as_flattened()), 4, cells.rows);
        }
        let text = |party: &'_ [u8; 4]| {
            let length = party.iter().position(|byte| *byte == 0).unwrap_or(party.len());
            String::from_utf8_lossy(&party[..length]).into_owned()
        };
        Ok(Arc::new(StringArray::from_iter_values(cells.parties.iter().map(text))))
    }

    fn outcomes(&mut self, column: Column, cells: &ColumnCells<'_>) -> Result<ArrayRef> {
        if cells.outcomes.iter().all(|outcome| *outcome == 0) {
            return Ok(self.constant(column, KeptValue::Null, cells.rows));
        }
        if cells.outcomes.iter().all(|outcome| *outcome != 0) {
            let [accepted, rejected] =
                [Outcome::Accepted, Outcome::Rejected].map(|outcome| outcome.as_str().as_bytes());
            let is_accepted = |outcome: &u8| *outcome == Outcome::Accepted.first_letter();
            let letters = |outcome| if is_accepted(outcome) { accepted } else { rejected };
            let values: Vec<u8> = cells.outcomes.iter().flat_map(letters).copied().collect();
            return self.texts(Buffer::from_vec(values), accepted.len(), cells.rows);
        }
        let outcomes = cells.outcomes.iter().map(|letter| Outcome::from_first_letter(*letter));
        let texts = outcomes.map(|outcome| outcome.map(Outcome::as_str));
        Ok(Arc::new(texts.collect::<StringArray>()))
    }
}

/// Returns numbers as Int64.
fn numbers(values: &[u64]) -> Result<Int64Array> {
    if values.iter().fold(0, |all, value| all | value) > i64::MAX.unsigned_abs() {
        return Err(too_large());
    }
    let values: Vec<i64> = values.iter().map(|value| value.cast_signed()).collect();
    Ok(Int64Array::new(ScalarBuffer::from(values), None))
}

/// The error of a number that Int64 cannot hold.
pub(crate) fn too_large() -> Error {
    Error::new(ErrorKind::BadRecord, "an instruction number is larger than a column can hold")
}
