//! The records: typed, and lazy over the bytes of a line. This is the definition.

use std::sync::Arc;

use flagflow_domain::{EffectiveDate, MpanCore, ServiceFlag};
use flagflow_frame::Position;

use crate::cut::{Cut, cut, peek_kind};
use crate::error::{ErrorKind, Fault, FieldFault};
use crate::field::{
    ReasonCode, check_ascii, parse_date, parse_flag, parse_mpan, parse_number, parse_reason,
};
use crate::item::{Field, Flow, ItemKind, ItemSpec, Layout};
use crate::profile::{LineKind, Profile};

/// One line cut into items, its values unread: it borrows the line and the profile, and knows where
/// the items stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawRecord<'a> {
    line: &'a [u8],
    layout: Layout,
    profile: &'a Profile,
    cut: Cut,
}

impl<'a> RawRecord<'a> {
    /// Cuts a line (without its end) into the items of the record that it begins with.
    ///
    /// # Errors
    ///
    /// `UnknownRecord`, `WrongLength` or `MalformedRecord`, all of the whole line.
    pub fn cut(line: &'a [u8], layout: Layout, profile: &'a Profile) -> Result<Self, Fault> {
        Ok(Self { line, layout, profile, cut: cut(line, layout, profile)? })
    }

    /// Which line it is by its code, whatever the rest of it; `None` where the profile has no such
    /// code.
    #[must_use]
    #[inline]
    pub fn peek_kind(line: &[u8], layout: Layout, profile: &Profile) -> Option<LineKind> {
        peek_kind(line, layout, profile)
    }

    /// Which line it is.
    #[must_use]
    pub const fn kind(&self) -> LineKind {
        self.cut.kind
    }

    /// The line, without its end.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.line
    }

    /// The layout that it was cut by.
    #[must_use]
    pub const fn layout(&self) -> Layout {
        self.layout
    }

    /// The profile that it was cut by.
    #[must_use]
    pub const fn profile(&self) -> &'a Profile {
        self.profile
    }

    /// Whether the bar after the last item is missing (zhv).
    #[must_use]
    pub const fn has_missing_bar(&self) -> bool {
        self.cut.missing_bar
    }

    /// White space behind the last pipe of a zhv line, and the cells of white space behind its last
    /// item: no part of any item, and most often nothing. They begin behind the last item's pipe and
    /// end with the line.
    #[must_use]
    pub fn blanks(&self) -> &'a [u8] {
        self.line.get(self.cut.kept..).unwrap_or_default()
    }

    /// The items after the code that have a name, in the order of the line.
    pub fn items(&self) -> impl Iterator<Item = RawItem<'a>> + use<'a> {
        let raw = *self;
        let specs = raw.profile.items(raw.kind()).iter();
        specs.enumerate().map(move |(index, spec)| raw.item(index, spec))
    }

    /// An item of the line, where the line has it.
    #[must_use]
    pub fn item_of(&self, field: Field) -> Option<RawItem<'a>> {
        let specs = self.profile.items(self.kind()).iter();
        let (index, spec) = specs.enumerate().find(|(_, spec)| spec.field == field)?;
        Some(self.item(index, spec))
    }

    /// The text of an item ([`RawItem::text`]), where the line has it.
    #[must_use]
    pub fn field(&self, field: Field) -> Option<&'a [u8]> {
        self.item_of(field).map(|item| item.text())
    }

    /// The items that the typed value has no place for ([`Profile::is_extra`]), in their order and
    /// without the padding of the zhf layout: what
    /// [`Writer::write_record_with`](crate::Writer::write_record_with) takes.
    pub fn extras(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let (profile, kind) = (self.profile, self.kind());
        self.items()
            .filter(move |item| profile.is_extra(kind, item.field()))
            .map(|item| item.carried())
    }

    /// What a zhv header or trailer has after the items that have a name: its further items, each
    /// with its bar but perhaps the last.
    #[must_use]
    pub fn surplus(&self) -> &'a [u8] {
        let (_, end) = self.cut.span(self.profile.items(self.kind()).len(), self.layout);
        self.line.get(end + 1..self.cut.kept).unwrap_or_default()
    }

    fn item(&self, index: usize, spec: &'a ItemSpec) -> RawItem<'a> {
        let (start, end) = self.cut.span(index + 1, self.layout);
        let bytes = self.line.get(start..end).unwrap_or_default();
        RawItem { spec, layout: self.layout, start, bytes }
    }

    /// Reads one item; it is a fault of the whole line when there is no such item.
    pub(crate) fn read<T>(
        &self,
        field: Field,
        parse: impl FnOnce(&'a [u8]) -> Result<T, FieldFault>,
    ) -> Result<T, Fault> {
        self.item_of(field).ok_or(self.unexpected())?.read(parse)
    }

    /// Refuses a line that is another than the one wanted.
    pub(crate) fn require(&self, kind: LineKind) -> Result<(), Fault> {
        if self.kind() == kind { Ok(()) } else { Err(self.unexpected()) }
    }

    fn unexpected(&self) -> Fault {
        Fault::of_line(ErrorKind::UnexpectedRecord, self.line)
    }
}

/// One item of a line: what it is, where it stands, its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawItem<'a> {
    spec: &'a ItemSpec,
    layout: Layout,
    start: usize,
    bytes: &'a [u8],
}

