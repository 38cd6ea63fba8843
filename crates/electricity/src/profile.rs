//! What only a licensed document could confirm, as data: the codes and items of a flow's groups.
//!
//! A profile is a small TOML file. The built-in ones ([`Profile::builtin`]) are placeholders, and
//! their texts ([`Profile::as_toml`]) say in comments what each key means:
//!
//! ```toml
#![doc = include_str!("../profiles/d0350.toml")]
//! ```

mod read;

use std::fmt;
use std::sync::{Arc, LazyLock};

use flagflow_domain::EffectiveDate;

use crate::fast::Steps;
use crate::item::{
    Field, Flow, HEADER_ITEMS, ItemKind, ItemSpec, Layout, TRAILER_CODE, trailer_items,
};
use crate::plan::RowPlans;

/// A group of lines: the code that each begins with, and the items after it in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    code: String,
    level: u8,
    items: Vec<ItemSpec>,
}

impl Group {
    /// The code, 1 to 8 printable characters.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// 1 for a top-level group, 2 for one below it.
    #[must_use]
    pub const fn level(&self) -> u8 {
        self.level
    }

    /// The items after the code, at most [`MAX_ITEMS`](crate::MAX_ITEMS).
    #[must_use]
    pub fn items(&self) -> &[ItemSpec] {
        &self.items
    }

    /// Whether one of the items is this field.
    #[must_use]
    pub fn has(&self, field: Field) -> bool {
        self.items.iter().any(|item| item.field == field)
    }
}

/// Which line of a file a line is, by its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineKind {
    /// The header, `ZHV` or `ZHF`.
    Header,
    /// A level-1 group, which opens a set of updates.
    Group,
    /// The update group: a record.
    Update,
    /// The trailer, `ZPT`.
    Trailer,
}

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
    opening: Option<Group>,
    update: Group,
    trailer: [ItemSpec; 5],
    steps: Steps,
    rows: RowPlans,
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
        read::profile(text)
    }

    /// The text that the profile was read from, comments and all.
    #[must_use]
    pub fn as_toml(&self) -> &str {
        &self.toml
    }

    /// What the profile is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where its facts come from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether any of it is made up.
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

    /// Whether an item of a header is the flow and version.
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

    /// The level-1 group that opens a set of updates, where the flow has one.
    #[must_use]
    pub const fn opening_group(&self) -> Option<&Group> {
        self.opening.as_ref()
    }

    /// The group that carries the updates, the file's records.
    #[must_use]
    pub const fn update_group(&self) -> &Group {
        &self.update
    }

    /// The code of a line of some kind.
    #[must_use]
    pub fn code(&self, kind: LineKind, layout: Layout) -> &str {
        match (kind, &self.opening) {
            (LineKind::Header, _) => layout.header_code(),
            (LineKind::Trailer, _) => TRAILER_CODE,
            (LineKind::Group, Some(group)) => group.code(),
            (LineKind::Group, None) => "",
            (LineKind::Update, _) => self.update.code(),
        }
    }

    /// The items of a line of some kind, after its code.
    #[must_use]
    pub fn items(&self, kind: LineKind) -> &[ItemSpec] {
        match (kind, &self.opening) {
            (LineKind::Header, _) => &HEADER_ITEMS,
            (LineKind::Trailer, _) => &self.trailer,
            (LineKind::Group, Some(group)) => group.items(),
            (LineKind::Group, None) => &[],
            (LineKind::Update, _) => self.update.items(),
        }
    }

    /// How long a line of some kind is in [`Layout::Zhf`], its code counted.
    #[must_use]
    pub fn fixed_length(&self, kind: LineKind) -> usize {
        let items = self.items(kind).iter().map(|item| item.most);
        self.code(kind, Layout::Zhf).len() + items.sum::<usize>()
    }

    /// Whether an item of a line is an *extra*: neither part of the typed value that the line
    /// becomes nor known from the profile, so that who writes the line again has to carry it along.
    #[must_use]
    pub const fn is_extra(&self, kind: LineKind, field: Field) -> bool {
        match (kind, field) {
            (LineKind::Header | LineKind::Trailer, _) | (_, Field::InstructionType) => false,
            (LineKind::Group, _) => !matches!(field, Field::FileSequenceNumber),
            (LineKind::Update, Field::InstructionNumber | Field::MpanCore) => false,
            (LineKind::Update, Field::DccServiceFlag | Field::EffectiveFromDate) => {
                !matches!(self.flow, Flow::D0350)
            }
            (LineKind::Update, Field::ReasonCode) => !matches!(self.flow, Flow::D0351),
            (LineKind::Update, _) => true,
        }
    }

    /// Returns whether the update group or the level-1 group has a mandatory item of which only the profile
    /// knows the name. Such an item is read whatever it says, and nothing refuses it where it is empty.
    #[must_use]
    pub fn has_mandatory_extras(&self) -> bool {
        let groups = self.opening.iter().chain([&self.update]);
        let mut items = groups.flat_map(Group::items);
        items.any(|item| item.mandatory && matches!(item.field, Field::Other(_)))
    }

    pub(crate) const fn steps(&self) -> &Steps {
        &self.steps
    }

    pub(crate) const fn rows(&self) -> &RowPlans {
        &self.rows
    }
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
    /// What is wrong, without the place.
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

