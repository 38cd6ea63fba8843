//! Names faults in the form of one line: other separators, several lines in one, surplus bytes at
//! the end.

use flagflow_electricity::{LineKind, Profile, RawRecord as ElectricRecord};
use flagflow_frame::{Line, LineEnd};
use flagflow_gas::{Layout, RawRecord, Tag};

use super::text::{is_column, separator};
use crate::verdict::FileFormat;

/// Names the fault in the form of a line that cannot be split into its fields; `None` if nothing
/// fits. Of a line over the limit only the beginning is examined.
pub(crate) fn describe(line: &Line<'_>, shape: FileFormat<'_>) -> Option<String> {
    line_ends(line, shape)
        .or_else(|| glued(line, shape))
        .or_else(|| surplus(line.bytes, shape))
        .or_else(|| other_separator(line.bytes, shape))
        .or_else(|| cells(line.bytes, shape))
        .or_else(|| code(line.bytes, shape))
}

/// Names a CR that is not part of a line ending.
fn line_ends(line: &Line<'_>, shape: FileFormat<'_>) -> Option<String> {
    let text = line.bytes;
    let inner = text.trim_ascii_end();
    let mut behind = inner.iter().enumerate().filter(|(_, byte)| **byte == b'\r');
    if behind.any(|(at, _)| has_code(inner.get(at + 1..).unwrap_or_default(), shape)) {
        let what = "lines end with CR alone; `flagflow fix` repairs a file that has no LF";
        return Some(what.to_owned());
    }
    surplus_cr(line)
}

fn surplus_cr(line: &Line<'_>) -> Option<String> {
    let extra = line.bytes.iter().rev().take_while(|byte| **byte == b'\r').count();
    match (extra, line.end, line.oversize) {
        (0, ..) | (_, _, true) => None,
        (_, LineEnd::None, _) => {
            let what =
                "the line ends with CR alone: `flagflow fix` adds the LF if others have CRLF";
            Some(what.to_owned())
        }
        (1, ..) => Some("one CR too many at the end: `flagflow fix` removes it".to_owned()),
        _ => Some(format!("{extra} CRs too many at the end: `flagflow fix` removes them")),
    }
}

/// Returns true if text begins with the code of a line.
fn has_code(text: &[u8], shape: FileFormat<'_>) -> bool {
    match shape {
        FileFormat::Gas(layout) => RawRecord::peek_tag(text, layout).is_some(),
        FileFormat::Electricity(layout, profile) => {
            ElectricRecord::peek_kind(text, profile.table(layout)).is_some()
        }
    }
}

/// Returns the length of the line that text begins with, by its code; `None` if lengths are not
/// fixed or the code is unknown.
fn length(text: &[u8], shape: FileFormat<'_>) -> Option<usize> {
    match shape {
        FileFormat::Gas(layout @ Layout::Fixed) => {
            Some(RawRecord::peek_tag(text, layout)?.spec().fixed_length())
        }
        FileFormat::Electricity(layout @ flagflow_electricity::Layout::Zhf, profile) => {
            Some(profile.fixed_length(ElectricRecord::peek_kind(text, profile.table(layout))?))
        }
        FileFormat::Gas(Layout::Uklink) | FileFormat::Electricity(..) => None,
    }
}

/// Returns the length of the first of several fixed-length lines without line endings between them,
/// including its padding of spaces; `None` if text does not begin with a complete line.
#[must_use]
pub fn glued_line(text: &[u8], shape: FileFormat<'_>) -> Option<usize> {
    let length = length(text, shape).filter(|length| *length <= text.len())?;
    let padding = text.get(length..)?.iter().take_while(|byte| **byte == b' ').count();
    Some(length + padding)
}

