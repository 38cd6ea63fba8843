//! The fields, one module each: the parser with the writer beside it.
//!
//! A parser takes the bytes of one field, without quotes, all of them. What is outside ASCII is
//! said once, at its byte, and hides whatever else would be wrong.

mod date;
mod file_type;
mod flag;
mod mprn;
mod number;
mod outcome;
mod reason;
mod time;

pub use date::{parse_date, write_date};
pub use file_type::{FileType, InvalidFileType, parse_file_type, write_file_type};
pub use flag::{parse_flag, write_flag};
pub use mprn::{parse_mprn, write_mprn};
pub(crate) use number::parse_generation;
pub use number::{parse_number, write_number};
pub use outcome::{parse_outcome, write_outcome};
pub use reason::{InvalidReason, ReasonCode, parse_reason, write_reason};
pub use time::{CreationTime, InvalidTime, parse_time, write_time};

use flagflow_codec::Slot;
use flagflow_codec::field::whole;

pub use crate::error::FieldFault;
use crate::layout::{FieldKind, FieldSpec, Layout};

/// Checks a field by the parser of its row of the layout table.
///
/// # Errors
///
/// Those of the parser.
pub fn check_field(spec: &FieldSpec, field: &[u8], layout: Layout) -> Result<(), FieldFault> {
    match (spec.slot, spec.kind) {
        // cutting the line has read the Transaction Type
        (Slot::Constant, _) => Ok(()),
        (Slot::Point(_), _) => parse_mprn(field, layout).map(drop),
        (Slot::Outcome, _) => parse_outcome(field, layout).map(drop),
        (Slot::Flag, _) => parse_flag(field, layout).map(drop),
        (Slot::Reason, _) => parse_reason(field, layout).map(drop),
        (_, FieldKind::Date) => parse_date(field, layout).map(drop),
        (_, FieldKind::Digits) => parse_time(field, layout).map(drop),
        (_, FieldKind::Number) => parse_number(field, spec.length).map(drop),
        _ => parse_file_type(field, layout).map(drop),
    }
}

/// Writes text as the layout has it: in quotes in uklink.
pub(crate) fn write_text(out: &mut Vec<u8>, layout: Layout, text: &[u8]) {
    match layout {
        Layout::Fixed => out.extend_from_slice(text),
        Layout::Uklink => {
            out.push(b'"');
            out.extend_from_slice(text);
            out.push(b'"');
        }
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;
    use crate::error::ErrorKind;

    /// Writes one value in both layouts.
    pub(crate) fn written(write: impl Fn(&mut Vec<u8>, Layout)) -> [String; 2] {
        Layout::ALL.map(|layout| {
            let mut out = Vec::new();
            write(&mut out, layout);
            String::from_utf8(out).unwrap()
        })
    }

    /// The kind of a fault that spans its whole field.
    pub(crate) fn kind<T: std::fmt::Debug>(
        field: &[u8],
        parsed: Result<T, FieldFault>,
    ) -> ErrorKind {
        let fault = parsed.unwrap_err();
        assert_eq!((fault.start, fault.length), (0, field.len()), "{field:?}");
        fault.kind
    }

    #[test]
    fn a_field_is_checked_by_its_row_of_the_table() {
        use crate::layout::Tag;
        let good = |tag, fields: &[&str]| {
            let specs = Tag::spec(tag).items();
            assert_eq!(specs.len(), fields.len());
            for (spec, field) in specs.iter().zip(fields) {
                assert_eq!(check_field(spec, field.as_bytes(), Layout::Uklink), Ok(()), "{field}");
                let bad = check_field(spec, b"\xFF", Layout::Uklink).map_err(|fault| fault.kind);
                let is_constant = spec.slot == Slot::Constant;
                assert_eq!(bad, if is_constant { Ok(()) } else { Err(ErrorKind::NonAscii) });
            }
        };
        good(Tag::A00, &["A00", "1", "DXI", "20211105", "093000", "7"]);
        good(Tag::E46, &["E46", "AC", "1234567810", "A", "20211105"]);
        good(Tag::S72, &["S72", "MRE00001"]);
        good(Tag::Z99, &["Z99", "12"]);
    }

    #[test]
    fn a_byte_outside_ascii_is_named_alone_at_its_place() {
        for field in [&b"2021\xC31\xB15"[..], b"ab\xFF", b"\x80"] {
            let start = field.iter().position(|b| *b > 0x7F).unwrap();
            let expected = FieldFault { kind: ErrorKind::NonAscii, start, length: 1 };
            assert_eq!(parse_date(field, Layout::Fixed).unwrap_err(), expected);
            assert_eq!(parse_mprn(field, Layout::Fixed).unwrap_err(), expected);
            assert_eq!(parse_flag(field, Layout::Fixed).unwrap_err(), expected);
            assert_eq!(parse_outcome(field, Layout::Fixed).unwrap_err(), expected);
            assert_eq!(parse_time(field, Layout::Fixed).unwrap_err(), expected);
            assert_eq!(parse_file_type(field, Layout::Fixed).unwrap_err(), expected);
            assert_eq!(parse_reason(field, Layout::Fixed).unwrap_err(), expected);
            assert_eq!(parse_number(field, 10).unwrap_err(), expected);
        }
    }
}
