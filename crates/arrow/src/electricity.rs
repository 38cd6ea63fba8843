//! Electricity files as record batches.

use std::collections::HashMap;

use flagflow_codec::{Flow as _, Record};
use flagflow_domain::Fuel;
use flagflow_electricity::{
    Batch, Electricity, Flow, Format, Header, Profile, ReaderOptions, Update,
};

use crate::columns::ColumnCells;
use crate::flow::{ScanFlow, days, push_reasons};
use crate::options::ScanOptions;
use crate::row::ScanRow;

impl ScanFlow for Electricity {
    const FUEL: Fuel = Fuel::Electricity;

    fn layout_name(format: &Format) -> &'static str {
        format.layout().as_str()
    }

    fn reader_options(format: &Format, _: &ScanOptions) -> ReaderOptions {
        ReaderOptions::new()
            .layout(format.layout())
            .flow(format.flow())
            .profile(format.profile().clone())
    }

    fn is_by_row(format: &Format) -> bool {
        format.flow() != Flow::D0350
    }

    fn describe(format: &Format, header: Option<&Header>, metadata: &mut HashMap<String, String>) {
        let profile = format.profile();
        metadata.insert("flagflow.flow".to_owned(), profile.flow().as_str().to_owned());
        metadata.insert("flagflow.profile".to_owned(), profile.name().to_owned());
        let edition = header.and_then(|header| profile.edition_on(header.created().date()));
        if let Some(edition) = edition {
            metadata.insert("flagflow.edition".to_owned(), edition.to_string());
        }
    }

    fn cells(batch: &Batch) -> ColumnCells<'_> {
        let name = Flow::D0350.as_str();
        ColumnCells {
            rows: batch.len(),
            fuel: Self::FUEL.as_str(),
            transaction_types: [name; 2],
            points: batch.points(),
            flags: batch.flags(),
            days: batch.days(),
            outcomes: batch.outcomes(),
            numbers: batch.instruction_numbers(),
        }
    }

    fn row(batch: &Batch, row: usize) -> ScanRow<'_> {
        batch.record(row).map(|update| row_of(&update, None)).unwrap_or_default()
    }

    fn row_of<'r>(
        record: &'r Record<Self>,
        value: &Update,
        scratch: &'r mut String,
    ) -> ScanRow<'r> {
        push_reasons(scratch, Self::values(value).reason.as_slice());
        push_reasons(scratch, record.reasons());
        row_of(value, Some(scratch))
    }
}

fn row_of<'r>(update: &Update, reasons: Option<&'r str>) -> ScanRow<'r> {
    let values = Electricity::values(update);
    ScanRow {
        fuel: Some(Fuel::Electricity.as_str()),
        transaction_type: Some(update.flow().as_str()),
        point: Some(values.point),
        flag: values.flag,
        effective_from: days(values.date),
        reasons,
        number: values.number,
        ..ScanRow::default()
    }
}

/// Returns the format of a profile's files in a layout.
pub(crate) fn format(layout: flagflow_electricity::Layout, profile: &Profile) -> Format {
    Format::new(profile.clone(), layout)
}
