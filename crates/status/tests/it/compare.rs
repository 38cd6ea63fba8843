//! The disputed cases of the working group: the same events under two rule sets.

use flagflow_domain::{EffectiveDate, MeterPoint, ServiceFlag};
use flagflow_status::Occurrence::{
    Associated, Commissioned, Decommissioned, InstalledNotCommissioned, Linked, Pending, Unlinked,
    Whitelisted,
};
use flagflow_status::{
    Comparison, DeviceId, Difference, Event, History, Inventory, Ledger, Occurrence, RuleSet,
};
use proptest::prelude::*;

fn point() -> MeterPoint {
    "1234567810".parse().unwrap()
}

fn set(name: &str) -> RuleSet {
    name.parse().unwrap()
}

fn event(meter: u64, day: u8, what: Occurrence) -> Event {
    let on = EffectiveDate::from_ymd(2022, 1, day).unwrap();
    Event::new(on, DeviceId::new(meter), what)
}

/// A meter that is installed and left, commissioned a day later, and removed.
fn install_and_leave() -> Vec<Event> {
    vec![
        event(1, 1, Pending),
        event(1, 1, Associated(point())),
        event(1, 2, Whitelisted),
        event(1, 3, InstalledNotCommissioned),
        event(1, 4, Commissioned),
        event(1, 5, Decommissioned),
    ]
}

fn differences(sets: &[RuleSet], events: &[Event]) -> (Vec<Difference>, Comparison) {
    let (mut inventory, mut comparison) = (Inventory::new(), Comparison::new(sets));
    let mut found = Vec::new();
    for event in events {
        if let Ok(happened) = inventory.apply(*event) {
            found.extend(comparison.differences(&happened));
        }
    }
    (found, comparison)
}

/// The day, and the flags of the sets in their order, `-` for null.
fn line(difference: &Difference) -> String {
    let flags = difference.flags().map(|flag| flag.map_or('-', ServiceFlag::as_char));
    format!("{} {}", difference.event.on, flags.collect::<String>())
}

#[test]
fn each_change_of_the_difference_is_told_with_both_clauses() {
    let sets = [set("legacy-as-run"), set("modification")];
    let (found, comparison) = differences(&sets, &install_and_leave());
    let lines: Vec<_> = found.iter().map(line).collect();
    assert_eq!(lines, ["20220103 -I", "20220104 AA", "20220105 AN"]);
    assert!(found[1].is_over() && !found[2].is_over());
    for difference in &found {
        let names: Vec<_> = difference.steps.iter().map(|(set, _)| *set).collect();
        assert_eq!(names, sets);
        assert!(difference.steps.iter().all(|(_, step)| !step.decision.clause.source.is_empty()));
    }
    let left: Vec<_> = comparison.differing().collect();
    let [(point, flags)] = &left[..] else { panic!("{left:?}") };
    let letters: Vec<_> = flags.iter().map(|held| held.unwrap().flag.as_char()).collect();
    assert_eq!((*point, &letters[..]), (self::point(), &['A', 'N'][..]));
    assert_eq!(comparison.sets().collect::<Vec<_>>(), sets);
}

#[test]
fn why_is_every_step_of_the_point_and_no_other() {
    let other: MeterPoint = "1013044353630".parse().unwrap();
    let mut events = install_and_leave();
    events.insert(1, event(2, 1, Pending));
    events.insert(2, event(2, 1, Linked(other)));
    events.push(event(2, 6, Unlinked(other)));
    let (mut inventory, mut ledger) = (Inventory::new(), Ledger::new(set("modification")));
    let mut history = History::new(point());
    let mut before = Vec::new();
    for event in &events {
        history.add(&ledger.decide(&inventory.apply(*event).unwrap()));
        before.push(history.reason().map(|step| step.after.unwrap().as_char()));
    }
    assert_eq!((history.point(), history.steps().len()), (point(), 5));
    assert_eq!(history.reason().unwrap().event, events[7]);
    assert_eq!(before, [None, None, None, None, None, Some('I'), Some('A'), Some('N'), Some('N')]);
    let text = history.to_string();
    assert!(
        text.starts_with("2022-01-01 associated 00-00-00-00-00-00-00-01: null stays\n    "),
        "{text}"
    );
    assert!(text.contains(
        "\n2022-01-03 installed-not-commissioned 00-00-00-00-00-00-00-01: null becomes I\n"
    ));
    assert!(text.contains("\n2022-01-05 decommissioned 00-00-00-00-00-00-00-01: A becomes N\n"));
    assert!(text.ends_with("\n1234567810: N from 2022-01-05"), "{text}");
    let nothing = History::new(other);
    assert_eq!((nothing.to_string(), nothing.reason()), ("1013044353630: null".to_owned(), None));
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let points = ["1234567810", "1013044353630"].map(|point| point.parse::<MeterPoint>().unwrap());
    let what = (0..12usize, prop::sample::select(points.to_vec())).prop_map(|(index, point)| {
        let names = [
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
        ];
        Occurrence::new(names[index], None)
            .or_else(|_| Occurrence::new(names[index], Some(point)))
            .unwrap()
    });
    let one = (1..4u64, what);
    prop::collection::vec(one, 0..60)
        .prop_map(|events| events.into_iter().map(|(meter, what)| event(meter, 1, what)).collect())
}

proptest! {
    /// Comparing changes nothing: the flags are those of each set alone, and the reported
    /// differences add up to the final difference.
    #[test]
    fn differences_add_up(
        one in prop::sample::select(RuleSet::ALL.to_vec()),
        other in prop::sample::select(RuleSet::ALL.to_vec()),
        events in events(),
    ) {
        let (found, comparison) = differences(&[one, other], &events);
        let mut told = std::collections::BTreeMap::new();
        for difference in &found {
            told.insert(difference.point, difference.flags().collect::<Vec<_>>());
        }
        told.retain(|_, flags| flags[0] != flags[1]);
        let left: std::collections::BTreeMap<_, _> = comparison
            .differing()
            .map(|(point, held)| (point, held.iter().map(|held| held.map(|held| held.flag)).collect::<Vec<_>>()))
            .collect();
        prop_assert_eq!(told, left);
        prop_assert!(one != other || found.is_empty());
        for (index, set) in [one, other].into_iter().enumerate() {
            let (mut inventory, mut ledger) = (Inventory::new(), Ledger::new(set));
            for event in &events {
                if let Ok(happened) = inventory.apply(*event) {
                    ledger.decide(&happened);
                }
            }
            let (_, compared) = differences(&[one, other], &events);
            for (point, held) in compared.differing() {
                prop_assert_eq!(held[index], ledger.flag(point));
            }
        }
    }
}
