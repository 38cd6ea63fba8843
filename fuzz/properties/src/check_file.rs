//! Checks that the validator never panics, that its counts add up, that each finding lies in the
//! file, and that samples, masking and spilling change no count.

use std::io::BufReader;

use flagflow_check::{
    CrossRecords, EditionChoice, Flow, Layout, Options, PerRule, Report, RuleId, Severity, check,
};
use flagflow_domain::{Edition, EffectiveDate};
use flagflow_electricity::Profile;

use crate::profiles::shuffled;

/// The first four bytes are options; the rest is a file.
pub fn check_file(data: &[u8]) {
    let Some((&[how, ignored, raised, capacity], file)) = data.split_first_chunk() else { return };
    let options = options(how, ignored, raised);
    let Ok(report) = check(file, &options) else { return };
    assert_sound(&report, file);
    let fewer = Options {
        max_samples: Some(1),
        mask: true,
        cross_records: if how & 128 == 0 { options.cross_records } else { CrossRecords::Off },
        ..options
    };
    let pieces = BufReader::with_capacity(usize::from(capacity).max(1), file);
    let again = check(pieces, &fewer).map_err(|error| error.kind());
    if fewer.cross_records != CrossRecords::Off {
        assert_eq!(again.map(|again| counts(&again)), Ok(counts(&report)));
    }
}

/// Makes options of all kinds from three bytes.
pub(crate) fn options(how: u8, ignored: u8, raised: u8) -> Options {
    let chosen = usize::from(raised & 3);
    let editions = [
        EditionChoice::Auto,
        EditionChoice::Given(Edition::Mp077),
        EditionChoice::Given(Edition::PreMp077),
        EditionChoice::Given(Edition::Any),
    ];
    let d0350 = match how & 3 {
        1 => shuffled(flagflow_electricity::Flow::D0350),
        _ => Profile::builtin(flagflow_electricity::Flow::D0350),
    };
    Options {
        d0350,
        flow: (how & 3 == 2).then_some(Flow::ALL[chosen]),
        layout: (how & 3 == 3).then_some(Layout::ALL[chosen]),
        edition: editions[usize::from(how >> 2 & 3)],
        with_reasons: how & 16 == 16,
        count_reasons: how & 32 == 32,
        as_of: (how & 64 == 64).then_some(EffectiveDate::MIN),
        ignore: PerRule::from_fn(|rule| rule as u8 == ignored),
        severity: PerRule::from_fn(|rule| {
            if rule as u8 == raised { Severity::Error } else { rule.rule().severity }
        }),
        max_samples: None,
        max_line: 200,
        ..Options::default()
    }
}

fn assert_sound(report: &Report, file: &[u8]) {
    assert_eq!(report.accepted + report.rejected, report.records);
    assert_eq!(report.bytes, file.len() as u64);
    let total: u64 = report.totals.iter().map(|(_, count)| count).sum();
    assert_eq!(total, report.findings.len() as u64);
    for finding in &report.findings {
        assert!(finding.offset + finding.length <= report.bytes);
        let before = &file[..usize::try_from(finding.offset).unwrap_or(usize::MAX)];
        let lines = before.iter().filter(|byte| **byte == b'\n').count() as u64;
        assert_eq!(finding.line, lines + 1);
    }
}

/// The parts of a report that do not depend on samples.
fn counts(report: &Report) -> (u64, u64, u64, Vec<(RuleId, u64)>) {
    let totals = report.totals.iter().map(|(rule, count)| (rule, *count)).collect();
    (report.records, report.accepted, report.bytes, totals)
}
