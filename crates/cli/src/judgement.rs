//! How files are judged, as options: shared by the commands that judge.

use flagflow::EffectiveDate;
use flagflow::check::{CrossRecords, EditionChoice, Flow, Options, PerRule, RuleId, Severity};

use crate::options::{day, rule, rule_and_level, size};

/// How a file is judged.
#[derive(clap::Args)]
#[command(next_help_heading = "Judgement")]
pub(crate) struct JudgementArgs {
    /// Which letters a flag may be: auto (by the header's day), pre-mp077 (A, S, W), mp077
    /// (A, N, I) or any.
    #[arg(long, value_name = "EDITION", default_value = "auto", value_parser = edition)]
    edition: EditionChoice,

    /// The flow, e45, e46, d0350 or d0351, instead of that of the first record.
    #[arg(long, value_name = "FLOW")]
    flow: Option<Flow>,

    /// The day after which an effective date is in the future, instead of the header's.
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<EffectiveDate>,

    /// Leave a rule out. May be repeated. The rules are those of `flagflow rules`; a report says
    /// how often one that is left out would have fired.
    #[arg(
        long,
        value_name = "RULE",
        value_delimiter = ',',
        value_parser = rule(),
        hide_possible_values = true
    )]
    ignore: Vec<RuleId>,

    /// Change how severe a rule is (error, warning, note). May be repeated.
    #[arg(long, value_name = "RULE=LEVEL", value_delimiter = ',', value_parser = rule_and_level)]
    severity: Vec<(RuleId, Severity)>,

    /// The most bytes of a line; a longer one is a finding and never held in memory.
    #[arg(long, value_name = "BYTES", default_value = "64k", value_parser = size)]
    max_line: usize,

    /// Do not hold records against one another (duplicates, conflicts): less memory, and faster.
    #[arg(long)]
    no_cross_record: bool,

    /// The most memory for holding records against one another; past it temporary files are used.
    #[arg(long, value_name = "BYTES", default_value = "512M", value_parser = size)]
    cross_record_memory: usize,
}

fn edition(text: &str) -> Result<EditionChoice, String> {
    text.parse().map_err(|_| "expected auto, pre-mp077, mp077 or any".to_owned())
}

impl JudgementArgs {
    /// The options of a check that is judged so.
    pub(crate) fn options(&self) -> Options {
        Options {
            edition: self.edition,
            flow: self.flow,
            as_of: self.as_of,
            ignore: PerRule::from_fn(|rule| self.ignore.contains(&rule)),
            severity: PerRule::from_fn(|rule| self.severity_of(rule)),
            max_line: self.max_line,
            cross_records: self.cross_records(),
            ..Options::default()
        }
    }

    /// The last word on a rule counts.
    fn severity_of(&self, rule: RuleId) -> Severity {
        let said = self.severity.iter().rev().find(|(id, _)| *id == rule);
        said.map_or(rule.rule().severity, |(_, severity)| *severity)
    }

    fn cross_records(&self) -> CrossRecords {
        if self.no_cross_record {
            return CrossRecords::Off;
        }
        CrossRecords::Within { memory: self.cross_record_memory }
    }
}
