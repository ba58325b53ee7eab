//! Scores sources, cues and contents against PolNeAR's.
//!
//! - exact: F1 of chunks whose both ends are right.
//! - token: F1 of tokens with the role.
//! - triple: F1 of attributions whose cue, content and source all overlap the gold ones.
//! - found: the share of gold contents of which half is in some content that was found, by kind.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::figures::{Figures, Tally, percent};
use super::gold::{Attribution, QuotedText};
use super::predict::{FoundQuote, Prediction};
use super::text::{Segment, Set, Text};

/// The three parts of an attribution, in the order of their figures.
pub const ROLES: [&str; 3] = ["source", "cue", "content"];

/// Positions in [`ROLES`]: that of the source.
pub const SOURCE: usize = 0;
/// That of the cue.
pub const CUE: usize = 1;
/// That of the content.
pub const CONTENT: usize = 2;

/// The segments of an attribution, gold or found, by role.
pub type Parts<'a> = [&'a [Segment]; 3];

/// The tokens of an attribution by role.
pub type Sets = [Set; 3];

/// The parts of a gold attribution.
pub fn gold_parts(attribution: &Attribution) -> Parts<'_> {
    [&attribution.source, &attribution.cue, &attribution.content]
}

/// The parts of a quote that was found.
pub fn found_parts(quote: &FoundQuote) -> Parts<'_> {
    [&quote.source, &quote.cue, &quote.content]
}

/// The tokens of the parts.
pub fn sets(text: &Text, parts: &Parts<'_>) -> Sets {
    parts.map(|segments| text.covered(segments))
}

/// The figures for quotes. A text without a prediction counts as one in which nothing was found.
pub fn score(gold: &[QuotedText], found: &BTreeMap<&str, &Prediction>) -> Figures {
    let (mut exact, mut token) = ([Tally::default(); 3], [Tally::default(); 3]);
    let mut triple = Tally::default();
    let mut kinds: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for article in gold {
        let text = Text::new(&article.text);
        let quotes = found.get(article.id.as_str()).map_or(&[][..], |one| &one.quotes);
        let right: Vec<Parts<'_>> = article.attributions.iter().map(gold_parts).collect();
        let ours: Vec<Parts<'_>> = quotes.iter().map(found_parts).collect();
        let (gs, ps) = (all_sets(&text, &right), all_sets(&text, &ours));
        for role in 0..3 {
            exact[role].compare(&chunks(&text, &right, role), &chunks(&text, &ours, role));
            token[role].compare(&union(&gs, role), &union(&ps, role));
        }
        let good = pair(&gs, &ps).into_iter().filter(|&(g, p)| agrees(&gs[g], &ps[p])).count();
        triple.add(Tally { right: good, wrong: ps.len() - good, missed: gs.len() - good });
        let everything = union(&ps, CONTENT);
        for (parts, set) in right.iter().zip(&gs).filter(|(parts, _)| !parts[CONTENT].is_empty()) {
            let of_kind = kinds.entry(kind(&text, parts[CONTENT])).or_default();
            let overlap = set[CONTENT].intersection(&everything).count();
            of_kind.0 += usize::from(2 * overlap >= set[CONTENT].len());
            of_kind.1 += 1;
        }
    }
    let mut figures = Figures::new();
    for (role, name) in ROLES.iter().enumerate() {
        exact[role].put(&format!("exact.{name}"), &mut figures);
        token[role].put(&format!("token.{name}"), &mut figures);
    }
    triple.put("triple", &mut figures);
    for (kind, (hits, of)) in kinds {
        figures.insert(format!("found_by_kind.{kind}.found"), percent(hits, of));
        figures.insert(format!("found_by_kind.{kind}.of"), of as f64);
    }
    figures
}

fn all_sets(text: &Text, all: &[Parts<'_>]) -> Vec<Sets> {
    all.iter().map(|parts| sets(text, parts)).collect()
}

fn chunks(text: &Text, all: &[Parts<'_>], role: usize) -> BTreeSet<Segment> {
    all.iter().flat_map(|parts| text.chunks(parts[role])).collect()
}

fn union(all: &[Sets], role: usize) -> Set {
    all.iter().flat_map(|sets| &sets[role]).copied().collect()
}

/// Whether each part of the gold attribution overlaps that of the one found.
pub fn agrees(gold: &Sets, found: &Sets) -> bool {
    gold.iter().zip(found).all(|(g, p)| g.is_empty() || !g.is_disjoint(p))
}

/// Pairs gold attributions with those found, one to one: first by the best overlap of their cues, then of their
/// contents. Among equal overlaps, the one with more common content comes first, then the earlier one.
pub fn pair(gold: &[Sets], found: &[Sets]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let (mut used_gold, mut used_found) = (vec![false; gold.len()], vec![false; found.len()]);
    for role in [CUE, CONTENT] {
        let mut scored = Vec::new();
        for (i, g) in gold.iter().enumerate().filter(|&(i, _)| !used_gold[i]) {
            for (j, p) in found.iter().enumerate().filter(|&(j, _)| !used_found[j]) {
                let both = g[role].intersection(&p[role]).count();
                if both > 0 {
                    let either = g[role].len() + p[role].len() - both;
                    let other = g[CONTENT].intersection(&p[CONTENT]).count();
                    scored.push((both as f64 / either as f64, other, i, j));
                }
            }
        }
        let backwards = |a: &(f64, usize, usize, usize), b: &(f64, usize, usize, usize)| -> Ordering {
            b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)).then(a.2.cmp(&b.2)).then(a.3.cmp(&b.3))
        };
        scored.sort_unstable_by(backwards);
        for (.., i, j) in scored {
            if !used_gold[i] && !used_found[j] {
                pairs.push((i, j));
                (used_gold[i], used_found[j]) = (true, true);
            }
        }
    }
    pairs
}

/// `direct`: wholly inside quotation marks; `mixed`: partly; `indirect`: not at all.
pub fn kind(text: &Text, content: &[Segment]) -> &'static str {
    let double = |c: char| "\"“”„«»".contains(c);
    let mark = |c: Option<char>| c.is_none_or(|c| double(c) || "‘’'".contains(c));
    let words = text.words(content);
    let body = words.trim_end_matches(['.', ',', ';', ':', '!', '?']);
    let marks = body.chars().filter(|&c| double(c)).count();
    match marks {
        0 => "indirect",
        _ if mark(body.chars().next()) && mark(body.chars().last()) && marks <= 2 * content.len() + 2 => "direct",
        _ => "mixed",
    }
}
