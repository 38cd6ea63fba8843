//! Tests of the electricity codec.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod batch;
mod by_hand;
mod every_byte;
mod every_prefix;
mod every_split;
mod faults;
mod limits;
mod oracle;
mod padding;
mod plans;
mod round_trip;
mod samples;
mod strategies;
mod words;
mod written_by_hand;
