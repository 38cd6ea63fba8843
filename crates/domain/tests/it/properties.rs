//! Properties of every value: printing and parsing, the calendar, check digits.

use std::collections::HashSet;

use chrono::{Datelike, Days, NaiveDate};
use flagflow_domain::{Edition, EffectiveDate, MpanCore, Mprn, Outcome, ServiceFlag};
use proptest::prelude::*;

/// The check digits of formats.md section 1, by strings: the body's digits from the right, each
/// times its place.
fn slow_check_digits(mprn: &str) -> (String, String) {
    let padded = format!("{mprn:0>3}");
    let (body, pair) = padded.split_at(padded.len() - 2);
    let weighted = body.chars().rev().zip(1u32..).map(|(c, place)| c.to_digit(10).unwrap() * place);
    (format!("{:02}", weighted.sum::<u32>() % 11), pair.to_owned())
}

fn mprn() -> impl Strategy<Value = u64> {
    (1u32..=10).prop_flat_map(|digits| 0..10u64.pow(digits))
}

fn as_date(packed: u32) -> Option<NaiveDate> {
    let year = i32::try_from(packed / 10_000).unwrap();
    NaiveDate::from_ymd_opt(year, packed / 100 % 100, packed % 100).filter(|_| year <= 9999)
}

#[test]
fn numbers_known_to_pass_and_to_fail_do_so_slowly_too() {
    for (text, passes) in [("1234567810", true), ("1234567890", false), ("123409", true)] {
        let (expected, found) = slow_check_digits(text);
        assert_eq!(expected == found, passes, "{text}");
    }
}

#[test]
fn every_flag_outcome_and_edition_prints_and_parses() {
    for flag in ServiceFlag::ALL {
        assert_eq!(flag.to_string().parse(), Ok(flag));
        assert_eq!(ServiceFlag::try_from(flag.as_byte()), Ok(flag));
    }
    for outcome in Outcome::ALL {
        assert_eq!(outcome.to_string().parse(), Ok(outcome));
    }
    for edition in Edition::ALL {
        assert_eq!(edition.to_string().parse(), Ok(edition));
    }
}

