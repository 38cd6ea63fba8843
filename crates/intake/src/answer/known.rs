//! The meter points of a provider.

use std::fmt;
use std::io::BufRead;

use flagflow_check::{escape, sniff};
use flagflow_frame::{Line, LineReader};

use flagflow_files::{Error, ErrorKind, Result};

/// The most bytes of a line with a meter point or a comment.
const MAX_LINE: usize = 4096;

/// The most bytes of a bad line that an error shows.
const SHOWN: usize = 64;

/// Kind of meter points in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointKind {
    /// Gas, at most 10 digits.
    Mprn,
    /// Electricity, 13 digits.
    Mpan,
}

impl fmt::Display for PointKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Mprn => "MPRNs (at most 10 digits)",
            Self::Mpan => "MPAN cores (13 digits)",
        })
    }
}

/// Meter points of a provider, which answers for no others.
///
/// Exact. Eight bytes a point, sorted, and half a byte for finding the right ones: 31 million
/// points take 264 MB. Looking one up reads memory in two places, where the points are spread
/// evenly.
#[derive(Clone, Debug)]
pub struct KnownPoints {
    kind: Option<PointKind>,
    points: Vec<u64>,
    index: Index,
}

/// Start of each of many equal ranges of numbers in the sorted points.
#[derive(Clone, Debug, Default)]
struct Index {
    first: u64,
    /// A range has this power of 2 of numbers.
    shift: u32,
    /// Has one more element than there are ranges.
    starts: Vec<usize>,
}

impl Index {
    /// Number of points that a range would have if the points were spread evenly.
    const POINTS_OF_RANGE: u64 = 16;

    fn new(points: &[u64]) -> Self {
        let (Some(&first), Some(&last)) = (points.first(), points.last()) else {
            return Self::default();
        };
        let most = points.len() as u64 / Self::POINTS_OF_RANGE + 1;
        let shift = (0..u64::BITS).find(|shift| (last - first) >> shift < most).unwrap_or_default();
        let mut index = Self { first, shift, starts: Vec::new() };
        for (place, point) in points.iter().enumerate() {
            let ranges = index.range(*point).unwrap_or_default() + 1;
            if index.starts.len() < ranges {
                index.starts.resize(ranges, place);
            }
        }
        index.starts.push(points.len());
        index
    }

    /// Returns the range of a number that is not below the first point.
    fn range(&self, point: u64) -> Option<usize> {
        usize::try_from(point.checked_sub(self.first)? >> self.shift).ok()
    }

    /// Returns the points of the range that a number is in.
    fn points_around<'p>(&self, point: u64, points: &'p [u64]) -> &'p [u64] {
        let ends =
            self.range(point).and_then(|range| self.starts.get(range..range.checked_add(2)?));
        match ends {
            Some(&[from, to]) => &points[from..to],
            _ => &[],
        }
    }
}

impl KnownPoints {
    /// Reads one meter point a line: an MPRN with or without leading zeros, or the 13 digits of an
    /// MPAN core. Space around it, empty lines and lines that begin with `#` are skipped.
    ///
    /// ```
    /// use flagflow_intake::answer::KnownPoints;
    ///
    /// let known = KnownPoints::read(&b"# ours\n0000123409\n1234567810\n"[..])?;
    /// assert!(known.contains(123409) && !known.contains(123));
    /// # Ok::<(), flagflow_intake::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Options`] with the number and the text of the first line that is not a meter
    /// point, or is a meter point of another fuel than the lines above; [`ErrorKind::Input`] when
    /// reading fails.
    pub fn read(input: impl BufRead) -> Result<Self> {
        Self::read_by(input, false)
    }

    /// Reads a list as [`KnownPoints::read`] does; errors do not have the text of the line.
    ///
    /// # Errors
    ///
    /// As [`KnownPoints::read`].
    pub fn read_masked(input: impl BufRead) -> Result<Self> {
        Self::read_by(input, true)
    }

    fn read_by(input: impl BufRead, mask: bool) -> Result<Self> {
        let mut known = Self { kind: None, points: Vec::new(), index: Index::default() };
        let mut lines = LineReader::with_max_line(input, MAX_LINE);
        while let Some(line) = lines.read_line().map_err(Error::reading)? {
            known.take(&line, mask)?;
        }
        known.points.sort_unstable();
        known.points.dedup();
        known.points.shrink_to_fit();
        known.index = Index::new(&known.points);
        Ok(known)
    }

    fn take(&mut self, line: &Line<'_>, mask: bool) -> Result<()> {
        let text = line.bytes.trim_ascii();
        // the beginning of an oversized line only decides if it is a comment
        if text.starts_with(b"#") || text.is_empty() && !line.oversize {
            return Ok(());
        }
        let bad = |what: &str| {
            let shown = match mask {
                true => String::new(),
                false => format!(": `{}`", escape(&text[..text.len().min(SHOWN)])),
            };
            let what = format!("known meter points: line {}{shown}: {what}", line.number);
            Error::new(ErrorKind::Options, what)
        };
        let (kind, point) = point(text).filter(|_| !line.oversize).ok_or_else(|| {
            let is_first = self.kind.is_none() && self.points.is_empty();
            let looks = is_first.then(|| sniff::describe(line.bytes)).flatten();
            let looks = looks.map(|looks| format!(" (the list is {looks})")).unwrap_or_default();
            bad(&(not_a_point(text, is_first) + &looks))
        })?;
        if *self.kind.get_or_insert(kind) != kind {
            return Err(bad("MPRNs and MPAN cores in one list"));
        }
        self.points.push(point);
        Ok(())
    }

