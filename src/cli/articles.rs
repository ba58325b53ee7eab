//! `sayso articles`: what is kept.

use std::process::ExitCode;

use super::client::{self, Server};
use super::entities::counted;
use super::fault::Outcome;
use super::filter::{Articles, Output};
use super::paging::each_hit;
use super::quote_view::published;
use super::render::{self, DIM, NAME, Paragraph};
use crate::proto::article_service_client::ArticleServiceClient;
use crate::proto::{ArticleSummary, ListArticlesRequest};

/// Arguments of `sayso articles`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    articles: Articles,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    server: Server,
}

pub(super) fn run(args: Args) -> Outcome {
    let request = ListArticlesRequest { filter: args.articles.filter(), ..ListArticlesRequest::default() };
    client::block_on(async {
        let channel = args.server.connect().await?;
        let mut client = ArticleServiceClient::new(channel).max_decoding_message_size(client::ANSWER_BYTES);
        let width = render::width();
        let fetch = async |page_size, page_token| {
            client.list_articles(ListArticlesRequest { page_size, page_token, ..request.clone() }).await
        };
        let seen = each_hit(args.output, "", fetch, |hit| render::print(&lines(&hit, width))).await?;
        if !args.output.json {
            render::print(&Paragraph::new().add(DIM, &seen.words("article", "articles")).lines(width, 0))?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// The title, then where and when, then what was found in it.
fn lines(hit: &ArticleSummary, width: Option<usize>) -> String {
    let article = hit.article.clone().unwrap_or_default();
    let title = if article.title.is_empty() { "(no title)" } else { &article.title };
    let title = Paragraph::new().add(NAME, title);
    let found = format!(
        "{}, {}, {}",
        counted(hit.sentence_count.into(), "sentence", "sentences"),
        counted(hit.entity_count.into(), "entity", "entities"),
        counted(hit.quote_count.into(), "quote", "quotes")
    );
    let place = Paragraph::new().add_parts(DIM, &[published(&article), found, article.id.clone()]);
    format!("{}{}\n", title.lines(width, 0), place.lines(width, 2))
}
