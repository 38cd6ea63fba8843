//! Electricity files as record batches.

use std::collections::HashMap;

use flagflow_domain::{EffectiveDate, MpanCore, ServiceFlag};
use flagflow_electricity::{
    Electricity, Flow, Format, Header, Instruction, Profile, ReaderOptions,
};

use crate::flow::{ScanFlow, days};
use crate::options::ScanOptions;
use crate::row::ScanRow;

impl ScanFlow for Electricity {
    const TRANSACTION_TYPES: [&'static str; 2] = [Flow::D0350.as_str(); 2];

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

    fn row(record: &Instruction) -> ScanRow<'_> {
        let row = ScanRow {
            transaction_type: Some(record.flow().as_str()),
            number: Some(record.instruction_number()),
            point: record.mpan_core().map(MpanCore::as_u64),
            flag: record.flag().map_or(0, ServiceFlag::as_byte),
            effective_from: record.effective_from().and_then(day_of),
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
}

fn day_of(day: EffectiveDate) -> Option<i32> {
    days(day.as_packed())
}

/// Returns the format of a profile's files in a layout.
pub(crate) fn format(layout: flagflow_electricity::Layout, profile: &Profile) -> Format {
    Format::new(profile.clone(), layout)
}
