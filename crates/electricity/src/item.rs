//! The items of lines as data: which field each is, what its bytes may be, how long it may get.

use std::fmt;
use std::str::FromStr;

use flagflow_codec::{Item, ItemKind, LineKind, Names, Slot};
use flagflow_domain::Fuel;

use crate::text::ShortText;

/// One of the electricity flows that carry the DCC Service Flag and its answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum Flow {
    /// Notification of DCC Services at Metering Point, DCC to the distributor's registration
    /// service (MPAS).
    D0350,
    /// Rejection of Update to DCC Service Flag, MPAS to DCC.
    D0351,
    /// Confirmation of Changes, MPAS to DCC: the counts of one D0350.
    D0172,
}

impl Flow {
    /// Every flow.
    pub const ALL: [Self; 3] = [Self::D0350, Self::D0351, Self::D0172];

    /// The flow's number as headers have it, `D0350`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::D0350 => "D0350",
            Self::D0351 => "D0351",
            Self::D0172 => "D0172",
        }
    }

    /// The name that reports and options use: `d0350`, `d0351`, `d0172`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::D0350 => "d0350",
            Self::D0351 => "d0351",
            Self::D0172 => "d0172",
        }
    }

    /// The flow's title in the catalogue.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::D0350 => "Notification of DCC Services at Metering Point",
            Self::D0351 => "Rejection of Update to DCC Service Flag",
            Self::D0172 => "Confirmation of Changes",
        }
    }

    /// Returns the flow that a header's item "flow and version" names, whatever the version.
    #[must_use]
    pub fn of_header(item: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|flow| item.starts_with(flow.as_str().as_bytes()))
    }
}

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text is not the name of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a flow: expected d0350, d0351 or d0172")]
pub struct UnknownFlow;

/// Reads either form, `D0350` or `d0350`.
impl FromStr for Flow {
    type Err = UnknownFlow;

    fn from_str(text: &str) -> Result<Self, UnknownFlow> {
        Self::ALL.into_iter().find(|f| [f.as_str(), f.name()].contains(&text)).ok_or(UnknownFlow)
    }
}

/// The electricity flows: the parts of the codec that are their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Electricity;

/// The table of a profile's files in one layout.
pub type Table = flagflow_codec::Table<Electricity>;

impl Names for Electricity {
    type Field = Field;
    type Tag = LineTag;
    type Layout = Layout;

    const CODE_IS_ITEM: bool = false;
    const FUEL: Fuel = Fuel::Electricity;
    const POINT: Field = Field::MpanCore;
    const FLAG: Field = Field::DccServiceFlag;
    const DAY: Field = Field::EffectiveFromDate;
}

/// The name of a line of a profile: its part in the file, or its place among the groups that only
/// the profile knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineTag {
    /// The header.
    Header,
    /// The level-1 group above the records.
    Group,
    /// A record.
    Record,
    /// A reason below a record.
    Reason,
    /// A further group, by its place among these in the profile.
    Further(u8),
    /// The trailer.
    Trailer,
}

/// The first line of its kind.
impl From<LineKind> for LineTag {
    fn from(kind: LineKind) -> Self {
        match kind {
            LineKind::Header => Self::Header,
            LineKind::Group => Self::Group,
            LineKind::Record => Self::Record,
            LineKind::Reason => Self::Reason,
            LineKind::Trailer => Self::Trailer,
        }
    }
}

/// The order and the delimiters of the items in their line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum Layout {
    /// The delimited user file: a bar after each item, nothing quoted, nothing escaped.
    Zhv,
    /// The fixed-length user file: each item at its most characters, text padded right with spaces,
    /// numbers left with zeros, no bars (profile).
    Zhf,
}

impl Layout {
    /// Both layouts.
    pub const ALL: [Self; 2] = [Self::Zhv, Self::Zhf];

    /// The layout of a file, by its first line that has any text: the header's code.
    #[must_use]
    pub fn recognise(line: &[u8]) -> Option<Self> {
        match line {
            [b'Z', b'H', b'V', b'|', ..] => Some(Self::Zhv),
            [b'Z', b'H', b'F', ..] => Some(Self::Zhf),
            _ => None,
        }
    }

    /// The code of the layout's header, `ZHV` or `ZHF`.
    #[must_use]
    pub const fn header_code(self) -> &'static str {
        match self {
            Self::Zhv => "ZHV",
            Self::Zhf => "ZHF",
        }
    }

    /// The name that reports and options use: `zhv`, `zhf`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Zhv => "zhv",
            Self::Zhf => "zhf",
        }
    }
}

/// The code of a trailer, in both layouts.
pub const TRAILER_CODE: &str = "ZPT";

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text is not the name of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a layout: expected zhv or zhf")]
pub struct UnknownLayout;

impl FromStr for Layout {
    type Err = UnknownLayout;

    fn from_str(text: &str) -> Result<Self, UnknownLayout> {
        Self::ALL.into_iter().find(|l| l.as_str() == text).ok_or(UnknownLayout)
    }
}

/// The name of a profile's item that this crate has no name for: at most 32 lower-case letters,
/// digits and underscores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemName(ShortText<32>);

