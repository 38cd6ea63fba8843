//! Reading a profile's text.

use std::ops::Range;

use flagflow_codec::{Cardinality, ItemKind, MAX_ITEMS, MAX_LINES};
use flagflow_domain::EffectiveDate;
use serde::Deserialize;
use toml::Spanned;

use super::{GroupItems, MP077_FIRST_DAY, Profile, ProfileError, tables, typed_items};
use crate::field::{FileIdentifier, ReasonCode, SupplierId};
use crate::item::{
    self, Field, Flow, HEADER_ITEMS, ItemSpec, Layout, LineTag, TRAILER_CODE, trailer_items,
};

/// The text as TOML has it, each value with its place.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    name: String,
    source: String,
    flow: Spanned<String>,
    version: Spanned<String>,
    from_role: Spanned<String>,
    to_role: Spanned<String>,
    instruction_type: Spanned<String>,
    mp077_first_day: Option<Spanned<toml::Value>>,
    #[serde(default)]
    trailer: TrailerDraft,
    #[serde(default)]
    group: Vec<Spanned<GroupDraft>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct TrailerDraft {
    group_count: Option<Spanned<usize>>,
    checksum: Option<Spanned<usize>>,
    flow_count: Option<Spanned<usize>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupDraft {
    code: Spanned<String>,
    level: Spanned<u8>,
    parent: Option<Spanned<String>>,
    occurs: Spanned<String>,
    items: Spanned<Vec<Spanned<ItemDraft>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemDraft {
    name: Spanned<String>,
    format: Spanned<String>,
    #[serde(default)]
    optional: bool,
}

/// The keys of the former profile language.
#[derive(Deserialize)]
struct FormerDraft {
    placeholder: Option<Spanned<toml::Value>>,
    #[serde(default)]
    group: Vec<FormerGroup>,
}

#[derive(Deserialize)]
struct FormerGroup {
    update: Option<Spanned<toml::Value>>,
    #[serde(default)]
    items: Vec<FormerItem>,
}

#[derive(Deserialize)]
struct FormerItem {
    kind: Option<Spanned<toml::Value>>,
    most: Option<Spanned<toml::Value>>,
    mandatory: Option<Spanned<toml::Value>>,
}

impl FormerDraft {
    /// Returns the first value of a key of the former language, and the key.
    fn key(&self) -> Option<(&Spanned<toml::Value>, &'static str)> {
        let keys = self.group.iter().flat_map(|group| {
            let items = group.items.iter().flat_map(|item| {
                [(&item.kind, "kind"), (&item.most, "most"), (&item.mandatory, "mandatory")]
            });
            std::iter::once((&group.update, "update")).chain(items)
        });
        let keys = std::iter::once((&self.placeholder, "placeholder")).chain(keys);
        keys.into_iter().find_map(|(value, key)| Some((value.as_ref()?, key)))
    }
}

/// An error, and the bytes of the text that have it.
struct Wrong {
    message: String,
    span: Option<Range<usize>>,
}

type Checked<T> = Result<T, Wrong>;

fn wrong<T, V>(value: &Spanned<V>, message: impl Into<String>) -> Checked<T> {
    Err(Wrong { message: message.into(), span: Some(value.span()) })
}

fn missing<T>(message: impl Into<String>) -> Checked<T> {
    Err(Wrong { message: message.into(), span: None })
}

/// The most characters of an item that nothing else bounds.
const MOST: usize = 999;

/// The most digits of a number: they always fit 64 bits.
const MOST_DIGITS: usize = 19;

/// The most digits of a count of instructions: they always fit 32 bits.
const MOST_DIGITS_OF_COUNT: usize = 9;

/// The highest level of a group.
const MOST_LEVELS: u8 = 8;

pub(super) fn profile(text: &str) -> Result<Profile, ProfileError> {
    read(text).map_err(|wrong| located(wrong, text))
}

fn read(text: &str) -> Checked<Profile> {
    if let Ok(former) = toml::from_str::<FormerDraft>(text)
        && let Some((value, key)) = former.key()
    {
        return wrong(value, former_language(key));
    }
    let draft: Draft = toml::from_str(text)
        .map_err(|error| Wrong { message: error.message().to_owned(), span: error.span() })?;
    checked(&draft, text)
}

fn former_language(key: &str) -> String {
    format!(
        "the key {key} is of the former profile language: an item now has a format, such as \
         format = \"INT(12)\", and optional = true if it may be empty; a group has \
         occurs = \"0..*\" and, from level 2 on, the code of its parent; \
         `flagflow profile show` prints an example"
    )
}

fn located(Wrong { message, span }: Wrong, text: &str) -> ProfileError {
    let before = span.and_then(|span| text.get(..span.start));
    let place = before.map(|before| {
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        (line, column)
    });
    ProfileError { message, place }
}

fn checked(draft: &Draft, text: &str) -> Checked<Profile> {
    let flow = flow(&draft.flow)?;
    let instruction_type = plain(&draft.instruction_type, "instruction_type", 1..=32)?;
    let groups = groups(draft, flow)?;
    let trailer = trailer(&draft.trailer)?;
    Ok(Profile {
        name: draft.name.clone(),
        source: draft.source.clone(),
        flow,
        version: version(&draft.version)?,
        from_role: plain(&draft.from_role, "from_role", 1..=1)?,
        to_role: plain(&draft.to_role, "to_role", 1..=1)?,
        mp077_first_day: draft.mp077_first_day.as_ref().map_or(Ok(MP077_FIRST_DAY), day)?,
        tables: tables(flow, groups, trailer, &instruction_type),
        instruction_type,
        toml: text.to_owned(),
    })
}

fn flow(flow: &Spanned<String>) -> Checked<Flow> {
    match Flow::ALL.into_iter().find(|known| known.as_str() == flow.get_ref()) {
        Some(flow) => Ok(flow),
        None => wrong(flow, "the flow is D0350, D0351 or D0172"),
    }
}

fn version(version: &Spanned<String>) -> Checked<String> {
    let text = version.get_ref();
    if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.clone());
    }
    wrong(version, "the version is three digits")
}

