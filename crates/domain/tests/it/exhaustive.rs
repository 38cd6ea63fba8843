//! Tests over whole sets of values: every eight-digit number as a day, every MPRN there can be, and
//! every pair of digits at every pair of places of both meter point numbers.

use chrono::{Datelike, NaiveDate};
use flagflow_domain::{EffectiveDate, MpanCore, Mprn};

/// All 100 million, each against the calendar of chrono.
#[test]
fn every_eight_digit_number_is_a_day_where_chrono_has_one() {
    let mut days = NaiveDate::from_ymd_opt(0, 1, 1).unwrap().iter_days();
    let packed = |day: NaiveDate| day.year() as u32 * 10_000 + day.month() * 100 + day.day();
    let mut next = packed(days.next().unwrap());
    for number in 0..100_000_000 {
        let is_day = number == next;
        assert_eq!(EffectiveDate::from_packed(number).is_ok(), is_day, "{number}");
        if is_day {
            next = packed(days.next().unwrap());
        }
    }
    assert_eq!(next, 100_000_101, "chrono's next day is in the year 10000");
}

/// All 100 million bodies: each digit times its place, counted up as the body is.
#[test]
fn every_mprn_has_the_check_digits_of_its_digits() {
    let high = (0..10_000).map(|four| weighted(four, 5));
    let low: Vec<u64> = (0..10_000).map(|four| weighted(four, 1)).collect();
    for (four, sum) in (0u64..).zip(high) {
        for (last, more) in (0u64..).zip(&low) {
            let (body, check) = (four * 10_000 + last, (sum + more) % 11);
            let mprn = Mprn::from_body(body).unwrap();
            assert_eq!(mprn.as_u64(), body * 100 + check);
        }
    }
}

/// The sum of a number's digits by their text, times their places from the right.
fn weighted(number: u64, first: u64) -> u64 {
    let digits = number.to_string().into_bytes();
    digits.iter().rev().zip(first..).map(|(digit, place)| u64::from(digit - b'0') * place).sum()
}

/// Every number that has two digits of its own and the others all the same.
fn pairs(places: usize) -> impl Iterator<Item = Vec<u64>> {
    let two = (0..places).flat_map(move |one| (one + 1..places).map(move |other| (one, other)));
    two.flat_map(move |(one, other)| {
        (0..300).map(move |digits| {
            let mut number = vec![[0, 9, 4][digits / 100]; places];
            (number[one], number[other]) = (digits as u64 / 10 % 10, digits as u64 % 10);
            number
        })
    })
}

fn number(digits: &[u64]) -> u64 {
    digits.iter().fold(0, |number, digit| number * 10 + digit)
}

#[test]
fn every_pair_of_digits_with_every_pair_of_check_digits_of_an_mprn() {
    for body in pairs(8) {
        let sum: u64 = body.iter().rev().zip(1..).map(|(digit, place)| digit * place).sum();
        for check in 0..100 {
            let mprn = Mprn::new(number(&body) * 100 + check).unwrap();
            assert_eq!(mprn.has_valid_check_digits(), check == sum % 11, "{mprn}");
        }
    }
}

/// The weights of formats.md section 1, written again.
const PRIMES: [u64; 12] = [3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43];

fn remainder(body: &[u64]) -> u64 {
    body.iter().zip(PRIMES).map(|(digit, prime)| digit * prime).sum::<u64>() % 11
}

#[test]
fn every_pair_of_digits_with_every_check_digit_of_an_mpan() {
    for body in pairs(12) {
        for check in 0..10 {
            let mpan = MpanCore::new(number(&body) * 10 + check).unwrap();
            assert_eq!(mpan.has_valid_check_digit(), check == remainder(&body) % 10, "{mpan}");
        }
    }
}

/// The statement of docs/detection.md about the MPAN: a single wrong digit slips through only
/// between the remainders 10 and 0, which are written alike.
#[test]
fn a_wrong_digit_of_an_mpan_slips_through_only_where_it_ends_in_zero() {
    let mut slipped = 0;
    for body in pairs(12) {
        let check = remainder(&body) % 10;
        for place in 0..12 {
            for digit in (0..10).filter(|digit| *digit != body[place]) {
                let mut wrong = body.clone();
                wrong[place] = digit;
                let mpan = MpanCore::new(number(&wrong) * 10 + check).unwrap();
                let noticed = !mpan.has_valid_check_digit();
                assert!(noticed || check == 0 && remainder(&body) != remainder(&wrong), "{mpan}");
                slipped += u32::from(!noticed);
            }
        }
    }
    assert!(slipped > 0, "it does happen");
}

/// The statement of docs/detection.md about the MPRN: each single wrong digit is noticed, and each
/// swap of two neighbours but the last digit of the body with a check digit, where `100` and `010`
/// change places.
#[test]
fn an_mprn_notices_wrong_digits_and_swaps_but_one() {
    let mut slipped = 0;
    for mprn in pairs(8).map(|body| Mprn::from_body(number(&body)).unwrap()) {
        let digits: Vec<u64> = format!("{mprn:010}").bytes().map(|d| u64::from(d - b'0')).collect();
        let valid = |digits: &[u64]| Mprn::new(number(digits)).unwrap().has_valid_check_digits();
        for place in 0..10 {
            for digit in (0..10).filter(|digit| *digit != digits[place]) {
                let mut wrong = digits.clone();
                wrong[place] = digit;
                assert!(!valid(&wrong), "{mprn} {wrong:?}");
            }
        }
        for place in (0..9).filter(|place| digits[*place] != digits[place + 1]) {
            let mut wrong = digits.clone();
            wrong.swap(place, place + 1);
            let named = place == 7 && matches!(digits[7..], [1, 0, 0] | [0, 1, 0]);
            assert!(!valid(&wrong) || named, "{mprn} {wrong:?}");
            slipped += u32::from(valid(&wrong));
        }
    }
    assert!(slipped > 0, "it does happen");
}
