//! Answers each update of a gas file with an E46 record: `AC` for an MPRN that is known, `RJ` for
//! another: `cargo run -p flagflow --all-features --example answer`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example prints")]

use flagflow::intake::answer::{AnswerOptions, AnswerOutputs, KnownPoints, Source, answer};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let updates = Source::from_bytes(&b"E451234567810A20240603\nE450000123409N20240604\n"[..]);
    let mut options = AnswerOptions::default();
    options.known = Some(KnownPoints::read(&b"1234567810\n"[..])?);

    let mut response = Vec::new();
    let report = answer(&updates, AnswerOutputs::gas(&mut response), &options)?;
    print!("{}", String::from_utf8_lossy(&response));
    assert_eq!(response, b"E46AC1234567810A20240603\nE46RJ0000123409N20240604\n");
    eprintln!("{} accepted, {} refused", report.accepted, report.refused);
    Ok(())
}
