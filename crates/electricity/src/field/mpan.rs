//! MPAN core, item J0003: 13 digits.

use flagflow_domain::MpanCore;
use flagflow_rows::push_digits;

use super::{FieldFault, parse_number};
use crate::error::ErrorKind;

/// Reads an MPAN core: exactly 13 digits.
///
/// # Errors
///
/// [`ErrorKind::NotANumber`], or `NonAscii`. A wrong check digit is no error here.
pub fn parse_mpan(item: &[u8]) -> Result<MpanCore, FieldFault> {
    let number = parse_number(item, MpanCore::DIGITS)?;
    match MpanCore::new(number) {
        Ok(mpan) if item.len() == MpanCore::DIGITS => Ok(mpan),
        _ => Err(FieldFault::of_field(ErrorKind::NotANumber, item)),
    }
}

/// Writes an MPAN core: 13 digits in both layouts.
pub fn write_mpan(out: &mut Vec<u8>, mpan: MpanCore) {
    push_digits(out, mpan.as_u64(), MpanCore::DIGITS);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::testing::kind;

    #[test]
    fn cores_are_thirteen_digits() {
        let mpan = MpanCore::new(13_044_353_630).unwrap();
        assert_eq!(parse_mpan(b"0013044353630"), Ok(mpan));
        for item in
            [&b""[..], b"13044353630", b"00013044353630", b"001304435363x", b" 013044353630"]
        {
            assert_eq!(kind(item, parse_mpan(item)), ErrorKind::NotANumber);
        }
        let mut out = Vec::new();
        write_mpan(&mut out, mpan);
        assert_eq!(out, b"0013044353630");
    }
}
