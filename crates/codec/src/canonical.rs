//! The fast path of one line: the same record from the same bytes, or none.
//!
//! It accepts canonical lines only. All others go to the definition, so an error is found and worded
//! in one place; without this module the results are the same and reading takes longer. The table's
//! items are its steps: one loop for every flow, compiled once for each style.

use flagflow_domain::{EffectiveDate, Outcome, ServiceFlag};
use flagflow_rows::eight_digits;

use crate::flow::Flow;
use crate::table::{Item, ItemKind, LineSpec, Slot, Style, Table};
use crate::values::Values;

/// Reads a record from a canonical line, without the line's ending; `None` where only the definition
/// can tell.
#[must_use]
#[inline]
pub fn read_canonical<'t, F: Flow>(
    line: &[u8],
    table: impl Into<&'t Table<F>>,
) -> Option<F::Record> {
    let table = table.into();
    match table.style() {
        Style::Fixed => of_style::<F, Fixed>(line, table),
        Style::Comma => of_style::<F, Comma>(line, table),
        Style::Pipe => of_style::<F, Pipe>(line, table),
        Style::FixedPadded => of_style::<F, FixedPadded>(line, table),
    }
}

#[inline]
fn of_style<F: Flow, S: Cells>(line: &[u8], table: &Table<F>) -> Option<F::Record> {
    let of_spec = |spec| Some((S::behind_code(line, spec)?, spec));
    let (rest, spec) = table.records().find_map(of_spec)?;
    let mut values = Values::NONE;
    let mut rest = rest;
    for item in spec.items_behind_code() {
        let text;
        (text, rest) = S::item(rest, item, spec)?;
        take(&mut values, item, spec, text)?;
    }
    if rest.is_empty() { F::record(&values) } else { None }
}

/// Takes the value of one item, without padding and quotes.
#[inline]
fn take<F: Flow>(
    values: &mut Values<F::Reason>,
    item: &Item<F::Field>,
    spec: &LineSpec<F>,
    text: &[u8],
) -> Option<()> {
    match item.slot {
        Slot::Number => values.number = Some(canonical_number(text)?),
        Slot::Point(_) => values.point = canonical_number(text)?,
        Slot::Flag => values.flag = letter(text)?,
        Slot::Outcome => values.outcome = outcome(text)?,
        Slot::Date => values.date = eight_digits(text.try_into().ok()?)?,
        Slot::Reason => values.reason = Some(F::Reason::try_from(text).ok()?),
        Slot::Constant => return (text == spec.constant().as_bytes()).then_some(()),
        Slot::Unused => drop(canonical_number(text)?),
        Slot::Extra => return text.is_ascii().then_some(()),
        Slot::Checked => return is_valid(text, item.kind).then_some(()),
    }
    Some(())
}

/// Returns whether an item that no value takes is valid by its kind.
fn is_valid(text: &[u8], kind: ItemKind) -> bool {
    match kind {
        ItemKind::Number => canonical_number(text).is_some(),
        ItemKind::Flag => letter(text).and_then(ServiceFlag::from_byte).is_some(),
        _ => {
            let digits = text.try_into().ok().and_then(eight_digits);
            digits.is_some_and(|digits| EffectiveDate::from_packed(digits).is_ok())
        }
    }
}

/// The cells of a style.
trait Cells {
    /// Returns the line behind the code of a record, if it begins with that.
    fn behind_code<'l, F: Flow>(line: &'l [u8], spec: &LineSpec<F>) -> Option<&'l [u8]>;

    /// Returns the text of the next item and the line behind it.
    fn item<'l, F: Flow>(
        rest: &'l [u8],
        item: &Item<F::Field>,
        spec: &LineSpec<F>,
    ) -> Option<(&'l [u8], &'l [u8])>;
}

struct Fixed;
struct Comma;
struct Pipe;
struct FixedPadded;

