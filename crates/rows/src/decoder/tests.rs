//! Every backend is held to one slow truth.

#![allow(clippy::cast_possible_truncation, reason = "numbers of few digits")]

use std::collections::BTreeSet;

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;
use crate::{CheckDigits, MARK_CHECK_DIGITS, MARK_NOT_CANONICAL};

const MPRN: CheckDigits = CheckDigits { weights: &[1, 2, 3, 4, 5, 6, 7, 8], digits: 2 };
const MPAN: CheckDigits =
    CheckDigits { weights: &[43, 41, 37, 31, 29, 23, 19, 17, 13, 7, 5, 3], digits: 1 };

fn number(least: usize, most: usize, check: CheckDigits) -> Segment {
    Segment::Number { least, most, check: Some(check) }
}

/// RowDecoders of every shape there is, each with a row of its own.
fn decoders() -> Vec<(Vec<Segment>, &'static [u8])> {
    let literal = Segment::literal;
    // one of them said twice
    let flag = || Segment::Letter(b"AINSWA".to_vec());
    vec![
        (
            vec![literal(b"E45"), number(10, 10, MPRN), flag(), Segment::Date, literal(b"\n")],
            b"E451234567810A20240229\n",
        ),
        (
            vec![
                literal(b"\"E46\",\""),
                Segment::Letter(b"AR".to_vec()),
                Segment::Letter(b"CJ".to_vec()),
                literal(b"\","),
                number(1, 10, MPRN),
                literal(b",\""),
                flag(),
                literal(b"\","),
                Segment::Date,
                literal(b"\r\n"),
            ],
            b"\"E46\",\"AC\",123409,\"N\",20001231\r\n",
        ),
        (
            vec![
                literal(b"82H|"),
                Segment::Number { least: 1, most: 9, check: None },
                literal(b"|DC01|"),
                number(13, 13, MPAN),
                literal(b"|"),
                flag(),
                literal(b"|"),
                Segment::Date,
                literal(b"|"),
                Segment::Code(4),
                literal(b"|\n"),
            ],
            b"82H|12345|DC01|1013044353630|A|19000228|M0Z:|\n",
        ),
        (vec![Segment::Text(5), Segment::Digits(3), literal(b"\n")], b"ab {9012\n"),
        (vec![number(7, 10, MPRN), literal(b"\n")], b"1234567810\n"),
        (
            vec![number(10, 10, MPRN), literal(b"|"), number(13, 13, MPAN), literal(b"\n")],
            b"1234567810|1013044353630\n",
        ),
        // of one number or two, with more and more words beside theirs
        (
            vec![
                Segment::Digits(12),
                Segment::Number { least: 2, most: 3, check: None },
                literal(b"\n"),
            ],
            b"987654321012345\n",
        ),
        (vec![number(9, 10, MPRN), Segment::number(8), literal(b"\n")], b"123456781001234567\n"),
        (
            vec![Segment::Digits(8), number(7, 10, MPRN), Segment::number(8), literal(b"\n")],
            b"97531864123456781001234567\n",
        ),
        (
            vec![
                Segment::Digits(8),
                number(7, 10, MPRN),
                Segment::Digits(8),
                Segment::number(8),
                literal(b"\n"),
            ],
            b"9753186412345678107531864201234567\n",
        ),
        (
            vec![
                Segment::Digits(8),
                number(7, 10, MPRN),
                Segment::Digits(16),
                Segment::number(8),
                literal(b"\n"),
            ],
            b"975318641234567810753186429753186401234567\n",
        ),
        (
            vec![
                Segment::Digits(24),
                Segment::Number { least: 2, most: 3, check: None },
                literal(b"\n"),
            ],
            b"987654321012345678901234567\n",
        ),
        (
            vec![
                Segment::Number { least: 3, most: 9, check: None },
                Segment::Text(12),
                literal(b"\n"),
            ],
            b"1234567abcdefghijkl\n",
        ),
        (vec![number(1, 16, MPRN), literal(b";abcdefghijklmn\n")], b"1234567810;abcdefghijklmn\n"),
        (
            vec![
                Segment::number(16),
                literal(b";"),
                Segment::number(3),
                Segment::Text(6),
                literal(b"\n"),
            ],
            b"9876543210123456;012abc{ z\n",
        ),
        (
            vec![
                Segment::Digits(20),
                Segment::Number { least: 4, most: 12, check: None },
                Segment::Text(6),
                literal(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ;\n"),
            ],
            b"9876543210123456789012345abc{ zABCDEFGHIJKLMNOPQRSTUVWXYZ;\n",
        ),
        (vec![Segment::number(16), literal(b"|\n")], b"9876543210123456|\n"),
        (
            vec![
                Segment::Text(40),
                Segment::Date,
                Segment::Text(30),
                Segment::number(3),
                literal(b"\n"),
            ],
            b"0123456789012345678901234567890123456789202411300123456789abcdefghijABCDEFGHIJ123\n",
        ),
    ]
}

/// The result of a row, worked out place by place: numbers, date, letters, mark.
#[derive(Debug, Default, PartialEq)]
struct Truth {
    numbers: Vec<u64>,
    dates: Vec<u32>,
    letters: Vec<u8>,
    wrong: bool,
}

fn digits(bytes: &[u8]) -> Option<u64> {
    bytes
        .iter()
        .all(u8::is_ascii_digit)
        .then(|| std::str::from_utf8(bytes).unwrap().parse().unwrap())
}

fn is_wrong(number: &[u8], check: CheckDigits) -> bool {
    let (body, end) = number.split_at(number.len().saturating_sub(check.digits));
    let products =
        body.iter().rev().zip(check.weights).map(|(b, w)| u64::from(b - b'0') * u64::from(*w));
    let sum: u64 = products.sum();
    sum % 11 % 10u64.pow(check.digits as u32) != digits(end).unwrap()
}

/// A canonical row, or nothing.
fn slow_truth(segments: &[Segment], row: &[u8]) -> Option<Truth> {
    let (fixed, _) = widths(segments);
    let mut rest = row;
    let mut truth = Truth::default();
    for segment in segments {
        let (least, most) = segment.widths();
        let width = if least == most { most } else { least + row.len().checked_sub(fixed)? };
        let (bytes, after) = rest.split_at_checked(width)?;
        rest = after;
        match segment {
            Segment::Literal(literal) => (bytes == literal).then_some(())?,
            Segment::Digits(_) => bytes.iter().all(u8::is_ascii_digit).then_some(())?,
            Segment::Text(_) => bytes.iter().all(|b| (b' '..=b'{').contains(b)).then_some(())?,
            Segment::Code(_) => bytes.iter().all(|b| (b'0'..=b'Z').contains(b)).then_some(())?,
            Segment::Letter(letters) => {
                letters.contains(&bytes[0]).then_some(())?;
                truth.letters.push(bytes[0]);
            }
            Segment::Date => {
                let date = digits(bytes)? as u32;
                let (year, month, day) = (date / 10_000, date / 100 % 100, date % 100);
                NaiveDate::from_ymd_opt(year as i32, month, day)?;
                truth.dates.push(date);
            }
            Segment::Number { check, .. } => {
                truth.numbers.push(digits(bytes)?);
                truth.wrong |= check.is_some_and(|check| is_wrong(bytes, check));
            }
        }
    }
    rest.is_empty().then_some(truth)
}

/// The bytes of the shortest line and of the longest.
fn widths(segments: &[Segment]) -> (usize, usize) {
    let widths = segments.iter().map(Segment::widths);
    widths.fold((0, 0), |all, segment| (all.0 + segment.0, all.1 + segment.1))
}

/// Returns how far into these bytes the first line goes that is as long as a line of a decoder.
fn first_line(segments: &[Segment], bytes: &[u8]) -> Option<usize> {
    let (shortest, longest) = widths(segments);
    (shortest..=longest).find(|end| bytes.get(end - 1) == Some(&b'\n'))
}

/// Row by row as the slow truth has it; every row ends where a line ends.
fn assert_rows(segments: &[Segment], columns: &RowColumns, bytes: &[u8]) {
    assert_eq!(columns.starts().len(), columns.len() + 1);
    for at in 0..columns.len() {
        let bytes = &bytes[columns.range(at)];
        assert_eq!(first_line(segments, bytes), Some(bytes.len()), "{}", bytes.escape_ascii());
        assert_row(columns, at, bytes, slow_truth(segments, bytes).as_ref());
    }
}

fn assert_row(columns: &RowColumns, at: usize, bytes: &[u8], truth: Option<&Truth>) {
    assert_eq!(bytes.last(), Some(&b'\n'), "{}", bytes.escape_ascii());
    let mark = columns.marks()[at];
    let Some(truth) = truth else {
        assert_eq!(mark, MARK_NOT_CANONICAL, "{}", bytes.escape_ascii());
        return;
    };
    let expected = if truth.wrong { MARK_CHECK_DIGITS } else { 0 };
    assert_eq!(mark, expected, "{}", bytes.escape_ascii());
    for (column, number) in truth.numbers.iter().enumerate() {
        assert_eq!(columns.numbers(column)[at], *number, "{}", bytes.escape_ascii());
    }
    for (column, letter) in truth.letters.iter().enumerate() {
        assert_eq!(columns.letters(column)[at], *letter);
    }
    for date in &truth.dates {
        assert_eq!(columns.dates()[at], *date);
    }
}

fn backends() -> impl Iterator<Item = Backend> {
    Backend::ALL.into_iter().filter(|backend| backend.is_available())
}

#[test]
fn every_byte_at_every_place_is_as_the_slow_truth_has_it() {
    for (segments, row) in decoders() {
        let truth = slow_truth(&segments, row).unwrap();
        for backend in backends() {
            let decoder = RowDecoder::on(&segments, backend).unwrap();
            // every byte in a row of either half of eight, and in the one behind; of sixteen rows
            // in one, another for each place of a row; of the others a part, each time another
            let is_avx512 = backend == Backend::Avx512;
            let (count, part) = if is_avx512 { (17, 16) } else { (9, 5) };
            let mut columns = RowColumns::with_capacity(count);
            let mut bytes = row.repeat(count);
            for (place, good) in row.repeat(count).into_iter().enumerate() {
                let at = place / row.len();
                let is_whole =
                    if is_avx512 { at == place % row.len() % 16 } else { [0, 5, 8].contains(&at) };
                let is_tried = |byte: &u8| is_whole || usize::from(*byte) % part == place % part;
                for byte in (0..=255).filter(is_tried) {
                    bytes[place] = byte;
                    columns.clear();
                    let rows = decoder.decode(&bytes, &mut columns);
                    let ends_moved = (place + 1) % row.len() == 0 && byte != b'\n';
                    if byte != b'\n' && !ends_moved {
                        assert_eq!(rows, count, "{place} {byte}");
                    }
                    assert_eq!(columns.starts().len(), columns.len() + 1);
                    for at in 0..columns.len() {
                        match &bytes[columns.range(at)] {
                            line if line == row => assert_row(&columns, at, line, Some(&truth)),
                            line => {
                                assert_eq!(first_line(&segments, line), Some(line.len()));
                                assert_row(
                                    &columns,
                                    at,
                                    line,
                                    slow_truth(&segments, line).as_ref(),
                                );
                            }
                        }
                    }
                }
                bytes[place] = good;
            }
        }
    }
}

/// Returns what is wrong in one place does not make good what is wrong in another.
#[test]
fn two_bytes_may_be_wrong() {
    for (segments, row) in decoders() {
        for backend in backends() {
            let decoder = RowDecoder::on(&segments, backend).unwrap();
            let mut columns = RowColumns::with_capacity(1);
            for first in 0..row.len() {
                for second in first..row.len() {
                    for wrong in [|_| b'?', |_| b'\x80', |byte| byte ^ 1, |byte| byte ^ 0x80] {
                        let mut bytes = row.to_vec();
                        bytes[first] = wrong(bytes[first]);
                        bytes[second] = wrong(bytes[second]);
                        columns.clear();
                        decoder.decode(&bytes, &mut columns);
                        assert_rows(&segments, &columns, &bytes);
                    }
                }
            }
        }
    }
}

/// Sums worked out by hand: a remainder of 10 is two digits, of which one may be kept.
#[test]
fn check_digits_are_those_of_the_sum() {
    let mpan: [(&[u8], u8); 7] = [
        (b"0000000000000", 0),
        (b"0000000000010", 0), // 43, of which 10 is left
        (b"0000000000011", 2),
        (b"0000000000029", 0), // 86, 9
        (b"0000000000109", 2), // 41, 8
        (b"0000000000108", 0),
        (b"1000000000003", 0), // 3
    ];
    let mprn: [(&[u8], u8); 7] = [
        (b"0000000909", 0), // 9
        (b"0000001810", 0), // 8 and 2
        (b"0000001800", 2),
        (b"0000001900", 0), // 9 and 2, of which nothing is left
        (b"0000009108", 0), // 1 and 18, 8
        (b"1000000008", 0), // 8
        (b"1000000080", 2),
    ];
    for backend in backends() {
        for (digits, check, rows) in [(13, MPAN, mpan), (10, MPRN, mprn)] {
            let segments =
                [Segment::Text(8), number(digits, digits, check), Segment::literal(b"\n")];
            let decoder = RowDecoder::on(&segments, backend).unwrap();
            let bytes: Vec<u8> =
                rows.iter().flat_map(|it| [b"number: ", it.0, b"\n"].concat()).collect();
            let mut columns = RowColumns::with_capacity(7);
            assert_eq!(decoder.decode(&bytes, &mut columns), 7);
            assert_eq!(columns.marks(), rows.map(|it| it.1), "{backend}");
            // each at every place of sixteen, and the others right
            let stride = bytes.len() / 7;
            let mut columns = RowColumns::with_capacity(16);
            for ((row, mark), place) in
                bytes.chunks(stride).zip(rows.map(|it| it.1)).cycle().zip(0..112)
            {
                let mut bytes = bytes[..stride].repeat(16);
                bytes[place % 16 * stride..][..stride].copy_from_slice(row);
                columns.clear();
                assert_eq!(decoder.decode(&bytes, &mut columns), 16);
                let mut marks = [0; 16];
                marks[place % 16] = mark;
                assert_eq!(columns.marks(), marks, "{backend}");
            }
        }
    }
}

/// Sums up to what is the most: every remainder, and each of them right.
#[test]
fn sums_may_be_large() {
    const WEIGHTS: CheckDigits =
        CheckDigits { weights: &[35, 255, 255, 255, 255, 255, 255, 255], digits: 2 };
    let segments = [Segment::Text(6), number(10, 10, WEIGHTS), Segment::literal(b"\n")];
    let bodies = (0..5_000u64).map(|it| 99_999_999 - it * 1009);
    let mut bytes = Vec::new();
    for body in bodies.clone() {
        let digit = |place: u32| body / 10u64.pow(place) % 10;
        let sum = digit(0) * 35 + (1..8).map(digit).sum::<u64>() * 255;
        bytes.extend_from_slice(format!("large {body:08}{:02}\n", sum % 11).as_bytes());
    }
    for backend in backends() {
        let mut columns = RowColumns::with_capacity(5_000);
        assert_eq!(RowDecoder::on(&segments, backend).unwrap().decode(&bytes, &mut columns), 5_000);
        assert!(columns.marks().iter().all(|mark| *mark == 0), "{backend}");
        assert!(columns.numbers(0).iter().zip(bodies.clone()).all(|it| it.0 / 100 == it.1));
    }
}

/// One of a set and no other byte, wherever the letter stands and however many rows there are.
#[test]
fn letters_are_of_their_set() {
    let sets: [&[u8]; 7] =
        [b"A", b"ABC", b"AZ", b"\x0b\x1c\x2c", b" \x7f", b"\x00\x05\x09", b"09afAF"];
    for set in sets {
        let letter = || Segment::Letter(set.to_vec());
        let segments = [
            letter(),
            Segment::number(7),
            letter(),
            Segment::Text(12),
            letter(),
            Segment::literal(b"\n"),
        ];
        let good = [&set[..1], b"1234567", &set[..1], b"twelve bytes", &set[..1], b"\n"].concat();
        for backend in backends() {
            let decoder = RowDecoder::on(&segments, backend).unwrap();
            let mut columns = RowColumns::with_capacity(100);
            for (column, place) in [(0, 0), (1, 8), (2, 21)] {
                for byte in (0..=255).filter(|it| *it != b'\n') {
                    let row = 7 * usize::from(byte) % 100;
                    let mut bytes = good.repeat(100);
                    bytes[row * good.len() + place] = byte;
                    columns.clear();
                    assert_eq!(decoder.decode(&bytes, &mut columns), 100);
                    let mut marks = [0; 100];
                    marks[row] = if set.contains(&byte) { 0 } else { MARK_NOT_CANONICAL };
                    assert_eq!(columns.marks(), marks, "{backend}: {byte} of {set:?} in {row}");
                    if set.contains(&byte) {
                        assert_eq!(columns.letters(column)[row], byte);
                    }
                }
            }
            // alone in the first row of 32
            for row in [0, 31, 32, 33, 63, 64, 96, 99] {
                let mut bytes = good.repeat(100);
                bytes[row * good.len()] = set[0] + 1;
                columns.clear();
                assert_eq!(decoder.decode(&bytes, &mut columns), 100);
                let is_good = set.contains(&(set[0] + 1));
                let marked = columns.marks().iter().position(|mark| *mark != 0);
                assert_eq!(marked, (!is_good).then_some(row), "{backend}: {set:?}");
            }
            // alone behind 32
            let mut bytes = good.repeat(33);
            bytes[32 * good.len()] = set[0] + 1;
            columns.clear();
            assert_eq!(decoder.decode(&bytes, &mut columns), 33);
            let mark = if set.contains(&(set[0] + 1)) { 0 } else { MARK_NOT_CANONICAL };
            assert_eq!(columns.marks()[32], mark, "{backend}: {set:?}");
        }
    }
}

#[test]
fn every_date_is_chronos() {
    let segments = [Segment::Text(8), Segment::Date, Segment::literal(b"\n")];
    let decoders: Vec<RowDecoder> =
        backends().map(|it| RowDecoder::on(&segments, it).unwrap()).collect();
    let mut columns = RowColumns::with_capacity(1 << 12);
    let days = (0..100).flat_map(|month| (0..40).map(move |day| (month, day)));
    let mut rows = Vec::new();
    for (month, day) in days.clone() {
        rows.extend_from_slice(format!("........0000{month:02}{day:02}\n").as_bytes());
    }
    for year in (0..10_000).filter(|year| year % 100 < 5 || (1890..2110).contains(year)) {
        let digits = format!("{year:04}");
        for row in rows.chunks_exact_mut(17) {
            row[8..12].copy_from_slice(digits.as_bytes());
        }
        let is_day = |(month, day)| NaiveDate::from_ymd_opt(year, month, day).is_some();
        let truth: Vec<bool> = days.clone().map(is_day).collect();
        for decoder in &decoders {
            columns.clear();
            assert_eq!(decoder.decode(&rows, &mut columns), 4000);
            for ((mark, is_day), at) in columns.marks().iter().zip(&truth).zip(0..) {
                let (month, day) = (at / 40, at % 40);
                assert_eq!(*mark == 0, *is_day, "{} {year} {month} {day}", decoder.backend());
            }
        }
    }
}

#[test]
fn rows_of_many_widths_make_runs() {
    let (segments, _) = &decoders()[1];
    for backend in backends() {
        let decoder = RowDecoder::on(segments, backend).unwrap();
        let mut bytes = Vec::new();
        for row in 0..5000u64 {
            // and in the middle of them some hundreds of one width
            let number = match row {
                2000..2500 => 10_000 + row,
                _ => row * 7_919 % 10u64.pow(1 + (row * row / 50) as u32 % 10),
            };
            bytes.extend_from_slice(
                format!("\"E46\",\"RJ\",{number},\"A\",20240229\r\n").as_bytes(),
            );
        }
        for capacity in [1, 3, 64, 5000, 6000] {
            let mut columns = RowColumns::with_capacity(capacity);
            let (mut rows, mut at) = (0, 0);
            while at < bytes.len() {
                columns.clear();
                rows += decoder.decode(&bytes[at..], &mut columns);
                assert_ne!(columns.bytes(), 0);
                assert!(columns.marks().iter().all(|mark| mark & MARK_NOT_CANONICAL == 0));
                assert_rows(segments, &columns, &bytes[at..]);
                at += columns.bytes();
            }
            assert_eq!((rows, at), (5000, bytes.len()));
        }
    }
}

/// Returns what is random here, and the same each time.
fn seed(mut turn: u32) -> impl FnMut(usize) -> usize {
    move |below| {
        turn = turn.wrapping_mul(0x9E37_79B9).wrapping_add(0x7F4A_7C15);
        (turn >> 8) as usize % below
    }
}

/// So many lines of a decoder, their number that varies of these widths in turn.
fn lines_of(segments: &[Segment], widths: &[usize], count: usize) -> Vec<Vec<u8>> {
    let mut seed = seed(count as u32);
    let width = |(at, segment): (usize, &Segment)| match segment {
        Segment::Number { least, most, check } if least < most => {
            let width = widths[at % widths.len()].clamp(*least, *most);
            Segment::Number { least: width, most: width, check: *check }
        }
        segment => segment.clone(),
    };
    let parts_of =
        |at| segments.iter().map(move |segment| width((at, segment))).collect::<Vec<_>>();
    (0..count).map(|at| line_of(&parts_of(at), &mut seed)).collect()
}

/// Each place is looked at in few words, and all variants are of one shape for one loop.
#[test]
fn a_row_is_few_words() {
    // E45, with the first two digits, and the other eight; the date
    let decoder = RowDecoder::new(&decoders()[0].0).unwrap();
    let variant = &decoder.variants[0];
    let number = variant.numbers[0];
    assert_eq!((number.high.map(|it| it.word.at), number.low.word.at), (Some(0), 5));
    assert_eq!(variant.date.map(|it| it.at), Some(14));
    assert_eq!((variant.words.len(), variant.text.len()), (0, 0));
    // of text the words around it, which overlap at the end; digits apart
    let segments =
        [Segment::Text(20), Segment::Digits(9), Segment::Text(3), Segment::literal(b"\r\n")];
    let decoder = RowDecoder::new(&segments).unwrap();
    let variant = &decoder.variants[0];
    assert_eq!(variant.text.iter().map(|it| it.at).collect::<Vec<_>>(), [0, 8, 16, 26]);
    assert_eq!(variant.words.iter().map(|it| it.at).collect::<Vec<_>>(), [20, 26]);
    // letters are looked for one by one where others are between them
    let has_gaps = |letters: &[u8]| {
        let segments =
            [Segment::Letter(letters.to_vec()), Segment::Text(9), Segment::literal(b"\n")];
        RowDecoder::new(&segments).unwrap().variants[0].letters[0].has_gaps
    };
    assert_eq!([&b"A"[..], b"CBA", b"AC", b"ZABC"].map(has_gaps), [false, false, true, true]);
}

#[test]
fn all_variants_are_of_one_shape() {
    for (segments, _) in decoders() {
        let decoder = RowDecoder::new(&segments).unwrap();
        let (shortest, longest) = widths(&segments);
        let strides =
            |variants: &[Variant]| variants.iter().map(Variant::stride).collect::<Vec<_>>();
        assert_eq!(strides(&decoder.variants), (shortest..=longest).collect::<Vec<_>>());
        assert_eq!(strides(&decoder.aligned), strides(&decoder.variants));
        let shape = |it: &Variant| {
            let high: Vec<bool> = it.numbers.iter().map(|number| number.high.is_some()).collect();
            (it.words.len(), high)
        };
        let words = decoder.variants.iter().map(|it| it.words.len()).max().unwrap();
        for variant in &decoder.aligned {
            assert_eq!(shape(variant), shape(&decoder.aligned[0]));
            assert_eq!(variant.words.len(), words);
        }
        for (variant, aligned) in decoder.variants.iter().zip(&decoder.aligned) {
            let pieces = variant.numbers.iter().zip(&aligned.numbers);
            assert!(pieces.filter(|it| it.0.high.is_some()).all(|it| it.1.high.is_some()));
        }
    }
    // and all that the backends know are among the decoders of these tests, with others
    let varying = decoders().into_iter().filter(|it| widths(&it.0).0 < widths(&it.0).1);
    let shapes: BTreeSet<(usize, usize)> = varying
        .map(|(segments, _)| RowDecoder::new(&segments).unwrap().aligned.swap_remove(0))
        .map(|variant| (variant.numbers.len(), variant.words.len()))
        .collect();
    for shape in [(1, 0), (1, 1), (1, 2), (1, 3), (2, 0), (2, 1), (2, 2), (2, 3)] {
        assert!(shapes.contains(&shape), "{shape:?} of {shapes:?}");
    }
    // digits of one piece and of two, and a word more where these are fewer
    let segments = [number(1, 10, MPRN), Segment::literal(b",ABCDEFGHI\n")];
    let decoder = RowDecoder::new(&segments).unwrap();
    let highs = |all: &[Variant]| all.iter().filter(|it| it.numbers[0].high.is_some()).count();
    assert_eq!((highs(&decoder.variants), highs(&decoder.aligned)), (2, 10));
}

/// As many as there are, up to one that does not end in its place.
#[test]
fn rows_of_one_width_are_taken_together() {
    for (segments, row) in decoders() {
        for backend in backends() {
            let decoder = RowDecoder::on(&segments, backend).unwrap();
            let variant = decoder.variants.iter().find(|it| it.stride() == row.len()).unwrap();
            for rows in (0..27).chain([100]) {
                for capacity in [0, 1, 7, 8, 9, 16, 25, 200] {
                    let mut columns = RowColumns::with_capacity(capacity);
                    let bytes = [&row.repeat(rows), &row[1..row.len() - 1]].concat();
                    let taken = backend.run(variant, &decoder.ends, &bytes, &mut columns);
                    assert_eq!((taken, columns.len()), (rows.min(capacity), rows.min(capacity)));
                    assert_rows(&segments, &columns, &bytes);
                    assert!(
                        columns.starts().windows(2).all(|it| it[1] - it[0] == row.len() as u32)
                    );
                }
                // nor is it a row where a line ends that would be as long as another row
                let (shortest, _) = widths(&segments);
                let before = shortest - 1..row.len() - 1;
                for (place, byte) in before.map(|it| (it, b'\n')).chain([(row.len() - 1, b'x')]) {
                    let mut columns = RowColumns::with_capacity(200);
                    let mut bytes = row.repeat(rows + 20);
                    bytes[row.len() * rows + place] = byte;
                    let taken = backend.run(variant, &decoder.ends, &bytes, &mut columns);
                    assert_eq!(taken, rows, "{backend}");
                    assert_rows(&segments, &columns, &bytes);
                    // the last of them, before a group is full
                    columns.clear();
                    let bytes = &bytes[..row.len() * (rows + 1)];
                    assert_eq!(backend.run(variant, &decoder.ends, bytes, &mut columns), rows);
                }
            }
        }
    }
}

/// At most 64, up to one that is of no width of the decoder; perhaps none of fewer than 64 bytes.
#[test]
fn lines_of_many_widths_are_taken_together() {
    for (segments, _) in decoders() {
        for widths in [&[0][..], &[99], &[0, 99], &[99, 7, 3, 9, 2, 16, 5]] {
            let lines = lines_of(&segments, widths, 150);
            for backend in backends() {
                let decoder = RowDecoder::on(&segments, backend).unwrap();
                let run = |bytes: &[u8], most: usize, columns: &mut RowColumns| {
                    let rows = backend.run_lines(&decoder.aligned, &decoder.ends, bytes, columns);
                    let expected = if rows == 0 && bytes.len() < 64 { 0 } else { most };
                    assert_eq!(rows, expected, "{backend}");
                };
                for capacity in [0, 1, 7, 8, 9, 63, 64, 65, 200] {
                    let mut columns = RowColumns::with_capacity(capacity);
                    for rows in [0, 1, 5, 8, 9, 17, 63, 64, 65, 150] {
                        columns.clear();
                        let bytes = lines[..rows].concat();
                        run(&bytes, rows.min(64).min(capacity), &mut columns);
                        assert_rows(&segments, &columns, &bytes);
                        // those behind; the last of them is not whole
                        let first = columns.len();
                        let rest = &bytes[columns.bytes()..];
                        let rest = &rest[..rest.len().saturating_sub(1)];
                        let most = (rows - first).saturating_sub(1).min(64);
                        run(rest, most.min(capacity - first), &mut columns);
                        assert_rows(&segments, &columns, &bytes);
                    }
                }
                let mut columns = RowColumns::with_capacity(200);
                for good in [0, 1, 6, 7, 8, 30, 63] {
                    columns.clear();
                    let long = vec![b'x'; decoder.longest()];
                    let (before, behind) = lines.split_at(good);
                    let bytes = [&before.concat(), &long[..], b"\n", &behind.concat()].concat();
                    run(&bytes, good, &mut columns);
                    assert_rows(&segments, &columns, &bytes);
                    // lines that are too short may be taken together, as an not canonical row
                    for short in [&b"\n"[..], b"E45\n", b"\n\na\n\n\n\n\n\n\n\n\n"] {
                        columns.clear();
                        let bytes = [&before.concat(), short, &behind.concat()].concat();
                        let rows = backend.run_lines(
                            &decoder.aligned,
                            &decoder.ends,
                            &bytes,
                            &mut columns,
                        );
                        assert!(rows >= good, "{backend}: {rows} {good}");
                        assert_rows(&segments, &columns, &bytes);
                    }
                }
            }
        }
    }
}

#[test]
fn a_plan_tells_its_backend_and_its_longest_line() {
    let [longest, shortest] = [(9, 16), (9, 9)].map(|(least, most)| {
        let segments = [number(least, most, MPRN), Segment::literal(b";\n")];
        RowDecoder::on(&segments, Backend::Portable).unwrap()
    });
    assert_eq!((longest.longest(), shortest.longest()), (18, 11));
    assert_eq!(longest.backend(), Backend::Portable);
    for backend in Backend::ALL {
        let decoder = RowDecoder::on(&decoders()[0].0, backend).unwrap();
        assert_eq!(decoder.backend() == backend, backend.is_available());
    }
    assert_eq!(RowDecoder::new(&decoders()[0].0).unwrap().backend(), Backend::best());
}

#[test]
fn fields_are_where_the_parts_are_that_are_no_literals() {
    let (segments, row) = &decoders()[1];
    let decoder = RowDecoder::new(segments).unwrap();
    // "E46","AC",123409,"N",20001231
    assert_eq!(decoder.fields(row), Some(&[7..8, 8..9, 11..17, 19..20, 22..30][..]));
    let row = b"\"E46\",\"??\",x,\"?\",        \r\n";
    assert_eq!(decoder.fields(row), Some(&[7..8, 8..9, 11..12, 14..15, 17..25][..]));
    // of no width of the decoder
    let row = b"\"E46\",\"??\",,\"?\",        \r\n";
    assert_eq!(decoder.fields(row), None);
    let row = b"\"E46\",\"??\",12345678901,\"?\",        \r\n";
    assert_eq!(decoder.fields(row), None);
    assert_eq!(decoder.fields(b""), None);
}

#[test]
fn two_letters_that_are_wrong_alike_are_not_right() {
    let letter = Segment::Letter(b"AB".to_vec());
    let segments = [
        Segment::literal(b"ABCDEFGHIJKLMNOP"),
        Segment::number(5),
        letter,
        Segment::literal(b"\n"),
    ];
    let decoder = RowDecoder::new(&segments).unwrap();
    assert_eq!(decoder.fields(b"ABCDEFGHIJKLMNOP12345A\n"), Some(&[16..21, 21..22][..]));
    assert_eq!(decoder.fields(b"@BCDEFGHHJKLMNOP12345A\n"), None);
}

#[test]
fn a_row_has_fields_where_its_literals_are_in_their_places() {
    for (segments, row) in decoders() {
        let decoder = RowDecoder::new(&segments).unwrap();
        let fields = decoder.fields(row).unwrap();
        for place in 0..row.len() {
            let mut row = row.to_vec();
            row[place] ^= 0x41;
            let is_literal = !fields.iter().any(|field| field.contains(&place));
            assert_eq!(
                decoder.fields(&row),
                (!is_literal).then_some(fields),
                "{}",
                row.escape_ascii()
            );
        }
    }
}

#[test]
fn a_line_that_breaks_the_row_stops_it() {
    let (segments, row) = &decoders()[0];
    let decoder = RowDecoder::new(segments).unwrap();
    let mut columns = RowColumns::with_capacity(100);
    for good in 0..20 {
        for rest in
            [&b"\n"[..], b"E45\n", b"E451234567810A20240229x\n", b"E451234567810A20240229", b""]
        {
            columns.clear();
            let bytes = [&row.repeat(good)[..], rest].concat();
            assert_eq!(decoder.decode(&bytes, &mut columns), good);
            assert_eq!(columns.bytes(), good * row.len());
        }
    }
}

#[test]
fn what_is_no_line_is_no_plan() {
    let end = || Segment::literal(b"\n");
    let checked = |weights, digits| number(10, 10, CheckDigits { weights, digits });
    let letter = || Segment::Letter(b"AB".to_vec());
    let accepted: [&[Segment]; 5] = [
        &[Segment::number(7), end()],
        &[Segment::number(16), Segment::number(1), end()],
        &[letter(), letter(), letter(), Segment::Text(10), end()],
        &[checked(&[35, 255, 255, 255, 255, 255, 255, 255], 2), end()],
        &[Segment::Text(254), end()],
    ];
    for segments in accepted {
        assert!(RowDecoder::new(segments).is_some(), "{segments:?}");
    }
    let refused: [&[Segment]; 18] = [
        &[letter(), letter(), letter(), letter(), Segment::Text(10), end()],
        &[Segment::number(8), Segment::number(8), Segment::number(8), end()],
        // sums up to 2^14
        &[checked(&[36, 255, 255, 255, 255, 255, 255, 255], 2), end()],
        &[checked(&[1], 0), end()],
        &[checked(&[1], 3), end()],
        &[Segment::Text(255), end()],
        &[Segment::Text(10), Segment::Number { least: 5, most: 4, check: None }, end()],
        &[Segment::Text(10), Segment::Number { least: 0, most: 4, check: None }, end()],
        &[Segment::Number { least: 1, most: 17, check: None }, Segment::Text(10), end()],
        &[],
        &[Segment::Text(20)],
        &[Segment::number(6), end()],
        &[Segment::number(17), end()],
        &[Segment::literal(b"a\nb       "), end()],
        &[Segment::Date, Segment::Date, end()],
        &[Segment::Letter(vec![]), Segment::Text(10), end()],
        &[Segment::Letter(vec![b'A', 0xC3]), Segment::Text(10), end()],
        &[number(1, 5, MPRN), number(1, 5, MPRN), Segment::Text(10), end()],
    ];
    for segments in refused {
        assert!(RowDecoder::new(segments).is_none(), "{segments:?}");
    }
}

/// A segment of a line, none of which holds a line end.
fn segment() -> impl Strategy<Value = Segment> {
    let check = prop_oneof![Just(None), Just(Some(MPRN)), Just(Some(MPAN))];
    prop_oneof![
        "[ -~]{1,20}".prop_map(|text| Segment::literal(text.as_bytes())),
        (1..=16usize, check.clone()).prop_map(|(d, check)| Segment::Number {
            least: d,
            most: d,
            check
        }),
        (1..=10usize, check).prop_map(|(most, check)| Segment::Number { least: 1, most, check }),
        (1..30usize).prop_map(Segment::Digits),
        (1..30usize).prop_map(Segment::Text),
        (1..30usize).prop_map(Segment::Code),
        Just(Segment::Date),
        prop::collection::vec(0..0x80u8, 1..9).prop_map(Segment::Letter),
    ]
}

/// A line of a decoder, its number that varies of some width; near enough to be canonical often.
fn line_of(segments: &[Segment], seed: &mut impl FnMut(usize) -> usize) -> Vec<u8> {
    let mut line = Vec::new();
    for segment in segments {
        match segment {
            Segment::Literal(bytes) => line.extend_from_slice(bytes),
            Segment::Number { least, most, .. } => {
                let width = least + seed(most - least + 1);
                line.extend((0..width).map(|_| b'0' + seed(10) as u8));
            }
            Segment::Digits(width) => line.extend((0..*width).map(|_| b'0' + seed(10) as u8)),
            Segment::Text(width) => line.extend((0..*width).map(|_| b' ' + seed(92) as u8)),
            Segment::Code(width) => line.extend((0..*width).map(|_| b'0' + seed(43) as u8)),
            Segment::Date => {
                let (month, day) = (1 + seed(12), 1 + seed(29));
                line.extend(format!("{:04}{month:02}{day:02}", 1890 + seed(220)).bytes());
            }
            Segment::Letter(bytes) => line.push(bytes[seed(bytes.len())]),
        }
    }
    line
}

proptest! {
    /// Any decoder over any lines, of which some are spoilt: the columns are as the slow truth has
    /// them, and every backend stops at the same place.
    #[test]
    fn any_plan_is_as_the_slow_truth_has_it(
        segments in prop::collection::vec(segment(), 1..7),
        is_crlf in any::<bool>(),
        seeds in prop::collection::vec(any::<u32>(), 40),
        spoilt in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        (lines, capacity) in (1..200usize, 1..200usize),
    ) {
        let mut segments = segments;
        segments.push(Segment::literal(if is_crlf { b"\r\n" } else { b"\n" }));
        let (mut next, mut turn) = (seeds.iter().cycle(), 0u32);
        let mut seed = |below: usize| {
            turn = turn.wrapping_mul(0x9E37_79B9).wrapping_add(*next.next().unwrap());
            (turn >> 8) as usize % below
        };
        let mut bytes: Vec<u8> = (0..lines).flat_map(|_| line_of(&segments, &mut seed)).collect();
        for (place, byte) in spoilt {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let mut ends = Vec::new();
        for backend in backends() {
            let Some(decoder) = RowDecoder::on(&segments, backend) else { return Ok(()) };
            let mut columns = RowColumns::with_capacity(capacity);
            let mut at = 0;
            loop {
                columns.clear();
                // an allocation of its own, so that a sanitizer sees each byte read beyond it
                let rest = bytes[at..].to_vec();
                if decoder.decode(&rest, &mut columns) == 0 {
                    break;
                }
                assert_rows(&segments, &columns, &rest);
                at += columns.bytes();
            }
            assert_eq!(first_line(&segments, &bytes[at..]), None);
            ends.push(at);
        }
        prop_assert!(ends.iter().all(|end| *end == ends[0]), "{:?}", ends);
    }
}
