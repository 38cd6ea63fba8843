//! The fast path: the same records from the same bytes, or no answer.
//!
//! It knows only perfect lines. Whatever it does not take goes to the definition, so an error is
//! found and worded in one place, and leaving this module out changes nothing but the time.
//!
//! A profile becomes [`Steps`] when it is read: one an item, in the profile's order. The built-in
//! profile has no path of its own, so another one is as fast. Whole buffers of such lines are for
//! [`RowPlan`](crate::RowPlan).

use flagflow_domain::{EffectiveDate, MpanCore, ServiceFlag};
use flagflow_rows::eight_digits;

use crate::field::ReasonCode;
use crate::item::{Field, Flow, ItemSpec, Layout};
use crate::profile::{Group, Profile};
use crate::record::{D0350, D0351, Update};

/// How the update group of a profile is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Steps {
    code: Vec<u8>,
    /// The code with the bar after it.
    code_and_bar: Vec<u8>,
    items: Vec<Step>,
}

/// One item: what to do with it, and its most characters.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    action: Action,
    most: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Action {
    InstructionNumber,
    /// A number whose value goes nowhere.
    Number,
    /// The profile's instruction type.
    Constant(Vec<u8>),
    Mpan,
    Flag,
    Date,
    Reason,
    /// ASCII whose value goes nowhere.
    Text,
}

impl Steps {
    /// The steps through an update group.
    pub(crate) fn new(group: &Group, instruction_type: &str) -> Self {
        let code = group.code().as_bytes();
        let step = |item: &ItemSpec| Step {
            action: Action::of(item.field, instruction_type),
            most: item.most,
        };
        Self {
            code: code.to_vec(),
            code_and_bar: [code, b"|"].concat(),
            items: group.items().iter().map(step).collect(),
        }
    }
}

impl Action {
    fn of(field: Field, instruction_type: &str) -> Self {
        match field {
            Field::InstructionNumber => Self::InstructionNumber,
            Field::FileSequenceNumber => Self::Number,
            Field::InstructionType => Self::Constant(instruction_type.as_bytes().to_vec()),
            Field::MpanCore => Self::Mpan,
            Field::DccServiceFlag => Self::Flag,
            Field::EffectiveFromDate => Self::Date,
            Field::ReasonCode => Self::Reason,
            _ => Self::Text,
        }
    }
}

/// The values of a line.
struct Found<'a> {
    instruction_number: u64,
    mpan_core: MpanCore,
    flag: ServiceFlag,
    effective_from: EffectiveDate,
    reason: &'a [u8],
}

impl<'a> Found<'a> {
    // every profile has the items that its flow needs, so what a flow takes is always overwritten
    const NOTHING: Self = Self {
        instruction_number: 0,
        mpan_core: MpanCore::MAX,
        flag: ServiceFlag::Active,
        effective_from: EffectiveDate::MIN,
        reason: b"",
    };

    /// Takes the value of one item, without padding.
    #[inline]
    fn take(&mut self, action: &Action, item: &'a [u8]) -> Option<()> {
        match action {
            Action::InstructionNumber => self.instruction_number = number(item)?,
            Action::Number => drop(number(item)?),
            Action::Constant(constant) => return (item == constant).then_some(()),
            Action::Mpan => self.mpan_core = mpan(item)?,
            Action::Flag => self.flag = flag(item)?,
            Action::Date => self.effective_from = date(item)?,
            Action::Reason => self.reason = ascii(item)?,
            Action::Text => drop(ascii(item)?),
        }
        Some(())
    }

    #[inline]
    fn into_update(self, flow: Flow) -> Option<Update> {
        let Self { instruction_number, mpan_core, flag, effective_from, reason } = self;
        Some(match flow {
            Flow::D0350 => {
                D0350::new(instruction_number, mpan_core, flag, effective_from).ok()?.into()
            }
            Flow::D0351 => {
                let reason = ReasonCode::from_bytes(reason)?;
                D0351::new(instruction_number, mpan_core, reason).ok()?.into()
            }
        })
    }
}

