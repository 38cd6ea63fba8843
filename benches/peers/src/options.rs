//! The options of the command line.

use std::path::PathBuf;
use std::str::FromStr;

use lexopt::prelude::*;

use crate::measure::Clock;
use crate::question::Question;

/// Arguments of the command.
pub(crate) const USAGE: &str = "\
usage: cargo run --release --manifest-path benches/peers/Cargo.toml -- [OPTIONS]

  --records N   records of each file [10000000]
  --rounds R    rounds that are timed, every contender once in each [9]
  --only NAME   a question to ask, may be repeated [all of them]:
                fixed, answers, iterator, uklink, varying, bars, writing, bad, faults,
                targets (the table of targets alone)
  --cpu-time    the processor's time of the thread, on a machine that others use too
  --json FILE   write every round's figure here too";

/// The questions to measure.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) records: usize,
    pub(crate) rounds: usize,
    pub(crate) clock: Clock,
    pub(crate) only: Vec<Question>,
    pub(crate) json: Option<PathBuf>,
}

impl Options {
    /// Parses the command line; `None` if only the usage is requested.
    pub(crate) fn from_args() -> Result<Option<Self>, lexopt::Error> {
        let mut options = Self {
            records: 10_000_000,
            rounds: 9,
            clock: Clock::Wall,
            only: Vec::new(),
            json: None,
        };
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("records") => options.records = positive(&mut parser)?,
                Long("rounds") => options.rounds = positive(&mut parser)?,
                Long("cpu-time") => options.clock = Clock::Processor,
                Long("only") => options.only.push(parser.value()?.parse_with(Question::from_str)?),
                Long("json") => options.json = Some(parser.value()?.into()),
                Short('h') | Long("help") => return Ok(None),
                other => return Err(other.unexpected()),
            }
        }
        Ok(Some(options))
    }

    /// Returns true if a question is selected.
    pub(crate) fn asks(&self, question: Question) -> bool {
        self.only.is_empty() || self.only.contains(&question)
    }
}

fn positive(parser: &mut lexopt::Parser) -> Result<usize, lexopt::Error> {
    Ok(parser.value()?.parse::<std::num::NonZeroUsize>()?.get())
}
