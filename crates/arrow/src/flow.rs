//! The parts of a scan that are a flow's own.

use std::collections::HashMap;

use flagflow_codec::{Batch, Content, Flow, RawLine};
use flagflow_domain::EffectiveDate;

use crate::columns::ColumnCells;
use crate::options::ScanOptions;
use crate::row::ScanRow;

/// A flow whose files are read into record batches.
pub(crate) trait ScanFlow: Flow<Reason: AsRef<[u8]>> {
    /// The types of records without and with an outcome.
    const TRANSACTION_TYPES: [&'static str; 2];

    /// Returns the name of the layout.
    fn layout_name(format: &Self::Format) -> &'static str;

    /// Returns the options of the reader of a format.
    fn reader_options(format: &Self::Format, options: &ScanOptions) -> Self::Options;

    /// Adds the flow's own metadata.
    fn describe(
        format: &Self::Format,
        header: Option<&Self::Header>,
        metadata: &mut HashMap<String, String>,
    );

    /// Returns the row of a record, without its fuel and reasons: see [`row_of`].
    fn row(record: &Self::Record) -> ScanRow<'_>;
}

/// Returns the columns of a batch.
pub(crate) fn cells_of<F: ScanFlow>(batch: &Batch<F>) -> ColumnCells<'_> {
    ColumnCells {
        rows: batch.len(),
        fuel: F::FUEL.as_str(),
        transaction_types: F::TRANSACTION_TYPES,
        points: batch.points(),
        flags: batch.flags(),
        days: batch.days(),
        outcomes: batch.outcomes(),
        numbers: batch.instruction_numbers(),
        parties: batch.parties(),
    }
}

/// Returns the row of a record, whose reasons have spaces between them.
pub(crate) fn row_of<'r, F: ScanFlow>(record: &'r F::Record, reasons: &'r str) -> ScanRow<'r> {
    ScanRow { fuel: Some(F::FUEL.as_str()), reasons: Some(reasons), ..F::row(record) }
}

/// Returns a line that is not a record as a JSON object of the texts of its items.
pub(crate) fn object_of<F: ScanFlow>(
    format: &F::Format,
    content: &Content<'_, F>,
) -> Option<String> {
    let mut line = Vec::new();
    F::write_line(&mut line, format, content, &mut std::iter::empty()).ok()?;
    let raw = RawLine::<F>::cut(&line, format.as_ref()).ok()?;
    let mut object = serde_json::Map::new();
    if !F::CODE_IS_ITEM {
        // the kind of an object, as conversions write it
        let kind = match content {
            Content::Header(_) => "header",
            Content::Trailer(_) => "trailer",
            _ => "group",
        };
        object.insert("record".to_owned(), kind.into());
    }
    for item in raw.items() {
        let text = String::from_utf8_lossy(item.text()).into_owned();
        object.insert(item.field().to_string(), text.into());
    }
    serde_json::to_string(&object).ok()
}

/// Replaces a text by the codes of reasons, with spaces between them.
pub(crate) fn join_reasons<F: ScanFlow>(text: &mut String, reasons: &[F::Reason]) {
    text.clear();
    for reason in reasons {
        text.push_str(if text.is_empty() { "" } else { " " });
        text.push_str(&String::from_utf8_lossy(reason.as_ref()));
    }
}

/// Returns the days since 1 January 1970 of a packed date; `None` for 0.
pub(crate) fn days(packed: u32) -> Option<i32> {
    (packed != 0).then(|| EffectiveDate::packed_days_since_1970(packed))
}
