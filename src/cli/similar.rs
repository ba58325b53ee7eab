//! `sayso similar`: finds articles like an article, and quotes like a quote.

use std::process::ExitCode;

use super::client::{self, Server};
use super::fault::Outcome;
use super::filter::{Articles, number};
use super::json;
use super::quote_view::{self, labelled, published};
use super::render::{self, DIM, NAME, Paragraph};
use crate::convert::QuotePlace;
use crate::proto::quote_service_client::QuoteServiceClient;
use crate::proto::search_service_client::SearchServiceClient;
use crate::proto::{ListSimilarArticlesRequest, ListSimilarQuotesRequest, OffsetEncoding, SimilarArticle};

/// Arguments of `sayso similar`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The id of an article or of a quote, as other commands print them
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    articles: Articles,
    /// Show at most this many
    #[arg(long, short = 'n', value_name = "N", default_value_t = 10, value_parser = number::<u16>, allow_negative_numbers = true)]
    limit: u16,
    /// Print protobuf JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

const EXAMPLES: &str = r#"Examples:
  sayso similar 01-harbour-strike --limit 3
  sayso similar 01-harbour-strike#q753-937c795-693fg1dc --outlet "Northern Wire""#;

pub(super) fn run(args: Args) -> Outcome {
    client::block_on(async {
        let channel = args.server.connect().await?;
        let (filter, limit) = (args.articles.filter(), i32::from(args.limit));
        let width = render::width();
        let (shown, words) = if QuotePlace::read(&args.id, usize::MAX).is_ok() {
            let mut client = QuoteServiceClient::new(channel).max_decoding_message_size(client::ANSWER_BYTES);
            let offset_encoding = OffsetEncoding::Utf8 as i32;
            let request =
                ListSimilarQuotesRequest { quote_id: args.id, filter, limit, offset_encoding, read_mask: None };
            let found = client.list_similar_quotes(request).await?.into_inner();
            if args.json {
                return json::print("ListSimilarQuotesResponse", &found).map(|()| ExitCode::SUCCESS);
            }
            let quote = |hit: &crate::proto::QuoteHit| {
                let quote = hit.quote.clone().unwrap_or_default();
                format!("{}\n", quote_view::lines(&quote, &hit.highlights, width))
            };
            (found.hits.iter().map(quote).collect::<String>(), found.telling_words)
        } else {
            let mut client = SearchServiceClient::new(channel).max_decoding_message_size(client::ANSWER_BYTES);
            let request = ListSimilarArticlesRequest { article_id: args.id, filter, limit, read_mask: None };
            let found = client.list_similar_articles(request).await?.into_inner();
            if args.json {
                return json::print("ListSimilarArticlesResponse", &found).map(|()| ExitCode::SUCCESS);
            }
            (found.articles.iter().map(|one| article(one, width)).collect(), found.telling_words)
        };
        let by = match words.is_empty() {
            true => "nothing tells it apart".to_owned(),
            false => format!("looked for: {}", words.join(", ")),
        };
        render::print(&(shown + &Paragraph::new().add(DIM, &by).lines(width, 0)))?;
        Ok(ExitCode::SUCCESS)
    })
}

/// The headline of an article, then where and when it was published, then an empty line.
fn article(found: &SimilarArticle, width: Option<usize>) -> String {
    let article = found.article.clone().unwrap_or_default();
    let title = if article.title.is_empty() { article.id.as_str() } else { article.title.as_str() };
    let place = [published(&article), labelled(&article), article.id.clone()];
    let title = Paragraph::new().add(NAME, title).lines(width, 0);
    format!("{title}{}\n", Paragraph::new().add_parts(DIM, &place).lines(width, 2))
}
