//! Registration files and the findings of checks as Arrow record batches.
//!
//! [`Scan`] reads a file of any flow and layout into batches of one [schema](mod@schema), so that
//! the tables of different flows can be stacked. [`splits`] cuts a file into parts that several
//! threads or machines read, and [`findings`] gives the report of a check as a table.
//!
//! ```
//! use flagflow_arrow::{Scan, ScanOptions};
//!
//! let file = b"E451234567810A20220101\nE450000123409N20220102\n";
//! let scan = Scan::new(&file[..], &ScanOptions::default())?;
//! let rows: usize = scan.map(|batch| batch.map(|batch| batch.num_rows())).sum::<Result<_, _>>()?;
//! assert_eq!(rows, 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | feature | adds |
//! |---|---|
//! | `parquet` | Parquet files |
//! | `ipc` | Arrow IPC files |
//! | `xlsx` | Excel workbooks |
//! | `convert` | conversions between these and every other format |

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod columns;
#[cfg(feature = "convert")]
pub mod convert;
mod electricity;
mod error;
mod findings;
mod flow;
mod gas;
#[cfg(feature = "ipc")]
pub mod ipc;
mod open;
mod options;
#[cfg(feature = "parquet")]
pub mod parquet;
mod row;
mod scan;
pub mod schema;
mod source;
mod split;
#[cfg(any(feature = "ipc", feature = "parquet", feature = "xlsx"))]
mod text;
#[cfg(feature = "xlsx")]
pub mod xlsx;

pub use error::{Error, ErrorKind, Result};
pub use findings::{findings, findings_schema, report_findings};
pub use options::{OnError, ScanOptions, UnknownOnError};
pub use scan::Scan;
pub use schema::Column;
pub use split::{FileSplit, splits};
