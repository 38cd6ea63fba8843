//! A file read and written again is the same bytes; records written and read again are the same
//! records.

use std::sync::Arc;

use crate::samples::{
    self, SHUFFLED, SHUFFLED_REJECTION, Seen, read, samples, shuffled_d0350, shuffled_d0351,
};
use crate::strategies::{any_supplier, date, mpan};
use flagflow_domain::{EffectiveDate, MpanCore, ServiceFlag};
use flagflow_electricity::{
    BadColumns, Columns, D0172, D0350, D0351, ErrorKind, Field, Flow, Header, Instruction, Layout,
    LineEnd, LineKind, Opening, Profile, Reader, ReaderOptions, ReasonCode, Record, SupplierId,
    Timestamp, WriterOptions, detect_line_end,
};
use proptest::prelude::*;

fn header_of(options: &ReaderOptions, bytes: &[u8]) -> (Header, Arc<Profile>, Layout) {
    let mut reader = options.clone().reader(bytes);
    drop(reader.read_raw(&mut Record::new()));
    let profile = reader.format().unwrap().profile().clone();
    (reader.header().unwrap().clone(), profile, reader.layout().unwrap())
}

/// Reads a file and writes it again in a layout, line by line of its body.
fn rewrite(options: &ReaderOptions, bytes: &[u8], to: Option<Layout>) -> Vec<u8> {
    let (header, profile, layout) = header_of(options, bytes);
    let mut writer = WriterOptions::new(profile)
        .layout(to.unwrap_or(layout))
        .line_end(detect_line_end(bytes))
        .envelope(header)
        .writer(Vec::new());
    let (mut reader, mut record) = (options.clone().reader(bytes), Record::new());
    while let Some(kind) = reader.read_body(&mut record).unwrap() {
        match kind {
            LineKind::Group => {
                let opening = Opening::try_from(&record).unwrap();
                writer.write_opening(opening, record.extras()).unwrap();
            }
            _ => {
                let read = Instruction::try_from(&record).unwrap();
                writer.write_with_reasons(read, record.extras(), record.reasons()).unwrap();
            }
        }
    }
    writer.set_trailer(reader.trailer().unwrap());
    writer.finish().unwrap()
}

#[test]
fn every_valid_sample_comes_back_byte_for_byte() {
    let mut compared = 0;
    for sample in samples("valid") {
        let whole = read(Reader::from_slice(&sample.bytes));
        assert_eq!(whole.kinds(), [], "{}", sample.path.display());
        let written = rewrite(&ReaderOptions::new(), &sample.bytes, None);
        if written != sample.bytes {
            // numbers with leading zeros, and what only warnings are given for, are not canonical
            let again = read(Reader::from_slice(&written));
            assert_eq!(again.seen, whole.seen, "{}", sample.path.display());
            continue;
        }
        compared += 1;
    }
    assert!(compared >= 60, "{compared}");
}

#[test]
fn samples_keep_their_records_in_the_other_layout_and_back() {
    for sample in samples("valid") {
        let options = ReaderOptions::new();
        let (header, _, layout) = header_of(&options, &sample.bytes);
        let whole = read(Reader::from_slice(&sample.bytes));
        let has_surplus = whole.trailer.as_ref().is_none_or(|t| !t.surplus().is_empty());
        if !header.surplus().is_empty() || has_surplus {
            continue;
        }
        let other = if layout == Layout::Zhv { Layout::Zhf } else { Layout::Zhv };
        let there = rewrite(&options, &sample.bytes, Some(other));
        assert_eq!(read(Reader::from_slice(&there)).seen, whole.seen);
        let back = rewrite(&options, &there, Some(layout));
        assert_eq!(back, rewrite(&options, &sample.bytes, None), "{}", sample.path.display());
    }
}

