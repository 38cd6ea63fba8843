//! Integration tests of flagflow-check.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
mod counts;
mod cross;
mod editions;
mod faults;
mod formats;
mod lane;
mod line_ends;
mod pieces;
mod reasons;
mod reference;
mod sequence;
mod verdicts;
