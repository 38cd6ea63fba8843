//! Plans against the definition: the rows that a plan says are perfect have the definition's
//! values, and it takes every line that is written as plans want them.

use std::sync::Arc;

use crate::strategies::{self, Change, Values, change, profile, values};
use flagflow_codec::{Decoding, LineDecoder, LineDecoders, longest_row};
use flagflow_domain::{MpanCore, ServiceFlag};
use flagflow_electricity::{D0350, Electricity, Field, Flow, Layout, LineEnd, Profile, RawRecord};
use flagflow_rows::{Backend, MARK_CHECK_DIGITS, MARK_NOT_CANONICAL, RowColumns};
use proptest::prelude::*;

type Decoder = LineDecoder<Electricity>;

/// Every row decoder of a profile.
fn decoders(profile: &Profile, backend: Backend, check_digits: bool) -> Vec<Decoder> {
    let how = Decoding { backend, check_digits };
    Layout::ALL.iter().flat_map(|layout| LineDecoder::all(profile.table(*layout), how)).collect()
}

fn backends() -> impl Iterator<Item = Backend> {
    Backend::ALL.into_iter().filter(|backend| backend.is_available())
}

/// Returns what the definition says of the first line of some bytes, if it has the plan's end.
fn define<'b>(bytes: &'b [u8], plan: &Decoder, profile: &Profile) -> Option<(&'b [u8], D0350)> {
    let line = bytes.split_inclusive(|byte| *byte == b'\n').next()?;
    let line = line.strip_suffix(plan.line_end().as_bytes())?;
    let raw = RawRecord::cut(line, profile.table(plan.layout())).ok()?;
    Some((line, D0350::try_from(&raw).ok()?))
}

/// Returns whether a line that the definition takes is written so that the plan must take it too.
fn is_usual(line: &[u8], update: &D0350, plan: &Decoder, profile: &Profile) -> bool {
    let raw = RawRecord::cut(line, profile.table(plan.layout())).unwrap();
    let fits = match plan.layout() {
        Layout::Zhv => raw.field(Field::InstructionNumber).unwrap().len() <= 16,
        Layout::Zhf => update.instruction_number() < 10u64.pow(16),
    };
    let is_plain = |byte: &u8| (b'0'..=b'Z').contains(byte);
    let supplier = update.supplier_id();
    fits && !raw.has_missing_bar()
        && raw.blanks().is_empty()
        && supplier.as_bytes().len() == 4
        && supplier.as_bytes().iter().all(is_plain)
        && line.iter().all(|byte| (b' '..=b'{').contains(byte) || *byte == b'|')
}

/// Asserts that a line which the plan did not take is not one that it must take.
fn assert_refused(bytes: &[u8], plan: &Decoder, profile: &Profile) {
    if let Some((line, update)) = define(bytes, plan, profile) {
        assert!(!is_usual(line, &update, plan, profile), "{}", line.escape_ascii());
    }
}

fn assert_perfect(
    bytes: &[u8],
    columns: &RowColumns,
    row: usize,
    plan: &Decoder,
    profile: &Profile,
) {
    let shown = bytes.escape_ascii();
    let (line, update) = define(bytes, plan, profile).unwrap_or_else(|| panic!("{shown}"));
    assert_eq!(line.len() + plan.line_end().as_bytes().len(), bytes.len(), "{shown}");
    assert_eq!(plan.record(columns, row), Some(update.into()), "{shown}");
    assert_eq!(plan.numbers(columns).unwrap()[row], update.instruction_number(), "{shown}");
    assert_eq!(plan.points(columns)[row], update.mpan_core().as_u64(), "{shown}");
    assert_eq!(plan.flags(columns)[row], update.flag().as_byte(), "{shown}");
    assert_eq!(columns.dates()[row], update.effective_from().as_packed(), "{shown}");
    let supplier = update.supplier_id().as_packed();
    assert_eq!(plan.parties(columns).unwrap()[row], supplier, "{shown}");
    let is_wrong = !update.mpan_core().has_valid_check_digit();
    assert_eq!(columns.marks()[row] == MARK_CHECK_DIGITS, is_wrong, "{shown}");
}

/// Goes through a file by a plan. How many rows were perfect.
fn assert_rows(mut bytes: &[u8], plan: &Decoder, profile: &Profile) -> usize {
    let (mut columns, mut perfect) = (RowColumns::with_capacity(64), 0);
    while !bytes.is_empty() {
        columns.clear();
        if plan.decode(bytes, &mut columns) == 0 {
            assert_refused(bytes, plan, profile);
            let end = bytes.iter().position(|byte| *byte == b'\n');
            bytes = &bytes[end.map_or(bytes.len(), |end| end + 1)..];
            continue;
        }
        for run in columns.runs() {
            for (row, bytes) in
                (run.first..).zip(bytes[run.start..].chunks(run.stride)).take(run.rows)
            {
                match columns.marks()[row] {
                    MARK_NOT_CANONICAL => assert_refused(bytes, plan, profile),
                    _ => {
                        assert_perfect(bytes, &columns, row, plan, profile);
                        perfect += 1;
                    }
                }
            }
        }
        bytes = &bytes[columns.bytes()..];
    }
    perfect
}

fn builtin() -> Arc<Profile> {
    Profile::builtin(Flow::D0350)
}

