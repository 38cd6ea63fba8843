//! The records: typed, and lazy over the bytes of a line. This is the definition.

use flagflow_codec::{OutOfRange, Slot, try_from_record};
use flagflow_domain::{EffectiveDate, MpanCore, ServiceFlag};

use crate::error::{Fault, FieldFault};
use crate::field::{
    FileIdentifier, SupplierId, check_content, parse_date, parse_file_identifier, parse_flag,
    parse_mpan, parse_number, parse_supplier,
};
use crate::item::{Electricity, Field, Flow, LineTag};

/// One line cut into items, its values unread.
pub type RawRecord<'a> = flagflow_codec::RawLine<'a, Electricity>;

/// One item of a line.
pub type RawItem<'a> = flagflow_codec::RawItem<'a, Electricity>;

/// A line of a file's body as a reader hands it out, cut into items.
pub type Record = flagflow_codec::Record<Electricity>;

/// The largest instruction number of any profile, 19 digits.
pub const MAX_INSTRUCTION_NUMBER: u64 = 9_999_999_999_999_999_999;

/// The largest count of instructions of any profile, 9 digits.
pub const MAX_COUNT: u32 = 999_999_999;

const fn checked_number(number: u64, field: Field) -> Result<u64, OutOfRange<Field>> {
    if number > MAX_INSTRUCTION_NUMBER { Err(OutOfRange(field)) } else { Ok(number) }
}

const fn checked_count(count: u32, field: Field) -> Result<u32, OutOfRange<Field>> {
    if count > MAX_COUNT { Err(OutOfRange(field)) } else { Ok(count) }
}

#[cfg(feature = "arbitrary")]
fn arbitrary_number(u: &mut arbitrary::Unstructured<'_>) -> arbitrary::Result<u64> {
    // what the built-in profiles can write
    u.int_in_range(0..=999_999_999_999)
}

#[cfg(feature = "arbitrary")]
fn arbitrary_count(u: &mut arbitrary::Unstructured<'_>) -> arbitrary::Result<u32> {
    // what the built-in profiles can write
    u.int_in_range(0..=99_999)
}

#[cfg(feature = "serde")]
fn read_number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let number = serde::Deserialize::deserialize(deserializer)?;
    checked_number(number, Field::InstructionNumber).map_err(serde::de::Error::custom)
}

#[cfg(feature = "serde")]
fn read_count<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let count = serde::Deserialize::deserialize(deserializer)?;
    checked_count(count, Field::Received).map_err(serde::de::Error::custom)
}

/// One update of a flag, from the DCC to a distributor's registration service.
///
/// | item | characters in the built-in profile |
/// |---|---|
/// | instruction number J0109 | INT(12) |
/// | MPAN core J0003 | NUM(13) |
/// | DCC Service Flag J1833 | CHAR(1) |
/// | effective from date J1834 | DATE(8) |
/// | supplier id J0084, the supplier that asked for the change | CHAR(4) |
///
/// All are mandatory. The group's code (`82H`), the order of the items and the instruction type
/// `DC01` are the profile's and no part of the value: a line with another type is no D0350.
///
/// ```
/// use flagflow_electricity::D0350;
///
/// let update: D0350 = "82H|1|DC01|1013044353630|A|20240114|MRCY|".parse()?;
/// assert_eq!(update.supplier_id().as_str(), "MRCY");
/// # Ok::<(), flagflow_electricity::Fault>(())
/// ```
///
/// Source: Data Transfer Catalogue 15.4, flow D0350 version 001.
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
    supplier_id: SupplierId,
}

