//! Header and trailer: the user file's first and last line.

use flagflow_codec::{OutOfRange, Totals};
use flagflow_domain::EffectiveDate;

use crate::error::{ErrorKind, Fault, FieldFault};
use crate::field::{Timestamp, parse_number, parse_timestamp};
use crate::item::{Electricity, Field, HEADER_ITEMS, LineTag};
use crate::profile::Profile;
use crate::record::RawRecord;
use crate::text::is_plain;

/// The header of a file, `ZHV` or `ZHF`: who sends which flow to whom, and when it was made.
///
/// | item | most characters |
/// |---|---|
/// | file identifier (J1064, alphanumeric; zeros matter) | 10 |
/// | flow and version | 8 |
/// | from role (J0934), to role | 1 |
/// | from participant (J0938), to participant | 4 |
/// | created (J0280) | 14 |
/// | sending, receiving application | 5 |
/// | broadcast | 1 |
/// | test data flag: `OPER`, `TR01`, `TR06` seen | 4 |
///
/// Source: public samples of the Data Transfer Network's user file. A delimited header may have
/// more items than these; they are kept as they are ([`Header::surplus`]).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// The texts of [`HEADER_ITEMS`], in their order; the time's is empty.
    texts: [String; HEADER_ITEMS.len()],
    created: Timestamp,
    surplus: Vec<u8>,
}

impl Header {
    /// A header of a profile's flow and roles, with test flag `OPER` and nothing else.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] for text that has a bar, a line end or a byte outside ASCII in it, or more
    /// characters than its item: 10 for the file identifier, 4 for a participant.
    pub fn new(
        profile: &Profile,
        file_identifier: &str,
        from_participant: &str,
        to_participant: &str,
        created: Timestamp,
    ) -> Result<Self, OutOfRange<Field>> {
        let empty = Self { texts: Default::default(), created, surplus: Vec::new() };
        empty
            .with(Field::FileIdentifier, file_identifier)?
            .with(Field::FlowAndVersion, &profile.flow_and_version().to_string())?
            .with(Field::FromRole, profile.from_role())?
            .with(Field::FromParticipant, from_participant)?
            .with(Field::ToRole, profile.to_role())?
            .with(Field::ToParticipant, to_participant)?
            .with(Field::TestFlag, "OPER")
    }

    /// The same header with another text in one of its items.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] for text that the item cannot hold, or a field that is no text of a header.
    pub fn with(mut self, field: Field, text: &str) -> Result<Self, OutOfRange<Field>> {
        let index = index_of(field).filter(|_| field != Field::Created);
        let fits =
            index.and_then(|at| HEADER_ITEMS.get(at)).is_some_and(|s| text.len() <= s.length);
        match index.and_then(|at| self.texts.get_mut(at)) {
            Some(own) if fits && is_plain(text.as_bytes()) => text.clone_into(own),
            _ => return Err(OutOfRange(field)),
        }
        Ok(self)
    }

    /// The same header with another time of creation.
    #[must_use]
    pub const fn with_created(mut self, created: Timestamp) -> Self {
        self.created = created;
        self
    }

    /// The same header without further items ([`Header::surplus`]).
    #[must_use]
    pub fn without_surplus(mut self) -> Self {
        self.surplus.clear();
        self
    }

    /// The text of an item, where it is one of a header; the time of creation is
    /// [`Header::created`].
    #[must_use]
    pub fn text(&self, field: Field) -> Option<&str> {
        let index = index_of(field).filter(|_| field != Field::Created)?;
        self.texts.get(index).map(String::as_str)
    }

    fn own(&self, field: Field) -> &str {
        self.text(field).unwrap_or_default()
    }

    /// File identifier; its zeros matter.
    #[must_use]
    pub fn file_identifier(&self) -> &str {
        self.own(Field::FileIdentifier)
    }

    /// Flow and version, `D0350001`.
    #[must_use]
    pub fn flow_and_version(&self) -> &str {
        self.own(Field::FlowAndVersion)
    }

    /// The sender's role.
    #[must_use]
    pub fn from_role(&self) -> &str {
        self.own(Field::FromRole)
    }

    /// The sender.
    #[must_use]
    pub fn from_participant(&self) -> &str {
        self.own(Field::FromParticipant)
    }

    /// The receiver's role.
    #[must_use]
    pub fn to_role(&self) -> &str {
        self.own(Field::ToRole)
    }

