//! The fuzzer: libFuzzer around one of the functions of `sayso::fuzzing`, which `FUZZ_TARGET` names. `scripts/fuzz` builds and
//! runs it.

#![no_main]

use std::sync::LazyLock;

use sayso::fuzzing::{TARGETS, Target};

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    let found = TARGETS.into_iter().chain([("control", control as Target)]).find(|(one, _)| *one == name);
    let names = TARGETS.map(|(one, _)| one).join(", ");
    found.unwrap_or_else(|| panic!("FUZZ_TARGET is {name:?}; it must be one of {names}")).1
});

/// What must be found: by chance, it would take a trillion inputs.
fn control(data: &[u8]) {
    if let [b'f', b'o', b'u', b'n', b'd', ..] = data {
        panic!("the control was found");
    }
}

libfuzzer_sys::fuzz_target!(
    init: {
        // Models are read and a server is started with the first input, which is slower than any other.
        (*TARGET)(&[0]);
    },
    |data: &[u8]| (*TARGET)(data)
);
