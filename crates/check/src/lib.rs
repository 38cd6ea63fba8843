//! Validates DCC Service Flag files: every record, the envelope around them, and one record against
//! another.
//!
//! [`check`] reads a file once, from its first byte to its last, and gives a [`Report`]: counts that
//! are exact, and [`Finding`]s, each with its rule, severity, position, field, value and what was
//! expected. What is wrong in a file never stops the check. [`render`] turns reports into text, JSON,
//! HTML, SARIF, JUnit and annotations; [`Counts`] counts what files say.
//!
//! ```
//! use flagflow_check::{Options, check};
//!
//! let file = b"E451234567810A20220101\nE450000123409N20230229\n";
//! let report = check(&file[..], &Options::default())?;
//! assert_eq!((report.records, report.accepted, report.rejected), (2, 1, 1));
//!
//! let finding = report.findings.iter().find(|f| f.rule.name() == "invalid-date").unwrap();
//! assert_eq!((finding.line, finding.offset, finding.length), (2, 37, 8));
//! # Ok::<(), flagflow_check::Error>(())
//! ```
//!
//! # Record by record
//!
//! [`check_records`] is the same check with a [`Visitor`] that is told what became of each record.
//!
//! # File by file
//!
//! [`identify`] tells what a file is among those of its sender, and [`Options::sequence`] holds the next
//! one against it.
//!
//! # Memory
//!
//! It does not grow with the file, nor with a line, nor with the number of findings
//! ([`Options::max_samples`] of each rule are kept). The rules that hold records against one another
//! take at most what [`Options::cross_records`] allows, and a temporary file past that; they can be
//! switched off.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod again;
mod alike;
mod baseline;
mod column_check;
mod counts;
mod cross;
mod electricity;
mod error;
mod file_state;
mod finding;
mod finding_counts;
mod gas;
mod options;
mod page;
mod place;
pub mod policy;
pub mod render;
mod report;
pub mod rule;
mod run;
mod sender;
mod sequence;
mod sequence_check;
mod severity;
pub mod sniff;
mod verdict;

pub use baseline::{Baseline, BaselineError, KnownFindings};
pub use counts::{Bar, CountingWith, Counts, Flagged, Histogram, Month};
pub use error::{Error, ErrorKind};
pub use finding::{Excerpt, Finding, MAX_VALUE, escape, escape_path};
pub use options::{CrossRecords, EditionChoice, Flow, Layout, Options, UnknownFlow, UnknownLayout};
pub use page::markdown;
pub use policy::{Policy, PolicyError};
pub use report::{PerFlag, Report};
pub use rule::{Guidance, PerRule, REGISTRY, Rule, RuleId, UnknownRule};
pub use run::{check, check_records, identify, recognise};
pub use sender::Sender;
pub use sequence::{
    FileContent, FileIdentity, FileNumber, InvalidFileNumber, Sequence, SequenceStep, Series,
};
pub use severity::{Severity, UnknownSeverity};
pub use verdict::{
    DeferredFinding, FileFormat, FileStart, NoVisitor, OtherLine, RecordValues, RuleFlags, Verdict,
    Visitor,
};
