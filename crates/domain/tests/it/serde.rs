//! Each value's JSON, both ways, and what is refused.

use std::fmt::Debug;

use flagflow_domain::{
    Edition, EffectiveDate, Fuel, MeterPoint, MpanCore, Mprn, Outcome, ServiceFlag,
};
use serde::de::value::I64Deserializer;
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Serialize};

fn read<T: DeserializeOwned>(json: &str) -> Result<T, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

#[track_caller]
fn assert_both_ways<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: T, json: &str) {
    assert_eq!(serde_json::to_string(&value).unwrap(), json);
    assert_eq!(read(json), Ok(value));
}

/// Refused, with words that say what was expected.
#[track_caller]
fn assert_refused<T: DeserializeOwned + Debug>(json: &str, expected: &str) {
    let message = read::<T>(json).unwrap_err();
    assert!(message.contains(expected), "{json}: {message}");
}

#[test]
fn flags_are_their_letters() {
    for (flag, json) in [
        (ServiceFlag::Active, "\"A\""),
        (ServiceFlag::InstalledNotCommissioned, "\"I\""),
        (ServiceFlag::NonActive, "\"N\""),
        (ServiceFlag::Suspended, "\"S\""),
        (ServiceFlag::Withdrawn, "\"W\""),
    ] {
        assert_both_ways(flag, json);
    }
    for json in ["\"a\"", "\"\"", "\"Active\"", "65", "null", "[\"A\"]"] {
        assert_refused::<ServiceFlag>(json, "one of the letters A, N, I");
    }
    // a point that was never served has no flag
    assert_both_ways(None::<ServiceFlag>, "null");
}

#[test]
fn references_are_numbers() {
    for (number, json) in [(0, "0"), (123_409, "123409"), (9_999_999_999, "9999999999")] {
        assert_both_ways(Mprn::new(number).unwrap(), json);
    }
    assert_eq!(read("\"0000123409\""), Ok(Mprn::new(123_409).unwrap()));
    for json in ["10000000000", "-1", "\"\"", "\"+1\"", "\"00000000001\"", "1.5", "1e3", "null"] {
        assert_refused::<Mprn>(json, "a number of 1 to 10 digits");
    }
}

/// Formats whose numbers all have a sign, as those of TOML do, give a reference as such a number.
#[test]
fn references_are_numbers_with_a_sign_too() {
    let read = |number: i64| {
        let number: I64Deserializer<serde::de::value::Error> = number.into_deserializer();
        Mprn::deserialize(number).map_err(|error| error.to_string())
    };
    assert_eq!(read(0), Ok(Mprn::new(0).unwrap()));
    assert_eq!(read(9_999_999_999), Ok(Mprn::MAX));
    let expected = "not a Meter Point Reference: expected a number of 1 to 10 digits";
    for number in [-1, i64::MIN, 10_000_000_000, i64::MAX] {
        assert_eq!(read(number), Err(expected.to_owned()));
    }
}

#[test]
fn mpans_are_text_because_their_zeros_matter() {
    assert_both_ways(MpanCore::new(13_044_353_630).unwrap(), "\"0013044353630\"");
    for json in ["1013044353630", "\"13044353630\"", "\"\"", "null"] {
        assert_refused::<MpanCore>(json, "13 digits");
    }
}

#[test]
fn dates_are_eight_digits_and_read_with_hyphens_too() {
    let day = EffectiveDate::from_ymd(2024, 2, 29).unwrap();
    assert_both_ways(day, "\"20240229\"");
    assert_both_ways(EffectiveDate::MIN, "\"00000101\"");
    assert_eq!(read("\"2024-02-29\""), Ok(day));
    for json in ["\"20230229\"", "\"2024-2-29\"", "\"\"", "20240229", "null"] {
        assert_refused::<EffectiveDate>(json, "YYYYMMDD");
    }
}

#[test]
fn outcomes_are_their_letters() {
    assert_both_ways(Outcome::Accepted, "\"AC\"");
    assert_both_ways(Outcome::Rejected, "\"RJ\"");
    for json in ["\"ac\"", "\"ACC\"", "\"\"", "true"] {
        assert_refused::<Outcome>(json, "AC or RJ");
    }
}

#[test]
fn editions_are_their_names() {
    assert_both_ways(Edition::PreMp077, "\"pre-mp077\"");
    assert_both_ways(Edition::Mp077, "\"mp077\"");
    assert_both_ways(Edition::Any, "\"any\"");
    for json in ["\"MP077\"", "\"\"", "77"] {
        assert_refused::<Edition>(json, "pre-mp077, mp077");
    }
}

#[test]
fn points_of_either_fuel_are_text() {
    assert_both_ways(MeterPoint::Gas(Mprn::new(123_409).unwrap()), "\"123409\"");
    let mpan = "0013044353630".parse().unwrap();
    assert_both_ways(MeterPoint::Electricity(mpan), "\"0013044353630\"");
    assert_both_ways(Fuel::Gas, "\"gas\"");
    assert_both_ways(Fuel::Electricity, "\"electricity\"");
    assert_refused::<MeterPoint>("\"12345678901\"", "not a meter point");
    assert_refused::<Fuel>("\"Gas\"", "not a fuel");
}
