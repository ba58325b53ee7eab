//! Reads OntoGUM: texts of many genres with coreference chains (Zhu et al., 2021), in the CoNLL format.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;

use sayso_document::Span;

/// A text and the mentions in it.
#[derive(Clone, Debug, Default)]
pub struct LinkedText {
    /// Its id in the corpus.
    pub id: String,
    /// Its text, rebuilt from tokens with ordinary spacing.
    pub text: String,
    /// The mentions with the numbers of their chains, sorted by their ends.
    pub mentions: Vec<(Span, u32)>,
}

/// Reads all texts of the archive (`.tar.xz`), sorted by id.
pub fn linked_texts(path: &Path) -> io::Result<Vec<LinkedText>> {
    let named = |error: &dyn std::fmt::Display| io::Error::other(format!("{}: {error}", path.display()));
    let mut packed = BufReader::new(File::open(path).map_err(|error| io::Error::new(error.kind(), named(&error)))?);
    let mut bytes = Vec::new();
    lzma_rs::xz_decompress(&mut packed, &mut bytes).map_err(|error| named(&format!("{error:?}")))?;
    let mut texts = Vec::new();
    for entry in tar::Archive::new(Cursor::new(bytes)).entries()? {
        let mut entry = entry?;
        let id = entry.path()?.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        if entry.path()?.extension().is_none_or(|ext| ext != "conll") {
            continue;
        }
        let mut content = String::new();
        entry.read_to_string(&mut content)?;
        texts.push(LinkedText { id, ..linked(&content) });
    }
    texts.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(texts)
}

/// Rebuilds a text from its rows: number, word, and the chains that begin and end there.
fn linked(rows: &str) -> LinkedText {
    let mut out = LinkedText::default();
    let mut open: Vec<(u32, usize)> = Vec::new();
    let (mut glued, mut quoted) = (true, false);
    for row in rows.lines() {
        let fields: Vec<&str> = row.split('\t').collect();
        let &[_, word, marks, ..] = fields.as_slice() else {
            // An empty row ends a sentence.
            if row.is_empty() && !out.text.is_empty() && !out.text.ends_with('\n') {
                glued = false;
            }
            continue;
        };
        let closes = matches!(word, "\"") && quoted || matches!(word, "”" | "’" | ")" | "]" | "%");
        let clings = closes
            || matches!(word, "," | "." | ";" | ":" | "!" | "?" | "..." | "n't" | "n’t")
            || word.starts_with(['\'', '’']) && word.len() < 6 && word.len() > 1;
        if !glued && !clings {
            out.text.push(' ');
        }
        glued = matches!(word, "(" | "[" | "“" | "‘" | "$" | "£" | "€" | "#") || word == "\"" && !quoted;
        quoted ^= word == "\"";
        let start = out.text.len();
        out.text.push_str(word);
        mark(marks, start, &mut open, &mut out);
    }
    out
}

/// Opens and closes the mentions of a row, such as `(1(2)` or `2)1)`.
fn mark(marks: &str, start: usize, open: &mut Vec<(u32, usize)>, out: &mut LinkedText) {
    let end = out.text.len();
    let mut rest = marks;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let opens = rest[..at].ends_with('(');
        let tail = &rest[at..];
        let digits = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
        let Ok(chain) = tail[..digits].parse::<u32>() else { return };
        if opens {
            open.push((chain, start));
        }
        rest = &tail[digits..];
        if rest.starts_with(')')
            && let Some(place) = open.iter().rposition(|&(same, _)| same == chain)
        {
            let (_, from) = open.remove(place);
            out.mentions.push((Span::new(from, end), chain));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rebuilds_text_and_mentions() {
        let rows =
            "# begin document\n0\t\"\t_\n1\tAna\t(1(2)\n2\t's\t1)\n3\tdog\t(3)\n4\t,\t_\n5\t\"\t_\n6\tshe\t(2)\n";
        let text = linked(rows);
        assert_eq!(text.text, "\"Ana's dog,\" she");
        let mentions: Vec<_> = text.mentions.iter().map(|(span, chain)| (span.of(&text.text), *chain)).collect();
        assert_eq!(mentions, [("Ana", 2), ("Ana's", 1), ("dog", 3), ("she", 2)]);
    }
}
