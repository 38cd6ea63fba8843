//! Reads and writes the electricity files in which the DCC notifies flag updates: the flow D0350,
//! Notification of DCC Services at Metering Point, and D0351, its rejection, in the user file
//! format of the Data Transfer Network.
//!
//! **The group codes `X01`, `X02` and `X03` are placeholders.** The real ones, the order of items
//! and the rejection reasons are in the licensed Data Transfer Catalogue. What only that document
//! can confirm is a [`Profile`]: a small TOML file, read at run time, by which records are read and
//! written. Whoever holds the catalogue writes the real one; nothing is compiled again.
//!
//! | line | what it is | sure? | in the built-in profile |
//! |---|---|---|---|
//! | [`Header`] `ZHV`, `ZHF` | who sends which flow to whom | firm: public samples | 12 items, 60 bytes in zhf |
//! | [`Opening`] | level-1 group | profile | `X01`: file sequence number 10 |
//! | [`D0350`] | one update of a flag | items firm, group profile | `X02`: instruction number 10, `DC01` 4, MPAN core 13, flag 1, effective from date 8 |
//! | [`D0351`] | one rejection | profile | `X03`: instruction number 10, `DC11` 4, MPAN core 13, reason code 8 |
//! | [`Trailer`] `ZPT` | what the file should have had in it | firm: public samples; lengths profile | 6 items, 57 bytes in zhf |
//!
//! Firm are the flow numbers and their version `D0350001`, the roles `Z` and `P`, the participant
//! `DCCO`, the instruction types, and the items J0003 and J1833. The delimited [layout](Layout) is
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
//! - [`read_update`] and [`RawRecord`] read one line that you have already.
//!
//! ```
//! use flagflow_electricity::{D0350, Flow, ReaderOptions, Record};
//!
//! let file = b"X01|1|\nX02|1|DC01|1013044353630|A|20211105|\n";
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
//! a [`Batch`].
//!
//! # Writing
//!
//! [`Writer`] writes both layouts with either line ending, and counts for the trailer. Items that
//! only the profile has a name for are carried along by
//! [`write_with`](flagflow_codec::Writer::write_with). Many records at once
//! ([`write_all`](flagflow_codec::Writer::write_all), also of [`Columns`]) or a batch that was read
//! ([`write_batch`](flagflow_codec::Writer::write_batch)) are the same bytes in less time.
//!
//! # The definition and the fast path
//!
//! The readable parsers, in nom, in the order of the profile's table, are the definition; canonical
//! lines take a shorter way to the same values. Tests over every byte at every place, and fuzzing,
//! compare the two. Writing likewise: [`write_update`] is the definition, and a [`Writer`] writes
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
pub use field::{ReasonCode, Timestamp};
pub use item::{
    Electricity, Field, Flow, HEADER_ITEMS, ItemName, ItemSpec, Layout, TRAILER_CODE, Table,
    UnknownFlow, UnknownLayout,
};
pub use options::{ReaderOptions, recognise_flow};
pub use profile::{Format, Group, Profile, ProfileError};
pub use record::{
    D0350, D0351, MAX_INSTRUCTION_NUMBER, Opening, RawItem, RawRecord, Record, Update,
};
pub use writer::{WriterOptions, write_header, write_opening, write_trailer, write_update};

pub use flagflow_codec::{ItemKind, LineKind, MAX_ITEMS, OutOfRange, Role};
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
/// use flagflow_electricity::{Flow, Layout, Profile, read_update};
///
/// let profile = Profile::builtin(Flow::D0350);
/// let update = read_update(b"X02|1|DC01|1013044353630|A|20211105|", Layout::Zhv, &profile)?;
/// assert_eq!(update.mpan_core().to_string(), "1013044353630");
/// # Ok::<(), flagflow_electricity::Fault>(())
/// ```
///
/// # Errors
///
/// The first error in the order of the profile's items.
#[inline]
pub fn read_update(line: &[u8], layout: Layout, profile: &Profile) -> Result<Update, Fault> {
    flagflow_codec::read_line(line, profile.table(layout))
}

/// The fast path alone: returns the record of a canonical line, or `None` where only the definition
/// ([`RawRecord`]) can tell.
#[doc(hidden)]
#[must_use]
#[inline]
pub fn read_canonical(line: &[u8], layout: Layout, profile: &Profile) -> Option<Update> {
    flagflow_codec::read_canonical(line, profile.table(layout))
}