impl Cells for Fixed {
    #[inline]
    fn behind_code<'l, F: Flow>(line: &'l [u8], spec: &LineSpec<F>) -> Option<&'l [u8]> {
        line.strip_prefix(spec.code().as_bytes())
    }

    #[inline]
    fn item<'l, F: Flow>(
        rest: &'l [u8],
        item: &Item<F::Field>,
        _: &LineSpec<F>,
    ) -> Option<(&'l [u8], &'l [u8])> {
        rest.split_at_checked(item.length)
    }
}

impl Cells for FixedPadded {
    #[inline]
    fn behind_code<'l, F: Flow>(line: &'l [u8], spec: &LineSpec<F>) -> Option<&'l [u8]> {
        line.strip_prefix(spec.code().as_bytes())
    }

    #[inline]
    fn item<'l, F: Flow>(
        rest: &'l [u8],
        item: &Item<F::Field>,
        _: &LineSpec<F>,
    ) -> Option<(&'l [u8], &'l [u8])> {
        let (text, rest) = rest.split_at_checked(item.length)?;
        let spaces = match item.slot {
            Slot::Constant | Slot::Reason => {
                text.iter().rev().take_while(|byte| **byte == b' ').count()
            }
            _ => 0,
        };
        Some((&text[..text.len() - spaces], rest))
    }
}

impl Cells for Pipe {
    #[inline]
    fn behind_code<'l, F: Flow>(line: &'l [u8], spec: &LineSpec<F>) -> Option<&'l [u8]> {
        line.strip_prefix(spec.code().as_bytes())?.strip_prefix(b"|")
    }

    /// The bytes up to the next pipe, which is looked for at its place where a value has one length.
    #[inline]
    fn item<'l, F: Flow>(
        rest: &'l [u8],
        item: &Item<F::Field>,
        spec: &LineSpec<F>,
    ) -> Option<(&'l [u8], &'l [u8])> {
        let length = match item.slot {
            Slot::Point(_) | Slot::Flag | Slot::Date => item.length,
            Slot::Constant => spec.constant().len(),
            _ => rest.iter().take(item.length + 1).position(|byte| *byte == b'|')?,
        };
        let (text, rest) = rest.split_at_checked(length)?;
        // a pipe inside the item is found when its value is read: no value has one
        Some((text, rest.strip_prefix(b"|")?))
    }
}

impl Cells for Comma {
    #[inline]
    fn behind_code<'l, F: Flow>(line: &'l [u8], spec: &LineSpec<F>) -> Option<&'l [u8]> {
        line.strip_prefix(b"\"")?.strip_prefix(spec.code().as_bytes())?.strip_prefix(b"\"")
    }

    /// A comma, and the bytes behind it: quoted text of one length, or digits.
    #[inline]
    fn item<'l, F: Flow>(
        rest: &'l [u8],
        item: &Item<F::Field>,
        _: &LineSpec<F>,
    ) -> Option<(&'l [u8], &'l [u8])> {
        let rest = rest.strip_prefix(b",")?;
        match item.kind {
            ItemKind::Text => {
                let (text, rest) = rest.strip_prefix(b"\"")?.split_at_checked(item.length)?;
                Some((text, rest.strip_prefix(b"\"")?))
            }
            ItemKind::Number => {
                let is_comma = |byte: &u8| *byte == b',';
                let length = rest.iter().take(item.length + 1).position(is_comma)?;
                rest.split_at_checked(length)
            }
            _ => rest.split_at_checked(item.length),
        }
    }
}

/// Reads a number of bare digits, nineteen at most.
#[must_use]
#[inline]
pub fn canonical_number(text: &[u8]) -> Option<u64> {
    let (number, rest) = match text.split_first_chunk() {
        Some((first, rest)) => (u64::from(eight_digits(*first)?), rest),
        None if text.is_empty() => return None,
        None => (0, text),
    };
    rest.iter().try_fold(number, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit <= 9).then_some(number * 10 + u64::from(digit))
    })
}

/// Reads one letter.
#[inline]
fn letter(text: &[u8]) -> Option<u8> {
    let [letter] = text else { return None };
    Some(*letter)
}

/// Reads the two letters of an outcome, and returns the first.
#[inline]
fn outcome(text: &[u8]) -> Option<u8> {
    let outcome = Outcome::from_bytes(text)?;
    Some(outcome.first_letter())
}