    /// The receiver.
    #[must_use]
    pub fn to_participant(&self) -> &str {
        self.own(Field::ToParticipant)
    }

    /// When the file was made.
    #[must_use]
    pub const fn created(&self) -> Timestamp {
        self.created
    }

    /// The file's day.
    #[must_use]
    pub const fn day(&self) -> EffectiveDate {
        self.created.date()
    }

    /// Sending application.
    #[must_use]
    pub fn sending_application(&self) -> &str {
        self.own(Field::SendingApplication)
    }

    /// Receiving application.
    #[must_use]
    pub fn receiving_application(&self) -> &str {
        self.own(Field::ReceivingApplication)
    }

    /// Broadcast.
    #[must_use]
    pub fn broadcast(&self) -> &str {
        self.own(Field::Broadcast)
    }

    /// Test data flag, `OPER` for a file that counts.
    #[must_use]
    pub fn test_flag(&self) -> &str {
        self.own(Field::TestFlag)
    }

    /// Returns what stands after the items that have a name, each item with its bar: kept, unread.
    #[must_use]
    pub fn surplus(&self) -> &[u8] {
        &self.surplus
    }
}

fn index_of(field: Field) -> Option<usize> {
    HEADER_ITEMS.iter().position(|item| item.field == field)
}

/// ASCII as text; what is not ASCII was refused before.
fn as_text(text: &[u8]) -> Result<String, FieldFault> {
    Ok(String::from_utf8_lossy(text).into_owned())
}

/// Further items, each with its bar.
fn surplus_of(raw: &RawRecord<'_>) -> Vec<u8> {
    let mut surplus = raw.surplus().to_vec();
    if !surplus.is_empty() && raw.has_missing_bar() {
        surplus.push(b'|');
    }
    surplus
}

/// The definition: the items of the header, in their order. That its flow is the profile's is for
/// the reader to say.
impl TryFrom<&RawRecord<'_>> for Header {
    type Error = Fault;

    fn try_from(raw: &RawRecord<'_>) -> Result<Self, Fault> {
        raw.require(LineTag::Header)?;
        let mut texts: [String; HEADER_ITEMS.len()] = Default::default();
        let mut created = None;
        for (text, item) in texts.iter_mut().zip(raw.items()) {
            match item.field() {
                Field::Created => created = Some(item.read(parse_timestamp)?),
                _ => *text = item.read(as_text)?,
            }
        }
        let created = created.ok_or(Fault::of_line(ErrorKind::UnexpectedRecord, raw.as_bytes()))?;
        Ok(Self { texts, created, surplus: surplus_of(raw) })
    }
}

/// The trailer of a file, `ZPT`: what the file should have had in it.
///
/// | item | most characters |
/// |---|---|
/// | file identifier, the header's | 10 |
/// | group count: the lines between header and trailer | 10 (profile) |
/// | checksum, empty in every sample | 10 (profile) |
/// | flow count: the top-level groups | 10 (profile) |
/// | completed | 14 |
///
/// Source: public samples of the Data Transfer Network's user file. A delimited trailer may have
/// more items; they are kept as they are ([`Trailer::surplus`]).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Trailer {
    file_identifier: String,
    group_count: u64,
    checksum: String,
    flow_count: u64,
    completed: Timestamp,
    surplus: Vec<u8>,
}

impl Trailer {
    /// A trailer of its counts, with no checksum.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] for a file identifier that has more than 10 characters, a bar, a line end or
    /// a byte outside ASCII.
    pub fn new(
        file_identifier: &str,
        group_count: u64,
        flow_count: u64,
        completed: Timestamp,
    ) -> Result<Self, OutOfRange<Field>> {
        if file_identifier.len() > 10 || !is_plain(file_identifier.as_bytes()) {
            return Err(OutOfRange(Field::FileIdentifier));
        }
        Ok(Self::of_counts(file_identifier, group_count, flow_count, completed))
    }

    /// File identifier, the same as the header's.
    #[must_use]
    pub fn file_identifier(&self) -> &str {
        &self.file_identifier
    }

    /// Returns how many lines there are between header and trailer.
    #[must_use]
    pub const fn group_count(&self) -> u64 {
        self.group_count
    }

    /// Checksum; nobody here knows how it is made.
    #[must_use]
    pub fn checksum(&self) -> &str {
        &self.checksum
    }

    /// Returns how many top-level groups there are.
    #[must_use]
    pub const fn flow_count(&self) -> u64 {
        self.flow_count
    }

