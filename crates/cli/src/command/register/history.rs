//! `flagflow register history`: lists all updates of a point.

use std::path::PathBuf;

use flagflow::register::{MeterPoint, render};

use super::RegisterFormat;
use crate::exit::{Exit, Failure};

/// List every update of a meter point, with its effect and its file
///
/// Sorted by effective date, then in the order of applying. The update marked as standing is the
/// one that counts for its date.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The register
    #[arg(value_name = "STATE")]
    state: PathBuf,

    /// The meter point: 1 to 10 digits are an MPRN, 13 an MPAN core
    #[arg(value_name = "POINT")]
    point: MeterPoint,

    /// The format: text, or one JSON object an update
    #[arg(long, value_enum, default_value_t)]
    format: RegisterFormat,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let register = super::open(&args.state)?;
    super::lines(&args.state, |output| {
        let (names, mut exit) = (super::names(&*register)?, Exit::Findings);
        register.entries(Some(args.point), &mut |entry| {
            exit = Exit::Clean;
            let file = names.get(&entry.file).map_or("", String::as_str);
            let line = match args.format {
                RegisterFormat::Text => render::entry_text(&entry, file),
                RegisterFormat::Json => render::entry_json(&entry, file),
            };
            super::say(output, &line)
        })?;
        Ok(exit)
    })
}
