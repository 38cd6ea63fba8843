//! The JSON form of records: keys are the reports' field names, values as they stand in the file.

use flagflow_gas::{Detail, E45, E46, FileType};

#[test]
fn records_are_objects_of_their_fields() {
    let update: E45 = "E451234567810A20211105".parse().unwrap();
    let answer: E46 = "E46RJ0000123409N20240229".parse().unwrap();
    let json = |detail: Detail| serde_json::to_string(&detail).unwrap();
    assert_eq!(
        json(update.into()),
        r#"{"transaction_type":"E45","meter_point_reference":1234567810,"dcc_service_flag":"A","dcc_service_effective_from_date":"20211105"}"#
    );
    assert_eq!(
        json(answer.into()),
        r#"{"transaction_type":"E46","outcome_code":"RJ","meter_point_reference":123409,"dcc_service_flag":"N","dcc_service_effective_from_date":"20240229"}"#
    );
    for detail in [Detail::from(update), Detail::from(answer)] {
        assert_eq!(serde_json::from_str::<Detail>(&json(detail)).unwrap(), detail);
    }
    assert_eq!(
        serde_json::from_str::<E45>(&serde_json::to_string(&update).unwrap()).unwrap(),
        update
    );
}

#[test]
fn what_is_no_record_is_refused() {
    let good = r#"{"transaction_type":"E45","meter_point_reference":"0000123409","dcc_service_flag":"A","dcc_service_effective_from_date":"2021-11-05"}"#;
    assert!(serde_json::from_str::<Detail>(good).is_ok());
    for (from, to) in [
        ("E45", "E47"),
        ("0000123409", "00000123409"),
        ("\"A\"", "\"a\""),
        ("2021-11-05", "2021-11-31"),
        ("dcc_service_flag", "flag"),
    ] {
        assert!(serde_json::from_str::<Detail>(&good.replace(from, to)).is_err(), "{to}");
    }
}

#[test]
fn a_file_type_is_its_three_characters() {
    assert_eq!(serde_json::to_string(&FileType::DXI).unwrap(), r#""DXI""#);
    assert_eq!(serde_json::from_str::<FileType>(r#""DXI""#).unwrap(), FileType::DXI);
    for text in [r#""""#, r#""DX""#, r#""DXIX""#, r#""D,I""#, "3"] {
        assert!(serde_json::from_str::<FileType>(text).is_err(), "{text}");
    }
    let error = serde_json::from_str::<FileType>(r#""DX""#).unwrap_err();
    assert_eq!(
        error.to_string(),
        "not a file type: expected three printable characters, no quote or comma"
    );
}
