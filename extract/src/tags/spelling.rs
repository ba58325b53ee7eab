//! How the words of a document are spelt: in small letters, as numbers, and the clusters that the spelling leads to.

use sayso_document::Document;

use crate::model::{Clusters, Groups, word};

/// How the words of a document are spelt. Every list has one value per token.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spelling {
    /// The words in lower case.
    letters: Letters,
    /// Their hashes.
    numbers: Vec<u32>,
    /// Their clusters.
    groups: Vec<Groups>,
}

impl Spelling {
    /// Spells the words of a document.
    pub(crate) fn new(document: &Document<'_>, clusters: &Clusters) -> Self {
        #[cfg(test)]
        crate::view::built::note("spelling");
        let letters = Letters::new(document);
        let numbers = (0..letters.len()).map(|i| word(letters.get(i))).collect();
        let groups = (0..letters.len()).map(|i| clusters.of(document.word(i))).collect();
        Self { letters, numbers, groups }
    }

    /// The word in small letters, with straight apostrophes; empty outside of the text.
    pub(crate) fn lower(&self, i: usize) -> &str {
        self.letters.get(i)
    }

    /// The number of the word in small letters; 0 outside of the text.
    pub(crate) fn number(&self, i: usize) -> u32 {
        self.numbers.get(i).copied().unwrap_or(0)
    }

    /// The clusters of the word; of no word outside of the text.
    pub(crate) fn groups(&self, i: usize) -> Groups {
        self.groups.get(i).copied().unwrap_or_default()
    }
}

/// The words of a document in lower case and with straight apostrophes, in one string, so that no
/// word needs an allocation.
#[derive(Clone, Debug, Default)]
struct Letters {
    /// All words, one behind the other.
    text: String,
    /// Where each begins, and the end of the last.
    bounds: Vec<u32>,
}

impl Letters {
    /// "WHO", "US" and "IT" keep their capitals, except in a sentence of capitals only.
    fn new(document: &Document<'_>) -> Self {
        let mut text = String::with_capacity(document.text().len());
        let mut bounds = Vec::with_capacity(document.tokens().len() + 1);
        bounds.push(0);
        for s in 0..document.sentences().len() {
            let tokens = document.tokens_of(s);
            let shouted = !tokens.clone().any(|i| document.word(i).starts_with(char::is_lowercase));
            for i in tokens {
                let word = document.word(i);
                if !shouted && is_acronym(word) {
                    text.push_str(word);
                } else {
                    push_small(&mut text, word);
                }
                bounds.push(text.len() as u32);
            }
        }
        Self { text, bounds }
    }

    /// How many words there are.
    fn len(&self) -> usize {
        self.bounds.len() - 1
    }

    /// A word; empty beyond the last.
    fn get(&self, i: usize) -> &str {
        if i >= self.len() {
            return "";
        }
        &self.text[self.bounds[i] as usize..self.bounds[i + 1] as usize]
    }
}

/// Adds a word in small letters, with straight apostrophes.
fn push_small(text: &mut String, word: &str) {
    for c in word.chars() {
        match c {
            '’' | 'ʼ' => text.push('\''),
            _ if c.is_ascii() => text.push(c.to_ascii_lowercase()),
            _ => text.extend(c.to_lowercase()),
        }
    }
}

/// Acronyms that in small letters are pronouns: "The WHO said".
pub(super) fn is_acronym(word: &str) -> bool {
    matches!(word, "WHO" | "US" | "IT")
}
