//! The codes and items of a flow's groups as data: one edition of the catalogue.
//!
//! A profile is a small TOML file. The built-in ones ([`Profile::builtin`]) are those of the Data
//! Transfer Catalogue 15.4, and their texts ([`Profile::as_toml`]) explain each key in comments:
//!
//! ```toml
#![doc = include_str!("../profiles/d0350.toml")]
//! ```

mod builtin;
mod draft;
mod format;
mod parts;
mod read;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, LazyLock};

use flagflow_codec::{Cardinality, Item, ItemKind, LineKind, LineSpec, Names, Slot, Style};
use flagflow_domain::{Edition, EffectiveDate, MpanCore};
use flagflow_rows::CheckDigits;

use crate::item::{
    Electricity, Field, Flow, HEADER_ITEMS, ItemSpec, Layout, LineTag, TRAILER_CODE, Table,
};

/// A group of lines: the code that each begins with, and the items after it in their order.
pub type Group = LineSpec<Electricity>;

/// A flow as one file after another has it: version, roles, and the groups with their items.
///
/// Made by [`Profile::builtin`] or [`Profile::from_toml`], and not changed after that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    name: String,
    source: String,
    flow: Flow,
    version: String,
    from_role: String,
    to_role: String,
    instruction_type: String,
    mp077_first_day: EffectiveDate,
    /// The lines of each layout.
    tables: [Table; 2],
    toml: String,
}

impl Profile {
    /// The built-in profile of a flow: `dtc-15.4`.
    #[must_use]
    pub fn builtin(flow: Flow) -> Arc<Self> {
        static BUILT_IN: LazyLock<[Arc<Profile>; 3]> =
            LazyLock::new(|| [builtin::d0350(), builtin::d0351(), builtin::d0172()].map(Arc::new));
        let [d0350, d0351, d0172] = &*BUILT_IN;
        match flow {
            Flow::D0350 => d0350.clone(),
            Flow::D0351 => d0351.clone(),
            Flow::D0172 => d0172.clone(),
        }
    }

    /// Reads a profile's text.
    ///
    /// ```
    /// use flagflow_electricity::{Flow, Profile};
    ///
    /// let builtin = Profile::builtin(Flow::D0350);
    /// let text = builtin.as_toml().replace("\"82H\"", "\"U02\"");
    /// assert_eq!(Profile::from_toml(&text)?.record_group().code(), "U02");
    ///
    /// let error = Profile::from_toml(&text.replace("NUM(13)", "NUM(12)")).unwrap_err();
    /// assert_eq!(error.message(), "mpan_core has the format NUM(13), not NUM(12)");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ProfileError`] with the place in the text, for what is no TOML, what is missing, and what
    /// contradicts itself.
    pub fn from_toml(text: &str) -> Result<Self, ProfileError> {
        text.parse()
    }

    /// The text that the profile was read from, comments and all.
    #[must_use]
    pub fn as_toml(&self) -> &str {
        &self.toml
    }

    /// Returns what the profile is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns where its facts come from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The flow.
    #[must_use]
    pub const fn flow(&self) -> Flow {
        self.flow
    }

