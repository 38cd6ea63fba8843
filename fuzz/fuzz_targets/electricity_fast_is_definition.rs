#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| flagflow_properties::electricity_fast_is_definition(
    data
));
