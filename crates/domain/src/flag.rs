//! The DCC Service Flag.

use std::fmt;
use std::str::FromStr;

/// The DCC Service Flag of a meter point: one letter.
///
/// Source: MP077 legal text v0.1, SEC Appendix X sections 3.28(b)(i) and 3.29(a), which strike out
/// `S` and `W` and put `N` and `I` in their places. The replacement is one of letters in a table:
/// an old `S` does not mean the new `N`, nor `W` the new `I`, so nothing here turns one into
/// another.
///
/// A meter point that the DCC has never served has no flag at all: that is `Option::None`, and no
/// record carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
#[repr(u8)]
pub enum ServiceFlag {
    /// `A`: the smart service is active. In every edition.
    Active = b'A',
    /// `I`: a device is installed and not commissioned. Since MP077.
    InstalledNotCommissioned = b'I',
    /// `N`: no longer active. Since MP077.
    NonActive = b'N',
    /// `S`: suspended. Before MP077 only.
    Suspended = b'S',
    /// `W`: withdrawn. Before MP077 only.
    Withdrawn = b'W',
}

impl ServiceFlag {
    /// Every flag of every edition, in the order of the letters.
    pub const ALL: [Self; 5] = [
        Self::Active,
        Self::InstalledNotCommissioned,
        Self::NonActive,
        Self::Suspended,
        Self::Withdrawn,
    ];

    /// The flag of a letter, if the byte is one of the five.
    #[must_use]
    #[inline]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        // letters come in any order: a table has no branch to mispredict
        OF_BYTE[byte as usize]
    }

    /// The letter, as the flows carry it.
    #[must_use]
    pub const fn as_byte(self) -> u8 {
        self as u8
    }

    /// The letter as a `char`.
    #[must_use]
    pub const fn as_char(self) -> char {
        self as u8 as char
    }

    /// The letter as text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "A",
            Self::InstalledNotCommissioned => "I",
            Self::NonActive => "N",
            Self::Suspended => "S",
            Self::Withdrawn => "W",
        }
    }

    /// The flag's name in the source document.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::InstalledNotCommissioned => "InstalledNotCommissioned",
            Self::NonActive => "Non-Active",
            Self::Suspended => "Suspended",
            Self::Withdrawn => "Withdrawn",
        }
    }
}

/// The flag of each byte.
static OF_BYTE: [Option<ServiceFlag>; 256] = {
    let mut table = [None; 256];
    let mut at = 0;
    while at < ServiceFlag::ALL.len() {
        table[ServiceFlag::ALL[at] as usize] = Some(ServiceFlag::ALL[at]);
        at += 1;
    }
    table
};

impl fmt::Display for ServiceFlag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The error of a byte that is not one of the letters A, N, I, S, W.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a DCC Service Flag: expected one of the letters A, N, I (before MP077: A, S, W)")]
pub struct UnknownFlag;

impl TryFrom<u8> for ServiceFlag {
    type Error = UnknownFlag;

    fn try_from(byte: u8) -> Result<Self, UnknownFlag> {
        Self::from_byte(byte).ok_or(UnknownFlag)
    }
}

impl FromStr for ServiceFlag {
    type Err = UnknownFlag;

    fn from_str(text: &str) -> Result<Self, UnknownFlag> {
        match text.as_bytes() {
            [byte] => Self::try_from(*byte),
            _ => Err(UnknownFlag),
        }
    }
}

#[cfg(feature = "serde")]
crate::text::serde_as_text!(ServiceFlag, "one of the letters A, N, I, S, W");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_five_letters_and_no_other_byte() {
        let known: Vec<u8> = (0..=255).filter(|b| ServiceFlag::from_byte(*b).is_some()).collect();
        assert_eq!(known, b"AINSW");
        for flag in ServiceFlag::ALL {
            assert_eq!(ServiceFlag::from_byte(flag.as_byte()), Some(flag));
            assert_eq!(flag.to_string().parse(), Ok(flag));
            assert_eq!(flag.as_char().to_string(), flag.as_str());
        }
    }

    #[test]
    fn text_is_one_letter_exactly() {
        for text in ["", "a", "AA", " A", "A ", "Active", "É"] {
            assert_eq!(text.parse::<ServiceFlag>(), Err(UnknownFlag), "{text:?}");
        }
    }

    #[test]
    fn names_are_those_of_the_legal_text() {
        let names = ServiceFlag::ALL.map(ServiceFlag::name);
        assert_eq!(
            names,
            ["Active", "InstalledNotCommissioned", "Non-Active", "Suspended", "Withdrawn"]
        );
    }
}
