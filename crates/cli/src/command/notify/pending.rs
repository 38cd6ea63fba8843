//! `flagflow notify pending`: lists pending notices.

use std::io::Write;
use std::path::PathBuf;

use flagflow::status::{Notice, Recipient, render};

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
        for notice in register.outbox().pending() {
            exit = Exit::Findings;
            say("to ", notice)?;
        }
        for notice in register.outbox().kept_back() {
            say("kept back from ", notice)?;
        }
        Ok(exit)
    })
}
