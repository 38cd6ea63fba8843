//! `flagflow generate`: generates a file from a seed, optionally with known faults.

use std::io::Write;
use std::path::{Path, PathBuf};

use flagflow::check::{Flow, Layout, RuleId};
use flagflow::exchange::generate::{
    Distributors, FILE_FAULTS, GenerateOptions, generate, most_records,
};
use flagflow::files::HeaderValues;
use flagflow::files::input;
use flagflow::files::output::Output;
use flagflow::frame::LineEnd;
use flagflow::{Distributor, Edition, Fuel};

use super::header::{HeaderArgs, UserFileArgs};
use crate::exit::{Exit, Failure};
use crate::files::Files;
use crate::options::{ProfileArgs, any_case, count};

/// Generate a file of any size from a seed, optionally with known faults
///
/// The same options give the same bytes on every machine. Every meter point occurs once and has
/// valid check digits, dates and flags are of the edition: the file passes `flagflow check`. With
/// --invalid a share of the records has one fault each, --file-fault plants one around them, and
/// --faults lists them: a JSON object a line for each finding that a validator must report. All data
/// is invented.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The records: e45 or d0350 (updates, gas or electricity for short), e46 (answers), d0351
    /// (rejections) or d0172 (confirmations)
    #[arg(long, value_parser = parse_flow)]
    flow: Flow,

    /// The number of records; 5k is 5000, 2M two million
    #[arg(long, value_name = "N", value_parser = parse_records)]
    records: u64,

    /// The seed of all data
    #[arg(long, value_name = "K", default_value_t = 0)]
    seed: u64,

    /// The layout: fixed or uklink, zhv or zhf; fixed and zhv by default
    #[arg(long, value_parser = any_case::<Layout>)]
    layout: Option<Layout>,

    /// The flags to use: pre-mp077, mp077, or any in a file without --envelope
    #[arg(long, default_value_t = Edition::Mp077, value_parser = any_case::<Edition>)]
    edition: Edition,

    /// The distributor of the meter points of an electricity file: 10 to 38, or all, the whole
    /// country's, which belong to no single provider (participant-mismatch)
    #[arg(long, value_name = "ID", default_value = "10", value_parser = parse_distributors)]
    distributor: Distributors,

    /// Put a header and a trailer around the records; electricity files always have them
    #[arg(long)]
    envelope: bool,

    /// The line ending: lf or crlf
    #[arg(long, value_name = "END", default_value = "lf", value_parser = parse_line_end)]
    line_end: LineEnd,

    /// Put a fault into this share of the records, from 0 to 1
    #[arg(long, value_name = "RATE", default_value_t = 0.0, value_parser = parse_rate)]
    invalid: f64,

    /// Break this rule once outside the records: in the header or the trailer, between lines, or at
    /// the end of the file; needs --envelope in a gas file
    #[arg(long, value_name = "RULE", value_parser = parse_rule)]
    file_fault: Option<RuleId>,

    /// Write the faults and their positions to this file
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,

    /// The file to write; standard output by default
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,

    #[command(flatten)]
    profile: ProfileArgs,

    #[command(flatten)]
    header: HeaderArgs,

    #[command(flatten)]
    user_file: UserFileArgs,
}

/// The maximum number of records of any flow.
const MOST: u64 = most_records(Flow::D0350);

/// Parses a flow, or a fuel for its updates.
fn parse_flow(text: &str) -> Result<Flow, String> {
    match any_case(text) {
        Ok(Fuel::Gas) => Ok(Flow::E45),
        Ok(Fuel::Electricity) => Ok(Flow::D0350),
        Err(_) => any_case(text),
    }
}

fn parse_records(text: &str) -> Result<u64, String> {
    let records = count(text)?;
    if records <= MOST { Ok(records) } else { Err(format!("at most {MOST}")) }
}

fn parse_distributors(text: &str) -> Result<Distributors, String> {
    if text.eq_ignore_ascii_case("all") {
        return Ok(Distributors::All);
    }
    let id = text.parse().ok().and_then(Distributor::new).filter(|id| id.is_known());
    id.map(Distributors::One).ok_or_else(|| "expected 10 to 38, or all".to_owned())
}

fn parse_line_end(text: &str) -> Result<LineEnd, String> {
    match text.to_ascii_lowercase().as_str() {
        "lf" => Ok(LineEnd::Lf),
        "crlf" => Ok(LineEnd::CrLf),
        _ => Err("expected lf or crlf".to_owned()),
    }
}

fn parse_rule(text: &str) -> Result<RuleId, String> {
    let rule = FILE_FAULTS.into_iter().find(|rule| rule.name() == text);
    rule.ok_or_else(|| {
        let names: Vec<_> = FILE_FAULTS.iter().map(|rule| rule.name()).collect();
        format!("expected one of {}", names.join(", "))
    })
}

fn parse_rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|_| "expected a number from 0 to 1")?;
    if (0.0..=1.0).contains(&rate) { Ok(rate) } else { Err("expected 0 to 1".to_owned()) }
}

pub(crate) fn run(args: Args, files: &Files) -> Result<Exit, Failure> {
    if !args.envelope && !HeaderValues::from(args.header).is_empty() {
        return Err(Failure::new("header values need --envelope"));
    }
    let mut options = options(&args);
    options.profile = args.profile.read()?;
    let Args { output, faults, .. } = args;
    match write(files, output.as_deref(), faults.as_deref(), &options) {
        Ok(()) => Ok(Exit::Clean),
        // the reader of standard output may stop
        Err(error) if error.is_closed_pipe() => Ok(Exit::Clean),
        Err(error) => Err(error.into()),
    }
}

fn write(
    files: &Files,
    output: Option<&Path>,
    faults: Option<&Path>,
    options: &GenerateOptions,
) -> flagflow::files::Result<()> {
    let mut faults = faults.map(|path| files.streamed(path)).transpose()?;
    let mut output = files.streamed(output.unwrap_or(Path::new(input::STANDARD)))?;
    let writer = faults.as_mut().map(|faults| faults as &mut dyn Write);
    generate(&mut output, writer, options)?;
    output.commit()?;
    faults.map_or(Ok(()), Output::commit)
}

fn options(args: &Args) -> GenerateOptions {
    let mut options = GenerateOptions::new(args.flow, args.records);
    options.seed = args.seed;
    options.layout = args.layout.unwrap_or(options.layout);
    options.distributors = args.distributor;
    options.user_file = args.user_file.clone().into();
    options.edition = args.edition;
    options.envelope = args.envelope.then(|| args.header.into());
    options.line_end = args.line_end;
    options.invalid = args.invalid;
    options.file_fault = args.file_fault;
    options
}
