//! Checks that the fast path of electricity gives the same result as the definition, and accepts
//! every canonical line, with any profile.

use flagflow_electricity::{
    Instruction, Layout, Profile, RawRecord, read_canonical, read_instruction, write_record,
};

use crate::profiles;

/// Reads `line` as a record, in both layouts, with each profile.
pub fn electricity_fast_is_definition(line: &[u8]) {
    for profile in profiles::all() {
        Layout::ALL.iter().for_each(|layout| one(line, *layout, &profile));
    }
}

fn one(line: &[u8], layout: Layout, profile: &Profile) {
    let cut = RawRecord::cut(line, profile.table(layout));
    let defined = cut.and_then(|raw| Instruction::try_from(&raw));
    let fast = read_canonical(line, layout, profile);
    assert_eq!(fast, fast.and(defined.ok()), "{layout}");
    assert_eq!(read_instruction(line, layout, profile), defined, "{layout}");
    match (cut, defined) {
        (Ok(raw), Ok(record)) if has_fast_path(record) && is_canonical(&raw, profile, record) => {
            assert_eq!(fast, Some(record));
        }
        (_, Ok(_)) => {}
        (_, Err(fault)) => {
            let end = fault.start.checked_add(fault.length);
            assert!(end.is_some_and(|end| end <= line.len()), "{fault:?}");
        }
    }
}

/// Returns whether a record is one that the fast path reads: an update with a supplier of four
/// digits or capital letters.
fn has_fast_path(record: Instruction) -> bool {
    let Instruction::D0350(update) = record else { return false };
    update.supplier_id().is_participant_id()
}

fn is_canonical(raw: &RawRecord<'_>, profile: &Profile, record: Instruction) -> bool {
    let mut canonical = Vec::new();
    let written = write_record(&mut canonical, raw.layout(), profile, record, raw.extras());
    written.is_ok() && canonical == raw.as_bytes()
}
