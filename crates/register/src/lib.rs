//! Keeps the flag of each meter point in a register that is updated from files.
//!
//! | module or item | purpose |
//! |---|---|
//! | [`apply`](mod@apply) | applies a file of updates to a register |
//! | [`Store`] | storage of a register: [`Sqlite`], [`Memory`], or a provider's own database |
//! | [`Changes`] | the changes made by applying, as csv or jsonl |
//! | [`export`](mod@export) | the flags of all points as csv, jsonl, E45 or D0350 |
//! | [`verify`] | checks the consistency of a register |
//! | [`render`] | text and JSON renderings |
//!
//! # Contents
//!
//! A register keeps every update ever applied, with its file, line and effect ([`Effect`]). For
//! each meter point and day one update is *current*. The state of a point is the current update for
//! its latest day; its state on an earlier date is the current update for the latest day up to that
//! date. The state is not stored a second time, so it cannot differ from the updates.
//!
//! # Files in any order
//!
//! The result does not depend on the order in which files are applied, except for contradictions:
//! two updates of one point and day with different flags. [`Conflicts`] decides between them.
//!
//! ```
//! use flagflow_files::Source;
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
//! The system clock is not used: the caller passes the time of applying.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

pub mod apply;
pub mod changes;
mod conflict;
mod digest;
mod entry;
mod error;
pub mod export;
mod file;
mod keep;
mod memory;
pub mod notify;
#[cfg(feature = "postgres")]
mod postgres;
mod register;
pub mod render;
mod row;
mod sqlite;
mod state;
mod store;
mod verify;

pub use apply::{ApplyOptions, ApplyOutcome, ApplyReport, Change, apply};
pub use changes::{ChangeFormat, Changes};
pub use conflict::{Conflicts, UnknownConflicts};
pub use digest::Digest;
pub use entry::{Effect, Entry, FileId, Update};
pub use error::{Error, ErrorKind, Result};
pub use export::{ExportFormat, ExportOptions, ExportReport, export};
pub use file::{AppliedFile, Origin, UpdateCounts, timestamp_of};
pub use flagflow_domain::{Fuel, InvalidPoint, MeterPoint};
pub use keep::{Removed, remove_earlier};
pub use memory::Memory;
pub use notify::{Notifications, PlannedFile, StatusStore};
#[cfg(feature = "postgres")]
pub use postgres::Postgres;
pub use register::Register;
pub use sqlite::{APPLICATION_ID, SCHEMA_VERSION, Sqlite};
pub use state::{state, states};
pub use store::{Store, Transaction};
pub use verify::{Discrepancy, Verified, verify, verify_sample};
