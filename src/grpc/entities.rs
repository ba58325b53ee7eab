//! `EntityService`.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::{Core, encoding, status};
use crate::{
    convert,
    proto::{
        GetEntityRequest, GetEntityResponse, ListMentionsRequest, ListMentionsResponse, LookupEntitiesRequest,
        LookupEntitiesResponse, entity_service_server::EntityService,
    },
};

/// Finds entities and their mentions.
pub(super) struct Entities(pub(super) Arc<Core>);

#[tonic::async_trait]
impl EntityService for Entities {
    async fn lookup_entities(
        &self,
        request: Request<LookupEntitiesRequest>,
    ) -> Result<Response<LookupEntitiesResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        let query = convert::entity_query(&message, &self.0.config.limits).map_err(status::fault)?;
        let page = self.0.ask(&metadata, move |engine, interrupt| engine.entities(&query, interrupt)).await?;
        Ok(Response::new(LookupEntitiesResponse {
            next_page_token: convert::next_page_token(&message, page.next.as_ref()),
            total: Some(convert::total(page.total)),
            hits: page.hits.into_iter().map(convert::entity_hit).collect(),
        }))
    }

    async fn get_entity(&self, request: Request<GetEntityRequest>) -> Result<Response<GetEntityResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        let id = convert::entity_id("id", &message.id).map_err(status::fault)?;
        let found = self.0.ask(&metadata, move |engine, _| engine.entity(&id)).await?;
        let entity = found.ok_or_else(|| status::not_found("Entity", &message.id))?;
        Ok(Response::new(GetEntityResponse { entity: Some(convert::entity(entity)) }))
    }

    async fn list_mentions(
        &self,
        request: Request<ListMentionsRequest>,
    ) -> Result<Response<ListMentionsResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        let encoding = encoding(message.offset_encoding)?;
        let query = convert::mention_query(&message, &self.0.config.limits).map_err(status::fault)?;
        let answer = self.0.ask(&metadata, move |engine, interrupt| {
            let known = engine.entity(&query.entity)?.is_some();
            if known { engine.mentions(&query, interrupt).map(Some) } else { Ok(None) }
        });
        let page = answer.await?.ok_or_else(|| status::not_found("Entity", &message.entity_id))?;
        Ok(Response::new(ListMentionsResponse {
            mentions: convert::mention_hits(&page.hits, encoding),
            next_page_token: convert::next_page_token(&message, page.next.as_ref()),
            total: Some(convert::total(page.total)),
        }))
    }
}
