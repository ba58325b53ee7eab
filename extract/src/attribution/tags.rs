//! Part-of-speech tags by a bigram hidden Markov model (as in Brants, 2000, less the trigrams).
//!
//! The counts come from `models/tags.tsv`. Words that the table lacks are guessed from their ending
//! and their capital letter. The cost is linear in the number of tokens.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

/// A part of speech: those of the Penn Treebank, with the forms merged that attribution does not tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Tag {
    Nn,
    Nns,
    Nnp,
    Prp,
    Prps,
    /// A pronoun or noun with its verb in one word: "they're".
    Pv,
    Dt,
    Jj,
    Rb,
    In,
    To,
    Md,
    Vb,
    Vbp,
    Vbz,
    Vbd,
    Vbn,
    Vbg,
    Cc,
    Cd,
    Wp,
    Wdt,
    Wrb,
    Pos,
    Ex,
    Rp,
    Uh,
    Quote,
    Open,
    Close,
    Comma,
    Stop,
    Colon,
}

use Tag::*;

/// Every tag, by its number.
const ALL: [Tag; 33] = [
    Nn, Nns, Nnp, Prp, Prps, Pv, Dt, Jj, Rb, In, To, Md, Vb, Vbp, Vbz, Vbd, Vbn, Vbg, Cc, Cd, Wp, Wdt, Wrb, Pos, Ex,
    Rp, Uh, Quote, Open, Close, Comma, Stop, Colon,
];

/// The names that the table uses, in the order of [`ALL`].
const NAMES: [&str; 33] = [
    "NN", "NNS", "NNP", "PRP", "PRPS", "PV", "DT", "JJ", "RB", "IN", "TO", "MD", "VB", "VBP", "VBZ", "VBD", "VBN",
    "VBG", "CC", "CD", "WP", "WDT", "WRB", "POS", "EX", "RP", "UH", "Q", "(", ")", ",", ".", ":",
];

impl Tag {
    /// A verb that carries tense: it makes a clause.
    pub(super) fn is_finite(self) -> bool {
        matches!(self, Md | Vbp | Vbz | Vbd | Pv)
    }

    /// Any form of a verb, modals apart.
    pub(super) fn is_verb(self) -> bool {
        matches!(self, Vb | Vbp | Vbz | Vbd | Vbn | Vbg)
    }

    /// A noun, common or proper.
    pub(super) fn is_noun(self) -> bool {
        matches!(self, Nn | Nns | Nnp)
    }

    /// What may begin a noun phrase.
    pub(super) fn opens_phrase(self) -> bool {
        matches!(self, Nn | Nns | Nnp | Prp | Prps | Dt | Jj | Cd | Ex)
    }

    /// What may stand inside a simple noun phrase.
    pub(super) fn in_phrase(self) -> bool {
        matches!(self, Nn | Nns | Nnp | Prp | Prps | Dt | Jj | Cd | Pos)
    }
}

/// A token as the tagger sees it.
pub(super) struct Seen<'a> {
    /// The word in small letters, with straight apostrophes.
    pub(super) lower: &'a str,
    /// Whether it begins with a capital letter.
    pub(super) capital: bool,
    /// The tag, where the sort of token settles it.
    pub(super) fixed: Option<Tag>,
    /// Whether it is the first word of a sentence, a line or a quotation.
    pub(super) first: bool,
}

type Scores = Vec<(Tag, f32)>;

struct Model {
    words: FxHashMap<&'static str, Scores>,
    endings: FxHashMap<&'static str, Scores>,
    /// Log probability of a tag after another; the last row is for the beginning.
    steps: Vec<[f32; 33]>,
    unknown: Scores,
}

fn model() -> &'static Model {
    static MODEL: OnceLock<Model> = OnceLock::new();
    MODEL.get_or_init(|| Model::read(include_str!("../../models/tags.tsv")))
}

impl Model {
    fn read(table: &'static str) -> Self {
        let rows = || {
            table
                .lines()
                .filter_map(|line| line.split_once('\t'))
                .filter_map(|(sort, rest)| Some((sort, rest.split_once('\t')?)))
        };
        let mut prior = [1.0_f32; 33];
        for (_, (_, counts)) in rows().filter(|(sort, _)| *sort == "t") {
            read_counts(counts).for_each(|(tag, n)| prior[tag as usize] += n);
        }
        let mut steps = vec![[(1.0_f32 / 33.0).ln(); 33]; 34];
        let (mut words, mut endings) = (FxHashMap::default(), FxHashMap::default());
        for (sort, (key, counts)) in rows() {
            match sort {
                "t" => steps[NAMES.iter().position(|name| *name == key).unwrap_or(33)] = step_row(counts),
                "w" => drop(words.insert(key, emissions(counts, &prior))),
                _ => drop(endings.insert(key, emissions(counts, &prior))),
            }
        }
        let unknown = emissions("NN:6 NNS:3 JJ:3 NNP:2 VB:1 VBD:1 VBN:1 VBG:1 RB:1", &prior);
        Self { words, endings, steps, unknown }
    }

