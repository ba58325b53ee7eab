//! `QuoteService`.

use std::sync::Arc;

use sayso_index::{AnalyzedArticle, Interrupt};
use tonic::{Request, Response, Status};

use super::{
    core::{Core, encoding, mask},
    status,
};
use crate::{
    convert::{self, CONTEXT_SENTENCES, Fault, Offsets, Replies, Shape},
    proto::{
        GetQuoteRequest, GetQuoteResponse, OffsetEncoding, SearchQuotesRequest, SearchQuotesResponse,
        quote_service_server::QuoteService,
    },
};

/// Finds quotes.
pub(super) struct Quotes(pub(super) Arc<Core>);

#[tonic::async_trait]
impl QuoteService for Quotes {
    async fn search_quotes(
        &self,
        request: Request<SearchQuotesRequest>,
    ) -> Result<Response<SearchQuotesResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        let work = move |core: &Core, interrupt: &Interrupt| {
            let encoding = encoding(message.offset_encoding)?;
            let now = convert::now(&message);
            let mut query = convert::quote_query(&message, now, &core.config.limits).map_err(status::fault)?;
            let mask = mask(message.read_mask.as_ref(), "QuoteHit")?;
            let fragment = convert::fragment_characters(message.fragment_characters).map_err(status::fault)?;
            let (first, shape) = (query.page.clone(), Shape { encoding, fragment });
            let page = convert::page(&message, (first, now), (shape, &mask), &core.config.limits, interrupt, |page| {
                query.page = page;
                core.engine.quotes(&query, interrupt)
            });
            let Replies { hits, next_page_token, total, facets } = page.map_err(status::engine)?;
            Ok(SearchQuotesResponse { hits, next_page_token, total, facets })
        };
        self.0.answer(&metadata, work).await
    }

    async fn get_quote(&self, request: Request<GetQuoteRequest>) -> Result<Response<GetQuoteResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
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
        self.0.answer(&metadata, work).await
    }
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
