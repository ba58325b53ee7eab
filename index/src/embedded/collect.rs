//! The best hits of a query after a given place, within a deadline.
//!
//! If hits are ranked by score and the query has only plain words, tantivy skips blocks of documents that cannot reach the page
//! (block-max WAND; Ding and Suel, 2011). Hits are then counted only up to [`COUNT_UP_TO`]. All other queries visit every match
//! anyway, and their count is exact. So do plain words that are rare: visiting them costs less than counting them would.
//!
//! The deadline is checked once in [`CHECK_EVERY`] matches. Skipped blocks cost too little to need it.
//!
//! Every hit has a [`Place`], and no two hits of a query share one. So a page is "the first so many places after the last one of
//! the previous page", and the order is total: ties of score or date are broken by article and position.

use std::collections::BinaryHeap;

use tantivy::query::{Bm25StatisticsProvider, EnableScoring, Query, Weight};
use tantivy::{DocId, DocSet, Searcher, SegmentReader, TERMINATED};

use super::columns::Keys;
use super::listing::Listing;
use super::page::{After, Place};
use super::statistics::{Counted, Statistics};
use super::store;

use crate::engine::CHECK_EVERY;
use crate::query::Order;
use crate::{Interrupt, Result, Total};

/// Where counting stops when it is not free.
pub(super) const COUNT_UP_TO: u64 = 1_000;

/// Where at most this many documents can match, all are visited.
const FEW: u64 = 2 * COUNT_UP_TO;

/// The total where counting has stopped: the same whatever the size of the page.
pub(super) const AT_LEAST: Total = Total { count: COUNT_UP_TO, exact: false };

/// How a query is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// One word, whose matches the index has already counted.
    Word,
    /// All of several words: blocks can be skipped.
    All,
    /// Any of several words: blocks can be skipped.
    Any,
    /// Anything else: every match is visited.
    Visit,
}

/// What hits are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ranking {
    /// An order of sentences or quotes.
    Hits(Order),
    /// An order of articles, which hits stand for.
    Listing(Listing),
}

/// A query ready to run.
pub(super) struct Search<'a> {
    /// The index to search.
    pub(super) searcher: &'a Searcher,
    /// What was counted of it to score hits.
    pub(super) statistics: &'a Counted,
    /// The columns of the searcher's segments.
    pub(super) keys: &'a [Keys],
    /// What to match.
    pub(super) query: &'a dyn Query,
    /// How to run it.
    pub(super) plan: Plan,
    /// The order of the hits.
    pub(super) ranking: Ranking,
    /// Whether the query has words to score.
    pub(super) scored: bool,
    /// The maximum number of hits.
    pub(super) limit: usize,
    /// Only the first sentence or quote of each article: hits stand for articles. Only with [`Plan::Visit`].
    pub(super) firsts: bool,
    /// Whether to count all hits, even where that takes longer.
    pub(super) exact: bool,
    /// Only hits after this place.
    pub(super) after: Option<After>,
    /// When to give up.
    pub(super) interrupt: &'a Interrupt,
}

/// A hit. Hits are compared by place alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// Its place in the order of hits.
    pub(super) place: Place,
    /// The segment of the index that holds it.
    pub(super) segment: u32,
    /// Its document in that segment.
    pub(super) doc: DocId,
    /// Its score; 0 without words to score.
    pub(super) score: f32,
}

impl PartialEq for Found {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place
    }
}

impl Eq for Found {}

impl PartialOrd for Found {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Found {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.place.cmp(&other.place)
    }
}

/// The hits of one page.
pub(super) struct Top {
    /// The hits, in order.
    pub(super) hits: Vec<Found>,
    /// Whether more follow.
    pub(super) more: bool,
    /// How many there are on all pages.
    pub(super) total: Total,
}

impl Top {
    /// Ends the page after this many hits.
    pub(super) fn end_after(&mut self, hits: usize) {
        self.more |= hits < self.hits.len();
        self.hits.truncate(hits);
    }
}

