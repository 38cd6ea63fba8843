use std::fs;

use flagflow_domain::Edition;
use flagflow_electricity::Flow;

use super::*;

const TEXT: &str = r#"
edition = "mp077"
ignore = ["mprn-check-digits", "empty-line"]
file-types = ["DXR"]

[severity]
future-effective-date = "error"

[gates]
fail-on = "warning"
max-rejects = 100

[sender.123]
edition = "any"
ignore = ["missing-terminator"]
severity = { empty-line = "error" }
gates = { max-rejects = 0, max-reject-rate = 0.5, fail-on = "never" }

[sender.DCCO]
reasons = true
"#;

fn policy(text: &str) -> Result<Policy, PolicyError> {
    Policy::from_toml(text, Path::new(""))
}

fn options(policy: &Policy, sender: Option<&Sender>) -> Options {
    let mut options = Options::default();
    policy.apply(sender, &mut options);
    options
}

#[test]
fn a_file_of_nobody_is_judged_by_the_general_terms() {
    let policy = policy(TEXT).unwrap();
    for sender in [None, Some(Sender::Organisation(124)), Some(Sender::Participant("LOND".into()))]
    {
        assert!(!sender.as_ref().is_some_and(|sender| policy.knows(sender)));
        let options = options(&policy, sender.as_ref());
        assert_eq!(options.edition, EditionChoice::Given(Edition::Mp077));
        assert!(options.ignore[RuleId::MprnCheckDigits] && options.ignore[RuleId::EmptyLine]);
        assert!(!options.ignore[RuleId::MissingTerminator]);
        assert_eq!(options.severity[RuleId::FutureEffectiveDate], Severity::Error);
        assert_eq!(options.file_types.len(), 2);
        let gates = policy.gates(sender.as_ref());
        assert_eq!((gates.max_rejects, gates.max_reject_rate), (Some(100), None));
        assert_eq!(gates.fail_on, Some(Some(Severity::Warning)));
    }
}

#[test]
fn a_senders_terms_come_first_and_the_rest_adds_up() {
    let policy = policy(TEXT).unwrap();
    let sender = Sender::Organisation(123);
    let options = options(&policy, Some(&sender));
    assert_eq!(options.edition, EditionChoice::Given(Edition::Any));
    assert!(options.ignore[RuleId::MprnCheckDigits] && options.ignore[RuleId::MissingTerminator]);
    assert!(!options.ignore[RuleId::EmptyLine], "a severity lifts the ignore farther out");
    assert_eq!(options.severity[RuleId::EmptyLine], Severity::Error);
    assert_eq!(options.severity[RuleId::FutureEffectiveDate], Severity::Error);
    let gates = policy.gates(Some(&sender));
    let expected =
        GateTerms { fail_on: Some(None), max_rejects: Some(0), max_reject_rate: Some(0.5) };
    assert_eq!(gates, expected);
    assert!(self::options(&policy, Some(&Sender::Participant("DCCO".into()))).with_reasons);
}

#[test]
fn an_empty_policy_changes_nothing() {
    let policy = policy("").unwrap();
    let same = format!("{:?}", options(&policy, None));
    assert_eq!(same, format!("{:?}", Options::default()));
    assert_eq!(policy.gates(None), GateTerms::default());
    assert!(!policy.has_senders() && self::policy(TEXT).unwrap().has_senders());
}

