//! Both stores against a model: any files, in any order, with any options.

use std::collections::BTreeMap;

use crate::common::entries;
use flagflow_files::Source;
use flagflow_register::{
    ApplyOptions, ApplyOutcome, ApplyReport, Change, Conflicts, Effect, Memory, MeterPoint, Sqlite,
    Store, apply, states, verify,
};
use proptest::prelude::*;
use proptest::sample::select;

/// An update: point, day of January 2024, flag. Few of each, so that they coincide.
type Said = (u64, u32, char);

/// A file of updates.
#[derive(Clone, Debug)]
struct File {
    electricity: bool,
    /// The creation time, if the file has a header: a day of February 2024.
    made: Option<u32>,
    /// Updates, and lines that are not updates.
    lines: Vec<Option<Said>>,
}

impl File {
    fn text(&self) -> String {
        let (header, trailer) = self.envelope();
        let lines = self.lines.iter().enumerate().map(|(at, said)| self.line(at, *said));
        format!("{header}{}{trailer}", lines.collect::<String>())
    }

    fn line(&self, at: usize, said: Option<Said>) -> String {
        match (said, self.electricity) {
            (Some((point, day, flag)), false) => format!("E45{point:010}{flag}202401{day:02}\n"),
            (Some((point, day, flag)), true) => {
                format!("82H|{at}|DC01|{point:013}|{flag}|202401{day:02}|MRCY|\n")
            }
            (None, false) => "E45000000000?A20240101\n".to_owned(),
            (None, true) => format!("82H|{at}|DC01|0|A|20240101|MRCY|\n"),
        }
    }

    fn envelope(&self) -> (String, String) {
        match (self.electricity, self.made) {
            (false, None) => Default::default(),
            (false, Some(day)) => (
                format!("A000000000001DXI202402{day:02}000000000001\n"),
                format!("Z99{:010}\n", self.lines.len()),
            ),
            // a D0350 without a header is not recognised
            (true, made) => {
                let created = made.map_or("?".to_owned(), |day| format!("202402{day:02}000000"));
                let header = format!("ZHV|1|D0350001|Z|DCCO|P|EELC|{created}||||OPER|\n81H|1|\n");
                (header, format!("ZPT|1|{}||1|20240201000000|\n", self.lines.len() + 1))
            }
        }
    }

    fn first_line(&self) -> u64 {
        1 + match (self.electricity, self.made) {
            (true, _) => 2,
            (false, made) => u64::from(made.is_some()),
        }
    }

    fn point(&self, number: u64) -> MeterPoint {
        let digits =
            if self.electricity { format!("{number:013}") } else { format!("{number:010}") };
        digits.parse().unwrap()
    }
}

fn file() -> impl Strategy<Value = File> {
    let said = (1..4_u64, 1..5_u32, select(vec!['A', 'N', 'I']));
    let lines = prop::collection::vec(prop::option::weighted(0.9, said), 1..12);
    let made = prop::option::weighted(0.8, 1..4_u32);
    (any::<bool>(), made, lines).prop_map(|(electricity, made, lines)| File {
        electricity,
        made,
        lines,
    })
}

/// An update of a point and day: its file, line, flag and effect.
type Day = Vec<(u32, u64, char, Effect)>;

/// A minimal model of a register: everything is searched from the beginning.
#[derive(Default)]
struct Model {
    days: BTreeMap<(MeterPoint, u32), Day>,
    texts: Vec<(String, Option<u32>)>,
}

impl Model {
    /// Returns the current flag: that of the last update that was neither rejected nor repeated.
    fn standing(day: &Day) -> (u32, u64, char) {
        let stood = day.iter().rev().find(|said| said.3.stands()).unwrap();
        (stood.0, stood.1, stood.2)
    }

    fn latest(&self, point: MeterPoint) -> Option<(u32, char)> {
        let last = self.days.iter().rfind(|day| day.0.0 == point)?;
        Some((last.0.1, Self::standing(last.1).2))
    }

    fn effect(&self, file: &File, point: MeterPoint, (_, day, flag): Said, newer: bool) -> Effect {
        let Some(held) = self.latest(point) else { return Effect::New };
        let Some(said) = self.days.get(&(point, day)) else {
            return match (day > held.0, flag == held.1) {
                (true, true) => Effect::DateChanged,
                (true, false) => Effect::FlagChanged,
                (false, _) => Effect::Late,
            };
        };
        if Self::standing(said).2 == flag {
            return Effect::Repeated;
        }
        let made = |said: &(u32, u64, char, Effect)| {
            self.texts.get(said.0 as usize - 1).map_or(file.made, |text| text.1)
        };
        let newest = said.iter().all(|said| made(said).is_some_and(|made| Some(made) < file.made));
        if newer && newest { Effect::Corrected } else { Effect::Conflicting }
    }

    /// Returns the effect of each update of a file, by line; nothing if it was applied before.
    fn apply(&mut self, file: &File, newer: bool) -> Option<Vec<(u64, Effect)>> {
        let text = file.text();
        if self.texts.iter().any(|known| known.0 == text) {
            return None;
        }
        let id = u32::try_from(self.texts.len()).unwrap() + 1;
        let mut effects = Vec::new();
        for (line, said) in (file.first_line()..).zip(&file.lines) {
            let Some(said) = *said else { continue };
            let point = file.point(said.0);
            let effect = self.effect(file, point, said, newer);
            self.days.entry((point, said.1)).or_default().push((id, line, said.2, effect));
            effects.push((line, effect));
        }
        self.texts.push((text, file.made));
        Some(effects)
    }

