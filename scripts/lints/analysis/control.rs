//! Each line that says so must be refused in document/, extract/ and network/: the control of scripts/lint-rooms.

use std::collections::HashMap;
use std::time::Instant; // refused

pub fn named() -> std::thread::Builder { // refused
    std::thread::Builder::new() // refused
}

pub fn uses(words: &HashMap<String, u32>) -> usize {
    for word in words { // refused
        drop(word);
    }
    println!("words"); // refused
    words.keys().count() + std::fs::read("words").map_or(0, |bytes| bytes.len()) // refused
        + std::env::var("WORDS").map_or(0, |text| text.len()) // refused
}
