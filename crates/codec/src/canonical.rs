//! The fast path of one line: the same record from the same bytes, or none.
//!
//! It accepts canonical lines only. All others go to the definition, so an error is found and
//! worded in one place; without this module the results are the same and reading takes longer. The
//! table's items are its steps: one loop for every flow, compiled once for each style.
//!
//! In instructions a line, its split from the file among them (10,000 lines,
//! `benches/instructions`): D0350 807 (zhv) and 762 (zhf). A table that the compiler knows needs no
//! loop ([`read_canonical_of_constant`]): E45 305 (fixed) and 376 (uklink), E46 330 and 425; with
//! the loop these took 426, 556, 476 and 649.

use flagflow_domain::{EffectiveDate, Outcome, ServiceFlag};
use flagflow_rows::eight_digits;

use crate::flow::Flow;
use crate::table::{Item, ItemKind, LineKind, LineSpec, Slot, Style, Table};
use crate::values::{Values, is_plain_party};

/// Reads a record from a canonical line, without the line's ending; `None` where only the
/// definition can tell.
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

/// Reads a record as [`read_canonical`] does, from a line with few items of a table that the
/// compiler knows; lines of more records or items are `None`.
///
/// Without loops all that is read from the table becomes constants, so an E45 of fixed places takes
/// 305 instructions, not 426.
#[must_use]
#[inline(always)]
#[expect(clippy::inline_always, reason = "a constant table is one where it is named")]
pub fn read_canonical_of_constant<F: Flow>(
    line: &[u8],
    table: &'static Table<F>,
) -> Option<F::Record> {
    match table.style() {
        Style::Fixed => of_constant::<F, Fixed>(line, table),
        Style::Comma => of_constant::<F, LastNumber<Comma>>(line, table),
        Style::Pipe => of_constant::<F, Pipe>(line, table),
        Style::FixedPadded => of_constant::<F, FixedPadded>(line, table),
    }
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "as above")]
fn of_constant<F: Flow, S: Cells>(line: &[u8], table: &Table<F>) -> Option<F::Record> {
    let [first, second, ..] = table.lines() else { return None };
    match S::behind_code(line, first) {
        Some(rest) => few_items::<F, S>(rest, first),
        None => few_items::<F, S>(S::behind_code(line, second)?, second),
    }
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "as above")]
fn few_items<F: Flow, S: Cells>(rest: &[u8], spec: &LineSpec<F>) -> Option<F::Record> {
    if spec.kind() != LineKind::Record {
        return None;
    }
    let items = spec.items_behind_code();
    let mut values = Values::NONE;
    let mut rest = next::<F, S>(&mut values, rest, spec, items)?;
    rest = next::<F, S>(&mut values, rest, spec, items.get(1..)?)?;
    rest = next::<F, S>(&mut values, rest, spec, items.get(2..)?)?;
    if items.len() > 3 {
        rest = next::<F, S>(&mut values, rest, spec, items.get(3..)?)?;
    }
    if items.len() > 4 {
        return None;
    }
    if rest.is_empty() { F::record(&values) } else { None }
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "as above")]
fn next<'l, F: Flow, S: Cells>(
    values: &mut Values,
    rest: &'l [u8],
    spec: &LineSpec<F>,
    items: &[Item<F::Field>],
) -> Option<&'l [u8]> {
    let (item, behind) = items.split_first()?;
    let (text, rest) = S::item_before(rest, item, spec, behind)?;
    take(values, item, spec, text)?;
    Some(rest)
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
#[inline(always)]
#[expect(clippy::inline_always, reason = "values that go through memory take much longer")]
fn take<F: Flow>(
    values: &mut Values,
    item: &Item<F::Field>,
    spec: &LineSpec<F>,
    text: &[u8],
) -> Option<()> {
    match item.slot {
        Slot::Number => values.number = Some(canonical_number(text)?),
        Slot::Point(_) => values.point = point(text)?,
        Slot::Flag => values.flag = letter(text)?,
        Slot::Outcome => values.outcome = outcome(text)?,
        Slot::Date => values.date = eight_digits(text.try_into().ok()?)?,
        Slot::Party => values.party = party(text)?,
        Slot::Own | Slot::Reason => return None,
        Slot::Constant => return (text == spec.constant().as_bytes()).then_some(()),
        Slot::Unused => drop(canonical_number(text)?),
        Slot::Extra => return is_carried(text, item).then_some(()),
        Slot::Checked => return is_valid(text, item).then_some(()),
    }
    Some(())
}

