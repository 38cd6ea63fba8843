//! Reads a line's values from cells or keys that have the names of its items.
//!
//! The values are joined to a zhv line, which the codec reads, so the definition of an item is the
//! same for every format.

use std::borrow::Cow;

use flagflow_domain::EffectiveDate;
use flagflow_electricity::{
    ErrorKind, Fault, Field, ItemKind, Layout, LineKind, Opening, Profile, RawRecord, Timestamp,
    read_update,
};

use super::super::report::ConvertReason;
use super::{Extras, Item};

/// Error in a value, with its first invalid byte. Without a field the error is about the whole row
/// or object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ElectricityBadValue {
    pub(super) field: Option<Field>,
    pub(super) reason: ConvertReason,
    pub(super) start: usize,
}

impl ElectricityBadValue {
    pub(super) const fn new(field: Field, reason: ConvertReason) -> Self {
        Self { field: Some(field), reason, start: 0 }
    }

    pub(super) const fn whole(reason: ConvertReason) -> Self {
        Self { field: None, reason, start: 0 }
    }

    /// Converts the fault of a line into one of its item.
    fn of(fault: Fault, line: &[u8], profile: &Profile) -> Self {
        let raw = RawRecord::cut(line, profile.table(Layout::Zhv)).ok();
        let item = fault.field.and_then(|field| raw?.item_of(field));
        let start = item.map_or(0, |item| fault.start.saturating_sub(item.start()));
        Self { field: fault.field, reason: ConvertReason::Electricity(fault.kind), start }
    }
}

/// Joins lines, reusing one buffer.
#[derive(Default)]
pub(super) struct Assembly(Vec<u8>);

impl Assembly {
    /// Joins the texts of a line's items. A missing instruction type is the profile's, and a
    /// missing item that only the profile names is empty.
    pub(super) fn line<'t>(
        &mut self,
        kind: LineKind,
        profile: &Profile,
        text: impl Fn(Field) -> Option<Cow<'t, [u8]>>,
    ) -> Result<&mut Vec<u8>, ElectricityBadValue> {
        let line = &mut self.0;
        line.clear();
        line.extend_from_slice(profile.code(kind, Layout::Zhv).as_bytes());
        for spec in profile.items(kind) {
            line.push(b'|');
            match text(spec.field) {
                Some(text) if text.iter().any(|byte| b"|\r\n".contains(byte)) => {
                    return Err(unwritable(spec.field));
                }
                Some(text) => line.extend_from_slice(&plain(&text, spec.kind)),
                None if spec.field == Field::InstructionType => {
                    line.extend_from_slice(profile.instruction_type().as_bytes());
                }
                None if profile.is_extra(kind, spec.field) => {}
                None => {
                    return Err(ElectricityBadValue::new(spec.field, ConvertReason::MissingValue));
                }
            }
        }
        line.push(b'|');
        Ok(line)
    }

    /// Reads the last line.
    pub(super) fn read<T>(&self, profile: &Profile) -> Result<T, ElectricityBadValue>
    where
        T: for<'a, 'b> TryFrom<&'a RawRecord<'b>, Error = Fault>,
    {
        RawRecord::cut(&self.0, profile.table(Layout::Zhv))
            .and_then(|raw| T::try_from(&raw))
            .map_err(|fault| ElectricityBadValue::of(fault, &self.0, profile))
    }

    /// Returns the update of the last line.
    pub(super) fn item(&self, profile: &Profile) -> Result<Item, ElectricityBadValue> {
        let update = read_update(&self.0, Layout::Zhv, profile)
            .map_err(|fault| ElectricityBadValue::of(fault, &self.0, profile))?;
        Ok(Item { update, extras: self.extras(LineKind::Record, profile) })
    }

    /// Returns the level-1 group of the last line.
    pub(super) fn group(
        &self,
        profile: &Profile,
    ) -> Result<(Opening, Extras), ElectricityBadValue> {
        Ok((self.read(profile)?, self.extras(LineKind::Group, profile)))
    }

    fn extras(&self, kind: LineKind, profile: &Profile) -> Extras {
        if !profile.items(kind).iter().any(|spec| profile.is_extra(kind, spec.field)) {
            return Extras::default();
        }
        let raw = RawRecord::cut(&self.0, profile.table(Layout::Zhv));
        Extras::of(raw.iter().flat_map(RawRecord::extras))
    }
}

const fn unwritable(field: Field) -> ElectricityBadValue {
    ElectricityBadValue::new(field, ConvertReason::Electricity(ErrorKind::NotWritable))
}

/// Returns a date or a time as the flow writes it, where it is written as people do.
fn plain(text: &[u8], kind: ItemKind) -> Cow<'_, [u8]> {
    let spelt = || std::str::from_utf8(text).ok().filter(|text| text.contains('-'));
    let flow = match kind {
        ItemKind::Date => {
            spelt().and_then(|text| text.parse::<EffectiveDate>().ok()).map(|day| day.to_string())
        }
        ItemKind::Timestamp => {
            spelt().and_then(|text| text.parse::<Timestamp>().ok()).map(|time| time.to_string())
        }
        _ => None,
    };
    flow.map_or(Cow::Borrowed(text), |text| Cow::Owned(text.into_bytes()))
}
