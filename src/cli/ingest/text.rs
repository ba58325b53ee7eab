//! Reads plain text and Markdown as articles.

use std::path::Path;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::super::input;
use super::foreign;
use super::front_matter;
use super::markup::{body, markdown};
use super::note::Note;
use crate::proto::Article;

/// The longest first line that may be a headline, in characters.
const MAX_TITLE_CHARS: usize = 160;

/// The longest part of a file name that becomes part of an id, in characters.
const MAX_STEM_CHARS: usize = 60;

/// Why bytes are not text.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cli) struct NotText {
    /// The line of the first bad byte, from 1.
    pub(in crate::cli) line: usize,
    /// What is wrong, in words.
    pub(in crate::cli) why: String,
}

/// Decodes bytes, without a byte order mark: UTF-8, or UTF-16 with or without the mark.
pub(in crate::cli) fn decode(bytes: Vec<u8>) -> Result<String, NotText> {
    if let Some(why) = foreign::refusal(&bytes) {
        return Err(NotText { line: 0, why });
    }
    let marked = Encoding::for_bom(&bytes).map(|(encoding, _)| encoding).filter(|&encoding| encoding != UTF_8);
    if let Some(encoding) = marked.or_else(|| input::utf_16(&bytes)) {
        let (text, is_bad) = encoding.decode_with_bom_removal(&bytes);
        let not_text = || NotText { line: 0, why: format!("not valid {}", encoding.name()) };
        return if is_bad { Err(not_text()) } else { Ok(text.into_owned()) };
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..at].iter().filter(|&&byte| byte == b'\n').count();
        NotText { line, why: format!("not valid UTF-8 (byte {at}); {}", remedy(error.as_bytes())) }
    })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_string(),
        None => text,
    })
}

/// How to convert bytes that are not UTF-8.
fn remedy(bytes: &[u8]) -> String {
    if is_binary(&String::from_utf8_lossy(bytes)) {
        return "this is a binary file, no text".into();
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guessed = detector.guess(None, Utf8Detection::Deny);
    // Many encodings agree on the common characters. The most common one is named then.
    let same = guessed.decode_without_bom_handling(bytes) == WINDOWS_1252.decode_without_bom_handling(bytes);
    let looks = if same { WINDOWS_1252.name() } else { guessed.name() };
    format!("it looks like {looks}: convert it with iconv -f {looks} -t UTF-8")
}

/// Whether more than one in twenty characters is a control character that does not occur in text. Then it is a binary
/// file, or UTF-16 that was read as something else. Old systems of news agencies leave a few in texts, which cost no
/// article.
pub(super) fn is_binary(text: &str) -> bool {
    let controls = text.bytes().filter(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31)).count();
    controls >= 3 && controls * 20 > text.len()
}

/// The article whose body is `text`, and notes on its front matter. If the first line looks like a title, it becomes
/// the title. Markdown and HTML become plain text: Markdown if the file name says so, and either if the signs are
/// clear.
pub(super) fn article(text: &str, is_markdown: bool) -> (Article, Vec<Note>) {
    let front = front_matter::read(text);
    let is_markdown = is_markdown || front.is_some();
    let unclosed = || front_matter::unclosed(text).into_iter().collect();
    let (mut article, notes, text) = front.unwrap_or_else(|| (Article::default(), unclosed(), text));
    let told = !article.title.is_empty();
    article.body = if is_markdown { markdown::plain(text) } else { body::body_text(text) };
    if !told {
        // The body no longer shows which line was a heading.
        article.title = heading(text, is_markdown).or_else(|| title(&article.body)).unwrap_or_default();
    }
    (article, notes)
}

/// Whether a file name says that it is Markdown.
pub(in crate::cli) fn is_markdown(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.ends_with(".md") || name.ends_with(".markdown")
}

/// Whether a text has the marks of Markdown, or front matter.
pub(in crate::cli) fn looks_like_markdown(text: &str) -> bool {
    markdown::is_markdown(text) || front_matter::read(text).is_some()
}

/// Whether a text has the tags of HTML.
pub(in crate::cli) fn looks_like_html(text: &str) -> bool {
    body::is_html(text)
}

/// The text of a Markdown heading at the start.
fn heading(text: &str, is_markdown: bool) -> Option<String> {
    let first = text.trim_start().lines().next()?.trim();
    let words =
        first.strip_prefix("# ").filter(|words| is_markdown || !words.starts_with(|c: char| c.is_ascii_digit()))?;
    Some(markdown::plain(words.trim().trim_end_matches('#')).trim().to_string()).filter(|title| !title.is_empty())
}

