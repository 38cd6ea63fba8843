//! `flagflow completions SHELL`

use std::io::Write;

use clap_complete::Shell;

use crate::exit::{Exit, Failure};

/// Print the completions of a shell
///
/// Without SHELL, prints the completions for the shell in the environment variable SHELL. For bash:
/// `flagflow completions bash > ~/.local/share/bash-completion/completions/flagflow`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The shell; by default, that of the environment variable SHELL.
    shell: Option<Shell>,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let shell = args.shell.or_else(Shell::from_env);
    let shell = shell.ok_or_else(|| {
        Failure::new(
            "SHELL names no shell that is known here: bash, elvish, fish, powershell or zsh",
        )
    })?;
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut crate::command_line(), "flagflow", &mut script);
    std::io::stdout().lock().write_all(&script).map_err(Failure::output)?;
    Ok(Exit::Clean)
}
