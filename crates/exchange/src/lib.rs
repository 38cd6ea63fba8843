//! Converts, generates and compares registration files.
//!
//! | module | description |
//! |---|---|
//! | [`convert`](mod@convert) | fixed, uklink, zhv, zhf, csv and jsonl into one another |
//! | [`roundtrip`](mod@roundtrip) | reads and writes a file again and compares every byte |
//! | [`diff`](mod@diff) | compares two files meter point by meter point |
//! | [`generate`](mod@generate) | generates files from a seed, with known faults if wanted |
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

pub mod convert;
pub mod diff;
pub mod generate;
pub mod roundtrip;

pub use convert::convert;
pub use diff::diff;
pub use flagflow_files::{Error, ErrorKind, Result};
pub use generate::generate;
pub use roundtrip::{roundtrip, roundtrip_by};
