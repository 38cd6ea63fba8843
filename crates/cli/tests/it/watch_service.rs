//! `flagflow watch` as a service: metrics, health, and messages to systemd.

#![allow(clippy::print_stderr, reason = "it says what it left out")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::common::flagflow;

const GOOD: &str = "A000000000042DXI20220201093000000001\nE451234567810A20220101\nZ990000000001\n";
const BAD: &str = "A000000000043DXI20220201093000000001\nE451234567810A20220230\nZ990000000001\n";

/// Returns an inbox with a good file, a bad file, and a file that is not recognised.
fn inbox() -> TempDir {
    let inbox = tempfile::tempdir().unwrap();
    for (name, text) in [("a", GOOD), ("b", BAD), ("c", "dear all\n")] {
        fs::write(inbox.path().join(name), text).unwrap();
    }
    inbox
}

fn once(inbox: &Path, more: &[&str]) -> (i32, String) {
    let mut command = flagflow(&["watch", "--once", "--settle", "0", "--no-config"]);
    let run = command.args(more).arg(inbox).output().unwrap();
    (run.status.code().unwrap(), String::from_utf8(run.stderr).unwrap())
}

/// The metrics of [`inbox`], except for seconds and times.
const EXPECTED: [&str; 9] = [
    "flagflow_watch_files_total{result=\"accepted\",flow=\"e45\",sender=\"0000000042\"} 1",
    "flagflow_watch_files_total{result=\"rejected\",flow=\"e45\",sender=\"0000000043\"} 1",
    "flagflow_watch_files_total{result=\"rejected\",flow=\"unknown\",sender=\"unknown\"} 1",
    "flagflow_watch_records_total{result=\"rejected\",flow=\"e45\",sender=\"0000000043\"} 1",
    "flagflow_watch_flags_total{flag=\"A\"} 1",
    "flagflow_watch_findings_total{rule=\"invalid-date\",severity=\"error\"} 1",
    "flagflow_watch_waiting_files 0",
    "flagflow_watch_failing_files 0",
    "flagflow_watch_check_seconds_count 3",
];

