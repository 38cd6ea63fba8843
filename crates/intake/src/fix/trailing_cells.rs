//! Removes empty cells after the last field of a uklink line, or after the last item of a zhv
//! group, as spreadsheets write them to make all rows equally long. The record has no such fields,
//! and the cells are empty.

use flagflow_check::FileFormat;
use flagflow_electricity::{Layout, LineTag, RawRecord as ElectricRecord};
use flagflow_gas::RawRecord;

/// Returns the line without empty cells past its fields, where it has some.
pub(super) fn fix(line: &[u8], shape: FileFormat<'_>) -> Option<Vec<u8>> {
    match shape {
        FileFormat::Gas(layout @ flagflow_gas::Layout::Uklink) => {
            let fields = RawRecord::peek_tag(line, layout)?.spec().items().len();
            kept(line, b',', fields).map(<[u8]>::to_vec)
        }
        FileFormat::Electricity(Layout::Zhv, profile) => {
            let tag = ElectricRecord::peek_tag(line, profile.table(Layout::Zhv))?;
            if let Ok(raw) = ElectricRecord::cut(line, profile.table(Layout::Zhv)) {
                let kept = line.len() - raw.blanks().len();
                return (kept < line.len()).then(|| line[..kept].to_vec());
            }
            if matches!(tag, LineTag::Header | LineTag::Trailer) {
                return None;
            }
            let items = line.strip_suffix(b"|")?;
            let kept = kept(items, b'|', profile.items(tag).len() + 1)?;
            Some([kept, b"|"].concat())
        }
        FileFormat::Gas(_) | FileFormat::Electricity(..) => None,
    }
}

/// Returns a line of more cells than wanted, without the ones past them, where those are empty.
fn kept(line: &[u8], mark: u8, wanted: usize) -> Option<&[u8]> {
    let marks = line.iter().enumerate().filter(|(_, byte)| **byte == mark);
    let (end, _) = marks.map(|(at, _)| at).zip(1..).find(|(_, count)| *count == wanted)?;
    let (kept, surplus) = line.split_at(end);
    let is_empty = |cell: &[u8]| matches!(cell.trim_ascii(), b"" | b"\"\"");
    // before the first mark there is nothing
    surplus.split(|byte| *byte == mark).all(is_empty).then_some(kept)
}

#[cfg(test)]
mod tests {
    use flagflow_electricity::{Flow, Profile};

    use super::*;

    #[test]
    fn empty_cells_past_the_fields_go() {
        let uklink = FileFormat::Gas(flagflow_gas::Layout::Uklink);
        let profile = Profile::builtin(Flow::D0350);
        let zhv = FileFormat::Electricity(Layout::Zhv, &profile);
        let fix = |line: &str, shape| {
            fix(line.as_bytes(), shape).map(|line| String::from_utf8(line).unwrap())
        };
        for (line, shape, fixed) in [
            ("E45,1234567810,A,20240603,,", uklink, "E45,1234567810,A,20240603"),
            ("\"Z99\",2,\"\",\"\",,", uklink, "\"Z99\",2"),
            ("E45,1,A,20240603, ,", uklink, "E45,1,A,20240603"),
            ("81H|7|||", zhv, "81H|7|"),
            ("81H|7| | |", zhv, "81H|7|"),
            ("ZPT|1|2||3|20240601120000| | |", zhv, "ZPT|1|2||3|20240601120000|"),
        ] {
            assert_eq!(fix(line, shape).as_deref(), Some(fixed), "{line}");
        }
        for (line, shape) in [
            ("E45,1234567810,A,20240603", uklink),
            ("E45,1234567810,A", uklink),
            ("E45,1234567810,A,,x", uklink),
            ("E45,1234567810,A,20240603,,x", uklink),
            ("Q45,1,2,3,4,,,", uklink),
            ("81H|7|", zhv),
            ("81H|7||x|", zhv),
            ("81H|7||x", zhv),
            ("ZPT|1|2||3|20240601120000||", zhv),
            ("ZPT|1|", zhv),
        ] {
            assert_eq!(fix(line, shape), None, "{line}");
        }
    }
}
