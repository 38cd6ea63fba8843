//! `flagflow man [COMMAND]`

use std::io::Write;

use flagflow::check::escape;

use super::renamed;
use crate::exit::{Exit, Failure};

/// Print the manual page
///
/// To read the page: `flagflow man check | man -l -`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The subcommand of the page; flagflow itself by default.
    command: Option<String>,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command(args.command.as_deref())?).render(&mut page)?;
    std::io::stdout().lock().write_all(&page).map_err(Failure::output)?;
    Ok(Exit::Clean)
}

fn command(name: Option<&str>) -> Result<clap::Command, Failure> {
    let mut all = crate::command_line();
    all.build();
    let Some(name) = name else { return Ok(all) };
    let found = all.get_subcommands().find(|command| command.get_name() == name).cloned();
    let title = format!("flagflow-{name}");
    found.map(|command| command.display_name(title)).ok_or_else(|| {
        let unknown = || format!("no command is called \"{}\"", escape(name.as_bytes()));
        Failure::new(renamed(&[name]).unwrap_or_else(unknown))
    })
}
