//! Files that a writer makes of options, records and groups, each line written out by hand here.

use crate::samples;
use std::sync::Arc;

use flagflow_domain::{EffectiveDate, MpanCore, ServiceFlag};
use flagflow_electricity::{
    D0172, D0350, D0351, Error, ErrorKind, Field, Flow, Header, Instruction, Layout, LineEnd,
    LineKind, Opening, Position, Profile, Reader, ReaderOptions, ReasonCode, Record, Timestamp,
    Trailer, Unwritable, Writer, WriterOptions, write_header, write_opening, write_reason_line,
    write_record, write_trailer,
};

const LINE: &str = "82H|5|DC01|1013044353630|A|20211105|MRCY|\n";

fn builtin() -> Arc<Profile> {
    Profile::builtin(Flow::D0350)
}

fn day() -> EffectiveDate {
    EffectiveDate::from_packed(20_211_105).unwrap()
}

fn numbered(number: u64) -> D0350 {
    let mpan = MpanCore::new(1_013_044_353_630).unwrap();
    let supplier = "MRCY".parse().unwrap();
    D0350::new(number, mpan, ServiceFlag::Active, day(), supplier).unwrap()
}

fn rejection() -> Instruction {
    numbered(5).rejected(8, day()).unwrap().into()
}

fn confirmation() -> D0172 {
    D0172::new(9, day(), "77".parse().unwrap(), 3, 2, 1).unwrap()
}

fn reason(code: &str) -> ReasonCode {
    code.parse().unwrap()
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
    let text = format!("{}{}", &text[..start], &text[end..]);
    let text = text.replace("level = 2\nparent = \"81H\"", "level = 1");
    Arc::new(Profile::from_toml(&text).unwrap())
}

