//! Tests reports in a real browser, and JUnit files against their schema. Both need node: see
//! `tests/browser/README.md`. Without the tools the tests print a message and pass, unless
//! `FLAGFLOW_NODE_TESTS=must`.

#![allow(clippy::print_stderr, reason = "it says what it left out")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{flagflow, testdata};

const BROWSERS: [&str; 3] =
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser")
}

/// Returns the missing tool, if any.
fn missing(browser: bool) -> Option<&'static str> {
    let there = Command::new("node").arg("--version").output().is_ok();
    let browsers = BROWSERS.map(PathBuf::from).into_iter();
    let named = std::env::var_os("FLAGFLOW_BROWSER").map(PathBuf::from);
    if !there {
        Some("node is not installed")
    } else if !scripts().join("node_modules").exists() {
        Some("`npm ci` was not run in crates/cli/tests/browser")
    } else if browser && !browsers.chain(named).any(|path| path.exists()) {
        Some("there is no Chromium")
    } else {
        None
    }
}

/// Returns true, and prints a message, if a test has to be skipped.
fn skipped(test: &str, browser: bool) -> bool {
    let wanted = std::env::var("FLAGFLOW_NODE_TESTS").unwrap_or_default();
    let missing =
        if wanted == "off" { Some("FLAGFLOW_NODE_TESTS is off") } else { missing(browser) };
    let Some(missing) = missing else { return false };
    assert!(wanted != "must", "{test}: {missing}");
    eprintln!("SKIPPED: {test}: {missing}");
    true
}

fn node(folder: &Path, script: &str, args: &[&str]) {
    let run =
        Command::new("node").arg(scripts().join(script)).args(args).current_dir(folder).output();
    let run = run.unwrap();
    let said =
        String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{script} {args:?}: {said}");
    eprintln!("{said}");
}

fn check(folder: &Path, args: &[&str]) {
    flagflow(&["check", "-q"]).args(args).current_dir(folder).output().unwrap();
}

fn generated(folder: &Path, flow: &str, name: &str) {
    let args = ["generate", "--flow", flow, "--records", "3000", "--invalid", "0.1", "-o", name];
    flagflow(&args).current_dir(folder).assert().success();
}

#[test]
fn pages_in_a_browser() {
    if skipped("reports in a browser", true) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    generated(folder, "e45", "gas");
    generated(folder, "d0350", "electricity");
    let script = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
    let hostile = "bad<img src=x onerror=alert(3)>.txt";
    fs::write(folder.join(hostile), format!("E45{script}\n\n{script}\n")).unwrap();
    let good = testdata("e45/valid/fixed-bare.txt");
    let pages: [(&str, &[&str]); 4] = [
        ("one", &["gas"]),
        ("many", &["gas", "electricity", hostile]),
        ("good", &[good.to_str().unwrap()]),
        ("masked", &["gas", "electricity", "--mask", "--max-samples", "3"]),
    ];
    for (name, files) in pages {
        let (page, json) = (format!("{name}.html"), format!("{name}.json"));
        let reports = [format!("--report=html={page}"), format!("--report=json={json}")];
        check(folder, &[files, &[&*reports[0], &*reports[1]]].concat());
        node(folder, "page.mjs", &[&page, &json]);
    }
}

#[test]
fn junit_files_by_their_schema() {
    if skipped("JUnit files by their schema", false) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    generated(folder, "d0350", "spoilt");
    let every_byte: Vec<u8> =
        (0..=255).flat_map(|byte| [b"E45", &[byte; 19][..], b"\n"].concat()).collect();
    fs::write(folder.join("every\u{1}<&>\u{202e}]]>"), every_byte).unwrap();
    let testdata = testdata("");
    let files = ["spoilt", "none", "every\u{1}<&>\u{202e}]]>", testdata.to_str().unwrap()];
    let args = [&files[..], &["--ignore", "invalid-date", "--report", "junit=report.xml"]].concat();
    check(folder, &args);
    node(folder, "junit.mjs", &["report.xml"]);
}
