//! A file read and written again is the same bytes; records written and read again are the same
//! records.

use std::sync::Arc;

use crate::samples::{self, SHUFFLED, read, samples, shuffled_d0350};
use flagflow_domain::{EffectiveDate, MpanCore, ServiceFlag};
use flagflow_electricity::{
    BadColumns, Columns, D0350, D0351, ErrorKind, Flow, Header, Instruction, Layout, LineEnd,
    LineKind, Opening, Profile, Reader, ReaderOptions, ReasonCode, Record, Timestamp,
    WriterOptions, detect_line_end,
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
                writer.write_opening(reader.opening().unwrap(), record.extras()).unwrap();
            }
            _ => {
                let update = Instruction::try_from(&record).unwrap();
                writer.write_with(update, record.extras()).unwrap();
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
            assert_eq!(again.updates(), whole.updates(), "{}", sample.path.display());
            continue;
        }
        compared += 1;
    }
    assert!(compared > 40, "{compared}");
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
        assert_eq!(read(Reader::from_slice(&there)).updates(), whole.updates());
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
02G20211105     AMPAN0007DC01  000000000001
02G20211106a b  NMPAN    DC01  000000000002
01G      0002
01Gc     0003
02G20211107x    IMPAN1234DC01  999999999999
ZPT00004756560000000006check     000000000320211105093001
"
        .replacen("MPAN", "1013044353630", 1)
        .replacen("MPAN", "1000000000012", 1)
        .replacen("MPAN", "1011111111110", 1)
    );
    let back = rewrite(&options, &fixed, Some(Layout::Zhv));
    assert_eq!(String::from_utf8_lossy(&back), plain);
}

/// Bars part nothing in zhf, so they are text there, and zhv has no place for them.
#[test]
fn bars_in_fixed_items_come_back() {
    let fixed = "\
ZHF0|1234567|D0351001PEELCZDC|O20211105093000           OPER
81H000000000001
X030000000001DC111013044353630R|1     
ZPT0|1234567|0000000002          000000000120211105093001
";
    let options = ReaderOptions::new();
    assert_eq!(rewrite(&options, fixed.as_bytes(), None), fixed.as_bytes());
    let (header, profile, _) = header_of(&options, fixed.as_bytes());
    let options = WriterOptions::new(profile).envelope(header);
    let mut writer = options.clone().writer(Vec::new());
    assert_eq!(writer.begin().unwrap_err().kind(), ErrorKind::NotWritable);
    // no other file's trailer to take from
    let own = options.layout(Layout::Zhf).writer(Vec::new()).finish().unwrap();
    assert!(own.windows(15).any(|bytes| bytes == b"\nZPT0|1234567|0"), "{own:?}");
}

#[test]
fn raw_lines_are_written_as_they_were() {
    let file = "ZHV|1|D0350001|Z|DCCO|P|EELC|20211105093000||||OPER|\n81H|0007|\n82H|01|DC01|1013044353630|A|20211105\nZPT|1|2||1|20211105093000|\n";
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
    let reason = |text: &str| update.rejected(text.parse().unwrap());
    let mut writer = WriterOptions::new(profile).writer(Vec::new());
    let error = writer.write(reason("R")).unwrap_err();
    assert_eq!((error.kind(), error.is_recoverable()), (ErrorKind::UnexpectedRecord, true));
    let (mpan, day) = (update.mpan_core(), update.effective_from());
    let long = D0350::new(10_000_000_000, mpan, update.flag(), day).unwrap();
    let error = writer.write(long).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ItemTooLong { most: 10 });
    assert_eq!(error.field().unwrap().name(), "instruction_number");
    writer.write(update).unwrap();
    assert_eq!(writer.record_count(), 1);
    assert_eq!(writer.finish().unwrap(), b"81H|1|\n82H|1|DC01|1013044353630|A|20211105|MRCY|\n");

    for (layout, text, expected) in [
        (Layout::Zhv, "a|b", Some(ErrorKind::NotWritable)),
        (Layout::Zhv, "a\nb", Some(ErrorKind::NotWritable)),
        (Layout::Zhv, "a ", None),
        (Layout::Zhf, "a ", Some(ErrorKind::NotWritable)),
        (Layout::Zhf, " a", None),
        (Layout::Zhf, "123456789", Some(ErrorKind::ItemTooLong { most: 8 })),
    ] {
        let options = WriterOptions::new(Profile::builtin(Flow::D0351)).layout(layout);
        let written = options.writer(Vec::new()).write(reason(text));
        assert_eq!(written.map_err(|error| error.kind()).err(), expected, "{text:?}");
    }
}

#[test]
fn display_is_the_line_of_the_built_in_profile() {
    let line = "82H|7|DC01|0013044353630|N|20240229|MRCY|";
    let update: D0350 = line.parse().unwrap();
    assert_eq!(update.to_string(), line);
    let rejection: D0351 = "X03|7|DC11|0013044353630|R1|".parse().unwrap();
    assert_eq!(update.rejected("R1".parse().unwrap()), rejection);
    assert_eq!(rejection.to_string(), "X03|7|DC11|0013044353630|R1|");
    assert!(line.parse::<D0351>().is_err());
}

