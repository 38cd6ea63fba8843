//! The disputed cases of the documents, and every refusal.

use flagflow_domain::{EffectiveDate, MeterPoint, ServiceFlag};
use flagflow_status::Occurrence::{
    Associated, Commissioned, Decommissioned, InstalledNotCommissioned, Linked, Pending, Recovered,
    Recovery, Restored, Suspended, Unlinked, Whitelisted, Withdrawn,
};
use flagflow_status::{
    DeviceId, DeviceStatus, Event, Inventory, Ledger, Occurrence, Refusal, RefusalKind, RuleSet,
};

fn point() -> MeterPoint {
    "1234567810".parse().unwrap()
}

fn day(day: u8) -> EffectiveDate {
    EffectiveDate::from_ymd(2022, 1, day).unwrap()
}

fn event(meter: u64, on: u8, what: Occurrence) -> Event {
    Event::new(day(on), DeviceId::new(meter), what)
}

fn apply(events: &[(u64, Occurrence)]) -> Inventory {
    let mut inventory = Inventory::new();
    for (meter, what) in events {
        inventory.apply(event(*meter, 1, *what)).unwrap();
    }
    inventory
}

/// The flag of the point after each event, `-` for null.
fn flags(set: RuleSet, events: &[(u64, Occurrence)]) -> String {
    let (mut inventory, mut ledger) = (Inventory::new(), Ledger::new(set));
    let after = events.iter().map(|(meter, what)| {
        ledger.decide(&inventory.apply(event(*meter, 1, *what)).unwrap());
        ledger.flag(point()).map_or('-', |held| held.flag.as_char())
    });
    after.collect()
}

/// Each set's flags, in the order of [`RuleSet::ALL`].
#[track_caller]
fn assert_flags(events: &[(u64, Occurrence)], expected: [&str; 10]) {
    for (set, expected) in RuleSet::ALL.into_iter().zip(expected) {
        assert_eq!(flags(set, events), expected, "{set}");
    }
}

/// MR 2: null, or `A` too early, or (PIA 3.1.1) `S`.
#[test]
fn install_and_leave() {
    let events =
        [(1, Pending), (1, Associated(point())), (1, Whitelisted), (1, InstalledNotCommissioned)];
    let null = "----";
    assert_flags(&events, [null, "--AA", null, "---S", null, null, "---N", "---N", "---I", "---I"]);
}

/// MR 2: `A` stays permanently if the end of the meter is never notified.
#[test]
fn the_last_meter_goes() {
    let events = [
        (1, Pending),
        (1, Associated(point())),
        (1, Whitelisted),
        (1, Commissioned),
        (1, Decommissioned),
    ];
    let gone = "---AN";
    assert_flags(&events, ["---AA", "--AAA", "---AA", "---AA", gone, gone, gone, gone, gone, gone]);
}

/// A point of two meters, one of which was never commissioned: the variants differ.
#[test]
fn a_mixed_point() {
    let events = [
        (1, Pending),
        (1, Associated(point())),
        (1, Whitelisted),
        (1, Commissioned),
        (2, Pending),
        (2, Linked(point())),
        (2, InstalledNotCommissioned),
        (1, Decommissioned),
    ];
    assert_flags(
        &events,
        [
            "---AAAAA", "--AAAAAA", "---AAAAA", "---AAAAA", "---AAAAA", "---AAAAN", "---AAAAN",
            "---AAANN", "---AAAAI", "---AAAII",
        ],
    );
}

/// Suspension and recovery: `S` as it was intended, `N` in recovery as it was required until the
/// meter is Commissioned again, unchanged otherwise.
#[test]
fn suspension_and_recovery() {
    let events = [
        (1, Pending),
        (1, Associated(point())),
        (1, Whitelisted),
        (1, Commissioned),
        (1, Suspended),
        (1, Restored),
        (1, Recovery),
        (1, Recovered),
        (1, Restored),
    ];
    let kept = "---AAAAAA";
    let meant = "---ASAAAA";
    let required = "---AAANNA";
    assert_flags(
        &events,
        [kept, "--AAAAAAA", meant, meant, kept, kept, required, required, kept, kept],
    );
}