/// A first line that stands alone, is short and does not end like a sentence.
fn title(text: &str) -> Option<String> {
    let mut lines = text.trim_start().lines();
    let first = lines.next()?.trim();
    let alone = lines.next().is_some_and(|line| line.trim().is_empty()) && lines.next().is_some();
    let sentence = first.ends_with(['.', '!', '?', ':', ';', ',', '"', '”', '…']);
    (alone && !sentence && first.chars().count() <= MAX_TITLE_CHARS).then(|| first.to_string())
}

/// The id of a file's article: the start of its name, for people, and a digest of its whole path. So the same file
/// always has the same id.
pub(super) fn id_of(path: &Path) -> String {
    let canonical = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = name.strip_prefix('.').unwrap_or(&name).split('.').next().unwrap_or_default();
    let stem: String = stem.chars().filter(|c| !c.is_control()).take(MAX_STEM_CHARS).collect();
    let digest = blake3::hash(canonical.as_os_str().as_encoded_bytes()).to_hex();
    format!("{stem}-{}", &digest[..12])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headline_is_known_by_its_looks() {
        let title = |text: &str| article(text, false).0.title;
        assert_eq!(title("Harbour reopens\n\nThe harbour reopened."), "Harbour reopens");
        assert_eq!(title("# Harbour *reopens*\nThe harbour reopened."), "Harbour reopens");
        assert_eq!(title("# 5 in the table\nThe harbour reopened."), "");
        assert_eq!(title("The harbour reopened.\n\nBoats came."), "");
        assert_eq!(title("The harbour reopened\nand boats came."), "");
        assert_eq!(title("Harbour reopens"), "");
        assert_eq!(title(""), "");
    }

    #[test]
    fn markdown_is_read_and_plain_text_is_left_alone() {
        let (read, notes) = article("# Tide\n\nThe *tide* [turned](https://a.example).\n\n> We wait.\n", true);
        assert_eq!((read.title.as_str(), read.body.as_str()), ("Tide", "Tide\n\nThe tide turned.\n\nWe wait."));
        assert_eq!(notes, []);
        let text = "  The *tide* turned: 5 < 6.\r\n\r\n> We wait.\r\n";
        assert_eq!(article(text, false).0.body, text);
    }

    #[test]
    fn bad_bytes_are_told_with_their_line() {
        let NotText { line, why } = decode(b"one\nThe caf\xe9 is shut, she said.".to_vec()).unwrap_err();
        let expected =
            "not valid UTF-8 (byte 11); it looks like windows-1252: convert it with iconv -f windows-1252 -t UTF-8";
        assert_eq!((line, why.as_str()), (2, expected));
        let binary = [b"\x7fELF\xff".as_slice(), &[0; 90], b"text"].concat();
        assert_eq!(decode(binary).unwrap_err().why, "not valid UTF-8 (byte 4); this is a binary file, no text");
        assert_eq!(decode("\u{feff}one\r\n".into()).as_deref(), Ok("one\r\n"));
    }

    #[test]
    fn utf_16_is_read_with_a_mark_or_without() {
        for text in ["“The tide turned,” she said.\r\n", "Größe: “shut”."] {
            for mark in ["", "\u{feff}"] {
                let units: Vec<u16> = format!("{mark}{text}").encode_utf16().collect();
                let (little, big) = (
                    units.iter().flat_map(|unit| unit.to_le_bytes()),
                    units.iter().flat_map(|unit| unit.to_be_bytes()),
                );
                assert_eq!(decode(little.collect()).as_deref(), Ok(text));
                assert_eq!(decode(big.collect()).as_deref(), Ok(text));
            }
        }
        assert!(is_binary(&"T\0h\0e\0".repeat(9)) && !is_binary("The tide\ttur\u{ad}ned.\r\n\u{c}\u{93}Yes\u{94}"));
        assert!(!is_binary(
            "\u{2}The tide turned\u{13}, said Lind, and nobody was there to see it but a heron on the quay.\u{3}\u{4}"
        ));
    }

    #[test]
    fn a_file_keeps_its_id_and_shares_it_with_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("01-tide.txt"), folder.path().join("sub/../02.txt"));
        std::fs::create_dir(folder.path().join("sub")).unwrap();
        std::fs::write(&one, "a").unwrap();
        std::fs::write(&two, "b").unwrap();
        assert!(id_of(&one).starts_with("01-tide-"), "{}", id_of(&one));
        assert_eq!(id_of(&two), id_of(&folder.path().join("02.txt")));
        assert_ne!(id_of(&one), id_of(&two));
    }
}
