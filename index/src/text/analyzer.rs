//! The readers of text that tantivy is given.
//!
//! A document is read with all forms of its words. A query is not read here: `crate::rows` says which words it looks
//! for, so that the highlights can ask the same.

use std::collections::HashMap;

use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer};

use super::Stemmer;
use super::forms::{Form, forms};

/// Yields folded words and their other forms to tantivy.
pub(crate) fn exact_analyzer() -> TextAnalyzer {
    TextAnalyzer::from(Folding::default())
}

/// Yields these and forms for capitals.
pub(crate) fn cased_analyzer() -> TextAnalyzer {
    TextAnalyzer::from(Folding { cased: true, ..Folding::default() })
}

/// Yields the stems of words and of their other forms.
pub(crate) fn stemming_analyzer() -> TextAnalyzer {
    TextAnalyzer::from(Folding { stems: true, ..Folding::default() })
}

/// Tantivy's tokenizer of folded words.
///
/// The sentences of an article come one after another, each with the same title, outlet and authors, and tantivy has a
/// tokenizer for each field. So the words of the last text are kept, and not read again if the next text is the same.
#[derive(Default)]
struct Folding {
    cased: bool,
    stems: bool,
    token: Token,
    last: Words,
    known: Stems,
}

impl Clone for Folding {
    fn clone(&self) -> Self {
        Self { cased: self.cased, stems: self.stems, ..Self::default() }
    }
}

/// The words of a text.
#[derive(Default)]
struct Words {
    text: String,
    /// All words behind each other.
    folded: String,
    words: Vec<Place>,
}

/// A word: its bytes in the text, its position, and where it ends among the folded words.
struct Place {
    from: usize,
    to: usize,
    position: usize,
    end: usize,
}

/// A text of more bytes than this is not kept.
const KEPT_BYTES: usize = 16 << 10;

/// The stems of the words that came before, so that each of them is found once.
#[derive(Default)]
struct Stems {
    stemmer: Stemmer,
    known: HashMap<String, String>,
}

/// More stems than this are not remembered.
const MOST_STEMS: usize = 1 << 14;

impl Stems {
    /// The stem of a folded word.
    fn of(&mut self, folded: &str) -> &str {
        if !self.known.contains_key(folded) {
            if self.known.len() >= MOST_STEMS {
                self.known.clear();
            }
            self.known.insert(folded.to_owned(), self.stemmer.stem(folded).into_owned());
        }
        &self.known[folded]
    }
}

impl Folding {
    /// Reads the words of a text.
    fn read(&mut self, text: &str) {
        let Self { cased, stems, last, known, .. } = self;
        if last.text == text {
            return;
        }
        if last.text.len() > KEPT_BYTES {
            *last = Words::default();
        }
        last.text.clear();
        last.text.push_str(text);
        last.folded.clear();
        last.words.clear();
        let mut forms = forms(text, *cased);
        while let Some(Form { word, position, main: _ }) = forms.next() {
            match stems {
                true => last.folded.push_str(known.of(&word.text)),
                false => last.folded.push_str(&word.text),
            }
            last.words.push(Place { from: word.start, to: word.end, position, end: last.folded.len() });
            forms.reuse(word.text);
        }
    }
}

/// The folded words of one text, each followed by its other forms at the same position.
struct FoldingStream<'a> {
    words: &'a Words,
    next: usize,
    token: &'a mut Token,
}

impl Tokenizer for Folding {
    type TokenStream<'a> = FoldingStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> FoldingStream<'a> {
        self.token.reset();
        self.read(text);
        FoldingStream { words: &self.last, next: 0, token: &mut self.token }
    }
}

impl TokenStream for FoldingStream<'_> {
    fn advance(&mut self) -> bool {
        let Some(&Place { from, to, position, end }) = self.words.words.get(self.next) else { return false };
        let start = self.next.checked_sub(1).map_or(0, |before| self.words.words[before].end);
        self.next += 1;
        let token = &mut *self.token;
        (token.offset_from, token.offset_to, token.position) = (from, to, position);
        token.text.clear();
        token.text.push_str(&self.words.folded[start..end]);
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(analyzer: &mut TextAnalyzer, text: &str) -> Vec<(String, usize, usize, usize)> {
        let mut words = Vec::new();
        analyzer.token_stream(text).process(&mut |token: &Token| {
            words.push((token.text.clone(), token.offset_from, token.offset_to, token.position));
        });
        words
    }

    #[test]
    fn what_was_read_before_changes_nothing() {
        let long = "harbours and e-mails ".repeat(KEPT_BYTES / 16);
        let texts =
            ["Harbours of the U.S.", "Harbours of the U.S.", "", "An e-mail", &long, "Harbours", &long, "An e-mail"];
        for make in [exact_analyzer, cased_analyzer, stemming_analyzer] {
            let mut used = make();
            for text in texts {
                assert_eq!(words(&mut used, text), words(&mut make(), text));
            }
        }
        assert_eq!(
            words(&mut stemming_analyzer(), "Two Harbours"),
            [("two".into(), 0, 3, 0), ("harbor".into(), 4, 12, 1)]
        );
    }
}
