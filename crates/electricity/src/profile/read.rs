//! Reading a profile's text.

use flagflow_codec::{Cardinality, MAX_ITEMS, MAX_LINES};
use flagflow_domain::EffectiveDate;
use toml::Spanned;

use super::builtin::MP077_FIRST_DAY;
use super::draft::{
    Checked, Draft, FormerDraft, GroupDraft, ItemDraft, TrailerDraft, Wrong, wrong,
};
use super::format::{Demand, MOST, MOST_DIGITS, format_of};
use super::parts;
use super::{GroupItems, Profile, ProfileError, tables};
use crate::item::{
    self, Field, Flow, HEADER_ITEMS, ItemSpec, Layout, LineTag, TRAILER_CODE, trailer_items,
};

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
    if lengths.contains(&text.len()) {
        return Ok(text.clone());
    }
    match (lengths.start(), lengths.end()) {
        (1, 1) => wrong(value, format!("{what} is one character")),
        (least, most) => wrong(value, format!("{what} has {least} to {most} characters")),
    }
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
    let groups: Checked<Vec<_>> = drafts.iter().map(|group| read_group(group, draft)).collect();
    parts::of_groups(groups?, drafts, flow)
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
    let Some(parent) = parent.as_ref().filter(|_| own > 1) else {
        return match (own, parent) {
            (1, None) => Ok(None),
            (1, Some(parent)) => wrong(parent, "a group of level 1 has no parent"),
            (2..=MOST_LEVELS, _) => wrong(level, format!("a group of level {own} needs a parent")),
            _ => wrong(level, format!("a level is 1 to {MOST_LEVELS}")),
        };
    };
    if own > MOST_LEVELS {
        return wrong(level, format!("a level is 1 to {MOST_LEVELS}"));
    }
    let code = parent.get_ref();
    let above = groups.iter().map(Spanned::get_ref).find(|it| it.code.get_ref() == code);
    match above.map(|it| *it.level.get_ref()) {
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
    let format = item.format.get_ref();
    let Some((kind, length)) = format_of(format) else {
        let what =
            format!("a format is INT(n), NUM(n), CHAR(n) or DATE(8), with n from 1 to {MOST}");
        return wrong(&item.format, what);
    };
    let kind = match Demand::of(field, instruction_type) {
        None => kind,
        Some(demand) if demand.takes(kind, length) => demand.kind(),
        Some(demand) => {
            return wrong(&item.format, format!("{field} has the format {demand}, not {format}"));
        }
    };
    let mandatory = !item.optional;
    Ok(ItemSpec { mandatory, ..item::item(field, kind, length) })
}

#[cfg(test)]
mod tests {
    use flagflow_codec::{ItemKind, LineKind};

    use super::*;

    fn builtin(flow: Flow) -> String {
        Profile::builtin(flow).as_toml().to_owned()
    }

    /// The built-in text with one part replaced.
    #[track_caller]
    fn changed(flow: Flow, from: &str, to: &str) -> Result<Profile, ProfileError> {
        let text = builtin(flow);
        assert!(text.contains(from), "{from}");
        Profile::from_toml(&text.replacen(from, to, 1))
    }

    /// The error of the built-in D0350 with one part replaced.
    #[track_caller]
    fn refused(from: &str, to: &str) -> ProfileError {
        changed(Flow::D0350, from, to).unwrap_err()
    }

    const FLAG: &str = "    { name = \"dcc_service_flag\", format = \"CHAR(1)\" },\n";
    const GROUP: &str = "\n[[group]]\ncode = \"99X\"\n";

