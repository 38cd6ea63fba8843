#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| flagflow_properties::answer_loses_nothing(data));
