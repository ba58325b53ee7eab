//! `sayso export`: writes all hits of a search to a file, as JSON Lines or CSV.
//!
//! After each message of the server, where to go on is kept in a small file beside the output, with the length that the
//! output has by then. So an export that breaks can be resumed without a line missing or written twice.

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use tonic::{Status, Streaming};

use super::client::{self, Server};
use super::fault::{Fault, Outcome, of_query};
use super::filter::{Articles, Reading, Sort};
use super::info::grouped;
use super::rows::Row;
use crate::proto::article_service_client::ArticleServiceClient;
use crate::proto::quote_service_client::QuoteServiceClient;
use crate::proto::search_service_client::SearchServiceClient;
use crate::proto::{
    ArticleSummary, ExportArticlesRequest, ExportArticlesResponse, ExportQuotesRequest, ExportQuotesResponse,
    ExportSentencesRequest, ExportSentencesResponse, ListArticlesRequest, OffsetEncoding, QuoteHit,
    SearchQuotesRequest, SearchSentencesRequest, SentenceHit,
};

/// Arguments of `sayso export`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// What to export
    #[arg(value_enum)]
    what: What,
    /// A query, as for `sayso search` or `sayso quotes`; everything when empty
    #[arg(value_name = "QUERY")]
    query: Vec<String>,
    #[command(flatten)]
    reading: Reading,
    /// How to write it
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,
    /// Write to this file [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Go on where an export to the same file broke off: with the same options, within the lifetime of page tokens, and
    /// before the server is started again
    #[arg(long, requires = "output")]
    resume: bool,
    #[command(flatten)]
    articles: Articles,
    /// Order of the hits [default: best match first; without a query, newest first]
    #[arg(long, value_enum)]
    sort: Option<Sort>,
    #[command(flatten)]
    server: Server,
}

const EXAMPLES: &str = r#"Examples:
  sayso export sentences harbour
  sayso export quotes 'speaker:varrin confidence:>=0.8' --format csv
  sayso export articles --from 2026-03-01 --sort newest"#;

/// What is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// Sentences that match
    Sentences,
    /// Quotes that match
    Quotes,
    /// Articles, without their bodies
    Articles,
}

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Protobuf JSON, one object a line
    Jsonl,
    /// A table with a heading, as RFC 4180 has it
    Csv,
}

