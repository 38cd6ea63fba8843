//! `flagflow register export`: exports the flags of all points as a file.

use std::path::PathBuf;

use flagflow::check::Layout;
use flagflow::check::render::{amount, grouped};
use flagflow::electricity::{self, Flow, Profile, SupplierId};
use flagflow::files::input;
use flagflow::files::{HeaderValues, UserFileValues};
use flagflow::frame::LineEnd;
use flagflow::register::{ExportFormat, ExportOptions, ExportReport, Fuel, export};
use flagflow::{EffectiveDate, ServiceFlag, gas};

use crate::command::header::{HeaderArgs, UserFileArgs};
use crate::exit::{Exit, Failure};
use crate::files::Files;
use crate::options::{ProfileArgs, any_case, day};
use crate::terminal;

/// Export the flags of all meter points, or of some, to a file
///
/// csv and jsonl contain the points of both fuels, with the file and line of the update; e45 is a
/// file of updates of the gas points, with an envelope if header values are given, d0350 one of the
/// electricity points. Points are sorted.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The register
    #[arg(value_name = "STATE")]
    state: PathBuf,

    /// The file to write; `-` is standard output
    #[arg(short, long, value_name = "OUT", default_value = input::STANDARD)]
    output: PathBuf,

    /// The format to write
    #[arg(long, value_enum)]
    format: To,

    /// Export the flags of this day; the latest by default
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<EffectiveDate>,

    /// Only meter points that have this flag. May be repeated
    #[arg(
        long = "flag",
        value_name = "FLAG",
        value_delimiter = ',',
        value_parser = any_case::<ServiceFlag>
    )]
    flags: Vec<ServiceFlag>,

    /// Only meter points of this fuel: gas or electricity
    #[arg(long, value_parser = any_case::<Fuel>)]
    fuel: Option<Fuel>,

    /// The layout of an e45 or d0350: fixed or uklink, zhv or zhf; fixed and zhv by default
    #[arg(long, value_parser = any_case::<Layout>)]
    layout: Option<Layout>,

    /// The supplier in every record of a d0350: a register has none
    #[arg(long, value_name = "MPID")]
    supplier: Option<SupplierId>,

    /// Write csv without cells that a spreadsheet would read as a formula: put an apostrophe before
    /// = + - @ and control characters
    #[arg(long)]
    csv_safe: bool,

    /// Print nothing on standard error
    #[arg(short, long)]
    quiet: bool,

    #[command(flatten)]
    profile: ProfileArgs,

    #[command(flatten)]
    header: HeaderArgs,

    #[command(flatten)]
    user_file: UserFileArgs,
}

/// Returns the format to write.
#[derive(Clone, Copy, clap::ValueEnum)]
enum To {
    Csv,
    Jsonl,
    E45,
    D0350,
}

pub(crate) fn run(args: &Args, files: &Files) -> Result<Exit, Failure> {
    let options = options(args)?;
    let register = super::open(&args.state)?;
    let written = files.streamed(&args.output).map_err(flagflow::register::Error::from).and_then(
        |mut out| {
            let report = export(&*register, &mut out, &options)?;
            out.commit()?;
            Ok(report)
        },
    );
    super::ended(&args.state, written.map(|report| tell(report, args.quiet)))
}

fn tell(report: ExportReport, quiet: bool) -> Exit {
    if !quiet {
        let ExportReport { written, other_fuel, .. } = report;
        let others = match other_fuel {
            0 => String::new(),
            others => format!(", {} of the other fuel left out", grouped(others)),
        };
        let written = amount(written, "meter point");
        terminal::tell(format_args!("{written} written{others}"));
    }
    Exit::Clean
}

fn options(args: &Args) -> Result<ExportOptions, Failure> {
    let mut options = ExportOptions::new(format(args)?);
    options.as_of = args.as_of;
    options.flags.clone_from(&args.flags);
    options.fuel = args.fuel;
    options.csv_safe = args.csv_safe;
    Ok(options)
}

fn format(args: &Args) -> Result<ExportFormat, Failure> {
    let header = HeaderValues::from(args.header);
    let user_file = UserFileValues::from(args.user_file.clone());
    let (has_gas, has_electricity) = (!header.is_empty(), !user_file.is_empty());
    match args.format {
        To::Csv | To::Jsonl if args.layout.is_some() || has_gas || has_electricity => {
            Err(Failure::new("layout and header options do not apply to csv and jsonl"))
        }
        To::Csv => Ok(ExportFormat::Csv),
        To::Jsonl => Ok(ExportFormat::Jsonl),
        To::E45 if has_electricity => {
            Err(Failure::new("electricity header options do not apply to --format e45"))
        }
        To::E45 => e45(args.layout, &header),
        To::D0350 if has_gas => {
            Err(Failure::new("gas header options do not apply to --format d0350"))
        }
        To::D0350 => d0350(args, &user_file),
    }
}

fn e45(layout: Option<Layout>, header: &HeaderValues) -> Result<ExportFormat, Failure> {
    let layout = layout.unwrap_or(Layout::Fixed);
    let layout =
        layout.gas().ok_or_else(|| Failure::new(format!("an e45 cannot be in layout {layout}")))?;
    let options = gas::WriterOptions::new().layout(layout).line_end(LineEnd::Lf);
    Ok(ExportFormat::E45(match header.is_empty() {
        true => options,
        false => options.envelope(header.header()?),
    }))
}

fn d0350(args: &Args, values: &UserFileValues) -> Result<ExportFormat, Failure> {
    let layout = args.layout.unwrap_or(Layout::Zhv);
    let layout = layout
        .electricity()
        .ok_or_else(|| Failure::new(format!("a d0350 cannot be in layout {layout}")))?;
    let profile = args.profile.read()?.unwrap_or_else(|| Profile::builtin(Flow::D0350));
    if profile.flow() != Flow::D0350 {
        return Err(Failure::new("the profile is not one of D0350"));
    }
    let Some(supplier) = args.supplier else {
        return Err(Failure::new(
            "a d0350 needs the supplier that asked for the changes: --supplier",
        ));
    };
    let header = values.header(&profile, None)?;
    let mut options = electricity::WriterOptions::new(profile).layout(layout).envelope(header);
    if let Some(completed) = values.completed {
        options = options.completed(completed);
    }
    Ok(ExportFormat::D0350(Box::new(options), supplier))
}
