//! Checks that the fast path gives the same result as the definition, and accepts every canonical
//! line.

use flagflow_gas::{Detail, Layout, RawRecord, read_canonical, read_detail, write_detail};

/// Reads `line` as a record, in both layouts.
pub fn fast_is_definition(line: &[u8]) {
    for layout in Layout::ALL {
        let defined = RawRecord::cut(line, layout).and_then(|raw| Detail::try_from(&raw));
        let fast = read_canonical(line, layout);
        assert_eq!(fast, fast.and(defined.ok()), "{layout}");
        assert_eq!(read_detail(line, layout), defined, "{layout}");
        match defined {
            Ok(detail) if is_canonical(line, layout, detail) => assert_eq!(fast, Some(detail)),
            Ok(_) => {}
            Err(fault) => {
                let end = fault.start.checked_add(fault.length);
                assert!(end.is_some_and(|end| end <= line.len()), "{fault:?}");
            }
        }
    }
}

fn is_canonical(line: &[u8], layout: Layout, detail: Detail) -> bool {
    let mut canonical = Vec::new();
    write_detail(&mut canonical, layout, detail);
    canonical == line
}
