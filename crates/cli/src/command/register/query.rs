//! `flagflow register query`: shows the flags of points.

use std::path::PathBuf;

use flagflow::EffectiveDate;
use flagflow::register::{MeterPoint, render, state};

use super::RegisterFormat;
use crate::exit::{Exit, Failure};
use crate::options::day;

/// Show the flags of meter points, and the line each comes from
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The register
    #[arg(value_name = "STATE")]
    state: PathBuf,

    /// Meter points: 1 to 10 digits are an MPRN, 13 an MPAN core
    #[arg(value_name = "POINT", required = true)]
    points: Vec<MeterPoint>,

    /// The flag on this day; the latest by default
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<EffectiveDate>,

    /// The format: text, or one JSON object a point
    #[arg(long, value_enum, default_value_t)]
    format: RegisterFormat,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let register = super::open(&args.state)?;
    super::lines(&args.state, |output| {
        let (names, mut exit) = (super::names(&*register)?, Exit::Clean);
        for point in &args.points {
            let found = state(&*register, *point, args.as_of)?;
            let file = found.and_then(|entry| names.get(&entry.file));
            let file = file.map_or("", String::as_str);
            let line = match args.format {
                RegisterFormat::Text => render::state_text(*point, found.as_ref(), file),
                RegisterFormat::Json => render::state_json(*point, found.as_ref(), file),
            };
            super::say(output, &line)?;
            exit = exit.max(if found.is_some() { Exit::Clean } else { Exit::Findings });
        }
        Ok(exit)
    })
}
