//! The check of flagflow for a page of a browser.
//!
//! The page runs this crate as WebAssembly in a worker, and is its only user. A [`Page`] is what
//! the crate sees of it: numbered files that are read at any offset, and numbered streams that are
//! written. Each of the functions below reads a request, JSON in file [`REQUEST`], and writes its
//! results to streams, with a line of JSON in [`Stream::Events`] for each step.
//!
//! | function | request | streams |
//! |---|---|---|
//! | [`describe`] | none | events |
//! | [`check_files`] | files and options | events, a stream for each format of reports |
//! | [`split_file`] | one file and options | events, accepted and rejected records, reasons |

mod event;
mod page;
mod records;
mod request;
mod run;
mod split;

#[cfg(target_family = "wasm")]
mod boundary;

pub use event::describe;
pub use page::{Page, REQUEST, Stream};
pub use run::check_files;
pub use split::split_file;