    /// When the file was completed.
    #[must_use]
    pub const fn completed(&self) -> Timestamp {
        self.completed
    }

    /// Returns what stands after the items that have a name, each item with its bar: kept, unread.
    #[must_use]
    pub fn surplus(&self) -> &[u8] {
        &self.surplus
    }

    /// The same trailer with another time of completion.
    #[must_use]
    pub const fn with_completed(mut self, completed: Timestamp) -> Self {
        self.completed = completed;
        self
    }

    /// The same trailer without further items ([`Trailer::surplus`]).
    #[must_use]
    pub fn without_surplus(mut self) -> Self {
        self.surplus.clear();
        self
    }

    /// A trailer whose file identifier is a header's, and fits.
    pub(crate) fn of_counts(
        file_identifier: &str,
        group_count: u64,
        flow_count: u64,
        completed: Timestamp,
    ) -> Self {
        let (checksum, surplus) = (String::new(), Vec::new());
        let file_identifier = file_identifier.to_owned();
        Self { file_identifier, group_count, checksum, flow_count, completed, surplus }
    }

    /// The same trailer of another file: its identifier and its counts.
    pub(crate) fn of_file(&self, file_identifier: &str, groups: u64, flows: u64) -> Self {
        let file_identifier = file_identifier.to_owned();
        Self { file_identifier, group_count: groups, flow_count: flows, ..self.clone() }
    }
}

/// The definition: the items of the trailer, in their order.
impl TryFrom<&RawRecord<'_>> for Trailer {
    type Error = Fault;

    fn try_from(raw: &RawRecord<'_>) -> Result<Self, Fault> {
        raw.require(LineTag::Trailer)?;
        // 19 digits at most, and no more than the item has: a profile sees to the first
        let number = |text: &[u8]| parse_number(text, text.len());
        Ok(Self {
            file_identifier: raw.read(Field::FileIdentifier, as_text)?,
            group_count: raw.read(Field::GroupCount, number)?,
            checksum: raw.read(Field::Checksum, as_text)?,
            flow_count: raw.read(Field::FlowCount, number)?,
            completed: raw.read(Field::Completed, parse_timestamp)?,
            surplus: surplus_of(raw),
        })
    }
}

/// Holds a header against the profile: the first of its items that is wrong, flow and version among
/// them.
pub(crate) fn check_header(raw: &RawRecord<'_>, profile: &Profile) -> Result<(), Fault> {
    let flow = |item: &[u8]| match profile.is_flow_and_version(item) {
        true => Ok(()),
        false => Err(FieldFault::of_field(ErrorKind::FlowVersion, item)),
    };
    raw.items().try_for_each(|item| match item.field() {
        Field::FlowAndVersion => item.read(flow),
        Field::Created => item.read(parse_timestamp).map(|_| ()),
        _ => item.read(|_| Ok(())),
    })
}

/// Compares a trailer with its file: the first of its items that is wrong.
pub(crate) fn check_trailer(
    raw: &RawRecord<'_>,
    file: &Totals<'_, Electricity>,
) -> Result<(), Fault> {
    let header = file.header.and_then(|header| header.item_of(Field::FileIdentifier));
    let file_identifier = header.and_then(|item| item.read(Ok).ok());
    let (groups, flows) = (file.counts.groups, file.counts.flows);
    raw.items().try_for_each(|item| match item.field() {
        Field::FileIdentifier => item.read(|id| same_file(id, file_identifier)),
        Field::GroupCount => item.read(|item| {
            count(item, groups, |declared, counted| ErrorKind::GroupCount { declared, counted })
        }),
        Field::FlowCount => item.read(|item| {
            count(item, flows, |declared, counted| ErrorKind::FlowCount { declared, counted })
        }),
        Field::Completed => item.read(parse_timestamp).map(|_| ()),
        _ => item.read(|_| Ok(())),
    })
}

fn same_file(item: &[u8], header: Option<&[u8]>) -> Result<(), FieldFault> {
    if header.is_none_or(|header| header == item) {
        return Ok(());
    }
    Err(FieldFault::of_field(ErrorKind::FileIdMismatch, item))
}

fn count(
    item: &[u8],
    counted: u64,
    wrong: impl FnOnce(u64, u64) -> ErrorKind,
) -> Result<(), FieldFault> {
    let declared = parse_number(item, item.len())?;
    if declared == counted {
        return Ok(());
    }
    Err(FieldFault::of_field(wrong(declared, counted), item))
}
