//! Objects that are read as rows give what they give as objects.

use std::fmt::Write as _;

use flagflow_domain::{Edition, ServiceFlag};
use flagflow_exchange::convert::{ConvertOptions, ConvertReport, RecordFormat, convert};
use proptest::prelude::*;

/// Objects that are read one by one before rows are tried.
const BEFORE: usize = 300;

/// The forms of a record.
const GAS: [&str; 9] = [
    r#"{"transaction_type":"E45","meter_point_reference":<P>,"dcc_service_flag":"<F>","dcc_service_effective_from_date":"<D>"}"#,
    r#"{"transaction_type":"E46","outcome_code":"<O>","meter_point_reference":<P>,"dcc_service_flag":"<F>","dcc_service_effective_from_date":"<D>"}"#,
    r#"{"transaction_type": "E45", "meter_point_reference": <P>, "dcc_service_flag": "<F>", "dcc_service_effective_from_date": "<D>"}"#,
    r#"{"dcc_service_effective_from_date":"<D>","dcc_service_flag":"<F>","transaction_type":"E45","meter_point_reference":<P>}"#,
    r#"{"transaction_type":"E45","meter_point_reference":"<P>","dcc_service_flag":"<F>","dcc_service_effective_from_date":"<D>"}"#,
    r#"{"meter_point":<P>,"dcc_service_flag":"<F>","effective_from":"<D>"}"#,
    r#"{"fuel":"gas","meter_point":"<P>","dcc_service_flag":"<F>","effective_from_date":"<D>"}"#,
    r#"{"transaction_type":"E45","meter_point_reference":<P>,"dcc_service_flag":"<F>","dcc_service_effective_from_date":<D>}"#,
    r#"{"transaction_type":"E45","meter_point_reference":<P>,"dcc_service_flag":"<F>","dcc_service_effective_from_date":"<D>","note":"<F>"}"#,
];

const ELECTRICITY: [&str; 6] = [
    r#"{"record":"update","instruction_number":<N>,"instruction_type":"S0325","mpan_core":"<M>","dcc_service_flag":"<F>","effective_from_date":"<D>","supplier_id":"ABCD"}"#,
    r#"{"record": "update", "instruction_number": <N>, "instruction_type": "S0325", "mpan_core": "<M>", "dcc_service_flag": "<F>", "effective_from_date": "<D>", "supplier_id": "ABCD"}"#,
    r#"{"supplier_id":"ABCD","mpan_core":"<M>","dcc_service_flag":"<F>","effective_from_date":"<D>","instruction_type":"S0325","instruction_number":<N>}"#,
    r#"{"record":"group","file_sequence_number":<N>}"#,
    r#"{"mpan_core":<M>,"dcc_service_flag":"<F>","effective_from_date":"<D>","supplier_id":"ABCD"}"#,
    r#"{"record":"update","instruction_number":"<N>","mpan_core":"<M>","dcc_service_flag":"<F>","effective_from_date":"<D>","supplier_id":"ABCD"}"#,
];

/// A value of each kind, most of them good.
fn line(form: &str, number: u64, damage: u8) -> String {
    let point = match damage {
        1 => "0123409".to_owned(),
        2 => "12345678901".to_owned(),
        3 => "0".to_owned(),
        _ => (number % 10_u64.pow(1 + (number % 10) as u32)).to_string(),
    };
    let flag = match damage {
        4 => "Q",
        5 => "",
        _ => ["A", "N", "I", "S", "W"][(number % 5) as usize],
    };
    let day = match damage {
        6 => "2023-02-03".to_owned(),
        7 => "20230230".to_owned(),
        8 => "02230203".to_owned(),
        _ => format!("202{}0{}1{}", number % 4, 1 + number % 9, number % 10),
    };
    let outcome = if damage == 9 { "AJ" } else { "AC" };
    let mpan = format!("{:013}", number % 10_000_000_000_000);
    let own = 1 + number % 9_999;
    let values =
        [("<P>", &*point), ("<F>", flag), ("<D>", &*day), ("<O>", outcome), ("<M>", &*mpan)];
    let mut text = form.replace("<N>", &own.to_string());
    for (name, value) in values {
        text = text.replace(name, value);
    }
    match damage {
        10 => text.clear(),
        11 => text.truncate(text.len() / 2),
        12 => text = text.replace('"', "'"),
        13 => text.push(' '),
        14 => text.replace_range(40..41, "x"),
        _ => {}
    }
    text
}

/// A file with many lines of one form, then runs of lines of any form, some of them damaged.
fn file(forms: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    let run = (0..forms.len(), 1_usize..40);
    let record = (0..u64::MAX / 2, 0_u8..40);
    let first = if forms[0].contains("mpan") { forms[3] } else { forms[0] };
    (prop::collection::vec(run, 1..12), prop::collection::vec(record, 700)).prop_map(
        move |(runs, records)| {
            let runs = runs.into_iter().flat_map(|(form, times)| vec![forms[form]; times]);
            let all = std::iter::once(first).chain(vec![forms[0]; BEFORE]).chain(runs);
            let lines = all.zip(records).enumerate();
            let undamaged = |at: usize, damage| if at < BEFORE { 0 } else { damage };
            lines
                .map(|(at, (form, (number, damage)))| line(form, number, undamaged(at, damage)))
                .collect()
        },
    )
}

/// The output, and all that a report says, without the offsets.
fn converted(lines: &[String], tail: &str, end: &str, options: &ConvertOptions) -> String {
    let mut input = String::new();
    for line in lines {
        let tail = if line.is_empty() { "" } else { tail };
        let _ = write!(input, "{line}{tail}{end}");
    }
    let mut output = Vec::new();
    let mut report: ConvertReport = convert(input.as_bytes(), &mut output, options).unwrap();
    for refusal in &mut report.refusals {
        let position = refusal.position;
        let before = input.lines().take(usize::try_from(position.line).unwrap() - 1);
        let start = before.map(|line| line.len() + end.len()).sum::<usize>() as u64;
        assert_eq!(position.offset, start + position.column - 1, "{refusal:?}");
        refusal.position.offset = 0;
    }
    format!("{report:#?}\n{}", String::from_utf8(output).unwrap())
}

fn options(to: RecordFormat, edition: Option<Edition>) -> ConvertOptions {
    let mut options = ConvertOptions::new(to);
    options.map_flags = vec![(ServiceFlag::Suspended, ServiceFlag::NonActive)];
    (options.edition, options.skip_invalid, options.samples) = (edition, true, usize::MAX);
    options
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rows_of_gas_are_objects(lines in file(&GAS), is_crlf in any::<bool>(), is_strict in any::<bool>()) {
        let options = options(RecordFormat::Csv, is_strict.then_some(Edition::Mp077));
        let end = if is_crlf { "\r\n" } else { "\n" };
        // a space behind an object is no row
        prop_assert_eq!(converted(&lines, "", end, &options), converted(&lines, " ", end, &options));
    }

    #[test]
    fn rows_of_electricity_are_objects(lines in file(&ELECTRICITY), is_strict in any::<bool>()) {
        let options = options(RecordFormat::Csv, is_strict.then_some(Edition::Mp077));
        prop_assert_eq!(converted(&lines, "", "\n", &options), converted(&lines, " ", "\n", &options));
    }
}
