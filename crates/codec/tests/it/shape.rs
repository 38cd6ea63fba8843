//! Cutting and the order of lines, by hand.

use flagflow_codec::{ErrorKind, FileOrder, Flow, LineKind, RawLine, Role, Table};
use flagflow_electricity::{Electricity, Layout, LineTag, Profile};
use flagflow_gas::{Gas, Tag};

type Cells<'a> = (LineKind, Vec<&'a str>, bool);

fn cells<'a, F: Flow>(line: &'a str, table: &'a Table<F>) -> Result<Cells<'a>, ErrorKind> {
    let raw = RawLine::cut(line.as_bytes(), table).map_err(|fault| {
        assert_eq!((fault.field, fault.start, fault.length), (None, 0, line.len()));
        fault.kind
    })?;
    let cells = raw.fields().map(|(_, start, bytes)| &line[start..start + bytes.len()]);
    Ok((raw.kind(), cells.collect(), raw.has_missing_bar()))
}

fn gas(line: &str, layout: flagflow_gas::Layout) -> Result<Vec<&str>, ErrorKind> {
    cells(line, flagflow_gas::table(layout, true)).map(|(_, cells, _)| cells)
}

#[test]
fn fixed_lines_are_cut_at_their_lengths() {
    let fixed = |line| gas(line, flagflow_gas::Layout::Fixed);
    assert_eq!(fixed("E451234567810A20211105"), Ok(vec!["E45", "1234567810", "A", "20211105"]));
    assert_eq!(
        fixed("E46RJ0000123409W20201231"),
        Ok(vec!["E46", "RJ", "0000123409", "W", "20201231"])
    );
    assert_eq!(fixed("Z990000000012"), Ok(vec!["Z99", "0000000012"]));
    assert_eq!(fixed("S72XYZ00001"), Ok(vec!["S72", "XYZ00001"]));
    assert_eq!(
        fixed("A000000000042DXI20211105093000000001"),
        Ok(vec!["A00", "0000000042", "DXI", "20211105", "093000", "000001"])
    );
    for length in [3, 21, 23] {
        let line = &"E451234567810A20211105X"[..length];
        assert_eq!(fixed(line), Err(ErrorKind::WrongLength { expected: 22 }), "{line}");
    }
    for line in ["", "E4", "E47", " E451234567810A20211105", "\"E45\""] {
        assert_eq!(fixed(line), Err(ErrorKind::UnknownRecord), "{line}");
    }
}

#[test]
fn lines_with_commas_are_cut_there() {
    let uklink = |line| gas(line, flagflow_gas::Layout::Uklink);
    let expected = vec!["E45", "1234567810", "A", "20211105"];
    assert_eq!(uklink("\"E45\",1234567810,\"A\",20211105"), Ok(expected.clone()));
    assert_eq!(uklink("E45,\"1234567810\",A,\"20211105\""), Ok(expected));
    assert_eq!(uklink("E45,,\"\","), Ok(vec!["E45", "", "", ""]));
    assert_eq!(uklink("E45,\"1,2\",A,3"), Ok(vec!["E45", "1,2", "A", "3"]));
    for line in ["E45", "E45,1,A", "E45,1,A,2,", "\"E45\",1,\"A\",2,3,4,5,6,7"] {
        let kind = ErrorKind::MalformedRecord { expected: Some(4) };
        assert_eq!(uklink(line), Err(kind), "{line}");
    }
    for line in ["\"E45", "E45,1\",A,2", "E45,\"1\"2,A,3", "E45,1,\"\"\"A\",2", "E4\"5,1,A,2"] {
        let kind = ErrorKind::MalformedRecord { expected: None };
        assert_eq!(uklink(line), Err(kind), "{line}");
    }
    for line in ["", ",,,", "e45,1,A,2", "\"E45 \",1,A,2", "X,1"] {
        assert_eq!(uklink(line), Err(ErrorKind::UnknownRecord), "{line}");
    }
}

#[test]
fn tags_are_seen_in_broken_lines() {
    use flagflow_gas::Layout::{Fixed, Uklink};
    for (line, layout, tag) in [
        ("E45x", Fixed, Some(Tag::E45)),
        ("\"A00\",x\"", Uklink, Some(Tag::A00)),
        ("Z99", Uklink, Some(Tag::Z99)),
        ("\"Z99\"7", Uklink, None),
        ("Z99\"", Uklink, None),
        ("\"Z99", Uklink, None),
        ("\"Z99\"", Fixed, None),
    ] {
        assert_eq!(RawLine::<Gas>::peek_tag(line.as_bytes(), layout), tag, "{line}");
        let kind = tag.map(|tag| match tag {
            Tag::A00 => LineKind::Header,
            Tag::E45 | Tag::E46 => LineKind::Record,
            Tag::S72 => LineKind::Reason,
            Tag::Z99 => LineKind::Trailer,
        });
        assert_eq!(RawLine::<Gas>::peek_kind(line.as_bytes(), layout), kind, "{line}");
    }
}

