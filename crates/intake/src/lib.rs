//! Splits, merges, fixes and answers incoming registration files, and watches a folder for them.
//!
//! | module | description |
//! |---|---|
//! | [`quarantine`](mod@quarantine) | splits a file into accepted and rejected records |
//! | [`merge`](mod@merge) | puts corrected records back among the accepted ones |
//! | [`fix`](mod@fix) | fixes errors that have one safe answer |
//! | [`answer`](mod@answer) | the response to a file: E46, or D0172 and D0351 |
//! | [`watch`] | checks the files that arrive in a folder and moves them, exactly once |
//!
//! All of them run in bounded memory: nothing grows with the file, the number of bad records, or
//! the length of a hostile line.
//!
//! ```
//! use flagflow_intake::fix::{FixOptions, fix};
//!
//! let mut fixed = Vec::new();
//! let file = &b"E451234567810A20211105  \n"[..];
//! let report = fix(file, &mut fixed, &FixOptions::default(), &mut |_| Ok(()))?;
//! assert_eq!((report.lines, fixed.as_slice()), (1, &b"E451234567810A20211105\n"[..]));
//! # Ok::<(), flagflow_intake::Error>(())
//! ```

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

pub mod answer;
mod deferred;
mod envelope;
pub mod fix;
pub mod merge;
pub mod quarantine;
mod shown;
#[cfg(any(unix, windows))]
pub mod watch;

pub use answer::answer;
pub use fix::fix;
pub use flagflow_files::{Error, ErrorKind, Result};
pub use merge::merge;
pub use quarantine::{quarantine, quarantine_with};