#[test]
fn the_built_in_profile_of_updates_has_all_four_plans() {
    for backend in backends() {
        let plans = decoders(&builtin(), backend, true);
        let of: Vec<_> = plans.iter().map(|plan| (plan.layout(), plan.line_end())).collect();
        let (lf, crlf) = (LineEnd::Lf, LineEnd::CrLf);
        let (zhv, zhf) = (Layout::Zhv, Layout::Zhf);
        assert_eq!(of, [(zhv, lf), (zhv, crlf), (zhf, lf), (zhf, crlf)]);
        for flow in [Flow::D0351, Flow::D0172] {
            assert!(decoders(&Profile::builtin(flow), backend, true).is_empty());
        }
    }
    assert_eq!(longest_row(&*builtin()), Some(54));
    assert_eq!(longest_row(&*Profile::builtin(Flow::D0351)), None);
}

#[test]
fn a_line_finds_its_plan() {
    let profile = builtin();
    let found = |line: &[u8], layout| {
        let how = Decoding { backend: Backend::best(), check_digits: true };
        let mut decoders = LineDecoders::new(how);
        decoders.decode_next(profile.table(layout), line, &mut RowColumns::with_capacity(1));
        decoders.current().map(|decoder| (decoder.layout(), decoder.line_end()))
    };
    let (zhv, zhf) = (Layout::Zhv, Layout::Zhf);
    assert_eq!(found(b"82H|1|\n82H\r\n", zhv), Some((zhv, LineEnd::Lf)));
    assert_eq!(found(b"82H|1|\r\n82H\n", zhv), Some((zhv, LineEnd::CrLf)));
    assert_eq!(found(b"82H0000000001\n", zhf), Some((zhf, LineEnd::Lf)));
    // a code of no record may be that of one, but wrong
    for line in [&b"81H|1|\n"[..], b"ZPT|\n"] {
        assert_eq!(found(line, zhv), Some((zhv, LineEnd::Lf)));
    }
    for line in [&b"82H|1|"[..], b""] {
        assert_eq!(found(line, zhv), None);
    }
    let endless = [b"82H|", &[b'1'; 100][..], b"\n"].concat();
    assert_eq!(found(&endless, zhv), None);
}

/// Each byte value at each place of one of nine rows, for the built-in profile and for one with
/// items of every kind in another order.
#[test]
fn every_byte_at_every_place_is_as_the_definition_has_it() {
    let values = |number: u64| Values {
        number,
        mpan: MpanCore::new(1_013_044_353_630).unwrap(),
        flag: ServiceFlag::Active,
        date: "20240229".parse().unwrap(),
        supplier: "MRCY".parse().unwrap(),
        texts: vec!["a b".to_owned(), "7".to_owned()],
    };
    for profile in [builtin(), strategies::with_extras(12), strategies::with_extras(19)] {
        for plan in backends().flat_map(|backend| decoders(&profile, backend, true)) {
            let mut row = values(123_456).line(&profile, plan.layout());
            row.extend_from_slice(plan.line_end().as_bytes());
            let rows = row.repeat(9);
            assert_eq!(assert_rows(&rows, &plan, &profile), 9);
            for place in row.len() * 3..row.len() * 4 {
                let mut changed = rows.clone();
                for byte in 0..=255 {
                    changed[place] = byte;
                    assert_rows(&changed, &plan, &profile);
                }
            }
        }
    }
}

#[test]
fn zhv_plans_are_for_groups_without_texts_of_their_own() {
    let layouts = |profile: &Profile| {
        let plans = decoders(profile, Backend::Portable, true);
        plans.iter().map(Decoder::layout).collect::<Vec<_>>()
    };
    assert_eq!(layouts(&strategies::with_extras(12)), [Layout::Zhf, Layout::Zhf]);
    let long = strategies::profile_of(&[("note", 300)], 10, "U2", true);
    assert!(layouts(&long).is_empty(), "longer than a plan can be");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn rows_of_any_profile_are_perfect(
        (profile, rows) in profile().prop_flat_map(|profile| {
            let rows = proptest::collection::vec(values(&profile), 1..40);
            (Just(profile), rows)
        }),
    ) {
        for plan in backends().flat_map(|backend| decoders(&profile, backend, true)) {
            let mut file = Vec::new();
            for row in &rows {
                file.extend(row.line(&profile, plan.layout()));
                file.extend_from_slice(plan.line_end().as_bytes());
            }
            let long = rows.iter().filter(|row| row.number >= 10u64.pow(16)).count();
            prop_assert_eq!(assert_rows(&file, &plan, &profile), rows.len() - long);
        }
    }

    #[test]
    fn changed_rows_are_as_the_definition_has_them(
        (profile, rows) in profile().prop_flat_map(|profile| {
            let changes = proptest::collection::vec(change(), 0..3);
            let row = (values(&profile), changes, 0..10u8);
            (Just(profile), proptest::collection::vec(row, 1..40))
        }),
    ) {
        for plan in backends().flat_map(|backend| decoders(&profile, backend, true)) {
            let mut file = Vec::new();
            for (row, changes, dice) in &rows {
                let mut line = row.line(&profile, plan.layout());
                // most of the rows stay good, or a block would hold none
                let changes = if *dice < 6 { &changes[..0] } else { changes };
                changes.iter().for_each(|change: &Change| change.apply(&mut line));
                file.extend(line);
                let other = if *dice == 9 { &b"\r\n"[..] } else { plan.line_end().as_bytes() };
                file.extend_from_slice(other);
            }
            assert_rows(&file, &plan, &profile);
        }
    }
}

/// The items of the tests' profiles are those that the plans know.
#[test]
fn profiles_have_items_of_every_kind() {
    let items = strategies::with_extras(12);
    let kinds = items.record_group().items().iter().map(|item| item.kind);
    let kinds: std::collections::HashSet<_> = kinds.collect();
    assert_eq!(kinds.len(), 5);
}