/// Returns whether an item that is carried unread can be: text is printable, and a mandatory item
/// is not blank.
fn is_carried<N>(text: &[u8], item: &Item<N>) -> bool {
    let is_printable = |byte: &u8| matches!(byte, b' '..=b'~') && *byte != b'|';
    let is_blank = || text.iter().all(|byte| *byte == b' ');
    text.iter().all(is_printable) && !(item.mandatory && is_blank())
}

/// Returns whether an item that no value takes is valid by its kind, or empty where it may be.
fn is_valid<N>(text: &[u8], item: &Item<N>) -> bool {
    match item.kind {
        _ if text.is_empty() => !item.mandatory,
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
    /// Returns the line behind the code of a record, if the line begins with the code: of fixed
    /// places, unless the style says otherwise.
    #[inline]
    fn behind_code<'l, F: Flow>(line: &'l [u8], spec: &LineSpec<F>) -> Option<&'l [u8]> {
        behind(line, spec.code())
    }

    /// Returns the text of the next item and the line behind it.
    fn item<'l, F: Flow>(
        rest: &'l [u8],
        item: &Item<F::Field>,
        spec: &LineSpec<F>,
    ) -> Option<(&'l [u8], &'l [u8])>;

    /// Returns the same before certain items.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a constant item is one where it is named")]
    fn item_before<'l, F: Flow>(
        rest: &'l [u8],
        item: &Item<F::Field>,
        spec: &LineSpec<F>,
        _: &[Item<F::Field>],
    ) -> Option<(&'l [u8], &'l [u8])> {
        Self::item(rest, item, spec)
    }
}

struct Fixed;
struct Comma;
/// Commas where a number's end is that of the line, without at most three items of one width: lines
/// with further ones are none.
struct LastNumber<S>(S);
struct Pipe;
struct FixedPadded;

impl Cells for Fixed {
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
    fn item<'l, F: Flow>(
        rest: &'l [u8],
        item: &Item<F::Field>,
        _: &LineSpec<F>,
    ) -> Option<(&'l [u8], &'l [u8])> {
        let (text, rest) = rest.split_at_checked(item.length)?;
        let spaces = match item.slot {
            Slot::Constant => padding(text),
            // a value has no padding but zeros
            Slot::Checked if padding(text) == text.len() => text.len(),
            _ => 0,
        };
        Some((&text[..text.len() - spaces], rest))
    }
}

impl Cells for Pipe {
    #[inline]
    fn behind_code<'l, F: Flow>(line: &'l [u8], spec: &LineSpec<F>) -> Option<&'l [u8]> {
        behind(line, spec.code())?.strip_prefix(b"|")
    }

    /// The bytes up to the next pipe, which is looked for at its place where a value has one
    /// length.
    #[inline]
    fn item<'l, F: Flow>(
        rest: &'l [u8],
        item: &Item<F::Field>,
        spec: &LineSpec<F>,
    ) -> Option<(&'l [u8], &'l [u8])> {
        let length = match item.slot {
            Slot::Point(_) | Slot::Flag | Slot::Date | Slot::Party => item.length,
            Slot::Constant => spec.constant().len(),
            _ => find(rest, b'|', item.length)?,
        };
        let (text, rest) = rest.split_at_checked(length)?;
        // a pipe inside the item is found when its value is read: no value has one
        Some((text, rest.strip_prefix(b"|")?))
    }
}

impl Cells for Comma {
    #[inline]
    fn behind_code<'l, F: Flow>(line: &'l [u8], spec: &LineSpec<F>) -> Option<&'l [u8]> {
        behind(line.strip_prefix(b"\"")?, spec.code())?.strip_prefix(b"\"")
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
            ItemKind::Number => rest.split_at_checked(find(rest, b',', item.length)?),
            _ => rest.split_at_checked(item.length),
        }
    }
}

