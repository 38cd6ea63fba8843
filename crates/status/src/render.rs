//! Renders flags, steps and differences as lines: text for people, csv, and JSON for programs.
//!
//! Lines are returned without a line ending.

use flagflow_domain::{EffectiveDate, Fuel, MeterPoint, ServiceFlag};
use serde::Serialize;

use crate::clause::Clause;
use crate::compare::Difference;
use crate::event::Event;
use crate::history::FlagLetter;
use crate::ledger::{PointFlag, Step};
use crate::regime::RuleSet;

/// Renders a value as JSON. The values rendered here always serialize.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The columns of [`flag_csv`].
pub const FLAG_COLUMNS: &str = "fuel,meter_point,dcc_service_flag,effective_from_date";

/// Renders a point's flag as text.
#[must_use]
pub fn flag_text(point: MeterPoint, held: Option<PointFlag>) -> String {
    match held {
        Some(PointFlag { flag, from }) => format!("{point}  {flag}  from {}", from.iso()),
        None => format!("{point}  null"),
    }
}

/// Renders a point's flag as a row of a table with the columns [`FLAG_COLUMNS`]; null is an empty
/// cell.
#[must_use]
pub fn flag_csv(point: MeterPoint, held: Option<PointFlag>) -> String {
    let cells = |held: PointFlag| (held.flag.to_string(), held.from.to_string());
    let (flag, from) = held.map(cells).unwrap_or_default();
    format!("{},{point},{flag},{from}", point.fuel())
}

/// Renders a point's flag as JSON; flag and day are null for a null flag.
#[must_use]
pub fn flag_json(point: MeterPoint, held: Option<PointFlag>) -> String {
    #[derive(Serialize)]
    struct Object {
        fuel: Fuel,
        meter_point: MeterPoint,
        dcc_service_flag: Option<ServiceFlag>,
        effective_from_date: Option<EffectiveDate>,
    }
    json(&Object {
        fuel: point.fuel(),
        meter_point: point,
        dcc_service_flag: held.map(|held| held.flag),
        effective_from_date: held.map(|held| held.from),
    })
}

/// Renders the decision about the event of a line as text: two lines, the clause on the second.
#[must_use]
pub fn step_text(line: u64, step: &Step) -> String {
    format!("line {line}: {step}")
}

/// Renders a difference at the event of a line as text: a line for the event, and one for each set.
#[must_use]
pub fn difference_text(line: u64, difference: &Difference) -> String {
    let Difference { point, event, steps } = difference;
    let verdict = if difference.is_over() { "the flags agree again" } else { "the flags differ" };
    let (on, what, device) = (event.on.iso(), event.what, event.device);
    let mut text = format!("line {line}: {on} {what} {device}: {point}: {verdict}");
    let width = steps.iter().map(|(set, _)| set.as_str().len()).max().unwrap_or_default();
    for (set, step) in steps {
        text += &format!("\n    {set:width$}  {}  {}", moved(step), step.decision.clause);
    }
    text
}

fn moved(step: &Step) -> String {
    let (before, after) = (FlagLetter(step.before), FlagLetter(step.after));
    match step.is_change() {
        true => format!("{before} becomes {after}"),
        false => format!("{after} stays"),
    }
}

/// Formats the decision of a rule set.
#[derive(Serialize)]
struct RenderedDecision {
    rules: &'static str,
    flag_before: Option<ServiceFlag>,
    flag_after: Option<ServiceFlag>,
    clause: &'static str,
    says: &'static str,
    is_open: bool,
}

impl RenderedDecision {
    fn of(rules: RuleSet, step: &Step) -> Self {
        let Clause { source, says, is_open } = *step.decision.clause;
        let (flag_before, flag_after) = (step.before, step.after);
        Self { rules: rules.as_str(), flag_before, flag_after, clause: source, says, is_open }
    }
}

/// The event of a line at a point.
#[derive(Serialize)]
struct Where {
    line: u64,
    on: EffectiveDate,
    device: String,
    event: &'static str,
    fuel: Fuel,
    meter_point: MeterPoint,
}

impl Where {
    fn new(line: u64, event: Event, point: MeterPoint) -> Self {
        Self {
            line,
            on: event.on,
            device: event.device.to_string(),
            event: event.what.as_str(),
            fuel: point.fuel(),
            meter_point: point,
        }
    }
}

/// Renders the decision about the event of a line as JSON.
#[must_use]
pub fn step_json(line: u64, rules: RuleSet, step: &Step) -> String {
    #[derive(Serialize)]
    struct Object {
        #[serde(flatten)]
        at: Where,
        #[serde(flatten)]
        made: RenderedDecision,
    }
    json(&Object {
        at: Where::new(line, step.event, step.point),
        made: RenderedDecision::of(rules, step),
    })
}

/// Renders a difference at the event of a line as JSON.
#[must_use]
pub fn difference_json(line: u64, difference: &Difference) -> String {
    #[derive(Serialize)]
    struct Object {
        #[serde(flatten)]
        at: Where,
        agree: bool,
        sets: Vec<RenderedDecision>,
    }
    json(&Object {
        at: Where::new(line, difference.event, difference.point),
        agree: difference.is_over(),
        sets: difference.steps.iter().map(|(set, step)| RenderedDecision::of(*set, step)).collect(),
    })
}
