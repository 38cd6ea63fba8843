//! Reads and writes the electricity files in which the DCC notifies flag updates and distributors'
//! registration services answer: the flows D0350, Notification of DCC Services at Metering Point,
//! D0351, its rejection, and D0172, Confirmation of Changes, in the user file format of the Data
//! Transfer Network.
//!
//! Codes, order of items, lengths and cardinality are those of the Data Transfer Catalogue 15.4:
//! the built-in [`Profile`] `dtc-15.4`. A profile is a small TOML file, read at run time, by which
//! lines are read and written; whoever has another edition of the catalogue writes another one.
//!
//! | line | content | sure? | in the built-in profiles |
//! |---|---|---|---|
//! | [`Header`] `ZHV`, `ZHF` | sender, receiver and flow | firm: public samples | 12 items, 60 bytes in zhf |
//! | [`Opening`] | level-1 group, once in a file | firm | `81H`, `83H`, `749`: file sequence number 12 |
//! | [`D0350`] | one update of a flag | firm; supplier id profile | `82H`: 6 items, 45 bytes in zhf |
//! | [`D0351`] | one rejection, with reasons below it | firm | `84H`: 8 items, 65 bytes in zhf |
//! | [`ReasonCode`] | a reason of a rejection, at least one | firm | `85H`: code 4 |
//! | [`D0172`] | the counts of one file of updates | firm | `357`: 7 items, 52 bytes in zhf |
//! | [`Trailer`] `ZPT` | the counts of the file | firm: public samples; lengths profile | 6 items, 57 bytes in zhf |
//!
//! The instruction types rest on one public generator (profile). The delimited [layout](Layout) is
//! that of public samples; the fixed-length one is a profile.
//!
//! # Reading
//!
//! [`Reader`] works over anything that is [`BufRead`](std::io::BufRead), slices included, and has
//! three levels of cost:
//!
//! - [`read`](flagflow_codec::Reader::read) and [`records`](flagflow_codec::Reader::records) give
//!   typed, checked values;
//! - [`read_raw`](flagflow_codec::Reader::read_raw) gives a lazy [`Record`], cut into items whose
//!   values are read on request; [`read_body`](flagflow_codec::Reader::read_body) gives level-1
//!   groups too;
//! - [`read_instruction`] and [`RawRecord`] read one line that you have already.
//!
//! The reasons of a D0351 come with its record: [`reasons`](flagflow_codec::Reader::reasons) of the
//! reader, of the lazy [`Record`](flagflow_codec::Record::reasons) or of a
//! [batch](flagflow_codec::Batch::reasons).
//!
//! ```
//! use flagflow_electricity::{D0350, Flow, ReaderOptions, Record};
//!
//! let file = b"81H|1|\n82H|1|DC01|1013044353630|A|20240114|MRCY|\n";
//! let mut reader = ReaderOptions::new().flow(Flow::D0350).reader(&file[..]);
//! let mut record = Record::new();
//! while reader.read_raw(&mut record)? {
//!     let update = D0350::try_from(&record)?;
//!     assert!(update.mpan_core().has_valid_check_digit());
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`read_batch`](flagflow_codec::Reader::read_batch) gives many records at once as the columns of
//! a [`Batch`]. Only D0350 records have columns; those of the other flows are in a batch as
//! records.
//!
//! # Writing
//!
//! [`Writer`] writes both layouts with either line ending, and counts for the trailer. A D0351 is
//! written with its reasons by
//! [`write_with_reasons`](flagflow_codec::Writer::write_with_reasons). Items that
//! only the profile has a name for are carried along by
//! [`write_with`](flagflow_codec::Writer::write_with). Many records at once
//! ([`write_all`](flagflow_codec::Writer::write_all), also of [`Columns`]) or a batch that was read
//! ([`write_batch`](flagflow_codec::Writer::write_batch)) are the same bytes in less time.
//!
//! # The definition and the fast path
//!
//! The readable parsers, in nom, in the order of the profile's table, are the definition; canonical
//! lines take a shorter way to the same values. Tests over every byte at every place, and fuzzing,
//! compare the two. Writing likewise: [`write_record`] is the definition, and a [`Writer`] writes
//! records without extras by templates of the profile's lines.

