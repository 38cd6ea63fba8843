//! The machine of the codecs: what is the same for every flow, written once.

#![forbid(unsafe_code)]

mod lookahead;

pub use lookahead::Lookahead;