    #[test]
    fn each_contradiction_has_its_own_words() {
        for (from, to, message) in [
            ("flow = \"D0350\"", "flow = \"D0010\"", "the flow is D0350, D0351 or D0172"),
            ("version = \"001\"", "version = \"1\"", "the version is three digits"),
            ("version = \"001\"", "version = \"0x1\"", "the version is three digits"),
            ("from_role = \"Z\"", "from_role = \"ZZ\"", "from_role is one character"),
            ("from_role = \"Z\"", "from_role = \"\"", "from_role is one character"),
            (
                "to_role = \"P\"",
                "to_role = \"|\"",
                "to_role is printable characters, without pipes and spaces",
            ),
            ("to_role = \"P\"", "to_role = \"PP\"", "to_role is one character"),
            ("\"DC01\"", "\"\"", "instruction_type has 1 to 32 characters"),
            (
                "\"DC01\"",
                "\"DC001\"",
                "instruction_type has the format CHAR(5) to CHAR(999), not CHAR(4)",
            ),
            (
                "mp077_first_day = 2021-11-04",
                "mp077_first_day = 12:00:00",
                "mp077_first_day is a day, 2021-11-04",
            ),
            (
                "mp077_first_day = 2021-11-04",
                "mp077_first_day = 20211104",
                "mp077_first_day is a day, 2021-11-04",
            ),
            ("group_count = 10", "group_count = 20", "group_count has 1 to 19 characters"),
            ("checksum = 10", "checksum = 0", "checksum has 1 to 999 characters"),
            ("checksum = 10", "checksum = 1000", "checksum has 1 to 999 characters"),
            ("flow_count = 10", "flow_count = 0", "flow_count has 1 to 19 characters"),
            ("\"81H\"", "\"ZHF\"", "the code ZHF cannot be distinguished from the code ZHF"),
            ("\"81H\"", "\"ZHV\"", "the code ZHV cannot be distinguished from the code ZHV"),
            ("\"81H\"", "\"\"", "a group's code has 1 to 8 characters"),
            ("\"81H\"", "\"ZP\"", "the code ZP cannot be distinguished from the code ZPT"),
            ("\"81H\"", "\"82HA\"", "the code 82H cannot be distinguished from the code 82HA"),
            (
                "\"81H\"",
                "\"8 H\"",
                "a group's code is printable characters, without pipes and spaces",
            ),
            ("\"81H\"", "\"X01234567\"", "a group's code has 1 to 8 characters"),
            ("\"dcc_service_flag\"", "\"created\"", "a second item of the name created"),
            ("\"dcc_service_flag\"", "\"mpan_core\"", "a second item of the name mpan_core"),
            (
                "\"dcc_service_flag\"",
                "\"Flag\"",
                "a name is at most 32 lower-case letters, digits and underscores",
            ),
            (
                "\"dcc_service_flag\"",
                "\"reason_code\"",
                "the item reason_code is called rejection_reason_code now",
            ),
        ] {
            assert_eq!(refused(from, to).message(), message, "{from} -> {to}");
        }
    }

    #[test]
    fn groups_are_below_their_parents() {
        for (from, to, message) in [
            ("level = 1\n", "level = 0\n", "a level is 1 to 8"),
            ("level = 1\n", "level = 9\n", "a level is 1 to 8"),
            ("level = 2\n", "level = 9\n", "a level is 1 to 8"),
            ("level = 2\n", "level = 0\n", "a level is 1 to 8"),
            ("level = 1\n", "level = 3\n", "a group of level 3 needs a parent"),
            ("level = 2\n", "level = 1\n", "a group of level 1 has no parent"),
            ("level = 2\n", "level = 3\n", "81H has level 1, so a group below it has level 2"),
            (
                "parent = \"81H\"",
                "parent = \"82H\"",
                "82H has level 2, so a group below it has level 3",
            ),
            ("parent = \"81H\"", "parent = \"80H\"", "no group has the code 80H"),
            ("parent = \"81H\"\n", "", "a group of level 2 needs a parent"),
        ] {
            assert_eq!(refused(from, to).message(), message, "{from} -> {to}");
        }
        let wrong = "occurs is a number or a range: 1, 0..1, 0..*, 1..* or 2..5";
        for occurs in [
            "",
            "*",
            "0",
            "0..0",
            "2..1",
            "x..1",
            "1..",
            "..",
            "..1",
            "1..+2",
            "-1",
            "1...2",
            "1..x",
            "4294967296",
        ] {
            let to = format!("occurs = \"{occurs}\"");
            assert_eq!(refused("occurs = \"1\"", &to).message(), wrong, "{occurs}");
        }
        for (occurs, least, most) in [
            ("1", 1, Some(1)),
            ("3", 3, Some(3)),
            ("0..1", 0, Some(1)),
            ("0..*", 0, None),
            ("1..*", 1, None),
            ("2..5", 2, Some(5)),
            ("4294967295", u32::MAX, Some(u32::MAX)),
        ] {
            let profile =
                changed(Flow::D0350, "occurs = \"1\"", &format!("occurs = \"{occurs}\"")).unwrap();
            let cardinality = profile.opening_group().unwrap().cardinality();
            assert_eq!(cardinality, Cardinality { least, most }, "{occurs}");
        }
    }

