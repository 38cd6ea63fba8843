//! By what files are read, as options: what the public papers leave open. Shared by the commands that
//! read files as `check` does.

use std::path::PathBuf;
use std::sync::Arc;

use flagflow::check::{Layout, Options};
use flagflow::electricity::Profile;
use flagflow::gas::FileType;

use crate::exit::Failure;
use crate::options::{any_case, read_profile};

/// By what files are read.
#[derive(clap::Args)]
#[command(next_help_heading = "Reading")]
pub(crate) struct ReadingArgs {
    /// The layout, fixed, uklink, zhv or zhf, instead of the one recognised by the first line.
    #[arg(long, value_name = "LAYOUT", value_parser = any_case::<Layout>)]
    layout: Option<Layout>,

    /// A profile for the electricity flows instead of the built-in placeholder; one for D0350 and
    /// one for D0351 may be given.
    #[arg(long, value_name = "FILE")]
    profile: Vec<PathBuf>,

    /// A file type known to carry these records, besides DXI (profile). May be repeated.
    #[arg(long, value_name = "TYPE")]
    file_type: Vec<FileType>,

    /// Take S72 lines as the rejection reasons of the E46 above them (profile).
    #[arg(long)]
    reasons: bool,

    /// The trailer counts S72 lines too (profile).
    #[arg(long, requires = "reasons")]
    count_reasons: bool,
}

/// The same, with the profiles read.
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
    /// Changes options to what the arguments say.
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
