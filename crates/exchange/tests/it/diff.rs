//! Comparing two files: the same as two plain maps would say, in every layout and any memory.

use std::collections::BTreeMap;

use flagflow_check::{CrossRecords, Layout, RuleId, Severity};
use flagflow_domain::ServiceFlag;
use flagflow_exchange::diff::{
    DiffFormat, DiffOptions, DiffReport, Difference, DifferenceWriter, PointChange, PointValue,
    Side, are_equal, diff,
};
use flagflow_files::{ErrorKind, Result};
use proptest::prelude::*;

/// A record of a file, or another line.
#[derive(Clone, Copy, Debug)]
enum Row {
    Says { point: u64, day: u32, flag: ServiceFlag },
    Bad,
}

fn row() -> impl Strategy<Value = Row> {
    let says = (0u64..12, 0u32..3, prop::sample::select(&ServiceFlag::ALL[..3])).prop_map(
        |(point, day, flag)| Row::Says { point: point * 811, day: 20_240_101 + day, flag },
    );
    prop_oneof![20 => says, 1 => Just(Row::Bad)]
}

/// The lines of a file, in some layout.
fn file(rows: &[Row], layout: Layout, answers: bool) -> Vec<u8> {
    let mut text = match layout {
        Layout::Zhv => {
            "ZHV|0000000001|D0350001|Z|DCCO|P|EELC|20240601120000||||OPER|\n81H|1|\n".to_owned()
        }
        Layout::Zhf => {
            format!("ZHF0000000001D0350001ZDCCOPEELC20240601120000{:11}OPER\n81H000000000001\n", "")
        }
        // tells the layout where there is nothing else
        _ if layout == Layout::Uklink => "\"A00\",1,\"DXI\",20240601,120000,1\n".to_owned(),
        _ => "A000000000001DXI20240601120000000001\n".to_owned(),
    };
    for (row, number) in rows.iter().zip(1..) {
        let Row::Says { point, day, flag } = row else {
            text.push_str("rubbish\n");
            continue;
        };
        text.push_str(&match (layout, answers) {
            (Layout::Fixed, false) => format!("E45{point:010}{flag}{day}\n"),
            (Layout::Fixed, true) => format!("E46RJ{point:010}{flag}{day}\n"),
            (Layout::Uklink, false) => format!("\"E45\",{point},\"{flag}\",{day}\n"),
            (Layout::Uklink, true) => format!("\"E46\",\"AC\",{point},\"{flag}\",{day}\n"),
            (Layout::Zhv, _) => {
                format!("82H|{number}|DC01|{point:013}|{flag}|{day}|MRCY|\n")
            }
            (_, _) => format!("82H{number:012}DC01{point:013}{flag}{day}MRCY\n"),
        });
    }
    text.into_bytes()
}

type Entries = BTreeMap<(u64, u32), (ServiceFlag, u64)>;

/// Returns the record of each point and day, the first one if `first_stands`, and the number of
/// lines left out.
fn said(rows: &[Row], first_stands: bool, lines_before: u64) -> (Entries, u64) {
    let (mut entries, mut left_out) = (Entries::new(), 0);
    for (row, line) in rows.iter().zip(lines_before + 1..) {
        let Row::Says { point, day, flag } = *row else {
            left_out += 1;
            continue;
        };
        let before = entries.get(&(point, day)).filter(|_| first_stands);
        match before {
            Some((before, _)) if *before != flag => left_out += 1,
            _ => drop(entries.insert((point, day), (flag, line))),
        }
    }
    (entries, left_out)
}

/// The last day of each point alone.
fn left_in(entries: &Entries) -> Entries {
    let mut last = BTreeMap::new();
    for ((point, day), said) in entries {
        last.insert(*point, (*day, *said));
    }
    last.into_iter().map(|(point, (day, said))| ((point, day), said)).collect()
}

type Told = (u64, Option<(char, u32, u64)>, Option<(char, u32, u64)>);