#[test]
fn headers_hold_what_fits_them() {
    use flagflow_electricity::Field;
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

fn update() -> impl Strategy<Value = Instruction> {
    let day = (0u16..=9999, 1u8..=12, 1u8..=28);
    let flag = prop::sample::select(&ServiceFlag::ALL[..]);
    let number = 0..10_000_000_000u64;
    let mpan = (0..10u64.pow(13)).prop_map(|n| MpanCore::new(n).unwrap());
    let of_d0350 =
        (number.clone(), mpan.clone(), flag, day).prop_map(|(number, mpan, flag, day)| {
            let day = EffectiveDate::from_ymd(day.0, day.1, day.2).unwrap();
            D0350::new(number, mpan, flag, day).unwrap().into()
        });
    let of_d0351 = (number, mpan, "[A-Z0-9 ]{0,7}[A-Z]?").prop_map(|(number, mpan, reason)| {
        let reason = ReasonCode::from_bytes(reason.trim_end().as_bytes()).unwrap();
        D0351::new(number, mpan, reason).unwrap().into()
    });
    prop_oneof![of_d0350, of_d0351]
}

/// Writes updates one by one, at once, or where there are such from columns. What was refused is
/// passed over.
fn write_by(
    options: &WriterOptions,
    updates: &[Instruction],
    at_once: bool,
) -> (Vec<u8>, Vec<ErrorKind>) {
    let (mut writer, mut refused) = (options.clone().writer(Vec::new()), Vec::new());
    if at_once {
        let mut updates = updates.iter();
        while let Err(error) = writer.write_all(updates.by_ref()) {
            assert!(error.is_recoverable());
            refused.push(error.kind());
        }
    } else {
        let written = updates.iter().map(|update| writer.write(update));
        refused.extend(written.filter_map(Result::err).map(|error| error.kind()));
    }
    assert_eq!(writer.record_count() + refused.len() as u64, updates.len() as u64);
    (writer.finish().unwrap(), refused)
}

#[test]
fn columns_are_the_records_that_they_hold() {
    let profile = Profile::builtin(Flow::D0350);
    let rows = 0..200u64;
    let mpans: Vec<_> =
        rows.clone().map(|row| MpanCore::from_body(row * 1_234_567).unwrap()).collect();
    let flags: Vec<_> = ServiceFlag::ALL.into_iter().cycle().take(200).collect();
    let dates = vec![EffectiveDate::MAX; 200];
    let columns = Columns::new(95, &mpans, &flags, &dates).unwrap();
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
    assert!(Columns::new(last, &mpans, &flags, &dates).is_ok());
    assert_eq!(Columns::new(last + 1, &mpans, &flags, &dates).unwrap_err(), BadColumns::Number);
    assert_eq!(Columns::new(u64::MAX, &mpans, &flags, &dates).unwrap_err(), BadColumns::Number);
    let unequal = Columns::new(1, &mpans, &flags[1..], &dates);
    assert_eq!(unequal.unwrap_err(), BadColumns::Unequal);
}

proptest! {
    /// Records of both flows, some of which do not fit.
    #[test]
    fn many_at_once_are_the_same_bytes(
        updates in proptest::collection::vec(update(), 0..200),
        layout in prop::sample::select(&Layout::ALL[..]),
        line_end in prop::sample::select(&[LineEnd::Lf, LineEnd::CrLf][..]),
        keep in prop::sample::select(&[None, Some(Flow::D0350), Some(Flow::D0351)][..]),
        digits in 1..=19usize,
        enveloped in any::<bool>(),
    ) {
        let mut updates = updates;
        updates.retain(|update| keep.is_none_or(|flow| update.flow() == flow));
        for flow in Flow::ALL {
            let number = "kind = \"number\", most = 10 },\n    { name = \"instruction_type\"";
            let text = Profile::builtin(flow).as_toml().replace(
                number, &number.replace("10", &digits.to_string()),
            );
            let profile = Arc::new(Profile::from_toml(&text).unwrap());
            let created = "20211105093000".parse().unwrap();
            let header = Header::new(&profile, "1", "DCCO", "EELC", created).unwrap();
            let mut options = WriterOptions::new(profile).layout(layout).line_end(line_end);
            if enveloped {
                options = options.envelope(header);
            }
            prop_assert_eq!(write_by(&options, &updates, true), write_by(&options, &updates, false));
        }
    }

    #[test]
    fn what_is_written_is_read_again(
        updates in proptest::collection::vec(update(), 1..20),
        layout in prop::sample::select(&Layout::ALL[..]),
        sequence in 0..10_000_000_000u64,
    ) {
        let flow = updates[0].flow();
        let updates: Vec<_> = updates.into_iter().filter(|u| u.flow() == flow).collect();
        let profile = Profile::builtin(flow);
        let created = "20211105093000".parse().unwrap();
        let header = Header::new(&profile, "0000475656", "DCCO", "EELC", created).unwrap();
        let mut writer = WriterOptions::new(profile)
            .layout(layout)
            .file_sequence_number(sequence)
            .envelope(header.clone())
            .writer(Vec::new());
        writer.write_all(&updates).unwrap();
        let file = writer.finish().unwrap();
        let whole = read(Reader::from_slice(&file));
        prop_assert_eq!(whole.kinds(), vec![]);
        prop_assert_eq!(whole.updates(), updates);
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
