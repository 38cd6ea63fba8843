//! Compares flagflow with other ways to read and write the same records, in one process, in turns.
//!
//! Every output is compared with the content of the file, value by value, before it is timed.

mod contender;
mod fault;
mod input;
mod judge;
mod measure;
mod options;
mod ours;
mod peer;
mod question;
mod report;
mod row;
mod sink;
mod writer;

use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::contender::backend;
use crate::measure::Clock;
use crate::options::{Options, USAGE};
use crate::question::{Question, Result};
use crate::report::Report;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "peers: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<()> {
    let Some(options) = Options::from_args()? else {
        return Ok(writeln!(io::stdout(), "{USAGE}")?);
    };
    let mut report = Report::default();
    let (records, rounds) = (options.records, options.rounds);
    let clock = if options.clock == Clock::Wall { "wall clock" } else { "processor time" };
    let wide = backend(true);
    writeln!(
        io::stdout(),
        "{records} records a file, {rounds} rounds in turns, one thread, from memory, {clock}.\n\
         Portable is safe code, wide is {wide} here.\n\
         Slow contenders read the first of the records only; all figures are by record."
    )?;
    for (_, question) in Question::ALL {
        if options.asks(question) {
            question.ask(&options, &mut report)?;
        }
    }
    match &options.json {
        Some(path) => Ok(fs::write(path, format!("{:#}\n", report.json()))?),
        None => Ok(()),
    }
}
