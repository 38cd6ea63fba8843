//! The items' values, one module each: the parser with the writer beside it.
//!
//! A parser takes the bytes of one item, all of them, without the padding of text in the zhf
//! layout. What is outside ASCII is said once, at its byte, and hides whatever else would be wrong.
//! That an item is longer than its profile allows is found before
//! ([`RawItem::read`](crate::RawItem::read)).

mod date;
mod file_identifier;
mod flag;
mod instruction_type;
mod mpan;
mod number;
mod reason;
mod supplier;
mod timestamp;

pub use date::{parse_date, write_date};
pub use file_identifier::{
    FileIdentifier, InvalidFileIdentifier, parse_file_identifier, write_file_identifier,
};
pub use flag::{parse_flag, write_flag};
pub use mpan::{parse_mpan, write_mpan};
pub use number::{parse_number, write_number};
pub use reason::{InvalidReason, OtherReason, ReasonCode, parse_reason, write_reason};
pub use supplier::{InvalidSupplier, SupplierId, parse_supplier, write_supplier};
pub use timestamp::{InvalidTimestamp, Timestamp, parse_timestamp, write_timestamp};

use flagflow_codec::ItemKind;
use flagflow_codec::field::whole;

use crate::error::ErrorKind;
use crate::item::{Field, ItemSpec, Layout};
use crate::profile::Profile;

pub use crate::error::FieldFault;
pub use flagflow_codec::{check_ascii, check_printable};
pub(crate) use instruction_type::parse_constant;
pub use instruction_type::parse_instruction_type;

/// Checks an item, with its padding, by its length and by the parser of its row of the profile's
/// table. An optional item may be empty.
///
/// # Errors
///
/// `NonAscii`, `ItemTooLong`, `EmptyItem`, `NotPrintable`, or those of the parser.
pub fn check_item(
    spec: &ItemSpec,
    item: &[u8],
    layout: Layout,
    profile: &Profile,
) -> Result<(), FieldFault> {
    check_ascii(item)?;
    let most = spec.length;
    if item.len() > most {
        return Err(FieldFault::of_field(ErrorKind::ItemTooLong { most }, item));
    }
    let padding = item.iter().rev().take_while(|byte| **byte == b' ').count();
    let padding = if layout == Layout::Zhf { padding } else { 0 };
    let (text, _) = item.split_at(item.len() - padding);
    match text.is_empty() {
        true if spec.mandatory => Err(FieldFault::of_field(ErrorKind::EmptyItem, item)),
        true => Ok(()),
        false if spec.kind == ItemKind::Text => {
            check_printable(item)?;
            check_content(spec, text, profile.instruction_type())
        }
        false => check_content(spec, item, profile.instruction_type()),
    }
}

/// Checks the text of an item, which is not too long and not empty, by the item's parser. An item
/// of which only the profile knows the name may have any text.
///
/// # Errors
///
/// Those of the parser.
pub fn check_content(
    spec: &ItemSpec,
    text: &[u8],
    instruction_type: &str,
) -> Result<(), FieldFault> {
    match (spec.field, spec.kind) {
        (Field::InstructionType, _) => parse_constant(text, instruction_type),
        (Field::SupplierId, _) => parse_supplier(text).map(drop),
        (Field::RejectionReasonCode, _) => parse_reason(text).map(drop),
        (Field::AnsweredFileIdentifier, _) => parse_file_identifier(text).map(drop),
        // an item without a parser
        (Field::Other(_), _) | (_, ItemKind::Text) => Ok(()),
        (_, ItemKind::Number | ItemKind::Digits) => parse_number(text, spec.length).map(drop),
        (_, ItemKind::Mpan) => parse_mpan(text).map(drop),
        (_, ItemKind::Flag) => parse_flag(text).map(drop),
        (_, ItemKind::Date) => parse_date(text).map(drop),
        (_, ItemKind::Timestamp) => parse_timestamp(text).map(drop),
    }
}