/// Names several lines in one.
fn glued(line: &Line<'_>, shape: FileFormat<'_>) -> Option<String> {
    let (mut rest, mut lines) = (line.bytes, Vec::new());
    while let Some(length) = glued_line(rest, shape) {
        let (text, after) = rest.split_at(length);
        lines.push(text);
        rest = after;
    }
    if lines.len() < 2 || (!rest.is_empty() && !line.oversize) {
        return None;
    }
    let fix = "without line endings: `flagflow fix` splits them";
    let first = lines.iter().find(|text| is_record(text, shape))?.len();
    let records = lines.iter().filter(|text| is_record(text, shape));
    let alike = records.clone().all(|text| text.len() == first);
    let header = !lines.first().is_some_and(|text| is_record(text, shape));
    let trailer = !lines.last().is_some_and(|text| is_record(text, shape));
    let count = match (line.oversize, line.length % first as u64) {
        (false, _) => Some(records.clone().count() as u64),
        (true, 0) if !header => Some(line.length / first as u64),
        (true, _) => None,
    };
    let around = lines.len() - records.count();
    Some(match count.filter(|_| alike) {
        Some(count) if around == usize::from(header) + usize::from(trailer) => {
            let plural = if count == 1 { "record" } else { "records" };
            let records = format!("{count} {plural} of {first} bytes");
            match (header, trailer) {
                (false, false) => format!("{records} {fix}"),
                (true, false) => format!("a header and {records} {fix}"),
                (false, true) => format!("{records} and a trailer {fix}"),
                (true, true) => format!("a header, {records} and a trailer {fix}"),
            }
        }
        _ => format!("many lines in one, {fix}"),
    })
}

fn is_record(text: &[u8], shape: FileFormat<'_>) -> bool {
    match shape {
        FileFormat::Gas(layout) => {
            matches!(RawRecord::peek_tag(text, layout), Some(Tag::E45 | Tag::E46))
        }
        FileFormat::Electricity(layout, profile) => {
            ElectricRecord::peek_kind(text, profile.table(layout)) == Some(LineKind::Record)
        }
    }
}

/// Names white space after a fixed-length line.
fn surplus(text: &[u8], shape: FileFormat<'_>) -> Option<String> {
    let surplus = text.get(length(text, shape)?..).filter(|surplus| !surplus.is_empty())?;
    let blanks = blanks(surplus)?;
    let them = if surplus.len() == 1 { "it" } else { "them" };
    Some(format!("{blanks} too many at the end: `flagflow fix` removes {them}"))
}

/// Describes white space in words, with its number: `3 spaces`.
pub(crate) fn blanks(text: &[u8]) -> Option<String> {
    if !text.iter().all(|byte| matches!(byte, b' ' | b'\t')) {
        return None;
    }
    let tabs = text.iter().filter(|byte| **byte == b'\t').count();
    Some(match (text.len(), tabs) {
        (1, 0) => "1 space".to_owned(),
        (1, _) => "1 tab".to_owned(),
        (length, 0) => format!("{length} spaces"),
        (length, tabs) if tabs == length => format!("{length} tabs"),
        (length, _) => format!("{length} spaces and tabs"),
    })
}

/// Names white space in a field that `flagflow fix` may remove: beside a cell, or in place of a
/// number's zeros.
pub(crate) fn spaces(
    line: &Line<'_>,
    (start, length): (usize, usize),
    shape: FileFormat<'_>,
) -> Option<String> {
    let field = line.bytes.get(start..start + length)?;
    let text = field.trim_ascii();
    if text.is_empty() || text.len() == field.len() {
        return None;
    }
    if field.ends_with(b"\r") && start + length == line.bytes.len() {
        return surplus_cr(line);
    }
    let quoted = start.checked_sub(1).and_then(|before| line.bytes.get(before)) == Some(&b'"');
    if matches!(shape, FileFormat::Gas(Layout::Uklink)) && !quoted {
        return Some("white space is beside the cell: `flagflow fix` removes it".to_owned());
    }
    text.iter().all(u8::is_ascii_digit).then(|| "the spaces are beside its digits".to_owned())
}

