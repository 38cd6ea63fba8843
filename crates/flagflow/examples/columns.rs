//! Counts the flags of a gas file by columns, the fastest way to read one:
//! `cargo run --release -p flagflow --example columns -- FILE`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example prints")]

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use flagflow::gas::{Batch, Reader};

const SAMPLE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/e45/valid/fixed-bare-crlf.txt");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).map_or_else(|| PathBuf::from(SAMPLE), PathBuf::from);
    let mut reader = Reader::new(BufReader::new(File::open(path)?));
    let (mut batch, mut counts) = (Batch::new(), [0_u64; 256]);
    while reader.read_batch(&mut batch)? {
        batch.flags().iter().for_each(|flag| counts[usize::from(*flag)] += 1);
        batch.errors().iter().for_each(|error| eprintln!("{error}"));
    }
    for flag in b"ANISW" {
        println!("{} {}", char::from(*flag), counts[usize::from(*flag)]);
    }
    Ok(())
}
