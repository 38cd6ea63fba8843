//! The flags of meter points under one rule set.

use std::collections::BTreeMap;

use flagflow_domain::{EffectiveDate, MeterPoint, ServiceFlag};

use crate::event::Event;
use crate::inventory::Happened;
use crate::point::PointEvent;
use crate::regime::{Decision, RuleSet};

/// The flags of meter points under one rule set. A point without a flag is null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    rules: RuleSet,
    flags: BTreeMap<MeterPoint, PointFlag>,
}

/// A point's flag and the first day on which it applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PointFlag {
    /// The flag.
    pub flag: ServiceFlag,
    /// The day of the event that set it.
    pub from: EffectiveDate,
}

/// A decision of a rule set about an event at one point: a line of the answer to "why".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The meter point.
    pub point: MeterPoint,
    /// The event.
    pub event: Event,
    /// The event as seen from the point.
    pub what: PointEvent,
    /// The rule set's decision and its clause.
    pub decision: Decision,
    /// The flag before.
    pub before: Option<ServiceFlag>,
    /// The flag after.
    pub after: Option<ServiceFlag>,
}

impl Step {
    /// Returns true if the flag changed.
    #[must_use]
    pub fn is_change(&self) -> bool {
        self.before != self.after
    }
}

impl Ledger {
    /// Creates a ledger with every point null.
    #[must_use]
    pub const fn new(rules: RuleSet) -> Self {
        Self { rules, flags: BTreeMap::new() }
    }

    /// Returns the rule set.
    #[must_use]
    pub const fn rules(&self) -> RuleSet {
        self.rules
    }

    /// Adds the stored flag of a point, in place of any other.
    pub fn put(&mut self, point: MeterPoint, held: PointFlag) {
        self.flags.insert(point, held);
    }

    /// Returns a point's flag, `None` for null.
    #[must_use]
    pub fn flag(&self, point: MeterPoint) -> Option<PointFlag> {
        self.flags.get(&point).copied()
    }

    /// Returns all points that have a flag, in order.
    pub fn flags(&self) -> impl Iterator<Item = (MeterPoint, PointFlag)> {
        self.flags.iter().map(|(point, held)| (*point, *held))
    }

    /// Changes the flags of an event's points, and returns the reason for each.
    ///
    /// A flag that does not change keeps its day.
    pub fn decide(&mut self, happened: &Happened) -> Vec<Step> {
        let event = happened.event;
        let mut steps = Vec::with_capacity(happened.points.len());
        for at in &happened.points {
            let before = self.flag(at.point).map(|held| held.flag);
            let decision = self.rules.decide(at.what, before, at.after);
            let after = decision.flag.or(before);
            if let Some(flag) = after.filter(|_| after != before) {
                self.flags.insert(at.point, PointFlag { flag, from: event.on });
            }
            steps.push(Step { point: at.point, event, what: at.what, decision, before, after });
        }
        steps
    }
}
