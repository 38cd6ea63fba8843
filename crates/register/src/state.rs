//! The flag of a point, now or on a day.

use flagflow_domain::{EffectiveDate, MeterPoint};

use crate::entry::Entry;
use crate::error::{Error, ErrorKind, Result};
use crate::store::Store;

/// Returns the flag of a point: the current update for its latest day or, with `as_of`, for the
/// latest day not after that date. Returns `None` without such an update.
///
/// # Errors
///
/// [`ErrorKind::Options`] for a day of which the updates were removed, and errors of the store.
pub fn state(
    store: &dyn Store,
    point: MeterPoint,
    as_of: Option<EffectiveDate>,
) -> Result<Option<Entry>> {
    expect_kept(store, as_of)?;
    let mut state = None;
    store.entries(Some(point), &mut |entry| {
        if applies(&entry, as_of) {
            state = Some(entry);
        }
        Ok(())
    })?;
    Ok(state)
}

/// Calls `to` with the [`state`] of every point that has one, in the order of the points. Uses
/// constant memory.
///
/// # Errors
///
/// As [`state`], and errors of the callback.
pub fn states(
    store: &dyn Store,
    as_of: Option<EffectiveDate>,
    visit: &mut dyn FnMut(Entry) -> Result<()>,
) -> Result<()> {
    expect_kept(store, as_of)?;
    // entries come by point and day, so the last one of a point that applies is its state
    let mut held: Option<Entry> = None;
    store.entries(None, &mut |entry| {
        if !applies(&entry, as_of) {
            return Ok(());
        }
        match held.replace(entry) {
            Some(before) if before.update.point != entry.update.point => visit(before),
            _ => Ok(()),
        }
    })?;
    held.map_or(Ok(()), visit)
}

/// Refuses a day of which the updates were removed.
fn expect_kept(store: &dyn Store, as_of: Option<EffectiveDate>) -> Result<()> {
    match (as_of, store.kept_from()?) {
        (Some(day), Some(from)) if day < from => {
            let what = format!("the updates of before {} were removed", from.iso());
            Err(Error::new(ErrorKind::Options, what))
        }
        _ => Ok(()),
    }
}

fn applies(entry: &Entry, as_of: Option<EffectiveDate>) -> bool {
    entry.stands && as_of.is_none_or(|day| entry.update.from <= day)
}
