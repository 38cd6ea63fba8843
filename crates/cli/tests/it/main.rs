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
mod jobs;
#[cfg(unix)]
mod names;
#[cfg(target_os = "linux")]
mod pictures;
mod policy;
#[cfg(feature = "postgres")]
mod postgres;
mod quarantine;
mod reference;
mod register;
#[cfg(unix)]
mod register_crash;
mod reports;
mod sequence;
#[cfg(feature = "postgres")]
#[path = "../../../register/tests/it/server.rs"]
#[expect(dead_code, reason = "the tests of the register use all of it")]
mod server;
mod status;
mod summary;
mod tables;
mod watch;
mod watch_service;