/// Reads an update from a perfect line.
#[inline]
pub(crate) fn update(line: &[u8], layout: Layout, profile: &Profile) -> Option<Update> {
    let found = match layout {
        Layout::Zhv => zhv(line, profile.steps())?,
        Layout::Zhf => zhf(line, profile.steps())?,
    };
    found.into_update(profile.flow())
}

#[inline]
fn zhv<'a>(line: &'a [u8], steps: &Steps) -> Option<Found<'a>> {
    let mut rest = line.strip_prefix(steps.code_and_bar.as_slice())?;
    let mut found = Found::NOTHING;
    for step in &steps.items {
        let item = zhv_item(rest, step)?;
        found.take(&step.action, item)?;
        // past the item and its bar
        rest = rest.get(item.len() + 1..)?;
    }
    rest.is_empty().then_some(found)
}

/// The bytes up to the next bar. Where a value has one length alone, the bar is looked for at its
/// place.
#[inline]
fn zhv_item<'a>(rest: &'a [u8], step: &Step) -> Option<&'a [u8]> {
    let length = match &step.action {
        Action::Mpan | Action::Flag | Action::Date => step.most,
        Action::Constant(constant) => constant.len(),
        _ => return up_to_bar(rest, step.most),
    };
    let (item, rest) = rest.split_at_checked(length)?;
    // a bar inside the item is found when its value is read: none of these has one
    (rest.first() == Some(&b'|')).then_some(item)
}

#[inline]
fn up_to_bar(rest: &[u8], most: usize) -> Option<&[u8]> {
    let length = rest.iter().take(most + 1).position(|byte| *byte == b'|')?;
    rest.get(..length)
}

#[inline]
fn zhf<'a>(line: &'a [u8], steps: &Steps) -> Option<Found<'a>> {
    let mut rest = line.strip_prefix(steps.code.as_slice())?;
    let mut found = Found::NOTHING;
    for step in &steps.items {
        let (item, after) = rest.split_at_checked(step.most)?;
        found.take(&step.action, unpadded(item, &step.action))?;
        rest = after;
    }
    rest.is_empty().then_some(found)
}

#[inline]
fn unpadded<'a>(item: &'a [u8], action: &Action) -> &'a [u8] {
    if !matches!(action, Action::Constant(_) | Action::Reason) {
        return item;
    }
    let spaces = item.iter().rev().take_while(|byte| **byte == b' ').count();
    &item[..item.len() - spaces]
}

/// One digit to nineteen: no profile has room for more.
#[inline]
fn number(item: &[u8]) -> Option<u64> {
    if item.is_empty() {
        return None;
    }
    let mut number = 0;
    for byte in item {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + u64::from(digit);
    }
    Some(number)
}

/// Thirteen digits, by the first eight and the last eight.
#[inline]
fn mpan(item: &[u8]) -> Option<MpanCore> {
    let item = <&[u8; MpanCore::DIGITS]>::try_from(item).ok()?;
    let high = eight_digits(*item.first_chunk()?)?;
    let low = eight_digits(*item.last_chunk()?)?;
    MpanCore::new(u64::from(high) * 100_000 + u64::from(low % 100_000)).ok()
}

/// One letter, in every profile.
#[inline]
fn flag(item: &[u8]) -> Option<ServiceFlag> {
    item.first().and_then(|byte| ServiceFlag::from_byte(*byte))
}

#[inline]
fn date(item: &[u8]) -> Option<EffectiveDate> {
    EffectiveDate::from_packed(eight_digits(item.try_into().ok()?)?).ok()
}

