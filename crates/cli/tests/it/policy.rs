//! Tests flagflow.toml and --baseline on the command line.

use std::fs;
use std::path::Path;

use crate::common::{flagflow, json_lines, printed, run_args as run};
use serde_json::Value;

const HEADER: &str = "A000000000123DXI20220101120000000001\n";
const LATE: &str = "E451234567810A20220230\n";
const WRONG_DIGITS: &str = "E451234567890A20220101\n";

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn report(folder: &Path, args: &[&str]) -> (i32, Value) {
    let (exit, out, err) = run(folder, &[&["check", "--format", "json"], args].concat());
    assert_eq!(err, "");
    (exit, json_lines(out.as_bytes()).remove(0))
}

#[test]
fn a_configuration_is_found_upwards_and_named() {
    let folder = folder(&[
        ("flagflow.toml", "ignore = [\"invalid-date\"]"),
        ("a/b/in", LATE),
        ("other.toml", "[severity]\nmissing-terminator = \"error\""),
    ]);
    let below = folder.path().join("a/b");
    let (exit, json) = report(&below, &["in"]);
    assert_eq!((exit, &json["ignored"]["invalid-date"]), (0, &Value::from(1)));
    assert_eq!(report(&below, &["in", "--no-config"]).0, 1);
    assert_eq!(report(&below, &["in", "--config", "../../other.toml"]).0, 1);
    let (_, text, _) = run(&below, &["check", "in"]);
    let path = printed(folder.path()).join("flagflow.toml");
    assert!(text.contains(&format!("policy    {}", path.display())), "{text}");
}

#[test]
fn arguments_come_before_the_configuration() {
    let folder = folder(&[
        ("flagflow.toml", "ignore = [\"invalid-date\"]\n[gates]\nfail-on = \"never\""),
        ("in", LATE),
    ]);
    for (args, expected) in [
        (&["in"][..], 0),
        (&["in", "--severity", "invalid-date=error"], 0),
        (&["in", "--severity", "invalid-date=error", "--fail-on", "error"], 1),
        (
            &[
                "in",
                "--severity",
                "invalid-date=error",
                "--ignore",
                "invalid-date",
                "--fail-on",
                "error",
            ],
            0,
        ),
    ] {
        assert_eq!(report(folder.path(), args).0, expected, "{args:?}");
    }
}

#[test]
fn each_sender_is_judged_by_its_own_terms() {
    let config = "[sender.123]\nignore = [\"invalid-date\"]\ngates = { fail-on = \"warning\" }";
    let trailer = "Z990000000001\n";
    let of =
        |sender: &str, record: &str| format!("{}{record}{trailer}", HEADER.replace("123", sender));
    let folder = folder(&[
        ("flagflow.toml", config),
        ("ours", &of("123", LATE)),
        ("others", &of("124", LATE)),
        ("ours-warned", &of("123", WRONG_DIGITS)),
        ("others-warned", &of("124", WRONG_DIGITS)),
    ]);
    for (file, exit) in [("ours", 0), ("others", 1), ("ours-warned", 1), ("others-warned", 0)] {
        assert_eq!(report(folder.path(), &[file]).0, exit, "{file}");
    }
    let (_, text, _) = run(folder.path(), &["check", "ours", "others"]);
    assert_eq!(text.matches("flagflow.toml, sender 0000000123").count(), 1, "{text}");
    let piped = flagflow(&["check", "-q", "-"])
        .current_dir(folder.path())
        .write_stdin(of("123", LATE))
        .output()
        .unwrap();
    assert_eq!(piped.status.code(), Some(0));
}

#[test]
fn a_configuration_that_is_not_understood_ends_the_command() {
    let folder = folder(&[("flagflow.toml", "\ncolour = 1"), ("in", LATE)]);
    for (args, said) in [
        (&["check", "in"][..], "flagflow.toml: line 2: unknown field `colour`"),
        (&["check", "in", "--config", "none.toml"], "none.toml: cannot be read"),
        (&["answer", "in", "-o", "-"], "line 2"),
    ] {
        let (exit, out, err) = run(folder.path(), args);
        assert_eq!((exit, out.as_str()), (2, ""), "{args:?}");
        assert!(err.contains(said), "{err}");
    }
}

#[test]
fn a_baseline_leaves_what_is_new() {
    let old = format!("{LATE}{WRONG_DIGITS}");
    let folder = folder(&[("day-1", &old), ("day-2", &format!("\n{old}{LATE}"))]);
    let (exit, first, _) = run(folder.path(), &["check", "--format", "json", "day-1"]);
    assert_eq!(exit, 1);
    fs::write(folder.path().join("known.json"), first).unwrap();
    let (exit, same) = report(folder.path(), &["day-1", "--baseline", "known.json"]);
    assert_eq!(
        (exit, &same["rejected"], &same["totals"]),
        (0, &Value::from(1), &serde_json::json!({}))
    );
    let (exit, new) = report(folder.path(), &["day-2", "--baseline", "known.json"]);
    assert_eq!((exit, &new["suppressed"]["invalid-date"]), (1, &Value::from(1)));
    assert_eq!(
        (&new["totals"]["invalid-date"], &new["findings"][1]["line"]),
        (&Value::from(1), &Value::from(4))
    );
    let (_, text, _) = run(folder.path(), &["check", "day-2", "--baseline", "known.json"]);
    assert!(text.contains("known     invalid-date: 1 of the baseline"), "{text}");
}

