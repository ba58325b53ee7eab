//! `sayso ingest`: puts articles in.
//!
//! [`files`] finds the files, [`read`] makes articles of them on a thread of its own, [`stream`]
//! sends them and takes the answers, [`report`] tells what became of them.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::mpsc;
use tonic::transport::Channel;

use super::client::{self, Server};
use super::fault::{Fault, Outcome};
use super::filter::number;
use super::labels::{self, Mode};
use super::{dates, json as proto_json, render};
use crate::proto::GetServerInfoRequest;
use crate::proto::server_service_client::ServerServiceClient;

mod byline;
mod files;
mod fit;
mod front_matter;
pub(super) mod html;
mod json;
mod markup;
mod note;
mod read;
#[cfg(test)]
mod read_tests;
#[cfg(test)]
mod record_tests;
mod report;
mod seen;
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
    /// Under which name JSON records hold a field: body=text, publish_time=meta.date (may be given again)
    #[arg(long, value_name = "FIELD=NAME")]
    field: Vec<json::FieldName>,
    /// The outlet of articles that name none
    #[arg(long, value_name = "OUTLET", default_value = "", hide_default_value = true)]
    outlet: String,
    /// Label every article so, whatever it tells itself: desk=politics (may be given again)
    #[arg(long, value_name = "KEY=VALUE", value_parser = parse_label)]
    label: Vec<(String, String)>,
    /// When articles were published that do not tell: YYYY-MM-DD, or RFC 3339
    #[arg(long, value_name = "DATE", value_parser = dates::parse_publication)]
    date: Option<dates::Published>,
    /// Follow symbolic links in folders, wherever they lead
    #[arg(long)]
    follow_links: bool,
    /// How to read the articles [default: as the server is set]
    #[arg(long, value_name = "MODE", value_enum)]
    analysis: Option<Mode>,
    /// How many articles may wait for an answer
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = number::<usize>, allow_negative_numbers = true)]
    window: usize,
    /// How often in a row to try again after a lost connection, or an article that the server put off
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = number::<u32>, allow_negative_numbers = true)]
    retries: u32,
    /// Print the summary as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

const AFTER_HELP: &str = r#"Kinds of files, each also with .gz:
  .txt .md          one article; 01.json beside 01.txt tells its id, title, outlet …
  .html .htm        one article, as a reader would see it
  .jsonl .ndjson    one record a line
  .json             one record, several one after another, a list of them, or an answer or feed that
                    holds such a list: articles, items, results, docs, hits, response.results …

Fields of a record, and some of the names they are looked for under; case, _ and - make no
difference, and the names of JSON-LD, JSON Feed, RSS, WordPress, NewsAPI, Guardian, trafilatura,
news-please and newspaper3k are known:
  id · url, link, webUrl, permalink · outlet, source, publisher, sitename, domain · title, headline
  authors, author, byline, dc:creator · language, lang · publishTime, published_at, datePublished,
  pubDate, date_publish, date · labels · body, text, content, maintext, articleBody, content_text,
  content_html
Only the body must be there. What else is not understood, or looks misspelt, is left out, and told. labels is an object
of keys of your own, {"desk": "politics", "customer": 17}; in Markdown it is in the front matter.

Dates: 2026-03-03, RFC 3339, RFC 2822, "March 3, 2026 2:05 p.m. ET", 20260303140500, seconds since
1970 and their thousandths, and more. 8/9/18 is 9 August, the month first, and told; 8.9.18 is
8 September. Without a zone the time is UTC. "Today" counts from the day that was written.

Running a command again does no harm: what is there already is only counted. A record is known by
its id, or, if it has none, by its url, outlet, title and body; a text or HTML file is known by its
path, so that a changed file takes the place of what it was. Where two records of a run have one id,
the later takes the place of the earlier, in every run, and both are told.

Examples:
  sayso ingest articles/ --outlet "Veld Courier" --label desk=politics
  sayso ingest dump.jsonl.gz --field body=story --field id=url
  curl -s https://courier.example/feed.json | sayso ingest - --format json

Ends with 0 when all went in, 1 when something was refused, 2 when the command was not understood,
130 when it was interrupted; the summary then tells what was kept until then."#;

