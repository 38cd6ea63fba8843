//! `flagflow register vacuum`: rewrites a register without free space.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use flagflow::check::render::amount;
use flagflow::electricity::Timestamp;
use flagflow::register::{Register, Removed, remove_earlier, timestamp_of};

use super::{in_state, open, open_file, say, url};
use crate::age::{parse_age, time_before};
use crate::exit::{Exit, Failure};

/// Rewrite a register without free space, and remove what is old if --keep is given
///
/// Other processes wait until the register is rewritten, which takes as much space on the disk
/// again, twice for a time. A database is not rewritten, because PostgreSQL does so itself.
///
/// --keep removes the updates and the notices of before that time, except those that the flags of
/// later days, the notified flags and the rejected updates need. Events, the digests of files and
/// the last numbers stay.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The register
    #[arg(value_name = "STATE")]
    state: PathBuf,

    /// Remove what is older than this and not needed, such as 400d. Off by default
    #[arg(long, value_name = "TIME", value_parser = parse_age)]
    keep: Option<Duration>,

    /// The time from which --keep counts back, YYYYMMDDHHMMSS in UTC; now by default
    #[arg(long, value_name = "TIME", requires = "keep")]
    now: Option<Timestamp>,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Failure> {
    let path = &args.state;
    let Some(keep) = args.keep else {
        let register = open_file(path, "PostgreSQL does so itself, by autovacuum")?;
        return register.vacuum().map(|()| Exit::Clean).map_err(|error| in_state(path, &error));
    };
    let now = args.now.or_else(|| timestamp_of(SystemTime::now()));
    let before = now.and_then(|now| time_before(now, keep));
    let before = before.ok_or_else(|| Failure::new("--keep: there is no such time"))?;
    if url(path).is_some() {
        return remove(path, &mut *open(path)?, before);
    }
    let mut register = open_file(path, "")?;
    let exit = remove(path, &mut register, before)?;
    register.vacuum().map_err(|error| in_state(path, &error))?;
    Ok(exit)
}

/// Removes what is of before a time, and prints the counts.
fn remove<R: Register + ?Sized>(
    path: &Path,
    register: &mut R,
    before: Timestamp,
) -> Result<Exit, Failure> {
    let Removed { updates, notices } =
        remove_earlier(register, before).map_err(|error| in_state(path, &error))?;
    super::lines(path, |output| {
        let counts =
            format!("removed: {}, {}", amount(updates, "update"), amount(notices, "notice"));
        say(output, &counts).map(|()| Exit::Clean)
    })
}