#[test]
fn a_baseline_that_lists_too_little_is_told_and_a_bad_one_refused() {
    let folder = folder(&[("in", &LATE.repeat(3)), ("bad", "{}\n")]);
    let few = run(folder.path(), &["check", "--format", "json", "--max-samples", "1", "in"]).1;
    fs::write(folder.path().join("few.json"), few).unwrap();
    let (exit, _, err) = run(folder.path(), &["check", "-q", "in", "--baseline", "few.json"]);
    assert_eq!(exit, 1);
    assert!(err.contains("few.json: counts 2 findings that it does not list"), "{err}");
    for baseline in ["bad", "none"] {
        let (exit, out, err) = run(folder.path(), &["check", "in", "--baseline", baseline]);
        assert_eq!((exit, out.as_str()), (2, ""));
        assert!(err.contains(baseline), "{err}");
    }
}

const UNKNOWN_FLAG: &str =
    "A000000000123DXI20240628120000000001\nE451234567810?20240601\nZ990000000001\n";
const LENIENT: &str = "ignore = [\"unknown-flag\"]";

#[test]
fn a_policy_that_came_with_the_files_is_not_taken() {
    let folder = folder(&[
        ("flagflow.toml", "[severity]\nunknown-flag = \"note\""),
        ("in/flagflow.toml", LENIENT),
        ("in/below/flagflow.toml", LENIENT),
        ("in/below/file", UNKNOWN_FLAG),
        ("watched/flagflow.toml", LENIENT),
        ("watched/file", UNKNOWN_FLAG),
    ]);
    let root = printed(folder.path());
    let above = Value::from(root.join("flagflow.toml").to_str().unwrap());
    let whole = root.join("in");
    for (from, judged) in [
        ("in", "."),
        ("in/below", ".."),
        ("in/below", "../../in"),
        ("in/below", whole.to_str().unwrap()),
    ] {
        let mut run = flagflow(&["check", "--format", "json", judged]);
        let run = run.current_dir(root.join(from)).output().unwrap();
        let reports = json_lines(&run.stdout);
        assert!(!reports.is_empty(), "{from} {judged}");
        for report in reports {
            assert_eq!(report["policy"], above, "{from} {judged}");
        }
    }
    // a file given by name has no policy of its own, so the folder's policy applies
    let below = whole.join("below");
    let (_, json) = report(&below, &["file"]);
    assert_eq!(json["policy"], Value::from(below.join("flagflow.toml").to_str().unwrap()));
    // but an input that is itself a policy is a file like any other
    let (_, out, _) = run(&below, &["check", "--format", "json", "file", "flagflow.toml"]);
    let named = whole.join("flagflow.toml");
    assert_eq!(json_lines(out.as_bytes())[0]["policy"], Value::from(named.to_str().unwrap()));
    let (exit, out, _) = run(&root.join("watched"), &["watch", "--once", "--settle", "0", "."]);
    let events = json_lines(out.as_bytes());
    assert_eq!(exit, 1);
    assert!(
        events.iter().all(|event| event["policy"] == above || event["error"].is_string()),
        "{out}"
    );
}

#[cfg(unix)]
#[test]
fn a_policy_that_others_may_write_is_refused_where_it_is_found() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder(&[("flagflow.toml", LENIENT), ("file", UNKNOWN_FLAG)]);
    let policy = folder.path().join("flagflow.toml");
    for mode in [0o620, 0o602, 0o666] {
        fs::set_permissions(&policy, fs::Permissions::from_mode(mode)).unwrap();
        for command in
            ["check file", "summary file", "fix file", "diff file file", "answer file -o out"]
        {
            let (exit, out, err) = run(folder.path(), &command.split(' ').collect::<Vec<_>>());
            assert_eq!((exit, out.as_str()), (2, ""), "{command}");
            assert!(
                err.contains(&format!("others may write this policy (mode {mode:04o}")),
                "{err}"
            );
        }
        let (exit, _, err) =
            run(folder.path(), &["check", "-q", "--config", "flagflow.toml", "file"]);
        assert_eq!(exit, 0);
        assert!(err.starts_with("flagflow: flagflow.toml: others may write this policy"), "{err}");
        let (exit, _, err) = run(folder.path(), &["check", "-q", "--no-config", "file"]);
        assert_eq!((exit, err.as_str()), (1, ""));
    }
    fs::set_permissions(&policy, fs::Permissions::from_mode(0o640)).unwrap();
    let (exit, _, err) = run(folder.path(), &["check", "-q", "file"]);
    assert_eq!(exit, 0, "{err}");
    let name = fs::canonicalize(&policy).unwrap();
    assert_eq!(err, format!("flagflow: judged by {}\n", name.display()));
}
