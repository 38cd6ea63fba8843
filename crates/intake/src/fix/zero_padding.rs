//! Restores leading zeros of numbers, which carry no meaning: added where lengths are fixed,
//! removed where a number has too many.
//!
//! A fixed-length line that is too short may have lost zeros. Adding them is safe before a number
//! that is a complete run of digits: after the line's code or a non-digit, and before a non-digit
//! (a flag, an outcome, a file type) or the end of the line. The start and end of the number are
//! then certain, and the whole line must be readable in exactly one way. A lost digit other than a
//! zero cannot be ruled out, so a meter point is only accepted if it has at least 6 digits, as all
//! in use have, and its check digits are right.

use flagflow_check::FileFormat;
use flagflow_domain::Mprn;

use super::piece::{Spec, length, pieces, stride};

/// The least digits of a meter point that is believed to have lost zeros.
const LEAST_DIGITS: usize = 6;

/// Maximum number of places tried: a line that needs more has no single answer.
const MOST_STEPS: u32 = 10_000;

/// Returns the line with its zeros back, where exactly one reading is found.
pub(super) fn put_back(line: &[u8], shape: FileFormat<'_>) -> Option<Vec<u8>> {
    let stride = stride(line, shape)?;
    let missing = length(&stride).checked_sub(line.len()).filter(|missing| *missing > 0)?;
    let code = stride.first().map_or(0, Spec::most);
    let mut search =
        Search { code, found: FoundReading::None, steps: MOST_STEPS, so_far: Vec::new() };
    search.step(line, &stride, missing, true);
    match search.found {
        FoundReading::One(line) => Some(line),
        FoundReading::None | FoundReading::Several => None,
    }
}

/// The readings found so far.
enum FoundReading {
    None,
    One(Vec<u8>),
    Several,
}

struct Search {
    /// Number of letters of the line's code.
    code: usize,
    found: FoundReading,
    steps: u32,
    so_far: Vec<u8>,
}