#[test]
fn another_profile_loses_no_byte() {
    let options = ReaderOptions::new().profile(shuffled_d0350());
    assert_eq!(rewrite(&options, SHUFFLED.as_bytes(), None), SHUFFLED.as_bytes());
    let plain = SHUFFLED.replace("|one||\n", "|\n").replace("|more|\n", "|\n");
    let fixed = rewrite(&options, plain.as_bytes(), Some(Layout::Zhf));
    assert_eq!(
        String::from_utf8_lossy(&fixed),
        "\
ZHF0000475656D0350002ZDCCOPEELC20211105093000           OPER
01Gbatch10001
02G20211105     A1013044353630|0007DC01  MRCY000000000001
03Ghello\x20
02G20211106a b  N1000000000012|    DC01  AB  000000000002
01G      0002
01Gc     0003
02G20211107x    I1011111111110|1234DC01  SUPA999999999999
ZPT00004756560000000007check     000000000320211105093001
"
        .replace('|', "")
    );
    let back = rewrite(&options, &fixed, Some(Layout::Zhv));
    assert_eq!(String::from_utf8_lossy(&back), plain);
}

/// Reasons and further groups come back in their places.
#[test]
fn groups_of_three_levels_come_back() {
    let options = ReaderOptions::new().profile(shuffled_d0351());
    let file = SHUFFLED_REJECTION.as_bytes();
    assert_eq!(String::from_utf8(rewrite(&options, file, None)).unwrap(), SHUFFLED_REJECTION);
    let fixed = rewrite(&options, file, Some(Layout::Zhf));
    assert_eq!(
        String::from_utf8_lossy(&fixed),
        "\
ZHF0000475656D0351003PEELCZDCCO20211105093000           OPER
R0DC11
R1MRCY1013044353630   20211105Ahello0007202111040001
R43\x20\x20
R4R-1
R2\x20\x20\x20\x20\x20\x20
R3
R3
R1AB  100000000001201220211105Sx    0008202111030002
R462\x20
ZPT00004756560000000009check     000000000120211105093001
"
    );
    assert_eq!(rewrite(&options, &fixed, Some(Layout::Zhv)), file);
}

/// Pipes are no text in any layout: zhv has no place for them.
#[test]
fn pipes_in_fixed_items_are_refused() {
    let file = "\
ZHF0000000001D0351001PEELCZDCCO20211105093000           OPER
83H000000000001
84H000000000001DC11000000000001             20211105         A  |
85H1   
84H000000000002DC11000000000002             20211105         A   
85H1   
85H|1  
ZPT00000000010000000006          000000000120211105093001
";
    let whole = read(Reader::from_slice(file.as_bytes()));
    assert_eq!(whole.kinds(), [ErrorKind::NotPrintable, ErrorKind::NotPrintable]);
    let starts = whole.seen.iter().map(|seen| match seen {
        Seen::Error { field, position: at, .. } => (*field, at.line, at.column),
        Seen::Record(..) => panic!("{seen:?}"),
    });
    let starts: Vec<_> = starts.collect();
    assert_eq!(
        starts,
        [(Some(Field::SupplierId), 3, 65), (Some(Field::RejectionReasonCode), 7, 4)]
    );
}

#[test]
fn raw_lines_are_written_as_they_were() {
    let file = "ZHV|1|D0350001|Z|DCCO|P|EELC|20211105093000||||OPER|\n81H|0007|\n82H|01|DC01|1013044353630|A|20211105|MRCY\nZPT|1|2||1|20211105093000|\n";
    let options = ReaderOptions::new();
    let (header, profile, _) = header_of(&options, file.as_bytes());
    let mut writer = WriterOptions::new(profile).envelope(header).writer(Vec::new());
    let (mut reader, mut record) = (options.reader(file.as_bytes()), Record::new());
    while let Some(kind) = reader.read_body(&mut record).unwrap() {
        writer.write_raw(kind, record.as_bytes()).unwrap();
    }
    for (kind, line, error) in [
        (LineKind::Record, &b"a\nb"[..], ErrorKind::NotWritable),
        (LineKind::Record, b"a\r", ErrorKind::NotWritable),
        (LineKind::Trailer, b"ZPT|", ErrorKind::UnexpectedRecord),
    ] {
        assert_eq!(writer.write_raw(kind, line).unwrap_err().kind(), error);
    }
    assert_eq!(String::from_utf8(writer.finish().unwrap()).unwrap(), file);
}

