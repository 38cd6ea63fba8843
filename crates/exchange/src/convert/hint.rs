//! Hints about numbers and days that a spreadsheet changed, for the person who has such a table.

use std::borrow::Cow;

use super::reason::{ConvertField, ConvertReason};

/// Returns the hint for a value that cannot be read, where there is one.
pub(super) fn hint(
    field: ConvertField,
    reason: ConvertReason,
    text: &[u8],
) -> Option<Cow<'static, str>> {
    if !is_unreadable(reason) {
        return None;
    }
    match kind(field)? {
        HintKind::Number(most) => number(text, most).or_else(|| spread(text)),
        HintKind::Day => Some(day(text)),
        HintKind::Flag => flag(text),
    }
}

/// Returns whether a reason is about how the value is written.
fn is_unreadable(reason: ConvertReason) -> bool {
    ["not-a-number", "item-too-long", "invalid-date", "unknown-flag", "non-ascii"]
        .contains(&reason.name())
}

enum HintKind {
    /// A number with its digits: a maximum for an MPRN, an exact number for an MPAN core.
    Number(DigitRun),
    Day,
    Flag,
}

#[derive(Clone, Copy)]
enum DigitRun {
    AtMost(usize),
    Exactly(usize),
    Any,
}

fn kind(field: ConvertField) -> Option<HintKind> {
    use flagflow_electricity::Field as Electricity;
    use flagflow_gas::Field as Gas;
    Some(match field {
        ConvertField::Gas(Gas::MeterPointReference) => HintKind::Number(DigitRun::AtMost(10)),
        ConvertField::Electricity(Electricity::MpanCore) => HintKind::Number(DigitRun::Exactly(13)),
        ConvertField::Gas(Gas::DccServiceEffectiveFromDate | Gas::CreationDate)
        | ConvertField::Electricity(
            Electricity::EffectiveFromDate | Electricity::DeemedReceivedDate,
        ) => HintKind::Day,
        ConvertField::Gas(Gas::DccServiceFlag)
        | ConvertField::Electricity(Electricity::DccServiceFlag) => HintKind::Flag,
        ConvertField::Gas(Gas::OrganisationId | Gas::GenerationNumber | Gas::RecordCount)
        | ConvertField::Electricity(
            Electricity::InstructionNumber
            | Electricity::IncomingInstructionNumber
            | Electricity::FileSequenceNumber
            | Electricity::Received
            | Electricity::Accepted
            | Electricity::Rejected,
        ) => HintKind::Number(DigitRun::Any),
        _ => return None,
    })
}

/// Returns the hint for a whole number with too many or too few digits.
fn number(text: &[u8], digits: DigitRun) -> Option<Cow<'static, str>> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let found = text.len();
    Some(match digits {
        DigitRun::AtMost(_) if found == 13 => "13 digits are an MPAN core, of electricity".into(),
        DigitRun::AtMost(most) if found > most => {
            format!("{found} digits, expected at most {most}").into()
        }
        DigitRun::Exactly(13) if found == 21 => {
            "21 digits are a whole MPAN; the core is the last 13".into()
        }
        DigitRun::Exactly(wanted) if found != wanted => {
            format!("{found} digits, expected {wanted}").into()
        }
        _ => return None,
    })
}

/// Returns the hint for a number with marks of a spreadsheet.
fn spread(text: &[u8]) -> Option<Cow<'static, str>> {
    let inner = text.trim_ascii();
    let digit = u8::is_ascii_digit;
    if inner.is_empty() {
        return Some("the cell is empty".into());
    }
    if inner.starts_with(b"=") {
        return Some("a formula of a spreadsheet: write the digits alone".into());
    }
    if inner.starts_with(b"'") {
        return Some("an apostrophe, a spreadsheet's mark for text: write the digits alone".into());
    }
    if is_scientific(inner) {
        return Some(
            "a spreadsheet shortened the number; the digits are lost, take them from the source"
                .into(),
        );
    }
    let is_separator = |byte: &u8| b",.' ".contains(byte) || !byte.is_ascii();
    let groups: Vec<_> = inner.split(|byte| is_separator(byte)).collect();
    let groups: Vec<_> = groups.into_iter().filter(|group| !group.is_empty()).collect();
    let all_digits = groups.iter().all(|group| group.iter().all(digit));
    if all_digits && inner.iter().any(is_separator) {
        let (first, rest) = groups.split_first()?;
        let is_grouped =
            !rest.is_empty() && first.len() <= 3 && rest.iter().all(|group| group.len() == 3);
        let zeros = rest.last().is_some_and(|last| last.iter().all(|byte| *byte == b'0'));
        let has_point = inner.iter().any(|byte| b",.".contains(byte));
        return Some(match () {
            () if is_grouped => {
                "the number has thousands separators: write the digits alone".into()
            }
            () if has_point && zeros => {
                "a spreadsheet added decimal places: write the digits alone".into()
            }
            () if has_point => "the number has decimal places: write the digits alone".into(),
            () => "the number has blanks: write the digits alone".into(),
        });
    }
    match inner {
        [b'+' | b'-', rest @ ..] if rest.iter().all(digit) => {
            Some("the number has a sign: write the digits alone".into())
        }
        _ if inner.len() < text.len() && inner.iter().all(digit) => {
            Some("the number has blanks: write the digits alone".into())
        }
        _ => None,
    }
}

