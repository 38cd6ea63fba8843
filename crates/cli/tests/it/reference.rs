//! Tests the reference texts of the command: rules, explanations, help, completions, manual pages.

use crate::common::{flagflow, testdata};

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

fn policy_schema() -> jsonschema::Validator {
    let schema = std::fs::read_to_string("../../docs/flagflow-policy-1.schema.json").unwrap();
    assert!(
        schema.replace("\r\n", "\n") == output(&["schema", "policy"]),
        "docs/flagflow-policy-1.schema.json is out of date"
    );
    jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap()
}

/// To update the file:
/// `cargo run -p flagflow-cli -- schema policy > docs/flagflow-policy-1.schema.json`.
#[test]
fn the_schema_of_a_policy_and_check_accept_the_same_policies() {
    let schema = policy_schema();
    let folder = tempfile::tempdir().unwrap();
    let (policy, sample) =
        (folder.path().join("policy.toml"), testdata("e45/valid/fixed-bare.txt"));
    let profile = testdata("profiles/mine.toml");
    let sample_policy = std::fs::read_to_string(testdata("policy/flagflow.toml")).unwrap();
    let mut cases = vec![
        (true, String::new()),
        (true, sample_policy),
        (true, format!("profiles = ['{}']", profile.display())),
    ];
    let valid = [
        "edition = \"auto\"",
        "edition = \"pre-mp077\"",
        "file-types = [\"DXR\", \"A-B\", \" !#\", \"(+-\", \"}~.\"]",
        "reasons = true\ncount-reasons = false",
        "[severity]\nempty-line = \"error\"",
        "[gates]\nfail-on = \"never\"\nmax-rejects = 0\nmax-reject-rate = 0.5",
        "[sender.0000000123]\nignore = [\"empty-line\"]\n[sender.0000000123.gates]\nmax-rejects = 1",
        "[sender.DCCO.severity]\nempty-line = \"note\"",
    ];
    let invalid = [
        "edition = \"mp78\"",
        "edition = 1",
        "ignore = [\"no-such-rule\"]",
        "ignore = \"empty-line\"",
        "[severity]\nno-such-rule = \"note\"",
        "[severity]\nempty-line = \"fatal\"",
        "file-types = [\"LONG\"]",
        "file-types = [\"D,X\"]",
        "file-types = ['D\"X']",
        "profiles = [1]",
        "reasons = \"yes\"",
        "count-reasons = 1",
        "[gates]\nfail-on = \"always\"",
        "[gates]\nmax-rejects = -1",
        "[gates]\nmax-reject-rate = 1.5",
        "[gates]\nmax-reject = 1",
        "colour = \"red\"",
        "[sender.X]\ngate = 1",
        "[sender.X.sender.Y]\nreasons = true",
    ];
    cases.extend(valid.map(|text| (true, text.to_owned())));
    cases.extend(invalid.map(|text| (false, text.to_owned())));
    for (is_valid, text) in cases {
        let value: serde_json::Value = toml::from_str(&text).unwrap();
        assert_eq!(schema.is_valid(&value), is_valid, "{text}");
        std::fs::write(&policy, &text).unwrap();
        let run =
            flagflow(&["check", "-q", "--config"]).arg(&policy).arg(&sample).output().unwrap();
        let is_usable = run.status.code() != Some(2);
        assert_eq!(is_usable, is_valid, "{text}: {}", String::from_utf8_lossy(&run.stderr));
    }
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
        "schema",
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
