#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sayso::fuzzing::snapshot(data));
