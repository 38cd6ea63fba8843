//! Small files and lines whose every value, place and error was worked out by hand.

use crate::samples;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::Arc;

use flagflow_domain::{EffectiveDate, MpanCore, ServiceFlag};
use flagflow_electricity::field::FieldFault;
use flagflow_electricity::{
    Batch, Columns, D0172, D0350, D0351, Error, ErrorKind, Fault, Field, FileIdentifier, Flow,
    Header, Instruction, ItemKind, Layout, LineKind, LineTag, MAX_COUNT, MAX_INSTRUCTION_NUMBER,
    Opening, OutOfRange, Position, Profile, RawRecord, Reader, ReaderOptions, ReasonCode, Record,
    SupplierId, Trailer, parse_instruction_type, read_canonical, read_instruction, recognise_flow,
};

const HEADER: &str =
    "ZHV|0000475656|D0350001|Z|DCCO|P|EELC|20211105093000|SAPP|RAPP|B|TR01|more|and|\n";
const BODY: &str = "81H|7|\n82H|21|DC01|1013044353630|A|20211105|MRCY|\n82H|22|DC01|1000000000012|N|20240229|AB|\n";
const TRAILER: &str = "ZPT|0000475656|3|sum|1|20211105093001|rest|\n";

fn whole_file() -> String {
    format!("{HEADER}{BODY}{TRAILER}")
}

fn day(packed: u32) -> EffectiveDate {
    EffectiveDate::from_packed(packed).unwrap()
}

fn mpan(number: u64) -> MpanCore {
    MpanCore::new(number).unwrap()
}

fn mrcy() -> SupplierId {
    "MRCY".parse().unwrap()
}

fn of_d0350() -> ReaderOptions {
    ReaderOptions::new().flow(Flow::D0350)
}

fn builtin() -> Arc<Profile> {
    Profile::builtin(Flow::D0350)
}

/// The built-in profile of D0350 without its level-1 group.
fn without_opening() -> Arc<Profile> {
    let text = builtin().as_toml().to_owned();
    let (start, end) = (text.find("[[group]]").unwrap(), text.rfind("[[group]]").unwrap());
    let text = format!("{}{}", &text[..start], &text[end..]);
    let text = text.replace("level = 2\nparent = \"81H\"", "level = 1");
    Arc::new(Profile::from_toml(&text).unwrap())
}

/// The kind and field of an error, its line, column and record.
type Told = (ErrorKind, Option<Field>, u64, u64, Option<u64>);

fn told(error: &Error) -> Told {
    let Position { line, column, record, .. } = error.position();
    (error.kind(), error.field(), line, column, record)
}

fn errors_of(options: ReaderOptions, file: &str) -> Vec<Told> {
    let mut reader = options.reader(file.as_bytes());
    let told = reader.records().filter_map(Result::err).map(|error| told(&error));
    told.collect()
}

/// The same, each record cut first and its values not looked at.
fn errors_of_lines(options: ReaderOptions, file: &str) -> Vec<Told> {
    let (mut reader, mut record) = (options.reader(file.as_bytes()), Record::new());
    let mut errors = Vec::new();
    loop {
        match reader.read_raw(&mut record) {
            Ok(true) => {}
            Ok(false) => return errors,
            Err(error) => errors.push(told(&error)),
        }
    }
}

#[test]
fn every_item_of_a_header() {
    let file = whole_file();
    let mut reader = Reader::from_slice(file.as_bytes());
    assert!(reader.header().is_none() && reader.trailer().is_none() && reader.opening().is_none());
    assert_eq!((reader.layout(), reader.format().is_none()), (None, true));
    assert_eq!((reader.group_count(), reader.flow_count()), (0, 0));
    assert_eq!(reader.records().filter(Result::is_err).count(), 0);
    let header = reader.header().unwrap();
    assert_eq!(header.file_identifier(), "0000475656");
    assert_eq!(header.flow_and_version(), "D0350001");
    assert_eq!((header.from_role(), header.from_participant()), ("Z", "DCCO"));
    assert_eq!((header.to_role(), header.to_participant()), ("P", "EELC"));
    assert_eq!(header.created().as_packed(), 20_211_105_093_000);
    assert_eq!(header.day(), day(20_211_105));
    assert_eq!(header.sending_application(), "SAPP");
    assert_eq!(header.receiving_application(), "RAPP");
    assert_eq!((header.broadcast(), header.test_flag()), ("B", "TR01"));
    assert_eq!(header.surplus(), b"more|and|");
    assert_eq!(header.text(Field::ToParticipant), Some("EELC"));
    assert_eq!((header.text(Field::Created), header.text(Field::Checksum)), (None, None));
    let trailer = reader.trailer().unwrap();
    assert_eq!((trailer.file_identifier(), trailer.checksum()), ("0000475656", "sum"));
    assert_eq!((trailer.group_count(), trailer.flow_count()), (3, 1));
    assert_eq!(trailer.completed().to_string(), "20211105093001");
    assert_eq!(trailer.surplus(), b"rest|");
    let later = "20230101000000".parse().unwrap();
    let changed = header.clone().with_created(later).without_surplus();
    assert_eq!((changed.created(), changed.surplus()), (later, &b""[..]));
    assert_eq!(changed.file_identifier(), header.file_identifier());
    let changed = trailer.clone().with_completed(later).without_surplus();
    assert_eq!((changed.completed(), changed.surplus()), (later, &b""[..]));
    assert_eq!(changed.group_count(), trailer.group_count());
    assert_eq!(reader.opening(), Some(Opening::new(Some(7))));
    assert_eq!((reader.group_count(), reader.flow_count(), reader.record_count()), (3, 1, 2));
    let format = reader.format().unwrap();
    assert_eq!((reader.layout(), format.layout()), (Some(Layout::Zhv), Layout::Zhv));
    assert_eq!((format.flow(), format.profile()), (Flow::D0350, &builtin()));
    let end = Position { offset: file.len() as u64, line: 6, column: 1, record: None };
    assert_eq!(reader.position(), end);
}

/// White space behind the last item is no item, and a line with it is read like any other.
#[test]
fn blanks_behind_the_last_item_are_in_none() {
    let profile = builtin();
    for (blanks, cut_off) in [("", ""), ("  ", "  "), ("\t", "\t"), (" | | |", " | | |")] {
        let line = format!("82H|1|DC01|1013044353630|A|20211105|MRCY|{blanks}");
        let raw = RawRecord::cut(line.as_bytes(), profile.table(Layout::Zhv)).unwrap();
        assert_eq!((raw.blanks(), raw.surplus()), (cut_off.as_bytes(), &b""[..]), "{line}");
        assert_eq!(raw.as_bytes(), line.as_bytes());
        let file = format!(
            "{HEADER}81H|7|{blanks}\n{line}\nZPT|0000475656|2||1|20211105093001|{blanks}\n"
        );
        let mut reader = Reader::from_slice(file.as_bytes());
        let update = reader.read().unwrap().unwrap();
        assert_eq!(update.effective_from(), Some(day(20_211_105)), "{line}");
        assert_eq!(reader.read().unwrap(), None);
        assert_eq!(reader.trailer().unwrap().surplus(), b"");
    }
}

