//! Spaces at the end of a line at fixed lengths. They are padding of the last text and nothing else,
//! so a tool that strips them, or fills lines to a width of its own, has changed no value.

use flagflow_check::Shape;

use super::piece::{Spec, length, stride};

/// The line with the spaces at its end that belong there.
pub(super) fn mend(line: &[u8], shape: Shape<'_>) -> Option<Vec<u8>> {
    let stride = stride(line, shape)?;
    let length = length(&stride);
    if line.len() > length {
        let (kept, surplus) = line.split_at(length);
        return surplus.iter().all(|byte| *byte == b' ').then(|| kept.to_vec());
    }
    // text at the end of a line may have been all spaces
    let padded: usize = stride.iter().rev().take_while(|spec| spec.is_text()).map(Spec::most).sum();
    if line.len() == length || line.len() < length - padded {
        return None;
    }
    let mut mended = line.to_vec();
    mended.resize(length, b' ');
    Some(mended)
}

#[cfg(test)]
mod tests {
    use flagflow_electricity::{Flow, Profile};

    use super::*;

    #[test]
    fn the_end_gets_the_spaces_that_it_lost_and_loses_those_too_many() {
        let profile = Profile::builtin(Flow::D0350);
        let zhf = Shape::Electricity(flagflow_electricity::Layout::Zhf, &profile);
        let header = "ZHF0000000001D0350001ZDCCOPEELC20240601120000";
        let whole = format!("{header:60}");
        assert_eq!(mend(header.as_bytes(), zhf).unwrap(), whole.as_bytes());
        assert_eq!(mend(format!("{whole}   ").as_bytes(), zhf).unwrap(), whole.as_bytes());
        for line in [&whole, &header[..44], &format!("{whole} x"), "X01000000000", "QQQ"] {
            assert_eq!(mend(line.as_bytes(), zhf), None, "{line}");
        }
        let fixed = Shape::Gas(flagflow_gas::Layout::Fixed);
        let record = b"E451234567810A20220101";
        assert_eq!(mend(&[&record[..], b"  "].concat(), fixed).unwrap(), record);
        for line in [&record[..], &record[..21], b"E451234567810A20220101 1"] {
            assert_eq!(mend(line, fixed), None);
        }
    }
}
