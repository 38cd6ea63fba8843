//! Random events against a slow model, which is written from the documents' words, evaluates the
//! whole list of events each time, and shares no decision with the crate.

use flagflow_domain::{EffectiveDate, MeterPoint, ServiceFlag};
use flagflow_status::{DeviceId, Event, Inventory, Ledger, Occurrence, RuleSet, Statuses, Step};
use proptest::prelude::*;

const METERS: u64 = 3;

fn point(number: u8) -> MeterPoint {
    ["1234567810", "123409"][usize::from(number)].parse().unwrap()
}

fn occurrence() -> impl Strategy<Value = Occurrence> {
    let at = || (0..2u8).prop_map(point);
    prop_oneof![
        2 => at().prop_map(Occurrence::Associated),
        2 => at().prop_map(Occurrence::Linked),
        2 => at().prop_map(Occurrence::Unlinked),
        2 => Just(Occurrence::Whitelisted),
        2 => Just(Occurrence::InstalledNotCommissioned),
        3 => Just(Occurrence::Commissioned),
        1 => Just(Occurrence::Suspended),
        1 => Just(Occurrence::Recovery),
        1 => Just(Occurrence::Recovered),
        1 => Just(Occurrence::Restored),
        1 => Just(Occurrence::Decommissioned),
        1 => Just(Occurrence::Withdrawn),
        1 => Just(Occurrence::Pending),
    ]
}

/// Adds every meter to the inventory, then random events; days mostly run forwards.
fn events() -> impl Strategy<Value = Vec<Event>> {
    let one = (0..METERS, occurrence(), 0..3u8, prop::bool::weighted(0.05));
    prop::collection::vec(one, 0..40).prop_map(|drawn| {
        let first = (0..METERS).map(|meter| (meter, Occurrence::Pending, 0, false));
        let mut day = 0;
        let dated = first.chain(drawn).map(|(meter, what, later, is_early)| {
            day += u32::from(later);
            let on = if is_early { day.saturating_sub(5) } else { day };
            Event::new(nth_day(on), DeviceId::new(meter), what)
        });
        dated.collect()
    })
}

fn nth_day(number: u32) -> EffectiveDate {
    let (month, day) = (number / 28 + 1, number % 28 + 1);
    EffectiveDate::from_packed(20_220_000 + month * 100 + day).unwrap()
}

/// A meter at a point.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Meter {
    id: DeviceId,
    status: &'static str,
    was_commissioned: bool,
}

/// The events so far: every query is answered from this list.
#[derive(Clone, Default)]
struct Told(Vec<Event>);