impl Search<'_> {
    /// Runs the query.
    pub(super) fn run(&self) -> Result<Top> {
        self.interrupt.check()?;
        let statistics = Statistics { searcher: self.searcher, counted: self.statistics };
        let scoring = match self.scored {
            true => EnableScoring::enabled_from_statistics_provider(&statistics, self.searcher),
            false => EnableScoring::disabled_from_searcher(self.searcher),
        };
        let weight = self.query.weight(scoring)?;
        // One more than asked tells whether another page follows.
        let mut best = Best::new(self.limit.saturating_add(1), self.after.map(|after| after.place));
        let mut prune = self.plan != Plan::Visit && self.ranking == Ranking::Hits(Order::Relevance);
        let words = if prune { self.occurrences(&statistics)? } else { Vec::new() };
        prune &= self.plan == Plan::Word || self.most(&words) > FEW;
        for (ord, reader) in self.searcher.segment_readers().iter().enumerate() {
            match prune {
                true => self.prune(&*weight, reader, ord as u32, &mut best)?,
                false => self.visit(&*weight, reader, ord as u32, &mut best)?,
            }
        }
        let total = match self.after {
            Some(After { total, .. }) => total,
            None if prune && best.is_full() => self.count(&words, &best)?,
            None => Total { count: best.seen, exact: true },
        };
        Ok(best.into_top(total))
    }

    /// How many documents have each word of the query.
    fn occurrences(&self, statistics: &Statistics<'_>) -> Result<Vec<u64>> {
        let mut words = Vec::new();
        self.query.query_terms(&mut |word, _| words.push(word.clone()));
        Ok(words.iter().map(|word| statistics.doc_freq(word)).collect::<tantivy::Result<_>>()?)
    }

    /// The most documents that can match, where so many have each word.
    fn most(&self, words: &[u64]) -> u64 {
        match self.plan {
            Plan::All => words.iter().copied().min().unwrap_or_default(),
            _ => words.iter().sum(),
        }
    }

    /// Visits only what may be among the best.
    fn prune(&self, weight: &dyn Weight, reader: &SegmentReader, segment: u32, best: &mut Best) -> Result<()> {
        let columns = &self.keys[segment as usize];
        let alive = reader.alive_bitset();
        let mut visited = 0;
        let mut interrupted = Ok(());
        let start = best.threshold();
        weight.for_each_pruning(start, reader, &mut |doc, score| {
            visited += 1;
            if visited % CHECK_EVERY == 0 && interrupted.is_ok() {
                interrupted = self.interrupt.check();
            }
            if interrupted.is_err() {
                return f32::INFINITY;
            }
            if alive.is_none_or(|alive| alive.is_alive(doc)) {
                best.seen += 1;
                let rank = rank_of_score(score);
                if best.may_take(rank) {
                    best.offer(Found { place: columns.place(rank, doc), segment, doc, score });
                }
            }
            best.threshold()
        })?;
        interrupted
    }

    /// Visits every match.
    fn visit(&self, weight: &dyn Weight, reader: &SegmentReader, segment: u32, best: &mut Best) -> Result<()> {
        let columns = &self.keys[segment as usize];
        let alive = reader.alive_bitset();
        let mut scorer = weight.scorer(reader, 1.0)?;
        let mut visited = 0;
        let mut doc = scorer.doc();
        while doc != TERMINATED {
            visited += 1;
            if visited % CHECK_EVERY == 0 {
                self.interrupt.check()?;
            }
            if alive.is_none_or(|alive| alive.is_alive(doc)) && (!self.firsts || columns.is_first(doc)) {
                best.seen += 1;
                let rank = match self.ranking {
                    Ranking::Hits(Order::Relevance) => rank_of_score(scorer.score()),
                    Ranking::Hits(Order::Newest) => store::date_key(columns.published.first(doc)),
                    Ranking::Hits(Order::Oldest) => columns.published.first(doc).map_or(u64::MAX, store::ordered),
                    Ranking::Listing(listing) => listing.rank(store::date_key(columns.moment(listing.by, doc))),
                };
                if best.may_take(rank) {
                    let score = if self.scored { scorer.score() } else { 0.0 };
                    let place = match self.ranking {
                        Ranking::Hits(_) => columns.place(rank, doc),
                        Ranking::Listing(listing) => listing.place(rank, columns.seq(doc)),
                    };
                    best.offer(Found { place, segment, doc, score });
                }
            }
            doc = scorer.advance();
        }
        Ok(())
    }

    /// Counts the matches: all when that costs nothing, else up to a limit. So many documents have each word.
    fn count(&self, words: &[u64], best: &Best) -> Result<Total> {
        if self.plan == Plan::Word {
            return Ok(Total { count: words.iter().sum(), exact: true });
        }
        let most = if self.exact { u64::MAX } else { COUNT_UP_TO };
        let least = if self.plan == Plan::Any { words.iter().copied().max().unwrap_or_default() } else { 0 };
        if best.seen.max(least) >= most {
            return Ok(AT_LEAST);
        }
        let readers = self.searcher.segment_readers();
        let weight = self.query.weight(EnableScoring::disabled_from_searcher(self.searcher))?;
        let mut count = 0;
        for reader in readers {
            let alive = reader.alive_bitset();
            let mut docs = weight.scorer(reader, 1.0)?;
            let mut doc = docs.doc();
            while doc != TERMINATED {
                count += u64::from(alive.is_none_or(|alive| alive.is_alive(doc)));
                if count >= most {
                    return Ok(AT_LEAST);
                }
                if count % u64::from(CHECK_EVERY) == 0 {
                    self.interrupt.check()?;
                }
                doc = docs.advance();
            }
        }
        Ok(Total { count, exact: true })
    }
}