proptest! {
    #[test]
    fn numbers_print_and_parse(number in mprn(), zeros in 0usize..10) {
        let mprn = Mprn::new(number).unwrap();
        prop_assert_eq!(u64::from(mprn), number);
        prop_assert_eq!(mprn.to_string(), number.to_string());
        prop_assert_eq!(mprn.to_string().parse(), Ok(mprn));
        let padded = format!("{number:0width$}", width = zeros + 1);
        prop_assert_eq!(padded.parse(), Ok(mprn));
    }

    #[test]
    fn numbers_of_more_digits_are_refused(number in 10_000_000_000u64..) {
        prop_assert!(Mprn::new(number).is_err());
        prop_assert!(number.to_string().parse::<Mprn>().is_err());
    }

    #[test]
    fn check_digits_are_those_of_the_slow_sum(number in mprn()) {
        let mprn = Mprn::new(number).unwrap();
        let (expected, found) = slow_check_digits(&number.to_string());
        prop_assert_eq!(format!("{:02}", mprn.expected_check_digits()), expected.as_str());
        prop_assert_eq!(mprn.has_valid_check_digits(), expected == found);
        let right = format!("{}{expected}", mprn.body());
        prop_assert_eq!(Mprn::from_body(mprn.body()), right.parse().ok());
    }

    /// One digit of the body changed by mistake is noticed, unless its weight hides it: no place's
    /// weight does, as all are under 11.
    #[test]
    fn one_wrong_digit_is_noticed(body in 0u64..100_000_000, place in 0u32..8, add in 1u64..10) {
        let unit = 10u64.pow(place);
        let digit = body / unit % 10;
        let wrong = body - digit * unit + (digit + add) % 10 * unit;
        let pair = Mprn::from_body(body).unwrap().as_u64() % 100;
        prop_assert!(!Mprn::new(wrong * 100 + pair).unwrap().has_valid_check_digits());
    }

    #[test]
    fn numbers_sort_and_hash_as_numbers(one in mprn(), other in mprn()) {
        let [a, b] = [one, other].map(|number| Mprn::new(number).unwrap());
        prop_assert_eq!(a.cmp(&b), one.cmp(&other));
        prop_assert_eq!(HashSet::from([a, b]).len(), HashSet::from([one, other]).len());
    }

    /// The check digit of formats.md section 1, by strings.
    #[test]
    fn mpans_print_parse_and_check_as_the_slow_sum(number in 0..10u64.pow(13)) {
        let mpan = MpanCore::new(number).unwrap();
        let text = format!("{number:013}");
        prop_assert_eq!(mpan.to_string(), text.as_str());
        prop_assert_eq!(text.parse(), Ok(mpan));
        let primes = [3u32, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43];
        let digits = text.chars().map(|c| c.to_digit(10).unwrap());
        let sum: u32 = digits.zip(primes).map(|(digit, prime)| digit * prime).sum();
        let valid = text.ends_with(&(sum % 11 % 10).to_string());
        prop_assert_eq!(mpan.has_valid_check_digit(), valid);
        prop_assert_eq!(mpan.distributor().to_string(), &text[..2]);
    }

    #[test]
    fn any_number_is_a_date_where_chrono_has_one(packed in any::<u32>()) {
        let ours = EffectiveDate::from_packed(packed).ok();
        prop_assert_eq!(ours.map(NaiveDate::from), as_date(packed));
    }

    /// Random numbers are seldom dates: these have months and days near the edges.
    #[test]
    fn near_dates_are_dates_where_chrono_has_one(
        year in 0u32..10_100, month in 0u32..14, day in 0u32..33,
    ) {
        let packed = year * 10_000 + month * 100 + day;
        let ours = EffectiveDate::from_packed(packed).ok();
        prop_assert_eq!(ours.map(NaiveDate::from), as_date(packed));
        let text = format!("{packed:08}");
        prop_assert_eq!(text.parse().ok(), ours.filter(|_| text.len() == 8));
    }

    #[test]
    fn dates_print_and_parse_as_chrono_prints_them(days in 0u64..3_652_425) {
        let theirs = NaiveDate::from_ymd_opt(0, 1, 1).unwrap() + Days::new(days);
        let ours = EffectiveDate::try_from(theirs).unwrap();
        prop_assert_eq!(ours.to_string(), theirs.format("%Y%m%d").to_string());
        prop_assert_eq!(ours.iso().to_string(), theirs.format("%Y-%m-%d").to_string());
        prop_assert_eq!(ours.to_string().parse(), Ok(ours));
        prop_assert_eq!(ours.iso().to_string().parse(), Ok(ours));
        prop_assert_eq!((ours.month(), ours.day()), (theirs.month(), theirs.day()));
        prop_assert_eq!(EffectiveDate::from_packed(ours.as_packed()), Ok(ours));
    }

    #[test]
    fn dates_sort_as_days(one in 0u64..3_652_425, other in 0u64..3_652_425) {
        let day = |days| NaiveDate::from_ymd_opt(0, 1, 1).unwrap() + Days::new(days);
        let [a, b] = [one, other].map(|days| EffectiveDate::try_from(day(days)).unwrap());
        prop_assert_eq!(a.cmp(&b), one.cmp(&other));
    }

    /// Whatever text: it is refused, or prints as a form of itself.
    #[test]
    fn text_that_parses_prints_again(text in "[0-9AINSWCRJ +-]{0,11}|\\PC{0,4}") {
        let digits = text.replace('-', "");
        if let Ok(mprn) = text.parse::<Mprn>() {
            prop_assert_eq!(format!("{mprn:0width$}", width = text.len()), text.as_str());
        }
        if let Ok(date) = text.parse::<EffectiveDate>() {
            prop_assert_eq!(date.to_string(), digits);
        }
        if let Ok(flag) = text.parse::<ServiceFlag>() {
            prop_assert_eq!(flag.to_string(), text.as_str());
        }
        if let Ok(outcome) = text.parse::<Outcome>() {
            prop_assert_eq!(outcome.to_string(), text);
        }
    }
}
