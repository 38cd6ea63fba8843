//! A PostgreSQL server that a test starts in a folder of its own. The tests of the command use this
//! file too.

#![allow(clippy::print_stderr, reason = "a skipped test gives its reason")]

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A server that ends with this value.
pub(crate) struct Server {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
}

impl Server {
    /// Starts a server; returns `None`, with a message, where none can be had.
    pub(crate) fn start() -> Option<Self> {
        let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let mut versions: Vec<_> = installed.map(|entry| entry.path().join("bin")).collect();
        versions.sort();
        let Some(programs) = versions.pop().filter(|bin| bin.join("initdb").exists()) else {
            eprintln!("skipped: there is no PostgreSQL: apt-get install postgresql");
            return None;
        };
        // the port is free until the server takes it
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Self { folder: TempDir::new().unwrap(), programs, port };
        if is_root() {
            let folder = server.folder.path();
            assert!(Command::new("chown").arg("postgres").arg(folder).status().unwrap().success());
        }
        let init = ["--auth=trust", "--username=postgres", "--no-sync", "--pgdata"];
        if !server.run("initdb", &init, &server.data()) {
            eprintln!("skipped: initdb failed, perhaps because root may not run it");
            return None;
        }
        server.go();
        Some(server)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn run(&self, program: &str, arguments: &[&str], last: &Path) -> bool {
        let program = self.programs.join(program);
        let mut command = match is_root() {
            // the server refuses to run as root
            true => {
                let mut command = Command::new("runuser");
                command.args(["-u", "postgres", "--"]).arg(program);
                command
            }
            false => Command::new(program),
        };
        let command = command.args(arguments).arg(last).current_dir(self.folder.path());
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|it| it.success())
    }

    pub(crate) fn go(&self) {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off",
            self.port
        );
        let log = self.folder.path().join("log");
        let start = ["-w", "-l", log.to_str().unwrap(), "-o", &options, "start", "-D"];
        assert!(self.run("pg_ctl", &start, &self.data()), "{:?}", fs::read_to_string(log));
    }

    /// Ends the server at once, as a crash does.
    pub(crate) fn stop(&self) {
        self.run("pg_ctl", &["-m", "immediate", "stop", "-D"], &self.data());
    }

    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Returns the URL of a new database.
    pub(crate) fn database(&self, name: &str) -> String {
        let port = self.port.to_string();
        let arguments = ["-h", "127.0.0.1", "-U", "postgres", "-p", &port];
        assert!(self.run("createdb", &arguments, Path::new(name)));
        self.url(name)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

pub(crate) fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}
