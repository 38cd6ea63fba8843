//! Inputs that are read unchanged, and outputs that appear whole or not at all.
//!
//! | module | description |
//! |---|---|
//! | [`input`] | opens a path or standard input, compressed or not |
//! | [`output`] | files that appear whole or not at all |
//! | [`head`] | the beginning of an input, read ahead |
//! | [`header`] | the values of a header that a user gives |
//! | [`reports`] | several reports of one check, side by side |
//! | [`spreadsheet`] | cells that a spreadsheet would take for a formula |
//!
//! [`Source`] is an input that can be read twice, and [`Stamp`] detects changes to a file. The
//! crates that go from file to file, and the register, share [`Error`].

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod error;
pub mod head;
pub mod header;
pub mod input;
mod line_end_rule;
pub mod output;
pub mod reports;
mod source;
pub mod spreadsheet;
mod stamp;

pub use error::{Error, ErrorKind, Result, below_name, fatal, with_sources};
pub use header::{HeaderValues, UserFileValues};
pub use line_end_rule::{LineEndRule, UnknownLineEndRule};
pub use source::{ReadAt, Source, SourceReader};
pub use stamp::{Identity, Stamp};
