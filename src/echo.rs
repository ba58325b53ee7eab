//! Makes foreign text safe to print: short enough for a header, and without control over a terminal.

use std::borrow::Cow;

/// The longest text of a caller that an error repeats in full, in bytes.
pub(crate) const ECHO_BYTES: usize = 200;

/// The text. If it is longer than [`ECHO_BYTES`], it is cut, and its length is added.
pub(crate) fn clip(text: &str) -> Cow<'_, str> {
    clip_to(text, ECHO_BYTES)
}

/// The text. If it is longer than `most` bytes, it is cut to about that, and its length is added.
pub(crate) fn clip_to(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{}… ({} bytes)", &text[..text.floor_char_boundary(most)], text.len()))
}

/// Whether a character is invisible but controls how text is displayed: a control character, or one that changes the
/// direction of the text around it or breaks its line. No id may contain one.
pub(crate) fn is_command(c: char) -> bool {
    c.is_control() || turns(c) || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}')
}

/// Whether a character changes the direction of all text after it. The marks U+061C, U+200E and U+200F, which Arabic
/// and Hebrew texts need, do not.
pub(crate) fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text with every such character written as an escape: `\u{1b}`.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_command) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_command(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters_and_tells_its_length() {
        assert_eq!(clip("short"), "short");
        let long = format!("{}é{}", "x".repeat(ECHO_BYTES - 1), "y".repeat(5000));
        assert_eq!(clip(&long), format!("{}… (5201 bytes)", "x".repeat(ECHO_BYTES - 1)));
    }

    #[test]
    fn what_commands_is_shown_and_all_else_is_left() {
        assert_eq!(visible("größe 東京 👩\u{200d}🚀"), "größe 東京 👩\u{200d}🚀");
        assert_eq!(visible("a\u{1b}[31m\u{9b}b\n\u{202e}c"), "a\\u{1b}[31m\\u{9b}b\\n\\u{202e}c");
    }
}