/// Text that can stand in a line anywhere: printable, no pipe, no space.
fn plain(
    value: &Spanned<String>,
    what: &str,
    lengths: std::ops::RangeInclusive<usize>,
) -> Checked<String> {
    let text = value.get_ref();
    if !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'|') {
        return wrong(value, format!("{what} is printable characters, without pipes and spaces"));
    }
    if !lengths.contains(&text.len()) {
        let (least, most) = (lengths.start(), lengths.end());
        return wrong(value, format!("{what} has {least} to {most} characters"));
    }
    Ok(text.clone())
}

/// A date of TOML's own, or text.
fn day(value: &Spanned<toml::Value>) -> Checked<EffectiveDate> {
    let text = match value.get_ref() {
        toml::Value::Datetime(date) => date.to_string(),
        toml::Value::String(text) => text.clone(),
        _ => String::new(),
    };
    match text.parse() {
        Ok(day) => Ok(day),
        Err(_) => wrong(value, "mp077_first_day is a day, 2021-11-04"),
    }
}

fn trailer(draft: &TrailerDraft) -> Checked<[ItemSpec; 5]> {
    let length = |value: &Option<Spanned<usize>>, what, most| match value {
        None => Ok(10),
        Some(value) if (1..=most).contains(value.get_ref()) => Ok(*value.get_ref()),
        Some(value) => wrong(value, format!("{what} has 1 to {most} characters")),
    };
    Ok(trailer_items(
        length(&draft.group_count, "group_count", MOST_DIGITS)?,
        length(&draft.checksum, "checksum", MOST)?,
        length(&draft.flow_count, "flow_count", MOST_DIGITS)?,
    ))
}

