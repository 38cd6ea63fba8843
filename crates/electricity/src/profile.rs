//! The codes and items of a flow's groups as data: facts that only a licensed document can confirm.
//!
//! A profile is a small TOML file. The built-in ones ([`Profile::builtin`]) are placeholders, and
//! their texts ([`Profile::as_toml`]) say in comments what each key means:
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
    Electricity, Field, Flow, HEADER_ITEMS, ItemSpec, Layout, TRAILER_CODE, Table, item,
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
    placeholder: bool,
    flow: Flow,
    version: String,
    from_role: String,
    to_role: String,
    instruction_type: String,
    mp077_first_day: Option<EffectiveDate>,
    /// The lines of each layout.
    tables: [Table; 2],
    toml: String,
}

impl Profile {
    /// The built-in profile of a flow. It is a placeholder: nobody's codes.
    #[must_use]
    pub fn builtin(flow: Flow) -> Arc<Self> {
        static BUILT_IN: LazyLock<[Arc<Profile>; 2]> =
            LazyLock::new(|| [Arc::new(placeholder_d0350()), Arc::new(placeholder_d0351())]);
        let [d0350, d0351] = &*BUILT_IN;
        match flow {
            Flow::D0350 => d0350.clone(),
            Flow::D0351 => d0351.clone(),
        }
    }

    /// Reads a profile's text.
    ///
    /// ```
    /// use flagflow_electricity::{Flow, Profile};
    ///
    /// let builtin = Profile::builtin(Flow::D0350);
    /// let text = builtin.as_toml().replace("\"X02\"", "\"U02\"");
    /// assert_eq!(Profile::from_toml(&text)?.update_group().code(), "U02");
    ///
    /// let error = Profile::from_toml(&text.replace("most = 13", "most = 12")).unwrap_err();
    /// assert_eq!(error.message(), "mpan_core has 13 characters, not 12");
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