impl ItemName {
    /// The most characters of a name.
    pub const MOST: usize = 32;

    /// The name of some text, if it is one: a lower-case letter, then letters, digits and
    /// underscores.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        let plain = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'_';
        let (name, begins) = (name.as_bytes(), name.starts_with(|c: char| c.is_ascii_lowercase()));
        if begins && name.iter().all(plain) { ShortText::new(name).map(Self) } else { None }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// An item of any line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the source's, `Field::item` spells them")]
pub enum Field {
    FileIdentifier,
    FlowAndVersion,
    FromRole,
    FromParticipant,
    ToRole,
    ToParticipant,
    Created,
    SendingApplication,
    ReceivingApplication,
    Broadcast,
    TestFlag,
    GroupCount,
    Checksum,
    FlowCount,
    Completed,
    FileSequenceNumber,
    InstructionNumber,
    InstructionType,
    IncomingInstructionNumber,
    MpanCore,
    DeemedReceivedDate,
    DccServiceFlag,
    EffectiveFromDate,
    SupplierId,
    RejectionReasonCode,
    AnsweredFileIdentifier,
    Received,
    Accepted,
    Rejected,
    /// An item that only the profile has a name for; it is carried through unread.
    Other(ItemName),
}

impl Field {
    /// Every field but [`Field::Other`].
    pub const ALL: [Self; 29] = [
        Self::FileIdentifier,
        Self::FlowAndVersion,
        Self::FromRole,
        Self::FromParticipant,
        Self::ToRole,
        Self::ToParticipant,
        Self::Created,
        Self::SendingApplication,
        Self::ReceivingApplication,
        Self::Broadcast,
        Self::TestFlag,
        Self::GroupCount,
        Self::Checksum,
        Self::FlowCount,
        Self::Completed,
        Self::FileSequenceNumber,
        Self::InstructionNumber,
        Self::InstructionType,
        Self::IncomingInstructionNumber,
        Self::MpanCore,
        Self::DeemedReceivedDate,
        Self::DccServiceFlag,
        Self::EffectiveFromDate,
        Self::SupplierId,
        Self::RejectionReasonCode,
        Self::AnsweredFileIdentifier,
        Self::Received,
        Self::Accepted,
        Self::Rejected,
    ];

    /// The field of a name in a profile: one of ours, or another that is a name at all.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|field| field.name() == name)
            .or_else(|| ItemName::new(name).map(Self::Other))
    }

    /// The field's name in reports and profiles, `mpan_core`.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::FileIdentifier => "file_identifier",
            Self::FlowAndVersion => "flow_and_version",
            Self::FromRole => "from_role",
            Self::FromParticipant => "from_participant",
            Self::ToRole => "to_role",
            Self::ToParticipant => "to_participant",
            Self::Created => "created",
            Self::SendingApplication => "sending_application",
            Self::ReceivingApplication => "receiving_application",
            Self::Broadcast => "broadcast",
            Self::TestFlag => "test_flag",
            Self::GroupCount => "group_count",
            Self::Checksum => "checksum",
            Self::FlowCount => "flow_count",
            Self::Completed => "completed",
            Self::FileSequenceNumber => "file_sequence_number",
            Self::InstructionNumber => "instruction_number",
            Self::InstructionType => "instruction_type",
            Self::IncomingInstructionNumber => "incoming_instruction_number",
            Self::MpanCore => "mpan_core",
            Self::DeemedReceivedDate => "deemed_received_date",
            Self::DccServiceFlag => "dcc_service_flag",
            Self::EffectiveFromDate => "effective_from_date",
            Self::SupplierId => "supplier_id",
            Self::RejectionReasonCode => "rejection_reason_code",
            Self::AnsweredFileIdentifier => "answered_file_identifier",
            Self::Received => "received",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Other(name) => name.as_str(),
        }
    }

    /// The field's name and number in the source, `MPAN core (J0003)`, as far as they are public.
    #[must_use]
    pub fn item(&self) -> &str {
        match self {
            Self::FileIdentifier => "File Identifier (J1064)",
            Self::FlowAndVersion => "Flow and Version",
            Self::FromRole => "From Role (J0934)",
            Self::FromParticipant => "From Participant (J0938)",
            Self::ToRole => "To Role",
            Self::ToParticipant => "To Participant",
            Self::Created => "File Creation Timestamp (J0280)",
            Self::SendingApplication => "Sending Application",
            Self::ReceivingApplication => "Receiving Application",
            Self::Broadcast => "Broadcast",
            Self::TestFlag => "Test Data Flag",
            Self::GroupCount => "Group Count",
            Self::Checksum => "Checksum",
            Self::FlowCount => "Flow Count",
            Self::Completed => "File Completion Timestamp",
            Self::FileSequenceNumber => "File Sequence Number (J0330)",
            Self::InstructionNumber => "Instruction Number (J0109)",
            Self::InstructionType => "Instruction Type (J0723)",
            Self::IncomingInstructionNumber => "Incoming Instruction Number (J1017)",
            Self::MpanCore => "MPAN Core (J0003)",
            Self::DeemedReceivedDate => "Deemed Received Date (J0821)",
            Self::DccServiceFlag => "DCC Service Flag (J1833)",
            Self::EffectiveFromDate => "Effective From Date {DCCF} (J1834)",
            Self::SupplierId => "Supplier Id (J0084)",
            Self::RejectionReasonCode => "Rejection Reason Code (J0107)",
            Self::AnsweredFileIdentifier => "Identifier of the answered file (J1064)",
            Self::Received => "Instructions received (J0522)",
            Self::Accepted => "Instructions accepted (J0523)",
            Self::Rejected => "Instructions rejected (J0524)",
            Self::Other(name) => name.as_str(),
        }
    }
}

