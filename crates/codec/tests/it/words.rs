//! Texts for people: no two kinds of error have the same words, since a person who reads one of
//! them is to know which it was.

use std::collections::BTreeSet;

use flagflow_codec::{ErrorKind, FileOrder};

use crate::tiers::{DEEP, Tiers};

#[test]
fn a_reason_is_padded_as_any_text() {
    let gas: flagflow_gas::ReasonCode = "XYZ00001".parse().unwrap();
    let electricity: flagflow_electricity::ReasonCode = "R-01".parse().unwrap();
    assert_eq!(format!("{gas:>10}|{electricity:<6}|"), "  XYZ00001|R-01  |");
}

/// A text is the bytes that it is read from.
#[test]
fn texts_have_their_bytes() {
    let bytes: &[u8] = b"XYZ00001";
    let gas = flagflow_gas::ReasonCode::try_from(bytes).unwrap();
    let file = flagflow_electricity::FileIdentifier::try_from(bytes).unwrap();
    let texts: [&dyn AsRef<[u8]>; 2] = [&gas, &file];
    assert_eq!(texts.map(AsRef::as_ref), [bytes; 2]);
}

#[test]
fn no_two_errors_have_the_same_words() {
    use ErrorKind::*;
    let kinds = [
        Io,
        UnrecognisedLayout,
        LineTooLong,
        WrongLength { expected: 22 },
        MalformedRecord { expected: Some(4) },
        MalformedRecord { expected: None },
        UnknownRecord,
        UnexpectedRecord,
        NonAscii,
        EmptyItem,
        NotPrintable,
        ItemTooLong { most: 8 },
        NotANumber,
        UnknownFlag,
        UnknownOutcome,
        InvalidDate,
        InvalidTime,
        InvalidTimestamp,
        InvalidFileType,
        InvalidReason,
        TooManyReasons,
        FlowVersion,
        InstructionType,
        NotWritable,
        MissingHeader,
        MissingTrailer,
        FileIdMismatch,
        RecordCount { declared: 2, counted: 3 },
        GroupCount { declared: 2, counted: 3 },
        FlowCount { declared: 2, counted: 3 },
    ];
    let mut order = FileOrder::<Tiers>::new(&*DEEP);
    let missing = std::iter::from_fn(|| order.shortfall_at_end()).map(|it| it.kind);
    let kinds: Vec<_> = kinds.into_iter().chain(missing).collect();
    let words: BTreeSet<_> = kinds.iter().map(ToString::to_string).collect();
    assert_eq!(words.len(), kinds.len(), "{words:?}");
    for one in [
        "the line is not 22 bytes long",
        "the trailer declares 2 groups, there are 3",
        "TOP is missing here",
    ] {
        assert!(words.contains(one), "{one}: {words:?}");
    }
    assert!(words.iter().all(|words| words.len() > 9), "{words:?}");
}
