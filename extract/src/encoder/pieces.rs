//! Cuts a text into word pieces, as BERT's tokeniser does (Wu et al., 2016): lower case without
//! accents, a word for each run of letters and digits and for each symbol, and for each word the
//! longest pieces that the vocabulary has.
//!
//! It is written out here because each piece needs its place in the original text, and nothing else
//! of a tokeniser library is needed. Text that looks like a mark of the network, such as "\[SEP\]",
//! is plain text.

use rustc_hash::FxHashMap;
use sayso_document::Span;

use super::characters::{chinese, dropped, plain, punctuation};
use crate::model::ModelError;

/// Words of more characters have no pieces and are unknown.
const MAX_WORD_CHARACTERS: usize = 100;

/// The pieces that the network knows, with their numbers.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    /// Pieces that begin words.
    begins: FxHashMap<Box<str>, i32>,
    /// Pieces inside words, without the "##" before them.
    within: FxHashMap<Box<str>, i32>,
    /// Length of the longest piece in bytes, which bounds the search.
    longest: usize,
    /// The piece for a word that cannot be cut.
    unknown: i32,
    /// The mark at the beginning of a window.
    pub(crate) opening: i32,
    /// The mark at its end.
    pub(crate) closing: i32,
}

/// A text as pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pieces {
    /// The number of each piece in the vocabulary.
    pub(crate) ids: Vec<i32>,
    /// Where the words stand in the text.
    pub(crate) words: Vec<Span>,
    /// The position of each word's first piece in `ids`; every word has at least one.
    pub(crate) firsts: Vec<usize>,
}

impl Pieces {
    /// The first piece of a word, or the number of pieces for the word after the last.
    pub(crate) fn first(&self, word: usize) -> usize {
        self.firsts.get(word).copied().unwrap_or(self.ids.len())
    }
}

impl Vocabulary {
    /// Reads a vocabulary: one piece per line, numbered from 0.
    ///
    /// # Errors
    /// If one of the marks `[UNK]`, `[CLS]` and `[SEP]` is missing.
    pub(crate) fn from_text(text: &str) -> Result<Self, ModelError> {
        let numbered = || text.lines().map(str::trim_end).zip(0..);
        let special = |name: &str| {
            let found = numbered().find(|(piece, _)| *piece == name).map(|(_, id)| id);
            found.ok_or_else(|| ModelError::new(format!("the vocabulary has no piece {name}")))
        };
        let (mut begins, mut within) = (FxHashMap::default(), FxHashMap::default());
        for (piece, id) in numbered() {
            match piece.strip_prefix("##") {
                Some(rest) if !rest.is_empty() => within.insert(rest.into(), id),
                _ => begins.insert(piece.into(), id),
            };
        }
        let longest = numbered().map(|(piece, _)| piece.len()).max().unwrap_or(0);
        let (unknown, opening, closing) = (special("[UNK]")?, special("[CLS]")?, special("[SEP]")?);
        Ok(Self { begins, within, longest, unknown, opening, closing })
    }

    /// How many pieces there are.
    pub(crate) fn len(&self) -> usize {
        self.begins.len() + self.within.len()
    }

    /// Cuts a text into pieces.
    pub(crate) fn cut(&self, text: &str) -> Pieces {
        let mut reader = Reader { vocabulary: self, word: String::new(), from: 0, to: 0, found: Pieces::default() };
        for (at, c) in text.char_indices() {
            reader.character(c, at);
        }
        reader.close();
        reader.found
    }

    /// Appends the pieces of a word, greedily from the left, or the unknown piece if some part has
    /// none.
    fn pieces_of(&self, word: &str, ids: &mut Vec<i32>) {
        let before = ids.len();
        if word.len() > MAX_WORD_CHARACTERS && word.chars().count() > MAX_WORD_CHARACTERS {
            return ids.push(self.unknown);
        }
        let (mut rest, mut known) = (word, &self.begins);
        while !rest.is_empty() {
            let Some((id, bytes)) = longest(known, rest, self.longest) else {
                ids.truncate(before);
                return ids.push(self.unknown);
            };
            ids.push(id);
            rest = &rest[bytes..];
            known = &self.within;
        }
    }
}

/// The number of the longest piece that `rest` begins with, and its length in bytes.
fn longest(known: &FxHashMap<Box<str>, i32>, rest: &str, most: usize) -> Option<(i32, usize)> {
    let mut ends = (1..=rest.len().min(most)).rev().filter(|&end| rest.is_char_boundary(end));
    ends.find_map(|end| known.get(&rest[..end]).map(|&id| (id, end)))
}

