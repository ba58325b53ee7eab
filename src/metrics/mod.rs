//! What the server tells Prometheus, over HTTP at `/metrics`: how much it holds, and how much it does how fast.
//!
//! What `GetServerInfo` tells, too, is not counted here: every scrape takes it anew from where that call takes it. The
//! rest is noted as it happens, analyses by `pipeline` and calls by `grpc/meter`.

mod scrape;

pub(crate) use scrape::{Held, serve};

use std::{sync::Arc, time::Duration};

use ::metrics::{counter, describe_counter, describe_gauge, describe_histogram, histogram, with_local_recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};
use sayso_document::Tier;

use crate::failure::Failure;

/// Upper bounds of the buckets of durations: from a search in a small index to the accurate analysis of a book.
const SECONDS: [f64; 16] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1., 2.5, 5., 10., 30., 60.];

const ARTICLES: &str = "sayso_articles";
const SENTENCES: &str = "sayso_sentences";
const QUOTES: &str = "sayso_quotes";
const ENTITIES: &str = "sayso_entities";
const DISK: &str = "sayso_disk_bytes";
const VIEWS: &str = "sayso_pinned_views";
const FREE: &str = "sayso_disk_free_bytes";
const STORE_FAULT: &str = "sayso_store_fault";
const INDEX_FAULT: &str = "sayso_index_fault";
const NO_ARTICLES: &str = "sayso_articles_refused";
const NO_DELETES: &str = "sayso_deletes_refused";
const DAMAGED: &str = "sayso_damaged_articles";
const CONNECTIONS: &str = "sayso_connections";
const OPEN_CALLS: &str = "sayso_open_calls";
const MOST_CONNECTIONS: &str = "sayso_connections_limit";
const PENDING: &str = "sayso_upgrades_pending";
const DONE: &str = "sayso_upgrades_done_total";
const FAILED: &str = "sayso_upgrades_failed_total";
const ANALYSIS: &str = "sayso_analysis_duration_seconds";
const RPCS: &str = "sayso_rpcs_total";
const RPC: &str = "sayso_rpc_duration_seconds";

/// A book of what happens, for scrapes to tell. Clones share it; where metrics are off, there is none.
///
/// It is the server's own, not the process's: servers side by side do not mix up their numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metrics(Option<Arc<PrometheusRecorder>>);

impl Metrics {
    /// An empty book.
    pub(crate) fn on() -> Result<Self, Failure> {
        let recorder = PrometheusBuilder::new().set_buckets(&SECONDS)?.build_recorder();
        with_local_recorder(&recorder, describe);
        Ok(Self(Some(Arc::new(recorder))))
    }

    /// Whether anything is noted.
    pub(crate) fn are_on(&self) -> bool {
        self.0.is_some()
    }

    /// Notes an analysis.
    pub(crate) fn analysed(&self, tier: Tier, took: Duration) {
        let tier = match tier {
            Tier::Fast => "fast",
            Tier::Accurate => "accurate",
        };
        self.note(|| histogram!(ANALYSIS, "tier" => tier).record(took));
    }

    /// Notes a call that has ended. There must be few methods and codes: each is kept for good.
    pub(crate) fn answered(&self, method: &Arc<str>, code: String, took: Duration) {
        self.note(|| {
            counter!(RPCS, "method" => Arc::clone(method), "code" => code).increment(1);
            histogram!(RPC, "method" => Arc::clone(method)).record(took);
        });
    }

    fn note(&self, note: impl FnOnce()) {
        if let Some(recorder) = &self.0 {
            with_local_recorder(recorder.as_ref(), note);
        }
    }
}

fn describe() {
    describe_gauge!(ARTICLES, "Articles that are kept.");
    describe_gauge!(SENTENCES, "Sentences of the articles that are kept.");
    describe_gauge!(QUOTES, "Quotes in the articles that are kept.");
    describe_gauge!(ENTITIES, "Entities that the articles which are kept mention.");
    describe_gauge!(DISK, "Bytes on disk of articles and indexes.");
    describe_gauge!(VIEWS, "Former states that are kept for the pages behind page tokens.");
    describe_gauge!(FREE, "Bytes that are free on the disk of articles and indexes.");
    describe_gauge!(STORE_FAULT, "1 while the store of articles cannot be used, else 0.");
    describe_gauge!(INDEX_FAULT, "1 while changes do not become searchable, else 0.");
    describe_gauge!(NO_ARTICLES, "1 while articles are refused because the disk is nearly full, else 0.");
    describe_gauge!(NO_DELETES, "1 while deletes are refused because the disk is full, else 0.");
    describe_gauge!(DAMAGED, "Articles of which the record is damaged.");
    describe_gauge!(CONNECTIONS, "Connections of gRPC clients that are open.");
    describe_gauge!(OPEN_CALLS, "Calls that are open, streams among them.");
    describe_gauge!(MOST_CONNECTIONS, "Connections of gRPC clients that may be open.");
    describe_gauge!(PENDING, "Articles that wait for another analysis.");
    describe_counter!(DONE, "Articles that got another analysis since the server started.");
    describe_counter!(FAILED, "Articles that could not be analysed anew since the server started.");
    describe_histogram!(ANALYSIS, "How long analyses took, by tier.");
    describe_counter!(RPCS, "Calls that have ended, by method and gRPC code; a stream is one call.");
    describe_histogram!(RPC, "How long calls took, to the end of their answers, by method.");
}
