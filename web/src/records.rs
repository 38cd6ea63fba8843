//! The first records of a file, as a table shows them.

use flagflow_check::{Error, Rows, RuleId, Verdict, Visitor};
use serde::Serialize;

/// The most records that are shown of a file.
const MOST: usize = 100;

/// One record, with the values that can be read.
#[derive(Debug, Serialize)]
pub(crate) struct FirstRecord {
    line: u64,
    record: u64,
    /// The meter point; missing if identifiers are hidden.
    point: Option<String>,
    flag: Option<String>,
    day: Option<String>,
    rejected: bool,
    rules: Vec<&'static str>,
}

/// Collects the first records.
#[derive(Debug)]
pub(crate) struct FirstRecords {
    pub(crate) records: Vec<FirstRecord>,
    is_masked: bool,
}

impl FirstRecords {
    pub(crate) const fn new(is_masked: bool) -> Self {
        Self { records: Vec::new(), is_masked }
    }
}

impl Visitor for FirstRecords {
    type Error = Error;

    fn record(&mut self, verdict: &Verdict<'_>) -> Result<(), Error> {
        if self.records.len() < MOST {
            let values = verdict.values;
            // an MPAN core has thirteen digits, an MPRN at most ten without leading zeros
            let point = values.point.filter(|_| !self.is_masked);
            self.records.push(FirstRecord {
                line: verdict.line.number,
                record: verdict.record,
                point: point.map(|point| point.to_string()),
                flag: values.flag.map(|flag| flag.to_string()),
                day: values.day.map(|day| day.to_string()),
                rejected: verdict.rejected,
                rules: verdict.rules.iter().map(RuleId::name).collect(),
            });
        }
        Ok(())
    }

    fn rows(&mut self, rows: &Rows<'_>) -> Result<(), Error> {
        let left = MOST - self.records.len();
        rows.verdicts().take(left).try_for_each(|verdict| self.record(&verdict))
    }
}
