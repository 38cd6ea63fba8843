//! The instruction type of a group.

use super::check_ascii;
use crate::error::{ErrorKind, FieldFault};
use crate::profile::Profile;

pub(crate) fn parse_constant(item: &[u8], constant: &str) -> Result<(), FieldFault> {
    check_ascii(item)?;
    if item == constant.as_bytes() {
        return Ok(());
    }
    Err(FieldFault::of_field(ErrorKind::InstructionType, item))
}

/// Reads an instruction type: the profile's, and no other.
///
/// # Errors
///
/// [`ErrorKind::InstructionType`], or `NonAscii`.
pub fn parse_instruction_type(item: &[u8], profile: &Profile) -> Result<(), FieldFault> {
    parse_constant(item, profile.instruction_type())
}