    #[test]
    fn items_are_in_their_groups() {
        let in_opening = |item: &str| {
            format!("\"INT(12)\" }},\n    {{ name = \"{item}\", format = \"CHAR(4)\" }},")
        };
        let further = |item: &str, below: &str| {
            let own = format!("{{ name = \"{item}\", format = \"CHAR(4)\" }}");
            format!("{GROUP}{below}occurs = \"0..1\"\nitems = [{own}]\n\n[[group]]\n")
        };
        let (one, three) = ("level = 1\n", "level = 3\nparent = \"82H\"\n");
        let reason = "rejection_reason_code";
        for (from, to, message) in [
            ("\"INT(12)\" },", in_opening("note"), None),
            (
                "\"INT(12)\" },",
                in_opening(reason),
                Some(
                    "rejection_reason_code belongs in a group below the group with instruction_number",
                ),
            ),
            (
                "\"INT(12)\" },",
                in_opening("answered_file_identifier"),
                Some("answered_file_identifier belongs in the group with instruction_number"),
            ),
            ("\n[[group]]\n", further("note", one), None),
            ("\n[[group]]\n", further("note", three), None),
            (
                "\n[[group]]\n",
                further("answered_file_identifier", one),
                Some("answered_file_identifier belongs in the group with instruction_number"),
            ),
            (
                "\n[[group]]\n",
                further(reason, one),
                Some("the group with rejection_reason_code has the parent 82H"),
            ),
            (
                "\n[[group]]\n",
                further(reason, three),
                Some("a D0350 has no item rejection_reason_code"),
            ),
            (
                FLAG,
                String::new(),
                Some("the group with instruction_number of a D0350 needs dcc_service_flag"),
            ),
            (
                "\"CHAR(1)\" },",
                "\"CHAR(1)\", optional = true },".to_owned(),
                Some("dcc_service_flag always has a value in a D0350"),
            ),
            (
                "\"CHAR(4)\" },",
                "\"CHAR(4)\", optional = true },".to_owned(),
                Some("instruction_type always has a value in a D0350"),
            ),
            (
                "\"INT(12)\" },",
                "\"INT(12)\", optional = true },".to_owned(),
                Some("file_sequence_number always has a value in a D0350"),
            ),
            (
                "\"instruction_number\"",
                "\"number\"".to_owned(),
                Some("no group has the item instruction_number"),
            ),
        ] {
            let error = changed(Flow::D0350, from, &to).err();
            assert_eq!(error.as_ref().map(ProfileError::message), message, "{from} -> {to}");
        }
        let deep = builtin(Flow::D0350)
            .replace("level = 2\nparent = \"81H\"", "level = 3\nparent = \"99X\"")
            + GROUP
            + "level = 2\nparent = \"81H\"\noccurs = \"1\"\nitems = []\n";
        let error = Profile::from_toml(&deep).unwrap_err();
        assert_eq!(error.message(), "the group with instruction_number has level 1 or 2");
    }

