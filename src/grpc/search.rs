//! `SearchService`.

use std::sync::Arc;

use sayso_index::Interrupt;
use tonic::{Request, Response, Status};

use super::{
    core::{Core, encoding, mask},
    status,
};
use crate::{
    convert::{self, Replies, Shape},
    proto::{
        SearchArticlesRequest, SearchArticlesResponse, SearchSentencesRequest, SearchSentencesResponse,
        search_service_server::SearchService,
    },
};

/// Finds sentences and articles.
pub(super) struct Search(pub(super) Arc<Core>);

#[tonic::async_trait]
impl SearchService for Search {
    async fn search_sentences(
        &self,
        request: Request<SearchSentencesRequest>,
    ) -> Result<Response<SearchSentencesResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        let work = move |core: &Core, interrupt: &Interrupt| {
            let encoding = encoding(message.offset_encoding)?;
            let now = convert::now(&message);
            let mut query = convert::sentence_query(&message, now, &core.config.limits).map_err(status::fault)?;
            let mask = mask(message.read_mask.as_ref(), "SentenceHit")?;
            let fragment = convert::fragment_characters(message.fragment_characters).map_err(status::fault)?;
            let (first, shape) = (query.page.clone(), Shape { encoding, fragment });
            let page = convert::page(&message, (first, now), (shape, &mask), &core.config.limits, interrupt, |page| {
                query.page = page;
                core.engine.sentences(&query, interrupt)
            });
            let Replies { hits, next_page_token, total, facets } = page.map_err(status::engine)?;
            Ok(SearchSentencesResponse { hits, next_page_token, total, facets })
        };
        self.0.answer(&metadata, work).await
    }

    async fn search_articles(
        &self,
        request: Request<SearchArticlesRequest>,
    ) -> Result<Response<SearchArticlesResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        let work = move |core: &Core, interrupt: &Interrupt| {
            let encoding = encoding(message.offset_encoding)?;
            let now = convert::now(&message);
            let mut query = convert::article_search(&message, now, &core.config.limits).map_err(status::fault)?;
            let mask = mask(message.read_mask.as_ref(), "ArticleHit")?;
            let fragment = convert::fragment_characters(message.fragment_characters).map_err(status::fault)?;
            let (first, shape) = (query.page.clone(), Shape { encoding, fragment });
            let page = convert::page(&message, (first, now), (shape, &mask), &core.config.limits, interrupt, |page| {
                query.page = page;
                core.engine.search_articles(&query, interrupt)
            });
            let Replies { hits, next_page_token, total, facets } = page.map_err(status::engine)?;
            Ok(SearchArticlesResponse { hits, next_page_token, total, facets })
        };
        self.0.answer(&metadata, work).await
    }
}
