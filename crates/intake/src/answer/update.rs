//! The items of an update that an answer can repeat.

use flagflow_domain::{EffectiveDate, MpanCore, ServiceFlag};
use flagflow_electricity::field::{
    parse_date, parse_flag, parse_mpan, parse_number, parse_supplier,
};
use flagflow_electricity::{
    Electricity, Field, Layout, LineKind, LineTag, Names, Profile, RawItem, RawRecord, SupplierId,
    parse_instruction_type,
};

/// The items of a D0350 update, each if it can be read.
#[derive(Clone, Debug, Default)]
pub(super) struct UpdateItems {
    pub(super) number: Option<u64>,
    pub(super) mpan: Option<MpanCore>,
    pub(super) flag: Option<ServiceFlag>,
    pub(super) effective_from: Option<EffectiveDate>,
    pub(super) supplier: Option<SupplierId>,
    /// The items that have text which cannot be read.
    pub(super) unreadable: Vec<Field>,
}

impl UpdateItems {
    /// Reads the items of a line; of a line that cannot be cut, the instruction number alone.
    pub(super) fn of(line: &[u8], layout: Layout, profile: &Profile) -> Self {
        let Ok(raw) = RawRecord::cut(line, profile.table(layout)) else {
            return Self { number: number_of_uncut(line, layout, profile), ..Self::default() };
        };
        let mut items = Self::default();
        if raw.kind() == LineKind::Record {
            raw.items().for_each(|item| items.take(&item, profile));
        }
        items
    }

    fn take(&mut self, item: &RawItem<'_>, profile: &Profile) {
        let most = item.spec().length;
        let is_read = match item.field() {
            Field::InstructionNumber => {
                self.number = item.read(|text| parse_number(text, most)).ok();
                self.number.is_some()
            }
            Electricity::POINT => {
                self.mpan = item.read(parse_mpan).ok();
                self.mpan.is_some()
            }
            Field::DccServiceFlag => {
                self.flag = item.read(parse_flag).ok();
                self.flag.is_some()
            }
            Field::EffectiveFromDate => {
                self.effective_from = item.read(parse_date).ok();
                self.effective_from.is_some()
            }
            Field::SupplierId => {
                self.supplier = item.read(parse_supplier).ok();
                self.supplier.is_some()
            }
            Field::InstructionType => {
                item.read(|text| parse_instruction_type(text, profile)).is_ok()
            }
            _ => item.read(Ok).is_ok(),
        };
        if !is_read && !item.is_empty() {
            self.unreadable.push(item.field());
        }
    }

    /// Returns true if every value of the update can be read.
    pub(super) const fn is_complete(&self) -> bool {
        self.number.is_some()
            && self.mpan.is_some()
            && self.flag.is_some()
            && self.effective_from.is_some()
            && self.supplier.is_some()
    }
}

/// Returns the instruction number of a line that cannot be cut, if the number is the first item:
/// the place of any later item is uncertain.
fn number_of_uncut(line: &[u8], layout: Layout, profile: &Profile) -> Option<u64> {
    let first = profile.items(LineTag::Record).first()?;
    if first.field != Field::InstructionNumber {
        return None;
    }
    let rest = line.strip_prefix(profile.code(LineTag::Record, layout).as_bytes())?;
    let text = match layout {
        Layout::Zhv => {
            let rest = rest.strip_prefix(b"|")?;
            // without a pipe behind it, the number may be cut off
            rest.get(..rest.iter().position(|byte| *byte == b'|')?)?
        }
        Layout::Zhf => rest.get(..first.length)?,
    };
    parse_number(text, first.length).ok()
}

#[cfg(test)]
mod tests {
    use flagflow_electricity::Flow;

    use super::*;

    fn items(line: &str, layout: Layout) -> UpdateItems {
        UpdateItems::of(line.as_bytes(), layout, &Profile::builtin(Flow::D0350))
    }

    #[test]
    fn each_item_is_read_whatever_the_others() {
        let complete = items("82H|7|DC01|1013044353630|A|20240114|MRCY|", Layout::Zhv);
        assert!(complete.is_complete() && complete.unreadable.is_empty());
        for (line, number, unreadable) in [
            ("82H|x|DC01|1013044353630|A|20240114|MRCY|", None, &[Field::InstructionNumber][..]),
            ("82H|7|DC02|1013044353630|A|20240114|MRCY|", Some(7), &[Field::InstructionType]),
            ("82H|7|DC01|101304435363|A|20240114|MRCY|", Some(7), &[Electricity::POINT]),
            ("82H|7|DC01|1013044353630|AA|20240114|MRCY|", Some(7), &[Field::DccServiceFlag]),
            ("82H|7|DC01|1013044353630|A|20241301|MRCY|", Some(7), &[Field::EffectiveFromDate]),
            ("82H|7|DC01|1013044353630|A|20240114|MR\tY|", Some(7), &[Field::SupplierId]),
            ("82H|7|DC01|1013044353630||20240114|MRCY|", Some(7), &[]),
        ] {
            let found = items(line, Layout::Zhv);
            assert_eq!((found.number, found.unreadable.as_slice()), (number, unreadable), "{line}");
            let is_type = unreadable == [Field::InstructionType];
            assert_eq!(found.is_complete(), is_type, "{line}");
        }
        assert_eq!(items("81H|1|", Layout::Zhv).number, None);
    }

    #[test]
    fn of_a_line_that_cannot_be_cut_only_a_whole_first_number_is_read() {
        let whole = "82H000000000007DC011013044353630A20240114MRCY";
        assert!(items(whole, Layout::Zhf).is_complete());
        for (line, layout, number) in [
            ("82H|7|DC01|", Layout::Zhv, Some(7)),
            ("82H|7|DC01|1|2|3|4|5|6|7|", Layout::Zhv, Some(7)),
            ("82H|7", Layout::Zhv, None),
            ("82H|x|", Layout::Zhv, None),
            ("82H", Layout::Zhv, None),
            ("99H|7|", Layout::Zhv, None),
            (&whole[..15], Layout::Zhf, Some(7)),
            (&whole[..14], Layout::Zhf, None),
        ] {
            let found = items(line, layout);
            assert_eq!(found.number, number, "{line}");
            assert!(found.mpan.is_none() && !found.is_complete(), "{line}");
        }
    }
}
