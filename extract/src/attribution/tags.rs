//! Part-of-speech tags by a trigram hidden Markov model (after Brants, 2000).
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
    /// Log probability of a tag after two others, at [`step_at`].
    steps: Vec<f32>,
    unknown: Scores,
}

fn model() -> &'static Model {
    static MODEL: OnceLock<Model> = OnceLock::new();
    MODEL.get_or_init(|| Model::read(include_str!("../../models/tags.tsv")))
}

/// Number of tags, and the number that stands for the place before a sentence.
const N: usize = ALL.len();
/// Shares of single tags, pairs and triples in the probability of a step.
const SHARES: [f32; 3] = [0.1, 0.4, 0.5];

fn step_at(before: usize, last: usize, next: usize) -> usize {
    (before * (N + 1) + last) * N + next
}

impl Model {
    fn read(table: &'static str) -> Self {
        let rows = || {
            let parts = table.lines().filter_map(|line| line.split_once('\t'));
            parts.filter_map(|(sort, rest)| Some((sort, rest.split_once('\t')?)))
        };
        let mut triples = vec![0.0_f32; (N + 1) * (N + 1) * N];
        for (_, (key, counts)) in rows().filter(|(sort, _)| *sort == "t") {
            let number = |name: &str| NAMES.iter().position(|known| *known == name).unwrap_or(N);
            let (before, last) = key.split_once(' ').unwrap_or((key, key));
            read_counts(counts).for_each(|(tag, n)| triples[step_at(number(before), number(last), tag as usize)] += n);
        }
        let (prior, steps) = interpolate(&triples);
        let (mut words, mut endings) = (FxHashMap::default(), FxHashMap::default());
        for (sort, (key, counts)) in rows() {
            match sort {
                "w" => drop(words.insert(key, emissions(counts, &prior))),
                "s" => drop(endings.insert(key, emissions(counts, &prior))),
                _ => {}
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

/// Counts of single tags, and log probabilities of steps: triples, pairs and single tags mixed.
fn interpolate(triples: &[f32]) -> ([f32; N], Vec<f32>) {
    let mut single = [1.0_f32; N];
    let mut pairs = vec![0.0_f32; (N + 1) * N];
    for (place, n) in triples.iter().enumerate() {
        single[place % N] += n;
        pairs[place % ((N + 1) * N)] += n;
    }
    let all: f32 = single.iter().sum();
    let share = |counts: &[f32], place: usize| counts[place] / counts.iter().sum::<f32>().max(0.5);
    let step = |place: usize| {
        let (last, next) = (place / N % (N + 1), place % N);
        let pair = share(&pairs[last * N..(last + 1) * N], next);
        let triple = share(&triples[place / N * N..(place / N + 1) * N], next);
        (SHARES[0] * single[next] / all + SHARES[1] * pair + SHARES[2] * triple).ln()
    };
    (single, (0..triples.len()).map(step).collect())
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

/// One step of the search: the tags that a token may have, and for each pair of the tag before and
/// this one the place of the best tag before both.
#[derive(Default)]
struct Column {
    /// Where the column's tags begin in [`Search::tags`].
    tags: usize,
    /// Where its back pointers begin in [`Search::back`], rows by the tag before.
    back: usize,
}

/// All columns, in flat lists.
#[derive(Default)]
struct Search {
    columns: Vec<Column>,
    tags: Vec<Tag>,
    back: Vec<u8>,
}

/// The best tags for a run of tokens.
pub(super) fn tag<'a>(tokens: impl Iterator<Item = Seen<'a>>) -> Vec<Tag> {
    let model = model();
    let mut search = Search::default();
    let mut scratch = Vec::new();
    // Numbers of the possible tags one and two tokens back, and the scores of their pairs.
    let (mut before, mut last, mut scores) = (vec![N], vec![N], vec![0.0_f32]);
    let mut next_scores = Vec::new();
    for token in tokens {
        let options = model.scores(&token, &mut scratch);
        search.columns.push(Column { tags: search.tags.len(), back: search.back.len() });
        search.tags.extend(options.iter().map(|(tag, _)| *tag));
        next_scores.clear();
        for (l, &last_tag) in last.iter().enumerate() {
            for &(tag, own) in options {
                let (mut from, mut best) = (0, f32::NEG_INFINITY);
                for (b, &before_tag) in before.iter().enumerate() {
                    let total = scores[b * last.len() + l] + model.steps[step_at(before_tag, last_tag, tag as usize)];
                    if total > best {
                        (from, best) = (b, total);
                    }
                }
                search.back.push(from as u8);
                next_scores.push(best + own);
            }
        }
        // Scores are kept near zero, so that texts of any length do not exhaust the floating point.
        let top = next_scores.iter().fold(f32::NEG_INFINITY, |top, score| top.max(*score));
        next_scores.iter_mut().for_each(|score| *score -= top);
        std::mem::swap(&mut scores, &mut next_scores);
        std::mem::swap(&mut before, &mut last);
        last.clear();
        last.extend(search.tags[search.columns[search.columns.len() - 1].tags..].iter().map(|tag| *tag as usize));
    }
    search.trace(&scores)
}

impl Search {
    /// Follows the back pointers from the best last pair.
    fn trace(&self, scores: &[f32]) -> Vec<Tag> {
        let mut found = vec![Nn; self.columns.len()];
        let Some(at) = self.columns.len().checked_sub(1) else { return found };
        let best = (0..scores.len()).fold(0, |best, i| if scores[i] > scores[best] { i } else { best });
        let width = self.tags.len() - self.columns[at].tags;
        let (mut row, mut place) = (best / width, best % width);
        for at in (0..=at).rev() {
            let end = self.columns.get(at + 1).map_or(self.tags.len(), |column| column.tags);
            let column = &self.columns[at];
            found[at] = self.tags[column.tags + place];
            let from = self.back[column.back + row * (end - column.tags) + place] as usize;
            (row, place) = (from, row);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(words: &[&str]) -> Vec<Tag> {
        let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
        let seen = |(i, word): (usize, &&str)| Seen {
            lower: &lower[i],
            capital: word.starts_with(char::is_uppercase),
            fixed: (*word == ".").then_some(Stop),
            first: i == 0,
        };
        let seen: Vec<Seen<'_>> = words.iter().enumerate().map(seen).collect();
        tag(seen.into_iter())
    }

    #[test]
    fn tells_verbs_from_nouns() {
        assert_eq!(tags(&["She", "claims", "that", "they", "left", "."]), [Prp, Vbz, In, Prp, Vbd, Stop]);
        assert_eq!(tags(&["The", "claims", "were", "false", "."]), [Dt, Nns, Vbd, Jj, Stop]);
    }

    #[test]
    fn guesses_unknown_words() {
        assert_eq!(tags(&["He", "saw", "Zarvonia", "."])[2], Nnp);
        assert_eq!(tags(&["They", "were", "snorfling", "."])[2], Vbg);
    }

    #[test]
    fn nothing_has_no_tags() {
        assert!(tags(&[]).is_empty());
    }
}
