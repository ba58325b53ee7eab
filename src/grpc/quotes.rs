//! `QuoteService`.

use std::sync::Arc;

use sayso_index::{
    AnalyzedArticle, Interrupt,
    query::QuoteQuery,
    similar::{self, Telling},
    why,
};
use tonic::{Request, Response, Status};

use super::{
    core::{Core, encoding, is_short, mask},
    many::{self, Exported},
    nothing::no_hits,
    status,
};
use crate::{
    config::Limits,
    convert::{self, CONTEXT_SENTENCES, Fault, Hit, Offsets, OffsetsOfPage, Replies, Shape},
    proto::{
        self, BatchSearchQuotesRequest, BatchSearchQuotesResponse, BatchSearchQuotesResult, ExportQuotesRequest,
        ExportQuotesResponse, GetQuoteRequest, GetQuoteResponse, ListSimilarQuotesRequest, ListSimilarQuotesResponse,
        OffsetEncoding, SearchQuotesRequest, SearchQuotesResponse, batch_search_quotes_result::Result as Outcome,
        quote_service_server::QuoteService,
    },
};

/// Finds quotes.
pub(super) struct Quotes(pub(super) Arc<Core>);

#[tonic::async_trait]
impl QuoteService for Quotes {
    type ExportQuotesStream = Exported<ExportQuotesResponse>;

    async fn search_quotes(
        &self,
        request: Request<SearchQuotesRequest>,
    ) -> Result<Response<SearchQuotesResponse>, Status> {
        let (_, extensions, message) = request.into_parts();
        let is_short = is_short(&message.query, message.page_size) && message.facets.is_empty();
        let work = move |core: &Core, interrupt: &Interrupt| quotes(core, &message, &core.config.limits, interrupt);
        self.0.answer_at_once(is_short, &extensions, work).await
    }

    async fn batch_search_quotes(
        &self,
        request: Request<BatchSearchQuotesRequest>,
    ) -> Result<Response<BatchSearchQuotesResponse>, Status> {
        let (_, extensions, message) = request.into_parts();
        many::charge(&extensions, message.requests.len());
        let work = move |core: &Core, interrupt: &Interrupt| {
            let results = many::batch(core, &message.requests, interrupt, quotes, |answered| {
                let result = Some(answered.map_or_else(Outcome::Error, Outcome::Response));
                BatchSearchQuotesResult { result }
            })?;
            Ok(BatchSearchQuotesResponse { results })
        };
        self.0.answer(&extensions, work).await
    }

    async fn export_quotes(
        &self,
        request: Request<ExportQuotesRequest>,
    ) -> Result<Response<Self::ExportQuotesStream>, Status> {
        let (_, extensions, message) = request.into_parts();
        let mut search = message.search.ok_or_else(|| status::fault(Fault::missing("search")))?;
        search.page_size = many::export_size(search.page_size, &self.0.config.limits);
        search.facets.clear();
        let first = search.page_token.clone();
        let page = move |core: &Core, page_token: String, interrupt: &Interrupt| {
            let asked = SearchQuotesRequest { page_token, ..search.clone() };
            let Replies { hits, next_page_token: resume_token, total, .. } =
                replies(core, &asked, quote_query(core, &asked)?, &core.config.limits, interrupt)?;
            Ok((ExportQuotesResponse { hits, resume_token: resume_token.clone(), total }, resume_token))
        };
        Ok(Response::new(many::export(Arc::clone(&self.0), &extensions, first, page)))
    }

    async fn list_similar_quotes(
        &self,
        request: Request<ListSimilarQuotesRequest>,
    ) -> Result<Response<ListSimilarQuotesResponse>, Status> {
        let (_, extensions, message) = request.into_parts();
        let work = move |core: &Core, interrupt: &Interrupt| similar_quotes(core, &message, interrupt);
        self.0.answer(&extensions, work).await
    }

    async fn get_quote(&self, request: Request<GetQuoteRequest>) -> Result<Response<GetQuoteResponse>, Status> {
        let (_, extensions, message) = request.into_parts();
        let encoding = encoding(message.offset_encoding)?;
        let around = message.context_sentences.unwrap_or(1);
        let around = usize::try_from(around).ok().filter(|around| *around <= CONTEXT_SENTENCES).ok_or_else(|| {
            let said = format!("{around} is not from 0 to {CONTEXT_SENTENCES}, which is the limit context_sentences");
            status::fault(Fault::too_much("context_sentences", "context_sentences", CONTEXT_SENTENCES, said))
        })?;
        let mask = mask(message.read_mask.as_ref(), "GetQuoteResponse")?;
        let place = convert::quote_place(&message.id).map_err(status::fault)?;
        let work = move |core: &Core, _: &Interrupt| {
            let found = core.engine.article(&place.article).map_err(status::engine)?;
            let reply = found.and_then(|article| Some(in_context(&article, place.find(&article)?, around, encoding)));
            reply.map(|reply| mask.apply(reply)).ok_or_else(|| status::not_found("Quote", &message.id))
        };
        self.0.read(&extensions, work).await
    }
}

