//! Notifications: never twice for one change, never a wrong flag, and nothing is missed.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use flagflow_domain::{Distributor, EffectiveDate, Fuel, MeterPoint, ServiceFlag};
use flagflow_status::{
    DeviceId, Event, Inventory, Ledger, Notice, Occurrence, OutboundFile, Outbox, PointFlag,
    Recipient, RuleSet, Step, Switches, UnknownRecipient,
};
use proptest::prelude::*;

fn point(text: &str) -> MeterPoint {
    text.parse().unwrap()
}

/// Two of gas, two of one distributor, one of another.
fn points() -> Vec<MeterPoint> {
    ["1234567810", "1111111900", "1013044353630", "1011111111110", "1213044353630"]
        .map(point)
        .to_vec()
}

fn held(flag: char, day: u8) -> PointFlag {
    let from = EffectiveDate::from_ymd(2022, 1, day).unwrap();
    PointFlag { flag: flag.to_string().parse().unwrap(), from }
}

/// Recipient, number, and the flags in the file.
type Told = (String, u64, Vec<(MeterPoint, char)>);

fn told(outbox: &Outbox) -> Vec<Told> {
    let notices =
        |notices: &[Notice]| notices.iter().map(|n| (n.point, n.held.flag.as_char())).collect();
    let files = outbox.run().files().iter();
    files.map(|file| (file.recipient.to_string(), file.number, notices(&file.notices))).collect()
}

#[test]
fn a_file_for_gas_and_one_for_each_distributor() {
    let mut outbox = Outbox::new(Switches::default());
    for each in points() {
        outbox.set(Notice::new(each, held('A', 1)));
    }
    outbox.begin(None);
    let [g1, g2, e1, e2, other] = points()[..] else { panic!("five") };
    assert_eq!(
        told(&outbox),
        [
            ("gas".to_owned(), 1, vec![(g2, 'A'), (g1, 'A')]),
            ("electricity 10".to_owned(), 1, vec![(e2, 'A'), (e1, 'A')]),
            ("electricity 12".to_owned(), 1, vec![(other, 'A')]),
        ]
    );
    for each in points() {
        let recipient = Recipient::of(each);
        assert_eq!(recipient.to_string().parse(), Ok(recipient));
    }
    for none in [
        "",
        "Gas",
        "electricity",
        "electricity 1",
        "electricity +1",
        "electricity 1:",
        "electricity /1",
        "electricity 100",
    ] {
        assert_eq!(none.parse::<Recipient>(), Err(UnknownRecipient), "{none:?}");
    }
    for id in 0..100 {
        let network = Recipient::Electricity(Distributor::new(id).unwrap());
        assert_eq!(format!("electricity {id:02}").parse(), Ok(network));
    }
    assert_eq!(Recipient::of(g1).fuel(), Fuel::Gas);
    assert_eq!(Recipient::of(e1).fuel(), Fuel::Electricity);
}

/// The switch of electricity has no effect on gas, and vice versa.
#[test]
fn each_switch_keeps_back_n_and_i_of_its_fuel() {
    let [gas, other_gas, electricity, ..] = points()[..] else { panic!("five") };
    let mut outbox = Outbox::new(Switches::default());
    outbox.set(Notice::new(gas, held('N', 1)));
    outbox.set(Notice::new(other_gas, held('S', 1)));
    outbox.set(Notice::new(electricity, held('I', 1)));
    let of = |notices: Vec<Notice>| notices.iter().map(|notice| notice.point).collect::<Vec<_>>();
    assert_eq!(of(outbox.pending().collect()), [other_gas]);
    assert_eq!(of(outbox.kept_back().collect()), [gas, electricity]);
    outbox.set_switches(Switches { gas: true, electricity: false });
    assert_eq!(of(outbox.pending().collect()), [other_gas, gas]);
    outbox.set_switches(Switches { gas: false, electricity: true });
    assert_eq!(of(outbox.pending().collect()), [other_gas, electricity]);
    assert_eq!(of(outbox.kept_back().collect()), [gas]);
    outbox.set_switches(Switches::ON);
    assert_eq!(outbox.kept_back().count(), 0);
    assert_eq!(outbox.switches(), Switches::ON);
}

#[test]
fn after_a_n_a_the_new_date_is_pending_and_null_never_is() {
    let mut outbox = Outbox::new(Switches::ON);
    let point = points()[0];
    assert_eq!((outbox.begin(None).files().len(), outbox.notified(point)), (0, None));
    outbox.set(Notice::new(point, held('A', 1)));
    assert_eq!(outbox.begin(None).files().len(), 1);
    assert!(outbox.sent(Recipient::Gas, 1));
    assert_eq!(outbox.notified(point), Some(held('A', 1)));
    outbox.set(Notice::new(point, held('N', 2)));
    outbox.set(Notice::new(point, held('A', 3)));
    assert_eq!(outbox.begin(None).files()[0].notices, [Notice::new(point, held('A', 3))]);
    assert_eq!(outbox.notified(point), Some(held('A', 1)));
    assert!(outbox.sent(Recipient::Gas, 2));
    outbox.set(Notice::new(point, held('N', 4)));
    outbox.set(Notice::new(point, held('A', 3)));
    assert_eq!(outbox.begin(None).files().len(), 0, "the pair is the one that was notified");
}

