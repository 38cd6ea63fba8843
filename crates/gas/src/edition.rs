//! The day on which the edition of gas files changed.

use flagflow_domain::{Edition, EffectiveDate};

/// The first day of the MP077 edition for gas: XRN 5142 went live on 5 November 2021.
pub const MP077_FIRST_DAY: EffectiveDate = match EffectiveDate::from_ymd(2021, 11, 5) {
    Ok(day) => day,
    Err(_) => EffectiveDate::MAX,
};

/// Returns the edition of a gas file that was made on a day.
#[must_use]
pub fn edition_on(day: EffectiveDate) -> Edition {
    Edition::on(day, MP077_FIRST_DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edition_changed_on_one_day() {
        let on = |packed| edition_on(EffectiveDate::from_packed(packed).unwrap());
        assert_eq!(MP077_FIRST_DAY.as_packed(), 20_211_105);
        assert_eq!(on(20_211_104), Edition::PreMp077);
        assert_eq!(on(20_211_105), Edition::Mp077);
    }
}
