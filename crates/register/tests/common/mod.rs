//! What the tests of a register share.

use flagflow_register::{AppliedFile, Entry, Store};

/// Everything that is kept, in the store's order.
pub(crate) fn entries(store: &dyn Store) -> Vec<Entry> {
    let mut all = Vec::new();
    let mut keep = |entry| {
        all.push(entry);
        Ok(())
    };
    store.entries(None, &mut keep).unwrap();
    all
}

/// Every file that was applied.
#[allow(dead_code, reason = "not every test asks")]
pub(crate) fn files(store: &dyn Store) -> Vec<AppliedFile> {
    let mut all = Vec::new();
    let mut keep = |file| {
        all.push(file);
        Ok(())
    };
    store.files(&mut keep).unwrap();
    all
}