/// The last bar may be missing, behind further items too; those come with it all the same.
#[test]
fn further_items_have_their_bars() {
    for (header, surplus) in [
        ("TR01", ""),
        ("TR01|", ""),
        ("TR01|more", "more|"),
        ("TR01|more|", "more|"),
        ("TR01||", "|"),
        ("TR01|  ", ""),
        ("TR01| | |", ""),
        ("TR01|more| |\t", "more|"),
    ] {
        let file = HEADER.replace("TR01|more|and|", header);
        let mut reader = Reader::from_slice(file.as_bytes());
        let group = reader.read().unwrap_err().kind();
        assert!(matches!(group, ErrorKind::TooFewLines { least: 1, found: 0, .. }));
        assert_eq!(reader.read().unwrap_err().kind(), ErrorKind::MissingTrailer);
        assert_eq!(reader.header().unwrap().surplus(), surplus.as_bytes(), "{header}");
    }
}

#[test]
fn a_header_is_asked_for_texts_that_it_has() {
    let created = "20211105093000".parse().unwrap();
    let header = Header::new(&builtin(), "1", "DCCO", "EELC", created).unwrap();
    for (field, text) in [
        (Field::FileIdentifier, "1"),
        (Field::FlowAndVersion, "D0350001"),
        (Field::FromRole, "Z"),
        (Field::FromParticipant, "DCCO"),
        (Field::ToRole, "P"),
        (Field::ToParticipant, "EELC"),
        (Field::SendingApplication, ""),
        (Field::ReceivingApplication, ""),
        (Field::Broadcast, ""),
        (Field::TestFlag, "OPER"),
    ] {
        assert_eq!(header.text(field), Some(text));
        let longest = "longest-of-all".chars().skip(1).take(match field {
            Field::FileIdentifier => 10,
            Field::FlowAndVersion => 8,
            Field::FromRole | Field::ToRole | Field::Broadcast => 1,
            Field::SendingApplication | Field::ReceivingApplication => 5,
            _ => 4,
        });
        let longest: String = longest.collect();
        let other = header.clone().with(field, &longest).unwrap();
        assert_eq!(other.text(field), Some(longest.as_str()));
        let longer = header.clone().with(field, &format!("{longest}x"));
        assert_eq!(longer, Err(OutOfRange(field)), "{field}");
    }
    for field in [Field::Created, Field::Checksum, Field::MpanCore] {
        assert_eq!(header.clone().with(field, ""), Err(OutOfRange(field)));
    }
    for text in ["1|2", "1\n2", "1\r", "\u{e9}"] {
        let refused = header.clone().with(Field::FileIdentifier, text);
        assert_eq!(refused, Err(OutOfRange(Field::FileIdentifier)), "{text:?}");
    }
    assert_eq!(
        OutOfRange(Field::FileIdentifier).to_string(),
        "file_identifier does not fit its field"
    );
}

#[test]
fn every_item_of_an_update() {
    let mut reader = of_d0350().reader(BODY.as_bytes());
    let first = reader.read().unwrap().unwrap();
    assert_eq!(first.flow(), Flow::D0350);
    assert_eq!(
        (first.instruction_number(), first.mpan_core()),
        (21, Some(mpan(1_013_044_353_630)))
    );
    assert_eq!((first.flag(), first.supplier_id()), (Some(ServiceFlag::Active), Some(mrcy())));
    assert_eq!((first.effective_from(), first.deemed_received()), (Some(day(20_211_105)), None));
    assert!(reader.reasons().is_empty());
    let second = D0350::try_from(reader.read().unwrap().unwrap()).unwrap();
    assert_eq!((second.instruction_number(), second.mpan_core()), (22, mpan(1_000_000_000_012)));
    assert_eq!((second.flag(), second.effective_from()), (ServiceFlag::NonActive, day(20_240_229)));
    assert_eq!(second.supplier_id().as_str(), "AB");
    assert_eq!(reader.read().unwrap(), None);
    let other = second.with_flag(ServiceFlag::Active);
    let (point, from, supplier) = (second.mpan_core(), day(20_240_229), second.supplier_id());
    assert_eq!(other, D0350::new(22, point, ServiceFlag::Active, from, supplier).unwrap());
    let rejection = second.rejected(9, day(20_240_301)).unwrap();
    let record = Instruction::from(rejection);
    assert_eq!((record.flow(), record.instruction_number()), (Flow::D0351, 9));
    assert_eq!(rejection.incoming_instruction_number(), 22);
    assert_eq!((record.mpan_core(), record.flag()), (Some(point), Some(ServiceFlag::NonActive)));
    assert_eq!((record.effective_from(), record.supplier_id()), (Some(from), Some(supplier)));
    assert_eq!(record.deemed_received(), Some(day(20_240_301)));
    assert_eq!(Instruction::from(&record), record);
    assert_eq!(D0351::try_from(record), Ok(rejection));
    assert_eq!(D0350::try_from(record), Err(record));
    assert_eq!(D0351::try_from(first), Err(first));
    assert_eq!(D0172::try_from(first), Err(first));
    assert_eq!(Instruction::from(&rejection), record);
}

const REJECTIONS: &str = "83H|7|\n84H|31|DC11|21|1013044353630|20211105|A|20211104|MRCY|\n85H|3|\n85H|R-1|\n\
    84H|32|DC11|000022||20240229||||\n85H|62|\n";

/// The optional items filled and empty, and one reason or several.
#[test]
fn every_item_of_a_rejection() {
    let mut reader = ReaderOptions::new().flow(Flow::D0351).reader(REJECTIONS.as_bytes());
    let first = D0351::try_from(reader.read().unwrap().unwrap()).unwrap();
    let codes =
        |reader: &Reader<_>| reader.reasons().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(codes(&reader), ["3", "R-1"]);
    assert_eq!((first.instruction_number(), first.incoming_instruction_number()), (31, 21));
    assert_eq!(
        (first.mpan_core(), first.deemed_received()),
        (Some(mpan(1_013_044_353_630)), day(20_211_105))
    );
    assert_eq!(
        (first.flag(), first.effective_from()),
        (Some(ServiceFlag::Active), Some(day(20_211_104)))
    );
    assert_eq!(first.supplier_id(), Some(mrcy()));
    let second = D0351::try_from(reader.read().unwrap().unwrap()).unwrap();
    assert_eq!(reader.reasons(), [ReasonCode::Migration]);
    assert_eq!((second.instruction_number(), second.incoming_instruction_number()), (32, 22));
    assert_eq!((second.mpan_core(), second.flag()), (None, None));
    assert_eq!((second.effective_from(), second.supplier_id()), (None, None));
    assert_eq!(second, D0351::new(32, 22, day(20_240_229)).unwrap());
    assert_eq!(reader.read().unwrap(), None);
    assert_eq!((reader.record_count(), reader.group_count(), reader.flow_count()), (2, 6, 1));
    assert_eq!(reader.opening(), Some(Opening::new(Some(7))));
    let filled =
        D0351::new(31, 21, day(20_211_105)).unwrap().with_mpan_core(mpan(1_013_044_353_630));
    let filled = filled.with_flag(ServiceFlag::Active).with_effective_from(day(20_211_104));
    assert_eq!(filled.with_supplier_id(mrcy()), first);
    // the same, lazily
    let mut reader = ReaderOptions::new().flow(Flow::D0351).reader(REJECTIONS.as_bytes());
    let mut record = Record::new();
    for (expected, reasons, lines) in [(first, 2, (2, 1)), (second, 1, (5, 2))] {
        assert!(reader.read_raw(&mut record).unwrap());
        assert_eq!((D0351::try_from(&record), record.reasons().len()), (Ok(expected), reasons));
        assert_eq!((record.position().line, record.position().record), (lines.0, Some(lines.1)));
    }
    assert_eq!(record.field(Field::IncomingInstructionNumber), Some(&b"000022"[..]));
    assert!(!reader.read_raw(&mut record).unwrap());
}