/// The differences as two maps have them.
fn expected(old: &Entries, new: &Entries, history: bool) -> (Vec<Told>, u64) {
    let key = |(point, day): &(u64, u32)| (*point, if history { *day } else { 0 });
    let keyed = |entries: &Entries| -> BTreeMap<(u64, u32), (char, u32, u64)> {
        let state = |(at, (flag, line)): (&(u64, u32), &(ServiceFlag, u64))| {
            (key(at), (flag.as_char(), at.1, *line))
        };
        entries.iter().map(state).collect()
    };
    let (old, new) = (keyed(old), keyed(new));
    let keys: std::collections::BTreeSet<_> = old.keys().chain(new.keys()).copied().collect();
    let (mut told, mut same) = (Vec::new(), 0);
    for key in keys {
        let (old, new) = (old.get(&key).copied(), new.get(&key).copied());
        let without_line = |(flag, day, _): (char, u32, u64)| (flag, day);
        if old.map(without_line) == new.map(without_line) {
            same += 1;
        } else {
            told.push((key.0, old, new));
        }
    }
    (told, same)
}

fn compared(old: &[u8], new: &[u8], options: &DiffOptions) -> Result<(Vec<Told>, DiffReport)> {
    let state =
        |state: PointValue| (state.flag.as_char(), state.effective_from.as_packed(), state.line);
    let mut told = Vec::new();
    let report = diff(old, new, options, &mut |difference: &Difference| {
        let Difference::Point(difference) = difference else { panic!("an answer") };
        let point = difference.point.to_string().parse().unwrap();
        told.push((point, difference.old.map(state), difference.new.map(state)));
        Ok(())
    })?;
    Ok((told, report))
}

const LAYOUTS: [(Layout, bool); 6] = [
    (Layout::Fixed, false),
    (Layout::Fixed, true),
    (Layout::Uklink, false),
    (Layout::Uklink, true),
    (Layout::Zhv, false),
    (Layout::Zhf, false),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn two_maps_say_the_same(
        old in prop::collection::vec(row(), 0..40),
        new in prop::collection::vec(row(), 0..40),
        (layouts, memory) in (
            prop_oneof![(0usize..4, 0usize..4), (4usize..6, 4usize..6)],
            prop_oneof![0usize..400, Just(DiffOptions::MEMORY)],
        ),
        (history, first_stands, same_start) in any::<(bool, bool, bool)>(),
    ) {
        let new = if same_start { [old.clone(), new].concat() } else { new };
        let mut options = DiffOptions::default();
        (options.memory, options.history, options.samples) = (memory, history, 1000);
        if !first_stands {
            options.check.severity[RuleId::ConflictingUpdate] = Severity::Warning;
        }
        let bytes = |rows: &[Row], layout: usize| file(rows, LAYOUTS[layout].0, LAYOUTS[layout].1);
        let (told, report) =
            compared(&bytes(&old, layouts.0), &bytes(&new, layouts.1), &options).unwrap();

        let before = |layout: usize| if layout < 4 { 1 } else { 2 };
        let (old_said, old_left) = said(&old, first_stands, before(layouts.0));
        let (new_said, new_left) = said(&new, first_stands, before(layouts.1));
        let of = |said: &Entries| if history { said.clone() } else { left_in(said) };
        let (old_said, new_said) = (of(&old_said), of(&new_said));
        // a record that repeats another is identical, so either line may be shown
        let lineless = |told: &[Told]| -> Vec<_> {
            let less = |state: Option<(char, u32, u64)>| state.map(|(flag, day, _)| (flag, day));
            told.iter().map(|(point, old, new)| (*point, less(*old), less(*new))).collect()
        };
        let (expected, same) = expected(&old_said, &new_said, history);
        prop_assert_eq!(lineless(&told), lineless(&expected));
        prop_assert_eq!(report.same, same);
        prop_assert_eq!(report.changes.sum(), told.len() as u64);
        prop_assert_eq!((report.old.records, report.new.records), (old.len() as u64, new.len() as u64));
        prop_assert_eq!((report.old.left_out, report.new.left_out), (old_left, new_left));
        prop_assert_eq!(report.samples.len() as u64, old_left + new_left);
        prop_assert_eq!(
            (report.old.points, report.new.points),
            (old_said.len() as u64, new_said.len() as u64)
        );
    }
}

