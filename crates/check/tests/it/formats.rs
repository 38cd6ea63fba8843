//! Every format shows the same findings, and external text is always content.

#![allow(clippy::print_stderr, reason = "it says what it left out")]

use std::path::{Path, PathBuf};
use std::process::Command;

use flagflow_check::render::{Format, MOST_BYTES, ReportEntry, write};
use flagflow_check::{Counts, Options, RuleId, Severity, check_records};
use serde_json::Value;

use crate::common;

fn entry(name: &str, file: &[u8], options: &Options) -> ReportEntry {
    let mut counts = Counts::default();
    match check_records(file, options, &mut counts) {
        Ok(report) => ReportEntry::new(name, report).with_counts(counts),
        Err(error) => ReportEntry::unreadable(name, error.to_string()),
    }
}

fn written(format: Format, entries: &[ReportEntry]) -> String {
    let mut out = Vec::new();
    write(format, &mut out, entries).unwrap();
    String::from_utf8(out).unwrap()
}

/// Returns every sample, good and bad, and files with bytes of every kind.
fn samples() -> Vec<(PathBuf, Vec<u8>)> {
    let mut samples = common::samples();
    let every_byte: Vec<u8> =
        (0..=255).flat_map(|byte| [b"E45", &[byte; 19][..], b"\n"].concat()).collect();
    samples.push(("every\u{1}byte <&>\"'\u{202e}\n]]>.txt".into(), every_byte));
    samples
}

fn entries(options: &Options) -> Vec<ReportEntry> {
    let samples = samples();
    samples.iter().map(|(path, file)| entry(path.to_str().unwrap(), file, options)).collect()
}

/// Returns the schema of OASIS from the sources of a crate that the tests use; `None` if cargo
/// cannot find the sources.
fn sarif_schema() -> Option<Value> {
    let run = |program: &str, args: &[&str]| {
        let folder = env!("CARGO_MANIFEST_DIR");
        let run = Command::new(program).args(args).current_dir(folder).output().ok()?;
        run.status.success().then_some(run.stdout)
    };
    // packages for other systems may be missing
    let version = String::from_utf8(run("rustc", &["-vV"])?).ok()?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "))?;
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let told = run(&cargo, &["metadata", "--format-version", "1", "--filter-platform", host])?;
    let told: Value = serde_json::from_slice(&told).ok()?;
    let packages = told["packages"].as_array()?;
    let package = packages.iter().find(|package| package["name"] == "serde-sarif")?;
    let folder = Path::new(package["manifest_path"].as_str()?).parent()?;
    let schema = std::fs::read_to_string(folder.join("src/schema.json")).ok()?;
    // one pattern of the schema has a surplus bracket, which some engines refuse
    serde_json::from_str(&schema.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}?$")).ok()
}

#[test]
fn sarif_is_valid_by_its_schema_and_says_what_the_reports_say() {
    let schema = sarif_schema();
    let validator = schema.map(|schema| jsonschema::validator_for(&schema).unwrap());
    for mask in [false, true] {
        let options = Options { mask, max_samples: Some(2), ..Options::default() };
        let mut entries = entries(&options);
        entries.push(ReportEntry::unreadable("gone.txt", "no such file"));
        let log = written(Format::Sarif, &entries);
        let value: Value = serde_json::from_str(&log).unwrap();
        same_as_reports(&serde_json::from_str(&log).unwrap(), &value, &entries);
        match &validator {
            Some(validator) => valid(validator, &value),
            None => {
                eprintln!("SKIPPED: the schema of SARIF: cargo metadata does not say where it is");
            }
        }
    }
}

