//! Mending what stands in one line, by what is wrong with that line alone.
//!
//! A line is mended only if all of it can be read then, and never if it can be read as it is (a
//! missing pipe and white space behind the last one apart). So nothing that is accepted is touched, and what has a flag, a date or a point
//! that nobody can read stays as it came, whatever else is wrong with it.

use flagflow_check::Shape;
use flagflow_electricity::RawRecord;

use super::kind::{Kind, Kinds};
use super::piece::reads;
use super::{cell_spaces, padding, trailing_bar, trailing_cells, zero_padding};

/// What was done to a line, one step after the other; the last has the line as it should be.
pub(super) type Steps = Vec<(Kind, Vec<u8>)>;

/// Mends a line, if there is one way to do it.
pub(super) fn mend(line: &[u8], shape: Shape<'_>, kinds: Kinds) -> Steps {
    if is_whole(line, shape) {
        return Vec::new();
    }
    let steps = match shape {
        Shape::Gas(flagflow_gas::Layout::Fixed)
        | Shape::Electricity(flagflow_electricity::Layout::Zhf, _) => at_lengths(line, shape),
        Shape::Gas(flagflow_gas::Layout::Uklink) => in_order(
            line,
            shape,
            kinds,
            &[
                (Kind::CellSpaces, cell_spaces::mend),
                (Kind::TrailingCells, trailing_cells::mend),
                (Kind::ZeroPadding, zero_padding::fill),
                (Kind::ZeroPadding, zero_padding::take_off),
            ],
        ),
        Shape::Electricity(flagflow_electricity::Layout::Zhv, _) => in_order(
            line,
            shape,
            kinds,
            &[
                (Kind::Padding, padding::behind_items),
                (Kind::TrailingCells, trailing_cells::mend),
                (Kind::ZeroPadding, zero_padding::fill),
                (Kind::ZeroPadding, zero_padding::take_off),
                (Kind::TrailingBar, trailing_bar::mend),
            ],
        ),
    };
    let wanted = steps.iter().all(|(kind, _)| kinds.contains(*kind));
    let mended = steps.last().is_some_and(|(_, line)| reads(line, shape));
    if wanted && mended { steps } else { Vec::new() }
}

/// Whether all of a line is there and can be read.
#[inline]
pub(super) fn is_whole(line: &[u8], shape: Shape<'_>) -> bool {
    is_canonical(line, shape) || (reads(line, shape) && ends_well(line, shape))
}

/// Perfect lines, quickly.
#[inline]
fn is_canonical(line: &[u8], shape: Shape<'_>) -> bool {
    match shape {
        Shape::Gas(layout) => flagflow_gas::read_canonical(line, layout).is_some(),
        Shape::Electricity(layout, profile) => {
            flagflow_electricity::read_canonical(line, layout, profile).is_some()
        }
    }
}

/// Whether a line ends with its last item's pipe, where it should.
fn ends_well(line: &[u8], shape: Shape<'_>) -> bool {
    let Shape::Electricity(layout, profile) = shape else { return true };
    RawRecord::cut(line, profile.table(layout))
        .is_ok_and(|raw| !raw.has_missing_bar() && raw.blanks().is_empty())
}

/// A line of the wrong length has lost zeros, or spaces, if only one of the two can be.
fn at_lengths(line: &[u8], shape: Shape<'_>) -> Steps {
    let zeros = zero_padding::put_back(line, shape);
    let spaces = padding::mend(line, shape).filter(|line| reads(line, shape));
    let blanks = zero_padding::fill(line, shape).filter(|line| reads(line, shape));
    match (zeros, spaces, blanks) {
        (Some(line), None, None) | (None, None, Some(line)) => vec![(Kind::ZeroPadding, line)],
        (None, Some(line), None) => vec![(Kind::Padding, line)],
        (None, None, None) => padded_and_short(line, shape).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// A line that lost zeros and was then filled with spaces.
fn padded_and_short(line: &[u8], shape: Shape<'_>) -> Option<Steps> {
    // in zhf the last item may be text, which spaces belong to
    let Shape::Gas(_) = shape else { return None };
    let bare = padding::without(line).filter(|bare| !bare.is_empty())?;
    let whole = zero_padding::put_back(bare, shape)?;
    Some(vec![(Kind::Padding, bare.to_vec()), (Kind::ZeroPadding, whole)])
}

type Mend = fn(&[u8], Shape<'_>) -> Option<Vec<u8>>;

/// Does one thing after the other, those that are wanted.
fn in_order(line: &[u8], shape: Shape<'_>, kinds: Kinds, mends: &[(Kind, Mend)]) -> Steps {
    let mut steps: Steps = Vec::new();
    for (kind, mend) in mends.iter().filter(|(kind, _)| kinds.contains(*kind)) {
        let so_far = steps.last().map_or(line, |(_, line)| line);
        if let Some(line) = mend(so_far, shape) {
            steps.push((*kind, line));
        }
    }
    steps
}
