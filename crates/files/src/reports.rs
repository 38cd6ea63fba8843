//! Several reports of one check, each in a format and a file of its own.

use std::io;
use std::path::{Path, PathBuf};

use flagflow_check::Counts;
use flagflow_check::render::{Format, MOST_SARIF_RESULTS, ReportEntry, sarif_of, write};

use crate::error::Error;
use crate::input::is_standard;
use crate::output::{Guard, Output};

/// The most findings that are kept until the end of a run, for the formats that need all files at
/// once. Past it fewer of each rule and file are kept, down to one, and then none of further files.
const KEPT: usize = 50_000;

/// The steps of that.
const STEPS: [usize; 5] = [10_000, 1_000, 100, 10, 1];

/// The most memory of [`Counts`] that are kept so, in bytes.
const KEPT_COUNTS: usize = 32 << 20;

/// Reports on the files of a run, written side by side during the run.
///
/// Each report appears whole when [`Reports::finish`] is called, or not at all ([`Output`]). A
/// failing report does not affect the others.
///
/// ```
/// use flagflow_check::render::{ReportEntry, Format};
/// use flagflow_check::{Options, check};
/// use flagflow_files::reports::Reports;
///
/// let folder = tempfile::tempdir()?;
/// let page = folder.path().join("report.html");
/// let mut reports = Reports::new(None);
/// reports.create(Format::Html, &page)?;
///
/// let options = Options { max_samples: reports.most(), ..Options::default() };
/// let report = check(&b"E450000123409N20230229\n"[..], &options)?;
/// reports.add(ReportEntry::new("status.dxi", report));
/// assert!(reports.finish().is_empty() && page.exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Reports {
    max_samples: Option<usize>,
    guard: Guard,
    files: Vec<OpenReport>,
    /// Entries kept for the formats that need all files at once.
    kept: Vec<ReportEntry>,
    findings: usize,
    /// The most of them that a rule of a file has.
    most_kept: usize,
    counts: usize,
}

#[derive(Debug)]
struct OpenReport {
    format: Format,
    path: PathBuf,
    /// The most findings of each rule and file; `None` is all.
    most: Option<usize>,
    /// Or what went wrong.
    output: Result<Output, Error>,
}

impl Reports {
    /// Creates an empty set of reports. They show at most `max_samples` findings of each rule and
    /// file, 0 for all; `None` is each format's own maximum ([`Format::samples`]).
    #[must_use]
    pub fn new(max_samples: Option<usize>) -> Self {
        Self {
            max_samples,
            guard: Guard::default(),
            files: Vec::new(),
            kept: Vec::new(),
            findings: 0,
            most_kept: usize::MAX,
            counts: 0,
        }
    }

    /// Adds a report; `-` is standard output.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`](crate::ErrorKind::Options) where a report is there already,
    /// [`ErrorKind::Output`](crate::ErrorKind::Output) when no file can be made; the other reports
    /// are not touched by that.
    pub fn create(&mut self, format: Format, path: &Path) -> Result<(), Error> {
        self.guard.writes(path)?;
        let guard = self.guard.clone();
        self.create_in(&guard, format, path)
    }

    /// Adds a report in a run that has inputs and other outputs. The guard has all of them, this
    /// path included.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Output`](crate::ErrorKind::Output) if no file can be created.
    pub fn create_in(&mut self, guard: &Guard, format: Format, path: &Path) -> Result<(), Error> {
        let output = match is_standard(path) {
            true => Output::standard(),
            false => guard.create(path)?,
        };
        self.create_for(format, path, output);
        Ok(())
    }

