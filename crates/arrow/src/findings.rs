//! The findings of a check as a table.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use flagflow_check::{Finding, Options, Report, check, escape_path};
use flagflow_files::input;

use crate::error::{Error, Result};

/// The columns of findings, each with true for a number.
const COLUMNS: [(&str, bool); 11] = [
    ("file", false),
    ("line", true),
    ("record", true),
    ("offset", true),
    ("length", true),
    ("rule", false),
    ("severity", false),
    ("field", false),
    ("value", false),
    ("expected", false),
    ("message", false),
];

/// Returns the schema of findings. Every column may be null.
#[must_use]
pub fn findings_schema() -> SchemaRef {
    let field = |(name, is_number): (&str, bool)| {
        Field::new(name, if is_number { DataType::Int64 } else { DataType::Utf8 }, true)
    };
    Arc::new(Schema::new_with_metadata(COLUMNS.map(field).to_vec(), HashMap::new()))
}

/// Checks a file and returns its findings as a table.
///
/// # Errors
///
/// A file that cannot be read, or is of no known format.
pub fn findings(path: &Path, options: &Options) -> Result<RecordBatch> {
    let name = escape_path(path);
    let report = input::open(path)
        .map_err(Error::from)
        .and_then(|input| check(input, options).map_err(Error::from))
        .map_err(|error| error.in_file(Some(&name)))?;
    report_findings(&report, Some(&name))
}

/// Returns the findings of a report as a table, with a name for the file.
///
/// # Errors
///
/// More findings than a table can hold.
pub fn report_findings(report: &Report, file: Option<&str>) -> Result<RecordBatch> {
    let findings = &report.findings;
    let int = |of: fn(&Finding) -> Option<u64>| {
        let numbers = findings.iter().map(|finding| of(finding)?.try_into().ok());
        Arc::new(numbers.collect::<Int64Array>()) as _
    };
    let text = |of: &dyn Fn(&Finding) -> Option<String>| {
        Arc::new(findings.iter().map(of).collect::<StringArray>()) as _
    };
    let columns = vec![
        text(&|_| file.map(str::to_owned)),
        int(|finding| Some(finding.line)),
        int(|finding| finding.record),
        int(|finding| Some(finding.offset)),
        int(|finding| Some(finding.length)),
        text(&|finding| Some(finding.rule.name().to_owned())),
        text(&|finding| Some(finding.severity.to_string())),
        text(&|finding| finding.field.clone()),
        text(&|finding| finding.value.clone()),
        text(&|finding| finding.expected.as_deref().map(str::to_owned)),
        text(&|finding| Some(finding.message.clone().into_owned())),
    ];
    RecordBatch::try_new(findings_schema(), columns).map_err(Error::from)
}

#[cfg(test)]
mod tests {
    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    use arrow_array::types::Int64Type;

    use super::*;

    #[test]
    fn findings_are_rows() {
        let file = b"E451234567810A20220101\nE450000123409N20230229\n";
        let report = check(&file[..], &Options::default()).unwrap();
        let table = report_findings(&report, Some("x")).unwrap();
        assert_eq!(table.num_rows(), report.findings.len());
        let rules = table.column_by_name("rule").unwrap().as_string::<i32>();
        let row = rules.iter().position(|rule| rule == Some("invalid-date")).unwrap();
        let number =
            |name| table.column_by_name(name).unwrap().as_primitive::<Int64Type>().value(row);
        assert_eq!(["line", "record", "offset", "length"].map(number), [2, 2, 37, 8]);
        assert_eq!(table.column(0).as_string::<i32>().value(row), "x");
        assert!(table.schema().fields().iter().all(|field| field.is_nullable()));
        assert_eq!(
            table.column_by_name("value").unwrap().as_string::<i32>().value(row),
            "20230229"
        );
        assert_eq!(table.column_by_name("message").unwrap().null_count(), 0);
    }
}