/// An association made in error and corrected by SRV 8.4 (PIA 3.1.2).
#[test]
fn an_error_corrected() {
    let other: MeterPoint = "123409".parse().unwrap();
    let events = [
        (1, Pending),
        (1, Associated(other)),
        (1, Whitelisted),
        (1, Commissioned),
        (1, Linked(point())),
        (1, Unlinked(point())),
    ];
    for set in [RuleSet::Current, RuleSet::CurrentAnotherCommissioned, RuleSet::Modification] {
        assert_eq!(flags(set, &events), "----AN", "{set}");
    }
    assert_eq!(flags(RuleSet::LegacyAsRun, &events), "----AA");
}

/// MR 2, first issue: `A` too early, whether the status or the association comes first.
#[test]
fn an_early_active_in_both_orders() {
    for status in [Whitelisted, InstalledNotCommissioned] {
        for links in [Associated(point()), Linked(point())] {
            let [first, last] = [[(1, links), (1, status)], [(1, status), (1, links)]];
            for events in [first, last] {
                let events = [&[(1, Pending)][..], &events].concat();
                let [run, reported] = [RuleSet::LegacyAsRun, RuleSet::LegacyAsReported];
                assert_eq!(flags(run, &events), "---", "{events:?}");
                assert_eq!(flags(reported, &events), "--A", "{events:?}");
            }
        }
    }
    let events = [(1, Pending), (1, InstalledNotCommissioned), (1, Associated(point()))];
    assert_eq!(flags(RuleSet::LegacyAsDefined, &events), "---");
    assert_eq!(flags(RuleSet::LegacyInstallAndLeave, &events), "--S");
}

/// MR 2, second issue: the last meter leaves the point, whatever its status.
#[test]
fn the_last_meter_is_unlinked() {
    let commissioned = &[Whitelisted, Commissioned][..];
    for (before, modification, requirements) in [
        (&[InstalledNotCommissioned][..], "--IN", "--NN"),
        (commissioned, "---AN", "---AN"),
        (&[Whitelisted, Commissioned, Suspended], "---AAN", "---AAN"),
        (&[Whitelisted, Commissioned, Recovery, Recovered], "---AAAN", "---ANNN"),
        (&[Whitelisted, Commissioned, Decommissioned], "---ANN", "---ANN"),
        (&[Whitelisted], "----", "----"),
    ] {
        let events = [&[Pending, Linked(point())], before, &[Unlinked(point())]].concat();
        let events: Vec<_> = events.into_iter().map(|what| (1, what)).collect();
        assert_eq!(flags(RuleSet::Modification, &events), modification, "{before:?}");
        assert_eq!(flags(RuleSet::Requirements, &events), requirements, "{before:?}");
    }
}

/// A meter that was never commissioned is not in service, and one that is not installed does not
/// count.
#[test]
fn meters_that_do_not_count() {
    let suspended = [(1, Pending), (1, Linked(point())), (1, Suspended)];
    let beside = [(2, Pending), (2, Linked(point())), (2, InstalledNotCommissioned)];
    let events = [&suspended[..], &beside].concat();
    assert_flags(
        &events,
        [
            "------", "-----A", "------", "-----S", "------", "------", "-----N", "-----N",
            "-----I", "-----I",
        ],
    );
    for waiting in [&[][..], &[Whitelisted], &[Suspended]] {
        let served =
            [(1, Pending), (1, Linked(point())), (1, Whitelisted), (1, Commissioned)].to_vec();
        let waiting = [&[Pending, Linked(point())], waiting].concat();
        let waiting = waiting.into_iter().map(|what| (2, what));
        let events: Vec<_> =
            served.into_iter().chain(waiting).chain([(1, Decommissioned)]).collect();
        for set in RuleSet::ALL.into_iter().filter(|set| set.is_function_of_state()) {
            assert!(flags(set, &events).ends_with("AN"), "{set} {events:?}");
        }
        assert!(flags(RuleSet::Current, &events).ends_with("AA"), "a meter is still at the point");
    }
}

/// "All meters" are the installed ones.
#[test]
fn decommissioned_meters_do_not_count_in_all() {
    let events = [
        (1, Pending),
        (1, Linked(point())),
        (1, Whitelisted),
        (1, Commissioned),
        (2, Pending),
        (2, Linked(point())),
        (2, Whitelisted),
        (1, Suspended),
        (2, Decommissioned),
        (1, Decommissioned),
    ];
    assert_eq!(flags(RuleSet::LegacyAsDefined, &events), "---AAAAASS");
}

