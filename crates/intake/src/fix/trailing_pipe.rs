//! Adds the last pipe of a zhv line. A pipe ends each item, and the profile gives the number of
//! items, so a line that lacks only the last pipe has one reading.

use flagflow_check::FileFormat;
use flagflow_electricity::RawRecord;

/// Returns the line with its last pipe, if only the pipe is missing.
pub(super) fn fix(line: &[u8], shape: FileFormat<'_>) -> Option<Vec<u8>> {
    let FileFormat::Electricity(layout, profile) = shape else { return None };
    let raw = RawRecord::cut(line, profile.table(layout)).ok()?;
    // a CR at the end is not an item of a header or trailer, which may have unnamed items
    (raw.has_missing_bar() && !line.ends_with(b"\r")).then(|| [line, b"|"].concat())
}

#[cfg(test)]
mod tests {
    use flagflow_electricity::{Flow, Layout, Profile};

    use super::*;

    #[test]
    fn only_the_bar_is_put_back() {
        let profile = Profile::builtin(Flow::D0350);
        let fix = |line: &str| fix(line.as_bytes(), FileFormat::Electricity(Layout::Zhv, &profile));
        assert_eq!(fix("81H|7").unwrap(), b"81H|7|");
        for line in ["81H|7|", "81H", "81H|", "82H|1|DC01|1013044353630|A", "Q|1", "81H|7\r"] {
            assert_eq!(fix(line), None, "{line}");
        }
    }
}
