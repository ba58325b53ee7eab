//! `EntityService`.

use std::sync::Arc;

use sayso_index::Interrupt;
use tonic::{Request, Response, Status};

use super::{
    core::{Core, encoding, mask},
    status,
};
use crate::{
    convert::{self, Replies},
    proto::{
        GetEntityRequest, GetEntityResponse, ListMentionsRequest, ListMentionsResponse, LookupEntitiesRequest,
        LookupEntitiesResponse, OffsetEncoding, entity_service_server::EntityService,
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
        let work = move |core: &Core, interrupt: &Interrupt| {
            let mut query = convert::entity_query(&message, &core.config.limits).map_err(status::fault)?;
            let mask = mask(message.read_mask.as_ref(), "EntityHit")?;
            let (first, encoding) = (query.page.clone(), OffsetEncoding::Unspecified);
            let page = convert::page(
                &message,
                (first, convert::now(&message)),
                (encoding.into(), &mask),
                &core.config.limits,
                interrupt,
                |page| {
                    query.page = page;
                    core.engine.entities(&query, interrupt)
                },
            );
            let Replies { hits, next_page_token, total, .. } = page.map_err(status::engine)?;
            Ok(LookupEntitiesResponse { hits, next_page_token, total })
        };
        self.0.answer(&metadata, work).await
    }

    async fn get_entity(&self, request: Request<GetEntityRequest>) -> Result<Response<GetEntityResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        let id = convert::entity_id("id", &message.id).map_err(status::fault)?;
        let mask = mask(message.read_mask.as_ref(), "GetEntityResponse")?;
        let work = move |core: &Core, _: &Interrupt| {
            let found = core.engine.entity(&id).map_err(status::engine)?;
            let entity = found.ok_or_else(|| status::not_found("Entity", &message.id))?;
            Ok(mask.apply(GetEntityResponse { entity: Some(convert::entity(&entity)) }))
        };
        self.0.answer(&metadata, work).await
    }

    async fn list_mentions(
        &self,
        request: Request<ListMentionsRequest>,
    ) -> Result<Response<ListMentionsResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        let work = move |core: &Core, interrupt: &Interrupt| {
            let encoding = encoding(message.offset_encoding)?;
            let now = convert::now(&message);
            let mut query = convert::mention_query(&message, now, &core.config.limits).map_err(status::fault)?;
            // An entity that disappears between two pages is no error: the later pages are shorter.
            let begins = query.page.after.is_none();
            if begins && core.engine.entity(&query.entity).map_err(status::engine)?.is_none() {
                return Err(status::not_found("Entity", &message.entity_id));
            }
            let mask = mask(message.read_mask.as_ref(), "MentionHit")?;
            let first = query.page.clone();
            let page = convert::page(
                &message,
                (first, now),
                (encoding.into(), &mask),
                &core.config.limits,
                interrupt,
                |page| {
                    query.page = page;
                    core.engine.mentions(&query, interrupt)
                },
            );
            let Replies { hits, next_page_token, total, .. } = page.map_err(status::engine)?;
            Ok(ListMentionsResponse { hits, next_page_token, total })
        };
        self.0.answer(&metadata, work).await
    }
}