/// No meter is linked to the point before it is suspended: the order makes no difference.
#[test]
fn a_meter_in_service_is_linked_late() {
    let before = [(1, Pending), (1, Whitelisted), (1, Commissioned), (1, Suspended)];
    let events = [&before[..], &[(1, Linked(point()))]].concat();
    for set in RuleSet::ALL {
        let expected = if set.is_function_of_state() { "----A" } else { "-----" };
        assert_eq!(flags(set, &events), expected, "{set}");
    }
}

#[test]
fn a_meter_can_be_at_so_many_points() {
    let mut inventory = apply(&[(1, Pending)]);
    let nth = |number: usize| format!("{number:010}").parse::<MeterPoint>().unwrap();
    for number in 0..Inventory::MAX_POINTS {
        inventory.apply(event(1, 1, Linked(nth(number)))).unwrap();
    }
    let one_more = event(1, 1, Associated(nth(Inventory::MAX_POINTS)));
    let refused = inventory.apply(one_more).unwrap_err();
    assert_eq!(refused.kind, RefusalKind::TooManyPoints);
    assert!(refused.to_string().contains("linked to 100 meter points"), "{refused}");
    inventory.apply(event(1, 1, Unlinked(nth(0)))).unwrap();
    inventory.apply(one_more).unwrap();
}

#[test]
fn a_flag_that_stays_keeps_its_day() {
    let (mut inventory, mut ledger) = (Inventory::new(), Ledger::new(RuleSet::Current));
    for (meter, on, what) in [
        (1, 1, Pending),
        (1, 2, Associated(point())),
        (1, 3, Whitelisted),
        (1, 4, Commissioned),
        (2, 5, Pending),
        (2, 6, Whitelisted),
        (2, 7, Commissioned),
        (2, 8, Linked(point())),
    ] {
        ledger.decide(&inventory.apply(event(meter, on, what)).unwrap());
    }
    assert_eq!(ledger.flag(point()).unwrap().from, day(4));
    assert_eq!(ledger.flags().filter(|(_, held)| held.flag == ServiceFlag::Active).count(), 1);
}

#[track_caller]
fn assert_refused(before: &[(u64, Occurrence)], refused: Event, kind: RefusalKind) {
    let mut inventory = apply(before);
    let same = inventory.clone();
    assert_eq!(inventory.apply(refused), Err(Refusal { event: refused, kind }));
    assert_eq!(inventory, same, "{refused:?} changed something");
}

#[test]
fn every_refusal() {
    let commissioned =
        [(1, Pending), (1, Associated(point())), (1, Whitelisted), (1, Commissioned)];
    let gone = [(1, Pending), (1, Whitelisted), (1, Decommissioned)];
    let early = Event { on: EffectiveDate::MIN, ..event(1, 1, Suspended) };
    for (before, refused, kind) in [
        (&[][..], event(1, 1, Commissioned), RefusalKind::UnknownDevice),
        (&commissioned, event(1, 1, Pending), RefusalKind::KnownDevice),
        (&commissioned, early, RefusalKind::BeforeDevice(day(1))),
        (
            &commissioned,
            event(1, 2, Commissioned),
            RefusalKind::AlreadySo(DeviceStatus::Commissioned),
        ),
        (&commissioned, event(1, 2, Whitelisted), RefusalKind::NotFrom(DeviceStatus::Commissioned)),
        (&commissioned, event(1, 2, Linked(point())), RefusalKind::AlreadyLinked(point())),
        (&gone, event(1, 2, Linked(point())), RefusalKind::NotFrom(DeviceStatus::Decommissioned)),
        (&gone, event(1, 2, Unlinked(point())), RefusalKind::NotLinked(point())),
        (&commissioned, event(1, 2, Withdrawn), RefusalKind::WithdrawalRemoved),
        (&[(1, Pending), (1, Suspended)], event(1, 2, Restored), RefusalKind::NeverCommissioned),
        (&[(1, Pending), (1, Suspended)], event(1, 2, Recovery), RefusalKind::NeverCommissioned),
    ] {
        assert_refused(before, refused, kind);
    }
}

