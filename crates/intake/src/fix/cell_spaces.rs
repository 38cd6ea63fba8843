//! Removes white space beside the cells of a uklink line. Commas separate the cells and quotes
//! enclose their text, so anything outside both has no meaning. Text inside quotes is unchanged,
//! and a quote that is not closed, or is inside bare text, has no safe fix.

use flagflow_check::FileFormat;

/// Returns the line without white space beside its cells, where it has some.
pub(super) fn fix(line: &[u8], shape: FileFormat<'_>) -> Option<Vec<u8>> {
    let FileFormat::Gas(flagflow_gas::Layout::Uklink) = shape else { return None };
    let mut fixed = Vec::with_capacity(line.len());
    let mut rest = line;
    loop {
        let (cell, after) = cell(rest)?;
        fixed.extend_from_slice(cell);
        match after.split_first() {
            None => break,
            Some((comma, after)) => {
                fixed.push(*comma);
                rest = after;
            }
        }
    }
    (fixed.len() < line.len()).then_some(fixed)
}

/// Returns the first cell with its quotes, and what follows: nothing, or a comma and more.
fn cell(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = rest.trim_ascii_start();
    let end = match rest.strip_prefix(b"\"") {
        Some(text) => text.iter().position(|byte| *byte == b'"')? + 2,
        None => rest.iter().position(|byte| *byte == b',').unwrap_or(rest.len()),
    };
    let (cell, after) = rest.split_at(end);
    let after = after.trim_ascii_start();
    let is_whole =
        matches!(after, [] | [b',', ..]) && (cell.starts_with(b"\"") || !cell.contains(&b'"'));
    is_whole.then(|| (cell.trim_ascii_end(), after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_beside_cells_goes_and_no_other() {
        let fix = |line: &str| {
            let shape = FileFormat::Gas(flagflow_gas::Layout::Uklink);
            fix(line.as_bytes(), shape).map(|line| String::from_utf8(line).unwrap())
        };
        for (line, fixed) in [
            ("\"E45\", 1234567810 ,\t\"A\" , 20211105", "\"E45\",1234567810,\"A\",20211105"),
            (" E45,1,A,20211105 ", "E45,1,A,20211105"),
            ("\"E45\",1,\" A\", 2", "\"E45\",1,\" A\",2"),
            ("E45, ,A, ", "E45,,A,"),
            ("E45,1 2 ,A,3", "E45,1 2,A,3"),
        ] {
            assert_eq!(fix(line).as_deref(), Some(fixed), "{line}");
        }
        for line in [
            "\"E45\",1234567810,\"A\",20211105",
            "\"E45\",\" 1\",\"A \",20211105",
            "\"E45, 1",
            "\"E45\" x, 1",
            "E4\"5\", 1",
            "\"E45\"\"\", 1",
            "",
        ] {
            assert_eq!(fix(line), None, "{line}");
        }
    }
}