#[test]
fn every_item_of_a_confirmation() {
    let line = "357|31|DC90|20211105|0000475656|99999|99998|01|";
    let file = format!("749|7|\n{line}\n");
    let mut reader = ReaderOptions::new().flow(Flow::D0172).reader(file.as_bytes());
    let record = reader.read().unwrap().unwrap();
    assert_eq!((record.flow(), record.instruction_number()), (Flow::D0172, 31));
    assert_eq!((record.mpan_core(), record.flag(), record.effective_from()), (None, None, None));
    assert_eq!((record.supplier_id(), record.deemed_received()), (None, Some(day(20_211_105))));
    let confirmation = D0172::try_from(record).unwrap();
    assert_eq!(
        (confirmation.instruction_number(), confirmation.deemed_received()),
        (31, day(20_211_105))
    );
    assert_eq!(confirmation.file_identifier().as_str(), "0000475656");
    let counts = (confirmation.received(), confirmation.accepted(), confirmation.rejected());
    assert_eq!(counts, (99_999, 99_998, 1));
    let file = confirmation.file_identifier();
    let again = D0172::new(31, day(20_211_105), file, 99_999, 99_998, 1).unwrap();
    assert_eq!(again, confirmation);
    assert_eq!(Instruction::from(&again), record);
}

/// 84H with and without its 85H, 83H once, 749 with a 357: what is missing is an error at its
/// parent, what is too much at its line.
#[test]
fn lines_occur_as_often_as_the_profile_says() {
    let rejection = "84H|1|DC11|21||20211105||||\n";
    let update = "82H|1|DC01|1013044353630|A|20211105|MRCY|\n";
    for (flow, file, words, records) in [
        (Flow::D0350, String::new(), vec![], 0),
        (Flow::D0350, "81H|1|\n".into(), vec![], 0),
        (
            Flow::D0350,
            update.to_string(),
            vec!["1 a record in the wrong place", "2 81H is missing here"],
            1,
        ),
        (
            Flow::D0350,
            format!("81H|1|\n{update}81H|2|\n{update}"),
            vec!["3 81H occurs here a second time; once is allowed"],
            3,
        ),
        (Flow::D0351, "83H|1|\n".into(), vec!["1 84H is missing here"], 0),
        (Flow::D0351, format!("83H|1|\n{rejection}"), vec!["2 85H is missing here"], 1),
        (
            Flow::D0351,
            format!("83H|1|\n{rejection}{rejection}85H|1|\n{rejection}"),
            vec!["2 85H is missing here", "5 85H is missing here"],
            3,
        ),
        (
            Flow::D0351,
            "85H|1|\n".into(),
            vec!["1 a record in the wrong place", "2 83H is missing here"],
            1,
        ),
        (Flow::D0172, "749|1|\n".into(), vec!["1 357 is missing here"], 0),
        (
            Flow::D0172,
            "749|1|\n749|1|\n".into(),
            vec!["2 749 occurs here a second time; once is allowed", "1 357 is missing here"],
            1,
        ),
    ] {
        let options = ReaderOptions::new().flow(flow);
        let (mut typed, mut lazy) =
            (options.clone().reader(file.as_bytes()), options.reader(file.as_bytes()));
        let said = |error: &Error| format!("{} {}", error.position().line, error.kind());
        let errors: Vec<_> =
            typed.records().filter_map(Result::err).map(|error| said(&error)).collect();
        assert_eq!(errors, words, "{file}");
        let (mut record, mut errors) = (Record::new(), Vec::new());
        loop {
            match lazy.read_raw(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => errors.push(said(&error)),
            }
        }
        assert_eq!(errors, words, "{file}");
        assert_eq!((typed.record_count(), lazy.record_count()), (records, records), "{file}");
    }
    let envelope =
        "ZHV|1|D0350001|Z|DCCO|P|EELC|20211105093000||||OPER|\nZPT|1|0||0|20211105093000|\n";
    let mut reader = Reader::from_slice(envelope.as_bytes());
    let error = reader.read().unwrap_err();
    assert_eq!(
        (error.kind().to_string(), error.position().line),
        ("81H is missing here".into(), 2)
    );
    assert_eq!(reader.read().unwrap(), None);
    assert!(reader.trailer().is_some());
}

/// Each mandatory item empty, which is one finding; each optional item empty, which is none.
#[test]
fn an_empty_item_is_that_and_nothing_else() {
    for (flow, tag, zhv, zhf) in [
        (Flow::D0350, LineTag::Group, "81H|7|", "81H000000000007"),
        (
            Flow::D0350,
            LineTag::Record,
            "82H|1|DC01|1013044353630|A|20211105|MRCY|",
            "82H000000000001DC011013044353630A20211105MRCY",
        ),
        (
            Flow::D0351,
            LineTag::Record,
            "84H|1|DC11|21|1013044353630|20211105|A|20211104|MRCY|",
            "84H000000000001DC11000000000021101304435363020211105A20211104MRCY",
        ),
        (Flow::D0351, LineTag::Reason, "85H|62|", "85H62  "),
        (
            Flow::D0172,
            LineTag::Record,
            "357|1|DC90|20211105|0000475656|14|13|1|",
            "357000000000001DC90202111050000475656000140001300001",
        ),
    ] {
        let profile = Profile::builtin(flow);
        for (layout, line) in [(Layout::Zhv, zhv), (Layout::Zhf, zhf)] {
            let read = |line: &[u8]| {
                let raw = RawRecord::cut(line, profile.table(layout)).unwrap();
                let read = match tag {
                    LineTag::Record => Instruction::try_from(&raw).map(drop),
                    LineTag::Reason => ReasonCode::try_from(&raw).map(drop),
                    _ => Opening::try_from(&raw).map(drop),
                };
                read.map_err(|fault| (fault.kind, fault.field, fault.start, fault.length))
            };
            assert_eq!(read(line.as_bytes()), Ok(()), "{line}");
            let raw = RawRecord::cut(line.as_bytes(), profile.table(layout)).unwrap();
            for item in raw.items() {
                let (start, length) = (item.start(), item.as_bytes().len());
                let mut empty = line.as_bytes().to_vec();
                let spaces = if layout == Layout::Zhf { length } else { 0 };
                empty.splice(start..start + length, std::iter::repeat_n(b' ', spaces));
                let expected = match item.spec().mandatory {
                    true => Err((ErrorKind::EmptyItem, Some(item.field()), start, spaces)),
                    false => Ok(()),
                };
                assert_eq!(read(&empty), expected, "{}", empty.escape_ascii());
            }
        }
    }
}