impl AsRef<str> for Field {
    fn as_ref(&self) -> &str {
        self.name()
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One item of a line: a row of the profile's table.
pub type ItemSpec = Item<Field>;

pub(crate) const fn item(field: Field, kind: ItemKind, length: usize) -> ItemSpec {
    Item::new(field, kind, length, Slot::Unused)
}

/// An item of a header or trailer. Readers take an empty one as the value of its kind that it is or
/// is not, rather than as an item without a value.
const fn of_envelope(field: Field, kind: ItemKind, length: usize) -> ItemSpec {
    item(field, kind, length).optional()
}

/// The header's items after its code, in their order.
pub static HEADER_ITEMS: [ItemSpec; 11] = [
    of_envelope(Field::FileIdentifier, ItemKind::Text, 10),
    of_envelope(Field::FlowAndVersion, ItemKind::Text, 8),
    of_envelope(Field::FromRole, ItemKind::Text, 1),
    of_envelope(Field::FromParticipant, ItemKind::Text, 4),
    of_envelope(Field::ToRole, ItemKind::Text, 1),
    of_envelope(Field::ToParticipant, ItemKind::Text, 4),
    of_envelope(Field::Created, ItemKind::Timestamp, 14),
    of_envelope(Field::SendingApplication, ItemKind::Text, 5),
    of_envelope(Field::ReceivingApplication, ItemKind::Text, 5),
    of_envelope(Field::Broadcast, ItemKind::Text, 1),
    of_envelope(Field::TestFlag, ItemKind::Text, 4),
];

/// The trailer's items after its code, in their order, with the lengths of a profile.
#[must_use]
pub(crate) const fn trailer_items(
    group_count: usize,
    checksum: usize,
    flow_count: usize,
) -> [ItemSpec; 5] {
    [
        of_envelope(Field::FileIdentifier, ItemKind::Text, 10),
        of_envelope(Field::GroupCount, ItemKind::Number, group_count),
        of_envelope(Field::Checksum, ItemKind::Text, checksum),
        of_envelope(Field::FlowCount, ItemKind::Number, flow_count),
        of_envelope(Field::Completed, ItemKind::Timestamp, 14),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_are_told_apart_by_their_headers() {
        let cases: [(&[u8], Option<Layout>); 8] = [
            (b"ZHV|", Some(Layout::Zhv)),
            (b"ZHV|0000475656|D0350001|", Some(Layout::Zhv)),
            (b"ZHF0000475656", Some(Layout::Zhf)),
            (b"ZHF", Some(Layout::Zhf)),
            (b"ZHV", None),
            (b"zhv|", None),
            (b"ZPT|", None),
            (b"", None),
        ];
        for (line, layout) in cases {
            assert_eq!(Layout::recognise(line), layout, "{line:?}");
        }
    }

    #[test]
    fn names_round_trip() {
        for layout in Layout::ALL {
            assert_eq!(layout.to_string().parse(), Ok(layout));
        }
        for flow in Flow::ALL {
            assert_eq!(flow.to_string().parse(), Ok(flow));
            assert_eq!(flow.name().parse(), Ok(flow));
        }
        for field in Field::ALL {
            assert_eq!(Field::of_name(field.name()), Some(field));
            assert_eq!(AsRef::<str>::as_ref(&field), field.name());
        }
        assert_eq!("csv".parse::<Layout>(), Err(UnknownLayout));
        assert_eq!("D0352".parse::<Flow>(), Err(UnknownFlow));
        assert_eq!(Flow::of_header(b"D0172001"), Some(Flow::D0172));
        assert_eq!(Flow::of_header(b"D0010002"), None);
    }

    #[test]
    fn other_names_are_plain() {
        let name = Field::of_name("site_2_note").unwrap();
        assert_eq!((name.name(), name.item()), ("site_2_note", "site_2_note"));
        for text in ["", "Note", "2nd", "_note", "a note", "a-b", "é", &"x".repeat(33)] {
            assert_eq!(Field::of_name(text), None, "{text:?}");
        }
    }

    /// formats.md section 4: the header has 60 bytes with its code.
    #[test]
    fn lengths_are_those_of_the_documents() {
        let length = |items: &[ItemSpec]| 3 + items.iter().map(|item| item.length).sum::<usize>();
        assert_eq!(length(&HEADER_ITEMS), 60);
        assert_eq!(length(&trailer_items(10, 10, 10)), 57);
    }
}