    /// The flow's version, three digits.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Flow and version as headers have them, `D0350001`.
    #[must_use]
    pub fn flow_and_version(&self) -> impl fmt::Display + '_ {
        FlowAndVersion(self)
    }

    /// Returns whether an item of a header is the flow and version.
    #[must_use]
    pub fn is_flow_and_version(&self, item: &[u8]) -> bool {
        item.strip_prefix(self.flow.as_str().as_bytes()) == Some(self.version.as_bytes())
    }

    /// The role that a header's sender should have, one character.
    #[must_use]
    pub fn from_role(&self) -> &str {
        &self.from_role
    }

    /// The role that a header's receiver should have, one character.
    #[must_use]
    pub fn to_role(&self) -> &str {
        &self.to_role
    }

    /// The instruction type that every record carries.
    #[must_use]
    pub fn instruction_type(&self) -> &str {
        &self.instruction_type
    }

    /// The first day of the MP077 edition (flags A, N and I): by default 4 November 2021, the
    /// release of the Smart Energy Code.
    #[must_use]
    pub const fn mp077_first_day(&self) -> EffectiveDate {
        self.mp077_first_day
    }

    /// Returns the edition of a file that was made on a day.
    #[must_use]
    pub fn edition_on(&self, day: EffectiveDate) -> Edition {
        Edition::on(day, self.mp077_first_day)
    }

    /// Returns the lines of a layout: header, groups with their items, trailer.
    #[must_use]
    pub const fn table(&self, layout: Layout) -> &Table {
        let [zhv, zhf] = &self.tables;
        match layout {
            Layout::Zhv => zhv,
            Layout::Zhf => zhf,
        }
    }

    /// Returns the groups: the records' first, then that of their reasons, the level-1 group above
    /// the records, and the further ones.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        let is_of_body =
            |line: &&Group| !matches!(line.kind(), LineKind::Header | LineKind::Trailer);
        self.table(Layout::Zhv).lines().iter().filter(is_of_body)
    }

    /// Returns the level-1 group that opens a set of records, where the flow has one.
    #[must_use]
    pub fn opening_group(&self) -> Option<&Group> {
        self.table(Layout::Zhv).line(LineTag::Group)
    }

    /// Returns the group that carries the file's records.
    #[must_use]
    pub fn record_group(&self) -> &Group {
        // the first line of each table
        &self.table(Layout::Zhv).lines()[0]
    }

    /// Returns the group of the reasons below a record, where the flow has one.
    #[must_use]
    pub fn reason_group(&self) -> Option<&Group> {
        self.table(Layout::Zhv).line(LineTag::Reason)
    }

    /// Returns the code of a line.
    #[must_use]
    pub fn code(&self, line: impl Into<LineTag>, layout: Layout) -> &str {
        self.table(layout).line(line.into()).map_or("", LineSpec::code)
    }

    /// Returns the items of a line, after its code.
    #[must_use]
    pub fn items(&self, line: impl Into<LineTag>) -> &[ItemSpec] {
        self.table(Layout::Zhv).line(line.into()).map_or(&[], LineSpec::items)
    }

    /// Returns the length of a line in [`Layout::Zhf`], its code counted.
    #[must_use]
    pub fn fixed_length(&self, line: impl Into<LineTag>) -> usize {
        self.table(Layout::Zhf).line(line.into()).map_or(0, LineSpec::fixed_length)
    }

    /// Returns whether an item of a line is an *extra*: neither part of the typed value that the
    /// line becomes nor known from the profile, so that a writer of the line has to carry it along.
    #[must_use]
    pub fn is_extra(&self, line: impl Into<LineTag>, field: Field) -> bool {
        let mut items = self.items(line).iter();
        items.any(|item| item.field == field && item.slot.is_extra())
    }
}

/// Reads a profile's text: [`Profile::from_toml`].
impl std::str::FromStr for Profile {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Self, ProfileError> {
        read::profile(text)
    }
}

/// The zhv table, for the order of lines and their codes.
impl<'a> From<&'a Profile> for &'a Table {
    fn from(profile: &'a Profile) -> Self {
        profile.table(Layout::Zhv)
    }
}

/// The use of an item of a group. A known item that is no part of the flow's typed value is
/// carried, and checked by its kind unless it is text.
fn slot_of(flow: Flow, line: LineTag, item: &ItemSpec) -> Slot {
    match (line, item.field) {
        (LineTag::Group, Field::FileSequenceNumber) => Slot::Unused,
        (LineTag::Group | LineTag::Record, Field::InstructionType) => Slot::Constant,
        (LineTag::Reason, Field::RejectionReasonCode) => Slot::Reason,
        (LineTag::Record, field) if typed_items(flow).contains(&field) => match (flow, field) {
            (Flow::D0350, Field::InstructionNumber) => Slot::Number,
            (Flow::D0350, Electricity::POINT) => {
                Slot::Point(CheckDigits { weights: &MpanCore::CHECK_WEIGHTS, digits: 1 })
            }
            (Flow::D0350, Field::DccServiceFlag) => Slot::Flag,
            (Flow::D0350, Field::EffectiveFromDate) => Slot::Date,
            (Flow::D0350, Field::SupplierId) => Slot::Party,
            _ => Slot::Own,
        },
        (_, Field::Other(_)) => Slot::Extra,
        _ if item.kind == ItemKind::Text => Slot::Extra,
        _ => Slot::Checked,
    }
}

