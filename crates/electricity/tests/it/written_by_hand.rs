//! Files that a writer makes of options, records and groups, each line written out by hand here.

use crate::samples;
use std::sync::Arc;

use flagflow_domain::{EffectiveDate, MpanCore, ServiceFlag};
use flagflow_electricity::{
    D0350, Error, ErrorKind, Field, Flow, Header, Instruction, Layout, LineEnd, LineKind, Opening,
    Position, Profile, Reader, Timestamp, Trailer, Unwritable, Writer, WriterOptions, write_header,
    write_opening, write_record, write_trailer,
};

const LINE: &str = "82H|5|DC01|1013044353630|A|20211105|MRCY|\n";

fn builtin() -> Arc<Profile> {
    Profile::builtin(Flow::D0350)
}

fn numbered(number: u64) -> D0350 {
    let mpan = MpanCore::new(1_013_044_353_630).unwrap();
    let day = EffectiveDate::from_packed(20_211_105).unwrap();
    D0350::new(number, mpan, ServiceFlag::Active, day).unwrap()
}

fn rejection() -> Instruction {
    numbered(5).rejected("R1".parse().unwrap()).into()
}

fn time(packed: u64) -> Timestamp {
    Timestamp::from_packed(packed).unwrap()
}

fn header() -> Header {
    Header::new(&builtin(), "77", "DCCO", "EELC", time(20_211_105_093_000)).unwrap()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// A profile of D0350 in which one part is another.
fn changed(from: &str, to: &str) -> Arc<Profile> {
    let text = builtin().as_toml().to_owned();
    assert!(text.contains(from), "{from}");
    Arc::new(Profile::from_toml(&text.replacen(from, to, 1)).unwrap())
}

fn without_opening() -> Arc<Profile> {
    let text = builtin().as_toml().to_owned();
    let (start, end) = (text.find("[[group]]").unwrap(), text.rfind("[[group]]").unwrap());
    Arc::new(Profile::from_toml(&format!("{}{}", &text[..start], &text[end..])).unwrap())
}

fn enveloped(body: &str, trailer: &str) -> String {
    format!("ZHV|77|D0350001|Z|DCCO|P|EELC|20211105093000||||OPER|\n{body}{trailer}\n")
}

#[test]
fn a_writer_of_no_options_writes_a_bare_file() {
    let mut writer = WriterOptions::new(builtin()).writer(Vec::new());
    assert_eq!((writer.record_count(), writer.inner().len()), (0, 0));
    writer.write(numbered(5)).unwrap();
    assert_eq!(writer.inner(), format!("81H|1|\n{LINE}").as_bytes());
    writer.write(numbered(5)).unwrap();
    assert_eq!(writer.record_count(), 2);
    assert_eq!(text(writer.finish().unwrap()), format!("81H|1|\n{LINE}{LINE}"));
    assert_eq!(WriterOptions::new(builtin()).writer(Vec::new()).finish().unwrap(), b"");
}

#[test]
fn a_line_end_is_one() {
    for (line_end, end) in [(LineEnd::None, "\n"), (LineEnd::Lf, "\n"), (LineEnd::CrLf, "\r\n")] {
        let options = WriterOptions::new(builtin()).line_end(line_end).layout(Layout::Zhf);
        let mut writer = options.file_sequence_number(12).writer(Vec::new());
        writer.write(numbered(5)).unwrap();
        let zhf = format!("81H000000000012{end}82H000000000005DC011013044353630A20211105MRCY{end}");
        assert_eq!(text(writer.finish().unwrap()), zhf);
    }
}

/// The header's time, one that was chosen before or meanwhile, or another trailer's.
#[test]
fn a_trailer_says_when_the_file_was_completed() {
    let options = WriterOptions::new(builtin()).envelope(header());
    let body = format!("81H|1|\n{LINE}");
    let finished = |mut writer: Writer<Vec<u8>>| {
        writer.write(numbered(5)).unwrap();
        text(writer.finish().unwrap())
    };
    let own = finished(options.clone().writer(Vec::new()));
    assert_eq!(own, enveloped(&body, "ZPT|77|2||1|20211105093000|"));
    let chosen = options.clone().completed(time(20_211_105_093_001));
    let completed = finished(chosen.clone().writer(Vec::new()));
    assert_eq!(completed, enveloped(&body, "ZPT|77|2||1|20211105093001|"));
    let mut writer = chosen.writer(Vec::new());
    writer.options_mut().set_completed(time(20_211_105_093_002));
    assert_eq!(finished(writer), enveloped(&body, "ZPT|77|2||1|20211105093002|"));
    let file = enveloped("", "ZPT|77|0|check|0|20211105093003|more|");
    let mut reader = Reader::from_slice(file.as_bytes());
    assert_eq!(reader.read().unwrap(), None);
    let mut writer = options.completed(time(20_211_105_093_004)).writer(Vec::new());
    writer.set_trailer(reader.trailer().unwrap());
    let taken = finished(writer);
    assert_eq!(taken, enveloped(&body, "ZPT|77|2|check|1|20211105093003|more|"));
    // of which the identifier and the counts are the file's own
    let other = Trailer::new("88", 9, 8, time(20_211_105_093_005)).unwrap();
    let mut writer = WriterOptions::new(builtin()).envelope(header()).writer(Vec::new());
    writer.set_trailer(&other);
    assert_eq!(finished(writer), enveloped(&body, "ZPT|77|2||1|20211105093005|"));
}

#[test]
fn a_header_is_written_once_and_when_it_is_asked_for() {
    let mut writer = WriterOptions::new(builtin()).envelope(header()).writer(Vec::new());
    writer.begin().unwrap();
    writer.begin().unwrap();
    let line = "ZHV|77|D0350001|Z|DCCO|P|EELC|20211105093000||||OPER|\n";
    assert_eq!(writer.inner(), line.as_bytes());
    let finished = text(writer.finish().unwrap());
    assert_eq!(finished, enveloped("", "ZPT|77|0||0|20211105093000|"));
}

/// Updates are the top-level groups where there is no other group.
#[test]
fn without_a_level_one_group_none_is_written() {
    let mut writer = WriterOptions::new(without_opening()).envelope(header()).writer(Vec::new());
    writer.write(numbered(5)).unwrap();
    writer.write_with(numbered(5), []).unwrap();
    writer.write_all([numbered(5); 3]).unwrap();
    let opening = Opening::new(Some(1));
    let error = writer.write_opening(opening, []).unwrap_err();
    let field = Some(Field::FileSequenceNumber);
    assert_eq!((error.kind(), error.field()), (ErrorKind::NotWritable, field));
    let expected = enveloped(&LINE.repeat(5), "ZPT|77|5||5|20211105093000|");
    assert_eq!(text(writer.finish().unwrap()), expected);
}

/// Groups that were written are no more than that, and the writer's own comes before the first
/// record.
#[test]
fn groups_are_written_where_they_are_wanted() {
    let mut writer = WriterOptions::new(builtin()).envelope(header()).writer(Vec::new());
    let opening = |number| Opening::new(number);
    writer.write_opening(opening(Some(4)), []).unwrap();
    writer.write(numbered(5)).unwrap();
    writer.write_raw(LineKind::Group, b"81H|0009|").unwrap();
    writer.write_raw(LineKind::Record, &LINE.as_bytes()[..LINE.len() - 1]).unwrap();
    writer.write_opening(opening(None), []).unwrap();
    assert_eq!(writer.record_count(), 2);
    let body = format!("81H|4|\n{LINE}81H|0009|\n{LINE}81H|1|\n");
    let expected = enveloped(&body, "ZPT|77|5||3|20211105093000|");
    assert_eq!(text(writer.finish().unwrap()), expected);
    let mut writer = WriterOptions::new(builtin()).writer(Vec::new());
    writer.write_raw(LineKind::Record, b"82H|").unwrap();
    writer.write_all([] as [D0350; 0]).unwrap();
    assert_eq!(text(writer.finish().unwrap()), "81H|1|\n82H|\n");
}

/// No records are no group, though the header is written.
#[test]
fn nothing_at_once_writes_the_header() {
    let mut writer = WriterOptions::new(builtin()).envelope(header()).writer(Vec::new());
    writer.write_all([] as [D0350; 0]).unwrap();
    let line = "ZHV|77|D0350001|Z|DCCO|P|EELC|20211105093000||||OPER|\n";
    assert_eq!(writer.inner(), line.as_bytes());
    assert_eq!(writer.record_count(), 0);
}

type Told = (ErrorKind, Option<Field>, Position);

fn told(error: &Error) -> Told {
    (error.kind(), error.field(), error.position())
}

/// Returns what is refused is told by the place where its line would have been, and its record.
#[test]
fn what_is_refused_is_told_by_its_place() {
    let mut writer = WriterOptions::new(builtin()).writer(Vec::new());
    let record = Some(1);
    let refused = |result: Result<(), Error>| told(&result.unwrap_err());
    let start = Position { record, ..Position::START };
    let unexpected = ErrorKind::UnexpectedRecord;
    assert_eq!(refused(writer.write(rejection())), (unexpected, None, start));
    writer.write(numbered(5)).unwrap();
    let at = |record| Position { offset: 44, line: 3, column: 1, record };
    let too_long = (ErrorKind::ItemTooLong { most: 10 }, Some(Field::InstructionNumber));
    let long = numbered(10_000_000_000);
    assert_eq!(refused(writer.write(long)), (too_long.0, too_long.1, at(Some(2))));
    assert_eq!(refused(writer.write_with(long, [])), (too_long.0, too_long.1, at(Some(2))));
    let many = [numbered(5), long, numbered(5)];
    let mut left = many.iter();
    let behind = Position { offset: 81, line: 4, column: 1, record: Some(3) };
    assert_eq!(refused(writer.write_all(left.by_ref())), (too_long.0, too_long.1, behind));
    assert_eq!(left.len(), 1);
    let update = refused(writer.write_raw(LineKind::Record, b"a\nb"));
    assert_eq!(update, (ErrorKind::NotWritable, None, behind));
    let of_none = Position { record: None, ..behind };
    for kind in [LineKind::Header, LineKind::Trailer] {
        assert_eq!(refused(writer.write_raw(kind, b"ZPT|")), (unexpected, None, of_none));
    }
    let group = refused(writer.write_raw(LineKind::Group, b"81H|1|\r"));
    assert_eq!(group, (ErrorKind::NotWritable, None, of_none));
    writer.write_raw(LineKind::Group, b"81H|\r1|").unwrap();
    let opening = Opening::new(Some(10_000_000_000));
    let long = (ErrorKind::ItemTooLong { most: 10 }, Some(Field::FileSequenceNumber));
    let at = Position { offset: 89, line: 5, ..of_none };
    assert_eq!(refused(writer.write_opening(opening, [])), (long.0, long.1, at));
    assert_eq!(writer.record_count(), 2);
    assert_eq!(text(writer.finish().unwrap()), format!("81H|1|\n{LINE}{LINE}81H|\r1|\n"));
}

/// As many extras as there are places for them, and not one more.
#[test]
fn extras_have_their_places() {
    let profile = samples::shuffled_d0350();
    let line = |layout, extras: &[&str]| {
        let mut out = Vec::new();
        let extras = extras.iter().map(|extra| extra.as_bytes());
        write_record(&mut out, layout, &profile, numbered(5).into(), extras).map(|()| text(out))
    };
    let (zhv, zhf) = (Layout::Zhv, Layout::Zhf);
    for (layout, extras, expected) in [
        (zhv, &[][..], "02G|20211105||A|1013044353630||DC01|5|"),
        (zhv, &["a b"], "02G|20211105|a b|A|1013044353630||DC01|5|"),
        (zhv, &["a b", "007"], "02G|20211105|a b|A|1013044353630|007|DC01|5|"),
        (zhf, &[], "02G20211105     A1013044353630    DC01  000000000005"),
        (zhf, &["a b", "7"], "02G20211105a b  A10130443536300007DC01  000000000005"),
        (zhf, &["abcde", "1234"], "02G20211105abcdeA10130443536301234DC01  000000000005"),
        (zhf, &["", "7x"], "02G20211105     A10130443536307x  DC01  000000000005"),
        (zhf, &["7", ""], "02G202111057    A1013044353630    DC01  000000000005"),
    ] {
        assert_eq!(line(layout, extras), Ok(expected.to_owned()), "{extras:?}");
    }
    let (note, site) = (Field::of_name("note").unwrap(), Field::of_name("site").unwrap());
    let not_writable = ErrorKind::NotWritable;
    for (layout, extras, kind, field) in [
        (zhv, &["", "", ""][..], not_writable, Field::MpanCore),
        (zhf, &["", "", ""], not_writable, Field::MpanCore),
        (zhv, &["abcdef"], ErrorKind::ItemTooLong { most: 5 }, note),
        (zhf, &["", "12345"], ErrorKind::ItemTooLong { most: 4 }, site),
        (zhv, &["", "12345"], ErrorKind::ItemTooLong { most: 4 }, site),
        (zhv, &["a|b"], not_writable, note),
        (zhv, &["a\nb"], not_writable, note),
        (zhv, &["", "\u{e9}"], not_writable, site),
        (zhf, &["a "], not_writable, note),
        (zhf, &["a\r"], not_writable, note),
    ] {
        assert_eq!(line(layout, extras), Err(Unwritable { kind, field }), "{extras:?}");
    }
    for (layout, extra) in [(zhv, "a "), (zhv, "a\r"), (zhf, "a|b"), (zhf, "\ra")] {
        assert!(line(layout, &[extra]).is_ok(), "{extra:?}");
    }
    let said = Unwritable { kind: not_writable, field: site }.to_string();
    assert_eq!(said, "site: a value that the layout cannot hold");
}

#[test]
fn a_value_without_an_item_of_the_profile_is_not_written() {
    let of = |profile: &Profile, update| {
        write_record(&mut Vec::new(), Layout::Zhv, profile, update, []).unwrap_err()
    };
    let missing = |field| Unwritable { kind: ErrorKind::NotWritable, field };
    assert_eq!(of(&builtin(), rejection()), missing(Field::DccServiceFlag));
    let d0351 = Profile::builtin(Flow::D0351);
    assert_eq!(of(&d0351, numbered(5).into()), missing(Field::ReasonCode));
    let flag = "{ name = \"dcc_service_flag\", kind = \"flag\", most = 1 },";
    let date = "{ name = \"effective_from_date\", kind = \"date\", most = 8 },";
    let swapped = builtin().as_toml().replace(flag, "?").replace(date, flag).replace('?', date);
    let swapped = Profile::from_toml(&swapped).unwrap();
    assert_eq!(of(&swapped, rejection()), missing(Field::EffectiveFromDate));
}

#[test]
fn a_group_has_its_items_and_its_extras() {
    let profile = changed(
        "{ name = \"file_sequence_number\", kind = \"number\", most = 10 },",
        "{ name = \"note\", most = 4 }, { name = \"file_sequence_number\", most = 3 },",
    );
    let typed = Arc::new(
        Profile::from_toml(
            &profile
                .as_toml()
                .replacen("{ name = \"note\", most = 4 }", "{ name = \"site\", most = 4 }", 1)
                .replacen(
                    "{ name = \"instruction_type\", kind = \"text\", most = 4 },",
                    "{ name = \"note\", most = 5 },",
                    1,
                )
                .replacen(
                    "{ name = \"file_sequence_number\", most = 3 },",
                    "{ name = \"instruction_type\", most = 6 },",
                    1,
                ),
        )
        .unwrap(),
    );
    let group = |profile: &Profile, layout, number, extras: &[&str]| {
        let mut out = Vec::new();
        let opening = Opening::new(number);
        let extras = extras.iter().map(|extra| extra.as_bytes());
        write_opening(&mut out, layout, profile, opening, extras).map(|()| text(out))
    };
    let (zhv, zhf) = (Layout::Zhv, Layout::Zhf);
    assert_eq!(group(&profile, zhv, Some(12), &[]).unwrap(), "81H||12|");
    assert_eq!(group(&profile, zhf, Some(12), &["ab"]).unwrap(), "81Hab  012");
    assert_eq!(group(&profile, zhv, None, &["ab"]).unwrap(), "81H|ab|1|");
    assert_eq!(group(&typed, zhv, None, &["ab"]).unwrap(), "81H|ab|DC01|");
    assert_eq!(group(&typed, zhf, None, &[]).unwrap(), "81H    DC01  ");
    let refused = |kind, field| Err(Unwritable { kind, field });
    let sequence = Field::FileSequenceNumber;
    let too_many = group(&profile, zhv, Some(1), &["", ""]);
    assert_eq!(too_many, refused(ErrorKind::NotWritable, sequence));
    let too_long = group(&profile, zhf, Some(1000), &[]);
    assert_eq!(too_long, refused(ErrorKind::ItemTooLong { most: 3 }, sequence));
    assert_eq!(group(&profile, zhf, Some(999), &[]).unwrap(), "81H    999");
    let none = group(&without_opening(), zhv, Some(1), &[]);
    assert_eq!(none, refused(ErrorKind::NotWritable, sequence));
}

#[test]
fn headers_and_trailers_have_every_item() {
    let line = "ZHV|0000475656|D0350001|Z|DCCO|P|EELC|20211105093000|SAPP|RAPP|B|TR01|";
    let end = "ZPT|0000475656|12|sum|3|20211105093001|";
    let file = format!("{line}\n{end}\n");
    let mut reader = Reader::from_slice(file.as_bytes());
    assert!(reader.read().is_err(), "the counts are wrong");
    let (header, trailer) = (reader.header().unwrap(), reader.trailer().unwrap());
    let mut out = Vec::new();
    write_header(&mut out, Layout::Zhv, &builtin(), header).unwrap();
    out.push(b'\n');
    write_trailer(&mut out, Layout::Zhv, &builtin(), trailer).unwrap();
    assert_eq!(text(out), file.trim_end());
    let mut out = Vec::new();
    write_header(&mut out, Layout::Zhf, &builtin(), header).unwrap();
    assert_eq!(text(out), "ZHF0000475656D0350001ZDCCOPEELC20211105093000SAPP RAPP BTR01");
    let mut out = Vec::new();
    write_trailer(&mut out, Layout::Zhf, &builtin(), trailer).unwrap();
    assert_eq!(text(out), "ZPT00004756560000000012sum       000000000320211105093001");
    let short = changed("group_count = 10", "group_count = 1");
    let refused = write_trailer(&mut Vec::new(), Layout::Zhv, &short, trailer).unwrap_err();
    let kind = ErrorKind::ItemTooLong { most: 1 };
    assert_eq!(refused, Unwritable { kind, field: Field::GroupCount });
}

/// Further items have no place in the fixed layout.
#[test]
fn further_items_are_for_the_delimited_layout() {
    let file = enveloped("", "ZPT|77|0||0|20211105093000|more|").replace("OPER|", "OPER|x|");
    let mut reader = Reader::from_slice(file.as_bytes());
    assert_eq!(reader.read().unwrap(), None);
    let (header, trailer) = (reader.header().unwrap(), reader.trailer().unwrap());
    let refused = |field| Err(Unwritable { kind: ErrorKind::NotWritable, field });
    let of_header = write_header(&mut Vec::new(), Layout::Zhf, &builtin(), header);
    assert_eq!(of_header, refused(Field::TestFlag));
    let of_trailer = write_trailer(&mut Vec::new(), Layout::Zhf, &builtin(), trailer);
    assert_eq!(of_trailer, refused(Field::Completed));
    let mut out = Vec::new();
    write_trailer(&mut out, Layout::Zhv, &builtin(), trailer).unwrap();
    assert_eq!(text(out), "ZPT|77|0||0|20211105093000|more|");
}

/// Numbers of every length one by one and at once, alone in their block and among others; as many
/// records as several pieces hold.
#[test]
fn any_number_of_digits_and_of_records() {
    let profile = changed(
        "\"instruction_number\", kind = \"number\", most = 10",
        "\"instruction_number\", most = 19",
    );
    let mut numbers = vec![0, 12_345_678, 87_654_321, 9_999_999_999_999_999_999];
    numbers.extend((0..19).flat_map(|digits| [10_u64.pow(digits), 10_u64.pow(digits) - 1]));
    for layout in Layout::ALL {
        let line = |number: u64| match layout {
            Layout::Zhv => format!("82H|{number}|DC01|1013044353630|A|20211105|MRCY|\n"),
            Layout::Zhf => format!("82H{number:019}DC011013044353630A20211105\n"),
        };
        let opening = if layout == Layout::Zhv { "81H|1|\n" } else { "81H000000000001\n" };
        let options = WriterOptions::new(profile.clone()).layout(layout);
        for number in &numbers {
            let mut writer = options.clone().writer(Vec::new());
            writer.write(numbered(*number)).unwrap();
            writer.write_all([numbered(*number)]).unwrap();
            let expected = format!("{opening}{}", line(*number).repeat(2));
            assert_eq!(text(writer.finish().unwrap()), expected);
        }
        let many: Vec<u64> = numbers.iter().copied().cycle().take(6000).chain(0..6000).collect();
        let mut writer = options.clone().writer(Vec::new());
        writer.write_all(many.iter().map(|number| numbered(*number))).unwrap();
        assert_eq!(writer.record_count(), 12_000);
        let expected: String = many.iter().map(|number| line(*number)).collect();
        assert!(writer.finish().unwrap() == [opening.as_bytes(), expected.as_bytes()].concat());
    }
}

/// Reasons before and behind the number, and before the MPAN core; of every length that fits.
#[test]
fn a_reason_stands_where_the_profile_has_it() {
    let items = [
        ("instruction_number", "most = 10"),
        ("reason_code", "most = 32"),
        ("mpan_core", "most = 13"),
        ("instruction_type", "most = 4"),
    ];
    let text_of = |order: [usize; 4]| {
        let toml = Profile::builtin(Flow::D0351).as_toml().to_owned();
        let start = toml.rfind("items = [").unwrap();
        let items = order.map(|at| format!("{{ name = \"{}\", {} }}", items[at].0, items[at].1));
        format!("{}items = [{}]\n", &toml[..start], items.join(", "))
    };
    let reasons = ["", "R", "R-1", "a b", "12345678901234567890123456789012"];
    for order in
        [[0, 1, 2, 3], [1, 0, 2, 3], [1, 2, 0, 3], [2, 1, 3, 0], [2, 0, 1, 3], [3, 1, 0, 2]]
    {
        let profile = Arc::new(Profile::from_toml(&text_of(order)).unwrap());
        for layout in Layout::ALL {
            let line = |reason: &str| {
                let zhv = [
                    "5".to_owned(),
                    reason.to_owned(),
                    "1013044353630".to_owned(),
                    "DC11".to_owned(),
                ];
                let zhf =
                    [format!("{:010}", 5), format!("{reason:32}"), zhv[2].clone(), zhv[3].clone()];
                match layout {
                    Layout::Zhv => format!("X03|{}|\n", order.map(|at| zhv[at].clone()).join("|")),
                    Layout::Zhf => format!("X03{}\n", order.map(|at| zhf[at].clone()).concat()),
                }
            };
            let rejections = reasons.map(|reason| numbered(5).rejected(reason.parse().unwrap()));
            let opening = if layout == Layout::Zhv { "81H|1|\n" } else { "81H000000000001\n" };
            let expected = format!("{opening}{}", reasons.map(line).concat());
            let options = WriterOptions::new(profile.clone()).layout(layout);
            let mut writer = options.clone().writer(Vec::new());
            writer.write_all(rejections).unwrap();
            assert_eq!(text(writer.finish().unwrap()), expected);
            let mut writer = options.writer(Vec::new());
            rejections.iter().for_each(|rejection| writer.write(rejection).unwrap());
            assert_eq!(text(writer.finish().unwrap()), expected);
        }
    }
}

/// Lines that no template holds are written all the same, number 0 among them.
#[test]
fn long_lines_are_written_by_the_definition() {
    let instruction_type = "{ name = \"instruction_type\", kind = \"text\", most = 4 },";
    let long = format!("{{ name = \"note\", most = 400 }}, {instruction_type}");
    let options = WriterOptions::new(changed(instruction_type, &long)).layout(Layout::Zhf);
    let mut writer = options.writer(Vec::new());
    writer.write(numbered(0)).unwrap();
    writer.write_all([numbered(0), numbered(1)]).unwrap();
    let line = |number| format!("82H{number:010}{:400}DC011013044353630A20211105\n", "");
    let expected = format!("81H000000000001\n{}{}{}", line(0), line(0), line(1));
    assert_eq!(text(writer.finish().unwrap()), expected);
}

/// The built-in profile's line, as far as the record fits it.
#[test]
fn a_record_is_shown_as_its_line() {
    assert_eq!(numbered(5).to_string(), LINE.trim_end());
    assert_eq!(format!("[{:>40}]", numbered(5)), format!("[    {}]", LINE.trim_end()));
    assert_eq!(numbered(10_000_000_000).to_string(), "82H|10000000000");
    let rejection = numbered(5).rejected("R1".parse().unwrap());
    assert_eq!(rejection.to_string(), "X03|5|DC11|1013044353630|R1|");
    let fault = "82H|5|DC01|1013044353630|?|20211105|MRCY|".parse::<D0350>().unwrap_err();
    assert_eq!((fault.kind, fault.start), (ErrorKind::UnknownFlag, 25));
}
