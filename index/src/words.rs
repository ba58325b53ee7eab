//! The words for values of enumerations, in queries and in the indexes.

use sayso_document::{Act, Polarity, QuoteKind, SentenceRole};

/// All kinds of quotes, with their words.
pub(crate) const KINDS: [(QuoteKind, &str); 3] =
    [(QuoteKind::Direct, "direct"), (QuoteKind::Indirect, "indirect"), (QuoteKind::Mixed, "mixed")];

/// All acts, with their words.
pub(crate) const ACTS: [(Act, &str); 5] = [
    (Act::Speech, "speech"),
    (Act::Thought, "thought"),
    (Act::Intent, "intent"),
    (Act::Finding, "finding"),
    (Act::Other, "other"),
];

/// All polarities, with their words.
pub(crate) const POLARITIES: [(Polarity, &str); 3] =
    [(Polarity::Asserted, "asserted"), (Polarity::Negated, "negated"), (Polarity::Hypothetical, "hypothetical")];

/// All roles of sentences, with their words.
const ROLES: [(SentenceRole, &str); 4] = [
    (SentenceRole::Body, "body"),
    (SentenceRole::Headline, "headline"),
    (SentenceRole::Subheading, "subheading"),
    (SentenceRole::Caption, "caption"),
];

/// The word for the role of a sentence.
pub(crate) fn role_word(role: SentenceRole) -> &'static str {
    word_of(&ROLES, role)
}

/// The role of sentences with this word.
#[cfg(feature = "opensearch")]
pub(crate) fn role_of(word: &str) -> Option<SentenceRole> {
    ROLES.iter().find(|(_, one)| *one == word).map(|&(role, _)| role)
}

/// The word for a kind of quote.
pub(crate) fn kind_word(kind: QuoteKind) -> &'static str {
    word_of(&KINDS, kind)
}

/// The word for an act.
pub(crate) fn act_word(act: Act) -> &'static str {
    word_of(&ACTS, act)
}

/// The word for a polarity.
pub(crate) fn polarity_word(polarity: Polarity) -> &'static str {
    word_of(&POLARITIES, polarity)
}

/// The word that a table has for a value. Every table has all values.
fn word_of<T: PartialEq>(table: &[(T, &'static str)], value: T) -> &'static str {
    table.iter().find(|(one, _)| *one == value).map_or("", |&(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_its_word() {
        // A value that is added must be matched here, and so be put into its table.
        for (kind, word) in KINDS {
            let expected = match kind {
                QuoteKind::Direct => "direct",
                QuoteKind::Indirect => "indirect",
                QuoteKind::Mixed => "mixed",
            };
            assert_eq!((kind_word(kind), word), (expected, expected));
        }
        for (role, word) in ROLES {
            let expected = match role {
                SentenceRole::Body => "body",
                SentenceRole::Headline => "headline",
                SentenceRole::Subheading => "subheading",
                SentenceRole::Caption => "caption",
            };
            assert_eq!((role_word(role), word), (expected, expected));
        }
        for (act, word) in ACTS {
            let expected = match act {
                Act::Speech => "speech",
                Act::Thought => "thought",
                Act::Intent => "intent",
                Act::Finding => "finding",
                Act::Other => "other",
            };
            assert_eq!((act_word(act), word), (expected, expected));
        }
        for (polarity, word) in POLARITIES {
            let expected = match polarity {
                Polarity::Asserted => "asserted",
                Polarity::Negated => "negated",
                Polarity::Hypothetical => "hypothetical",
            };
            assert_eq!((polarity_word(polarity), word), (expected, expected));
        }
    }
}
