//! The properties of the fuzz targets, one module each, as plain functions that panic if a property
//! is violated.
//!
//! `fuzz_targets/` calls them with the fuzzer's bytes, `tests/corpus.rs` with the corpora, on
//! stable.

#![forbid(unsafe_code)]

mod answer;
mod check_file;
mod electricity_fast_is_definition;
mod electricity_parse_write_parse;
mod electricity_rows_are_lines;
mod electricity_whole_is_pieces;
mod fast_is_definition;
mod parse_write_parse;
mod profile;
mod profiles;
mod quarantine;
mod rows_are_lines;
mod structured;
mod whole_is_pieces;

pub use answer::answer_loses_nothing;
pub use check_file::check_file;
pub use electricity_fast_is_definition::electricity_fast_is_definition;
pub use electricity_parse_write_parse::electricity_parse_write_parse;
pub use electricity_rows_are_lines::electricity_rows_are_lines;
pub use electricity_whole_is_pieces::electricity_whole_is_pieces;
pub use fast_is_definition::fast_is_definition;
pub use parse_write_parse::parse_write_parse;
pub use profile::profile;
pub use quarantine::quarantine_loses_nothing;
pub use rows_are_lines::rows_are_lines;
pub use structured::structured;
pub use whole_is_pieces::whole_is_pieces;
