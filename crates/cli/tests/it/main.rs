//! Tests of the command.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod answer;
#[cfg(unix)]
mod browser;
mod check;
#[cfg(unix)]
mod ci;
mod common;
mod contract;
mod diff;
#[cfg(unix)]
mod docs;
mod exchange;
mod exit_codes;
mod fix;
#[cfg(unix)]
mod names;
mod policy;
mod quarantine;
mod reference;
mod register;
#[cfg(unix)]
mod register_crash;
mod reports;
mod sequence;
mod status;
mod summary;
mod tables;
mod watch;