/// Names fields with separators other than those of the layout.
fn other_separator(text: &[u8], shape: FileFormat<'_>) -> Option<String> {
    let unquoted = text.strip_prefix(b"\"").unwrap_or(text);
    let (code, rest) = unquoted.split_at_checked(3)?;
    let rest = match text.len() > unquoted.len() {
        true => rest.strip_prefix(b"\"")?,
        false => rest,
    };
    let (own, has) = match shape {
        FileFormat::Gas(Layout::Fixed) => ("", "fixed has none, uklink has commas"),
        FileFormat::Gas(Layout::Uklink) => ("commas", "uklink has commas"),
        FileFormat::Electricity(flagflow_electricity::Layout::Zhf, _) => {
            ("", "zhf has none, zhv has pipes")
        }
        FileFormat::Electricity(..) => ("pipes", "zhv has pipes"),
    };
    let is_code = match shape {
        FileFormat::Gas(_) => Tag::from_bytes(code).is_some(),
        FileFormat::Electricity(layout, profile) => {
            ElectricRecord::peek_kind(code, profile.table(layout)).is_some()
                || matches!(code, [b'Z', b'A'..=b'Z', b'A'..=b'Z'])
        }
    };
    let name = separator(rest).filter(|name| is_code && *name != own)?;
    let message = rest.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    if name == "spaces" && message.count() < 2 {
        return None;
    }
    let shown = match rest.first() {
        Some(mark @ (b';' | b',' | b'|' | b':' | b'~' | b'^')) => {
            format!("`{}`", char::from(*mark))
        }
        _ => name.to_owned(),
    };
    Some(format!("its fields look separated by {shown}; {has}"))
}

/// Names empty cells after the fields of a uklink line, or after the items of a group.
fn cells(text: &[u8], shape: FileFormat<'_>) -> Option<String> {
    let layout = match shape {
        FileFormat::Gas(layout @ Layout::Uklink) => layout,
        FileFormat::Electricity(flagflow_electricity::Layout::Zhv, profile) => {
            return empty_items(text, profile);
        }
        _ => return None,
    };
    let expected = RawRecord::peek_tag(text, layout)?.spec().items().len();
    let cells: Vec<&[u8]> = text.split(|byte| *byte == b',').collect();
    // a comma inside quotes is no separator
    let broken = |cell: &&[u8]| cell.iter().filter(|byte| **byte == b'"').count() % 2 == 1;
    if cells.iter().any(broken) {
        return None;
    }
    let surplus = cells.get(expected..).filter(|surplus| !surplus.is_empty())?;
    let is_empty = |cell: &&[u8]| matches!(cell.trim_ascii(), b"" | b"\"\"");
    surplus.iter().all(is_empty).then(|| of_empty(surplus.len()))
}

fn of_empty(cells: usize) -> String {
    match cells {
        1 => "the last one is empty: `flagflow fix` removes it".to_owned(),
        _ => format!("the last {cells} are empty: `flagflow fix` removes them"),
    }
}

/// Names empty items after those of a group.
fn empty_items(text: &[u8], profile: &Profile) -> Option<String> {
    let kind = ElectricRecord::peek_kind(text, profile.table(flagflow_electricity::Layout::Zhv))?;
    let expected = profile.items(kind).len() + 1;
    let items: Vec<&[u8]> = text.trim_ascii_end().split(|byte| *byte == b'|').collect();
    // behind the last pipe there is no item
    let (last, items) = items.split_last().filter(|(last, _)| last.is_empty())?;
    let surplus = items.get(expected..).filter(|surplus| !surplus.is_empty())?;
    surplus.iter().all(|item| item.trim_ascii() == *last).then(|| of_empty(surplus.len()))
}