/// A control character or a pipe in text is said at its byte; in zhv a pipe ends the item.
#[test]
fn text_is_printable() {
    let profile = builtin();
    let kind_of = |line: &str, layout| {
        let fault = read_instruction(line.as_bytes(), layout, &profile).unwrap_err();
        (fault.kind, fault.field, fault.start, fault.length)
    };
    let not_printable = |start| (ErrorKind::NotPrintable, Some(Field::SupplierId), start, 1);
    for (supplier, at) in [("M\tCY", 37), ("\0", 36), ("MR\x7F", 38), ("MRC\r", 39)] {
        let line = format!("82H|1|DC01|1013044353630|A|20211105|{supplier}|");
        assert_eq!(kind_of(&line, Layout::Zhv), not_printable(at), "{supplier:?}");
    }
    let zhf = "82H000000000001DC011013044353630A20211105";
    assert_eq!(kind_of(&format!("{zhf}M|CY"), Layout::Zhf), not_printable(42));
    assert_eq!(kind_of(&format!("{zhf}MRC\r"), Layout::Zhf), not_printable(44));
    let spaces = "82H|1|DC01|1013044353630|A|20211105|  |";
    let empty = (ErrorKind::EmptyItem, Some(Field::SupplierId), 36, 2);
    assert_eq!(kind_of(spaces, Layout::Zhv), empty);
    let file = HEADER.replace("SAPP", "S\u{1}PP") + BODY + TRAILER;
    let header = (ErrorKind::NotPrintable, Some(Field::SendingApplication), 1, 55, None);
    assert_eq!(errors_of(ReaderOptions::new(), &file), [header]);
    // a header or trailer is there without some of its items
    assert_eq!(errors_of(ReaderOptions::new(), &whole_file().replace("|P|", "||")), []);
}

#[test]
fn numbers_have_nineteen_digits_and_counts_nine() {
    let (point, from) = (mpan(1_013_044_353_630), day(20_211_105));
    let most = MAX_INSTRUCTION_NUMBER;
    let update = |number| D0350::new(number, point, ServiceFlag::Active, from, mrcy());
    assert_eq!(update(most).unwrap().instruction_number(), most);
    let too_large = OutOfRange(Field::InstructionNumber);
    assert_eq!(update(most + 1), Err(too_large));
    assert_eq!(update(1).unwrap().rejected(most + 1, from), Err(too_large));
    assert_eq!(D0351::new(most, most, from).unwrap().incoming_instruction_number(), most);
    assert_eq!(D0351::new(most + 1, 1, from), Err(too_large));
    let incoming = OutOfRange(Field::IncomingInstructionNumber);
    assert_eq!(D0351::new(1, most + 1, from), Err(incoming));
    let file: FileIdentifier = "7".parse().unwrap();
    let all = D0172::new(most, from, file, MAX_COUNT, MAX_COUNT, MAX_COUNT).unwrap();
    assert_eq!((all.received(), all.rejected()), (999_999_999, 999_999_999));
    assert_eq!(D0172::new(most + 1, from, file, 0, 0, 0), Err(too_large));
    let over = MAX_COUNT + 1;
    let refused = [Field::Received, Field::Accepted, Field::Rejected].map(|it| Err(OutOfRange(it)));
    let counts = [[over, 0, 0], [0, over, 0], [0, 0, over]];
    assert_eq!(counts.map(|[a, b, c]| D0172::new(1, from, file, a, b, c)), refused);
}

