//! Tests the reference texts of the command: rules, explanations, help, completions, manual pages.

use crate::common::flagflow;

fn output(args: &[&str]) -> String {
    let run = flagflow(args).output().unwrap();
    assert!(run.status.success(), "{args:?}: {}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

fn rules() -> Vec<String> {
    output(&["rules"]).lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect()
}

/// To update the page: `cargo run -p flagflow-cli -- rules --format markdown > docs/rules.md`.
#[test]
fn the_rules_page_is_made_from_the_registry() {
    let page = std::fs::read_to_string("../../docs/rules.md").unwrap().replace("\r\n", "\n");
    assert!(page == output(&["rules", "--format", "markdown"]), "docs/rules.md is out of date");
}

#[test]
fn every_rule_can_be_explained() {
    let rules = rules();
    assert!(rules.len() >= 25);
    for rule in rules {
        let text = output(&["explain", &rule]);
        assert!(text.starts_with(&format!("{rule} (")), "{text}");
        assert!(text.contains("\nSource: "), "{text}");
    }
    flagflow(&["explain", "no-such-rule"]).assert().code(2);
}

/// The rules of the contract with their severities, written by hand.
#[test]
fn the_rules_of_the_contract_are_there() {
    let table = output(&["rules"]);
    let errors = "wrong-length malformed-record unknown-record unexpected-record line-too-long non-ascii \
                  not-a-number unknown-flag flag-not-in-edition unknown-outcome invalid-date \
                  invalid-time missing-header missing-trailer record-count conflicting-update";
    let warnings = "empty-line mixed-line-ends byte-order-mark mprn-check-digits wrong-file-type \
                    duplicate-meter-point future-effective-date";
    let notes = "missing-terminator edition-unknown";
    for (severity, names) in [("error", errors), ("warning", warnings), ("note", notes)] {
        for name in names.split_whitespace() {
            let row = table.lines().find(|line| line.split(' ').next() == Some(name));
            let said = row.and_then(|row| row.split_whitespace().nth(1));
            assert_eq!(said, Some(severity), "{name}");
        }
    }
}

#[test]
fn help_completions_and_manual_pages_know_every_command() {
    let help = output(&["--help"]);
    let commands = [
        "check",
        "summary",
        "answer",
        "convert",
        "diff",
        "fix",
        "register",
        "status",
        "notify",
        "roundtrip",
        "generate",
        "rules",
        "explain",
        "completions",
        "man",
    ];
    for command in commands {
        assert!(help.contains(&format!("\n  {command}")), "{command}");
        assert!(output(&[command, "--help"]).contains("Usage: flagflow"), "{command}");
        assert!(output(&["man", command]).contains(".TH flagflow-"), "{command}");
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(output(&["completions", shell]).contains("roundtrip"), "{shell}");
    }
    assert!(output(&["man"]).contains("Exit status"));
    flagflow(&["man", "no-such-command"]).assert().code(2);
    assert_eq!(output(&["--version"]), format!("flagflow {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn an_old_name_of_a_command_is_an_error_with_the_new_one() {
    for (old, new) in [
        ("apply", "register apply"),
        ("status extract", "status flags --flag A"),
        ("status take", "notify add"),
        ("status switch", "notify switch"),
        ("status owed", "notify pending"),
        ("status run", "notify run"),
        ("status answers", "notify answers"),
        ("status history", "notify history"),
    ] {
        let words: Vec<_> = old.split(' ').collect();
        let expected = format!("flagflow: the command \"{old}\" is now \"{new}\"\n");
        for arguments in
            [words.clone(), [&["help"], &words[..]].concat(), [&words[..], &["--x"]].concat()]
        {
            flagflow(&arguments).assert().code(2).stdout("").stderr(expected.clone());
        }
    }
    flagflow(&["man", "apply"])
        .assert()
        .code(2)
        .stderr("flagflow: the command \"apply\" is now \"register apply\"\n");
    flagflow(&["applied"]).assert().code(2);
}

/// The extract reports have the points with flag A.
#[test]
fn flags_can_be_of_one_letter() {
    let events = "../../testdata/status/events.csv";
    let all = flagflow(&["status", "flags", events, "--format", "csv"]).output().unwrap().stdout;
    let all = String::from_utf8(all).unwrap();
    for flag in ["A", "a", "N", "S"] {
        let mut listed = flagflow(&["status", "flags", events, "--format", "csv", "--flag", flag]);
        let letter = format!(",{},", flag.to_uppercase());
        let expected: String = all
            .split_inclusive('\n')
            .enumerate()
            .filter(|(number, line)| *number == 0 || line.contains(&letter))
            .map(|(_, line)| line)
            .collect();
        assert_eq!(String::from_utf8(listed.output().unwrap().stdout).unwrap(), expected);
    }
    flagflow(&["status", "flags", events, "--flag", "X"]).assert().code(2);
}
