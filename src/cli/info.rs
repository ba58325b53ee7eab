//! `sayso info`: shows what the server says about itself.

use std::process::ExitCode;

use super::client::{self, Server};
use super::fault::Outcome;
use super::labels::Mode;
use super::render::{self, DIM, NAME, PLAIN, Paragraph};
use super::{dates, json};
use crate::proto::server_service_client::ServerServiceClient;
use crate::proto::{
    AnalysisInfo, Engine, EngineInfo, GetServerInfoRequest, GetServerInfoResponse, ServerCounts, ServerLimits,
    SynonymInfo,
};

/// Arguments of `sayso info`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print protobuf JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

pub(super) fn run(args: Args) -> Outcome {
    client::block_on(async {
        let mut client = ServerServiceClient::new(args.server.connect().await?);
        let info = client.get_server_info(GetServerInfoRequest::default()).await?.into_inner();
        if args.json {
            json::print("GetServerInfoResponse", &info)?
        } else {
            render::print(&lines(&info, render::width()))?
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// Prints the answer as a table under three headings.
fn lines(info: &GetServerInfoResponse, width: Option<usize>) -> String {
    let mut server = vec![("version", info.version.clone())];
    server.extend(info.models.iter().map(|model| ("model", format!("{} ({})", model.id, model.purpose))));
    server.extend(info.engine.as_ref().map(|engine| ("engine", engine_of(engine))));
    server.extend(info.start_time.as_ref().map(|time| ("started", dates::show_moment(time))));
    let state = match info.pending_change_count {
        0 => "all searchable".into(),
        behind => format!("{} not searchable yet", grouped(behind)),
    };
    let analysis = info.analysis.unwrap_or_default();
    server.push(("analysis", Mode::label(analysis.default_mode).to_owned()));
    server.extend(info.synonyms.as_ref().map(|synonyms| ("synonyms", synonyms_of(synonyms))));
    server.extend(info.faults.iter().map(|fault| ("fault", fault.message.clone())));
    let limits = info.limits.unwrap_or_default();
    let mut holds = info.counts.as_ref().map(counted).unwrap_or_default();
    holds.push(("changes", state));
    holds.push(("waiting", waiting(&analysis)));
    let tables = [("Server", server), ("Holds", holds), ("Limits", limited(&limits))];
    tables.map(|(heading, rows)| table(heading, &rows, width)).join("\n")
}

/// "an OpenSearch cluster, indexes sayso-*"
fn engine_of(engine: &EngineInfo) -> String {
    match engine.kind() {
        Engine::Embedded => "embedded".into(),
        Engine::Opensearch => format!("an OpenSearch cluster, indexes {}*", engine.index_prefix),
        Engine::Unspecified => "unknown to this version of the program".into(),
    }
}

/// "12 groups, read 3 March 2026, 14:05 UTC"
fn synonyms_of(synonyms: &SynonymInfo) -> String {
    let groups = if synonyms.group_count == 1 { "group" } else { "groups" };
    let read = synonyms.load_time.as_ref().map(|time| format!(", read {}", dates::show_moment(time)));
    format!("{} {groups}{}", grouped(synonyms.group_count), read.unwrap_or_default())
}

/// "1,200 articles; since the start 34 done, 1 failed"
fn waiting(analysis: &AnalysisInfo) -> String {
    let articles = match analysis.pending_count {
        1 => "1 article".into(),
        pending => format!("{} articles", grouped(pending)),
    };
    match (analysis.done_count, analysis.failed_count) {
        (0, 0) => articles,
        (done, 0) => format!("{articles}; since the start {} done", grouped(done)),
        (done, failed) => format!("{articles}; since the start {} done, {} failed", grouped(done), grouped(failed)),
    }
}

fn counted(counts: &ServerCounts) -> Vec<(&'static str, String)> {
    vec![
        ("articles", grouped(counts.article_count)),
        ("sentences", grouped(counts.sentence_count)),
        ("entities", grouped(counts.entity_count)),
        ("quotes", grouped(counts.quote_count)),
        ("on disk", bytes(counts.disk_bytes)),
    ]
}

fn limited(limits: &ServerLimits) -> Vec<(&'static str, String)> {
    let seconds = |time: &prost_types::Duration| format!("{} s", time.seconds as f64 + f64::from(time.nanos) / 1e9);
    vec![
        ("request", bytes(limits.message_bytes)),
        ("body", bytes(limits.body_bytes)),
        ("metadata", format!("{}, {} authors", bytes(limits.metadata_bytes), grouped(limits.authors))),
        ("id", format!("{}, a language code {}", bytes(limits.id_bytes), bytes(limits.language_code_bytes))),
        (
            "labels",
            format!(
                "{}; a key {}, a value {}",
                grouped(limits.labels),
                bytes(limits.label_key_bytes),
                bytes(limits.label_value_bytes)
            ),
        ),
        (
            "query",
            format!(
                "{}, {} words, {} of them with a star or tilde",
                bytes(limits.query_bytes),
                grouped(limits.query_clauses),
                grouped(limits.query_expansions)
            ),
        ),
        ("filter", format!("{} values", grouped(limits.filter_values))),
        ("facets", format!("{}, each {} values", grouped(limits.facets), grouped(limits.facet_values))),
        ("read mask", format!("{} paths", grouped(limits.mask_paths))),
        ("page", page(limits)),
        ("page token", limits.page_token_lifetime.as_ref().map_or_else(|| "no time limit".into(), seconds)),
        ("batch", format!("{} requests", grouped(limits.batch_requests))),
        ("suggestions", format!("{} of a kind", grouped(limits.suggestions))),
        ("context", format!("{} sentences on either side", grouped(limits.context_sentences))),
        ("answer", bytes(limits.answer_bytes)),
        ("search", limits.search_timeout.as_ref().map_or_else(|| "no time limit".into(), seconds)),
        ("stream", format!("{} unanswered requests", grouped(limits.unanswered_requests))),
        ("clients", clients(limits)),
        (
            "open calls",
            format!("{}, {} for each connection", grouped(limits.open_calls), grouped(limits.concurrent_streams)),
        ),
        ("queue", limits.queue_time.as_ref().map_or_else(|| "no time limit".into(), seconds)),
        ("memory", bytes(limits.memory_bytes)),
        ("under way", of_one(limits.request_bytes, limits.connection_request_bytes)),
        ("unread", of_one(limits.unread_bytes, limits.connection_unread_bytes)),
    ]
}

/// "1,024 connections, each for about 3600 s"
fn clients(limits: &ServerLimits) -> String {
    let age = limits.connection_age.as_ref().map(|age| format!(", each for about {} s", age.seconds.max(1)));
    format!("{} connections{}", grouped(limits.connections), age.unwrap_or_default())
}

/// "8 MiB, 4 MiB for each connection"
fn of_one(all: i64, one: i64) -> String {
    format!("{}, {} for each connection", bytes(all), bytes(one))
}

/// "1,000 hits, 20 by default, 2 MiB"
fn page(limits: &ServerLimits) -> String {
    let (most, default) = (grouped(limits.page_size), grouped(limits.default_page_size));
    format!("{most} hits, {default} by default, {}", bytes(limits.reply_bytes))
}

/// Rows of label and value. Long values continue on the next line.
fn table(heading: &str, rows: &[(&str, String)], width: Option<usize>) -> String {
    const LABEL_COLUMNS: usize = 14;
    let mut out = Paragraph::new().add(NAME, heading).lines(None, 0);
    for (label, value) in rows {
        let value = Paragraph::new().add(PLAIN, value).lines(width, LABEL_COLUMNS);
        out.push_str(&format!("  {DIM}{label:<11}{DIM:#} {}", value.trim_start()));
    }
    out
}

/// "1,234,567". Counts are not negative; a negative one is shown as 0.
pub(super) fn grouped(number: impl TryInto<u64>) -> String {
    let digits = number.try_into().unwrap_or_default().to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// "512 bytes", "1.5 MiB".
pub(super) fn bytes(count: impl Into<i64>) -> String {
    const UNITS: [&str; 5] = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let mut size = count.into() as f64;
    let mut unit = 0;
    while size >= 1024.0 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    let whole = unit == 0 || size.fract() == 0.0;
    if whole { format!("{size:.0} {}", UNITS[unit]) } else { format!("{size:.1} {}", UNITS[unit]) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{ModelInfo, ServerFault};

    fn limits() -> ServerLimits {
        ServerLimits {
            message_bytes: 16 << 20,
            body_bytes: 10 << 20,
            metadata_bytes: 32 << 10,
            id_bytes: 256,
            language_code_bytes: 35,
            authors: 1000,
            labels: 64,
            label_key_bytes: 64,
            label_value_bytes: 1024,
            query_bytes: 8192,
            query_clauses: 1024,
            query_expansions: 64,
            filter_values: 1000,
            facets: 20,
            facet_values: 1000,
            mask_paths: 64,
            default_page_size: 20,
            page_size: 1000,
            context_sentences: 20,
            reply_bytes: 3 << 20,
            answer_bytes: 64 << 20,
            page_token_lifetime: Some(prost_types::Duration { seconds: 600, nanos: 0 }),
            search_timeout: Some(prost_types::Duration { seconds: 2, nanos: 500_000_000 }),
            unanswered_requests: 1024,
            concurrent_streams: 256,
            connections: 1024,
            batch_requests: 100,
            suggestions: 50,
            open_calls: 4096,
            queue_time: Some(prost_types::Duration { seconds: 0, nanos: 25_000_000 }),
            memory_bytes: 6 << 30,
            request_bytes: 64 << 20,
            connection_request_bytes: 32 << 20,
            unread_bytes: 384 << 20,
            connection_unread_bytes: 128 << 20,
            connection_age: Some(prost_types::Duration { seconds: 3600, nanos: 0 }),
        }
    }

    fn info() -> GetServerInfoResponse {
        GetServerInfoResponse {
            version: "0.1.0".into(),
            models: vec![ModelInfo { id: "linear-5".into(), purpose: "analysis".into(), tier: 1 }],
            limits: Some(limits()),
            counts: Some(ServerCounts {
                article_count: 20_000,
                sentence_count: 812_345,
                quote_count: 99,
                entity_count: 7,
                disk_bytes: 1_600_000,
                pinned_view_count: 0,
            }),
            pending_change_count: 1,
            start_time: Some(prost_types::Timestamp { seconds: 1_772_546_700, nanos: 0 }),
            engine: Some(EngineInfo { kind: Engine::Opensearch.into(), index_prefix: "sayso-".into() }),
            analysis: Some(AnalysisInfo { default_mode: 3, pending_count: 1200, done_count: 34, failed_count: 0 }),
            synonyms: Some(SynonymInfo {
                group_count: 12,
                load_time: Some(prost_types::Timestamp { seconds: 1_772_546_700, nanos: 0 }),
            }),
            faults: vec![ServerFault {
                reason: "ARTICLES_REFUSED".into(),
                message: "only 100 MiB are free in sayso-data; 128 MiB must stay free, so no article is taken in"
                    .into(),
            }],
        }
    }

    #[test]
    fn the_table_reads_well() {
        insta::assert_snapshot!(render::plain(&lines(&info(), Some(60))), @r"
        Server
          version     0.1.0
          model       linear-5 (analysis)
          engine      an OpenSearch cluster, indexes sayso-*
          started     3 March 2026, 14:05 UTC
          analysis    fast, then accurate
          synonyms    12 groups, read 3 March 2026, 14:05 UTC
          fault       only 100 MiB are free in sayso-data; 128 MiB
                      must stay free, so no article is taken in

        Holds
          articles    20,000
          sentences   812,345
          entities    7
          quotes      99
          on disk     1.5 MiB
          changes     1 not searchable yet
          waiting     1,200 articles; since the start 34 done

        Limits
          request     16 MiB
          body        10 MiB
          metadata    32 KiB, 1,000 authors
          id          256 bytes, a language code 35 bytes
          labels      64; a key 64 bytes, a value 1 KiB
          query       8 KiB, 1,024 words, 64 of them with a star or
                      tilde
          filter      1,000 values
          facets      20, each 1,000 values
          read mask   64 paths
          page        1,000 hits, 20 by default, 3 MiB
          page token  600 s
          batch       100 requests
          suggestions 50 of a kind
          context     20 sentences on either side
          answer      64 MiB
          search      2.5 s
          stream      1,024 unanswered requests
          clients     1,024 connections, each for about 3600 s
          open calls  4,096, 256 for each connection
          queue       0.025 s
          memory      6 GiB
          under way   64 MiB, 32 MiB for each connection
          unread      384 MiB, 128 MiB for each connection
        ");
    }
}
