//! `flagflow profile show` and `flagflow profile check FILE`

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use flagflow::check::{escape, escape_path};
use flagflow::electricity::{Flow, Profile};

use crate::exit::{Exit, Failure};
use crate::options::{any_case, read_profile};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Print the built-in profile of a flow, to begin one's own with. Its group codes are
    /// placeholders.
    Show {
        /// The flow, d0350 or d0351.
        #[arg(default_value = "d0350", value_parser = any_case::<Flow>)]
        flow: Flow,
    },
    /// Check a profile: exit 0 if it can be used, 2 with the place of the first mistake if not.
    Check {
        /// The profile, a TOML file.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

pub(crate) fn run(command: &Command) -> Result<Exit, Failure> {
    match command {
        Command::Show { flow } => print(Profile::builtin(*flow).as_toml()),
        Command::Check { files } => {
            let mut checked = files.iter().map(|file| check(file));
            checked.try_fold(Exit::Clean, |worst, exit| Ok(worst.max(exit?)))
        }
    }
}

/// Checks one profile; a bad one is told, and the others go on.
fn check(file: &Path) -> Result<Exit, Failure> {
    match read_profile(file) {
        Ok(profile) => print(&described(&escape_path(file), &profile)),
        Err(failure) => {
            failure.tell();
            Ok(Exit::Failed)
        }
    }
}

fn print(text: &str) -> Result<Exit, Failure> {
    std::io::stdout().lock().write_all(text.as_bytes()).map_err(Failure::output)?;
    Ok(Exit::Clean)
}

/// One line on a good profile.
fn described(file: &str, profile: &Profile) -> String {
    let placeholder = if profile.is_placeholder() { ", a placeholder" } else { "" };
    format!(
        "{file}: {} for {}, updates in {}{placeholder}\n",
        escape(profile.name().as_bytes()),
        profile.flow_and_version(),
        profile.update_group().code()
    )
}
