//! Checks every pair of path arguments, taken from the definition of the command line.

use std::any::TypeId;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;

use clap::{Arg, Command};

use super::*;

/// A command without subcommands, and the names that lead to it.
struct Leaf {
    names: Vec<String>,
    command: Command,
}

fn leaves() -> Vec<Leaf> {
    let mut command = crate::command_line();
    command.build();
    below(&command, &[])
}

fn below(command: &Command, names: &[String]) -> Vec<Leaf> {
    let names = [names, &[command.get_name().to_owned()]].concat();
    let mut subcommands =
        command.get_subcommands().filter(|command| command.get_name() != "help").peekable();
    match subcommands.peek() {
        None => vec![Leaf { names, command: command.clone() }],
        Some(_) => subcommands.flat_map(|command| below(command, &names)).collect(),
    }
}

fn is_path(argument: &Arg) -> bool {
    let types = [TypeId::of::<PathBuf>(), TypeId::of::<ReportPath>()];
    let kind = argument.get_value_parser().type_id();
    types.iter().any(|path| kind == *path)
}

fn role(argument: &Arg) -> PathRole {
    ROLES.iter().find(|(id, _)| argument.get_id() == *id).unwrap().1
}

/// A path option that is not in the table would not be checked.
#[test]
fn every_path_of_the_command_line_has_a_role_and_every_role_a_path() {
    let mut named = BTreeSet::new();
    for leaf in leaves() {
        let paths = leaf.command.get_arguments().filter(|argument| is_path(argument));
        named.extend(paths.map(|argument| argument.get_id().to_string()));
    }
    let table: BTreeSet<_> = ROLES.iter().map(|(id, _)| (*id).to_owned()).collect();
    assert_eq!(named, table);
    assert_eq!(table.len(), ROLES.len(), "an argument has two roles");
}

/// Returns a value for a required argument that is not a path.
fn value(argument: &Arg) -> String {
    let possible = argument.get_possible_values();
    let by_name = match argument.get_id().as_str() {
        "to" => "csv",
        "flow" => "e45",
        "records" | "organisation_id" => "1",
        "points" | "point" => "1234567810",
        other => possible.first().map_or(other, |value| value.get_name()),
    };
    by_name.to_owned()
}

/// Returns the arguments of a command with some paths, and other required arguments.
fn arguments(leaf: &Leaf, given: &[(&Arg, &Path)], folder: &Path) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = leaf.names.iter().map(OsString::from).collect();
    let mut positional = BTreeMap::new();
    let mut add = |argument: &Arg, value: OsString| match argument.get_long() {
        Some(long) => {
            let mut option = OsString::from(format!("--{long}="));
            option.push(value);
            arguments.push(option);
        }
        None => {
            positional.insert(argument.get_index(), value);
        }
    };
    for (argument, path) in given {
        let format = argument.get_id() == "report";
        let mut value = OsString::from(if format { "json=" } else { "" });
        value.push(path);
        add(argument, value);
    }
    let is_given =
        |argument: &Arg| given.iter().any(|(other, _)| other.get_id() == argument.get_id());
    for argument in leaf.command.get_arguments() {
        if argument.is_required_set() && !is_given(argument) {
            let path = || folder.join(argument.get_id().as_str()).into_os_string();
            add(argument, if is_path(argument) { path() } else { value(argument).into() });
        }
    }
    arguments.extend(positional.into_values());
    arguments
}

/// Returns the names and bytes of all files in a folder.
fn snapshot(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = |path: PathBuf| match path.is_dir() {
        true => {
            let mut below = snapshot(&path);
            below.insert(path, Vec::new());
            below
        }
        false => BTreeMap::from([(path.clone(), fs::read(path).unwrap())]),
    };
    entries.flat_map(files).collect()
}

const CONTENT: &str = "# a policy that says nothing, and no other file\n";

/// Returns the paths of a file: its own, one with a detour, a symbolic and a hard link.
fn same_file(folder: &Path) -> Vec<(PathBuf, PathBuf)> {
    // a name that `notify run` may use
    let name = "E45-000001.txt";
    let own = folder.join("in").join(name);
    fs::create_dir(folder.join("in")).unwrap();
    fs::create_dir(folder.join("links")).unwrap();
    fs::write(&own, CONTENT).unwrap();
    let mut others = vec![own.clone(), folder.join("links/../in").join(name)];
    #[cfg(unix)]
    {
        others.push(folder.join("links/symbolic"));
        std::os::unix::fs::symlink(&own, folder.join("links/symbolic")).unwrap();
        others.push(folder.join("links/hard"));
        fs::hard_link(&own, folder.join("links/hard")).unwrap();
    }
    others.into_iter().map(|other| (own.clone(), other)).collect()
}

/// Runs a command that must be refused for its files, and must change nothing.
fn expect_refused(leaf: &Leaf, given: &[(&Arg, &Path)], folder: &Path) {
    let before = snapshot(folder);
    let arguments = arguments(leaf, given, folder);
    let (command, matches) = crate::parsed(arguments.clone())
        .unwrap_or_else(|error| panic!("{arguments:?} is not understood: {error}"));
    let why = match crate::run_guarded(command, &matches) {
        Err(Failure::Message(why)) => why,
        other => panic!("{arguments:?}: {other:?}"),
    };
    let reasons = [
        "is the file that is read",
        "is given for two outputs",
        "is a file of the register",
        "would be taken for a file that has arrived",
    ];
    assert!(reasons.iter().any(|reason| why.contains(reason)), "{arguments:?}: {why}");
    assert_eq!(snapshot(folder), before, "{arguments:?}");
}

