//! Arbitrary profiles of D0350, their lines, and changes to them.

use std::fmt::Write;
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use flagflow_domain::{EffectiveDate, MpanCore, ServiceFlag};
use flagflow_electricity::field::{write_date, write_flag, write_mpan, write_number, write_text};
use flagflow_electricity::{Field, Flow, ItemKind, Layout, Profile, SupplierId};
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// The items of a group, in an order.
fn toml(items: &[(&str, usize)], code: &str, with_opening: bool) -> String {
    let builtin = Profile::builtin(Flow::D0350).as_toml().to_owned();
    let (first, last) = (builtin.find("[[group]]").unwrap(), builtin.rfind("[[group]]").unwrap());
    let mut text = builtin[..if with_opening { last } else { first }].to_owned();
    let level = if with_opening { "level = 2\nparent = \"81H\"" } else { "level = 1" };
    write!(text, "[[group]]\ncode = \"{code}\"\n{level}\noccurs = \"0..*\"\nitems = [").unwrap();
    for (name, most) in items {
        let format = match *name {
            "instruction_number" | "file_sequence_number" | "site" | "mpan_core" => "INT",
            "effective_from_date" => "DATE",
            _ => "CHAR",
        };
        let optional = matches!(*name, "note" | "remark" | "site" | "answered_file_identifier");
        write!(
            text,
            "{{ name = \"{name}\", format = \"{format}({most})\", optional = {optional} }},"
        )
        .unwrap();
    }
    text + "]\n"
}

const NEEDED: [(&str, usize); 4] =
    [("dcc_service_flag", 1), ("mpan_core", 13), ("effective_from_date", 8), ("supplier_id", 4)];

/// A profile whose group of updates has these items before the five that it needs.
pub(crate) fn profile_of(
    items: &[(&str, usize)],
    digits: usize,
    code: &str,
    with_opening: bool,
) -> Arc<Profile> {
    let items = [items, &NEEDED, &[("instruction_number", digits)]].concat();
    Arc::new(Profile::from_toml(&toml(&items, code, with_opening)).unwrap())
}

/// A profile with items that are not read.
pub(crate) fn with_extras(digits: usize) -> Arc<Profile> {
    profile_of(&[("note", 5), ("site", 4), ("instruction_type", 6)], digits, "0U2", true)
}

/// Any order of the items, other codes and lengths, with and without items of its own.
pub(crate) fn profile() -> impl Strategy<Value = Arc<Profile>> {
    let extras = prop_oneof![
        2 => Just(vec![]),
        2 => Just(vec![("instruction_type", 4)]),
        1 => Just(vec![("instruction_type", 9), ("note", 5)]),
        1 => Just(vec![("site", 3), ("answered_file_identifier", 8)]),
        1 => Just(vec![("file_sequence_number", 7), ("instruction_type", 5)]),
        1 => Just(vec![("note", 120), ("remark", 100)]),
    ];
    let code = select(&["82H", "U", "0-", "02GROUP8", "ZH", "z"])
        .prop_filter("a code that can be told from a header's", |code| !"ZHV".starts_with(code));
    let items = (extras, 1..=19usize).prop_flat_map(|(mut items, digits)| {
        items.extend(NEEDED);
        items.push(("instruction_number", digits));
        Just(items).prop_shuffle()
    });
    (items, code, any::<bool>()).prop_map(|(items, code, with_opening)| {
        // the opening group has a sequence number of its own
        let is_taken = items.iter().any(|(name, _)| *name == "file_sequence_number");
        let text = toml(&items, code, with_opening && !is_taken);
        Arc::new(Profile::from_toml(&text).unwrap())
    })
}

/// The values of a line.
#[derive(Clone, Debug)]
pub(crate) struct Values {
    pub(crate) number: u64,
    pub(crate) mpan: MpanCore,
    pub(crate) flag: ServiceFlag,
    pub(crate) date: EffectiveDate,
    pub(crate) supplier: SupplierId,
    /// Of the items that are not read, each cut to its length; the numbers among them are the first
    /// digits there are.
    pub(crate) texts: Vec<String>,
}