/// The built-in profile with any number of level-1 groups.
fn of_many_groups() -> Arc<Profile> {
    changed("occurs = \"1\"", "occurs = \"0..*\"")
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
    // the group is there once, records or not
    assert_eq!(WriterOptions::new(builtin()).writer(Vec::new()).finish().unwrap(), b"81H|1|\n");
    assert_eq!(WriterOptions::new(of_many_groups()).writer(Vec::new()).finish().unwrap(), b"");
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
    let file = enveloped("81H|1|\n", "ZPT|77|1|check|1|20211105093003|more|");
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
    assert_eq!(finished, enveloped("81H|1|\n", "ZPT|77|1||1|20211105093000|"));
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
    let mut writer = WriterOptions::new(of_many_groups()).envelope(header()).writer(Vec::new());
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

/// The group is there once: a second one is refused, as typed values and as it was read.
#[test]
fn a_second_group_is_refused() {
    for flow in Flow::ALL {
        let profile = Profile::builtin(flow);
        let code = profile.opening_group().unwrap().code().to_owned();
        let header = Header::new(&profile, "77", "DCCO", "EELC", time(20_211_105_093_000)).unwrap();
        let mut writer = WriterOptions::new(profile).envelope(header).writer(Vec::new());
        let (record, reasons): (Instruction, &[ReasonCode]) = match flow {
            Flow::D0350 => (numbered(5).into(), &[]),
            Flow::D0351 => (rejection(), &[ReasonCode::UnknownMpan]),
            Flow::D0172 => (confirmation().into(), &[]),
        };
        writer.write_opening(Opening::new(Some(3)), []).unwrap();
        let too_many = |result: Result<(), Error>| {
            let error = result.unwrap_err();
            assert!(error.is_recoverable());
            match error.kind() {
                ErrorKind::TooManyLines { code, most } => (code.to_string(), most),
                kind => panic!("{kind:?}"),
            }
        };
        let again = writer.write_opening(Opening::new(Some(4)), []);
        assert_eq!(too_many(again), (code.clone(), 1));
        writer.write_with_reasons(record, [], reasons).unwrap();
        assert_eq!(too_many(writer.write_opening(Opening::new(None), [])), (code.clone(), 1));
        let line = format!("{code}|5|");
        assert_eq!(too_many(writer.write_raw(LineKind::Group, line.as_bytes())), (code.clone(), 1));
        writer.write_with_reasons(record, [], reasons).unwrap();
        let file = text(writer.finish().unwrap());
        assert_eq!(file.matches(&format!("\n{code}|3|\n")).count(), 1, "{file}");
        assert_eq!(file.matches(&format!("\n{code}|")).count(), 1, "{file}");
        let mut reader = Reader::from_slice(file.as_bytes());
        assert!(reader.records().all(|record| record.is_ok()));
    }
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

/// An error has the place where its line would have been, and its record.
#[test]
fn what_is_refused_is_told_by_its_place() {
    let mut writer = WriterOptions::new(of_many_groups()).writer(Vec::new());
    let record = Some(1);
    let refused = |result: Result<(), Error>| told(&result.unwrap_err());
    // the group is written by then: 7 bytes
    let start = Position { offset: 7, line: 2, column: 1, record };
    let unexpected = ErrorKind::UnexpectedRecord;
    let number = Some(Field::InstructionNumber);
    assert_eq!(refused(writer.write(rejection())), (unexpected, number, start));
    writer.write(numbered(5)).unwrap();
    // and a line has 42
    let at = |record| Position { offset: 49, line: 3, column: 1, record };
    let too_long = (ErrorKind::ItemTooLong { most: 12 }, number);
    let long = numbered(1_000_000_000_000);
    assert_eq!(refused(writer.write(long)), (too_long.0, too_long.1, at(Some(2))));
    assert_eq!(refused(writer.write_with(long, [])), (too_long.0, too_long.1, at(Some(2))));
    let many = [numbered(5), long, numbered(5)];
    let mut left = many.iter();
    let behind = Position { offset: 91, line: 4, column: 1, record: Some(3) };
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
    let opening = Opening::new(Some(1_000_000_000_000));
    let long = (ErrorKind::ItemTooLong { most: 12 }, Some(Field::FileSequenceNumber));
    let at = Position { offset: 99, line: 5, ..of_none };
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
        (zhv, &[][..], "02G|20211105||A|1013044353630||DC01|MRCY|5|"),
        (zhv, &["a b"], "02G|20211105|a b|A|1013044353630||DC01|MRCY|5|"),
        (zhv, &["a b", "007"], "02G|20211105|a b|A|1013044353630|007|DC01|MRCY|5|"),
        (zhf, &[], "02G20211105     A1013044353630    DC01  MRCY000000000005"),
        (zhf, &["a b", "7"], "02G20211105a b  A10130443536300007DC01  MRCY000000000005"),
        (zhf, &["abcde", "1234"], "02G20211105abcdeA10130443536301234DC01  MRCY000000000005"),
        (zhf, &["", "7x"], "02G20211105     A10130443536307x  DC01  MRCY000000000005"),
        (zhf, &["7", ""], "02G202111057    A1013044353630    DC01  MRCY000000000005"),
        (zhv, &["a "], "02G|20211105|a |A|1013044353630||DC01|MRCY|5|"),
    ] {
        assert_eq!(line(layout, extras), Ok(expected.to_owned()), "{extras:?}");
    }
    let (note, site) = (Field::of_name("note").unwrap(), Field::of_name("site").unwrap());
    let not_writable = ErrorKind::NotWritable;
    for (layout, extras, kind, field) in [
        (zhv, &["", "", ""][..], not_writable, Field::InstructionNumber),
        (zhf, &["", "", ""], not_writable, Field::InstructionNumber),
        (zhv, &["abcdef"], ErrorKind::ItemTooLong { most: 5 }, note),
        (zhf, &["", "12345"], ErrorKind::ItemTooLong { most: 4 }, site),
        (zhv, &["", "12345"], ErrorKind::ItemTooLong { most: 4 }, site),
        (zhv, &["a|b"], not_writable, note),
        (zhf, &["a|b"], not_writable, note),
        (zhv, &["a\nb"], not_writable, note),
        (zhv, &["a\r"], not_writable, note),
        (zhf, &["\ra"], not_writable, note),
        (zhf, &["\u{1}"], not_writable, note),
        (zhv, &["\u{7f}"], not_writable, note),
        (zhv, &["", "\u{e9}"], not_writable, site),
        (zhf, &["a "], not_writable, note),
    ] {
        assert_eq!(line(layout, extras), Err(Unwritable { kind, field }), "{extras:?}");
    }
    let said = Unwritable { kind: not_writable, field: site }.to_string();
    assert_eq!(said, "site: a value that the layout cannot hold");
}

#[test]
fn a_record_of_another_flow_is_not_written() {
    let records: [Instruction; 3] = [numbered(5).into(), rejection(), confirmation().into()];
    for flow in Flow::ALL {
        let profile = Profile::builtin(flow);
        for record in records {
            let written = write_record(&mut Vec::new(), Layout::Zhv, &profile, record, []);
            let kind = ErrorKind::UnexpectedRecord;
            let unexpected = Unwritable { kind, field: Field::InstructionNumber };
            let expected = if record.flow() == flow { Ok(()) } else { Err(unexpected) };
            assert_eq!(written, expected, "{flow:?}");
        }
    }
}

/// Optional items without a value are empty; where the profile wants one, the record is refused.
#[test]
fn items_without_a_value_are_empty() {
    let number = D0351::new(8, 7, day()).unwrap();
    let (mpan, supplier) = (numbered(5).mpan_core(), numbered(5).supplier_id());
    let full = [
        number,
        number.with_mpan_core(mpan),
        number.with_flag(ServiceFlag::Active),
        number.with_effective_from(day()),
        number.with_supplier_id(supplier),
    ];
    let profile = Profile::builtin(Flow::D0351);
    let line = |layout, record: D0351| {
        let mut out = Vec::new();
        write_record(&mut out, layout, &profile, record.into(), []).map(|()| text(out))
    };
    for (record, zhv, zhf) in [
        (full[0], "||20211105||||", "             20211105             "),
        (full[1], "|1013044353630|20211105||||", "101304435363020211105             "),
        (full[2], "||20211105|A|||", "             20211105A            "),
        (full[3], "||20211105||20211105||", "             20211105 20211105    "),
        (full[4], "||20211105|||MRCY|", "             20211105         MRCY"),
    ] {
        assert_eq!(line(Layout::Zhv, record), Ok(format!("84H|8|DC11|7{zhv}")));
        assert_eq!(line(Layout::Zhf, record), Ok(format!("84H000000000008DC11000000000007{zhf}")));
        assert_eq!(record.to_string().parse(), Ok(record));
    }
    let all = full[1].with_flag(ServiceFlag::Active).with_effective_from(day());
    let all = all.with_supplier_id(supplier);
    let text = profile.as_toml().replace(", optional = true", "");
    let profile = Profile::from_toml(&text).unwrap();
    for layout in Layout::ALL {
        let written =
            |record: D0351| write_record(&mut Vec::new(), layout, &profile, record.into(), []);
        assert_eq!(written(all), Ok(()));
        let mut missing = Vec::new();
        for record in full {
            let Unwritable { kind, field } = written(record).unwrap_err();
            assert_eq!(kind, ErrorKind::EmptyItem);
            missing.push(field);
        }
        let (mpan, flag) = (Field::MpanCore, Field::DccServiceFlag);
        assert_eq!(missing, [mpan, flag, mpan, mpan, mpan]);
        let without_supplier = full[1].with_flag(ServiceFlag::Active).with_effective_from(day());
        assert_eq!(written(without_supplier).unwrap_err().field, Field::SupplierId);
    }
}

/// A rejection with its reasons, and without them: refused before anything of it is written, or
/// where the next line comes.
#[test]
fn a_rejection_has_a_reason() {
    let profile = Profile::builtin(Flow::D0351);
    let line = "84H|8|DC11|5|1013044353630|20211105|A|20211105|MRCY|\n";
    let mut writer = WriterOptions::new(profile.clone()).writer(Vec::new());
    let too_few = |error: &Error, code: &str| match error.kind() {
        ErrorKind::TooFewLines { code: of, least, .. } => {
            (of.to_string(), least) == (code.into(), 1)
        }
        _ => false,
    };
    let error = writer.write_with_reasons(rejection(), [], &[]).unwrap_err();
    assert!(too_few(&error, "85H") && error.is_recoverable(), "{error}");
    assert_eq!(error.position(), Position { record: Some(1), ..Position::START });
    assert_eq!(writer.inner(), b"");
    let reasons = [reason("3"), reason("58"), reason("X|".trim_end_matches('|'))];
    writer.write_with_reasons(rejection(), [], &reasons).unwrap();
    let written = format!("83H|1|\n{line}85H|3|\n85H|58|\n85H|X|\n");
    assert_eq!(text(writer.inner().clone()), written);
    writer.write(rejection()).unwrap();
    let error = writer.write(rejection()).unwrap_err();
    assert!(too_few(&error, "85H") && error.is_recoverable(), "{error}");
    let at = Position { offset: written.len() as u64 + 53, line: 7, column: 1, record: Some(3) };
    assert_eq!(error.position(), at);
    writer.write_reason(reason("1")).unwrap();
    writer.write_raw(LineKind::Record, line.trim_end().as_bytes()).unwrap();
    let error = writer.finish().unwrap_err();
    assert!(too_few(error.error(), "85H"), "{error}");
    assert_eq!(text(error.into_parts().1), format!("{written}{line}85H|1|\n{line}"));
    // nor is there a file without a record
    let error = WriterOptions::new(profile).writer(Vec::new()).finish().unwrap_err();
    assert!(too_few(error.error(), "84H"), "{error}");
    assert_eq!(error.into_parts().1, b"83H|1|\n");
    let confirmations = WriterOptions::new(Profile::builtin(Flow::D0172)).writer(Vec::new());
    assert!(too_few(confirmations.finish().unwrap_err().error(), "357"));
}

/// Reasons are below a rejection only, and no more of them than the profile says.
#[test]
fn a_reason_is_below_its_rejection() {
    let mut writer = WriterOptions::new(Profile::builtin(Flow::D0351)).writer(Vec::new());
    let unexpected = ErrorKind::UnexpectedRecord;
    assert_eq!(writer.write_reason(reason("1")).unwrap_err().kind(), unexpected);
    let error = writer.write_raw(LineKind::Reason, b"85H|1|").unwrap_err();
    assert_eq!((error.kind(), error.position()), (unexpected, Position::START));
    assert_eq!(writer.inner(), b"");
    writer.write_raw(LineKind::Record, b"84H|0008|DC11|5||20211105||||").unwrap();
    writer.write_raw(LineKind::Reason, b"85H|1|").unwrap();
    let expected = "83H|1|\n84H|0008|DC11|5||20211105||||\n85H|1|\n";
    assert_eq!(text(writer.finish().unwrap()), expected);

    let mut writer = WriterOptions::new(builtin()).writer(Vec::new());
    let of_update = writer.write_with_reasons(numbered(5), [], &[reason("1")]).unwrap_err();
    let no_place = (ErrorKind::NotWritable, Some(Field::RejectionReasonCode));
    assert_eq!((of_update.kind(), of_update.field()), no_place);
    let mut out = Vec::new();
    let written = write_reason_line(&mut out, Layout::Zhv, &builtin(), reason("1"));
    assert_eq!(written, Err(Unwritable { kind: no_place.0, field: Field::RejectionReasonCode }));

    let text_of = |occurs: &str, length: usize| {
        let toml = Profile::builtin(Flow::D0351).as_toml().to_owned();
        let (records, reasons) = toml.split_at(toml.rfind("[[group]]").unwrap());
        let reasons = reasons.replace("1..*", occurs);
        format!("{records}{}", reasons.replace("CHAR(4)", &format!("CHAR({length})")))
    };
    let profile = Arc::new(Profile::from_toml(&text_of("0..2", 2)).unwrap());
    let line = "84H|8|DC11|5|1013044353630|20211105|A|20211105|MRCY|\n";
    let mut writer = WriterOptions::new(profile.clone()).writer(Vec::new());
    writer.write_with_reasons(rejection(), [], &[]).unwrap();
    writer.write_all([rejection(); 2]).unwrap();
    let too_many = |error: Error| matches!(error.kind(), ErrorKind::TooManyLines { most: 2, .. });
    let three = [reason("1"), reason("2"), reason("3")];
    assert!(too_many(writer.write_with_reasons(rejection(), [], &three).unwrap_err()));
    writer.write_with_reasons(rejection(), [], &three[1..]).unwrap();
    assert!(too_many(writer.write_reason(reason("1")).unwrap_err()));
    assert_eq!(writer.record_count(), 4);
    let file = format!("83H|1|\n{}85H|2|\n85H|3|\n", line.repeat(4));
    assert_eq!(text(writer.finish().unwrap()), file);
    for (layout, code, expected) in [
        (Layout::Zhv, "7", Ok("85H|7|")),
        (Layout::Zhf, "7", Ok("85H7 ")),
        (Layout::Zhf, "62", Ok("85H62")),
        (Layout::Zhv, "R-1", Err(ErrorKind::ItemTooLong { most: 2 })),
    ] {
        let mut out = Vec::new();
        let written = write_reason_line(&mut out, layout, &profile, reason(code));
        let field = Field::RejectionReasonCode;
        let expected = expected.map(str::to_owned).map_err(|kind| Unwritable { kind, field });
        assert_eq!(written.map(|()| text(out)), expected);
    }
}

/// Groups that only the profile knows are written as they were read, in their places and no others.
#[test]
fn further_groups_have_their_places() {
    let (profile, file) = (samples::shuffled_d0351(), samples::SHUFFLED_REJECTION);
    let options = ReaderOptions::new().profile(profile.clone());
    let (mut reader, mut record) = (options.reader(file.as_bytes()), Record::new());
    let mut openings = Vec::new();
    while let Some(kind) = reader.read_body(&mut record).unwrap() {
        if kind == LineKind::Group {
            openings.push(Opening::try_from(&record).unwrap());
        }
    }
    let [top, remark, empty, _] = openings[..] else { panic!("{openings:?}") };
    let write = |opening, extras: &[&str]| {
        let (mut out, layout) = (Vec::new(), Layout::Zhf);
        let extras = extras.iter().map(|extra| extra.as_bytes());
        write_opening(&mut out, layout, &profile, opening, extras).map(|()| text(out))
    };
    assert_eq!(write(top, &[]).unwrap(), "R0DC11");
    assert_eq!(write(remark, &["a"]).unwrap(), "R2a     ");
    assert_eq!(write(empty, &[]).unwrap(), "R3");
    assert_eq!(write(empty, &["a"]).unwrap_err().kind, ErrorKind::NotWritable);

    let mut writer = WriterOptions::new(profile.clone()).writer(Vec::new());
    let misplaced = |result: Result<(), Error>| {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::UnexpectedRecord);
    };
    misplaced(writer.write_opening(remark, []));
    writer.write_opening(top, []).unwrap();
    misplaced(writer.write_opening(empty, []));
    writer.write_opening(remark, [&b"one"[..]]).unwrap();
    let too_few = |error: &Error, least| match error.kind() {
        ErrorKind::TooFewLines { least: of, .. } => of == least,
        _ => false,
    };
    writer.write_opening(empty, []).unwrap();
    let record = D0351::new(1, 2, day()).unwrap();
    let record = record.with_mpan_core(numbered(5).mpan_core()).with_flag(ServiceFlag::Active);
    let record = record.with_effective_from(day()).with_supplier_id(numbered(5).supplier_id());
    let extras = || [&b""[..], b"note"].into_iter();
    let refused = writer.write_with_reasons(record, extras(), &[reason("1")]).unwrap_err();
    assert!(too_few(&refused, 2), "{refused}");
    writer.write_opening(empty, []).unwrap();
    writer.write_with_reasons(record, extras(), &[reason("1")]).unwrap();
    let mut many = || writer.write_opening(remark, []);
    assert!(matches!(many().unwrap_err().kind(), ErrorKind::TooManyLines { most: 1, .. }));
    let file = "R0|DC11|\nR2|one|\nR3|\nR3|\n\
        R1|MRCY|1013044353630||20211105|A|note|2|20211105|1|\nR4|1|\n";
    assert_eq!(text(writer.finish().unwrap()), file);
}

