//! The records: typed, and lazy over the bytes of a line. This is the definition.

use flagflow_codec::{ItemKind, LineKind, OutOfRange, Slot, try_from_record};
use flagflow_domain::{EffectiveDate, MpanCore, ServiceFlag};

use crate::error::Fault;
use crate::field::{
    ReasonCode, parse_constant, parse_date, parse_flag, parse_mpan, parse_number, parse_reason,
};
use crate::item::{Electricity, Field, Flow};

/// One line cut into items, its values unread.
pub type RawRecord<'a> = flagflow_codec::RawLine<'a, Electricity>;

/// One item of a line.
pub type RawItem<'a> = flagflow_codec::RawItem<'a, Electricity>;

/// A line of a file's body as a reader hands it out, cut into items.
pub type Record = flagflow_codec::Record<Electricity>;

/// The largest instruction number of any profile, 19 digits.
pub const MAX_INSTRUCTION_NUMBER: u64 = 9_999_999_999_999_999_999;

const fn checked_number(number: u64) -> Result<u64, OutOfRange<Field>> {
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
    ) -> Result<Self, OutOfRange<Field>> {
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
/// Its items: the rejected instruction number, its MPAN core (13 digits), and a reason code (at
/// most 8 characters in the built-in profile). Order and code are the profile's, as for [`D0350`];
/// the instruction type is `DC11`.
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
    ) -> Result<Self, OutOfRange<Field>> {
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
    /// Returns which flow it belongs to.
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
    fn take(&mut self, item: &RawItem<'_>, constant: &str) -> Result<(), Fault> {
        let most = item.spec().length;
        match item.spec().slot {
            Slot::Number => {
                self.instruction_number = Some(item.read(|text| parse_number(text, most))?);
            }
            Slot::Point(_) => self.mpan_core = Some(item.read(parse_mpan)?),
            Slot::Flag => self.flag = Some(item.read(parse_flag)?),
            Slot::Date => self.effective_from = Some(item.read(parse_date)?),
            Slot::Reason => self.reason = Some(item.read(parse_reason)?),
            _ => check_item(item, constant)?,
        }
        Ok(())
    }

    /// `None` for a profile without an item that the flow needs; there is no such profile.
    fn into_update(self) -> Option<Update> {
        let (instruction_number, mpan_core) = (self.instruction_number?, self.mpan_core?);
        Some(match self.reason {
            Some(reason) => Update::D0351(D0351 { instruction_number, mpan_core, reason }),
            None => Update::D0350(D0350 {
                instruction_number,
                mpan_core,
                flag: self.flag?,
                effective_from: self.effective_from?,
            }),
        })
    }
}

/// Checks an item that is not part of a typed value.
fn check_item(item: &RawItem<'_>, constant: &str) -> Result<(), Fault> {
    let spec = item.spec();
    match (spec.slot, spec.kind) {
        (Slot::Constant, _) => item.read(|text| parse_constant(text, constant)),
        (Slot::Checked | Slot::Unused, ItemKind::Number) => {
            item.read(|text| parse_number(text, spec.length)).map(|_| ())
        }
        (Slot::Checked, ItemKind::Flag) => item.read(parse_flag).map(|_| ()),
        (Slot::Checked, ItemKind::Date) => item.read(parse_date).map(|_| ()),
        _ => item.read(|_| Ok(())),
    }
}

/// The definition: the items of the update group, in the profile's order.
impl TryFrom<&RawRecord<'_>> for Update {
    type Error = Fault;

    fn try_from(raw: &RawRecord<'_>) -> Result<Self, Fault> {
        raw.require(LineKind::Record)?;
        let mut values = Values::default();
        for item in raw.items() {
            values.take(&item, raw.spec().constant())?;
        }
        values.into_update().ok_or(raw.unexpected())
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
        raw.items().try_for_each(|item| check_item(&item, raw.spec().constant()))?;
        let sequence = raw.item_of(Field::FileSequenceNumber);
        let number = sequence.map(|item| item.read(|text| parse_number(text, item.spec().length)));
        Ok(Self { file_sequence_number: number.transpose()? })
    }
}

try_from_record!(Electricity: Update, Opening);
