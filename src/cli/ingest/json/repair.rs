//! Repairs JSON that is not quite valid, as lenient programs write it, so that a strict parser can read it.

/// A text that a strict parser can read, and what was lost in the repair.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Repaired {
    /// The text.
    pub(super) text: String,
    /// Halves of surrogate pairs, as they were written. They were replaced with U+FFFD.
    pub(super) halves: Vec<String>,
}

/// Turns numbers that JSON lacks into `null` (NaN, Infinity, 1e999), invalid numbers into text (007), and halves of
/// surrogate pairs into U+FFFD; escapes bare control characters, and removes trailing commas. It takes one pass, in
/// time proportional to the text.
pub(super) fn repaired(text: &str) -> Repaired {
    let mut repair = Repair { rest: text, out: String::with_capacity(text.len()), halves: Vec::new() };
    while let Some(next) = repair.rest.chars().next() {
        match next {
            '"' => repair.string(),
            '}' | ']' => {
                repair.drop_commas();
                repair.copy(1);
            }
            'A'..='Z' | 'a'..='z' | '0'..='9' | '+' | '-' | '.' => repair.scalar(),
            other => repair.copy(other.len_utf8()),
        }
    }
    Repaired { text: repair.out, halves: repair.halves }
}

struct Repair<'t> {
    rest: &'t str,
    out: String,
    halves: Vec<String>,
}

impl<'t> Repair<'t> {
    fn take(&mut self, bytes: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        taken
    }

    fn copy(&mut self, bytes: usize) {
        let taken = self.take(bytes);
        self.out.push_str(taken);
    }

    fn drop_commas(&mut self) {
        while let Some(before) = self.out.trim_end_matches([' ', '\t', '\r', '\n']).strip_suffix(',') {
            self.out.truncate(before.len());
        }
    }

    /// Reads a number or a word.
    fn scalar(&mut self) {
        let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_')));
        let token = self.take(end.unwrap_or(self.rest.len()));
        if serde_json::from_str::<serde_json::Value>(token).is_ok() {
            return self.out.push_str(token);
        }
        match (token, token.parse::<f64>()) {
            ("None" | "undefined", _) => self.out.push_str("null"),
            ("True", _) => self.out.push_str("true"),
            ("False", _) => self.out.push_str("false"),
            (_, Ok(number)) if !number.is_finite() => self.out.push_str("null"),
            (_, Ok(_)) => self.out.push_str(&format!("\"{token}\"")),
            (_, Err(_)) => self.out.push_str(token),
        }
    }

    fn string(&mut self) {
        self.copy(1);
        loop {
            let plain = self.rest.find(|c| matches!(c, '"' | '\\') || c < ' ').unwrap_or(self.rest.len());
            self.copy(plain);
            match self.rest.as_bytes().first() {
                None => return,
                Some(b'"') => return self.copy(1),
                Some(b'\\') => self.escape(),
                Some(&control) => {
                    self.take(1);
                    self.out.push_str(&format!("\\u{control:04x}"));
                }
            }
        }
    }

    fn escape(&mut self) {
        match self.rest.as_bytes().get(1) {
            Some(b'u') => self.unicode(),
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.copy(2),
            // JavaScript's \' means the quotation mark. Any other backslash is meant literally.
            Some(b'\'') => drop(self.take(1)),
            _ => {
                self.take(1);
                self.out.push_str("\\\\");
            }
        }
    }

    fn unicode(&mut self) {
        match (code(self.rest), self.rest.get(6..).and_then(code)) {
            (Some(0xD800..0xDC00), Some(0xDC00..0xE000)) => self.copy(12),
            (Some(0xD800..0xE000), _) => {
                let half = self.take(6).to_string();
                self.halves.push(half);
                self.out.push_str("\\ufffd");
            }
            (Some(_), _) => self.copy(6),
            (None, _) => {
                self.take(1);
                self.out.push_str("\\\\");
            }
        }
    }
}

/// The code unit of the escape at the start of the text.
fn code(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now(text: &str) -> String {
        repaired(text).text
    }

    #[test]
    fn what_is_no_number_is_null() {
        assert_eq!(
            now(r#"{"a":NaN,"b":-Infinity,"c":1e999,"d":[inf, 1e9]}"#),
            r#"{"a":null,"b":null,"c":null,"d":[null, 1e9]}"#
        );
        assert_eq!(now(r#"{"a":007,"b":.5,"c":None,"d":True}"#), r#"{"a":"007","b":".5","c":null,"d":true}"#);
        assert_eq!(now(r#"{"a":"NaN, 1e999 and 007,"}"#), r#"{"a":"NaN, 1e999 and 007,"}"#);
        assert_eq!(now("{a: 1}"), "{a: 1}");
    }

    #[test]
    fn halves_of_pairs_are_replaced_and_told() {
        let found = repaired(r#""\ud83d and \ud83d\ude00, \ude00 \ud83d\u0041 \\ud83d""#);
        assert_eq!(found.text, r#""\ufffd and \ud83d\ude00, \ufffd \ufffd\u0041 \\ud83d""#);
        assert_eq!(found.halves, [r"\ud83d", r"\ude00", r"\ud83d"]);
    }

    #[test]
    fn loose_ends_are_tied() {
        assert_eq!(now("{\"a\":[1, 2 , ],\n}"), "{\"a\":[1, 2 ]}");
        assert_eq!(now("\"one\ttwo\nthree\""), r#""one\u0009two\u000athree""#);
        assert_eq!(now(r#""it\'s \x41 \u12 \"""#), r#""it's \\x41 \\u12 \"""#);
        assert_eq!(now(r#""open \"#), r#""open \\"#);
    }

    proptest::proptest! {
        #[test]
        fn what_is_json_stays(text in r#"[{}\[\]",:\\u0-9deEaftnrlsNI. é-]{0,60}"#) {
            let repaired = repaired(&text);
            if let Ok(value) = serde_json::from_str::<serde_json::Value>(&text) {
                proptest::prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&repaired.text).unwrap(), value);
            }
            let again = super::repaired(&repaired.text);
            proptest::prop_assert_eq!(&again.text, &repaired.text);
        }
    }
}