/// The table of `Inventory`, from every possible state of a meter: all other events are refused.
#[test]
fn what_can_follow_what() {
    let all = [
        Whitelisted,
        InstalledNotCommissioned,
        Commissioned,
        Suspended,
        Recovery,
        Recovered,
        Restored,
        Decommissioned,
    ];
    let working = [Pending, Whitelisted, Commissioned];
    let after = |more: &[Occurrence]| [&working, more].concat();
    for (before, possible) in [
        (vec![Pending], &[Whitelisted, InstalledNotCommissioned, Suspended][..]),
        (
            vec![Pending, Whitelisted],
            &[InstalledNotCommissioned, Commissioned, Suspended, Decommissioned],
        ),
        (vec![Pending, InstalledNotCommissioned], &[Commissioned, Suspended, Decommissioned]),
        (after(&[]), &[Suspended, Recovery, Decommissioned]),
        (vec![Pending, Suspended], &[InstalledNotCommissioned, Decommissioned]),
        (after(&[Suspended]), &[Recovery, Restored, Decommissioned]),
        (after(&[Recovery]), &[Suspended, Recovered, Decommissioned]),
        (after(&[Recovery, Recovered]), &[Suspended, Recovery, Restored, Decommissioned]),
        (after(&[Decommissioned]), &[]),
    ] {
        let events: Vec<_> = before.iter().map(|what| (1, *what)).collect();
        let inventory = apply(&events);
        let taken: Vec<_> = all
            .into_iter()
            .filter(|what| inventory.clone().apply(event(1, 1, *what)).is_ok())
            .collect();
        assert_eq!(taken, possible, "after {before:?}");
        assert_linked(&inventory, *before.last().unwrap() != Decommissioned);
    }
}

/// Returns true if the meter can be linked to the point; to be unlinked it must be linked.
#[track_caller]
fn assert_linked(inventory: &Inventory, can_be: bool) {
    for what in [Associated(point()), Linked(point())] {
        let mut inventory = inventory.clone();
        assert_eq!(inventory.apply(event(1, 1, what)).is_ok(), can_be);
        assert_eq!(inventory.apply(event(1, 1, Unlinked(point()))).is_ok(), can_be);
    }
}

#[test]
fn a_meter_and_its_points_know_of_each_other() {
    let other: MeterPoint = "123409".parse().unwrap();
    let mut inventory = apply(&[(1, Pending), (1, Associated(point())), (2, Pending)]);
    inventory.apply(event(1, 2, Linked(other))).unwrap();
    inventory.apply(event(2, 3, Linked(point()))).unwrap();
    inventory.apply(event(1, 4, Whitelisted)).unwrap();
    let id = DeviceId::new;
    let device = inventory.device(id(1)).unwrap();
    assert_eq!((device.status(), device.last()), (DeviceStatus::Whitelisted, day(4)));
    assert_eq!(device.points().collect::<Vec<_>>(), [other, point()]);
    assert_eq!(inventory.points().collect::<Vec<_>>(), [other, point()]);
    assert_eq!(inventory.devices_at(point()).collect::<Vec<_>>(), [id(1), id(2)]);
    assert_eq!(
        inventory.statuses_at(point()),
        [DeviceStatus::Pending, DeviceStatus::Whitelisted].into_iter().collect()
    );
    inventory.apply(event(1, 4, Unlinked(point()))).unwrap();
    assert_eq!(inventory.devices_at(point()).collect::<Vec<_>>(), [id(2)]);
    assert_eq!(inventory.device(id(1)).unwrap().points().collect::<Vec<_>>(), [other]);
    assert_eq!((inventory.device(id(3)), inventory.points().count()), (None, 2));
}

/// Two meters of a point share its days.
#[test]
fn days_of_a_point_do_not_run_backwards() {
    let mut inventory = apply(&[(1, Pending), (1, Associated(point())), (2, Pending)]);
    inventory.apply(event(1, 9, Whitelisted)).unwrap();
    let refused = inventory.apply(event(2, 8, Linked(point()))).unwrap_err();
    assert_eq!(refused.kind, RefusalKind::BeforePoint { point: point(), last: day(9) });
    assert_eq!(
        refused.to_string(),
        "linked of 00-00-00-00-00-00-00-02 on 2022-01-08 is refused: \
         the meter point 1234567810 has an event of a later day, 2022-01-09"
    );
}
