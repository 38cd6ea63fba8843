//! Tests of the codec over every table of the flows, and over tables of its own.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod any_table;
mod cardinality;
mod definition;
mod files;
mod flows;
mod reasons;
mod shape;
mod styles;
mod tiers;
mod words;