fn valid(validator: &jsonschema::Validator, log: &Value) {
    let errors = validator.iter_errors(log).take(3);
    let errors: Vec<String> = errors.map(|e| format!("{e} at {}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let broken = serde_json::json!({ "version": "2.1.0", "runs": [{}] });
    assert!(!validator.is_valid(&broken), "the schema is one");
}

fn same_as_reports(log: &serde_sarif::sarif::Sarif, value: &Value, entries: &[ReportEntry]) {
    let run = &log.runs[0];
    let results = run.results.as_ref().unwrap();
    let reports = || entries.iter().filter_map(|entry| entry.outcome.as_ref().ok());
    let findings: Vec<_> = reports().flat_map(|report| &report.findings).collect();
    assert_eq!(results.len(), findings.len());
    let rules = run.tool.driver.rules.as_ref().unwrap();
    for (result, finding) in results.iter().zip(findings) {
        let place = &result.locations.as_ref().unwrap()[0];
        let region = place.physical_location.as_ref().unwrap().region.as_ref().unwrap();
        let as_u64 = |number: Option<i64>| u64::try_from(number.unwrap()).unwrap();
        assert_eq!(as_u64(region.byte_offset), finding.offset);
        assert_eq!(as_u64(region.byte_length), finding.length);
        assert_eq!(as_u64(region.start_line), finding.line);
        assert_eq!(as_u64(region.start_column), finding.column);
        assert_eq!(as_u64(region.end_column), finding.column + finding.length);
        let index = usize::try_from(result.rule_index.unwrap()).unwrap();
        assert_eq!(rules[index].id, finding.rule.name());
        assert_eq!(result.rule_id.as_deref(), Some(finding.rule.name()));
    }
    let artifacts = value["runs"][0]["artifacts"].as_array().unwrap();
    assert_eq!(artifacts.len(), entries.len());
    for (artifact, entry) in artifacts.iter().zip(entries) {
        let Ok(report) = &entry.outcome else { continue };
        let told = &artifact["properties"]["flagflow"];
        assert_eq!(told["rejected"], report.rejected);
        for (rule, total) in report.totals.iter().filter(|(_, total)| **total > 0) {
            assert_eq!(told["totals"][rule.name()], *total);
        }
    }
    let notes = value["runs"][0]["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(notes.contains("no such file") && notes.contains("findings, of which 2 are results"));
}

#[test]
fn junit_is_read_again_as_what_was_meant() {
    let entries = entries(&Options::default());
    let xml = written(Format::Junit, &entries);
    let read = quick_junit::Report::deserialize_from_str(&xml).unwrap();
    assert_eq!(read.test_suites.len(), entries.len());
    for (suite, entry) in read.test_suites.iter().zip(&entries) {
        let Ok(report) = &entry.outcome else {
            assert_eq!((suite.tests, suite.errors), (1, 1));
            continue;
        };
        let grave =
            |rule: &RuleId| report.totals[*rule] > 0 && report.severity[*rule] == Severity::Error;
        assert_eq!(suite.tests, RuleId::COUNT);
        assert_eq!(suite.failures, RuleId::all().filter(grave).count());
        for (case, rule) in suite.test_cases.iter().zip(RuleId::all()) {
            assert_eq!(case.name.as_str(), rule.name());
            let failed = matches!(case.status, quick_junit::TestCaseStatus::NonSuccess { .. });
            assert_eq!(failed, grave(&rule), "{rule} of {}", entry.file);
        }
    }
    assert!(read.test_suites.iter().any(|suite| suite.name.as_str().contains(r"\u{202e}\u{a}]]>")));
    // XML 1.0 has no other characters below the space, escaped or not
    assert!(!xml.contains(|c: char| c < ' ' && c != '\n'), "a control character");
    assert!(!xml.contains("&#"), "a character by its number");
}

#[test]
fn what_fails_a_file_fails_its_cases() {
    let options = Options::default();
    let report = || entry("in", b"E451234567890A20220101\n", &options);
    let cases = |entry: ReportEntry| {
        let xml = written(Format::Junit, &[entry]);
        (xml.matches("<failure").count(), xml.matches("<system-out").count())
    };
    assert_eq!(cases(report()), (0, 2), "a warning and a note");
    assert_eq!(cases(report().failing_on(Some(Severity::Warning))), (1, 1));
    assert_eq!(cases(report().failing_on(None)), (0, 2));
    let mut ignoring = Options::default();
    ignoring.ignore[RuleId::MprnCheckDigits] = true;
    let xml = written(Format::Junit, &[entry("in", b"E451234567890A20220101\n", &ignoring)]);
    assert!(xml.contains("<skipped message=\"ignored: 1 finding\"/>"), "{xml}");
}

const HOSTILE: &str =
    "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&lt;</pre></title><!--";

/// A page has only our elements, whatever the content or the name of a file.
#[test]
fn a_page_cannot_be_injected() {
    let lines = ["E45", "\"E45\",", ""].map(|begin| format!("{begin}{HOSTILE}\n"));
    let file = format!("E45{HOSTILE}\n{}E451234567810{HOSTILE}\n", lines.concat());
    let header = format!("A000000000001{}20220101120000000001\n", "<b>");
    let options = Options { file_name: Some(HOSTILE.to_owned()), ..Options::default() };
    let entries = [
        entry(HOSTILE, file.as_bytes(), &options),
        entry("header", format!("{header}{file}").as_bytes(), &options),
        ReportEntry::unreadable(HOSTILE, HOSTILE),
        entry("policy", file.as_bytes(), &options).judged_by(Some(HOSTILE.to_owned())),
    ];
    assert!(entries.iter().filter(|entry| entry.outcome.is_ok()).count() == 3);
    for page in [written(Format::Html, &entries), written(Format::Html, &entries[..1])] {
        assert!(page.contains("&lt;script&gt;alert(1)"), "it is shown");
        for (at, _) in page.match_indices('<') {
            let tag: String = page[at + 1..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || "/!".contains(*c))
                .collect();
            assert!(ELEMENTS.contains(&tag.trim_start_matches('/')), "<{tag}> at {at}");
        }
        assert!(!page.contains("<script") && !page.contains("<img"));
    }
}

const ELEMENTS: [&str; 48] = [
    "!DOCTYPE",
    "html",
    "head",
    "meta",
    "link",
    "title",
    "style",
    "body",
    "a",
    "header",
    "h1",
    "h2",
    "h3",
    "h4",
    "p",
    "main",
    "article",
    "section",
    "footer",
    "strong",
    "b",
    "dl",
    "dt",
    "dd",
    "div",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "figure",
    "figcaption",
    "svg",
    "rect",
    "details",
    "summary",
    "span",
    "ol",
    "li",
    "pre",
    "code",
    "mark",
    "ul",
    "em",
    "small",
    "hr",
];

#[test]
fn github_commands_stay_what_they_are() {
    let name = "a,b:c%\n::error::x\r";
    let entries = [
        entry(name, b"E451234567810A20220230\n", &Options::default()),
        ReportEntry::unreadable(name, "gone\n::stop-commands::x"),
    ];
    let out = written(Format::Github, &entries);
    let lines: Vec<&str> = out.lines().collect();
    let file = "file=a%2Cb%3Ac%25%0A%3A%3Aerror%3A%3Ax%0D";
    assert_eq!(lines.len(), 4, "{out}");
    assert!(lines.iter().all(|line| line.split(',').next().unwrap().ends_with(file)), "{out}");
    assert!(lines[0].starts_with("::error ") && lines[0].contains("invalid-date: 1; 1 records"));
    assert_eq!(
        lines[2],
        format!(
            "::error {file},line=1,endLine=1,col=15,endColumn=22,title=invalid-date::\
             dcc_service_effective_from_date: not a day of the calendar, expected a day as YYYYMMDD"
        )
    );
    assert_eq!(lines[3], format!("::error {file},title=flagflow::gone%0A::stop-commands::x"));
}

/// The meter points of a sample: runs of nine digits and more in its records.
fn meter_points(file: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(file).into_owned();
    let is_record =
        |line: &&str| ["E45", "E46", "82H", "84H", "357"].iter().any(|tag| line.contains(tag));
    text.lines()
        .filter(is_record)
        .flat_map(|line| line.split(|c: char| !c.is_ascii_digit()))
        .map(|run| if run.len() > 13 { &run[run.len() - 13..] } else { run })
        .map(|run| run.trim_start_matches('0').to_owned())
        .filter(|run| run.len() >= 9)
        .collect()
}

#[test]
fn masked_reports_name_no_meter_point_in_any_format() {
    let options = Options { mask: true, max_line: 300, ..Options::default() };
    let mut looked_for = 0;
    for (path, file) in samples() {
        let points = meter_points(&file);
        let entries = [entry(&path.file_name().unwrap().to_string_lossy(), &file, &options)];
        for format in Format::ALL {
            let shown = written(format, &entries);
            // a page puts narrow spaces into numbers
            let shown = shown.replace('\u{202F}', "");
            looked_for += points.len();
            for point in &points {
                assert!(
                    !shown.contains(point.as_str()),
                    "{point} of {} in {format}",
                    path.display()
                );
            }
        }
    }
    assert!(looked_for > 3000, "{looked_for}");
}

#[test]
fn totals_are_exact_in_every_format_however_few_are_shown() {
    let file = b"E451234567810A20220230\n".repeat(4321);
    let options = Options { max_samples: Some(2), ..Options::default() };
    let entries = [entry("in", &file, &options)];
    for format in Format::ALL {
        let shown = written(format, &entries).replace('\u{202F}', "");
        assert!(shown.contains("4321"), "{format}");
    }
}

/// Every kind of file, all findings of each, more and more files.
#[test]
fn a_page_is_always_under_a_megabyte_and_says_what_it_leaves_out() {
    let all = entries(&Options { max_samples: None, ..Options::default() });
    let bad =
        b"\"E45\",\"<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\x01\x02\xFF&&&&&&&&\",\"A\"\n";
    let big =
        entry("big", &bad.repeat(20_000), &Options { max_samples: None, ..Options::default() });
    let page = written(Format::Html, std::slice::from_ref(&big));
    assert!(page.len() < MOST_BYTES && page.len() > MOST_BYTES / 4, "{}", page.len());
    assert!(page.contains("To stay small, the page shows at most"));
    for times in [1, 10, 60] {
        let many: Vec<ReportEntry> = std::iter::repeat_n(&all, times)
            .flatten()
            .cloned()
            .chain([big.clone()])
            .enumerate()
            .map(|(n, mut entry)| {
                entry.file = format!("{n}{}", "\u{1}&".repeat(n * 7 % 5000));
                entry
            })
            .collect();
        let page = written(Format::Html, &many);
        assert!(page.len() < MOST_BYTES, "{} bytes of {} files", page.len(), many.len());
        assert!(page.contains("of each rule."));
        let shown = page.matches("<article").count();
        assert_eq!(page.contains("are left out."), shown < many.len(), "{shown} of {times}");
        assert!(shown > 200, "{shown}");
    }
}

/// Files that passed are left out first.
#[test]
fn files_that_fail_come_first_where_not_all_have_room() {
    let options = Options::default();
    let good = entry("good", b"E451234567810A20220101\n", &options);
    let bad = entry("the-bad-one", b"E451234567810A20220230\n", &options);
    let files: Vec<ReportEntry> = std::iter::repeat_n(good, 9000).chain([bad]).collect();
    let page = written(Format::Html, &files);
    assert!(page.contains("<h2 id=\"file-9001-title\">the-bad-one</h2>"));
    assert!(page.contains("9001 files, of which 1 failed") && page.contains("more files left out"));
}
