//! What BERT's tokeniser does with a character before it looks for words. The encoder was
//! pretrained on such input, so each rule follows the original, also where it is odd: its tables
//! are those of its Unicode version ([`tables`](super::tables)).

use unicode_normalization::char::decompose_canonical;

use super::tables::{DROPPED, MARKS, PUNCTUATION};

/// Whether a character is left out: control characters, unassigned ones, and the replacement
/// character.
pub(super) fn dropped(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => false,
        _ if c.is_ascii() => c.is_ascii_control(),
        _ => within(DROPPED, c),
    }
}

/// Whether a character is a word by itself: all ASCII symbols are, of the others only punctuation.
pub(super) fn punctuation(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_punctuation() } else { within(PUNCTUATION, c) }
}

/// Whether a character is a CJK ideograph, each of which is a word by itself.
pub(super) fn chinese(c: char) -> bool {
    matches!(c,
        '\u{4e00}'..='\u{9fff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{2a6df}'
        | '\u{2a700}'..='\u{2b81f}'
        | '\u{2b920}'..='\u{2ceaf}'
        | '\u{2f800}'..='\u{2fa1f}')
}

/// Passes to `found` what a character becomes in lower case and without accents: mostly one
/// character, none for an accent, several where it decomposes.
pub(super) fn plain(c: char, mut found: impl FnMut(char)) {
    if c.is_ascii() {
        return found(c.to_ascii_lowercase());
    }
    decompose_canonical(c, |part| {
        if !within(MARKS, part) {
            part.to_lowercase().for_each(&mut found);
        }
    });
}

/// Whether one of the sorted ranges holds a character.
fn within(ranges: &[(u32, u32)], c: char) -> bool {
    let code = u32::from(c);
    let after = ranges.partition_point(|&(low, _)| low <= code);
    after > 0 && code <= ranges[after - 1].1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(c: char) -> String {
        let mut found = String::new();
        plain(c, |part| found.push(part));
        found
    }

    #[test]
    fn takes_accents_and_capitals_away() {
        assert_eq!(all('É'), "e");
        assert_eq!(all('İ'), "i");
        assert_eq!(all('ß'), "ß");
        assert_eq!(all('\u{301}'), "");
        assert_eq!(all('한').chars().count(), 3);
    }

    #[test]
    fn tells_kinds_apart() {
        assert!(punctuation('“') && punctuation('$') && punctuation('—') && punctuation('·'));
        assert!(!punctuation('€') && !punctuation('é') && !punctuation('a'));
        assert!(dropped('\u{200b}') && dropped('\u{fffd}') && dropped('\u{ad}') && dropped('\0') && dropped('\u{b}'));
        assert!(!dropped('\n') && !dropped('\u{a0}') && !dropped('é'));
        assert!(chinese('中') && !chinese('ひ') && !chinese('한'));
    }
}
