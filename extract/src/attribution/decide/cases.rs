//! Cases to learn from: what the decisions offer, beside what a corpus marks.
//!
//! The same code that analyses a text makes the offers and features here, so a model is fitted on
//! exactly what it will be asked. A case is left out where the right answer is not among the
//! offers: no weight could choose it. [`Cases::reach`] counts how often that happens, which bounds
//! what any model over these offers can reach.

use std::ops::Range;

use sayso_document::{Patience, Span};

use super::select::Search;
use super::{Content, Models, Offer, Offers, Seen, Sight, cue, meet};
use crate::attribution::candidate::Candidate;
use crate::attribution::candidate::cue::Nouns;
use crate::coref::Chains;
use crate::parse::Tree;
use crate::tags::{Tag, Words, lemma};
use crate::view::{Reading, View};

/// A yes-or-no case: the feature numbers, and whether the answer is yes.
pub type Case = (Vec<u32>, bool);

/// A choice: the feature numbers of each offer, and the positions of those that are right. More
/// than one may be.
pub type Choice = (Vec<Vec<u32>>, Vec<usize>);

/// What the parts of one document teach.
#[derive(Clone, Debug, Default)]
pub struct Cases {
    /// Is a word a cue?
    pub cue: Vec<Case>,
    /// Which noun phrase is its source?
    pub source: Vec<Choice>,
    /// Which words are its content?
    pub content: Vec<Choice>,
    /// Which words belong to the cue?
    pub extent: Vec<Choice>,
    /// Is the whole an attribution?
    pub whole: Vec<Case>,
    /// How many gold attributions were looked for, and for how many of them the candidate, the
    /// source and the exact content were among the offers, in this order.
    pub reach: [usize; 4],
}

/// Source, cue and content of an attribution as a corpus marks them, in tokens.
type Gold = [Vec<Range<usize>>; 3];

/// Where no offer is exactly the content, the nearest counts as right if the tokens that both share
/// are at least this part of those that either has (Jaccard).
const LEAST_OVERLAP: f32 = 0.6;

/// A document with what earlier stages found in it, ready to offer cases.
pub(crate) struct Text<'d> {
    /// The view of the document.
    reading: Reading<'d>,
    /// Its entities and mentions.
    chains: Chains,
    /// Its dependencies.
    tree: Tree,
}

impl<'d> Text<'d> {
    /// A document, ready to offer cases.
    pub(crate) fn new(view: View<'d>, words: Words<'d>, chains: Chains, tree: Tree) -> Self {
        Self { reading: Reading::new(view, words), chains, tree }
    }

    /// The tokens of spans in bytes, sorted. Ranges that touch or overlap become one; a span
    /// outside the text is left out.
    pub(crate) fn ranges(&self, spans: &[Span]) -> Vec<Range<usize>> {
        let r = &self.reading;
        let mut found: Vec<Range<usize>> = spans
            .iter()
            .map(|span| r.token_at(span.start())..r.token_at(span.end().saturating_sub(1)) + 1)
            .filter(|range| range.start < range.end && range.end <= r.len())
            .collect();
        found.sort_by_key(|range| range.start);
        found.dedup_by(|next, last| {
            let joined = next.start <= last.end;
            if joined {
                last.end = last.end.max(next.end);
            }
            joined
        });
        found
    }

    /// The nouns that are cues in this document, in their dictionary form.
    /// A cue with a verb in it counts for the verb, so "made the claim" yields no noun.
    pub(crate) fn nouns(&self, gold: &[Gold]) -> Vec<String> {
        let r = &self.reading;
        let noun = |i: &usize| matches!(r.tag(*i), Tag::Nn | Tag::Nns);
        let heads = gold.iter().filter_map(|[_, cue, _]| {
            let tokens = cue.iter().flat_map(Range::clone);
            let verb = tokens.clone().any(|i| r.tag(i).is_verb());
            tokens.rev().find(noun).filter(|_| !verb)
        });
        heads.map(|i| lemma::of_noun(r.lower(i))).collect()
    }

    /// The candidates of the document. With models they carry the cue model's opinion; without,
    /// every candidate has the chance 0.
    fn search(&self, nouns: &str, models: Option<&Models>) -> Search<'_, 'd> {
        let seen = Seen { chains: &self.chains, tree: &self.tree };
        Patience::endless(|patience| {
            let sight = Sight::new(&self.reading, seen, patience)?;
            Search::new(&self.reading, sight, &Nouns::read(nouns), models, patience)
        })
    }

