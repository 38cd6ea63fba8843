//! Writing files of electricity records.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use flagflow_codec::{Counts, ItemKind, LineKind, Target, writer_options};

use crate::envelope::{Header, Trailer};
use crate::error::{ErrorKind, Fault, Unwritable};
use crate::field::{
    ReasonCode, Timestamp, write_date, write_flag, write_mpan, write_number, write_text,
    write_timestamp,
};
use crate::item::{Electricity, Field, Flow, ItemSpec, Layout, LineTag};
use crate::profile::{Format, Group, Profile};
use crate::record::{D0172, D0350, D0351, Instruction, Opening, RawRecord};
use crate::text::is_plain;

/// One line in the making.
struct Pen<'o> {
    out: &'o mut Vec<u8>,
    layout: Layout,
}

impl Pen<'_> {
    /// Begins a line: its code.
    fn begin(&mut self, code: &str) {
        self.out.extend_from_slice(code.as_bytes());
        self.bar();
    }

    fn bar(&mut self) {
        if self.layout == Layout::Zhv {
            self.out.push(b'|');
        }
    }

    /// Refuses what the layout cannot hold, writes, and closes the item.
    fn text(&mut self, spec: &ItemSpec, text: &[u8]) -> Result<(), Unwritable> {
        if text.is_empty() {
            return self.empty(spec);
        }
        check_text(spec, self.layout, text)?;
        write_text(self.out, self.layout, text, spec.length);
        self.bar();
        Ok(())
    }

    fn number(&mut self, spec: &ItemSpec, number: u64) -> Result<(), Unwritable> {
        let start = self.out.len();
        write_number(self.out, self.layout, number, spec.length);
        if self.out.len() - start > spec.length {
            return Err(too_long(spec));
        }
        self.bar();
        Ok(())
    }

    /// An item without a value: padding in zhf. A mandatory item has one.
    fn empty(&mut self, spec: &ItemSpec) -> Result<(), Unwritable> {
        if spec.mandatory {
            return Err(Unwritable { kind: ErrorKind::EmptyItem, field: spec.field });
        }
        write_text(self.out, self.layout, b"", spec.length);
        self.bar();
        Ok(())
    }

    /// An item that is not read: digits of a number are padded as a number's, all else as
    /// text.
    fn carried(&mut self, spec: &ItemSpec, item: &[u8]) -> Result<(), Unwritable> {
        let is_number = spec.kind == ItemKind::Number && !item.is_empty();
        let is_padded = self.layout == Layout::Zhf && is_number && item.len() <= spec.length;
        if !is_padded || !item.iter().all(u8::is_ascii_digit) {
            return self.text(spec, item);
        }
        self.out.extend(std::iter::repeat_n(b'0', spec.length - item.len()));
        self.out.extend_from_slice(item);
        Ok(())
    }
}

const fn too_long(spec: &ItemSpec) -> Unwritable {
    Unwritable { kind: ErrorKind::ItemTooLong { most: spec.length }, field: spec.field }
}

fn check_text(spec: &ItemSpec, layout: Layout, text: &[u8]) -> Result<(), Unwritable> {
    if text.len() > spec.length {
        return Err(too_long(spec));
    }
    // spaces after the text are padding in zhf, and would not come back
    if is_plain(text) && (layout == Layout::Zhv || !text.ends_with(b" ")) {
        return Ok(());
    }
    Err(Unwritable { kind: ErrorKind::NotWritable, field: spec.field })
}

/// Appends a record's canonical line, without an end. This is the definition; what
/// [`Writer`](crate::Writer) writes without extras comes the fast way, and is the same. The
/// profile's items that the value has no place for are taken from `extras` in their order, and are
/// empty where that ends. The reasons of a D0351 are lines of their own ([`write_reason_line`]).
///
/// # Errors
///
/// [`Unwritable`], with part of a line in `out`: `UnexpectedRecord` for a record of another flow
/// than the profile's, `ItemTooLong` for a value longer than its item, `EmptyItem` for a mandatory
/// item without a value, `NotWritable` for an extra with a control character in it or, in zhv, a
/// pipe, and for more extras than places for them.
pub fn write_record<'e>(
    out: &mut Vec<u8>,
    layout: Layout,
    profile: &Profile,
    record: Instruction,
    extras: impl IntoIterator<Item = &'e [u8]>,
) -> Result<(), Unwritable> {
    if record.flow() != profile.flow() {
        let field = Field::InstructionNumber;
        return Err(Unwritable { kind: ErrorKind::UnexpectedRecord, field });
    }
    let mut pen = Pen { out, layout };
    let mut extras = extras.into_iter();
    pen.begin(profile.record_group().code());
    for spec in profile.record_group().items() {
        if spec.slot.is_extra() {
            pen.carried(spec, extras.next().unwrap_or_default())?;
        } else {
            pen.item(spec, profile, &record)?;
        }
    }
    nothing_left(extras, Field::InstructionNumber)
}

