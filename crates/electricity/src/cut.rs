//! Cutting a line into its items: the shape of every line, in both layouts.
//!
//! ```text
//! zhv  := (item "|")* [item]        as many as the profile says; the last bar may be missing
//! item := [^|]*
//! zhf  := code item{1} ... item{n}  each at its most characters, nothing after the last
//! ```
//!
//! A zhv header or trailer may have more items than we have names for: its *surplus*.
//!
//! White space behind the last pipe of a zhv line is no item, nor is a cell of white space behind the
//! last item: both are the line's *blanks*, and the line is read without them.

use nom::bytes::complete::{take, take_till};
use nom::character::complete::char;
use nom::multi::fold_many0;
use nom::sequence::terminated;
use nom::{IResult, Offset, Parser};

use crate::error::{ErrorKind, Fault};
use crate::item::{Layout, MAX_ITEMS};
use crate::profile::{LineKind, Profile};

/// Where the items of a line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) kind: LineKind,
    pub(crate) missing_bar: bool,
    /// The bytes of the line without its blanks.
    pub(crate) kept: usize,
    ends: Ends,
}

impl Cut {
    /// Where an item stands, the code being item 0.
    pub(crate) fn span(&self, index: usize, layout: Layout) -> (usize, usize) {
        let end = |index: usize| self.ends.at.get(index).map_or(0, |end| *end as usize);
        let bar = usize::from(layout == Layout::Zhv);
        let start = index.checked_sub(1).map_or(0, |before| end(before) + bar);
        (start, end(index))
    }
}

/// The ends of the first items, the code's at 0, and how many items there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ends {
    count: usize,
    at: [u32; MAX_ITEMS + 1],
}

impl Ends {
    const NONE: Self = Self { count: 0, at: [0; MAX_ITEMS + 1] };

    /// A line so long that an end does not fit is longer than any limit of a reader.
    fn push(&mut self, end: usize) {
        if let Some(place) = self.at.get_mut(self.count) {
            *place = u32::try_from(end).unwrap_or(u32::MAX);
        }
        self.count += 1;
    }
}

/// `item := [^|]*`
fn item(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_till(|byte| byte == b'|').parse(input)
}

/// `zhv := (item "|")* [item]`: the items, and whether the last bar is missing.
fn zhv(line: &[u8]) -> IResult<&[u8], (Ends, bool)> {
    let mut ends = Ends::NONE;
    let push = |(), item: &[u8]| ends.push(line.offset(item) + item.len());
    let (last, ()) = fold_many0(terminated(item, char('|')), || (), push).parse(line)?;
    if !last.is_empty() {
        ends.push(line.len());
    }
    Ok((b"", (ends, !last.is_empty())))
}

/// `zhf := code item{1} ... item{n}`. A line of another length is none of the kind's.
fn zhf<'a>(line: &'a [u8], kind: LineKind, profile: &Profile) -> IResult<&'a [u8], Ends> {
    let mut ends = Ends::NONE;
    let code = profile.code(kind, Layout::Zhf).len();
    let items = profile.items(kind).iter().map(|item| item.most);
    let mut rest = line;
    for length in std::iter::once(code).chain(items) {
        (rest, _) = take(length).parse(rest)?;
        ends.push(line.len() - rest.len());
    }
    nom::combinator::eof(rest).map(|(rest, _)| (rest, ends))
}

/// Which line it is, by its code, whatever follows.
#[inline]
pub(crate) fn peek_kind(line: &[u8], layout: Layout, profile: &Profile) -> Option<LineKind> {
    [LineKind::Update, LineKind::Group, LineKind::Header, LineKind::Trailer]
        .into_iter()
        .find(|kind| has_code(line, layout, profile.code(*kind, layout)))
}

#[inline]
fn has_code(line: &[u8], layout: Layout, code: &str) -> bool {
    if code.is_empty() {
        return false;
    }
    match (line.strip_prefix(code.as_bytes()), layout) {
        (None, _) => false,
        (Some(_), Layout::Zhf) => true,
        (Some(rest), Layout::Zhv) => matches!(rest, [] | [b'|', ..]),
    }
}

