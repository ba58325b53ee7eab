//! Knows text in UTF-8 that a program read as windows-1252 and encoded once more: "â€œFÃ¤hreâ€\u{9d}" for "“Fähre”".

use encoding_rs::WINDOWS_1252;

/// How many such characters show that a text is full of them.
const MIN_COUNT: usize = 3;

/// The text as it was before. None if it was not encoded twice as a whole.
pub(super) fn undone(text: &str) -> Option<String> {
    if count(text) < MIN_COUNT {
        return None;
    }
    let (bytes, _, lossy) = WINDOWS_1252.encode(text);
    if lossy { None } else { String::from_utf8(bytes.into_owned()).ok() }
}

/// Whether a text has so many characters as they come from encoding twice that it is likely.
pub(super) fn is_likely(text: &str) -> bool {
    count(text) >= MIN_COUNT
}

/// How many pairs there are of a first byte of UTF-8 and one that follows such, both read as windows-1252.
fn count(text: &str) -> usize {
    let mut count = 0;
    let mut before = ' ';
    for c in text.chars() {
        let follows = matches!(
            c,
            '\u{80}'..='\u{bf}' | '€' | '‚' | 'ƒ' | '„' | '…' | '†' | 'Œ' | 'Ž' | 'œ' | 'ž' | 'Ÿ' | '™' | '˜'
        );
        count += usize::from(follows && matches!(before, 'Â' | 'Ã' | 'Ä' | 'Å' | 'â' | 'Ð' | 'Ñ'));
        before = c;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_encoded_twice_is_known() {
        let text = "“Fähre” und Brücke, sagte Böse";
        let (twice, _) = WINDOWS_1252.decode_without_bom_handling(text.as_bytes());
        assert_eq!(undone(&twice).as_deref(), Some(text));
        assert_eq!(undone(text), None);
        assert_eq!(undone(&format!("{twice} — “so”")), None);
        assert!(is_likely(&format!("{twice} — “so”")) && !is_likely("Ça coûte 3 €, Ã€ is a sign"));
    }
}
