//! `SearchService`.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::{Core, encoding, status};
use crate::{
    convert,
    proto::{SearchRequest, SearchResponse, search_service_server::SearchService},
};

/// Finds sentences.
pub(super) struct Search(pub(super) Arc<Core>);

#[tonic::async_trait]
impl SearchService for Search {
    async fn search(&self, request: Request<SearchRequest>) -> Result<Response<SearchResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        let encoding = encoding(message.offset_encoding)?;
        let query = convert::sentence_query(&message, &self.0.config.limits).map_err(status::fault)?;
        let page = self.0.ask(&metadata, move |engine, interrupt| engine.sentences(&query, interrupt)).await?;
        Ok(Response::new(SearchResponse {
            hits: convert::sentence_hits(&page.hits, encoding),
            next_page_token: convert::next_page_token(&message, page.next.as_ref()),
            total: Some(convert::total(page.total)),
        }))
    }
}