#[test]
fn a_line_that_is_told_says_the_state() {
    let old = b"E450000000001A20240101\nE450000000002A20240101\n";
    let new = b"E450000000002N20240102\nE450000000003A20240101\nE450000000002I20240101\n";
    let (told, report) = compared(old, new, &DiffOptions::default()).unwrap();
    let a = |line| Some(('A', 20_240_101, line));
    assert_eq!(told, [(1, a(1), None), (2, a(2), Some(('N', 20_240_102, 1))), (3, None, a(2))]);
    let changes: Vec<_> = report.changes.iter().filter(|(_, count)| *count > 0).collect();
    assert_eq!(changes, [(PointChange::Added, 1), (PointChange::Gone, 1), (PointChange::Both, 1)]);
}

#[test]
fn samples_are_limited_for_each_file_and_counts_are_not() {
    let bad = "E45\n".repeat(50);
    let clash = "E450000000001A20240101\nE450000000001N20240101\n".repeat(10);
    let mut options = DiffOptions::default();
    options.samples = 15;
    let (_, report) =
        compared(format!("{bad}{clash}").as_bytes(), clash.as_bytes(), &options).unwrap();
    assert_eq!((report.old.left_out, report.new.left_out), (60, 10));
    let of = |side| report.samples.iter().filter(|sample| sample.side == side).count();
    assert_eq!((of(Side::Old), of(Side::New)), (15, 10));
    assert!(!report.is_complete() && report.has_no_difference());
    options.check.mask = true;
    let (_, report) = compared(bad.as_bytes(), bad.as_bytes(), &options).unwrap();
    assert!(report.samples.iter().all(|sample| sample.bytes.is_none()));
    options.check.cross_records = CrossRecords::Off;
    let (_, report) = compared(clash.as_bytes(), clash.as_bytes(), &options).unwrap();
    assert!(report.is_complete());
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let gas = b"E450000000001A20240101\n";
    let electricity = file(&[], Layout::Zhv, false);
    let rejection = electricity.clone();
    let rejection = String::from_utf8(rejection).unwrap();
    let rejection = rejection.replace("D0350", "D0351").replace("81H", "83H").into_bytes();
    for (old, new, kind, part) in [
        (&gas[..], &electricity[..], ErrorKind::Options, "for gas and the new one for electricity"),
        (&electricity[..], &gas[..], ErrorKind::Options, "for electricity and the new one for gas"),
        (
            &rejection[..],
            &electricity[..],
            ErrorKind::Options,
            "the old file is a D0351 and the new one for electricity",
        ),
        (
            &electricity[..],
            &rejection[..],
            ErrorKind::Options,
            "the old file is for electricity and the new one a D0351",
        ),
        (&gas[..], b"", ErrorKind::Unrecognised, "empty"),
        (b"what is this?\n", &gas[..], ErrorKind::Unrecognised, "not recognised"),
    ] {
        let error = compared(old, new, &DiffOptions::default()).unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn a_folder_for_temporary_files_that_is_not_there_is_an_error() {
    let mut options = DiffOptions::default();
    (options.memory, options.temporary) = (16, Some("/no/such/folder".into()));
    let gas = b"E450000000001A20240101\nE450000000002A20240101\n";
    assert_eq!(compared(gas, gas, &options).unwrap_err().kind(), ErrorKind::Output);
}

#[test]
fn differences_are_written_in_each_format() {
    let old = b"E450000000001A20240101\nE450000000002A20240101\n";
    let new = b"E450000000002N20240101\nE450000000003A20240101\n";
    let written = |format, mask| {
        let mut writer = DifferenceWriter::new(Vec::new(), format, mask);
        let options = DiffOptions::default();
        let report = diff(&old[..], &new[..], &options, &mut |d| writer.write(d)).unwrap();
        String::from_utf8(writer.finish(&report).unwrap()).unwrap() + &report.counts(format)
    };
    assert_eq!(
        written(DiffFormat::Text, false),
        "gone                     1  A 2024-01-01 (line 1) -> (none)\n\
         flag-changed             2  A 2024-01-01 (line 2) -> N 2024-01-01 (line 1)\n\
         added                    3  (none) -> A 2024-01-01 (line 2)\n\
         old: 2 records, 0 left out, 2 meter points\n\
         new: 2 records, 0 left out, 2 meter points\n\
         1 added, 1 gone, 1 flag changed, 0 date changed, 0 both changed, 0 the same\n"
    );
    assert_eq!(
        written(DiffFormat::Csv, false),
        "change,meter_point,old_flag,old_effective_from,old_line,new_flag,new_effective_from,new_line\n\
         gone,1,A,20240101,1,,,\n\
         flag-changed,2,A,20240101,2,N,20240101,1\n\
         added,3,,,,A,20240101,2\n\
         old_records,old_left_out,old_points,new_records,new_left_out,new_points,added,gone,\
         flag_changed,date_changed,both_changed,same\n\
         2,0,2,2,0,2,1,1,1,0,0,0\n"
    );
    assert_eq!(
        written(DiffFormat::Json, true),
        "{\"change\":\"gone\",\"meter_point\":null,\
         \"old\":{\"flag\":\"A\",\"effective_from\":\"20240101\",\"line\":1},\"new\":null}\n\
         {\"change\":\"flag-changed\",\"meter_point\":null,\
         \"old\":{\"flag\":\"A\",\"effective_from\":\"20240101\",\"line\":2},\
         \"new\":{\"flag\":\"N\",\"effective_from\":\"20240101\",\"line\":1}}\n\
         {\"change\":\"added\",\"meter_point\":null,\
         \"old\":null,\"new\":{\"flag\":\"A\",\"effective_from\":\"20240101\",\"line\":2}}\n\
         {\"old_records\":2,\"old_left_out\":0,\"old_points\":2,\"new_records\":2,\"new_left_out\":0,\
         \"new_points\":2,\"added\":1,\"gone\":1,\"flag_changed\":1,\"date_changed\":0,\
         \"both_changed\":0,\"same\":0,\"policy\":null}\n"
    );
    for format in DiffFormat::ALL {
        let masked = written(format, true);
        assert!(!masked.contains(",1,A,") && !masked.contains(" 1  A"), "{masked}");
        assert_eq!(format.to_string().parse(), Ok(format));
    }
}

/// Contradicting records are found by meter point, and reported in the order of lines, with the
/// lines.
#[test]
fn what_is_left_out_is_in_the_order_of_lines() {
    let lines = [
        "E459876543210A20220101\n",
        "E459876543210N20220101\n",
        "E451234567810?20220101\n",
        "E451234567810A20220101\n",
        "E451234567810N20220101\n",
    ];
    let file = lines.concat();
    for (samples, expected) in [(10, &[2, 3, 5][..]), (2, &[2, 3]), (1, &[2]), (0, &[])] {
        let mut options = DiffOptions::default();
        options.samples = samples;
        options.check.ignore[RuleId::MprnCheckDigits] = true;
        let compared = diff(file.as_bytes(), file.as_bytes(), &options, &mut |_| Ok(()));
        let mut report = compared.unwrap();
        report.show_lines(Side::Old, file.as_bytes()).unwrap();
        let old: Vec<_> = report.samples.iter().filter(|sample| sample.side == Side::Old).collect();
        assert_eq!(old.iter().map(|sample| sample.line).collect::<Vec<_>>(), expected);
        for sample in old {
            let line = lines[usize::try_from(sample.line).unwrap() - 1].trim_end();
            assert_eq!(sample.bytes.as_deref(), Some(line));
        }
        assert_eq!(report.old.left_out, 3);
    }
}

/// Returns a file of rejections, or of confirmations, of the lines of its records.
fn answers(flow: &str, group: &str, records: &[&str]) -> String {
    let header = format!("ZHV|0000000001|{flow}001|P|EELC|Z|DCCO|20240601120000||||OPER|\n");
    let lines: String = records.iter().flat_map(|line| [line, "\n"]).collect();
    format!("{header}{group}|1|\n{lines}ZPT|0000000001|{}||1|20240601120000|\n", records.len() + 1)
}

fn written_of(old: &str, new: &str, format: DiffFormat, mask: bool) -> String {
    let mut writer = DifferenceWriter::new(Vec::new(), format, mask);
    let options = DiffOptions::default();
    let report = diff(old.as_bytes(), new.as_bytes(), &options, &mut |d| writer.write(d)).unwrap();
    String::from_utf8(writer.finish(&report).unwrap()).unwrap() + &report.counts(format)
}

#[test]
fn rejections_are_compared_by_the_instruction_that_is_rejected() {
    let same = "84H|1|DC11|9|1013044353630|20240601|A|20240601|MRCY|";
    let old = answers(
        "D0351",
        "83H",
        &[
            same,
            "85H|3|",
            "85H|47|",
            "84H|2|DC11|7|1013044353630|20240601|A|20240601|M,CY|",
            "85H|3|",
            "84H|3|DC11|8||20240601||||",
            "85H|38|",
            "84H|4|DC11|8||20240601||||",
            "85H|1|",
        ],
    );
    // other own numbers, and other orders
    let new = answers(
        "D0351",
        "83H",
        &[
            "84H|1|DC11|7|1000000000012|20240601|A|20240601|M,CY|",
            "85H|58|",
            "85H|3|",
            "84H|2|DC11|8||20240601||||",
            "85H|38|",
            &same.replace("|1|", "|5|"),
            "85H|47|",
            "85H|3|",
            "84H|6|DC11|10||20240601||||",
            "85H|38|",
        ],
    );
    assert_eq!(
        written_of(&old, &new, DiffFormat::Text, false),
        "changed                  7  rejection_reason_code 3, mpan_core 1013044353630 (line 6) -> \
         rejection_reason_code 3 58, mpan_core 1000000000012 (line 3)\n\
         gone                     8  rejection_reason_code 1, deemed_received_date 20240601 \
         (line 10) -> (none)\n\
         added                   10  (none) -> rejection_reason_code 38, deemed_received_date \
         20240601 (line 11)\n\
         old: 4 records, 0 left out, 4 rejections\n\
         new: 4 records, 0 left out, 4 rejections\n\
         1 added, 1 gone, 1 changed, 2 the same\n"
    );
    let table = written_of(&old, &new, DiffFormat::Csv, true);
    assert_eq!(
        table,
        "change,incoming_instruction_number,old_rejection_reason_code,old_mpan_core,\
         old_deemed_received_date,old_dcc_service_flag,old_effective_from_date,old_supplier_id,\
         old_line,new_rejection_reason_code,new_mpan_core,new_deemed_received_date,\
         new_dcc_service_flag,new_effective_from_date,new_supplier_id,new_line\n\
         changed,7,3,*,20240601,A,20240601,\"M,CY\",6,3 58,*,20240601,A,20240601,\"M,CY\",3\n\
         gone,8,1,,20240601,,,,10,,,,,,,\n\
         added,10,,,,,,,,38,,20240601,,,,11\n\
         old_records,old_left_out,old_points,new_records,new_left_out,new_points,added,gone,\
         changed,same\n4,0,4,4,0,4,1,1,1,2\n"
    );
    let objects = written_of(&old, &new, DiffFormat::Json, false);
    assert!(
        objects.starts_with(
            "{\"change\":\"changed\",\"incoming_instruction_number\":7,\"old\":{\
             \"rejection_reason_code\":[\"3\"],\"mpan_core\":\"1013044353630\",\
             \"deemed_received_date\":\"20240601\",\"dcc_service_flag\":\"A\",\
             \"effective_from_date\":\"20240601\",\"supplier_id\":\"M,CY\",\"line\":6},"
        ),
        "{objects}"
    );
    let masked = written_of(&old, &new, DiffFormat::Json, true);
    assert!(masked.contains("\"mpan_core\":null") && !masked.contains("1013044353630"), "{masked}");
    // nothing differs, and nothing is there
    let less = old.replace("|20240601|A|20240601|M,CY|", "|20240601|A||M,CY|");
    let text = written_of(&old, &less, DiffFormat::Text, false);
    let shown = "effective_from_date 20240601 (line 6) -> effective_from_date (none) (line 6)";
    assert!(text.contains(shown), "{text}");
    let columns = written_of(&old, &old, DiffFormat::Csv, false);
    assert!(columns.starts_with("change,incoming_instruction_number,"), "{columns}");
    let mut options = DiffOptions::default();
    options.history = true;
    let error = compared(old.as_bytes(), new.as_bytes(), &options).unwrap_err();
    assert_eq!(error.to_string(), "the old file is a D0351, which has no history");
}

#[test]
fn confirmations_are_compared_by_the_file_and_their_number() {
    let old = ["357|1|DC90|20240601|0000000042|3|2|1|", "357|2|DC90|20240601|0000000042|0|0|0|"];
    let new = ["357|1|DC90|20240601|0000000042|3|3|0|", "357|2|DC90|20240601|0000000043|0|0|0|"];
    let [old, new] = [old, new].map(|records| answers("D0172", "749", &records));
    assert_eq!(
        written_of(&old, &new, DiffFormat::Text, false),
        "changed       0000000042/1  accepted 2, rejected 1 (line 3) -> accepted 3, rejected 0 \
         (line 3)\n\
         gone          0000000042/2  deemed_received_date 20240601, received 0, accepted 0, \
         rejected 0 (line 4) -> (none)\n\
         added         0000000043/2  (none) -> deemed_received_date 20240601, received 0, \
         accepted 0, rejected 0 (line 4)\n\
         old: 2 records, 0 left out, 2 confirmations\n\
         new: 2 records, 0 left out, 2 confirmations\n\
         1 added, 1 gone, 1 changed, 0 the same\n"
    );
    let table = written_of(&old, &new, DiffFormat::Csv, false);
    assert!(
        table.contains("\nchanged,0000000042,1,20240601,3,2,1,3,20240601,3,3,0,3\n"),
        "{table}"
    );
    let objects = written_of(&old, &new, DiffFormat::Json, false);
    assert!(
        objects.starts_with(
            "{\"change\":\"changed\",\"answered_file_identifier\":\"0000000042\",\
             \"instruction_number\":1,\"old\":{\"deemed_received_date\":\"20240601\",\
             \"received\":3,\"accepted\":2,\"rejected\":1,\"line\":3},"
        ),
        "{objects}"
    );
    // a rejected record is left out with its reasons
    let bad = answers("D0172", "749", &["357|1|DC90|20240601|0000000042|3|3|1|"]);
    let counts = written_of(&bad, &bad, DiffFormat::Text, false);
    assert!(counts.starts_with("old: 1 record, 1 left out, 0 confirmations\n"), "{counts}");
}

#[test]
fn files_are_equal_byte_for_byte() {
    let long = vec![b'x'; 200_000];
    assert!(are_equal(&long[..], std::io::BufReader::with_capacity(7, &long[..])).unwrap());
    assert!(are_equal(&b""[..], &b""[..]).unwrap());
    for other in [&long[1..], b"", b"y"] {
        assert!(!are_equal(&long[..], other).unwrap());
    }
}
