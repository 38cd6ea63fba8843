//! The records of formats.md once more, slowly: string slices, the standard library and chrono.
//! Nothing of the code under test is used but the types of its values.

use chrono::NaiveDate;
use flagflow_domain::{EffectiveDate, Mprn, Outcome, ServiceFlag};
use flagflow_gas::{Detail, E45, E46, ErrorKind, Layout};

/// The kind of an error, and its byte in the line from 0.
pub(crate) type Wrong = (ErrorKind, usize);

type Cell<'a> = (usize, &'a [u8]);

/// One detail record's line, without its end.
pub(crate) fn detail(line: &[u8], layout: Layout) -> Result<Detail, Wrong> {
    let cells = match layout {
        Layout::Fixed => fixed(line)?,
        Layout::Uklink => uklink(line)?,
    };
    match cells[..] {
        [_, mprn, flag, date] => update(mprn, flag, date).map(Detail::E45),
        [_, outcome, mprn, flag, date] => {
            let outcome = read(outcome, ErrorKind::UnknownOutcome, as_outcome)?;
            let update = update(mprn, flag, date)?;
            Ok(Detail::E46(E46::new(
                outcome,
                update.meter_point_reference(),
                update.flag(),
                update.effective_from(),
            )))
        }
        _ => unreachable!(),
    }
}

fn fixed(line: &[u8]) -> Result<Vec<Cell<'_>>, Wrong> {
    // the starts in formats.md, section 2
    let starts: &[usize] = match line.get(..3) {
        Some(b"E45") => &[0, 3, 13, 14, 22],
        Some(b"E46") => &[0, 3, 5, 15, 16, 24],
        _ => return Err((ErrorKind::UnknownRecord, 0)),
    };
    let expected = starts[starts.len() - 1];
    if line.len() != expected {
        return Err((ErrorKind::WrongLength { expected }, 0));
    }
    Ok(starts.windows(2).map(|ends| (ends[0], &line[ends[0]..ends[1]])).collect())
}

fn uklink(line: &[u8]) -> Result<Vec<Cell<'_>>, Wrong> {
    let cells = cells(line).ok_or((ErrorKind::MalformedRecord { expected: None }, 0))?;
    let expected = match cells[0].1 {
        b"E45" => 4,
        b"E46" => 5,
        _ => return Err((ErrorKind::UnknownRecord, 0)),
    };
    if cells.len() == expected {
        return Ok(cells);
    }
    Err((ErrorKind::MalformedRecord { expected: Some(expected) }, 0))
}

/// Quoted or bare cells between commas; none where a quote is broken.
fn cells(line: &[u8]) -> Option<Vec<Cell<'_>>> {
    let (mut cells, mut at) = (Vec::new(), 0);
    loop {
        let rest = &line[at..];
        let (start, length, used) = if rest.first() == Some(&b'"') {
            let length = rest[1..].iter().position(|b| *b == b'"')?;
            (at + 1, length, length + 2)
        } else {
            let end = rest.iter().position(|b| matches!(b, b'"' | b',')).unwrap_or(rest.len());
            (at, end, end)
        };
        cells.push((start, &line[start..start + length]));
        at += used;
        match line.get(at) {
            None => return Some(cells),
            Some(b',') => at += 1,
            Some(_) => return None,
        }
    }
}

fn update(mprn: Cell<'_>, flag: Cell<'_>, date: Cell<'_>) -> Result<E45, Wrong> {
    Ok(E45::new(
        read(mprn, ErrorKind::NotANumber, as_mprn)?,
        read(flag, ErrorKind::UnknownFlag, as_flag)?,
        read(date, ErrorKind::InvalidDate, as_date)?,
    ))
}

fn read<T>(cell: Cell<'_>, kind: ErrorKind, parse: fn(&str) -> Option<T>) -> Result<T, Wrong> {
    let (start, bytes) = cell;
    if let Some(at) = bytes.iter().position(|byte| *byte > 0x7F) {
        return Err((ErrorKind::NonAscii, start + at));
    }
    parse(std::str::from_utf8(bytes).unwrap()).ok_or((kind, start))
}

fn as_outcome(text: &str) -> Option<Outcome> {
    match text {
        "AC" => Some(Outcome::Accepted),
        "RJ" => Some(Outcome::Rejected),
        _ => None,
    }
}

fn as_mprn(text: &str) -> Option<Mprn> {
    let digits = (1..=10).contains(&text.len()) && text.chars().all(|c| c.is_ascii_digit());
    digits.then(|| Mprn::new(text.parse().unwrap()).unwrap())
}

fn as_flag(text: &str) -> Option<ServiceFlag> {
    match text {
        "A" => Some(ServiceFlag::Active),
        "N" => Some(ServiceFlag::NonActive),
        "I" => Some(ServiceFlag::InstalledNotCommissioned),
        "S" => Some(ServiceFlag::Suspended),
        "W" => Some(ServiceFlag::Withdrawn),
        _ => None,
    }
}

fn as_date(text: &str) -> Option<EffectiveDate> {
    if text.len() != 8 || !text.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| text[from..to].parse::<u32>().unwrap();
    let year = i32::try_from(part(0, 4)).unwrap();
    NaiveDate::from_ymd_opt(year, part(4, 6), part(6, 8)).map(|date| date.try_into().unwrap())
}