impl<'a> RawItem<'a> {
    /// The item's row of the profile's table.
    #[must_use]
    pub const fn spec(&self) -> &'a ItemSpec {
        self.spec
    }

    /// Which item it is.
    #[must_use]
    pub const fn field(&self) -> Field {
        self.spec.field
    }

    /// Where it begins in the line, from 0.
    #[must_use]
    pub const fn start(&self) -> usize {
        self.start
    }

    /// All its bytes, padding too.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Its bytes without the spaces that pad text in the zhf layout.
    #[must_use]
    #[inline]
    pub fn text(&self) -> &'a [u8] {
        match (self.layout, self.spec.kind) {
            (Layout::Zhf, ItemKind::Text) => trimmed(self.bytes),
            _ => self.bytes,
        }
    }

    /// Its bytes without any padding of the zhf layout, spaces or zeros: what another layout would
    /// carry of an item that nobody here reads.
    #[must_use]
    pub fn carried(&self) -> &'a [u8] {
        if self.layout == Layout::Zhv {
            return self.bytes;
        }
        let text = trimmed(self.bytes);
        if self.spec.kind != ItemKind::Number || !text.iter().all(u8::is_ascii_digit) {
            return text;
        }
        let zeros = text.iter().take_while(|byte| **byte == b'0').count();
        text.get(zeros.min(text.len().saturating_sub(1))..).unwrap_or_default()
    }

    /// Reads the item by a parser, after what holds for every item: that it is ASCII, and in zhv not
    /// longer than its most characters.
    ///
    /// # Errors
    ///
    /// `NonAscii`, `ItemTooLong`, or what the parser says, at its place in the line.
    pub fn read<T>(
        &self,
        parse: impl FnOnce(&'a [u8]) -> Result<T, FieldFault>,
    ) -> Result<T, Fault> {
        let text = self.text();
        self.check()
            .and_then(|()| parse(text).map_err(|fault| self.widened(fault, text)))
            .map_err(|fault| fault.in_field(self.field(), self.start))
    }

    fn check(&self) -> Result<(), FieldFault> {
        check_ascii(self.bytes)?;
        let most = self.spec.most;
        if self.bytes.len() > most {
            return Err(FieldFault::of_field(ErrorKind::ItemTooLong { most }, self.bytes));
        }
        Ok(())
    }

    /// A fault of the whole text is one of its padding too.
    fn widened(&self, fault: FieldFault, text: &[u8]) -> FieldFault {
        if fault == FieldFault::of_field(fault.kind, text) {
            return FieldFault::of_field(fault.kind, self.bytes);
        }
        fault
    }
}

fn trimmed(bytes: &[u8]) -> &[u8] {
    let spaces = bytes.iter().rev().take_while(|byte| **byte == b' ').count();
    bytes.get(..bytes.len() - spaces).unwrap_or_default()
}

/// A value does not fit its item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} does not fit its item")]
pub struct OutOfRange(pub Field);

/// The largest instruction number of any profile, 19 digits.
pub const MAX_INSTRUCTION_NUMBER: u64 = 9_999_999_999_999_999_999;

const fn checked_number(number: u64) -> Result<u64, OutOfRange> {
    if number > MAX_INSTRUCTION_NUMBER {
        return Err(OutOfRange(Field::InstructionNumber));
    }
    Ok(number)
}

#[cfg(feature = "arbitrary")]
fn arbitrary_number(u: &mut arbitrary::Unstructured<'_>) -> arbitrary::Result<u64> {
    // what the built-in profiles can write
    u.int_in_range(0..=9_999_999_999)
}

