//! What the network is told of each word besides its pieces, and the windows that go through it.
//!
//! A window ends at a paragraph if one ends in its last two thirds, else at a sentence, so that an
//! attribution is rarely cut in two. `train/encoder/data.py` computes the same for fitting, and
//! `train/encoder/check.py` compares both.

use std::ops::Range;

use sayso_document::Span;

use super::pieces::Pieces;

/// The most pieces of a window, without the marks at its ends.
pub(crate) const WINDOW: usize = 318;
/// The feature of the marks at both ends, which are no words.
pub(crate) const NO_WORD: u8 = 24;

/// What stands before a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Rank {
    /// Another word of its sentence.
    #[default]
    Inside = 0,
    /// The end of a sentence.
    Sentence = 1,
    /// The begin of the text, or a line break.
    Paragraph = 2,
}

/// What the network is told of the words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Looks {
    /// For each word: its [`shape`] times 4, plus 2 if something stands between it and the word
    /// before, plus 1 if a paragraph begins.
    pub(crate) features: Vec<u8>,
    /// What stands before each word.
    pub(crate) ranks: Vec<Rank>,
}

impl Looks {
    /// The looks of the words of a text.
    pub(crate) fn of(text: &str, words: &[Span]) -> Self {
        let mut found = Self::default();
        let (mut before, mut closes) = (0, false);
        for span in words {
            let (gap, word) = (&text[before..span.start()], span.of(text));
            let rank = match gap {
                _ if before == 0 || gap.contains('\n') => Rank::Paragraph,
                _ if closes && !gap.is_empty() => Rank::Sentence,
                _ => Rank::Inside,
            };
            found.ranks.push(rank);
            let parted = 2 * u8::from(!gap.is_empty());
            found.features.push(shape(word) * 4 + parted + u8::from(rank == Rank::Paragraph));
            let stops = matches!(word, "." | "!" | "?");
            closes = stops || closes && gap.is_empty() && matches!(word, "\"" | "”" | "’" | "'" | ")" | "»");
            before = span.end();
        }
        found
    }
}

/// The shape of a word: 0 lower case, 1 capitalised, 2 capitals, 3 mixed, 4 digits, 5 symbols.
fn shape(word: &str) -> u8 {
    let mut characters = word.chars();
    let Some(first) = characters.next() else { return 5 };
    let upper_first = first.is_uppercase();
    let upper_later = characters.any(char::is_uppercase);
    match () {
        () if !first.is_alphanumeric() || symbol(first) => 5,
        () if first.is_numeric() => 4,
        () if !upper_first && !upper_later => 0,
        () if !upper_later => 1,
        () if word.chars().flat_map(char::to_uppercase).eq(word.chars()) => 2,
        () => 3,
    }
}

/// Whether the character is a letter in a circle or square, which Unicode calls alphabetic.
fn symbol(c: char) -> bool {
    matches!(c, '\u{24b6}'..='\u{24e9}' | '\u{1f130}'..='\u{1f149}' | '\u{1f150}'..='\u{1f169}' | '\u{1f170}'..='\u{1f189}')
}

/// Parts a text into windows, as consecutive ranges of words. Each holds at most `most` pieces, or
/// a single word.
pub(crate) fn windows(pieces: &Pieces, ranks: &[Rank], most: usize) -> Vec<Range<usize>> {
    let (count, mut found, mut begin) = (ranks.len(), Vec::new(), 0);
    while begin < count {
        let room = pieces.firsts[begin] + most;
        // The words that fit, at least one.
        let fits = |word: usize| pieces.first(word + 1) <= room;
        let mut end = (begin + 1..count).find(|&word| !fits(word)).unwrap_or(count);
        if pieces.ids.len() > room {
            let from = begin + (end - begin) / 3 + 1;
            let cuts =
                |least: Rank| (from..=end).rev().find(|&word| ranks.get(word).is_some_and(|&rank| rank >= least));
            end = cuts(Rank::Paragraph).or_else(|| cuts(Rank::Sentence)).unwrap_or(end);
        }
        found.push(begin..end);
        begin = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tells_shapes_apart() {
        let shapes = ["said", "Paris", "NATO", "McCain", "2024", "“", "I", "éa", "iPhone", "A1", "3rd", "Ⓐ", "ǅ"];
        assert_eq!(shapes.map(shape), [0, 1, 2, 3, 4, 5, 1, 0, 3, 1, 4, 5, 0]);
    }

    #[test]
    fn tells_what_stands_before() {
        let text = "He said. \"No.\" Then\nmore.x";
        let spans =
            [(0, 2), (3, 7), (7, 8), (9, 10), (10, 12), (12, 13), (13, 14), (15, 19), (20, 24), (24, 25), (25, 26)];
        let looks = Looks::of(text, &spans.map(|(start, end)| Span::new(start, end)));
        let ranks: Vec<_> = looks.ranks.iter().map(|&rank| rank as u8).collect();
        assert_eq!(ranks, [2, 0, 0, 1, 0, 0, 0, 1, 2, 0, 0]);
        assert_eq!(looks.features, [5, 2, 20, 22, 4, 20, 20, 6, 3, 20, 0]);
    }

    /// Words of so many pieces each.
    fn pieces(sizes: &[usize]) -> Pieces {
        let mut found = Pieces::default();
        for (at, size) in sizes.iter().enumerate() {
            found.firsts.push(found.ids.len());
            found.words.push(Span::new(at, at + 1));
            found.ids.extend(std::iter::repeat_n(1, *size));
        }
        found
    }

    #[test]
    fn windows_end_where_paragraphs_or_sentences_end() {
        use Rank::{Inside, Paragraph, Sentence};
        let ranks = [Paragraph, Inside, Sentence, Paragraph, Sentence, Inside, Inside, Inside, Inside];
        assert_eq!(windows(&pieces(&[1; 9]), &ranks, 5), [0..3, 3..8, 8..9]);
        assert_eq!(windows(&pieces(&[1; 9]), &ranks, 9), std::slice::from_ref(&(0..9)));
        assert_eq!(windows(&pieces(&[2, 2, 2, 2]), &[Inside; 4], 5), [0..2, 2..4]);
        assert_eq!(windows(&pieces(&[9, 9]), &[Inside; 2], 5), [0..1, 1..2]);
        assert!(windows(&pieces(&[]), &[], 5).is_empty());
    }

    proptest! {
        #[test]
        fn windows_hold_every_word_once(sizes in prop::collection::vec((1_usize..4, 0_u8..3), 0..60), most in 3_usize..20) {
            let ranks: Vec<_> = sizes
                .iter()
                .map(|(_, rank)| [Rank::Inside, Rank::Sentence, Rank::Paragraph][usize::from(*rank)])
                .collect();
            let sizes: Vec<_> = sizes.into_iter().map(|(size, _)| size).collect();
            let pieces = pieces(&sizes);
            let found = windows(&pieces, &ranks, most);
            let all: Vec<_> = found.iter().cloned().flatten().collect();
            prop_assert_eq!(all, (0..sizes.len()).collect::<Vec<_>>());
            prop_assert!(found.iter().all(|w| pieces.first(w.end) - pieces.first(w.start) <= most));
        }
    }
}