/// Cuts a line into the items of the record that it begins with.
pub(crate) fn cut(line: &[u8], layout: Layout, profile: &Profile) -> Result<Cut, Fault> {
    let kind = peek_kind(line, layout, profile)
        .ok_or_else(|| Fault::of_line(ErrorKind::UnknownRecord, line))?;
    match layout {
        Layout::Zhv => cut_zhv(line, kind, profile.items(kind).len()),
        Layout::Zhf => cut_zhf(line, kind, profile),
    }
}

fn cut_zhv(line: &[u8], kind: LineKind, expected: usize) -> Result<Cut, Fault> {
    let fits = |count| match kind {
        LineKind::Header | LineKind::Trailer => count > expected,
        LineKind::Group | LineKind::Update => count == expected + 1,
    };
    let kept = without_blanks(line, expected);
    match zhv(kept) {
        Ok((_, (ends, missing_bar))) if fits(ends.count) => {
            Ok(Cut { kind, missing_bar, kept: kept.len(), ends })
        }
        _ => Err(Fault::of_line(ErrorKind::MalformedRecord { expected }, line)),
    }
}

/// A zhv line without white space behind its last pipe, and without the cells behind its last item
/// if they are empty but for white space. Cells without any white space stay: in a header or trailer
/// they may be items, and in a group they are too many.
fn without_blanks(line: &[u8], expected: usize) -> &[u8] {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let end = line.iter().rposition(|byte| !is_blank(byte)).map_or(0, |last| last + 1);
    let (text, _) = line.split_at(end);
    let Some(mut inner) = text.strip_suffix(b"|") else { return line };
    let mut count = text.iter().filter(|byte| **byte == b'|').count();
    let mut has_space = false;
    // the code is the first cell
    while count > expected + 1 {
        let start = inner.iter().rposition(|byte| *byte == b'|').map_or(0, |pipe| pipe + 1);
        let (before, cell) = inner.split_at(start);
        if !cell.iter().all(is_blank) {
            break;
        }
        has_space |= !cell.is_empty();
        inner = before.strip_suffix(b"|").unwrap_or(before);
        count -= 1;
    }
    // the pipe behind the last item stays
    line.get(..=inner.len()).filter(|_| has_space).unwrap_or(text)
}

