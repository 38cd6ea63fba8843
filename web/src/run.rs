//! Checks files.

use flagflow_check::render::{Format, REPORT_HEAD, ReportEntry, is_report};
use flagflow_check::{Counts, ErrorKind, Options, Report, check_records};
use flagflow_files::Source;
use flagflow_files::below_name;
use flagflow_files::reports::Reports;

use crate::event::{Event, tell, tell_file};
use crate::page::{Page, Stream, StreamWriter, request, source};
use crate::records::{FirstRecord, FirstRecords};
use crate::request::{NamedFile, Request, RunOptions};

/// The formats that the page offers.
const FORMATS: [(Format, Stream); 5] = [
    (Format::Text, Stream::Text),
    (Format::Json, Stream::Json),
    (Format::Html, Stream::Html),
    (Format::Sarif, Stream::Sarif),
    (Format::Junit, Stream::Junit),
];

/// The words for a file that needs a temporary file, which a page cannot have.
pub(crate) const TOO_MANY_RECORDS: &str = "more records than a page can compare with one another in \
     2 GiB of memory: use the command, or do not compare records";

/// Checks the files of a request, and writes each report to its stream.
pub fn check_files<P: Page>(page: P) {
    let checked = read(page).and_then(|(request, options)| check(page, &request, &options));
    match checked {
        Ok(()) => tell(&page, &Event::Done),
        Err(message) => tell(&page, &Event::Refused { message: &message }),
    }
}

/// Reads the request and its options.
pub(crate) fn read<P: Page>(page: P) -> Result<(Request, RunOptions), String> {
    let request: Request =
        serde_json::from_slice(&request(page)).map_err(|error| error.to_string())?;
    let options = request.options.parse()?;
    Ok((request, options))
}

fn check<P: Page>(page: P, request: &Request, run: &RunOptions) -> Result<(), String> {
    let mut reports = Reports::new(run.max_samples);
    for (format, stream) in FORMATS {
        reports.create_to(format, StreamWriter(page, stream), format.as_str());
    }
    let mut sequence = run.first();
    for (index, (number, file)) in (1..).zip(&request.files).enumerate() {
        let source = source(page, number, file);
        if file.from_folder && is_own_report(&source) {
            tell(&page, &Event::LeftOut { index });
            continue;
        }
        let mut options = run.of(file, &sequence);
        options.max_samples = reports.most();
        let (entry, records) = match check_one(&source, file, &options) {
            Ok((report, counts, records)) => {
                sequence.follow(report.identity.as_ref());
                (ReportEntry::new(&file.name, report).with_counts(counts), records)
            }
            Err(why) => (ReportEntry::unreadable(&file.name, why), Vec::new()),
        };
        let entry = entry.failing_on(run.fail_on);
        tell_file(&page, index, &entry, &records);
        reports.add(entry);
    }
    let failed = reports.finish();
    failed.first().map_or(Ok(()), |error| Err(error.to_string()))
}

/// Returns true for a report of flagflow. A file that cannot be read is reported by its check.
fn is_own_report(source: &Source) -> bool {
    use std::io::Read;
    let mut head = Vec::new();
    let read = source.read_as_it_is().take(REPORT_HEAD).read_to_end(&mut head);
    read.is_ok() && is_report(&head)
}

fn check_one(
    source: &Source,
    file: &NamedFile,
    options: &Options,
) -> Result<(Report, Counts, Vec<FirstRecord>), String> {
    let name = file.shown_name();
    let mut visitors = (Counts::default(), FirstRecords::new(options.mask));
    let input = source.read().map_err(|error| below_name(&name, &error))?;
    let report = check_records(input, options, &mut visitors);
    let mut report = report.map_err(|error| match error.kind() {
        ErrorKind::Temporary => TOO_MANY_RECORDS.to_owned(),
        _ => below_name(&name, &error),
    })?;
    source.show_again(&mut report);
    let (counts, first) = visitors;
    Ok((report, counts, first.records))
}