/// An item's row in the profile; in zhv its start and its text; in zhf its start, its bytes, and
/// what is carried of them.
type Item = (Field, ItemKind, usize, usize, &'static str, usize, &'static str, &'static str);

/// Returns what the items of a line are, in both layouts.
#[test]
fn every_item_of_a_raw_record() {
    let profile = samples::shuffled_d0350();
    let zhv = "02G|20211105|a b|A|1013044353630|0007|DC01|AB|12|";
    let zhf = "02G20211105a b  A10130443536300007DC01  AB  000000000012";
    let mpan = "1013044353630";
    let expected: [Item; 8] = [
        (Field::EffectiveFromDate, ItemKind::Date, 8, 4, "20211105", 3, "20211105", "20211105"),
        (Field::of_name("note").unwrap(), ItemKind::Text, 5, 13, "a b", 11, "a b  ", "a b"),
        (Field::DccServiceFlag, ItemKind::Flag, 1, 17, "A", 16, "A", "A"),
        (Field::MpanCore, ItemKind::Mpan, 13, 19, mpan, 17, mpan, mpan),
        (Field::of_name("site").unwrap(), ItemKind::Number, 4, 33, "0007", 30, "0007", "7"),
        (Field::InstructionType, ItemKind::Text, 6, 38, "DC01", 34, "DC01  ", "DC01"),
        (Field::SupplierId, ItemKind::Text, 4, 43, "AB", 40, "AB  ", "AB"),
        (Field::InstructionNumber, ItemKind::Number, 12, 46, "12", 44, "000000000012", "12"),
    ];
    let raw = RawRecord::cut(zhv.as_bytes(), profile.table(Layout::Zhv)).unwrap();
    assert_eq!(
        (raw.kind(), raw.layout(), raw.spec()),
        (LineKind::Record, Layout::Zhv, profile.record_group())
    );
    assert_eq!(
        (raw.as_bytes(), raw.has_missing_bar(), raw.surplus()),
        (zhv.as_bytes(), false, &b""[..])
    );
    assert_eq!(raw.items().count(), 8);
    for (item, (field, kind, most, start, text, ..)) in raw.items().zip(expected) {
        assert_eq!((item.field(), item.spec().kind, item.spec().length), (field, kind, most));
        assert_eq!((item.start(), item.as_bytes()), (start, text.as_bytes()), "{field}");
        assert_eq!((item.text(), item.carried()), (text.as_bytes(), text.as_bytes()), "{field}");
        assert_eq!(raw.item_of(field), Some(item));
        assert_eq!(raw.field(field), Some(text.as_bytes()));
    }
    assert_eq!(raw.extras().collect::<Vec<_>>(), [&b"a b"[..], b"0007"]);
    assert_eq!((raw.item_of(Field::Received), raw.field(Field::Received)), (None, None));
    let raw = RawRecord::cut(zhf.as_bytes(), profile.table(Layout::Zhf)).unwrap();
    assert_eq!((raw.kind(), raw.layout()), (LineKind::Record, Layout::Zhf));
    for (item, (field, kind, _, _, _, start, bytes, carried)) in raw.items().zip(expected) {
        assert_eq!((item.start(), item.as_bytes()), (start, bytes.as_bytes()), "{field}");
        let text = if kind == ItemKind::Text { carried } else { bytes };
        assert_eq!((item.text(), item.carried()), (text.as_bytes(), carried.as_bytes()), "{field}");
    }
    assert_eq!(raw.extras().collect::<Vec<_>>(), [&b"a b"[..], b"7"]);
    let bare = &zhv.as_bytes()[..zhv.len() - 1];
    assert!(RawRecord::cut(bare, profile.table(Layout::Zhv)).unwrap().has_missing_bar());
}

/// Zeros pad a number, and all but the last go; what is no number is padded with spaces.
#[test]
fn a_fixed_item_is_carried_without_its_padding() {
    let profile = samples::shuffled_d0350();
    for (site, carried) in [
        ("0000", "0"),
        ("0100", "100"),
        ("1234", "1234"),
        ("007 ", "7"),
        ("0x  ", "0x"),
        ("    ", ""),
    ] {
        let line = format!("02G20211105a b  A1013044353630{site}DC01  AB  000000000012");
        let raw = RawRecord::cut(line.as_bytes(), profile.table(Layout::Zhf)).unwrap();
        assert_eq!(raw.extras().nth(1), Some(carried.as_bytes()), "{site:?}");
    }
}

/// A parser may find fault with a part of an item, with its text, or with all of it.
#[test]
fn faults_of_an_item_are_told_by_their_place_in_the_line() {
    let profile = samples::shuffled_d0350();
    let line = b"02G20211105a b  A10130443536300007DC01  AB  000000000012";
    let raw = RawRecord::cut(line, profile.table(Layout::Zhf)).unwrap();
    let note = raw.item_of(Field::of_name("note").unwrap()).unwrap();
    let kind = ErrorKind::NotANumber;
    let fault = |start, length| Fault { kind, field: Some(note.field()), start, length };
    let within = |text: &[u8]| {
        assert_eq!(text, b"a b");
        Err::<(), _>(FieldFault { kind, start: 2, length: 1 })
    };
    assert_eq!(note.read(within), Err(fault(13, 1)));
    // all of the text is all of the item, its padding too
    assert_eq!(note.read(|text| Err::<(), _>(FieldFault::of_field(kind, text))), Err(fault(11, 5)));
    assert_eq!(note.read(|text| Ok(text.len())), Ok(3));
    let long = b"02G|20211105|a b cd|A|1013044353630|0007|DC01|AB|12|";
    let raw = RawRecord::cut(long, profile.table(Layout::Zhv)).unwrap();
    let note = raw.item_of(note.field()).unwrap();
    let most = ErrorKind::ItemTooLong { most: 5 };
    let too_long = Fault { kind: most, field: Some(note.field()), start: 13, length: 6 };
    assert_eq!(note.read(|_| Ok(())), Err(too_long));
}

#[test]
fn a_line_of_another_kind_is_not_read() {
    let profile = builtin();
    let cut =
        |line: &'static str| RawRecord::cut(line.as_bytes(), profile.table(Layout::Zhv)).unwrap();
    let unexpected = |line: &str| Fault {
        kind: ErrorKind::UnexpectedRecord,
        field: None,
        start: 0,
        length: line.len(),
    };
    let (group, update) = ("81H|7|", "82H|1|DC01|1013044353630|A|20211105|MRCY|");
    assert_eq!(Instruction::try_from(&cut(group)), Err(unexpected(group)));
    assert_eq!(D0351::try_from(&cut(update)), Err(unexpected(update)));
    assert_eq!(Opening::try_from(&cut(update)), Err(unexpected(update)));
    assert_eq!(Header::try_from(&cut(update)), Err(unexpected(update)));
    assert_eq!(Trailer::try_from(&cut(update)), Err(unexpected(update)));
    assert_eq!(Opening::try_from(&cut(group)), Ok(Opening::new(Some(7))));
    assert_eq!(RawRecord::peek_tag(b"81H", profile.table(Layout::Zhv)), Some(LineTag::Group));
    assert_eq!(RawRecord::peek_kind(b"81H", profile.table(Layout::Zhv)), Some(LineKind::Group));
    assert_eq!(ReasonCode::try_from(&cut(update)), Err(unexpected(update)));
    assert_eq!(RawRecord::peek_kind(b"81H1", profile.table(Layout::Zhv)), None);
    assert_eq!(RawRecord::peek_kind(b"81H1", profile.table(Layout::Zhf)), Some(LineKind::Group));
    assert_eq!(parse_instruction_type(b"DC01", &profile), Ok(()));
    let other = FieldFault { kind: ErrorKind::InstructionType, start: 0, length: 4 };
    assert_eq!(parse_instruction_type(b"DC02", &profile), Err(other));
}

/// Without a level-1 group nothing is one, not even a line without a code.
#[test]
fn a_profile_without_a_level_one_group_has_no_line_of_it() {
    let profile = without_opening();
    assert_eq!(profile.code(LineKind::Group, Layout::Zhv), "");
    assert!(profile.items(LineKind::Group).is_empty());
    assert_eq!(profile.fixed_length(LineKind::Group), 0);
    for layout in Layout::ALL {
        for line in ["", "|", "81H|7|"] {
            assert_eq!(
                RawRecord::peek_kind(line.as_bytes(), profile.table(layout)),
                None,
                "{line:?}"
            );
        }
    }
    let update = "82H|1|DC01|1013044353630|A|20211105|MRCY|\n";
    let file = format!("{update}81H|7|\n{update}");
    let mut reader = of_d0350().profile(profile).reader(file.as_bytes());
    assert_eq!(reader.read().unwrap().unwrap().instruction_number(), 1);
    assert_eq!(told(&reader.read().unwrap_err()), (ErrorKind::UnknownRecord, None, 2, 1, Some(2)));
    assert_eq!(reader.read().unwrap().unwrap().instruction_number(), 1);
    assert_eq!(reader.read().unwrap(), None);
    assert_eq!((reader.group_count(), reader.flow_count(), reader.record_count()), (3, 2, 3));
}

/// A group may have an instruction type too, and a number that is not kept is one all the same.
#[test]
fn items_that_go_nowhere_are_looked_at() {
    let text = builtin().as_toml().replace(
        "{ name = \"file_sequence_number\", format = \"INT(12)\" },",
        "{ name = \"note\", format = \"CHAR(3)\" },",
    );
    let update = "{ name = \"instruction_type\", format = \"CHAR(4)\" },";
    let number = "{ name = \"file_sequence_number\", format = \"INT(2)\" },
        { name = \"deemed_received_date\", format = \"DATE(8)\", optional = true },";
    let profile = Arc::new(Profile::from_toml(&text.replace(update, number)).unwrap());
    let of = |line: &str| read_instruction(line.as_bytes(), Layout::Zhv, &profile);
    let kind_of = |line: &str| of(line).map_err(|fault| (fault.kind, fault.start, fault.length));
    let line =
        |number: &str, day: &str| format!("82H|1|{number}|{day}|1013044353630|A|20211105|MRCY|");
    assert_eq!(of(&line("09", "20211105")).unwrap().instruction_number(), 1);
    assert_eq!(of(&line("09", "")).unwrap().instruction_number(), 1);
    assert_eq!(kind_of(&line("9x", "")), Err((ErrorKind::NotANumber, 6, 2)));
    assert_eq!(kind_of(&line("", "")), Err((ErrorKind::EmptyItem, 6, 0)));
    assert_eq!(kind_of(&line("9", "20211131")), Err((ErrorKind::InvalidDate, 8, 8)));
    let fixed =
        |line: &str| read_instruction(line.as_bytes(), Layout::Zhf, &profile).map_err(|f| f.kind);
    let line =
        |number: &str, day: &str| format!("82H000000000001{number}{day}1013044353630A20211105MRCY");
    assert_eq!(fixed(&line("09", "20211105")).unwrap().instruction_number(), 1);
    assert_eq!(fixed(&line("09", "        ")).unwrap().instruction_number(), 1);
    assert_eq!(fixed(&line("9x", "20211105")), Err(ErrorKind::NotANumber));
    assert_eq!(fixed(&line("09", "2021110 ")), Err(ErrorKind::InvalidDate));
    let errors = errors_of(of_d0350().profile(profile), "81H|note|\n");
    let note = Field::of_name("note");
    assert_eq!(errors, [(ErrorKind::ItemTooLong { most: 3 }, note, 1, 5, None)]);
    let type_of_group = builtin()
        .as_toml()
        .replace(update, "")
        .replace("{ name = \"file_sequence_number\", format = \"INT(12)\" },", update);
    let profile = Arc::new(Profile::from_toml(&type_of_group).unwrap());
    let file = "81H|DC01|\n82H|1|1013044353630|A|20211105|MRCY|\n";
    assert_eq!(errors_of(of_d0350().profile(profile.clone()), file), []);
    let errors = errors_of(of_d0350().profile(profile), "81H|DC02|\n");
    let wrong = (ErrorKind::InstructionType, Some(Field::InstructionType), 1, 5, None);
    assert_eq!(errors, [wrong]);
}

#[test]
fn a_perfect_line_takes_the_fast_path() {
    let profile = builtin();
    let (point, from) = (mpan(1_013_044_353_630), day(20_211_105));
    let update = D0350::new(9_999_999_999, point, ServiceFlag::Active, from, mrcy());
    let update = Instruction::from(update.unwrap());
    let zhv = b"82H|9999999999|DC01|1013044353630|A|20211105|MRCY|";
    assert_eq!(read_canonical(zhv, Layout::Zhv, &profile), Some(update));
    assert_eq!(read_canonical(&zhv[..zhv.len() - 1], Layout::Zhv, &profile), None);
    assert_eq!(read_instruction(&zhv[..zhv.len() - 1], Layout::Zhv, &profile), Ok(update));
    let zhf = b"82H009999999999DC011013044353630A20211105MRCY";
    assert_eq!(read_canonical(zhf, Layout::Zhf, &profile), Some(update));
    assert_eq!(read_canonical(zhf, Layout::Zhv, &profile), None);
    // other suppliers, and other flows, are the definition's
    for (flow, line) in [
        (Flow::D0350, "82H|1|DC01|1013044353630|A|20211105|AB|"),
        (Flow::D0350, "82H|1|DC01|1013044353630|A|20211105|mrcy|"),
        (Flow::D0351, "84H|1|DC11|21|1013044353630|20211105|A|20211104|MRCY|"),
        (Flow::D0172, "357|1|DC90|20211105|0000475656|14|13|1|"),
    ] {
        let profile = Profile::builtin(flow);
        assert_eq!(read_canonical(line.as_bytes(), Layout::Zhv, &profile), None, "{line}");
        assert!(read_instruction(line.as_bytes(), Layout::Zhv, &profile).is_ok(), "{line}");
    }
}

#[test]
fn a_flow_is_that_of_the_header() {
    for (line, layout, flow) in [
        ("ZHV|1|D0351001|P|EELC|Z|DCCO|20211105093000||||OPER|", Layout::Zhv, Flow::D0351),
        ("ZHV|1|D0350001|P|EELC|Z|DCCO|20211105093000||||OPER|", Layout::Zhv, Flow::D0350),
        ("ZHV|1|D0172001|P|EELC|Z|DCCO|20211105093000||||OPER|", Layout::Zhv, Flow::D0172),
        ("ZHV|1|D0010001|P|EELC|Z|DCCO|20211105093000||||OPER|", Layout::Zhv, Flow::D0350),
        ("ZHV|1|D0351001|", Layout::Zhv, Flow::D0350),
        ("ZHF1         D0351001PEELCZDCCO20211105093000           OPER", Layout::Zhf, Flow::D0351),
        ("ZHF1         D0351001PEELCZDCCO20211105093000           OPER", Layout::Zhv, Flow::D0350),
        ("ZPT|1|D0351001||1|20211105093001|", Layout::Zhv, Flow::D0350),
        ("84H|1|DC11|21||20211105||||", Layout::Zhv, Flow::D0350),
        ("", Layout::Zhv, Flow::D0350),
    ] {
        assert_eq!(recognise_flow(line.as_bytes(), layout), flow, "{line}");
    }
}

/// Each flow by its own profile, whichever was given.
#[test]
fn options_keep_a_profile_for_each_flow() {
    let version = |flow| Profile::builtin(flow).as_toml().replace("\"001\"", "\"002\"");
    let given = Flow::ALL.map(|flow| Arc::new(Profile::from_toml(&version(flow)).unwrap()));
    for (profile, flow) in given.iter().zip(Flow::ALL) {
        let options = ReaderOptions::new().profile(profile.clone());
        assert_eq!(options.profile_of(flow), profile);
        for other in Flow::ALL.into_iter().filter(|other| *other != flow) {
            assert_eq!(options.profile_of(other), &Profile::builtin(other));
        }
    }
    let file = "ZHV|1|D0351002|P|EELC|Z|DCCO|20211105093000||||OPER|\n83H|1|\n\
        84H|1|DC11|21||20211105||||\n85H|3|\nZPT|1|3||1|20211105093001|\n";
    assert_eq!(errors_of(ReaderOptions::new().profile(given[1].clone()), file), []);
    let wrong = (ErrorKind::FlowVersion, Some(Field::FlowAndVersion), 1, 7, None);
    assert_eq!(errors_of(ReaderOptions::new(), file), [wrong]);
}

/// One wrong item after the other, each told at its place.
#[test]
fn what_is_wrong_in_header_and_trailer() {
    for (from, to, kind, field, line, column) in [
        ("D0350001", "D0350002", ErrorKind::FlowVersion, Field::FlowAndVersion, 1, 16),
        ("DCCO", "DCCO1", ErrorKind::ItemTooLong { most: 4 }, Field::FromParticipant, 1, 27),
        (
            "|20211105093000|",
            "|20211105096000|",
            ErrorKind::InvalidTimestamp,
            Field::Created,
            1,
            39,
        ),
        ("|X|", "|\u{e9}|", ErrorKind::NonAscii, Field::Broadcast, 1, 64),
        (
            "ZPT|0000475656",
            "ZPT|0000475657",
            ErrorKind::FileIdMismatch,
            Field::FileIdentifier,
            5,
            5,
        ),
        (
            "|3|sum",
            "|4|sum",
            ErrorKind::GroupCount { declared: 4, counted: 3 },
            Field::GroupCount,
            5,
            16,
        ),
        ("|3|sum", "|x|sum", ErrorKind::NotANumber, Field::GroupCount, 5, 16),
        ("|sum|", "|checksum123|", ErrorKind::ItemTooLong { most: 10 }, Field::Checksum, 5, 18),
        (
            "sum|1|",
            "sum|2|",
            ErrorKind::FlowCount { declared: 2, counted: 1 },
            Field::FlowCount,
            5,
            22,
        ),
        ("sum|1|", "sum||", ErrorKind::NotANumber, Field::FlowCount, 5, 22),
        ("093001", "093061", ErrorKind::InvalidTimestamp, Field::Completed, 5, 24),
    ] {
        let file = whole_file().replace("|B|", "|X|");
        assert!(file.contains(from), "{from}");
        let wrong = (kind, Some(field), line, column, None);
        assert_eq!(errors_of(ReaderOptions::new(), &file.replacen(from, to, 1)), [wrong], "{to}");
    }
    let short = "ZHV|1|\n81H|1|\nZPT|1|1||1|20211105093001|\n";
    let malformed = (ErrorKind::MalformedRecord { expected: Some(11) }, None, 1, 1, None);
    assert_eq!(errors_of(ReaderOptions::new(), short), [malformed]);
    let mut reader = Reader::from_slice(short.as_bytes());
    assert!(reader.read().is_err());
    assert_eq!((reader.read().unwrap(), reader.header()), (None, None));
    assert_eq!(reader.trailer().unwrap().group_count(), 1);
}

#[test]
fn records_out_of_place_are_told_so() {
    let update = "82H|1|DC01|1013044353630|A|20211105|MRCY|\n";
    let bad = "82H|1|DC01|1013044353630|?|20211105|MRCY|\n";
    let unexpected = ErrorKind::UnexpectedRecord;
    // before the first group
    let file = format!("{update}{update}{bad}X09|\n82H|\n{HEADER}81H|1|\n{update}");
    let early = [
        (unexpected, None, 1, 1, Some(1)),
        (unexpected, None, 2, 1, Some(2)),
        (unexpected, None, 3, 1, Some(3)),
        (ErrorKind::UnknownRecord, None, 4, 1, Some(4)),
        (ErrorKind::MalformedRecord { expected: Some(6) }, None, 5, 1, Some(5)),
        (unexpected, None, 6, 1, Some(6)),
    ];
    assert_eq!(errors_of(of_d0350(), &file), early);
    // behind the trailer
    let file = format!("{HEADER}{BODY}{TRAILER}{update}{bad}X09|\n{TRAILER}81H|1|\n");
    let late = [
        (unexpected, None, 6, 1, Some(3)),
        (unexpected, None, 7, 1, Some(4)),
        (ErrorKind::UnknownRecord, None, 8, 1, Some(5)),
        (unexpected, None, 9, 1, Some(6)),
        (unexpected, None, 10, 1, Some(7)),
    ];
    assert_eq!(errors_of(ReaderOptions::new(), &file), late);
    // in its place, and wrong in an item
    let flag = (ErrorKind::UnknownFlag, Some(Field::DccServiceFlag), 2, 26, Some(1));
    assert_eq!(errors_of(of_d0350(), &format!("81H|1|\n{bad}")), [flag]);
    assert_eq!(errors_of_lines(of_d0350(), &format!("81H|1|\n{bad}")), []);
    let group = (ErrorKind::NotANumber, Some(Field::FileSequenceNumber), 1, 5, None);
    assert_eq!(errors_of(of_d0350(), &format!("81H|x|\n{update}")), [group]);
    assert_eq!(errors_of_lines(of_d0350(), &format!("81H|x|\n{update}")), [group]);
}

/// A line past the limit is that and nothing else, whatever it begins with, and however wide rows
/// could be.
#[test]
fn lines_past_the_limit_are_told_so() {
    let too_long = |line, record| (ErrorKind::LineTooLong, None, line, 1, record);
    let update = "82H|1|DC01|1013044353630|A|20211105|MRCY|";
    let file = format!("81H|1|\n{update}\n{update}1|\n{update}\n");
    for (limit, errors) in [
        (41, vec![too_long(3, Some(2))]),
        (40, vec![too_long(2, Some(1)), too_long(3, Some(2)), too_long(4, Some(3))]),
    ] {
        assert_eq!(errors_of(of_d0350().max_line(limit), &file), errors, "{limit}");
        assert_eq!(errors_of_lines(of_d0350().max_line(limit), &file), errors, "{limit}");
    }
    let long_group = format!("81H|{}|\n{update}\n", "1".repeat(41));
    assert_eq!(errors_of(of_d0350().max_line(41), &long_group), [too_long(1, None)]);
    let ends = format!("{HEADER}{BODY}{TRAILER}");
    let options = of_d0350().layout(Layout::Zhv).max_line(42);
    assert_eq!(errors_of(options.clone(), &ends), [too_long(1, None), too_long(5, None)]);
    let options = ReaderOptions::new().layout(Layout::Zhv).max_line(42);
    assert_eq!(errors_of(options, &ends), [too_long(1, None), too_long(5, None)]);
}

/// Returns where the columns of a batch come from: rows that are perfect, lines that are not, and
/// errors.
#[test]
fn every_column_of_a_batch() {
    let file = format!(
        "{HEADER}{BODY}82H|x|DC01|1000000000012|N|20240229|MRCY|\n82H|0000000000000023|DC01|1013044353630|N|19700102|MRCY|\n\
         82H|24|DC01|1013044353630|S|19691231|SUPA\n{TRAILER}"
    );
    let mut reader = Reader::from_slice(file.as_bytes());
    let mut batch = Batch::new();
    assert!(batch.is_empty());
    assert!(reader.read_batch(&mut batch).unwrap());
    assert_eq!((batch.len(), batch.is_empty()), (3, false));
    assert_eq!(batch.instruction_numbers(), [21, 22, 24]);
    assert_eq!(batch.points(), [1_013_044_353_630, 1_000_000_000_012, 1_013_044_353_630]);
    assert_eq!(batch.flags(), b"ANS");
    assert_eq!(batch.packed_dates(), [20_211_105, 20_240_229, 19_691_231]);
    assert_eq!(batch.days(), [18_936, 19_782, -1]);
    assert_eq!(batch.parties(), [*b"MRCY", *b"AB\0\0", *b"SUPA"]);
    assert!((0..4).all(|row| batch.reasons(row).is_empty()));
    let places = (0..4).map(|row| batch.position(row).map(|at| (at.line, at.column, at.record)));
    let expected = [Some((3, 1, Some(1))), Some((4, 1, Some(2))), Some((7, 1, Some(5))), None];
    assert_eq!(places.collect::<Vec<_>>(), expected);
    let errors: Vec<_> = batch.errors().iter().map(told).collect();
    let number = Some(Field::InstructionNumber);
    let group_count = ErrorKind::GroupCount { declared: 3, counted: 6 };
    assert_eq!(
        errors,
        [
            (ErrorKind::NotANumber, number, 5, 5, Some(3)),
            (ErrorKind::ItemTooLong { most: 12 }, number, 6, 5, Some(4)),
            (group_count, Some(Field::GroupCount), 8, 16, None),
        ]
    );
    let updates: Vec<_> = batch.records().collect();
    assert_eq!(updates[2], batch.record(2).unwrap());
    let (point, supplier) = (mpan(1_013_044_353_630), "SUPA".parse().unwrap());
    let third = D0350::new(24, point, ServiceFlag::Suspended, day(19_691_231), supplier);
    assert_eq!(updates[2], third.unwrap().into());
    assert_eq!((updates.len(), batch.record(3)), (3, None));
    batch.clear();
    assert!(batch.is_empty() && batch.errors().is_empty() && batch.position(0).is_none());
    assert!(batch.instruction_numbers().is_empty() && batch.points().is_empty());
    assert!(batch.flags().is_empty() && batch.days().is_empty() && batch.packed_dates().is_empty());
    assert!(batch.parties().is_empty());
    assert!(!reader.read_batch(&mut batch).unwrap());
}

/// Good records and errors together are as many as were asked for.
#[test]
fn errors_take_room_in_a_batch() {
    let (good, bad) = ("82H|1|DC01|1013044353630|A|20211105|MRCY|\n", "82H|\n");
    let file = format!("81H|1|\n{good}{bad}{bad}{good}{good}{bad}{good}");
    let (mut reader, mut batch) = (of_d0350().reader(file.as_bytes()), Batch::with_capacity(3));
    let mut sizes = Vec::new();
    while reader.read_batch(&mut batch).unwrap() {
        sizes.push((batch.len(), batch.errors().len()));
    }
    assert_eq!(sizes, [(1, 2), (2, 1), (1, 0)]);
}

/// A file of no known layout ends a batch, and so does a failed read; nothing else does.
#[test]
fn a_batch_ends_at_what_cannot_be_gone_on_from() {
    let mut batch = Batch::new();
    let mut reader = Reader::from_slice(b"nothing\n");
    let error = reader.read_batch(&mut batch).unwrap_err();
    assert_eq!(told(&error), (ErrorKind::UnrecognisedLayout, None, 1, 1, None));
    assert!(batch.errors().is_empty());
    let mut reader = Reader::from_slice(b"nothing\n");
    let threads = NonZeroUsize::new(2).unwrap();
    let error = reader.read_parallel(threads, |_| ControlFlow::<()>::Continue(())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnrecognisedLayout);
}

fn in_parallel<B>(
    reader: &mut Reader<&[u8]>,
    threads: usize,
    take: impl FnMut(&Batch) -> ControlFlow<B>,
) -> ControlFlow<B> {
    reader.read_parallel(NonZeroUsize::new(threads).unwrap(), take).unwrap()
}

/// The end of reading on threads, the results in their order, and the number of records: `take` has
/// enough when it has seen `most`.
type Taken = (ControlFlow<usize>, Vec<Result<u64, ErrorKind>>, u64);

fn taken(file: &str, threads: usize, most: usize) -> Taken {
    let mut reader = of_d0350().reader(file.as_bytes());
    let mut seen = Vec::new();
    let ended = in_parallel(&mut reader, threads, |batch| {
        seen.extend(batch.errors().iter().map(|error| Err(error.kind())));
        seen.extend(batch.instruction_numbers().iter().map(|number| Ok(*number)));
        if seen.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(seen.len()) }
    });
    (ended, seen, reader.record_count())
}

/// With one thread or several: where nothing is to be read on threads, or `take` has enough before.
#[test]
fn threads_are_not_needed_everywhere() {
    let (go_on, missing) = (ControlFlow::Continue(()), Err(ErrorKind::MissingTrailer));
    let unexpected = Err(ErrorKind::UnexpectedRecord);
    let empty = HEADER.to_owned() + "81H|1|\nZPT|0000475656|1||1|20211105093001|\n";
    let update = "82H|5|DC01|1013044353630|A|20211105|MRCY|\n";
    let (behind, early) = (format!("{empty}{update}"), format!("{update}{BODY}"));
    for threads in [1, 2, 3] {
        let taken = |file: &str, most| taken(file, threads, most);
        assert_eq!(taken("", 9), (go_on, vec![], 0));
        let begun = format!("{HEADER}81H|1|\n");
        assert_eq!(taken(&begun, 9), (go_on, vec![missing], 0));
        assert_eq!(taken(&begun, 1), (ControlFlow::Break(1), vec![missing], 0));
        assert_eq!(taken(&empty, 9), (go_on, vec![], 0));
        assert_eq!(taken(&behind, 9), (go_on, vec![unexpected], 1));
        assert_eq!(taken(&behind, 1), (ControlFlow::Break(1), vec![unexpected], 1));
        assert_eq!(taken(&early, 9), (go_on, vec![unexpected, Ok(21), Ok(22)], 3));
        // several threads read one record at a time up to the first group
        let first = if threads == 1 { vec![unexpected, Ok(21), Ok(22)] } else { vec![unexpected] };
        let (ended, seen, _) = taken(&early, 1);
        assert_eq!((ended, seen), (ControlFlow::Break(first.len()), first));
        let (ended, seen, _) = taken(BODY, 2);
        assert_eq!((ended, seen), (ControlFlow::Break(2), vec![Ok(21), Ok(22)]));
    }
}

/// Once updates may come, records come by the thousand.
#[test]
fn threads_give_large_batches() {
    let file = format!("81H|1|\n{}", "82H|1|DC01|1013044353630|A|20211105|MRCY|\n".repeat(40_000));
    for threads in [1, 2] {
        let (mut records, mut batches) = (0, 0);
        let mut reader = of_d0350().reader(file.as_bytes());
        let ended = in_parallel(&mut reader, threads, |batch| {
            let first = batch.position(0).unwrap();
            assert_eq!((first.line, first.record), (records + 2, Some(records + 1)));
            assert_eq!(first.offset, 7 + 42 * records);
            records += batch.len() as u64;
            batches += 1;
            ControlFlow::<()>::Continue(())
        });
        assert_eq!((ended, records), (ControlFlow::Continue(()), 40_000));
        assert!(batches < 400, "{batches}");
        assert_eq!(
            (reader.record_count(), reader.group_count(), reader.flow_count()),
            (40_000, 40_001, 1)
        );
        let end = Position { offset: file.len() as u64, line: 40_002, column: 1, record: None };
        assert_eq!(reader.position(), end);
    }
}

#[test]
fn columns_are_equally_long() {
    let (points, flags) = ([mpan(1), mpan(2)], [ServiceFlag::Active; 2]);
    let (days, suppliers) = ([day(20_220_101), day(20_220_102)], [mrcy(), "AB".parse().unwrap()]);
    let two = Columns::new(8, &points, &flags, &days, &suppliers).unwrap();
    assert_eq!((two.len(), two.is_empty()), (2, false));
    let rows: Vec<_> =
        two.records().map(|it| (it.instruction_number(), it.supplier_id())).collect();
    assert_eq!(rows, [(8, Some(suppliers[0])), (9, Some(suppliers[1]))]);
    let none = Columns::new(8, &[], &[], &[], &[]).unwrap();
    assert_eq!((none.len(), none.is_empty(), none.records().count()), (0, true, 0));
    assert!(Columns::new(8, &points[..1], &flags, &days, &suppliers).is_err());
    assert!(Columns::new(8, &points, &flags[..1], &days, &suppliers).is_err());
    assert!(Columns::new(8, &points, &flags, &days[..1], &suppliers).is_err());
    assert!(Columns::new(8, &points, &flags, &days, &suppliers[..1]).is_err());
}

/// A record is lent, read into again and again, and asked for what it is.
#[test]
fn every_item_of_a_record_that_was_read() {
    let (mut reader, mut record) = (of_d0350().reader(BODY.as_bytes()), Record::new());
    assert_eq!(reader.read_body(&mut record).unwrap(), Some(LineKind::Group));
    assert_eq!((record.as_bytes(), record.position().record), (&b"81H|7|"[..], None));
    assert_eq!(Opening::try_from(&record), Ok(Opening::new(Some(7))));
    assert_eq!(reader.read_body(&mut record).unwrap(), Some(LineKind::Record));
    let at = Position { offset: 7, line: 2, column: 1, record: Some(1) };
    assert_eq!((record.position(), record.layout()), (at, Some(Layout::Zhv)));
    assert_eq!(record.as_bytes(), b"82H|21|DC01|1013044353630|A|20211105|MRCY|");
    assert_eq!(record.field(Field::DccServiceFlag), Some(&b"A"[..]));
    assert_eq!((record.field(Field::RejectionReasonCode), record.extras().count()), (None, 0));
    let update = D0350::try_from(&record).unwrap();
    assert_eq!(Instruction::try_from(&record), Ok(update.into()));
    assert_eq!(D0351::try_from(&record).unwrap_err().kind, ErrorKind::UnexpectedRecord);
    assert!(reader.read_raw(&mut record).unwrap());
    assert_eq!(record.position().record, Some(2));
    assert!(!reader.read_raw(&mut record).unwrap());
    let zhf = "81H000000000001\n82H000000000001DC011013044353630A20211105MRCY\n";
    let mut reader = of_d0350().layout(Layout::Zhf).reader(zhf.as_bytes());
    assert!(reader.read_raw(&mut record).unwrap());
    assert_eq!(
        (record.layout(), record.field(Field::InstructionNumber)),
        (Some(Layout::Zhf), Some(&b"000000000001"[..]))
    );
    let file = samples::SHUFFLED;
    let mut reader =
        ReaderOptions::new().profile(samples::shuffled_d0350()).reader(file.as_bytes());
    assert!(reader.read_raw(&mut record).unwrap());
    assert_eq!(record.extras().collect::<Vec<_>>(), [&b""[..], b"7"]);
}
