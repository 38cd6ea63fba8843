//! Electricity files as record batches.

use std::collections::HashMap;

use flagflow_domain::{EffectiveDate, Fuel, MpanCore, ServiceFlag};
use flagflow_electricity::{
    Batch, Electricity, Flow, Format, Header, Instruction, Profile, ReaderOptions, ReasonCode,
};

use crate::columns::ColumnCells;
use crate::flow::{ScanFlow, days};
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

    fn describe(format: &Format, header: Option<&Header>, metadata: &mut HashMap<String, String>) {
        let profile = format.profile();
        metadata.insert("flagflow.flow".to_owned(), profile.flow().as_str().to_owned());
        metadata.insert("flagflow.profile".to_owned(), profile.name().to_owned());
        let edition = header.map(|header| profile.edition_on(header.created().date()));
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
            parties: batch.parties(),
        }
    }

    fn row<'r>(record: &'r Instruction, reasons: &'r str) -> ScanRow<'r> {
        let row = ScanRow {
            fuel: Some(Self::FUEL.as_str()),
            transaction_type: Some(record.flow().as_str()),
            number: Some(record.instruction_number()),
            point: record.mpan_core().map(MpanCore::as_u64),
            flag: record.flag().map_or(0, ServiceFlag::as_byte),
            effective_from: record.effective_from().and_then(day_of),
            reasons: Some(reasons),
            ..ScanRow::default()
        };
        match record {
            Instruction::D0350(update) => ScanRow { supplier: Some(update.supplier_id()), ..row },
            Instruction::D0351(rejection) => ScanRow {
                supplier: rejection.supplier_id(),
                incoming: Some(rejection.incoming_instruction_number()),
                deemed_received: day_of(rejection.deemed_received()),
                ..row
            },
            Instruction::D0172(confirmation) => ScanRow {
                deemed_received: day_of(confirmation.deemed_received()),
                answered_file: Some(confirmation.file_identifier()),
                received: Some(confirmation.received().into()),
                accepted: Some(confirmation.accepted().into()),
                rejected: Some(confirmation.rejected().into()),
                ..row
            },
        }
    }

    fn reason_text(reason: &ReasonCode) -> &[u8] {
        reason.as_bytes()
    }
}

fn day_of(day: EffectiveDate) -> Option<i32> {
    days(day.as_packed())
}

/// Returns the format of a profile's files in a layout.
pub(crate) fn format(layout: flagflow_electricity::Layout, profile: &Profile) -> Format {
    Format::new(profile.clone(), layout)
}
