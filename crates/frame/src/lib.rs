//! Lines, positions and errors: the one place of flagflow that cuts bytes out of a stream.
//!
//! The core does no I/O: [`split_line`] looks at a slice and says where its first line ends.
//! [`LineReader`] is the loop around it for anything that implements [`BufRead`](std::io::BufRead),
//! byte slices included. It never holds more of a line than its limit allows, whatever the length
//! of the line, and never copies a line that lies whole in the reader's buffer.
//!
//! Only LF ends a line. One CR directly before it belongs to the end; any other CR is content.
//! A UTF-8 byte-order mark before the first line belongs to no line, and no more does what a file is
//! [padded](Padding) with at its end.
//!
//! What the bytes of a line mean is not known here. What can be wrong with them is the codecs' to say;
//! how it is said, with its place, is one model for all ([`Error`], [`Fault`]), and so is iterating
//! over records ([`Records`]).

mod digit_block;
mod digits;
mod fault;
mod line;
mod padding;
pub mod parallel;
mod places;
pub mod plan;
mod position;
mod reader;
mod records;

pub use digit_block::{
    BLOCK, Block, EightDigits, TwoDigits, eight_digits_of_each, sixteen_digits_of_each,
    ten_digits_of_each,
};
pub use digits::{eight_digits, eight_digits_of, push_digits, two_digits_of};
pub use fault::{Error, Fault, FieldFault, FinishError, Kind};
pub use line::{Line, LineEnd, split_line, whole_lines};
pub use padding::Padding;
pub use places::Places;
pub use position::Position;
pub use reader::{DEFAULT_MAX_LINE, LineReader};
pub use records::{ReadRecord, ReadResult, Records};