/// The groups, each with its part in the file.
fn groups(draft: &Draft, flow: Flow) -> Checked<Vec<GroupItems>> {
    let drafts = &draft.group;
    // header and trailer are lines too
    let most = MAX_LINES - 2;
    if let Some(group) = drafts.get(most) {
        return wrong(group, format!("a profile has at most {most} groups"));
    }
    codes(drafts)?;
    names(drafts)?;
    let mut groups = Vec::new();
    for group in drafts {
        groups.push(read_group(group, draft)?);
    }
    let record = record_group(&groups, drafts, flow)?;
    let (code, parent) = (groups[record].code.clone(), groups[record].parent.clone());
    let mut further = 0..;
    for (at, group) in groups.iter_mut().enumerate() {
        group.tag = match () {
            () if at == record => LineTag::Record,
            () if Some(&group.code) == parent.as_ref() => LineTag::Group,
            () if group.has(Field::RejectionReasonCode) => LineTag::Reason,
            () => LineTag::Further(further.next().unwrap_or_default()),
        };
    }
    for (group, draft) in groups.iter().zip(drafts) {
        check_place_of_items(group, draft, &code, flow)?;
    }
    if flow == Flow::D0351 && !groups.iter().any(|group| group.tag == LineTag::Reason) {
        return missing(format!("no group below {code} has the item rejection_reason_code"));
    }
    Ok(groups)
}

/// Returns the place of the records' group, which has all that its flow needs.
fn record_group(
    groups: &[GroupItems],
    drafts: &[Spanned<GroupDraft>],
    flow: Flow,
) -> Checked<usize> {
    let Some(at) = groups.iter().position(|group| group.has(Field::InstructionNumber)) else {
        return missing("no group has the item instruction_number");
    };
    let (group, draft) = (&groups[at], &drafts[at]);
    if group.level > 2 {
        let level = &draft.get_ref().level;
        return wrong(level, "the group with instruction_number has level 1 or 2");
    }
    let needed = typed_items(flow);
    if let Some(field) = needed.iter().find(|field| !group.has(**field)) {
        return wrong(draft, format!("the group of {flow} with instruction_number needs {field}"));
    }
    Ok(at)
}

/// Refuses known items in a group other than their own, and optional ones that always have a value.
fn check_place_of_items(
    group: &GroupItems,
    draft: &Spanned<GroupDraft>,
    records: &str,
    flow: Flow,
) -> Checked<()> {
    let GroupDraft { parent, items, .. } = draft.get_ref();
    for (item, draft) in group.items.iter().zip(items.get_ref()) {
        let (field, name) = (item.field, &draft.get_ref().name);
        let is_known = !matches!(field, Field::Other(_));
        let is_optional_answer = flow == Flow::D0351
            && matches!(
                field,
                Field::MpanCore
                    | Field::DccServiceFlag
                    | Field::EffectiveFromDate
                    | Field::SupplierId
            );
        let is_typed = match group.tag {
            LineTag::Record => {
                field == Field::InstructionType || typed_items(flow).contains(&field)
            }
            _ => is_known,
        };
        if is_typed && !item.mandatory && !is_optional_answer {
            return wrong(name, format!("{field} always has a value in a {flow}"));
        }
        match group.tag {
            LineTag::Record if field == Field::RejectionReasonCode => {
                let what = "rejection_reason_code belongs in a group below the group with \
                            instruction_number";
                return wrong(name, what);
            }
            LineTag::Record => {}
            LineTag::Group
                if matches!(field, Field::FileSequenceNumber | Field::InstructionType) => {}
            LineTag::Reason if flow != Flow::D0351 => {
                return wrong(name, format!("a {flow} has no rejection_reason_code"));
            }
            LineTag::Reason if parent.as_ref().map(|it| it.get_ref().as_str()) != Some(records) => {
                return wrong(
                    name,
                    format!("rejection_reason_code belongs in a group below {records}"),
                );
            }
            LineTag::Reason if field == Field::RejectionReasonCode => {}
            LineTag::Reason => {
                return wrong(name, "the group with rejection_reason_code has no other item");
            }
            _ if is_known => {
                return wrong(
                    name,
                    format!("{field} belongs in the group with instruction_number"),
                );
            }
            _ => {}
        }
    }
    Ok(())
}

