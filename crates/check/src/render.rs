//! Output formats of reports: text, JSON, HTML, SARIF, JUnit and annotations for GitHub, all from
//! the same findings.
//!
//! [`write()`] writes the files of a run, [`ReportEntry`] values, in a [`Format`]. Each format also
//! has a function of its own.
//!
//! ```
//! use flagflow_check::render::{ReportEntry, Format, write};
//! use flagflow_check::{Counts, Options, check_records};
//!
//! let mut counts = Counts::default();
//! let file = &b"E450000123409N20230229\n"[..];
//! let report = check_records(file, &Options::default(), &mut counts)?;
//! let entry = ReportEntry::new("status.dxi", report).with_counts(counts);
//!
//! let mut page = Vec::new();
//! write(Format::Html, &mut page, &[entry])?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod entry;
mod format;
mod github;
mod html;
mod json;
mod junit;
mod own;
mod sarif;
mod summary;
mod text;
mod wording;

pub use entry::ReportEntry;
pub use format::{Format, UnknownFormat, write};
pub use github::github;
pub use html::{MOST_BYTES, html};
pub use json::{JsonReport, SCHEMA, json};
pub use junit::junit;
pub use own::{REPORT_HEAD, is_report};
pub use sarif::{MOST_SARIF_RESULTS, SARIF_RESULTS, sarif, sarif_of};
pub use summary::{SUMMARY_SCHEMA, SummaryOptions, summary, summary_json, summary_of_all};
pub use text::{TextOptions, readable_text, text, verdict};
pub use wording::{amount, grouped, plural};
