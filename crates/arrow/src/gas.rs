//! Gas files as record batches.

use std::collections::HashMap;

use flagflow_domain::Outcome;
use flagflow_gas::{Detail, Gas, Header, ReaderOptions, Table, Tag, edition_on};

use crate::flow::{ScanFlow, days};
use crate::options::ScanOptions;
use crate::row::ScanRow;

impl ScanFlow for Gas {
    const TRANSACTION_TYPES: [&'static str; 2] = [Tag::E45.as_str(), Tag::E46.as_str()];

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

    fn row(record: &Detail) -> ScanRow<'_> {
        let outcome = record.outcome();
        ScanRow {
            transaction_type: Some(outcome.map_or(Tag::E45, |_| Tag::E46).as_str()),
            point: Some(record.meter_point_reference().as_u64()),
            flag: record.flag().as_byte(),
            effective_from: days(record.effective_from().as_packed()),
            outcome: outcome.map_or(0, Outcome::first_letter),
            ..ScanRow::default()
        }
    }
}
