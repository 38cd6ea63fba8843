//! Runs the scripts of the GitHub action and of the pre-commit hooks.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::common::testdata;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn bash(folder: &Path, script: &str, variables: &[(&str, &str)]) -> Output {
    let binary = Path::new(env!("CARGO_BIN_EXE_flagflow")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    Command::new("bash")
        .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script, "--", "flagflow.toml"])
        .envs(variables.iter().copied())
        .env("PATH", path)
        .current_dir(folder)
        .output()
        .unwrap()
}

/// Returns the script of the step that checks: the last block of `action.yml`.
fn action() -> String {
    let text = std::fs::read_to_string(root().join("action.yml")).unwrap();
    let (_, script) = text.rsplit_once("run: |\n").unwrap();
    assert!(!script.contains("${{"), "an expression in a script is run as code");
    script.lines().map(|line| format!("{}\n", line.trim_start())).collect()
}

#[test]
fn the_action_annotates_findings_and_fails() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::create_dir(folder.join("in here")).unwrap();
    std::fs::copy(testdata("policy/monday.txt"), folder.join("in here/monday.dxi")).unwrap();
    std::fs::copy(testdata("e45/valid/fixed-enveloped.txt"), folder.join("good.dxi")).unwrap();
    let run = |paths: &str, arguments: &str| {
        let run = bash(folder, &action(), &[("PATHS", paths), ("ARGUMENTS", arguments)]);
        (run.status.code(), String::from_utf8(run.stdout).unwrap())
    };
    assert_eq!(run("good.dxi\n", "").0, Some(0));
    let (code, out) = run("in here\n\ngood.dxi\n", "--max-samples=1\n--as-of=2024-01-01\n");
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("::error file=in here/monday.dxi,line=4,"), "{out}");
    // a path that begins with a hyphen is no option
    assert_eq!(run("--help", "").0, Some(2));
}

#[test]
fn the_hook_of_policies_refuses_a_wrong_policy() {
    let hooks = std::fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap();
    let entry = hooks.lines().find_map(|line| line.strip_prefix("  entry: bash -c '")).unwrap();
    let script = entry.strip_suffix("' --").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("flagflow.toml");
    for (text, code) in [("edition = \"mp077\"\n", 0), ("edition = \"mp78\"\n", 2)] {
        std::fs::write(&policy, text).unwrap();
        let run = bash(folder.path(), script, &[]);
        let errors = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(code), "{text}: {errors}");
        assert_eq!(errors.contains("flagflow.toml: line 1: "), code == 2, "{errors}");
    }
}
