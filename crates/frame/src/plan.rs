//! Layouts as data, and the wide decoder that runs them.
//!
//! A [`Plan`] says which bytes may stand at each place of a line, and which values to take from
//! there. From a buffer it takes many lines at once, into [`Columns`]. It knows only perfect lines:
//! a row with anything else in it is *marked*, nothing more, and goes back to the readable
//! definition of its format, so an error is found and worded in one place. Leaving this module out
//! changes nothing but the time.
//!
//! Lines of one width follow each other in almost every file. So the end of a line is not looked
//! for: it is expected at its place, and looked for only where it is not there.

mod ahead;
mod backend;
mod check_digits;
mod columns;
mod ends;
mod portable;
mod variant;
#[cfg(target_arch = "x86_64")]
mod wide;
#[cfg(target_arch = "x86_64")]
mod windows;

#[cfg(target_arch = "x86_64")]
pub(crate) use wide::digits as wide_digits;

pub use ahead::Ahead;
pub use backend::{Backend, UnknownBackend};
pub use check_digits::CheckDigits;
pub use columns::{Columns, MARK_CHECK_DIGITS, MARK_IMPERFECT, Run};

use std::ops::Range;

use ends::Ends;
use variant::Variant;

/// The most columns of numbers that a plan has.
pub const MAX_NUMBERS: usize = 2;

/// The most columns of letters that a plan has.
pub const MAX_LETTERS: usize = 3;

/// What stands in a line, one part behind the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// These bytes and no others.
    Literal(Vec<u8>),
    /// A number of `least` to `most` decimal digits, at most 16: the next column of numbers. One
    /// number of a plan may vary in width; the plan then has a variant for each.
    Number {
        /// The fewest digits.
        least: usize,
        /// The most digits.
        most: usize,
        /// The check digits at its end, if a row without the right ones is to be
        /// [marked](MARK_CHECK_DIGITS).
        check: Option<CheckDigits>,
    },
    /// Digits whose value goes nowhere.
    Digits(usize),
    /// Eight digits that are a day of the calendar, YYYYMMDD: the column of dates. Once in a plan.
    Date,
    /// One byte out of these: the next column of letters.
    Letter(Vec<u8>),
    /// So many printable ASCII characters, spaces among them, whose value goes nowhere.
    Text(usize),
}

impl Part {
    /// A literal.
    #[must_use]
    pub fn literal(bytes: &[u8]) -> Self {
        Self::Literal(bytes.to_vec())
    }

    /// A number of exactly so many digits.
    #[must_use]
    pub const fn number(digits: usize) -> Self {
        Self::Number { least: digits, most: digits, check: None }
    }

    /// Its fewest and most bytes.
    #[must_use]
    pub fn widths(&self) -> (usize, usize) {
        match self {
            Self::Literal(bytes) => (bytes.len(), bytes.len()),
            Self::Number { least, most, .. } => (*least, *most),
            Self::Digits(width) | Self::Text(width) => (*width, *width),
            Self::Date => (8, 8),
            Self::Letter(_) => (1, 1),
        }
    }
}

/// A line's layout as data, with its line end, ready to be run over a buffer.
///
/// ```
/// use flagflow_frame::plan::{Columns, Part, Plan};
///
/// let plan = Plan::new(&[
///     Part::literal(b"E45"),
///     Part::number(10),
///     Part::Letter(b"ANI".to_vec()),
///     Part::Date,
///     Part::literal(b"\n"),
/// ])
/// .ok_or("no plan")?;
/// let mut columns = Columns::with_capacity(100);
/// let rows = b"E451234567810A20211105\nE450000123409?20211106\nshort\n";
/// plan.decode(rows, &mut columns);
/// assert_eq!(columns.len(), 2);
/// assert_eq!(columns.numbers(0), [1_234_567_810, 123_409]);
/// assert_eq!(columns.dates()[0], 20_211_105);
/// assert_eq!(columns.marks(), [0, flagflow_frame::plan::MARK_IMPERFECT]);
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug)]
pub struct Plan {
    /// One for each width of the number that varies, the shortest first.
    variants: Vec<Variant>,
    /// The same, each with as many words, for lines of many widths; rows of one width are spared that.
    aligned: Vec<Variant>,
    ends: Ends,
    backend: Backend,
}

/// Lines of many widths that are taken before it is asked whether they are of one.
const LINES: usize = 64;

impl Plan {
    /// The plan of a line with its end, run by the [best backend](Backend::best).
    ///
    /// `None` where the parts are no line that a plan can hold: the last part must be a literal that
    /// ends in LF, the only one there is, in all at least 8 bytes and at most 255; letters must be
    /// ASCII; see [`Part`] for the other limits.
    #[must_use]
    pub fn new(parts: &[Part]) -> Option<Self> {
        Self::on(parts, Backend::best())
    }

    /// The same, run by a backend of your choice, or by the portable one where the processor does
    /// not have it.
    #[must_use]
    pub fn on(parts: &[Part], backend: Backend) -> Option<Self> {
        let mut widths = parts.iter().map(Part::widths).filter(|(least, most)| least != most);
        let (least, most) = widths.next().unwrap_or((0, 0));
        if widths.next().is_some() || least > most {
            return None;
        }
        let variants = (least..=most).map(|width| Variant::new(parts, width));
        #[cfg_attr(not(target_arch = "x86_64"), expect(unused_mut, reason = "no windows"))]
        let mut variants = variants.collect::<Option<Vec<_>>>()?;
        #[cfg(target_arch = "x86_64")]
        windows::place(&mut variants);
        let ends = Ends::new(&variants)?;
        let mut aligned = variants.clone();
        variant::align(&mut aligned);
        Some(Self { variants, aligned, ends, backend: backend.or_portable() })
    }

    /// The backend that runs the plan.
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
    /// `columns`, until these are full or a line is of no width of the plan. How many were added.
    ///
    /// A row ends at the first line end that stands where one of the plan's widths has it, so it is
    /// one line, but for [imperfect](MARK_IMPERFECT) rows: before all those places they may hold the
    /// ends of shorter lines. [`Columns::bytes`] says how far the rows of `columns` reach, if all of
    /// them come from one buffer.
    #[inline]
    pub fn decode(&self, bytes: &[u8], columns: &mut Columns) -> usize {
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
    fn decode_lines(&self, bytes: &[u8], columns: &mut Columns) {
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

    /// Where each part that is no literal stands in a row whose literals are in their places,
    /// whatever the other bytes; `None` for any other row. For looking at imperfect rows.
    #[must_use]
    #[inline]
    pub fn fields(&self, row: &[u8]) -> Option<&[Range<usize>]> {
        let variant = self.variants.get(row.len().checked_sub(self.ends.shortest)?)?;
        variant.is_sound(row).then_some(&variant.fields)
    }
}

#[cfg(test)]
mod tests;
