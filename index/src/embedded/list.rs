//! Lists that the store itself keeps in order: articles by a moment, and mentions of an entity.
//!
//! A list without a filter walks a table of the store and stops when the page is full; the total is a counter. With a filter, the
//! index of sentences is the faster way to the same list, because it holds dates, outlets and labels: the first sentence of each
//! article stands for the article. If some article has no sentence, the list goes through the store instead, which is exact, too,
//! but slower.

use std::sync::Arc;

use tantivy::query::BooleanQuery;

use super::collect::{AT_LEAST, COUNT_UP_TO, Plan, Ranking, Search};
use super::listing::{Listing, Moment};
use super::page::{self, After, Place};
use super::predicate::Predicate;
use super::search::unknown;
use super::store::{self, Stored};
use super::view::View;
use crate::digest::query_hash;
use crate::query::{ArticleFilter, ArticleOrder, ArticleQuery, MentionQuery};
use crate::room::Room;
use crate::{ArticleHit, Interrupt, MentionHit, Page, Result, Total};

impl View {
    /// Articles, in the order of the query.
    pub(super) fn articles(&self, query: &ArticleQuery, interrupt: &Interrupt) -> Result<Page<ArticleHit>> {
        interrupt.check()?;
        let hash = query_hash(&("articles", &query.filter, query.order));
        let after = page::after(hash, &query.page)?;
        match query.filter != ArticleFilter::default() && self.lists_articles(interrupt)? {
            true => self.filtered_articles(query, hash, after, interrupt),
            false => self.stored_articles(query, hash, after, interrupt),
        }
    }

    /// Whether every article has a sentence, so that the index of sentences knows all articles.
    fn lists_articles(&self, interrupt: &Interrupt) -> Result<bool> {
        if let Some(&known) = self.lists_articles.get() {
            return Ok(known);
        }
        let mut articles = 0;
        for (keys, reader) in self.sentence_keys.iter().zip(self.searchers.sentences.segment_readers()) {
            interrupt.check()?;
            articles += reader.doc_ids_alive().filter(|&doc| keys.is_first(doc)).count() as u64;
        }
        let all = articles == self.store.count("articles")?;
        Ok(*self.lists_articles.get_or_init(|| all))
    }

    /// Finds and counts articles by their first sentences, of which the index knows all that filters and orders ask for.
    fn filtered_articles(
        &self,
        query: &ArticleQuery,
        hash: u64,
        after: Option<After>,
        interrupt: &Interrupt,
    ) -> Result<Page<ArticleHit>> {
        let listing = Listing::of(query.order);
        let filters = self.article_filters(&self.fields.sentences.common, &query.filter, interrupt)?;
        let search = Search {
            searcher: &self.searchers.sentences,
            statistics: &self.sentence_statistics,
            keys: &self.sentence_keys,
            query: &BooleanQuery::intersection(filters),
            plan: Plan::Visit,
            ranking: Ranking::Listing(listing),
            scored: false,
            limit: query.page.size.max(1),
            firsts: true,
            exact: true,
            after,
            interrupt,
        };
        let mut top = search.run()?;
        let mut room = Room::default();
        let mut hits = Vec::with_capacity(top.hits.len());
        for found in &top.hits {
            interrupt.check()?;
            if !room.is_left() {
                break;
            }
            let seq = listing.seq_of(found.place);
            let stored = self.store.article(seq)?.ok_or_else(|| unknown(seq))?;
            room.take(&stored.article);
            hits.push(self.hit(seq, stored)?);
        }
        top.end_after(hits.len());
        let next = self.next(hash, &top);
        Ok(Page { hits, next, total: top.total, seq: self.store.seq, facets: Vec::new() })
    }

    /// A hit for an article, with its counts.
    fn hit(&self, seq: u64, stored: Stored) -> Result<ArticleHit> {
        let Stored { article, sentences, entities, quotes, model, tier } = stored;
        let tier = match tier {
            Some(tier) => tier,
            None => self.store.analysis(seq)?.ok_or_else(|| unknown(seq))?.tier,
        };
        Ok(ArticleHit { article: Arc::new(article), sentences, entities, quotes, model, tier })
    }

