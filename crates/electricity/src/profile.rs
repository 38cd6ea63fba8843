//! The codes and items of a flow's groups as data: one edition of the catalogue.
//!
//! A profile is a small TOML file. The built-in ones ([`Profile::builtin`]) are those of the Data
//! Transfer Catalogue 15.4, and their texts ([`Profile::as_toml`]) explain each key in comments:
//!
//! ```toml
#![doc = include_str!("../profiles/d0350.toml")]
//! ```

mod read;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, LazyLock};

use flagflow_codec::{Cardinality, Item, ItemKind, LineKind, LineSpec, Slot, Style};
use flagflow_domain::{Edition, EffectiveDate, MpanCore};
use flagflow_rows::CheckDigits;

use crate::item::{
    Electricity, Field, Flow, HEADER_ITEMS, ItemSpec, Layout, LineTag, TRAILER_CODE, Table, item,
    trailer_items,
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
            LazyLock::new(|| [builtin_d0350(), builtin_d0351(), builtin_d0172()].map(Arc::new));
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

    /// The first day of the MP077 edition (flags A, N and I): by default 4 November 2021, the release
    /// of the Smart Energy Code.
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

/// The use of an item of a group. A known item that is no part of the flow's typed value is carried,
/// and checked by its kind unless it is text.
fn slot_of(flow: Flow, line: LineTag, item: &ItemSpec) -> Slot {
    match (line, item.field) {
        (LineTag::Group, Field::FileSequenceNumber) => Slot::Unused,
        (LineTag::Group | LineTag::Record, Field::InstructionType) => Slot::Constant,
        (LineTag::Reason, Field::RejectionReasonCode) => Slot::Reason,
        (LineTag::Record, field) if typed_items(flow).contains(&field) => match (flow, field) {
            (Flow::D0350, Field::InstructionNumber) => Slot::Number,
            (Flow::D0350, Field::MpanCore) => {
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
            Field::MpanCore,
            Field::DccServiceFlag,
            Field::EffectiveFromDate,
            Field::SupplierId,
        ],
        Flow::D0351 => &[
            Field::InstructionNumber,
            Field::IncomingInstructionNumber,
            Field::MpanCore,
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

/// The name of the built-in profiles.
const BUILTIN_NAME: &str = "dtc-15.4";

/// The source of the built-in profiles.
const BUILTIN_SOURCE: &str = "Data Transfer Catalogue 15.4 (28 April 2026), flow structure";

/// The release of the Smart Energy Code of November 2021.
const MP077_FIRST_DAY: EffectiveDate = match EffectiveDate::from_ymd(2021, 11, 4) {
    Ok(day) => day,
    Err(_) => EffectiveDate::MIN,
};

/// A built-in profile of a level-1 group with the file sequence number, and the groups below it.
fn builtin_profile(flow: Flow, roles: [&str; 2], opening: &str, below: Vec<GroupItems>) -> Profile {
    let (instruction_type, toml) = match flow {
        Flow::D0350 => ("DC01", include_str!("../profiles/d0350.toml")),
        Flow::D0351 => ("DC11", include_str!("../profiles/d0351.toml")),
        Flow::D0172 => ("DC90", include_str!("../profiles/d0172.toml")),
    };
    let opening = GroupItems {
        tag: LineTag::Group,
        code: opening.to_owned(),
        level: 1,
        parent: None,
        occurs: Cardinality::ONE,
        items: vec![item(Field::FileSequenceNumber, ItemKind::Number, 12)],
    };
    let groups = [vec![opening], below].concat();
    let [from_role, to_role] = roles.map(str::to_owned);
    Profile {
        name: BUILTIN_NAME.to_owned(),
        source: BUILTIN_SOURCE.to_owned(),
        flow,
        version: "001".to_owned(),
        from_role,
        to_role,
        instruction_type: instruction_type.to_owned(),
        mp077_first_day: MP077_FIRST_DAY,
        tables: tables(flow, groups, trailer_items(10, 10, 10), instruction_type),
        toml: toml.to_owned(),
    }
}

fn builtin_group(
    (tag, code): (LineTag, &str),
    (level, parent): (u8, &str),
    occurs: Cardinality,
    items: &[ItemSpec],
) -> GroupItems {
    let (code, parent) = (code.to_owned(), Some(parent.to_owned()));
    GroupItems { tag, code, level, parent, occurs, items: items.to_vec() }
}

/// The same as the text `profiles/d0350.toml`, without a way to fail.
fn builtin_d0350() -> Profile {
    let items = [
        item(Field::InstructionNumber, ItemKind::Number, 12),
        item(Field::InstructionType, ItemKind::Text, 4),
        item(Field::MpanCore, ItemKind::Mpan, 13),
        item(Field::DccServiceFlag, ItemKind::Flag, 1),
        item(Field::EffectiveFromDate, ItemKind::Date, 8),
        item(Field::SupplierId, ItemKind::Text, 4),
    ];
    let record = builtin_group((LineTag::Record, "82H"), (2, "81H"), Cardinality::ANY, &items);
    builtin_profile(Flow::D0350, ["Z", "P"], "81H", vec![record])
}

/// The same as the text `profiles/d0351.toml`, without a way to fail.
fn builtin_d0351() -> Profile {
    let items = [
        item(Field::InstructionNumber, ItemKind::Number, 12),
        item(Field::InstructionType, ItemKind::Text, 4),
        item(Field::IncomingInstructionNumber, ItemKind::Number, 12),
        item(Field::MpanCore, ItemKind::Mpan, 13).optional(),
        item(Field::DeemedReceivedDate, ItemKind::Date, 8),
        item(Field::DccServiceFlag, ItemKind::Flag, 1).optional(),
        item(Field::EffectiveFromDate, ItemKind::Date, 8).optional(),
        item(Field::SupplierId, ItemKind::Text, 4).optional(),
    ];
    let record = builtin_group((LineTag::Record, "84H"), (2, "83H"), Cardinality::SOME, &items);
    let items = [item(Field::RejectionReasonCode, ItemKind::Text, 4)];
    let reason = builtin_group((LineTag::Reason, "85H"), (3, "84H"), Cardinality::SOME, &items);
    builtin_profile(Flow::D0351, ["P", "Z"], "83H", vec![record, reason])
}

/// The same as the text `profiles/d0172.toml`, without a way to fail.
fn builtin_d0172() -> Profile {
    let items = [
        item(Field::InstructionNumber, ItemKind::Number, 12),
        item(Field::InstructionType, ItemKind::Text, 4),
        item(Field::DeemedReceivedDate, ItemKind::Date, 8),
        item(Field::AnsweredFileIdentifier, ItemKind::Text, 10),
        item(Field::Received, ItemKind::Number, 5),
        item(Field::Accepted, ItemKind::Number, 5),
        item(Field::Rejected, ItemKind::Number, 5),
    ];
    let record = builtin_group((LineTag::Record, "357"), (2, "749"), Cardinality::SOME, &items);
    builtin_profile(Flow::D0172, ["P", "Z"], "749", vec![record])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_profiles_are_their_texts() {
        for flow in Flow::ALL {
            let builtin = Profile::builtin(flow);
            assert_eq!(Profile::from_toml(builtin.as_toml()).as_ref(), Ok(&*builtin));
            assert!(builtin.is_placeholder());
            assert_eq!(builtin.flow(), flow);
            assert!(builtin.is_flow_and_version(format!("{flow}001").as_bytes()));
            assert!(!builtin.is_flow_and_version(format!("{flow}002").as_bytes()));
            assert_eq!(builtin.flow_and_version().to_string(), format!("{flow}001"));
        }
    }

    #[test]
    fn the_edition_of_a_day_needs_the_first_day() {
        let builtin = Profile::builtin(Flow::D0350);
        let [before, first] =
            [20_250_629, 20_250_630].map(|day| EffectiveDate::from_packed(day).unwrap());
        assert_eq!(builtin.edition_on(first), None);
        let text = format!("mp077_first_day = 2025-06-30\n{}", builtin.as_toml());
        let profile = Profile::from_toml(&text).unwrap();
        assert_eq!(profile.edition_on(before), Some(Edition::PreMp077));
        assert_eq!(profile.edition_on(first), Some(Edition::Mp077));
    }

    #[test]
    fn the_built_in_profiles_say_what_they_are() {
        let (d0350, d0351) = (Profile::builtin(Flow::D0350), Profile::builtin(Flow::D0351));
        assert_eq!(d0350.name(), "dtc-15.4");
        assert_eq!(d0351.name(), "built-in placeholder for D0351");
        for profile in [&d0350, &d0351] {
            assert!(profile.source().starts_with("shape of sibling instruction flows"));
            assert_eq!((profile.version(), profile.mp077_first_day()), ("001", None));
            let opening = profile.opening_group().unwrap();
            assert_eq!((opening.code(), opening.level()), ("X01", 1));
            assert!(opening.has(Field::FileSequenceNumber));
            assert!(!opening.has(Field::MpanCore));
        }
        let roles =
            |profile: &Profile| (profile.from_role().to_owned(), profile.to_role().to_owned());
        assert_eq!(roles(&d0350), ("Z".to_owned(), "P".to_owned()));
        assert_eq!(roles(&d0351), ("P".to_owned(), "Z".to_owned()));
        assert_eq!((d0350.instruction_type(), d0351.instruction_type()), ("DC01", "DC11"));
        let update = d0351.update_group();
        assert_eq!((update.code(), update.level(), update.items().len()), ("X03", 2, 4));
        let code = |kind, layout| d0350.code(kind, layout).to_owned();
        assert_eq!(code(LineKind::Header, Layout::Zhv), "ZHV");
        assert_eq!(code(LineKind::Header, Layout::Zhf), "ZHF");
        assert_eq!(code(LineKind::Group, Layout::Zhv), "X01");
        assert_eq!(code(LineKind::Record, Layout::Zhv), "X02");
        assert_eq!(code(LineKind::Trailer, Layout::Zhf), "ZPT");
        let lengths = [LineKind::Header, LineKind::Group, LineKind::Record, LineKind::Trailer]
            .map(|kind| d0350.items(kind).len());
        assert_eq!(lengths, [11, 1, 5, 5]);
    }

    /// formats.md section 4 and the decisions, by hand.
    #[test]
    fn lengths_are_those_of_the_documents() {
        let length = |flow, kind| Profile::builtin(flow).fixed_length(kind);
        assert_eq!(length(Flow::D0350, LineKind::Header), 60);
        assert_eq!(length(Flow::D0350, LineKind::Group), 13);
        assert_eq!(length(Flow::D0350, LineKind::Record), 39);
        assert_eq!(length(Flow::D0351, LineKind::Record), 38);
        assert_eq!(length(Flow::D0351, LineKind::Trailer), 57);
    }

    #[test]
    fn extras_are_what_the_typed_value_has_no_place_for() {
        let (d0350, d0351) = (Profile::builtin(Flow::D0350), Profile::builtin(Flow::D0351));
        let note = Field::of_name("note").unwrap();
        for (field, of_d0350, of_d0351) in [
            (note, true, true),
            (Field::MpanCore, false, false),
            (Field::InstructionType, false, false),
            (Field::DccServiceFlag, false, true),
            (Field::ReasonCode, true, false),
            (Field::FileSequenceNumber, true, true),
        ] {
            assert_eq!(d0350.is_extra(LineKind::Record, field), of_d0350, "{field}");
            assert_eq!(d0351.is_extra(LineKind::Record, field), of_d0351, "{field}");
        }
        assert!(!d0350.is_extra(LineKind::Group, Field::FileSequenceNumber));
        assert!(d0350.is_extra(LineKind::Group, note));
        assert!(!d0350.is_extra(LineKind::Header, Field::Checksum));
    }

    #[test]
    fn a_supplier_is_mandatory_in_a_d0350_unless_its_profile_says_otherwise() {
        let builtin = Profile::builtin(Flow::D0350);
        assert!(!builtin.has_mandatory_extras());
        let (date, most) = ("most = 8 },\n", "{ name = \"supplier_id\", most = 4");
        for (more, mandatory) in
            [("", true), (", mandatory = true", true), (", mandatory = false", false)]
        {
            let item = format!("{date}{most}{more} }},\n");
            let profile = Profile::from_toml(&builtin.as_toml().replace(date, &item)).unwrap();
            assert_eq!(profile.has_mandatory_extras(), mandatory, "{more}");
            assert_eq!(profile.update_group().items()[5].mandatory, mandatory, "{more}");
            assert!(profile.update_group().items()[4].mandatory);
        }
        let reason = "most = 8 },\n";
        let rejections = Profile::builtin(Flow::D0351);
        for (name, more, mandatory) in
            [("note", "", false), ("note", ", mandatory = true", true), ("supplier_id", "", false)]
        {
            let item = format!("{reason}{{ name = \"{name}\", most = 4{more} }},\n");
            let profile = Profile::from_toml(&rejections.as_toml().replace(reason, &item)).unwrap();
            assert_eq!(profile.has_mandatory_extras(), mandatory, "{name}{more}");
        }
        // a mandatory item may be named one
        let text = builtin.as_toml().replace(date, "most = 8, mandatory = true },\n");
        let profile = Profile::from_toml(&text).unwrap();
        assert_eq!(profile.update_group().items(), builtin.update_group().items());
        let text = builtin.as_toml().replace(date, "most = 8, mandatory = false },\n");
        let error = Profile::from_toml(&text).unwrap_err();
        assert_eq!(error.message(), "effective_from_date always has a value");
        assert!(error.line().is_some());
    }
}
