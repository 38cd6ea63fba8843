//! The fast path, the definition and an independent slow parser, held equal over canonical lines
//! and over lines that are almost canonical.

use crate::slow;
use crate::strategies;
use flagflow_gas::{Detail, Fault, Layout, RawRecord, read_canonical, read_detail, write_detail};
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// The definition alone.
fn define(line: &[u8], layout: Layout) -> Result<Detail, Fault> {
    RawRecord::cut(line, layout).and_then(|raw| Detail::try_from(&raw))
}

fn canonical(detail: Detail, layout: Layout) -> Vec<u8> {
    let mut line = Vec::new();
    write_detail(&mut line, layout, detail);
    line
}

/// One change to a line.
#[derive(Clone, Debug)]
enum Change {
    Put(Index, u8),
    Insert(Index, u8),
    Remove(Index),
    Swap(Index, Index),
    Cut(Index),
}

impl Change {
    fn apply(&self, line: &mut Vec<u8>) {
        // an index needs something to point into
        line.push(0);
        let at = |index: &Index| index.index(line.len());
        match self {
            Self::Put(place, byte) => {
                let at = at(place);
                line[at] = *byte;
            }
            Self::Insert(place, byte) => line.insert(at(place), *byte),
            Self::Swap(one, other) => {
                let (one, other) = (at(one), at(other));
                line.swap(one, other);
            }
            Self::Remove(place) => drop(line.remove(at(place))),
            Self::Cut(place) => line.truncate(at(place)),
        }
        line.pop();
    }
}

/// Bytes that mean something in a record, and any others.
fn byte() -> impl Strategy<Value = u8> {
    prop_oneof![3 => select(&b"0123456789AINSWEACRJZ\",\r +-/:"[..]), 1 => any::<u8>()]
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<Index>;
    prop_oneof![
        4 => (index(), byte()).prop_map(|(at, byte)| Change::Put(at, byte)),
        2 => (index(), byte()).prop_map(|(at, byte)| Change::Insert(at, byte)),
        2 => index().prop_map(Change::Remove),
        1 => (index(), index()).prop_map(|(one, other)| Change::Swap(one, other)),
        1 => index().prop_map(Change::Cut),
    ]
}

/// All three agree, whatever the line; the fast path has no answer only where it need not.
fn assert_agree(line: &[u8], layout: Layout) -> Result<(), TestCaseError> {
    let defined = define(line, layout);
    let slowly = slow::detail(line, layout);
    let told = defined.map_err(|fault| (fault.kind, fault.start));
    // the slow parser knows the two details alone
    let is_detail =
        !matches!(line.get(..4), Some([b'A' | b'S' | b'Z', ..] | [b'"', b'A' | b'S' | b'Z', ..]));
    if is_detail {
        prop_assert_eq!(told, slowly, "{:?}", line);
    }
    prop_assert_eq!(read_detail(line, layout), defined);
    let is_canonical = defined.is_ok_and(|detail| canonical(detail, layout) == line);
    match read_canonical(line, layout) {
        Some(detail) => prop_assert_eq!(Ok(detail), defined),
        None => prop_assert!(!is_canonical, "{:?} is canonical", line),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn canonical_lines(detail in strategies::detail(), layout in strategies::layout()) {
        let line = canonical(detail, layout);
        prop_assert_eq!(read_canonical(&line, layout), Some(detail));
        assert_agree(&line, layout)?;
    }

    #[test]
    fn changed_lines(
        detail in strategies::detail(),
        layout in strategies::layout(),
        changes in proptest::collection::vec(change(), 1..4),
    ) {
        let mut line = canonical(detail, layout);
        for change in &changes {
            change.apply(&mut line);
        }
        assert_agree(&line, layout)?;
    }

    #[test]
    fn lines_of_the_other_layout(detail in strategies::detail()) {
        assert_agree(&canonical(detail, Layout::Fixed), Layout::Uklink)?;
        assert_agree(&canonical(detail, Layout::Uklink), Layout::Fixed)?;
    }

    /// Cells quoted or bare, numbers with leading zeros: accepted, by the definition alone or not,
    /// as long as the number has at most ten digits with them.
    #[test]
    fn other_ways_to_write_a_uklink_record(
        detail in strategies::detail(),
        quoted in any::<Option<[bool; 5]>>(),
        zeros in 0usize..10,
    ) {
        let number = detail.meter_point_reference().to_string();
        let number = format!("{number:0>width$}", width = number.len() + zeros);
        let fits = number.len() <= 10;
        let mut cells = vec![detail.tag().to_string()];
        cells.extend(detail.outcome().map(|outcome| outcome.to_string()));
        cells.extend([number, detail.flag().to_string(), detail.effective_from().to_string()]);
        let as_written = match detail {
            Detail::E45(_) => [true, false, true, false, false],
            Detail::E46(_) => [true, true, false, true, false],
        };
        let quoted = quoted.unwrap_or(as_written);
        let quote = |(cell, quoted)| if quoted { format!("\"{cell}\"") } else { cell };
        let line = cells.into_iter().zip(quoted).map(quote).collect::<Vec<_>>().join(",");
        let read = read_detail(line.as_bytes(), Layout::Uklink).ok();
        prop_assert_eq!(read, fits.then_some(detail));
        assert_agree(line.as_bytes(), Layout::Uklink)?;
    }
}