#[test]
fn a_line_other_than_the_wanted_one_is_unexpected() {
    let raw = RawLine::<Gas>::cut(b"Z990000000012", flagflow_gas::Layout::Fixed).unwrap();
    assert_eq!(raw.require(Tag::Z99), Ok(()));
    let fault = raw.require(Tag::A00).unwrap_err();
    assert_eq!((fault.kind, fault.field), (ErrorKind::UnexpectedRecord, None));
    assert_eq!((fault.start, fault.length), (0, 13));
}

fn builtin(line: &str, layout: Layout) -> Result<(LineKind, Vec<String>, bool), ErrorKind> {
    let profile = Profile::builtin(flagflow_electricity::Flow::D0350);
    let (kind, cells, missing) = cells(line, profile.table(layout))?;
    Ok((kind, cells.into_iter().map(str::to_owned).collect(), missing))
}

const fn malformed(items: usize) -> ErrorKind {
    ErrorKind::MalformedRecord { expected: Some(items) }
}

#[test]
fn lines_with_pipes_are_cut_there() {
    let zhv = |line| builtin(line, Layout::Zhv);
    let owned = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
    let update = owned(&["1", "DC01", "1013044353630", "A", "20211105", "MRCY"]);
    let kind = LineKind::Record;
    assert_eq!(zhv("82H|1|DC01|1013044353630|A|20211105|MRCY|"), Ok((kind, update.clone(), false)));
    assert_eq!(zhv("82H|1|DC01|1013044353630|A|20211105|MRCY"), Ok((kind, update, true)));
    assert_eq!(zhv("82H|||||||"), Ok((kind, owned(&[""; 6]), false)));
    assert_eq!(zhv("81H|7|"), Ok((LineKind::Group, owned(&["7"]), false)));
    assert_eq!(zhv("81H|7"), Ok((LineKind::Group, owned(&["7"]), true)));
    for line in ["82H", "82H|", "82H||||||", "82H||||||||", "82H|||||||x"] {
        assert_eq!(zhv(line), Err(malformed(6)), "{line}");
    }
    for line in ["", "|", "82h|1|", "82H1|", "ZHF|", "84H|1|"] {
        assert_eq!(zhv(line), Err(ErrorKind::UnknownRecord), "{line}");
    }
    let trailer = owned(&["1", "2", "", "3", "4"]);
    for (line, missing_bar) in [
        ("ZPT|1|2||3|4|", false),
        ("ZPT|1|2||3|4", true),
        ("ZPT|1|2||3|4||", false),
        ("ZPT|1|2||3|4|x", true),
        ("ZPT|1|2||3|4|x|y|", false),
    ] {
        assert_eq!(zhv(line), Ok((LineKind::Trailer, trailer.clone(), missing_bar)), "{line}");
    }
    assert_eq!(zhv("ZPT|1|2||3|"), Err(malformed(5)));
    assert_eq!(zhv("ZHV||||||||||||").unwrap().0, LineKind::Header);
    assert_eq!(zhv("ZHV|||||||||||"), Err(malformed(11)));
    let many = format!("ZHV{}", "|".repeat(100));
    assert_eq!(zhv(&many).unwrap().1.len(), 11);
}

#[test]
fn blanks_behind_the_last_item_are_not_items() {
    let profile = Profile::builtin(flagflow_electricity::Flow::D0350);
    let group = |blanks: &str| format!("81H|7|{blanks}");
    let trailer = |blanks: &str| format!("ZPT|1|2||3|4|{blanks}");
    for (line, kept) in [
        (group(""), 6),
        (group(" "), 6),
        (group(" \t "), 6),
        (group(" | | |"), 6),
        (group("|| |"), 6),
        (group(" | | "), 6),
        (trailer(""), 13),
        (trailer("  "), 13),
        (trailer("\t| |  "), 13),
        (trailer("x| |"), 15),
        // cells without white space are items of their own
        (trailer("|"), 14),
        (trailer("|  "), 14),
        (trailer("x"), 14),
    ] {
        let raw = RawLine::cut(line.as_bytes(), profile.table(Layout::Zhv)).unwrap();
        assert_eq!(raw.blanks(), &line.as_bytes()[kept..], "{line}");
        assert!(raw.blanks().is_empty() || !raw.has_missing_bar(), "{line}");
    }
    assert_eq!(builtin("81H| ", Layout::Zhv), Err(malformed(1)));
    for line in [group("|"), group("||"), group("| "), group("x| |"), group(" |x"), group("\r")] {
        assert_eq!(builtin(&line, Layout::Zhv), Err(malformed(1)), "{line}");
    }
}

#[test]
fn padded_lines_are_cut_at_their_lengths() {
    let zhf = |line| builtin(line, Layout::Zhf);
    let line = "82H000000000001DC011013044353630A20211105MRCY";
    let update =
        ["000000000001", "DC01", "1013044353630", "A", "20211105", "MRCY"].map(str::to_owned);
    assert_eq!(zhf(line), Ok((LineKind::Record, update.to_vec(), false)));
    assert_eq!(zhf("81H000000000007").unwrap().1, ["000000000007"]);
    let longer = format!("{line}|");
    for line in [&line[..44], &line[..3], &longer] {
        assert_eq!(zhf(line), Err(ErrorKind::WrongLength { expected: 45 }), "{line}");
    }
    for line in ["", "82", "ZHV", "84H"] {
        assert_eq!(zhf(line), Err(ErrorKind::UnknownRecord), "{line}");
    }
}

