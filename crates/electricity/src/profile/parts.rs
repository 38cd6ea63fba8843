//! The part of each group in the file, by its items, and the items that each part has.

use toml::Spanned;

use super::draft::{Checked, GroupDraft, missing, wrong};
use super::{GroupItems, typed_items};
use crate::item::{Field, Flow, LineTag};

/// Returns the groups, each with its part in the file.
pub(super) fn of_groups(
    mut groups: Vec<GroupItems>,
    drafts: &[Spanned<GroupDraft>],
    flow: Flow,
) -> Checked<Vec<GroupItems>> {
    let record = records(&groups, drafts, flow)?;
    let (code, parent) = (groups[record].code.clone(), groups[record].parent.clone());
    let mut further = 0..;
    for (at, group) in groups.iter_mut().enumerate() {
        group.tag = match () {
            () if at == record => LineTag::Record,
            () if Some(&group.code) == parent.as_ref() => LineTag::Group,
            () if group.has(Field::RejectionReasonCode) => LineTag::Reason,
            () => LineTag::Further(further.next().unwrap_or_default()),
        };
    }
    for (group, draft) in groups.iter().zip(drafts) {
        check_items(group, draft, flow)?;
        check_parent(group, draft, &groups, &code)?;
    }
    match (flow, has_reasons(&groups)) {
        (Flow::D0351, false) => {
            missing(format!("no group below {code} has the item rejection_reason_code"))
        }
        (Flow::D0350 | Flow::D0172, true) => {
            missing(format!("a {flow} has no item rejection_reason_code"))
        }
        _ => Ok(groups),
    }
}

/// Returns the place of the records' group, which has all that its flow needs.
fn records(groups: &[GroupItems], drafts: &[Spanned<GroupDraft>], flow: Flow) -> Checked<usize> {
    let Some(at) = groups.iter().position(|group| group.has(Field::InstructionNumber)) else {
        return missing("no group has the item instruction_number");
    };
    let (group, draft) = (&groups[at], &drafts[at]);
    if group.level > 2 {
        let level = &draft.get_ref().level;
        return wrong(level, "the group with instruction_number has level 1 or 2");
    }
    match typed_items(flow).iter().find(|field| !group.has(**field)) {
        Some(field) => {
            wrong(draft, format!("the group with instruction_number of a {flow} needs {field}"))
        }
        None => Ok(at),
    }
}

/// Refuses items of other groups, and optional ones that always have a value.
fn check_items(group: &GroupItems, draft: &Spanned<GroupDraft>, flow: Flow) -> Checked<()> {
    for (item, draft) in group.items.iter().zip(draft.get_ref().items.get_ref()) {
        let (field, name) = (item.field, &draft.get_ref().name);
        if let Some(home) = other_home(field, group.tag) {
            return wrong(name, format!("{field} {home}"));
        }
        if !item.mandatory && !may_be_empty(field, group.tag, flow) {
            return wrong(name, format!("{field} always has a value in a {flow}"));
        }
    }
    Ok(())
}

/// Returns where an item belongs, if that is another group.
fn other_home(field: Field, group: LineTag) -> Option<&'static str> {
    match (field, group) {
        (Field::RejectionReasonCode, LineTag::Reason) => None,
        (_, LineTag::Reason) => Some("cannot be in the group with rejection_reason_code"),
        (Field::Other(_), _)
        | (Field::FileSequenceNumber | Field::InstructionType, LineTag::Group) => None,
        (Field::RejectionReasonCode, _) => {
            Some("belongs in a group below the group with instruction_number")
        }
        (_, LineTag::Record) => None,
        _ => Some("belongs in the group with instruction_number"),
    }
}

/// Returns whether an item of a group may be optional.
fn may_be_empty(field: Field, group: LineTag, flow: Flow) -> bool {
    // the values of an update that a rejection repeats
    let is_optional =
        field != Field::InstructionNumber && typed_items(Flow::D0350).contains(&field);
    match (field, group) {
        (Field::Other(_), _) => true,
        (Field::InstructionType, _) => false,
        (_, LineTag::Record) => {
            flow == Flow::D0351 && is_optional || !typed_items(flow).contains(&field)
        }
        _ => false,
    }
}

/// Refuses reasons anywhere but below the records of a D0351, and further groups among the reasons
/// of a record, which is read with its reasons.
fn check_parent(
    group: &GroupItems,
    draft: &Spanned<GroupDraft>,
    groups: &[GroupItems],
    records: &str,
) -> Checked<()> {
    let code = &draft.get_ref().code;
    match group.tag {
        LineTag::Reason if group.parent.as_deref() != Some(records) => {
            wrong(code, format!("the group with rejection_reason_code has the parent {records}"))
        }
        LineTag::Further(_) if has_reasons(groups) && is_below(group, groups, records) => {
            wrong(code, format!("the only group below {records} is that of its reasons"))
        }
        _ => Ok(()),
    }
}

fn has_reasons(groups: &[GroupItems]) -> bool {
    groups.iter().any(|group| group.tag == LineTag::Reason)
}

/// Returns whether a group is below another one, at any level.
fn is_below(group: &GroupItems, groups: &[GroupItems], code: &str) -> bool {
    let above = |group: &GroupItems| {
        let parent = group.parent.as_ref()?;
        groups.iter().find(|group| group.code == *parent)
    };
    std::iter::successors(above(group), |group| above(group)).any(|group| group.code == code)
}