fn cut_zhf(line: &[u8], kind: LineKind, profile: &Profile) -> Result<Cut, Fault> {
    match zhf(line, kind, profile) {
        Ok((_, ends)) => Ok(Cut { kind, missing_bar: false, kept: line.len(), ends }),
        Err(_) => {
            let expected = profile.fixed_length(kind);
            Err(Fault::of_line(ErrorKind::WrongLength { expected }, line))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::Flow;

    type Items<'a> = (LineKind, Vec<&'a str>, bool);

    fn items(line: &str, layout: Layout) -> Result<Items<'_>, ErrorKind> {
        let profile = Profile::builtin(Flow::D0350);
        let cut = cut(line.as_bytes(), layout, &profile).map_err(|fault| {
            assert_eq!((fault.field, fault.start, fault.length), (None, 0, line.len()));
            fault.kind
        })?;
        let spans = (0..=profile.items(cut.kind).len()).map(|index| cut.span(index, layout));
        Ok((cut.kind, spans.map(|(start, end)| &line[start..end]).collect(), cut.missing_bar))
    }

    #[test]
    fn zhv_lines_are_cut_at_their_bars() {
        let zhv = |line| items(line, Layout::Zhv);
        let update = vec!["X02", "1", "DC01", "1013044353630", "A", "20211105"];
        let kind = LineKind::Update;
        assert_eq!(zhv("X02|1|DC01|1013044353630|A|20211105|"), Ok((kind, update.clone(), false)));
        assert_eq!(zhv("X02|1|DC01|1013044353630|A|20211105"), Ok((kind, update, true)));
        assert_eq!(zhv("X02||||||"), Ok((kind, vec!["X02", "", "", "", "", ""], false)));
        assert_eq!(zhv("X01|7|"), Ok((LineKind::Group, vec!["X01", "7"], false)));
        assert_eq!(zhv("X01|7"), Ok((LineKind::Group, vec!["X01", "7"], true)));
        for line in ["X02", "X02|", "X02|||||", "X02|||||||", "X02||||||x"] {
            assert_eq!(zhv(line), Err(ErrorKind::MalformedRecord { expected: 5 }), "{line}");
        }
        for line in ["", "|", "x02|1|", "X021|", "ZHF|", "X03|1|"] {
            assert_eq!(zhv(line), Err(ErrorKind::UnknownRecord), "{line}");
        }
    }

    #[test]
    fn headers_and_trailers_may_have_more_items() {
        let zhv = |line| items(line, Layout::Zhv);
        let trailer = vec!["ZPT", "1", "2", "", "3", "4"];
        for (line, missing_bar) in [
            ("ZPT|1|2||3|4|", false),
            ("ZPT|1|2||3|4", true),
            ("ZPT|1|2||3|4||", false),
            ("ZPT|1|2||3|4|x", true),
            ("ZPT|1|2||3|4|x|y|", false),
        ] {
            assert_eq!(zhv(line), Ok((LineKind::Trailer, trailer.clone(), missing_bar)), "{line}");
        }
        assert_eq!(zhv("ZPT|1|2||3|"), Err(ErrorKind::MalformedRecord { expected: 5 }));
        assert_eq!(zhv("ZHV||||||||||||").unwrap().0, LineKind::Header);
        assert_eq!(zhv("ZHV|||||||||||"), Err(ErrorKind::MalformedRecord { expected: 11 }));
        let many = format!("ZHV{}", "|".repeat(100));
        assert_eq!(zhv(&many).unwrap().1.len(), 12);
    }

    #[test]
    fn blanks_behind_the_last_item_are_no_items() {
        let profile = Profile::builtin(Flow::D0350);
        let group = |blanks: &str| format!("X01|7|{blanks}");
        let trailer = |blanks: &str| format!("ZPT|1|2||3|4|{blanks}");
        for (line, kept) in [
            (group(""), 6),
            (group(" "), 6),
            (group(" \t "), 6),
            (group(" | | |"), 6),
            (group("|| |"), 6),
            (group(" | | "), 6),
            (trailer(""), 13),
            (trailer("  "), 13),
            (trailer("\t| |  "), 13),
            (trailer("x| |"), 15),
            // cells without white space are items of their own
            (trailer("|"), 14),
            (trailer("|  "), 14),
            (trailer("x"), 14),
        ] {
            let cut = cut(line.as_bytes(), Layout::Zhv, &profile).unwrap();
            assert_eq!(
                (cut.kept, cut.kept < line.len() && cut.missing_bar),
                (kept, false),
                "{line}"
            );
        }
        for line in [group("|"), group("||"), group("| "), group("x| |"), group(" |x"), group("\r")]
        {
            let error = cut(line.as_bytes(), Layout::Zhv, &profile).unwrap_err();
            assert_eq!(error.kind, ErrorKind::MalformedRecord { expected: 1 }, "{line}");
        }
    }

    #[test]
    fn zhf_lines_are_cut_at_their_lengths() {
        let zhf = |line| items(line, Layout::Zhf);
        let line = "X020000000001DC011013044353630A20211105";
        let update = vec!["X02", "0000000001", "DC01", "1013044353630", "A", "20211105"];
        assert_eq!(zhf(line), Ok((LineKind::Update, update, false)));
        assert_eq!(zhf("X010000000007").unwrap().1, ["X01", "0000000007"]);
        for line in [&line[..38], &line[..3], "X020000000001DC011013044353630A20211105|"] {
            assert_eq!(zhf(line), Err(ErrorKind::WrongLength { expected: 39 }), "{line}");
        }
        for line in ["", "X0", "ZHV", "X03"] {
            assert_eq!(zhf(line), Err(ErrorKind::UnknownRecord), "{line}");
        }
    }
}
