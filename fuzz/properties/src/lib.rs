//! The properties that the fuzz targets hold, one module each, as plain functions that panic where
//! a property does not hold.
//!
//! `fuzz_targets/` calls them with the fuzzer's bytes, `tests/corpus.rs` with the corpora, on
//! stable.

mod check_file;
mod fast_is_definition;
mod parse_write_parse;
mod structured;
mod whole_is_pieces;

pub use check_file::check_file;
pub use fast_is_definition::fast_is_definition;
pub use parse_write_parse::parse_write_parse;
pub use structured::structured;
pub use whole_is_pieces::whole_is_pieces;
