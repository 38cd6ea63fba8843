//! `flagflow watch DIR`

mod health;
mod http;
mod metrics;
mod service;

use std::fs::File;
use std::io::{self, BufRead, Read, Seek, SeekFrom, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use flagflow::check::render::ReportEntry;
use flagflow::check::{Counts, check_records, escape_path};
use flagflow::files::input::{self, Input};
use flagflow::intake::quarantine::{Limits, QuarantineOptions, RejectRate};
use flagflow::intake::watch::{
    FileJudge, FileOutcome, Folder, Incoming, RoundSummary, Unjudged, Watch, WatchEvent,
    WatchOptions, check_and_split,
};

use super::check::FailLevel;
use crate::exit::{Exit, Failure};
use crate::files::Files;
use crate::judgement::{Judgement, JudgementArgs};
use crate::quarantine::limits_or;
use crate::reading::{Reading, ReadingArgs};
use crate::terminal::tell;
use health::Health;
use metrics::{Metrics, MetricsFile, lock};
use service::Service;

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

    /// Write metrics to this file, in the text format of Prometheus, for the textfile collector of
    /// its node exporter (NAME.prom).
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,

    /// Serve /metrics and /healthz over HTTP at this address. A port alone is one of 127.0.0.1,
    /// which other machines cannot reach.
    #[arg(long, value_name = "ADDRESS", value_parser = http::address, conflicts_with = "once")]
    listen: Option<SocketAddr>,

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
    let health = Arc::new(Health::of(args.folder.clone()));
    let metrics = Arc::new(Metrics::new(files.policy.as_ref().map(|file| &file.policy)));
    let judge = ByPolicy::new(args, files, &health, &metrics)?;
    let mut log = EventPrinter::open(args)?;
    let options = args.options();
    let stop = StopSignal::on_signals()?;
    let folder = Folder::open(&args.folder, &options)?;
    let file = args.metrics.as_deref();
    let file = file.map(|path| MetricsFile::create(path, &files.guard, &metrics)).transpose()?;
    let file = Mutex::new(file);
    let renew = |has_changed| {
        lock(&file).iter_mut().for_each(|file| file.renew(&metrics, has_changed));
    };
    if let Some(address) = args.listen {
        let failed = |error| Failure::new(format!("{address}: cannot be served: {error}"));
        let bound = http::serve(address, Arc::clone(&metrics), Arc::clone(&health));
        tell(format_args!("flagflow: serving http://{}/metrics", bound.map_err(failed)?));
    }
    let watch = Watch::begin(folder, &options, judge, |event| {
        log.write(event)?;
        health.step();
        metrics.count(event);
        renew(false);
        Ok(())
    });
    let service = Service::started(&health)?;
    let mut monitors = Monitors { health: &health, metrics: &metrics, renew: &renew, service };
    let ended = watch.and_then(|watch| rounds(args, watch, &stop, &mut monitors));
    monitors.service.stopping();
    match ended {
        // the reader of the log stopped; unwritten events are written after the next start
        Err(error) if error.is_closed_pipe() => Ok(Exit::Clean),
        ended => Ok(ended?),
    }
}

/// The monitors that observe a watch.
struct Monitors<'a> {
    health: &'a Health,
    metrics: &'a Metrics,
    /// Writes the file of the metrics again; at once if something has changed.
    renew: &'a dyn Fn(bool),
    service: Service,
}

impl Monitors<'_> {
    /// Publishes the result of a pass.
    fn passed<J: FileJudge, L: FnMut(&WatchEvent) -> io::Result<()>>(
        &mut self,
        watch: &Watch<J, L>,
        has_changed: bool,
    ) {
        let failing = watch.failing().count();
        let first = watch.failing().next();
        let shown = first.map(|(name, error)| format!("{}: {error}", escape_path(Path::new(name))));
        self.health.passed(shown.map(|shown| (failing, shown)));
        self.health.step();
        self.metrics.passed(watch.waiting(), failing);
        (self.renew)(has_changed);
        let RoundSummary { accepted, rejected, split, .. } = watch.total();
        self.service.status(format!(
            "{accepted} accepted, {rejected} rejected, {split} split, {} waiting, {failing} of them failing",
            watch.waiting()
        ));
    }
}