/// No code may be the beginning of another: in the zhf layout nothing separates a code from its
/// items.
fn codes(groups: &[Spanned<GroupDraft>]) -> Checked<()> {
    let headers = Layout::ALL.map(Layout::header_code);
    let mut known = vec![headers[0], headers[1], TRAILER_CODE];
    for code in groups.iter().map(|group| &group.get_ref().code) {
        plain(code, "a group's code", 1..=8)?;
        let text = code.get_ref().as_str();
        if let Some(other) = known.iter().find(|k| k.starts_with(text) || text.starts_with(**k)) {
            return wrong(
                code,
                format!("the code {text} cannot be distinguished from the code {other}"),
            );
        }
        known.push(text);
    }
    Ok(())
}

/// A name is one item's in a whole file, so that a report means one by it.
fn names(groups: &[Spanned<GroupDraft>]) -> Checked<()> {
    let envelope = HEADER_ITEMS.into_iter().chain(trailer_items(1, 1, 1));
    let mut known: Vec<String> = envelope.map(|item| item.field.name().to_owned()).collect();
    for item in groups.iter().flat_map(|group| group.get_ref().items.get_ref()) {
        let name = &item.get_ref().name;
        if known.contains(name.get_ref()) {
            return wrong(name, format!("a second item of the name {}", name.get_ref()));
        }
        known.push(name.get_ref().clone());
    }
    Ok(())
}

/// Reads a group, whose part in the file is not known yet.
fn read_group(group: &Spanned<GroupDraft>, draft: &Draft) -> Checked<GroupItems> {
    let GroupDraft { code, level, items, .. } = group.get_ref();
    let drafts = items.get_ref();
    if drafts.len() > MAX_ITEMS {
        return wrong(items, format!("a group has at most {MAX_ITEMS} items"));
    }
    let parent = parent(group, &draft.group)?;
    let least = draft.instruction_type.get_ref().len();
    let items: Checked<Vec<_>> =
        drafts.iter().map(|item| read_item(item.get_ref(), least)).collect();
    Ok(GroupItems {
        tag: LineTag::Group,
        code: code.get_ref().clone(),
        level: *level.get_ref(),
        parent,
        occurs: cardinality(&group.get_ref().occurs)?,
        items: items?,
    })
}

/// Returns the code of a group's parent, which is one level above the group.
fn parent(group: &Spanned<GroupDraft>, groups: &[Spanned<GroupDraft>]) -> Checked<Option<String>> {
    let GroupDraft { level, parent, .. } = group.get_ref();
    let own = *level.get_ref();
    let Some(parent) = parent else {
        return match own {
            1 => Ok(None),
            _ => wrong(level, format!("a group of level {own} needs a parent")),
        };
    };
    if !(1..=MOST_LEVELS).contains(&own) {
        return wrong(level, format!("a level is 1 to {MOST_LEVELS}"));
    }
    let code = parent.get_ref();
    let above = groups.iter().map(Spanned::get_ref).find(|it| it.code.get_ref() == code);
    match above.map(|it| *it.level.get_ref()) {
        _ if own == 1 => wrong(parent, "a group of level 1 has no parent"),
        None => wrong(parent, format!("no group has the code {code}")),
        Some(above) if above + 1 != own => wrong(
            parent,
            format!("{code} has level {above}, so a group below it has level {}", above + 1),
        ),
        Some(_) => Ok(Some(code.clone())),
    }
}

/// Reads how often a group occurs: `1`, `0..1`, `0..*`, `1..*`, `2..5`.
fn cardinality(occurs: &Spanned<String>) -> Checked<Cardinality> {
    let text = occurs.get_ref();
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|_| is_number)
    };
    let (least, most) = text.split_once("..").unwrap_or((text, text));
    let most = if most == "*" { Some(None) } else { number(most).map(Some) };
    match (number(least), most) {
        (Some(least), Some(most)) if most.is_none_or(|most| most >= least.max(1)) => {
            Ok(Cardinality { least, most })
        }
        _ => wrong(occurs, "occurs is a number or a range: 1, 0..1, 0..*, 1..* or 2..5"),
    }
}

