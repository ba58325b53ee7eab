//! A query with synonyms finds what a plain reading finds, in which the words of a group are one word.

use proptest::prelude::*;
use sayso_index::Synonyms;
use sayso_index::query::{ParseOptions, parse};

use crate::samples::*;

/// The words of the sentences. Each is its own stem.
const WORDS: [&str; 8] = ["port", "pier", "quay", "ship", "boat", "crane", "storm", "wind"];

/// The words that say the same as this one, itself among them: single words, and pairs.
fn same(groups: &[Vec<Vec<usize>>], word: usize) -> Vec<Vec<usize>> {
    let mut same = vec![vec![word]];
    for group in groups.iter().filter(|group| group.contains(&vec![word])) {
        same.extend(group.iter().cloned());
    }
    same
}

/// Whether these words follow each other in a sentence.
fn stands(sentence: &[usize], words: &[usize]) -> bool {
    sentence.windows(words.len()).any(|some| some == words)
}

/// Groups of single words and pairs. No word is a pair with itself.
fn groups() -> impl Strategy<Value = Vec<Vec<Vec<usize>>>> {
    let word = || 0..WORDS.len();
    let member = prop_oneof![
        3 => word().prop_map(|one| vec![one]),
        1 => (word(), word()).prop_filter("two words", |(a, b)| a != b).prop_map(|(a, b)| vec![a, b]),
    ];
    let group = prop::collection::btree_set(member, 2..4).prop_map(|group| group.into_iter().collect());
    prop::collection::vec(group, 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn synonyms_find_what_a_plain_reading_finds(
        sentences in prop::collection::vec(prop::collection::vec(0..WORDS.len(), 1..6), 1..24),
        groups in groups(),
        queries in prop::collection::vec((prop::collection::vec(0..WORDS.len(), 1..3), any::<bool>(), 0..WORDS.len()), 20),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let engine = open(dir.path());
        let text = |words: &[usize]| words.iter().map(|&word| WORDS[word]).collect::<Vec<_>>().join(" ");
        let body: Vec<String> = sentences.iter().map(|sentence| text(sentence)).collect();
        put(&engine, &article("a", &body.join("\n")));
        let file: Vec<String> =
            groups.iter().map(|group| group.iter().map(|member| text(member)).collect::<Vec<_>>().join(", ")).collect();
        let synonyms = Synonyms::parse(file.join("\n").as_bytes()).unwrap();
        for (words, all_words, not) in queries {
            // With an AND, words do not follow each other: here each has synonyms of its own.
            let is_pair = groups.iter().flatten().any(|member| *member == words);
            let asked = format!("{} -{}", text(&words), WORDS[not]);
            let expr = parse(&asked, &ParseOptions { all_words, ..ParseOptions::sentences() }).unwrap();
            let hits = search(&engine, &sentence_query(synonyms.expand(expr)));
            let mut found: Vec<usize> = hits.iter().map(|hit| hit.index as usize).collect();
            found.sort_unstable();
            let has = |sentence: &[usize], word: usize| same(&groups, word).iter().any(|one| stands(sentence, one));
            let together: Vec<Vec<usize>> =
                groups.iter().filter(|group| is_pair && group.contains(&words)).flatten().cloned().collect();
            let matches = |sentence: &[usize]| {
                let pair = together.iter().any(|one| stands(sentence, one));
                let each = |word: &usize| match is_pair && all_words {
                    true => sentence.contains(word),
                    false => has(sentence, *word),
                };
                let apart = if all_words { words.iter().all(each) } else { words.iter().any(each) };
                (pair && !together.is_empty() || apart) && !has(sentence, not)
            };
            let expected: Vec<usize> = (0..sentences.len()).filter(|&at| matches(&sentences[at])).collect();
            prop_assert_eq!(found, expected, "{} with {:?} in {:?}", asked, file, body);
        }
    }
}
