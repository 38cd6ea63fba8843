//! Tables of each style that no flow has, and names.

use std::borrow::Cow;
use std::sync::LazyLock;

use flagflow_codec::{
    Cardinality, ErrorKind, FileOrder, Item, ItemKind, LineKind, LineSpec, Role, Slot, Style,
    Table, Writer, read_canonical, read_canonical_of_constant,
};
use flagflow_electricity::{Electricity, Flow, Profile, ReasonCode};

use crate::tiers::{Only, Tiers, line, table};

static ITEMS: [Item<Only>; 5] = [Item::new(Only, ItemKind::Number, 3, Slot::Number); 5];

/// A table of two lines of some kinds with some items each.
fn lines(style: Style, kinds: [LineKind; 2], items: usize) -> &'static Table<Tiers> {
    let lines = ["AAA", "BBB"].into_iter().zip(kinds).map(|(code, kind)| {
        LineSpec::new(code, kind, Cow::Borrowed(code), Cow::Borrowed(&ITEMS[..items]))
    });
    Box::leak(Box::new(Table::new(style, (), Cow::Owned(lines.collect()))))
}

fn text(style: Style, code: &str, items: usize) -> String {
    let items = vec!["123"; items];
    match style {
        Style::Pipe => format!("{code}|{}|", items.join("|")),
        Style::Comma => format!("\"{code}\",{}", items.join(",")),
        Style::Fixed | Style::FixedPadded => format!("{code}{}", items.concat()),
    }
}

/// A constant table of any style gives the records that its loop gives, or none for lines that are
/// not records or have more than four items.
#[test]
fn constant_tables_are_read_as_others() {
    let records = [LineKind::Record; 2];
    for style in [Style::Fixed, Style::Comma, Style::Pipe, Style::FixedPadded] {
        for items in 3..=5 {
            let table = lines(style, records, items);
            for (code, is_known) in [("AAA", true), ("BBB", true), ("CCC", false)] {
                let line = text(style, code, items);
                let read = read_canonical(line.as_bytes(), table);
                // a number that ends a line has no comma behind it: the definition reads it
                assert_eq!(read.is_some(), is_known && style != Style::Comma, "{line}");
                let of_constant = read_canonical_of_constant(line.as_bytes(), table);
                assert_eq!(of_constant, read.filter(|_| items < 5), "{line}");
                let longer = format!("{line}x");
                assert_eq!(read_canonical_of_constant(longer.as_bytes(), table), None);
            }
        }
        let groups = lines(style, [LineKind::Group; 2], 3);
        for code in ["AAA", "BBB"] {
            let line = text(style, code, 3);
            assert_eq!(read_canonical_of_constant(line.as_bytes(), groups), None);
        }
    }
    static ONE: LazyLock<Table<Tiers>> =
        LazyLock::new(|| table(vec![line("AAA", LineKind::Record, None, 1, Cardinality::ANY)]));
    assert_eq!(read_canonical_of_constant(b"AAA|1|", &ONE), None, "one line alone");
}

/// A confirmation has groups alone.
#[test]
fn a_table_may_have_no_records() {
    let groups = table(vec![line("AAA", LineKind::Group, None, 1, Cardinality::ONE)]);
    let mut order = FileOrder::<Tiers>::new(&groups);
    let places = [Some("AAA"), Some("AAA"), None].map(|code| order.place(code));
    assert_eq!(places, [Role::Group, Role::Misplaced, Role::Record]);
    assert!(!order.is_in_records());
    order.take_records(2);
    assert_eq!((order.counts().records, order.flow_count()), (4, 2));
}

/// Updates have no reasons below them.
#[test]
fn a_reason_is_refused_by_a_flow_without_reasons() {
    let options = flagflow_electricity::WriterOptions::new(Profile::builtin(Flow::D0350));
    let mut writer = Writer::<Electricity, _>::with_options(Vec::new(), options);
    let error = writer.write_reason(ReasonCode::Incomplete).unwrap_err();
    assert_eq!((error.kind(), error.is_recoverable()), (ErrorKind::NotWritable, true));
    assert!(writer.inner().is_empty());
}
