//! Checks that the fast path of electricity gives the same result as the definition, and accepts
//! every canonical line, with any profile.

use flagflow_electricity::{
    Layout, Profile, RawRecord, Update, read_canonical, read_update, write_update,
};

use crate::profiles;

/// Reads `line` as an update, in both layouts, with each profile.
pub fn electricity_fast_is_definition(line: &[u8]) {
    for profile in profiles::all() {
        Layout::ALL.iter().for_each(|layout| one(line, *layout, &profile));
    }
}

fn one(line: &[u8], layout: Layout, profile: &Profile) {
    let cut = RawRecord::cut(line, profile.table(layout));
    let defined = cut.and_then(|raw| Update::try_from(&raw));
    let fast = read_canonical(line, layout, profile);
    assert_eq!(fast, fast.and(defined.ok()), "{layout}");
    assert_eq!(read_update(line, layout, profile), defined, "{layout}");
    match (cut, defined) {
        (Ok(raw), Ok(update)) if is_canonical(&raw, profile, update) => {
            assert_eq!(fast, Some(update));
        }
        (_, Ok(_)) => {}
        (_, Err(fault)) => {
            let end = fault.start.checked_add(fault.length);
            assert!(end.is_some_and(|end| end <= line.len()), "{fault:?}");
        }
    }
}

fn is_canonical(raw: &RawRecord<'_>, profile: &Profile, update: Update) -> bool {
    let mut canonical = Vec::new();
    let written = write_update(&mut canonical, raw.layout(), profile, update, raw.extras());
    written.is_ok() && canonical == raw.as_bytes()
}
