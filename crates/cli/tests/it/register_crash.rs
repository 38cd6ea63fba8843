//! Kills `apply` again and again, at any moment.
//!
//! After each kill the register contains whole files only, and the same command continues. The
//! final register is that of an undisturbed run.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::{flagflow, json_lines};

const FILES: [&str; 4] = ["in0", "in1", "in2", "in3"];

fn run(folder: &Path, command: &str) -> String {
    let args: Vec<&str> = command.split_whitespace().collect();
    let run = flagflow(&args).current_dir(folder).output().unwrap();
    let told = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{command}: {told}");
    String::from_utf8(run.stdout).unwrap()
}

fn start(folder: &Path, state: &str) -> std::process::Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flagflow"));
    command.args(["register", "apply", state, "--applied-at", "20240701000000"]).args(FILES);
    command.current_dir(folder).stdout(Stdio::null()).spawn().unwrap()
}

/// Returns everything that a register prints.
fn told(folder: &Path, state: &str) -> [String; 3] {
    ["export {} --format jsonl", "files {} --format json", "check {}"]
        .map(|command| run(folder, &format!("register {}", command.replace("{}", state))))
}

/// Files with the same points and other days and flags: repeated, late and conflicting.
fn make_files(folder: &Path) {
    for (name, seed) in FILES.iter().zip([0, 1, 2, 0]) {
        run(folder, &format!("generate --flow e45 --records 4000 --seed {seed} -o {name}"));
    }
    let text = std::fs::read_to_string(folder.join(FILES[3])).unwrap();
    let later = |line: &str| match line.get(18..).is_some_and(|day| day < "0701") {
        true => format!("{}N2025{}\n", &line[..13], &line[18..]),
        false => format!("{line}\n"),
    };
    std::fs::write(folder.join(FILES[3]), text.lines().map(later).collect::<String>()).unwrap();
}

#[test]
fn a_killed_apply_leaves_whole_files_and_can_be_run_again() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    make_files(folder);
    let begun = Instant::now();
    assert!(start(folder, "undisturbed").wait().unwrap().success());
    let whole = begun.elapsed();
    let expected = told(folder, "undisturbed");
    let files = json_lines(expected[1].as_bytes());
    let (mut random, mut torn) = (1_u64, 0);
    for attempt in 0..6 {
        let state = format!("state{attempt}");
        let mut applied = 0;
        for _ in 0..4 {
            let mut child = start(folder, &state);
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let share = f64::from(u32::try_from(random >> 40).unwrap()) / f64::from(1 << 24);
            std::thread::sleep(whole.mul_f64(share).max(Duration::from_millis(1)));
            child.kill().unwrap();
            torn += u32::from(!child.wait().unwrap().success());
            let now = files_after_kill(folder, &state, &files);
            assert!(now >= applied, "a file that was there is gone");
            applied = now;
        }
        assert!(start(folder, &state).wait().unwrap().success());
        assert_eq!(told(folder, &state), expected);
    }
    assert!(torn > 0, "nothing was ever stopped");
}

/// Returns the number of files in a register after a kill: whole ones, and the first in order.
fn files_after_kill(folder: &Path, state: &str, undisturbed: &[serde_json::Value]) -> usize {
    let args = ["register", "files", state, "--format", "json"];
    let look = flagflow(&args).current_dir(folder).output().unwrap();
    if look.status.code() == Some(2) {
        // stopped before the file or its first table was created
        let told = String::from_utf8_lossy(&look.stderr).into_owned();
        let expected =
            ["the register does not exist", "an empty file, not yet a flagflow register"];
        assert!(expected.iter().any(|words| told.contains(words)), "{told}");
        return 0;
    }
    run(folder, &format!("register check {state}"));
    let files = json_lines(&look.stdout);
    assert_eq!(files, undisturbed[..files.len()]);
    files.len()
}
