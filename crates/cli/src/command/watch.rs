//! `flagflow watch DIR`

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use flagflow::check::render::ReportEntry;
use flagflow::check::{Counts, check_records, escape_path};
use flagflow::intake::quarantine::{Limits, RejectRate};
use flagflow::intake::watch::{
    FileJudge, FileOutcome, Folder, Incoming, RoundSummary, Unjudged, Watch, WatchEvent,
    WatchOptions,
};

use super::check::FailLevel;
use crate::exit::{Exit, Failure};
use crate::files::Files;
use crate::judgement::{Judgement, JudgementArgs};
use crate::quarantine::limits_or;
use crate::reading::{Reading, ReadingArgs};

/// Watch a folder: check new files and move them into accepted/ or rejected/
///
/// Each file is checked as by `flagflow check` and renamed into DIR/accepted or DIR/rejected, with
/// its reports (NAME.report.json and NAME.report.html). The command may be stopped or killed at any
/// moment: after the next start every file has been handled exactly once. The log has one JSON
/// object a file.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The folder. Folders in it, symbolic links, and names that begin with a dot are ignored.
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// Handle the present files and exit. Files that are still changing are left for the next run.
    #[arg(long)]
    once: bool,

    /// The time for which a file must be unchanged before it is checked; 0 if files are renamed
    /// into the folder.
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    settle: Duration,

    /// The polling interval.
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds)]
    interval: Duration,

    /// Ignore names with this extension, in upper or lower case, instead of .tmp, .part, .filepart,
    /// .partial, .crdownload, .swp and ~. May be repeated.
    #[arg(long, value_name = "ENDING")]
    unfinished: Vec<String>,

    /// Compare each file with the last accepted one of its sender.
    #[arg(long)]
    in_sequence: bool,

    /// Append the log to this file; to standard output by default.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,

    /// The lowest severity that rejects a file. [default: error]
    #[arg(long, value_enum)]
    fail_on: Option<FailLevel>,

    /// Reject a file with more rejected records than this.
    #[arg(long, value_name = "N")]
    max_rejects: Option<u64>,

    /// Reject a file with a larger share of rejected records than this: 0.01 or 1%.
    #[arg(long, value_name = "RATE")]
    max_reject_rate: Option<RejectRate>,

    /// Hide meter points in the reports.
    #[arg(long)]
    mask: bool,

    #[command(flatten)]
    reading: ReadingArgs,

    #[command(flatten)]
    judgement: JudgementArgs,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number = text.parse::<f64>().map_err(|_| "expected a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(number).map_err(|error| error.to_string())
}

pub(crate) fn run(args: &Args, files: &Files) -> Result<Exit, Failure> {
    let judge = ByPolicy::new(args, files)?;
    let mut log = EventPrinter::open(args)?;
    let options = args.options();
    let stop = StopSignal::on_signals()?;
    let folder = Folder::open(&args.folder, &options)?;
    let watch = Watch::begin(folder, &options, judge, |event| log.write(event));
    match watch.and_then(|watch| rounds(args, watch, &stop)) {
        // the reader of the log stopped; unwritten events are written after the next start
        Err(error) if error.is_closed_pipe() => Ok(Exit::Clean),
        ended => Ok(ended?),
    }
}

/// Polls until the watch ends.
fn rounds<J: FileJudge, L: FnMut(&WatchEvent) -> io::Result<()>>(
    args: &Args,
    mut watch: Watch<J, L>,
    stop: &StopSignal,
) -> flagflow::files::Result<Exit> {
    let began = Instant::now();
    // once is two polls, with the settling time between them, however long a poll takes
    let mut looks: u64 = if args.settle.is_zero() { 1 } else { 2 };
    loop {
        watch.round(began.elapsed(), &stop.asked)?;
        looks = looks.saturating_sub(1);
        if args.once && (looks == 0 || watch.waiting() == 0) {
            return Ok(exit(watch.total()));
        }
        stop.wait(if args.once { args.settle } else { args.interval });
        if stop.asked.load(Ordering::Relaxed) {
            return Ok(if args.once { exit(watch.total()) } else { Exit::Clean });
        }
    }
}

