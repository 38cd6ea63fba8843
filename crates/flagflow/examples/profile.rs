//! Reads an electricity file by a profile of its own, a TOML text with the codes and items of the
//! flow's groups: `cargo run -p flagflow --example profile`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example prints")]

use std::sync::Arc;

use flagflow::electricity::{Flow, Instruction, Profile, ReaderOptions};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = Profile::builtin(Flow::D0350).as_toml().replace("82H", "Q77");
    let profile = Arc::new(Profile::from_toml(&text)?);

    let file = b"81H|1|\nQ77|1|DC01|1013044353630|A|20240603|MRCY|\n";
    let mut reader = ReaderOptions::new().flow(Flow::D0350).profile(profile).reader(&file[..]);
    for update in reader.records() {
        if let Instruction::D0350(update) = update? {
            println!(
                "{} is {} from {}, for {}",
                update.mpan_core(),
                update.flag(),
                update.effective_from(),
                update.supplier_id()
            );
        }
    }
    Ok(())
}