/// Names a code that is not written correctly, or is that of another format.
fn code(text: &[u8], shape: FileFormat<'_>) -> Option<String> {
    if let Some(rest) = text.strip_prefix(b"'") {
        return has_code(rest, FileFormat::Gas(Layout::Fixed))
            .then(|| "text is in single quotes; uklink uses double quotes".to_owned());
    }
    let trimmed = text.trim_ascii_start();
    if trimmed.len() < text.len() && has_code(trimmed, shape) {
        return Some("white space is before the code".to_owned());
    }
    let code = text.get(..3)?;
    let upper = [&code.to_ascii_uppercase(), text.get(3..)?].concat();
    if has_code(text, shape) {
        return None;
    }
    if upper != text && has_code(&upper, shape) {
        return Some("the codes are in capitals".to_owned());
    }
    if let (FileFormat::Electricity(..), [b'Z', b'A'..=b'Z', b'A'..=b'Z', b'|']) =
        (shape, text.get(..4)?)
    {
        let code = String::from_utf8_lossy(code);
        return Some(format!("{code} is a header or trailer of another format"));
    }
    matches!(shape, FileFormat::Gas(Layout::Uklink)).then(|| other_cells(text))?
}

/// Names the beginning of another kind of file: the header of a user file, or names of columns.
fn other_cells(text: &[u8]) -> Option<String> {
    let unquoted: Vec<u8> = text.iter().copied().filter(|byte| *byte != b'"').collect();
    if unquoted.starts_with(b"ZHV") || unquoted.starts_with(b"ZHF") {
        return Some("a user file; the items of zhv are separated by pipes".to_owned());
    }
    let mut cells = unquoted.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    let is_name = |cell: &[u8]| {
        cell.len() > 2
            && cell.iter().all(|byte| byte.is_ascii_alphabetic() || b"_ -".contains(byte))
    };
    let is_row = cells.clone().any(is_column) || (cells.clone().count() > 1 && cells.all(is_name));
    is_row.then(|| "the names of columns: `flagflow convert` makes a file of a table".to_owned())
}

#[cfg(test)]
mod tests {
    use flagflow_electricity::Flow;

    use super::*;

    const FIXED: FileFormat<'_> = FileFormat::Gas(Layout::Fixed);
    const UKLINK: FileFormat<'_> = FileFormat::Gas(Layout::Uklink);

    fn name(text: &[u8], shape: FileFormat<'_>) -> String {
        let length = text.len() as u64;
        let end = LineEnd::CrLf;
        let line = Line { bytes: text, length, oversize: false, end, offset: 0, number: 1 };
        describe(&line, shape).unwrap_or_default()
    }

    #[test]
    fn other_separators_are_named() {
        let profile = Profile::builtin(Flow::D0350);
        let zhv = FileFormat::Electricity(flagflow_electricity::Layout::Zhv, &profile);
        let zhf = FileFormat::Electricity(flagflow_electricity::Layout::Zhf, &profile);
        for (text, shape, expected) in [
            (&b"E45;1234567810;A;20240603"[..], FIXED, "`;`; fixed has none, uklink has commas"),
            (b"E45\t1234567810\tA\t20240603", FIXED, "tabs; fixed"),
            (b"E45 1234567810 A 20240603", FIXED, "spaces; fixed"),
            (b"E45,1234567810,A,20240603", FIXED, "`,`; fixed"),
            (b"A00|42|DXI", FIXED, "`|`; fixed"),
            (b"A00\xCF42\xCFDXI", FIXED, "the character \\xCF; fixed"),
            (b"A00\xC3\x8F42", FIXED, "the character \\xC3\\x8F; fixed"),
            (b"\"A00\";\"42\"", UKLINK, "`;`; uklink has commas"),
            (b"E45|1|A", UKLINK, "`|`; uklink"),
            (b"82H;1;DC01", zhv, "`;`; zhv has pipes"),
            (b"ZTT,1,2", zhv, "`,`; zhv has pipes"),
            (b"ZHF|1|", zhf, "`|`; zhf has none, zhv has pipes"),
        ] {
            let expected = format!("its fields look separated by {expected}");
            assert!(name(text, shape).starts_with(&expected), "{expected}: {}", name(text, shape));
        }
        for text in [&b"E45    123409N2024060"[..], b"E4512345", b"Q;1;2"] {
            assert_eq!(name(text, FIXED), "");
        }
    }