pub(super) fn run(args: Args) -> Outcome {
    if let Some((key, _)) = args
        .label
        .iter()
        .enumerate()
        .find_map(|(at, label)| args.label[..at].iter().any(|before| before.0 == label.0).then_some(label))
    {
        return Err(Fault::usage(format!("--label {key} is given twice, and an article has one value of a key")));
    }
    let listing = files::list(&args.paths, args.format, args.follow_links);
    let passed_over = listing.passed_over();
    let files::Listing { files, refused, .. } = listing;
    if files.is_empty() && refused.is_empty() {
        let lines = [vec![format!("there is no article in {}", args.paths.join(", "))], passed_over].concat();
        return Err(Fault::usage(lines.join("\n  ")));
    }
    if files.is_empty() {
        return nothing_to_read(passed_over, refused, args.json);
    }
    let (report, fault) = client::block_on(async {
        let channel = args.server.connect().await?;
        let body_bytes = body_limit(channel.clone()).await?;
        let progress = Arc::<report::Progress>::default();
        let reader = read::Reader {
            layout: json::Layout::new(args.field),
            labels: args.label,
            outlet: args.outlet,
            date: args.date,
            body_bytes,
            follow_links: args.follow_links,
            progress: progress.bytes.clone(),
        };
        // The length of standard input is not known, and with it that of the whole.
        let known = files.iter().all(|file| file.path.is_some());
        let bytes = if known { files.iter().map(|file| file.bytes).sum() } else { 0 };
        let mut report = report::Report::start(bytes, progress.clone());
        passed_over.into_iter().for_each(|what| report.passed_over(what));
        refused.into_iter().for_each(|refusal| report.refused(refusal));
        let items = start_reading(reader, files, progress);
        let analysis = labels::at_most_one(Mode::values(args.analysis.as_slice()));
        let ingest = stream::Ingest::new(items, analysis, args.window, args.retries, report);
        Ok(ingest.run(&args.server, channel, interrupted()).await)
    })?;
    tell(&report, args.json)?;
    match fault {
        Some(fault) => Err(fault),
        None if report.any_refused() => Ok(ExitCode::FAILURE),
        None => Ok(ExitCode::SUCCESS),
    }
}

/// Tells what cannot be read, for which no server is needed.
fn nothing_to_read(passed_over: Vec<String>, refused: Vec<report::Refusal>, as_json: bool) -> Outcome {
    let mut report = report::Report::start(0, Arc::default());
    passed_over.into_iter().for_each(|what| report.passed_over(what));
    refused.into_iter().for_each(|refusal| report.refused(refusal));
    tell(&report, as_json)?;
    Ok(ExitCode::FAILURE)
}

/// Lists what is to be told of a run, and prints the summary.
fn tell(report: &report::Report, as_json: bool) -> Result<(), Fault> {
    let summary = report.finish();
    if as_json { proto_json::print_object(&report.to_value()) } else { Ok(render::print(&summary)?) }
}

fn parse_label(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE, for example desk=politics")?;
    match fit::label_fault(key, value) {
        Some(what) => Err(what),
        None => Ok((key.into(), value.into())),
    }
}

/// Ends when someone asks the program to stop: with Ctrl-C, or as `kill` does.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                // Where signals cannot be heard, they end the program as ever.
                Ok(()) = tokio::signal::ctrl_c() => return,
                _ = terminate.recv() => return,
            }
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

/// Reads on a thread of its own, which ends when nobody takes its items any more. It is not waited
/// for: it may hang on a standard input that never ends.
fn start_reading(
    reader: read::Reader,
    files: Vec<files::File>,
    progress: Arc<report::Progress>,
) -> mpsc::Receiver<read::Item> {
    let (sender, items) = mpsc::channel(AHEAD);
    std::thread::spawn(move || {
        let mut sink = |item| {
            if !matches!(item, read::Item::Noted(..)) {
                progress.found.fetch_add(1, Ordering::Relaxed);
            }
            sender.blocking_send(item).is_ok()
        };
        let read = files.iter().all(|file| reader.read(file, &mut sink));
        if read {
            reader.finish(&mut sink);
        }
    });
    items
}

/// The longest body that the server takes, in bytes.
async fn body_limit(channel: Channel) -> Result<usize, Fault> {
    let info = ServerServiceClient::new(channel).get_server_info(GetServerInfoRequest::default()).await?.into_inner();
    let limit = info.limits.map(|limits| limits.body_bytes).filter(|&bytes| bytes > 0);
    Ok(limit.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(usize::MAX / 16))
}