/// One update of a flag, from the DCC to the electricity Registration Data Provider.
///
/// Its items: instruction number (at most 10 digits in the built-in profile), MPAN core J0003 (13
/// digits), DCC Service Flag J1833 (1 letter), effective from date (8 digits). Their order and the
/// group's code are the profile's, and so is the instruction type `DC01`, which is no part of the
/// value: a line with another one is no D0350.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct D0350 {
    #[cfg_attr(feature = "arbitrary", arbitrary(with = arbitrary_number))]
    #[cfg_attr(feature = "serde", serde(deserialize_with = "read_number"))]
    instruction_number: u64,
    mpan_core: MpanCore,
    #[cfg_attr(feature = "serde", serde(rename = "dcc_service_flag"))]
    flag: ServiceFlag,
    #[cfg_attr(feature = "serde", serde(rename = "effective_from_date"))]
    effective_from: EffectiveDate,
}

#[cfg(feature = "serde")]
fn read_number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let number = serde::Deserialize::deserialize(deserializer)?;
    checked_number(number).map_err(serde::de::Error::custom)
}

impl D0350 {
    /// An update of a point's flag, effective from a day on.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] for an instruction number over [`MAX_INSTRUCTION_NUMBER`].
    pub const fn new(
        instruction_number: u64,
        mpan_core: MpanCore,
        flag: ServiceFlag,
        effective_from: EffectiveDate,
    ) -> Result<Self, OutOfRange> {
        match checked_number(instruction_number) {
            Ok(instruction_number) => {
                Ok(Self { instruction_number, mpan_core, flag, effective_from })
            }
            Err(error) => Err(error),
        }
    }

    /// Instruction number.
    #[must_use]
    pub const fn instruction_number(&self) -> u64 {
        self.instruction_number
    }

    /// MPAN core.
    #[must_use]
    pub const fn mpan_core(&self) -> MpanCore {
        self.mpan_core
    }

    /// DCC Service Flag.
    #[must_use]
    pub const fn flag(&self) -> ServiceFlag {
        self.flag
    }

    /// The flag's effective from date, the first day that it applies.
    #[must_use]
    pub const fn effective_from(&self) -> EffectiveDate {
        self.effective_from
    }

    /// The same update with another flag.
    #[must_use]
    pub const fn with_flag(self, flag: ServiceFlag) -> Self {
        Self { flag, ..self }
    }

    /// The rejection of this update.
    #[must_use]
    pub const fn rejected(&self, reason: ReasonCode) -> D0351 {
        let Self { instruction_number, mpan_core, .. } = *self;
        D0351 { instruction_number, mpan_core, reason }
    }
}

/// The rejection of one update, from the electricity Registration Data Provider to the DCC.
///
/// Its items: the rejected instruction number, its MPAN core (13 digits), and a reason code (at most
/// 8 characters in the built-in profile). Order and code are the profile's, as for [`D0350`]; the
/// instruction type is `DC11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct D0351 {
    #[cfg_attr(feature = "arbitrary", arbitrary(with = arbitrary_number))]
    #[cfg_attr(feature = "serde", serde(deserialize_with = "read_number"))]
    instruction_number: u64,
    mpan_core: MpanCore,
    #[cfg_attr(feature = "serde", serde(rename = "reason_code"))]
    reason: ReasonCode,
}

impl D0351 {
    /// A rejection.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] for an instruction number over [`MAX_INSTRUCTION_NUMBER`].
    pub const fn new(
        instruction_number: u64,
        mpan_core: MpanCore,
        reason: ReasonCode,
    ) -> Result<Self, OutOfRange> {
        match checked_number(instruction_number) {
            Ok(instruction_number) => Ok(Self { instruction_number, mpan_core, reason }),
            Err(error) => Err(error),
        }
    }

    /// The instruction number of the update that is rejected.
    #[must_use]
    pub const fn instruction_number(&self) -> u64 {
        self.instruction_number
    }

    /// MPAN core.
    #[must_use]
    pub const fn mpan_core(&self) -> MpanCore {
        self.mpan_core
    }

    /// Reason code.
    #[must_use]
    pub const fn reason(&self) -> ReasonCode {
        self.reason
    }
}

/// A record of either flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(tag = "flow"))]
pub enum Update {
    /// An update.
    D0350(D0350),
    /// A rejection.
    D0351(D0351),
}

impl Update {
    /// Which flow it belongs to.
    #[must_use]
    pub const fn flow(&self) -> Flow {
        match self {
            Self::D0350(_) => Flow::D0350,
            Self::D0351(_) => Flow::D0351,
        }
    }