/// A notified flag is sent again only on request, and never against a switch.
#[test]
fn what_was_notified_is_sent_again_under_new_numbers() {
    let mut outbox = Outbox::new(Switches::ON);
    let points = points();
    let [point, other, ..] = points[..] else { panic!("five") };
    let supplier = "MRCY".parse().ok();
    outbox.set(Notice { supplier, ..Notice::new(point, held('N', 1)) });
    outbox.set(Notice::new(other, held('A', 1)));
    outbox.begin(None);
    assert!(outbox.sent(Recipient::Gas, 1));
    assert_eq!(outbox.pending().count(), 0);
    let again = BTreeSet::from([point]);
    outbox.set_switches(Switches::default());
    assert_eq!(outbox.begin_for(|_| true, None, &again).files().len(), 0, "kept back");
    outbox.set_switches(Switches::ON);
    let file = outbox.begin_for(|_| true, None, &again).files()[0].clone();
    assert_eq!((file.number, file.sequence, file.first_instruction), (2, 2, 3));
    assert_eq!(file.notices, [Notice { supplier, ..Notice::new(point, held('N', 1)) }]);
    assert_eq!(file.instructions().map(|(number, _)| number).collect::<Vec<_>>(), [3]);
    assert_eq!(outbox.notice(point), Some(file.notices[0]));
    assert!(outbox.sent(Recipient::Gas, 2));
    assert_eq!(outbox.begin(None).files().len(), 0);
}

/// A change while a file is being written is pending after it; the file does not change.
#[test]
fn a_run_that_has_begun_does_not_change() {
    let mut outbox = Outbox::new(Switches::ON);
    let point = points()[0];
    outbox.set(Notice::new(point, held('A', 1)));
    let begun = outbox.begin(None).clone();
    outbox.set(Notice::new(point, held('N', 2)));
    assert_eq!(*outbox.begin(NonZeroUsize::new(1)), begun);
    assert_eq!(begun.files()[0].notices, [Notice::new(point, held('A', 1))]);
    assert!(!outbox.sent(Recipient::Gas, 2), "no such file");
    assert!(!outbox.sent(Recipient::Electricity(Distributor::FIRST), 1));
    assert!(outbox.sent(Recipient::Gas, 1) && !outbox.sent(Recipient::Gas, 1));
    assert_eq!(outbox.begin(None).files()[0].number, 2);
    assert_eq!(outbox.run().files()[0].notices, [Notice::new(point, held('N', 2))]);
}

/// The owners of the networks from 24 on are unknown: their notices wait, and no others do.
#[test]
fn who_cannot_be_reached_keeps_nobody_waiting() {
    let mut outbox = Outbox::new(Switches::ON);
    for each in points() {
        outbox.set(Notice::new(each, held('A', 1)));
    }
    let other = Recipient::of(points()[4]);
    let recipients: Vec<_> = outbox
        .begin_for(|recipient| recipient != other, None, &BTreeSet::new())
        .files()
        .iter()
        .map(|file| file.recipient)
        .collect();
    assert_eq!(recipients, [Recipient::of(points()[0]), Recipient::of(points()[2])]);
    for recipient in recipients {
        assert!(outbox.sent(recipient, 1));
    }
    assert_eq!((outbox.pending().count(), outbox.last_number(other)), (1, 0));
}

/// Numbers continue from the highest that was ever used.
#[test]
fn remembered_files_say_the_next_number() {
    let mut outbox = Outbox::new(Switches::ON);
    let [point, other, ..] = points()[..] else { panic!("five") };
    for each in [point, other] {
        outbox.set(Notice::new(each, held('A', 1)));
    }
    let file = |number, point| OutboundFile {
        recipient: Recipient::Gas,
        number,
        sequence: number,
        first_instruction: number,
        notices: vec![Notice::new(point, held('A', 1))],
    };
    assert_eq!(outbox.last_number(Recipient::Gas), 0);
    outbox.remember(&file(7, point), true);
    outbox.remember(&file(6, point), true);
    assert_eq!(outbox.last_number(Recipient::Gas), 7);
    assert_eq!(outbox.last_number(Recipient::of(points()[2])), 0);
    assert_eq!(outbox.notified(point), Some(held('A', 1)));
    outbox.begin(None);
    assert_eq!(told(&outbox), [("gas".to_owned(), 8, vec![(other, 'A')])]);
}