impl D0350 {
    /// An update of a point's flag, effective from a day on, that a supplier asked for.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] for an instruction number over [`MAX_INSTRUCTION_NUMBER`].
    pub const fn new(
        instruction_number: u64,
        mpan_core: MpanCore,
        flag: ServiceFlag,
        effective_from: EffectiveDate,
        supplier_id: SupplierId,
    ) -> Result<Self, OutOfRange<Field>> {
        match checked_number(instruction_number, Field::InstructionNumber) {
            Ok(instruction_number) => {
                Ok(Self { instruction_number, mpan_core, flag, effective_from, supplier_id })
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

    /// The supplier that asked for the change.
    #[must_use]
    pub const fn supplier_id(&self) -> SupplierId {
        self.supplier_id
    }

    /// The same update with another flag.
    #[must_use]
    pub const fn with_flag(self, flag: ServiceFlag) -> Self {
        Self { flag, ..self }
    }

    /// The rejection of this update, with all its values: the rejecter's own instruction number and
    /// the day on which the update is deemed to be received.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] for an instruction number over [`MAX_INSTRUCTION_NUMBER`].
    pub const fn rejected(
        &self,
        instruction_number: u64,
        deemed_received: EffectiveDate,
    ) -> Result<D0351, OutOfRange<Field>> {
        match D0351::new(instruction_number, self.instruction_number, deemed_received) {
            Ok(rejection) => Ok(D0351 {
                mpan_core: Some(self.mpan_core),
                flag: Some(self.flag),
                effective_from: Some(self.effective_from),
                supplier_id: Some(self.supplier_id),
                ..rejection
            }),
            Err(error) => Err(error),
        }
    }
}

/// The rejection of one update, from a distributor's registration service to the DCC; its reasons
/// are lines below it ([`ReasonCode`](crate::ReasonCode)).
///
/// | item | characters in the built-in profile | |
/// |---|---|---|
/// | instruction number J0109, the rejecter's own | INT(12) | mandatory |
/// | incoming instruction number J1017, the rejected update's | NUM(12) | mandatory |
/// | MPAN core J0003 | NUM(13) | optional |
/// | deemed received date J0821 | DATE(8) | mandatory |
/// | DCC Service Flag J1833 | CHAR(1) | optional |
/// | effective from date J1834 | DATE(8) | optional |
/// | supplier id J0084 | CHAR(4) | optional |
///
/// The optional items are the refused update's, as far as it had something usable there. The
/// group's code (`84H`), the order of the items and the instruction type `DC11` are the profile's.
///
/// ```
/// use flagflow_electricity::D0351;
///
/// let rejection: D0351 = "84H|9|DC11|1||20240115|A|||".parse()?;
/// assert_eq!(rejection.incoming_instruction_number(), 1);
/// assert_eq!(rejection.mpan_core(), None);
/// # Ok::<(), flagflow_electricity::Fault>(())
/// ```
///
/// Source: Data Transfer Catalogue 15.4, flow D0351 version 001.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct D0351 {
    #[cfg_attr(feature = "arbitrary", arbitrary(with = arbitrary_number))]
    #[cfg_attr(feature = "serde", serde(deserialize_with = "read_number"))]
    instruction_number: u64,
    #[cfg_attr(feature = "arbitrary", arbitrary(with = arbitrary_number))]
    #[cfg_attr(feature = "serde", serde(deserialize_with = "read_number"))]
    incoming_instruction_number: u64,
    mpan_core: Option<MpanCore>,
    #[cfg_attr(feature = "serde", serde(rename = "deemed_received_date"))]
    deemed_received: EffectiveDate,
    #[cfg_attr(feature = "serde", serde(rename = "dcc_service_flag"))]
    flag: Option<ServiceFlag>,
    #[cfg_attr(feature = "serde", serde(rename = "effective_from_date"))]
    effective_from: Option<EffectiveDate>,
    supplier_id: Option<SupplierId>,
}

impl D0351 {
    /// A rejection of the update that has the incoming instruction number, with none of the
    /// optional items.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] for a number over [`MAX_INSTRUCTION_NUMBER`].
    pub const fn new(
        instruction_number: u64,
        incoming_instruction_number: u64,
        deemed_received: EffectiveDate,
    ) -> Result<Self, OutOfRange<Field>> {
        let numbers = (
            checked_number(instruction_number, Field::InstructionNumber),
            checked_number(incoming_instruction_number, Field::IncomingInstructionNumber),
        );
        match numbers {
            (Ok(instruction_number), Ok(incoming_instruction_number)) => Ok(Self {
                instruction_number,
                incoming_instruction_number,
                mpan_core: None,
                deemed_received,
                flag: None,
                effective_from: None,
                supplier_id: None,
            }),
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }

    /// The same rejection with an MPAN core.
    #[must_use]
    pub const fn with_mpan_core(self, mpan_core: MpanCore) -> Self {
        Self { mpan_core: Some(mpan_core), ..self }
    }

    /// The same rejection with a DCC Service Flag.
    #[must_use]
    pub const fn with_flag(self, flag: ServiceFlag) -> Self {
        Self { flag: Some(flag), ..self }
    }

    /// The same rejection with an effective from date.
    #[must_use]
    pub const fn with_effective_from(self, date: EffectiveDate) -> Self {
        Self { effective_from: Some(date), ..self }
    }

    /// The same rejection with a supplier id.
    #[must_use]
    pub const fn with_supplier_id(self, supplier_id: SupplierId) -> Self {
        Self { supplier_id: Some(supplier_id), ..self }
    }

    /// The rejecter's own instruction number.
    #[must_use]
    pub const fn instruction_number(&self) -> u64 {
        self.instruction_number
    }

    /// The instruction number of the update that is rejected: the only sure link back.
    #[must_use]
    pub const fn incoming_instruction_number(&self) -> u64 {
        self.incoming_instruction_number
    }

    /// MPAN core, if it is filled.
    #[must_use]
    pub const fn mpan_core(&self) -> Option<MpanCore> {
        self.mpan_core
    }

    /// The working day on which the update's file was received.
    #[must_use]
    pub const fn deemed_received(&self) -> EffectiveDate {
        self.deemed_received
    }

    /// DCC Service Flag, if it is filled.
    #[must_use]
    pub const fn flag(&self) -> Option<ServiceFlag> {
        self.flag
    }

    /// Effective from date, if it is filled.
    #[must_use]
    pub const fn effective_from(&self) -> Option<EffectiveDate> {
        self.effective_from
    }

    /// Supplier id, if it is filled.
    #[must_use]
    pub const fn supplier_id(&self) -> Option<SupplierId> {
        self.supplier_id
    }
}

/// The confirmation of one file of updates, from a distributor's registration service to the DCC:
/// the counts of its instructions.
///
/// | item | characters in the built-in profile |
/// |---|---|
/// | instruction number J0109 | INT(12) |
/// | deemed received date J0821 | DATE(8) |
/// | identifier of the answered file J1064 | CHAR(10) |
/// | received J0522, accepted J0523, rejected J0524 | NUM(5) each |
///
/// All are mandatory. The group's code (`357`), the order of the items and the instruction type
/// `DC90` are the profile's. That accepted and rejected add up to received is the validator's to
/// check.
///
/// ```
/// use flagflow_electricity::D0172;
///
/// let confirmation: D0172 = "357|1|DC90|20240115|0000000042|14|13|1|".parse()?;
/// assert_eq!((confirmation.received(), confirmation.accepted()), (14, 13));
/// # Ok::<(), flagflow_electricity::Fault>(())
/// ```
///
/// Source: Data Transfer Catalogue 15.4, flow D0172 version 001.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct D0172 {
    #[cfg_attr(feature = "arbitrary", arbitrary(with = arbitrary_number))]
    #[cfg_attr(feature = "serde", serde(deserialize_with = "read_number"))]
    instruction_number: u64,
    #[cfg_attr(feature = "serde", serde(rename = "deemed_received_date"))]
    deemed_received: EffectiveDate,
    #[cfg_attr(feature = "serde", serde(rename = "answered_file_identifier"))]
    file_identifier: FileIdentifier,
    #[cfg_attr(feature = "arbitrary", arbitrary(with = arbitrary_count))]
    #[cfg_attr(feature = "serde", serde(deserialize_with = "read_count"))]
    received: u32,
    #[cfg_attr(feature = "arbitrary", arbitrary(with = arbitrary_count))]
    #[cfg_attr(feature = "serde", serde(deserialize_with = "read_count"))]
    accepted: u32,
    #[cfg_attr(feature = "arbitrary", arbitrary(with = arbitrary_count))]
    #[cfg_attr(feature = "serde", serde(deserialize_with = "read_count"))]
    rejected: u32,
}

impl D0172 {
    /// A confirmation of the file that has the identifier: the instructions that were received,
    /// accepted and rejected.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] for an instruction number over [`MAX_INSTRUCTION_NUMBER`] and for a count
    /// over [`MAX_COUNT`].
    pub const fn new(
        instruction_number: u64,
        deemed_received: EffectiveDate,
        file_identifier: FileIdentifier,
        received: u32,
        accepted: u32,
        rejected: u32,
    ) -> Result<Self, OutOfRange<Field>> {
        let numbers = (
            checked_number(instruction_number, Field::InstructionNumber),
            checked_count(received, Field::Received),
            checked_count(accepted, Field::Accepted),
            checked_count(rejected, Field::Rejected),
        );
        match numbers {
            (Ok(instruction_number), Ok(received), Ok(accepted), Ok(rejected)) => Ok(Self {
                instruction_number,
                deemed_received,
                file_identifier,
                received,
                accepted,
                rejected,
            }),
            (Err(error), ..)
            | (_, Err(error), ..)
            | (_, _, Err(error), _)
            | (_, _, _, Err(error)) => Err(error),
        }
    }

    /// Instruction number.
    #[must_use]
    pub const fn instruction_number(&self) -> u64 {
        self.instruction_number
    }

    /// The working day on which the answered file was received.
    #[must_use]
    pub const fn deemed_received(&self) -> EffectiveDate {
        self.deemed_received
    }

    /// The identifier of the answered file.
    #[must_use]
    pub const fn file_identifier(&self) -> FileIdentifier {
        self.file_identifier
    }

    /// The number of instructions received.
    #[must_use]
    pub const fn received(&self) -> u32 {
        self.received
    }

    /// The number of instructions accepted.
    #[must_use]
    pub const fn accepted(&self) -> u32 {
        self.accepted
    }

    /// The number of instructions rejected.
    #[must_use]
    pub const fn rejected(&self) -> u32 {
        self.rejected
    }
}

/// A record of any flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(tag = "flow"))]
pub enum Instruction {
    /// An update.
    D0350(D0350),
    /// A rejection.
    D0351(D0351),
    /// A confirmation.
    D0172(D0172),
}

impl Instruction {
    /// Returns the flow that the record belongs to.
    #[must_use]
    pub const fn flow(&self) -> Flow {
        match self {
            Self::D0350(_) => Flow::D0350,
            Self::D0351(_) => Flow::D0351,
            Self::D0172(_) => Flow::D0172,
        }
    }

    /// Instruction number.
    #[must_use]
    pub const fn instruction_number(&self) -> u64 {
        match self {
            Self::D0350(update) => update.instruction_number,
            Self::D0351(rejection) => rejection.instruction_number,
            Self::D0172(confirmation) => confirmation.instruction_number,
        }
    }

    /// MPAN core, if the record has one.
    #[must_use]
    pub const fn mpan_core(&self) -> Option<MpanCore> {
        match self {
            Self::D0350(update) => Some(update.mpan_core),
            Self::D0351(rejection) => rejection.mpan_core,
            Self::D0172(_) => None,
        }
    }

    /// DCC Service Flag, if the record has one.
    #[must_use]
    pub const fn flag(&self) -> Option<ServiceFlag> {
        match self {
            Self::D0350(update) => Some(update.flag),
            Self::D0351(rejection) => rejection.flag,
            Self::D0172(_) => None,
        }
    }

    /// Effective from date, if the record has one.
    #[must_use]
    pub const fn effective_from(&self) -> Option<EffectiveDate> {
        match self {
            Self::D0350(update) => Some(update.effective_from),
            Self::D0351(rejection) => rejection.effective_from,
            Self::D0172(_) => None,
        }
    }

    /// Supplier id, if the record has one.
    #[must_use]
    pub const fn supplier_id(&self) -> Option<SupplierId> {
        match self {
            Self::D0350(update) => Some(update.supplier_id),
            Self::D0351(rejection) => rejection.supplier_id,
            Self::D0172(_) => None,
        }
    }

    /// Deemed received date, of an answer.
    #[must_use]
    pub const fn deemed_received(&self) -> Option<EffectiveDate> {
        match self {
            Self::D0350(_) => None,
            Self::D0351(rejection) => Some(rejection.deemed_received),
            Self::D0172(confirmation) => Some(confirmation.deemed_received),
        }
    }
}

macro_rules! instruction_of {
    ($($flow:ident),*) => {$(
        impl From<$flow> for Instruction {
            fn from(record: $flow) -> Self {
                Self::$flow(record)
            }
        }

        impl From<&$flow> for Instruction {
            fn from(record: &$flow) -> Self {
                Self::$flow(*record)
            }
        }

        impl TryFrom<Instruction> for $flow {
            type Error = Instruction;

            fn try_from(instruction: Instruction) -> Result<Self, Instruction> {
                match instruction {
                    Instruction::$flow(record) => Ok(record),
                    _ => Err(instruction),
                }
            }
        }

        impl TryFrom<&RawRecord<'_>> for $flow {
            type Error = Fault;

            fn try_from(raw: &RawRecord<'_>) -> Result<Self, Fault> {
                Instruction::try_from(raw)?.try_into().map_err(|_| raw.unexpected())
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

instruction_of!(D0350, D0351, D0172);

impl From<&Self> for Instruction {
    fn from(instruction: &Self) -> Self {
        *instruction
    }
}

/// The values of a record, as far as they were read.
#[derive(Default)]
struct RecordDraft {
    instruction_number: Option<u64>,
    incoming_instruction_number: Option<u64>,
    mpan_core: Option<MpanCore>,
    deemed_received: Option<EffectiveDate>,
    flag: Option<ServiceFlag>,
    effective_from: Option<EffectiveDate>,
    supplier_id: Option<SupplierId>,
    file_identifier: Option<FileIdentifier>,
    /// Received, accepted and rejected.
    counts: [Option<u32>; 3],
}

impl RecordDraft {
    fn take(&mut self, item: &RawItem<'_>, constant: &str) -> Result<(), Fault> {
        let spec = item.spec();
        if is_absent(item) {
            return Ok(());
        }
        let most = spec.length;
        let number = |text: &_| parse_number(text, most).map(Some);
        let count = |text: &_| parse_count(text, most).map(Some);
        match (is_carried(spec.slot), spec.field) {
            (false, Field::InstructionNumber) => self.instruction_number = item.read(number)?,
            (false, Field::IncomingInstructionNumber) => {
                self.incoming_instruction_number = item.read(number)?;
            }
            (false, Field::MpanCore) => self.mpan_core = Some(item.read(parse_mpan)?),
            (false, Field::DeemedReceivedDate) => {
                self.deemed_received = Some(item.read(parse_date)?);
            }
            (false, Field::DccServiceFlag) => self.flag = Some(item.read(parse_flag)?),
            (false, Field::EffectiveFromDate) => self.effective_from = Some(item.read(parse_date)?),
            (false, Field::SupplierId) => self.supplier_id = Some(item.read(parse_supplier)?),
            (false, Field::AnsweredFileIdentifier) => {
                self.file_identifier = Some(item.read(parse_file_identifier)?);
            }
            (false, Field::Received) => self.counts[0] = item.read(count)?,
            (false, Field::Accepted) => self.counts[1] = item.read(count)?,
            (false, Field::Rejected) => self.counts[2] = item.read(count)?,
            _ => check_item(item, constant)?,
        }
        Ok(())
    }

    /// `None` for a profile without an item that the flow needs; there is no such profile.
    fn into_record(self) -> Option<Instruction> {
        let instruction_number = self.instruction_number?;
        let record = match (self.counts, self.incoming_instruction_number) {
            ([Some(received), Some(accepted), Some(rejected)], _) => Instruction::D0172(D0172 {
                instruction_number,
                deemed_received: self.deemed_received?,
                file_identifier: self.file_identifier?,
                received,
                accepted,
                rejected,
            }),
            (_, Some(incoming_instruction_number)) => Instruction::D0351(D0351 {
                instruction_number,
                incoming_instruction_number,
                mpan_core: self.mpan_core,
                deemed_received: self.deemed_received?,
                flag: self.flag,
                effective_from: self.effective_from,
                supplier_id: self.supplier_id,
            }),
            _ => Instruction::D0350(D0350 {
                instruction_number,
                mpan_core: self.mpan_core?,
                flag: self.flag?,
                effective_from: self.effective_from?,
                supplier_id: self.supplier_id?,
            }),
        };
        Some(record)
    }
}

/// Reads a count of at most nine digits.
fn parse_count(item: &[u8], length: usize) -> Result<u32, FieldFault> {
    let number = parse_number(item, length)?;
    // no profile has a longer one
    Ok(u32::try_from(number).unwrap_or(u32::MAX))
}

/// Returns whether an item is no part of a typed value.
const fn is_carried(slot: Slot) -> bool {
    slot.is_extra() || matches!(slot, Slot::Constant | Slot::Unused)
}

/// Returns whether an optional item has no value. Of a supplier id, a reason code and an identifier
/// spaces are none, as they are of a mandatory one.
#[must_use]
#[inline]
pub fn is_absent(item: &RawItem<'_>) -> bool {
    let spec = item.spec();
    let is_value_of_text = matches!(
        spec.field,
        Field::SupplierId | Field::RejectionReasonCode | Field::AnsweredFileIdentifier
    );
    let text = item.as_bytes();
    let is_spaces =
        || is_value_of_text && text.len() <= spec.length && text.iter().all(|it| *it == b' ');
    !spec.mandatory && (item.is_empty() || is_spaces())
}

/// Checks an item that is no part of a typed value. An optional item may be empty; one that only
/// the profile has a name for may have any text.
fn check_item(item: &RawItem<'_>, constant: &str) -> Result<(), Fault> {
    let spec = item.spec();
    match spec.slot {
        _ if is_absent(item) => Ok(()),
        Slot::Extra => item.read(|_| Ok(())),
        _ => item.read(|text| check_content(spec, text, constant)),
    }
}

/// The definition: the items of the records' group, in the profile's order.
impl TryFrom<&RawRecord<'_>> for Instruction {
    type Error = Fault;

    fn try_from(raw: &RawRecord<'_>) -> Result<Self, Fault> {
        raw.require(LineTag::Record)?;
        let mut draft = RecordDraft::default();
        for item in raw.items() {
            draft.take(&item, raw.spec().constant())?;
        }
        draft.into_record().ok_or(raw.unexpected())
    }
}

/// A line of a group without records in it: the level-1 group, which opens a set of records, or a
/// further group that only the profile knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Opening {
    tag: LineTag,
    /// File sequence number J0330, where the group has that item.
    pub file_sequence_number: Option<u64>,
}

impl Opening {
    /// The level-1 group above the records, with a file sequence number or without.
    #[must_use]
    pub const fn new(file_sequence_number: Option<u64>) -> Self {
        Self { tag: LineTag::Group, file_sequence_number }
    }

    /// Returns the name of the group's line.
    #[must_use]
    pub const fn tag(&self) -> LineTag {
        self.tag
    }
}

/// The definition: the items of the group, in the profile's order.
impl TryFrom<&RawRecord<'_>> for Opening {
    type Error = Fault;

    fn try_from(raw: &RawRecord<'_>) -> Result<Self, Fault> {
        let tag = raw.tag();
        if !matches!(tag, LineTag::Group | LineTag::Further(_)) {
            return Err(raw.unexpected());
        }
        raw.items().try_for_each(|item| check_item(&item, raw.spec().constant()))?;
        let sequence = raw.item_of(Field::FileSequenceNumber).filter(|item| !item.is_empty());
        let number = sequence.map(|item| item.read(|text| parse_number(text, item.spec().length)));
        Ok(Self { tag, file_sequence_number: number.transpose()? })
    }
}

try_from_record!(Electricity: Instruction, Opening);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_are_no_value_of_an_optional_supplier() {
        for (text, expected) in [("", Ok(None)), ("  ", Ok(None)), ("MRCY", Ok(Some("MRCY")))] {
            let line = format!("84H|9|DC11|1||20240115|A||{text}|");
            let supplier =
                line.parse::<D0351>().map(|it| it.supplier_id().map(|it| it.to_string()));
            assert_eq!(
                supplier,
                expected.map(|it: Option<&str>| it.map(str::to_owned)),
                "{text:?}"
            );
        }
        for text in ["     ", " \t"] {
            assert!(format!("84H|9|DC11|1||20240115|A||{text}|").parse::<D0351>().is_err());
        }
        let mandatory = "82H|1|DC01|1013044353630|A|20240114|  |".parse::<D0350>();
        assert!(mandatory.is_err_and(|fault| fault.field == Some(Field::SupplierId)));
    }
}
