//! Options of checking files, shared by several commands.

use std::path::PathBuf;

use flagflow::check::policy::GateTerms;
use flagflow::check::{
    CrossRecords, EditionChoice, Flow, Options, RuleId, Sender, Severity, escape,
};
use flagflow::files::input::{self, Input};
use flagflow::{EffectiveDate, Fuel};

use crate::files::Files;
use crate::options::{any_case, day, rule, rule_and_level, size};
use crate::policy::PolicyFile;

/// Options of checking files.
#[derive(clap::Args)]
#[command(next_help_heading = "Judgement")]
pub(crate) struct JudgementArgs {
    /// Read the configuration from this file; by default from flagflow.toml in this folder or the
    /// nearest one above. Configurations in checked folders are ignored
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Ignore flagflow.toml.
    #[arg(long, conflicts_with = "config")]
    no_config: bool,

    /// The valid flags: auto (by the header's day), pre-mp077 (A, S, W), mp077 (A, N, I) or any.
    /// [default: auto]
    #[arg(long, value_name = "EDITION", value_parser = edition)]
    edition: Option<EditionChoice>,

    /// The flow, e45, e46, d0350, d0351 or d0172; gas or electricity if the first record decides
    /// which of that fuel's flows. By default that of the first record.
    #[arg(long, value_name = "FLOW", value_parser = flow)]
    flow: Option<FlowChoice>,

    /// The day after which an effective date is in the future; the header's by default.
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<EffectiveDate>,

    /// Disable a rule. May be repeated. `flagflow rules` lists the rules; a report counts the
    /// findings of disabled rules.
    #[arg(
        long,
        value_name = "RULE",
        value_delimiter = ',',
        value_parser = rule(),
        hide_possible_values = true
    )]
    ignore: Vec<RuleId>,

    /// Change the severity of a rule (error, warning, note). May be repeated.
    #[arg(long, value_name = "RULE=LEVEL", value_delimiter = ',', value_parser = rule_and_level)]
    severity: Vec<(RuleId, Severity)>,

    /// The most bytes of a line; a longer one is a finding and never kept in memory.
    #[arg(long, value_name = "BYTES", default_value = "64k", value_parser = size)]
    max_line: usize,

    /// Do not compare records with one another (duplicates, conflicts): uses less memory and time.
    #[arg(long)]
    no_cross_record: bool,

    /// The most memory for comparing records; beyond it, temporary files are used.
    #[arg(long, value_name = "BYTES", default_value = "512M", value_parser = size)]
    cross_record_memory: usize,
}

fn edition(text: &str) -> Result<EditionChoice, String> {
    any_case(text).map_err(|_| "expected auto, pre-mp077, mp077 or any".to_owned())
}

/// Parses a flow, or any flow of a fuel.
#[derive(Clone, Copy)]
enum FlowChoice {
    Flow(Flow),
    Fuel(Fuel),
}

fn flow(text: &str) -> Result<FlowChoice, String> {
    let fuel = any_case(text).map(FlowChoice::Fuel);
    fuel.or_else(|_| any_case(text).map(FlowChoice::Flow))
        .map_err(|_: String| "expected e45, e46, d0350, d0351, gas or electricity".to_owned())
}

/// The options of checking, from the configuration and then the arguments.
pub(crate) struct Judgement<'a> {
    args: &'a JudgementArgs,
    policy: Option<&'a PolicyFile>,
}

impl JudgementArgs {
    /// Returns the options of these arguments and the configuration.
    pub(crate) fn with<'a>(&'a self, files: &'a Files) -> Judgement<'a> {
        Judgement { args: self, policy: files.policy.as_ref() }
    }

    fn apply(&self, options: &mut Options) {
        options.edition = self.edition.unwrap_or(options.edition);
        match self.flow {
            Some(FlowChoice::Flow(flow)) => options.flow = Some(flow),
            Some(FlowChoice::Fuel(fuel)) => options.fuel = Some(fuel),
            None => {}
        }
        options.as_of = self.as_of;
        options.max_line = self.max_line;
        options.cross_records = self.cross_records();
        // the last option about a rule wins, and setting its severity enables it
        for (rule, severity) in &self.severity {
            options.severity[*rule] = *severity;
            options.ignore[*rule] = false;
        }
        for rule in &self.ignore {
            options.ignore[*rule] = true;
        }
    }

    fn cross_records(&self) -> CrossRecords {
        if self.no_cross_record {
            return CrossRecords::Off;
        }
        CrossRecords::Within { memory: self.cross_record_memory }
    }
}

impl Judgement<'_> {
    /// Returns the options of a check of this sender's file.
    pub(crate) fn options(&self, sender: Option<&Sender>) -> Options {
        let mut options = Options::default();
        if let Some(file) = self.policy {
            file.policy.apply(sender, &mut options);
            options.policy = Some(file.name());
        }
        self.args.apply(&mut options);
        options
    }

    /// Returns the configured limits for this sender's file.
    pub(crate) fn gates(&self, sender: Option<&Sender>) -> GateTerms {
        self.policy.map_or_else(GateTerms::default, |file| file.policy.gates(sender))
    }

    /// Returns true if this sender's files with bad records are to be split.
    pub(crate) fn splits(&self, sender: Option<&Sender>) -> bool {
        self.policy.and_then(|file| file.policy.quarantine(sender).split).unwrap_or_default()
    }

    /// Finds the sender of a file, if the configuration needs it, and returns the complete file.
    pub(crate) fn sender(&self, file: Input) -> flagflow::files::Result<(Option<Sender>, Input)> {
        let has_senders = self.policy.is_some_and(|file| file.policy.has_senders());
        if has_senders { input::sender(file) } else { Ok((None, file)) }
    }

    /// Input of checking besides the arguments.
    pub(crate) fn described(&self, sender: Option<&Sender>) -> Option<String> {
        let file = self.policy?;
        let known = sender.filter(|sender| file.policy.knows(sender));
        Some(match known {
            Some(sender) => {
                format!("{}, sender {}", file.name(), escape(sender.to_string().as_bytes()))
            }
            None => file.name(),
        })
    }
}
