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
//! - [`Reader::read_batch`] gives columns of values, many records at a time;
//! - [`Reader::read_detail`] and [`Reader::records`] give typed, checked values;
//! - [`Reader::read_record`] gives a lazy [`Record`], cut into fields whose values are read when
//!   asked for;
//! - [`read_detail`] and [`RawRecord`] read one line that you have already.
//!
//! ```
//! use flagflow_gas::{E45, Reader, Record};
//!
//! let mut reader = Reader::from_slice(b"\"E45\",1234567810,\"A\",20211105\r\n");
//! let mut record = Record::new();
//! while reader.read_record(&mut record)? {
//!     let update = E45::try_from(&record)?;
//!     assert_eq!(update.to_string(), "E451234567810A20211105");
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Writing
//!
//! [`Writer`] writes both layouts with either line end, and counts what the trailer must say. Many
//! records at once ([`Writer::write_records`]), or [`Columns`] of them ([`Writer::write_columns`]), are
//! the same bytes in less time.
//!
//! # The definition and the fast path
//!
//! The readable parser of each record, in nom, is its definition; perfect lines take a shorter way
//! to the same values. Both are held equal by tests over every byte at every place, and by fuzzing.
//! Writing likewise: [`write_detail`] is the definition, and what [`Writer`] writes comes from templates
//! of its lines.

mod batch;
mod columns;
mod cut;
mod error;
mod fast;
mod fast_write;
pub mod field;
mod file;
mod layout;
mod plan;
mod reader;
mod record;
mod writer;

pub use batch::Batch;
pub use columns::{Columns, UnequalColumns};
pub use error::{Error, ErrorKind, Fault, FinishError, Result};
pub use field::{CreationTime, FileType, ReasonCode};
pub use file::{FileOrder, MP077_FIRST_DAY, Role, edition_on};
pub use layout::{Field, FieldKind, FieldSpec, Layout, RecordSpec, Tag, UnknownLayout};
pub use plan::{Decoding, RowFields, RowPlan};
pub use reader::{
    IntoRecords, MAX_REASONS, Reader, ReaderOptions, Records, detect_line_end, read_canonical,
    read_detail,
};
pub use record::{Detail, E45, E46, Header, OutOfRange, RawRecord, Record, Trailer};
pub use writer::{
    Writer, WriterOptions, write_canonical, write_detail, write_header, write_trailer,
};

pub use flagflow_frame::{LineEnd, Position};
