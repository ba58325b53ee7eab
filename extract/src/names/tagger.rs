//! The tagger of names: a linear-chain CRF (Lafferty et al., 2001) over BIO labels.
//!
//! Weights are whole numbers in steps of the model, so the best labelling (Viterbi) is the same on
//! every processor. On the accurate tier the encoder's scores are added to those of the features,
//! which then count for a quarter.

use std::ops::Range;

use sayso_document::{EntityType, Patience};

use super::agree::agree;
use super::facts::{Facts, facts};
use super::features::Sentence;
use super::tagged::Tagged;
use super::words::Words;
use crate::model::{Clusters, Files, ModelError, Rows, feature};

/// The types in the order of their labels: 0 is outside, then come begin and inside of each. The
/// encoder has the same labels (`train/encoder/data.py`).
pub(crate) const TYPES: [EntityType; 9] = [
    EntityType::Person,
    EntityType::Organization,
    EntityType::Place,
    EntityType::Facility,
    EntityType::Norp,
    EntityType::Product,
    EntityType::Event,
    EntityType::Date,
    EntityType::Money,
];

/// How many labels there are.
pub(crate) const LABELS: usize = 1 + 2 * TYPES.len();

/// Scores of the labels by the encoder, in natural logarithms, which are added to those of the
/// features.
#[derive(Clone, Debug)]
pub(crate) struct Hints {
    /// A row for each token of the document.
    pub(crate) local: Vec<[f32; LABELS]>,
    /// A row for each label before.
    pub(crate) moves: [[f32; LABELS]; LABELS],
}

/// The weight of the features beside hints.
const BESIDE_HINTS: f32 = 0.25;

/// The model, with the weights of its transitions laid out as a table.
#[derive(Clone, Debug)]
pub struct Tagger {
    /// The weights of features.
    model: Rows,
    /// A row for each label before; the last one is for the beginning of a sentence. Labels that
    /// cannot follow have [`NEVER`].
    moves: Vec<[i32; LABELS]>,
}

/// A longer stretch is no name but a table, or words at random.
const LONGEST: usize = 40;

/// A text of at most this many sentences is no article.
const SHORT: usize = 2;

/// A score that no sum of weights reaches.
const NEVER: i32 = -1_000_000;

impl Tagger {
    /// The number of the features whose row has the weights of all labels after label `before`.
    pub(crate) fn transition(before: usize) -> u32 {
        feature(u32::MAX, &[before as u32])
    }

    /// Reads `entities.bin`.
    ///
    /// # Errors
    /// If it is damaged or of another version of the features.
    pub(crate) fn of(files: &Files) -> Result<Self, ModelError> {
        Ok(Self::new(files.rows("entities", LABELS)?))
    }

    /// The tagger of a model.
    pub fn new(model: Rows) -> Self {
        let row = |before: usize| {
            let mut row = [0; LABELS];
            model.add(&[Self::transition(before)], &mut row);
            for label in (2..LABELS).step_by(2).filter(|&label| before != label && before != label - 1) {
                row[label] = NEVER;
            }
            row
        };
        let moves = (0..=LABELS).map(row).collect();
        Self { model, moves }
    }

    /// The names in a document, in order; they do not overlap. None when nobody waits any longer.
    pub(crate) fn tag(
        &self,
        words: &Words,
        clusters: &Clusters,
        hints: Option<&Hints>,
        patience: &Patience<'_>,
    ) -> Option<Vec<Tagged>> {
        let facts = facts(words, clusters, patience)?;
        match hints {
            Some(hints) => self.hinted(hints).spans_of(words, &facts, Some(hints), patience),
            None => self.spans_of(words, &facts, None, patience),
        }
    }

    /// The tagger with the transitions of hints added to its own.
    fn hinted(&self, hints: &Hints) -> Self {
        let mut hinted = self.clone();
        for (row, hints) in hinted.moves.iter_mut().zip(&hints.moves) {
            self.add(row, hints);
        }
        hinted
    }

    /// Adds hints to scores, in steps of the model.
    fn add(&self, scores: &mut [i32; LABELS], hints: &[f32; LABELS]) {
        for (score, hint) in scores.iter_mut().zip(hints).filter(|(score, _)| **score > NEVER / 2) {
            let steps = *score as f32 * BESIDE_HINTS + hint.max(-30.0) / self.model.scale();
            *score = steps.round() as i32;
        }
    }