    /// Adds a report to a writer outside the file system; `name` is used in errors.
    ///
    /// ```
    /// use std::io::{Read, pipe};
    ///
    /// use flagflow_check::render::{Format, ReportEntry};
    /// use flagflow_check::{Options, check};
    /// use flagflow_files::reports::Reports;
    ///
    /// let (mut reader, writer) = pipe()?;
    /// let mut reports = Reports::new(None);
    /// reports.create_to(Format::Json, writer, "a pipe");
    /// let report = check(&b"E450000123409N20230229\n"[..], &Options::default())?;
    /// reports.add(ReportEntry::new("status.dxi", report));
    /// assert!(reports.finish().is_empty());
    ///
    /// let mut written = String::new();
    /// reader.read_to_string(&mut written)?;
    /// assert!(written.starts_with("{\"schema\":\"flagflow-report/1\",\"file\":\"status.dxi\""));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn create_to(
        &mut self,
        format: Format,
        writer: impl io::Write + Send + 'static,
        name: &str,
    ) {
        self.create_for(format, Path::new(name), Output::to_writer(writer, name));
    }

    fn create_for(&mut self, format: Format, path: &Path, output: Output) {
        let most = most(format, self.max_samples);
        self.files.push(OpenReport { format, path: path.to_owned(), most, output: Ok(output) });
    }

    /// Returns true if there are no reports.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Returns the most findings of each rule that any report shows, for
    /// [`Options::max_samples`](flagflow_check::Options::max_samples); `None` is all, and 0 if
    /// there are no reports.
    #[must_use]
    pub fn most(&self) -> Option<usize> {
        self.most_of(|_| true)
    }

    /// Returns true if a report shows [`Counts`].
    #[must_use]
    pub fn shows_counts(&self) -> bool {
        self.files.iter().any(|file| file.format.shows_counts())
    }

    fn most_of(&self, which: impl Fn(Format) -> bool) -> Option<usize> {
        let mut files = self.files.iter().filter(|file| which(file.format));
        files.try_fold(0, |most, file| Some(most.max(file.most?)))
    }

    /// Adds a file of the run.
    pub fn add(&mut self, entry: ReportEntry) {
        for file in &mut self.files {
            if file.format.is_file_by_file() {
                file.write(std::slice::from_ref(&entry));
            }
        }
        if self.files.iter().any(|file| !file.format.is_file_by_file()) {
            self.keep(entry);
        }
    }

    /// Keeps a file for the end, with fewer findings if many files are kept.
    fn keep(&mut self, mut entry: ReportEntry) {
        let most = self.most_of(|format| !format.is_file_by_file());
        limit(&mut entry, Some(most.unwrap_or(usize::MAX).min(self.most_kept)));
        self.findings += held(&entry);
        let left = KEPT_COUNTS.saturating_sub(self.counts);
        entry.counts = entry.counts.filter(|counts| counts.memory() <= left);
        self.counts += entry.counts.as_ref().map_or(0, Counts::memory);
        self.kept.push(entry);
        self.keep_fewer();
    }

    fn keep_fewer(&mut self) {
        for step in STEPS {
            if self.findings > KEPT && step < self.most_kept {
                self.most_kept = step;
                self.kept.iter_mut().for_each(|entry| limit(entry, Some(step)));
                self.findings = self.kept.iter().map(held).sum();
            }
        }
        if self.findings > KEPT
            && let Some(last) = self.kept.last_mut()
        {
            self.findings -= held(last);
            limit(last, Some(0));
        }
    }

    /// Publishes the reports, and returns the errors of those that cannot be written.
    #[must_use = "a report that could not be written is only returned here"]
    pub fn finish(self) -> Vec<Error> {
        let Self { mut files, mut kept, max_samples, .. } = self;
        // those that show most first, so that findings are only ever left out
        files.sort_by_key(|file| std::cmp::Reverse(file.most.unwrap_or(usize::MAX)));
        for file in files.iter_mut().filter(|file| !file.format.is_file_by_file()) {
            kept.iter_mut().for_each(|entry| limit(entry, file.most));
            file.write_all(&kept, max_samples);
        }
        files.into_iter().filter_map(|file| file.output.and_then(Output::commit).err()).collect()
    }
}

/// Returns the most findings that a format shows of each rule and file; `None` is all.
#[must_use]
pub fn most(format: Format, max_samples: Option<usize>) -> Option<usize> {
    let wanted = Some(max_samples.unwrap_or(format.samples())).filter(|most| *most > 0);
    match (wanted, format.most_findings()) {
        (Some(wanted), Some(most)) => Some(wanted.min(most)),
        (wanted, most) => wanted.or(most),
    }
}

impl OpenReport {
    /// Writes all files of a run, in a format that needs them at once. A given number of findings
    /// overrides the number of results that SARIF services accept.
    fn write_all(&mut self, entries: &[ReportEntry], max_samples: Option<usize>) {
        let Ok(output) = &mut self.output else { return };
        let written = match (self.format, max_samples) {
            (Format::Sarif, Some(_)) => sarif_of(output, entries, MOST_SARIF_RESULTS),
            (format, _) => write(format, output, entries),
        };
        if let Err(error) = written {
            self.output = Err(Error::writing_to(&self.path, error));
        }
    }

    /// Writes files to a report, unless it failed before.
    fn write(&mut self, entries: &[ReportEntry]) {
        let Ok(output) = &mut self.output else { return };
        if let Err(error) = written(self.format, output, entries, self.most) {
            self.output = Err(Error::writing_to(&self.path, error));
        }
    }
}

fn written(
    format: Format,
    output: &mut Output,
    entries: &[ReportEntry],
    most: Option<usize>,
) -> io::Result<()> {
    entries.iter().try_for_each(|entry| {
        let mut entry = entry.clone();
        limit(&mut entry, most);
        write(format, output, &[entry])
    })
}

fn limit(entry: &mut ReportEntry, most: Option<usize>) {
    if let (Ok(report), Some(most)) = (&mut entry.outcome, most) {
        report.limit(most);
    }
}

/// Returns the number of sample findings of a file.
fn held(entry: &ReportEntry) -> usize {
    entry.outcome.as_ref().map_or(0, |report| report.findings.len())
}