/// Returns the outcome of handling files once.
fn exit(total: RoundSummary) -> Exit {
    match total {
        RoundSummary { failed: 1.., .. } | RoundSummary { gone: 1.., .. } => Exit::Failed,
        RoundSummary { rejected: 1.., .. } => Exit::Findings,
        _ => Exit::Clean,
    }
}

impl Args {
    fn limits(&self) -> Limits {
        Limits { max_rejects: self.max_rejects, max_reject_rate: self.max_reject_rate }
    }

    fn options(&self) -> WatchOptions {
        let mut options = WatchOptions::default();
        options.settle = self.settle;
        options.in_sequence = self.in_sequence;
        if !self.unfinished.is_empty() {
            options.unfinished.clone_from(&self.unfinished);
        }
        options
    }
}

/// True once a signal has requested the end.
struct StopSignal {
    asked: Arc<AtomicBool>,
    woken: Receiver<()>,
}

impl StopSignal {
    /// Ends on ctrl-c and on the signals that stop a service, once the current file is finished.
    fn on_signals() -> Result<Self, Failure> {
        let asked = Arc::new(AtomicBool::new(false));
        let (wake, woken) = sync_channel(1);
        let to_ask = Arc::clone(&asked);
        ctrlc::set_handler(move || {
            to_ask.store(true, Ordering::Relaxed);
            // if the channel is full, the signal is already pending
            let _ = wake.try_send(());
        })?;
        Ok(Self { asked, woken })
    }

    /// Waits, at most until the end is requested.
    fn wait(&self, time: Duration) {
        let _ = self.woken.recv_timeout(time);
    }
}

/// The destination of the log.
enum EventPrinter {
    Standard,
    File(File),
}

impl EventPrinter {
    fn open(args: &Args) -> Result<Self, Failure> {
        let Some(path) = &args.log else { return Ok(Self::Standard) };
        let named = |error: io::Error| Failure::new(format!("{}: {error}", escape_path(path)));
        let file = File::options().create(true).append(true).read(true).open(path);
        file.and_then(on_a_line_of_its_own).map(Self::File).map_err(named)
    }

    fn write(&mut self, event: &WatchEvent) -> io::Result<()> {
        match self {
            Self::Standard => event.write_json(io::stdout().lock()),
            // only standard output can be a closed pipe
            Self::File(file) => event.write_json(file).map_err(io::Error::other),
        }
    }
}

/// Ends a line that a killed watch left incomplete; its event is written again.
fn on_a_line_of_its_own(mut file: File) -> io::Result<File> {
    let mut last = [b'\n'];
    if file.seek(SeekFrom::End(-1)).is_ok() {
        file.read_exact(&mut last)?;
    }
    if last != *b"\n" {
        file.write_all(b"\n")?;
    }
    Ok(file)
}

/// Checks as `flagflow check` does, with the sender's own settings.
struct ByPolicy<'a> {
    args: &'a Args,
    judgement: Judgement<'a>,
    reading: Reading<'a>,
}

impl<'a> ByPolicy<'a> {
    fn new(args: &'a Args, files: &'a Files) -> Result<Self, Failure> {
        Ok(Self { args, judgement: args.judgement.with(files), reading: args.reading.read()? })
    }
}

impl FileJudge for ByPolicy<'_> {
    fn judge(&mut self, incoming: Incoming<'_>) -> Result<FileOutcome, Unjudged> {
        let (sender, input) = self.judgement.sender(incoming.input)?;
        let mut options = self.judgement.options(sender.as_ref());
        options.mask = self.args.mask;
        options.sequence = incoming.sequence;
        self.reading.apply(&mut options);
        let mut counts = Counts::default();
        let report = check_records(input, &options, &mut counts)?;
        let terms = self.judgement.gates(sender.as_ref());
        let fail_on = FailLevel::or(self.args.fail_on, terms);
        let entry = ReportEntry::new(incoming.name, report).with_counts(counts).failing_on(fail_on);
        let entry = entry.judged_by(self.judgement.described(sender.as_ref()));
        FileOutcome::by(&entry, limits_or(self.args.limits(), terms))
    }
}
