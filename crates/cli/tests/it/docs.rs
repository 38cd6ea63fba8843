//! Runs the commands of the documentation and compares their output.
//!
//! Every ` ```console ` block of README.md and docs/*.md is run, from top to bottom, in a folder
//! for its page that contains a copy of `testdata/`. The output must match the page (`...` is any
//! lines, `[..]` anything within one), and `? 1` is the exit code if it is not 0.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// The tools that pages may use besides flagflow.
const TOOLS: [&str; 8] = ["cat", "cp", "grep", "head", "ls", "mkdir", "rm", "tail"];

fn root() -> PathBuf {
    fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap()
}

fn pages() -> Vec<PathBuf> {
    let below = |folder: PathBuf| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<_> = below(root().join("docs")).chain([root().join("README.md")]).collect();
    pages.retain(|page| {
        page.extension().is_some_and(|extension| extension == "md")
            && fs::read_to_string(page).unwrap().contains("```console")
    });
    pages.sort();
    pages
}

#[test]
fn pages_show_what_commands_print() {
    let cases = trycmd::TestCases::new();
    let folder = tempfile::tempdir().unwrap();
    for tool in TOOLS {
        let path = ["/usr/bin", "/bin"].map(|bin| Path::new(bin).join(tool));
        let path = path.into_iter().find(|path| path.exists());
        cases.register_bin(tool, path.unwrap());
    }
    for page in pages() {
        let name = page.file_stem().unwrap().to_str().unwrap();
        let copy = folder.path().join(format!("{name}.md"));
        fs::copy(&page, &copy).unwrap();
        // an `.out` folder gives the page a folder of its own, initialised from `.in`
        for kind in ["in", "out"] {
            fs::create_dir(copy.with_extension(kind)).unwrap();
        }
        symlink(root().join("testdata"), copy.with_extension("in").join("testdata")).unwrap();
        cases.case(&copy);
    }
    cases.env("TMPDIR", std::env::temp_dir().to_str().unwrap());
    cases.run();
}