#[test]
fn confirmations_are_written_in_both_layouts() {
    for (layout, expected) in [
        (Layout::Zhv, "749|4|\n357|9|DC90|20211105|77|3|2|1|\n"),
        (Layout::Zhf, "749000000000004\n357000000000009DC902021110577        000030000200001\n"),
    ] {
        let options = WriterOptions::new(Profile::builtin(Flow::D0172)).layout(layout);
        let mut writer = options.file_sequence_number(4).writer(Vec::new());
        writer.write_all([confirmation()]).unwrap();
        let long = D0172::new(9, day(), "77".parse().unwrap(), 100_000, 2, 1).unwrap();
        let error = writer.write(long).unwrap_err();
        let too_long = (ErrorKind::ItemTooLong { most: 5 }, Some(Field::Received));
        assert_eq!((error.kind(), error.field()), too_long);
        assert_eq!(text(writer.finish().unwrap()), expected);
    }
}

#[test]
fn a_group_has_its_items_and_its_extras() {
    let profile = changed(
        "{ name = \"file_sequence_number\", format = \"INT(12)\" },",
        "{ name = \"note\", format = \"CHAR(4)\", optional = true },
        { name = \"file_sequence_number\", format = \"INT(3)\" },",
    );
    let typed = profile
        .as_toml()
        .replacen("\"note\"", "\"site\"", 1)
        .replacen("\"instruction_type\", format = \"CHAR(4)\"", "\"note\", format = \"CHAR(5)\"", 1)
        .replacen(
            "\"file_sequence_number\", format = \"INT(3)\"",
            "\"instruction_type\", format = \"CHAR(6)\"",
            1,
        );
    let typed = Arc::new(Profile::from_toml(&typed).unwrap());
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
    let file = format!("{line}\n81H|1|\n{end}\n");
    let mut reader = Reader::from_slice(file.as_bytes());
    assert!(reader.read().is_err(), "the counts are wrong");
    let (header, trailer) = (reader.header().unwrap(), reader.trailer().unwrap());
    let mut out = Vec::new();
    write_header(&mut out, Layout::Zhv, &builtin(), header).unwrap();
    out.push(b'\n');
    write_trailer(&mut out, Layout::Zhv, &builtin(), trailer).unwrap();
    assert_eq!(text(out), format!("{line}\n{end}"));
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
    let file = enveloped("81H|1|\n", "ZPT|77|1||1|20211105093000|more|");
    let file = file.replace("OPER|", "OPER|x|");
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
    assert_eq!(text(out), "ZPT|77|1||1|20211105093000|more|");
}

/// Numbers of every length one by one and at once, alone in their block and among others; as many
/// records as several pieces hold.
#[test]
fn any_number_of_digits_and_of_records() {
    let profile = changed(
        "\"instruction_number\", format = \"INT(12)\"",
        "\"instruction_number\", format = \"INT(19)\"",
    );
    let mut numbers = vec![0, 12_345_678, 87_654_321, 9_999_999_999_999_999_999];
    numbers.extend((0..19).flat_map(|digits| [10_u64.pow(digits), 10_u64.pow(digits) - 1]));
    for layout in Layout::ALL {
        let line = |number: u64| match layout {
            Layout::Zhv => format!("82H|{number}|DC01|1013044353630|A|20211105|MRCY|\n"),
            Layout::Zhf => format!("82H{number:019}DC011013044353630A20211105MRCY\n"),
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

/// Suppliers of every length that fits, among others and at once, wherever the profile has them.
#[test]
fn a_supplier_is_written_where_the_profile_has_it() {
    let items = [
        ("instruction_number", "INT(12)"),
        ("instruction_type", "CHAR(4)"),
        ("mpan_core", "NUM(13)"),
        ("dcc_service_flag", "CHAR(1)"),
        ("effective_from_date", "DATE(8)"),
        ("supplier_id", "CHAR(4)"),
    ];
    let text_of = |order: [usize; 6]| {
        let toml = builtin().as_toml().to_owned();
        let start = toml.rfind("items = [").unwrap();
        let items = order
            .map(|at| format!("{{ name = \"{}\", format = \"{}\" }}", items[at].0, items[at].1));
        format!("{}items = [{}]\n", &toml[..start], items.join(", "))
    };
    let suppliers = ["MRCY", "A", "a b", " AB", "4DN9", "0000", "ZZZZ", "~~~~", "MRcY", "AB"];
    for order in [
        [0, 1, 2, 3, 4, 5],
        [5, 0, 1, 2, 3, 4],
        [0, 5, 1, 2, 3, 4],
        [2, 5, 0, 4, 1, 3],
        [1, 5, 3, 2, 4, 0],
    ] {
        let profile = Arc::new(Profile::from_toml(&text_of(order)).unwrap());
        for layout in Layout::ALL {
            let line = |supplier: &str| {
                let number = if layout == Layout::Zhv { "5" } else { "000000000005" };
                let padded =
                    if layout == Layout::Zhv { supplier } else { &format!("{supplier:4}") };
                let values = [number, "DC01", "1013044353630", "A", "20211105", padded];
                match layout {
                    Layout::Zhv => format!("82H|{}|\n", order.map(|at| values[at]).join("|")),
                    Layout::Zhf => format!("82H{}\n", order.map(|at| values[at]).concat()),
                }
            };
            let updates = suppliers.map(|supplier| {
                let (it, supplier) = (numbered(5), supplier.parse().unwrap());
                D0350::new(5, it.mpan_core(), it.flag(), day(), supplier).unwrap()
            });
            let opening = if layout == Layout::Zhv { "81H|1|\n" } else { "81H000000000001\n" };
            let expected = format!("{opening}{}", suppliers.map(line).concat());
            let options = WriterOptions::new(profile.clone()).layout(layout);
            let mut writer = options.clone().writer(Vec::new());
            writer.write_all(updates).unwrap();
            assert_eq!(text(writer.finish().unwrap()), expected);
            let mut writer = options.writer(Vec::new());
            updates.iter().for_each(|update| writer.write(update).unwrap());
            let written = writer.finish().unwrap();
            let reader = ReaderOptions::new().profile(profile.clone()).layout(layout);
            let read: Result<Vec<_>, _> = reader.reader(&written[..]).into_records().collect();
            assert_eq!(read.unwrap(), updates.map(Instruction::from));
            assert_eq!(text(written), expected);
        }
    }
}

/// Lines that no template holds are written all the same, number 0 among them.
#[test]
fn long_lines_are_written_by_the_definition() {
    let instruction_type = "{ name = \"instruction_type\", format = \"CHAR(4)\" },";
    let long = "{ name = \"note\", format = \"CHAR(400)\", optional = true },";
    let profile = changed(instruction_type, &format!("{long}\n{instruction_type}"));
    let options = WriterOptions::new(profile).layout(Layout::Zhf);
    let mut writer = options.writer(Vec::new());
    writer.write(numbered(0)).unwrap();
    writer.write_all([numbered(0), numbered(1)]).unwrap();
    let line = |number| format!("82H{number:012}{:400}DC011013044353630A20211105MRCY\n", "");
    let expected = format!("81H000000000001\n{}{}{}", line(0), line(0), line(1));
    assert_eq!(text(writer.finish().unwrap()), expected);
}

/// The built-in profile's line, as far as the record fits it.
#[test]
fn a_record_is_shown_as_its_line() {
    assert_eq!(numbered(5).to_string(), LINE.trim_end());
    assert_eq!(format!("[{:>45}]", numbered(5)), format!("[    {}]", LINE.trim_end()));
    assert_eq!(numbered(1_000_000_000_000).to_string(), "82H|1000000000000");
    let line = "84H|8|DC11|5|1013044353630|20211105|A|20211105|MRCY|";
    assert_eq!(numbered(5).rejected(8, day()).unwrap().to_string(), line);
    assert_eq!(confirmation().to_string(), "357|9|DC90|20211105|77|3|2|1|");
    let fault = "82H|5|DC01|1013044353630|?|20211105|MRCY|".parse::<D0350>().unwrap_err();
    assert_eq!((fault.kind, fault.start), (ErrorKind::UnknownFlag, 25));
    let fault = "84H|8|DC11|5||20211305||||".parse::<D0351>().unwrap_err();
    assert_eq!((fault.kind, fault.start), (ErrorKind::InvalidDate, 14));
    let fault = "357|9|DC90|20211105|77||2|1|".parse::<D0172>().unwrap_err();
    assert_eq!((fault.kind, fault.start), (ErrorKind::EmptyItem, 23));
}
