//! The machine of the codecs: the parts that are the same for every flow, written once.
//!
//! A [`Flow`] is a [`Table`] of lines and items, with a parser for each item and a few steps of its
//! own. [`Reader`] reads its files: typed records, lines cut into items ([`RawLine`]), columns
//! ([`Batch`]), or columns on several threads. Users take the aliases of a flow's own crate.
//!
//! The definition of a line is its [cut](RawLine::cut) and the parsers of its items, both written
//! with nom. Canonical lines take a faster way to the same values: one by one ([`read_canonical`])
//! or many at a time ([`LineDecoder`]). Tests compare the two on values, errors and positions.

#![forbid(unsafe_code)]

mod batch;
mod canonical;
mod compiled;
mod cut;
mod error;
pub mod field;
mod flow;
mod lookahead;
mod names;
mod order;
mod parallel;
mod raw;
mod reader;
mod record;
mod shared;
mod table;
mod template;
mod values;
mod writer;

pub use batch::Batch;
pub use canonical::{canonical_number, read_canonical, read_canonical_of_constant};
pub use compiled::{Decoding, LineDecoder, LineDecoders, longest_row};
pub use error::{Error, ErrorKind, Fault, FieldFault, LineCode, Result, Unwritable, fault_of_line};
pub use flow::{Content, Flow, FromLine, OutOfRange, Target, Totals};
pub use lookahead::Lookahead;
pub use names::{Name, Names};
pub use order::{Counts, FileOrder, Role, Shortfall};
pub use raw::{RawItem, RawLine, check_ascii, check_printable};
pub use reader::{IntoRecords, MAX_REASONS, ReadSettings, Reader, Records, read_line};
pub use record::Record;
pub use table::{
    Cardinality, Item, ItemKind, LineKind, LineSpec, MAX_ITEMS, MAX_LINES, Slot, Style, Table,
};
pub use values::{Values, is_plain_party};
pub use writer::{FinishError, Writer};
#[doc(hidden)]
pub use {flagflow_frame::LineEnd, flagflow_rows::Backend};