/// Reads and writes a text value as text, by its conversions.
#[cfg(feature = "serde")]
macro_rules! serde_as_text {
    ($type:ident) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text: String = serde::Deserialize::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

#[cfg(feature = "serde")]
use serde_as_text;

/// Makes a value of one to four letters, digits and hyphens.
#[cfg(feature = "arbitrary")]
fn arbitrary_text<T>(
    u: &mut arbitrary::Unstructured<'_>,
    value: impl FnOnce(&[u8]) -> Option<T>,
) -> arbitrary::Result<T> {
    let mut text = [0; 4];
    let length = u.int_in_range(1..=text.len())?;
    for byte in &mut text {
        *byte = *u.choose(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")?;
    }
    text.get(..length).and_then(value).ok_or(arbitrary::Error::IncorrectFormat)
}

/// Writes text as the layout has it: padded right with spaces to `length` in zhf.
pub fn write_text(out: &mut Vec<u8>, layout: Layout, text: &[u8], length: usize) {
    out.extend_from_slice(text);
    if layout == Layout::Zhf {
        out.extend(std::iter::repeat_n(b' ', length.saturating_sub(text.len())));
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// Writes one value in both layouts.
    pub(crate) fn written(write: impl Fn(&mut Vec<u8>, Layout)) -> [String; 2] {
        Layout::ALL.map(|layout| {
            let mut out = Vec::new();
            write(&mut out, layout);
            String::from_utf8(out).unwrap()
        })
    }

    /// The kind of a fault that spans its whole item.
    pub(crate) fn kind<T: std::fmt::Debug>(
        item: &[u8],
        parsed: Result<T, FieldFault>,
    ) -> ErrorKind {
        let fault = parsed.unwrap_err();
        assert_eq!((fault.start, fault.length), (0, item.len()), "{item:?}");
        fault.kind
    }

    #[test]
    fn a_byte_outside_ascii_is_named_alone_at_its_place() {
        for item in [&b"2021\xC31\xB15"[..], b"ab\xFF", b"\x80"] {
            let start = item.iter().position(|b| *b > 0x7F).unwrap();
            let expected = FieldFault { kind: ErrorKind::NonAscii, start, length: 1 };
            assert_eq!(check_ascii(item).unwrap_err(), expected);
            assert_eq!(parse_date(item).unwrap_err(), expected);
            assert_eq!(parse_mpan(item).unwrap_err(), expected);
            assert_eq!(parse_flag(item).unwrap_err(), expected);
            assert_eq!(parse_timestamp(item).unwrap_err(), expected);
            assert_eq!(parse_reason(item).unwrap_err(), expected);
            assert_eq!(parse_number(item, 10).unwrap_err(), expected);
            assert_eq!(parse_supplier(item).unwrap_err(), expected);
            assert_eq!(parse_file_identifier(item).unwrap_err(), expected);
        }
    }

    #[test]
    fn an_item_is_checked_by_its_row_of_the_table() {
        use crate::{Flow, LineTag};
        let check = |profile: &Profile, line: LineTag, items: &[(&str, &str)]| {
            assert_eq!(profile.items(line).len(), items.len());
            for (spec, (good, bad)) in profile.items(line).iter().zip(items) {
                let read = |text: &str| check_item(spec, text.as_bytes(), Layout::Zhv, profile);
                assert_eq!(read(good), Ok(()), "{good}");
                assert!(read(bad).is_err(), "{bad}");
                assert!(read(&"1".repeat(spec.length + 1)).is_err());
                assert!(read("\u{e9}").is_err());
                let empty = read("").map_err(|fault| fault.kind);
                let expected = if spec.mandatory { Err(ErrorKind::EmptyItem) } else { Ok(()) };
                assert_eq!(empty, expected, "{}", spec.field);
            }
        };
        let [d0350, d0351, d0172] = Flow::ALL.map(Profile::builtin);
        let (mpan, day) = (("1013044353630", "1"), ("20211105", "x"));
        let (number, supplier, flag) = (("1", "x"), ("MRCY", "M\tC"), ("A", "X"));
        check(&d0350, LineTag::Group, &[number]);
        let update = [number, ("DC01", "DC02"), mpan, flag, day, supplier];
        check(&d0350, LineTag::Record, &update);
        let rejection =
            [number, ("DC11", "DC01"), ("000000000007", "-"), mpan, day, flag, day, supplier];
        check(&d0351, LineTag::Record, &rejection);
        check(&d0351, LineTag::Reason, &[("62", "6|")]);
        let counts = [("99999", "x"), ("0", " "), ("1", "1x")];
        let confirmation = [&[number, ("DC90", "DC01"), day, ("0000475656", "\0")], &counts[..]];
        check(&d0172, LineTag::Record, &confirmation.concat());
        let times = ("20240102093000", "2024");
        let text = ("1", "12345678901");
        check(&d0350, LineTag::Trailer, &[text, ("3", "x"), text, ("1", "x"), times]);
        let zhf = |line: LineTag, at: usize, item: &[u8]| {
            check_item(&d0351.items(line)[at], item, Layout::Zhf, &d0351)
        };
        assert_eq!(zhf(LineTag::Record, 1, b"DC11"), Ok(()));
        assert_eq!(zhf(LineTag::Record, 7, b"AB  "), Ok(()));
        assert_eq!(zhf(LineTag::Record, 3, b"             "), Ok(()));
        assert_eq!(kind(b"        ", zhf(LineTag::Record, 4, b"        ")), ErrorKind::EmptyItem);
        assert_eq!(zhf(LineTag::Reason, 0, b"AB\t ").unwrap_err().start, 2);
        let note = "\"CHAR(4)\" },\n    { name = \"note\", format = \"INT(4)\" },\n]";
        let text = d0350.as_toml().replace("\"CHAR(4)\" },\n]", note);
        let profile = Profile::from_toml(&text).unwrap();
        let note = profile.record_group().items().last().unwrap();
        assert_eq!(check_item(note, b"x", Layout::Zhv, &profile), Ok(()));
    }

    #[test]
    fn text_is_padded_in_zhf_only() {
        let text = |text: &'static str| {
            written(move |out, layout| write_text(out, layout, text.as_bytes(), 4))
        };
        assert_eq!(text("AB"), ["AB", "AB  "]);
        assert_eq!(text(""), ["", "    "]);
        assert_eq!(text("ABCD"), ["ABCD", "ABCD"]);
    }
}
