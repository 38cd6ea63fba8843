//! Tests of the gas codec.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod batch;
mod calls;
mod definition;
mod every_byte;
mod every_prefix;
mod every_split;
mod faults;
mod limits;
mod oracle;
mod padding;
mod round_trip;
mod samples;
#[cfg(feature = "serde")]
mod serde;
mod slow;
mod strategies;
mod words;
