//! Integration tests of flagflow-status.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod compare;
mod model;
mod outbox;
#[cfg(feature = "events")]
mod read;
#[cfg(feature = "events")]
mod render;
mod scenarios;
mod tables;