    #[test]
    fn too_much_at_the_end_is_named() {
        for (behind, expected) in [
            (" ", "1 space too many at the end: `flagflow fix` removes it"),
            ("\t", "1 tab too many"),
            ("          ", "10 spaces too many at the end: `flagflow fix` removes them"),
            ("\t\t", "2 tabs too many"),
            (" \t", "2 spaces and tabs too many"),
            ("\r", "one CR too many"),
            ("\r\r", "2 CRs too many"),
            ("x", ""),
        ] {
            let text = format!("E451234567810A20240603{behind}");
            let name = name(text.as_bytes(), FIXED);
            assert!(name.starts_with(expected) && name.is_empty() == expected.is_empty(), "{name}");
        }
    }

    #[test]
    fn lines_in_one_are_named() {
        let (record, header) = ("E451234567810A20240603", "A000000000042DXI20240628093000000007");
        for (text, expected) in [
            (record.repeat(3), "3 records of 22 bytes without line endings: `flagflow fix`"),
            (format!("{record:80}").repeat(2), "2 records of 80 bytes without line endings"),
            (
                format!("{header}{record}{record}Z990000000002"),
                "a header, 2 records of 22 bytes and a trailer without line endings",
            ),
            (format!("{header}{record}"), "a header and 1 record of 22 bytes without"),
            (format!("{record}Z990000000001"), "1 record of 22 bytes and a trailer without"),
            (
                format!("{record}E46AC1234567810A20240603"),
                "many lines in one, without line endings",
            ),
            (format!("{header}\r{record}\r"), "lines end with CR alone"),
            (format!("{record}{record}x"), ""),
        ] {
            let name = name(text.as_bytes(), FIXED);
            assert!(name.starts_with(expected) && name.is_empty() == expected.is_empty(), "{name}");
        }
        let long = record.repeat(10);
        let line = Line {
            bytes: &long.as_bytes()[..200],
            length: 22_000,
            oversize: true,
            end: LineEnd::None,
            offset: 0,
            number: 1,
        };
        assert!(describe(&line, FIXED).unwrap().starts_with("1000 records of 22 bytes without"));
    }

    #[test]
    fn empty_items_behind_a_group_are_named() {
        let profile = Profile::builtin(Flow::D0350);
        let zhv = FileFormat::Electricity(flagflow_electricity::Layout::Zhv, &profile);
        assert_eq!(name(b"81H|7||", zhv), "the last one is empty: `flagflow fix` removes it");
        assert_eq!(name(b"81H|7|||", zhv), "the last 2 are empty: `flagflow fix` removes them");
        for text in [&b"81H|"[..], b"81H|7|x|", b"81H|7||x", b"81H"] {
            assert_eq!(name(text, zhv), "");
        }
    }

    #[test]
    fn empty_cells_behind_the_fields_are_named() {
        for (text, expected) in [
            ("E45,1234567810,A,20240603,,", "the last 2 are empty: `flagflow fix` removes them"),
            ("\"E45\",1,\"A\",2,\"\"", "the last one is empty: `flagflow fix`"),
            ("E45,1,A", ""),
            ("E45,1,A,2,x,", ""),
            ("E45", ""),
            ("E45,1,A,20240603", ""),
            ("E45,\"1,A\",3", ""),
            ("e45,1,A,3", "the codes are in capitals"),
            ("E45,1,A,2, , ", "the last 2 are empty"),
            ("'E45',1,A,3", "text is in single quotes"),
            (" E45,1,A,3", "white space is before the code"),
            ("\"meter_point_reference\",\"dcc_service_flag\"", "the names of columns"),
            ("MPR,Flag,Effective From", "the names of columns"),
            ("ZHV,1,D0350001", "a user file; the items of zhv are separated by pipes"),
            ("\"ZHV\",\"1\"", "a user file; the items of zhv"),
            ("Q45,1,A,3", ""),
        ] {
            let name = name(text.as_bytes(), UKLINK);
            assert!(name.starts_with(expected) && name.is_empty() == expected.is_empty(), "{name}");
        }
    }
}