fn read_item(item: &ItemDraft, instruction_type: usize) -> Checked<ItemSpec> {
    if item.name.get_ref() == "reason_code" {
        return wrong(&item.name, "the item reason_code is called rejection_reason_code now");
    }
    let Some(field) = Field::of_name(item.name.get_ref()) else {
        return wrong(
            &item.name,
            "a name is at most 32 lower-case letters, digits and underscores",
        );
    };
    let (kind, length) = read_format(&item.format)?;
    let demand = demand(field, instruction_type);
    let kind = match (kind, demand) {
        (_, None) => kind,
        (kind, Some(demand)) if demand.takes(kind, length) => demand.kind,
        (_, Some(demand)) => {
            let format = item.format.get_ref();
            return wrong(&item.format, format!("{field} has the format {demand}, not {format}"));
        }
    };
    let mandatory = !item.optional;
    Ok(ItemSpec { mandatory, ..item::item(field, kind, length) })
}

/// Reads a format: `INT(12)`, `NUM(13)`, `CHAR(4)`, `DATE(8)`.
fn read_format(format: &Spanned<String>) -> Checked<(ItemKind, usize)> {
    let parts = format.get_ref().strip_suffix(')').and_then(|text| text.split_once('('));
    let (name, digits) = parts.unwrap_or_default();
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    match (name, digits.parse().ok().filter(|_| is_number)) {
        ("INT" | "NUM", Some(length @ 1..=MOST)) => Ok((ItemKind::Number, length)),
        ("CHAR", Some(length @ 1..=MOST)) => Ok((ItemKind::Text, length)),
        ("DATE", Some(8)) => Ok((ItemKind::Date, 8)),
        _ => wrong(
            format,
            format!("a format is INT(n), NUM(n), CHAR(n) or DATE(8), with n from 1 to {MOST}"),
        ),
    }
}

/// The formats that a known item may have.
struct Demand {
    /// The kind of the item.
    kind: ItemKind,
    least: usize,
    most: usize,
}

impl Demand {
    /// Returns the name of the format.
    const fn format(&self) -> &'static str {
        match self.kind {
            ItemKind::Number => "INT",
            ItemKind::Mpan => "NUM",
            ItemKind::Date => "DATE",
            _ => "CHAR",
        }
    }

    /// Returns whether a format with a length is one of these.
    fn takes(&self, kind: ItemKind, length: usize) -> bool {
        let of_format = match self.kind {
            ItemKind::Mpan => ItemKind::Number,
            ItemKind::Flag => ItemKind::Text,
            kind => kind,
        };
        of_format == kind && (self.least..=self.most).contains(&length)
    }
}

impl std::fmt::Display for Demand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { least, most, .. } = self;
        match least == most {
            true => write!(f, "{}({most})", self.format()),
            false => write!(f, "{0}({least}) to {0}({most})", self.format()),
        }
    }
}

/// Returns the formats of an item with a meaning.
const fn demand(field: Field, instruction_type: usize) -> Option<Demand> {
    let (kind, least, most) = match field {
        Field::FileSequenceNumber | Field::InstructionNumber | Field::IncomingInstructionNumber => {
            (ItemKind::Number, 1, MOST_DIGITS)
        }
        Field::Received | Field::Accepted | Field::Rejected => {
            (ItemKind::Number, 1, MOST_DIGITS_OF_COUNT)
        }
        Field::InstructionType => (ItemKind::Text, instruction_type, MOST),
        Field::MpanCore => (ItemKind::Mpan, 13, 13),
        Field::DccServiceFlag => (ItemKind::Flag, 1, 1),
        Field::EffectiveFromDate | Field::DeemedReceivedDate => (ItemKind::Date, 8, 8),
        Field::SupplierId => (ItemKind::Text, 1, SupplierId::MOST),
        Field::RejectionReasonCode => (ItemKind::Text, 1, ReasonCode::MOST),
        Field::AnsweredFileIdentifier => (ItemKind::Text, 1, FileIdentifier::MOST),
        _ => return None,
    };
    Some(Demand { kind, least, most })
}