/// Returns the items of a flow's typed value.
const fn typed_items(flow: Flow) -> &'static [Field] {
    match flow {
        Flow::D0350 => &[
            Field::InstructionNumber,
            Electricity::POINT,
            Field::DccServiceFlag,
            Field::EffectiveFromDate,
            Field::SupplierId,
        ],
        Flow::D0351 => &[
            Field::InstructionNumber,
            Field::IncomingInstructionNumber,
            Electricity::POINT,
            Field::DeemedReceivedDate,
            Field::DccServiceFlag,
            Field::EffectiveFromDate,
            Field::SupplierId,
        ],
        Flow::D0172 => &[
            Field::InstructionNumber,
            Field::DeemedReceivedDate,
            Field::AnsweredFileIdentifier,
            Field::Received,
            Field::Accepted,
            Field::Rejected,
        ],
    }
}

/// The format of a file: its layout, and the profile that it is read by.
#[derive(Clone, Debug)]
pub struct Format {
    profile: Arc<Profile>,
    layout: Layout,
}

impl Format {
    /// A profile's files in one layout.
    #[must_use]
    pub fn new(profile: impl Into<Arc<Profile>>, layout: Layout) -> Self {
        Self { profile: profile.into(), layout }
    }

    /// Returns the profile.
    #[must_use]
    pub const fn profile(&self) -> &Arc<Profile> {
        &self.profile
    }

    /// Returns the layout.
    #[must_use]
    pub const fn layout(&self) -> Layout {
        self.layout
    }

    /// Returns the flow.
    #[must_use]
    pub fn flow(&self) -> Flow {
        self.profile.flow()
    }

    pub(crate) const fn set_layout(&mut self, layout: Layout) {
        self.layout = layout;
    }
}

impl AsRef<Table> for Format {
    fn as_ref(&self) -> &Table {
        self.profile.table(self.layout)
    }
}

/// A group as a profile says it.
#[derive(Clone)]
struct GroupItems {
    tag: LineTag,
    code: String,
    level: u8,
    /// The code of the group above.
    parent: Option<String>,
    occurs: Cardinality,
    items: Vec<ItemSpec>,
}

impl GroupItems {
    fn has(&self, field: Field) -> bool {
        self.items.iter().any(|item| item.field == field)
    }

    const fn kind(&self) -> LineKind {
        match self.tag {
            LineTag::Record => LineKind::Record,
            LineTag::Reason => LineKind::Reason,
            _ => LineKind::Group,
        }
    }

    fn line(&self, flow: Flow, parent: Option<LineTag>, instruction_type: &str) -> Group {
        let item = |item: &ItemSpec| Item { slot: slot_of(flow, self.tag, item), ..*item };
        let items = self.items.iter().map(item).collect();
        LineSpec::new(self.tag, self.kind(), Cow::Owned(self.code.clone()), Cow::Owned(items))
            .below(parent, self.level)
            .times(self.occurs)
            .with_constant(instruction_type.to_owned())
    }
}

/// The tables of a profile in both layouts.
fn tables(
    flow: Flow,
    mut groups: Vec<GroupItems>,
    trailer: [ItemSpec; 5],
    instruction_type: &str,
) -> [Table; 2] {
    groups.sort_by_key(|group| match group.tag {
        LineTag::Record => 0,
        LineTag::Reason => 1,
        LineTag::Group => 2,
        _ => 3,
    });
    let tag_of = |code: &String| groups.iter().find(|it| it.code == *code).map(|it| it.tag);
    let parent = |group: &GroupItems| group.parent.as_ref().and_then(tag_of);
    let lines: Vec<Group> =
        groups.iter().map(|it| it.line(flow, parent(it), instruction_type)).collect();
    let envelope = |kind: LineKind, code, items| {
        LineSpec::new(kind.into(), kind, Cow::Borrowed(code), items)
            .times(Cardinality::OPTIONAL)
            .with_more()
    };
    [(Layout::Zhv, Style::Pipe), (Layout::Zhf, Style::FixedPadded)].map(|(layout, style)| {
        let header = Cow::Borrowed(&HEADER_ITEMS[..]);
        let header = envelope(LineKind::Header, layout.header_code(), header);
        let trailer = envelope(LineKind::Trailer, TRAILER_CODE, Cow::Owned(trailer.to_vec()));
        let lines = [lines.clone(), vec![header, trailer]].concat();
        Table::new(style, layout, Cow::Owned(lines))
    })
}

