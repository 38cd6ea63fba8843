//! The built-in profiles, those of the Data Transfer Catalogue 15.4: the same as their texts in
//! `profiles/`, which tests compare with these, without reading them at run time.

use flagflow_codec::{Cardinality, ItemKind};
use flagflow_domain::EffectiveDate;

use super::{GroupItems, Profile, tables};
use crate::item::{Field, Flow, ItemSpec, LineTag, item, trailer_items};

/// The name of the built-in profiles.
const NAME: &str = "dtc-15.4";

/// The source of the built-in profiles.
const SOURCE: &str = "Data Transfer Catalogue 15.4 (28 April 2026), flow structure";

/// The release of the Smart Energy Code of November 2021.
pub(super) const MP077_FIRST_DAY: EffectiveDate = match EffectiveDate::from_ymd(2021, 11, 4) {
    Ok(day) => day,
    Err(_) => EffectiveDate::MIN,
};

/// A built-in profile of a level-1 group with the file sequence number, and the groups below it.
fn profile(flow: Flow, roles: [&str; 2], opening: &str, below: Vec<GroupItems>) -> Profile {
    let (instruction_type, toml) = match flow {
        Flow::D0350 => ("DC01", include_str!("../../profiles/d0350.toml")),
        Flow::D0351 => ("DC11", include_str!("../../profiles/d0351.toml")),
        Flow::D0172 => ("DC90", include_str!("../../profiles/d0172.toml")),
    };
    let opening = GroupItems {
        tag: LineTag::Group,
        code: opening.to_owned(),
        level: 1,
        parent: None,
        occurs: Cardinality::ONE,
        items: vec![item(Field::FileSequenceNumber, ItemKind::Number, 12)],
    };
    let groups = [vec![opening], below].concat();
    let [from_role, to_role] = roles.map(str::to_owned);
    Profile {
        name: NAME.to_owned(),
        source: SOURCE.to_owned(),
        flow,
        version: "001".to_owned(),
        from_role,
        to_role,
        instruction_type: instruction_type.to_owned(),
        mp077_first_day: MP077_FIRST_DAY,
        tables: tables(flow, groups, trailer_items(10, 10, 10), instruction_type),
        toml: toml.to_owned(),
    }
}

fn group(
    (tag, code): (LineTag, &str),
    (level, parent): (u8, &str),
    occurs: Cardinality,
    items: &[ItemSpec],
) -> GroupItems {
    let (code, parent) = (code.to_owned(), Some(parent.to_owned()));
    GroupItems { tag, code, level, parent, occurs, items: items.to_vec() }
}

/// The same as the text `profiles/d0350.toml`, without a way to fail.
pub(super) fn d0350() -> Profile {
    let items = [
        item(Field::InstructionNumber, ItemKind::Number, 12),
        item(Field::InstructionType, ItemKind::Text, 4),
        item(Field::MpanCore, ItemKind::Mpan, 13),
        item(Field::DccServiceFlag, ItemKind::Flag, 1),
        item(Field::EffectiveFromDate, ItemKind::Date, 8),
        item(Field::SupplierId, ItemKind::Text, 4),
    ];
    let record = group((LineTag::Record, "82H"), (2, "81H"), Cardinality::ANY, &items);
    profile(Flow::D0350, ["Z", "P"], "81H", vec![record])
}

/// The same as the text `profiles/d0351.toml`, without a way to fail.
pub(super) fn d0351() -> Profile {
    let items = [
        item(Field::InstructionNumber, ItemKind::Number, 12),
        item(Field::InstructionType, ItemKind::Text, 4),
        item(Field::IncomingInstructionNumber, ItemKind::Number, 12),
        item(Field::MpanCore, ItemKind::Mpan, 13).optional(),
        item(Field::DeemedReceivedDate, ItemKind::Date, 8),
        item(Field::DccServiceFlag, ItemKind::Flag, 1).optional(),
        item(Field::EffectiveFromDate, ItemKind::Date, 8).optional(),
        item(Field::SupplierId, ItemKind::Text, 4).optional(),
    ];
    let record = group((LineTag::Record, "84H"), (2, "83H"), Cardinality::SOME, &items);
    let items = [item(Field::RejectionReasonCode, ItemKind::Text, 4)];
    let reason = group((LineTag::Reason, "85H"), (3, "84H"), Cardinality::SOME, &items);
    profile(Flow::D0351, ["P", "Z"], "83H", vec![record, reason])
}

/// The same as the text `profiles/d0172.toml`, without a way to fail.
pub(super) fn d0172() -> Profile {
    let items = [
        item(Field::InstructionNumber, ItemKind::Number, 12),
        item(Field::InstructionType, ItemKind::Text, 4),
        item(Field::DeemedReceivedDate, ItemKind::Date, 8),
        item(Field::AnsweredFileIdentifier, ItemKind::Text, 10),
        item(Field::Received, ItemKind::Number, 5),
        item(Field::Accepted, ItemKind::Number, 5),
        item(Field::Rejected, ItemKind::Number, 5),
    ];
    let record = group((LineTag::Record, "357"), (2, "749"), Cardinality::SOME, &items);
    profile(Flow::D0172, ["P", "Z"], "749", vec![record])
}
