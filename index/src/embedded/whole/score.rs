//! How an article meets the conditions of a search, and its score.

use std::ops::Range;

use tantivy::DocId;

use super::tree::{Leaf, Node, Tree};
use super::walk::Walk;
use crate::query::ArticleSearch;

/// Which share of what the best sentence meets is added to the score.
const TOGETHER: f32 = 0.2;
/// How soon more sentences stop to count, as in BM25.
const K1: f32 = 1.2;
/// How much long articles are held back, as in BM25.
const B: f32 = 0.75;

/// What scores rest on: counts of the whole view.
pub(super) struct Statistics {
    /// All articles.
    pub(super) articles: u64,
    /// The bytes of all their texts.
    pub(super) bytes: u64,
    /// How many articles meet each condition.
    pub(super) having: Vec<u64>,
}

impl Statistics {
    /// How rare a condition is.
    pub(super) fn rarity(&self, leaf: usize) -> f32 {
        let (all, having) = (self.articles as f32, self.having[leaf] as f32);
        libm::logf(1.0 + (all - having + 0.5).max(0.5) / (having + 0.5))
    }

    /// What a condition adds to the score of an article of so many bytes that meets it so often.
    fn score(&self, number: usize, leaf: &Leaf, often: f32, length: u64) -> f32 {
        let mean = (self.bytes as f32 / self.articles.max(1) as f32).max(1.0);
        let damping = K1 * (1.0 - B + B * length as f32 / mean);
        leaf.weight * self.rarity(number) * often * (K1 + 1.0) / (often + damping)
    }
}

/// How an article meets the conditions.
#[derive(Default)]
pub(super) struct Meeting {
    /// How many sentences meet each.
    pub(super) sentences: Vec<u32>,
    /// How often they do: a sentence may have a word several times.
    pub(super) often: Vec<u32>,
    /// How long the article is, in bytes.
    pub(super) length: u64,
    /// Whether the article as a whole meets each: its headline, or its outlet or author.
    pub(super) whole: Vec<bool>,
    /// What each sentence meets, by its place: the sum of weights and rarities.
    pub(super) each: Vec<f32>,
    /// Whether each sentence meets anything that is marked in it.
    pub(super) met: Vec<bool>,
}

/// A search under way.
pub(super) struct Search<'a> {
    /// What is asked.
    pub(super) query: &'a ArticleSearch,
    /// Its conditions.
    pub(super) tree: Tree,
    /// What their scores rest on.
    pub(super) statistics: Statistics,
    /// Whether there are words to score.
    pub(super) scored: bool,
}

impl Search<'_> {
    /// Finds out how an article meets the conditions.
    pub(super) fn meet(&self, walk: &mut Walk<'_>, docs: &Range<DocId>, meeting: &mut Meeting) {
        let leaves = &self.tree.leaves;
        meeting.sentences.clear();
        meeting.sentences.resize(leaves.len(), 0);
        meeting.often.clear();
        meeting.often.resize(leaves.len(), 0);
        meeting.length = walk.length(docs);
        meeting.whole.clear();
        meeting.each.clear();
        meeting.each.resize(docs.len(), 0.0);
        meeting.met.clear();
        meeting.met.resize(docs.len(), false);
        for (number, leaf) in leaves.iter().enumerate() {
            meeting.whole.push(walk.meets_as_whole(number, docs));
            let worth = if leaf.scored { leaf.weight * self.statistics.rarity(number) } else { 0.0 };
            walk.each(number, docs, |doc, often| {
                meeting.sentences[number] += 1;
                meeting.often[number] += often;
                let place = (doc - docs.start) as usize;
                meeting.each[place] += if leaf.positive { worth } else { 0.0 };
                meeting.met[place] |= leaf.scored && leaf.positive;
            });
        }
    }

    /// The score of an article that matches. None if it does not, or scores too little.
    pub(super) fn score(&self, meeting: &Meeting, published: Option<i64>) -> Option<f32> {
        let sum = self.of_node(&self.tree.root, meeting)?;
        let score = match self.scored {
            true => (sum + self.together(meeting)) * self.recency(published),
            false => 0.0,
        };
        (score >= self.query.min_score).then_some(score)
    }

    /// What is added for the best sentence, where it could meet more than one condition.
    pub(super) fn together(&self, meeting: &Meeting) -> f32 {
        let several = self.tree.leaves.iter().filter(|leaf| leaf.scored && leaf.positive && leaf.sentences.is_some());
        if several.count() < 2 {
            return 0.0;
        }
        TOGETHER * meeting.each.iter().copied().fold(0.0, f32::max)
    }

    /// By how much the age of an article lowers its score.
    pub(super) fn recency(&self, published: Option<i64>) -> f32 {
        let Some(recency) = self.query.recency else { return 1.0 };
        let Some(at) = published else { return 0.0 };
        let age = recency.now.saturating_sub(at).max(0);
        libm::exp2(-(age as f64) / recency.half_life.max(1) as f64) as f32
    }

    /// What a part of the query adds to the score. None if it does not match.
    pub(super) fn of_node(&self, node: &Node, meeting: &Meeting) -> Option<f32> {
        match node {
            Node::All => Some(0.0),
            Node::Leaf(number) => self.of_leaf(*number, meeting),
            Node::Bool { must, should, must_not } => {
                let mut sum = 0.0;
                for node in must {
                    sum += self.of_node(node, meeting)?;
                }
                if must_not.iter().any(|node| self.of_node(node, meeting).is_some()) {
                    return None;
                }
                let mut any = should.is_empty() || !must.is_empty();
                for score in should.iter().filter_map(|node| self.of_node(node, meeting)) {
                    sum += score;
                    any = true;
                }
                any.then_some(sum)
            }
        }
    }

    /// What a condition adds to the score.
    pub(super) fn of_leaf(&self, number: usize, meeting: &Meeting) -> Option<f32> {
        let leaf = &self.tree.leaves[number];
        let whole = if meeting.whole[number] { leaf.whole_counts } else { 0.0 };
        let often = meeting.often[number] as f32 + whole;
        if meeting.sentences[number] == 0 && !meeting.whole[number] {
            return None;
        }
        Some(match leaf.scored {
            true => self.statistics.score(number, leaf, often, meeting.length),
            false => 0.0,
        })
    }
}
