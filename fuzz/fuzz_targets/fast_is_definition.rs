#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| flagflow_properties::fast_is_definition(data));
