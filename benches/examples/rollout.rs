//! The roll-out of the papers, with invented meters: three million live smart meters, 45,000 meter points whose
//! N was kept back, and the day on which both switches are turned (PIA 3.2 and 5.1).
//!
//! ```sh
//! cargo run --release -p flagflow-benches --example rollout -- --meters 3000000 --kept-back 45000
//! ```

#![allow(clippy::print_stdout, reason = "an example prints what it did")]

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Instant;

use flagflow_check::{Options, Severity, check};
use flagflow_domain::{Distributor, EffectiveDate, MeterPoint, MpanCore, Mprn};
use flagflow_electricity::Timestamp;
use flagflow_register::Sqlite;
use flagflow_register::notify::{FileOptions, Intake, Notifications};
use flagflow_status::Occurrence::{Associated, Commissioned, Decommissioned, Pending, Whitelisted};
use flagflow_status::{DeviceId, Event, RuleSet, Switches};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The electricity providers: the 14 distribution areas and 8 of the independent networks.
const PROVIDERS: u64 = 22;
/// How many events are taken at once.
const BATCH: usize = 10_000;

/// The meter point of a meter: every other one of gas, electricity's turn by turn of a provider.
fn point(meter: u64) -> Result<MeterPoint> {
    let (number, fuel) = (meter / 2, meter % 2);
    if fuel == 0 {
        return Ok(MeterPoint::Gas(Mprn::from_body(1_000_000 + number).ok_or("too many meters")?));
    }
    let network = 10 + number % PROVIDERS;
    let body = network * 10_000_000_000 + number / PROVIDERS;
    Ok(MeterPoint::Electricity(MpanCore::from_body(body).ok_or("too many meters")?))
}

fn event(meter: u64, on: EffectiveDate, what: flagflow_status::Occurrence) -> Event {
    Event::new(on, DeviceId::new(0x00DB_0000_0000_0000 + meter), what)
}

/// Prints what a step took, and the peak of memory so far.
fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let began = Instant::now();
    let done = work()?;
    println!("| {name} | {:.1} | {} |", began.elapsed().as_secs_f64(), peak());
    Ok(done)
}

/// The most memory that this process has had, in MiB, where the system says it.
fn peak() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.map_or_else(String::new, |kib| (kib / 1024).to_string())
}

fn take(
    notifications: &mut Notifications<Sqlite>,
    meters: std::ops::Range<u64>,
    of: impl Fn(u64) -> Result<Vec<Event>>,
) -> Result<()> {
    let mut batch = Vec::with_capacity(BATCH + 4);
    let mut intake = notifications.intake();
    for meter in meters {
        batch.extend(of(meter)?);
        if batch.len() >= BATCH {
            expect_all(&mut intake, &mut batch)?;
        }
    }
    expect_all(&mut intake, &mut batch)
}

fn expect_all(intake: &mut Intake<'_, Sqlite>, batch: &mut Vec<Event>) -> Result<()> {
    let taken = intake.take(batch)?;
    if taken.events != batch.len() as u64 {
        return Err(format!("not taken: {taken:?}").into());
    }
    batch.clear();
    Ok(())
}

fn options() -> Result<FileOptions> {
    let mut options = FileOptions::new(1);
    for (place, id) in (24..10 + u8::try_from(PROVIDERS)?).enumerate() {
        let distributor = Distributor::new(id).ok_or("an id")?;
        options.participants.insert(distributor, format!("IN{place:02}"));
    }
    Ok(options)
}

/// A run, and its files held against the validator.
fn run(notifications: &mut Notifications<Sqlite>, out: &Path, day: u64) -> Result<String> {
    fs::create_dir_all(out)?;
    let now = Timestamp::from_packed(20_220_300_020_000 + day * 1_000_000)?;
    let report = notifications.run(out, now, None, &options()?)?;
    let notices: u64 = report.files.iter().map(|file| file.notices).sum();
    let gas =
        report.files.iter().filter(|file| file.path.to_string_lossy().contains("E45")).count();
    for file in &report.files {
        let found = check(&fs::read(&file.path)?[..], &Options::default())?;
        if found.worst() > Some(Severity::Note) || found.records != file.notices {
            return Err(format!("{}: {:?}", file.path.display(), found.findings).into());
        }
    }
    let electricity = report.files.len() - gas;
    Ok(format!(
        "{gas} gas and {electricity} electricity files, {notices} updates, {} kept back",
        report.kept_back
    ))
}

fn argument(name: &str, default: u64) -> Result<u64> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name).skip(1);
    arguments.next().map_or(Ok(default), |number| Ok(number.parse()?))
}

fn main() -> Result<()> {
    let (meters, kept_back) = (argument("--meters", 3_000_000)?, argument("--kept-back", 45_000)?);
    let folder = tempfile::tempdir()?;
    let register = folder.path().join("register");
    let open = || -> Result<_> {
        Ok(Notifications::open(Sqlite::open_or_create(&register)?, RuleSet::Modification)?)
    };
    let mut told = Vec::new();
    println!("| step | seconds | peak of memory so far, MiB |\n|---|---:|---:|");
    let mut notifications = open()?;
    let day = |day| EffectiveDate::from_ymd(2022, 1, day);
    let (first, later) = (day(1)?, day(20)?);
    step(&format!("{meters} meters commissioned, {} events", 4 * meters), || {
        take(&mut notifications, 0..meters, |meter| {
            let whats = [Pending, Associated(point(meter)?), Whitelisted, Commissioned];
            Ok(whats.map(|what| event(meter, first, what)).to_vec())
        })
    })?;
    told.push(step("the first run, checked", || {
        run(&mut notifications, &folder.path().join("1"), 1)
    })?);
    step(&format!("{kept_back} meters decommissioned"), || {
        take(&mut notifications, 0..kept_back, |meter| {
            Ok(vec![event(meter, later, Decommissioned)])
        })
    })?;
    told.push(step("a run with both switches off", || {
        run(&mut notifications, &folder.path().join("2"), 2)
    })?);
    drop(notifications);
    let mut notifications = step("the register opened again", open)?;
    notifications.turn(Switches::ON)?;
    told.push(step("the run after both are turned, checked", || {
        run(&mut notifications, &folder.path().join("3"), 3)
    })?);
    told.push(step("one more run", || run(&mut notifications, &folder.path().join("4"), 4))?);
    println!();
    for (number, told) in (1..).zip(&told) {
        println!("run {number}: {told}");
    }
    println!("register: {} MB", fs::metadata(&register)?.len() / 1_000_000);
    let expected = format!("{kept_back} updates, 0 kept back");
    let [_, off, on, last] = &told[..] else { return Err("four runs".into()) };
    let as_expected = off.ends_with(&format!("0 updates, {kept_back} kept back"))
        && on.ends_with(&expected)
        && last.ends_with("0 updates, 0 kept back");
    if as_expected { Ok(()) } else { Err("the runs are not what they should be".into()) }
}
