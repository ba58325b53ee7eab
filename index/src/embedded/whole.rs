//! Search for articles by what all their sentences and their headline say together.
//!
//! The index has a document for each sentence, and those of an article stand side by side. So the matches of each condition are
//! walked forwards together, an article at a time (`walk`), and the query is decided on how many of its sentences meet each
//! condition (`tree`).
//!
//! An article is scored as BM25 scores a document (Robertson and Zaragoza, 2009), with sentences in place of words: a condition
//! counts as often as sentences meet it, the headline as often as [`HEADLINE`] of them, and the length of an article is its number
//! of sentences. To that comes a share of what the best single sentence meets, so that words that stand together count more.
//! How many articles meet a condition is counted in the view, so deleted articles have no say.

mod explain;
mod tree;
mod walk;

use std::ops::Range;
use std::sync::Arc;

use tantivy::DocId;
use tantivy::query::{BooleanQuery, Query};

use self::explain::explained;
use self::tree::{Leaf, Node, Tree};
use self::walk::{Walk, Wanted};
use super::collect::{Best, Found, Room, rank_of_score, seq_of};
use super::compile::{Compiler, has_words};
use super::facet::Facets;
use super::page;
use super::search::{order, sentence_of, unknown};
use super::store;
use super::view::View;
use crate::highlight::Highlighter;
use crate::query::{ArticleSearch, Field, Order, PageRequest};
use crate::{Article, ArticleMatch, Error, ErrorKind, Interrupt, MatchedSentence, Page, Result, Total};

/// As how many sentences the headline counts.
const HEADLINE: f32 = 3.0;
/// Which share of what the best sentence meets is added to the score.
const TOGETHER: f32 = 0.5;
/// How soon more sentences stop to count, as in BM25.
const K1: f32 = 1.2;
/// How much long articles are held back, as in BM25.
const B: f32 = 0.75;

/// What scores rest on: counts of the whole view.
struct Statistics {
    articles: u64,
    sentences: u64,
    /// How many articles meet each condition.
    having: Vec<u64>,
}

impl Statistics {
    /// How rare a condition is.
    fn rarity(&self, leaf: usize) -> f32 {
        let (all, having) = (self.articles as f32, self.having[leaf] as f32);
        (1.0 + (all - having + 0.5).max(0.5) / (having + 0.5)).ln()
    }

    /// What a condition adds to the score of an article that meets it as often as so many sentences.
    fn score(&self, number: usize, leaf: &Leaf, often: f32, sentences: usize) -> f32 {
        let mean = (self.sentences as f32 / self.articles.max(1) as f32).max(1.0);
        let damping = K1 * (1.0 - B + B * sentences as f32 / mean);
        leaf.weight * self.rarity(number) * often * (K1 + 1.0) / (often + damping)
    }
}

/// How an article meets the conditions.
#[derive(Default)]
struct Meeting {
    /// How many sentences meet each.
    sentences: Vec<u32>,
    /// Whether the article as a whole meets each: its headline, or its outlet or author.
    whole: Vec<bool>,
    /// What each sentence meets, by its place: the sum of weights and rarities.
    each: Vec<f32>,
    /// Whether each sentence meets anything that is marked in it.
    met: Vec<bool>,
}

/// A search under way.
struct Search<'a> {
    query: &'a ArticleSearch,
    tree: Tree,
    statistics: Statistics,
    scored: bool,
}

impl View {
    /// Articles that match.
    pub(super) fn search_articles(&self, query: &ArticleSearch, interrupt: &Interrupt) -> Result<Page<ArticleMatch>> {
        interrupt.check()?;
        if query.facets.iter().any(|facet| !facet.field.of_articles()) {
            return Err(Error::new(
                ErrorKind::Invalid,
                "articles cannot be counted by what only sentences or quotes have",
            ));
        }
        let start = PageRequest { size: 0, after: None };
        let hash = page::query_hash(&("whole", ArticleSearch { page: start, ..query.clone() }));
        let after = page::after(hash, &query.page)?;
        let filters = self.article_filters(&self.fields.sentences.common, &query.filter, interrupt)?;
        let filter = (!filters.is_empty()).then(|| BooleanQuery::intersection(filters));
        let filter = filter.as_ref().map(|filter| filter as &dyn Query);
        let tree = Tree::new(Compiler::sentences(self, interrupt), &query.expr, filter)?;
        let statistics = self.statistics(&tree, interrupt)?;
        let search = Search { query, tree, statistics, scored: has_words(&query.expr) };
        let mut best = Best::new(query.page.size.max(1).saturating_add(1), after.map(|after| after.place));
        let mut facets = match after {
            None => Facets::new(self.counted_sentences(), &query.facets)?,
            Some(_) => Facets::new(self.counted_sentences(), &[])?,
        };
        self.visit(&search, &mut best, &mut facets, interrupt)?;
        let total = after.map_or(Total { count: best.seen, exact: true }, |after| after.total);
        let mut top = best.into_top(total);
        let hits = self.article_matches(&search, &top.hits, interrupt)?;
        top.end_after(hits.len());
        let next = self.next(hash, &top);
        Ok(Page { hits, next, total, seq: self.store.seq, facets: facets.finish(self)? })
    }

