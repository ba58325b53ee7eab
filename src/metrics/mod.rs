//! Metrics for Prometheus, over HTTP at `/metrics`: how much the server holds, and how much it does how fast.
//!
//! What `GetServerInfo` also reports is not counted here: every scrape takes it from the same place as that call. The
//! rest is recorded as it happens, analyses by `pipeline` and calls by `grpc/meter`.

mod scrape;

pub(crate) use scrape::{Held, Scrapes, serve};

use std::{sync::Arc, time::Duration};

use ::metrics::{counter, describe_counter, describe_gauge, describe_histogram, histogram, with_local_recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};
use sayso_document::Tier;

use crate::failure::Failure;

/// Upper bounds of the buckets for durations: from a search in a small index to the accurate analysis of a book.
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

/// The recorder of what happens, which scrapes read. Clones share it. If metrics are off, there is none.
///
/// It belongs to the server, not to the process: servers side by side do not mix up their numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metrics(Option<Arc<PrometheusRecorder>>);

impl Metrics {
    /// An empty recorder.
    pub(crate) fn on() -> Result<Self, Failure> {
        let recorder = PrometheusBuilder::new().set_buckets(&SECONDS)?.build_recorder();
        with_local_recorder(&recorder, describe);
        Ok(Self(Some(Arc::new(recorder))))
    }

    /// Whether anything is recorded.
    pub(crate) fn are_on(&self) -> bool {
        self.0.is_some()
    }

    /// Records an analysis.
    pub(crate) fn analysed(&self, tier: Tier, took: Duration) {
        let tier = match tier {
            Tier::Fast => "fast",
            Tier::Accurate => "accurate",
        };
        self.note(|| histogram!(ANALYSIS, "tier" => tier).record(took));
    }

    /// Records a call that has ended. There must be few methods and codes, because each is kept for good.
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
    describe_gauge!(ARTICLES, "Stored articles.");
    describe_gauge!(SENTENCES, "Sentences of the stored articles.");
    describe_gauge!(QUOTES, "Quotes in the stored articles.");
    describe_gauge!(ENTITIES, "Entities that the stored articles mention.");
    describe_gauge!(DISK, "Bytes of articles and indexes on disk.");
    describe_gauge!(VIEWS, "Earlier states that are kept for page tokens.");
    describe_gauge!(FREE, "Free bytes on the disk that holds articles and indexes.");
    describe_gauge!(STORE_FAULT, "1 while the store of articles cannot be used, otherwise 0.");
    describe_gauge!(INDEX_FAULT, "1 while changes do not become searchable, otherwise 0.");
    describe_gauge!(NO_ARTICLES, "1 while articles are refused because the disk is nearly full, otherwise 0.");
    describe_gauge!(NO_DELETES, "1 while deletes are refused because the disk is full, otherwise 0.");
    describe_gauge!(DAMAGED, "Articles with a damaged record.");
    describe_gauge!(CONNECTIONS, "Open connections of gRPC clients.");
    describe_gauge!(OPEN_CALLS, "Open calls, including streams.");
    describe_gauge!(MOST_CONNECTIONS, "Limit of open connections of gRPC clients.");
    describe_gauge!(PENDING, "Articles that wait for another analysis.");
    describe_counter!(DONE, "Articles that received another analysis since the server started.");
    describe_counter!(FAILED, "Articles whose next analysis failed since the server started.");
    describe_histogram!(ANALYSIS, "Duration of analyses, by tier.");
    describe_counter!(RPCS, "Ended calls, by method and gRPC code; a stream is one call.");
    describe_histogram!(RPC, "Duration of calls to the end of their answers, by method.");
}