fn roles(with_reasons: bool, tags: &[&str]) -> Vec<Role> {
    let table = flagflow_gas::table(flagflow_gas::Layout::Fixed, with_reasons);
    let mut order = FileOrder::<Gas>::new(table);
    tags.iter().map(|tag| order.place(Tag::from_bytes(tag.as_bytes()))).collect()
}

#[test]
fn header_first_trailer_last_records_between() {
    use Role::{Header, Misplaced, Record, Trailer};
    assert_eq!(
        roles(false, &["A00", "E45", "???", "S72", "A00", "E46", "Z99", "E45", "Z99"]),
        [Header, Record, Record, Record, Misplaced, Record, Trailer, Misplaced, Misplaced]
    );
    assert_eq!(roles(false, &["E45", "A00", "Z99"]), [Record, Misplaced, Trailer]);
    assert_eq!(roles(false, &["Z99", "A00"]), [Trailer, Misplaced]);
    assert_eq!(roles(false, &["???", "A00"]), [Record, Misplaced]);
}

#[test]
fn reasons_are_below_an_answer() {
    use Role::{Header, Misplaced, Reason, Record, Trailer};
    assert_eq!(
        roles(true, &["A00", "S72", "E46", "S72", "S72", "E45", "S72", "E46", "Z99"]),
        [Header, Misplaced, Record, Reason, Reason, Record, Misplaced, Record, Trailer]
    );
    assert_eq!(roles(true, &["E46", "???", "S72"]), [Record, Record, Misplaced]);
    assert_eq!(roles(true, &["E46", "A00", "S72"]), [Record, Misplaced, Misplaced]);
}

const HEADER: Option<LineTag> = Some(LineTag::Header);
const GROUP: Option<LineTag> = Some(LineTag::Group);
const UPDATE: Option<LineTag> = Some(LineTag::Record);
const TRAILER: Option<LineTag> = Some(LineTag::Trailer);

fn follow(profile: &Profile, kinds: &[Option<LineTag>]) -> (Vec<Role>, u64, u64) {
    let mut order = FileOrder::<Electricity>::new(profile);
    let roles = kinds.iter().map(|kind| order.place(*kind)).collect();
    (roles, order.group_count(), order.flow_count())
}

#[test]
fn header_first_groups_between_trailer_last() {
    use Role::{Group, Header, Misplaced, Record, Trailer};
    let profile = Profile::builtin(flagflow_electricity::Flow::D0350);
    let follow = |kinds: &[_]| follow(&profile, kinds);
    let kinds = [HEADER, GROUP, UPDATE, None, HEADER, UPDATE, GROUP, TRAILER, GROUP, UPDATE];
    let roles = [Header, Group, Record, Record, Misplaced, Record, Misplaced, Trailer];
    let roles = [&roles[..], &[Misplaced, Misplaced]].concat();
    assert_eq!(follow(&kinds), (roles, 6, 2));
    assert_eq!(
        follow(&[HEADER, UPDATE, None, GROUP, UPDATE, TRAILER, TRAILER]),
        (vec![Header, Misplaced, Record, Group, Record, Trailer, Misplaced], 4, 1)
    );
    assert_eq!(follow(&[UPDATE, HEADER]), (vec![Misplaced, Misplaced], 2, 0));
    assert_eq!(follow(&[None, HEADER]), (vec![Record, Misplaced], 2, 0));
    assert_eq!(follow(&[TRAILER, HEADER]), (vec![Trailer, Misplaced], 0, 0));
}

/// In whatever place of a file: many records taken at once count as one after the other.
#[test]
fn records_taken_at_once_count_as_records() {
    let with = Profile::builtin(flagflow_electricity::Flow::D0350);
    for profile in [&*with, &crate::flows::without_opening()] {
        for before in [&[][..], &[HEADER], &[HEADER, GROUP], &[None, UPDATE], &[GROUP, TRAILER]] {
            let mut one = FileOrder::<Electricity>::new(profile);
            for kind in before {
                one.place(*kind);
            }
            let (mut many, mut roles) = (one, (0..3).map(|_| one.place(UPDATE)));
            if many.is_in_records() {
                assert!(roles.all(|role| role == Role::Record));
                many.take_records(3);
                assert_eq!(many.counts(), one.counts());
            }
        }
    }
}

#[test]
fn without_an_opening_group_every_update_is_a_flow() {
    assert_eq!(
        follow(&crate::flows::without_opening(), &[HEADER, UPDATE, None, UPDATE, TRAILER]),
        (vec![Role::Header, Role::Record, Role::Record, Role::Record, Role::Trailer], 3, 2)
    );
}