    /// Counts the articles that meet each condition that scores.
    fn statistics(&self, tree: &Tree, interrupt: &Interrupt) -> Result<Statistics> {
        let mut having = vec![0; tree.leaves.len()];
        for segment in 0..self.sentence_keys.len() {
            for (number, _) in tree.leaves.iter().enumerate().filter(|(_, leaf)| leaf.scored) {
                let mut walk = Walk::new(self, segment, tree, Wanted::One(number))?;
                while walk.next(interrupt)?.is_some() {
                    having[number] += 1;
                }
            }
        }
        let (articles, sentences) = (self.store.count("articles")?, self.store.count("sentences")?);
        Ok(Statistics { articles, sentences, having })
    }

    /// Visits every article that matches.
    fn visit(
        &self,
        search: &Search<'_>,
        best: &mut Best,
        facets: &mut Facets<'_>,
        interrupt: &Interrupt,
    ) -> Result<()> {
        let mut meeting = Meeting::default();
        for (segment, keys) in self.sentence_keys.iter().enumerate() {
            facets.begin(segment)?;
            let mut walk = Walk::new(self, segment, &search.tree, Wanted::All)?;
            while let Some(docs) = walk.next(interrupt)? {
                if !walk.passes(&docs) {
                    continue;
                }
                search.meet(&mut walk, &docs, &mut meeting);
                let published = keys.published.first(docs.start);
                let Some(score) = search.score(&meeting, published) else { continue };
                best.seen += 1;
                let rank = match order(search.query.order, search.scored) {
                    Order::Relevance => rank_of_score(score),
                    Order::Newest => store::date_key(published),
                    Order::Oldest => published.map_or(u64::MAX, store::ordered),
                };
                if best.may_take(rank) {
                    let place = page::Place { ordinal: 0, ..keys.place(rank, docs.start) };
                    best.offer(Found { place, segment: segment as u32, doc: docs.start, score });
                }
                facets.add_article(docs);
            }
        }
        Ok(())
    }

    /// The articles that were found, with their best sentences. Fewer if they would take too much memory.
    fn article_matches(
        &self,
        search: &Search<'_>,
        found: &[Found],
        interrupt: &Interrupt,
    ) -> Result<Vec<ArticleMatch>> {
        let text = Highlighter::new(&search.query.expr, &[Field::Text]);
        let title = Highlighter::new(&search.query.expr, &[Field::Text, Field::Title]);
        let meetings = self.meetings(search, found, interrupt)?;
        let mut room = Room::default();
        let mut hits = Vec::with_capacity(found.len());
        for (hit, meeting) in found.iter().zip(&meetings) {
            interrupt.check()?;
            if !room.is_left() {
                break;
            }
            let seq = seq_of(hit.place);
            let stored = self.store.article(seq)?.ok_or_else(|| unknown(seq))?;
            room.take(&stored.article);
            let segment = hit.segment as usize;
            let article = Arc::new(stored.article);
            let (sentences, others) =
                self.best_sentences(search, (segment, hit.doc), meeting, (&article, &text), interrupt)?;
            let published = self.sentence_keys[segment].published.first(hit.doc);
            hits.push(ArticleMatch {
                sentences,
                others,
                title_highlights: title.spans_of(&article.title, interrupt)?,
                score: hit.score,
                explanation: search.query.explain.then(|| explained(search, meeting, published)),
                article,
            });
        }
        Ok(hits)
    }

    /// How each article that was found meets the conditions. Segments are walked once, however many articles are in them.
    fn meetings(&self, search: &Search<'_>, found: &[Found], interrupt: &Interrupt) -> Result<Vec<Meeting>> {
        let mut forwards: Vec<usize> = (0..found.len()).collect();
        forwards.sort_by_key(|&hit| (found[hit].segment, found[hit].doc));
        let mut meetings: Vec<Meeting> = found.iter().map(|_| Meeting::default()).collect();
        for hits in forwards.chunk_by(|&a, &b| found[a].segment == found[b].segment) {
            let segment = found[hits[0]].segment as usize;
            let mut walk = Walk::new(self, segment, &search.tree, Wanted::All)?;
            for &hit in hits {
                interrupt.check()?;
                let first = found[hit].doc;
                let docs = first..first + self.sentence_places[segment].siblings(first);
                search.meet(&mut walk, &docs, &mut meetings[hit]);
            }
        }
        Ok(meetings)
    }