impl Values {
    /// The line without its end.
    pub(crate) fn line(&self, profile: &Profile, layout: Layout) -> Vec<u8> {
        let mut line = profile.record_group().code().as_bytes().to_vec();
        let mut texts = self.texts.iter();
        for item in profile.record_group().items() {
            line.extend((layout == Layout::Zhv).then_some(b'|'));
            match item.field {
                Field::InstructionNumber => {
                    write_number(&mut line, layout, self.number, item.length);
                }
                Field::MpanCore => write_mpan(&mut line, self.mpan),
                Field::DccServiceFlag => write_flag(&mut line, self.flag),
                Field::EffectiveFromDate => write_date(&mut line, self.date),
                Field::SupplierId => {
                    write_text(&mut line, layout, self.supplier.as_bytes(), item.length);
                }
                Field::InstructionType => {
                    let constant = profile.instruction_type().as_bytes();
                    write_text(&mut line, layout, constant, item.length);
                }
                _ if item.kind == ItemKind::Number => {
                    let number =
                        self.number % 10u64.pow(u32::try_from(item.length.min(9)).unwrap());
                    write_number(&mut line, layout, number, item.length);
                }
                _ => {
                    let text = texts.next().map_or("", String::as_str);
                    let text = &text[..text.len().min(item.length)];
                    write_text(&mut line, layout, text.as_bytes(), item.length);
                }
            }
        }
        line.extend((layout == Layout::Zhv).then_some(b'|'));
        line
    }
}

/// Days from year 0 to year 9999, both ends among them.
const DAYS: u64 = 3_652_425;

pub(crate) fn date() -> impl Strategy<Value = EffectiveDate> {
    let first = NaiveDate::from_ymd_opt(0, 1, 1).unwrap();
    let any = (0..DAYS).prop_map(move |days| (first + Days::new(days)).try_into().unwrap());
    prop_oneof![9 => any, 1 => Just("20240229".parse().unwrap())]
}

pub(crate) fn mpan() -> impl Strategy<Value = MpanCore> {
    let any = (0..=MpanCore::MAX.as_u64()).prop_map(|number| MpanCore::new(number).unwrap());
    let valid = (0..10u64.pow(12)).prop_map(|body| MpanCore::from_body(body).unwrap());
    prop_oneof![any, valid]
}

/// Values that fit a profile, numbers of every length among them.
pub(crate) fn values(profile: &Profile) -> impl Strategy<Value = Values> + use<> {
    let items = profile.record_group().items().iter();
    let most = items.filter(|item| item.field == Field::InstructionNumber).map(|item| item.length);
    let most = u32::try_from(most.max().unwrap()).unwrap();
    let number = (1..=most).prop_flat_map(|digits| 0..10u64.pow(digits));
    let texts = proptest::collection::vec("[ -{]{0,130}", 2);
    (number, mpan(), select(&ServiceFlag::ALL), date(), supplier(), texts).prop_map(
        |(number, mpan, flag, date, supplier, texts)| Values {
            number,
            mpan,
            flag,
            date,
            supplier,
            texts,
        },
    )
}

/// Suppliers of four capital letters or digits, as the fast ways take them.
pub(crate) fn supplier() -> impl Strategy<Value = SupplierId> {
    "[0-Z]{4}".prop_map(|text| text.parse().unwrap())
}

/// Suppliers of any text that both layouts can hold.
pub(crate) fn any_supplier() -> impl Strategy<Value = SupplierId> {
    let any = "[ -~&&[^|]]{0,3}[!-~&&[^|]]".prop_map(|text| text.parse().unwrap());
    prop_oneof![3 => supplier(), 1 => any]
}

/// One change to a line.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Put(Index, u8),
    Insert(Index, u8),
    Remove(Index),
    Swap(Index, Index),
    Cut(Index),
}

impl Change {
    pub(crate) fn apply(&self, line: &mut Vec<u8>) {
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

/// Bytes that mean something in a line, and any others.
fn byte() -> impl Strategy<Value = u8> {
    prop_oneof![3 => select(&b"0123456789AINSWXZ|\r\n +-/:"[..]), 1 => any::<u8>()]
}

pub(crate) fn change() -> impl Strategy<Value = Change> {
    let index = any::<Index>;
    prop_oneof![
        4 => (index(), byte()).prop_map(|(at, byte)| Change::Put(at, byte)),
        2 => (index(), byte()).prop_map(|(at, byte)| Change::Insert(at, byte)),
        2 => index().prop_map(Change::Remove),
        1 => (index(), index()).prop_map(|(one, other)| Change::Swap(one, other)),
        1 => index().prop_map(Change::Cut),
    ]
}