/// Appends the canonical line of a reason below a record, without an end.
///
/// # Errors
///
/// [`Unwritable`] for a code longer than its item, and where the profile has no reasons.
pub fn write_reason_line(
    out: &mut Vec<u8>,
    layout: Layout,
    profile: &Profile,
    reason: ReasonCode,
) -> Result<(), Unwritable> {
    let field = Field::RejectionReasonCode;
    let group = profile.reason_group().ok_or(no_place(field))?;
    let mut pen = Pen { out, layout };
    pen.begin(group.code());
    group.items().iter().try_for_each(|spec| pen.text(spec, reason.as_bytes()))
}

const fn no_place(field: Field) -> Unwritable {
    Unwritable { kind: ErrorKind::NotWritable, field }
}

/// Refuses extras that the profile has no place for, rather than to lose them.
fn nothing_left<'e>(
    mut extras: impl Iterator<Item = &'e [u8]>,
    field: Field,
) -> Result<(), Unwritable> {
    match extras.next() {
        None => Ok(()),
        Some(_) => Err(Unwritable { kind: ErrorKind::NotWritable, field }),
    }
}

impl Pen<'_> {
    /// An item of the typed value, or else the instruction type.
    fn item(
        &mut self,
        spec: &ItemSpec,
        own: &Profile,
        record: &Instruction,
    ) -> Result<(), Unwritable> {
        match (record, spec.field) {
            (_, Field::InstructionNumber) => self.number(spec, record.instruction_number()),
            (_, Field::MpanCore) => self.value(spec, record.mpan_core(), write_mpan),
            (_, Field::DccServiceFlag) => self.value(spec, record.flag(), write_flag),
            (_, Field::EffectiveFromDate) => self.value(spec, record.effective_from(), write_date),
            (_, Field::DeemedReceivedDate) => {
                self.value(spec, record.deemed_received(), write_date)
            }
            (_, Field::SupplierId) => {
                let supplier = record.supplier_id();
                self.text(spec, supplier.as_ref().map_or(b"", |it| it.as_bytes()))
            }
            (Instruction::D0351(rejection), Field::IncomingInstructionNumber) => {
                self.number(spec, rejection.incoming_instruction_number())
            }
            (Instruction::D0172(confirmation), Field::AnsweredFileIdentifier) => {
                self.text(spec, confirmation.file_identifier().as_bytes())
            }
            (Instruction::D0172(confirmation), Field::Received) => {
                self.number(spec, confirmation.received().into())
            }
            (Instruction::D0172(confirmation), Field::Accepted) => {
                self.number(spec, confirmation.accepted().into())
            }
            (Instruction::D0172(confirmation), Field::Rejected) => {
                self.number(spec, confirmation.rejected().into())
            }
            _ => self.text(spec, own.instruction_type().as_bytes()),
        }
    }

    /// A value that has the length of its item.
    fn value<T>(
        &mut self,
        spec: &ItemSpec,
        value: Option<T>,
        write: impl FnOnce(&mut Vec<u8>, T),
    ) -> Result<(), Unwritable> {
        let Some(value) = value else { return self.empty(spec) };
        write(self.out, value);
        self.bar();
        Ok(())
    }

    /// Items after those that have a name, each with its bar: zhf has no place for them.
    fn surplus(&mut self, surplus: &[u8], last: Field) -> Result<(), Unwritable> {
        if self.layout == Layout::Zhf && !surplus.is_empty() {
            return Err(Unwritable { kind: ErrorKind::NotWritable, field: last });
        }
        self.out.extend_from_slice(surplus);
        Ok(())
    }
}

/// Appends a group's canonical line, without an end; `extras` as for [`write_record`].
///
/// # Errors
///
/// [`Unwritable`], also where the profile has no such group.
pub fn write_opening<'e>(
    out: &mut Vec<u8>,
    layout: Layout,
    profile: &Profile,
    opening: Opening,
    extras: impl IntoIterator<Item = &'e [u8]>,
) -> Result<(), Unwritable> {
    let field = Field::FileSequenceNumber;
    let group: &Group = profile.table(layout).line(opening.tag()).ok_or(no_place(field))?;
    let mut pen = Pen { out, layout };
    let mut extras = extras.into_iter();
    pen.begin(group.code());
    for spec in group.items() {
        match (opening.tag(), spec.field) {
            (LineTag::Group, Field::FileSequenceNumber) => {
                pen.number(spec, opening.file_sequence_number.unwrap_or(1))?;
            }
            (LineTag::Group, Field::InstructionType) => {
                pen.text(spec, profile.instruction_type().as_bytes())?;
            }
            _ => pen.carried(spec, extras.next().unwrap_or_default())?,
        }
    }
    nothing_left(extras, field)
}

