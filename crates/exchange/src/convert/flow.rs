//! The parts of a conversion that are a flow's own, and the values that it carries.

use std::borrow::Cow;

use flagflow_codec::{Content, Counts, ErrorKind, Flow, LineKind, LineSpec, Names, Unwritable};
use flagflow_domain::Fuel;
use flagflow_frame::{LineEnd, Position};

use flagflow_files::Result;

use super::options::{ConvertOptions, RecordFormat};
use super::reason::{ConvertField, ConvertReason};
use super::report::ConvertRefusal;

/// A flow whose records can be converted. The names and the order of its columns and keys are those
/// of its table; these are the steps in which flows differ.
pub(super) trait ConvertFlow:
    Flow<Field: Into<ConvertField>, Header: Clone, Group: PartialEq>
{
    /// Reads the lines of the flow from texts under the names of their items.
    type Named: NamedLines<Self>;

    const FUEL: Fuel;

    /// The item of a record's flag.
    const FLAG: Self::Field;

    /// The item that names the kind of an object; without it the key is
    /// [`RECORD`](super::objects::RECORD).
    const KIND: Option<Self::Field>;

    /// The names that the register has for items.
    const ALIASES: &'static [(&'static str, Self::Field)];

    /// Returns the name of an item.
    fn name(field: &Self::Field) -> &str;

    /// Returns the format of a file and the options of its reader, by its first line and the names
    /// in that line.
    fn reading(
        from: RecordFormat,
        first_line: &[u8],
        names: &[String],
        options: &ConvertOptions,
    ) -> (Self::Format, Self::Options);

    /// Returns the format of the lines that are written, delimited lines for a table or objects.
    fn writing(format: &Self::Format, to: RecordFormat) -> Self::Format;

    /// Returns the options of a writer.
    fn writer_options(
        format: &Self::Format,
        header: Option<&Self::Header>,
        line_end: LineEnd,
        options: &ConvertOptions,
    ) -> Self::WriterOptions;

    /// Returns the flow of the records of a line, as tables name it.
    fn transaction_type<'f>(_: &'f Self::Format, line: &'f LineSpec<Self>) -> &'f str {
        line.code()
    }

    /// Returns the record of a canonical line, the fast way.
    fn canonical(line: &[u8], format: &Self::Format) -> Option<Self::Record>;

    /// Returns the kind of an object without one, or of a row in a table without kinds.
    fn unnamed<'t>(text: impl Fn(Self::Field) -> Option<Cow<'t, [u8]>>) -> Option<Self::Tag>;

    /// Returns the text of an item that the row or object of a number leaves out.
    fn left_out(
        _format: &Self::Format,
        _field: Self::Field,
        _number: u64,
        _is_table: bool,
    ) -> Option<Vec<u8>> {
        None
    }

    /// Returns the first number of a trailer that does not match the file.
    fn mismatch(
        trailer: &Self::Trailer,
        header: Option<&Self::Header>,
        counts: &Counts,
    ) -> Option<(Self::Field, ErrorKind)>;

    /// Returns the rule whose warning is due to a record's meter point: its check digits are wrong.
    fn warning(record: &Self::Record) -> Option<&'static str>;

    /// Returns true if header values are given.
    fn has_values(options: &ConvertOptions) -> bool;

    /// Returns the header that the given values make, over those of the input's.
    fn header(
        format: &Self::Format,
        options: &ConvertOptions,
        below: Option<&Self::Header>,
    ) -> Result<Self::Header>;

    /// Returns the further items of a header or trailer.
    fn further<'c>(_: &'c Content<'_, Self>) -> &'c [u8] {
        b""
    }

    /// Returns the header as it can be written, and the reason if it is not the whole header.
    fn fit_header(
        header: Self::Header,
        _: &Self::Format,
        _: RecordFormat,
    ) -> (Self::Header, Objection<Self>) {
        (header, None)
    }

    /// Returns the trailer as it can be written, and the reason if it is not the whole trailer.
    fn fit_trailer(
        trailer: Self::Trailer,
        _: &Self::Format,
        _: &ConvertOptions,
    ) -> (Self::Trailer, Objection<Self>) {
        (trailer, None)
    }
}