/// Polls until the watch ends.
fn rounds<J: FileJudge, L: FnMut(&WatchEvent) -> io::Result<()>>(
    args: &Args,
    mut watch: Watch<J, L>,
    stop: &StopSignal,
    monitors: &mut Monitors<'_>,
) -> flagflow::files::Result<Exit> {
    let began = Instant::now();
    // once is two polls, with the settling time between them, however long a poll takes
    let mut looks: u64 = if args.settle.is_zero() { 1 } else { 2 };
    let mut waiting = 0;
    loop {
        let now = began.elapsed();
        let due = watch.look(now)?;
        monitors.metrics.looked(watch.waiting());
        let handled = watch.handle(due, now, &stop.asked)?;
        let has_changed = handled != RoundSummary::default() || watch.waiting() != waiting;
        waiting = watch.waiting();
        monitors.passed(&watch, has_changed);
        looks = looks.saturating_sub(1);
        if args.once && (looks == 0 || watch.waiting() == 0) {
            return Ok(exit(watch.total()));
        }
        monitors.health.set_idle(true);
        stop.wait(if args.once { args.settle } else { args.interval });
        monitors.health.set_idle(false);
        if stop.asked.load(Ordering::Relaxed) {
            return Ok(if args.once { exit(watch.total()) } else { Exit::Clean });
        }
    }
}

/// Returns the outcome of handling files once.
fn exit(total: RoundSummary) -> Exit {
    match total {
        RoundSummary { failed: 1.., .. } | RoundSummary { gone: 1.., .. } => Exit::Failed,
        RoundSummary { rejected: 1.., .. } | RoundSummary { split: 1.., .. } => Exit::Findings,
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
    health: &'a Arc<Health>,
    metrics: &'a Metrics,
}

impl<'a> ByPolicy<'a> {
    fn new(
        args: &'a Args,
        files: &'a Files,
        health: &'a Arc<Health>,
        metrics: &'a Metrics,
    ) -> Result<Self, Failure> {
        let (judgement, reading) = (args.judgement.with(files), args.reading.read()?);
        Ok(Self { args, judgement, reading, health, metrics })
    }

    fn check(&self, incoming: Incoming<'_>) -> Result<FileOutcome, Unjudged> {
        let input = ObservedInput { input: incoming.input, health: Arc::clone(self.health) };
        let (sender, input) = input::sender(Box::new(input))?;
        self.metrics.begin(sender.as_ref());
        let mut options = self.judgement.options(sender.as_ref());
        options.mask = self.args.mask;
        options.sequence = incoming.sequence;
        self.reading.apply(&mut options);
        let mut counts = Counts::default();
        let (report, parts, refusals) = if self.judgement.splits(sender.as_ref()) {
            let options = QuarantineOptions::new(options);
            check_and_split(&incoming.source, input, &options, &mut counts)?
        } else {
            (check_records(input, &options, &mut counts)?, None, Vec::new())
        };
        self.metrics.reported(&report);
        let terms = self.judgement.gates(sender.as_ref());
        let fail_on = FailLevel::or(self.args.fail_on, terms);
        let mut entry = ReportEntry::new(incoming.name, report);
        entry = entry.with_counts(counts).failing_on(fail_on);
        if entry.fails() {
            let not_split = |refusal| format!("not split: {refusal}");
            entry = entry.refused_for(refusals.into_iter().map(not_split));
        }
        let entry = entry.judged_by(self.judgement.described(sender.as_ref()));
        let outcome = FileOutcome::by(&entry, limits_or(self.args.limits(), terms))?;
        Ok(outcome.split_into(parts, &entry))
    }
}

impl FileJudge for ByPolicy<'_> {
    fn judge(&mut self, incoming: Incoming<'_>) -> Result<FileOutcome, Unjudged> {
        let began = Instant::now();
        self.metrics.begin(None);
        let outcome = self.check(incoming);
        self.metrics.took(began.elapsed());
        outcome
    }
}

/// An input whose reading is progress of the watch.
struct ObservedInput {
    input: Input,
    health: Arc<Health>,
}

impl Read for ObservedInput {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.health.step();
        self.input.read(buffer)
    }
}

impl BufRead for ObservedInput {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.input.fill_buf()
    }

    fn consume(&mut self, length: usize) {
        self.health.step();
        self.input.consume(length);
    }
}
