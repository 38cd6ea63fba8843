//! Reading a profile's text.

use std::ops::Range;

use flagflow_codec::{ItemKind, MAX_ITEMS};
use flagflow_domain::EffectiveDate;
use serde::Deserialize;
use toml::Spanned;

use super::{GroupItems, Profile, ProfileError, tables};
use crate::field::ReasonCode;
use crate::item::{self, Field, Flow, HEADER_ITEMS, ItemSpec, Layout, TRAILER_CODE, trailer_items};

/// The text as TOML has it, each value with its place.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    name: String,
    source: String,
    #[serde(default)]
    placeholder: bool,
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
    #[serde(default)]
    update: bool,
    items: Spanned<Vec<Spanned<ItemDraft>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemDraft {
    name: Spanned<String>,
    kind: Option<Spanned<String>>,
    most: Spanned<usize>,
    mandatory: Option<Spanned<bool>>,
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

pub(super) fn profile(text: &str) -> Result<Profile, ProfileError> {
    let draft: Draft = toml::from_str(text).map_err(|error| {
        located(Wrong { message: error.message().to_owned(), span: error.span() }, text)
    })?;
    checked(&draft, text).map_err(|wrong| located(wrong, text))
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
    let instruction_type =
        plain(&draft.instruction_type, "instruction_type", 1..=ReasonCode::MOST)?;
    let groups = groups(draft, flow)?;
    let trailer = trailer(&draft.trailer)?;
    Ok(Profile {
        name: draft.name.clone(),
        source: draft.source.clone(),
        placeholder: draft.placeholder,
        flow,
        version: version(&draft.version)?,
        from_role: plain(&draft.from_role, "from_role", 1..=1)?,
        to_role: plain(&draft.to_role, "to_role", 1..=1)?,
        mp077_first_day: draft.mp077_first_day.as_ref().map(day).transpose()?,
        tables: tables(flow, groups, trailer, &instruction_type),
        instruction_type,
        toml: text.to_owned(),
    })
}

fn flow(flow: &Spanned<String>) -> Checked<Flow> {
    match Flow::ALL.into_iter().find(|known| known.as_str() == flow.get_ref()) {
        Some(flow) => Ok(flow),
        None => wrong(flow, "the flow is D0350 or D0351"),
    }
}

fn version(version: &Spanned<String>) -> Checked<String> {
    let text = version.get_ref();
    if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.clone());
    }
    wrong(version, "the version is three digits")
}

/// Text that can stand in a line anywhere: printable, no bar, no space.
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
        Err(_) => wrong(value, "mp077_first_day is a day, 2025-06-30"),
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

/// The opening group, if there is one, and the update group.
fn groups(draft: &Draft, flow: Flow) -> Checked<(Option<GroupItems>, GroupItems)> {
    let (updates, others): (Vec<_>, Vec<_>) =
        draft.group.iter().partition(|group| group.get_ref().update);
    let update = match updates.as_slice() {
        [update] => update,
        [] => return missing("no group has update = true"),
        [_, second, ..] => return wrong(second, "a second group with update = true"),
    };
    let opening = match others.as_slice() {
        [] => None,
        [opening] => Some(opening),
        [_, second, ..] => return wrong(second, "at most one group besides the update group"),
    };
    codes(&draft.group)?;
    names(&draft.group)?;
    let opening = opening.map(|group| opening_group(group, draft)).transpose()?;
    Ok((opening, update_group(update, draft, flow)?))
}

/// No code may be the beginning of another: in the zhf layout nothing parts it from its items.
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

fn opening_group(group: &Spanned<GroupDraft>, draft: &Draft) -> Checked<GroupItems> {
    let level = &group.get_ref().level;
    if *level.get_ref() != 1 {
        return wrong(level, "the group besides the update group has level 1");
    }
    let group = read_group(group.get_ref(), draft)?;
    let own = [Field::FileSequenceNumber, Field::InstructionType];
    let known = |field: &Field| !matches!(field, Field::Other(_)) && !own.contains(field);
    match group.items.iter().map(|item| item.field).find(known) {
        Some(field) => missing(format!("{field} belongs in the update group")),
        None => Ok(group),
    }
}