    /// The sentences of an article that meet most, and how many others meet something.
    fn best_sentences(
        &self,
        search: &Search<'_>,
        (segment, first): (usize, DocId),
        meeting: &Meeting,
        (article, highlighter): (&Article, &Highlighter),
        interrupt: &Interrupt,
    ) -> Result<(Vec<MatchedSentence>, u32)> {
        let mut met: Vec<usize> = (0..meeting.met.len()).filter(|&place| meeting.met[place]).collect();
        met.sort_by(|&a, &b| meeting.each[b].total_cmp(&meeting.each[a]).then(a.cmp(&b)));
        let others = met.len().saturating_sub(search.query.sentences) as u32;
        met.truncate(search.query.sentences);
        let told = met.into_iter().map(|place| {
            let sentence = sentence_of(&self.sentence_places[segment], first + place as u32);
            if article.body.get(sentence.span.range()).is_none() {
                return Err(Error::new(
                    ErrorKind::Corrupt,
                    format!("the index does not fit the article {}", article.id),
                ));
            }
            let highlights = highlighter.spans(&article.body, sentence.span, interrupt)?;
            Ok(MatchedSentence { index: place as u32, sentence, highlights, score: meeting.each[place] })
        });
        Ok((told.collect::<Result<_>>()?, others))
    }
}

impl Search<'_> {
    /// Finds out how an article meets the conditions.
    fn meet(&self, walk: &mut Walk<'_>, docs: &Range<DocId>, meeting: &mut Meeting) {
        let leaves = &self.tree.leaves;
        meeting.sentences.clear();
        meeting.sentences.resize(leaves.len(), 0);
        meeting.whole.clear();
        meeting.each.clear();
        meeting.each.resize(docs.len(), 0.0);
        meeting.met.clear();
        meeting.met.resize(docs.len(), false);
        for (number, leaf) in leaves.iter().enumerate() {
            meeting.whole.push(walk.meets_as_whole(number, docs));
            let worth = if leaf.scored { leaf.weight * self.statistics.rarity(number) } else { 0.0 };
            walk.each(number, docs, |doc| {
                meeting.sentences[number] += 1;
                let place = (doc - docs.start) as usize;
                meeting.each[place] += if leaf.positive { worth } else { 0.0 };
                meeting.met[place] |= leaf.scored && leaf.positive;
            });
        }
    }

    /// The score of an article that matches. None if it does not, or scores too little.
    fn score(&self, meeting: &Meeting, published: Option<i64>) -> Option<f32> {
        let sum = self.of_node(&self.tree.root, meeting)?;
        let score = match self.scored {
            true => (sum + self.together(meeting)) * self.recency(published),
            false => 0.0,
        };
        (score >= self.query.min_score).then_some(score)
    }

    /// What is added for the best sentence, where it could meet more than one condition.
    fn together(&self, meeting: &Meeting) -> f32 {
        let several = self.tree.leaves.iter().filter(|leaf| leaf.scored && leaf.positive && leaf.sentences.is_some());
        if several.count() < 2 {
            return 0.0;
        }
        TOGETHER * meeting.each.iter().copied().fold(0.0, f32::max)
    }

    /// By how much the age of an article lowers its score.
    fn recency(&self, published: Option<i64>) -> f32 {
        let Some(recency) = self.query.recency else { return 1.0 };
        let Some(at) = published else { return 0.0 };
        let age = recency.now.saturating_sub(at).max(0);
        (-(age as f64) / recency.half_life.max(1) as f64).exp2() as f32
    }

    /// What a part of the query adds to the score. None if it does not match.
    fn of_node(&self, node: &Node, meeting: &Meeting) -> Option<f32> {
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
    fn of_leaf(&self, number: usize, meeting: &Meeting) -> Option<f32> {
        let leaf = &self.tree.leaves[number];
        let whole = if meeting.whole[number] { leaf.whole_counts } else { 0.0 };
        let often = meeting.sentences[number] as f32 + whole;
        if meeting.sentences[number] == 0 && !meeting.whole[number] {
            return None;
        }
        Some(match leaf.scored {
            true => self.statistics.score(number, leaf, often, meeting.each.len()),
            false => 0.0,
        })
    }
}