#[cfg(test)]
mod tests {
    use flagflow_codec::LineKind;

    use super::*;

    fn builtin() -> String {
        Profile::builtin(Flow::D0350).as_toml().to_owned()
    }

    /// The error of the built-in text with one part replaced.
    #[track_caller]
    fn refused(from: &str, to: &str) -> ProfileError {
        let text = builtin();
        assert!(text.contains(from), "{from}");
        Profile::from_toml(&text.replacen(from, to, 1)).unwrap_err()
    }

    const FLAG: &str = "    { name = \"dcc_service_flag\", kind = \"flag\", most = 1 },\n";

    #[test]
    fn each_contradiction_is_said_in_its_own_words() {
        for (from, to, message) in [
            ("flow = \"D0350\"", "flow = \"D0010\"", "the flow is D0350 or D0351"),
            ("version = \"001\"", "version = \"1\"", "the version is three digits"),
            ("from_role = \"Z\"", "from_role = \"ZZ\"", "from_role has 1 to 1 characters"),
            (
                "to_role = \"P\"",
                "to_role = \"|\"",
                "to_role is printable characters, without pipes and spaces",
            ),
            ("version = \"001\"", "version = \"0x1\"", "the version is three digits"),
            ("from_role = \"Z\"", "from_role = \"\"", "from_role has 1 to 1 characters"),
            ("to_role = \"P\"", "to_role = \"\"", "to_role has 1 to 1 characters"),
            ("to_role = \"P\"", "to_role = \"PP\"", "to_role has 1 to 1 characters"),
            ("\"DC01\"", "\"\"", "instruction_type has 1 to 32 characters"),
            ("\"DC01\"", "\"DC001\"", "instruction_type has 5 to 999 characters, not 4"),
            (
                "# mp077_first_day = 2025-06-30",
                "mp077_first_day = 12:00:00",
                "mp077_first_day is a day, 2025-06-30",
            ),
            (
                "# mp077_first_day = 2025-06-30",
                "mp077_first_day = 20250630",
                "mp077_first_day is a day, 2025-06-30",
            ),
            ("group_count = 10", "group_count = 20", "group_count has 1 to 19 characters"),
            ("checksum = 10", "checksum = 0", "checksum has 1 to 999 characters"),
            ("checksum = 10", "checksum = 1000", "checksum has 1 to 999 characters"),
            ("flow_count = 10", "flow_count = 0", "flow_count has 1 to 19 characters"),
            (
                "[[group]]\n",
                "[[group]]\ncode = \"X00\"\nlevel = 1\nitems = []\n\n[[group]]\n",
                "at most one group besides the update group",
            ),
            ("update = true\n", "", "no group has update = true"),
            ("level = 1\n", "level = 1\nupdate = true\n", "a second group with update = true"),
            ("level = 1\n", "level = 2\n", "the group besides the update group has level 1"),
            ("level = 2\n", "level = 3\n", "a level is 1 or 2"),
            ("level = 2\n", "level = 0\n", "a level is 1 or 2"),
            ("level = 2\n", "level = 1\n", "the update group has level 2 below a group of level 1"),
            ("\"X01\"", "\"ZHF\"", "the code ZHF cannot be distinguished from the code ZHF"),
            ("\"X01\"", "\"ZHV\"", "the code ZHV cannot be distinguished from the code ZHV"),
            ("\"X01\"", "\"\"", "a group's code has 1 to 8 characters"),
            ("\"X01\"", "\"ZP\"", "the code ZP cannot be distinguished from the code ZPT"),
            ("\"X01\"", "\"X02A\"", "the code X02 cannot be distinguished from the code X02A"),
            (
                "\"X01\"",
                "\"X 1\"",
                "a group's code is printable characters, without pipes and spaces",
            ),
            ("\"X01\"", "\"X01234567\"", "a group's code has 1 to 8 characters"),
            (FLAG, "", "the update group of D0350 needs an item dcc_service_flag"),
            (
                "kind = \"flag\", most = 1",
                "kind = \"text\", most = 1",
                "dcc_service_flag is of the kind flag",
            ),
            ("kind = \"flag\"", "kind = \"letter\"", "a kind is text, number, mpan, flag or date"),
            ("most = 13", "most = 14", "mpan_core has 13 characters, not 14"),
            ("most = 13", "most = 12", "mpan_core has 13 characters, not 12"),
            (
                "kind = \"flag\", most = 1",
                "kind = \"flag\", most = 2",
                "dcc_service_flag has 1 characters, not 2",
            ),
            (
                "kind = \"flag\", most = 1",
                "kind = \"flag\", most = 0",
                "dcc_service_flag has 1 characters, not 0",
            ),
            (
                "kind = \"date\", most = 8",
                "kind = \"date\", most = 7",
                "effective_from_date has 8 characters, not 7",
            ),
            (
                "kind = \"date\", most = 8",
                "kind = \"date\", most = 9",
                "effective_from_date has 8 characters, not 9",
            ),
            (
                "\"instruction_number\", kind = \"number\", most = 10",
                "\"instruction_number\", most = 0",
                "instruction_number has 1 to 19 characters, not 0",
            ),
            (
                "\"dcc_service_flag\"",
                "\"Flag\"",
                "a name is at most 32 lower-case letters, digits and underscores",
            ),
            ("\"dcc_service_flag\"", "\"created\"", "a second item of the name created"),
            ("\"dcc_service_flag\"", "\"mpan_core\"", "a second item of the name mpan_core"),
            (
                "\"file_sequence_number\", kind = \"number\"",
                "\"reason_code\"",
                "reason_code belongs in the update group",
            ),
        ] {
            assert_eq!(refused(from, to).message(), message, "{from} -> {to}");
        }
    }

