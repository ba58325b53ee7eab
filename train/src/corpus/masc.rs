//! Reads MASC, the Manually Annotated Sub-Corpus: its written part with tags, one sentence per line.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::TaggedSentence;

/// Reads the sentences of the written part, in the order of its file names. The spoken part is transcripts of
/// conversations, too far from news to help.
pub fn tagged(path: &Path) -> io::Result<Vec<TaggedSentence>> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let mut bytes = Vec::new();
    lzma_rs::xz_decompress(&mut BufReader::new(File::open(path).map_err(named)?), &mut bytes)
        .map_err(|error| io::Error::other(format!("{}: {error:?}", path.display())))?;
    let mut files = Vec::new();
    for entry in tar::Archive::new(&bytes[..]).entries().map_err(named)? {
        let mut entry = entry.map_err(named)?;
        let name = entry.path().map_err(named)?.to_string_lossy().into_owned();
        if name.contains("/written/") && name.ends_with(".txt") {
            let mut text = Vec::new();
            entry.read_to_end(&mut text).map_err(named)?;
            files.push((name, String::from_utf8_lossy(&text).into_owned()));
        }
    }
    files.sort();
    let lines = files.iter().flat_map(|(_, text)| text.lines());
    Ok(lines.map(sentence).filter(|sentence| !sentence.words.is_empty()).collect())
}

/// Joins the words of a line with ordinary spacing.
fn sentence(line: &str) -> TaggedSentence {
    let mut sentence = TaggedSentence::default();
    let (mut tight, mut quoted) = (true, false);
    for (word, tag) in line.split_whitespace().filter_map(|pair| pair.rsplit_once('_')) {
        let mark = matches!(word, "\"" | "``" | "''" | "“" | "”");
        let opens = mark && !quoted || matches!(word, "(" | "[" | "{" | "$" | "#");
        let closes = mark && quoted
            || matches!(word, "." | "," | ";" | ":" | "!" | "?" | "%" | ")" | "]" | "}" | "..." | "n't" | "n’t")
            || word.starts_with(['\'', '’']) && (2..5).contains(&word.chars().count());
        if !tight && !closes {
            sentence.text.push(' ');
        }
        sentence.push(if mark { "\"" } else { word }, tag, 0, "");
        quoted ^= mark;
        tight = opens;
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn puts_words_together() {
        let sentence = sentence("``_`` I_PRP do_VBP n't_RB ,_, ''_'' she_PRP said_VBD (_( twice_RB )_) ._.");
        assert_eq!(sentence.text, "\"I don't,\" she said (twice).");
        assert_eq!(sentence.words[2].tag, "VBP");
    }
}