    /// Returns whether any of it is made up.
    #[must_use]
    pub const fn is_placeholder(&self) -> bool {
        self.placeholder
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

    /// The first day of the MP077 edition, where it is known.
    #[must_use]
    pub const fn mp077_first_day(&self) -> Option<EffectiveDate> {
        self.mp077_first_day
    }

    /// Returns the edition of a file that was made on a day, if the profile has the first day of
    /// MP077.
    #[must_use]
    pub fn edition_on(&self, day: EffectiveDate) -> Option<Edition> {
        Some(Edition::on(day, self.mp077_first_day?))
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

    /// Returns the level-1 group that opens a set of updates, where the flow has one.
    #[must_use]
    pub fn opening_group(&self) -> Option<&Group> {
        self.table(Layout::Zhv).line(LineKind::Group)
    }

    /// Returns the group that carries the updates, the file's records.
    #[must_use]
    pub fn update_group(&self) -> &Group {
        // the first line of each table
        &self.table(Layout::Zhv).lines()[0]
    }

    /// Returns the code of a line of some kind.
    #[must_use]
    pub fn code(&self, kind: LineKind, layout: Layout) -> &str {
        self.table(layout).line(kind).map_or("", LineSpec::code)
    }

    /// Returns the items of a line of some kind, after its code.
    #[must_use]
    pub fn items(&self, kind: LineKind) -> &[ItemSpec] {
        self.table(Layout::Zhv).line(kind).map_or(&[], LineSpec::items)
    }

    /// Returns the length of a line of some kind in [`Layout::Zhf`], its code counted.
    #[must_use]
    pub fn fixed_length(&self, kind: LineKind) -> usize {
        self.table(Layout::Zhf).line(kind).map_or(0, LineSpec::fixed_length)
    }

    /// Returns whether an item of a line is an *extra*: neither part of the typed value that the
    /// line becomes nor known from the profile, so that a writer of the line has to carry it along.
    #[must_use]
    pub const fn is_extra(&self, kind: LineKind, field: Field) -> bool {
        match kind {
            LineKind::Group => slot_of_opening(field).is_extra(),
            LineKind::Record => slot_of_record(self.flow, field).is_extra(),
            _ => false,
        }
    }

    /// Returns whether the update group or the level-1 group has a mandatory item of which only the
    /// profile knows the name. Such an item is read whatever it says, and nothing refuses it where
    /// it is empty.
    #[must_use]
    pub fn has_mandatory_extras(&self) -> bool {
        let groups = self.opening_group().into_iter().chain([self.update_group()]);
        let mut items = groups.flat_map(Group::items);
        items.any(|item| item.mandatory && matches!(item.field, Field::Other(_)))
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

/// The use of an item of a level-1 group.
const fn slot_of_opening(field: Field) -> Slot {
    match field {
        Field::FileSequenceNumber => Slot::Unused,
        Field::InstructionType => Slot::Constant,
        _ => Slot::Extra,
    }
}

/// The use of an item of an update group. An item of another flow's value is checked and carried.
const fn slot_of_record(flow: Flow, field: Field) -> Slot {
    match (field, flow) {
        (Field::InstructionNumber, _) => Slot::Number,
        (Field::InstructionType, _) => Slot::Constant,
        (Field::MpanCore, _) => {
            Slot::Point(CheckDigits { weights: &MpanCore::CHECK_WEIGHTS, digits: 1 })
        }
        (Field::DccServiceFlag, Flow::D0350) => Slot::Flag,
        (Field::EffectiveFromDate, Flow::D0350) => Slot::Date,
        (Field::ReasonCode, Flow::D0351) => Slot::Reason,
        (Field::DccServiceFlag | Field::EffectiveFromDate | Field::FileSequenceNumber, _) => {
            Slot::Checked
        }
        _ => Slot::Extra,
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

/// A group as a profile says it: its code, its level, and its items with kind and length.
#[derive(Clone)]
struct GroupItems {
    code: String,
    level: u8,
    items: Vec<ItemSpec>,
}

impl GroupItems {
    fn has(&self, field: Field) -> bool {
        self.items.iter().any(|item| item.field == field)
    }

    fn line(self, kind: LineKind, slot: impl Fn(Field) -> Slot) -> Group {
        let item = |item: ItemSpec| Item { slot: slot(item.field), ..item };
        let items = self.items.into_iter().map(item).collect();
        LineSpec::new(kind, kind, Cow::Owned(self.code), Cow::Owned(items)).below(None, self.level)
    }
}

/// The tables of a profile in both layouts.
fn tables(
    flow: Flow,
    (opening, update): (Option<GroupItems>, GroupItems),
    trailer: [ItemSpec; 5],
    instruction_type: &str,
) -> [Table; 2] {
    let (parent, level) = (opening.as_ref().map(|_| LineKind::Group), update.level);
    let update = update.line(LineKind::Record, |field| slot_of_record(flow, field));
    let opening = opening.map(|group| group.line(LineKind::Group, slot_of_opening));
    let constant = |line: Group| line.with_constant(instruction_type.to_owned());
    let mut lines = vec![constant(update.below(parent, level))];
    lines.extend(opening.map(constant));
    let envelope = |kind, code, items| {
        LineSpec::new(kind, kind, Cow::Borrowed(code), items)
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

fn placeholder_groups(code: &str, own: &[ItemSpec]) -> (GroupItems, GroupItems) {
    let sequence = item(Field::FileSequenceNumber, ItemKind::Number, 10);
    let mut items = vec![
        item(Field::InstructionNumber, ItemKind::Number, 10),
        item(Field::InstructionType, ItemKind::Text, 4),
        item(Field::MpanCore, ItemKind::Mpan, 13),
    ];
    items.extend_from_slice(own);
    (
        GroupItems { code: "X01".to_owned(), level: 1, items: vec![sequence] },
        GroupItems { code: code.to_owned(), level: 2, items },
    )
}

/// The same as the text `profiles/d0350.toml`, without a way to fail.
fn placeholder_d0350() -> Profile {
    let own = [
        item(Field::DccServiceFlag, ItemKind::Flag, 1),
        item(Field::EffectiveFromDate, ItemKind::Date, 8),
    ];
    let (opening, update) = placeholder_groups("X02", &own);
    Profile {
        name: "built-in placeholder for D0350".to_owned(),
        source: PLACEHOLDER_SOURCE.to_owned(),
        placeholder: true,
        flow: Flow::D0350,
        version: "001".to_owned(),
        from_role: "Z".to_owned(),
        to_role: "P".to_owned(),
        instruction_type: "DC01".to_owned(),
        mp077_first_day: None,
        tables: tables(Flow::D0350, (Some(opening), update), trailer_items(10, 10, 10), "DC01"),
        toml: include_str!("../profiles/d0350.toml").to_owned(),
    }
}

/// The same as the text `profiles/d0351.toml`, without a way to fail.
fn placeholder_d0351() -> Profile {
    let (opening, update) =
        placeholder_groups("X03", &[item(Field::ReasonCode, ItemKind::Text, 8)]);
    Profile {
        name: "built-in placeholder for D0351".to_owned(),
        flow: Flow::D0351,
        from_role: "P".to_owned(),
        to_role: "Z".to_owned(),
        instruction_type: "DC11".to_owned(),
        tables: tables(Flow::D0351, (Some(opening), update), trailer_items(10, 10, 10), "DC11"),
        toml: include_str!("../profiles/d0351.toml").to_owned(),
        ..placeholder_d0350()
    }
}

const PLACEHOLDER_SOURCE: &str =
    "shape of sibling instruction flows; the Data Transfer Catalogue is not public";

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
        assert_eq!(d0350.name(), "built-in placeholder for D0350");
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
