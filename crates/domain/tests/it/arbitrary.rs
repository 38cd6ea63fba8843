//! Values made by `arbitrary` are values: nothing that the constructors would refuse.

use arbitrary::{Arbitrary, Unstructured};
use chrono::NaiveDate;
use flagflow_domain::{
    Edition, EffectiveDate, Fuel, MeterPoint, MpanCore, Mprn, Outcome, ServiceFlag,
};
use proptest::prelude::*;

proptest! {
    #[test]
    fn arbitrary_values_are_valid(bytes in proptest::collection::vec(any::<u8>(), 0..32)) {
        let mut u = Unstructured::new(&bytes);
        let mprn = Mprn::arbitrary(&mut u).unwrap();
        prop_assert!(mprn.to_string().len() <= 10, "{mprn}");
        prop_assert_eq!(Mprn::new(mprn.as_u64()), Ok(mprn));
        let point = MeterPoint::arbitrary(&mut u).unwrap();
        prop_assert_eq!(MeterPoint::new(point.fuel(), point.as_key() % 20_000_000_000_000), Some(point));
        prop_assert!(Fuel::ALL.contains(&Fuel::arbitrary(&mut u).unwrap()));
        let mpan = MpanCore::arbitrary(&mut u).unwrap();
        prop_assert_eq!(mpan.to_string().parse(), Ok(mpan));
        let date = EffectiveDate::arbitrary(&mut u).unwrap();
        let text = date.to_string();
        prop_assert_eq!(text.len(), 8);
        prop_assert!(NaiveDate::parse_from_str(&text, "%Y%m%d").is_ok(), "{text}");
        prop_assert!(ServiceFlag::ALL.contains(&ServiceFlag::arbitrary(&mut u).unwrap()));
        prop_assert!(Outcome::ALL.contains(&Outcome::arbitrary(&mut u).unwrap()));
        prop_assert!(Edition::ALL.contains(&Edition::arbitrary(&mut u).unwrap()));
    }
}

/// Every letter and every outcome can come out, and dates from all over the range.
#[test]
fn arbitrary_values_are_not_all_the_same() {
    let (mut flags, mut years, mut long) = (Vec::new(), Vec::new(), 0);
    for seed in 0..2000u32 {
        let bytes: Vec<u8> =
            (1..24u32).map(|i| (seed.wrapping_mul(i * 7919) >> 5).to_le_bytes()[0]).collect();
        let mut u = Unstructured::new(&bytes);
        flags.push(ServiceFlag::arbitrary(&mut u).unwrap());
        years.push(EffectiveDate::arbitrary(&mut u).unwrap().year());
        long += u32::from(Mprn::arbitrary(&mut u).unwrap().as_u64() > u64::from(u32::MAX));
    }
    assert!(ServiceFlag::ALL.iter().all(|flag| flags.contains(flag)));
    assert!(years.iter().any(|year| *year < 1000) && years.iter().any(|year| *year > 9000));
    assert!(long > 0);
}

/// The first and the last of each, and nothing outside: by every two bytes that choose a year, and
/// every one that chooses a month or a day.
#[test]
fn arbitrary_dates_reach_both_ends() {
    let date = |bytes: [u8; 4]| {
        let date = EffectiveDate::arbitrary(&mut Unstructured::new(&bytes)).unwrap().as_packed();
        (date / 10_000, date / 100 % 100, date % 100)
    };
    let years: Vec<_> = (0..=u16::MAX)
        .map(|two| date([two.to_le_bytes(), [0, 0]].concat().try_into().unwrap()).0)
        .collect();
    assert_eq!((years.iter().min(), years.iter().max()), (Some(&0), Some(&9999)));
    let months: Vec<_> = (0..=u8::MAX).map(|byte| date([0, 0, byte, 0]).1).collect();
    assert_eq!((months.iter().min(), months.iter().max()), (Some(&1), Some(&12)));
    let days: Vec<_> = (0..=u8::MAX).map(|byte| date([0, 0, 0, byte]).2).collect();
    assert_eq!((days.iter().min(), days.iter().max()), (Some(&1), Some(&31)));
    assert_eq!(MpanCore::arbitrary(&mut Unstructured::new(&[0; 8])).unwrap().as_u64(), 0);
    assert_eq!(Mprn::arbitrary(&mut Unstructured::new(&[0; 8])).unwrap().as_u64(), 0);
}
