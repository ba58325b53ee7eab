//! `sayso ingest`: puts articles in.
//!
//! [`files`] finds the files, [`read`] makes articles of them on a thread of its own, [`stream`]
//! sends them and takes the answers, [`report`] tells what became of them.

use std::process::ExitCode;
use std::sync::Arc;

use prost_types::Timestamp;
use tokio::sync::mpsc;
use tonic::transport::Channel;

use super::client::{self, Server};
use super::fault::{Fault, Outcome};
use super::labels::{self, Mode};
use super::{dates, json as proto_json, render};
use crate::proto::GetServerInfoRequest;
use crate::proto::server_service_client::ServerServiceClient;

mod body;
mod files;
mod front_matter;
pub(super) mod html;
mod json;
mod markdown;
mod read;
mod report;
mod stream;
#[cfg(test)]
mod stream_tests;
pub(super) mod text;

/// How many articles the reader may be ahead of the stream.
const AHEAD: usize = 32;

/// Arguments of `sayso ingest`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// Files, or folders of them; `-` is standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<String>,
    /// What the files hold, where their names do not tell
    #[arg(long, value_enum)]
    format: Option<files::Format>,
    /// Under which name JSON records hold a field: body=text, published_at=meta.date (may be given again)
    #[arg(long, value_name = "FIELD=NAME")]
    field: Vec<json::FieldName>,
    /// The outlet of articles that name none
    #[arg(long, value_name = "OUTLET", default_value = "", hide_default_value = true)]
    source: String,
    /// When articles were published that do not tell: YYYY-MM-DD, or RFC 3339
    #[arg(long, value_name = "DATE", value_parser = dates::parse_from)]
    date: Option<Timestamp>,
    /// How to read the articles [default: as the server is set]
    #[arg(long, value_name = "MODE", value_enum)]
    analysis: Option<Mode>,
    /// How many articles may wait for an answer
    #[arg(long, value_name = "N", default_value_t = 256)]
    window: usize,
    /// How often in a row to try again after a lost connection, or an article that the server put off
    #[arg(long, value_name = "N", default_value_t = 8)]
    retries: u32,
    /// Print the summary as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

const AFTER_HELP: &str = r#"Kinds of files, each also with .gz:
  .txt .md          one article; 01.json beside 01.txt tells its id, title, source …
  .html .htm        one article, as a reader would see it
  .jsonl .ndjson    one record a line
  .json             one record, or a list of them

Fields of a record, and the names they are looked for under:
  id · url, link · source, publisher, outlet · title, headline · authors, author, byline ·
  language, lang · published_at, publishedAt, date, published, timestamp · body, text, content

Running a command again does no harm: what is there already is only counted. A record is known by
its id, or, if it has none, by its source, title and body; a text or HTML file is known by its path,
so that a changed file takes the place of what it was.

Examples:
  sayso ingest articles/ --source "Veld Courier"
  sayso ingest dump.jsonl.gz --field body=story --field id=url
  curl -s https://courier.example/feed.json | sayso ingest - --format json

Ends with 0 when all went in, 1 when something was refused, 2 when the command was not understood."#;

pub(super) fn run(args: Args) -> Outcome {
    let (files, refused) = files::list(&args.paths, args.format);
    if files.is_empty() && refused.is_empty() {
        return Err(Fault::usage(format!("there is no article in {}", args.paths.join(", "))));
    }
    let (report, fault) = client::block_on(async {
        let channel = args.server.connect().await?;
        let body_bytes = body_limit(channel.clone()).await?;
        let reader = read::Reader {
            layout: json::Layout::new(args.field),
            source: args.source,
            date: args.date,
            body_bytes,
            progress: Arc::default(),
        };
        // The length of standard input is not known, and with it that of the whole.
        let known = files.iter().all(|file| file.path.is_some());
        let bytes = if known { files.iter().map(|file| file.bytes).sum() } else { 0 };
        let mut report = report::Report::start(bytes, reader.progress.clone());
        refused.into_iter().for_each(|refusal| report.refused(refusal));
        let items = start_reading(reader, files);
        let analysis = labels::at_most_one(Mode::values(args.analysis.as_slice()));
        let ingest = stream::Ingest::new(items, analysis, args.window, args.retries, report);
        Ok(ingest.run(&args.server, channel).await)
    })?;
    let summary = report.finish();
    if args.json {
        proto_json::print_object(&report.to_value())?
    } else {
        render::print(&summary)?
    }
    match fault {
        Some(fault) => Err(fault),
        None if report.any_refused() => Ok(ExitCode::FAILURE),
        None => Ok(ExitCode::SUCCESS),
    }
}

/// Reads on a thread of its own, which ends when nobody takes its items any more. It is not waited
/// for: it may hang on a standard input that never ends.
fn start_reading(reader: read::Reader, files: Vec<files::File>) -> mpsc::Receiver<read::Item> {
    let (sender, items) = mpsc::channel(AHEAD);
    std::thread::spawn(move || {
        let mut sink = |item| sender.blocking_send(item).is_ok();
        for file in &files {
            if !reader.read(file, &mut sink) {
                return;
            }
        }
    });
    items
}

/// The longest body that the server takes, in bytes.
async fn body_limit(channel: Channel) -> Result<usize, Fault> {
    let info = ServerServiceClient::new(channel).get_server_info(GetServerInfoRequest {}).await?.into_inner();
    let limit = info.limits.map(|limits| limits.body_bytes).filter(|&bytes| bytes > 0);
    Ok(limit.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(usize::MAX / 16))
}