#[test]
fn what_cannot_be_written_is_said_and_leaves_nothing_behind() {
    let profile = Profile::builtin(Flow::D0350);
    let update: D0350 = "82H|1|DC01|1013044353630|A|20211105|MRCY|".parse().unwrap();
    let rejection = update.rejected(1, update.effective_from()).unwrap();
    let mut writer = WriterOptions::new(profile).writer(Vec::new());
    let error = writer.write(rejection).unwrap_err();
    assert_eq!((error.kind(), error.is_recoverable()), (ErrorKind::UnexpectedRecord, true));
    let (mpan, day) = (update.mpan_core(), update.effective_from());
    let number = 1_000_000_000_000;
    let long = D0350::new(number, mpan, update.flag(), day, update.supplier_id()).unwrap();
    let error = writer.write(long).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ItemTooLong { most: 12 });
    assert_eq!(error.field().unwrap().name(), "instruction_number");
    writer.write(update).unwrap();
    assert_eq!(writer.record_count(), 1);
    assert_eq!(writer.finish().unwrap(), b"81H|1|\n82H|1|DC01|1013044353630|A|20211105|MRCY|\n");

    let reason = |text: &str| text.parse::<ReasonCode>().unwrap();
    let line = "84H|1|DC11|1|1013044353630|20211105|A|20211105|MRCY|";
    let fixed = "84H000000000001DC110000000000011013044353630A20211105MRCY";
    for (layout, text, expected) in [
        (Layout::Zhv, "a b", Ok("a b|")),
        (Layout::Zhv, " a", Ok(" a|")),
        (Layout::Zhv, "a ", Ok("a |")),
        (Layout::Zhf, " a", Ok(" a  ")),
        (Layout::Zhf, "1", Ok("1   ")),
        (Layout::Zhf, "a ", Err(ErrorKind::NotWritable)),
    ] {
        let options = WriterOptions::new(Profile::builtin(Flow::D0351)).layout(layout);
        let mut writer = options.writer(Vec::new());
        let written = writer.write_with_reasons(rejection, [], &[reason(text)]);
        assert_eq!(written.map_err(|error| error.kind()).err(), expected.err(), "{text:?}");
        if let Ok(expected) = expected {
            let file = String::from_utf8(writer.finish().unwrap()).unwrap();
            let line = if layout == Layout::Zhv { format!("{line}\n85H|") } else { "\n85H".into() };
            assert!(file.ends_with(&format!("{line}{expected}\n")), "{file} {fixed}");
        }
    }
}

#[test]
fn display_is_the_line_of_the_built_in_profile() {
    let line = "82H|7|DC01|0013044353630|N|20240229|MRCY|";
    let update: D0350 = line.parse().unwrap();
    assert_eq!(update.to_string(), line);
    assert!(line.parse::<D0351>().is_err() && line.parse::<D0172>().is_err());
    let line = "84H|8|DC11|7|0013044353630|20240301|N|20240229|MRCY|";
    let rejection: D0351 = line.parse().unwrap();
    let day = EffectiveDate::from_packed(20_240_301).unwrap();
    assert_eq!(update.rejected(8, day).unwrap(), rejection);
    assert_eq!(rejection.to_string(), line);
    assert!(line.parse::<D0350>().is_err() && line.parse::<D0172>().is_err());
    let line = "84H|8|DC11|7||20240301||||";
    let rejection: D0351 = line.parse().unwrap();
    assert_eq!(rejection, D0351::new(8, 7, day).unwrap());
    assert_eq!(rejection.to_string(), line);
    let line = "357|9|DC90|20240301|0000000042|14|13|1|";
    let confirmation: D0172 = line.parse().unwrap();
    assert_eq!(confirmation.to_string(), line);
    assert_eq!(Instruction::from(confirmation).deemed_received(), Some(day));
    assert!(line.parse::<D0350>().is_err() && line.parse::<D0351>().is_err());
}

#[test]
fn headers_hold_what_fits_them() {
    let profile = Profile::builtin(Flow::D0350);
    let created: Timestamp = "20211105093000".parse().unwrap();
    let new = |id, to| Header::new(&profile, id, "DCCO", to, created);
    assert!(new("0000475656", "EELC").is_ok());
    assert!(new("00004756567", "EELC").is_err());
    assert!(new("1", "EELCX").is_err());
    assert!(new("a|b", "EELC").is_err());
    let header = new("1", "EELC").unwrap().with(Field::TestFlag, "TR01").unwrap();
    assert_eq!(header.text(Field::TestFlag), Some("TR01"));
    assert!(header.clone().with(Field::Created, "").is_err());
    assert!(header.with(Field::Checksum, "").is_err());
}

