//! The register: which flag each meter point has, kept from the update files as they come.
//!
//! | module or item | what it does |
//! |---|---|
//! | [`apply`](mod@apply) | brings a register up to date by a file of updates |
//! | [`Store`] | where a register is kept: [`Sqlite`], [`Memory`], or what a provider has |
//! | [`Changes`] | what applying changed, as csv or jsonl |
//! | [`export`](mod@export) | the flags of all points as csv, jsonl, E45 or D0350 |
//! | [`verify`] | holds what is kept against its own rules |
//! | [`render`] | all of it as text and JSON |
//!
//! # What is kept
//!
//! Every update that was ever applied, with the file and the line it came from and what became of it
//! ([`Effect`]). Of each meter point and day one update *stands*. The state of a point is the update
//! that stands for its latest day; on an earlier day it was the one that stands for the latest day up
//! to then. There is no second copy of the state that could come to differ.
//!
//! # Files in any order
//!
//! Nothing hangs on the order in which files come, but for contradictions: two updates of one point
//! and day with different flags. [`Conflicts`] says what becomes of these.
//!
//! ```
//! use flagflow_exchange::Source;
//! use flagflow_register::{ApplyOptions, Memory, apply, state};
//!
//! let mut register = Memory::new();
//! let file = Source::from_bytes(&b"E451234567810A20220101\nE451234567810N20240603\n"[..]);
//! let report = apply(&file, "in.dxi", &mut register, None, &ApplyOptions::default())?;
//! assert_eq!((report.counts.new, report.counts.flag_changed), (1, 1));
//!
//! let state = state(&register, "1234567810".parse()?, None)?;
//! assert_eq!(state.map(|held| held.update.flag.as_char()), Some('N'));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The system's clock is never asked: when a file was applied is what the caller says.

#![deny(clippy::disallowed_methods)]

pub mod apply;
pub mod changes;
mod conflict;
mod digest;
mod entry;
mod error;
pub mod export;
mod file;
mod memory;
pub mod notify;
pub mod render;
mod sqlite;
mod state;
mod store;
mod verify;

pub use apply::{ApplyOptions, ApplyReport, Became, Change, apply};
pub use changes::{ChangeFormat, Changes};
pub use conflict::{Conflicts, UnknownConflicts};
pub use digest::Digest;
pub use entry::{Effect, Entry, Update};
pub use error::{Error, ErrorKind, Result};
pub use export::{ExportFormat, ExportOptions, ExportReport, export};
pub use file::{AppliedFile, Counts, FileId, Origin, timestamp_of};
pub use flagflow_domain::{Fuel, InvalidPoint, MeterPoint};
pub use memory::Memory;
pub use notify::{Notifications, PlannedFile, StatusStore};
pub use sqlite::{APPLICATION_ID, SCHEMA_VERSION, Sqlite};
pub use state::{state, states};
pub use store::{Store, Transaction};
pub use verify::{Discrepancy, Verified, verify};
