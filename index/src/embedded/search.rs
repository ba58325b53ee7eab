//! Search for sentences and quotes: compiles the query, collects one page, and reads the hits' texts from the store.
//!
//! A hit in the index is a document number with a place (`Place`): rank, article and position in it. The article's sequence number
//! leads to its record in the view's snapshot, which is read once for all hits of a page. A page of many long articles ends
//! early, so that it takes a bounded amount of memory (`Room`).
//!
//! A document that does not fit its article is damage, not a hit: the index and the store of one view are always at the same
//! sequence number.

use std::collections::HashMap;
use std::sync::Arc;

use sayso_document::{Sentence, Span};
use tantivy::columnar::Column;

use super::ahead::Ahead;
use super::collect::{Found, Ranking, Search, Top, seq_of};
use super::columns::Places;
use super::compile::Compiler;
use super::facet::Counted;
use super::page::{self, After};
use super::schema::ROLES;
use super::view::View;
use crate::digest::query_hash;
use crate::highlight::Highlighters;
use crate::query::{FacetQuery, PageRequest, QuoteQuery, SentenceQuery};
use crate::room::Room;
use crate::{
    AnalyzedArticle, Article, Error, ErrorKind, Facet, Interrupt, Page, PageKey, QuoteHit, Result, SentenceHit, Total,
};

/// What all pages of a query have in common.
const START: PageRequest = PageRequest { size: 0, after: None };

impl View {
    /// Sentences that match.
    pub(super) fn sentences(&self, query: &SentenceQuery, interrupt: &Interrupt) -> Result<Page<SentenceHit>> {
        interrupt.check()?;
        let hash = query_hash(&("sentences", SentenceQuery { page: START, ..query.clone() }));
        let filters = self.sentence_filters(query, interrupt)?;
        let compiled = Compiler::sentences(self, interrupt).compile(&query.expr)?.filtered(filters);
        let scored = query.expr.has_words();
        let search = Search {
            searcher: &self.searchers.sentences,
            statistics: &self.sentence_statistics,
            keys: &self.sentence_keys,
            query: &*compiled.query,
            plan: compiled.plan,
            ranking: Ranking::Hits(query.order.used(scored)),
            scored,
            limit: query.page.size.max(1),
            firsts: false,
            exact: query.exact_total && query.facets.is_empty(),
            after: page::after(hash, &query.page)?,
            interrupt,
        };
        let mut top = self.top(hash, &search)?;
        let facets = self.facets(self.counted_sentences(), &search, &query.facets, &mut top)?;
        let hits = self.sentence_hits(&top.hits, &Highlighters::new(&query.expr), interrupt)?;
        top.end_after(hits.len());
        let next = self.next(hash, &top);
        Ok(Page { hits, next, total: top.total, seq: self.store.seq, facets })
    }

    /// The hits of the page. Whoever turned to it will turn to the next ones, which are found together.
    fn top(&self, hash: u64, search: &Search<'_>) -> Result<Top> {
        let Some(after) = search.after else { return search.run() };
        if let Some(top) = self.ahead.page(self.id, hash, after, search.limit) {
            return Ok(top);
        }
        let mut top = Search { limit: Ahead::wide(search.limit), ..*search }.run()?;
        self.ahead.keep(self.id, hash, after.place, &top);
        top.end_after(search.limit);
        Ok(top)
    }

    /// The counts of the first page, which also tell how many hits there are.
    fn facets(
        &self,
        index: Counted<'_>,
        search: &Search<'_>,
        asked: &[FacetQuery],
        top: &mut Top,
    ) -> Result<Vec<Facet>> {
        if asked.is_empty() || search.after.is_some() {
            return Ok(Vec::new());
        }
        let (facets, count) = self.count_by(index, search.query, asked, search.interrupt)?;
        top.total = Total { count, exact: true };
        Ok(facets)
    }

