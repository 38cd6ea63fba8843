//! Tests the temporary file beside a target: locked while it is written, and after a kill removed
//! by the next writer of the target.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use flagflow_files::output::Output;
use flagflow_files::{Error, ErrorKind};
use tempfile::TempDir;

/// More than is written at once, and not a whole number of pieces.
const LONG: usize = 300_001;

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Returns the one file beside a target while it is written.
fn beside(folder: &Path) -> PathBuf {
    let hidden: Vec<_> = names(folder).into_iter().filter(|name| name.starts_with('.')).collect();
    assert_eq!(hidden.len(), 1, "{hidden:?}");
    folder.join(&hidden[0])
}

fn written(path: &Path, bytes: &[u8]) -> Output {
    let mut output = Output::create(path).unwrap();
    output.write_all(bytes).unwrap();
    output.flush().unwrap();
    output
}

/// An output that ends as one of a killed process does: the file stays, its lock is gone.
fn killed(path: &Path) -> PathBuf {
    let folder = path.parent().unwrap();
    let before = names(folder);
    let output = written(path, b"half of it");
    let left = names(folder).into_iter().find(|name| !before.contains(name)).unwrap();
    let (left, kept) = (folder.join(left), folder.join("kept"));
    fs::rename(&left, &kept).unwrap();
    drop(output);
    fs::rename(&kept, &left).unwrap();
    left
}

// Reading back

/// Commits what somebody did something to; the old file must stay and nothing beside it.
fn commit_after(what: impl FnOnce(&Path)) -> (TempDir, Error) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    fs::write(&path, "old").unwrap();
    let output = written(&path, &vec![b'x'; LONG]);
    what(&beside(folder.path()));
    let error = output.commit().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Output);
    assert_eq!(fs::read(&path).unwrap(), b"old");
    (folder, error)
}

fn overwrite(path: &Path, at: u64, bytes: &[u8]) {
    let mut file = File::options().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(bytes).unwrap();
}

type Change = Box<dyn Fn(&Path)>;

#[test]
fn what_is_on_disk_is_what_was_written_or_the_old_file_stays() {
    let length = LONG as u64;
    let truncate = |length| {
        move |path: &Path| File::options().write(true).open(path).unwrap().set_len(length).unwrap()
    };
    let changes: Vec<Change> = vec![
        Box::new(|path| overwrite(path, 0, b"y")),
        Box::new(move |path| overwrite(path, length / 2, b"\0")),
        Box::new(move |path| overwrite(path, length - 1, b"y")),
        Box::new(move |path| overwrite(path, length, b"x")),
        Box::new(truncate(length - 1)),
        Box::new(truncate(0)),
        Box::new(truncate(length + 4096)),
        // a page that never reached the disk
        Box::new(|path| overwrite(path, 65_536, &[0; 4096])),
    ];
    for (number, change) in changes.iter().enumerate() {
        let (folder, error) = commit_after(change);
        let cause = error.io_error().unwrap().to_string();
        assert_eq!(cause, "the file on disk differs from what was written", "change {number}");
        assert_eq!(names(folder.path()), ["out"], "change {number}");
    }
}

#[test]
fn the_file_that_is_put_in_place_is_the_one_that_was_written() {
    let (folder, error) = commit_after(|path| fs::remove_file(path).unwrap());
    assert!(error.io_error().is_some());
    assert_eq!(names(folder.path()), ["out"]);
    let (_folder, error) = commit_after(|path| {
        fs::remove_file(path).unwrap();
        fs::write(path, vec![b'x'; LONG]).unwrap();
    });
    assert_eq!(error.io_error().unwrap().to_string(), "another file has taken its name");
}

// Cleaning

#[test]
fn what_a_kill_left_is_cleaned_by_the_next_run_that_writes_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    let (first, kept) = (killed(&path), folder.path().join("aside"));
    fs::rename(&first, &kept).unwrap();
    let second = killed(&path);
    fs::rename(&kept, &first).unwrap();
    assert!(first.exists() && second.exists());
    written(&path, b"whole").commit().unwrap();
    assert_eq!(names(folder.path()), ["out"]);
    assert_eq!(fs::read(&path).unwrap(), b"whole");
}

