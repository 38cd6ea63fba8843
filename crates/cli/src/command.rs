//! The subcommands, one file each.

pub(crate) mod convert;
pub(crate) mod generate;
mod header;
pub(crate) mod roundtrip;
