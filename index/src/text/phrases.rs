//! The phrases of a headline, which complete what somebody types; and words that say nothing by themselves.

use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

use super::{Word, exact};

/// The most words of a phrase.
const WORDS: usize = 4;

/// Whether a folded word is one of those that stand in any text and tell nothing of what it is about: "the", "is".
pub(crate) fn is_function_word(folded: &str) -> bool {
    static LIST: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("function_words.txt").lines().collect());
    LIST.contains(folded)
}

/// The phrases of a headline, folded, each once: up to four words in a row that no mark parts, of which the first and the
/// last are not function words. A single word has at least three letters.
pub(crate) fn phrases(headline: &str) -> BTreeSet<String> {
    let words: Vec<Word> = exact(headline).collect();
    let mut phrases = BTreeSet::new();
    for first in 0..words.len() {
        let mut phrase = String::new();
        for (at, word) in words.iter().enumerate().skip(first).take(WORDS) {
            if at > first {
                if !are_joined(&headline[words[at - 1].end..word.start]) {
                    break;
                }
                phrase.push(' ');
            }
            phrase.push_str(&word.text);
            if is_function_word(&word.text) {
                if at == first {
                    break;
                }
                continue;
            }
            if at > first || word.text.chars().count() > 2 {
                phrases.insert(phrase.clone());
            }
        }
    }
    phrases
}

/// Whether what stands between two words keeps them in one phrase.
fn are_joined(between: &str) -> bool {
    between.chars().all(|c| c.is_whitespace() || matches!(c, '-' | '‐' | '‑' | '.' | '\'' | '’' | '&' | '/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_begin_and_end_with_what_says_something() {
        let shown = |headline| phrases(headline).into_iter().collect::<Vec<_>>().join(", ");
        assert_eq!(
            shown("The harbour of Marn: dockers’ strike"),
            "dockers, dockers strike, harbour, harbour of marn, marn, strike"
        );
        assert_eq!(shown("It is as it was"), "");
        assert_eq!(shown("E-mail to EU, UN"), "e mail, e mail to eu, mail, mail to eu");
        assert!(phrases("one two three four five").contains("two three four five"));
    }

    #[test]
    fn the_list_is_sorted() {
        let list: Vec<_> = include_str!("function_words.txt").lines().collect();
        assert!(list.is_sorted() && list.iter().all(|word| super::super::folded(word) == **word));
    }
}
