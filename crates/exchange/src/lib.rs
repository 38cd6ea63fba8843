//! Converts, generates, compares, splits and fixes registration files.
//!
//! | module | description |
//! |---|---|
//! | [`convert`](mod@convert) | fixed, uklink, zhv, zhf, csv and jsonl into one another |
//! | [`roundtrip`](mod@roundtrip) | reads and writes a file again and compares every byte |
//! | [`answer`](mod@answer) | the response to a file: E46 answers, D0351 rejections |
//! | [`diff`](mod@diff) | compares two files meter point by meter point |
//! | [`fix`](mod@fix) | fixes errors that have one safe answer |
//! | [`quarantine`](mod@quarantine) | splits a file into accepted and rejected records |
//! | [`merge`](mod@merge) | puts corrected records back among the accepted ones |
//! | [`generate`](mod@generate) | generates files from a seed, with known faults if wanted |
//! | [`watch`] | checks the files that arrive in a folder and moves them, exactly once |
//! | [`input`] | opens a path or standard input, compressed or not |
//! | [`reports`] | several reports of one check, side by side |
//! | [`output`] | files that appear whole or not at all |
//!
//! All of them run in bounded memory: nothing grows with the file, the number of bad records, or
//! the length of a hostile line.
//!
//! Code for one fuel is in a module of that fuel's name (`convert/gas`, `convert/electricity`),
//! shared code beside it.
//!
//! ```
//! use flagflow_exchange::convert::{ConvertOptions, RecordFormat, convert};
//!
//! let mut table = Vec::new();
//! let options = ConvertOptions::new(RecordFormat::Csv);
//! let report = convert(&b"E451234567810A20211105\n"[..], &mut table, &options)?;
//! assert!(report.is_complete());
//! assert_eq!(
//!     String::from_utf8(table)?,
//!     "transaction_type,meter_point_reference,dcc_service_flag,dcc_service_effective_from_date\n\
//!      E45,1234567810,A,20211105\n"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

pub mod answer;
pub mod convert;
mod deferred;
pub mod diff;
mod envelope;
mod error;
pub mod fix;
pub mod generate;
mod head;
pub mod header;
pub mod input;
pub mod merge;
pub mod output;
pub mod quarantine;
pub mod reports;
pub mod roundtrip;
mod shown;
mod source;
mod stamp;
pub mod watch;

pub use answer::answer;
pub use convert::convert;
pub use diff::diff;
pub use error::{Error, ErrorKind, Result};
pub use fix::fix;
pub use generate::generate;
pub use header::{HeaderValues, UserFileValues};
pub use merge::merge;
pub use quarantine::{quarantine, quarantine_with};
pub use roundtrip::{roundtrip, roundtrip_by};
pub use source::{Source, SourceReader};
