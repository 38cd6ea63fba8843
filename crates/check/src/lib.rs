//! Validates DCC Service Flag files: every record, the envelope around the records, and repeated
//! meter points.
//!
//! [`check`] reads a file once, from its first byte to its last, and returns a [`Report`]: exact
//! counts, and [`Finding`]s, each with its rule, severity, position, field, value and the expected
//! value. Faults in a file never stop the check. [`render`] writes reports as text, JSON, HTML,
//! SARIF, JUnit and annotations; [`Counts`] counts accepted records by flag, month and distributor.
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
//! [`check_records`] is the same check with a [`Visitor`] that receives the result of each record.
//!
//! # File by file
//!
//! [`identify`] returns a file's identity in its sender's sequence, and [`Options::sequence`]
//! compares the next file with that identity.
//!
//! # Memory
//!
//! Memory does not grow with the file, the length of a line or the number of findings
//! ([`Options::max_samples`] of each rule are kept). The cross-record rules take at most the memory
//! of [`Options::cross_records`], and a temporary file above that limit; they can be switched off.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod again;
mod baseline;
mod checked_flow;
mod column_check;
mod counts;
mod cross;
mod edition_check;
mod envelope;
mod error;
mod file_check;
mod file_state;
mod finding;
mod findings;
mod flow;
mod layout;
mod options;
mod page;
mod parsed;
pub mod policy;
pub mod render;
mod report;
mod row_input;
mod rows;
pub mod rule;
mod run;
mod sender;
mod sequence;
mod sequence_check;
mod severity;
pub mod sniff;
mod span;
mod verdict;
mod visitor;

pub use baseline::{Baseline, BaselineError, KnownFindings};
pub use counts::{Bar, Confirmed, Counts, Flagged, Histogram, Month};
pub use error::{Error, ErrorKind};
pub use finding::{Excerpt, Finding, MAX_VALUE, escape, escape_path};
pub use layout::{Flow, Layout, UnknownFlow, UnknownLayout};
pub use options::{CrossRecords, EditionChoice, Options};
pub use page::markdown;
pub use policy::{Policy, PolicyError};
pub use report::{PerFlag, Report};
pub use rows::Rows;
pub use rule::{Guidance, PerRule, REGISTRY, Rule, RuleId, UnknownRule};
pub use run::{check, check_on_threads, check_records, identify, recognise};
pub use sender::Sender;
pub use sequence::{
    FileContent, FileIdentity, FileNumber, InvalidFileNumber, Sequence, SequenceStep, Series,
};
pub use severity::{Severity, UnknownSeverity};
pub use verdict::{FileFormat, OtherLine, RecordValues, RuleFlags, Verdict};
pub use visitor::{DeferredFinding, FileStart, NoVisitor, Visitor};
