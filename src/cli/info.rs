//! `sayso info`: the server about itself.

use std::process::ExitCode;

use super::client::{self, Server};
use super::fault::Outcome;
use super::labels::Mode;
use super::render::{self, DIM, NAME, PLAIN, Paragraph};
use super::{dates, json};
use crate::proto::server_service_client::ServerServiceClient;
use crate::proto::{AnalysisInfo, GetServerInfoRequest, GetServerInfoResponse, ServerCounts, ServerLimits};

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
        let info = client.get_server_info(GetServerInfoRequest {}).await?.into_inner();
        if args.json {
            json::print("GetServerInfoResponse", &info)?
        } else {
            render::print(&lines(&info, render::width()))?
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// The answer as a table under three headings.
fn lines(info: &GetServerInfoResponse, width: Option<usize>) -> String {
    let mut server = vec![("version", info.version.clone())];
    server.extend(info.models.iter().map(|model| ("model", format!("{} ({})", model.id, model.purpose))));
    server.extend(info.started_at.as_ref().map(|time| ("started", dates::show_moment(time))));
    let (durable, searchable) = (info.durable_sequence_number, info.searchable_sequence_number);
    let behind = durable.saturating_sub(searchable);
    let state = if behind == 0 { "all searchable".into() } else { format!("{} not searchable yet", grouped(behind)) };
    let analysis = info.analysis.unwrap_or_default();
    server.push(("analysis", Mode::label(analysis.default_mode).to_owned()));
    server.extend(info.faults.iter().map(|fault| ("fault", fault.clone())));
    let counts = info.counts.unwrap_or_default();
    let limits = info.limits.unwrap_or_default();
    let mut holds = counted(&counts);
    holds.push(("changes", format!("{} durable, {state}", grouped(durable))));
    holds.push(("to reread", waiting(&analysis)));
    let tables = [("Server", server), ("Holds", holds), ("Limits", limited(&limits))];
    tables.map(|(heading, rows)| table(heading, &rows, width)).join("\n")
}

/// "1,200 articles; since the start 34 done, 1 failed"
fn waiting(analysis: &AnalysisInfo) -> String {
    let articles =
        if analysis.pending == 1 { "1 article".into() } else { format!("{} articles", grouped(analysis.pending)) };
    match (analysis.done, analysis.failed) {
        (0, 0) => articles,
        (done, 0) => format!("{articles}; since the start {} done", grouped(done)),
        (done, failed) => format!("{articles}; since the start {} done, {} failed", grouped(done), grouped(failed)),
    }
}

fn counted(counts: &ServerCounts) -> Vec<(&'static str, String)> {
    vec![
        ("articles", grouped(counts.articles)),
        ("sentences", grouped(counts.sentences)),
        ("entities", grouped(counts.entities)),
        ("quotes", grouped(counts.quotes)),
        ("on disk", bytes(counts.disk_bytes)),
    ]
}

fn limited(limits: &ServerLimits) -> Vec<(&'static str, String)> {
    let timeout = limits.search_timeout.as_ref().map(|time| time.seconds as f64 + f64::from(time.nanos) / 1e9);
    let pages = format!("{} hits, {} unless asked", grouped(limits.page_size.into()), limits.default_page_size);
    vec![
        ("request", bytes(limits.message_bytes)),
        ("article", bytes(limits.body_bytes)),
        ("answer", bytes(limits.answer_bytes)),
        ("query", format!("{}, {} clauses", bytes(limits.query_bytes.into()), grouped(limits.query_clauses.into()))),
        ("filter", format!("{} values", grouped(limits.filter_values.into()))),
        ("page", pages),
        ("clients", format!("{} connections", grouped(limits.connections.into()))),
        ("open calls", format!("{} for each connection", grouped(limits.concurrent_streams.into()))),
        ("search", timeout.map_or_else(|| "no time limit".into(), |seconds| format!("{seconds} s"))),
    ]
}

/// Rows of label and value. What does not fit goes on below the value.
fn table(heading: &str, rows: &[(&str, String)], width: Option<usize>) -> String {
    const VALUE_AT: usize = 14;
    let mut out = Paragraph::new().add(NAME, heading).lines(None, 0);
    for (label, value) in rows {
        let value = Paragraph::new().add(PLAIN, value).lines(width, VALUE_AT);
        out.push_str(&format!("  {DIM}{label:<11}{DIM:#} {}", value.trim_start()));
    }
    out
}

/// "1,234,567".
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
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
pub(super) fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let mut size = count as f64;
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
    use crate::proto::ModelInfo;

    #[test]
    fn the_table_reads_well() {
        let info = GetServerInfoResponse {
            version: "0.1.0".into(),
            models: vec![ModelInfo { id: "linear-4".into(), purpose: "analysis".into(), tier: 1 }],
            limits: Some(Limits {
                message_bytes: 16 << 20,
                body_bytes: 10 << 20,
                query_bytes: 8192,
                query_clauses: 1024,
                default_page_size: 20,
                page_size: 1000,
                concurrent_streams: 256,
                search_timeout: Some(prost_types::Duration { seconds: 10, nanos: 0 }),
                filter_values: 1000,
                answer_bytes: 64 << 20,
                connections: 1024,
                ..Limits::default()
            }),
            counts: Some(Counts {
                articles: 20_000,
                sentences: 812_345,
                quotes: 99,
                entities: 7,
                disk_bytes: 1_600_000,
                pinned_views: 0,
            }),
            durable_sequence_number: 20_001,
            searchable_sequence_number: 20_000,
            started_at: Some(prost_types::Timestamp { seconds: 1_772_546_700, nanos: 0 }),
            analysis: Some(AnalysisInfo { default_mode: 3, pending: 1200, done: 34, failed: 0 }),
            faults: vec![
                "only 100 MiB are free in sayso-data; 128 MiB must stay free, so no article is taken in".into(),
            ],
        };
        insta::assert_snapshot!(render::plain(&lines(&info, Some(60))), @r"
        Server
          version     0.1.0
          model       linear-4 (analysis)
          started     3 March 2026, 14:05 UTC
          analysis    fast, then accurate
          fault       only 100 MiB are free in sayso-data; 128 MiB
                      must stay free, so no article is taken in

        Holds
          articles    20,000
          sentences   812,345
          entities    7
          quotes      99
          on disk     1.5 MiB
          changes     20,001 durable, 1 not searchable yet
          to reread   1,200 articles; since the start 34 done

        Limits
          request     16 MiB
          article     10 MiB
          answer      64 MiB
          query       8 KiB, 1,024 clauses
          filter      1,000 values
          page        1,000 hits, 20 unless asked
          clients     1,024 connections
          open calls  256 for each connection
          search      10 s
        ");
    }
}
