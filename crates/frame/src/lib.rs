//! Lines, positions and errors: the only place of flagflow that cuts lines out of a stream.
//!
//! The core does no I/O: [`split_line`] looks at a slice and says where its first line ends.
//! [`LineReader`] is the loop around it for anything that implements [`BufRead`](std::io::BufRead),
//! byte slices included. It never holds more of a line than its limit allows, whatever the length
//! of the line, and never copies a line that lies whole in the reader's buffer.
//!
//! Only LF ends a line. One CR directly before it belongs to the end; any other CR is content. A
//! UTF-8 byte-order mark before the first line belongs to no line, and no more does what a file is
//! [padded](Padding) with at its end.
//!
//! Codecs define the meaning of a line's bytes and the kinds of error; the error type with its
//! position ([`Error`], [`Fault`]) and the iteration over records ([`Records`]) are shared, and so
//! is the printable form of bytes ([`escape`]).

#![forbid(unsafe_code)]

mod ahead;
mod escape;
mod fault;
mod line;
mod padding;
pub mod parallel;
mod position;
mod reader;
mod records;
mod row_positions;

pub use ahead::{ReadAhead, read_ahead};
pub use escape::escape;
pub use fault::{Error, Fault, FieldFault, FinishError, Kind};
pub use line::{Line, LineEnd, detect_line_end, split_line, whole_lines};
pub use padding::Padding;
pub use position::Position;
pub use reader::{DEFAULT_MAX_LINE, LineReader};
pub use records::{ReadRecord, ReadResult, Records};
pub use row_positions::RowPositions;
