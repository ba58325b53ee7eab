//! Makes the names of one document agree: a surname follows the full name, an acronym its long form.

use rustc_hash::{FxHashMap, FxHashSet};

use super::cut::Candidate;
use super::kind::{add_to, best};
use super::words::Words;
use crate::lexicon::{Class, Kind, Weights};

/// Adds what the whole document tells to the scores of each candidate.
pub(super) fn agree(words: &Words, candidates: &[Candidate], scores: &mut [Weights]) {
    let evidence = Evidence::gather(words, candidates, scores);
    for (candidate, score) in candidates.iter().zip(scores.iter_mut()) {
        evidence.apply(words, candidate, score);
    }
    share(words, candidates, scores);
}

#[derive(Default)]
struct Evidence {
    /// Last and first words of persons' full names.
    surnames: FxHashSet<String>,
    given: FxHashSet<String>,
    /// First words of the names of bodies, and their acronyms.
    bodies: FxHashSet<String>,
    acronyms: FxHashSet<String>,
    /// Heads of bodies, by which they are called again: "the Post".
    heads: FxHashSet<String>,
    /// Single words that are persons' names by themselves.
    singles: FxHashSet<String>,
}

impl Evidence {
    fn gather(words: &Words, candidates: &[Candidate], scores: &[Weights]) -> Self {
        let mut all = Self::default();
        for (candidate, score) in candidates.iter().zip(scores) {
            let run = &candidate.tokens;
            match best(score) {
                Kind::Person if run.len() > 1 => {
                    let suffix = usize::from(words.is(run.end - 1, Class::SUFFIX) && run.len() > 2);
                    let last = run.end - 1 - suffix;
                    all.surnames.insert(words.folded(last, last + 1).into_owned());
                    all.given.insert(words.folded(run.start, run.start + 1).into_owned());
                }
                Kind::Person => {
                    let word = words.folded(run.start, run.end).into_owned();
                    if candidate.titled {
                        all.surnames.insert(word.clone());
                    }
                    all.singles.insert(word);
                }
                Kind::Org if run.len() > 1 => {
                    all.bodies.insert(words.folded(run.start, run.start + 1).into_owned());
                    all.heads.insert(words.folded(run.end - 1, run.end).into_owned());
                    all.acronyms.insert(acronym(words, candidate));
                }
                _ => {}
            }
        }
        all
    }

    fn apply(&self, words: &Words, candidate: &Candidate, score: &mut Weights) {
        let run = &candidate.tokens;
        if run.len() > 1 {
            let known = |i: usize| self.singles.contains(words.folded(i, i + 1).as_ref());
            let last = run.end - 1;
            if (known(last) || known(run.start)) && !words.is(last, Class::ORG.or(Class::FACILITY).or(Class::PLACE)) {
                add_to(score, Kind::Person, 0.5);
            }
            return;
        }
        let word = words.folded(run.start, run.end);
        let class = words.class(run.start);
        if self.surnames.contains(word.as_ref()) {
            add_to(score, Kind::Person, if class.is(Class::PLACE_WORD.or(Class::NORP_WORD)) { 1.0 } else { 5.5 });
        } else if self.given.contains(word.as_ref())
            && !class.is(Class::PLACE_WORD.or(Class::NORP_WORD).or(Class::ORG_WORD))
        {
            add_to(score, Kind::Person, 3.0);
        } else if candidate.only_surname {
            add_to(score, Kind::None, 20.0);
        } else if words.capitals(run.start) && self.acronyms.contains(word.as_ref()) {
            add_to(score, Kind::Org, 4.5);
        } else if self.is_head(&word, class) || self.starts_body(&word, class) {
            add_to(score, Kind::Org, 3.0);
        }
    }

    /// Whether the word is the head of a body of the document: "the Post".
    fn is_head(&self, word: &str, class: Class) -> bool {
        class.is(Class::ORG) && self.heads.contains(word)
    }

    /// Whether the word is the first of a body's name, and no word that begins many names.
    fn starts_body(&self, word: &str, class: Class) -> bool {
        self.bodies.contains(word) && !class.is(Class::ORDINARY.or(Class::PLACE_WORD).or(Class::NORP_WORD))
    }
}

/// The capitals of a name: "World Health Organization" gives "WHO".
fn acronym(words: &Words, candidate: &Candidate) -> String {
    let run = candidate.tokens.clone();
    run.filter(|&i| words.capital(i)).filter_map(|i| words.text(i).chars().next()).collect()
}

/// Gives every candidate of the same wording the mean of their scores: one wording has one type.
fn share(words: &Words, candidates: &[Candidate], scores: &mut [Weights]) {
    let mut groups: FxHashMap<String, (Weights, f32)> = FxHashMap::default();
    let key = |candidate: &Candidate| words.folded(candidate.tokens.start, candidate.tokens.end).into_owned();
    for (candidate, score) in candidates.iter().zip(scores.iter()) {
        let (sum, n) = groups.entry(key(candidate)).or_default();
        for (total, own) in sum.iter_mut().zip(score) {
            *total += own;
        }
        *n += 1.0;
    }
    for (candidate, score) in candidates.iter().zip(scores.iter_mut()) {
        if let Some((sum, n)) = groups.get(&key(candidate)) {
            for (own, total) in score.iter_mut().zip(sum) {
                *own = total / n;
            }
        }
    }
}
