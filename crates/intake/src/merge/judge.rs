//! Checks the merged file and lists its bad records.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use flagflow_check::{DeferredFinding, Error, RuleFlags, RuleId, Verdict, Visitor};

use super::weave::Origins;
use crate::shown::printable;

/// A record of the merged file that is still bad.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StillBad {
    /// Line in the merged file, from 1.
    pub line: u64,
    /// Number of the record in the merged file, from 1.
    pub record: u64,
    /// Line in the file of corrected records, if the record is from there and the line is known.
    pub corrected_line: Option<u64>,
    /// The rules that it breaks, warnings and notes too.
    pub rules: Vec<RuleId>,
    /// Beginning of the record, at most [`MAX_BYTES`](crate::quarantine::MAX_BYTES), with bytes
    /// outside printable ASCII as `\xNN`; `None` if identifiers are masked, or if the error was
    /// only found at the end of the file.
    pub bytes: Option<String>,
}

impl fmt::Display for StillBad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.corrected_line {
            Some(line) => write!(f, "corrected line {line}")?,
            None => write!(f, "merged line {}, record {}", self.line, self.record)?,
        }
        let names: Vec<_> = self.rules.iter().map(|rule| rule.name()).collect();
        write!(f, ": {}", names.join(", "))?;
        match &self.bytes {
            Some(bytes) => write!(f, ": {bytes}"),
            None => Ok(()),
        }
    }
}

/// Lists the records that are still bad.
pub(super) struct MergeVisitor {
    origins: Rc<RefCell<Origins>>,
    mask: bool,
    most: usize,
    pub(super) bad: Vec<StillBad>,
}

impl MergeVisitor {
    pub(super) const fn new(origins: Rc<RefCell<Origins>>, mask: bool, most: usize) -> Self {
        Self { origins, mask, most, bad: Vec::new() }
    }

    fn list(&mut self, bad: impl FnOnce() -> StillBad) {
        if self.bad.len() < self.most {
            self.bad.push(bad());
        }
    }
}

impl Visitor for MergeVisitor {
    type Error = Error;

    fn record(&mut self, verdict: &Verdict<'_>) -> Result<(), Error> {
        // called for each record, so that origins of earlier lines are released
        let corrected_line = self.origins.borrow_mut().corrected(verdict.line.number);
        if !verdict.rejected {
            return Ok(());
        }
        let Verdict { record, line, rules, .. } = *verdict;
        let bytes = if self.mask { None } else { printable(line.bytes, false) };
        let rules = listed(rules);
        self.list(|| StillBad { line: line.number, record, corrected_line, rules, bytes });
        Ok(())
    }

    fn deferred(&mut self, late: DeferredFinding) -> Result<(), Error> {
        if late.rejected {
            let DeferredFinding { record, line, rule, .. } = late;
            let (rules, corrected_line, bytes) = (vec![rule], None, None);
            self.list(|| StillBad { line, record, corrected_line, rules, bytes });
        }
        Ok(())
    }
}

fn listed(rules: RuleFlags) -> Vec<RuleId> {
    rules.iter().collect()
}
