//! `flagflow notify run`: writes the files of pending notices.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use flagflow::check::escape_path;
use flagflow::electricity::Timestamp;
use flagflow::register::notify::{FileOptions, RunReport};
use flagflow::register::timestamp_of;
use flagflow::status::Supplier;
use flagflow::{MeterPoint, electricity, gas};

use super::super::register::in_state;
use super::ParticipantArgs;
use crate::exit::{Exit, Failure};
use crate::files::Files;
use crate::options::{ProfileArgs, any_case};

/// Write the files of pending notices: one E45 for gas, one D0350 for each electricity provider
///
/// The contents of a file are stored before it is written, and count as notified once it is on
/// disk. After an interrupted run the next one writes the same files again, with their numbers,
/// times and bytes, and plans nothing new. A flag is notified together with its day; of several
/// changes between two runs only the last state is sent. If `flagflow check` would find an error in
/// a file, an instruction has no supplier, or another file has the name of one of these, then
/// nothing is written, and nothing counts as notified.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The register
    #[arg(value_name = "STATE")]
    state: PathBuf,

    /// The folder to write to
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,

    /// ORGANISATION_ID in the header of gas files, at most ten digits
    #[arg(long, value_name = "NUMBER")]
    organisation_id: u64,

    /// The layout of gas files: fixed or uklink
    #[arg(long, value_name = "LAYOUT", default_value = "fixed", value_parser = any_case::<gas::Layout>)]
    gas_layout: gas::Layout,

    /// The layout of electricity files: zhv or zhf
    #[arg(long, value_name = "LAYOUT", default_value = "zhv", value_parser = any_case::<electricity::Layout>)]
    electricity_layout: electricity::Layout,

    /// The sending participant of electricity files
    #[arg(long, value_name = "MPID", default_value = "DCCO")]
    from_participant: String,

    #[command(flatten)]
    participants: ParticipantArgs,

    /// The supplier in instructions whose event has none
    #[arg(long, value_name = "MPID")]
    supplier: Option<Supplier>,

    /// Send the last update of this meter point again, which was rejected. May be repeated
    #[arg(long, value_name = "POINT")]
    again: Vec<MeterPoint>,

    /// The most updates of one file. Off by default: the documents have a single file for gas, and
    /// a cap that was once requested was withdrawn
    #[arg(long, value_name = "NUMBER")]
    cap: Option<NonZeroUsize>,

    /// The time in the headers, YYYYMMDDHHMMSS in UTC; now by default
    #[arg(long, value_name = "TIME")]
    now: Option<Timestamp>,

    #[command(flatten)]
    profile: ProfileArgs,
}

pub(crate) fn run(args: &Args, files: &Files) -> Result<Exit, Failure> {
    let mut options = options(args)?;
    options.guard = files.guard.clone();
    let now = args.now.or_else(|| timestamp_of(SystemTime::now()));
    let now = now.ok_or_else(|| Failure::new("the system clock is not a valid date"))?;
    let mut register = super::open_old(&args.state)?;
    let again = args.again.iter().copied().collect();
    let report = register.run_again(&args.out, now, args.cap, &again, &options);
    let report = report.map_err(|error| in_state(&args.state, &error))?;
    super::lines(|output| {
        write(output, &report).map_err(Failure::output)?;
        Ok(if report.unaddressed == 0 { Exit::Clean } else { Exit::Findings })
    })
}

fn options(args: &Args) -> Result<FileOptions, Failure> {
    let mut options = FileOptions::new(args.organisation_id);
    options.gas_layout = args.gas_layout;
    options.electricity_layout = args.electricity_layout;
    options.from_participant.clone_from(&args.from_participant);
    options.supplier = args.supplier;
    options.participants = args.participants.map();
    if let Some(profile) = args.profile.read()? {
        options.profile = Arc::clone(&profile);
    }
    Ok(options)
}

fn write(output: &mut impl Write, report: &RunReport) -> std::io::Result<()> {
    for file in &report.files {
        let (path, number) = (escape_path(&file.path), file.number);
        writeln!(
            output,
            "{path}: file {number} for {}, updates: {}",
            file.recipient, file.notices
        )?;
    }
    if report.unaddressed > 0 {
        let count = report.unaddressed;
        writeln!(
            output,
            "pending for providers whose participant is not known (--participant): {count}"
        )?;
    }
    if report.kept_back > 0 {
        writeln!(output, "kept back by a switch: {}", report.kept_back)?;
    }
    Ok(())
}
