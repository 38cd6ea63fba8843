//! Pictures of a terminal for the documentation, `docs/pictures/*.svg`.
//!
//! Each picture shows a command that runs on a terminal of its own. `UPDATE_DOCS=1` writes the
//! pictures; without it they are compared.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use anstyle_svg::Term;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// The width of the terminal: short enough for a page, and wide enough for the longest line.
const COLUMNS: u16 = 92;

/// A picture: its name, the command that makes the file which it shows, and the command shown.
const PICTURES: [[&str; 3]; 2] = [
    ["check", "cp testdata/quarantine/received.dxi .", "flagflow check received.dxi"],
    [
        "summary",
        "flagflow generate --flow e45 --records 3000 --invalid 0.01 --seed 7 -o day.dxi",
        "flagflow summary day.dxi",
    ],
];

/// Returns a command to be run in the folder; `testdata` there is that of the repository.
fn command_in(folder: &Path, line: &str) -> Command {
    let mut words = line.split(' ');
    let program = words.next().unwrap();
    let program = if program == "flagflow" { env!("CARGO_BIN_EXE_flagflow") } else { program };
    let mut command = Command::new(program);
    command.args(words).current_dir(folder).stdin(Stdio::null()).stderr(Stdio::null());
    command
}

/// Runs the command on a terminal, and returns everything that it prints there.
fn on_a_terminal(folder: &Path, command: &str) -> String {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    let path = Path::new(std::ffi::OsStr::from_bytes(name.as_bytes()));
    let screen = File::options().write(true).open(path).unwrap();
    let size = Winsize { ws_row: 50, ws_col: COLUMNS, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&screen, size).unwrap();

    let mut process = command_in(folder, command)
        .env_clear()
        .envs([("TERM", "xterm-256color"), ("LC_ALL", "C.UTF-8")])
        .stdout(screen)
        .spawn()
        .unwrap();
    let mut printed = Vec::new();
    // reading a terminal ends with an error when its last writer is gone
    let _ = File::from(terminal).read_to_end(&mut printed);
    process.wait().unwrap();
    String::from_utf8(printed).unwrap().replace("\r\n", "\n")
}

#[test]
fn pictures_show_what_commands_print() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for [name, before, command] in PICTURES {
        let folder = tempfile::tempdir().unwrap();
        symlink(fs::canonicalize(root.join("testdata")).unwrap(), folder.path().join("testdata"))
            .unwrap();
        assert!(command_in(folder.path(), before).status().unwrap().success(), "{before}");
        let printed = on_a_terminal(folder.path(), command);
        assert!(printed.contains("\x1b["), "{command} prints no colour");

        let text = format!("$ \x1b[1m{command}\x1b[0m\n{}", printed.trim_end());
        let picture = Term::new().render_svg(&text);
        let path = root.join(format!("docs/pictures/{name}.svg"));
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::write(&path, &picture).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == picture, "{} is out of date: UPDATE_DOCS=1 cargo test", path.display());
        assert!(picture.len() < 60_000, "{name}: {} bytes", picture.len());
    }
}
