//! Checks that each record of a split file is in one part, byte for byte and in order, that the
//! accepted part passes the same check, and that rejected records can be merged back.

use std::collections::{BTreeMap, BTreeSet};

use flagflow_check::{
    Error, ErrorKind, Options, OtherLine, Report, RuleFlags, Severity, Verdict, Visitor,
    check_records,
};
use flagflow_files::{HeaderValues, Source, UserFileValues};
use flagflow_frame::{Line, LineReader};
use flagflow_intake::merge::{MergeOptions, merge};
use flagflow_intake::quarantine::{EnvelopeLineChange, Outputs, QuarantineOptions, quarantine};

use crate::check_file::options;

/// The first four bytes are options; the rest is a file.
pub fn quarantine_loses_nothing(data: &[u8]) {
    let Some((&[how, ignored, raised, given], file)) = data.split_first_chunk() else { return };
    let mut how = QuarantineOptions::new(options(how, ignored, raised));
    if given & 1 == 1 {
        (how.header, how.user_file) = (header(), user_file());
    }
    let (mut accepted, mut rejected, mut reasons) = (Vec::new(), Vec::new(), Vec::new());
    let outputs = Outputs {
        accepted: Some(&mut accepted),
        rejected: Some(&mut rejected),
        reasons: Some(&mut reasons),
    };
    let Ok((report, parts)) = quarantine(&Source::from_bytes(file), outputs, &how) else { return };
    assert_eq!(parts.rejected - parts.withheld, report.rejected);
    let Ok((received, _)) = records(file, &how.check) else { return };
    let numbers = rejected_records(&reasons);
    let (out, mut left): (Vec<_>, Vec<_>) =
        (1..).zip(received).partition(|(number, _)| numbers.contains(number));
    assert_eq!(joined(&out), rejected);
    // an accepted line with the bytes of a byte-order mark is one at the beginning of the part, and
    // one with the bytes of padding is padding at its end
    let begins_anew = accepted.starts_with(b"\xEF\xBB\xBF") && !file.starts_with(b"\xEF\xBB\xBF");
    let ends_anew = without_padding(&accepted, how.check.max_line) != accepted;
    if !parts.may_be_published() || begins_anew || ends_anew {
        return;
    }
    if let (EnvelopeLineChange::Added, Some((_, last))) = (parts.trailer, left.last_mut())
        && !last.ends_with(b"\n")
    {
        // a carriage return stays content
        let is_crlf = accepted.ends_with(b"\r\n") || last.ends_with(b"\r");
        last.extend_from_slice(if is_crlf { b"\r\n" } else { b"\n" });
    }
    match records(&accepted, &how.check) {
        Ok((records, again)) => {
            assert_eq!(again.count_of(Severity::Error), 0);
            assert!(records.iter().eq(left.iter().map(|(_, record)| record)));
        }
        Err(error) => assert!(error.kind() == ErrorKind::Empty && left.is_empty()),
    }
    let has_trailer = parts.trailer != EnvelopeLineChange::Absent;
    if parts.left_out == 0 && !(has_trailer && has_more_behind(&accepted, &reasons)) {
        assert_merged(&accepted, &rejected, &reasons, &how.check, parts.records);
    }
}

/// Checks that merging the rejected records back gives all records.
fn assert_merged(accepted: &[u8], rejected: &[u8], reasons: &[u8], check: &Options, records: u64) {
    let mut options = MergeOptions::default();
    (options.check, options.allow_bad) = (check.clone(), true);
    let mut file = Vec::new();
    // a reason alone, behind a rejected answer, becomes one of its reasons
    let may_differ = check.with_reasons;
    if let Ok(merged) = merge(accepted, rejected, Some(reasons), &mut file, &options) {
        assert!(merged.report.records == records || may_differ);
    } else {
        assert!(check.with_reasons || accepted.is_empty());
    }
}

fn joined(records: &[(u64, Vec<u8>)]) -> Vec<u8> {
    records.iter().flat_map(|(_, record)| record.iter().copied()).collect()
}

/// Returns true if a rejected record was behind the trailer: merged back before the trailer, it may
/// have another meaning.
fn has_more_behind(accepted: &[u8], reasons: &[u8]) -> bool {
    let lines: Vec<&[u8]> = accepted.split_inclusive(|byte| *byte == b'\n').collect();
    let trailer = lines.iter().rposition(|line| !line.trim_ascii().is_empty());
    let behind = |line: &[u8]| {
        let line: serde_json::Value = serde_json::from_slice(line).ok()?;
        Some(line["after"].as_u64()? > trailer? as u64)
    };
    reasons.split(|byte| *byte == b'\n').any(|line| behind(line) == Some(true))
}

/// Returns the records that the reasons list.
fn rejected_records(reasons: &[u8]) -> BTreeSet<u64> {
    let listed = |line: &[u8]| {
        let line: serde_json::Value = serde_json::from_slice(line).ok()?;
        line["record"].as_u64()
    };
    reasons.split(|byte| *byte == b'\n').filter_map(listed).collect()
}

/// Returns the lines of each record, by number.
#[derive(Default)]
struct Lines(BTreeMap<u64, (u64, u64)>);

impl Lines {
    fn add(&mut self, record: u64, line: u64) {
        let (first, last) = self.0.entry(record).or_insert((line, line));
        (*first, *last) = ((*first).min(line), (*last).max(line));
    }
}

impl Visitor for Lines {
    type Error = Error;

    fn other_line(
        &mut self,
        line: &Line<'_>,
        other_line: OtherLine,
        _: RuleFlags,
    ) -> Result<(), Error> {
        if let OtherLine::Reason { record } = other_line {
            self.add(record, line.number);
        }
        Ok(())
    }

    fn record(&mut self, verdict: &Verdict<'_>) -> Result<(), Error> {
        self.add(verdict.record, verdict.line.number);
        Ok(())
    }
}

/// Returns the file without the padding at its end, which is in no record.
fn without_padding(file: &[u8], max_line: usize) -> Vec<u8> {
    let mut lines = LineReader::with_max_line(file, max_line);
    while lines.read_line().is_ok_and(|line| line.is_some()) {}
    let Some(padding) = lines.padding() else { return file.to_vec() };
    let place = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let (start, length) = (place(padding.offset()), place(padding.length()));
    [&file[..start], &file[start + length..]].concat()
}

/// Returns the bytes of each record with its reasons, split by the standard library.
fn records(file: &[u8], options: &Options) -> Result<(Vec<Vec<u8>>, Report), Error> {
    let mut own = Lines::default();
    let report = check_records(file, options, &mut own)?;
    let file = without_padding(file, options.max_line);
    let text = file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&file);
    let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    let place = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let bytes = |(first, last): &(u64, u64)| lines[place(*first) - 1..place(*last)].concat();
    Ok((own.0.values().map(bytes).collect(), report))
}

fn header() -> HeaderValues {
    HeaderValues {
        organisation_id: Some(7),
        file_type: None,
        creation_date: "20220601".parse().ok(),
        creation_time: "093000".parse().ok(),
        generation_number: Some(1),
    }
}

fn user_file() -> UserFileValues {
    UserFileValues {
        file_identifier: Some("0000000007".to_owned()),
        to_participant: Some("EELC".to_owned()),
        from_participant: Some("DCCO".to_owned()),
        created: "20220601093000".parse().ok(),
        ..UserFileValues::default()
    }
}
