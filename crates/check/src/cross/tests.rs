//! Compares immediate and later results with a plain map.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

/// Finds the conflicts of some records with a plain map.
fn expected(records: &[(UpdateKey, RecordLocation)]) -> Vec<Conflict> {
    let mut first = HashMap::new();
    let mut clashes = Vec::new();
    for (said, at) in records.iter().copied() {
        match first.get(&(said.point, said.day)) {
            Some(first) => clashes.push(Conflict { said, at, first: *first }),
            None => drop(first.insert((said.point, said.day), said.flag)),
        }
    }
    clashes
}

/// Returns all conflicts of some records, by record, and true if some were reported at the end.
fn conflicts(
    bound: usize,
    threads: usize,
    records: &[(UpdateKey, RecordLocation)],
) -> (Vec<Conflict>, bool) {
    let mut seen = Seen::within(bound);
    let mut clashes = Vec::new();
    for (said, at) in records.iter().copied() {
        let answer = seen.offer(said, || at).unwrap();
        assert_eq!(answer == CrossAnswer::Later, seen.parts.is_some());
        if let CrossAnswer::Again(first) = answer {
            clashes.push(Conflict { said, at, first });
        }
    }
    let is_late = seen.parts.is_some();
    seen.finish(number(threads), &mut |clash| clashes.push(clash)).unwrap();
    (clashes, is_late)
}

fn number(threads: usize) -> NonZeroUsize {
    NonZeroUsize::new(threads).unwrap()
}

/// Returns the position of a record in a file of lines that are alike.
fn at(number: u64) -> RecordLocation {
    RecordLocation {
        line: number + 1,
        record: number,
        line_offset: number * 23,
        stride: 23,
        line_length: 22,
        point_start: 3,
        point_length: 10,
        flag_start: 13,
    }
}

fn update(point: u64) -> UpdateKey {
    UpdateKey { point, day: 20_240_101, flag: ServiceFlag::Active }
}

/// Generates records with many repetitions.
fn stream(length: u64) -> Vec<(UpdateKey, RecordLocation)> {
    let mut random = 1u64;
    let record = |number| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let point = (random >> 40) % (length * 2) * 700_000;
        let flag = ServiceFlag::ALL[(random >> 33) as usize % 5];
        let day = 20_240_101 + (random >> 60) as u32 % 2;
        (UpdateKey { point, day, flag }, at(number))
    };
    (1..=length).map(record).collect()
}

#[test]
fn answers_are_exact_at_once_and_at_the_end() {
    let records = stream(200_000);
    let expected = expected(&records);
    assert!(expected.len() > 10_000);
    for (bound, threads) in
        [(usize::MAX, 2), (4 << 20, 1), (4 << 20, 100), (1 << 20, 1), (1 << 20, 3), (1, 5)]
    {
        let (found, is_late) = conflicts(bound, threads, &records);
        assert_eq!(is_late, bound < usize::MAX);
        assert_eq!(found.len(), expected.len());
        assert!(found == expected, "bound {bound}, {threads} threads");
    }
}

#[test]
fn a_part_that_is_too_large_is_parted_again() {
    // all days of one point fall into one part
    let days = (0..10_000u32).map(|n| (n / 336) * 10_000 + (n / 28 % 12 + 1) * 100 + n % 28 + 1);
    let twice = days.clone().chain(days);
    let records: Vec<_> = (1..)
        .zip(twice)
        .map(|(number, day)| (UpdateKey { day, ..update(9_999_999_999_999) }, at(number)))
        .collect();
    for threads in [1, 2] {
        let (found, _) = conflicts(1, threads, &records);
        assert_eq!(found.len(), 10_000);
        assert!(found == expected(&records));
    }
}

#[test]
fn more_records_than_are_answered_at_once() {
    let points = (0..EARLY as u64 + 5).chain([0, EARLY as u64, EARLY as u64 + 4]);
    let records: Vec<_> = (1..).zip(points).map(|(n, point)| (update(point), at(n))).collect();
    let (found, is_late) = conflicts(512 << 20, 2, &records);
    assert!(is_late && found == expected(&records));
    assert_eq!(found.len(), 3);
}

#[test]
fn memory_keeps_its_bound() {
    for bound in [2 << 20, 4 << 20, 16 << 20] {
        let mut seen = Seen::within(bound);
        let mut spilled = 0;
        for point in 1.. {
            seen.offer(update(point), || at(point)).unwrap();
            if point % 101 > 0 {
                continue;
            }
            let tables = seen.early.tables.iter().map(Firsts::allocated);
            let tables: usize = tables.sum();
            let parts = seen.parts.as_ref();
            let used = tables + parts.map_or(0, SpillParts::allocated);
            assert!(used <= rows_of(bound), "{used} bytes of {bound} after {point}");
            spilled += u64::from(parts.is_some_and(SpillParts::has_spilled));
            if spilled > 3_000 {
                break;
            }
        }
        assert!(seen.early.tables.is_empty());
    }
}

