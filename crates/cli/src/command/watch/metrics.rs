//! Metrics of a watch, for Prometheus.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use flagflow::check::{Policy, Report, Sender, escape};
use flagflow::files::output::{Guard, Output};
use flagflow::files::{Error, Result, with_sources};
use flagflow::intake::watch::{EventKind, WatchEvent};
use prometheus_client::encoding::{EncodeLabelSet, prometheus_text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::terminal::tell;

pub(super) use prometheus_text::CONTENT_TYPE;

/// The most senders that have a label of their own without a section in the policy.
const MOST_SENDERS: usize = 100;

/// The longest label of a sender, in characters.
const LONGEST_SENDER: usize = 32;

/// The time after which the file is written again even if nothing has happened.
const REFRESH: Duration = Duration::from_secs(15);

/// The longest checks of the groups by which the seconds of checks are counted.
const SECONDS: [f64; 9] = [0.001, 0.01, 0.1, 0.5, 1.0, 5.0, 30.0, 120.0, 600.0];

/// The label of a value that is not known: a file that cannot be checked has no flow.
const UNKNOWN: &str = "unknown";

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct FileLabels {
    result: &'static str,
    flow: &'static str,
    sender: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ResultLabel {
    result: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct FlagLabel {
    flag: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct FindingLabels {
    rule: &'static str,
    severity: &'static str,
}

/// Counts of a watch since its start.
pub(super) struct Metrics {
    registry: Registry,
    files: Family<FileLabels, Counter>,
    records: Family<FileLabels, Counter>,
    flags: Family<FlagLabel, Counter>,
    findings: Family<FindingLabels, Counter>,
    seconds: Histogram,
    last_file: Family<ResultLabel, Gauge>,
    last_pass: Gauge,
    waiting: Gauge,
    failing: Gauge,
    senders: Mutex<Senders>,
    current: Mutex<CheckedFacts>,
}

/// Facts of a checked file that its event does not have.
#[derive(Default)]
struct CheckedFacts {
    flow: Option<&'static str>,
    sender: Option<String>,
    flags: Vec<(String, u64)>,
    findings: Vec<(FindingLabels, u64)>,
}

impl Metrics {
    /// Returns metrics without any event; senders with a section in the policy always have their
    /// own label.
    pub(super) fn new(policy: Option<&Policy>) -> Self {
        let named = policy.into_iter().flat_map(Policy::senders).map(str::to_owned);
        let mut metrics = Self {
            registry: Registry::with_prefix("flagflow_watch"),
            files: Family::default(),
            records: Family::default(),
            flags: Family::default(),
            findings: Family::default(),
            seconds: Histogram::new(SECONDS),
            last_file: Family::default(),
            last_pass: Gauge::default(),
            waiting: Gauge::default(),
            failing: Gauge::default(),
            senders: Mutex::new(Senders { named: named.collect(), others: BTreeSet::new() }),
            current: Mutex::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("files", "Events of files by result", self.files.clone());
        registry.register("records", "Records of handled files", self.records.clone());
        registry.register("flags", "Accepted records by flag", self.flags.clone());
        registry.register("findings", "Findings in handled files", self.findings.clone());
        registry.register("check_seconds", "Seconds per check", self.seconds.clone());
        registry.register(
            "last_file_timestamp_seconds",
            "Time of the last file",
            self.last_file.clone(),
        );
        registry.register(
            "last_pass_timestamp_seconds",
            "Time at which the last pass over the folder ended",
            self.last_pass.clone(),
        );
        registry.register("waiting_files", "Files in the folder", self.waiting.clone());
        registry.register(
            "failing_files",
            "Files in the folder that could not be handled",
            self.failing.clone(),
        );
    }

    /// Notes the file that is checked next, by its sender.
    pub(super) fn begin(&self, sender: Option<&Sender>) {
        let sender = sender.map(|sender| lock(&self.senders).label(sender));
        *lock(&self.current) = CheckedFacts { sender, ..CheckedFacts::default() };
    }

    /// Notes the time of a check.
    pub(super) fn took(&self, time: Duration) {
        self.seconds.observe(time.as_secs_f64());
    }

    /// Notes the report of the file; it counts once the file is in its place.
    pub(super) fn reported(&self, report: &Report) {
        let mut current = lock(&self.current);
        current.flow = report.flow.map(flagflow::check::Flow::as_str);
        let flags = report.flags.iter().map(|(flag, count)| (flag.to_string(), count));
        current.flags = flags.collect();
        let found = report.totals.iter().filter(|(_, count)| **count > 0);
        let labelled = found.map(|(rule, count)| {
            let severity = report.severity[rule].as_str();
            (FindingLabels { rule: rule.rule().name, severity }, *count)
        });
        current.findings = labelled.collect();
    }

    /// Counts an event. The event of an earlier process has neither flow nor sender.
    pub(super) fn count(&self, event: &WatchEvent) {
        let facts = std::mem::take(&mut *lock(&self.current));
        let facts = if event.recovered { CheckedFacts::default() } else { facts };
        let labels = |result| FileLabels {
            result,
            flow: facts.flow.unwrap_or(UNKNOWN),
            sender: facts.sender.clone().unwrap_or_else(|| UNKNOWN.to_owned()),
        };
        let result = event.event.as_str();
        self.files.get_or_create(&labels(result)).inc();
        if !matches!(event.event, EventKind::Accepted | EventKind::Rejected | EventKind::Split) {
            return;
        }
        self.waiting.dec();
        self.last_file.get_or_create(&ResultLabel { result }).set(now());
        if let Some(counts) = event.counts {
            self.records.get_or_create(&labels("accepted")).inc_by(counts.accepted);
            self.records.get_or_create(&labels("rejected")).inc_by(counts.rejected);
        }
        for (flag, count) in facts.flags {
            self.flags.get_or_create(&FlagLabel { flag }).inc_by(count);
        }
        for (labels, count) in facts.findings {
            self.findings.get_or_create(&labels).inc_by(count);
        }
    }

    /// Sets the number of files in the folder.
    pub(super) fn looked(&self, waiting: usize) {
        self.waiting.set(whole(waiting));
    }

    /// Sets the numbers at the end of a pass.
    pub(super) fn passed(&self, waiting: usize, failing: usize) {
        self.looked(waiting);
        self.failing.set(whole(failing));
        self.last_pass.set(now());
    }

    /// Returns the metrics in the text format of Prometheus.
    pub(super) fn text(&self) -> std::result::Result<String, fmt::Error> {
        let mut text = String::new();
        prometheus_text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// Senders that have a label of their own. Anyone may send files with invented senders, so their
/// number is limited.
struct Senders {
    named: BTreeSet<String>,
    others: BTreeSet<String>,
}

impl Senders {
    fn label(&mut self, sender: &Sender) -> String {
        if let Some(name) = self.named.iter().find(|name| sender.is(name)) {
            return name.clone();
        }
        let name: String = escape(sender.to_string().as_bytes());
        let is_new = !self.others.contains(&name);
        if name.len() > LONGEST_SENDER || is_new && self.others.len() >= MOST_SENDERS {
            return "other".to_owned();
        }
        if is_new {
            self.others.insert(name.clone());
        }
        name
    }
}

/// The file of the metrics, for the textfile collector of the node exporter.
pub(super) struct MetricsFile<'a> {
    path: &'a Path,
    guard: &'a Guard,
    written: Instant,
    /// The last error, which is printed once.
    error: Option<String>,
}

impl<'a> MetricsFile<'a> {
    /// Writes the file for the first time.
    pub(super) fn create(path: &'a Path, guard: &'a Guard, metrics: &Metrics) -> Result<Self> {
        let file = Self { path, guard, written: Instant::now(), error: None };
        file.write(metrics).map(|()| file)
    }

    /// Writes the file again, if something has happened or it has become old. An error does not
    /// end the watch.
    pub(super) fn renew(&mut self, metrics: &Metrics, has_changed: bool) {
        if !has_changed && self.written.elapsed() < REFRESH {
            return;
        }
        self.written = Instant::now();
        let error = self.write(metrics).err().map(|error| with_sources(&error));
        if let Some(error) = error.as_ref().filter(|error| self.error.as_ref() != Some(error)) {
            tell(format_args!("flagflow: {error}"));
        }
        self.error = error;
    }

    fn write(&self, metrics: &Metrics) -> Result<()> {
        use std::io::Write;
        let text = metrics.text().map_err(|error| Error::writing(std::io::Error::other(error)))?;
        let mut output: Output = self.guard.create(self.path)?;
        output.write_all(text.as_bytes()).map_err(|cause| Error::writing_to(self.path, cause))?;
        output.commit()
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.ok().and_then(|time| i64::try_from(time.as_secs()).ok()).unwrap_or_default()
}

fn whole(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Locks a value that no panic can leave half-changed.
pub(super) fn lock<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn sender(name: &str) -> Sender {
        Sender::Participant(name.to_owned())
    }

    #[test]
    fn senders_have_a_limited_number_of_labels() {
        let policy = "[sender.EELC]\nignore = []\n[sender.123]\nignore = []\n";
        let policy = Policy::from_toml(policy, Path::new("")).unwrap();
        let metrics = Metrics::new(Some(&policy));
        let label = |sender: &Sender| lock(&metrics.senders).label(sender);
        for number in 0..MOST_SENDERS {
            let name = format!("S{number}");
            assert_eq!(label(&sender(&name)), name);
        }
        for (from, expected) in [
            (sender("S7"), "S7"),
            (sender("NEW1"), "other"),
            (sender("EELC"), "EELC"),
            (Sender::Organisation(123), "123"),
            (Sender::Organisation(124), "other"),
        ] {
            assert_eq!(label(&from), expected);
        }
        let long = Metrics::new(None);
        assert_eq!(lock(&long.senders).label(&sender(&"x".repeat(33))), "other");
        assert_eq!(lock(&long.senders).label(&sender("a\n")), "a\\x0A");
    }
}
