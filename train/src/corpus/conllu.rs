//! Reads Universal Dependencies: sentences in CoNLL-U, with tags and trees.

use std::io;
use std::path::Path;

use sayso_document::Span;

use super::read;

/// A sentence with its words.
#[derive(Clone, Debug, Default)]
pub struct TaggedSentence {
    /// Its text, with single spaces where the corpus has spaces.
    pub text: String,
    /// Its words, in reading order.
    pub words: Vec<TaggedWord>,
}

/// A word in the tokenisation of the corpus.
#[derive(Clone, Debug)]
pub struct TaggedWord {
    /// Its span in the sentence.
    pub span: Span,
    /// Its part-of-speech tag, as in the Penn Treebank.
    pub tag: String,
    /// Its head, counted from 1; 0 for the root. It is always 0 in corpora without trees.
    pub head: usize,
    /// Its relation to the head. Empty in corpora without trees.
    pub relation: String,
}

impl TaggedSentence {
    /// Adds a word at the end of the text.
    pub(super) fn push(&mut self, form: &str, tag: &str, head: usize, relation: &str) {
        let start = self.text.len();
        self.text.push_str(form);
        let span = Span::new(start, self.text.len());
        self.words.push(TaggedWord { span, tag: tag.into(), head, relation: relation.into() });
    }
}

/// Reads the sentences of a file.
pub fn trees(path: &Path) -> io::Result<Vec<TaggedSentence>> {
    Ok(parse(&read(path)?))
}

fn parse(text: &str) -> Vec<TaggedSentence> {
    let mut sentences = Vec::new();
    let mut sentence = TaggedSentence::default();
    // The last word of a group that is written as one ("don't"), and whether a space follows it.
    let mut group: Option<(usize, bool)> = None;
    let mut gap = false;
    for line in text.lines() {
        if line.is_empty() {
            if !sentence.words.is_empty() {
                sentences.push(std::mem::take(&mut sentence));
            }
            (group, gap) = (None, false);
            continue;
        }
        let fields: Vec<&str> = line.split('\t').collect();
        let [id, form, _, _, tag, _, head, relation, _, notes] = fields[..] else { continue };
        let tight = notes.contains("SpaceAfter=No");
        if let Some((_, last)) = id.split_once('-') {
            group = last.parse().ok().map(|last| (last, !tight));
            continue;
        }
        let (Ok(id), Ok(head)) = (id.parse::<usize>(), head.parse()) else { continue };
        if gap {
            sentence.text.push(' ');
        }
        sentence.push(form, tag, head, relation);
        gap = match group {
            Some((last, gap)) if id == last => gap,
            Some((last, _)) if id < last => false,
            _ => !tight,
        };
    }
    if !sentence.words.is_empty() {
        sentences.push(sentence);
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_words_as_written() {
        let row = |id: &str, form: &str, head: &str, notes: &str| {
            format!("{id}\t{form}\t_\t_\tXX\t_\t{head}\tdep\t_\t{notes}\n")
        };
        let file = [
            "# text = I don't.\n".to_owned(),
            row("1", "I", "2", "_"),
            row("2-3", "don't", "_", "SpaceAfter=No"),
            row("2", "do", "0", "_"),
            row("3", "n't", "2", "_"),
            row("4", ".", "2", "_"),
        ];
        let sentences = parse(&(file.concat() + "\n"));
        assert_eq!(sentences.len(), 1);
        assert_eq!(sentences[0].text, "I don't.");
        assert_eq!(sentences[0].words[2].span, Span::new(4, 7));
        assert_eq!(sentences[0].words[3].head, 2);
    }
}
