//! Events from text: valid lines are read, each bad line is reported with its position, and nothing
//! else is lost.

use std::io::{self, BufReader, Read};

use flagflow_domain::{EffectiveDate, MeterPoint};
use flagflow_status::{DeviceId, Event, EventReader, MAX_LINE, Occurrence, ReadError};
use proptest::prelude::*;

const DEVICE: &str = "00-DB-12-34-56-78-90-A1";

fn read(text: &[u8]) -> Vec<Result<Event, ReadError>> {
    EventReader::new(text).map(|each| each.map(|line| line.event)).collect()
}

/// Returns the error message of the second line of a file.
fn told(form: &str, line: &str) -> String {
    let text = format!("{form}{line}\n");
    let mut read = EventReader::new(text.as_bytes());
    let bad = read.next().unwrap().unwrap_err();
    let ReadError::Line { line: 2, offset, .. } = &bad else { panic!("{bad}") };
    assert_eq!(*offset, form.len() as u64);
    assert!(read.next().is_none());
    bad.to_string()
}

const CSV: &str = "on,device,event,meter_point\n";

#[test]
fn each_field_is_told_by_its_name() {
    for (fields, expected) in [
        ("2022-02-30,00-DB-12-34-56-78-90-A1,pending,", "line 2: on: "),
        ("2022-02-28,00-DB-12-34-56-78-90-G1,pending,", "line 2: device: "),
        ("2022-02-28,00-DB-12-34-56-78-90-A1,linked,12A4567810", "line 2: meter_point: "),
        ("2022-02-28,00-DB-12-34-56-78-90-A1,Pending,", "line 2: unknown event"),
        ("2022-02-28,00-DB-12-34-56-78-90-A1,linked,", "line 2: the event needs a meter point"),
        (
            "2022-02-28,00-DB-12-34-56-78-90-A1,pending,1234567810",
            "line 2: the event must not have a meter point",
        ),
        ("2022-02-28,00-DB-12-34-56-78-90-A1,pending", "line 2: 3 fields, but 4"),
        ("2022-02-28,00-DB-12-34-56-78-90-A1,pending,,", "line 2: 5 fields, but 4"),
    ] {
        let told = told(CSV, fields);
        assert!(told.starts_with(expected), "{fields}: {told}");
    }
    let with_supplier = "supplier,on,device,event,meter_point\n";
    for (fields, expected) in [
        ("MRCYX,2022-02-28,00-DB-12-34-56-78-90-A1,pending,", "line 2: supplier: not a supplier"),
        ("2022-02-28,00-DB-12-34-56-78-90-A1,pending,", "line 2: 4 fields, but 5"),
    ] {
        let told = told(with_supplier, fields);
        assert!(told.starts_with(expected), "{fields}: {told}");
    }
    let first = "\n";
    for (object, expected) in [
        (r#"{"on":"20220228","device":"00-DB-12-34-56-78-90-A1"}"#, "missing field `event`"),
        (r#"{"on":"20220228","device":"x","event":"y","points":[]}"#, "unknown field `points`"),
        (r#"{"on":"20220228""#, "EOF"),
        (r#"{"on":20220228}"#, "expected a string"),
        (r#"{"supplier":7}"#, "expected a string"),
    ] {
        let told = told(first, object);
        assert!(told.starts_with("line 2: not an event: ") && told.contains(expected), "{told}");
    }
}

#[test]
fn a_bad_line_takes_no_other_with_it() {
    let good = format!("2022-01-01,{DEVICE},pending,\r\n");
    let long = "x".repeat(MAX_LINE + 1);
    let text = format!(
        "\u{feff}meter_point , event,device,on\n\n,pending,{DEVICE},2022-01-01\n{long}\n\"\n,withdrawn,{DEVICE},20220102"
    );
    let read = read(text.as_bytes());
    let [Ok(first), Err(too_long), Err(quote), Ok(last)] = &read[..] else { panic!("{read:?}") };
    assert_eq!(first.what, Occurrence::Pending);
    assert_eq!(too_long.to_string(), "line 4: 4097 bytes; the limit is 4096");
    assert!(quote.to_string().starts_with("line 5: "));
    assert_eq!(last.what, Occurrence::Withdrawn);
    let bytes = [CSV.as_bytes(), b"\xff\n", good.as_bytes()].concat();
    let read = self::read(&bytes);
    assert_eq!(read[0].as_ref().unwrap_err().to_string(), "line 2: not UTF-8");
    assert!(read[1].is_ok());
}

/// A CR alone does not end a line, so no text after it is skipped.
#[test]
fn a_carriage_return_alone_is_text() {
    let line = format!("2022-01-01,{DEVICE},pending,\r2022-01-02,{DEVICE},whitelisted,");
    let told = told(CSV, &line);
    assert_eq!(told, "line 2: 7 fields, but 4 columns");
    let mac = format!("{}\r{line}", CSV.trim_end());
    let read = read(mac.as_bytes());
    assert!(matches!(&read[..], [Err(ReadError::Columns { line: 1, .. })]), "{read:?}");
}

#[test]
fn cells_may_be_quoted_and_stand_between_spaces() {
    let text = format!(
        "\"on\", device ,\"event\",meter_point,\"supplier\"\n\
         \"2022-01-01\",\"{DEVICE}\",\"linked\",\"1234567810\" ,\"a\"\"\u{20},\"\n\
         2022-01-02 ,  {DEVICE},whitelisted,,\n\
         \"2022-01-03,{DEVICE},suspended,,\n"
    );
    let read = read(text.as_bytes());
    let [Ok(linked), Ok(whitelisted), Err(open)] = &read[..] else { panic!("{read:?}") };
    assert_eq!(linked.supplier.map(|supplier| supplier.to_string()), Some("a\" ,".to_owned()));
    assert_eq!((whitelisted.what, whitelisted.supplier), (Occurrence::Whitelisted, None));
    assert_eq!(open.to_string(), "line 4: 1 field, but 5 columns");
}

/// As many cells as a line can have, and cells as long as possible.
#[test]
fn the_longest_lines_are_counted() {
    let commas = told(CSV, &",".repeat(MAX_LINE));
    let expected = format!("line 2: {} fields, but 4 columns", MAX_LINE + 1);
    assert_eq!(commas, expected);
    let cell = told(CSV, &"x".repeat(MAX_LINE));
    assert_eq!(cell, "line 2: 1 field, but 4 columns");
}

#[test]
fn without_its_columns_a_csv_file_says_nothing() {
    for columns in [
        "on,device,event\n",
        "on,device,event,event\n",
        "on,device,event,meter_point,why\n",
        "on,device,event,meter_point,supplier,supplier\n",
        "on,device,event,supplier\n",
        "2022-01-01,00-DB-12-34-56-78-90-A1,pending,\n",
    ] {
        let read =
            read([columns, "2022-01-01,00-DB-12-34-56-78-90-A1,pending,\n"].concat().as_bytes());
        assert!(matches!(&read[..], [Err(ReadError::Columns { line: 1, .. })]), "{columns}");
    }
    let long = format!("{}\u{e9}{}", "a".repeat(79), "b".repeat(9));
    let told = read(long.as_bytes()).remove(0).unwrap_err();
    let ReadError::Columns { found, .. } = &told else { panic!("{told}") };
    assert_eq!(*found, format!("{}\\xC3", "a".repeat(79)), "80 bytes");
    assert!(told.to_string().ends_with(&format!("; found \"{found}\"")), "{told}");
    assert!(read(b"").is_empty());
    assert!(read(b"\n \r\n").is_empty());
    assert!(read(CSV.as_bytes()).is_empty());
}

/// Reads a text, then fails.
struct Failing<'a>(&'a [u8]);

impl Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::Error::other("the disk is gone")),
            read => Ok(read),
        }
    }
}

