//! Other ways to read the same records, written as an experienced user of each crate would.

pub(crate) mod arrow_csv;
pub(crate) mod atoi_simd;
pub(crate) mod by_hand;
pub(crate) mod csv;
pub(crate) mod csv_serde;
pub(crate) mod fixed_width;
pub(crate) mod lines;
pub(crate) mod nom;
pub(crate) mod simd_csv;
pub(crate) mod winnow;