fn numbers() -> impl Strategy<Value = u64> {
    (1..=12u32).prop_flat_map(|digits| 0..10u64.pow(digits))
}

/// Reasons of a rejection, named ones and others.
fn reasons() -> impl Strategy<Value = Vec<ReasonCode>> {
    let named = prop::sample::select(&ReasonCode::NAMED[..]);
    let other = "[ -~&&[^|]]{0,3}[!-~&&[^|]]".prop_map(|text| text.parse().unwrap());
    proptest::collection::vec(prop_oneof![named, other], 1..4)
}

fn update() -> impl Strategy<Value = D0350> {
    let flag = prop::sample::select(&ServiceFlag::ALL[..]);
    (numbers(), mpan(), flag, date(), any_supplier()).prop_map(
        |(number, mpan, flag, date, supplier)| {
            D0350::new(number, mpan, flag, date, supplier).unwrap()
        },
    )
}

/// Rejections of updates, or of a number alone.
fn rejection() -> impl Strategy<Value = D0351> {
    let of_update = (update(), numbers(), date())
        .prop_map(|(update, number, day)| update.rejected(number, day).unwrap());
    let of_number = (numbers(), numbers(), date())
        .prop_map(|(number, incoming, day)| D0351::new(number, incoming, day).unwrap());
    prop_oneof![of_update, of_number]
}

fn confirmation() -> impl Strategy<Value = D0172> {
    let count = || 0..100_000u32;
    let id = "[A-Z0-9 ]{0,9}[A-Z0-9]".prop_map(|text| text.parse().unwrap());
    (numbers(), date(), id, count(), count(), count()).prop_map(
        |(number, day, id, received, accepted, rejected)| {
            D0172::new(number, day, id, received, accepted, rejected).unwrap()
        },
    )
}

/// A record of any flow, with reasons where it is a rejection.
fn instruction() -> impl Strategy<Value = (Instruction, Vec<ReasonCode>)> {
    prop_oneof![
        2 => update().prop_map(|update| (update.into(), vec![])),
        1 => (rejection(), reasons()).prop_map(|(rejection, reasons)| (rejection.into(), reasons)),
        1 => confirmation().prop_map(|confirmation| (confirmation.into(), vec![])),
    ]
}

/// Writes records one by one or at once, without reasons. What was refused is passed over.
fn write_by(
    options: &WriterOptions,
    records: &[Instruction],
    at_once: bool,
) -> (Vec<u8>, Vec<ErrorKind>) {
    let (mut writer, mut refused) = (options.clone().writer(Vec::new()), Vec::new());
    if at_once {
        let mut records = records.iter();
        while let Err(error) = writer.write_all(records.by_ref()) {
            assert!(error.is_recoverable());
            refused.push(error.kind());
        }
    } else {
        let written = records.iter().map(|record| writer.write(record));
        refused.extend(written.filter_map(Result::err).map(|error| error.kind()));
    }
    assert_eq!(writer.record_count() + refused.len() as u64, records.len() as u64);
    let file = writer.finish().unwrap_or_else(|error| {
        refused.push(error.error().kind());
        error.into_parts().1
    });
    (file, refused)
}

#[test]
fn columns_are_the_records_that_they_hold() {
    let profile = Profile::builtin(Flow::D0350);
    let rows = 0..200u64;
    let mpans: Vec<_> =
        rows.clone().map(|row| MpanCore::from_body(row * 1_234_567).unwrap()).collect();
    let flags: Vec<_> = ServiceFlag::ALL.into_iter().cycle().take(200).collect();
    let dates = vec![EffectiveDate::MAX; 200];
    let suppliers: Vec<SupplierId> = ["MRCY", "A", "4DN9", "a b"]
        .iter()
        .cycle()
        .take(200)
        .map(|id| id.parse().unwrap())
        .collect();
    let columns = Columns::new(95, &mpans, &flags, &dates, &suppliers).unwrap();
    assert_eq!((columns.len(), columns.is_empty()), (200, false));
    let updates: Vec<Instruction> = columns.records().collect();
    assert_eq!(updates.len(), 200);
    assert_eq!(updates[199].instruction_number(), 294);
    for layout in Layout::ALL {
        let options = WriterOptions::new(profile.clone()).layout(layout);
        let mut writer = options.clone().writer(Vec::new());
        writer.write_all(columns.records()).unwrap();
        assert_eq!(writer.finish().unwrap(), write_by(&options, &updates, false).0);
    }
    let last = 9_999_999_999_999_999_999 - 199;
    let from = |number| Columns::new(number, &mpans, &flags, &dates, &suppliers);
    assert!(from(last).is_ok());
    assert_eq!(from(last + 1).unwrap_err(), BadColumns::Number);
    assert_eq!(from(u64::MAX).unwrap_err(), BadColumns::Number);
    let unequal = Columns::new(1, &mpans, &flags[1..], &dates, &suppliers);
    assert_eq!(unequal.unwrap_err(), BadColumns::Unequal);
    let unequal = Columns::new(1, &mpans, &flags, &dates, &suppliers[1..]);
    assert_eq!(unequal.unwrap_err(), BadColumns::Unequal);
}

