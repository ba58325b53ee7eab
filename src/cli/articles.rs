//! `sayso articles`: lists stored articles.

use std::process::ExitCode;

use clap::ValueEnum;

use super::client::{self, Channel, Server};
use super::entities::counted;
use super::fault::Outcome;
use super::filter::{Articles, Output};
use super::paging::each_hit;
use super::quote_view::{labelled, published};
use super::render::{self, DIM, NAME, PLAIN, Paragraph};
use super::{analyze, json, whole};
use crate::proto::article_service_client::ArticleServiceClient;
use crate::proto::{Article, ArticleSummary, ListArticlesRequest};

/// Arguments of `sayso articles`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Show only this article, in full, with its entities and quotes
    #[arg(value_name = "ARTICLE", conflicts_with_all = ["Articles", "sort", "limit"])]
    one: Option<String>,
    #[command(flatten)]
    articles: Articles,
    /// Order of the articles
    #[arg(long, value_enum, default_value_t = Sort::Newest)]
    sort: Sort,
    /// The same as ARTICLE
    #[arg(long, value_name = "ARTICLE", conflicts_with_all = ["one", "Articles", "sort", "limit"])]
    id: Option<String>,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    server: Server,
}

const EXAMPLES: &str = r#"Examples:
  sayso articles --outlet "Northern Wire" --sort updated
  sayso articles 01-harbour-strike"#;

/// The order of articles.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Sort {
    /// Latest publication first
    Newest,
    /// Earliest publication first
    Oldest,
    /// Latest change first
    Updated,
    /// Earliest change first
    LongestUnchanged,
}

impl Sort {
    fn order_by(self) -> &'static str {
        match self {
            Self::Newest => "publish_time desc",
            Self::Oldest => "publish_time",
            Self::Updated => "update_time desc",
            Self::LongestUnchanged => "update_time",
        }
    }
}

pub(super) fn run(args: Args) -> Outcome {
    client::block_on(async {
        let channel = args.server.connect().await?;
        let mut client = ArticleServiceClient::new(channel).max_decoding_message_size(client::ANSWER_BYTES);
        if let Some(id) = args.one.or(args.id) {
            return show_one(&mut client, id, args.output.one_as_json()?).await;
        }
        let request = ListArticlesRequest {
            filter: args.articles.filter(),
            order_by: args.sort.order_by().into(),
            ..ListArticlesRequest::default()
        };
        let width = render::width();
        let fetch = async |page_size, page_token| {
            client.list_articles(ListArticlesRequest { page_size, page_token, ..request.clone() }).await
        };
        let seen = each_hit(args.output, "", fetch, |hit| render::print(&lines(&hit, width))).await?;
        if args.output.is_for_people() {
            render::print(&Paragraph::new().add(DIM, &seen.words("article", "articles")).lines(width, 0))?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// Prints the title, then outlet and date, then what was found in the article.
fn lines(hit: &ArticleSummary, width: Option<usize>) -> String {
    let article = hit.article.clone().unwrap_or_default();
    let found = format!(
        "{}, {}, {}",
        counted(hit.sentence_count, "sentence", "sentences"),
        counted(hit.entity_count, "entity", "entities"),
        counted(hit.quote_count, "quote", "quotes")
    );
    let place = Paragraph::new().add_parts(DIM, &[published(&article), found, labelled(&article), article.id.clone()]);
    format!("{}{}\n", title(&article, width), place.lines(width, 2))
}

fn title(article: &Article, width: Option<usize>) -> String {
    let title = if article.title.is_empty() { "(no title)" } else { &article.title };
    Paragraph::new().add(NAME, title).lines(width, 0)
}

async fn show_one(client: &mut ArticleServiceClient<Channel>, id: String, as_json: bool) -> Outcome {
    let whole = whole::article(client, id).await?;
    if as_json {
        json::print("AnnotatedArticle", &whole)?;
        return Ok(ExitCode::SUCCESS);
    }
    let (article, found) = (whole.article.unwrap_or_default(), whole.annotations.unwrap_or_default());
    let width = render::width();
    render::print(&format!("{}\n{}", whole_lines(&article, width), analyze::lines("", &found, width)))?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the metadata of an article, then its body.
fn whole_lines(article: &Article, width: Option<usize>) -> String {
    let place = [published(article), article.authors.join(", "), labelled(article), article.id.clone()];
    let mut out = title(article, width);
    out.push_str(&Paragraph::new().add_parts(DIM, &place).lines(width, 2));
    if !article.url.is_empty() {
        out.push_str(&Paragraph::new().add(DIM, &article.url).lines(width, 2));
    }
    out.push('\n');
    for line in article.body.lines() {
        let blank = line.trim().is_empty();
        out.push_str(&if blank { "\n".into() } else { Paragraph::new().add(PLAIN, line).lines(width, 0) });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article() -> Article {
        let labels = [("desk", "politics"), ("customer", "17")];
        Article {
            id: "wire-03".into(),
            outlet: "Veld Courier".into(),
            authors: vec!["Ines Okafor".into(), "Jonas Ekholm".into()],
            labels: labels.map(|(key, value)| (key.into(), value.into())).into(),
            ..Article::default()
        }
    }

    #[test]
    fn a_listed_article_reads_well() {
        let hit = ArticleSummary {
            article: Some(article()),
            sentence_count: 12,
            entity_count: 1,
            quote_count: 0,
            ..ArticleSummary::default()
        };
        insta::assert_snapshot!(render::plain(&lines(&hit, None)), @r"
        (no title)
          Veld Courier · 12 sentences, 1 entity, no quotes · customer=17, desk=politics · wire-03
        ");
    }

    #[test]
    fn a_whole_article_reads_well() {
        let body = "The tide turned.\n\nBoats came.".into();
        let article = Article { title: "Tide".into(), url: "https://courier.example/1".into(), body, ..article() };
        insta::assert_snapshot!(render::plain(&whole_lines(&article, None)), @r"
        Tide
          Veld Courier · Ines Okafor, Jonas Ekholm · customer=17, desk=politics · wire-03
          https://courier.example/1

        The tide turned.

        Boats came.
        ");
    }
}
