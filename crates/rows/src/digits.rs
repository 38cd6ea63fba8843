//! Digits as bytes, whatever they count.

/// Eight zeros, as a word.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// Appends a number with at least `width` digits, padded left with zeros (at most 20 digits).
///
/// ```
/// let mut out = Vec::new();
/// flagflow_rows::push_digits(&mut out, 42, 6);
/// assert_eq!(out, b"000042");
/// ```
#[inline]
pub fn push_digits(out: &mut Vec<u8>, mut number: u64, width: usize) {
    const EIGHT: u64 = 100_000_000;
    let mut digits = [b'0'; 24];
    let mut begin = digits.len();
    loop {
        begin -= 8;
        let eight = eight_digits_of((number % EIGHT) as u32);
        digits[begin..begin + 8].copy_from_slice(&eight);
        number /= EIGHT;
        if number == 0 {
            let zeros = (u64::from_be_bytes(eight) ^ ZEROS).leading_zeros() / 8;
            begin += zeros as usize;
            break;
        }
    }
    out.extend_from_slice(&digits[begin.min(digits.len() - width.min(20))..]);
}

/// Eight ASCII digits at once, in one 64-bit word; `None` where a byte is no digit.
///
/// ```
/// assert_eq!(flagflow_rows::eight_digits(*b"20211105"), Some(20_211_105));
/// assert_eq!(flagflow_rows::eight_digits(*b"2021 105"), None);
/// ```
#[must_use]
#[inline]
pub fn eight_digits(bytes: [u8; 8]) -> Option<u32> {
    const HIGH: u64 = 0xF0F0_F0F0_F0F0_F0F0;
    let word = u64::from_le_bytes(bytes);
    // a digit has high nibble 3, and still has it with 6 added; where the first test holds, the
    // sum cannot carry into the next byte
    let digits = word & HIGH == ZEROS && (word.wrapping_add(0x0606_0606_0606_0606)) & HIGH == ZEROS;
    if !digits {
        return None;
    }
    // neighbours are joined: digits to pairs, pairs to fours, fours to eight
    let pairs = (word - ZEROS).wrapping_mul(1 + (10 << 8)) >> 8 & 0x00FF_00FF_00FF_00FF;
    let fours = pairs.wrapping_mul(1 + (100 << 16)) >> 16 & 0x0000_FFFF_0000_FFFF;
    let eight = fours.wrapping_mul(1 + (10_000 << 32)) >> 32;
    u32::try_from(eight).ok()
}

/// The eight ASCII digits of a number below 100,000,000, padded left with zeros, in one 64-bit
/// word.
///
/// A larger number has no eight digits: which bytes come out then is not said.
///
/// ```
/// assert_eq!(flagflow_rows::eight_digits_of(20_211_105), *b"20211105");
/// assert_eq!(flagflow_rows::eight_digits_of(42), *b"00000042");
/// ```
#[must_use]
#[inline]
pub const fn eight_digits_of(number: u32) -> [u8; 8] {
    // eight digits to two fours, fours to pairs, pairs to digits; the lower half of a lane is the
    // higher segment of the number, since the first digit is the first byte
    let fours = (number / 10_000) as u64 | ((number % 10_000) as u64) << 32;
    // x * 5243 >> 19 is x / 100 up to 10,000, and x * 103 >> 10 is x / 10 up to 100
    let hundreds = (fours.wrapping_mul(5243) >> 19) & 0x0000_007F_0000_007F;
    let pairs = hundreds | fours.wrapping_sub(hundreds * 100) << 16;
    let tens = (pairs.wrapping_mul(103) >> 10) & 0x000F_000F_000F_000F;
    let digits = tens | pairs.wrapping_sub(tens * 10) << 8;
    digits.wrapping_add(ZEROS).to_le_bytes()
}

/// The two ASCII digits of a number below 100.
///
/// A larger number has no two digits: which bytes come out then is not said.
///
/// ```
/// assert_eq!(flagflow_rows::two_digits_of(7), *b"07");
/// ```
#[must_use]
#[inline]
pub const fn two_digits_of(number: u16) -> [u8; 2] {
    let tens = number.wrapping_mul(103) >> 10;
    let digits = tens | number.wrapping_sub(tens.wrapping_mul(10)) << 8;
    digits.wrapping_add(0x3030).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every four digits in either half, so every digit at every place.
    #[test]
    fn eight_digits_are_written_as_the_standard_library_writes_them() {
        for four in 0..10_000u32 {
            for number in [four, four * 10_000, four * 10_000 + 9999 - four] {
                let text = format!("{number:08}");
                assert_eq!(eight_digits_of(number), text.as_bytes(), "{number}");
                assert_eq!(eight_digits(eight_digits_of(number)), Some(number));
            }
        }
    }

    #[test]
    fn two_digits_are_written_as_the_standard_library_writes_them() {
        for number in 0..100u16 {
            assert_eq!(two_digits_of(number), format!("{number:02}").as_bytes());
        }
    }

    /// Returns what the bytes are is not said, but that is all that can happen.
    #[test]
    fn numbers_that_are_too_large_do_no_harm() {
        for number in [100_000_000, u32::MAX / 2, u32::MAX] {
            let _ = eight_digits_of(number);
        }
        let _ = (two_digits_of(100), two_digits_of(u16::MAX));
    }

    #[test]
    fn eight_digits_are_read_as_the_standard_library_reads_them() {
        for number in (0..100_000_000u32).step_by(9973).chain([99_999_999]) {
            let text = format!("{number:08}");
            assert_eq!(eight_digits(text.as_bytes().try_into().unwrap()), Some(number));
        }
    }

    #[test]
    fn no_other_byte_at_any_place_is_a_digit() {
        for at in 0..8 {
            for byte in 0..=255u8 {
                let mut bytes = *b"90909090";
                bytes[at] = byte;
                let slow = std::str::from_utf8(&bytes).ok().and_then(|text| {
                    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().unwrap())
                });
                assert_eq!(eight_digits(bytes), slow, "{bytes:?}");
            }
        }
    }

    #[test]
    fn digits_are_padded_to_their_width() {
        for (number, width, expected) in [
            (0, 1, "0"),
            (0, 0, ""),
            (7, 3, "007"),
            (1234, 2, "1234"),
            (u64::MAX, 1, "18446744073709551615"),
            (1, 99, "00000000000000000001"),
        ] {
            let mut out = Vec::new();
            push_digits(&mut out, number, width);
            assert_eq!(out, expected.as_bytes());
        }
    }

    /// Numbers of every length, and those beside them.
    #[test]
    fn digits_are_written_as_the_standard_library_writes_them() {
        let powers = (0..20).map(|power| 10u64.pow(power));
        for number in powers.flat_map(|power| [power - 1, power, power + 1]) {
            for width in 0..=20 {
                let mut out = b"x".to_vec();
                push_digits(&mut out, number, width);
                let expected = if width == 0 && number == 0 {
                    "x".to_owned()
                } else {
                    format!("x{number:0width$}")
                };
                assert_eq!(out, expected.as_bytes(), "{number} {width}");
            }
        }
    }
}