    /// Pairs candidates with the gold attributions that they head; `None` for a candidate that is
    /// no cue.
    ///
    /// Left out are candidates inside the content of a gold attribution, since no attribution is
    /// looked for there, and the other candidates within a cue: "went" in "went on to say".
    fn matched<'g>(&self, candidates: &[Candidate], gold: &'g [Gold]) -> Vec<(usize, Option<&'g Gold>)> {
        let mut inside = vec![false; self.reading.len()];
        gold.iter().flat_map(|[_, _, content]| content).for_each(|range| inside[range.clone()].fill(true));
        let mut owner: Vec<Option<usize>> = vec![None; gold.len()];
        let heads = |c: &Candidate, g: &Gold| g[1].iter().any(|range| range.contains(&c.head));
        for (place, c) in candidates.iter().enumerate() {
            for (at, _) in gold.iter().enumerate().filter(|(_, g)| heads(c, g)) {
                // If a cue has several heads, the last one carries the meaning.
                owner[at] = Some(place);
            }
        }
        let mut found = Vec::new();
        for (place, c) in candidates.iter().enumerate() {
            let own = owner.iter().position(|&one| one == Some(place)).map(|at| &gold[at]);
            let in_a_cue = gold.iter().any(|g| heads(c, g));
            if own.is_some() || !in_a_cue && !inside[c.head] {
                found.push((place, own));
            }
        }
        found
    }

    /// Cases for the cue model: each candidate, and whether it is a cue.
    pub(crate) fn cues(&self, gold: &[Gold], nouns: &str) -> Vec<Case> {
        let search = self.search(nouns, None);
        let matched = self.matched(&search.candidates, gold);
        matched
            .into_iter()
            .map(|(place, own)| (cue::cue_features(&search.sight, &search.candidates[place]), own.is_some()))
            .collect()
    }

    /// Cases for the models of source, content and extent, from the gold attributions alone: each
    /// is asked with the right answers of those before it.
    pub(crate) fn parts(&self, gold: &[Gold], nouns: &str, models: &Models) -> Cases {
        let search = self.search(nouns, Some(models));
        let mut cases = Cases::default();
        cases.reach[0] = gold.len();
        for (place, own) in self.matched(&search.candidates, gold) {
            let Some([source, cue, content]) = own else { continue };
            cases.reach[1] += 1;
            let c = &search.candidates[place];
            let offers = search.sources(c);
            let wanted = source.first();
            let exact = |offer: &Offer<Option<Range<usize>>>| offer.value.as_ref() == wanted;
            if let Some(right) = offers.list.iter().position(exact).filter(|_| source.len() < 2) {
                cases.reach[2] += 1;
                cases.source.push(choice(&offers, vec![right]));
            }
            let offers = search.contents(c, wanted);
            let right = nearest(&offers, content);
            cases.reach[3] += usize::from(right.is_some_and(|at| offers.list[at].value == *content));
            if let Some(right) = right {
                cases.content.push(choice(&offers, vec![right]));
            }
            let offers = cue::extents(&search.sight, c, content, wanted);
            if let [cue] = &cue[..]
                && let Some(right) = offers.list.iter().position(|offer| offer.value == *cue)
            {
                cases.extent.push(choice(&offers, vec![right]));
            }
        }
        cases
    }

    /// Cases for the model of whole attributions, which are made by the earlier models and not
    /// taken from the corpus. A whole is right if source and content each share a token with the
    /// gold ones.
    pub(crate) fn wholes(&self, gold: &[Gold], nouns: &str, models: &Models) -> Vec<Case> {
        let search = self.search(nouns, Some(models));
        let matched = self.matched(&search.candidates, gold);
        let worth = matched.into_iter().filter(|&(place, _)| search.is_worth(place));
        worth
            .filter_map(|(place, own)| {
                let outcome = search.decide(place, models)?;
                let overlaps = |a: &[Range<usize>], b: &[Range<usize>]| a.iter().any(|x| b.iter().any(|y| meet(x, y)));
                let right = own.is_some_and(|[source, _, content]| {
                    let source_fits =
                        source.is_empty() || outcome.draft.source.iter().any(|x| source.iter().any(|y| meet(x, y)));
                    source_fits && overlaps(&outcome.draft.content, content)
                });
                Some((outcome.features, right))
            })
            .collect()
    }
}

/// A choice among offers, and which of them are right.
fn choice<T: Clone>(offers: &Offers<T>, right: Vec<usize>) -> Choice {
    ((0..offers.list.len()).map(|place| offers.features(place)).collect(), right)
}

/// The offer that is exactly the content, or else the one that shares most of it, if that is at
/// least [`LEAST_OVERLAP`].
fn nearest(offers: &Offers<Content>, content: &Content) -> Option<usize> {
    let tokens: usize = content.iter().map(Range::len).sum();
    let share = |offer: &Content| {
        let both: usize = offer
            .iter()
            .flat_map(|a| content.iter().map(|b| a.end.min(b.end).saturating_sub(a.start.max(b.start))))
            .sum();
        let own: usize = offer.iter().map(Range::len).sum();
        both as f32 / (own + tokens - both).max(1) as f32
    };
    let shares = offers.list.iter().map(|offer| if offer.value == *content { 2.0 } else { share(&offer.value) });
    let best = shares.enumerate().fold((0, 0.0), |best, (at, share)| if share > best.1 { (at, share) } else { best });
    (best.1 >= LEAST_OVERLAP).then_some(best.0)
}
