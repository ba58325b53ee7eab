//! Random queries over random sentences find what a plain reading of each sentence finds.

use proptest::prelude::*;
use sayso_index::SentenceHit;
use sayso_index::query::{ParseOptions, parse};

use crate::samples::*;

/// The words of the sentences. Each is its own stem.
const WORDS: [&str; 12] =
    ["port", "pier", "police", "polite", "US", "us", "e-mail", "email", "harbour", "harbor", "white", "house"];

/// What is asked of words, and which text of a sentence answers it. The sentence is told in small letters, with a blank
/// around each word, and hyphens as blanks.
#[derive(Clone, Debug)]
enum Asked {
    Word(usize),
    Phrase(usize, usize),
    Near(usize, usize, usize),
    Prefix(usize, usize),
    PhrasePrefix(usize, usize),
    Wildcard(usize, usize),
    Star(usize, usize),
    Fuzzy(usize),
    Boost(Box<Asked>),
    And(Box<Asked>, Box<Asked>),
    Or(Box<Asked>, Box<Asked>),
    Not(Box<Asked>, Box<Asked>),
    Must(Box<Asked>, Box<Asked>),
}

fn asked() -> impl Strategy<Value = Asked> {
    let word = || 0..WORDS.len();
    let leaf = prop_oneof![
        word().prop_map(Asked::Word),
        (word(), word()).prop_map(|(a, b)| Asked::Phrase(a, b)),
        // With others between, words may also stand the other way round, so that one word is near itself.
        (word(), word(), 1..4usize)
            .prop_filter("two words", |&(a, b, _)| bare(a) != bare(b)
                && !WORDS[a].contains('-')
                && !WORDS[b].contains('-'))
            .prop_map(|(a, b, slop)| Asked::Near(a, b, slop)),
        (word(), 1..4usize).prop_map(|(a, len)| Asked::Prefix(a, len)),
        (word(), word()).prop_map(|(a, b)| Asked::PhrasePrefix(a, b)),
        (word(), 1..3usize).prop_map(|(a, at)| Asked::Wildcard(a, at)),
        (word(), 1..3usize).prop_map(|(a, at)| Asked::Star(a, at)),
        word().prop_map(Asked::Fuzzy),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        let two = move || (inner.clone().prop_map(Box::new), inner.clone().prop_map(Box::new));
        prop_oneof![
            two().0.prop_map(Asked::Boost),
            two().prop_map(|(a, b)| Asked::And(a, b)),
            two().prop_map(|(a, b)| Asked::Or(a, b)),
            two().prop_map(|(a, b)| Asked::Not(a, b)),
            two().prop_map(|(a, b)| Asked::Must(a, b)),
        ]
    })
}

/// A word without hyphen, for forms that look at one word of the index.
fn bare(word: usize) -> String {
    WORDS[word].replace('-', "").to_lowercase()
}

impl Asked {
    /// The query.
    fn text(&self) -> String {
        let small = |word: &usize| WORDS[*word].to_lowercase().replace('-', " ");
        match self {
            Self::Word(word) => WORDS[*word].into(),
            Self::Phrase(a, b) => format!("\"{} {}\"", WORDS[*a], WORDS[*b]),
            Self::Near(a, b, slop) => format!("\"{} {}\"~{slop}", small(a), small(b)),
            Self::Prefix(word, len) => format!("{}*", &bare(*word)[..(*len).min(bare(*word).len())]),
            Self::PhrasePrefix(a, b) => format!("\"{} {}\"*", small(a), &bare(*b)[..1]),
            Self::Wildcard(word, at) => {
                let mut form = bare(*word) + "x";
                form.replace_range(*at..at + 1, "?");
                form.pop();
                if form.ends_with('?') { form + "*" } else { form }
            }
            Self::Star(word, at) => {
                let word = bare(*word);
                format!("{}*{}", &word[..1], &word[(*at).min(word.len() - 1)..])
            }
            Self::Fuzzy(word) => format!("{}~1", bare(*word)),
            Self::Boost(one) => format!("({})^2.5", one.text()),
            Self::And(a, b) => format!("({} AND {})", a.text(), b.text()),
            Self::Or(a, b) => format!("({} OR {})", a.text(), b.text()),
            Self::Not(a, b) => format!("({} -({}))", a.text(), b.text()),
            Self::Must(a, b) => format!("(+{} {})", a.text(), b.text()),
        }
    }

