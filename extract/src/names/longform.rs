//! Long forms that their acronym in brackets delimits: "Alliance to Reclaim Our Schools (AROS)".

use std::ops::Range;

use super::words::Words;
use crate::lexicon::List;

/// An acronym has at most this many letters.
const LETTERS: usize = 8;

/// A long form has at most this many tokens.
pub(super) const LONGEST: usize = 40;

/// The long forms in a sentence, as ranges of tokens in order; they may overlap.
pub(super) fn long_forms(words: &Words, sentence: Range<usize>) -> Vec<Range<usize>> {
    let brackets = (sentence.start + 2..sentence.end.saturating_sub(2)).filter(|&i| words.reads(i, "("));
    brackets.filter(|&i| words.reads(i + 2, ")")).filter_map(|i| before(words, sentence.start, i)).collect()
}

/// The long form before the bracket at token `open`. Going left, each letter of the acronym must
/// begin a word; function words may be skipped.
fn before(words: &Words, from: usize, open: usize) -> Option<Range<usize>> {
    let acronym = words.text(open + 1);
    let letters = acronym.chars().filter(|c| c.is_alphabetic()).count();
    if !(2..=LETTERS).contains(&letters) || !words.capitals(open + 1) {
        return None;
    }
    let mut start = open;
    for letter in acronym.chars().rev().filter(|c| c.is_alphabetic()) {
        start = start.checked_sub(1).filter(|&start| start >= from)?;
        // Function words have no letter in most acronyms.
        while start > from && is_small(words.text(start)) && !words.text(start).starts_with(letter.to_ascii_lowercase())
        {
            start -= 1;
        }
        let initial = words.text(start).chars().next()?;
        if !initial.to_uppercase().eq(letter.to_uppercase()) {
            return None;
        }
    }
    (words.capital(start) && (2..=LONGEST).contains(&(open - start))).then_some(start..open)
}

/// Whether the word mostly has no letter in acronyms.
fn is_small(word: &str) -> bool {
    List::AcronymSkips.has(word)
}

#[cfg(test)]
mod tests {
    use sayso_document::Tier;

    use crate::Analyzer;

    /// More letters than words before the bracket.
    #[test]
    fn an_acronym_may_be_longer_than_what_stands_before_it() {
        let analysis = Analyzer::new().analyze("of and (WHO) met. It was late.", Tier::Fast);
        assert!(analysis.entities.iter().all(|entity| entity.name != "of and"));
    }
}
