//! `EntityService`.

use std::sync::Arc;

use sayso_index::Interrupt;
use tonic::{Request, Response, Status};

use super::{
    core::{Core, encoding, mask},
    many, status,
};
use crate::{
    config::Limits,
    convert::{self, Replies},
    proto::{
        BatchLookupEntitiesRequest, BatchLookupEntitiesResponse, BatchLookupEntitiesResult, GetEntityRequest,
        GetEntityResponse, ListMentionsRequest, ListMentionsResponse, LookupEntitiesRequest, LookupEntitiesResponse,
        OffsetEncoding, batch_lookup_entities_result::Result as Outcome, entity_service_server::EntityService,
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
        let (_, extensions, message) = request.into_parts();
        let work = move |core: &Core, interrupt: &Interrupt| look_up(core, &message, &core.config.limits, interrupt);
        self.0.answer(&extensions, work).await
    }

    async fn batch_lookup_entities(
        &self,
        request: Request<BatchLookupEntitiesRequest>,
    ) -> Result<Response<BatchLookupEntitiesResponse>, Status> {
        let (_, extensions, message) = request.into_parts();
        many::charge(&extensions, message.requests.len());
        let work = move |core: &Core, interrupt: &Interrupt| {
            let results = many::batch(core, &message.requests, interrupt, look_up, |answered| {
                let result = Some(answered.map_or_else(Outcome::Error, Outcome::Response));
                BatchLookupEntitiesResult { result }
            })?;
            Ok(BatchLookupEntitiesResponse { results })
        };
        self.0.answer(&extensions, work).await
    }

    async fn get_entity(&self, request: Request<GetEntityRequest>) -> Result<Response<GetEntityResponse>, Status> {
        let (_, extensions, message) = request.into_parts();
        let id = convert::entity_id("id", &message.id).map_err(status::fault)?;
        let mask = mask(message.read_mask.as_ref(), "GetEntityResponse")?;
        let work = move |core: &Core, _: &Interrupt| {
            let found = core.engine.entity(&id).map_err(status::engine)?;
            let entity = found.ok_or_else(|| status::not_found("Entity", &message.id))?;
            Ok(mask.apply(GetEntityResponse { entity: Some(convert::entity(&entity)) }))
        };
        self.0.read(&extensions, work).await
    }

    async fn list_mentions(
        &self,
        request: Request<ListMentionsRequest>,
    ) -> Result<Response<ListMentionsResponse>, Status> {
        let (_, extensions, message) = request.into_parts();
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
            let shown = (encoding.into(), &mask);
            let page = convert::page(&message, (first, now), shown, &core.config.limits, interrupt, |page| {
                query.page = page;
                core.engine.mentions(&query, interrupt)
            });
            let Replies { hits, next_page_token, total, .. } = page.map_err(status::engine)?;
            Ok(ListMentionsResponse { hits, next_page_token, total })
        };
        self.0.answer(&extensions, work).await
    }
}

/// The answer to a look-up.
fn look_up(
    core: &Core,
    message: &LookupEntitiesRequest,
    limits: &Limits,
    interrupt: &Interrupt,
) -> Result<LookupEntitiesResponse, Status> {
    let mut query = convert::entity_query(message, &core.config.limits).map_err(status::fault)?;
    let mask = mask(message.read_mask.as_ref(), "EntityHit")?;
    let (first, encoding) = (query.page.clone(), OffsetEncoding::Unspecified);
    let first = (first, convert::now(message));
    let page = convert::page(message, first, (encoding.into(), &mask), limits, interrupt, |page| {
        query.page = page;
        core.engine.entities(&query, interrupt)
    });
    let Replies { hits, next_page_token, total, .. } = page.map_err(status::engine)?;
    Ok(LookupEntitiesResponse { hits, next_page_token, total })
}
