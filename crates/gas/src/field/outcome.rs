//! Outcome Code: SEC Appendix X section 3.28(b)(i), Text, length 2.

use flagflow_domain::Outcome;
use nom::branch::alt;
use nom::bytes::complete::tag;
use nom::combinator::value;

use super::{FieldFault, whole, write_text};
use crate::error::ErrorKind;
use crate::layout::Layout;

/// Reads an Outcome Code: `AC` or `RJ`.
///
/// # Errors
///
/// [`ErrorKind::UnknownOutcome`] for anything else, `NonAscii` for a byte outside ASCII.
pub fn parse_outcome(field: &[u8], _layout: Layout) -> Result<Outcome, FieldFault> {
    let outcome = alt((value(Outcome::Accepted, tag("AC")), value(Outcome::Rejected, tag("RJ"))));
    whole(field, outcome, ErrorKind::UnknownOutcome)
}

/// Writes an Outcome Code.
pub fn write_outcome(out: &mut Vec<u8>, layout: Layout, outcome: Outcome) {
    write_text(out, layout, outcome.as_str().as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::testing::{kind, written};

    #[test]
    fn outcomes_are_two_letters() {
        assert_eq!(parse_outcome(b"AC", Layout::Fixed), Ok(Outcome::Accepted));
        assert_eq!(parse_outcome(b"RJ", Layout::Fixed), Ok(Outcome::Rejected));
        for field in [&b""[..], b"A", b"ac", b"ACC", b"RA", b"  "] {
            assert_eq!(
                kind(field, parse_outcome(field, Layout::Uklink)),
                ErrorKind::UnknownOutcome
            );
        }
    }

    #[test]
    fn outcomes_are_quoted_in_uklink() {
        let outcome = Outcome::Rejected;
        assert_eq!(written(|out, layout| write_outcome(out, layout, outcome)), ["RJ", "\"RJ\""]);
    }
}
