//! Exports the flags of all points as a file.
//!
//! | format | description |
//! |---|---|
//! | `csv` | a table: `fuel,meter_point,dcc_service_flag,effective_from_date,file,line` |
//! | `jsonl` | an object of the same keys on each line |
//! | E45 | a file of updates of the gas points, `fixed` or `uklink` |
//! | D0350 | a file of updates of the electricity points, `zhv` or `zhf`, numbered from 1 |
//!
//! `file` and `line` refer to the current update. A file of updates contains the points of its fuel
//! only; the report counts the others.

mod sink;

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write;

use flagflow_domain::{EffectiveDate, Fuel, ServiceFlag};
use flagflow_electricity::SupplierId;
use flagflow_files::spreadsheet::guarded_text;

use crate::entry::Entry;
use crate::entry::FileId;
use crate::error::Result;
use crate::state::states;
use crate::store::Store;

use sink::ExportSink;

/// Format of an export, and the points to export.
#[derive(Clone, Debug)]
pub struct ExportOptions {
    /// The format.
    pub format: ExportFormat,
    /// The date of the exported flags; by default, each point's latest flag.
    pub as_of: Option<EffectiveDate>,
    /// Only points that have one of these flags; all points if empty.
    pub flags: Vec<ServiceFlag>,
    /// Only points of this fuel.
    pub fuel: Option<Fuel>,
    /// True to write tables without a cell that a spreadsheet would read as a formula; see
    /// [`guarded`](flagflow_files::spreadsheet::guarded).
    pub csv_safe: bool,
}

impl ExportOptions {
    /// Exports the latest flag of every point in a format.
    #[must_use]
    pub const fn new(format: ExportFormat) -> Self {
        Self { format, as_of: None, flags: Vec::new(), fuel: None, csv_safe: false }
    }

    fn wants(&self, entry: &Entry) -> bool {
        let of_fuel = self.fuel.is_none_or(|fuel| fuel == entry.update.point.fuel());
        of_fuel && (self.flags.is_empty() || self.flags.contains(&entry.update.flag))
    }
}

/// Format of an export.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ExportFormat {
    /// A table with a row of column names.
    Csv,
    /// An object on each line.
    Jsonl,
    /// Updates of the gas points.
    E45(flagflow_gas::WriterOptions),
    /// Updates of the electricity points, all of one supplier; the profile is one of D0350.
    D0350(Box<flagflow_electricity::WriterOptions>, SupplierId),
}

impl ExportFormat {
    /// Returns the fuel of the format; `None` if it holds both.
    #[must_use]
    pub const fn fuel(&self) -> Option<Fuel> {
        match self {
            Self::Csv | Self::Jsonl => None,
            Self::E45(_) => Some(Fuel::Gas),
            Self::D0350(..) => Some(Fuel::Electricity),
        }
    }
}

/// Counts of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExportReport {
    /// Points written.
    pub written: u64,
    /// Selected points of the fuel that the format cannot hold.
    pub other_fuel: u64,
}

/// Writes the flags of all points, in the order of the points. Memory grows with the number of
/// files only.
///
/// # Errors
///
/// Fails for errors of the store and the output, and for a value that the profile of a D0350 has no
/// item for.
pub fn export(
    store: &dyn Store,
    output: impl Write,
    options: &ExportOptions,
) -> Result<ExportReport> {
    let names = file_names(store)?;
    let (mut sink, only) = (ExportSink::new(output, &options.format)?, options.format.fuel());
    let mut report = ExportReport::default();
    states(store, options.as_of, &mut |entry| {
        if !options.wants(&entry) {
            return Ok(());
        }
        if only.is_some_and(|fuel| fuel != entry.update.point.fuel()) {
            report.other_fuel += 1;
            return Ok(());
        }
        report.written += 1;
        let file = names.get(&entry.file).map_or("", String::as_str);
        let is_safe = options.csv_safe && matches!(options.format, ExportFormat::Csv);
        let file = if is_safe { guarded_text(file) } else { Cow::Borrowed(file) };
        sink.write(&entry, &file, report.written)
    })?;
    sink.finish()?;
    Ok(report)
}

fn file_names(store: &dyn Store) -> Result<HashMap<FileId, String>> {
    let mut names = HashMap::new();
    store.files(&mut |file| {
        names.insert(file.id, file.name);
        Ok(())
    })?;
    Ok(names)
}
