//! `ServerService`.

use std::{sync::Arc, time::Instant};

use sayso_document::Tier;
use sayso_index::Health;
use tonic::{Request, Response, Status};

use super::{
    arriving::{LONGEST, LONGEST_OF_ONE},
    core::{Core, mask},
    deadline::Call,
    ingest::UNANSWERED,
    status,
};
use crate::{
    config::{self, EngineConfig},
    convert, engine,
    pool::Pool,
    proto::{
        self, AnalysisInfo, EngineInfo, GetServerInfoRequest, GetServerInfoResponse, ModelInfo, ReindexRequest,
        ReindexResponse, ServerCounts, ServerFault, ServerLimits, SynonymInfo, server_service_server::ServerService,
    },
};

/// Reports what runs here.
pub(super) struct Info {
    core: Arc<Core>,
    /// One thread, for the one call that builds indexes.
    building: Pool,
}

#[tonic::async_trait]
impl ServerService for Info {
    async fn get_server_info(
        &self,
        request: Request<GetServerInfoRequest>,
    ) -> Result<Response<GetServerInfoResponse>, Status> {
        let mask = mask(request.get_ref().read_mask.as_ref(), "GetServerInfoResponse")?;
        let limits = &self.core.config.limits;
        let call = Call::begin(request.extensions(), limits.search_timeout);
        let engine = Arc::clone(&self.core.engine);
        let asked = self.core.own.run(call.due(), move || engine::look(engine.as_ref()));
        let (held, health) = call.within(asked, status::deadline_exceeded).await?.map_err(status::pool)?;
        // If the store failed, its contents are unknown, but the failure is known.
        let (held, counts) = match held {
            Ok(Some(held)) => (held.clone(), Some(counts(&held))),
            Ok(None) => Default::default(),
            Err(error) => return Err(status::engine(error)),
        };
        let synonyms = self.core.synonyms.current();
        let standing = self.core.pipeline.upgrades().standing(held.pending);
        Ok(Response::new(mask.apply(GetServerInfoResponse {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            models: self.core.pipeline.tiers().map(|tier| self.model(tier)).collect(),
            limits: Some(told(limits)),
            counts,
            faults: faults(health, synonyms.fault),
            synonyms: synonyms.loaded.map(|loaded| SynonymInfo {
                group_count: i32::try_from(synonyms.synonyms.len()).unwrap_or(i32::MAX),
                load_time: Some(loaded.into()),
            }),
            pending_change_count: convert::count(held.durable_seq.saturating_sub(held.searchable_seq)),
            start_time: Some(self.core.started.into()),
            analysis: Some(AnalysisInfo {
                default_mode: convert::mode(self.core.config.analysis),
                pending_count: convert::count(standing.pending),
                done_count: convert::count(standing.done),
                failed_count: convert::count(standing.failed),
            }),
            engine: Some(kept_by(&self.core.config.engine)),
        })))
    }

    async fn reindex(&self, request: Request<ReindexRequest>) -> Result<Response<ReindexResponse>, Status> {
        let (call, began) = (Call::begin_patient(request.extensions()), Instant::now());
        let (engine, interrupt) = (Arc::clone(&self.core.engine), call.interrupt());
        let building = self.building.run(None, move || engine.reindex(&interrupt));
        let built = call.within(building, status::deadline_exceeded).await?.map_err(status::pool)?;
        built.map_err(status::engine)?;
        Ok(Response::new(ReindexResponse { duration: prost_types::Duration::try_from(began.elapsed()).ok() }))
    }
}

impl Info {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self { core, building: Pool::single() }
    }

    fn model(&self, tier: Tier) -> ModelInfo {
        let how = match tier {
            Tier::Fast => "fast, by linear models",
            Tier::Accurate => "accurate, by a neural encoder",
        };
        ModelInfo {
            id: self.core.pipeline.model(tier).to_owned(),
            purpose: format!("sentences, entities, quotes and their speakers: {how}"),
            tier: convert::tier(tier),
        }
    }
}