/// Returns the value of an argument that makes the command read or write a file.
fn given<'p>(argument: &Arg, file: &'p Path) -> &'p Path {
    match role(argument) {
        PathRole::Watched | PathRole::Folder => file.parent().unwrap(),
        _ => file,
    }
}

/// Returns the pairs of arguments that must not be one file.
fn pairs(command: &Command) -> Vec<[&Arg; 2]> {
    let paths: Vec<_> = command.get_arguments().filter(|argument| is_path(argument)).collect();
    let is_written = |argument: &Arg| matches!(role(argument), PathRole::Output | PathRole::Folder);
    let mut pairs = Vec::new();
    for (at, one) in paths.iter().enumerate() {
        if role(one) == PathRole::Output && one.get_id() == "report" {
            pairs.push([*one, *one]);
        }
        for other in &paths[at + 1..] {
            let roles = [role(one), role(other)];
            let of_the_register = roles.contains(&PathRole::Register);
            let is_pair = is_written(one) || is_written(other) || of_the_register;
            if is_pair && !roles.contains(&PathRole::Temporary) {
                pairs.push([*one, *other]);
            }
        }
    }
    pairs
}

#[test]
fn no_command_takes_one_file_for_two_uses() {
    let mut tried = BTreeSet::new();
    for leaf in leaves() {
        for [one, other] in pairs(&leaf.command) {
            let folder = tempfile::tempdir().unwrap();
            for (own, by_another_name) in same_file(folder.path()) {
                // a file in a folder is read by its own name; its other use may have any name
                let (first, second) = match role(one) {
                    PathRole::Watched | PathRole::Folder => (&own, &by_another_name),
                    _ => (&by_another_name, &own),
                };
                let files = [(one, given(one, first)), (other, given(other, second))];
                expect_refused(&leaf, &files, folder.path());
            }
            tried.insert((leaf.names.join(" "), one.get_id().clone(), other.get_id().clone()));
        }
    }
    assert!(tried.len() >= 80, "{} pairs", tried.len());
}

/// SQLite has files beside the register, which must not be outputs.
#[test]
fn no_output_is_a_file_that_sqlite_has_beside_the_register() {
    let mut tried = 0;
    for leaf in leaves() {
        let register = leaf.command.get_arguments().find(|argument| argument.get_id() == "state");
        let Some(register) = register else { continue };
        let outputs = leaf.command.get_arguments().filter(|argument| is_path(argument));
        for output in outputs.filter(|argument| role(argument) == PathRole::Output) {
            for ending in ["-wal", "-shm", "-journal"] {
                let folder = tempfile::tempdir().unwrap();
                let state = folder.path().join("state");
                let beside = folder.path().join(format!("state{ending}"));
                let files = [(register, state.as_path()), (output, beside.as_path())];
                expect_refused(&leaf, &files, folder.path());
                tried += 1;
            }
        }
    }
    assert!(tried >= 6, "{tried} runs");
}

/// Two new outputs are one file if their folder and name are equal.
#[test]
fn no_two_outputs_become_one_file() {
    let mut tried = 0;
    for leaf in leaves() {
        for [one, other] in pairs(&leaf.command) {
            if [one, other].iter().any(|argument| role(argument) != PathRole::Output) {
                continue;
            }
            let folder = tempfile::tempdir().unwrap();
            let (new, again) = (folder.path().join("new"), folder.path().join("./new"));
            expect_refused(&leaf, &[(one, &new), (other, &again)], folder.path());
            tried += 1;
        }
    }
    assert!(tried >= 10, "{tried} pairs");
}

/// An excluded file of a folder is not read, so it may be written.
#[test]
fn a_folder_is_guarded_as_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [
        ("u.dxi", CONTENT),
        ("notes.txt", CONTENT),
        ("old.json", "{\"schema\":\"flagflow-report/1\""),
    ] {
        fs::write(folder.path().join(name), content).unwrap();
    }
    let may_write = |name: &str, options: &[&str]| {
        let mut report = OsString::from("json=");
        report.push(folder.path().join(name));
        let arguments = ["flagflow", "check", "--no-config", "--report"].map(OsString::from);
        let named = [report, folder.path().into()];
        let all = arguments.into_iter().chain(named).chain(options.iter().map(OsString::from));
        let (_, matches) = crate::parsed(all).unwrap();
        Files::named_in(&matches).is_ok()
    };
    assert!(may_write("new.json", &[]));
    assert!(may_write("old.json", &[]));
    for name in ["u.dxi", "notes.txt"] {
        assert!(!may_write(name, &[]), "{name}");
    }
    assert!(!may_write("u.dxi", &["--exclude=*.txt"]));
    assert!(may_write("notes.txt", &["--exclude=*.txt"]));
    assert!(!may_write("u.dxi", &["--include=*.dxi"]));
    assert!(may_write("notes.txt", &["--include=*.dxi"]));
}
