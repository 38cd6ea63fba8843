//! Options of check for the parts of a file, and for limits on rejected records.

use std::path::PathBuf;

use flagflow::check::policy::GateTerms;
use flagflow::check::render::plural;
use flagflow::check::{Error, Options, Report, Visitor, check_records};
use flagflow::exchange::input::Input;
use flagflow::exchange::output::Guard;
use flagflow::exchange::quarantine::{
    EnvelopeLineChange, Limits, PartPaths, QuarantineOptions, QuarantineParts, QuarantineRefusal,
    Quarantined, RejectRate, quarantine_with,
};
use flagflow::exchange::{Error as ExchangeError, Source, UserFileValues};

use crate::command::header::{HeaderNumbers, UserFileArgs};
use crate::exit::{Failure, below_name};
use crate::input::{Opened, cause};
use crate::terminal::{Watched, progress, tell};

/// Where the records of a file go, and how many rejected ones are too many.
#[derive(Clone, clap::Args)]
#[command(next_help_heading = "Quarantine")]
pub(crate) struct QuarantineArgs {
    /// Write the accepted records here, a valid file with header and trailer as they should be.
    #[arg(long, value_name = "OUT")]
    accepted_to: Option<PathBuf>,

    /// Write the rejected records here, byte for byte.
    #[arg(long, value_name = "OUT")]
    rejected_to: Option<PathBuf>,

    /// Write here why, a line of JSON a record; `flagflow merge` finds the places by it.
    #[arg(long, value_name = "OUT")]
    reasons_to: Option<PathBuf>,

    /// With more rejected records than this the exit code is 1 and nothing is written.
    #[arg(long, value_name = "N")]
    max_rejects: Option<u64>,

    /// The same for a share of the records: 0.01 or 1%.
    #[arg(long, value_name = "RATE")]
    max_reject_rate: Option<RejectRate>,

    #[command(flatten)]
    header: HeaderNumbers,

    #[command(flatten)]
    user_file: UserFileArgs,
}

/// A file that is open, and can be read again where its records are to be parted.
pub(crate) struct Opening {
    pub(crate) input: Input,
    source: Option<Source>,
}

/// By what a file is checked.
#[derive(Clone, Copy)]
pub(crate) struct Checks<'a> {
    pub(crate) options: &'a Options,
    /// What the policy says of limits.
    pub(crate) terms: GateTerms,
    /// The files of the run.
    pub(crate) guard: &'a Guard,
}

/// What became of the records, to be told once the report is printed.
pub(crate) struct Outcome {
    parts: Option<Quarantined>,
    refusals: Vec<QuarantineRefusal>,
    records: u64,
    rejected: u64,
}

impl QuarantineArgs {
    fn paths(&self) -> PartPaths {
        PartPaths {
            accepted: self.accepted_to.clone(),
            rejected: self.rejected_to.clone(),
            reasons: self.reasons_to.clone(),
        }
    }

    /// One file can be parted, and header values are for its accepted part.
    pub(crate) fn expect_one(&self, files: usize) -> Result<(), Failure> {
        if files > 1 && !self.paths().is_empty() {
            return Err(Failure::new(format!(
                "--accepted-to, --rejected-to and --reasons-to are for one file, and {files} are given"
            )));
        }
        let electricity = UserFileValues::from(self.user_file.clone());
        let given = !self.header.values().is_empty() || !electricity.is_empty();
        match given && self.accepted_to.is_none() {
            true => Err(Failure::new("header values are for --accepted-to, which is not given")),
            false => Ok(()),
        }
    }

    /// Opens a file, with a bar that shows how far it is read.
    pub(crate) fn open(&self, file: &Opened, quiet: bool) -> Result<Opening, String> {
        if self.paths().is_empty() {
            return Ok(Opening { input: file.open(quiet)?, source: None });
        }
        let cause = |error: ExchangeError| cause(&error);
        let source = Source::open(&file.path).map_err(cause)?;
        let bar = progress(source.size());
        let input = source.read_watched(|reader| Watched::new(reader, bar, quiet));
        let input = input.map_err(cause)?;
        Ok(Opening { input, source: Some(source) })
    }