fn update_group(group: &Spanned<GroupDraft>, draft: &Draft, flow: Flow) -> Checked<GroupItems> {
    let level = &group.get_ref().level;
    if !(1..=2).contains(level.get_ref()) {
        return wrong(level, "a level is 1 or 2");
    }
    if *level.get_ref() == 1 && draft.group.len() > 1 {
        return wrong(level, "the update group has level 2 below a group of level 1");
    }
    let read = read_group(group.get_ref(), draft)?;
    match needed(flow).iter().find(|field| !read.has(**field)) {
        Some(field) => wrong(group, format!("the update group of {flow} needs an item {field}")),
        None => Ok(read),
    }
}

const fn needed(flow: Flow) -> &'static [Field] {
    match flow {
        Flow::D0350 => &[
            Field::InstructionNumber,
            Field::MpanCore,
            Field::DccServiceFlag,
            Field::EffectiveFromDate,
        ],
        Flow::D0351 => &[Field::InstructionNumber, Field::MpanCore, Field::ReasonCode],
    }
}

fn read_group(group: &GroupDraft, draft: &Draft) -> Checked<GroupItems> {
    let items = group.items.get_ref();
    if items.len() > MAX_ITEMS {
        return wrong(&group.items, format!("a group has at most {MAX_ITEMS} items"));
    }
    let least = draft.instruction_type.get_ref().len();
    let items: Checked<Vec<_>> =
        items.iter().map(|item| read_item(item.get_ref(), least, draft)).collect();
    Ok(GroupItems {
        code: group.code.get_ref().clone(),
        level: *group.level.get_ref(),
        items: items?,
    })
}

fn read_item(item: &ItemDraft, instruction_type: usize, draft: &Draft) -> Checked<ItemSpec> {
    let Some(field) = Field::of_name(item.name.get_ref()) else {
        return wrong(
            &item.name,
            "a name is at most 32 lower-case letters, digits and underscores",
        );
    };
    let (kind, least, most) = demands(field, instruction_type);
    let kind = read_kind(item, field, kind)?;
    let mandatory = read_mandatory(item, field, draft)?;
    let length = *item.most.get_ref();
    if (least..=most).contains(&length) {
        return Ok(ItemSpec { mandatory, ..item::item(field, kind, length) });
    }
    if least == most {
        return wrong(&item.most, format!("{field} has {least} characters, not {length}"));
    }
    wrong(&item.most, format!("{field} has {least} to {most} characters, not {length}"))
}

/// Returns whether an item must have a value: each with a meaning, the supplier in a D0350 unless
/// the text says otherwise, and any other one where the text says so.
fn read_mandatory(item: &ItemDraft, field: Field, draft: &Draft) -> Checked<bool> {
    let is_known = !matches!(field, Field::Other(_));
    match &item.mandatory {
        Some(mandatory) if is_known && !mandatory.get_ref() => {
            wrong(mandatory, format!("{field} always has a value"))
        }
        Some(mandatory) => Ok(*mandatory.get_ref()),
        None => {
            Ok(is_known || (field.is_supplier() && draft.flow.get_ref() == Flow::D0350.as_str()))
        }
    }
}

/// Returns the demands of a known name: its kind, its least and its most length.
const fn demands(field: Field, instruction_type: usize) -> (Option<ItemKind>, usize, usize) {
    match field {
        Field::FileSequenceNumber | Field::InstructionNumber => {
            (Some(ItemKind::Number), 1, MOST_DIGITS)
        }
        Field::InstructionType => (Some(ItemKind::Text), instruction_type, MOST),
        Field::MpanCore => (Some(ItemKind::Mpan), 13, 13),
        Field::DccServiceFlag => (Some(ItemKind::Flag), 1, 1),
        Field::EffectiveFromDate => (Some(ItemKind::Date), 8, 8),
        Field::ReasonCode => (Some(ItemKind::Text), 1, ReasonCode::MOST),
        _ => (None, 1, MOST),
    }
}

fn read_kind(item: &ItemDraft, field: Field, needed: Option<ItemKind>) -> Checked<ItemKind> {
    let Some(word) = &item.kind else { return Ok(needed.unwrap_or(ItemKind::Text)) };
    match (ItemKind::of_name(word.get_ref()), needed) {
        (None, _) => wrong(word, "a kind is text, number, mpan, flag or date"),
        (Some(kind), Some(needed)) if kind != needed => {
            wrong(word, format!("{field} is of the kind {needed}"))
        }
        (Some(kind), _) => Ok(kind),
    }
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
