//! Plain text and Markdown as articles.

use std::path::Path;

use crate::proto::Article;

/// The longest first line that is taken for a headline, in characters.
const TITLE_CHARS: usize = 160;

/// The longest part of a file's name that goes into an id, in characters.
const STEM_CHARS: usize = 60;

/// Bytes that are no text.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cli) struct NotText {
    /// The line of the first bad byte, from 1.
    pub(in crate::cli) line: usize,
    /// What is wrong, in words.
    pub(in crate::cli) why: String,
}

/// The bytes as text, without a byte order mark.
pub(in crate::cli) fn decode(bytes: Vec<u8>) -> Result<String, NotText> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..at].iter().filter(|&&byte| byte == b'\n').count();
        NotText { line, why: format!("not valid UTF-8 (byte {at})") }
    })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_string(),
        None => text,
    })
}

/// The article whose body is `text`, with its first line for a title where that looks like one.
pub(super) fn article(text: String) -> Article {
    Article { title: title(&text).unwrap_or_default(), body: text, ..Article::default() }
}

/// A first line that stands alone, is short and does not end like a sentence; or a Markdown heading.
fn title(text: &str) -> Option<String> {
    let mut lines = text.trim_start().lines();
    let first = lines.next()?.trim();
    if let Some(heading) = first.strip_prefix("# ") {
        return Some(heading.trim().to_string());
    }
    let alone = lines.next().is_some_and(|line| line.trim().is_empty()) && lines.next().is_some();
    let sentence = first.ends_with(['.', '!', '?', ':', ';', ',', '"', '”', '…']);
    (alone && !sentence && first.chars().count() <= TITLE_CHARS).then(|| first.to_string())
}

/// An id for the article of a file: the start of its name, for people, and a digest of its whole
/// path, so that the same file has the same id whenever and from wherever it is put in.
pub(super) fn id_of(path: &Path) -> String {
    let canonical = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = name.strip_prefix('.').unwrap_or(&name).split('.').next().unwrap_or_default();
    let stem: String = stem.chars().filter(|c| !c.is_control()).take(STEM_CHARS).collect();
    let digest = blake3::hash(canonical.as_os_str().as_encoded_bytes()).to_hex();
    format!("{stem}-{}", &digest[..12])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headline_is_known_by_its_looks() {
        let title = |text: &str| article(text.into()).title;
        assert_eq!(title("Harbour reopens\n\nThe harbour reopened."), "Harbour reopens");
        assert_eq!(title("# Harbour reopens\nThe harbour reopened."), "Harbour reopens");
        assert_eq!(title("The harbour reopened.\n\nBoats came."), "");
        assert_eq!(title("The harbour reopened\nand boats came."), "");
        assert_eq!(title("Harbour reopens"), "");
        assert_eq!(title(""), "");
    }

    #[test]
    fn bad_bytes_are_told_with_their_line() {
        assert_eq!(decode(b"one\ntwo \xff".to_vec()), Err(NotText { line: 2, why: "not valid UTF-8 (byte 8)".into() }));
        assert_eq!(decode("\u{feff}one\r\n".into()).as_deref(), Ok("one\r\n"));
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
