//! `sayso ingest`: adds articles.
//!
//! [`files`] finds the files, [`read`] turns them into articles on a thread of its own, [`stream`] sends these and
//! receives the answers, and [`report`] prints the outcome.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::mpsc;

use super::client::{self, Channel, Server};
use super::fault::{Fault, Outcome};
use super::filter::number;
use super::labels::{self, Mode};
use super::{dates, json as proto_json, render};
use crate::proto::GetServerInfoRequest;
use crate::proto::server_service_client::ServerServiceClient;

mod byline;
mod counters;
mod files;
mod fit;
mod foreign;
mod front_matter;
pub(super) mod html;
mod json;
mod markup;
mod mojibake;
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
const MAX_ARTICLES_AHEAD: usize = 32;

/// Arguments of `sayso ingest`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// Files or folders; `-` is standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<String>,
    /// What the files contain, if their names do not show it
    #[arg(long, value_enum)]
    format: Option<files::Format>,
    /// The name of a field in your JSON records: body=text, publish_time=meta.date (repeatable)
    #[arg(long, value_name = "FIELD=NAME")]
    field: Vec<json::FieldName>,
    /// Outlet of articles that do not name one
    #[arg(long, value_name = "OUTLET", default_value = "", hide_default_value = true)]
    outlet: String,
    /// Put this label on every article, overriding its own: desk=politics (repeatable)
    #[arg(long, value_name = "KEY=VALUE", value_parser = parse_label)]
    label: Vec<(String, String)>,
    /// Publication date of articles that do not state one: YYYY-MM-DD or RFC 3339
    #[arg(long, value_name = "DATE", value_parser = dates::parse_publication)]
    date: Option<dates::Published>,
    /// Follow symbolic links in folders, wherever they lead
    #[arg(long)]
    follow_links: bool,
    /// How to analyse the articles [default: the server's setting]
    #[arg(long, value_name = "MODE", value_enum)]
    analysis: Option<Mode>,
    /// How many articles may be waiting for an answer
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = number::<usize>, allow_negative_numbers = true)]
    window: usize,
    /// How many times in a row to retry after a lost connection or a temporary refusal
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = number::<u32>, allow_negative_numbers = true)]
    retries: u32,
    /// Print the summary as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

const AFTER_HELP: &str = "\
File types (each may end in .gz as well):
  .txt .md          one article; 01.json next to 01.txt holds id, title and more
  .html .htm        one article, as a reader would see it
  .jsonl .ndjson    one record per line
  .json             one record, several in a row, a list of them, or a feed or
                    API response that contains such a list: articles, items,
                    results, docs, hits, response.results …

Fields of a record, with some of the names they go by. Case, _ and - make no difference. The names used by \
JSON-LD, JSON Feed, RSS, WordPress, NewsAPI, Guardian, trafilatura, news-please and newspaper3k are understood:
  id · url, link, webUrl, permalink · title, headline · language, lang · labels
  outlet, source, publisher, sitename, domain · authors, author, byline,
  dc:creator · publishTime, published_at, datePublished, pubDate, date_publish,
  date · body, text, content, maintext, articleBody, content_text, content_html
Only the body is required. Any other field that cannot be read, or whose name looks misspelt, is left out and \
reported. labels is an object with keys of your own, {\"desk\": \"politics\", \"customer\": 17}; in Markdown it \
goes into the front matter.

Dates: 2026-03-03, RFC 3339, RFC 2822, \"March 3, 2026 2:05 p.m. ET\", 20260303140500, seconds or milliseconds \
since 1970, and more. 8/9/18 is read as 9 August, month first, and reported; 8.9.18 is 8 September. A time \
without a zone is UTC. \"Today\" in an article counts from the date as written.

It is safe to run a command again: articles that are already there are only counted. A record is identified by \
its id or, without one, by its url, outlet, title and body. A text or HTML file is identified by its path, so a \
changed file replaces its earlier version. If two records of a run have the same id, the later one replaces the \
earlier one, and both are reported. An id that is a bare number is told if it was that of another outlet's \
article.

Examples:
  sayso ingest articles/ --outlet \"Veld Courier\" --label desk=politics
  sayso ingest dump.jsonl.gz --field body=story --field id=url
  curl -s https://courier.example/feed.json | sayso ingest - --format json

Exit code: 0 if everything was added, 1 if something was refused, 2 if the command was not understood, 130 if it \
was interrupted (the summary then shows what was added by that point).";

pub(super) fn run(args: Args) -> Outcome {
    if let Some((key, _)) = args
        .label
        .iter()
        .enumerate()
        .find_map(|(at, label)| args.label[..at].iter().any(|before| before.0 == label.0).then_some(label))
    {
        return Err(Fault::usage(format!("--label {key} is given twice, but an article has one value for each key")));
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
        // The length of standard input is unknown, and so is the total.
        let known = files.iter().all(|file| file.path.is_some());
        let bytes = if known { files.iter().map(|file| file.bytes).sum() } else { 0 };
        let mut report = report::Report::start(bytes, progress.clone());
        passed_over.into_iter().for_each(|what| report.passed_over(what));
        refused.into_iter().for_each(|refusal| report.refused(refusal));
        let items = counters::compared(start_reading(reader, files, progress), channel.clone());
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

/// Reports that nothing can be read. That takes no server.
fn nothing_to_read(passed_over: Vec<String>, refused: Vec<report::Refusal>, as_json: bool) -> Outcome {
    let mut report = report::Report::start(0, Arc::default());
    passed_over.into_iter().for_each(|what| report.passed_over(what));
    refused.into_iter().for_each(|refusal| report.refused(refusal));
    tell(&report, as_json)?;
    Ok(ExitCode::FAILURE)
}

/// Prints what is to be reported about a run, and the summary.
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

/// Waits until someone asks the program to stop, with Ctrl-C or `kill`.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                // If signals cannot be caught, they end the program as usual.
                Ok(()) = tokio::signal::ctrl_c() => return,
                _ = terminate.recv() => return,
            }
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

/// Reads on a thread of its own, which ends when its items are no longer received. Nobody waits for it, because it may
/// hang on a standard input that never ends.
fn start_reading(
    reader: read::Reader,
    files: Vec<files::File>,
    progress: Arc<report::Progress>,
) -> mpsc::Receiver<read::Item> {
    let (sender, items) = mpsc::channel(MAX_ARTICLES_AHEAD);
    #[allow(clippy::disallowed_methods, reason = "may hang on standard input for ever, and is not waited for")]
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

/// The longest body that the server accepts, in bytes.
async fn body_limit(channel: Channel) -> Result<usize, Fault> {
    let info = ServerServiceClient::new(channel).get_server_info(GetServerInfoRequest::default()).await?.into_inner();
    let limit = info.limits.map(|limits| limits.body_bytes).filter(|&bytes| bytes > 0);
    Ok(limit.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(usize::MAX / 16))
}

/// Reads a web page, for the fuzzer.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn page(bytes: &[u8]) {
    // Whatever is wrong with it is told.
    let _ = html::read(bytes);
}

/// Reads a file of JSON records, for the fuzzer.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn records(bytes: &[u8]) {
    read::records(bytes);
}
