//! Text and JSON renderings of the register, one JSON object a line.
//!
//! Lines are returned without a line ending.

use std::fmt::Write as _;

use flagflow_check::render::{amount, grouped};
use flagflow_check::{Flow, escape};
use flagflow_domain::{EffectiveDate, Fuel, MeterPoint, ServiceFlag};
use flagflow_electricity::Timestamp;
use serde::Serialize;

use crate::apply::{ApplyOutcome, ApplyReport};
use crate::digest::Digest;
use crate::entry::{Effect, Entry, FileId};
use crate::file::{AppliedFile, UpdateCounts};

/// Renders a value as JSON. The values rendered here always serialize.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Renders the result of applying a file as JSON.
#[must_use]
pub fn report_json(name: &str, report: &ApplyReport) -> String {
    #[derive(Serialize)]
    struct Object<'a> {
        file: &'a str,
        became: &'a str,
        number: Option<FileId>,
        digest: Digest,
        flow: Option<&'static str>,
        policy: Option<&'a str>,
        #[serde(flatten)]
        counts: UpdateCounts,
    }
    let policy = report.policy.as_deref();
    let (became, number) = match &report.became {
        ApplyOutcome::Applied(id) => ("applied", Some(*id)),
        ApplyOutcome::AppliedBefore(before) => ("applied-before", Some(before.id)),
        ApplyOutcome::KeptOut => ("kept-out", None),
    };
    let (digest, flow, counts) = (report.digest, report.flow.map(Flow::as_str), report.counts);
    let file = &escape(name.as_bytes());
    json(&Object { file, became, number, digest, flow, policy, counts })
}

/// Renders the result of applying a file as text.
#[must_use]
pub fn report_text(name: &str, report: &ApplyReport) -> String {
    let name = escape(name.as_bytes());
    match &report.became {
        ApplyOutcome::Applied(id) => {
            format!("{name}: applied as file {id}: {}", counts(&report.counts))
        }
        ApplyOutcome::AppliedBefore(before) => {
            format!(
                "{name}: applied before, as file {} ({}); nothing changed",
                before.id, before.name
            )
        }
        ApplyOutcome::KeptOut => {
            format!("{name}: kept out, nothing changed (--strict): {}", counts(&report.counts))
        }
    }
}

fn counts(counts: &UpdateCounts) -> String {
    let mut text = amount(counts.records, "record");
    let effects = Effect::ALL.map(|effect| (effect.as_str(), counts.of(effect)));
    let all = effects.into_iter().chain([("rejected", counts.rejected)]);
    for (place, (name, count)) in all.filter(|(_, count)| *count > 0).enumerate() {
        let mark = if place == 0 { ": " } else { ", " };
        let _ = write!(text, "{mark}{} {}", grouped(count), name.replace('-', " "));
    }
    text
}

/// Renders a point's state as text.
#[must_use]
pub fn state_text(point: MeterPoint, state: Option<&Entry>, file: &str) -> String {
    let Some(Entry { update, .. }) = state else { return format!("{point}  not known") };
    format!("{point}  {}  from {}  {file}:{}", update.flag, update.from.iso(), update.line)
}

/// Renders a point's state as JSON; flag, day, file and line are null if the point has no update.
#[must_use]
pub fn state_json(point: MeterPoint, state: Option<&Entry>, file: &str) -> String {
    #[derive(Serialize)]
    struct Object<'a> {
        meter_point: String,
        fuel: Fuel,
        dcc_service_flag: Option<ServiceFlag>,
        effective_from_date: Option<EffectiveDate>,
        file: Option<&'a str>,
        line: Option<u64>,
    }
    let update = state.map(|entry| entry.update);
    json(&Object {
        meter_point: point.to_string(),
        fuel: point.fuel(),
        dcc_service_flag: update.map(|update| update.flag),
        effective_from_date: update.map(|update| update.from),
        file: update.map(|_| file),
        line: update.map(|update| update.line),
    })
}

/// Renders one update of a point's history as text.
#[must_use]
pub fn entry_text(entry: &Entry, file: &str) -> String {
    let Entry { update, effect, stands, .. } = entry;
    let standing = if *stands { "stands" } else { "-" };
    let (day, flag, line) = (update.from.iso(), update.flag, update.line);
    format!("{day}  {flag}  {effect:<12}  {standing:<6}  {file}:{line}")
}

/// Renders one update of a point's history as JSON.
#[must_use]
pub fn entry_json(entry: &Entry, file: &str) -> String {
    #[derive(Serialize)]
    struct Object<'a> {
        meter_point: String,
        fuel: Fuel,
        effective_from_date: EffectiveDate,
        dcc_service_flag: ServiceFlag,
        effect: Effect,
        stands: bool,
        file: &'a str,
        number: FileId,
        line: u64,
    }
    let Entry { update, file: number, effect, stands } = *entry;
    json(&Object {
        meter_point: update.point.to_string(),
        fuel: update.point.fuel(),
        effective_from_date: update.from,
        dcc_service_flag: update.flag,
        effect,
        stands,
        file,
        number,
        line: update.line,
    })
}

/// Renders an applied file as text.
#[must_use]
pub fn file_text(file: &AppliedFile) -> String {
    let mut text = format!("{}  {}  {}", file.id, file.name, counts(&file.counts));
    if let Some(origin) = &file.origin {
        let (sender, identifier, created) = (&origin.sender, &origin.identifier, origin.created);
        let _ = write!(text, "; {identifier} of {sender}, created {}", time(created));
    }
    if let Some(applied) = file.applied_at {
        let _ = write!(text, "; applied {} UTC", time(applied));
    }
    text
}

/// Formats a time as text: 2024-06-28 09:30:00.
fn time(time: Timestamp) -> String {
    let digits = time.to_string();
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    let day = [part(0, 4), part(4, 6), part(6, 8)].join("-");
    format!("{day} {}", [part(8, 10), part(10, 12), part(12, 14)].join(":"))
}

/// Renders an applied file as JSON. Times have fourteen digits; the time of applying is in UTC.
#[must_use]
pub fn file_json(file: &AppliedFile) -> String {
    #[derive(Serialize)]
    struct Object<'a> {
        number: FileId,
        file: &'a str,
        digest: Digest,
        bytes: u64,
        flow: Option<&'static str>,
        sender: Option<&'a str>,
        identifier: Option<&'a str>,
        created: Option<String>,
        applied_at: Option<String>,
        #[serde(flatten)]
        counts: UpdateCounts,
    }
    let origin = file.origin.as_ref();
    json(&Object {
        number: file.id,
        file: &file.name,
        digest: file.digest,
        bytes: file.bytes,
        flow: file.flow.map(Flow::as_str),
        sender: origin.map(|origin| origin.sender.as_str()),
        identifier: origin.map(|origin| origin.identifier.as_str()),
        created: origin.map(|origin| origin.created.to_string()),
        applied_at: file.applied_at.map(|time| time.to_string()),
        counts: file.counts,
    })
}