/// The outbox does not keep notices of a point without a flag.
#[test]
fn a_point_without_a_flag_was_told_nothing() {
    let mut outbox = Outbox::new(Switches::ON);
    let point = points()[0];
    let notices = vec![Notice::new(point, held('A', 1))];
    outbox.remember(
        &OutboundFile {
            recipient: Recipient::Gas,
            number: 1,
            sequence: 1,
            first_instruction: 1,
            notices,
        },
        true,
    );
    assert_eq!(outbox.notified(point), None);
    outbox.set(Notice::new(point, held('A', 1)));
    assert_eq!(outbox.pending().count(), 1);
}

/// No rule set makes such a step, but another caller may.
#[test]
fn a_step_back_to_null_owes_nothing() {
    let (mut inventory, mut ledger) = (Inventory::new(), Ledger::new(RuleSet::default()));
    let point = points()[0];
    let on = EffectiveDate::from_ymd(2022, 1, 1).unwrap();
    let mut steps = Vec::new();
    for what in [Occurrence::Pending, Occurrence::Linked(point)] {
        let event = Event::new(on, DeviceId::new(1), what);
        steps.extend(ledger.decide(&inventory.apply(event).unwrap()));
    }
    let step = Step { before: Some(ServiceFlag::Active), after: None, ..steps[0] };
    let mut outbox = Outbox::new(Switches::ON);
    outbox.take(&[step]);
    assert_eq!((outbox.pending().count(), outbox.notified(point)), (0, None));
    outbox.set(Notice::new(point, held('A', 1)));
    outbox.take(&[step]);
    assert_eq!(outbox.pending().collect::<Vec<_>>(), [Notice::new(point, held('A', 1))]);
}

#[test]
fn a_rule_sets_steps_are_taken_over() {
    let (mut inventory, mut ledger) = (Inventory::new(), Ledger::new(RuleSet::default()));
    let mut outbox = Outbox::new(Switches::ON);
    let point = points()[0];
    let mut at = |day, what| {
        let on = EffectiveDate::from_ymd(2022, 1, day).unwrap();
        let event = Event::new(on, DeviceId::new(1), what);
        outbox.take(&ledger.decide(&inventory.apply(event).unwrap()));
        outbox.pending().next().map(|notice| notice.held)
    };
    use Occurrence::*;
    assert_eq!(at(1, Pending), None);
    assert_eq!(at(1, Associated(point)), None);
    assert_eq!(at(2, Whitelisted), None);
    assert_eq!(at(3, Commissioned), Some(held('A', 3)));
    assert_eq!(at(4, Suspended), Some(held('A', 3)));
}

#[derive(Clone, Debug)]
enum Do {
    Set(usize, ServiceFlag, u8),
    Turn(bool, bool),
    Begin(Option<NonZeroUsize>),
    /// Records that the file at this index of the run is on disk.
    Sent(prop::sample::Index),
    /// Serializes the outbox and parses it again.
    Restart,
}

fn doing() -> impl Strategy<Value = Do> {
    let flag = prop::sample::select(ServiceFlag::ALL.to_vec());
    prop_oneof![
        6 => (0..5usize, flag, 1..29u8).prop_map(|(point, flag, day)| Do::Set(point, flag, day)),
        1 => any::<(bool, bool)>().prop_map(|(gas, electricity)| Do::Turn(gas, electricity)),
        2 => prop::option::of(1..4usize).prop_map(|cap| Do::Begin(cap.and_then(NonZeroUsize::new))),
        4 => any::<prop::sample::Index>().prop_map(Do::Sent),
        1 => Just(Do::Restart),
    ]
}

/// A model that keeps all events and evaluates them for each query.
#[derive(Default)]
struct Slow {
    set: Vec<(MeterPoint, PointFlag)>,
    told: Vec<(Recipient, u64, Notice)>,
    planned: Vec<OutboundFile>,
}

impl Slow {
    fn is(&self, point: MeterPoint) -> Option<PointFlag> {
        self.set.iter().rfind(|(of, _)| *of == point).map(|(_, held)| *held)
    }

    fn was_told(&self, point: MeterPoint) -> Option<PointFlag> {
        self.told
            .iter()
            .rfind(|(_, _, notice)| notice.point == point)
            .map(|(_, _, notice)| notice.held)
    }

    /// Points whose flag is not the notified one, and whether the switch of the fuel matters.
    fn changed(&self) -> BTreeMap<MeterPoint, (PointFlag, bool)> {
        let mut changed = BTreeMap::new();
        for point in points() {
            let Some(held) = self.is(point) else { continue };
            if self.was_told(point).is_none_or(|told| told != held) {
                changed.insert(point, (held, "NI".contains(held.flag.as_char())));
            }
        }
        changed
    }

