//! Fixes a line by the errors of that line alone.
//!
//! A line is fixed only if all of the result can be read, and never if the line itself can be read
//! (except for a missing pipe and white space after the last one). So accepted lines are never
//! changed, and a line whose flag, date or point cannot be read is left unchanged, whatever other
//! errors the line has.

use flagflow_check::FileFormat;
use flagflow_electricity::RawRecord;

use super::kind::{FixKind, Kinds};
use super::piece::reads;
use super::{cell_spaces, padding, trailing_cells, trailing_pipe, zero_padding};

/// Fixes of a line, in order; the last has the complete line.
pub(super) type FixSteps = Vec<(FixKind, Vec<u8>)>;

/// Fixes a line, if there is exactly one way.
pub(super) fn fix(line: &[u8], shape: FileFormat<'_>, kinds: Kinds) -> FixSteps {
    if is_whole(line, shape) {
        return Vec::new();
    }
    let steps = match shape {
        FileFormat::Gas(flagflow_gas::Layout::Fixed)
        | FileFormat::Electricity(flagflow_electricity::Layout::Zhf, _) => at_lengths(line, shape),
        FileFormat::Gas(flagflow_gas::Layout::Uklink) => in_order(
            line,
            shape,
            kinds,
            &[
                (FixKind::CellSpaces, cell_spaces::fix),
                (FixKind::TrailingCells, trailing_cells::fix),
                (FixKind::ZeroPadding, zero_padding::fill),
                (FixKind::ZeroPadding, zero_padding::take_off),
            ],
        ),
        FileFormat::Electricity(flagflow_electricity::Layout::Zhv, _) => in_order(
            line,
            shape,
            kinds,
            &[
                (FixKind::Padding, padding::behind_items),
                (FixKind::TrailingCells, trailing_cells::fix),
                (FixKind::ZeroPadding, zero_padding::fill),
                (FixKind::ZeroPadding, zero_padding::take_off),
                (FixKind::TrailingPipe, trailing_pipe::fix),
            ],
        ),
    };
    let wanted = steps.iter().all(|(kind, _)| kinds.contains(*kind));
    let fixed = steps.last().is_some_and(|(_, line)| reads(line, shape));
    if wanted && fixed { steps } else { Vec::new() }
}

/// Returns true if a line is complete and can be read.
#[inline]
pub(super) fn is_whole(line: &[u8], shape: FileFormat<'_>) -> bool {
    is_canonical(line, shape) || (reads(line, shape) && ends_well(line, shape))
}

/// Returns true for a canonical line, quickly.
#[inline]
fn is_canonical(line: &[u8], shape: FileFormat<'_>) -> bool {
    match shape {
        FileFormat::Gas(layout) => flagflow_gas::read_canonical(line, layout).is_some(),
        FileFormat::Electricity(layout, profile) => {
            flagflow_electricity::read_canonical(line, layout, profile).is_some()
        }
    }
}

/// Returns true if a line ends with its last item's pipe, where it should.
fn ends_well(line: &[u8], shape: FileFormat<'_>) -> bool {
    let FileFormat::Electricity(layout, profile) = shape else { return true };
    RawRecord::cut(line, profile.table(layout))
        .is_ok_and(|raw| !raw.has_missing_bar() && raw.blanks().is_empty())
}

/// Fixes a line of the wrong length that has lost zeros, or spaces, if only one is possible.
fn at_lengths(line: &[u8], shape: FileFormat<'_>) -> FixSteps {
    let zeros = zero_padding::put_back(line, shape);
    let spaces = padding::fix(line, shape).filter(|line| reads(line, shape));
    let blanks = zero_padding::fill(line, shape).filter(|line| reads(line, shape));
    match (zeros, spaces, blanks) {
        (Some(line), None, None) | (None, None, Some(line)) => vec![(FixKind::ZeroPadding, line)],
        (None, Some(line), None) => vec![(FixKind::Padding, line)],
        (None, None, None) => padded_and_short(line, shape).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// Fixes a line that lost zeros and was then padded with spaces.
fn padded_and_short(line: &[u8], shape: FileFormat<'_>) -> Option<FixSteps> {
    // in zhf the last item may be text, which spaces belong to
    let FileFormat::Gas(_) = shape else { return None };
    let bare = padding::without(line).filter(|bare| !bare.is_empty())?;
    let whole = zero_padding::put_back(bare, shape)?;
    Some(vec![(FixKind::Padding, bare.to_vec()), (FixKind::ZeroPadding, whole)])
}

type Mend = fn(&[u8], FileFormat<'_>) -> Option<Vec<u8>>;

/// Does one thing after the other, those that are wanted.
fn in_order(
    line: &[u8],
    shape: FileFormat<'_>,
    kinds: Kinds,
    fixes: &[(FixKind, Mend)],
) -> FixSteps {
    let mut steps: FixSteps = Vec::new();
    for (kind, fix) in fixes.iter().filter(|(kind, _)| kinds.contains(*kind)) {
        let so_far = steps.last().map_or(line, |(_, line)| line);
        if let Some(line) = fix(so_far, shape) {
            steps.push((*kind, line));
        }
    }
    steps
}