fn placeholder_opening() -> Group {
    let sequence = ItemSpec::new(Field::FileSequenceNumber, ItemKind::Number, 10);
    Group { code: "X01".to_owned(), level: 1, items: vec![sequence] }
}

fn placeholder_update(code: &str, own: &[ItemSpec]) -> Group {
    let mut items = vec![
        ItemSpec::new(Field::InstructionNumber, ItemKind::Number, 10),
        ItemSpec::new(Field::InstructionType, ItemKind::Text, 4),
        ItemSpec::new(Field::MpanCore, ItemKind::Mpan, 13),
    ];
    items.extend_from_slice(own);
    Group { code: code.to_owned(), level: 2, items }
}

/// The same as the text `profiles/d0350.toml`, without a way to fail.
fn placeholder_d0350() -> Profile {
    let own = [
        ItemSpec::new(Field::DccServiceFlag, ItemKind::Flag, 1),
        ItemSpec::new(Field::EffectiveFromDate, ItemKind::Date, 8),
    ];
    let update = placeholder_update("X02", &own);
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
        opening: Some(placeholder_opening()),
        steps: Steps::new(&update, "DC01"),
        rows: RowPlans::default(),
        update,
        trailer: trailer_items(10, 10, 10),
        toml: include_str!("../profiles/d0350.toml").to_owned(),
    }
}

/// The same as the text `profiles/d0351.toml`, without a way to fail.
fn placeholder_d0351() -> Profile {
    let own = [ItemSpec::new(Field::ReasonCode, ItemKind::Text, 8)];
    let update = placeholder_update("X03", &own);
    Profile {
        name: "built-in placeholder for D0351".to_owned(),
        flow: Flow::D0351,
        from_role: "P".to_owned(),
        to_role: "Z".to_owned(),
        instruction_type: "DC11".to_owned(),
        steps: Steps::new(&update, "DC11"),
        rows: RowPlans::default(),
        update,
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
        assert_eq!(code(LineKind::Update, Layout::Zhv), "X02");
        assert_eq!(code(LineKind::Trailer, Layout::Zhf), "ZPT");
        let lengths = [LineKind::Header, LineKind::Group, LineKind::Update, LineKind::Trailer]
            .map(|kind| d0350.items(kind).len());
        assert_eq!(lengths, [11, 1, 5, 5]);
    }

    /// formats.md section 4 and the decisions, by hand.
    #[test]
    fn lengths_are_those_of_the_documents() {
        let length = |flow, kind| Profile::builtin(flow).fixed_length(kind);
        assert_eq!(length(Flow::D0350, LineKind::Header), 60);
        assert_eq!(length(Flow::D0350, LineKind::Group), 13);
        assert_eq!(length(Flow::D0350, LineKind::Update), 39);
        assert_eq!(length(Flow::D0351, LineKind::Update), 38);
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
            assert_eq!(d0350.is_extra(LineKind::Update, field), of_d0350, "{field}");
            assert_eq!(d0351.is_extra(LineKind::Update, field), of_d0351, "{field}");
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
        let text = builtin.as_toml().replace(date, "most = 8, mandatory = false },\n");
        let error = Profile::from_toml(&text).unwrap_err();
        assert_eq!(error.message(), "effective_from_date always has a value");
        assert!(error.line().is_some());
    }
}
