//! The positions of a batch's rows in their file.

use crate::position::Position;

/// The positions of many records, four bytes for each: those that follow each other without a gap
/// are told by how far they begin behind the first of them.
///
/// ```
/// use flagflow_frame::{RowPositions, Position};
///
/// let mut positions = RowPositions::default();
/// let first = Position { record: Some(1), ..Position::START };
/// positions.push_rows(first, &[0, 23, 49]);
/// let third = Position { offset: 49, line: 3, column: 1, record: Some(3) };
/// assert_eq!(positions.get(2), Some(third));
/// assert_eq!(positions.get(3), None);
/// ```
#[derive(Clone, Debug, Default)]
pub struct RowPositions {
    /// The bytes between the first row of the stretch and each row.
    starts: Vec<u32>,
    stretches: Vec<Stretch>,
}

/// Rows that are records and lines without a gap between them.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    row: usize,
    /// Of its first row.
    position: Position,
}

impl Stretch {
    /// Of a row that begins so many bytes behind the first one.
    fn position(&self, row: usize, start: u32) -> Position {
        let rows = (row - self.row) as u64;
        let offset = self.position.offset + u64::from(start);
        Position { offset, ..self.position.behind(rows, rows) }
    }

    /// Returns how far behind the first row this one begins, if it is one of the stretch.
    fn start_of(&self, row: usize, position: Position) -> Option<u32> {
        let start = position.offset.checked_sub(self.position.offset)?;
        let start = u32::try_from(start).ok()?;
        (self.position(row, start) == position).then_some(start)
    }
}

impl RowPositions {
    /// With room for so many.
    #[must_use]
    pub fn with_capacity(rows: usize) -> Self {
        Self { starts: Vec::with_capacity(rows), stretches: Vec::new() }
    }

    /// The position of a row, counted from 0.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<Position> {
        let after = self.stretches.partition_point(|stretch| stretch.row <= row);
        let stretch = self.stretches.get(after.checked_sub(1)?)?;
        self.starts.get(row).map(|start| stretch.position(row, *start))
    }

    /// Adds a row.
    pub fn push(&mut self, position: Position) {
        self.push_rows(position, &[0]);
    }

    /// Adds rows, the first of them at a position: `starts` says where each begins, in bytes from
    /// wherever.
    pub fn push_rows(&mut self, first: Position, starts: &[u32]) {
        let ([from, ..], [.., last]) = (starts, starts) else { return };
        let row = self.starts.len();
        let start = self.stretches.last().and_then(|stretch| stretch.start_of(row, first));
        let start = start.filter(|start| start.checked_add(last - from).is_some());
        if start.is_none() {
            self.stretches.push(Stretch { row, position: first });
        }
        let start = start.unwrap_or(0);
        self.starts.extend(starts.iter().map(|it| it - from + start));
    }

    /// Says that so many lines and records stand before the part of a file that the positions were
    /// counted in.
    pub fn move_behind(&mut self, lines: u64, records: u64) {
        for stretch in &mut self.stretches {
            stretch.position = stretch.position.behind(lines, records);
        }
    }

    /// Forgets the rows and keeps the memory.
    pub fn clear(&mut self) {
        self.starts.clear();
        self.stretches.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(offset: u64, line: u64, record: u64) -> Position {
        Position { offset, line, column: 1, record: Some(record) }
    }

    fn all(positions: &RowPositions) -> Vec<Position> {
        (0..).map_while(|row| positions.get(row)).collect()
    }

    #[test]
    fn rows_without_a_gap_are_one_stretch() {
        let mut positions = RowPositions::default();
        assert_eq!(positions.get(0), None);
        // counted from wherever: the first of them is at byte 1000
        positions.push_rows(at(1000, 4, 2), &[70, 90, 115]);
        positions.push_rows(at(1060, 7, 5), &[7, 12]);
        positions.push(at(1070, 9, 7));
        let expected = [
            at(1000, 4, 2),
            at(1020, 5, 3),
            at(1045, 6, 4),
            at(1060, 7, 5),
            at(1065, 8, 6),
            at(1070, 9, 7),
        ];
        assert_eq!(all(&positions), expected);
        assert_eq!((positions.stretches.len(), positions.starts.len()), (1, 6));
    }

    #[test]
    fn rows_behind_a_gap_know_their_places_too() {
        let first = at(23, 2, 1);
        let elsewhere = [
            at(46, 4, 2),                              // a line between that is no record
            at(46, 3, 3),                              // a record that is not here
            Position { column: 2, ..at(46, 3, 2) },    // in the middle of a line
            Position { record: None, ..at(46, 3, 2) }, // no record
            at(22, 3, 2),                              // before the first
            at(24 + u64::from(u32::MAX), 3, 2),        // a byte too far behind it
        ];
        for second in elsewhere {
            let mut positions = RowPositions::default();
            positions.push(first);
            positions.push_rows(second, &[5, 30]);
            let third = Position { offset: second.offset + 25, ..second.behind(1, 1) };
            assert_eq!(all(&positions), [first, second, third]);
            assert_eq!(positions.stretches.len(), 2);
        }
    }

    #[test]
    fn a_stretch_ends_where_four_bytes_do() {
        let last = u64::from(u32::MAX);
        for (second, stretches) in [(last - 300, 1), (last - 299, 2)] {
            let mut positions = RowPositions::default();
            positions.push(at(0, 1, 1));
            positions.push_rows(at(second, 2, 2), &[u32::MAX - 300, u32::MAX]);
            assert_eq!(all(&positions), [at(0, 1, 1), at(second, 2, 2), at(second + 300, 3, 3)]);
            assert_eq!(positions.stretches.len(), stretches, "{second}");
        }
    }

    #[test]
    fn no_rows_are_no_stretch() {
        let mut positions = RowPositions::default();
        positions.push_rows(at(0, 1, 1), &[]);
        assert_eq!((positions.get(0), positions.stretches.len()), (None, 0));
    }

    #[test]
    fn a_part_of_a_file_is_moved_behind_the_others() {
        let mut positions = RowPositions::default();
        positions.push(at(50, 1, 1));
        positions.push(Position { record: None, ..at(90, 7, 1) });
        positions.move_behind(10, 3);
        assert_eq!(all(&positions), [at(50, 11, 4), Position { record: None, ..at(90, 17, 1) }]);
    }

    #[test]
    fn it_begins_again_with_the_memory_it_has() {
        let mut positions = RowPositions::with_capacity(40);
        assert!(positions.starts.capacity() >= 40);
        positions.push_rows(at(0, 1, 1), &[0, 9]);
        positions.clear();
        assert_eq!(positions.get(0), None);
        assert!(positions.starts.capacity() >= 40);
        positions.push(at(70, 3, 2));
        assert_eq!(all(&positions), [at(70, 3, 2)]);
    }
}
