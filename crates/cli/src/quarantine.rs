//! Options of check that split a file, and its limits.

use std::path::PathBuf;

use flagflow::check::policy::GateTerms;
use flagflow::check::render::plural;
use flagflow::check::{Error, Options, Report, Visitor, check_on_threads};
use flagflow::files::input::Input;
use flagflow::files::output::Guard;
use flagflow::files::{Error as ExchangeError, Source, UserFileValues};
use flagflow::intake::quarantine::{
    EnvelopeLineChange, Limits, PartPaths, QuarantineOptions, QuarantineParts, QuarantineRefusal,
    Quarantined, RejectRate, quarantine_with,
};

use crate::command::header::{HeaderNumbers, UserFileArgs};
use crate::exit::{Failure, below_name};
use crate::input::{Opened, cause};
use crate::terminal::{Watched, progress, tell};

/// Options of splitting a file, and limits of rejected records.
#[derive(Clone, clap::Args)]
#[command(next_help_heading = "Quarantine")]
pub(crate) struct QuarantineArgs {
    /// Write the accepted records to this file, with a valid header and trailer.
    #[arg(long, value_name = "OUT")]
    accepted_to: Option<PathBuf>,

    /// Write the rejected records to this file, byte for byte.
    #[arg(long, value_name = "OUT")]
    rejected_to: Option<PathBuf>,

    /// Write the reasons to this file, one JSON object a record; `flagflow merge` uses it to
    /// restore the places.
    #[arg(long, value_name = "OUT")]
    reasons_to: Option<PathBuf>,

    /// The most rejected records; if there are more, the exit code is 1 and nothing is written.
    #[arg(long, value_name = "N")]
    max_rejects: Option<u64>,

    /// The largest share of rejected records: 0.01 or 1%.
    #[arg(long, value_name = "RATE")]
    max_reject_rate: Option<RejectRate>,

    #[command(flatten)]
    header: HeaderNumbers,

    #[command(flatten)]
    user_file: UserFileArgs,
}

/// An open file that can be read again if its records are split.
pub(crate) struct CheckedInput {
    pub(crate) input: Input,
    source: Option<Source>,
}

/// Input of a check.
#[derive(Clone, Copy)]
pub(crate) struct Checks<'a> {
    pub(crate) options: &'a Options,
    /// The limits of the policy.
    pub(crate) terms: GateTerms,
    /// The files of the run.
    pub(crate) guard: &'a Guard,
}

/// The result of splitting, printed after the report.
pub(crate) struct SplitOutcome {
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

    /// Rejects more than one file, and header values without an output for accepted records.
    pub(crate) fn expect_one(&self, files: usize) -> Result<(), Failure> {
        if files > 1 && !self.paths().is_empty() {
            return Err(Failure::new(format!(
                "--accepted-to, --rejected-to and --reasons-to are for one file, and {files} are given"
            )));
        }
        let electricity = UserFileValues::from(self.user_file.clone());
        let given = !self.header.values().is_empty() || !electricity.is_empty();
        match given && self.accepted_to.is_none() {
            true => Err(Failure::new("header values need --accepted-to")),
            false => Ok(()),
        }
    }

    /// Opens a file with a progress bar.
    pub(crate) fn open(&self, file: &Opened, quiet: bool) -> Result<CheckedInput, String> {
        if self.paths().is_empty() {
            return Ok(CheckedInput { input: file.open(quiet)?, source: None });
        }
        let cause = |error: ExchangeError| cause(&error);
        let source = Source::open(&file.path).map_err(cause)?;
        let bar = progress(source.size());
        let input = source.read_watched(|reader| Watched::new(reader, bar, quiet));
        let input = input.map_err(cause)?;
        Ok(CheckedInput { input, source: Some(source) })
    }

    /// Checks a file, splits its records if requested, and publishes the parts. Another visitor may
    /// be given.
    pub(crate) fn check<V: Visitor<Error = Error>>(
        &self,
        file: &Opened,
        opening: CheckedInput,
        checks: Checks<'_>,
        also: &mut V,
    ) -> Result<(Report, SplitOutcome), String> {
        let Checks { options, terms, guard } = checks;
        let limits = self.limits(terms);
        let Some(source) = opening.source else {
            let report = check_on_threads(opening.input, options, also);
            let mut report = report.map_err(|error| below_name(&file.name, &error))?;
            Source::show_file_again(&file.path, &mut report);
            let outcome = SplitOutcome::without_parts(&report, limits);
            return Ok((report, outcome));
        };
        let options = self.options(options, limits);
        let parted = self.part(guard, &source, opening.input, &options, also);
        let (report, parts) = parted.map_err(|error| below_name(&file.name, &error))?;
        let outcome = SplitOutcome::of(parts);
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

/// Returns the limits that are given, or else those of the configuration.
pub(crate) fn limits_or(given: Limits, terms: GateTerms) -> Limits {
    let rate = terms.max_reject_rate.and_then(|rate| RejectRate::try_from(rate).ok());
    Limits {
        max_rejects: given.max_rejects.or(terms.max_rejects),
        max_reject_rate: given.max_reject_rate.or(rate),
    }
}

impl SplitOutcome {
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

    /// Returns true if a file is refused regardless of its findings.
    const fn is_refused(&self) -> bool {
        !self.refusals.is_empty()
    }

    /// Describes the reason.
    pub(crate) fn reasons(&self) -> impl Iterator<Item = String> {
        let Self { refusals, records, rejected, .. } = self;
        refusals.iter().map(move |refusal| match refusal {
            QuarantineRefusal::Limit(_) => format!("{refusal} ({rejected} of {records})"),
            _ => refusal.to_string(),
        })
    }

    /// Prints the result on standard error.
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

/// Describes the parts in one line.
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
