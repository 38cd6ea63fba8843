//! Gas files as record batches.

use std::collections::HashMap;

use flagflow_codec::{Flow as _, Record};
use flagflow_domain::{Fuel, Outcome};
use flagflow_gas::{Batch, Detail, Gas, Header, ReaderOptions, Table, Tag, edition_on};

use crate::columns::ColumnCells;
use crate::flow::{ScanFlow, days, push_reasons};
use crate::options::ScanOptions;
use crate::row::ScanRow;

impl ScanFlow for Gas {
    const FUEL: Fuel = Fuel::Gas;

    fn layout_name(format: &&'static Table) -> &'static str {
        format.layout().as_str()
    }

    fn reader_options(format: &&'static Table, _: &ScanOptions) -> ReaderOptions {
        ReaderOptions::new().layout(format.layout())
    }

    fn is_by_row(_: &&'static Table) -> bool {
        false
    }

    fn describe(
        _: &&'static Table,
        header: Option<&Header>,
        metadata: &mut HashMap<String, String>,
    ) {
        if let Some(header) = header {
            let edition = edition_on(header.creation_date);
            metadata.insert("flagflow.edition".to_owned(), edition.to_string());
        }
    }

    fn cells(batch: &Batch) -> ColumnCells<'_> {
        ColumnCells {
            rows: batch.len(),
            fuel: Self::FUEL.as_str(),
            transaction_types: [Tag::E45.as_str(), Tag::E46.as_str()],
            points: batch.points(),
            flags: batch.flags(),
            days: batch.days(),
            outcomes: batch.outcomes(),
            numbers: &[],
        }
    }

    fn row(batch: &Batch, row: usize) -> ScanRow<'_> {
        batch.record(row).map(|detail| row_of(&detail, None)).unwrap_or_default()
    }

    fn row_of<'r>(
        record: &'r Record<Self>,
        value: &Detail,
        scratch: &'r mut String,
    ) -> ScanRow<'r> {
        push_reasons(scratch, record.reasons());
        row_of(value, Some(scratch))
    }
}

fn row_of<'r>(detail: &Detail, reasons: Option<&'r str>) -> ScanRow<'r> {
    let values = Gas::values(detail);
    let tag = match Outcome::from_first_letter(values.outcome) {
        Some(_) => Tag::E46,
        None => Tag::E45,
    };
    ScanRow {
        fuel: Some(Fuel::Gas.as_str()),
        transaction_type: Some(tag.as_str()),
        point: Some(values.point),
        flag: values.flag,
        effective_from: days(values.date),
        outcome: values.outcome,
        reasons,
        ..ScanRow::default()
    }
}