impl Told {
    fn status(&self, meter: DeviceId) -> &'static str {
        let of_meter = self.0.iter().rev().filter(|event| event.device == meter);
        let mut statuses = of_meter.filter_map(|event| match event.what {
            Occurrence::Associated(_) | Occurrence::Linked(_) | Occurrence::Unlinked(_) => None,
            Occurrence::Restored => Some("commissioned"),
            other => Some(other.as_str()),
        });
        statuses.next().unwrap_or("none")
    }

    fn was_commissioned(&self, meter: DeviceId) -> bool {
        self.0.iter().any(|e| e.device == meter && e.what == Occurrence::Commissioned)
    }

    fn is_at(&self, meter: DeviceId, point: MeterPoint) -> bool {
        let last = self.0.iter().rev().find_map(|event| match event.what {
            Occurrence::Associated(at) | Occurrence::Linked(at) if at == point => {
                (event.device == meter).then_some(true)
            }
            Occurrence::Unlinked(at) if at == point => (event.device == meter).then_some(false),
            _ => None,
        });
        last.unwrap_or(false)
    }

    fn meters(&self, point: MeterPoint) -> Vec<Meter> {
        let all = (0..METERS).map(DeviceId::new).filter(|meter| self.is_at(*meter, point));
        let meter =
            |id| Meter { id, status: self.status(id), was_commissioned: self.was_commissioned(id) };
        all.map(meter).collect()
    }

    /// Returns the points of an event, in the state before it.
    fn about(&self, event: Event) -> Vec<MeterPoint> {
        match event.what {
            Occurrence::Associated(at) | Occurrence::Linked(at) | Occurrence::Unlinked(at) => {
                vec![at]
            }
            _ => (0..2).map(point).filter(|at| self.is_at(event.device, *at)).collect(),
        }
    }

    fn last_day(&self, is_about: impl Fn(&Self, Event) -> bool) -> Option<EffectiveDate> {
        let days = self
            .0
            .iter()
            .enumerate()
            .filter(|(at, event)| is_about(&Self(self.0[..*at].to_vec()), **event));
        days.map(|(_, event)| event.on).max()
    }

    fn is_possible(&self, event: Event) -> bool {
        let status = self.status(event.device);
        let ever = self.was_commissioned(event.device);
        let from = |statuses: &str| statuses.split(' ').any(|one| one == status);
        let possible = match event.what {
            Occurrence::Pending => status == "none",
            Occurrence::Associated(at) | Occurrence::Linked(at) => {
                !from("none decommissioned") && !self.is_at(event.device, at)
            }
            Occurrence::Unlinked(at) => self.is_at(event.device, at),
            Occurrence::Whitelisted => from("pending"),
            Occurrence::InstalledNotCommissioned => from("pending whitelisted suspended") && !ever,
            Occurrence::Commissioned => from("whitelisted installed-not-commissioned"),
            Occurrence::Suspended => !from("none suspended decommissioned"),
            Occurrence::Recovery => from("commissioned suspended recovered") && ever,
            Occurrence::Recovered => from("recovery"),
            Occurrence::Restored => from("suspended recovered") && ever,
            Occurrence::Decommissioned => !from("none pending decommissioned"),
            Occurrence::Withdrawn => false,
        };
        let of_meter = self.last_day(|_, earlier| earlier.device == event.device);
        let of_points = self.about(event).into_iter().filter_map(|point| {
            self.last_day(|told, earlier| told.about(earlier).contains(&point))
        });
        possible && of_meter.into_iter().chain(of_points).all(|day| day <= event.on)
    }

    /// Returns the flag of a point by a set's words, over all events.
    fn flag(&self, set: RuleSet, point: MeterPoint) -> Option<char> {
        (0..self.0.len()).fold(None, |flag, at| {
            let (before, after) = (Self(self.0[..at].to_vec()), Self(self.0[..=at].to_vec()));
            let is_about = before.about(self.0[at]).contains(&point);
            if !is_about || self.0[at].what == Occurrence::Pending {
                return flag;
            }
            by_the_words(
                set,
                self.0[at],
                flag,
                &after.meters(point),
                before.status(self.0[at].device),
            )
        })
    }
}

/// The documents' sentences, in prose order. `status` is the meter's before the event.
fn by_the_words(
    set: RuleSet,
    event: Event,
    flag: Option<char>,
    meters: &[Meter],
    status: &'static str,
) -> Option<char> {
    let on_the_wall: Vec<_> =
        meters.iter().filter(|meter| meter.status != "decommissioned").collect();
    let links = matches!(event.what, Occurrence::Associated(_) | Occurrence::Linked(_));
    let by_8_1_1 = event.what == Occurrence::Commissioned;
    let link_to_commissioned = links && status == "commissioned";
    let restored = event.what == Occurrence::Restored;
    let decommissioned = event.what == Occurrence::Decommissioned;
    let unlinked_from_commissioned =
        matches!(event.what, Occurrence::Unlinked(_)) && status == "commissioned";
    let leaves = decommissioned || unlinked_from_commissioned;
    let installed = event.what == Occurrence::InstalledNotCommissioned;
    let linked_installed = links && status == "installed-not-commissioned";
    let linked_whitelisted = links && status == "whitelisted";
    let whitelisted = event.what == Occurrence::Whitelisted;
    match set {
        RuleSet::LegacyAsRun | RuleSet::LegacyAsReported => {
            let early = installed || linked_installed || whitelisted || linked_whitelisted;
            let reported = set == RuleSet::LegacyAsReported && early;
            let active = by_8_1_1 || link_to_commissioned || restored || reported;
            flag.or(active.then_some('A'))
        }
        RuleSet::LegacyAsDefined | RuleSet::LegacyInstallAndLeave => {
            if by_8_1_1 || link_to_commissioned || restored {
                Some('A')
            } else if flag.is_none() {
                let left = installed || linked_installed;
                (left && set == RuleSet::LegacyInstallAndLeave).then_some('S')
            } else if on_the_wall.is_empty() {
                flag
            } else if on_the_wall.iter().all(|meter| meter.status == "suspended") {
                Some('S')
            } else {
                flag
            }
        }
        RuleSet::Current | RuleSet::CurrentAnotherCommissioned => {
            let remains = if set == RuleSet::Current {
                !on_the_wall.is_empty()
            } else {
                meters.iter().any(|meter| meter.status == "commissioned")
            };
            if by_8_1_1 || link_to_commissioned {
                Some('A')
            } else if leaves && !remains && flag.is_some() {
                Some('N')
            } else {
                flag
            }
        }
        RuleSet::Requirements
        | RuleSet::RequirementsAny
        | RuleSet::Modification
        | RuleSet::ModificationInstalledFirst => by_state(set, meters, flag.is_some()),
    }
}

