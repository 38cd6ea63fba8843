//! The history of a meter point's flag.

use std::fmt;

use flagflow_domain::{MeterPoint, ServiceFlag};

use crate::ledger::Step;

/// The events at one meter point, and the decisions of a rule set.
///
/// A history keeps every step, and so grows with the events at the point; a caller that only prints
/// the steps can use those of [`crate::Ledger::decide`] directly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    point: MeterPoint,
    steps: Vec<Step>,
}

impl History {
    /// Creates an empty history of a point.
    #[must_use]
    pub const fn new(point: MeterPoint) -> Self {
        Self { point, steps: Vec::new() }
    }

    /// Returns the meter point.
    #[must_use]
    pub const fn point(&self) -> MeterPoint {
        self.point
    }

    /// Adds the steps of [`crate::Ledger::decide`] that are about the point.
    pub fn add(&mut self, steps: &[Step]) {
        self.steps.extend(steps.iter().filter(|step| step.point == self.point));
    }

    /// Returns the steps in order.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Returns the step that gave the point its flag, `None` for null.
    #[must_use]
    pub fn reason(&self) -> Option<&Step> {
        self.steps.iter().rfind(|step| step.is_change())
    }
}

/// Formats a flag as its letter, or `null`.
pub(crate) struct FlagLetter(pub(crate) Option<ServiceFlag>);

impl fmt::Display for FlagLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(flag) => write!(f, "{}", flag.as_char()),
            None => f.write_str("null"),
        }
    }
}

/// Formats as `2022-01-01 commissioned 00-DB-12-34-56-78-90-A1: null becomes A`, with the clause
/// below it.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = (FlagLetter(self.before), FlagLetter(self.after));
        write!(f, "{} {} {}: ", self.event.on.iso(), self.event.what, self.event.device)?;
        if self.is_change() {
            writeln!(f, "{before} becomes {after}")?;
        } else {
            writeln!(f, "{after} stays")?;
        }
        write!(f, "    {}", self.decision.clause)
    }
}

/// Formats each step, and on the last line the flag and its first day.
impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            writeln!(f, "{step}")?;
        }
        match self.reason() {
            Some(step) => {
                write!(f, "{}: {} from {}", self.point, FlagLetter(step.after), step.event.on.iso())
            }
            None => write!(f, "{}: null", self.point),
        }
    }
}
