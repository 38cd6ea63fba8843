//! The wide row decoder: canonical rows of one line layout, decoded many at a time into columns.
//!
//! A [`RowDecoder`] is made of the [`Segment`]s of a line. From a buffer it decodes many lines at
//! once into [`RowColumns`]. It accepts canonical lines only: any other row is *marked*, nothing
//! more, and goes back to the readable definition of its format, so that an error is found and
//! worded in one place. Without this crate the results are the same and reading takes longer.
//!
//! Lines of one width follow each other in almost every file. So the decoder does not search for
//! the end of a line: it expects the end at its place, and searches only where there is none.
//!
//! The crate also converts blocks of numbers to digits ([`eight_digits_of_each`]) for the writers.
//! It is the only crate of the workspace with unsafe code, in `avx2.rs`, `avx512.rs` and the files
//! below them; the portable [`Backend`] does the same in safe code.

#![cfg_attr(
    not(target_arch = "x86_64"),
    allow(dead_code, reason = "the portable backend does not use all that the variants have")
)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod backend;
mod check_digits;
mod columns;
mod decoder;
mod digit_block;
mod digits;
mod digits_of_each;
mod ends;
mod portable;
mod segment;
mod variant;

pub use backend::{Backend, UnknownBackend};
pub use check_digits::CheckDigits;
pub use columns::{MARK_CHECK_DIGITS, MARK_NOT_CANONICAL, RowColumns, RowRun, TextPlace};
pub use decoder::RowDecoder;
pub use digit_block::{BLOCK, Block, EightDigits, TwoDigits};
pub use digits::{eight_digits, eight_digits_of, push_digits, two_digits_of};
pub use digits_of_each::{eight_digits_of_each, sixteen_digits_of_each, ten_digits_of_each};
pub use segment::{MAX_LETTERS, MAX_NUMBERS, Segment};

use decoder::LINES;
