//! The profile of an electricity flow, as an option.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use flagflow::electricity::Profile;

use crate::exit::Failure;

/// The profile of an electricity flow.
#[derive(Clone, clap::Args)]
pub(crate) struct ProfileArgs {
    /// Read and write electricity files by this profile (TOML) rather than the built-in placeholder
    #[arg(long = "profile", value_name = "FILE")]
    path: Option<PathBuf>,
}

impl ProfileArgs {
    /// The profile, if there is one.
    pub(crate) fn read(&self) -> Result<Option<Arc<Profile>>, Failure> {
        let Some(path) = &self.path else { return Ok(None) };
        let failed =
            |what: &dyn std::fmt::Display| Failure::new(format!("{}: {what}", path.display()));
        let text = fs::read_to_string(path).map_err(|error| failed(&error))?;
        Profile::from_toml(&text).map(|own| Some(Arc::new(own))).map_err(|error| failed(&error))
    }
}
