//! Reads and writes the gas files in which the DCC notifies flag updates: E45 records, their E46
//! answers, and the A00/Z99 envelope around them.
//!
//! | record | what it is | fixed length | source |
//! |---|---|---|---|
//! | [`E45`] | one update of a DCC Service Flag, DCC to provider | 22 bytes | MP077 legal text v0.1, SEC Appendix X section 3.29(a) |
//! | [`E46`] | the answer to one update, provider to DCC | 24 bytes | the same, section 3.28(b)(i) |
//! | [`Header`], [`Trailer`] | A00 and Z99 | 36 and 13 bytes | UK Link file format notes (profile) |
//!
//! Types and lengths of the two records are firm; the legal text gives no delimiters, so both
//! [layouts](Layout) are profiles, the best public evidence. [`Tag::spec`] has the tables.
//!
//! # Reading
//!
//! [`Reader`] works over anything that is [`BufRead`](std::io::BufRead), slices included, and has
//! four levels of cost:
//!
//! - [`Reader::read_batch`](flagflow_codec::Reader::read_batch) gives columns of values, many
//!   records at a time;
//! - [`Reader::read`](flagflow_codec::Reader::read) and
//!   [`records`](flagflow_codec::Reader::records) give typed, checked values;
//! - [`read_raw`](flagflow_codec::Reader::read_raw) gives a lazy [`Record`], cut into fields whose
//!   values are read on request;
//! - [`read_detail`] and [`RawRecord`] read a single line.
//!
//! ```
//! use flagflow_gas::{E45, Reader, Record};
//!
//! let mut reader = Reader::from_slice(b"\"E45\",1234567810,\"A\",20211105\r\n");
//! let mut record = Record::new();
//! while reader.read_raw(&mut record)? {
//!     let update = E45::try_from(&record)?;
//!     assert_eq!(update.to_string(), "E451234567810A20211105");
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Writing
//!
//! [`Writer`] writes both layouts with either line ending, and counts for the trailer. Many records
//! at once ([`write_all`](flagflow_codec::Writer::write_all), also of [`Columns`]) or a batch that
//! was read ([`write_batch`](flagflow_codec::Writer::write_batch)) are the same bytes in less time.
//!
//! # The definition and the fast path
//!
//! The readable parser of each record, in nom, is its definition; canonical lines take a shorter
//! way to the same values. Tests over every byte at every place, and fuzzing, compare the two.
//! Writing likewise: [`write_detail`] is the definition, and a [`Writer`] writes by templates of
//! its lines.

#![forbid(unsafe_code)]

mod columns;
mod edition;
mod error;
pub mod field;
mod flow;
mod layout;
mod options;
mod record;
mod rows;
mod writer;

pub use columns::{Columns, UnequalColumns};
pub use edition::{MP077_FIRST_DAY, edition_on};
pub use error::{Error, ErrorKind, Fault, FinishError, Result};
pub use field::{CreationTime, FileType, ReasonCode};
pub use layout::{
    Field, FieldKind, FieldSpec, Gas, Layout, RecordSpec, Table, Tag, UnknownLayout, table,
};
pub use options::ReaderOptions;
pub use record::{Detail, E45, E46, Header, RawRecord, Record, Trailer};
#[doc(hidden)]
pub use rows::RowFields;
pub use writer::{WriterOptions, write_detail, write_header, write_trailer};

use flagflow_codec::read_canonical_of_constant;
pub use flagflow_codec::{MAX_REASONS, Names, OutOfRange, Role};
pub use flagflow_frame::{LineEnd, Position, detect_line_end};

/// Reads the records of a gas file: [`ReaderOptions`].
pub type Reader<R> = flagflow_codec::Reader<Gas, R>;

/// Iterates over a reader's records.
pub type Records<'r, R> = flagflow_codec::Records<'r, Gas, R>;

/// Iterates over a reader's records and keeps the reader.
pub type IntoRecords<R> = flagflow_codec::IntoRecords<Gas, R>;

/// Writes the records of a gas file: [`WriterOptions`].
pub type Writer<W> = flagflow_codec::Writer<Gas, W>;

/// Records of a gas file, a column for each field.
pub type Batch = flagflow_codec::Batch<Gas>;

/// Follows a gas file from line to line and finds the part that each line plays.
pub type FileOrder = flagflow_codec::FileOrder<Gas>;

/// Reads one detail record from its line, without the line's ending.
///
/// The fast path where the line is canonical, the definition everywhere else.
///
/// ```
/// use flagflow_gas::{Layout, read_detail};
///
/// let detail = read_detail(b"E451234567810A20211105", Layout::Fixed)?;
/// assert_eq!(detail.meter_point_reference().as_u64(), 1_234_567_810);
/// # Ok::<(), flagflow_gas::Fault>(())
/// ```
///
/// # Errors
///
/// The first error in the order of the record's fields.
#[inline]
pub fn read_detail(line: &[u8], layout: Layout) -> Result<Detail, Fault> {
    match read_canonical(line, layout) {
        Some(detail) => Ok(detail),
        None => RawRecord::cut(line, layout).and_then(|raw| Detail::try_from(&raw)),
    }
}

/// The fast path alone: returns the detail of a canonical line, or `None` where only the definition
/// ([`RawRecord`]) can tell.
#[doc(hidden)]
#[must_use]
#[inline]
pub fn read_canonical(line: &[u8], layout: Layout) -> Option<Detail> {
    match layout {
        Layout::Fixed => read_canonical_of_constant(line, layout::FIXED_TABLE),
        Layout::Uklink => read_canonical_of_constant(line, layout::UKLINK_TABLE),
    }
}
