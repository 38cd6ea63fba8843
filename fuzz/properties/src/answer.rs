//! Checks that each record of an answered file is answered or listed, exactly once, that the
//! answers repeat their records in order, and that the memory for cross-record rules changes no
//! byte.

use std::collections::BTreeSet;

use flagflow_check::{CrossRecords, Error, Flow, Verdict, Visitor, check_records};
use flagflow_gas::{Detail, E45, E46, ReaderOptions};
use flagflow_intake::answer::{
    AnswerOptions, AnswerOutputs, AnswerReport, Reasons, Source, answer,
};

use crate::check_file::options;

/// The first four bytes are options; the rest is a file.
pub fn answer_loses_nothing(data: &[u8]) {
    let Some((&[how, ignored, raised, given], file)) = data.split_first_chunk() else { return };
    let mut owed = AnswerOptions::default();
    owed.check = options(how, ignored, raised);
    owed.envelope = Some(false);
    if given & 1 == 0 {
        owed.reasons = Reasons::from_toml("default = \"CODE0001\"").ok();
    }
    let Some(answered) = answered(file, &owed) else { return };
    let Answered { response, rejections, listed, report } = &answered;
    let (unanswered, others) = records_of(listed);
    let listed_records = unanswered.len() as u64;
    assert_eq!(report.accepted + report.refused + listed_records, report.records);
    assert_eq!(listed_records + others, report.listed);

    let mut received = Received::default();
    let checked = check_records(file, &owed.check, &mut received).map_err(|error| error.kind());
    assert_eq!(checked.as_ref().map(|checked| checked.records), Ok(report.records));
    // records that could be answered are not listed
    received.updates.retain(|(number, _)| !unanswered.contains(number));
    if report.flow == Some(Flow::D0350) {
        // an update is rejected whatever its other items are, so long as it has a number above 0
        let is_answered =
            |(record, number): &(u64, u64)| *number == 0 || !unanswered.contains(record);
        assert!(received.instructions.iter().all(is_answered));
        let rejected = rejections.split(|byte| *byte == b'\n').filter(|l| l.starts_with(b"84H"));
        assert_eq!(rejected.count() as u64, report.refused);
        assert_eq!(rejections.is_empty(), !report.has_rejections());
    } else {
        assert_gas(&received.updates, response, report);
    }

    owed.check.cross_records = CrossRecords::Within { memory: 1 };
    let again = self::answered(file, &owed);
    assert!(again.is_some_and(|again| {
        (&again.response, &again.rejections, &again.listed) == (response, rejections, listed)
    }));
}

/// Checks that every update has an answer with the same values for the same meter point.
fn assert_gas(updates: &[(u64, E45)], response: &[u8], report: &AnswerReport) {
    let mut reader = ReaderOptions::new().with_reasons(true).reader(response);
    let answers: Vec<E46> =
        reader.records().filter_map(|record| E46::try_from(record.ok()?).ok()).collect();
    let of_answer = |e: &E46| (e.meter_point_reference(), e.flag(), e.effective_from());
    let of_update = |(_, e): &(u64, E45)| (e.meter_point_reference(), e.flag(), e.effective_from());
    assert!(answers.iter().map(of_answer).eq(updates.iter().map(of_update)));
    let refused = answers.iter().filter(|answer| answer.outcome().as_str() == "RJ");
    assert_eq!(refused.count() as u64, report.refused);
    assert_eq!(answers.len() as u64, report.answered());
}

struct Answered {
    response: Vec<u8>,
    rejections: Vec<u8>,
    listed: Vec<u8>,
    report: AnswerReport,
}

/// Answers a file of either fuel.
fn answered(file: &[u8], gas: &AnswerOptions) -> Option<Answered> {
    let mut electricity = gas.clone();
    electricity.reasons = None;
    electricity.deemed_received = "20240115".parse().ok();
    electricity.answered_file = "0000000042".parse().ok();
    let source = Source::from_bytes(file);
    for options in [gas, &electricity] {
        let (mut response, mut rejections, mut listed) = (Vec::new(), Vec::new(), Vec::new());
        let outputs = match options.deemed_received {
            Some(_) => AnswerOutputs::electricity(&mut response, &mut rejections),
            None => AnswerOutputs::gas(&mut response),
        };
        let answered = answer(&source, outputs.with_listed(Some(&mut listed)), options);
        if let Ok(report) = answered {
            return Some(Answered { response, rejections, listed, report });
        }
    }
    None
}

/// Returns the numbers of the listed records, each once, and the number of listed lines of a second
/// file.
fn records_of(listed: &[u8]) -> (BTreeSet<u64>, u64) {
    let (mut records, mut others) = (BTreeSet::new(), 0);
    for line in listed.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let line: Result<serde_json::Value, _> = serde_json::from_slice(line);
        match line.map(|line| line["record"].clone()) {
            Ok(serde_json::Value::Null) => others += 1,
            line => assert!(line.is_ok_and(|it| it.as_u64().is_some_and(|it| records.insert(it)))),
        }
    }
    (records, others)
}

/// Returns the readable values of the records, with their numbers.
#[derive(Default)]
struct Received {
    updates: Vec<(u64, E45)>,
    instructions: Vec<(u64, u64)>,
}

impl Visitor for Received {
    type Error = Error;

    fn record(&mut self, verdict: &Verdict<'_>) -> Result<(), Error> {
        if let Some(Detail::E45(update)) = verdict.detail() {
            self.updates.push((verdict.record, update));
        }
        if let Some(instruction) = verdict.instruction() {
            self.instructions.push((verdict.record, instruction.instruction_number()));
        }
        Ok(())
    }
}
