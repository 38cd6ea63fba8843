//! Compares rule sets: the events at which their flags differ.

use flagflow_domain::{MeterPoint, ServiceFlag};

use crate::event::Event;
use crate::inventory::Happened;
use crate::ledger::{Ledger, PointFlag, Step};
use crate::regime::RuleSet;

/// Several rule sets over the same events.
///
/// ```
/// use flagflow_status::{Comparison, Event, Inventory, Occurrence, RuleSet};
///
/// let sets: [RuleSet; 2] = ["legacy-as-run".parse()?, "modification".parse()?];
/// let (mut inventory, mut comparison) = (Inventory::new(), Comparison::new(&sets));
/// let device = "00-DB-12-34-56-78-90-A1".parse()?;
/// let mut at = |day: &str, what| -> Result<_, Box<dyn std::error::Error>> {
///     let event = Event::new(day.parse()?, device, what);
///     Ok(comparison.differences(&inventory.apply(event)?))
/// };
/// at("20220101", Occurrence::Pending)?;
/// at("20220101", Occurrence::Associated("1234567810".parse()?))?;
/// at("20220102", Occurrence::Whitelisted)?;
/// let left = at("20220103", Occurrence::InstalledNotCommissioned)?;
/// assert!(left[0].flags().any(|flag| flag.is_some_and(|flag| flag.as_char() == 'I')));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Comparison {
    ledgers: Vec<Ledger>,
}

/// An event at which the flags of rule sets begin to differ, differ in another way, or agree again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The meter point.
    pub point: MeterPoint,
    /// The event.
    pub event: Event,
    /// The step of each rule set, in the order of the sets.
    pub steps: Vec<(RuleSet, Step)>,
}

impl Difference {
    /// Returns the current flag of the point under each rule set.
    pub fn flags(&self) -> impl Iterator<Item = Option<ServiceFlag>> {
        self.steps.iter().map(|(_, step)| step.after)
    }

    /// Returns true if the sets agree again.
    #[must_use]
    pub fn is_over(&self) -> bool {
        all_equal(self.flags())
    }

    fn was(&self) -> bool {
        !all_equal(self.steps.iter().map(|(_, step)| step.before))
    }

    fn is_new(&self) -> bool {
        let moved = self.steps.iter().any(|(_, step)| step.is_change());
        moved && (self.was() || !self.is_over())
    }
}

fn all_equal(mut flags: impl Iterator<Item = Option<ServiceFlag>>) -> bool {
    let first = flags.next();
    flags.all(|flag| Some(flag) == first)
}

impl Comparison {
    /// Creates a comparison of rule sets, with every point null.
    #[must_use]
    pub fn new(sets: &[RuleSet]) -> Self {
        Self { ledgers: sets.iter().copied().map(Ledger::new).collect() }
    }

    /// Returns the sets in order.
    pub fn sets(&self) -> impl Iterator<Item = RuleSet> {
        self.ledgers.iter().map(Ledger::rules)
    }

    /// Passes an event to each set, and returns each of its points whose difference between the
    /// flags has changed.
    pub fn differences(&mut self, happened: &Happened) -> Vec<Difference> {
        let by_set: Vec<_> = self
            .ledgers
            .iter_mut()
            .map(|ledger| (ledger.rules(), ledger.decide(happened)))
            .collect();
        let at = |index: usize| Difference {
            point: happened.points[index].point,
            event: happened.event,
            steps: by_set.iter().map(|(set, steps)| (*set, steps[index])).collect(),
        };
        (0..happened.points.len()).map(at).filter(Difference::is_new).collect()
    }

    /// Returns every point at which the sets' flags differ now, with the flag of each and its first
    /// day.
    pub fn differing(&self) -> impl Iterator<Item = (MeterPoint, Vec<Option<PointFlag>>)> {
        let mut points: Vec<_> =
            self.ledgers.iter().flat_map(Ledger::flags).map(|(point, _)| point).collect();
        points.sort_unstable();
        points.dedup();
        let now = |point| {
            (point, self.ledgers.iter().map(|ledger| ledger.flag(point)).collect::<Vec<_>>())
        };
        let differ = |flags: &[Option<PointFlag>]| {
            !all_equal(flags.iter().map(|held| held.map(|held| held.flag)))
        };
        points.into_iter().map(now).filter(move |(_, flags)| differ(flags))
    }
}