/// Reads the lines of a flow from texts under the names of their items.
pub(super) trait NamedLines<F: ConvertFlow> {
    fn new(format: &F::Format) -> Self;

    /// Returns a record; `is_named` is false if its kind was not given.
    fn record<'t>(
        &mut self,
        tag: F::Tag,
        is_named: bool,
        text: impl Fn(F::Field) -> Option<Cow<'t, [u8]>>,
    ) -> Result<(F::Record, Extras), BadValue<F::Field>>;

    fn group<'t>(
        &mut self,
        _: impl Fn(F::Field) -> Option<Cow<'t, [u8]>>,
    ) -> Result<(F::Group, Extras), BadValue<F::Field>> {
        Err(BadValue::whole(ConvertReason::Codec(ErrorKind::UnknownRecord)))
    }

    /// Returns a header, with its further items.
    fn header<'t>(
        &mut self,
        text: impl Fn(F::Field) -> Option<Cow<'t, [u8]>>,
        further: &[u8],
    ) -> Result<F::Header, BadValue<F::Field>>;

    /// Returns a trailer, with its further items.
    fn trailer<'t>(
        &mut self,
        text: impl Fn(F::Field) -> Option<Cow<'t, [u8]>>,
        further: &[u8],
    ) -> Result<F::Trailer, BadValue<F::Field>>;
}

/// Key of an object's kind, where that is not an item.
pub(super) const RECORD: &str = "record";

/// The key of what header and trailer have after the items with a name, where there are such.
pub(super) const FURTHER: &str = "further_items";

/// Returns the name of an object's kind.
pub(super) fn kind_name<F: ConvertFlow>(line: &LineSpec<F>) -> &str {
    match line.kind() {
        _ if F::KIND.is_some() => line.code(),
        LineKind::Header => "header",
        LineKind::Group => "group",
        LineKind::Record => "update",
        LineKind::Reason => "reason",
        LineKind::Trailer => "trailer",
    }
}

/// Items that are carried unread, in the table's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Extras(Vec<Vec<u8>>);

impl Extras {
    pub(super) fn of<'a>(items: impl Iterator<Item = &'a [u8]>) -> Self {
        Self(items.map(<[u8]>::to_vec).collect())
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(Vec::as_slice)
    }
}

/// Reason why a value that was read cannot be written.
pub(super) type Objection<F> = Option<(<F as Names>::Field, ConvertReason)>;

/// Returns the objection to a value that its item cannot hold.
pub(super) fn object_to<N: std::fmt::Display>(wrong: Unwritable<N>) -> (N, ConvertReason) {
    (wrong.field, ConvertReason::Codec(wrong.kind))
}

/// Error in a value, with its first invalid byte. Without a field the error is about the whole row
/// or object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadValue<N> {
    pub(super) field: Option<N>,
    pub(super) reason: ConvertReason,
    pub(super) start: usize,
}

impl<N> BadValue<N> {
    pub(super) const fn new(field: N, reason: ConvertReason) -> Self {
        Self { field: Some(field), reason, start: 0 }
    }

    pub(super) const fn whole(reason: ConvertReason) -> Self {
        Self { field: None, reason, start: 0 }
    }
}

impl<N: Copy + Into<ConvertField>> BadValue<N> {
    /// Returns the refusal of a row or an object, by its position and that of its fields.
    pub(super) fn refusal<'b>(
        self,
        whole: Position,
        place: impl FnOnce(N) -> (Position, Option<&'b [u8]>),
    ) -> ConvertRefusal {
        let Some(field) = self.field else { return ConvertRefusal::new(whole, self.reason) };
        let (position, text) = place(field);
        let position = position.forward(self.start as u64);
        ConvertRefusal::new(position, self.reason).of_cell(field, text)
    }
}
