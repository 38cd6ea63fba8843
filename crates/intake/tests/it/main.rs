//! Integration tests of flagflow-intake.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod answer;
mod fix;
mod merge;
mod parting;
mod quarantine;
mod watch;
