//! Where the rows of a batch stand in their file.

use crate::position::Position;

/// The positions of many records, four bytes for each: those that follow each other without a gap
/// are told by how far they begin behind the first of them.
///
/// ```
/// use flagflow_frame::{Places, Position};
///
/// let mut places = Places::default();
/// let first = Position { record: Some(1), ..Position::START };
/// places.push_rows(first, &[0, 23, 49]);
/// let third = Position { offset: 49, line: 3, column: 1, record: Some(3) };
/// assert_eq!(places.get(2), Some(third));
/// assert_eq!(places.get(3), None);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// How far behind the first row of its stretch each row begins.
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

    /// How far behind the first row this one begins, if it is one of the stretch.
    fn start_of(&self, row: usize, position: Position) -> Option<u32> {
        let start = position.offset.checked_sub(self.position.offset)?;
        let start = u32::try_from(start).ok()?;
        (self.position(row, start) == position).then_some(start)
    }
}

impl Places {
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
