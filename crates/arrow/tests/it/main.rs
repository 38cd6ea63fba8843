//! Tests of files as record batches.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
#[cfg(feature = "convert")]
mod convert;
mod reader;
mod split;

use std::fmt::Write as _;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int64Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use flagflow_arrow::{OnError, Scan, ScanOptions};

/// Returns the text of a cell, `-` for null.
fn cell(array: &ArrayRef, row: usize) -> String {
    match array.data_type() {
        _ if array.is_null(row) => "-".to_owned(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Date32 => array.as_primitive::<Date32Type>().value(row).to_string(),
        _ => array.as_string::<i32>().value(row).to_owned(),
    }
}

/// Returns each row as a line of text.
fn rows(scan: Scan) -> Vec<String> {
    let mut all = Vec::new();
    for batch in scan {
        all.extend(rows_of(&batch.unwrap()));
    }
    all
}

fn rows_of(batch: &RecordBatch) -> Vec<String> {
    let row = |row| {
        batch.columns().iter().fold(String::new(), |mut text, array| {
            let _ = write!(text, "{} ", cell(array, row));
            text
        })
    };
    (0..batch.num_rows()).map(row).collect()
}

fn options(on_error: OnError, batch_size: usize) -> ScanOptions {
    let mut options = ScanOptions::default();
    (options.on_error, options.batch_size, options.positions) = (on_error, batch_size, true);
    options
}

fn testdata() -> impl Iterator<Item = std::path::PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    ["e45", "e46", "d0350", "d0351", "d0172"].into_iter().flat_map(move |flow| {
        let folders = ["valid", "invalid"].map(|kind| root.join(flow).join(kind));
        folders
            .into_iter()
            .filter_map(|folder| std::fs::read_dir(folder).ok())
            .flatten()
            .filter_map(|entry| {
                let path = entry.unwrap().path();
                path.extension().is_none_or(|ending| ending != "json").then_some(path)
            })
    })
}
