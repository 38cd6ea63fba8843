//! The files of a command line: inputs, outputs and the policy.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use flagflow::files::input::is_standard;
use flagflow::files::output::{Guard, Output};
use flagflow::intake::watch::OWN_FOLDERS;
use flagflow::register::notify::FileOptions;

use crate::exit::Failure;
use crate::folder::FolderArgs;
use crate::input::found;
use crate::policy::{self, PolicyFile};
use crate::reports::ReportPath;
use crate::terminal::tell;

/// The use of a file by a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PathRole {
    /// An input that may be a folder. No policy is read from such a folder.
    Judged,
    /// An input that may contain meter points.
    Data,
    /// An input without meter points.
    Settings,
    /// A register: read, and perhaps changed in place.
    Register,
    /// An output.
    Output,
    /// A watched folder.
    Watched,
    /// A folder for output files whose names the command chooses.
    Folder,
    /// A folder for unnamed temporary files.
    Temporary,
}

/// The role of each path argument, by its name in any command. A test compares this table with the
/// command line.
const ROLES: &[(&str, PathRole)] = &[
    ("files", PathRole::Judged),
    ("file", PathRole::Judged),
    ("input", PathRole::Judged),
    ("old", PathRole::Judged),
    ("new", PathRole::Judged),
    ("accepted", PathRole::Judged),
    ("corrected", PathRole::Judged),
    ("updates", PathRole::Judged),
    ("answers", PathRole::Data),
    ("events", PathRole::Data),
    ("baseline", PathRole::Data),
    ("previous", PathRole::Data),
    ("known", PathRole::Data),
    ("reasons", PathRole::Data),
    ("profile", PathRole::Settings),
    ("answer_profile", PathRole::Settings),
    ("config", PathRole::Settings),
    ("bank_holidays", PathRole::Settings),
    ("state", PathRole::Register),
    ("output", PathRole::Output),
    ("rejections", PathRole::Output),
    ("report", PathRole::Output),
    ("accepted_to", PathRole::Output),
    ("rejected_to", PathRole::Output),
    ("reasons_to", PathRole::Output),
    ("listed", PathRole::Output),
    ("list", PathRole::Output),
    ("refused_to", PathRole::Output),
    ("faults", PathRole::Output),
    ("changes_to", PathRole::Output),
    ("log", PathRole::Output),
    ("metrics", PathRole::Output),
    ("folder", PathRole::Watched),
    ("out", PathRole::Folder),
    ("temporary", PathRole::Temporary),
];

/// The files of a command line.
pub(crate) struct Files {
    /// All files; no output is also an input or another output.
    pub(crate) guard: Guard,
    /// The policy, for a command that checks files.
    pub(crate) policy: Option<PolicyFile>,
}

impl Files {
    /// Collects the files from the arguments of a command, and reads the policy.
    ///
    /// # Errors
    ///
    /// Fails if an output is an input, a file of the register, or another output; if more than one
    /// input is standard input; and if the policy cannot be used. Nothing has been written by then.
    pub(crate) fn named_in(matches: &ArgMatches) -> Result<Self, Failure> {
        let mut matches = matches;
        while let Some((_, below)) = matches.subcommand() {
            matches = below;
        }
        let named = PathArguments(matches);
        named.expect_one_standard_input()?;
        let policy = named.policy()?;
        Ok(Self { guard: named.guard(policy.as_ref())?, policy })
    }

    /// Opens an output. Standard output is buffered until it is complete, because it cannot be
    /// withdrawn.
    pub(crate) fn spooled(&self, path: &Path) -> flagflow::files::Result<Output> {
        if is_standard(path) { Output::spooled() } else { self.guard.create(path) }
    }

    /// Opens an output. Standard output is written directly.
    pub(crate) fn streamed(&self, path: &Path) -> flagflow::files::Result<Output> {
        if is_standard(path) { Ok(Output::standard()) } else { self.guard.create(path) }
    }

    /// Prints on standard error which policy was found, for output that does not include it.
    pub(crate) fn tell_policy(&self) {
        if let Some(policy) = self.policy.as_ref().filter(|policy| policy.is_found) {
            tell(format_args!("flagflow: judged by {}", policy.name()));
        }
    }
}

/// The arguments of a command.
struct PathArguments<'a>(&'a ArgMatches);

impl PathArguments<'_> {
    fn paths(&self, role: PathRole) -> Vec<PathBuf> {
        let ids = ROLES.iter().filter(|(_, other)| *other == role).map(|(id, _)| *id);
        ids.flat_map(|id| self.paths_of(id)).collect()
    }

    /// Returns the paths of an argument; none if the command has no such argument, or it is not a
    /// path.
    fn paths_of(&self, id: &str) -> Vec<PathBuf> {
        if let Ok(paths) = self.0.try_get_many::<PathBuf>(id) {
            return paths.into_iter().flatten().cloned().collect();
        }
        let reports = self.0.try_get_many::<ReportPath>(id).ok().flatten();
        reports.into_iter().flatten().map(|report| report.path.clone()).collect()
    }

    /// Rejects more than one use of standard input, which can be read only once.
    fn expect_one_standard_input(&self) -> Result<(), Failure> {
        let roles = [PathRole::Judged, PathRole::Data, PathRole::Settings];
        let inputs = roles.into_iter().flat_map(|role| self.paths(role));
        match inputs.filter(|path| is_standard(path)).count() {
            0 | 1 => Ok(()),
            _ => Err(Failure::new("- can be given only once: it is standard input")),
        }
    }

    fn policy(&self) -> Result<Option<PolicyFile>, Failure> {
        match self.0.try_get_one::<bool>("no_config") {
            Ok(Some(false)) => {}
            // without a policy, or in a command that checks nothing
            _ => return Ok(None),
        }
        let judged = [self.paths(PathRole::Judged), self.paths(PathRole::Watched)].concat();
        match self.paths_of("config").first() {
            Some(path) => policy::named(path).map(Some),
            None => policy::found(&judged),
        }
    }

    fn guard(&self, policy: Option<&PolicyFile>) -> Result<Guard, Failure> {
        let mut guard = Guard::default();
        self.add_outputs(&mut guard)?;
        for path in self.paths(PathRole::Register) {
            guard.uses_register(&path)?;
        }
        if guard.is_idle() {
            return Ok(guard);
        }
        for path in self.paths(PathRole::Data) {
            guard.reads(&path)?;
        }
        let folders = FolderArgs::of(self.0).read()?;
        for file in found(&self.paths(PathRole::Judged), &folders, &mut |_| {}) {
            guard.reads(&file.path)?;
        }
        let settings = self.paths(PathRole::Settings);
        let of_the_policy = policy.into_iter().flat_map(PolicyFile::paths);
        for path in settings.iter().map(PathBuf::as_path).chain(of_the_policy) {
            // --config is one of both
            guard.reads_settings(path)?;
        }
        Ok(guard)
    }

    fn add_outputs(&self, guard: &mut Guard) -> Result<(), Failure> {
        for path in self.paths(PathRole::Output) {
            guard.writes(&path)?;
        }
        for folder in self.paths(PathRole::Folder) {
            guard.writes_into(&folder, FileOptions::may_be_named)?;
        }
        for folder in self.paths(PathRole::Watched) {
            guard.watches(&folder, &OWN_FOLDERS)?;
        }
        Ok(guard.writes_standard_output()?)
    }
}

#[cfg(test)]
mod tests;