/// Recognises a number such as `1.23457E+09`.
fn is_scientific(text: &[u8]) -> bool {
    let mut parts = text.splitn(2, |byte| matches!(byte, b'e' | b'E'));
    let (Some(mantissa), Some(exponent)) = (parts.next(), parts.next()) else { return false };
    let exponent = exponent.strip_prefix(b"+").or(exponent.strip_prefix(b"-")).unwrap_or(exponent);
    let is = |text: &[u8], more: &[u8]| {
        text.first().is_some_and(u8::is_ascii_digit)
            && text.iter().all(|byte| byte.is_ascii_digit() || more.contains(byte))
    };
    is(mantissa, b".,") && is(exponent, b"")
}

fn day(text: &[u8]) -> Cow<'static, str> {
    const FORM: &str = "a day is YYYYMMDD or YYYY-MM-DD";
    let inner = text.trim_ascii();
    let is_digits = !inner.is_empty() && inner.iter().all(u8::is_ascii_digit);
    let is_time = inner.len() > 10 && inner.get(4) == Some(&b'-') && inner.contains(&b':');
    if is_digits && inner.len() == 5 {
        format!("a spreadsheet's number of a day; {FORM}").into()
    } else if inner.len() == text.len() && is_whole_day(inner) {
        format!("the calendar has no such day; {FORM}").into()
    } else if is_time {
        format!("a day with a time; {FORM}").into()
    } else if is_digits || inner.iter().any(|byte| b"/.".contains(byte)) && !is_scientific(inner) {
        FORM.into()
    } else {
        spread(text).map_or(FORM.into(), |hint| format!("{hint}; {FORM}").into())
    }
}

/// Returns whether a day has one of the two forms.
fn is_whole_day(text: &[u8]) -> bool {
    let is = |at: usize, byte: &u8| match at {
        4 | 7 if text.len() == 10 => *byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    matches!(text.len(), 8 | 10) && text.iter().enumerate().all(|(at, byte)| is(at, byte))
}

fn flag(text: &[u8]) -> Option<Cow<'static, str>> {
    let inner = text.trim_ascii();
    match inner {
        [] => Some("the cell is empty".into()),
        [letter] if letter.is_ascii_lowercase() => Some("a flag is a capital letter".into()),
        [_] if inner.len() < text.len() => Some("the flag has blanks around it".into()),
        [_, _, ..] if inner.is_ascii() => Some("a flag is one letter".into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use flagflow_codec::Names;
    use flagflow_electricity::Electricity;
    use flagflow_gas::Gas;

    use super::*;

    #[test]
    fn numbers_of_spreadsheets_are_named() {
        let reason = ConvertReason::Codec(flagflow_codec::ErrorKind::NotANumber);
        let gas = ConvertField::Gas(Gas::POINT);
        let electricity = ConvertField::Electricity(Electricity::POINT);
        for (field, text, part) in [
            (gas, "1.23457E+09", "the digits are lost"),
            (gas, "1,23457e9", "the digits are lost"),
            (gas, "1234567810.0", "decimal places"),
            (gas, "1234567810,00", "decimal places"),
            (gas, "123.5", "has decimal places"),
            (gas, "=\"0000123409\"", "a formula"),
            (gas, "'0000123409", "an apostrophe"),
            (gas, "1,234,567,810", "thousands separators"),
            (gas, "1.234.567.810", "thousands separators"),
            (gas, "1\u{a0}234\u{a0}567\u{a0}810", "thousands separators"),
            (gas, "12345 67810", "blanks"),
            (gas, " 1234567810", "blanks"),
            (gas, "-1234567810", "a sign"),
            (gas, "", "empty"),
            (gas, "12345678901", "11 digits, expected at most 10"),
            (gas, "1013044353630", "an MPAN core"),
            (electricity, "101304435363", "12 digits, expected 13"),
            (electricity, "008011013044353630000", "the core is the last 13"),
            (electricity, "10 1304 4353 630", "blanks"),
            (electricity, "1.01304E+12", "the digits are lost"),
        ] {
            let hint = hint(field, reason, text.as_bytes()).unwrap_or_default();
            assert!(hint.contains(part), "{text}: {hint}");
        }
        assert_eq!(hint(gas, reason, b"12x"), None);
        assert_eq!(hint(gas, ConvertReason::MissingValue, b""), None);
    }

    #[test]
    fn days_have_two_forms() {
        let reason = ConvertReason::Codec(flagflow_codec::ErrorKind::InvalidDate);
        let field = ConvertField::Gas(flagflow_gas::Field::DccServiceEffectiveFromDate);
        for (text, part) in [
            ("03/06/2024", "a day is YYYYMMDD or YYYY-MM-DD"),
            ("3.6.2024", "a day is YYYYMMDD or YYYY-MM-DD"),
            ("3 June 2024", "a day is"),
            ("20241301", "no such day"),
            ("2021-02-29", "no such day"),
            ("45446", "a spreadsheet's number of a day"),
            ("2024-06-03 00:00:00", "with a time"),
            ("2.02406E+07", "the digits are lost"),
            ("'20240603", "an apostrophe"),
            ("", "the cell is empty"),
        ] {
            let hint = hint(field, reason, text.as_bytes()).unwrap_or_default();
            assert!(hint.contains(part) && hint.ends_with("YYYY-MM-DD"), "{text}: {hint}");
        }
    }

    #[test]
    fn flags_are_capital_letters() {
        let reason = ConvertReason::Codec(flagflow_codec::ErrorKind::UnknownFlag);
        let field = ConvertField::Gas(flagflow_gas::Field::DccServiceFlag);
        for (text, part) in
            [("a", "capital"), (" A", "blanks"), ("Active", "one letter"), ("", "empty")]
        {
            let hint = hint(field, reason, text.as_bytes()).unwrap_or_default();
            assert!(hint.contains(part), "{text}: {hint}");
        }
        assert_eq!(hint(field, reason, b"X"), None);
    }
}
