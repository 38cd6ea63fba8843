//! `flagflow register files`: lists the applied files.

use std::path::PathBuf;

use flagflow::register::render;

use super::RegisterFormat;
use crate::exit::{Exit, Failure};
use crate::terminal::wrapped;

/// List the applied files in order, with the outcome of their records
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The register
    #[arg(value_name = "STATE")]
    state: PathBuf,

    /// The format: text, or one JSON object a file
    #[arg(long, value_enum, default_value_t)]
    format: RegisterFormat,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let register = super::open(&args.state)?;
    super::lines(&args.state, |output| {
        register.files(&mut |file| {
            let line = match args.format {
                RegisterFormat::Text => wrapped("", &render::file_text(&file), 4),
                RegisterFormat::Json => render::file_json(&file),
            };
            super::say(output, &line)
        })?;
        Ok(Exit::Clean)
    })
}
