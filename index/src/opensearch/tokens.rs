//! Texts as the cluster is given them: words that are already read.
//!
//! What a word is, how it is folded and stemmed, and what else it can be found as is told by [`crate::text`] alone, so
//! that both engines find the same and highlights mark what was found. OpenSearch has no filters for much of it: elided
//! articles of many languages, British spelling, forms for capitals. So the analyzer of the index
//! ([`super::template`]) does nothing but part words at blanks, and the forms of one word at [`FORMS`].

use crate::text::Stemmer;
use crate::text::forms::forms;

/// Stands between a word and its other forms, which have the same place. No word has it.
pub(super) const FORMS: char = '|';

/// The only word of a field without words. BM25 weighs a word by how many documents have the field; so all have it, as
/// all documents of the embedded engine count. No folded word begins with this sign, nor does any form.
pub(super) const NOTHING: &str = "\u{3}";

/// How the words of a text are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Folded.
    Exact,
    /// Folded, with forms for capitals.
    Cased,
    /// The stems of folded words.
    Stemmed,
}

/// The words of a text with their other forms, for the analyzer of the index.
pub(super) fn tokens(text: &str, reading: Reading) -> String {
    let mut stemmer = Stemmer::default();
    let mut tokens = String::with_capacity(text.len());
    for form in forms(text, reading == Reading::Cased) {
        match form.main {
            true if tokens.is_empty() => {}
            true => tokens.push(' '),
            false => tokens.push(FORMS),
        }
        match reading {
            Reading::Stemmed => tokens.push_str(&stemmer.stem(&form.word.text)),
            Reading::Exact | Reading::Cased => tokens.push_str(&form.word.text),
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn forms_stand_at_the_place_of_their_word() {
        let text = "The WHO’s e-mail, from Côte d'Ivoire: harbours";
        assert_eq!(
            tokens(text, Reading::Cased),
            "the|\u{2}the who|\u{1}who|\u{2}who e|email mail from cote|\u{2}cote divoire|ivoire harbours"
        );
        assert_eq!(tokens(text, Reading::Exact), "the who e|email mail from cote divoire|ivoire harbours");
        assert_eq!(tokens(text, Reading::Stemmed), "the who e|email mail from cote divoir|ivoir harbor");
        assert_eq!(tokens("— … !", Reading::Cased), "");
    }

    proptest! {
        /// The analyzer parts at blanks, of which Java counts some control characters, and finds the same words again.
        #[test]
        fn no_word_has_what_parts_words(text in "\\PC{0,60}|[a-cA-C.'’| -]{0,40}") {
            let parted = tokens(&text, Reading::Cased);
            let read: Vec<_> = forms(&text, true).map(|form| form.word.text).collect();
            let found: Vec<&str> = parted.split([' ', FORMS]).filter(|word| !word.is_empty()).collect();
            prop_assert_eq!(found, read);
            let parts = |c: char| c.is_whitespace() && c != ' ' || ('\u{3}'..' ').contains(&c);
            prop_assert!(!parted.contains(parts), "{:?}", parted);
        }
    }
}
