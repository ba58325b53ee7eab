//! Each line that says so must be refused in src/: the control of scripts/lint-rooms. It has
//! neither tonic nor tokio; clippy says by itself when a path of theirs does not exist.

use std::collections::HashMap;

pub fn uses(words: &HashMap<String, u32>) -> usize {
    for word in words { // refused
        drop(word);
    }
    std::thread::sleep(std::time::Duration::ZERO); // refused
    words.values().count() // refused
}