fn counts(held: &sayso_index::Status) -> ServerCounts {
    ServerCounts {
        article_count: convert::count(held.articles),
        sentence_count: convert::count(held.sentences),
        quote_count: convert::count(held.quotes),
        entity_count: convert::count(held.entities),
        disk_bytes: convert::count(held.disk_bytes),
        pinned_view_count: convert::count(held.pinned_views),
    }
}

/// What keeps the articles.
fn kept_by(engine: &EngineConfig) -> EngineInfo {
    match engine {
        EngineConfig::Embedded => EngineInfo { kind: proto::Engine::Embedded.into(), index_prefix: String::new() },
        EngineConfig::OpenSearch(cluster) => {
            EngineInfo { kind: proto::Engine::Opensearch.into(), index_prefix: cluster.prefix.clone() }
        }
    }
}

/// What cannot be done at present.
fn faults(health: Health, synonyms: Option<String>) -> Vec<ServerFault> {
    let damaged = match health.damaged_articles {
        0 => None,
        1 => Some("the record of 1 article is damaged; the log names it".to_owned()),
        count => Some(format!("the records of {count} articles are damaged; the log names them")),
    };
    let Health { store_fault, index_fault, refuses_articles, refuses_deletes, .. } = health;
    let faults = [
        ("STORAGE_UNAVAILABLE", store_fault),
        ("NOT_SEARCHABLE_YET", index_fault),
        ("ARTICLES_REFUSED", refuses_articles),
        ("DELETES_REFUSED", refuses_deletes),
        ("RECORDS_DAMAGED", damaged),
        ("SYNONYMS_REFUSED", synonyms),
    ];
    let told =
        |(reason, message): (&str, Option<String>)| Some(ServerFault { reason: reason.into(), message: message? });
    faults.into_iter().filter_map(told).collect()
}

fn told(limits: &config::Limits) -> ServerLimits {
    let number = |limit: usize| i32::try_from(limit).unwrap_or(i32::MAX);
    let bytes = |limit: usize| convert::count(limit as u64);
    ServerLimits {
        message_bytes: bytes(limits.message_bytes),
        body_bytes: bytes(limits.body_bytes),
        metadata_bytes: bytes(convert::METADATA_BYTES),
        id_bytes: number(convert::ID_BYTES),
        language_code_bytes: number(convert::LANGUAGE_BYTES),
        authors: number(convert::AUTHORS),
        labels: number(convert::LABELS),
        label_key_bytes: number(convert::LABEL_KEY_BYTES),
        label_value_bytes: number(convert::LABEL_VALUE_BYTES),
        query_bytes: number(limits.query_bytes),
        query_clauses: number(limits.query_clauses),
        query_expansions: number(limits.query_expansions),
        filter_values: number(limits.filter_values),
        mask_paths: number(convert::MASK_PATHS),
        default_page_size: number(limits.default_page_size),
        page_size: number(limits.page_size),
        context_sentences: number(convert::CONTEXT_SENTENCES),
        reply_bytes: bytes(limits.reply_bytes),
        answer_bytes: bytes(limits.answer_bytes),
        page_token_lifetime: prost_types::Duration::try_from(limits.page_token_lifetime).ok(),
        search_timeout: prost_types::Duration::try_from(limits.search_timeout).ok(),
        unanswered_requests: number(UNANSWERED),
        concurrent_streams: i32::try_from(limits.concurrent_streams).unwrap_or(i32::MAX),
        connections: number(limits.connections),
        facets: number(convert::FACETS),
        facet_values: number(convert::FACET_VALUES),
        batch_requests: number(convert::BATCH_REQUESTS),
        suggestions: number(convert::SUGGESTIONS),
        open_calls: number(limits.open_calls),
        queue_time: prost_types::Duration::try_from(limits.queue_time).ok(),
        memory_bytes: bytes(limits.memory_bytes),
        request_bytes: bytes(LONGEST * limits.message_bytes),
        connection_request_bytes: bytes(LONGEST_OF_ONE * limits.message_bytes),
        unread_bytes: bytes(limits.unread_bytes()),
        connection_unread_bytes: bytes(limits.connection_unread_bytes()),
        connection_age: limits.connection_age.and_then(|age| prost_types::Duration::try_from(age).ok()),
    }
}