impl Search {
    /// Tries every number of zeros before the first field of the rest, and continues after it.
    /// `sound` is false once zeros are at a place where adding them is not safe: such a reading
    /// counts as another reading of the line, but is never used.
    fn step(&mut self, rest: &[u8], stride: &[Spec<'_>], missing: usize, sound: bool) {
        let Some((spec, stride)) = stride.split_first() else {
            if missing == 0 && rest.is_empty() {
                self.find(sound);
            }
            return;
        };
        let most = match spec.may_begin_with_zeros() {
            true => missing.min(spec.most().saturating_sub(1)),
            false => 0,
        };
        for zeros in 0..=most {
            if self.steps == 0 || matches!(self.found, FoundReading::Several) {
                self.found = FoundReading::Several;
                return;
            }
            self.steps -= 1;
            let Some((digits, rest)) = rest.split_at_checked(spec.most() - zeros) else { continue };
            let before = self.so_far.len();
            self.so_far.extend(std::iter::repeat_n(b'0', zeros));
            self.so_far.extend_from_slice(digits);
            let field = &self.so_far[before..];
            let all_digits = zeros == 0 || digits.iter().all(u8::is_ascii_digit);
            if all_digits && spec.reads(field) {
                let is_run = self.is_run(before, rest);
                let sound = sound && (zeros == 0 || (is_run && may_lose_zeros(spec, digits)));
                self.step(rest, stride, missing - zeros, sound);
            }
            self.so_far.truncate(before);
        }
    }

    /// Returns true if a number that begins at a place is a complete run of digits.
    fn is_run(&self, start: usize, rest: &[u8]) -> bool {
        let before = self.so_far.get(..start).and_then(<[u8]>::last);
        let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        (start == self.code || !is_digit(before)) && !is_digit(rest.first())
    }

    fn find(&mut self, sound: bool) {
        self.found = match self.found {
            FoundReading::None if sound => FoundReading::One(self.so_far.clone()),
            FoundReading::None | FoundReading::One(_) | FoundReading::Several => {
                FoundReading::Several
            }
        };
    }
}

/// Returns true if digits may be those of a field that lost its leading zeros.
fn may_lose_zeros(spec: &Spec<'_>, digits: &[u8]) -> bool {
    spec.is_number() && (!spec.is_point() || is_believed(digits))
}

fn is_believed(digits: &[u8]) -> bool {
    let number = digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
    digits.len() >= LEAST_DIGITS && Mprn::new(number).is_ok_and(Mprn::has_valid_check_digits)
}

/// Replaces spaces in the numbers of a line, if the line is otherwise readable: for numbers written
/// into their fields without zeros, left or right aligned. At fixed lengths the number gets zeros,
/// elsewhere the spaces are removed. A meter point must pass the same tests as one that lost zeros.
pub(super) fn fill(line: &[u8], shape: FileFormat<'_>) -> Option<Vec<u8>> {
    let is_fixed = stride(line, shape).is_some();
    let pieces = pieces(line, shape)?;
    let mut fixed = None;
    // from the last to the first, so that the places of those before stay
    for piece in pieces.iter().rev().filter(|piece| !piece.reads()) {
        let digits = match piece.spec.is_number() {
            true => piece.bytes.trim_ascii(),
            false => piece.bytes.trim_ascii_start(),
        };
        let is_spaced = digits.len() < piece.bytes.len() && !digits.is_empty();
        let may_be = piece.spec.is_number() || piece.spec.is_time();
        if !is_spaced || !may_be || !digits.iter().all(u8::is_ascii_digit) {
            continue;
        }
        if piece.spec.is_point() && !is_believed(digits) {
            continue;
        }
        let zeros = if is_fixed { piece.bytes.len() - digits.len() } else { 0 };
        let number = [&b"0".repeat(zeros)[..], digits].concat();
        fixed = Some(piece.replaced(fixed.as_deref().unwrap_or(line), &number));
    }
    fixed
}

/// Returns the line without the leading zeros of numbers that have too many digits, in a layout
/// without fixed lengths.
pub(super) fn take_off(line: &[u8], shape: FileFormat<'_>) -> Option<Vec<u8>> {
    let pieces = pieces(line, shape)?;
    let mut fixed = None;
    // from the last to the first, so that the places of those before stay
    for piece in pieces.iter().rev() {
        let is_long = piece.bytes.len() > piece.spec.most() && piece.spec.is_number();
        if is_long && let Some(number) = without_zeros(piece.bytes, piece.spec.most()) {
            fixed = Some(piece.replaced(fixed.as_deref().unwrap_or(line), number));
        }
    }
    fixed
}

fn without_zeros(digits: &[u8], most: usize) -> Option<&[u8]> {
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    let number = digits.get(zeros.min(digits.len() - 1)..)?;
    (number.len() <= most && digits.iter().all(u8::is_ascii_digit)).then_some(number)
}

#[cfg(test)]
mod tests {
    use flagflow_electricity::{Flow, Profile};

    use super::*;

    const FIXED: FileFormat<'_> = FileFormat::Gas(flagflow_gas::Layout::Fixed);
    const UKLINK: FileFormat<'_> = FileFormat::Gas(flagflow_gas::Layout::Uklink);

    fn back(line: &str, shape: FileFormat<'_>) -> Option<String> {
        put_back(line.as_bytes(), shape).map(|line| String::from_utf8(line).unwrap())
    }

    #[test]
    fn zeros_go_back_where_there_is_one_place_for_them() {
        for (line, fixed) in [
            ("E45123409N20240603", "E450000123409N20240603"),
            ("E46RJ987654309A20240603", "E46RJ0987654309A20240603"),
            ("Z993", "Z990000000003"),
            ("Z99000003", "Z990000000003"),
            ("A0042DXI20211105093000000001", "A000000000042DXI20211105093000000001"),
        ] {
            assert_eq!(back(line, FIXED).as_deref(), Some(fixed), "{line}");
        }
    }

    #[test]
    fn nothing_is_guessed() {
        for line in [
            // wrong check digits: any digit may be missing
            "E45123456781A20240603",
            // fewer digits than any meter point in use
            "E450A20240603",
            "E4512303A20240603",
            // the date, the flag
            "E451234567810A2024063",
            "E45123409X20240603",
            "E45123409N20241301",
            "E45123409N2024060",
            // the time lost a zero, or the number after it
            "A000000000042DXI2021110503000000001",
            "A000000000042DXI202111050930001",
            "A000000000042DXI2021110509300000001",
            "A000000000042DXI2021110593000000001",
            // whole, too long, empty numbers, other lines
            "E450000123409N20240603",
            "E4500000123409N20240603",
            "Z99",
            "E45",
            "X99",
            "S72ABC",
            "",
        ] {
            assert_eq!(back(line, FIXED), None, "{line}");
        }
    }