    #[test]
    fn errors_point_into_the_text() {
        let error = refused("version = \"001\"", "version = \"1\"");
        let line = builtin().lines().position(|line| line.starts_with("version")).unwrap() + 1;
        assert_eq!((error.line(), error.column()), (Some(line), Some(11)));
        let said = error.to_string();
        assert_eq!(said, format!("line {line}, column 11: the version is three digits"));
        let broken = refused("version = \"001\"", "version = ");
        assert_eq!(broken.line(), Some(line));
        let unknown = refused("version = \"001\"", "versoin = \"001\"");
        assert!(unknown.message().contains("versoin"), "{unknown}");
        assert!(refused("source = ", "# ").message().contains("source"));
        let missing = refused("update = true\n", "");
        assert_eq!((missing.line(), missing.column()), (None, None));
        assert_eq!(missing.to_string(), "no group has update = true");
    }

    /// The built-in text, with further items of the update group.
    fn with_items(items: &str) -> Result<Profile, ProfileError> {
        Profile::from_toml(&builtin().replacen(FLAG, &format!("{FLAG}{items}"), 1))
    }

    #[test]
    fn too_many_items_are_refused() {
        let items = |count: usize| {
            let items = (0..count).map(|n| format!("    {{ name = \"item_{n}\", most = 1 }},\n"));
            with_items(&items.collect::<String>())
        };
        assert_eq!(items(27).unwrap().update_group().items().len(), 32);
        assert_eq!(items(28).unwrap_err().message(), "a group has at most 32 items");
    }

