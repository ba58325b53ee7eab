//! Each line that says so must be refused in index/: the control of scripts/lint-rooms.

use std::collections::HashSet;
use std::net::TcpStream; // refused

pub fn uses(words: &HashSet<String>) -> usize {
    for word in words { // refused
        drop(word);
    }
    eprintln!("words"); // refused
    words.iter().count() // refused
        + std::env::var("WORDS").map_or(0, |text| text.len()) // refused
}