    #[test]
    fn electricity_too() {
        let profile = Profile::builtin(Flow::D0350);
        let zhf = FileFormat::Electricity(flagflow_electricity::Layout::Zhf, &profile);
        assert_eq!(
            back("82H1DC011013044353630A20211105MRCY", zhf).as_deref(),
            Some("82H000000000001DC011013044353630A20211105MRCY")
        );
        assert_eq!(back("81H7", zhf).as_deref(), Some("81H000000000007"));
        let profile = Profile::builtin(Flow::D0172);
        let counts = FileFormat::Electricity(flagflow_electricity::Layout::Zhf, &profile);
        assert_eq!(
            back("3571DC90202201010000475656000020000200000", counts).as_deref(),
            Some("357000000000001DC90202201010000475656000020000200000")
        );
        for line in [
            // an MPAN is not a number: its zeros matter
            "82H000000000001DC01013044353630A20211105MRCY",
            "82H000000000001DC021013044353630A20211105MRCY",
            // three numbers and nothing between them
            "ZPT00000000010000000003          000000000120211105093000",
            // a file identifier is text: its zeros matter
            "ZPT10000000003          000000000120211105093000",
        ] {
            assert_eq!(back(line, zhf), None, "{line}");
        }
    }

    #[test]
    fn spaces_in_numbers_become_zeros() {
        let fill = |line: &str, shape| {
            fill(line.as_bytes(), shape).map(|line| String::from_utf8(line).unwrap())
        };
        for (line, fixed) in [
            ("E45    123409N20240604", "E450000123409N20240604"),
            ("E45123409    N20240604", "E450000123409N20240604"),
            ("E46RJ    123409N20240604", "E46RJ0000123409N20240604"),
            ("Z99         2", "Z990000000002"),
            ("Z992         ", "Z990000000002"),
            ("A00        42DXI20240628 93000     7", "A000000000042DXI20240628093000000007"),
        ] {
            assert_eq!(fill(line, FIXED).as_deref(), Some(fixed), "{line}");
        }
        for line in [
            // check digits, a number without digits, spaces inside, a date
            "E45    123408N20240604",
            "E45     12301N20240604",
            "E45          N20240604",
            "E45  12 3409 N20240604",
            "E450000123409N 2240604",
            "E450000123409N20240604",
        ] {
            assert_eq!(fill(line, FIXED), None, "{line}");
        }
        let text = "\"E45\",\"    123409\",\"N\",20240604";
        assert_eq!(fill(text, UKLINK).as_deref(), Some("\"E45\",\"123409\",\"N\",20240604"));
        let profile = Profile::builtin(Flow::D0350);
        let zhv = FileFormat::Electricity(flagflow_electricity::Layout::Zhv, &profile);
        assert_eq!(fill("81H|   7|", zhv).as_deref(), Some("81H|7|"));
        let zhf = FileFormat::Electricity(flagflow_electricity::Layout::Zhf, &profile);
        assert_eq!(fill("81H           7", zhf).as_deref(), Some("81H000000000007"));
    }

    #[test]
    fn zeros_that_do_not_fit_go() {
        let off = |line: &str, shape| {
            take_off(line.as_bytes(), shape).map(|line| String::from_utf8(line).unwrap())
        };
        assert_eq!(
            off("\"E45\",00001234567810,\"A\",20211105", UKLINK).as_deref(),
            Some("\"E45\",1234567810,\"A\",20211105")
        );
        assert_eq!(off("Z99,\"000000000000\"", UKLINK).as_deref(), Some("Z99,\"0\""));
        assert_eq!(
            off("A00,00000000042,DXI,20211105,093000,0000001", UKLINK).as_deref(),
            Some("A00,42,DXI,20211105,093000,1")
        );
        for line in ["E45,11234567810,A,20211105", "E45,0000123409,A,20211105", "E45,,A,20211105"] {
            assert_eq!(off(line, UKLINK), None, "{line}");
        }
        let profile = Profile::builtin(Flow::D0350);
        let zhv = FileFormat::Electricity(flagflow_electricity::Layout::Zhv, &profile);
        assert_eq!(
            off("82H|0000000000001|DC01|1013044353630|A|20211105|MRCY|", zhv).as_deref(),
            Some("82H|1|DC01|1013044353630|A|20211105|MRCY|")
        );
        assert_eq!(off("82H|1|DC01|01013044353630|A|20211105|MRCY|", zhv), None);
    }
}
