//! Tests file names that a terminal, a log or a workflow could misread.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::common::flagflow;

/// A forged verdict, a workflow command, a terminal command, a C1 control, and invalid UTF-8.
const NAME: &[u8] = b"a\nb: PASSED: 0 errors\n::error::x\r\x1b[2J\xC2\x9B\xFF";
const SHOWN: &str = r"a\x0Ab: PASSED: 0 errors\x0A::error::x\x0D\x1B[2J\xC2\x9B\xFF";

/// Runs a command on the file, and checks that each byte of both streams is printable.
fn shown(folder: &Path, before: &[&str], after: &[&str]) -> String {
    let mut command = flagflow(before);
    command.arg(OsStr::from_bytes(NAME)).args(after).current_dir(folder);
    let run = command.output().unwrap();
    let text = String::from_utf8([run.stdout, run.stderr].concat()).unwrap();
    let printable = |c: char| c == '\n' || matches!(c, ' '..='~');
    assert!(text.chars().all(printable), "{before:?} {after:?}: {text:?}");
    assert!(!text.lines().any(|line| line.starts_with("b:") || line.starts_with("::error::")));
    text
}

#[test]
fn a_name_is_printable_in_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for content in ["E451234567810A20240603\n", "E451234567810?20240603\n", "no flow\n"] {
        fs::write(folder.join(OsStr::from_bytes(NAME)), content).unwrap();
        for format in ["text", "json", "github"] {
            let text = shown(folder, &["check", "--format", format], &[]);
            let escaped = match format {
                "json" if content.starts_with('E') => SHOWN.replace('\\', "\\\\"),
                "github" => "b".to_owned(),
                _ => SHOWN.to_owned(),
            };
            assert!(text.contains(&escaped), "{text}");
        }
        for (before, after) in [
            (&["check", "-q"][..], &[][..]),
            (&["check", "--report", "text=-"], &[]),
            (&["summary", "--ascii"], &[]),
            (&["fix"], &[]),
            (&["fix", "--format", "json"], &[]),
            (&["register", "apply", "state"], &[]),
            (&["diff"], &["none"]),
            (&["convert"], &["--to", "csv", "-o", "none/o"]),
            (&["merge"], &["none", "-o", "o"]),
            (&["answer"], &["-o", "none/o"]),
            (&["profile", "check"], &[]),
            (&["status", "flags"], &[]),
            (&["register", "files"], &[]),
            (&["watch", "--once"], &[]),
            (&["explain"], &[]),
        ] {
            shown(folder, before, after);
        }
    }
    let files = flagflow(&["register", "files", "state"]).current_dir(folder).output().unwrap();
    assert!(String::from_utf8(files.stdout).unwrap().contains(SHOWN));
}

#[test]
fn what_clap_says_of_an_argument_is_printable() {
    let folder = tempfile::tempdir().unwrap();
    let value = "x\u{1b}[2J\n::error::x\u{202e}";
    for before in [&["check", "--edition", value][..], &["check", "--ignore", value], &[value]] {
        let text = shown(folder.path(), before, &[]);
        assert!(text.contains(r"x\x1B[2J\x0A::error::x\xE2\x80\xAE"), "{text}");
    }
}
