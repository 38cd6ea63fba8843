//! `flagflow register files`: what was applied.

use std::path::PathBuf;

use flagflow::register::{Store, render};

use super::Format;
use crate::exit::{Exit, Failure};
use crate::terminal::wrapped;

/// The files that were applied, in their order, and what became of their records
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The register
    #[arg(value_name = "STATE")]
    state: PathBuf,

    /// text, or a line of JSON for each file
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let register = super::open(&args.state)?;
    super::lines(&args.state, |output| {
        register.files(&mut |file| {
            let line = match args.format {
                Format::Text => wrapped("", &render::file_text(&file), 4),
                Format::Json => render::file_json(&file),
            };
            super::say(output, &line)
        })?;
        Ok(Exit::Clean)
    })
}