    /// Reads articles as the store keeps them in order; to count those that pass a filter takes all of them.
    fn stored_articles(
        &self,
        query: &ArticleQuery,
        hash: u64,
        after: Option<After>,
        interrupt: &Interrupt,
    ) -> Result<Page<ArticleHit>> {
        let listing = Listing::of(query.order);
        let mentioning = self.mentioning(&query.filter, interrupt)?;
        let filter = Predicate::of(&self.store, &query.filter, mentioning)?;
        let known = match query.filter == ArticleFilter::default() {
            true => Some(Total { count: self.store.count("articles")?, exact: true }),
            false => after.map(|after| after.total),
        };
        let after = after.map(|after| after.place);
        let mut found = Found::new(query.page.size);
        // What is too new or too old can be passed over where articles come by date.
        let dated = query.order == ArticleOrder::NewestPublished;
        let start = if dated { filter.newest() } else { 0 };
        for entry in self.store.listed(listing, after, start)? {
            interrupt.check()?;
            let (key, seq) = entry?;
            if dated && filter.is_past(key) {
                break;
            }
            let place = listing.place(listing.rank(key), seq);
            let date = (listing.by == Moment::Published).then_some(key);
            if after.is_some_and(|after| place <= after) || !filter.passes(&self.store, seq, date)? {
                continue;
            }
            found.count += 1;
            found.more |= !found.room.is_left();
            if found.more && known.is_some() {
                break;
            }
            found.offer(place, |room| {
                let stored = self.store.article(seq)?.ok_or_else(|| unknown(seq))?;
                room.take(&stored.article);
                self.hit(seq, stored)
            })?;
        }
        let total = known.unwrap_or(Total { count: found.count, exact: true });
        Ok(found.into_page(self, hash, total))
    }

    /// Where an entity is mentioned.
    pub(super) fn mentions(&self, query: &MentionQuery, interrupt: &Interrupt) -> Result<Page<MentionHit>> {
        interrupt.check()?;
        let hash = query_hash(&("mentions", &query.entity, &query.forms, &query.filter));
        let after = page::after(hash, &query.page)?;
        let mentioning = self.mentioning(&query.filter, interrupt)?;
        let filter = Predicate::of(&self.store, &query.filter, mentioning)?;
        let known = match query.forms.is_empty() && query.filter == ArticleFilter::default() {
            true => {
                let entity = self.store.entity(&query.entity)?;
                Some(Total { count: entity.map_or(0, |entity| entity.mentions), exact: true })
            }
            false => after.map(|after| after.total),
        };
        let after = after.map(|after| after.place);
        let mut found = Found::new(query.page.size);
        let mut total = None;
        let newest = (filter.newest(), 0);
        let start = after.map_or(newest, |after| newest.max((after.rank, after.tie)));
        for entry in self.store.mentioning(&query.entity, start)? {
            interrupt.check()?;
            let (date, seq, mentions) = entry?;
            if filter.is_past(date) || (found.more && known.is_some()) {
                break;
            }
            if !filter.passes(&self.store, seq, Some(date))? {
                continue;
            }
            if found.more && query.forms.is_empty() {
                // Only counting is left, and the store keeps the count.
                found.count += u64::from(mentions);
                continue;
            }
            let article = Arc::new(self.store.indexed(seq)?);
            let left = found.room.is_left();
            found.room.take_analyzed(&article);
            for index in query.places_in(&article) {
                let place = Place { rank: date, tie: store::newest_key(seq), ordinal: index };
                if after.is_some_and(|after| place <= after) {
                    continue;
                }
                found.count += 1;
                found.more |= !left;
                let hit =
                    |_: &mut Room| Ok(MentionHit { article: article.clone(), entity: query.entity.clone(), index });
                found.offer(place, hit)?;
            }
            // The forms are told by the analyses alone, so that counting on would mean reading them all.
            if found.more && !query.forms.is_empty() && found.count >= COUNT_UP_TO {
                total = Some(AT_LEAST);
                break;
            }
        }
        let total = known.or(total).unwrap_or(Total { count: found.count, exact: true });
        Ok(found.into_page(self, hash, total))
    }
}

/// What was found of a page so far.
struct Found<T> {
    size: usize,
    room: Room,
    hits: Vec<T>,
    last: Option<Place>,
    /// Whether there are hits that do not fit on the page.
    more: bool,
    /// How many hits were seen.
    count: u64,
}

impl<T> Found<T> {
    /// An empty page of this size.
    fn new(size: usize) -> Self {
        Self { size: size.max(1), room: Room::default(), hits: Vec::new(), last: None, more: false, count: 0 }
    }

    /// Adds a hit if the page has room for it.
    fn offer(&mut self, place: Place, hit: impl FnOnce(&mut Room) -> Result<T>) -> Result<()> {
        if self.more || self.hits.len() == self.size {
            self.more = true;
            return Ok(());
        }
        self.hits.push(hit(&mut self.room)?);
        self.last = Some(place);
        Ok(())
    }

    /// The page, with a key if more hits follow.
    fn into_page(self, view: &View, hash: u64, total: Total) -> Page<T> {
        let last = self.last.filter(|_| self.more);
        let next = last.map(|place| page::key(hash, view.id, After { place, total }));
        Page { hits: self.hits, next, total, seq: view.store.seq, facets: Vec::new() }
    }
}
