//! Gas files as record batches.

use std::collections::HashMap;

use flagflow_domain::{Fuel, Outcome};
use flagflow_gas::{Batch, Detail, Gas, Header, ReaderOptions, ReasonCode, Table, Tag, edition_on};

use crate::columns::ColumnCells;
use crate::flow::{ScanFlow, days};
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
            parties: &[],
        }
    }

    fn row<'r>(record: &'r Detail, reasons: &'r str) -> ScanRow<'r> {
        let outcome = record.outcome();
        ScanRow {
            fuel: Some(Self::FUEL.as_str()),
            transaction_type: Some(outcome.map_or(Tag::E45, |_| Tag::E46).as_str()),
            point: Some(record.meter_point_reference().as_u64()),
            flag: record.flag().as_byte(),
            effective_from: days(record.effective_from().as_packed()),
            outcome: outcome.map_or(0, Outcome::first_letter),
            reasons: Some(reasons),
            ..ScanRow::default()
        }
    }

    fn reason_text(reason: &ReasonCode) -> &[u8] {
        reason.as_ref()
    }
}