#[test]
fn what_is_not_understood_is_said_with_its_line() {
    for (text, line, said) in [
        ("\nignore = [\"no-rule\"]", 2, "no rule is called \"no-rule\""),
        ("edition = \"new\"", 1, "edition"),
        ("[severity]\nempty-line = \"fatal\"", 2, "not a severity"),
        ("[severity]\nno-rule = \"note\"", 2, "no rule is called"),
        ("file-types = [\"LONG\"]", 1, "not a file type"),
        ("[gates]\nfail-on = \"always\"", 2, "expected error, warning, note or never"),
        ("[gates]\n\nmax-reject-rate = 1.5", 3, "0 to 1"),
        ("[gates]\nmax-rejects = -1", 2, "-1"),
        ("colour = \"red\"", 1, "unknown field `colour`"),
        ("[sender.X]\ngate = 1", 2, "unknown field `gate`"),
        ("edition", 1, ""),
    ] {
        let error = policy(text).unwrap_err();
        let PolicyError::Text { line: at, message } = &error else { panic!("{text}: {error}") };
        assert_eq!(*at, Some(line), "{text}: {error}");
        assert!(message.contains(said), "{text}: {error}");
    }
    let nested = policy("[sender.X.sender.Y]\nreasons = true").unwrap_err();
    assert!(nested.to_string().contains("cannot contain other senders"));
}

#[test]
fn profiles_stand_where_the_policy_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    fs::write(&path, "profiles = [\"mine.toml\"]").unwrap();
    let error = Policy::read(&path).unwrap_err();
    assert!(matches!(&error, PolicyError::Profile { path, .. } if path.ends_with("mine.toml")));
    fs::write(folder.path().join("mine.toml"), "name = 1").unwrap();
    assert!(Policy::read(&path).unwrap_err().to_string().contains("mine.toml: "));
    let mine = Profile::builtin(Flow::D0350).as_toml().replace("81H", "987");
    fs::write(folder.path().join("mine.toml"), mine).unwrap();
    let options = options(&Policy::read(&path).unwrap(), None);
    assert_eq!(options.d0350.opening_group().map(flagflow_electricity::Group::code), Some("987"));
    assert!(matches!(Policy::read(&folder.path().join("none")), Err(PolicyError::Read(_))));
}

#[test]
fn it_is_found_upwards() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("a/b");
    fs::create_dir_all(&below).unwrap();
    let path = folder.path().join(FILE_NAME);
    assert_ne!(Policy::find(&below, &[]), Some(path.clone()));
    fs::write(&path, "").unwrap();
    assert_eq!(Policy::find(&below, &[]), Some(path.clone()));
    fs::write(below.join(FILE_NAME), "").unwrap();
    assert_eq!(Policy::find(&below, &[]), Some(below.join(FILE_NAME)));
    let judged = |judged: &Path| Policy::find(&below, &[judged.to_owned()]);
    for passed_over in [below.as_path(), &folder.path().join("a"), &below.join(FILE_NAME)] {
        assert_eq!(judged(passed_over), Some(path.clone()), "{passed_over:?}");
    }
    assert_eq!(judged(&below.join("in")), Some(below.join(FILE_NAME)));
    assert_eq!(judged(&folder.path().join("a/b2")), Some(below.join(FILE_NAME)));
    assert_ne!(judged(folder.path()), Some(path));
}

#[test]
fn a_senders_quarantine_and_limits_override_the_general_ones() {
    let text = r#"
quarantine = { split = true }
gates = { max-rejects = 5, max-reject-rate = 0.1 }
[sender.EELC]
quarantine.split = false
[sender.DCCO.gates]
max-rejects = 0
"#;
    let policy = policy(text).unwrap();
    let of = |name: &str| {
        let sender = Sender::Participant(name.to_owned());
        let gates = policy.gates(Some(&sender));
        (policy.quarantine(Some(&sender)).split, gates.max_rejects, gates.max_reject_rate)
    };
    assert_eq!(of("EELC"), (Some(false), Some(5), Some(0.1)));
    assert_eq!(of("DCCO"), (Some(true), Some(0), Some(0.1)));
    assert_eq!(of("LOND"), (Some(true), Some(5), Some(0.1)));
    assert_eq!(policy.quarantine(None).split, Some(true));
    assert_eq!(Policy::default().quarantine(None).split, None);
    assert_eq!(policy.senders().collect::<Vec<_>>(), ["DCCO", "EELC"]);
    for wrong in ["quarantine.spilt = true", "quarantine.split = 1", "[sender.A.quarantine]\nx = 1"]
    {
        assert!(Policy::from_toml(wrong, Path::new("")).is_err(), "{wrong}");
    }
}