    /// The sentences behind the documents that were found. Fewer if their texts would take too much memory.
    fn sentence_hits(
        &self,
        found: &[Found],
        highlighters: &Highlighters,
        interrupt: &Interrupt,
    ) -> Result<Vec<SentenceHit>> {
        let mut articles: HashMap<u64, Arc<Article>> = HashMap::new();
        let mut room = Room::default();
        let mut hits = Vec::with_capacity(found.len());
        for hit in found {
            interrupt.check()?;
            if !room.is_left() {
                break;
            }
            let seq = seq_of(hit.place);
            let sentence = sentence_of(&self.sentence_places[hit.segment as usize], hit.doc);
            let read = self.store.read(seq, |record| {
                let article = articles.entry(seq).or_insert_with(|| Arc::new(record.to_article_without_body()));
                let text = record.part(sentence.span).ok_or_else(|| unknown(seq))?;
                Ok((article.clone(), text.to_owned(), record.before(sentence.span.start())))
            });
            let (article, text, before) = read?.ok_or_else(|| unknown(seq))?;
            room.take_text(&text);
            let start = sentence.span.start();
            let place = |span: Span| Span::new(span.start() + start, span.end() + start);
            let highlights = highlighters.text.spans_of(&text, interrupt)?.into_iter().map(place).collect();
            let title_highlights = highlighters.title.spans_of(&article.title, interrupt)?;
            let (index, score) = (hit.place.ordinal, hit.score);
            hits.push(SentenceHit { article, index, sentence, text, before, highlights, title_highlights, score });
        }
        Ok(hits)
    }

    /// Quotes that match.
    pub(super) fn quotes(&self, query: &QuoteQuery, interrupt: &Interrupt) -> Result<Page<QuoteHit>> {
        interrupt.check()?;
        let hash = query_hash(&("quotes", QuoteQuery { page: START, ..query.clone() }));
        let filters = self.quote_filters(query, interrupt)?;
        let compiled = Compiler::quotes(self, interrupt).compile(&query.expr)?.filtered(filters);
        let scored = query.expr.has_words();
        let search = Search {
            searcher: &self.searchers.quotes,
            statistics: &self.quote_statistics,
            keys: &self.quote_keys,
            query: &*compiled.query,
            plan: compiled.plan,
            ranking: Ranking::Hits(query.order.used(scored)),
            scored,
            limit: query.page.size.max(1),
            firsts: false,
            exact: query.exact_total && query.facets.is_empty(),
            after: page::after(hash, &query.page)?,
            interrupt,
        };
        let mut top = self.top(hash, &search)?;
        let facets = self.facets(self.counted_quotes(), &search, &query.facets, &mut top)?;
        let hits = self.quote_hits(&top.hits, &Highlighters::new(&query.expr), interrupt)?;
        top.end_after(hits.len());
        let next = self.next(hash, &top);
        Ok(Page { hits, next, total: top.total, seq: self.store.seq, facets })
    }

    /// The key of the page after these hits, if there are more.
    pub(super) fn next(&self, query: u64, top: &Top) -> Option<PageKey> {
        let last = top.hits.last().filter(|_| top.more)?;
        Some(page::key(query, self.id, After { place: last.place, total: top.total }))
    }

    /// The quotes behind the documents that were found. Fewer if their articles would take too much memory.
    fn quote_hits(&self, found: &[Found], highlighters: &Highlighters, interrupt: &Interrupt) -> Result<Vec<QuoteHit>> {
        let mut articles: HashMap<u64, Arc<AnalyzedArticle>> = HashMap::new();
        let mut room = Room::default();
        let mut hits = Vec::with_capacity(found.len());
        for hit in found {
            interrupt.check()?;
            let seq = seq_of(hit.place);
            let article = match articles.get(&seq) {
                Some(article) => article.clone(),
                None if !room.is_left() => break,
                None => {
                    let stored = self.store.quoted(seq)?;
                    room.take_analyzed(&stored);
                    articles.entry(seq).or_insert(Arc::new(stored)).clone()
                }
            };
            let index = hit.place.ordinal;
            let quote = article.analysis.quotes.get(index as usize).ok_or_else(|| unknown(seq))?;
            let mut highlights = Vec::new();
            for &span in &quote.content {
                highlights.extend(highlighters.text.spans(&article.article.body, span, interrupt)?);
            }
            let title_highlights = highlighters.title.spans_of(&article.article.title, interrupt)?;
            hits.push(QuoteHit { article, index, highlights, title_highlights, score: hit.score });
        }
        Ok(hits)
    }
}

/// The sentence that a document of the index represents, without reading its article.
pub(super) fn sentence_of(places: &Places, doc: u32) -> Sentence {
    let number = |column: &Column<u64>| column.first(doc).unwrap_or_default() as usize;
    let start = number(&places.start);
    let span = Span::new(start, start + number(&places.len));
    let role = ROLES.get(number(&places.role)).copied().unwrap_or(ROLES[0]);
    Sentence { span, paragraph: number(&places.paragraph) as u32, role }
}

/// The error for an index and a store that contradict each other.
pub(super) fn unknown(seq: u64) -> Error {
    Error::new(ErrorKind::Corrupt, format!("the index does not fit the article of change {seq}"))
}