    /// The names of the best labelling, sentence by sentence.
    fn spans_of(
        &self,
        words: &Words,
        facts: &Facts,
        hints: Option<&Hints>,
        patience: &Patience<'_>,
    ) -> Option<Vec<Tagged>> {
        let (mut features, mut local, mut out) = (Vec::with_capacity(256), Vec::new(), Vec::new());
        for sentence in 0..words.document.sentences().len() {
            let range = words.document.tokens_of(sentence);
            patience.spend(2 * range.len())?;
            // One sentence at a time, since a row takes 76 bytes, more than anything else that is kept for a token.
            self.local(&view(words, facts, range.clone()), range.clone(), &mut features, &mut local);
            if let Some(hints) = hints {
                local.iter_mut().zip(&hints.local[range.clone()]).for_each(|(row, hints)| self.add(row, hints));
            }
            self.spans(&self.best(&local), &local, range.start, &mut out);
        }
        agree(words, &mut out);
        Some(out)
    }

    /// The scores of each token's labels by its features.
    fn local(
        &self,
        view: &Sentence<'_>,
        tokens: Range<usize>,
        features: &mut Vec<u32>,
        local: &mut Vec<[i32; LABELS]>,
    ) {
        local.clear();
        for token in tokens {
            view.features(token, features);
            let mut row = [0; LABELS];
            self.model.add(features, &mut row);
            local.push(row);
        }
    }

    /// The best labelling of a sentence (Viterbi); of equals, the lower labels.
    fn best(&self, local: &[[i32; LABELS]]) -> Vec<u8> {
        let mut back = vec![[0_u8; LABELS]; local.len()];
        let mut scores = [0; LABELS];
        for (i, (row, back)) in local.iter().zip(&mut back).enumerate() {
            let mut next = [i32::MIN; LABELS];
            if i == 0 {
                next = self.moves[LABELS];
            } else {
                for (before, (&score, moves)) in scores.iter().zip(&self.moves).enumerate() {
                    for label in 0..LABELS {
                        let sum = score + moves[label];
                        if sum > next[label] {
                            next[label] = sum;
                            back[label] = before as u8;
                        }
                    }
                }
            }
            next.iter_mut().zip(row).for_each(|(sum, here)| *sum += here);
            scores = next;
        }
        let mut label = (0..LABELS).rev().max_by_key(|&label| scores[label]).unwrap_or(0) as u8;
        let mut labels = vec![0; local.len()];
        for i in (0..local.len()).rev() {
            labels[i] = label;
            label = back[i][label as usize];
        }
        labels
    }

    /// Adds the stretches that the labels mark. The confidence is the product of its tokens'.
    fn spans(&self, labels: &[u8], local: &[[i32; LABELS]], from: usize, out: &mut Vec<Tagged>) {
        let mut i = 0;
        while i < labels.len() {
            let label = labels[i];
            if label == 0 {
                i += 1;
                continue;
            }
            let kind = (usize::from(label) - 1) / 2;
            let inside = 2 * kind as u8 + 2;
            let len = 1 + labels[i + 1..].iter().take_while(|&&next| next == inside).count();
            let sure: f32 = (i..i + len).map(|at| self.sure(labels, local, at)).product();
            if len <= LONGEST {
                out.push(Tagged { tokens: from + i..from + i + len, kind: TYPES[kind], confidence: sure });
            }
            i += len;
        }
    }

    /// The probability of a label, given those beside it.
    fn sure(&self, labels: &[u8], local: &[[i32; LABELS]], at: usize) -> f32 {
        let before = at.checked_sub(1).map_or(LABELS, |at| usize::from(labels[at]));
        let after = labels.get(at + 1).copied();
        let score = |label: usize| {
            let next = after.map_or(0, |after| self.moves[label][usize::from(after)]);
            local[at][label] + self.moves[before][label] + next
        };
        let own = score(usize::from(labels[at]));
        let share = |label| libm::expf((score(label) - own) as f32 * self.model.scale());
        let rest: f32 = (0..LABELS).map(share).sum();
        1.0 / rest
    }
}

/// A sentence as the features see it.
fn view<'f>(words: &Words, facts: &'f Facts, range: Range<usize>) -> Sentence<'f> {
    Sentence::new(facts, range, words.document.sentences().len() <= SHORT)
}

/// The features of every token, a list for each sentence with the tokens that it has.
#[cfg(feature = "training")]
pub(crate) fn features(words: &Words, clusters: &Clusters) -> Vec<(Range<usize>, Vec<Vec<u32>>)> {
    let facts = Patience::endless(|patience| facts(words, clusters, patience));
    let mut buffer = Vec::new();
    (0..words.document.sentences().len())
        .map(|sentence| {
            let range = words.document.tokens_of(sentence);
            let view = view(words, &facts, range.clone());
            let rows = range.clone().map(|i| {
                view.features(i, &mut buffer);
                buffer.clone()
            });
            let rows = rows.collect();
            (range, rows)
        })
        .collect()
}
