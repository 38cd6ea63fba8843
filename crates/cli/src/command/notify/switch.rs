//! `flagflow notify switch`: shows or sets the feature switches.

use std::io::Write;
use std::path::PathBuf;

use flagflow::status::Switches;

use super::super::register::in_state;
use crate::exit::{Exit, Failure};

/// Show or set the feature switches of a register
///
/// While the switch of a fuel is off, which is the initial setting, its flags N and I are kept
/// back. Once it is on, all of them are pending for the next run.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The register
    #[arg(value_name = "STATE")]
    state: PathBuf,

    /// Set the switch of gas
    #[arg(long, value_enum)]
    gas: Option<Turn>,

    /// Set the switch of electricity
    #[arg(long, value_enum)]
    electricity: Option<Turn>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Turn {
    /// N and I are notified
    On,
    /// N and I are kept back
    Off,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let mut register = super::open_old(&args.state)?;
    let was = register.settings().switches;
    let switches = Switches {
        gas: args.gas.map_or(was.gas, |turn| turn == Turn::On),
        electricity: args.electricity.map_or(was.electricity, |turn| turn == Turn::On),
    };
    if switches != was {
        register.turn(switches).map_err(|error| in_state(&args.state, &error))?;
    }
    let word = |is_on| if is_on { "on" } else { "off" };
    super::lines(|output| {
        let (gas, electricity) = (word(switches.gas), word(switches.electricity));
        writeln!(output, "gas {gas}\nelectricity {electricity}").map_err(Failure::output)?;
        Ok(Exit::Clean)
    })
}
