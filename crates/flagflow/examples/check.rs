//! Checks a file from anything that is `BufRead`, and prints what is wrong at which byte:
//! `cargo run -p flagflow --example check < FILE`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example prints")]

use std::io::stdin;

use flagflow::check::{Options, Severity, check};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let report = check(stdin().lock(), &Options::default())?;
    for finding in &report.findings {
        let (severity, rule) = (finding.severity, finding.rule.name());
        println!("byte {}: {severity} {rule}: {}", finding.offset, finding.message);
    }
    println!("{} accepted, {} rejected", report.accepted, report.rejected);
    let failed = report.findings.iter().any(|finding| finding.severity == Severity::Error);
    if failed { Err("the file has errors".into()) } else { Ok(()) }
}