/// Appends a header's canonical line, without an end.
///
/// # Errors
///
/// [`Unwritable`] in zhf, for text that ends in spaces and for further items.
pub fn write_header(
    out: &mut Vec<u8>,
    layout: Layout,
    profile: &Profile,
    header: &Header,
) -> Result<(), Unwritable> {
    let mut pen = Pen { out, layout };
    pen.begin(layout.header_code());
    for spec in profile.items(LineKind::Header) {
        match header.text(spec.field) {
            Some(text) => pen.text(spec, text.as_bytes())?,
            None => pen.timestamp(header.created()),
        }
    }
    pen.surplus(header.surplus(), Field::TestFlag)
}

impl Pen<'_> {
    fn timestamp(&mut self, time: Timestamp) {
        write_timestamp(self.out, time);
        self.bar();
    }
}

/// Appends a trailer's canonical line, without an end.
///
/// # Errors
///
/// [`Unwritable`] for a number or a checksum longer than its item, and in zhf for further items.
pub fn write_trailer(
    out: &mut Vec<u8>,
    layout: Layout,
    profile: &Profile,
    trailer: &Trailer,
) -> Result<(), Unwritable> {
    let mut pen = Pen { out, layout };
    pen.begin(profile.code(LineKind::Trailer, layout));
    for spec in profile.items(LineKind::Trailer) {
        match spec.field {
            Field::FileIdentifier => pen.text(spec, trailer.file_identifier().as_bytes())?,
            Field::GroupCount => pen.number(spec, trailer.group_count())?,
            Field::FlowCount => pen.number(spec, trailer.flow_count())?,
            Field::Completed => pen.timestamp(trailer.completed()),
            _ => pen.text(spec, trailer.checksum().as_bytes())?,
        }
    }
    pen.surplus(trailer.surplus(), Field::Completed)
}

/// The line of a record in the built-in profile.
fn built_in_line(record: Instruction) -> String {
    let mut line = Vec::with_capacity(64);
    let profile = Profile::builtin(record.flow());
    // a number that does not fit its length is the last that is shown
    let _ = write_record(&mut line, Layout::Zhv, &profile, record, []);
    String::from_utf8_lossy(&line).into_owned()
}

macro_rules! display_as_built_in {
    ($($type:ident),*) => {$(
        /// Prints the zhv line of the built-in profile, as much as fits it.
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&built_in_line(self.into()))
            }
        }

        /// Reads the zhv line of the built-in profile.
        impl FromStr for $type {
            type Err = Fault;

            fn from_str(text: &str) -> Result<Self, Fault> {
                let profile = Profile::builtin(Flow::$type);
                let raw = RawRecord::cut(text.as_bytes(), profile.table(Layout::Zhv))?;
                Self::try_from(&raw)
            }
        }
    )*};
}

display_as_built_in!(D0350, D0351, D0172);

/// Options of a [`Writer`](crate::Writer).
#[derive(Clone, Debug)]
pub struct WriterOptions {
    target: Target<Electricity>,
    completed: Option<Timestamp>,
    file_sequence_number: u64,
}

impl From<Target<Electricity>> for WriterOptions {
    fn from(target: Target<Electricity>) -> Self {
        Self { target, completed: None, file_sequence_number: 1 }
    }
}

writer_options!(WriterOptions, Electricity, |format, layout: Layout| format.set_layout(layout));

impl WriterOptions {
    /// A file of a profile in the zhv layout with LF, sequence number 1, without header and
    /// trailer.
    #[must_use]
    pub fn new(profile: impl Into<Arc<Profile>>) -> Self {
        Target::new(Format::new(profile, Layout::Zhv)).into()
    }

    /// Begins the file with this header, and ends it with a trailer.
    #[must_use]
    pub fn envelope(mut self, header: Header) -> Self {
        self.target.header = Some(header);
        self
    }

    /// Sets the time of completion in the trailer: by default the header's time of creation.
    #[must_use]
    pub const fn completed(mut self, completed: Timestamp) -> Self {
        self.completed = Some(completed);
        self
    }

    /// Sets the time of completion of a writer that is at work: see [`WriterOptions::completed`].
    pub const fn set_completed(&mut self, completed: Timestamp) {
        self.completed = Some(completed);
    }

    /// Sets the number in the level-1 group that the writer puts before the first record.
    #[must_use]
    pub const fn file_sequence_number(mut self, number: u64) -> Self {
        self.file_sequence_number = number;
        self
    }

    /// Returns the level-1 group before the first record, where the profile has one.
    pub(crate) fn opening(&self) -> Option<Opening> {
        let opening = Opening::new(Some(self.file_sequence_number));
        self.target.format.profile().opening_group().map(|_| opening)
    }

    /// Returns the trailer of a file: with the header's identifier, which was seen to fit when the
    /// header was written.
    pub(crate) fn trailer(
        &self,
        header: &Header,
        counts: &Counts,
        other: Option<&Trailer>,
    ) -> Trailer {
        let (id, groups, flows) = (header.file_identifier(), counts.groups, counts.flows);
        match other {
            Some(other) => other.of_file(id, groups, flows),
            None => {
                let completed = self.completed.unwrap_or(header.created());
                Trailer::of_counts(id, groups, flows, completed)
            }
        }
    }
}