proptest! {
    /// Records of all flows, some of which do not fit.
    #[test]
    fn many_at_once_are_the_same_bytes(
        records in proptest::collection::vec(instruction(), 0..200),
        layout in prop::sample::select(&Layout::ALL[..]),
        line_end in prop::sample::select(&[LineEnd::Lf, LineEnd::CrLf][..]),
        keep in prop::sample::select(
            &[None, Some(Flow::D0350), Some(Flow::D0351), Some(Flow::D0172)][..],
        ),
        digits in 1..=19usize,
        enveloped in any::<bool>(),
    ) {
        let mut records: Vec<_> = records.into_iter().map(|(record, _)| record).collect();
        records.retain(|record| keep.is_none_or(|flow| record.flow() == flow));
        for flow in Flow::ALL {
            let number = "\"instruction_number\", format = \"INT(12)\"";
            let text = Profile::builtin(flow).as_toml().replace(
                number, &number.replace("12", &digits.to_string()),
            );
            let profile = Arc::new(Profile::from_toml(&text).unwrap());
            let created = "20211105093000".parse().unwrap();
            let header = Header::new(&profile, "1", "DCCO", "EELC", created).unwrap();
            let mut options = WriterOptions::new(profile).layout(layout).line_end(line_end);
            if enveloped {
                options = options.envelope(header);
            }
            prop_assert_eq!(write_by(&options, &records, true), write_by(&options, &records, false));
        }
    }

    #[test]
    fn what_is_written_is_read_again(
        records in proptest::collection::vec(instruction(), 1..20),
        layout in prop::sample::select(&Layout::ALL[..]),
        sequence in numbers(),
    ) {
        let flow = records[0].0.flow();
        let records: Vec<_> = records.into_iter().filter(|it| it.0.flow() == flow).collect();
        let profile = Profile::builtin(flow);
        let created = "20211105093000".parse().unwrap();
        let header = Header::new(&profile, "0000475656", "DCCO", "EELC", created).unwrap();
        let mut writer = WriterOptions::new(profile)
            .layout(layout)
            .file_sequence_number(sequence)
            .envelope(header.clone())
            .writer(Vec::new());
        for (record, reasons) in &records {
            writer.write_with_reasons(record, [], reasons).unwrap();
        }
        let file = writer.finish().unwrap();
        let whole = read(Reader::from_slice(&file));
        prop_assert_eq!(whole.kinds(), vec![]);
        let seen: Vec<_> =
            records.into_iter().map(|(record, reasons)| Seen::Record(record, reasons)).collect();
        prop_assert_eq!(whole.seen, seen);
        prop_assert_eq!(whole.header, Some(header));
        prop_assert_eq!(whole.layout, Some(layout));
        let mut reader = Reader::from_slice(&file);
        drop(reader.read());
        let opening = Opening::new(Some(sequence));
        prop_assert_eq!(reader.opening(), Some(opening));
        prop_assert_eq!(rewrite(&ReaderOptions::new(), &file, None), file);
    }

    /// Whatever the bytes, reading ends, and lazily the same comes out.
    #[test]
    fn any_bytes_are_read(file in "(ZHV|ZHF)?[|81H23DC\\n\\rAN é]{0,80}") {
        for flow in Flow::ALL {
            let options = ReaderOptions::new().flow(flow);
            let whole = read(options.clone().reader(file.as_bytes()));
            prop_assert_eq!(samples::read_lazily(options.reader(file.as_bytes())), whole);
        }
    }
}