#![forbid(unsafe_code)]

mod columns;
mod envelope;
mod error;
pub mod field;
mod flow;
mod item;
mod options;
mod profile;
mod record;
mod text;
mod writer;

pub use columns::{BadColumns, Columns};
pub use envelope::{Header, Trailer};
pub use error::{Error, ErrorKind, Fault, FieldFault, FinishError, Result, Unwritable};
pub use field::parse_instruction_type;
pub use field::{FileIdentifier, OtherReason, ReasonCode, SupplierId, Timestamp};
pub use item::{
    Electricity, Field, Flow, HEADER_ITEMS, ItemName, ItemSpec, Layout, LineTag, TRAILER_CODE,
    Table, UnknownFlow, UnknownLayout,
};
pub use options::{ReaderOptions, recognise_flow};
pub use profile::{Format, Group, Profile, ProfileError};
#[doc(hidden)]
pub use record::is_absent;
pub use record::{
    D0172, D0350, D0351, Instruction, MAX_COUNT, MAX_INSTRUCTION_NUMBER, Opening, RawItem,
    RawRecord, Record,
};
pub use writer::{
    WriterOptions, write_header, write_opening, write_reason_line, write_record, write_trailer,
};

pub use flagflow_codec::{Cardinality, ItemKind, LineKind, MAX_ITEMS, Names, OutOfRange, Role};
pub use flagflow_frame::{Line, LineEnd, Position, detect_line_end};

/// Reads the records of an electricity file: [`ReaderOptions`].
pub type Reader<R> = flagflow_codec::Reader<Electricity, R>;

/// Iterates over a reader's records.
pub type Records<'r, R> = flagflow_codec::Records<'r, Electricity, R>;

/// Iterates over a reader's records and keeps the reader.
pub type IntoRecords<R> = flagflow_codec::IntoRecords<Electricity, R>;

/// Writes the records of an electricity file: [`WriterOptions`].
pub type Writer<W> = flagflow_codec::Writer<Electricity, W>;

/// Records of an electricity file, a column for each item.
pub type Batch = flagflow_codec::Batch<Electricity>;

/// Follows an electricity file from line to line, finds the part that each line plays, and counts
/// as the trailer does.
pub type FileOrder = flagflow_codec::FileOrder<Electricity>;

/// Reads one record from its line, without the line's ending.
///
/// The fast path where the line is canonical, the definition everywhere else.
///
/// ```
/// use flagflow_electricity::{Flow, Layout, Profile, read_instruction};
///
/// let profile = Profile::builtin(Flow::D0172);
/// let line = b"357|1|DC90|20240115|0000000042|14|13|1|";
/// let confirmation = read_instruction(line, Layout::Zhv, &profile)?;
/// assert_eq!(confirmation.mpan_core(), None);
/// # Ok::<(), flagflow_electricity::Fault>(())
/// ```
///
/// # Errors
///
/// The first error in the order of the profile's items.
#[inline]
pub fn read_instruction(
    line: &[u8],
    layout: Layout,
    profile: &Profile,
) -> Result<Instruction, Fault> {
    flagflow_codec::read_line(line, profile.table(layout))
}

/// The fast path alone: returns the record of a canonical line, or `None` where only the definition
/// ([`RawRecord`]) can tell. Only lines of a D0350 have one.
#[doc(hidden)]
#[must_use]
#[inline]
pub fn read_canonical(line: &[u8], layout: Layout, profile: &Profile) -> Option<Instruction> {
    flagflow_codec::read_canonical(line, profile.table(layout))
}
