//! Parses the bytes of a record as a JSON value.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;
use serde_json::Value;

use super::super::note::Note;
use super::repair::repaired;
use super::repeated::read;

/// Why bytes are not JSON.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cli::ingest) struct Malformed {
    /// What is wrong.
    pub(in crate::cli::ingest) why: String,
    /// The line, from 1 for the first of the bytes.
    pub(in crate::cli::ingest) line: usize,
    /// The column, in bytes from 1.
    pub(in crate::cli::ingest) column: usize,
}

/// The value, and notes on what had to be replaced in it.
pub(in crate::cli::ingest) fn parse(bytes: &[u8]) -> Result<(Value, Vec<Note>), Malformed> {
    let mut notes = Vec::new();
    let text = decoded(bytes, &mut notes);
    let strict = match read(&text, &mut notes) {
        Ok(value) => return Ok((value, notes)),
        Err(error) => error,
    };
    let repaired = repaired(&text);
    // The error of the strict parser in the original text says more than the one that remains after the repair.
    let value = read(&repaired.text, &mut notes).map_err(|_| malformed(&strict))?;
    if let Some(half) = repaired.halves.first() {
        notes.push(Note::new("", half, "is half of a character; it was replaced with U+FFFD"));
    }
    Ok((value, notes))
}

fn malformed(error: &serde_json::Error) -> Malformed {
    let words = error.to_string();
    let why = words.split(" at line ").next().unwrap_or_default();
    let why = if why == "recursion limit exceeded" { "its values lie in each other more than 127 deep" } else { why };
    Malformed { why: why.into(), line: error.line(), column: error.column() }
}

/// The bytes as text: UTF-8, or else windows-1252. In text that is plainly UTF-8, damaged bytes are replaced.
fn decoded<'b>(bytes: &'b [u8], notes: &mut Vec<Note>) -> Cow<'b, str> {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return text.into(),
        Err(error) => error,
    };
    let at = error.valid_up_to();
    let around = &bytes[at.saturating_sub(10)..bytes.len().min(at + 10)];
    let lossy = String::from_utf8_lossy(bytes);
    let is_utf8 = lossy.chars().any(|c| !c.is_ascii() && c != char::REPLACEMENT_CHARACTER);
    if is_utf8 {
        let value = format!("…{}…", String::from_utf8_lossy(around));
        notes.push(Note::new("", value, "has bytes that are not UTF-8; they were replaced with U+FFFD"));
        return lossy;
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    let value = format!("…{}…", WINDOWS_1252.decode_without_bom_handling(around).0);
    notes.push(Note::new("", value, "is not UTF-8; the record is read as windows-1252"));
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let found = parse(b"{\"a\": 1,\n \"b\" 2}").unwrap_err();
        assert_eq!((found.why.as_str(), found.line, found.column), ("expected `:`", 2, 6));
        let deep = format!("{{\"a\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(parse(deep.as_bytes()).unwrap_err().why, "its values lie in each other more than 127 deep");
        assert!(parse(b"{\"a\": [1, 2").is_err());
    }

    #[test]
    fn other_encodings_are_read_and_told() {
        let (value, notes) = parse(b"{\"a\": \"caf\xe9 \x93shut\x94\"}").unwrap();
        assert_eq!(value, json!({"a": "café “shut”"}));
        assert_eq!(notes[0].what, "is not UTF-8; the record is read as windows-1252");
        let (value, notes) = parse("{\"a\": \"“shut” x\"}".replace('x', "\u{7f}").as_bytes()).unwrap();
        assert_eq!((value, notes.len()), (json!({"a": "“shut” \u{7f}"}), 0));
        let (value, notes) = parse(&[b"{\"a\": \"\xe2\x80\x9cshut ".as_slice(), b"\xff\"}"].concat()).unwrap();
        assert_eq!(value, json!({"a": "“shut \u{fffd}"}));
        assert!(notes[0].to_string().ends_with("they were replaced with U+FFFD"), "{notes:?}");
    }
}