    #[test]
    fn reasons_are_below_rejections() {
        let further = |level: u8, parent: &str| {
            let group =
                format!("level = {level}\nparent = \"{parent}\"\noccurs = \"0..*\"\nitems = []\n");
            Profile::from_toml(&(builtin(Flow::D0351) + GROUP + &group))
        };
        for (level, parent) in [(3, "84H"), (4, "85H")] {
            let error = further(level, parent).unwrap_err();
            assert_eq!(error.message(), "the only group below 84H is that of its reasons");
            assert!(error.line().is_some());
        }
        let profile = further(2, "83H").unwrap();
        let tags: Vec<_> = profile.groups().map(|group| (group.tag(), group.code())).collect();
        let expected = [
            (LineTag::Record, "84H"),
            (LineTag::Reason, "85H"),
            (LineTag::Group, "83H"),
            (LineTag::Further(0), "99X"),
        ];
        assert_eq!(tags, expected);
        for (from, to, message) in [
            (
                "rejection_reason_code\", format = \"CHAR(4)\" },",
                "rejection_reason_code\", format = \"CHAR(4)\" },\n    { name = \"note\", format = \"CHAR(4)\" },",
                "note cannot be in the group with rejection_reason_code",
            ),
            (
                "rejection_reason_code\", format = \"CHAR(4)\" }",
                "rejection_reason_code\", format = \"CHAR(4)\", optional = true }",
                "rejection_reason_code always has a value in a D0351",
            ),
            (
                "rejection_reason_code\", format",
                "why\", format",
                "no group below 84H has the item rejection_reason_code",
            ),
            (
                "level = 3\nparent = \"84H\"",
                "level = 2\nparent = \"83H\"",
                "the group with rejection_reason_code has the parent 84H",
            ),
            (
                "incoming_instruction_number\", format",
                "why\", format",
                "the group with instruction_number of a D0351 needs incoming_instruction_number",
            ),
            (
                "\"DATE(8)\" }",
                "\"DATE(8)\", optional = true }",
                "deemed_received_date always has a value in a D0351",
            ),
            (
                "\"instruction_number\", format = \"INT(12)\" },",
                "\"instruction_number\", format = \"INT(12)\", optional = true },",
                "instruction_number always has a value in a D0351",
            ),
        ] {
            let error = changed(Flow::D0351, from, to).unwrap_err();
            assert_eq!(error.message(), message, "{from} -> {to}");
        }
        let error = changed(Flow::D0172, "received\", format", "got\", format").unwrap_err();
        let message = "the group with instruction_number of a D0172 needs received";
        assert_eq!(error.message(), message);
    }

    #[test]
    fn the_former_language_has_one_message() {
        for (from, to, key) in [
            ("version = ", "placeholder = true\nversion = ", "placeholder"),
            ("level = 2\n", "level = 2\nupdate = true\n", "update"),
            ("format = \"CHAR(1)\"", "kind = \"flag\", most = 1", "kind"),
            ("format = \"CHAR(1)\"", "most = 1", "most"),
            ("format = \"CHAR(1)\"", "format = \"CHAR(1)\", mandatory = false", "mandatory"),
        ] {
            let error = refused(from, to);
            let begins = format!(
                "the key {key} is of the former profile language: an item now has a format"
            );
            assert!(error.message().starts_with(&begins), "{error}");
            assert!(
                error.message().ends_with("`flagflow profile show` prints an example"),
                "{error}"
            );
            let text = builtin(Flow::D0350).replacen(from, to, 1);
            let line = text.lines().nth(error.line().unwrap() - 1).unwrap();
            assert!(line.contains(key), "{line}");
        }
        // of several keys the first in the text's order of groups
        let error = refused("version = ", "placeholder = [1\nversion = ");
        assert!(!error.message().contains("former"), "{error}");
    }

    #[test]
    fn errors_point_into_the_text() {
        let error = refused("version = \"001\"", "version = \"1\"");
        let text = builtin(Flow::D0350);
        let line = text.lines().position(|line| line.starts_with("version")).unwrap() + 1;
        assert_eq!((error.line(), error.column()), (Some(line), Some(11)));
        let words = error.to_string();
        assert_eq!(words, format!("line {line}, column 11: the version is three digits"));
        let broken = refused("version = \"001\"", "version = ");
        assert_eq!(broken.line(), Some(line));
        let unknown = refused("version = \"001\"", "versoin = \"001\"");
        assert!(unknown.message().contains("versoin"), "{unknown}");
        assert!(refused("source = ", "# ").message().contains("source"));
        assert!(refused("occurs = ", "# ").message().contains("occurs"));
        assert!(refused("format = \"CHAR(1)\"", "formt = \"CHAR(1)\"").message().contains("formt"));
        let missing = refused("\"instruction_number\"", "\"number\"");
        assert_eq!((missing.line(), missing.column()), (None, None));
        assert_eq!(missing.to_string(), "no group has the item instruction_number");
    }

