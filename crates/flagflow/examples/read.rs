//! Reads the updates of a gas file: `cargo run -p flagflow --example read -- FILE`.
//!
//! A bad record is an error with its position, and the next call goes on behind it.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example prints")]

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use flagflow::gas::Reader;

const SAMPLE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/e45/valid/fixed-bare-crlf.txt");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).map_or_else(|| PathBuf::from(SAMPLE), PathBuf::from);
    for update in Reader::new(BufReader::new(File::open(path)?)).records() {
        match update {
            Ok(update) => {
                let (point, day) = (update.meter_point_reference(), update.effective_from());
                println!("{point} is {} from {day}", update.flag());
            }
            Err(error) => eprintln!("{error}"),
        }
    }
    Ok(())
}