impl Cells for LastNumber<Comma> {
    #[inline(always)]
    fn behind_code<'l, F: Flow>(line: &'l [u8], spec: &LineSpec<F>) -> Option<&'l [u8]> {
        Comma::behind_code(line, spec)
    }

    #[inline(always)]
    fn item<'l, F: Flow>(
        rest: &'l [u8],
        item: &Item<F::Field>,
        spec: &LineSpec<F>,
    ) -> Option<(&'l [u8], &'l [u8])> {
        Comma::item(rest, item, spec)
    }

    #[inline(always)]
    fn item_before<'l, F: Flow>(
        rest: &'l [u8],
        item: &Item<F::Field>,
        spec: &LineSpec<F>,
        behind: &[Item<F::Field>],
    ) -> Option<(&'l [u8], &'l [u8])> {
        if item.kind != ItemKind::Number {
            return Self::item(rest, item, spec);
        }
        let mut length = rest.strip_prefix(b",")?.len();
        let width = |next: &Item<F::Field>| match next.kind {
            ItemKind::Text => next.length + 3,
            ItemKind::Number => usize::MAX,
            _ => next.length + 1,
        };
        for at in 0..3 {
            length = length.checked_sub(behind.get(at).map_or(0, width))?;
        }
        // a comma inside is found when the number is read
        if length <= item.length { rest.strip_prefix(b",")?.split_at_checked(length) } else { None }
    }
}

/// Returns the number of spaces that text ends with.
fn padding(text: &[u8]) -> usize {
    text.iter().rev().take_while(|byte| **byte == b' ').count()
}

/// Returns the line behind a code. Most codes are three bytes, so this is faster than a call.
#[inline]
fn behind<'l>(line: &'l [u8], code: &str) -> Option<&'l [u8]> {
    match (code.as_bytes(), line) {
        ([a, b, c], [x, y, z, rest @ ..]) => ((a, b, c) == (x, y, z)).then_some(rest),
        (code, line) => line.strip_prefix(code),
    }
}

/// Returns the length of an item up to its delimiter, which is behind `most` bytes at the latest.
#[inline]
fn find(rest: &[u8], delimiter: u8, most: usize) -> Option<usize> {
    const ONES: u64 = u64::MAX / 0xFF;
    let mut at = 0;
    while let Some(word) = rest.get(at..).and_then(<[u8]>::first_chunk) {
        // the delimiter is zero here, and the lowest zero is the lowest byte whose high bit a
        // borrow sets
        let word = u64::from_le_bytes(*word) ^ (ONES * u64::from(delimiter));
        let zeros = word.wrapping_sub(ONES) & !word & ONES << 7;
        if zeros != 0 {
            return Some(at + (zeros.trailing_zeros() / u8::BITS) as usize)
                .filter(|at| *at <= most);
        }
        at += 8;
        if at > most {
            return None;
        }
    }
    let rest = rest.iter().take(most + 1).skip(at);
    rest.into_iter().position(|byte| *byte == delimiter).map(|place| at + place)
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
    let mut number = number;
    for byte in rest {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + u64::from(digit);
    }
    Some(number)
}

/// Reads a meter point: digits by the first eight and the others, of ten or of many the last eight.
#[inline]
fn point(text: &[u8]) -> Option<u64> {
    const POWERS: [u64; 9] =
        [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
    if let Some((first, [tens, ones])) = text.split_first_chunk() {
        let last = [tens, ones].map(|byte| byte.wrapping_sub(b'0'));
        let number = u64::from(eight_digits(*first)?) * 100;
        let is_number = last[0] <= 9 && last[1] <= 9;
        return is_number.then(|| number + u64::from(last[0]) * 10 + u64::from(last[1]));
    }
    let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) else {
        return canonical_number(text);
    };
    let power = POWERS.get(text.len() - 8).filter(|power| **power > 100);
    let Some(power) = power else { return canonical_number(text) };
    let (high, low) = (u64::from(eight_digits(*first)?), u64::from(eight_digits(*last)?));
    Some(high * power + low % power)
}

/// Reads one letter.
#[inline]
fn letter(text: &[u8]) -> Option<u8> {
    let [letter] = text else { return None };
    Some(*letter)
}

/// Reads a party of four characters without spaces.
#[inline]
fn party(text: &[u8]) -> Option<[u8; 4]> {
    let party = text.try_into().ok()?;
    is_plain_party(party).then_some(party)
}

/// Reads the two letters of an outcome, and returns the first.
#[inline]
fn outcome(text: &[u8]) -> Option<u8> {
    let outcome = Outcome::from_bytes(text)?;
    Some(outcome.first_letter())
}
