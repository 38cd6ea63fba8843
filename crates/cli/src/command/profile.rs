//! `flagflow profile show` and `flagflow profile check FILE`

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use flagflow::check::{escape, escape_path};
use flagflow::electricity::{Flow, Profile};

use crate::exit::{Exit, Failure};
use crate::options::{any_case, read_profile};

#[derive(Subcommand)]
pub(crate) enum ProfileCommand {
    /// Print the built-in profile of a flow, as a start for your own
    Show {
        /// The flow, d0350, d0351 or d0172.
        #[arg(default_value = "d0350", value_parser = any_case::<Flow>)]
        flow: Flow,
    },
    /// Check a profile: exit 0 if it is valid, 2 with the position of the first mistake if not.
    Check {
        /// The profile, a TOML file.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

pub(crate) fn run(command: &ProfileCommand) -> Result<Exit, Failure> {
    match command {
        ProfileCommand::Show { flow } => print(Profile::builtin(*flow).as_toml()),
        ProfileCommand::Check { files } => {
            let mut checked = files.iter().map(|file| check(file));
            checked.try_fold(Exit::Clean, |worst, exit| Ok(worst.max(exit?)))
        }
    }
}

/// Checks one profile; an error is printed, and the other profiles are still checked.
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

/// Describes a valid profile in one line.
fn described(file: &str, profile: &Profile) -> String {
    format!(
        "{file}: {} for {}, records in {}\n",
        escape(profile.name().as_bytes()),
        profile.flow_and_version(),
        profile.record_group().code()
    )
}