    /// Refuses a list of the other fuel.
    pub(super) fn require(&self, kind: PointKind) -> Result<()> {
        match self.kind {
            Some(own) if own != kind => {
                let what = format!("the known meter points are {own}, and the file has {kind}");
                Err(Error::new(ErrorKind::Options, what))
            }
            _ => Ok(()),
        }
    }

    /// Returns true if a meter point is in the list.
    #[must_use]
    pub fn contains(&self, point: u64) -> bool {
        self.index.points_around(point, &self.points).binary_search(&point).is_ok()
    }

    /// Returns the number of different meter points.
    #[must_use]
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Returns true if the list is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }
}

/// Returns the fault of a line that is not a meter point.
fn not_a_point(text: &[u8], is_first: bool) -> String {
    const EXPECTED: &str = "neither an MPRN (at most 10 digits) nor an MPAN core (13 digits)";
    let has_digits = text.iter().any(u8::is_ascii_digit);
    let has_letters = text.iter().any(u8::is_ascii_alphabetic);
    let more = if text.iter().all(u8::is_ascii_digit) {
        format!(", but {} digits", text.len())
    } else if is_first && has_letters && !has_digits {
        "; if it is the name of a column, leave it out: the list has meter points alone".to_owned()
    } else if text.iter().any(|byte| b",;\t\"'".contains(byte)) {
        "; write the digits alone, without quotes and other columns".to_owned()
    } else {
        String::new()
    };
    format!("{EXPECTED}{more}")
}

fn point(text: &[u8]) -> Option<(PointKind, u64)> {
    let kind = match text.len() {
        1..=10 => PointKind::Mprn,
        13 => PointKind::Mpan,
        _ => return None,
    };
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| u64::from(byte - b'0'));
    let number = text.iter().try_fold(0, |number, byte| Some(number * 10 + digit(byte)?))?;
    Some((kind, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(text: &str) -> Result<KnownPoints> {
        KnownPoints::read(text.as_bytes())
    }

    #[test]
    fn zeros_comments_and_repetitions_change_nothing() {
        let list = known("# a\r\n\r\n0000000007\r\n 7 \n9999999999\n  # b\n7").unwrap();
        assert_eq!(list.len(), 2);
        assert!(list.contains(7) && list.contains(9_999_999_999) && !list.contains(8));
        assert!(list.require(PointKind::Mprn).is_ok());
        let error = list.require(PointKind::Mpan).unwrap_err();
        assert!(error.to_string().contains("MPAN cores (13 digits)"), "{error}");
    }

    #[test]
    fn an_empty_list_is_a_list() {
        let list = known("# none yet\n").unwrap();
        assert!(list.is_empty() && !list.contains(0));
        assert!(list.require(PointKind::Mprn).is_ok() && list.require(PointKind::Mpan).is_ok());
    }

    #[test]
    fn bad_lines_are_errors_with_their_number_and_their_text_unless_masked() {
        for bad in ["12345678901", "123456789012", "12345678901234", "12a", "1 2", "-1"] {
            let text = format!("1\n\n{bad}\n");
            let error = known(&text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Options);
            let begin = format!("known meter points: line 3: `{bad}`: neither an MPRN ");
            assert!(error.to_string().starts_with(&begin), "{error}");
            let error = KnownPoints::read_masked(text.as_bytes()).unwrap_err();
            assert!(error.to_string().starts_with("known meter points: line 3: n"), "{error}");
            assert!(!error.to_string().contains(bad), "{error}");
        }
        for (list, part) in [
            ("\u{663}", "`\\xD9\\xA3`"),
            ("# ours\nMPRN\n1\n", "line 2: `MPRN`: neither"),
            ("MPRN\n", "name of a column, leave it out"),
            ("\"1234567810\"\n", "without quotes"),
            ("1234567810,A\n", "other columns"),
            ("12345678901\n", "but 11 digits"),
        ] {
            let error = known(list).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
        let error = known("1\nMPRN\n").unwrap_err().to_string();
        assert!(!error.contains("name of a column"), "{error}");
        let long = format!("{}1\n", " ".repeat(MAX_LINE));
        assert!(known(&long).is_err(), "what cannot be seen is not passed over");
        assert!(known(&format!("#{long}")).unwrap().is_empty());
    }

    /// Points in clusters, alone, and at both ends.
    #[test]
    fn a_point_is_known_if_it_is_in_the_list() {
        let clusters = [0u64, 1_000, 5_000_000, 9_999_999_000];
        for (clusters, size) in [(&clusters[..], 1000), (&clusters[1..], 40), (&clusters[2..3], 1)]
        {
            let points: Vec<u64> = clusters
                .iter()
                .flat_map(|from| (0..size).map(move |n| from + n * n % 1000))
                .collect();
            let text: String = points.iter().map(|point| format!("{point}\n")).collect();
            let list = known(&text).unwrap();
            let near = |at: &u64| [at.saturating_sub(1), *at, at + 1, at + 999, at * 2];
            for point in points.iter().flat_map(near).chain([0, u64::MAX]) {
                assert_eq!(list.contains(point), points.contains(&point), "{point}");
            }
        }
    }

    #[test]
    fn the_fuels_are_not_mixed() {
        let error = known("1234567810\n1013044353630\n").unwrap_err();
        let end = "line 2: `1013044353630`: MPRNs and MPAN cores in one list";
        assert!(error.to_string().ends_with(end), "{error}");
        assert!(known("1013044353630\n").unwrap().contains(1_013_044_353_630));
    }
}