    /// The built-in text, with further items of the records' group.
    fn with_items(items: &str) -> Result<Profile, ProfileError> {
        changed(Flow::D0350, FLAG, &format!("{FLAG}{items}"))
    }

    #[test]
    fn too_many_items_or_groups_are_refused() {
        let items = |count: usize| {
            let item = |n| format!("    {{ name = \"item_{n}\", format = \"CHAR(1)\" }},\n");
            with_items(&(0..count).map(item).collect::<String>())
        };
        assert_eq!(items(26).unwrap().record_group().items().len(), 32);
        assert_eq!(items(27).unwrap_err().message(), "a group has at most 32 items");
        let groups = |count: usize| {
            let group = |n| {
                format!(
                    "\n[[group]]\ncode = \"G{n:02}\"\nlevel = 1\noccurs = \"0..*\"\nitems = []\n"
                )
            };
            Profile::from_toml(&(builtin(Flow::D0350) + &(0..count).map(group).collect::<String>()))
        };
        assert_eq!(groups(12).unwrap().groups().count(), 14);
        assert_eq!(groups(13).unwrap_err().message(), "a profile has at most 14 groups");
    }

    /// The least and the most characters that there may be of each.
    #[test]
    fn lengths_reach_both_ends() {
        for (flow, name, format, least, most) in [
            (Flow::D0350, "instruction_number", "INT", 1, 19),
            (Flow::D0350, "instruction_type", "CHAR", 4, 999),
            (Flow::D0350, "file_sequence_number", "INT", 1, 19),
            (Flow::D0350, "supplier_id", "CHAR", 1, 4),
            (Flow::D0351, "incoming_instruction_number", "INT", 1, 19),
            (Flow::D0351, "rejection_reason_code", "CHAR", 1, 4),
            (Flow::D0172, "answered_file_identifier", "CHAR", 1, 10),
            (Flow::D0172, "received", "INT", 1, 9),
            (Flow::D0172, "accepted", "INT", 1, 9),
            (Flow::D0172, "rejected", "INT", 1, 9),
        ] {
            let start = format!("{{ name = \"{name}\", format = \"");
            let text = builtin(flow);
            let row = text.lines().find(|line| line.contains(&start)).unwrap();
            let optional = row.contains("optional");
            let of = |format: &str| {
                let own = format!("    {start}{format}\", optional = {optional} }},");
                Profile::from_toml(&text.replacen(row, &own, 1))
            };
            for length in [least, most] {
                assert!(of(&format!("{format}({length})")).is_ok(), "{name}");
            }
            // INT and NUM are the same
            if format == "INT" {
                assert!(of(&format!("NUM({most})")).is_ok(), "{name}");
            }
            let other = if format == "INT" { "CHAR(4)" } else { "INT(4)" };
            let wrong = [format!("{format}({})", most + 1), other.to_owned(), "DATE(8)".to_owned()];
            for wrong in wrong.into_iter().filter(|wrong| *wrong != "CHAR(1000)") {
                let message = of(&wrong).unwrap_err().message().to_owned();
                let expected = format!(
                    "{name} has the format {format}({least}) to {format}({most}), not {wrong}"
                );
                assert_eq!(message, expected);
            }
        }
        for (from, to) in [
            ("\"NUM(13)\"", "\"NUM(12)\""),
            ("\"NUM(13)\"", "\"CHAR(13)\""),
            ("\"CHAR(1)\"", "\"CHAR(2)\""),
            ("\"CHAR(1)\"", "\"NUM(1)\""),
            ("\"DATE(8)\"", "\"CHAR(8)\""),
        ] {
            let message = refused(from, to).message().to_owned();
            let [from, to] = [from, to].map(|it| it.trim_matches('"'));
            assert!(message.ends_with(&format!(" has the format {from}, not {to}")), "{message}");
        }
        for (from, to) in [
            ("group_count = 10", "group_count = 1"),
            ("group_count = 10", "group_count = 19"),
            ("checksum = 10", "checksum = 1"),
            ("checksum = 10", "checksum = 999"),
            ("flow_count = 10", "flow_count = 1"),
            ("flow_count = 10", "flow_count = 19"),
            ("\"82H\"", "\"U\""),
            ("\"82H\"", "\"12345678\""),
            ("\"DC01\"", "\"D\""),
        ] {
            assert!(changed(Flow::D0350, from, to).is_ok(), "{to}");
        }
        let trailer = changed(Flow::D0350, "group_count = 10", "group_count = 7").unwrap();
        let trailer = trailer.items(LineKind::Trailer).iter().map(|item| item.length);
        assert_eq!(trailer.collect::<Vec<_>>(), [10, 7, 10, 10, 14]);
        let long = "x".repeat(32);
        let text = builtin(Flow::D0350).replacen("\"CHAR(4)\"", "\"CHAR(32)\"", 1);
        let of = |text: &str| Profile::from_toml(text).map(|profile| profile.instruction_type);
        assert_eq!(of(&text.replace("\"DC01\"", &format!("\"{long}\""))), Ok(long.clone()));
        let longer = of(&text.replace("\"DC01\"", &format!("\"{long}x\""))).unwrap_err();
        assert_eq!(longer.message(), "instruction_type has 1 to 32 characters");
    }

