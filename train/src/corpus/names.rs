//! Reads texts with marked names.

use std::io;
use std::path::Path;

use sayso_document::Span;
use serde::Deserialize;

use super::file::{Points, lines};

/// A text with its names.
#[derive(Clone, Debug)]
pub struct NamedText {
    /// Its id in the corpus.
    pub id: String,
    /// The text.
    pub text: String,
    /// The spans of the names, in bytes, with their types in the corpus.
    pub names: Vec<(Span, String)>,
    /// The types that the corpus marks.
    pub types: Vec<String>,
}

impl NamedText {
    /// Restores the spacing of print. Corpora that were assembled from tokens have "U. S.", "Asia - Pacific" and
    /// "world’ s". Also returns where spaces were removed, in bytes of the new text. A space where a name begins or
    /// ends stays.
    pub fn printed(&self) -> (Self, Vec<usize>) {
        let (mut text, mut taken) = (String::with_capacity(self.text.len()), Vec::new());
        let mut moved: Vec<usize> = Vec::with_capacity(self.text.len() + 1);
        let name_at = |byte: usize| self.names.iter().position(|(span, _)| span.start() <= byte && byte < span.end());
        let mut previous = ['\0'; 2];
        for (at, c) in self.text.char_indices() {
            moved.resize(at + 1, text.len());
            let mut rest = self.text[at..].chars().skip(1);
            let (next, after) = (rest.next().unwrap_or('\0'), rest.next().unwrap_or('\0'));
            let same = at > 0 && name_at(at) == name_at(at + 1) && name_at(at) == name_at(at - previous[1].len_utf8());
            if c == ' ' && same && self.joins(at, previous, (next, after)) {
                taken.push(text.len());
            } else {
                text.push(c);
            }
            previous = [previous[1], c];
        }
        moved.resize(self.text.len() + 1, text.len());
        let span = |span: &Span| Span::new(moved[span.start()], moved[span.end()]);
        let names = self.names.iter().map(|(one, kind)| (span(one), kind.clone())).collect();
        (Self { id: self.id.clone(), text, names, types: self.types.clone() }, taken)
    }

    /// Whether a tokeniser inserted the space at byte `at`, given two characters before and after it.
    fn joins(&self, at: usize, [first, second]: [char; 2], (next, after): (char, char)) -> bool {
        let named = self.names.iter().any(|(span, _)| span.start() <= at && at < span.end());
        let initials = first.is_uppercase() && second == '.' && next.is_uppercase() && after == '.';
        let possessive = matches!(second, '’' | '\'') && next == 's' && !after.is_alphanumeric();
        // Outside names, only lower-case letters tell a hyphen from a dash.
        let before_hyphen = second.is_alphanumeric() && next == '-' && after == ' ' && {
            let beyond = self.text[at + 3..].chars().next().unwrap_or(' ');
            beyond.is_alphanumeric() && (named || beyond.is_lowercase())
        };
        let behind_hyphen =
            first == ' ' && second == '-' && next.is_alphanumeric() && (named || next.is_lowercase()) && {
                let beyond = self.text[..at - 2].chars().next_back().unwrap_or(' ');
                beyond.is_alphanumeric()
            };
        initials || possessive || before_hyphen || behind_hyphen
    }
}

#[derive(Deserialize)]
struct Row {
    id: String,
    text: String,
    entities: Vec<Marked>,
    #[serde(default)]
    types: Vec<String>,
}

#[derive(Deserialize)]
struct Marked {
    start: usize,
    end: usize,
    r#type: String,
}

/// Reads texts in the format of `eval/ner`: JSON Lines with positions in code points.
pub fn named_texts(path: &Path) -> io::Result<Vec<NamedText>> {
    Ok(lines::<Row>(path)?.into_iter().map(convert).collect())
}

fn convert(row: Row) -> NamedText {
    let points = Points::new(&row.text);
    let span = |one: &Marked| Span::new(points.byte(one.start), points.byte(one.end.max(one.start)));
    let names = row.entities.iter().map(|one| (span(one), one.r#type.clone())).collect();
    NamedText { id: row.id, text: row.text, names, types: row.types }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_newspapers_do() {
        let text = "The U. S. and Asia - Pacific leaders’ well - being in May - Lund left, Lund’ s mayor said";
        let at = |words: &str| text.find(words).map(|at| Span::new(at, at + words.len())).unwrap();
        let names = [at("U. S."), at("Asia - Pacific"), at("Lund")].map(|span| (span, "LOC".to_owned())).into();
        let one = NamedText { id: String::new(), text: text.into(), names, types: Vec::new() };
        let (printed, taken) = one.printed();
        let expected = "The U.S. and Asia-Pacific leaders’ well-being in May - Lund left, Lund’s mayor said";
        assert_eq!(printed.text, expected);
        let names: Vec<_> = printed.names.iter().map(|(span, _)| span.of(&printed.text)).collect();
        assert_eq!(names, ["U.S.", "Asia-Pacific", "Lund"]);
        assert_eq!(taken.len(), 6);
    }
}
