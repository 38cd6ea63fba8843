//! Parts a file, and holds the parts against the file by another way: the lines of both, cut by the
//! standard library, and what a check says of each.

pub(crate) mod files;

use std::collections::{BTreeMap, BTreeSet};

use flagflow_check::{
    Error, ErrorKind, Options, OtherLine, Report, RuleFlags, Severity, Verdict, Visitor,
    check_records,
};
use flagflow_electricity::Profile;
use flagflow_files::{ErrorKind as ExchangeKind, Source};
use flagflow_frame::{Line, LineReader};
use flagflow_intake::quarantine::{
    EnvelopeLineChange, Outputs, QuarantineOptions, Quarantined, quarantine,
};
use serde_json::Value;

/// The parts of a file.
pub(crate) struct Parted {
    pub(crate) accepted: Vec<u8>,
    pub(crate) rejected: Vec<u8>,
    pub(crate) reasons: Vec<String>,
    pub(crate) told: Quarantined,
    pub(crate) report: Report,
}

/// Returns the parts, or `None` if the file cannot be checked, or needs header values that are not
/// given.
pub(crate) fn try_part(file: &[u8], options: &QuarantineOptions) -> Option<Parted> {
    let source = Source::from_bytes(file);
    let (mut accepted, mut rejected, mut reasons) = (Vec::new(), Vec::new(), Vec::new());
    let outputs = Outputs {
        accepted: Some(&mut accepted),
        rejected: Some(&mut rejected),
        reasons: Some(&mut reasons),
    };
    let (report, told) = match quarantine(&source, outputs, options) {
        Ok(parted) => parted,
        Err(error) => {
            let known = [
                ExchangeKind::Unrecognised,
                ExchangeKind::Input,
                ExchangeKind::MissingHeaderValues,
            ];
            assert!(known.contains(&error.kind()), "{error}");
            return None;
        }
    };
    let reasons = String::from_utf8(reasons).unwrap().lines().map(str::to_owned).collect();
    Some(Parted { accepted, rejected, reasons, told, report })
}

pub(crate) fn part(file: &[u8], options: &QuarantineOptions) -> Parted {
    try_part(file, options).unwrap()
}

/// The lines of each record, and by number those that are records.
#[derive(Default)]
struct Records {
    lines: BTreeMap<u64, BTreeSet<u64>>,
}

impl Visitor for Records {
    type Error = Error;

    fn other_line(
        &mut self,
        line: &Line<'_>,
        other_line: OtherLine,
        _: RuleFlags,
    ) -> Result<(), Error> {
        if let OtherLine::Reason { record } = other_line {
            self.lines.entry(record).or_default().insert(line.number);
        }
        Ok(())
    }

    fn record(&mut self, verdict: &Verdict<'_>) -> Result<(), Error> {
        self.lines.entry(verdict.record).or_default().insert(verdict.line.number);
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

/// The bytes of each record with its reasons, and what lies between.
pub(crate) fn records(file: &[u8], options: &Options) -> Result<(Vec<Vec<u8>>, Report), Error> {
    let mut seen = Records::default();
    let report = check_records(file, options, &mut seen)?;
    let file = without_padding(file, options.max_line);
    let text = file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&file);
    let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    let bytes = |own: &BTreeSet<u64>| {
        let place = |number: Option<&u64>| usize::try_from(*number.unwrap()).unwrap();
        lines[place(own.first()) - 1..place(own.last())].concat()
    };
    Ok((seen.lines.values().map(bytes).collect(), report))
}

/// Parts a file and holds everything that is promised.
pub(crate) fn assert_parted(file: &[u8], options: &QuarantineOptions) -> Parted {
    let Some(parts) = try_part(file, options) else { return nothing() };
    let told = &parts.told;
    assert_eq!(told.accepted + told.rejected, told.records);
    assert_eq!(
        (told.records, told.rejected - told.withheld),
        (parts.report.records, parts.report.rejected)
    );

    let (received, _) = records(file, &options.check).unwrap();
    let listed: Vec<Value> =
        parts.reasons.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let numbers: BTreeSet<u64> =
        listed.iter().filter_map(|entry| entry["record"].as_u64()).collect();
    assert_eq!(numbers.len() as u64, told.rejected);
    assert_eq!((listed.len() - numbers.len()) as u64, told.left_out);
    let part = |wanted: bool| -> Vec<Vec<u8>> {
        let own = (1..).zip(&received).filter(|(number, _)| numbers.contains(number) == wanted);
        own.map(|(_, bytes)| bytes.clone()).collect()
    };
    assert_eq!(parts.rejected, part(true).concat(), "rejected, byte for byte");
    // an accepted line with the bytes of a byte-order mark is one at the beginning of the part, and
    // one with the bytes of padding is padding at its end
    let begins_anew =
        |part: &[u8]| part.starts_with(b"\xEF\xBB\xBF") && !file.starts_with(b"\xEF\xBB\xBF");
    let ends_anew = |part: &[u8]| without_padding(part, options.check.max_line) != part;
    if !told.may_be_published() || begins_anew(&parts.accepted) || ends_anew(&parts.accepted) {
        return parts;
    }
    let mut expected = part(false);
    if let (EnvelopeLineChange::Added, Some(last)) = (told.trailer, expected.last_mut())
        && !last.ends_with(b"\n")
    {
        // a carriage return stays content
        let crlf = parts.accepted.ends_with(b"\r\n") || last.ends_with(b"\r");
        last.extend_from_slice(if crlf { b"\r\n" } else { b"\n" });
    }
    match records(&parts.accepted, &options.check) {
        Ok((accepted, again)) => {
            assert_eq!(
                again.count_of(Severity::Error),
                0,
                "{:?}\n{}",
                again.totals.iter().filter(|(_, n)| **n > 0).collect::<Vec<_>>(),
                shown(&parts)
            );
            assert_eq!(again.rejected, 0);
            assert_eq!(accepted, expected, "accepted, byte for byte\n{}", shown(&parts));
        }
        Err(error) => {
            assert_eq!((error.kind(), expected.len()), (ErrorKind::Empty, 0), "{}", shown(&parts));
        }
    }
    parts
}

pub(crate) fn shown(parts: &Parted) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let reasons = parts.reasons.join("\n");
    format!(
        "{:?}\n-- accepted\n{}\n-- rejected\n{}\n-- reasons\n{reasons}",
        parts.told,
        text(&parts.accepted),
        text(&parts.rejected)
    )
}

fn nothing() -> Parted {
    let source = Source::from_bytes(&b"E451234567810A20220101\n"[..]);
    let options = QuarantineOptions::default();
    let (report, told) = quarantine(&source, Outputs::default(), &options).unwrap();
    Parted { accepted: Vec::new(), rejected: Vec::new(), reasons: Vec::new(), told, report }
}

/// A check by a profile that allows more than one group.
pub(crate) fn many_groups() -> Options {
    let profile = Profile::builtin(flagflow_electricity::Flow::D0350);
    let text = profile.as_toml().replace("occurs = \"1\"", "occurs = \"0..*\"");
    let mut options = Options::default();
    options.use_profile(Profile::from_toml(&text).unwrap());
    options
}