#[test]
fn what_was_left_with_the_permissions_of_its_target_is_cleaned_too() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    for mode in [0o444, 0o222, 0o600] {
        let left = killed(&path);
        fs::set_permissions(&left, fs::Permissions::from_mode(mode)).unwrap();
        written(&path, b"whole").commit().unwrap();
        assert_eq!(names(folder.path()), ["out"], "{mode:o}");
    }
}

#[test]
fn what_is_being_written_is_never_cleaned() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    let first = written(&path, b"first");
    let second = written(&path, b"second");
    assert_eq!(names(folder.path()).len(), 2);
    second.commit().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"second");
    first.commit().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"first");
    assert_eq!(names(folder.path()), ["out"]);
}

#[test]
fn what_is_left_of_another_target_is_that_targets() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    let left = killed(&one);
    written(&other, b"whole").commit().unwrap();
    assert!(left.exists());
    written(&one, b"whole").commit().unwrap();
    assert_eq!(names(folder.path()), ["one", "other"]);
}

#[test]
fn a_name_that_only_looks_like_ours_is_somebody_elses() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    let left = killed(&path);
    let name = left.file_name().unwrap().to_str().unwrap().to_owned();
    let shorter = name.replacen(".flagflow", "", 1);
    let others = [
        format!("{name}.bak"),
        format!(".{name}"),
        shorter[..shorter.len() - 1].to_owned() + ".flagflow",
        shorter + "x.flagflow",
        ".notes.flagflow".to_owned(),
        ".AbCdEf.flagflow".to_owned(),
    ];
    for other in &others {
        fs::write(folder.path().join(other), "mine").unwrap();
    }
    written(&path, b"whole").commit().unwrap();
    assert!(!left.exists());
    for other in &others {
        assert_eq!(fs::read(folder.path().join(other)).unwrap(), b"mine", "{other}");
    }
}

#[test]
fn what_is_no_file_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    let left = killed(&path);
    let precious = folder.path().join("precious");
    fs::rename(&left, &precious).unwrap();
    symlink(&precious, &left).unwrap();
    written(&path, b"whole").commit().unwrap();
    assert!(left.is_symlink() && precious.exists());
    fs::remove_file(&left).unwrap();
    fs::create_dir(&left).unwrap();
    written(&path, b"whole").commit().unwrap();
    assert!(left.is_dir());
}

#[test]
fn a_name_as_long_as_there_can_be_is_a_target_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x".repeat(255));
    killed(&path);
    written(&path, b"whole").commit().unwrap();
    assert_eq!(names(folder.path()).len(), 1);
    assert_eq!(fs::read(&path).unwrap(), b"whole");
}

// Errors that are passed over

#[test]
fn after_a_failed_write_nothing_is_published() {
    use std::os::unix::fs::FileTypeExt;
    // a device that is always full
    let full = Path::new("/dev/full");
    if !fs::metadata(full).is_ok_and(|found| found.file_type().is_char_device()) {
        return;
    }
    let mut output = Output::create(full).unwrap();
    output.write_all(&vec![b'x'; LONG]).unwrap_err();
    output.commit().unwrap_err();
    let mut output = Output::create(full).unwrap();
    output.write_all(b"little").unwrap();
    output.commit().unwrap_err();
}

#[test]
fn a_named_pipe_that_nobody_reads_any_more_is_no_success() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    let reader = std::thread::spawn({
        let path = path.clone();
        move || drop(File::open(path).unwrap())
    });
    let mut output = Output::create(&path).unwrap();
    reader.join().unwrap();
    output.write_all(b"little").unwrap();
    let error = output.commit().unwrap_err();
    assert!(!error.is_closed_pipe(), "{error}");
}