    /// Checks a file, parts its records where that is wanted, and publishes the parts. Another
    /// visitor may listen.
    pub(crate) fn check<V: Visitor<Error = Error>>(
        &self,
        file: &Opened,
        opening: Opening,
        checks: Checks<'_>,
        also: &mut V,
    ) -> Result<(Report, Outcome), String> {
        let Checks { options, terms, guard } = checks;
        let limits = self.limits(terms);
        let Some(source) = opening.source else {
            let report = check_records(opening.input, options, also);
            let mut report = report.map_err(|error| below_name(&file.name, &error))?;
            Source::show_file_again(&file.path, &mut report);
            let outcome = Outcome::without_parts(&report, limits);
            return Ok((report, outcome));
        };
        let options = self.options(options, limits);
        let parted = self.part(guard, &source, opening.input, &options, also);
        let (report, parts) = parted.map_err(|error| below_name(&file.name, &error))?;
        let outcome = Outcome::of(parts);
        Ok((report, outcome))
    }

    fn part<V: Visitor<Error = Error>>(
        &self,
        guard: &Guard,
        source: &Source,
        input: Input,
        options: &QuarantineOptions,
        also: &mut V,
    ) -> Result<(Report, Quarantined), ExchangeError> {
        let mut files = QuarantineParts::create_in(guard, &self.paths())?;
        let (report, parts) = quarantine_with(source, input, files.outputs(), options, also)?;
        if parts.may_be_published() {
            source.expect_unchanged()?;
            files.commit()?;
        }
        Ok((report, parts))
    }

    fn options(&self, check: &Options, limits: Limits) -> QuarantineOptions {
        let mut options = QuarantineOptions::new(check.clone());
        options.limits = limits;
        options.header = self.header.values();
        options.user_file = self.user_file.clone().into();
        options
    }

    fn limits(&self, terms: GateTerms) -> Limits {
        let Self { max_rejects, max_reject_rate, .. } = *self;
        limits_or(Limits { max_rejects, max_reject_rate }, terms)
    }
}

/// Returns the given limits, or if one is missing, that of the configuration.
pub(crate) fn limits_or(given: Limits, terms: GateTerms) -> Limits {
    let rate = terms.max_reject_rate.and_then(|rate| RejectRate::try_from(rate).ok());
    Limits {
        max_rejects: given.max_rejects.or(terms.max_rejects),
        max_reject_rate: given.max_reject_rate.or(rate),
    }
}

impl Outcome {
    fn without_parts(report: &Report, limits: Limits) -> Self {
        let Report { records, rejected, .. } = *report;
        let refusals = limits.exceeded(records, rejected).map(QuarantineRefusal::Limit).collect();
        Self { parts: None, refusals, records, rejected }
    }

    fn of(parts: Quarantined) -> Self {
        let Quarantined { records, rejected, .. } = parts;
        let refusals = parts.refusals.clone();
        Self { parts: Some(parts), refusals, records, rejected }
    }

    /// Whether a file is refused, whatever else is said of it.
    const fn is_refused(&self) -> bool {
        !self.refusals.is_empty()
    }

    /// Why, in words.
    pub(crate) fn reasons(&self) -> impl Iterator<Item = String> {
        let Self { refusals, records, rejected, .. } = self;
        refusals.iter().map(move |refusal| match refusal {
            QuarantineRefusal::Limit(_) => format!("{refusal} ({rejected} of {records})"),
            _ => refusal.to_string(),
        })
    }

    /// Tells it on standard error.
    pub(crate) fn tell(&self, name: &str, quiet: bool) {
        for reason in self.reasons() {
            tell(format_args!("flagflow: {name}: refused: {reason}"));
        }
        let Some(parts) = &self.parts else { return };
        if self.is_refused() {
            tell(format_args!("flagflow: {name}: nothing was written"));
        } else if !quiet {
            tell(format_args!("{name}: {}", summary(parts)));
        }
    }
}

/// What the parts come to, in one line.
fn summary(parts: &Quarantined) -> String {
    let Quarantined { records, accepted, rejected, withheld, left_out, .. } = parts;
    let mut text =
        format!("{}: {accepted} accepted, {rejected} rejected", plural(*records, "record"));
    if *withheld > 0 {
        text += &format!(" ({withheld} of them without an error, see their reasons)");
    }
    for (name, fate) in [("header", parts.header), ("trailer", parts.trailer)] {
        if !matches!(fate, EnvelopeLineChange::Absent | EnvelopeLineChange::Kept) {
            text += &format!(", {name} {fate}");
        }
    }
    if *left_out > 0 {
        text += &format!(", {left_out} other lines left out or replaced");
    }
    text
}
