//! `flagflow convert`: converts a file to another format.

use std::fmt::Write as _;

use std::path::{Path, PathBuf};

use flagflow::check::render::plural;
use flagflow::check::{escape, escape_path};
use flagflow::electricity::SupplierId;
#[cfg(not(feature = "tables"))]
use flagflow::exchange::convert::convert;
use flagflow::exchange::convert::{
    CellDelimiter, ConvertOptions, ConvertReport, EnvelopeChange, EnvelopeRule, LineEndRule,
    RecordFormat,
};
use flagflow::files::input;
use flagflow::files::output::Output;
use flagflow::{Edition, ServiceFlag};

use super::header::{HeaderArgs, UserFileArgs};
use crate::exit::{Exit, Failure};
use crate::files::Files;
use crate::input::name_of;
use crate::jobs::JobsArgs;
use crate::options::{ProfileArgs, any_case, samples};
use crate::terminal::tell_lines;

/// Convert a file to another format
///
/// Formats: fixed and uklink, the two layouts of gas files; zhv and zhf, those of electricity; csv,
/// a table with a row of column names; jsonl, one JSON object a line; parquet, arrow (an IPC file)
/// and xlsx (an Excel workbook), if the command was built with them. The columns and keys are
/// transaction_type, outcome_code, meter_point_reference, dcc_service_flag and
/// dcc_service_effective_from_date; for electricity those of the flow's items, for a D0350
/// file_sequence_number, instruction_number, instruction_type, mpan_core, dcc_service_flag,
/// effective_from_date and supplier_id. The reasons of a D0351 are one cell of a table, separated
/// by spaces, and a list in jsonl. The names that `flagflow register export` writes are accepted
/// too, and so are capitals and blanks for underscores. Records are not converted between fuels.
///
/// The output is written completely or not at all. A bad record, header, trailer or count stops the
/// conversion, unless --skip-invalid leaves out bad records. A summary is printed on standard
/// error.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The file to read, compressed or not; `-` is standard input
    #[arg(value_name = "IN")]
    input: PathBuf,

    /// The file to write; `-` is standard output
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,

    /// The format to write: fixed, uklink, zhv, zhf, csv, jsonl, parquet, arrow or xlsx; by the
    /// extension of OUT (.csv, .jsonl, .zhv ...) by default
    #[arg(long, value_name = "FORMAT", value_parser = any_case::<RecordFormat>)]
    to: Option<RecordFormat>,

    /// The format of IN; recognised by its content by default, and by the extension .parquet,
    /// .arrow or .xlsx
    #[arg(long, value_name = "FORMAT", value_parser = any_case::<RecordFormat>)]
    from: Option<RecordFormat>,

    /// The sheet of a workbook to read; the first one by default
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,

    /// The line ending: keep (as in IN), lf or crlf
    #[arg(long, value_name = "END", default_value_t, value_parser = any_case::<LineEndRule>)]
    line_end: LineEndRule,

    /// The header and trailer: keep, add or drop; a csv table has none, a zhv or zhf file always
    /// has them
    #[arg(long, value_name = "RULE", default_value_t, value_parser = any_case::<EnvelopeRule>)]
    envelope: EnvelopeRule,

    /// Change one flag into another; flags are never changed otherwise. May be repeated
    #[arg(long = "map-flag", value_name = "FROM=TO", value_parser = parse_mapping)]
    map_flags: Vec<(ServiceFlag, ServiceFlag)>,

    /// The supplier of updates (D0350) in a table or in objects that have no supplier_id
    #[arg(long, value_name = "ID")]
    supplier: Option<SupplierId>,

    /// Refuse records whose flag is not of this edition: pre-mp077, mp077 or any
    #[arg(long, value_parser = any_case::<Edition>)]
    edition: Option<Edition>,

    /// Write the good records even if there are bad ones
    #[arg(long)]
    skip_invalid: bool,

    /// The most bad records to list, 0 for all
    #[arg(long, value_name = "N", default_value_t = ConvertOptions::SAMPLES, value_parser = samples)]
    max_samples: usize,

    /// Hide meter points in all messages
    #[arg(long)]
    mask: bool,

    /// Write csv without cells that a spreadsheet would read as a formula: put an apostrophe before
    /// = + - @ and control characters. When reading such a csv, this option removes the apostrophe
    #[arg(long)]
    csv_safe: bool,

    /// The delimiter between the cells of a csv table: comma, semicolon or tab
    #[arg(long, value_name = "NAME", default_value_t, value_parser = any_case::<CellDelimiter>)]
    delimiter: CellDelimiter,

    /// The name of a column in IN, if it is another than that of its item, as in
    /// meter_point_reference=MPRN. May be repeated
    #[arg(long = "column", value_name = "ITEM=NAME", value_parser = parse_column)]
    columns: Vec<(String, String)>,

    /// Print only rejected records
    #[arg(short, long)]
    quiet: bool,

    #[command(flatten)]
    profile: ProfileArgs,

    #[command(flatten)]
    header: HeaderArgs,

    #[command(flatten)]
    user_file: UserFileArgs,

    #[command(flatten)]
    jobs: JobsArgs,
}