/// Smaller for higher scores, in the lower 32 bits. Scores are never negative, so their bits sort as they do.
pub(super) fn rank_of_score(score: f32) -> u64 {
    u64::from(u32::MAX - score.max(0.0).to_bits())
}

/// The score that has this rank.
fn score_of_rank(rank: u64) -> f32 {
    f32::from_bits(u32::MAX - rank as u32)
}

/// The best hits so far, the worst of them on top.
pub(super) struct Best {
    limit: usize,
    after: Option<Place>,
    heap: BinaryHeap<Found>,
    /// How many matches were seen.
    pub(super) seen: u64,
}

impl Best {
    /// Keeps the best `limit` hits after a place. The last of them only tells whether more follow.
    pub(super) fn new(limit: usize, after: Option<Place>) -> Self {
        Self { limit, after, heap: BinaryHeap::new(), seen: 0 }
    }

    /// Whether there are as many hits as wanted.
    fn is_full(&self) -> bool {
        self.heap.len() == self.limit
    }

    /// Whether a hit of this rank can be on the page, ties aside.
    pub(super) fn may_take(&self, rank: u64) -> bool {
        self.after.is_none_or(|after| rank >= after.rank)
            && (!self.is_full() || self.heap.peek().is_none_or(|worst| rank <= worst.place.rank))
    }

    /// Takes a hit if it belongs on the page so far.
    pub(super) fn offer(&mut self, found: Found) {
        if self.after.is_some_and(|after| found.place <= after) {
            return;
        }
        if !self.is_full() {
            self.heap.push(found);
        } else if let Some(mut worst) = self.heap.peek_mut()
            && found < *worst
        {
            *worst = found;
        }
    }

    /// Scores up to this one need not be visited. Equal scores must be, because ties are broken by place.
    fn threshold(&self) -> f32 {
        match self.heap.peek() {
            Some(worst) if self.is_full() => score_of_rank(worst.place.rank).next_down(),
            _ => f32::MIN,
        }
    }

    /// The hits in order, without the extra one that only shows that more follow.
    pub(super) fn into_top(self, total: Total) -> Top {
        let mut hits = self.heap.into_sorted_vec();
        let more = hits.len() == self.limit;
        hits.truncate(self.limit - 1);
        Top { hits, more, total }
    }
}

/// The sequence number of the article that a hit belongs to.
pub(super) fn seq_of(place: Place) -> u64 {
    u64::MAX - place.tie
}
