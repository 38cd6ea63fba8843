//! Which flag a point has, now or on a day.

use flagflow_domain::{EffectiveDate, MeterPoint};

use crate::entry::Entry;
use crate::error::Result;
use crate::store::Store;

/// The flag of a point: the update that stands for its latest day, or, with `as_of`, for the latest
/// day that is not after that one. `None` where nothing was said of it (by then).
///
/// # Errors
///
/// What the store says.
pub fn state(
    store: &dyn Store,
    point: MeterPoint,
    as_of: Option<EffectiveDate>,
) -> Result<Option<Entry>> {
    let mut state = None;
    store.entries(Some(point), &mut |entry| {
        if applies(&entry, as_of) {
            state = Some(entry);
        }
        Ok(())
    })?;
    Ok(state)
}

/// Tells the [`state`] of every point that has one, in the order of the points. Constant memory.
///
/// # Errors
///
/// What the store says, and the listener.
pub fn states(
    store: &dyn Store,
    as_of: Option<EffectiveDate>,
    tell: &mut dyn FnMut(Entry) -> Result<()>,
) -> Result<()> {
    // entries come by point and day, so the last one of a point that applies is its state
    let mut held: Option<Entry> = None;
    store.entries(None, &mut |entry| {
        if !applies(&entry, as_of) {
            return Ok(());
        }
        match held.replace(entry) {
            Some(before) if before.update.point != entry.update.point => tell(before),
            _ => Ok(()),
        }
    })?;
    held.map_or(Ok(()), tell)
}

fn applies(entry: &Entry, as_of: Option<EffectiveDate>) -> bool {
    entry.stands && as_of.is_none_or(|day| entry.update.from <= day)
}