    fn owed(&self, switches: Switches) -> Vec<Notice> {
        let may = |point: &MeterPoint, new: bool| {
            !new || if point.to_string().len() == 13 { switches.electricity } else { switches.gas }
        };
        let changed = self.changed().into_iter().filter(|(point, (_, new))| may(point, *new));
        changed.map(|(point, (held, _))| Notice::new(point, held)).collect()
    }
}

/// The contents of a store: the flags, and each file with whether it was sent.
fn restarted(outbox: &Outbox, slow: &Slow) -> Outbox {
    let mut again = Outbox::new(outbox.switches());
    for point in points() {
        if let Some(held) = slow.is(point) {
            again.set(Notice::new(point, held));
        }
    }
    for file in &slow.planned {
        again.remember(file, !outbox.run().files().contains(file));
    }
    again
}

fn send(outbox: &mut Outbox, slow: &mut Slow, at: usize) {
    let file = outbox.run().files()[at].clone();
    assert!(outbox.sent(file.recipient, file.number));
    for notice in file.notices {
        assert_ne!(slow.was_told(notice.point), Some(notice.held), "told twice");
        assert!(slow.set.contains(&(notice.point, notice.held)), "was never so");
        slow.told.push((file.recipient, file.number, notice));
    }
}

fn begin(outbox: &mut Outbox, slow: &mut Slow, cap: Option<NonZeroUsize>) {
    let is_new = outbox.run().files().is_empty();
    let owed = slow.owed(outbox.switches());
    let files = outbox.begin(cap).files().to_vec();
    if !is_new {
        return;
    }
    let mut planned: Vec<_> = files.iter().flat_map(|file| file.notices.clone()).collect();
    planned.sort();
    assert_eq!(planned, owed, "all that is owed, each once");
    for file in files {
        assert!(!file.notices.is_empty() && cap.is_none_or(|cap| file.notices.len() <= cap.get()));
        assert!(file.notices.iter().all(|notice| Recipient::of(notice.point) == file.recipient));
        let before = slow.planned.iter().filter(|of| of.recipient == file.recipient).count() as u64;
        assert_eq!((file.number, file.sequence), (before + 1, before + 1), "no gap");
        let told = slow.planned.iter().filter(|of| of.recipient == file.recipient);
        let instructions: u64 = told.map(|of| of.notices.len() as u64).sum();
        assert_eq!(file.first_instruction, instructions + 1, "instructions go on");
        slow.planned.push(file);
    }
    for file in &slow.planned {
        let planned =
            slow.planned.iter().filter(|of| of.recipient == file.recipient).count() as u64;
        assert_eq!(outbox.last_number(file.recipient), planned);
    }
    let files_of =
        |recipient| outbox.run().files().iter().filter(move |file| file.recipient == recipient);
    assert!(cap.is_some() || files_of(Recipient::Gas).count() <= 1, "a single file for gas");
}

proptest! {
    #[test]
    fn nothing_is_told_twice_or_missed(doings in prop::collection::vec(doing(), 0..120)) {
        let (mut outbox, mut slow) = (Outbox::new(Switches::default()), Slow::default());
        for doing in doings {
            match doing {
                Do::Set(point, flag, day) => {
                    let held = PointFlag { flag, from: EffectiveDate::from_ymd(2022, 1, day).unwrap() };
                    outbox.set(Notice::new(points()[point], held));
                    slow.set.push((points()[point], held));
                }
                Do::Turn(gas, electricity) => outbox.set_switches(Switches { gas, electricity }),
                Do::Begin(cap) => begin(&mut outbox, &mut slow, cap),
                Do::Sent(_) if outbox.run().files().is_empty() => (),
                Do::Sent(index) => {
                    let at = index.index(outbox.run().files().len());
                    send(&mut outbox, &mut slow, at);
                }
                Do::Restart => {
                    let again = restarted(&outbox, &slow);
                    prop_assert_eq!(&again, &outbox);
                    outbox = again;
                }
            }
            prop_assert_eq!(outbox.pending().collect::<Vec<_>>(), slow.owed(outbox.switches()));
            prop_assert_eq!(outbox.pending().count() + outbox.kept_back().count(), slow.changed().len());
        }
        outbox.set_switches(Switches::ON);
        for _ in 0..2 {
            begin(&mut outbox, &mut slow, None);
            while !outbox.run().files().is_empty() {
                send(&mut outbox, &mut slow, 0);
            }
        }
        for point in points() {
            prop_assert_eq!(slow.is(point), slow.was_told(point), "nothing is missed");
            prop_assert_eq!(outbox.notified(point), slow.was_told(point));
        }
    }
}
