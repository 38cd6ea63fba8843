//! The results: Markdown tables on standard output, and the same as JSON.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::fault::Fault;
use crate::judge::Verdict;
use crate::measure::{Spread, Timing};
use crate::question::{Result, Target};

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

    /// Prints the table of targets, each with the timings of its contenders.
    pub(crate) fn targets(&mut self, groups: &[(&[Target], Vec<Timing>)]) -> Result<()> {
        let mut out = io::stdout().lock();
        writeln!(out, "\n### Targets\n")?;
        writeln!(out, "| | portable | wanted | met | wide | wanted | met |")?;
        writeln!(out, "|---|--:|--:|---|--:|--:|---|")?;
        for (targets, timings) in groups {
            for target in *targets {
                let portable = self.target(target, "portable", target.limits[0], timings)?;
                let wide = self.target(target, "wide", target.limits[1], timings)?;
                writeln!(out, "| {} | {portable} | {wide} |", target.row)?;
            }
        }
        Ok(out.flush()?)
    }

    /// Returns the cells of a target for one backend.
    fn target(
        &mut self,
        target: &Target,
        backend: &str,
        wanted: f64,
        timings: &[Timing],
    ) -> Result<String> {
        let ours = named(timings, target.ours, backend)?;
        let other = named(timings, target.against, backend)?;
        let (spread, sign) = match target.sense {
            Sense::AtMost => (ours.times(other), "≤"),
            Sense::Faster => (other.times(ours), "≥"),
        };
        let Spread { least, median, most } = spread;
        let is_met = match target.sense {
            Sense::AtMost => median <= wanted,
            Sense::Faster => median >= wanted,
        };
        self.ratios.push(json!({
            "row": target.row, "contender": ours.name, "against": other.name, "wanted": wanted,
            "median": median, "least": least, "most": most, "met": is_met,
        }));
        let met = if is_met { "yes" } else { "no" };
        Ok(format!("{median:.2} | {sign} {wanted} | {met}"))
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

/// Returns the timing of a contender's form for a backend, or of its only form.
fn named<'t>(timings: &'t [Timing], name: &str, backend: &str) -> Result<&'t Timing> {
    let find = |name: &str| timings.iter().find(|timing| timing.name == name);
    let found = find(&format!("{name}, {backend}")).or_else(|| find(name));
    found.ok_or_else(|| format!("no contender is named {name}").into())
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
