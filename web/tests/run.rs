//! Checks and splits files of a page that is not a browser.

#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use std::sync::Mutex;

use flagflow_web::{Page, REQUEST, Stream, check_files, describe, split_file};
use serde_json::{Value, json};

const FILE: &[u8] = b"E451234567810A20220101\nE450000123409N20221301\n";
const STREAMS: usize = Stream::Reasons as usize + 1;

/// Files, the request first, and what was written to each stream.
#[derive(Debug)]
struct State {
    files: Vec<Vec<u8>>,
    streams: Mutex<Vec<Vec<u8>>>,
}

/// A page in memory, for as long as the process runs.
#[derive(Clone, Copy, Debug)]
struct MemoryPage(&'static State);

impl MemoryPage {
    fn new(request: &Value, files: &[&[u8]]) -> Self {
        let request = request.to_string().into_bytes();
        let files = [vec![request], files.iter().map(|file| file.to_vec()).collect()].concat();
        let streams = Mutex::new(vec![Vec::new(); STREAMS]);
        Self(Box::leak(Box::new(State { files, streams })))
    }

    /// Returns a page with one file, whose size may be another one.
    fn of(file: &[u8], size: usize, options: &Value) -> Self {
        let file_of_request = json!({ "name": "status.dxi", "size": size });
        Self::new(&json!({ "files": [file_of_request], "options": options }), &[file])
    }

    fn stream(self, stream: Stream) -> String {
        let streams = self.0.streams.lock().unwrap();
        String::from_utf8(streams[stream as usize].clone()).unwrap()
    }

    fn events(self) -> Vec<Value> {
        let events = self.stream(Stream::Events);
        events.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Page for MemoryPage {
    fn read(&self, file: u32, offset: u64, buffer: &mut [u8]) -> Option<usize> {
        let bytes = self.0.files.get(file as usize)?;
        let rest = bytes.get(usize::try_from(offset).ok()?..)?;
        // a page may give fewer bytes than there is room for
        let most = rest.len().min(buffer.len()).min(7);
        buffer[..most].copy_from_slice(&rest[..most]);
        Some(most)
    }

    fn write(&self, stream: Stream, bytes: &[u8]) {
        self.0.streams.lock().unwrap()[stream as usize].extend_from_slice(bytes);
    }
}

#[test]
fn a_file_is_checked_and_reported_in_each_format() {
    let page = MemoryPage::of(FILE, FILE.len(), &json!({}));
    check_files(page);
    let events = page.events();
    assert_eq!(
        (events[0]["event"].as_str(), events[0]["failed"].as_bool()),
        (Some("file"), Some(true))
    );
    assert_eq!(events[0]["counts"]["rejected"], 1);
    assert_eq!(events[0]["first_records"][1]["rules"], json!(["invalid-date"]));
    assert_eq!(events[1], json!({ "event": "done" }));
    let report: Value = serde_json::from_str(&page.stream(Stream::Json)).unwrap();
    assert_eq!((&report["file"], &report["accepted"]), (&json!("status.dxi"), &json!(1)));
    for stream in [Stream::Text, Stream::Html, Stream::Sarif, Stream::Junit] {
        assert!(page.stream(stream).contains("invalid-date"), "{stream:?}");
    }
}

#[test]
fn a_file_is_split() {
    let page = MemoryPage::of(FILE, FILE.len(), &json!({}));
    split_file(page);
    assert_eq!(page.stream(Stream::Accepted).as_bytes(), &FILE[..23]);
    assert_eq!(page.stream(Stream::Rejected).as_bytes(), &FILE[23..]);
    assert!(page.stream(Stream::Reasons).contains("invalid-date"));
    let event =
        json!({ "event": "split", "accepted": 1, "rejected": 1, "withheld": 0, "refusals": [] });
    assert_eq!(page.events(), [event]);
}

#[test]
fn a_file_that_became_shorter_is_not_checked() {
    let page = MemoryPage::of(FILE, FILE.len() + 1, &json!({}));
    check_files(page);
    let verdict = page.events()[0]["verdict"].to_string();
    assert!(verdict.contains("cannot be read to its end"), "{verdict}");
    assert!(verdict.contains("changed while it was read"), "{verdict}");
}

#[test]
fn masked_records_have_no_point() {
    let page = MemoryPage::of(FILE, FILE.len(), &json!({ "mask": true }));
    check_files(page);
    assert_eq!(page.events()[0]["first_records"][0]["point"], Value::Null);
    assert!(!page.stream(Stream::Events).contains("1234567810"));
}

#[test]
fn a_wrong_request_is_refused() {
    for request in [json!({}), json!({ "files": [], "options": { "edition": "x" } })] {
        let page = MemoryPage::new(&request, &[]);
        check_files(page);
        assert_eq!(page.events()[0]["event"], "refused");
        assert_eq!(page.events().len(), 1);
    }
    assert_eq!(REQUEST, 0);
}

#[test]
fn names_are_described() {
    let page = MemoryPage::new(&json!({}), &[]);
    describe(page);
    let names = &page.events()[0];
    assert_eq!(names["flows"], json!(["e45", "e46", "d0350", "d0351", "d0172"]));
    assert!(names["rules"].as_array().unwrap().len() > 50);
}

#[test]
fn reports_of_flagflow_in_a_folder_are_left_out() {
    let report: &[u8] = b"{\"schema\":\"flagflow-report/1\"}\n";
    let file = |from_folder: bool| json!({ "name": "top/report.json", "size": report.len(), "from_folder": from_folder });
    let page = MemoryPage::new(&json!({ "files": [file(true), file(false)] }), &[report, report]);
    check_files(page);
    assert_eq!(page.events()[0], json!({ "event": "left_out", "index": 0 }));
    assert_eq!(page.events()[1]["event"], "file");
}
