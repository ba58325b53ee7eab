//! How an article meets the conditions of a search, and its score.

use super::{Condition, Node, Plan};
use crate::query::ArticleSearch;

/// Which share of what the best sentence meets is added to the score.
pub(crate) const TOGETHER: f32 = 0.2;
/// How soon more sentences stop to count, as in BM25.
pub(crate) const K1: f32 = 1.2;
/// How much long articles are held back, as in BM25.
pub(crate) const B: f32 = 0.75;

/// What scores rest on: counts of the whole view.
pub(crate) struct Statistics {
    /// All articles.
    pub(crate) articles: u64,
    /// The bytes of all their texts.
    pub(crate) bytes: u64,
    /// How many articles meet each condition.
    pub(crate) having: Vec<u64>,
}

impl Statistics {
    /// How rare a condition is.
    pub(crate) fn rarity(&self, leaf: usize) -> f32 {
        let (all, having) = (self.articles as f32, self.having[leaf] as f32);
        libm::logf(1.0 + (all - having + 0.5).max(0.5) / (having + 0.5))
    }

    /// What a condition adds to the score of an article of so many bytes that meets it so often.
    fn score(&self, number: usize, leaf: &Condition, often: f32, length: u64) -> f32 {
        let mean = (self.bytes as f32 / self.articles.max(1) as f32).max(1.0);
        let damping = K1 * (1.0 - B + B * length as f32 / mean);
        leaf.weight * self.rarity(number) * often * (K1 + 1.0) / (often + damping)
    }
}

/// How an article meets the conditions.
#[derive(Default)]
pub(crate) struct Meeting {
    /// How many sentences meet each.
    pub(crate) sentences: Vec<u32>,
    /// How often they do: a sentence may have a word several times.
    pub(crate) often: Vec<u32>,
    /// How long the article is, in bytes.
    pub(crate) length: u64,
    /// Whether the article as a whole meets each: its headline, or its outlet or author.
    pub(crate) whole: Vec<bool>,
    /// What each sentence meets, by its place: the sum of weights and rarities.
    pub(crate) each: Vec<f32>,
    /// Whether each sentence meets anything that is marked in it.
    pub(crate) met: Vec<bool>,
}

/// A search under way.
pub(crate) struct Search<'a> {
    /// What is asked.
    pub(crate) query: &'a ArticleSearch,
    /// Its conditions.
    pub(crate) plan: &'a Plan,
    /// What their scores rest on.
    pub(crate) statistics: Statistics,
    /// Whether there are words to score.
    pub(crate) scored: bool,
}

impl Meeting {
    /// Nothing met yet, by an article of so many sentences and bytes.
    pub(crate) fn begin(&mut self, conditions: usize, sentences: usize, length: u64) {
        self.sentences.clear();
        self.sentences.resize(conditions, 0);
        self.often.clear();
        self.often.resize(conditions, 0);
        self.length = length;
        self.whole.clear();
        self.whole.resize(conditions, false);
        self.each.clear();
        self.each.resize(sentences, 0.0);
        self.met.clear();
        self.met.resize(sentences, false);
    }

    /// The places of the sentences that meet most, and how many others meet something.
    pub(crate) fn best(&self, most: usize) -> (Vec<usize>, u32) {
        let mut met: Vec<usize> = (0..self.met.len()).filter(|&place| self.met[place]).collect();
        met.sort_by(|&a, &b| self.each[b].total_cmp(&self.each[a]).then(a.cmp(&b)));
        let others = met.len().saturating_sub(most) as u32;
        met.truncate(most);
        (met, others)
    }
}

impl Search<'_> {
    /// Notes that a sentence meets a condition so often.
    pub(crate) fn note(&self, meeting: &mut Meeting, number: usize, (place, often): (usize, u32)) {
        let leaf = &self.plan.conditions[number];
        meeting.sentences[number] += 1;
        meeting.often[number] += often;
        if leaf.scored && leaf.positive {
            meeting.each[place] += leaf.weight * self.statistics.rarity(number);
            meeting.met[place] = true;
        }
    }

    /// The score of an article that matches. None if it does not, or scores too little.
    pub(crate) fn score(&self, meeting: &Meeting, published: Option<i64>) -> Option<f32> {
        let sum = self.of_node(&self.plan.root, meeting)?;
        let score = match self.scored {
            true => (sum + self.together(meeting)) * self.recency(published),
            false => 0.0,
        };
        (score >= self.query.min_score).then_some(score)
    }

    /// What is added for the best sentence, where it could meet more than one condition.
    pub(crate) fn together(&self, meeting: &Meeting) -> f32 {
        let several = self.plan.conditions.iter().filter(|leaf| leaf.scored && leaf.positive && leaf.is_of_sentences());
        if several.count() < 2 {
            return 0.0;
        }
        TOGETHER * meeting.each.iter().copied().fold(0.0, f32::max)
    }

    /// By how much the age of an article lowers its score.
    pub(crate) fn recency(&self, published: Option<i64>) -> f32 {
        let Some(recency) = self.query.recency else { return 1.0 };
        let Some(at) = published else { return 0.0 };
        let age = recency.now.saturating_sub(at).max(0);
        libm::exp2(-(age as f64) / recency.half_life.max(1) as f64) as f32
    }

    /// What a part of the query adds to the score. None if it does not match.
    pub(crate) fn of_node(&self, node: &Node, meeting: &Meeting) -> Option<f32> {
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
    pub(crate) fn of_leaf(&self, number: usize, meeting: &Meeting) -> Option<f32> {
        let leaf = &self.plan.conditions[number];
        let whole = if meeting.whole[number] { leaf.whole_counts() } else { 0.0 };
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
