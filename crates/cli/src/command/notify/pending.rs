//! `flagflow notify pending`: lists pending notices.

use std::io::Write;
use std::path::PathBuf;

use flagflow::status::{Notice, Recipient, render};

use super::super::register::in_state;
use crate::exit::{Exit, Failure};

/// List the changes that are pending, by recipient
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The register
    #[arg(value_name = "STATE")]
    state: PathBuf,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let register = super::open_old(&args.state)?;
    super::lines(|output| {
        let mut exit = Exit::Clean;
        let mut say = |how: &str, notice: Notice| {
            let flag = render::flag_text(notice.point, Some(notice.held));
            writeln!(output, "{flag}  {how}{}", Recipient::of(notice.point))
                .map_err(Failure::output)
        };
        let in_state = |error| in_state(&args.state, &error);
        for notice in register.pending() {
            exit = Exit::Findings;
            say("to ", notice.map_err(in_state)?)?;
        }
        for notice in register.kept_back() {
            say("kept back from ", notice.map_err(in_state)?)?;
        }
        Ok(exit)
    })
}
