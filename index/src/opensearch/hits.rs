//! Searches for sentences and quotes, and the hits that are made of what was found.
//!
//! The cluster says which blocks match, and in which order. Their text, highlights and analysis are made here, from the
//! records of the article, by the code that makes them for the embedded engine. So a hit looks the same on both.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use sayso_document::{Sentence, Span};
use serde_json::{Value, json};

use super::OpenSearch;
use super::compile::{Blocks, Compiler, all_of};
use super::filter;
use super::head;
use super::named::{Bearing, Names};
use super::page::After;
use super::pages::Read;
use super::search::{Search, Top};
use super::view::View;
use crate::digest::query_hash;
use crate::highlight::Highlighters;
use crate::query::{ArticleFilter, Expr, FacetQuery, Order, PageRequest, QuoteQuery, SentenceQuery};
use crate::record;
use crate::room::Room;
use crate::words::role_of;
use crate::{AnalyzedArticle, Article, Error, ErrorKind, Interrupt, Page, QuoteHit, Result, SentenceHit};

/// What all pages of a query have in common.
const START: PageRequest = PageRequest { size: 0, after: None };

/// A query for blocks, whichever they are.
struct Asked<'q> {
    /// What page keys know the query by.
    hash: u64,
    /// The kind of its hits.
    blocks: Blocks,
    /// The words and conditions.
    expr: &'q Expr,
    /// What the articles of hits must pass.
    filter: &'q ArticleFilter,
    /// The order of hits.
    order: Order,
    /// What to count the hits by.
    facets: &'q [FacetQuery],
    /// Which page.
    page: &'q PageRequest,
    /// Fields of documents that hits are made from.
    source: &'static [&'static str],
    /// Fields of blocks that hits are made from.
    columns: &'static [&'static str],
}

impl OpenSearch {
    /// Sentences that match.
    pub(super) fn find_sentences(&self, query: &SentenceQuery, interrupt: &Interrupt) -> Result<Page<SentenceHit>> {
        let asked = Asked {
            hash: query_hash(&("sentences", SentenceQuery { page: START, ..query.clone() })),
            blocks: Blocks::Sentences,
            expr: &query.expr,
            filter: &query.filter,
            order: query.order,
            facets: &query.facets,
            page: &query.page,
            source: &["article"],
            columns: &["start", "len", "paragraph", "role"],
        };
        self.find(
            &asked,
            interrupt,
            |names| filter::sentences(query, names),
            |top| sentence_hits(top, &query.expr, interrupt),
        )
    }

    /// Quotes that match.
    pub(super) fn find_quotes(&self, query: &QuoteQuery, interrupt: &Interrupt) -> Result<Page<QuoteHit>> {
        let asked = Asked {
            hash: query_hash(&("quotes", QuoteQuery { page: START, ..query.clone() })),
            blocks: Blocks::Quotes,
            expr: &query.expr,
            filter: &query.filter,
            order: query.order,
            facets: &query.facets,
            page: &query.page,
            source: &["article", "analysis"],
            columns: &[],
        };
        self.find(
            &asked,
            interrupt,
            |names| filter::quotes(query, names),
            |top| quote_hits(top, &query.expr, interrupt),
        )
    }

