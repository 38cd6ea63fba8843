//! The parts of a conversion that are a flow's own, and the values that it carries.

use std::borrow::Cow;

use flagflow_codec::{
    Content, ErrorKind, Flow, LineCode, LineKind, LineSpec, Names, Shortfall, Table, Target,
    Unwritable,
};
use flagflow_domain::ServiceFlag;
use flagflow_electricity::SupplierId;
use flagflow_frame::Position;

use flagflow_files::Result;

use super::options::{ConvertOptions, RecordFormat};
use super::reason::{ConvertField, ConvertReason};
use super::records::TableRecord;
use super::report::ConvertRefusal;

/// A flow whose records can be converted. The names and the order of its columns and keys are those
/// of its table; these are the steps in which flows differ.
pub(super) trait ConvertFlow:
    Flow<
        Field: Into<ConvertField>,
        Record: Into<TableRecord>,
        Header: Clone,
        Group: PartialEq,
        Reason: AsRef<[u8]>,
        WriterOptions: From<Target<Self>>,
    >
{
    /// Reads the lines of the flow from texts under the names of their items.
    type Named: NamedLines<Self>;

    /// The item that names the kind of an object; without it the key is
    /// [`RECORD`](super::objects::RECORD).
    const KIND: Option<Self::Field>;

    /// The names that the register has for items.
    const ALIASES: &'static [(&'static str, Self::Field)];

    /// Names that items had in earlier versions, each with the name of today.
    const OLD_NAMES: &'static [(&'static str, &'static str)] = &[];

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

    /// Returns the options of a writer with those of the conversion.
    fn writer_options(writer: Self::WriterOptions, _: &ConvertOptions) -> Self::WriterOptions {
        writer
    }

    /// Returns the record of a canonical line, the fast way.
    fn canonical(line: &[u8], format: &Self::Format) -> Option<Self::Record>;

    /// Returns the flag of a record, if it has one.
    fn flag(record: &Self::Record) -> Option<ServiceFlag>;

    /// Returns the same record with another flag.
    fn with_flag(record: Self::Record, flag: ServiceFlag) -> Self::Record;

    /// Returns the name of an object's kind.
    fn kind_name<'l>(format: &Self::Format, line: &'l LineSpec<Self>) -> Cow<'l, str>;

    /// Returns the kind of an object without one, or of a row in a table without kinds.
    fn unnamed<'t>(text: impl Texts<'t, Self::Field>) -> Option<Self::Tag>;

    /// Returns the text of an item that a row or an object leaves out.
    fn left_out(_: &Self::Format, _: Self::Field, _: Omission) -> Option<Vec<u8>> {
        None
    }

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

/// The texts of a row or an object, by their items.
pub(super) trait Texts<'t, N>: Fn(N) -> Option<Cow<'t, [u8]>> {}

impl<'t, N, T: Fn(N) -> Option<Cow<'t, [u8]>>> Texts<'t, N> for T {}

/// Reads the lines of a flow from texts under the names of their items.
pub(super) trait NamedLines<F: ConvertFlow> {
    fn new(format: &F::Format) -> Self;

    /// Returns a record; `is_named` is false if its kind was not given.
    fn record<'t>(
        &mut self,
        tag: F::Tag,
        is_named: bool,
        text: impl Texts<'t, F::Field>,
    ) -> Result<(F::Record, Extras), BadValue<F::Field>>;

    fn group<'t>(
        &mut self,
        _: F::Tag,
        _: impl Texts<'t, F::Field>,
    ) -> Result<(F::Group, Extras), BadValue<F::Field>> {
        Err(BadValue::whole(ConvertReason::Codec(ErrorKind::UnknownRecord)))
    }

    /// Returns a reason below a record.
    fn reason(&mut self, _: &[u8]) -> Result<F::Reason, BadValue<F::Field>> {
        Err(BadValue::whole(ConvertReason::Codec(ErrorKind::UnknownRecord)))
    }

    /// Returns a header, with its further items.
    fn header<'t>(
        &mut self,
        text: impl Texts<'t, F::Field>,
        further: &[u8],
    ) -> Result<F::Header, BadValue<F::Field>>;

    /// Returns a trailer, with its further items.
    fn trailer<'t>(
        &mut self,
        text: impl Texts<'t, F::Field>,
        further: &[u8],
    ) -> Result<F::Trailer, BadValue<F::Field>>;
}

/// A row or an object that leaves items out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Omission {
    /// The number of the row or object, from 1.
    pub(super) number: u64,
    pub(super) is_table: bool,
    /// The supplier of records without one.
    pub(super) supplier: Option<SupplierId>,
}

/// Key of an object's kind, where that is not an item.
pub(super) const RECORD: &str = "record";

/// The key of what header and trailer have after the items with a name, where there are such.
pub(super) const FURTHER: &str = "further_items";

/// Items that are carried unread, in the table's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Extras(Vec<Vec<u8>>);

impl Extras {
    pub(super) const NONE: Self = Self(Vec::new());

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

/// The part of a record that is not among its values.
#[derive(Clone, Debug)]
pub(super) struct Rest<F: Flow> {
    /// The items that are carried unread.
    pub(super) extras: Extras,
    /// The reasons below the record.
    pub(super) reasons: Vec<F::Reason>,
}

impl<F: Flow> Rest<F> {
    pub(super) const NONE: Self = Self { extras: Extras::NONE, reasons: Vec::new() };

    pub(super) const fn is_empty(&self) -> bool {
        self.extras.is_empty() && self.reasons.is_empty()
    }
}

/// Returns the line above the records, where there is one.
pub(super) fn group_of<F: ConvertFlow>(table: &Table<F>) -> Option<&LineSpec<F>> {
    table.line(table.lines().first()?.parent()?)
}

/// Returns the line of the reasons below records, where there is one.
pub(super) fn reason_line<F: ConvertFlow>(table: &Table<F>) -> Option<&LineSpec<F>> {
    table.lines().iter().find(|line| line.kind() == LineKind::Reason)
}

/// Returns a line that is missing before the next one, or at the end of the file. Reasons are part
/// of their record here, and are compared with their limits there.
pub(super) fn missing<F: ConvertFlow>(
    table: &Table<F>,
    mut shortfall: impl FnMut() -> Option<Shortfall>,
) -> Option<ErrorKind> {
    let reasons = reason_line(table).map(|line| LineCode::new(line.code()));
    let is_reason = |kind: &ErrorKind| matches!(kind, ErrorKind::TooFewLines { code, .. } if Some(*code) == reasons);
    std::iter::from_fn(|| shortfall().map(|missing| missing.kind)).find(|kind| !is_reason(kind))
}

/// Returns the item of the reasons below records, where there is one.
pub(super) fn reason_item<F: ConvertFlow>(table: &Table<F>) -> Option<F::Field> {
    reason_line(table)?.items().first().map(|item| item.field)
}

/// Reason why a value that was read cannot be written, and the item that has it.
pub(super) type Objection<F> = Option<(Option<<F as Names>::Field>, ConvertReason)>;

/// Returns the objection to a value that its item cannot hold.
pub(super) fn object_to<N: std::fmt::Display>(wrong: Unwritable<N>) -> (Option<N>, ConvertReason) {
    (Some(wrong.field), ConvertReason::Codec(wrong.kind))
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
