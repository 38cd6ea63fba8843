//! Options of reading files that the public documents leave open. Shared by the commands that read
//! files as `check` does.

use std::path::PathBuf;
use std::sync::Arc;

use flagflow::check::{Layout, Options};
use flagflow::electricity::Profile;
use flagflow::gas::FileType;

use crate::exit::Failure;
use crate::options::{any_case, read_profile};

/// Options of reading files.
#[derive(clap::Args)]
#[command(next_help_heading = "Reading")]
pub(crate) struct ReadingArgs {
    /// The layout, fixed, uklink, zhv or zhf; recognised by the first line by default.
    #[arg(long, value_name = "LAYOUT", value_parser = any_case::<Layout>)]
    layout: Option<Layout>,

    /// A profile for the electricity flows instead of the built-in one; one for each flow
    /// may be given.
    #[arg(long, value_name = "FILE")]
    profile: Vec<PathBuf>,

    /// A file type that may carry these records, besides DXI (profile). May be repeated.
    #[arg(long, value_name = "TYPE")]
    file_type: Vec<FileType>,

    /// Read S72 lines as the rejection reasons of the E46 above them (profile).
    #[arg(long)]
    reasons: bool,

    /// Count S72 lines in the trailer too (profile).
    #[arg(long, requires = "reasons")]
    count_reasons: bool,
}

/// The options with the profiles read.
pub(crate) struct Reading<'a> {
    args: &'a ReadingArgs,
    profiles: Vec<Arc<Profile>>,
}

impl ReadingArgs {
    /// Reads the profiles, once for all files.
    pub(crate) fn read(&self) -> Result<Reading<'_>, Failure> {
        let profiles = self.profile.iter().map(|path| read_profile(path).map(Arc::new));
        Ok(Reading { args: self, profiles: profiles.collect::<Result<_, _>>()? })
    }
}

impl Reading<'_> {
    /// Applies the arguments to the options of a check.
    pub(crate) fn apply(&self, options: &mut Options) {
        let args = self.args;
        options.layout = args.layout;
        options.file_types.extend(&args.file_type);
        options.with_reasons |= args.reasons;
        options.count_reasons |= args.count_reasons;
        for profile in &self.profiles {
            options.use_profile(Arc::clone(profile));
        }
    }
}