#[test]
fn little_memory_is_enough() {
    let mut parts = SpillParts::within(0);
    for record in 1..100_000 {
        let part = usize::try_from(record).unwrap() % PARTS;
        parts.push(part, PointDay(record), &at(record)).unwrap();
        assert!(parts.allocated() <= 256 << 10);
    }
    assert!(parts.has_spilled());
}

/// Adds records as columns in runs, from the first record without an immediate result.
fn conflicts_in_columns(bound: usize, records: &[UpdateKey], runs: &[usize]) -> Vec<Conflict> {
    let mut seen = Seen::within(bound);
    let mut clashes = Vec::new();
    let mut rest = (1..).map(at).zip(records.iter().copied());
    while !seen.tells_later()
        && let Some((at, said)) = rest.next()
    {
        if let CrossAnswer::Again(first) = seen.offer(said, || at).unwrap() {
            clashes.push(Conflict { said, at, first });
        }
    }
    let (mut rest, mut runs) = (rest.peekable(), runs.iter().cycle());
    while let Some((first, _)) = rest.peek().copied() {
        let run: Vec<_> = rest.by_ref().take(*runs.next().unwrap()).map(|(_, said)| said).collect();
        let points: Vec<_> = run.iter().map(|said| said.point).collect();
        let days: Vec<_> = run.iter().map(|said| said.day).collect();
        let flags: Vec<_> = run.iter().map(|said| said.flag.as_byte()).collect();
        seen.keep(UpdateColumns { points: &points, days: &days, flags: &flags, first }).unwrap();
    }
    seen.finish(number(2), &mut |clash| clashes.push(clash)).unwrap();
    clashes
}

#[test]
fn columns_answer_what_records_answer() {
    let records = stream(20_000);
    let expected = expected(&records);
    let said: Vec<_> = records.iter().map(|(said, _)| *said).collect();
    let expected: Vec<_> = expected.iter().map(|clash| (clash.said, clash.at.record)).collect();
    for bound in [usize::MAX, 1 << 17, 1] {
        for runs in [&[1usize][..], &[20_000], &[1, 7, 4096, 2]] {
            let found = conflicts_in_columns(bound, &said, runs);
            let of_record = |clash: &Conflict| {
                assert_eq!(clash.at, at(1).further(clash.at.record));
                (clash.said, clash.at.record)
            };
            assert!(found.iter().map(of_record).eq(expected.iter().copied()), "bound {bound}");
        }
    }
}

/// A record in a file whose lines differ: its values, the number of lines since the record before,
/// the length of its line, the positions of its fields.
type Odd = (u64, u32, usize, u64, u32, u32);

fn odd() -> impl Strategy<Value = Odd> {
    let point = prop_oneof![0u64..40, Just(9_999_999_999_999), Just(9_999_999_999_998)];
    let day = prop_oneof![Just(101u32), Just(99_991_231), Just(20_240_229)];
    let skipped = prop_oneof![20 => Just(0u64), 2 => 1u64..5000, 1 => Just(1 << 40)];
    let length = prop_oneof![10 => Just(22u32), 1 => 20u32..25, 1 => Just(u32::MAX)];
    (point, day, 0usize..5, skipped, length, prop_oneof![5 => Just(3u32), 1 => any::<u32>()])
}

fn records(odd: &[Odd]) -> Vec<(UpdateKey, RecordLocation)> {
    let mut last = at(0);
    let place = |&(point, day, flag, skipped, line_length, point_start): &Odd| {
        let record = last.record + 1 + skipped / 2;
        let line_offset = last.line_offset.wrapping_add((skipped + 1).wrapping_mul(last.stride));
        let line = last.line + 1 + skipped;
        let stride = u64::from(line_length) + 1;
        last =
            RecordLocation { line, record, line_offset, stride, line_length, point_start, ..last };
        (UpdateKey { point, day, flag: ServiceFlag::ALL[flag] }, last)
    };
    odd.iter().map(place).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// For any lines, each conflict has the position of its record, with tables that are full from
    /// the beginning, or that have room for all records.
    #[test]
    fn places_are_always_the_records_own(
        odd in proptest::collection::vec(odd(), 1..400),
        full in any::<bool>(),
        threads in 1usize..4,
    ) {
        let records = records(&odd);
        let mut seen = Seen::within(1);
        if full {
            seen.early.most = 0;
        }
        let mut clashes = Vec::new();
        for (said, at) in records.iter().copied() {
            if let CrossAnswer::Again(first) = seen.offer(said, || at).unwrap() {
                clashes.push(Conflict { said, at, first });
            }
        }
        prop_assert_eq!(seen.parts.is_some(), full);
        seen.finish(number(threads), &mut |clash| clashes.push(clash)).unwrap();
            prop_assert_eq!(clashes, expected(&records));
    }
}