    /// The least and the most that there may be of each.
    #[test]
    fn lengths_reach_both_ends() {
        for (name, least, most) in [
            ("instruction_number", 1, 19),
            ("instruction_type", 4, 999),
            ("file_sequence_number", 1, 19),
        ] {
            let row = builtin()
                .lines()
                .find(|line| line.contains(&format!("\"{name}\"")))
                .unwrap()
                .to_owned();
            let of = |length: usize| {
                let own = format!("    {{ name = \"{name}\", most = {length} }},");
                Profile::from_toml(&builtin().replacen(&row, &own, 1))
            };
            assert!(of(least).is_ok(), "{name}");
            assert!(of(most).is_ok(), "{name}");
            for length in [least - 1, most + 1] {
                let error = of(length).unwrap_err();
                let said = format!("{name} has {least} to {most} characters, not {length}");
                assert_eq!(error.message(), said);
            }
        }
        for (name, most) in [("reason_code", 32), ("note", 999)] {
            let of =
                |length: usize| with_items(&format!("{{ name = \"{name}\", most = {length} }},"));
            assert!(of(1).is_ok(), "{name}");
            assert!(of(most).is_ok(), "{name}");
            for length in [0, most + 1] {
                let error = of(length).unwrap_err();
                assert_eq!(
                    error.message(),
                    format!("{name} has 1 to {most} characters, not {length}")
                );
            }
        }
        for (from, to) in [
            ("group_count = 10", "group_count = 1"),
            ("group_count = 10", "group_count = 19"),
            ("checksum = 10", "checksum = 1"),
            ("checksum = 10", "checksum = 999"),
            ("flow_count = 10", "flow_count = 1"),
            ("flow_count = 10", "flow_count = 19"),
            ("\"X01\"", "\"U\""),
            ("\"X01\"", "\"12345678\""),
            ("\"DC01\"", "\"D\""),
        ] {
            let text = builtin();
            assert!(text.contains(from), "{from}");
            assert!(Profile::from_toml(&text.replacen(from, to, 1)).is_ok(), "{to}");
        }
        let trailer =
            Profile::from_toml(&builtin().replace("group_count = 10", "group_count = 7")).unwrap();
        let trailer = trailer.items(LineKind::Trailer).iter().map(|item| item.length);
        assert_eq!(trailer.collect::<Vec<_>>(), [10, 7, 10, 10, 14]);
        let long = "x".repeat(32);
        let text = builtin().replacen("most = 4 }", "most = 32 }", 1);
        let of = |text: &str| Profile::from_toml(text).map(|profile| profile.instruction_type);
        assert_eq!(of(&text.replace("\"DC01\"", &format!("\"{long}\""))), Ok(long.clone()));
        let longer = of(&text.replace("\"DC01\"", &format!("\"{long}x\""))).unwrap_err();
        assert_eq!(longer.message(), "instruction_type has 1 to 32 characters");
    }

    #[test]
    fn what_may_be_left_out_or_said_otherwise() {
        let text = builtin()
            .replace("# mp077_first_day = 2025-06-30", "mp077_first_day = 2025-06-30")
            .replace("placeholder = true\n", "")
            .replace("kind = \"mpan\", ", "")
            .replace("checksum = 10\n", "");
        let profile = Profile::from_toml(&text).unwrap();
        assert_eq!(profile.mp077_first_day(), EffectiveDate::from_ymd(2025, 6, 30).ok());
        assert!(!profile.is_placeholder());
        assert_eq!(profile.update_group(), Profile::builtin(Flow::D0350).update_group());
        let text = text.replace("2025-06-30", "\"20250630\"");
        assert_eq!(Profile::from_toml(&text).unwrap().mp077_first_day(), profile.mp077_first_day());
    }

    #[test]
    fn a_flow_may_have_no_opening_group() {
        let text = builtin();
        let (start, end) = (text.find("[[group]]").unwrap(), text.rfind("[[group]]").unwrap());
        let text = format!("{}{}", &text[..start], &text[end..]);
        for level in ["level = 1", "level = 2"] {
            let profile = Profile::from_toml(&text.replace("level = 2", level)).unwrap();
            assert_eq!(profile.opening_group(), None);
        }
    }
}
