//! The results: Markdown tables on standard output, and the same as JSON.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::contender::Backend;
use crate::fault::Fault;
use crate::judge::Verdict;
use crate::measure::{Spread, Timing};

/// One row of the table of targets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    pub(crate) row: &'static str,
    pub(crate) sense: Sense,
    pub(crate) safe: f64,
    pub(crate) wide: f64,
}

/// The direction of a ratio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sense {
    /// At most this many times as long.
    AtMost,
    /// At least this many times faster.
    Faster,
}

/// The results so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    questions: Vec<Value>,
    ratios: Vec<Value>,
    rows: Vec<String>,
}

impl Report {
    /// Prints the times of the contenders of a question.
    pub(crate) fn timings(&mut self, title: &str, timings: &[Timing]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        writeln!(out, "\n### {title}\n\n| contender | records | GB/s | ns a record | spread |")?;
        writeln!(out, "|---|--:|--:|--:|--:|")?;
        for timing in timings {
            let Spread { least, median, most } = timing.per_record();
            let (name, records, gigabytes) = (&timing.name, timing.records, timing.gigabytes());
            writeln!(
                out,
                "| {name} | {records} | {gigabytes:.2} | {median:.2} | {least:.2} to {most:.2} |"
            )?;
        }
        self.questions.push(json!({
            "title": title,
            "contenders": timings.iter().map(timing_json).collect::<Vec<_>>(),
        }));
        out.flush()
    }

    /// Compares each flagflow contender with the reference of the target.
    pub(crate) fn target(&mut self, target: Target, timings: &[Timing], against: &str) {
        let Some(other) = timings.iter().find(|timing| timing.name == against) else { return };
        for ours in timings.iter().filter(|timing| timing.backend.is_some()) {
            self.ratio(target, ours, other);
        }
    }

    /// Compares a flagflow contender with another one.
    pub(crate) fn ratio(&mut self, target: Target, ours: &Timing, other: &Timing) {
        let Some(backend) = ours.backend else { return };
        let wanted = if backend == Backend::Safe { target.safe } else { target.wide };
        let (spread, sign, met) = match target.sense {
            Sense::AtMost => (ours.times(other), "≤", ours.times(other).median <= wanted),
            Sense::Faster => (other.times(ours), "≥", other.times(ours).median >= wanted),
        };
        let Spread { least, median, most } = spread;
        let (row, name, answer) = (target.row, &ours.name, if met { "yes" } else { "no" });
        self.rows.push(format!(
            "| {row} | {name} | {sign} {wanted} | {median:.2} | {least:.2} to {most:.2} | {answer} |"
        ));
        self.ratios.push(json!({
            "row": row, "contender": name, "against": other.name, "target": wanted,
            "median": median, "least": least, "most": most, "met": met,
        }));
    }

    /// Prints the table of targets.
    pub(crate) fn targets(&self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        writeln!(out, "\n### Targets\n\n| | contender | target | median | spread | met |")?;
        writeln!(out, "|---|---|--:|--:|--:|---|")?;
        for row in &self.rows {
            writeln!(out, "{row}")?;
        }
        out.flush()
    }

    /// Prints the handling of bad records by each contender.
    pub(crate) fn verdicts(
        &mut self,
        title: &str,
        bad: usize,
        verdicts: &[(&str, Verdict)],
    ) -> io::Result<()> {
        let mut out = io::stdout().lock();
        writeln!(
            out,
            "\n### {title}\n\n| contender | reported | accepted | accepted faults | valid records lost | invented |"
        )?;
        writeln!(out, "|---|--:|--:|---|--:|--:|")?;
        writeln!(out, "| (in the file) | {bad} | 0 | | 0 | 0 |")?;
        for (name, verdict) in verdicts {
            let (told, taken, kinds) = (verdict.told, verdict.taken(), kinds(verdict));
            let (lost, invented) = (verdict.lost, verdict.invented);
            writeln!(out, "| {name} | {told} | {taken} | {kinds} | {lost} | {invented} |")?;
        }
        let rows = verdicts.iter().map(|(name, verdict)| {
            json!({ "name": name, "told": verdict.told, "taken": verdict.taken(),
                    "lost": verdict.lost, "invented": verdict.invented })
        });
        self.questions
            .push(json!({ "title": title, "bad": bad, "verdicts": rows.collect::<Vec<_>>() }));
        out.flush()
    }

    /// All results.
    pub(crate) fn json(&self) -> Value {
        json!({ "questions": self.questions, "ratios": self.ratios })
    }
}

/// Lists the faults of accepted records.
fn kinds(verdict: &Verdict) -> String {
    let counts = Fault::ALL.iter().zip(&verdict.taken).filter(|(_, taken)| **taken > 0);
    counts.map(|(fault, _)| fault.to_string()).collect::<Vec<_>>().join(", ")
}

fn timing_json(timing: &Timing) -> Value {
    let Spread { least, median, most } = timing.per_record();
    json!({
        "name": timing.name, "records": timing.records, "bytes": timing.bytes,
        "gigabytes_a_second": timing.gigabytes(),
        "nanoseconds_a_record": { "median": median, "least": least, "most": most },
        "rounds": timing.nanoseconds,
    })
}
