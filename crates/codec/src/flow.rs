//! The parts of a codec that are a flow's own.

use std::fmt::{Debug, Display};

use flagflow_frame::{Line, LineEnd};
use flagflow_rows::Backend;

use crate::error::{Fault, Unwritable};
use crate::names::Names;
use crate::order::Counts;
use crate::raw::RawLine;
use crate::table::{LineKind, Table};
use crate::values::Values;

/// A value that is read from a line: the definition of the line.
pub trait FromLine<F: Names>:
    for<'r, 'l> TryFrom<&'r RawLine<'l, F>, Error = Fault<F::Field>> + Debug + Send
{
}

impl<F: Names, T> FromLine<F> for T where
    T: for<'r, 'l> TryFrom<&'r RawLine<'l, F>, Error = Fault<F::Field>> + Debug + Send
{
}

/// A flow: its typed values, and the few steps in which flows differ.
///
/// The definition of each line is a `TryFrom<&RawLine>` of its value.
pub trait Flow: Names {
    /// The format of a file: its table, owned or borrowed, and all else that it is read by.
    type Format: AsRef<Table<Self>> + Clone + Debug + Send + Sync;
    /// The options by which the table of a file is found.
    type Options: Clone + Debug + Send + Sync;
    /// The options of a writer.
    type WriterOptions: Clone + Debug + Into<Target<Self>>;
    /// A record.
    type Record: FromLine<Self> + Copy + PartialEq;
    /// A header.
    type Header: FromLine<Self>;
    /// A group.
    type Group: FromLine<Self> + Copy;
    /// A reason below a record.
    type Reason: FromLine<Self> + Copy + PartialEq + Sync;
    /// A trailer.
    type Trailer: FromLine<Self> + Clone;

    /// Returns the format of a file by its first line that has any text.
    ///
    /// # Errors
    ///
    /// `UnrecognisedLayout` for a line of no layout of the flow.
    fn recognise(
        options: &Self::Options,
        line: &Line<'_>,
    ) -> Result<Self::Format, Fault<Self::Field>>;

    /// Checks a header: the first error of its items.
    ///
    /// # Errors
    ///
    /// The first error in the order of the items.
    fn check_header(
        raw: &RawLine<'_, Self>,
        format: &Self::Format,
    ) -> Result<(), Fault<Self::Field>>;

    /// Compares a trailer with its file: the first error of its items.
    ///
    /// # Errors
    ///
    /// The first error in the order of the items.
    fn check_trailer(
        raw: &RawLine<'_, Self>,
        file: &Totals<'_, Self>,
        options: &Self::Options,
    ) -> Result<(), Fault<Self::Field>>;

    /// Returns the record of its values; `None` for values that no record has.
    fn record(values: &Values) -> Option<Self::Record>;

    /// Returns the values of a record; `None` for a record with a value that has no column: the
    /// definition alone reads and writes it.
    fn values(record: &Self::Record) -> Option<Values>;

    /// Appends a line without its ending: the definition of writing. Items that the content has no
    /// value for are taken from `extras` in their order, and are empty where these end.
    ///
    /// # Errors
    ///
    /// [`Unwritable`], with part of a line in `out`, for a value that its item cannot hold.
    fn write_line(
        out: &mut Vec<u8>,
        format: &Self::Format,
        content: &Content<'_, Self>,
        extras: &mut dyn Iterator<Item = &[u8]>,
    ) -> Result<(), Unwritable<Self::Field>>;

    /// Returns the group that a writer puts before the first record, if it needs one.
    fn opening(options: &Self::WriterOptions) -> Option<Self::Group>;

    /// Returns the trailer of a file that is written, like another file's where there is one.
    ///
    /// # Errors
    ///
    /// Numbers that the trailer cannot hold.
    fn trailer(
        options: &Self::WriterOptions,
        header: &Self::Header,
        counts: &Counts,
        other: Option<&Self::Trailer>,
    ) -> Result<Self::Trailer, OutOfRange<Self::Field>>;
}

/// A value does not fit its item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} does not fit its field")]
pub struct OutOfRange<N: Display>(pub N);

/// The content of a line that is written.
#[derive(Debug)]
pub enum Content<'a, F: Flow> {
    /// A header.
    Header(&'a F::Header),
    /// A group.
    Group(F::Group),
    /// A record.
    Record(F::Record),
    /// A reason below a record.
    Reason(F::Reason),
    /// A trailer.
    Trailer(&'a F::Trailer),
}

impl<F: Flow> Content<'_, F> {
    /// Returns the part that the line plays in its file.
    pub(crate) const fn kind(&self) -> LineKind {
        match self {
            Self::Header(_) => LineKind::Header,
            Self::Group(_) => LineKind::Group,
            Self::Record(_) => LineKind::Record,
            Self::Reason(_) => LineKind::Reason,
            Self::Trailer(_) => LineKind::Trailer,
        }
    }
}

/// The data that a trailer is compared with.
#[derive(Debug)]
pub struct Totals<'a, F: Flow> {
    /// The header, where there is one that can be cut.
    pub header: Option<RawLine<'a, F>>,
    /// The lines of the file.
    pub counts: Counts,
}

/// The options of every writer.
#[derive(Clone, Copy, Debug)]
pub struct Target<F: Flow> {
    /// The format of the file.
    pub format: F::Format,
    /// The ending of each line; [`LineEnd::None`] is written as LF.
    pub line_end: LineEnd,
    /// The header, with which the file has a trailer too.
    pub header: Option<F::Header>,
    /// The code that makes the digits of many records at once.
    pub backend: Backend,
}

impl<F: Flow> Target<F> {
    /// A file with LF, without header and trailer.
    #[must_use]
    pub fn new(format: F::Format) -> Self {
        Self { format, line_end: LineEnd::Lf, header: None, backend: Backend::best() }
    }
}