    /// Log P(tag | word) − log P(tag), for the tags that the word may have.
    fn scores<'s>(&'s self, token: &Seen<'_>, scratch: &'s mut Scores) -> &'s [(Tag, f32)] {
        scratch.clear();
        if let Some(tag) = token.fixed {
            scratch.push((tag, 0.0));
            return scratch;
        }
        let known = self.words.get(token.lower);
        let from = known.or_else(|| self.by_ending(token.lower)).unwrap_or(&self.unknown);
        scratch.extend(from.iter().map(|&(tag, score)| (tag, score + case_score(tag, token))));
        if token.capital && !scratch.iter().any(|(tag, _)| *tag == Nnp) {
            scratch.push((
                Nnp,
                if known.is_none() {
                    2.0
                } else if token.first {
                    -4.0
                } else {
                    -0.5
                },
            ));
        }
        scratch
    }

    fn by_ending(&self, word: &str) -> Option<&Scores> {
        (1..=4).rev().find_map(|n| {
            let at = word.char_indices().rev().nth(n - 1)?.0;
            (at > 0).then(|| self.endings.get(&word[at..]))?
        })
    }
}

/// Whether the table knows the word, in small letters, with this tag.
pub(super) fn may_be(word: &str, tag: Tag) -> bool {
    model().words.get(word).is_some_and(|scores| scores.iter().any(|(known, _)| *known == tag))
}

fn read_counts(counts: &str) -> impl Iterator<Item = (Tag, f32)> {
    counts.split(' ').filter_map(|pair| {
        let (name, n) = pair.rsplit_once(':')?;
        let tag = ALL[NAMES.iter().position(|known| *known == name)?];
        Some((tag, n.parse().ok()?))
    })
}

fn step_row(counts: &str) -> [f32; 33] {
    let mut row = [0.5_f32; 33];
    read_counts(counts).for_each(|(tag, n)| row[tag as usize] += n);
    let total: f32 = row.iter().sum();
    row.map(|n| (n / total).ln())
}

fn emissions(counts: &str, prior: &[f32; 33]) -> Scores {
    let total: f32 = read_counts(counts).map(|(_, n)| n).sum();
    let all: f32 = prior.iter().sum();
    let score = |n: f32, tag: Tag| (n / total).ln() - (prior[tag as usize] / all).ln();
    read_counts(counts).map(|(tag, n)| (tag, score(n, tag))).collect()
}

/// A capital letter inside a sentence speaks for a name, a small one against it.
fn case_score(tag: Tag, token: &Seen<'_>) -> f32 {
    match (tag == Nnp, token.capital) {
        (true, true) => 0.0,
        (true, false) => -3.0,
        (false, true) if token.first => 0.0,
        (false, true) => -2.5,
        (false, false) => 0.0,
    }
}

/// The best tags for a run of tokens.
pub(super) fn tag<'a>(tokens: impl Iterator<Item = Seen<'a>>) -> Vec<Tag> {
    let model = model();
    let mut scratch = Vec::new();
    // For each token its possible tags, each with the place of its best predecessor.
    let (mut options, mut ends) = (Vec::<(Tag, u8)>::new(), Vec::<usize>::new());
    let mut last: Vec<(usize, f32)> = vec![(33, 0.0)];
    let mut next = Vec::new();
    for token in tokens {
        next.clear();
        for &(tag, own) in model.scores(&token, &mut scratch) {
            let (mut from, mut best) = (0, f32::NEG_INFINITY);
            for (place, (before, score)) in last.iter().enumerate() {
                let total = score + model.steps[*before][tag as usize];
                if total > best {
                    (from, best) = (place, total);
                }
            }
            options.push((tag, from as u8));
            next.push((tag as usize, best + own));
        }
        // Scores are kept near zero, so that texts of any length do not exhaust the floating point.
        let top = next.iter().fold(f32::NEG_INFINITY, |top, (_, score)| top.max(*score));
        next.iter_mut().for_each(|(_, score)| *score -= top);
        std::mem::swap(&mut last, &mut next);
        ends.push(options.len());
    }
    trace_back(&options, &ends, &last)
}

fn trace_back(options: &[(Tag, u8)], ends: &[usize], last: &[(usize, f32)]) -> Vec<Tag> {
    let mut tags = vec![Nn; ends.len()];
    let mut place = (0..last.len()).fold(0, |best, i| if last[i].1 > last[best].1 { i } else { best });
    for at in (0..ends.len()).rev() {
        let begin = if at == 0 { 0 } else { ends[at - 1] };
        let (tag, from) = options[begin + place];
        tags[at] = tag;
        place = from as usize;
    }
    tags
}