    /// Finds a page of blocks. `filters` are theirs; `hits` makes hits of what was found, fewer if their articles would
    /// take too much memory.
    fn find<T>(
        &self,
        asked: &Asked<'_>,
        interrupt: &Interrupt,
        filters: impl FnOnce(&Names<'_>) -> Result<Vec<Value>>,
        hits: impl FnOnce(&Top) -> Result<Vec<T>>,
    ) -> Result<Page<T>> {
        self.page(asked.hash, asked.page, interrupt, |view, after| {
            let mut top = Self::find_in(view, asked, after, filters)?;
            let hits = hits(&top)?;
            top.more |= hits.len() < top.hits.len();
            top.hits.truncate(hits.len());
            let more = top.hits.last().filter(|_| top.more).map(|found| found.place);
            Ok(Read { hits, more, total: top.total, seq: top.seq, facets: top.facets })
        })
    }

    /// Finds the blocks of a page in one state.
    fn find_in(
        view: &View<'_>,
        asked: &Asked<'_>,
        after: Option<&After>,
        filters: impl FnOnce(&Names<'_>) -> Result<Vec<Value>>,
    ) -> Result<Top> {
        let names = Names { view };
        let compiler = Compiler { blocks: asked.blocks, names: &|name| names.ids_named(name, Bearing::Name) };
        let compiled = compiler.compile(asked.expr)?;
        let filters = filters(&names)?;
        let scored = asked.expr.has_words();
        let query = match scored {
            true => json!({ "bool": { "must": [compiled], "filter": filters } }),
            false => all_of([vec![compiled], filters].concat()),
        };
        let search = Search {
            blocks: asked.blocks,
            query,
            articles: filter::articles(asked.filter, &names)?,
            order: asked.order.used(scored),
            scored,
            limit: asked.page.size.max(1),
            source: asked.source,
            columns: asked.columns,
            facets: asked.facets,
            after,
        };
        search.run(view)
    }
}

/// The sentences that were found.
fn sentence_hits(top: &Top, expr: &Expr, interrupt: &Interrupt) -> Result<Vec<SentenceHit>> {
    let highlighters = Highlighters::new(expr);
    let mut articles: HashMap<usize, (Vec<u8>, Arc<Article>)> = HashMap::new();
    let mut room = Room::default();
    let mut hits = Vec::with_capacity(top.hits.len());
    for found in &top.hits {
        interrupt.check()?;
        if !room.is_left() {
            break;
        }
        let field = |name: &str| found.number(&Blocks::Sentences.field(name)).map(|number| number as usize);
        let start = field("start")?;
        let span = Span::new(start, start + field("len")?);
        let role = role_of(found.word(&Blocks::Sentences.field("role"))?).ok_or_else(|| unfit(found.place.seq))?;
        let sentence = Sentence { span, paragraph: field("paragraph")? as u32, role };
        let (bytes, article) = match articles.entry(found.document) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let bytes = head::bytes(&top.documents[found.document]["_source"], "article")?;
                let article = Arc::new(record::decode_article(&bytes)?.to_article_without_body());
                unknown.insert((bytes, article))
            }
        };
        let record = record::decode_article(bytes)?;
        let text = record.part(span).ok_or_else(|| unfit(found.place.seq))?.to_owned();
        room.take_text(&text);
        let place = |span: Span| Span::new(span.start() + start, span.end() + start);
        let highlights = highlighters.text.spans_of(&text, interrupt)?.into_iter().map(place).collect();
        let title_highlights = highlighters.title.spans_of(&article.title, interrupt)?;
        let (article, index, before) = (article.clone(), found.place.ordinal, record.before(start));
        let score = found.score;
        hits.push(SentenceHit { article, index, sentence, text, before, highlights, title_highlights, score });
    }
    Ok(hits)
}

/// The quotes that were found.
fn quote_hits(top: &Top, expr: &Expr, interrupt: &Interrupt) -> Result<Vec<QuoteHit>> {
    let highlighters = Highlighters::new(expr);
    let mut articles: HashMap<usize, Arc<AnalyzedArticle>> = HashMap::new();
    let mut room = Room::default();
    let mut hits = Vec::with_capacity(top.hits.len());
    for found in &top.hits {
        interrupt.check()?;
        let article = match articles.entry(found.document) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(_) if !room.is_left() => break,
            Entry::Vacant(unknown) => {
                let quoted = head::quoted(&top.documents[found.document]["_source"])?;
                room.take_analyzed(&quoted);
                unknown.insert(Arc::new(quoted)).clone()
            }
        };
        let index = found.place.ordinal;
        let quote = article.analysis.quotes.get(index as usize).ok_or_else(|| unfit(found.place.seq))?;
        let mut highlights = Vec::new();
        for &span in &quote.content {
            highlights.extend(highlighters.text.spans(&article.article.body, span, interrupt)?);
        }
        let title_highlights = highlighters.title.spans_of(&article.article.title, interrupt)?;
        hits.push(QuoteHit { article, index, highlights, title_highlights, score: found.score });
    }
    Ok(hits)
}

/// The error for a document whose blocks do not fit its records.
fn unfit(seq: u64) -> Error {
    Error::new(ErrorKind::Corrupt, format!("the blocks of a document do not fit the article of change {seq}"))
}
