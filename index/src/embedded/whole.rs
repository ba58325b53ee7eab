//! Search for articles by what all their sentences and their headline say together.
//!
//! The index has a document for each sentence, and those of an article stand side by side. So the matches of each condition are
//! walked forwards together, an article at a time (`walk`), and the query is decided on how many of its sentences meet each
//! condition (`crate::whole`).
//!
//! An article is scored as BM25 scores a document (Robertson and Zaragoza, 2009): a word counts as often as it stands in the
//! sentences, any other condition as often as sentences meet it, and the headline as often as three of them. To
//! that comes a share of what the best single sentence meets, so that words that stand together count more.
//! How many articles meet a condition is counted in the view, so deleted articles have no say.

mod tree;
mod walk;

use std::ops::Range;
use std::sync::Arc;

use tantivy::DocId;
use tantivy::query::{BooleanQuery, Query};

use self::tree::Tree;
use self::walk::{Walk, Wanted};
use super::collect::{Best, Found, rank_of_score, seq_of};
use super::compile::Compiler;
use super::facet::Facets;
use super::page;
use super::search::{sentence_of, unknown};
use super::store;
use super::view::View;
use crate::digest::query_hash;
use crate::highlight::Highlighter;
use crate::query::{ArticleSearch, Field, Order, PageRequest};
use crate::record::ArticleRecord;
use crate::room::Room;
use crate::whole::{Meeting, Plan, Search, Statistics, explained, matched_sentence};
use crate::{ArticleMatch, Error, ErrorKind, Interrupt, MatchedSentence, Page, Result, Total};

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
        let hash = query_hash(&("whole", ArticleSearch { page: start, ..query.clone() }));
        let after = page::after(hash, &query.page)?;
        let filters = self.article_filters(&self.fields.sentences.common, &query.filter, interrupt)?;
        let filter = (!filters.is_empty()).then(|| BooleanQuery::intersection(filters));
        let filter = filter.as_ref().map(|filter| filter as &dyn Query);
        let tree = Tree::new(Compiler::sentences(self, interrupt), Plan::of(&query.expr), filter)?;
        let statistics = self.statistics(&tree, interrupt)?;
        let search = Search { query, plan: &tree.plan, statistics, scored: query.expr.has_words() };
        let search = (&search, &tree);
        let mut best = Best::new(query.page.size.max(1).saturating_add(1), after.map(|after| after.place));
        let mut facets = match after {
            None => Facets::new(self.counted_sentences(), &query.facets, interrupt)?,
            Some(_) => Facets::new(self.counted_sentences(), &[], interrupt)?,
        };
        self.visit(search, &mut best, &mut facets, interrupt)?;
        let total = after.map_or(Total { count: best.seen, exact: true }, |after| after.total);
        let mut top = best.into_top(total);
        let hits = self.article_matches(search, &top.hits, interrupt)?;
        top.end_after(hits.len());
        let next = self.next(hash, &top);
        Ok(Page { hits, next, total, seq: self.store.seq, facets: facets.finish(self)? })
    }

    /// Counts the articles that meet each condition that scores.
    fn statistics(&self, tree: &Tree, interrupt: &Interrupt) -> Result<Statistics> {
        let mut having = vec![0; tree.leaves.len()];
        for (number, leaf) in tree.plan.conditions.iter().enumerate().filter(|(_, leaf)| leaf.scored) {
            let known = &self.sentence_statistics;
            having[number] = known.articles(&leaf.name, || self.having(tree, number, interrupt))?;
        }
        let articles = self.store.count("articles")?;
        let bytes = self.sentence_statistics.bytes(|| self.bytes());
        Ok(Statistics { articles, bytes, having })
    }

    /// The bytes of all texts, each up to the end of its last sentence.
    fn bytes(&self) -> u64 {
        let mut bytes = 0;
        for (reader, places) in self.searchers.sentences.segment_readers().iter().zip(&self.sentence_places) {
            let mut doc = 0;
            while doc < reader.max_doc() {
                let next = (doc + places.siblings(doc).max(1)).min(reader.max_doc());
                if reader.alive_bitset().is_none_or(|alive| alive.is_alive(doc)) {
                    bytes += places.end(next - 1);
                }
                doc = next;
            }
        }
        bytes
    }

    /// How many articles meet a condition.
    fn having(&self, tree: &Tree, number: usize, interrupt: &Interrupt) -> Result<u64> {
        let mut having = 0;
        for segment in 0..self.sentence_keys.len() {
            let mut walk = Walk::new(self, segment, tree, Wanted::One(number))?;
            while walk.next(interrupt)?.is_some() {
                having += 1;
            }
        }
        Ok(having)
    }

    /// Visits every article that matches.
    fn visit(
        &self,
        (search, tree): Searched<'_>,
        best: &mut Best,
        facets: &mut Facets<'_>,
        interrupt: &Interrupt,
    ) -> Result<()> {
        let mut meeting = Meeting::default();
        for (segment, keys) in self.sentence_keys.iter().enumerate() {
            facets.begin(segment)?;
            let mut walk = Walk::new(self, segment, tree, Wanted::All)?;
            while let Some(docs) = walk.next(interrupt)? {
                if !walk.passes(&docs) {
                    continue;
                }
                meet(search, &mut walk, &docs, &mut meeting);
                let published = keys.published.first(docs.start);
                let Some(score) = search.score(&meeting, published) else { continue };
                best.seen += 1;
                let rank = match search.query.order.used(search.scored) {
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
        (search, tree): Searched<'_>,
        found: &[Found],
        interrupt: &Interrupt,
    ) -> Result<Vec<ArticleMatch>> {
        let text = Highlighter::new(&search.query.expr, &[Field::Text]);
        let title = Highlighter::new(&search.query.expr, &[Field::Text, Field::Title]);
        let meetings = self.meetings((search, tree), found, interrupt)?;
        let mut room = Room::default();
        let mut hits = Vec::with_capacity(found.len());
        for (hit, meeting) in found.iter().zip(&meetings) {
            interrupt.check()?;
            if !room.is_left() {
                break;
            }
            let seq = seq_of(hit.place);
            let segment = hit.segment as usize;
            let read = self.store.read(seq, |record| {
                let told = self.best_sentences(search, (segment, hit.doc), meeting, (record, &text), interrupt)?;
                Ok((Arc::new(record.to_article_without_body()), told))
            });
            let (article, (sentences, others)) = read?.ok_or_else(|| unknown(seq))?;
            sentences.iter().for_each(|sentence| room.take_text(&sentence.text));
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
    fn meetings(&self, (search, tree): Searched<'_>, found: &[Found], interrupt: &Interrupt) -> Result<Vec<Meeting>> {
        let mut forwards: Vec<usize> = (0..found.len()).collect();
        forwards.sort_by_key(|&hit| (found[hit].segment, found[hit].doc));
        let mut meetings: Vec<Meeting> = found.iter().map(|_| Meeting::default()).collect();
        for hits in forwards.chunk_by(|&a, &b| found[a].segment == found[b].segment) {
            let segment = found[hits[0]].segment as usize;
            let mut walk = Walk::new(self, segment, tree, Wanted::All)?;
            for &hit in hits {
                interrupt.check()?;
                let first = found[hit].doc;
                let docs = first..first + self.sentence_places[segment].siblings(first);
                meet(search, &mut walk, &docs, &mut meetings[hit]);
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
        (record, highlighter): (&ArticleRecord<'_>, &Highlighter),
        interrupt: &Interrupt,
    ) -> Result<(Vec<MatchedSentence>, u32)> {
        let (met, others) = meeting.best(search.query.sentences);
        let told = met.into_iter().map(|place| {
            let sentence = sentence_of(&self.sentence_places[segment], first + place as u32);
            matched_sentence(record, (place, sentence, meeting.each[place]), highlighter, interrupt)
        });
        Ok((told.collect::<Result<_>>()?, others))
    }
}

/// A search, and what the index has for its conditions.
type Searched<'a> = (&'a Search<'a>, &'a Tree);

/// Finds out how an article meets the conditions.
fn meet(search: &Search<'_>, walk: &mut Walk<'_>, docs: &Range<DocId>, meeting: &mut Meeting) {
    let conditions = search.plan.conditions.len();
    meeting.begin(conditions, docs.len(), walk.length(docs));
    for number in 0..conditions {
        meeting.whole[number] = walk.meets_as_whole(number, docs);
        walk.each(number, docs, |doc, often| search.note(meeting, number, ((doc - docs.start) as usize, often)));
    }
}
