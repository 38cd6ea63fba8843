//! Reports as JSON and as text. The same findings, other clothes.

mod json;
mod text;

pub use json::{JsonReport, SCHEMA, json};
pub use text::{TextOptions, text, verdict};