pub(super) fn run(args: Args) -> Outcome {
    let query = args.query.join(" ");
    if args.what == What::Articles && (!query.is_empty() || matches!(args.sort, Some(Sort::Relevance))) {
        return Err(Fault::usage(
            "articles are listed, not searched; choose them by options such as --outlet and --from",
        ));
    }
    let (filter, order_by) = (args.articles.filter(), Sort::order_by(args.sort));
    let options = (args.what, args.format, &query, args.reading.all_words, args.reading.lenient, &filter, &order_by);
    let options = blake3::hash(format!("{options:?}").as_bytes()).to_hex().to_string();
    let mut out = Out::open(args.output.as_deref(), args.resume, args.format, options)?;
    let page_token = out.token();
    let count = client::block_on(async {
        let channel = args.server.connect().await?;
        let refused = |status: Status| of_query(&status, &query);
        match args.what {
            What::Sentences => {
                let mut client = SearchServiceClient::new(channel).max_decoding_message_size(client::ANSWER_BYTES);
                let search = SearchSentencesRequest {
                    query: query.clone(),
                    all_words: args.reading.all_words,
                    lenient: args.reading.lenient,
                    filter,
                    order_by,
                    page_token,
                    offset_encoding: OffsetEncoding::Utf8 as i32,
                    ..SearchSentencesRequest::default()
                };
                let stream = client.export_sentences(ExportSentencesRequest { search: Some(search) }).await;
                write_all(stream.map_err(refused)?.into_inner(), &mut out).await
            }
            What::Quotes => {
                let mut client = QuoteServiceClient::new(channel).max_decoding_message_size(client::ANSWER_BYTES);
                let search = SearchQuotesRequest {
                    query: query.clone(),
                    all_words: args.reading.all_words,
                    lenient: args.reading.lenient,
                    filter,
                    order_by,
                    page_token,
                    offset_encoding: OffsetEncoding::Utf8 as i32,
                    ..SearchQuotesRequest::default()
                };
                let stream = client.export_quotes(ExportQuotesRequest { search: Some(search) }).await;
                write_all(stream.map_err(refused)?.into_inner(), &mut out).await
            }
            What::Articles => {
                let mut client = ArticleServiceClient::new(channel).max_decoding_message_size(client::ANSWER_BYTES);
                let list = ListArticlesRequest { filter, order_by, page_token, ..ListArticlesRequest::default() };
                let stream = client.export_articles(ExportArticlesRequest { list: Some(list) }).await;
                write_all(stream.map_err(refused)?.into_inner(), &mut out).await
            }
        }
    });
    let count = count.map_err(|fault| out.broken(fault))?;
    out.end()?;
    if let Some(file) = &args.output {
        anstream::eprintln!("{} lines written to {}", grouped(count), file.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// A message of an export.
trait Batch {
    /// A line of the output.
    type Row: Row;
    /// The lines, and where to go on after them.
    fn parts(self) -> (Vec<Self::Row>, String);
}

macro_rules! batch {
    ($message:ident, $row:ident, $rows:ident) => {
        impl Batch for $message {
            type Row = $row;
            fn parts(self) -> (Vec<$row>, String) {
                (self.$rows, self.resume_token)
            }
        }
    };
}

batch!(ExportSentencesResponse, SentenceHit, hits);
batch!(ExportQuotesResponse, QuoteHit, hits);
batch!(ExportArticlesResponse, ArticleSummary, articles);

/// Writes what arrives, to the end. Returns the number of lines.
async fn write_all<B: Batch>(mut messages: Streaming<B>, out: &mut Out) -> Result<u64, Fault> {
    out.heading::<B::Row>()?;
    let mut count = 0;
    while let Some(message) = messages.message().await? {
        let (rows, token) = message.parts();
        count += rows.len() as u64;
        rows.iter().try_for_each(|row| out.line(row))?;
        out.keep(&token)?;
    }
    Ok(count)
}

/// Where to go on.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Kept {
    /// What the server calls it.
    token: String,
    /// The bytes that the output has by then.
    bytes: u64,
    /// A digest of the options, which must stay the same. Empty in files of versions that kept none.
    #[serde(default)]
    options: String,
}

/// The output.
struct Out {
    to: Box<dyn Write>,
    format: Format,
    /// The bytes written, and the file that keeps where to go on. None for standard output.
    keeping: Option<(Counted, PathBuf)>,
    from: Kept,
}

/// A file that is also asked for its length.
struct Counted(File);

impl Out {
    /// Opens the output.
    fn open(path: Option<&Path>, resume: bool, format: Format, options: String) -> Result<Self, Fault> {
        let Some(path) = path else {
            let to = Box::new(BufWriter::new(io::stdout()));
            return Ok(Self { to, format, keeping: None, from: Kept::default() });
        };
        let named = |error: io::Error| Fault::new(format!("{}: {error}", path.display()));
        let mut beside = path.as_os_str().to_owned();
        beside.push(".resume");
        let beside = PathBuf::from(beside);
        let kept = fs::read(&beside).ok();
        let from: Kept = match (resume, kept) {
            (true, Some(kept)) => serde_json::from_slice(&kept)
                .map_err(|_| Fault::new(format!("{} is damaged; start again without --resume", beside.display())))?,
            (true, None) => {
                let why = format!("there is no {}, so nothing broke off; start without --resume", beside.display());
                return Err(Fault::new(why));
            }
            (false, Some(_)) => {
                let (file, beside) = (path.display(), beside.display());
                return Err(Fault::new(format!(
                    "an export to {file} broke off; go on with --resume, or delete {beside} to start again"
                )));
            }
            (false, None) => Kept::default(),
        };
        if !from.options.is_empty() && from.options != options {
            return Err(Fault::usage(format!(
                "the export to {} was begun with other options; go on with the same query, format and filters",
                path.display()
            )));
        }
        let mut file = File::options().write(true).create(true).truncate(false).open(path).map_err(named)?;
        let length = file.metadata().map_err(named)?.len();
        if resume && length < from.bytes {
            return Err(Fault::new(format!(
                "{} has {length} bytes, but the export had written {}; delete {} to start again",
                path.display(),
                from.bytes,
                beside.display()
            )));
        }
        file.set_len(from.bytes).map_err(named)?;
        file.seek(SeekFrom::End(0)).map_err(named)?;
        let to = Box::new(BufWriter::new(file.try_clone().map_err(named)?));
        let from = Kept { options, ..from };
        let mut out = Self { to, format, keeping: Some((Counted(file), beside)), from };
        // Broken off before the first message, it begins again.
        out.keep(&out.token())?;
        Ok(out)
    }

    /// Where to begin.
    fn token(&self) -> String {
        self.from.token.clone()
    }

    /// Writes the heading of a table, unless it goes on.
    fn heading<R: Row>(&mut self) -> Result<(), Fault> {
        if self.format == Format::Csv && self.from.bytes == 0 {
            writeln!(self.to, "{}", R::COLUMNS.join(","))?;
        }
        Ok(())
    }

    /// Writes a line.
    fn line(&mut self, row: &impl Row) -> Result<(), Fault> {
        match self.format {
            Format::Jsonl => writeln!(self.to, "{}", row.json()?)?,
            Format::Csv => writeln!(self.to, "{}", row.csv())?,
        }
        Ok(())
    }

    /// Keeps where to go on after what was written.
    fn keep(&mut self, token: &str) -> Result<(), Fault> {
        self.to.flush()?;
        let Some((Counted(file), beside)) = &self.keeping else { return Ok(()) };
        let options = self.from.options.clone();
        let kept = Kept { token: token.to_owned(), bytes: file.metadata()?.len(), options };
        // Renamed into place, so that a crash leaves the old one or the new one.
        let fresh = beside.with_extension("resume.new");
        fs::write(&fresh, serde_json::to_vec(&kept).map_err(Fault::new)?)?;
        Ok(fs::rename(&fresh, beside)?)
    }

    /// A fault that says how to go on, if that is possible.
    fn broken(&mut self, fault: Fault) -> Fault {
        match (&self.keeping, fault) {
            (Some((_, beside)), Fault::Failed(words)) if words.contains("PAGE_TOKEN_") => Fault::Failed(format!(
                "{words}\n  the server no longer has the state that was exported, after a restart or too long a pause; \
                 delete {} to start again",
                beside.display()
            )),
            (Some((_, beside)), Fault::Failed(words)) if beside.exists() => {
                Fault::Failed(format!("{words}\n  --resume goes on from here"))
            }
            (_, fault) => fault,
        }
    }

    /// Everything is written: there is nothing to resume.
    fn end(&mut self) -> Result<(), Fault> {
        self.to.flush()?;
        match &self.keeping {
            Some((_, beside)) if beside.exists() => Ok(fs::remove_file(beside)?),
            _ => Ok(()),
        }
    }
}
