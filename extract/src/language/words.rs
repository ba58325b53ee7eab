//! Words that show which language a text is in.

/// Frequent words of English that are no words, or rare ones, of the languages that share its alphabet; sorted.
const SMALL_WORDS: [&str; 65] = [
    "'s", "about", "after", "against", "all", "and", "any", "are", "because", "been", "being", "between", "but", "by",
    "can", "could", "first", "from", "has", "have", "his", "how", "into", "it", "its", "just", "my", "not", "of",
    "only", "other", "our", "out", "over", "said", "she", "some", "still", "than", "that", "the", "their", "then",
    "there", "these", "they", "this", "those", "through", "to", "very", "were", "what", "when", "where", "which",
    "while", "who", "why", "will", "with", "would", "yes", "you", "your",
];

/// Whether a word is one of them.
pub(super) fn is_small_word(word: &str) -> bool {
    word.len() <= 7 && SMALL_WORDS.binary_search(&word).is_ok()
}

/// Frequent words of the most spoken languages in Latin letters that are no English words.
const SMALL_WORDS_OF_OTHERS: [&str; 79] = [
    "aan", "att", "auf", "av", "avec", "che", "com", "con", "czy", "dan", "dans", "das", "de", "del", "della", "dem",
    "den", "der", "det", "di", "dijo", "dos", "du", "een", "el", "en", "est", "et", "ett", "gli", "het", "il", "im",
    "ist", "ja", "je", "jest", "la", "las", "le", "les", "los", "maar", "mas", "med", "mit", "na", "nel", "nicht",
    "nie", "niet", "nous", "och", "og", "ook", "para", "pas", "por", "pour", "que", "qui", "sagte", "sich", "sie",
    "som", "sono", "sur", "til", "uma", "un", "una", "und", "van", "von", "voor", "vous", "yang", "zijn", "zu",
];

/// Whether a word is one of these.
pub(super) fn is_small_word_of_others(word: &str) -> bool {
    word.len() <= 5 && SMALL_WORDS_OF_OTHERS.binary_search(&word).is_ok()
}

/// Whether a word is spelled as hardly any language but English spells.
pub(super) fn looks_english(word: &str) -> bool {
    ["ing", "ed", "ly", "ies", "ght"].iter().any(|ending| word.ends_with(ending))
        || ["th", "wh", "sh", "oo", "ee", "ea"].iter().any(|letters| word.contains(letters))
}

#[cfg(test)]
mod tests {
    use super::{SMALL_WORDS, SMALL_WORDS_OF_OTHERS};

    #[test]
    fn small_words_are_sorted_for_binary_search() {
        assert!(SMALL_WORDS.is_sorted() && SMALL_WORDS_OF_OTHERS.is_sorted());
    }
}
