//! Clusters words by their neighbours in unlabelled news: `clusters.bin`.

use std::io;

use rustc_hash::FxHashMap;
use sayso_document::Document;
use sayso_extract::model::{self, Clusters};
use serde::Deserialize;

use super::stage::Stage;
use crate::corpus::lines;
use crate::learn::{Contexts, group};
use crate::places::{Places, bar};

/// The stage.
pub(super) const STAGE: Stage =
    Stage { name: "clusters", about: "Groups words by their contexts in unlabelled news", run };

/// How many words are clustered: the most frequent ones …
const MAX_WORDS: usize = 60_000;
/// … that occur at least so often.
const MIN_COUNT: u32 = 8;
/// How many words count as contexts, before and after a word at distance one and two.
const CONTEXT_WORDS: usize = 8_000;
/// The dimensions of the embedding.
const DIMENSIONS: usize = 80;
/// The rounds of the iteration that finds the embedding.
const ROUNDS: usize = 3;
/// How many clusters, and rounds of clustering, for each granularity.
const GROUPS: [(usize, usize); 3] = [(80, 12), (500, 10), (2500, 8)];

const NONE: u32 = u32::MAX;

#[derive(Deserialize)]
struct Article {
    #[serde(default, alias = "body")]
    text: Option<String>,
}

fn run(places: &Places) -> io::Result<()> {
    let (names, tokens) = read(places)?;
    let bar = bar("Grouping words", 1 + ROUNDS + GROUPS.iter().map(|(_, rounds)| rounds).sum::<usize>());
    let mut contexts = count(&names, &tokens);
    contexts.scale();
    bar.inc(1);
    let rows = contexts.embed(DIMENSIONS, ROUNDS, || bar.inc(1));
    let groups = GROUPS.map(|(many, rounds)| group(&rows, DIMENSIONS, many, names.len() / 3, rounds, || bar.inc(1)));
    // Cluster 0 stands for unknown words.
    let words = names.iter().enumerate();
    let words = words.map(|(at, name)| (model::word(name), groups.each_ref().map(|group| group[at] + 1)));
    bar.finish();
    places.write("clusters.bin", &Clusters::to_bytes(words.collect()))
}

/// The words that are counted, the most frequent first, and the texts as positions among them. Sentences are separated
/// by [`NONE`], which also stands for unknown words.
fn read(places: &Places) -> io::Result<(Vec<String>, Vec<u32>)> {
    let mut numbers: FxHashMap<String, u32> = FxHashMap::default();
    let (mut counts, mut tokens): (Vec<u32>, Vec<u32>) = Default::default();
    let files = [
        places.data.join("news/news-20k.jsonl.gz"),
        places.eval("ner/worldwide-train.jsonl.gz"),
        places.eval("ner/permissive-train.jsonl.gz"),
        places.eval("polnear/train.jsonl.gz"),
    ];
    let bar = bar("Reading news", files.len());
    for file in files {
        for article in lines::<Article>(&file)? {
            let text = article.text.unwrap_or_default();
            let document = Document::new(&text);
            for sentence in 0..document.sentences().len() {
                for token in document.tokens_of(sentence) {
                    let mut buffer = [0; 48];
                    let word = model::plain(document.word(token), &mut buffer);
                    let number = match numbers.get(word) {
                        Some(&number) => number,
                        None => {
                            let number = counts.len() as u32;
                            numbers.insert(word.to_owned(), number);
                            counts.push(0);
                            number
                        }
                    };
                    counts[number as usize] += 1;
                    tokens.push(number);
                }
                tokens.push(NONE);
            }
        }
        bar.inc(1);
    }
    bar.finish();
    let mut names = vec![String::new(); counts.len()];
    for (name, number) in numbers {
        names[number as usize] = name;
    }
    let mut order: Vec<usize> = (0..counts.len()).filter(|&at| counts[at] >= MIN_COUNT).collect();
    order.sort_by_key(|&at| (std::cmp::Reverse(counts[at]), at));
    order.truncate(MAX_WORDS);
    let mut place = vec![NONE; counts.len()];
    order.iter().enumerate().for_each(|(new, &old)| place[old] = new as u32);
    tokens.iter_mut().filter(|token| **token != NONE).for_each(|token| *token = place[*token as usize]);
    Ok((order.iter().map(|&at| names[at].clone()).collect(), tokens))
}

/// Counts which words stand before and after each word, at distance one and two.
fn count(names: &[String], tokens: &[u32]) -> Contexts {
    // Words that only differ in case are one context.
    let mut small: FxHashMap<String, u32> = FxHashMap::default();
    let context: Vec<u32> = names
        .iter()
        .map(|name| {
            let next = small.len() as u32;
            *small.entry(name.to_lowercase()).or_insert(next)
        })
        .collect();
    let mut pairs: Vec<u64> = Vec::with_capacity(tokens.len() * 3);
    for (at, &word) in tokens.iter().enumerate().filter(|(_, word)| **word != NONE) {
        for (slot, offset) in [-2_isize, -1, 1, 2].into_iter().enumerate() {
            let beside = at.checked_add_signed(offset).and_then(|at| tokens.get(at)).copied().unwrap_or(NONE);
            let beside = if beside == NONE { CONTEXT_WORDS - 1 } else { context[beside as usize] as usize };
            if beside < CONTEXT_WORDS {
                pairs.push(u64::from(word) << 32 | (slot * CONTEXT_WORDS + beside) as u64);
            }
        }
    }
    pairs.sort_unstable();
    let mut out = Contexts { contexts: 4 * CONTEXT_WORDS, ..Contexts::default() };
    let mut word = 0;
    out.starts.push(0);
    for same in pairs.chunk_by(|a, b| a == b) {
        while word < same[0] >> 32 {
            out.starts.push(out.cells.len());
            word += 1;
        }
        out.cells.push((same[0] as u32, same.len() as f32));
    }
    out.starts.resize(names.len() + 1, out.cells.len());
    out
}