/// The sets that are functions of state, directly: of the meters now at the point, and of whether
/// the point ever had a flag.
fn by_state(set: RuleSet, meters: &[Meter], had_a_flag: bool) -> Option<char> {
    let count = |is: &dyn Fn(&Meter) -> bool| meters.iter().filter(|meter| is(meter)).count();
    let installed = count(&|meter| meter.status == "installed-not-commissioned");
    let working = count(&|meter| meter.status == "commissioned");
    let suspended = count(&|meter| meter.status == "suspended" && meter.was_commissioned);
    let in_recovery = count(&|meter| ["recovery", "recovered"].contains(&meter.status));
    let off_the_wall = count(&|meter| meter.status == "decommissioned");
    let none_left = had_a_flag.then_some('N');
    let [active, both] = match set {
        RuleSet::Requirements => ['A', 'A'],
        RuleSet::RequirementsAny => ['A', 'N'],
        RuleSet::Modification => ['A', 'A'],
        RuleSet::ModificationInstalledFirst => ['A', 'I'],
        _ => panic!("{set} is not a function of state"),
    };
    let is_modification = set.as_str().starts_with("modification");
    // recovery is out of service in the requirements, and in service in the modification
    let in_service = working + suspended + if is_modification { in_recovery } else { 0 };
    match (in_service, installed) {
        (1.., 0) => Some(active),
        (1.., 1..) => Some(both),
        (0, 1..) => Some(if is_modification { 'I' } else { 'N' }),
        (0, 0) if !is_modification && in_recovery + off_the_wall > 0 => Some('N'),
        (0, 0) => none_left,
    }
}

/// Returns every step of a set over a list of events.
fn steps(set: RuleSet, events: &[Event]) -> Vec<Step> {
    let (mut inventory, mut ledger) = (Inventory::new(), Ledger::new(set));
    let happened = events.iter().filter_map(|event| inventory.apply(*event).ok());
    let happened: Vec<_> = happened.collect();
    happened.iter().flat_map(|happened| ledger.decide(happened)).collect()
}

/// The events of a list that can happen, all on one day, so that another order is not too late.
fn possible(events: &[Event]) -> Vec<Event> {
    let mut inventory = Inventory::new();
    let on_one_day = events.iter().map(|event| Event { on: nth_day(0), ..*event });
    on_one_day.filter(|event| inventory.apply(*event).is_ok()).collect()
}

/// A point after a list of events.
struct End {
    meters: Vec<Meter>,
    flag: Option<char>,
    /// True if the point had a flag before its last event.
    had_a_flag: bool,
}