#[inline]
fn ascii(item: &[u8]) -> Option<&[u8]> {
    item.is_ascii().then_some(item)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Fault;
    use crate::record::RawRecord;

    fn define(line: &[u8], layout: Layout, profile: &Profile) -> Result<Update, Fault> {
        RawRecord::cut(line, layout, profile).and_then(|raw| Update::try_from(&raw))
    }

    /// Another order, another code, items of every kind that nobody reads.
    fn shuffled(flow: Flow) -> Profile {
        let builtin = Profile::builtin(flow).as_toml().to_owned();
        let start = builtin.rfind("[[group]]").unwrap();
        let own = match flow {
            Flow::D0350 => {
                "{ name = \"effective_from_date\", most = 8 },
                 { name = \"reason_code\", most = 3 },
                 { name = \"dcc_service_flag\", most = 1 },"
            }
            Flow::D0351 => {
                "{ name = \"reason_code\", most = 32 },
                 { name = \"effective_from_date\", most = 8 },"
            }
        };
        let group = format!(
            "[[group]]\ncode = \"0U2\"\nlevel = 2\nupdate = true\nitems = [
                {{ name = \"note\", most = 5 }},
                {{ name = \"mpan_core\", most = 13 }},
                {own}
                {{ name = \"site\", kind = \"number\", most = 4 }},
                {{ name = \"instruction_type\", most = 6 }},
                {{ name = \"instruction_number\", most = 19 }},
            ]\n"
        );
        Profile::from_toml(&format!("{}{group}", &builtin[..start])).unwrap()
    }

    /// Each byte value at each place of a line, and each prefix: where the fast path answers, the
    /// definition says the same; and it answers wherever the line still has all its bars.
    fn assert_every_byte(line: &str, layout: Layout, profile: &Profile) {
        let line = line.as_bytes();
        assert!(update(line, layout, profile).is_some(), "{line:?}");
        let assert_same = |changed: &[u8]| {
            let slow = define(changed, layout, profile);
            match update(changed, layout, profile) {
                Some(fast) => assert_eq!(slow, Ok(fast), "{changed:?}"),
                None if layout == Layout::Zhv && !changed.ends_with(b"|") => {}
                None => assert!(slow.is_err(), "{changed:?}"),
            }
        };
        for at in 0..line.len() {
            for byte in 0..=255u8 {
                let mut changed = line.to_vec();
                changed[at] = byte;
                assert_same(&changed);
                changed.insert(at, byte);
                assert_same(&changed);
            }
            assert_same(&line[..at]);
            let mut shorter = line.to_vec();
            shorter.remove(at);
            assert_same(&shorter);
        }
    }

    #[test]
    fn every_byte_at_every_place_as_the_definition() {
        let (d0350, d0351) = (Profile::builtin(Flow::D0350), Profile::builtin(Flow::D0351));
        for (line, layout, profile) in [
            ("X02|1|DC01|1013044353630|A|20240229|", Layout::Zhv, &d0350),
            ("X02|0000000001|DC01|0000000000000|N|20211231|", Layout::Zhv, &d0350),
            ("X020000000001DC011013044353630A20240229", Layout::Zhf, &d0350),
            ("X03|77|DC11|1013044353630||", Layout::Zhv, &d0351),
            ("X03|77|DC11|1013044353630|R1|", Layout::Zhv, &d0351),
            ("X030000000077DC111013044353630R1      ", Layout::Zhf, &d0351),
        ] {
            assert_every_byte(line, layout, profile);
        }
    }

    #[test]
    fn every_byte_at_every_place_of_another_profile() {
        let (d0350, d0351) = (shuffled(Flow::D0350), shuffled(Flow::D0351));
        for (line, layout, profile) in [
            ("0U2|ab|1013044353630|20240229|x|A|7|DC01|12|", Layout::Zhv, &d0350),
            ("0U2||1013044353630|20240229||A||DC01|9999999999999999999|", Layout::Zhv, &d0350),
            ("0U2ab   101304435363020240229x  A0007DC01  0000000000000000012", Layout::Zhf, &d0350),
            ("0U2|ab|1013044353630|a reason|20240229|7|DC11|12|", Layout::Zhv, &d0351),
            (
                "0U2ab   1013044353630a reason                        202402290007DC11  0000000000000000012",
                Layout::Zhf,
                &d0351,
            ),
        ] {
            assert_every_byte(line, layout, profile);
        }
    }
}
