//! Integration tests of flagflow-exchange.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
mod convert;
mod corruptions;
mod diff;
mod electricity;
mod faults;
mod generate;
mod objects;
mod output;
mod roundtrip;
mod threads;
