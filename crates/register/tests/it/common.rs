//! Helpers for the tests of a register.

use flagflow_register::{AppliedFile, Entry, Store};

/// Returns every entry, in the store's order.
pub(crate) fn entries(store: &dyn Store) -> Vec<Entry> {
    let mut all = Vec::new();
    let mut keep = |entry| {
        all.push(entry);
        Ok(())
    };
    store.entries(None, &mut keep).unwrap();
    all
}

/// Returns every applied file.
pub(crate) fn files(store: &dyn Store) -> Vec<AppliedFile> {
    let mut all = Vec::new();
    let mut keep = |file| {
        all.push(file);
        Ok(())
    };
    store.files(&mut keep).unwrap();
    all
}