/// Parses `S=N`.
fn parse_mapping(text: &str) -> Result<(ServiceFlag, ServiceFlag), String> {
    let pair = text.split_once('=').ok_or("expected two flags, as in S=N")?;
    let flag = |text: &str| {
        text.parse::<ServiceFlag>()
            .map_err(|error| format!("\"{}\": {error}", escape(text.as_bytes())))
    };
    Ok((flag(pair.0)?, flag(pair.1)?))
}

/// Parses `meter_point_reference=MPRN`.
fn parse_column(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(item, name)| !item.is_empty() && !name.is_empty());
    let (item, name) = pair.ok_or("expected two names, as in meter_point_reference=MPRN")?;
    Ok((item.to_owned(), name.to_owned()))
}

pub(crate) fn run(args: Args, files: &Files) -> Result<Exit, Failure> {
    let quiet = args.quiet;
    let name = name_of(&args.input);
    let to = args.to.map_or_else(|| format_of(&args.output), Ok)?;
    let profile = args.profile.read()?;
    let mut output = open_output(&args, files)?;
    let (path, sheet) = (args.input.clone(), args.sheet.clone());
    let mut options = options(args, to);
    options.profile = profile;
    let result = convert_file(&path, &mut output, &options, sheet.as_deref()).and_then(|report| {
        if report.is_publishable() {
            output.commit()?;
        }
        Ok(report)
    });
    match result {
        Ok(report) => tell(&report, quiet),
        Err(error) if error.is_closed_pipe() => Ok(Exit::Clean),
        Err(error) => Err(error.of_input(&name).into()),
    }
}

/// Converts a file of any format.
#[cfg(feature = "tables")]
fn convert_file(
    path: &Path,
    output: &mut Output,
    options: &ConvertOptions,
    sheet: Option<&str>,
) -> flagflow::files::Result<ConvertReport> {
    flagflow::arrow::convert::convert(path, output, options, sheet)
}

/// Converts a file of text.
#[cfg(not(feature = "tables"))]
fn convert_file(
    path: &Path,
    output: &mut Output,
    options: &ConvertOptions,
    _: Option<&str>,
) -> flagflow::files::Result<ConvertReport> {
    use flagflow::files::{Error, ErrorKind};
    let ending = path.extension().and_then(|ending| ending.to_string_lossy().parse().ok());
    let format = [Some(options.to), options.from.or(ending)];
    match format.into_iter().flatten().find(|format| format.is_columnar()) {
        Some(format) => {
            let what = format!(
                "this command was built without {format}: build it with --features tables, or use \
                 a release"
            );
            Err(Error::new(ErrorKind::Options, what))
        }
        None => convert(input::open(path)?, output, options),
    }
}

/// Standard output cannot be withdrawn, so output that may still be rejected is buffered until it
/// is complete.
fn open_output(args: &Args, files: &Files) -> flagflow::files::Result<Output> {
    match args.skip_invalid {
        true => files.streamed(&args.output),
        false => files.spooled(&args.output),
    }
}

/// Returns the format for the extension of the output's name.
fn format_of(output: &Path) -> Result<RecordFormat, Failure> {
    let ending = output.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    let ending = ending.unwrap_or_default();
    let format = match ending.as_str() {
        "ndjson" => Some(RecordFormat::Jsonl),
        "feather" => Some(RecordFormat::Arrow),
        ending => ending.parse().ok(),
    };
    format.ok_or_else(|| {
        let is_standard = input::is_standard(output);
        let name = if is_standard { "standard output".to_owned() } else { escape_path(output) };
        let why = match ending.as_str() {
            _ if is_standard => "there is no name to take the format from",
            "gz" => "the output is not compressed, and .gz is not a format",
            _ => "the ending of the name is not a format",
        };
        Failure::new(format!(
            "{name}: {why}: give --to fixed, uklink, zhv, zhf, csv, jsonl, parquet, arrow or xlsx, \
             or a name that ends in one of these, such as .csv"
        ))
    })
}

