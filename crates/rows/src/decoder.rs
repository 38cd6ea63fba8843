//! The wide decoder of one line layout.

use std::ops::Range;

use crate::backend::Backend;
use crate::columns::RowColumns;
use crate::ends::Ends;
use crate::segment::Segment;
use crate::variant::{self, Variant};

/// A line's layout as data, with its line end, ready to be run over a buffer.
///
/// ```
/// use flagflow_rows::{RowColumns, Segment, RowDecoder};
///
/// let decoder = RowDecoder::new(&[
///     Segment::literal(b"E45"),
///     Segment::number(10),
///     Segment::Letter(b"ANI".to_vec()),
///     Segment::Date,
///     Segment::literal(b"\n"),
/// ])
/// .ok_or("no decoder")?;
/// let mut columns = RowColumns::with_capacity(100);
/// let rows = b"E451234567810A20211105\nE450000123409?20211106\nshort\n";
/// decoder.decode(rows, &mut columns);
/// assert_eq!(columns.len(), 2);
/// assert_eq!(columns.numbers(0), [1_234_567_810, 123_409]);
/// assert_eq!(columns.dates()[0], 20_211_105);
/// assert_eq!(columns.marks(), [0, flagflow_rows::MARK_NOT_CANONICAL]);
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug)]
pub struct RowDecoder {
    /// One for each width of the number that varies, the shortest first.
    variants: Vec<Variant>,
    /// The same, each with as many words, for lines of many widths; rows of one width are spared
    /// that.
    aligned: Vec<Variant>,
    ends: Ends,
    backend: Backend,
}

/// Lines of many widths that are taken before it is asked whether they are of one.
pub(crate) const LINES: usize = 64;

impl RowDecoder {
    /// The decoder of a line with its end, run by the [best backend](Backend::best).
    ///
    /// `None` where the segments are no line that a decoder can hold: the last segment must be a
    /// literal that ends in LF, the only one there is, in all at least 8 bytes and at most 255;
    /// letters must be ASCII; see [`Segment`] for the other limits.
    #[must_use]
    pub fn new(segments: &[Segment]) -> Option<Self> {
        Self::on(segments, Backend::best())
    }

    /// The same, run by a backend of your choice, or by the portable one where the processor does
    /// not have it.
    #[must_use]
    pub fn on(segments: &[Segment], backend: Backend) -> Option<Self> {
        let mut widths = segments.iter().map(Segment::widths).filter(|(least, most)| least != most);
        let (least, most) = widths.next().unwrap_or((0, 0));
        if widths.next().is_some() || least > most {
            return None;
        }
        let variants = (least..=most).map(|width| Variant::new(segments, width));
        #[cfg_attr(not(target_arch = "x86_64"), expect(unused_mut, reason = "no windows"))]
        let mut variants = variants.collect::<Option<Vec<_>>>()?;
        #[cfg(target_arch = "x86_64")]
        variant::windows::place(&mut variants);
        let ends = Ends::new(&variants)?;
        let mut aligned = variants.clone();
        variant::align(&mut aligned);
        Some(Self { variants, aligned, ends, backend: backend.or_portable() })
    }

    /// The backend that runs the decoder.
    #[must_use]
    pub const fn backend(&self) -> Backend {
        self.backend
    }

    /// The bytes of its longest line, the end among them.
    #[must_use]
    pub fn longest(&self) -> usize {
        self.variants.last().map(Variant::stride).unwrap_or_default()
    }

    /// Takes rows from the beginning of `bytes`, which is the beginning of a line, and adds them to
    /// `columns`, until these are full or a line is of no width of the decoder. How many were
    /// added.
    ///
    /// A row ends at the first line end that stands where one of the decoder's widths has it, so it
    /// is one line, except for [non-canonical](crate::MARK_NOT_CANONICAL) rows: before all those
    /// places they may hold the ends of shorter lines. [`RowColumns::bytes`] says how far the rows
    /// of `columns` reach, if all of them come from one buffer.
    #[inline]
    pub fn decode(&self, bytes: &[u8], columns: &mut RowColumns) -> usize {
        let before = columns.len();
        let mut rest = &bytes[..bytes.len().min(columns.bytes_left())];
        let mut short_runs = 0;
        while !columns.is_full()
            && let Some(width) = self.ends.of(rest)
        {
            let start = columns.bytes();
            // one line of another width, a bad one most often, is no reason to leave the fast way
            if short_runs > 1 {
                self.decode_lines(rest, columns);
                short_runs = 1;
            } else {
                let rows = self.backend.run(&self.variants[width], &self.ends, rest, columns);
                let is_short = self.variants.len() > 1 && rows < LINES;
                short_runs = if is_short { short_runs + 1 } else { 0 };
            }
            rest = &rest[columns.bytes() - start..];
        }
        columns.len() - before
    }

    /// Takes rows of many widths, until enough of them are of one.
    fn decode_lines(&self, bytes: &[u8], columns: &mut RowColumns) {
        let mut rest = bytes;
        loop {
            let start = columns.bytes();
            let rows = self.backend.run_lines(&self.aligned, &self.ends, rest, columns);
            if rows < LINES || columns.are_alike(rows) {
                return;
            }
            rest = &rest[columns.bytes() - start..];
        }
    }

    /// Returns where each segment that is no literal stands in a row whose literals are in their
    /// places, whatever the other bytes; `None` for any other row. For looking at not canonical
    /// rows.
    #[must_use]
    #[inline]
    pub fn fields(&self, row: &[u8]) -> Option<&[Range<usize>]> {
        let variant = self.variants.get(row.len().checked_sub(self.ends.shortest)?)?;
        variant.is_sound(row).then_some(&variant.fields)
    }
}

#[cfg(test)]
mod tests;
