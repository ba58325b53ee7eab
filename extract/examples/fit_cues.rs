//! Counts how often words attribute, by construction, in a corpus with marked attributions.
//!
//! Reads PolNeAR as JSON Lines (`text`, `attributions` with `cue` and `content` spans in code points)
//! from standard input and writes `models/cues.tsv` to standard output:
//!
//! `zcat train.jsonl.gz | cargo run --release -p sayso-extract --example fit_cues > extract/models/cues.tsv`

#![allow(dead_code, missing_docs, clippy::print_stdout, clippy::unwrap_used)]

#[path = "../src/attribution/mod.rs"]
mod attribution;

use std::collections::BTreeMap;
use std::io::BufRead;

use sayso_document::Document;
use serde_json::Value;

type Row = (String, &'static str, String, char);

fn main() {
    let mut counts: BTreeMap<Row, [u32; 3]> = BTreeMap::new();
    for line in std::io::stdin().lock().lines() {
        count(&serde_json::from_str(&line.unwrap()).unwrap(), &mut counts);
    }
    let mut cues: BTreeMap<(String, bool), u32> = BTreeMap::new();
    let noun = |row: &Row| matches!(row.1, "noun" | "own");
    for (row, [_, cue, _]) in &counts {
        *cues.entry((row.0.clone(), noun(row))).or_default() += cue;
    }
    println!("# lemma, voice, frame, what stands before; how often it occurs, as a cue, as a cue after its content");
    for (row, [all, cue, back]) in &counts {
        // Words that were a cue less than twice are left to the totals.
        let known = cues[&(row.0.clone(), noun(row))] >= 2;
        if known {
            println!("{}\t{}\t{}\t{}\t{all}\t{cue}\t{back}", row.0, row.1, row.2, row.3);
        }
    }
    let mut rest: BTreeMap<(&str, &str, char), [u32; 3]> = BTreeMap::new();
    for (row, add) in counts.iter().filter(|(row, _)| cues[&(row.0.clone(), noun(row))] < 2 && !noun(row)) {
        let sum = rest.entry((row.1, &row.2, row.3)).or_default();
        (0..3).for_each(|i| sum[i] += add[i]);
    }
    for ((voice, frame, left), [all, cue, back]) in rest {
        println!("*\t{voice}\t{frame}\t{left}\t{all}\t{cue}\t{back}");
    }
}

fn count(article: &Value, counts: &mut BTreeMap<Row, [u32; 3]>) {
    let text = article["text"].as_str().unwrap();
    let document = Document::new(text);
    // Code points of the corpus to bytes.
    let bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let spans = |value: &Value| -> Vec<(usize, usize)> {
        let at = |v: &Value| bytes[v.as_u64().unwrap() as usize];
        value.as_array().into_iter().flatten().map(|pair| (at(&pair[0]), at(&pair[1]))).collect()
    };
    let (mut gold, mut inside) = (Vec::new(), vec![false; text.len()]);
    for attribution in article["attributions"].as_array().into_iter().flatten() {
        let contents = spans(&attribution["content"]);
        contents.iter().for_each(|&(from, to)| inside[from..to].fill(true));
        let content = contents.first().map_or(usize::MAX, |span| span.0);
        gold.extend(spans(&attribution["cue"]).into_iter().map(|(from, to)| (from, to, content < from)));
    }
    gold.sort_unstable();
    for (byte, row) in attribution::cue_rows(&document) {
        let near = gold[..gold.partition_point(|span| span.0 <= byte)].iter().rev().take(4);
        let cue = near.into_iter().find(|span| byte < span.1);
        // The corpus marks nothing inside the content of another attribution, and neither does the search.
        if cue.is_none() && inside[byte] {
            continue;
        }
        let sums = counts.entry(row).or_default();
        sums[0] += 1;
        sums[1] += u32::from(cue.is_some());
        sums[2] += u32::from(cue.is_some_and(|span| span.2));
    }
}