fn options(args: Args, to: RecordFormat) -> ConvertOptions {
    let mut options = ConvertOptions::new(to);
    options.from = args.from;
    options.line_end = args.line_end;
    options.envelope = args.envelope;
    options.header = args.header.into();
    options.user_file = args.user_file.into();
    options.map_flags = args.map_flags;
    options.edition = args.edition;
    options.skip_invalid = args.skip_invalid;
    options.samples = args.max_samples;
    options.mask = args.mask;
    options.csv_safe = args.csv_safe;
    options.supplier = args.supplier;
    options.delimiter = args.delimiter;
    options.columns = args.columns;
    options.threads = args.jobs.threads();
    options
}

fn tell(report: &ConvertReport, quiet: bool) -> Result<Exit, Failure> {
    let mut text = refusals(report);
    if !quiet {
        text.push_str(&summary(report));
    }
    tell_lines(&text);
    Ok(if report.is_complete() { Exit::Clean } else { Exit::Findings })
}

fn refusals(report: &ConvertReport) -> String {
    let mut text: String =
        report.refusals.iter().map(|refusal| format!("refused: {refusal}\n")).collect();
    let bad = report.refused + report.file_faults;
    let more = bad.saturating_sub(report.refusals.len() as u64);
    if more > 0 {
        let _ = writeln!(text, "refused: {more} more");
    }
    text
}

fn summary(report: &ConvertReport) -> String {
    let mut text = format!(
        "{} to {}: {} read, {} written, {} refused\n",
        report.from,
        report.to,
        plural(report.records, "record"),
        report.written,
        report.refused
    );
    for (reason, times) in &report.reasons {
        let _ = writeln!(text, "  {reason}: {times}");
    }
    for mapped in &report.mapped {
        let _ = writeln!(text, "mapped {} to {}: {}", mapped.from, mapped.to, mapped.records);
    }
    for (rule, warned) in &report.warnings {
        let (records, line) = (warned.records, warned.line);
        let _ = writeln!(text, "  {rule}: {records} (warning; the first in line {line})");
    }
    for name in &report.ignored {
        let _ = writeln!(text, "ignored column: {}", escape(name.as_bytes()));
    }
    if report.empty_rows > 0 {
        let _ = writeln!(text, "empty rows: {}", report.empty_rows);
    }
    text.push_str(envelope(report));
    if report.is_publishable() && report.written == 0 {
        text.push_str(nothing(report));
    }
    text.push_str(verdict(report));
    text
}

fn envelope(report: &ConvertReport) -> &'static str {
    match (report.envelope, report.header_values_unused) {
        (EnvelopeChange::Dropped, _) => "envelope: dropped\n",
        (EnvelopeChange::Added, _) => "envelope: added\n",
        (EnvelopeChange::Bare, true) => {
            "envelope: none, so the header values are not used (--envelope add writes one)\n"
        }
        (EnvelopeChange::Kept | EnvelopeChange::Bare, _) => "",
    }
}

/// Returns the message about an output without records.
fn nothing(report: &ConvertReport) -> &'static str {
    match (report.to, report.envelope) {
        (to, _) if to.is_bare() => "no records: the output has the names of the columns alone\n",
        (RecordFormat::Parquet | RecordFormat::Arrow, _) => "no records: the table has no rows\n",
        (_, EnvelopeChange::Kept | EnvelopeChange::Added) => {
            "no records: the output has a header and a trailer alone\n"
        }
        _ => "no records: the output is empty\n",
    }
}

fn verdict(report: &ConvertReport) -> &'static str {
    match (report.is_complete(), report.is_publishable()) {
        (true, _) => "complete\n",
        (false, true) => "incomplete: bad records were left out\n",
        (false, false) => "refused: nothing was written (--skip-invalid leaves bad records out)\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_the_output_is_its_format() {
        for (name, format) in [
            ("a.csv", Some(RecordFormat::Csv)),
            ("b/a.JSONL", Some(RecordFormat::Jsonl)),
            ("a.ndjson", Some(RecordFormat::Jsonl)),
            ("a.zhv", Some(RecordFormat::Zhv)),
            ("a.fixed", Some(RecordFormat::Fixed)),
            ("a.parquet", Some(RecordFormat::Parquet)),
            ("a.Feather", Some(RecordFormat::Arrow)),
            ("a.xlsx", Some(RecordFormat::Xlsx)),
            ("a", None),
            ("-", None),
            ("csv", None),
            ("a.dxi", None),
            ("a.csv.gz", None),
        ] {
            assert_eq!(format_of(Path::new(name)).ok(), format, "{name}");
        }
    }

    #[test]
    fn a_mapping_is_two_flags() {
        let mapping = (ServiceFlag::Suspended, ServiceFlag::NonActive);
        assert_eq!(parse_mapping("S=N"), Ok(mapping));
        for text in ["", "S", "S=", "=N", "S=Q", "S=N=I", "s=n"] {
            assert!(parse_mapping(text).is_err(), "{text:?}");
        }
    }
}
