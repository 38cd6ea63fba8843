//! `flagflow completions SHELL`

use std::io::Write;

use clap_complete::Shell;

use crate::exit::{Exit, Failure};

/// Print the completions of a shell
///
/// For bash: `flagflow completions bash > ~/.local/share/bash-completion/completions/flagflow`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The shell.
    shell: Shell,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut crate::command_line(), "flagflow", &mut script);
    std::io::stdout().lock().write_all(&script).map_err(Failure::output)?;
    Ok(Exit::Clean)
}
