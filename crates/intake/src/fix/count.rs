//! Corrects the trailer's numbers: the records of a gas file, the lines and top-level groups of an
//! electricity file. The content can be counted, so each number has one answer. A different number
//! may mean that records were lost, which is why the fix is reported.

use flagflow_check::FileFormat;
use flagflow_electricity::Field as Item;
use flagflow_gas::Field;

use super::piece::{LinePiece, Spec, pieces};
use crate::envelope::{Count, EnvelopeCounts};

/// Returns the trailer with the right numbers, where one of them is not.
pub(super) fn fix(line: &[u8], shape: FileFormat<'_>, counts: &EnvelopeCounts) -> Option<Vec<u8>> {
    let pieces = pieces(line, shape)?;
    let mut fixed = None;
    // from the last to the first, so that the places of those before stay
    for piece in pieces.iter().rev() {
        let Some(right) = right(piece, counts).filter(|right| number(piece) != Some(*right)) else {
            continue;
        };
        let digits = written(piece, shape, right)?;
        fixed = Some(piece.replaced(fixed.as_deref().unwrap_or(line), &digits));
    }
    fixed
}

/// Returns the correct number of a trailer's field, if the field is a count.
fn right(piece: &LinePiece<'_>, counts: &EnvelopeCounts) -> Option<u64> {
    let wanted = match piece.spec {
        Spec::Gas(spec, _) if spec.field == Field::RecordCount => Count::Records,
        Spec::Electricity(spec, ..) if spec.field == Item::GroupCount => Count::Groups,
        Spec::Electricity(spec, ..) if spec.field == Item::FlowCount => Count::Flows,
        _ => return None,
    };
    counts.numbers().into_iter().find(|(count, _)| *count == wanted).map(|(_, number)| number)
}

fn number(piece: &LinePiece<'_>) -> Option<u64> {
    flagflow_gas::field::parse_number(piece.bytes, piece.spec.most()).ok()
}

/// Returns a number as its layout has it; `None` where it has more digits than its field.
fn written(piece: &LinePiece<'_>, shape: FileFormat<'_>, number: u64) -> Option<Vec<u8>> {
    let most = piece.spec.most();
    let digits = match shape {
        FileFormat::Gas(flagflow_gas::Layout::Fixed)
        | FileFormat::Electricity(flagflow_electricity::Layout::Zhf, _) => {
            format!("{number:0most$}")
        }
        FileFormat::Gas(_) | FileFormat::Electricity(..) => number.to_string(),
    };
    (digits.len() <= most).then(|| digits.into_bytes())
}

#[cfg(test)]
mod tests {
    use flagflow_check::Options;
    use flagflow_electricity::{Flow, LineTag, Profile};
    use flagflow_gas::{FileOrder, Tag};

    use super::*;
    use crate::envelope::LineCode;

    fn counted(shape: FileFormat<'_>, codes: &[LineCode]) -> EnvelopeCounts {
        let mut counts = EnvelopeCounts::new(shape, &Options::default());
        for code in codes {
            counts.add(*code);
        }
        counts
    }

    #[test]
    fn numbers_become_those_of_the_file_and_the_rest_stays() {
        let profile = Profile::builtin(Flow::D0350);
        let fixed = FileFormat::Gas(flagflow_gas::Layout::Fixed);
        let uklink = FileFormat::Gas(flagflow_gas::Layout::Uklink);
        let zhv = FileFormat::Electricity(flagflow_electricity::Layout::Zhv, &profile);
        let zhf = FileFormat::Electricity(flagflow_electricity::Layout::Zhf, &profile);
        let gas = counted(fixed, &[LineCode::Gas(Some(Tag::E45)); 12]);
        let kinds = [[Some(LineTag::Group); 3], [None; 3], [None; 3], [None; 3]];
        let electricity = counted(
            zhv,
            &kinds.as_flattened().iter().copied().map(LineCode::Electricity).collect::<Vec<_>>(),
        );
        let counts = |shape| if matches!(shape, FileFormat::Gas(_)) { &gas } else { &electricity };
        for (shape, line, fixed) in [
            (fixed, "Z990000000014", "Z990000000012"),
            (fixed, "Z99twelve    ", "Z990000000012"),
            (uklink, "\"Z99\",\"014\"", "\"Z99\",\"12\""),
            (uklink, "Z99,", "Z99,12"),
            (zhv, "ZPT|1|14||2|20240601120000|x|", "ZPT|1|12||3|20240601120000|x|"),
            (zhv, "ZPT|1|12|||20240601120000", "ZPT|1|12||3|20240601120000"),
        ] {
            let found = fix(line.as_bytes(), shape, counts(shape)).unwrap();
            assert_eq!(String::from_utf8(found).unwrap(), fixed, "{line}");
        }
        let trailer =
            |groups: &str| format!("ZPT{:10}{groups}{:10}000000000320240601120000", 1, "");
        let found = fix(trailer("0000000014").as_bytes(), zhf, &electricity).unwrap();
        assert_eq!(String::from_utf8(found).unwrap(), trailer("0000000012"));
        for (shape, line) in [
            (fixed, "Z990000000012"),
            (fixed, "Z99000000012"),
            (uklink, "\"Z99\",\"0012\""),
            (zhv, "ZPT|1|012||3|20240601120000|"),
        ] {
            assert_eq!(fix(line.as_bytes(), shape, counts(shape)), None, "{line}");
        }
        let many = EnvelopeCounts::Gas {
            order: FileOrder::new(flagflow_gas::table(flagflow_gas::Layout::Fixed, false)),
            records: 10_000_000_000,
            count_reasons: false,
        };
        assert_eq!(fix(b"Z990000000014", fixed, &many), None);
    }
}
