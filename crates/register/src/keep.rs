//! Removal of earlier updates and notices, so that a register does not grow for ever.

use flagflow_electricity::Timestamp;

use crate::error::Result;
use crate::notify::store::atomically;
use crate::register::Register;

/// Counts of what was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Updates.
    pub updates: u64,
    /// Notices of runs.
    pub notices: u64,
}

/// Removes, in one transaction, what is of before a time and no longer needed.
///
/// - Updates of before that day that are not of the last such day of their point: the flags of all
///   later days stay the same.
/// - Notices in files that were written before that time, if a later file with a notice for the
///   point is on disk, with their answers. All notices for a point of which one was ever rejected
///   are kept.
///
/// Events, the digests of files and the last numbers are kept: they prevent that anything is
/// applied or sent twice.
///
/// # Errors
///
/// Returns an error of the store; nothing is removed then.
pub fn remove_earlier<R: Register + ?Sized>(
    mut register: &mut R,
    before: Timestamp,
) -> Result<Removed> {
    atomically(&mut register, |register| {
        let notices = register.remove_notices(before)?;
        let updates = register.remove_updates(before.date())?;
        Ok(Removed { updates, notices })
    })
}