    #[test]
    fn formats_have_names_and_lengths() {
        let wrong = "a format is INT(n), NUM(n), CHAR(n) or DATE(8), with n from 1 to 999";
        for format in [
            "",
            "CHAR",
            "CHAR(",
            "CHAR()",
            "CHAR(0)",
            "CHAR(1000)",
            "CHAR(+4)",
            "CHAR(4",
            "CHAR(4) ",
            "char(4)",
            "TEXT(4)",
            "DATE(7)",
            "DATE",
            "INT(12,2)",
            "INT(99999999999999999999)",
            "(4)",
        ] {
            let item = format!("    {{ name = \"note\", format = \"{format}\" }},\n");
            assert_eq!(with_items(&item).unwrap_err().message(), wrong, "{format}");
        }
        for (format, kind, length) in [
            ("CHAR(1)", ItemKind::Text, 1),
            ("CHAR(999)", ItemKind::Text, 999),
            ("INT(999)", ItemKind::Number, 999),
            ("NUM(4)", ItemKind::Number, 4),
            ("DATE(8)", ItemKind::Date, 8),
        ] {
            for optional in [true, false] {
                let item = format!(
                    "    {{ name = \"note\", format = \"{format}\", optional = {optional} }},\n"
                );
                let profile = with_items(&item).unwrap();
                let note = profile.record_group().items()[4];
                assert_eq!((note.kind, note.length, note.mandatory), (kind, length, !optional));
            }
        }
    }

    #[test]
    fn what_may_be_left_out_has_a_default() {
        let text = builtin(Flow::D0350)
            .replace("mp077_first_day = 2021-11-04\n", "")
            .replace("checksum = 10\n", "");
        let profile = Profile::from_toml(&text).unwrap();
        let builtin = Profile::builtin(Flow::D0350);
        assert_eq!(profile.mp077_first_day(), builtin.mp077_first_day());
        assert!(profile.groups().eq(builtin.groups()));
        for day in ["2025-06-30", "\"2025-06-30\"", "\"20250630\""] {
            let text = format!("mp077_first_day = {day}\n{text}");
            let first = Profile::from_toml(&text).unwrap().mp077_first_day();
            assert_eq!(Ok(first), EffectiveDate::from_ymd(2025, 6, 30), "{day}");
        }
    }

    #[test]
    fn a_flow_may_have_no_opening_group() {
        let text = builtin(Flow::D0350);
        let (start, end) = (text.find("[[group]]").unwrap(), text.rfind("[[group]]").unwrap());
        let text = format!("{}{}", &text[..start], &text[end..]);
        let text = text.replace("level = 2\nparent = \"81H\"", "level = 1");
        assert_eq!(Profile::from_toml(&text).unwrap().opening_group(), None);
    }
}