/// Collects the words of a text, character by character.
struct Reader<'v> {
    vocabulary: &'v Vocabulary,
    /// The word so far, in lower case without accents.
    word: String,
    /// Where the word stands in the text, in bytes: from …
    from: usize,
    /// … to. Accents and control characters at its borders are left out.
    to: usize,
    /// The words and pieces so far.
    found: Pieces,
}

impl Reader<'_> {
    /// Reads one character of the text.
    fn character(&mut self, c: char, at: usize) {
        let to = at + c.len_utf8();
        match c {
            _ if c.is_ascii_alphanumeric() => self.add(c.to_ascii_lowercase(), at, to),
            _ if dropped(c) => {}
            _ if c.is_whitespace() => self.close(),
            _ if chinese(c) => {
                self.close();
                plain(c, |part| self.add(part, at, to));
                self.close();
            }
            _ => plain(c, |part| self.part(part, at, to)),
        }
    }

    /// Reads one folded character.
    fn part(&mut self, part: char, from: usize, to: usize) {
        if punctuation(part) {
            self.close();
            self.add(part, from, to);
            self.close();
        } else {
            self.add(part, from, to);
        }
    }

    /// Adds a character to the word.
    fn add(&mut self, part: char, from: usize, to: usize) {
        if self.word.is_empty() {
            self.from = from;
        }
        self.word.push(part);
        self.to = to;
    }

    /// Ends the word, if there is one.
    fn close(&mut self) {
        if self.word.is_empty() {
            return;
        }
        self.found.firsts.push(self.found.ids.len());
        self.found.words.push(Span::new(self.from, self.to));
        self.vocabulary.pieces_of(&self.word, &mut self.found.ids);
        self.word.clear();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PIECES: &str = "[UNK]\n[CLS]\n[SEP]\nun\n##aff\n##able\nsaid\n\"\n.\ncafe\n##s\n中\na\n##a\n[\nsep\n]";

    fn cut(text: &str) -> (Vec<i32>, Vec<&str>) {
        let found = Vocabulary::from_text(PIECES).unwrap().cut(text);
        (found.ids, found.words.iter().map(|span| span.of(text)).collect())
    }

    #[test]
    fn cuts_words_into_the_longest_pieces() {
        assert_eq!(cut("Unaffable."), (vec![3, 4, 5, 8], vec!["Unaffable", "."]));
        assert_eq!(cut("unsaid").0, [0]);
        assert_eq!(cut("").0, [0; 0]);
    }

    #[test]
    fn words_keep_their_places() {
        assert_eq!(cut("\"Cafés\" said"), (vec![7, 9, 10, 7, 6], vec!["\"", "Cafés", "\"", "said"]));
        // An accent of its own is no part of a word that ends before it.
        assert_eq!(cut("Cafe\u{301}."), (vec![9, 8], vec!["Cafe", "."]));
        assert_eq!(cut("sa\u{200b}id\u{200b}"), (vec![6], vec!["sa\u{200b}id"]));
        assert_eq!(cut("a中a"), (vec![12, 11, 12], vec!["a", "中", "a"]));
    }

    #[test]
    fn marks_of_the_network_are_text() {
        assert_eq!(cut("[SEP]").0, [14, 15, 16]);
    }

    #[test]
    fn long_words_are_unknown() {
        assert_eq!(cut(&"a".repeat(100)).0.len(), 100);
        assert_eq!(cut(&"a".repeat(101)).0, [0]);
    }

    #[test]
    fn a_vocabulary_needs_its_marks() {
        assert!(Vocabulary::from_text("a\nb").unwrap_err().to_string().contains("[UNK]"));
        assert_eq!(Vocabulary::from_text(PIECES).unwrap().len(), 17);
    }

    proptest! {
        #[test]
        fn any_text_has_words_in_order(text in "\\PC{0,40}|[a-zé中.\\s\u{301}]{0,40}") {
            let found = Vocabulary::from_text(PIECES).unwrap().cut(&text);
            prop_assert_eq!(found.words.len(), found.firsts.len());
            prop_assert!(found.words.iter().all(|span| !span.of(&text).is_empty()));
            prop_assert!(found.words.windows(2).all(|pair| pair[0].end() <= pair[1].start()));
            prop_assert!(found.firsts.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(found.firsts.last().is_none_or(|&first| first < found.ids.len()));
        }
    }
}
