//! Restores spaces at the end of fixed-length lines. The spaces pad the last text and mean nothing
//! else, so a tool that strips them, or pads lines to another width, has changed no value.
//!
//! White space after the last pipe of a zhv line is not part of any item.

use flagflow_check::FileFormat;

use flagflow_electricity::RawRecord;

use super::piece::{Spec, length, reads, stride};

/// Returns the line with the spaces at its end that belong there.
pub(super) fn fix(line: &[u8], shape: FileFormat<'_>) -> Option<Vec<u8>> {
    let stride = stride(line, shape)?;
    let length = length(&stride);
    if line.len() > length {
        let (kept, surplus) = line.split_at(length);
        return surplus.iter().all(is_blank).then(|| kept.to_vec());
    }
    // text at the end of a line may have been all spaces
    let padded: usize = stride.iter().rev().take_while(|spec| spec.is_text()).map(Spec::most).sum();
    if line.len() == length || line.len() < length - padded {
        return None;
    }
    let mut fixed = line.to_vec();
    fixed.resize(length, b' ');
    Some(fixed)
}

fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Returns a line without the white space at its end, where it has some.
pub(super) fn without(line: &[u8]) -> Option<&[u8]> {
    let end = line.iter().rposition(|byte| !is_blank(byte)).map_or(0, |last| last + 1);
    line.get(..end).filter(|bare| bare.len() < line.len())
}

/// Returns a zhv line without the white space after its last item. If the last pipe is missing,
/// white space may be part of a text, so it is only removed from a line that cannot be read with
/// it.
pub(super) fn behind_items(line: &[u8], shape: FileFormat<'_>) -> Option<Vec<u8>> {
    let FileFormat::Electricity(layout, profile) = shape else { return None };
    let bare = without(line)?;
    let is_text = !bare.ends_with(b"|") && reads(line, shape);
    let is_cut = RawRecord::cut(bare, profile.table(layout)).is_ok();
    (is_cut && !is_text).then(|| bare.to_vec())
}

#[cfg(test)]
mod tests {
    use flagflow_electricity::{Flow, Profile};

    use super::*;

    #[test]
    fn the_end_gets_the_spaces_that_it_lost_and_loses_those_too_many() {
        let profile = Profile::builtin(Flow::D0350);
        let zhf = FileFormat::Electricity(flagflow_electricity::Layout::Zhf, &profile);
        let header = "ZHF0000000001D0350001ZDCCOPEELC20240601120000";
        let whole = format!("{header:60}");
        assert_eq!(fix(header.as_bytes(), zhf).unwrap(), whole.as_bytes());
        assert_eq!(fix(format!("{whole}   ").as_bytes(), zhf).unwrap(), whole.as_bytes());
        for line in [&whole, &header[..44], &format!("{whole} x"), "81H000000000", "QQQ"] {
            assert_eq!(fix(line.as_bytes(), zhf), None, "{line}");
        }
        let fixed = FileFormat::Gas(flagflow_gas::Layout::Fixed);
        let record = b"E451234567810A20220101";
        assert_eq!(fix(&[&record[..], b"  "].concat(), fixed).unwrap(), record);
        assert_eq!(fix(&[&record[..], b" \t"].concat(), fixed).unwrap(), record);
        for line in [&record[..], &record[..21], b"E451234567810A20220101 1"] {
            assert_eq!(fix(line, fixed), None);
        }
    }

    #[test]
    fn white_space_behind_the_last_item_goes() {
        let profile = Profile::builtin(Flow::D0350);
        let zhv = FileFormat::Electricity(flagflow_electricity::Layout::Zhv, &profile);
        let behind = |line: &str| {
            behind_items(line.as_bytes(), zhv).map(|line| String::from_utf8(line).unwrap())
        };
        let header = "ZHV|1|D0350001|Z|DCCO|P|EELC|20240628093000||||OPER|";
        for (line, bare) in [
            (format!("{header}  "), header),
            ("81H|7|\t".to_owned(), "81H|7|"),
            ("81H|7  ".to_owned(), "81H|7"),
        ] {
            assert_eq!(behind(&line).as_deref(), Some(bare), "{line}");
        }
        // part of a text, or of no line
        let text = header.trim_end_matches("ER|");
        for line in
            [format!("{text}  "), header.to_owned(), "81H|  ".to_owned(), "Q|1| ".to_owned()]
        {
            assert_eq!(behind(&line), None, "{line}");
        }
    }
}
