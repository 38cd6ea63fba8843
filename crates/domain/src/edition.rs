//! Editions: the sets of letters that a flag may be.

use crate::{EffectiveDate, ServiceFlag};

/// The set of letters that the DCC Service Flag may be in a file.
///
/// Source: MP077 legal text v0.1, SEC Appendix X sections 3.28(b)(i) and 3.29(a): the table before
/// and after the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum Edition {
    /// Before MP077: `A`, `S`, `W`.
    PreMp077,
    /// Since MP077: `A`, `N`, `I`.
    Mp077,
    /// Every letter there ever was, for reading history.
    Any,
}

impl Edition {
    /// All three, oldest first.
    pub const ALL: [Self; 3] = [Self::PreMp077, Self::Mp077, Self::Any];

    /// Returns the edition of a file that was made on a day, by the first day of MP077: the day
    /// before is of the old edition.
    #[must_use]
    pub fn on(day: EffectiveDate, first_day: EffectiveDate) -> Self {
        if day < first_day { Self::PreMp077 } else { Self::Mp077 }
    }

    /// The flags that this edition allows, in the order of the source document.
    #[must_use]
    pub const fn flags(self) -> &'static [ServiceFlag] {
        use ServiceFlag::{Active, InstalledNotCommissioned, NonActive, Suspended, Withdrawn};
        match self {
            Self::PreMp077 => &[Active, Suspended, Withdrawn],
            Self::Mp077 => &[Active, NonActive, InstalledNotCommissioned],
            Self::Any => &[Active, NonActive, InstalledNotCommissioned, Suspended, Withdrawn],
        }
    }

    /// Returns true if a file of this edition may have the flag.
    #[must_use]
    pub fn allows(self, flag: ServiceFlag) -> bool {
        self.flags().contains(&flag)
    }

    /// The name that reports and options use: `pre-mp077`, `mp077`, `any`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PreMp077 => "pre-mp077",
            Self::Mp077 => "mp077",
            Self::Any => "any",
        }
    }
}

/// The error of a text that is not the name of an edition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an edition: expected pre-mp077, mp077 or any")]
pub struct UnknownEdition;

crate::named_values!(Edition, UnknownEdition);

#[cfg(feature = "serde")]
crate::text::serde_as_text!(Edition, "one of pre-mp077, mp077, any");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_edition_has_its_letters() {
        let letters = |e: Edition| {
            ServiceFlag::ALL.iter().filter(|f| e.allows(**f)).map(|f| f.as_char()).collect()
        };
        let [pre, mp077, any]: [String; 3] = Edition::ALL.map(letters);
        assert_eq!(pre, "ASW");
        assert_eq!(mp077, "AIN");
        assert_eq!(any, "AINSW");
    }

    #[test]
    fn the_day_before_the_first_day_is_of_the_old_edition() {
        let [before, first, after] = [20_211_104, 20_211_105, 20_211_106]
            .map(|day| EffectiveDate::from_packed(day).unwrap());
        assert_eq!(Edition::on(before, first), Edition::PreMp077);
        assert_eq!(Edition::on(first, first), Edition::Mp077);
        assert_eq!(Edition::on(after, first), Edition::Mp077);
    }

    #[test]
    fn names_round_trip() {
        for edition in Edition::ALL {
            assert_eq!(edition.to_string().parse(), Ok(edition));
        }
        assert_eq!("MP077".parse::<Edition>(), Err(UnknownEdition));
    }
}
