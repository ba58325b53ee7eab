//! `ServerService`.

use std::sync::Arc;

use sayso_document::Tier;
use sayso_index::Health;
use tonic::{Request, Response, Status};

use super::{Core, deadline::Call, status};
use crate::{
    config, convert,
    proto::{
        AnalysisInfo, ServerCounts, GetServerInfoRequest, GetServerInfoResponse, ServerLimits, ModelInfo,
        server_service_server::ServerService,
    },
};

/// Tells what runs here.
pub(super) struct Info(pub(super) Arc<Core>);

#[tonic::async_trait]
impl ServerService for Info {
    async fn get_server_info(
        &self,
        request: Request<GetServerInfoRequest>,
    ) -> Result<Response<GetServerInfoResponse>, Status> {
        let limits = &self.0.config.limits;
        let call = Call::begin(request.metadata(), limits.search_timeout);
        let engine = Arc::clone(&self.0.engine);
        let asked = self.0.own.run(move || (engine.status(), engine.health()));
        let (held, health) = call.within(asked, status::deadline_exceeded).await?.map_err(status::pool)?;
        // What a store that failed holds is not known, but that it failed is.
        let (held, counts) = match held {
            Ok(held) => (held.clone(), Some(counts(&held))),
            Err(_) if health.store_fault.is_some() => Default::default(),
            Err(error) => return Err(status::engine(error)),
        };
        let standing = self.0.pipeline.upgrades().standing(held.pending);
        Ok(Response::new(GetServerInfoResponse {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            models: self.0.pipeline.tiers().map(|tier| self.model(tier)).collect(),
            limits: Some(told(limits)),
            counts,
            faults: faults(health),
            durable_sequence_number: held.durable_seq,
            searchable_sequence_number: held.searchable_seq,
            started_at: Some(self.0.started.into()),
            analysis: Some(AnalysisInfo {
                default_mode: convert::mode(self.0.config.analysis),
                pending: standing.pending,
                done: standing.done,
                failed: standing.failed,
            }),
        }))
    }
}

impl Info {
    fn model(&self, tier: Tier) -> ModelInfo {
        let how = match tier {
            Tier::Fast => "fast, by linear models",
            Tier::Accurate => "accurate, by a neural encoder",
        };
        ModelInfo {
            id: self.0.pipeline.model(tier).to_owned(),
            purpose: format!("sentences, entities, quotes and their speakers: {how}"),
            tier: convert::tier(tier),
        }
    }
}

fn counts(held: &sayso_index::Status) -> Counts {
    Counts {
        articles: held.articles,
        sentences: held.sentences,
        quotes: held.quotes,
        entities: held.entities,
        disk_bytes: held.disk_bytes,
        pinned_views: held.pinned_views,
    }
}

/// What cannot be done at present, a sentence each.
fn faults(health: Health) -> Vec<String> {
    let damaged = match health.damaged_articles {
        0 => None,
        1 => Some("the record of 1 article is damaged; the log names it".to_owned()),
        count => Some(format!("the records of {count} articles are damaged; the log names them")),
    };
    let Health { store_fault, index_fault, refuses_articles, refuses_deletes, .. } = health;
    [store_fault, index_fault, refuses_articles, refuses_deletes, damaged].into_iter().flatten().collect()
}

fn told(limits: &config::Limits) -> Limits {
    Limits {
        message_bytes: limits.message_bytes as u64,
        body_bytes: limits.body_bytes as u64,
        query_bytes: limits.query_bytes as u32,
        query_clauses: limits.query_clauses as u32,
        reply_bytes: limits.reply_bytes as u64,
        query_expansions: limits.query_expansions as u32,
        default_page_size: limits.default_page_size as u32,
        page_size: limits.page_size as u32,
        concurrent_streams: limits.concurrent_streams,
        search_timeout: prost_types::Duration::try_from(limits.search_timeout).ok(),
        page_token_lifetime: prost_types::Duration::try_from(limits.page_token_lifetime).ok(),
        filter_values: limits.filter_values as u32,
        answer_bytes: limits.answer_bytes as u64,
        connections: limits.connections as u32,
    }
}