fn end(set: RuleSet, events: &[Event], point: MeterPoint) -> End {
    let of_point = steps(set, events).into_iter().rfind(|step| step.point == point);
    End {
        meters: Told(events.to_vec()).meters(point),
        flag: of_point.and_then(|step| step.after).map(ServiceFlag::as_char),
        had_a_flag: of_point.is_some_and(|step| step.before.is_some()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// The refusals and every point's flag match the model after each event; a refusal changes
    /// nothing.
    #[test]
    fn the_crate_is_the_model(events in events()) {
        let (mut inventory, mut told) = (Inventory::new(), Told::default());
        let mut ledgers = RuleSet::ALL.map(Ledger::new);
        for event in events {
            let before = inventory.clone();
            let happened = inventory.apply(event);
            prop_assert_eq!(happened.is_ok(), told.is_possible(event), "{:?}", event);
            let Ok(happened) = happened else {
                prop_assert_eq!(&inventory, &before);
                continue;
            };
            told.0.push(event);
            for ledger in &mut ledgers {
                ledger.decide(&happened);
            }
        }
        for ledger in &ledgers {
            for point in [point(0), point(1)] {
                let flag = ledger.flag(point).map(|held| held.flag.as_char());
                let expected = told.flag(ledger.rules(), point);
                prop_assert_eq!(flag, expected, "{} of {}", point, ledger.rules());
            }
        }
    }

    /// In the sets that are functions of state, the order of events does not matter: other valid
    /// orders of the same events that end in the same state end in the same flags.
    #[test]
    fn the_same_end_state_has_the_same_flag(
        events in events(),
        swaps in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
    ) {
        let events: Vec<_> = possible(&events);
        let mut other = events.clone();
        for swap in swaps {
            let at = swap.index(other.len() - 1);
            other.swap(at, at + 1);
            if possible(&other).len() < other.len() {
                other.swap(at, at + 1);
            }
        }
        for set in RuleSet::ALL.into_iter().filter(|set| set.is_function_of_state()) {
            for point in [point(0), point(1)] {
                let [one, other] = [&events, &other].map(|events| end(set, events, point));
                let state = |end: &End| (end.meters.clone(), end.flag.is_some());
                if state(&one) == state(&other) {
                    prop_assert_eq!(one.flag, other.flag, "{}: {:?}", set, one.meters);
                }
                // the answer of a step is that of the state, whatever happened
                let directly = by_state(set, &one.meters, one.had_a_flag);
                prop_assert_eq!(one.flag, directly, "{}: {:?}", set, one.meters);
            }
        }
    }

    /// The counts of a point match its meters.
    #[test]
    fn the_statuses_of_a_point_are_those_of_its_meters(events in events()) {
        let mut inventory = Inventory::new();
        for event in events {
            drop(inventory.apply(event));
            for point in [point(0), point(1)] {
                let meters = inventory.devices_at(point).map(|id| inventory.device(id).unwrap());
                let counted = meters.fold(Statuses::NONE, |set, meter| {
                    set.with(meter.status(), meter.was_commissioned())
                });
                prop_assert_eq!(inventory.statuses_at(point), counted);
            }
        }
    }

    /// In every set: a flag changes only to one of the set's own, never back to null, and from the
    /// day of the event that changed it.
    #[test]
    fn no_set_goes_back_to_null(events in events()) {
        for set in RuleSet::ALL {
            for step in steps(set, &events) {
                prop_assert!(step.before.is_none() || step.after.is_some(), "{set}: {step:?}");
                prop_assert!(!step.is_change() || set.flags().contains(&step.after.unwrap()));
            }
        }
    }

    /// In current: null until a first commissioning or link to a commissioned meter, so never from
    /// null to `N`; and open decisions change nothing.
    #[test]
    fn current_leaves_null_by_a_commissioned_meter_only(events in events()) {
        for set in [RuleSet::Current, RuleSet::CurrentAnotherCommissioned] {
            for step in steps(set, &events).iter().filter(|step| step.before.is_none()) {
                prop_assert!(matches!(step.after, None | Some(ServiceFlag::Active)), "{step:?}");
            }
        }
    }

    /// Before MP077, as run: one change a point, to `A`.
    #[test]
    fn legacy_as_run_changes_once(events in events()) {
        for set in [RuleSet::LegacyAsRun, RuleSet::LegacyAsReported] {
            let steps = steps(set, &events);
            for point in [point(0), point(1)] {
                let changes = steps.iter().filter(|step| step.point == point && step.is_change());
                prop_assert!(changes.count() <= 1);
            }
        }
    }

    /// In the modification: suspension and recovery of a meter that was commissioned change
    /// nothing, and no point goes from null to `N`.
    #[test]
    fn the_modification_leaves_suspension_and_recovery_alone(events in events()) {
        for set in [RuleSet::Modification, RuleSet::ModificationInstalledFirst] {
            let (mut inventory, mut ledger) = (Inventory::new(), Ledger::new(set));
            for event in &events {
                let Ok(happened) = inventory.apply(*event) else { continue };
                let was_commissioned = inventory.device(event.device).unwrap().was_commissioned();
                let is_alone = was_commissioned && matches!(
                    event.what,
                    Occurrence::Suspended | Occurrence::Recovery | Occurrence::Recovered
                );
                for step in ledger.decide(&happened) {
                    prop_assert!(!(is_alone && step.is_change()), "{step:?}");
                    let to_n = step.after == Some(ServiceFlag::NonActive);
                    prop_assert!(step.before.is_some() || !to_n, "{step:?}");
                }
            }
        }
    }
}
