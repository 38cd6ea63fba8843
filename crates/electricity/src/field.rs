//! The items' values, one module each: the parser with the writer beside it.
//!
//! A parser takes the bytes of one item, all of them, without the padding of text in the zhf
//! layout. What is outside ASCII is said once, at its byte, and hides whatever else would be wrong.
//! That an item is longer than its profile allows is found before
//! ([`RawItem::read`](crate::RawItem::read)).

mod date;
mod flag;
mod mpan;
mod number;
mod reason;
mod timestamp;

pub use date::{parse_date, write_date};
pub use flag::{parse_flag, write_flag};
pub use mpan::{parse_mpan, write_mpan};
pub use number::{parse_number, write_number};
pub use reason::{InvalidReason, ReasonCode, parse_reason, write_reason};
pub use timestamp::{InvalidTimestamp, Timestamp, parse_timestamp, write_timestamp};

use nom::combinator::all_consuming;
use nom::{IResult, Parser};

use crate::error::ErrorKind;
use crate::item::Layout;

pub use crate::error::FieldFault;
pub use flagflow_codec::check_ascii;

/// Runs an item's grammar over the whole item.
fn whole<'a, T>(
    item: &'a [u8],
    grammar: impl Parser<&'a [u8], Output = T, Error = nom::error::Error<&'a [u8]>>,
    kind: ErrorKind,
) -> Result<T, FieldFault> {
    check_ascii(item)?;
    let parsed: IResult<_, _> = all_consuming(grammar).parse(item);
    parsed.map(|(_, value)| value).map_err(|_| FieldFault::of_field(kind, item))
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
        }
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