    /// Whether a sentence of these words matches.
    fn matches(&self, sentence: &[&str]) -> bool {
        let parts: Vec<&str> = sentence.iter().flat_map(|word| word.split('-')).collect();
        let part = |word: &str| parts.iter().map(|one| one.to_lowercase()).any(|one| one == word);
        let joined = |word: &str| part(word) || sentence.iter().any(|one| one.replace('-', "").to_lowercase() == word);
        match self {
            Self::Word(word) => match WORDS[*word] {
                "US" => sentence.contains(&"US"),
                "e-mail" => joined("email") || parts.windows(2).any(|two| two == ["e", "mail"]),
                "harbour" | "harbor" => part("harbour") || part("harbor"),
                other => joined(other),
            },
            Self::Phrase(a, b) => in_a_row(sentence, &[WORDS[*a], WORDS[*b]].join(" ").replace('-', " ")),
            Self::Near(a, b, slop) => {
                // A joined word stands where its first part does.
                let at = |word: &usize| -> Vec<usize> {
                    let is = |at: &usize| {
                        let joined = at + 1 < parts.len() && parts[*at] == "e" && bare(*word) == "email";
                        parts[*at].to_lowercase() == bare(*word) || joined
                    };
                    (0..parts.len()).filter(is).collect()
                };
                at(a).iter().any(|a| at(b).iter().any(|b| b.abs_diff(a + 1) <= *slop))
            }
            Self::PhrasePrefix(a, b) => {
                let first = WORDS[*a].to_lowercase().replace('-', " ");
                let begun = &bare(*b)[..1];
                let words: Vec<String> = sentence.iter().map(|word| word.to_lowercase()).collect();
                words.iter().any(|word| {
                    let ending = word.split('-').map(str::to_owned).chain([word.replace('-', "")]);
                    ending
                        .into_iter()
                        .any(|end| end.starts_with(begun) && in_a_row(sentence, &format!("{first} {end}")))
                })
            }
            Self::Prefix(..) | Self::Wildcard(..) | Self::Star(..) | Self::Fuzzy(_) => {
                let form = self.text();
                let words =
                    sentence.iter().flat_map(|word| word.split('-').map(str::to_owned).chain([word.replace('-', "")]));
                words.map(|word| word.to_lowercase()).any(|word| match form.strip_suffix("~1") {
                    Some(near) => edits(near.as_bytes(), word.as_bytes()) <= 1,
                    None => fits(form.as_bytes(), word.as_bytes()),
                })
            }
            Self::Boost(one) => one.matches(sentence),
            Self::And(a, b) => a.matches(sentence) && b.matches(sentence),
            Self::Or(a, b) => a.matches(sentence) || b.matches(sentence),
            Self::Not(a, b) => a.matches(sentence) && !b.matches(sentence),
            Self::Must(a, _) => a.matches(sentence),
        }
    }
}

/// What stands at each place of a sentence: "e-mail" takes two, and the joined word is at the first.
fn places(sentence: &[&str]) -> Vec<Vec<&'static str>> {
    let of = |word: &&str| match *word {
        "e-mail" => vec![vec!["e", "email"], vec!["mail"]],
        "US" => vec![vec!["us", "US"]],
        word => vec![WORDS.iter().copied().filter(|one| *one == word).collect()],
    };
    sentence.iter().flat_map(of).collect()
}

/// Whether these words follow each other.
fn in_a_row(sentence: &[&str], words: &str) -> bool {
    let words: Vec<&str> = words.split(' ').collect();
    let follow = |places: &[Vec<&str>]| places.iter().zip(&words).all(|(place, word)| place.contains(word));
    places(sentence).windows(words.len()).any(follow)
}

/// `?` is a letter, `*` any.
fn fits(form: &[u8], word: &[u8]) -> bool {
    match form.split_first() {
        None => word.is_empty(),
        Some((b'*', rest)) => (0..=word.len()).any(|skip| fits(rest, &word[skip..])),
        Some((b'?', rest)) => !word.is_empty() && fits(rest, &word[1..]),
        Some((letter, rest)) => word.first() == Some(letter) && fits(rest, &word[1..]),
    }
}

/// Edits between two words: a letter more, less or other, or two swapped.
fn edits(a: &[u8], b: &[u8]) -> usize {
    match (a.split_first(), b.split_first()) {
        (None, _) => b.len(),
        (_, None) => a.len(),
        (Some((x, a_rest)), Some((y, b_rest))) if x == y => edits(a_rest, b_rest),
        (Some((x, a_rest)), Some((y, b_rest))) => {
            let swapped = a.len() > 1 && b.len() > 1 && a[1] == *y && b[1] == *x;
            let swap = if swapped { edits(&a[2..], &b[2..]) } else { usize::MAX - 1 };
            1 + edits(a_rest, b_rest).min(edits(a_rest, b)).min(edits(a, b_rest)).min(swap)
        }
    }
}

/// What is marked of a hit is what the query asks for, and all single words that it asks for are marked.
fn check_marks(query: &Asked, hit: &SentenceHit) {
    if matches!(query, Asked::Boost(_) | Asked::And(..) | Asked::Or(..) | Asked::Not(..) | Asked::Must(..)) {
        return;
    }
    let text = &hit.text;
    assert!(!hit.highlights.is_empty(), "nothing of {text:?} is marked for {}", query.text());
    for &mark in &hit.highlights {
        let words: Vec<&str> = hit.words(mark).split(' ').collect();
        assert!(query.matches(&words), "{words:?} of {text:?} is marked for {}", query.text());
    }
    let mut start = hit.sentence.span.start();
    for word in text.split(' ') {
        let marked = hit.highlights.iter().any(|mark| mark.start() < start + word.len() && start < mark.end());
        assert!(marked || !query.matches(&[word]), "{word} of {text:?} is not marked for {}", query.text());
        start += word.len() + 1;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn finds_what_a_plain_reading_finds(
        sentences in prop::collection::vec(prop::collection::vec(0..WORDS.len(), 1..6), 1..24),
        queries in prop::collection::vec(asked(), 60),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let engine = open(dir.path());
        let sentences: Vec<Vec<&str>> = sentences.iter().map(|one| one.iter().map(|&word| WORDS[word]).collect()).collect();
        let body: Vec<String> = sentences.iter().map(|words| words.join(" ")).collect();
        put(&engine, &article("a", &body.join("\n")));
        for query in queries {
            let text = query.text();
            let expr = parse(&text, &ParseOptions::sentences()).unwrap_or_else(|error| panic!("{text}: {error}"));
            let hits = search(&engine, &sentence_query(expr));
            for hit in &hits {
                prop_assert!(hit.score >= 0.0);
                check_marks(&query, hit);
            }
            let mut found: Vec<usize> = hits.iter().map(|hit| hit.index as usize).collect();
            found.sort_unstable();
            let expected: Vec<usize> = (0..sentences.len()).filter(|&at| query.matches(&sentences[at])).collect();
            prop_assert_eq!(found, expected, "{} in {:?}", text, body);
        }
    }
}
