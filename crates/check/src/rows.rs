//! Rows of accepted records, as columns.

use std::ops::Range;

use flagflow_codec::{Flow, LineDecoder};
use flagflow_frame::{Line, LineEnd, Position};
use flagflow_rows::RowColumns;

use crate::checked_flow::RowRecords;
use crate::verdict::{FileFormat, RuleFlags, Verdict};

/// Canonical rows, as columns of equal length; of numbers and parties there are none where records
/// have none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CanonicalRows<'c> {
    pub(crate) marks: &'c [u8],
    pub(crate) numbers: &'c [u64],
    pub(crate) points: &'c [u64],
    pub(crate) flags: &'c [u8],
    pub(crate) dates: &'c [u32],
    /// The suppliers; none where records have none.
    pub(crate) parties: &'c [[u8; 4]],
}

impl<'c> CanonicalRows<'c> {
    #[inline]
    pub(crate) fn new<F: Flow>(
        decoder: &LineDecoder<F>,
        columns: &'c RowColumns,
        rows: Range<usize>,
    ) -> Self {
        Self {
            marks: &columns.marks()[rows.clone()],
            numbers: decoder.numbers(columns).map(|it| &it[rows.clone()]).unwrap_or_default(),
            points: &decoder.points(columns)[rows.clone()],
            flags: &decoder.flags(columns)[rows.clone()],
            parties: decoder.parties(columns).map(|it| &it[rows.clone()]).unwrap_or_default(),
            dates: &columns.dates()[rows],
        }
    }
}

/// Consecutive records of canonical lines that break no rule, as columns of equal length: see
/// [`Visitor::rows`](crate::Visitor::rows).
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    pub(crate) shape: FileFormat<'a>,
    pub(crate) provisional: bool,
    /// The number of the first record.
    pub(crate) record: u64,
    /// The position of the first line.
    pub(crate) first: Position,
    pub(crate) columns: CanonicalRows<'a>,
    pub(crate) line_end: LineEnd,
    pub(crate) bytes: &'a [u8],
    /// The start of each row in the bytes, and the end of the last one.
    pub(crate) starts: &'a [u32],
    pub(crate) records: &'a dyn RowRecords,
}

impl<'a> Rows<'a> {
    /// Returns the number of records, never 0.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "rows are never empty")]
    pub const fn len(&self) -> usize {
        self.columns.points.len()
    }

    /// Returns the number of the first record, from 1.
    #[must_use]
    pub const fn first_record(&self) -> u64 {
        self.record
    }

    /// Returns the number of the first line, from 1.
    #[must_use]
    pub const fn first_line(&self) -> u64 {
        self.first.line
    }

    /// Returns whether the records are [provisional](Verdict::provisional).
    #[must_use]
    pub const fn is_provisional(&self) -> bool {
        self.provisional
    }

    /// Returns the meter points, MPRNs or MPAN cores, as numbers.
    #[must_use]
    pub const fn points(&self) -> &'a [u64] {
        self.columns.points
    }

    /// Returns the flags, as letters.
    #[must_use]
    pub const fn flags(&self) -> &'a [u8] {
        self.columns.flags
    }

    /// Returns the days, each as the number of its eight digits: 20211105.
    #[must_use]
    pub const fn days(&self) -> &'a [u32] {
        self.columns.dates
    }

    /// Returns the instruction numbers of an electricity file; none of a gas file.
    #[must_use]
    pub const fn numbers(&self) -> &'a [u64] {
        self.columns.numbers
    }

    /// Returns the ending of each line.
    #[must_use]
    pub const fn line_end(&self) -> LineEnd {
        self.line_end
    }

    /// Returns the bytes of all lines, with their endings.
    #[must_use]
    pub fn as_bytes(&self) -> &'a [u8] {
        let place = |start: Option<&u32>| start.map_or(0, |start| *start as usize);
        self.bytes.get(place(self.starts.first())..place(self.starts.last())).unwrap_or_default()
    }

    /// Returns the records one by one.
    pub fn verdicts(&self) -> impl Iterator<Item = Verdict<'a>> + use<'a> {
        let rows = *self;
        let ends = rows.starts.windows(2);
        ends.enumerate().filter_map(move |(row, place)| rows.verdict(row, place))
    }

    fn verdict(&self, row: usize, place: &[u32]) -> Option<Verdict<'a>> {
        let [start, end] = *place else { return None };
        let first = *self.starts.first()?;
        let position = Position {
            offset: self.first.offset + u64::from(start - first),
            line: self.first.line + row as u64,
            ..self.first
        };
        let bytes = self.bytes.get(start as usize..end as usize)?;
        let (values, parsed) = self.records.get(row);
        Some(Verdict {
            record: self.record + row as u64,
            line: line_of_row(bytes, self.line_end, position),
            rejected: false,
            provisional: self.provisional,
            rules: RuleFlags::EMPTY,
            values,
            shape: self.shape,
            parsed,
        })
    }
}

/// The line of a row, which has its ending.
pub(crate) fn line_of_row(row: &[u8], end: LineEnd, position: Position) -> Line<'_> {
    let bytes = &row[..row.len() - end.as_bytes().len()];
    Line {
        bytes,
        length: bytes.len() as u64,
        oversize: false,
        end,
        offset: position.offset,
        number: position.line,
    }
}
