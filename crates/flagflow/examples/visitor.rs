//! Acts on each record while a file is checked, in constant memory: prints the meter points of the
//! records that the check rejects: `cargo run -p flagflow --example visitor < FILE`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example prints")]

use std::io::stdin;

use flagflow::check::{Error, Options, RuleId, Verdict, Visitor, check_records};

/// Prints each rejected record with the rules that it breaks.
struct Rejected;

impl Visitor for Rejected {
    type Error = Error;

    fn record(&mut self, verdict: &Verdict<'_>) -> Result<(), Error> {
        if verdict.rejected {
            let rules: Vec<_> = verdict.rules.iter().map(RuleId::name).collect();
            println!("record {}: {}", verdict.record, rules.join(", "));
        }
        Ok(())
    }
}

fn main() -> Result<(), Error> {
    let report = check_records(stdin().lock(), &Options::default(), &mut Rejected)?;
    println!("{} of {} records rejected", report.rejected, report.records);
    Ok(())
}
