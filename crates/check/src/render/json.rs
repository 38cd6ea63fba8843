//! One line of JSON per file, `flagflow-report/1`.

use serde::ser::{SerializeMap, SerializeSeq, SerializeStruct};
use serde::{Serialize, Serializer};

use crate::finding::{Finding, escape};
use crate::layout::{Flow, Layout};
use crate::report::{PerFlag, Report};
use crate::rule::PerRule;

/// The name of the format, in each report's `schema`; `docs/flagflow-report-1.schema.json`
/// describes the format.
pub const SCHEMA: &str = "flagflow-report/1";

/// Writes a report as one line of JSON, without a line ending.
///
/// # Errors
///
/// Returns the errors of the writer.
pub fn json(out: impl std::io::Write, file: &str, report: &Report) -> std::io::Result<()> {
    serde_json::to_writer(out, &JsonReport { file, report }).map_err(Into::into)
}

/// A report with its file's name, serialised in the form of [`SCHEMA`].
#[derive(Clone, Copy, Debug)]
pub struct JsonReport<'a> {
    /// The file's name, written in printable form ([`escape`]).
    pub file: &'a str,
    /// The report of the file.
    pub report: &'a Report,
}

impl Serialize for JsonReport<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = self.report;
        let mut object = serializer.serialize_struct("Report", 18)?;
        object.serialize_field("schema", SCHEMA)?;
        object.serialize_field("file", &escape(self.file.as_bytes()))?;
        object.serialize_field("flow", &report.flow.map(Flow::as_str))?;
        object.serialize_field("layout", report.layout.as_str())?;
        object.serialize_field("envelope", &report.envelope)?;
        object.serialize_field("file_type", &report.file_type)?;
        object.serialize_field("edition", report.edition.as_str())?;
        object.serialize_field("profile", &report.profile)?;
        object.serialize_field("policy", &report.policy)?;
        object.serialize_field("records", &report.records)?;
        object.serialize_field("accepted", &report.accepted)?;
        object.serialize_field("rejected", &report.rejected)?;
        object.serialize_field("flags", &Flags(&report.flags))?;
        object.serialize_field("totals", &JsonCounts(&report.totals))?;
        object.serialize_field("ignored", &JsonCounts(&report.ignored))?;
        match &report.suppressed {
            Some(suppressed) => object.serialize_field("suppressed", &JsonCounts(suppressed))?,
            None => object.skip_field("suppressed")?,
        }
        object.serialize_field("findings", &Findings(&report.findings, report.layout))?;
        object.serialize_field("truncated", &report.truncated)?;
        object.end()
    }
}

/// Serialises the numbers by flag that are not zero.
struct Flags<'a>(&'a PerFlag);

impl Serialize for Flags<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(flag, count)| (flag.as_str(), count)))
    }
}

/// Serialises the numbers by rule that are not zero.
struct JsonCounts<'a>(&'a PerRule<u64>);

impl Serialize for JsonCounts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (rule, count) in self.0.iter().filter(|(_, count)| **count > 0) {
            map.serialize_entry(rule.name(), count)?;
        }
        map.end()
    }
}

struct Findings<'a>(&'a [Finding], Layout);

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for finding in self.0 {
            list.serialize_element(&JsonFinding(finding, self.1))?;
        }
        list.end()
    }
}

struct JsonFinding<'a>(&'a Finding, Layout);

impl Serialize for JsonFinding<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let finding = self.0;
        let mut object = serializer.serialize_struct("Finding", 12)?;
        object.serialize_field("rule", finding.rule.name())?;
        object.serialize_field("severity", finding.severity.as_str())?;
        object.serialize_field("line", &finding.line)?;
        object.serialize_field("record", &finding.record)?;
        object.serialize_field("offset", &finding.offset)?;
        object.serialize_field("column", &finding.column)?;
        object.serialize_field("length", &finding.length)?;
        object.serialize_field("field", &finding.field)?;
        object.serialize_field("value", &finding.value)?;
        object.serialize_field("message", &finding.message)?;
        object.serialize_field("expected", &finding.expected)?;
        object.serialize_field("source", finding.rule.rule().guidance(self.1).source)?;
        object.end()
    }
}