    fn states(&self) -> Vec<(MeterPoint, u32, char, u32, u64)> {
        let mut states = BTreeMap::new();
        for ((point, day), said) in &self.days {
            let (file, line, flag) = Self::standing(said);
            states.insert(*point, (*point, *day, flag, file, line));
        }
        states.into_values().collect()
    }
}

fn options(batch: usize, conflicts: Conflicts) -> ApplyOptions {
    let mut options = ApplyOptions { batch, conflicts, ..ApplyOptions::default() };
    options.check.edition = "any".parse().unwrap();
    options
}

/// Applies a file and returns the effect of each update by line, in the order of the callback.
fn run(
    store: &mut dyn Store,
    file: &File,
    options: &ApplyOptions,
) -> (ApplyReport, Vec<(u64, Effect)>) {
    let mut told = Vec::new();
    let mut listen = |change: &Change| {
        told.push((change.update.line, change.effect));
        Ok(())
    };
    let source = Source::from_bytes(file.text().into_bytes());
    let report = apply(&source, "file", store, Some(&mut listen), options).unwrap();
    (report, told)
}

fn now(store: &dyn Store) -> Vec<(MeterPoint, u32, char, u32, u64)> {
    let mut all = Vec::new();
    let mut keep = |entry: flagflow_register::Entry| {
        let update = entry.update;
        all.push((
            update.point,
            update.from.day(),
            update.flag.as_char(),
            entry.file.0,
            update.line,
        ));
        Ok(())
    };
    states(store, None, &mut keep).unwrap();
    all
}

fn hold_against_the_model(files: &[File], batch: usize, conflicts: Conflicts) {
    let folder = tempfile::tempdir().unwrap();
    let mut sqlite = Sqlite::open_or_create(&folder.path().join("state")).unwrap();
    let (mut memory, mut model) = (Memory::new(), Model::default());
    let options = options(batch, conflicts);
    for file in files {
        let expected = model.apply(file, conflicts == Conflicts::Newer);
        let (report, told) = run(&mut memory, file, &options);
        assert_eq!((&report, &told), (&run(&mut sqlite, file, &options).0, &told));
        assert_eq!(matches!(report.became, ApplyOutcome::AppliedBefore(_)), expected.is_none());
        let Some(expected) = expected else { continue };
        assert_eq!(told, expected);
        let rejected = file.lines.iter().filter(|line| line.is_none()).count();
        assert_eq!(report.counts.rejected, rejected as u64);
        assert_eq!(report.counts.records, file.lines.len() as u64);
        for effect in Effect::ALL {
            let count = expected.iter().filter(|told| told.1 == effect).count();
            assert_eq!(report.counts.of(effect), count as u64, "{effect}");
        }
    }
    for store in [&memory as &dyn Store, &sqlite] {
        assert_eq!(now(store), model.states());
        let seen = verify(store, &mut |found| panic!("{found}")).unwrap();
        assert_eq!(seen.points, model.states().len() as u64);
    }
    assert_eq!(entries(&memory), entries(&sqlite));
    assert_eq!(crate::common::files(&memory), crate::common::files(&sqlite));
}

/// Point, day and flag: the result if the file does not matter.
fn flags(store: &dyn Store) -> Vec<(MeterPoint, u32, char)> {
    now(store).into_iter().map(|(point, day, flag, ..)| (point, day, flag)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn both_stores_are_the_model(
        files in prop::collection::vec(file(), 1..6),
        again in any::<prop::sample::Index>(),
        batch in 1..6_usize,
        newer in any::<bool>(),
    ) {
        let mut files = files;
        files.push(files[again.index(files.len())].clone());
        let conflicts = if newer { Conflicts::Newer } else { Conflicts::First };
        hold_against_the_model(&files, batch, conflicts);
    }
}

proptest! {
    /// The order of files does not matter if nothing contradicts, or if files made at different
    /// times settle it.
    #[test]
    fn files_may_come_in_any_order(
        files in prop::collection::vec(file(), 1..6),
        order in Just(()).prop_perturb(|(), mut rng| rng.random::<u64>()),
        newer in any::<bool>(),
    ) {
        let conflicts = if newer { Conflicts::Newer } else { Conflicts::First };
        let files: Vec<File> = files.into_iter().enumerate().map(|(at, file)| {
            settled(file, at, newer)
        }).collect();
        let mut shuffled = files.clone();
        let mut state = order;
        for at in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            shuffled.swap(at, usize::try_from(state >> 33).unwrap() % (at + 1));
        }
        let options = options(1000, conflicts);
        let (mut one, mut other) = (Memory::new(), Memory::new());
        files.iter().for_each(|file| drop(run(&mut one, file, &options)));
        shuffled.iter().for_each(|file| drop(run(&mut other, file, &options)));
        prop_assert_eq!(flags(&one), flags(&other));
        prop_assert_eq!(entries(&one).len(), entries(&other).len());
        for register in [&one, &other] {
            prop_assert_eq!(crate::common::files(register).len(), files.len());
            prop_assert_eq!(verify(register, &mut |found| panic!("{found}")).unwrap().discrepancies, 0);
        }
    }
}

/// A file with its own creation time, or a file whose flags follow from point and day so that it
/// contradicts nothing.
fn settled(mut file: File, at: usize, newer: bool) -> File {
    file.made = Some(u32::try_from(at).unwrap() + 1);
    if !newer {
        for (point, day, flag) in file.lines.iter_mut().flatten() {
            *flag = ['A', 'N', 'I'][usize::try_from(*point + u64::from(*day)).unwrap() % 3];
        }
    }
    file
}