fn expect_metrics(text: &str) {
    for line in EXPECTED {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    for time in ["last_file_timestamp_seconds{result=\"rejected\"}", "last_pass_timestamp_seconds"]
    {
        assert!(text.contains(&format!("flagflow_watch_{time} 1")), "{text}");
    }
}

/// Checks metrics with Debian's promtool, if it is installed.
fn expect_valid(text: &str) {
    let tool =
        std::env::var_os("PROMTOOL").map_or_else(|| PathBuf::from("promtool"), PathBuf::from);
    let mut command = Command::new(tool);
    command.args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let Ok(mut child) = command.stderr(Stdio::piped()).spawn() else {
        eprintln!("promtool is not installed: the format is not checked with it");
        return;
    };
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let checked = child.wait_with_output().unwrap();
    assert!(checked.status.success(), "{checked:?}\n{text}");
    assert!(checked.stdout.is_empty() && checked.stderr.is_empty(), "{checked:?}\n{text}");
}

#[test]
fn metrics_are_written_to_a_file() {
    let (inbox, folder) = (inbox(), tempfile::tempdir().unwrap());
    let file = folder.path().join("flagflow.prom");
    let (exit, said) = once(inbox.path(), &["--metrics", file.to_str().unwrap()]);
    assert_eq!((exit, said.as_str()), (1, ""));
    let text = fs::read_to_string(&file).unwrap();
    expect_metrics(&text);
    expect_valid(&text);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing else is left");
}

#[test]
fn metrics_that_cannot_be_written_at_the_start_are_2() {
    let inbox = inbox();
    let missing = inbox.path().join("no/such/file");
    let within = inbox.path().join("metrics");
    for file in [&missing, &within] {
        let (exit, said) = once(inbox.path(), &["--metrics", file.to_str().unwrap()]);
        assert_eq!(exit, 2, "{said}");
        assert!(inbox.path().join("a").exists(), "{said}");
    }
    let used = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = used.local_addr().unwrap().to_string();
    let run = flagflow(&["watch", "--no-config", "--listen", &address]).arg(inbox.path()).output();
    let run = run.unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(String::from_utf8(run.stderr).unwrap().contains("cannot be served"));
}

#[test]
fn invented_senders_share_a_label() {
    let (inbox, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for number in 0..130 {
        let text = GOOD.replacen("0000000042", &format!("{number:010}"), 1);
        fs::write(inbox.path().join(format!("{number:03}")), text).unwrap();
    }
    let file = folder.path().join("flagflow.prom");
    once(inbox.path(), &["--metrics", file.to_str().unwrap()]);
    let text = fs::read_to_string(&file).unwrap();
    let of_files = text.lines().filter(|line| line.starts_with("flagflow_watch_files_total{"));
    assert_eq!(of_files.count(), 101, "{text}");
    let other = "flagflow_watch_files_total{result=\"accepted\",flow=\"e45\",sender=\"other\"} 30";
    assert!(text.contains(other), "{text}");
}

/// A limit on the size of files has the effect of a full disk: reports cannot be written.
#[cfg(target_os = "linux")]
#[test]
fn a_file_whose_report_has_no_space_stays_until_there_is_space() {
    let (inbox, folder) = (inbox(), tempfile::tempdir().unwrap());
    let file = folder.path().join("flagflow.prom");
    let once = |limit: &str| {
        let mut shell = Command::new("sh");
        let line =
            "ulimit -f $1; exec \"$0\" watch --once --settle 0 --no-config --metrics \"$2\" \"$3\"";
        shell.args(["-c", line]).arg(assert_cmd::cargo::cargo_bin("flagflow"));
        let run = shell.arg(limit).args([&file, inbox.path()]).output().unwrap();
        (run.status.code(), String::from_utf8(run.stdout).unwrap())
    };
    // 512-byte blocks: the metrics have space, and the pages do not
    let (exit, events) = once("8");
    assert_eq!((exit, events.matches("\"event\":\"failed\"").count()), (Some(2), 3), "{events}");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("flagflow_watch_failing_files 3\n"), "{text}");
    assert!(text.contains("flagflow_watch_waiting_files 3\n"), "{text}");
    for name in ["a", "b", "c"] {
        assert!(inbox.path().join(name).exists());
    }
    for place in ["accepted", "rejected"] {
        assert_eq!(fs::read_dir(inbox.path().join(place)).unwrap().count(), 0);
    }
    let (exit, events) = once("unlimited");
    assert_eq!((exit, events.lines().count()), (Some(1), 3), "{events}");
    expect_metrics(&fs::read_to_string(&file).unwrap());
}

/// A running watch that ends with the test.
struct Serving {
    child: Child,
    address: String,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Serving {
    fn new(inbox: &Path) -> Self {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("flagflow"));
        command.args(["watch", "--no-config", "--settle", "0", "--interval", "0.05"]);
        command.args(["--listen", "0"]).arg(inbox).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("flagflow: serving http://").unwrap();
        let address = address.strip_suffix("/metrics").unwrap().to_owned();
        assert!(address.starts_with("127.0.0.1:"), "{address}");
        Self { child, address }
    }

    fn send(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8(answer).unwrap()
    }

    fn get(&self, path: &str) -> String {
        self.send(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes())
    }
}

fn until(holds: impl Fn() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn metrics_and_health_are_served() {
    let inbox = inbox();
    let serving = Serving::new(inbox.path());
    until(|| serving.get("/metrics").contains("flagflow_watch_check_seconds_count 3"));
    until(|| serving.get("/metrics").contains("flagflow_watch_waiting_files 0"));
    let answer = serving.get("/metrics");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.contains("Content-Type: text/plain; version=0.0.4"), "{head}");
    expect_metrics(body);
    expect_valid(body);
    assert!(serving.get("/healthz").starts_with("HTTP/1.1 200 OK\r\n"));
    // odd requests, and none of them ends the server
    for (request, status) in [
        (&b"GET /other HTTP/1.1\r\n\r\n"[..], "404"),
        (b"DELETE /metrics HTTP/1.1\r\n\r\n", "405"),
        (b"\x16\x03\x01\0\xff\0\0", "400"),
        (&[b'a'; 9000], "431"),
        (b"GET / HTTP/9.9\r\n\r\n", "400"),
        (&[&b"GET /"[..], &[b'a'; 9000]].concat(), "431"),
    ] {
        let answer = serving.send(request);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
    // a silent client is dropped
    let mut silent = TcpStream::connect(&serving.address).unwrap();
    silent.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    assert_eq!(silent.read(&mut [0; 9]).unwrap(), 0);
    assert!(serving.get("/healthz").starts_with("HTTP/1.1 200 OK\r\n"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_handled_is_unhealthy() {
    let inbox = inbox();
    let serving = Serving::new(inbox.path());
    // the name of its report would be too long
    let long = inbox.path().join("d".repeat(250));
    fs::write(&long, GOOD).unwrap();
    until(|| serving.get("/healthz").starts_with("HTTP/1.1 503 "));
    let answer = serving.get("/healthz");
    assert!(answer.contains("dddd: ") && !answer.contains('\u{0}'), "{answer}");
    until(|| serving.get("/metrics").contains("flagflow_watch_failing_files 1"));
    fs::remove_file(long).unwrap();
    until(|| serving.get("/healthz").starts_with("HTTP/1.1 200 "));
}

#[cfg(target_os = "linux")]
#[test]
fn systemd_is_notified() {
    use std::os::unix::net::UnixDatagram;
    let (inbox, folder) = (inbox(), tempfile::tempdir().unwrap());
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("flagflow"));
    command.args(["watch", "--no-config", "--settle", "0", "--interval", "0.05"]).arg(inbox.path());
    command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "300000");
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    let receive = || {
        let mut message = [0; 1000];
        let length = socket.recv(&mut message).unwrap();
        String::from_utf8(message[..length].to_vec()).unwrap()
    };
    let (mut ready, mut fed, mut status) = (false, 0, false);
    while !(ready && fed >= 3 && status) {
        for line in receive().lines() {
            ready |= line == "READY=1";
            fed += u32::from(line == "WATCHDOG=1");
            status |=
                line == "STATUS=1 accepted, 2 rejected, 0 split, 0 waiting, 0 of them failing";
        }
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    while !receive().lines().any(|line| line == "STOPPING=1") {}
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// A file whose reading does not end stops the watchdog's messages, so that systemd restarts it.
#[cfg(target_os = "linux")]
#[test]
fn a_watch_that_hangs_does_not_feed_the_watchdog() {
    use std::os::unix::net::UnixDatagram;
    let (inbox, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(3))).unwrap();
    let log = folder.path().join("log");
    assert!(Command::new("mkfifo").arg(&log).status().unwrap().success());
    // the pipe is kept open and never read: once it is full, the log hangs
    let _reader = fs::File::options().read(true).write(true).open(&log).unwrap();
    for number in 0..400 {
        fs::write(inbox.path().join(format!("{number:0200}")), "x\n").unwrap();
    }
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("flagflow"));
    command
        .args(["watch", "--no-config", "--settle", "0"])
        .arg("--log")
        .arg(&log)
        .arg(inbox.path());
    command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "300000");
    let mut child = command.spawn().unwrap();
    let mut message = [0; 1000];
    let began = Instant::now();
    // no message for three seconds, ten times the time of the watchdog
    while socket.recv(&mut message).is_ok() {
        assert!(began.elapsed() < Duration::from_secs(120), "the watch did not hang");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

fn unit() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/flagflow-watch.service");
    fs::read_to_string(path).unwrap()
}

#[test]
fn the_unit_notifies_and_is_confined() {
    let unit = unit();
    for line in ["Type=notify", "ProtectSystem=strict", "Restart=on-failure"] {
        assert!(unit.lines().any(|found| found == line), "{line}");
    }
    for begin in ["WatchdogSec=", "ReadWritePaths="] {
        assert!(unit.lines().any(|found| found.starts_with(begin)), "{begin}");
    }
    // its command line is one of flagflow
    let line = unit.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/bin/flagflow "));
    let mut args: Vec<_> = line.unwrap().split(' ').collect();
    args.push("--help");
    assert!(flagflow(&args).output().unwrap().status.success());
}

/// Needs systemd-analyze, and is left out without it.
#[cfg(target_os = "linux")]
#[test]
fn systemd_accepts_the_unit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flagflow-watch.service");
    let binary = assert_cmd::cargo::cargo_bin("flagflow");
    fs::write(&path, unit().replace("/usr/bin/flagflow", binary.to_str().unwrap())).unwrap();
    let verify = Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&path).output();
    let Ok(verify) = verify else {
        eprintln!("systemd-analyze is not installed: the unit is not checked with it");
        return;
    };
    assert!(verify.status.success() && verify.stderr.is_empty(), "{verify:?}");
    let mut security = Command::new("systemd-analyze");
    security.args(["security", "--offline=true", "--threshold=20", "--no-pager"]).arg(&path);
    let security = security.output().unwrap();
    let (said, error) = (String::from_utf8_lossy(&security.stdout), &security.stderr);
    assert!(security.status.success(), "{said}{}", String::from_utf8_lossy(error));
}