    /// Instruction number.
    #[must_use]
    pub const fn instruction_number(&self) -> u64 {
        match self {
            Self::D0350(update) => update.instruction_number,
            Self::D0351(rejection) => rejection.instruction_number,
        }
    }

    /// MPAN core.
    #[must_use]
    pub const fn mpan_core(&self) -> MpanCore {
        match self {
            Self::D0350(update) => update.mpan_core,
            Self::D0351(rejection) => rejection.mpan_core,
        }
    }

    /// DCC Service Flag, of an update.
    #[must_use]
    pub const fn flag(&self) -> Option<ServiceFlag> {
        match self {
            Self::D0350(update) => Some(update.flag),
            Self::D0351(_) => None,
        }
    }

    /// Effective from date, of an update.
    #[must_use]
    pub const fn effective_from(&self) -> Option<EffectiveDate> {
        match self {
            Self::D0350(update) => Some(update.effective_from),
            Self::D0351(_) => None,
        }
    }

    /// Reason code, of a rejection.
    #[must_use]
    pub const fn reason(&self) -> Option<ReasonCode> {
        match self {
            Self::D0350(_) => None,
            Self::D0351(rejection) => Some(rejection.reason),
        }
    }
}

macro_rules! update_of {
    ($($flow:ident),*) => {$(
        impl From<$flow> for Update {
            fn from(record: $flow) -> Self {
                Self::$flow(record)
            }
        }

        impl From<&$flow> for Update {
            fn from(record: &$flow) -> Self {
                Self::$flow(*record)
            }
        }

        impl TryFrom<Update> for $flow {
            type Error = Update;

            fn try_from(update: Update) -> Result<Self, Update> {
                match update {
                    Update::$flow(record) => Ok(record),
                    _ => Err(update),
                }
            }
        }

        impl TryFrom<&RawRecord<'_>> for $flow {
            type Error = Fault;

            fn try_from(raw: &RawRecord<'_>) -> Result<Self, Fault> {
                Update::try_from(raw)?.try_into().map_err(|_| raw.unexpected())
            }
        }

        impl TryFrom<&Record> for $flow {
            type Error = Fault;

            fn try_from(record: &Record) -> Result<Self, Fault> {
                Self::try_from(&record.raw()?)
            }
        }
    )*};
}

update_of!(D0350, D0351);

impl From<&Self> for Update {
    fn from(update: &Self) -> Self {
        *update
    }
}

/// The values of an update group, as far as they were read.
#[derive(Default)]
struct Values {
    instruction_number: Option<u64>,
    mpan_core: Option<MpanCore>,
    flag: Option<ServiceFlag>,
    effective_from: Option<EffectiveDate>,
    reason: Option<ReasonCode>,
}

impl Values {
    fn take(&mut self, item: &RawItem<'_>, profile: &Profile) -> Result<(), Fault> {
        let most = item.spec.most;
        match item.field() {
            Field::InstructionNumber => {
                self.instruction_number = Some(item.read(|text| parse_number(text, most))?);
            }
            Field::MpanCore => self.mpan_core = Some(item.read(parse_mpan)?),
            Field::DccServiceFlag => self.flag = Some(item.read(parse_flag)?),
            Field::EffectiveFromDate => self.effective_from = Some(item.read(parse_date)?),
            Field::ReasonCode => self.reason = Some(item.read(parse_reason)?),
            _ => check_item(item, profile)?,
        }
        Ok(())
    }

    /// `None` for a profile without an item that the flow needs; there is no such profile.
    fn into_update(self, flow: Flow) -> Option<Update> {
        let (instruction_number, mpan_core) = (self.instruction_number?, self.mpan_core?);
        Some(match flow {
            Flow::D0350 => Update::D0350(D0350 {
                instruction_number,
                mpan_core,
                flag: self.flag?,
                effective_from: self.effective_from?,
            }),
            Flow::D0351 => {
                Update::D0351(D0351 { instruction_number, mpan_core, reason: self.reason? })
            }
        })
    }
}

/// What holds for an item whose value goes nowhere.
fn check_item(item: &RawItem<'_>, profile: &Profile) -> Result<(), Fault> {
    match item.field() {
        Field::InstructionType => item.read(|text| parse_instruction_type(text, profile)),
        Field::FileSequenceNumber => {
            item.read(|text| parse_number(text, item.spec.most)).map(|_| ())
        }
        _ => item.read(|_| Ok(())),
    }
}

