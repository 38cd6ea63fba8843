//! `flagflow notify add`: adds events to a register.

use std::path::PathBuf;

use flagflow::check::escape_path;
use flagflow::files::Source;
use flagflow::register::Register;
use flagflow::register::notify::{AddedEvents, Intake, TakenFile};
use flagflow::status::{EventLine, EventReader, ReplayError, RuleSet};

use super::super::refused::{Refused, RefusedArgs};
use super::super::register::{in_state, named, open_or_create};
use crate::exit::{Exit, Failure};
use crate::files::Files;
use crate::options::any_case;
use crate::terminal::tell;

/// The number of lines added to the register at once.
const BATCH: usize = 50_000;

/// Add events to a register, and derive flags and pending notices from them
///
/// STATE is created if it does not exist; `flagflow register apply` may use the same.
/// Events are kept in the order of the file, 50,000 at a time, each time all or none. A file that
/// was added before is recognised, and so is each event: the same day, device, event and meter
/// point, and the same position among equal events of the file. These change nothing and are
/// reported as repeated. Lines that are not events, events that cannot happen, and meter points
/// with wrong check digits are reported on standard error.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The register, a file, or a database by its URL, postgres://user@host/database
    #[arg(value_name = "STATE")]
    state: PathBuf,

    /// Events, JSON lines or csv, compressed or not; `-` is standard input
    #[arg(value_name = "EVENTS")]
    events: PathBuf,

    /// The rule set of the flags, for a new register; a register's rule set never changes
    #[arg(long, value_name = "SET", value_parser = any_case::<RuleSet>)]
    rules: Option<RuleSet>,

    #[command(flatten)]
    refused: RefusedArgs,
}

pub(crate) fn run(args: &Args, files: &Files) -> Result<Exit, Failure> {
    let source = Source::open(&args.events)?;
    let name = escape_path(&args.events);
    let register = open_or_create(&args.state)?;
    let mut register = super::open(&args.state, register, args.rules)?;
    let refused = args.refused.list(&args.events, &source, files)?;
    let (digest, before) = register.taken(&source).map_err(|error| named(&name, &error))?;
    if let Some(before) = before {
        let exit = taken_before(&name, &before);
        return refused.end().map(|_| exit);
    }
    let mut taking = Taking {
        args,
        intake: register.intake(),
        read: Vec::with_capacity(BATCH),
        bad: Vec::new(),
        refused,
        events: 0,
        repeated: LineRanges::default(),
    };
    for read in EventReader::new(source.read()?) {
        taking.add(read.map_err(ReplayError::from))?;
    }
    taking.take()?;
    let Taking { refused, events, repeated, .. } = taking;
    repeated.tell(&name);
    let file =
        TakenFile { name, digest, events, repeated: repeated.count, refused: refused.count() };
    let exit = refused.end()?;
    register.keep_taken(&file).map_err(|error| in_state(&args.state, &error))?;
    Ok(exit)
}

/// Prints the result of a file that was added before. The exit code is that of the first time.
fn taken_before(name: &str, before: &TakenFile) -> Exit {
    let TakenFile { name: first, events, repeated, refused, .. } = before;
    let events = events + repeated;
    tell(format_args!(
        "{name}: repeated: the same file was added before, as {first}, events: {events}; nothing changed"
    ));
    if *refused == 0 {
        return Exit::Clean;
    }
    tell(format_args!(
        "{name}: lines that were refused then: {refused}; to try these again, put them in a file of their own"
    ));
    Exit::Findings
}

/// Adds a file to a register, in batches of lines.
struct Taking<'a> {
    args: &'a Args,
    intake: Intake<'a, Box<dyn Register>>,
    read: Vec<EventLine>,
    bad: Vec<ReplayError>,
    refused: Refused<'a>,
    events: u64,
    repeated: LineRanges,
}

impl Taking<'_> {
    fn add(&mut self, read: Result<EventLine, ReplayError>) -> Result<(), Failure> {
        match read {
            Ok(read) => {
                self.refused.judge(read.line, &read.event);
                self.read.push(read);
            }
            Err(error) => self.bad.push(error),
        }
        if self.read.len() + self.bad.len() < BATCH { Ok(()) } else { self.take() }
    }

    /// Adds the batch, and reports its lines in order.
    fn take(&mut self) -> Result<(), Failure> {
        let events: Vec<_> = self.read.iter().map(|read| read.event).collect();
        let taken = self.intake.take(&events);
        let taken = taken.map_err(|error| in_state(&self.args.state, &error))?;
        let AddedEvents { refused, repeated, events, .. } = taken;
        self.events += events;
        for place in repeated {
            self.repeated.add(self.read[place].line);
        }
        self.bad.extend(refused.into_iter().map(|(place, refusal)| {
            let EventLine { line, offset, .. } = self.read[place];
            ReplayError::Refused { line, offset, refusal }
        }));
        // an error without a line is the last one
        self.bad.sort_by_key(|error| error.line().unwrap_or(u64::MAX));
        self.read.clear();
        self.bad.drain(..).try_for_each(|error| self.refused.add(error))
    }
}

/// The number of ranges of lines that are printed.
const MOST_RANGES: usize = 20;

/// Numbers of lines, as ranges.
#[derive(Default)]
struct LineRanges {
    count: u64,
    ranges: Vec<(u64, u64)>,
}

impl LineRanges {
    fn add(&mut self, line: u64) {
        self.count += 1;
        let is_full = self.ranges.len() > MOST_RANGES;
        match self.ranges.last_mut() {
            Some((_, last)) if *last + 1 == line => *last = line,
            _ if is_full => {}
            _ => self.ranges.push((line, line)),
        }
    }

    /// Reports the events that were added before.
    fn tell(&self, name: &str) {
        if self.count == 0 {
            return;
        }
        let range = |(first, last): &(u64, u64)| match first == last {
            true => first.to_string(),
            false => format!("{first}-{last}"),
        };
        let mut ranges: Vec<_> = self.ranges.iter().take(MOST_RANGES).map(range).collect();
        if self.ranges.len() > MOST_RANGES {
            ranges.push("...".to_owned());
        }
        let (count, ranges) = (self.count, ranges.join(", "));
        tell(format_args!("{name}: repeated events: {count}, lines {ranges}; they change nothing"));
    }
}
