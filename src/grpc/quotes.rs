//! `QuoteService`.

use std::sync::Arc;

use sayso_index::AnalyzedArticle;
use tonic::{Request, Response, Status};

use super::{Core, encoding, status};
use crate::{
    convert::{self, Fault, Offsets},
    proto::{
        GetQuoteRequest, GetQuoteResponse, OffsetEncoding, SearchQuotesRequest, SearchQuotesResponse,
        quote_service_server::QuoteService,
    },
};

/// Most sentences that `GetQuote` gives before and after.
const MOST_CONTEXT: i32 = 20;

/// Finds quotes.
pub(super) struct Quotes(pub(super) Arc<Core>);

#[tonic::async_trait]
impl QuoteService for Quotes {
    async fn search_quotes(
        &self,
        request: Request<SearchQuotesRequest>,
    ) -> Result<Response<SearchQuotesResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        let encoding = encoding(message.offset_encoding)?;
        let query = convert::quote_query(&message, &self.0.config.limits).map_err(status::fault)?;
        let page = self.0.ask(&metadata, move |engine, interrupt| engine.quotes(&query, interrupt)).await?;
        Ok(Response::new(SearchQuotesResponse {
            hits: convert::quote_hits(&page.hits, encoding),
            next_page_token: convert::next_page_token(&message, page.next.as_ref()),
            total: Some(convert::total(page.total)),
        }))
    }

    async fn get_quote(&self, request: Request<GetQuoteRequest>) -> Result<Response<GetQuoteResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        let encoding = encoding(message.offset_encoding)?;
        let around = message.context_sentences.unwrap_or(1);
        if !(0..=MOST_CONTEXT).contains(&around) {
            let said = format!("{around} is not from 0 to {MOST_CONTEXT}");
            return Err(status::fault(Fault::invalid("context_sentences", said)));
        }
        let (id, index) = convert::quote_id(&message.id).map_err(status::fault)?;
        let found = self.0.ask(&metadata, move |engine, _| engine.article(&id)).await?;
        let reply = found.and_then(|article| in_context(&article, index, around as usize, encoding));
        reply.map(Response::new).ok_or_else(|| status::not_found("Quote", &message.id))
    }
}

fn in_context(
    article: &AnalyzedArticle,
    index: usize,
    around: usize,
    encoding: OffsetEncoding,
) -> Option<GetQuoteResponse> {
    let quote = article.analysis.quotes.get(index)?;
    let sentences = &article.analysis.sentences;
    let touched = article.analysis.sentences_touched(quote.extent());
    let range = touched.start.saturating_sub(around)..(touched.end + around).min(sentences.len());
    let offsets = Offsets::new(&article.article.body, encoding);
    let shown = range.map(|at| convert::sentence(&article.article, at, &sentences[at], &offsets));
    Some(GetQuoteResponse { quote: Some(convert::quote(article, index, quote, &offsets)), sentences: shown.collect() })
}
