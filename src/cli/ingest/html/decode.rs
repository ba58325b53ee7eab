//! Decodes the bytes of a page, whatever encoding they are in.
//!
//! This follows the sniffing of browsers, with three differences that suit files:
//!
//! - Valid UTF-8 is read as UTF-8, whatever the page declares. Files have often been converted since they were written;
//!   a browser would learn that from the server.
//! - A declaration counts wherever it stands in the head.
//! - A few bytes that are not valid in UTF-8 are read as windows-1252, which they nearly always are, instead of as �.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::super::super::input;
use super::super::mojibake;
use super::super::note::Note;

/// How many bytes at the start of a page are searched for a declaration of its encoding.
const PRESCAN_BYTES: usize = 64 << 10;

/// The text of a page, and a note if something was guessed or replaced.
pub(super) fn decode(bytes: &[u8]) -> (String, Option<Note>) {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return read_as(encoding, bytes);
    }
    if let Some(encoding) = input::utf_16(bytes) {
        return read_as(encoding, bytes);
    }
    let declared = declared(bytes);
    if let Ok(text) = std::str::from_utf8(bytes)
        && declared != Some(ISO_2022_JP)
    {
        return twice_encoded(text).unwrap_or_else(|| (text.to_string(), None));
    }
    if is_mostly_utf_8(bytes) {
        return patched(bytes);
    }
    let declared = declared.filter(|&encoding| encoding != UTF_8).map(|encoding| read_as(encoding, bytes));
    match declared {
        Some((text, note)) if note.is_none() || !is_mostly_replaced(&text) => (text, note),
        _ => read_as(guess(bytes), bytes),
    }
}

/// What a text was that was encoded twice, and a note that says so. None if it was not.
fn twice_encoded(text: &str) -> Option<(String, Option<Note>)> {
    if let Some(undone) = mojibake::undone(text) {
        return Some((undone, Some(Note::new("", "", "the page was encoded as UTF-8 twice; this is undone"))));
    }
    let note =
        || Note::new("", "", "parts of the page look like UTF-8 that was encoded twice; they are kept as they are");
    mojibake::is_likely(text).then(|| (text.to_string(), Some(note())))
}

/// Whether so much was replaced that the encoding must be a wrong guess.
fn is_mostly_replaced(text: &str) -> bool {
    let foreign = text.chars().filter(|c| !c.is_ascii()).count();
    text.matches(char::REPLACEMENT_CHARACTER).count() * 2 > foreign
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// Decodes with this encoding, with a note that says how many characters had to be replaced.
fn read_as(encoding: &'static Encoding, bytes: &[u8]) -> (String, Option<Note>) {
    let (text, encoding, _) = encoding.decode(bytes);
    let count = text.matches(char::REPLACEMENT_CHARACTER).count();
    let note = (count > 0).then(|| {
        let value = format!("{count} character{}", if count == 1 { "" } else { "s" });
        Note::new("", value, format!("shown as �: not valid {}", encoding.name()))
    });
    (text.into_owned(), note)
}

/// Whether valid multi-byte characters of UTF-8 far outnumber the invalid bytes.
fn is_mostly_utf_8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > 2 * bad
}

/// Decodes UTF-8 in which stray bytes are read as windows-1252.
fn patched(bytes: &[u8]) -> (String, Option<Note>) {
    let mut text = String::with_capacity(bytes.len() + 16);
    let mut count = 0;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        count += chunk.invalid().len();
        text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
    }
    let value = format!("{count} byte{}", if count == 1 { "" } else { "s" });
    (text, Some(Note::new("", value, "read as windows-1252: not valid UTF-8")))
}

/// The encoding that a page declares, in an XML declaration at its start or in a `<meta>`.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(PRESCAN_BYTES)]).to_ascii_lowercase();
    let xml = start.trim_start().strip_prefix("<?xml").and_then(|rest| rest.split("?>").next());
    if let Some(encoding) = xml.and_then(|xml| label(xml.split_once("encoding")?.1)) {
        return Some(encoding);
    }
    let mut rest = start.as_str();
    loop {
        rest = &rest[rest.find('<')?..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = &comment[comment.find("-->")?..];
            continue;
        }
        rest = &rest[1..];
        let Some(meta) =
            rest.strip_prefix("meta").filter(|meta| meta.starts_with([' ', '\t', '\n', '\r', '\x0c', '/']))
        else {
            continue;
        };
        let meta = &meta[..meta.find('>').unwrap_or(meta.len())];
        let found = meta.match_indices("charset").find_map(|(at, word)| label(&meta[at + word.len()..]));
        if found.is_some() {
            return found;
        }
    }
}

/// The encoding whose label follows, as in `="utf-8"`.
fn label(text: &str) -> Option<&'static Encoding> {
    let text =
        text.trim_start().strip_prefix('=')?.trim_start_matches(|c: char| c.is_whitespace() || "\"'".contains(c));
    let end = text.find(|c: char| c.is_whitespace() || "\"';>/".contains(c)).unwrap_or(text.len());
    let encoding = Encoding::for_label(&text.as_bytes()[..end])?;
    // If the declaration can be read byte by byte, the page is not in UTF-16.
    Some(if encoding == UTF_16LE || encoding == UTF_16BE { UTF_8 } else { encoding })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declaration_counts_where_it_stands() {
        let name = |page: &str| declared(page.as_bytes()).map(Encoding::name);
        assert_eq!(name("<meta charset=iso-8859-1>"), Some("windows-1252"));
        assert_eq!(name("<META HTTP-EQUIV='x' CONTENT='text/html; charset=Shift_JIS'>"), Some("Shift_JIS"));
        assert_eq!(name("<?xml version='1.0' encoding='gb2312'?><html>"), Some("GBK"));
        assert_eq!(name("<!-- <meta charset=koi8-r> --><meta charset = \"big5\" >"), Some("Big5"));
        assert_eq!(name(&format!("<script>{}</script><meta charset=koi8-r>", "x".repeat(2_000))), Some("KOI8-R"));
        assert_eq!(name("<meta charset=utf-16>"), Some("UTF-8"));
        assert_eq!(name("<metal charset=big5><p>charset=big5"), None);
        assert_eq!(name("<meta charset=martian><meta charset=big5>"), Some("Big5"));
    }

    #[test]
    fn what_is_wrong_with_the_bytes_is_told() {
        let (text, note) = decode(b"<meta charset=utf-8>\xe2\x80\x9cSm\xc3\xb8r\xe2\x80\x9d in the caf\xe9");
        assert!(text.ends_with("“Smør” in the café"), "{text}");
        assert_eq!(note.unwrap().to_string(), "1 byte read as windows-1252: not valid UTF-8");
        let (text, note) = decode(b"<meta charset=shift_jis>\x82\xa0\x82\xa2\x81");
        assert!(text.ends_with("あい�"), "{text}");
        assert_eq!(note.unwrap().to_string(), "1 character shown as �: not valid Shift_JIS");
        assert_eq!(decode(b"<p>caf\xe9 \x93no\x94</p>"), ("<p>café “no”</p>".into(), None));
    }
}