#[test]
fn a_reader_that_fails_gives_what_was_before_and_ends() {
    let text = format!("{CSV}2022-01-01,{DEVICE},pending,\n2022-01-01,");
    let mut read = EventReader::new(BufReader::new(Failing(text.as_bytes())));
    assert!(read.next().unwrap().is_ok());
    let error = read.next().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "the events cannot be read: the disk is gone");
    assert!(read.next().is_none());
}

fn occurrence() -> impl Strategy<Value = Occurrence> {
    let names = prop::sample::select(vec![
        "pending",
        "associated",
        "linked",
        "unlinked",
        "whitelisted",
        "installed-not-commissioned",
        "commissioned",
        "suspended",
        "recovery",
        "recovered",
        "restored",
        "decommissioned",
        "withdrawn",
    ]);
    let point = prop_oneof![
        (0..10_000_000_000u64).prop_map(|n| format!("{n:010}")),
        (0..10_000_000_000_000u64).prop_map(|n| format!("{n:013}")),
    ];
    (names, point).prop_map(|(name, point)| {
        let point: MeterPoint = point.parse().unwrap();
        Occurrence::new(name, Some(point)).or_else(|_| Occurrence::new(name, None)).unwrap()
    })
}

fn event() -> impl Strategy<Value = Event> {
    let day = (0..=9999u16, 1..=12u8, 1..=28u8)
        .prop_map(|(year, month, day)| EffectiveDate::from_ymd(year, month, day).unwrap());
    let supplier = prop::option::of("[!-{}~]([ -{}~]{0,2}[!-{}~])?");
    (day, any::<u64>(), occurrence(), supplier).prop_map(|(on, device, what, supplier)| {
        let supplier = supplier.map(|text| text.parse().unwrap());
        Event::new(on, DeviceId::new(device), what).with_supplier(supplier)
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(events in prop::collection::vec(event(), 0..20)) {
        let (mut jsonl, mut csv) = (String::new(), "on,device,event,supplier,meter_point\n".to_owned());
        for event in &events {
            let point = event.what.point().map(|point| point.to_string()).unwrap_or_default();
            let supplier = event.supplier.map(|supplier| supplier.to_string()).unwrap_or_default();
            let quoted = supplier.replace('"', "\"\"");
            csv += &format!(
                "{},{},{},\"{quoted}\",{point}\n",
                event.on.iso(), event.device, event.what
            );
            let escaped = supplier.replace('\\', "\\\\").replace('"', "\\\"");
            jsonl += &format!(
                "{{\"device\":\"{}\",\"event\":\"{}\",\"meter_point\":\"{point}\",\"on\":\"{}\",\"supplier\":\"{escaped}\"}}\n",
                event.device, event.what, event.on
            );
        }
        for text in [jsonl, csv] {
            let read: Vec<_> = read(text.as_bytes()).into_iter().map(Result::unwrap).collect();
            prop_assert_eq!(&read, &events);
        }
    }

    /// Each line with text is an event or an error with its number, whatever the bytes are.
    #[test]
    fn every_line_is_an_event_or_an_error(
        form in prop::sample::select(vec!["{}\n", CSV]),
        lines in prop::collection::vec("[ -~]{0,40}|\\PC{0,9}|2022-01-01,00-DB-12-34-56-78-90-A1,pending,", 0..9),
    ) {
        let text = format!("{form}{}", lines.join("\n"));
        let numbers: Vec<u64> = EventReader::new(text.as_bytes())
            .map(|each| match each {
                Ok(line) => line.line,
                Err(ReadError::Line { line, .. }) => line,
                Err(other) => panic!("{other}"),
            })
            .collect();
        let first = usize::from(form == CSV);
        let expected: Vec<u64> = (1..)
            .zip(text.split('\n'))
            .skip(first)
            .filter(|(_, line)| !line.trim_ascii().is_empty())
            .map(|(number, _)| number)
            .collect();
        prop_assert_eq!(numbers, expected);
    }

    #[test]
    fn any_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let lines = bytes.split(|byte| *byte == b'\n').count();
        prop_assert!(read(&bytes).len() <= lines);
    }
}

/// Control characters are escaped in messages, and the position is that in the line.
#[test]
fn what_is_wrong_with_json_can_be_shown() {
    let told = told("\n", "{\"on\":\"20220228\",\"\\u001b[31m\u{202e}\":\"\"}");
    assert_eq!(
        told,
        "line 2: not an event: unknown field `\\x1B[31m\\xE2\\x80\\xAE`, expected one of `on`, `device`, \
         `event`, `meter_point`, `supplier`, column 32"
    );
}
