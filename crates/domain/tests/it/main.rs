//! Tests of the values.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[cfg(feature = "arbitrary")]
mod arbitrary;
mod exhaustive;
mod properties;
#[cfg(feature = "serde")]
mod serde;