struct FlowAndVersion<'a>(&'a Profile);

impl fmt::Display for FlowAndVersion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.0.flow, self.0.version)
    }
}

/// A text that is no profile: what is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", Place(*.place))]
pub struct ProfileError {
    message: String,
    place: Option<(usize, usize)>,
}

/// `line 3, column 5: `, or nothing.
struct Place(Option<(usize, usize)>);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some((line, column)) => write!(f, "line {line}, column {column}: "),
            None => Ok(()),
        }
    }
}

impl ProfileError {
    /// Returns what is wrong, without the place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The line of the text, from 1, where there is one to point at.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.place.map(|(line, _)| line)
    }

    /// The character of the line, from 1.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        self.place.map(|(_, column)| column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_profiles_are_their_texts() {
        for flow in Flow::ALL {
            let builtin = Profile::builtin(flow);
            assert_eq!(Profile::from_toml(builtin.as_toml()).as_ref(), Ok(&*builtin));
            assert_eq!(builtin.flow(), flow);
            assert!(builtin.is_flow_and_version(format!("{flow}001").as_bytes()));
            assert!(!builtin.is_flow_and_version(format!("{flow}002").as_bytes()));
            assert_eq!(builtin.flow_and_version().to_string(), format!("{flow}001"));
        }
    }

    #[test]
    fn the_edition_of_a_day_is_the_first_days() {
        let builtin = Profile::builtin(Flow::D0350);
        let [before, first] =
            [20_211_103, 20_211_104].map(|day| EffectiveDate::from_packed(day).unwrap());
        assert_eq!(builtin.mp077_first_day(), first);
        assert_eq!(builtin.edition_on(before), Edition::PreMp077);
        assert_eq!(builtin.edition_on(first), Edition::Mp077);
        let text = builtin.as_toml().replace("2021-11-04", "2021-11-05");
        assert_eq!(Profile::from_toml(&text).unwrap().edition_on(first), Edition::PreMp077);
    }

    /// formats.md section 4, by hand: codes, levels, how often, and the items in their order with
    /// their lengths; `?` marks an optional one.
    #[test]
    fn the_built_in_profiles_are_those_of_the_catalogue() {
        let text = |flow| {
            let profile = Profile::builtin(flow);
            assert_eq!((profile.name(), profile.version()), ("dtc-15.4", "001"));
            let source = "Data Transfer Catalogue 15.4 (28 April 2026), flow structure";
            assert_eq!(profile.source(), source);
            let group = |group: &Group| {
                let Cardinality { least, most } = group.cardinality();
                let parent = group.parent().map_or("-", |tag| profile.code(tag, Layout::Zhv));
                let most = most.map_or("*".to_owned(), |most| most.to_string());
                let item = |item: &ItemSpec| {
                    let optional = if item.mandatory { "" } else { "?" };
                    format!(" {} {}{optional}", item.field, item.length)
                };
                let items: String = group.items().iter().map(item).collect();
                format!("{} {} {parent} {least}..{most}{items}", group.code(), group.level())
            };
            let (from, to) = (profile.from_role(), profile.to_role());
            let head = format!("{from}{to} {}", profile.instruction_type());
            std::iter::once(head).chain(profile.groups().map(group)).collect::<Vec<_>>()
        };
        assert_eq!(
            text(Flow::D0350),
            [
                "ZP DC01",
                "82H 2 81H 0..* instruction_number 12 instruction_type 4 mpan_core 13 \
                 dcc_service_flag 1 effective_from_date 8 supplier_id 4",
                "81H 1 - 1..1 file_sequence_number 12",
            ]
        );
        assert_eq!(
            text(Flow::D0351),
            [
                "PZ DC11",
                "84H 2 83H 1..* instruction_number 12 instruction_type 4 \
                 incoming_instruction_number 12 mpan_core 13? deemed_received_date 8 \
                 dcc_service_flag 1? effective_from_date 8? supplier_id 4?",
                "85H 3 84H 1..* rejection_reason_code 4",
                "83H 1 - 1..1 file_sequence_number 12",
            ]
        );
        assert_eq!(
            text(Flow::D0172),
            [
                "PZ DC90",
                "357 2 749 1..* instruction_number 12 instruction_type 4 deemed_received_date 8 \
                 answered_file_identifier 10 received 5 accepted 5 rejected 5",
                "749 1 - 1..1 file_sequence_number 12",
            ]
        );
    }

    /// formats.md section 4: the sums of the lengths, by hand.
    #[test]
    fn lines_have_their_lengths_and_codes() {
        let length = |flow, line: LineTag| Profile::builtin(flow).fixed_length(line);
        assert_eq!(length(Flow::D0350, LineTag::Header), 60);
        assert_eq!(length(Flow::D0350, LineTag::Group), 15);
        assert_eq!(length(Flow::D0350, LineTag::Record), 45);
        assert_eq!(length(Flow::D0351, LineTag::Record), 65);
        assert_eq!(length(Flow::D0351, LineTag::Reason), 7);
        assert_eq!(length(Flow::D0172, LineTag::Record), 52);
        assert_eq!(length(Flow::D0172, LineTag::Trailer), 57);
        assert_eq!(length(Flow::D0172, LineTag::Reason), 0);
        let d0351 = Profile::builtin(Flow::D0351);
        let code = |kind: LineKind, layout| d0351.code(kind, layout).to_owned();
        assert_eq!(code(LineKind::Header, Layout::Zhv), "ZHV");
        assert_eq!(code(LineKind::Header, Layout::Zhf), "ZHF");
        assert_eq!(code(LineKind::Group, Layout::Zhv), "83H");
        assert_eq!(code(LineKind::Record, Layout::Zhv), "84H");
        assert_eq!(code(LineKind::Reason, Layout::Zhf), "85H");
        assert_eq!(code(LineKind::Trailer, Layout::Zhf), "ZPT");
        assert_eq!(d0351.reason_group().unwrap().code(), "85H");
        let d0350 = Profile::builtin(Flow::D0350);
        assert_eq!((d0350.code(LineKind::Reason, Layout::Zhv), d0350.reason_group()), ("", None));
        assert_eq!(d0350.items(LineKind::Reason), []);
        assert!(d0350.opening_group().unwrap().has(Field::FileSequenceNumber));
        assert!(!d0350.opening_group().unwrap().has(Electricity::POINT));
    }

    /// Known items that are no part of the flow's value are carried too.
    #[test]
    fn extras_are_items_that_the_typed_value_has_no_place_for() {
        let more = |flow, item: &str, own: &str| {
            let text = Profile::builtin(flow).as_toml().to_owned();
            let more = format!("{own} }},\n{{ name = \"note\", format = \"CHAR(4)\" }},\n{item},");
            Profile::from_toml(&text.replacen(&format!("{own} }},"), &more, 1)).unwrap()
        };
        let date = "\"effective_from_date\", format = \"DATE(8)\"";
        let d0350 = more(Flow::D0350, "{ name = \"received\", format = \"INT(4)\" }", date);
        let accepted = "\"accepted\", format = \"NUM(5)\"";
        let d0172 = more(Flow::D0172, "{ name = \"supplier_id\", format = \"CHAR(4)\" }", accepted);
        let note = Field::of_name("note").unwrap();
        for (field, of_d0350, of_d0172) in [
            (note, true, true),
            (Field::InstructionNumber, false, false),
            (Field::InstructionType, false, false),
            (Electricity::POINT, false, false),
            (Field::SupplierId, false, true),
            (Field::Received, true, false),
            (Field::Created, false, false),
        ] {
            assert_eq!(d0350.is_extra(LineKind::Record, field), of_d0350, "{field}");
            assert_eq!(d0172.is_extra(LineKind::Record, field), of_d0172, "{field}");
        }
        assert!(!d0350.is_extra(LineKind::Group, Field::FileSequenceNumber));
        assert!(!d0350.is_extra(LineKind::Header, Field::Checksum));
    }
}