/// What a request asks, with synonyms.
fn quote_query(core: &Core, message: &SearchQuotesRequest) -> Result<QuoteQuery, Status> {
    let mut query = convert::quote_query(message, convert::now(message), &core.config.limits).map_err(status::fault)?;
    query.expr = core.with_synonyms(query.expr)?;
    Ok(query)
}

/// A page of quotes.
fn replies(
    core: &Core,
    message: &SearchQuotesRequest,
    mut query: QuoteQuery,
    limits: &Limits,
    interrupt: &Interrupt,
) -> Result<Replies<proto::QuoteHit>, Status> {
    let encoding = encoding(message.offset_encoding)?;
    let mask = mask(message.read_mask.as_ref(), "QuoteHit")?;
    let fragment = convert::fragment_characters(message.fragment_characters).map_err(status::fault)?;
    let (first, shape) = ((query.page.clone(), convert::now(message)), Shape { encoding, fragment });
    let page = convert::page(message, first, (shape, &mask), limits, interrupt, |page| {
        query.page = page;
        core.engine.quotes(&query, interrupt)
    });
    page.map_err(|error| core.unsearched(error))
}

/// The answer to a search. If nothing is found, it says why.
fn quotes(
    core: &Core,
    message: &SearchQuotesRequest,
    limits: &Limits,
    interrupt: &Interrupt,
) -> Result<SearchQuotesResponse, Status> {
    let query = quote_query(core, message)?;
    let found = replies(core, message, query.clone(), limits, interrupt)?;
    let nothing = found.hits.is_empty() && message.page_token.is_empty();
    let no_hits = nothing.then(|| {
        let other = |text: &str| {
            let asked = SearchQuotesRequest { query: text.to_owned(), ..message.clone() };
            quote_query(core, &asked).ok().map(why::Search::Quotes)
        };
        no_hits(core, &message.query, &why::Search::Quotes(query), other, interrupt)
    });
    let Replies { hits, next_page_token, total, facets } = found;
    Ok(SearchQuotesResponse { hits, next_page_token, total, facets, no_hits: no_hits.flatten() })
}

/// Quotes like another one.
fn similar_quotes(
    core: &Core,
    message: &ListSimilarQuotesRequest,
    interrupt: &Interrupt,
) -> Result<ListSimilarQuotesResponse, Status> {
    let limits = &core.config.limits;
    let encoding = encoding(message.offset_encoding)?;
    let place = convert::quote_place(&message.quote_id).map_err(|fault| status::fault(fault.at("quote_id")))?;
    let filter = convert::filter(message.filter.as_ref(), convert::present(), limits).map_err(status::fault)?;
    let most = convert::limited(message.limit, limits).map_err(status::fault)?;
    let mask = mask(message.read_mask.as_ref(), "ListSimilarQuotesResponse")?;
    let engine = core.engine.as_ref();
    let missing = || status::not_found("Quote", &message.quote_id);
    let article = engine.article(&place.article).map_err(status::engine)?.ok_or_else(missing)?;
    let index = place.find(&article).ok_or_else(missing)?;
    let telling = Telling::of_quote(engine, &article, index, interrupt).map_err(status::engine)?;
    let among = QuoteQuery { filter, ..QuoteQuery::default() };
    let found = similar::similar_quotes(engine, (&article, index), &telling, among, most, interrupt);
    let found = found.map_err(status::engine)?;
    let mut offsets = OffsetsOfPage::new(encoding);
    Ok(mask.apply(ListSimilarQuotesResponse {
        hits: found.iter().map(|hit| hit.reply(&mut offsets, encoding.into())).collect(),
        telling_words: telling.words.into_iter().chain(telling.names).collect(),
    }))
}

fn in_context(article: &AnalyzedArticle, index: usize, around: usize, encoding: OffsetEncoding) -> GetQuoteResponse {
    let quote = &article.analysis.quotes[index];
    let sentences = &article.analysis.sentences;
    let touched = article.analysis.sentences_touched(quote.extent());
    let range = touched.start.saturating_sub(around)..(touched.end + around).min(sentences.len());
    let offsets = Offsets::new(&article.article.body, encoding);
    let shown = range.map(|at| convert::sentence(&article.article, at, &sentences[at], &offsets));
    GetQuoteResponse { quote: Some(convert::quote(article, index, &offsets)), sentences: shown.collect() }
}
