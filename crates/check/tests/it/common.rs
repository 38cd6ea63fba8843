//! The samples in testdata.

use std::fs;
use std::path::{Path, PathBuf};

/// Returns every sample of all flows, valid and invalid.
pub(crate) fn samples() -> Vec<(PathBuf, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    let folders = ["e45", "e46", "d0350", "d0351", "d0172"].map(|flow| root.join(flow));
    let folders = folders.iter().flat_map(|flow| ["valid", "invalid"].map(|kind| flow.join(kind)));
    let paths =
        folders.flat_map(|folder| fs::read_dir(folder).unwrap()).map(|it| it.unwrap().path());
    let paths = paths.filter(|path| path.extension().is_some_and(|extension| extension == "txt"));
    let samples: Vec<_> = paths.map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    assert!(samples.len() > 300);
    samples
}