/// Reads an instruction type: the profile's, and no other.
///
/// # Errors
///
/// [`ErrorKind::InstructionType`], or `NonAscii`.
pub fn parse_instruction_type(item: &[u8], profile: &Profile) -> Result<(), FieldFault> {
    check_ascii(item)?;
    if item == profile.instruction_type().as_bytes() {
        return Ok(());
    }
    Err(FieldFault::of_field(ErrorKind::InstructionType, item))
}

/// The definition: the items of the update group, in the profile's order.
impl TryFrom<&RawRecord<'_>> for Update {
    type Error = Fault;

    fn try_from(raw: &RawRecord<'_>) -> Result<Self, Fault> {
        raw.require(LineKind::Update)?;
        let mut values = Values::default();
        for item in raw.items() {
            values.take(&item, raw.profile)?;
        }
        values.into_update(raw.profile.flow()).ok_or(raw.unexpected())
    }
}

/// A level-1 group, which opens a set of updates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Opening {
    /// File sequence number, where the profile has that item.
    pub file_sequence_number: Option<u64>,
}

/// The definition: the items of the level-1 group, in the profile's order.
impl TryFrom<&RawRecord<'_>> for Opening {
    type Error = Fault;

    fn try_from(raw: &RawRecord<'_>) -> Result<Self, Fault> {
        raw.require(LineKind::Group)?;
        raw.items().try_for_each(|item| check_item(&item, raw.profile))?;
        let sequence = raw.item_of(Field::FileSequenceNumber);
        let number = sequence.map(|item| item.read(|text| parse_number(text, item.spec.most)));
        Ok(Self { file_sequence_number: number.transpose()? })
    }
}

/// A line of a file's body as a reader hands it out: its own copy of the line, cut into items, the
/// values unread until they are asked for (`D0350::try_from(&record)`).
///
/// All bytes are kept, also those of items that nobody here has a name for, so that
/// [`Writer::write_raw`](crate::Writer::write_raw) loses nothing. Made once and used for every record
/// of a file, it costs no allocation after the first few.
#[derive(Clone, Debug)]
pub struct Record {
    pub(crate) line: Vec<u8>,
    pub(crate) layout: Layout,
    pub(crate) profile: Option<Arc<Profile>>,
    pub(crate) cut: Result<Cut, Fault>,
    pub(crate) position: Position,
}

impl Default for Record {
    fn default() -> Self {
        Self::new()
    }
}

const UNREAD: Fault = Fault { kind: ErrorKind::UnknownRecord, field: None, start: 0, length: 0 };

impl Record {
    /// A record to read into.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            line: Vec::new(),
            layout: Layout::Zhv,
            profile: None,
            cut: Err(UNREAD),
            position: Position::START,
        }
    }

    /// The line as it was received, without its end; of a line past the limit its beginning.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.line
    }

    /// Where the record begins.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.position
    }

    /// The layout that it was read by.
    #[must_use]
    pub const fn layout(&self) -> Layout {
        self.layout
    }

    /// The line cut into items.
    ///
    /// # Errors
    ///
    /// Why it could not be cut.
    pub fn raw(&self) -> Result<RawRecord<'_>, Fault> {
        let cut = self.cut?;
        let profile = self.profile.as_deref().ok_or(UNREAD)?;
        Ok(RawRecord { line: &self.line, layout: self.layout, profile, cut })
    }

    /// The text of an item, where the line has it.
    #[must_use]
    pub fn field(&self, field: Field) -> Option<&[u8]> {
        self.raw().ok()?.field(field)
    }

    /// The items that the typed value has no place for: see [`RawRecord::extras`]. None for a line
    /// that could not be cut.
    pub fn extras(&self) -> impl Iterator<Item = &[u8]> {
        self.raw().into_iter().flat_map(|raw| raw.extras())
    }

    /// Keeps the profile of the line last read; a file's records share one.
    pub(crate) fn set_profile(&mut self, profile: &Arc<Profile>) {
        if !self.profile.as_ref().is_some_and(|own| Arc::ptr_eq(own, profile)) {
            self.profile = Some(profile.clone());
        }
    }
}

macro_rules! try_from_record {
    ($($type:ty),*) => {$(
        impl TryFrom<&Record> for $type {
            type Error = Fault;

            fn try_from(record: &Record) -> Result<Self, Fault> {
                Self::try_from(&record.raw()?)
            }
        }
    )*};
}

try_from_record!(Update, Opening);
