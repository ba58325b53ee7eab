//! `sayso delete`: deletes articles.

use std::collections::BTreeSet;
use std::process::ExitCode;

use tonic::Code;

use super::client::{self, Channel, Server};
use super::entities::counted;
use super::fault::{Fault, Outcome, describe};
use super::filter::Articles;
use super::{json, render};
use crate::proto::article_service_client::ArticleServiceClient;
use crate::proto::{ArticleChange, ArticleFilter, DeleteArticleRequest, DeleteArticlesRequest, DeleteArticlesResponse};

/// Arguments of `sayso delete`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// Ids of articles; without any, the options below select them
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// With ids: do not fail for an id that does not exist
    #[arg(long, requires = "ids")]
    allow_missing: bool,
    /// Only count the articles of these ids, or that the options select; delete nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    articles: Articles,
    /// Print protobuf JSON; with ids, one object for each article that existed
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

const AFTER_HELP: &str = "\
An article must match all options. There is no confirmation before articles are deleted: try --dry-run first.

Examples:
  sayso delete 01-harbour-strike 02-bank-rate-cut
  sayso delete --outlet \"Northern Wire\" --until 2026-06-30 --dry-run
  sayso delete --label customer=17";

pub(super) fn run(args: Args) -> Outcome {
    let filter = args.articles.filter();
    match (args.ids.is_empty(), &filter) {
        (true, None) => {
            return Err(Fault::usage(
                "say which articles: by their ids, or by an option such as --outlet, --label or --until",
            ));
        }
        (false, Some(_)) => {
            return Err(Fault::usage(
                "ids and options that select articles cannot be used together; --article ID is such an option",
            ));
        }
        _ => {}
    }
    client::block_on(async {
        let client = ArticleServiceClient::new(args.server.connect().await?);
        match filter {
            Some(filter) => {
                by_filter(client, filter, args.dry_run, args.json).await?;
                Ok(ExitCode::SUCCESS)
            }
            None if args.dry_run => how_many(client, args.ids, args.allow_missing, args.json).await,
            None => by_id(client, args.ids, args.allow_missing, args.json).await,
        }
    })
}

/// Deletes the articles with these ids. Goes on after an id that does not exist; the exit code is 1 then.
async fn by_id(
    mut client: ArticleServiceClient<Channel>,
    ids: Vec<String>,
    allow_missing: bool,
    as_json: bool,
) -> Outcome {
    let mut missing = 0;
    for id in ids {
        let request = DeleteArticleRequest { id: id.clone(), allow_missing, ..DeleteArticleRequest::default() };
        match client.delete_article(request).await {
            Ok(response) if as_json => json::print("DeleteArticleResponse", response.get_ref())?,
            Ok(response) if response.get_ref().change() == ArticleChange::Unchanged => {
                render::print(&format!("{id} was not there\n"))?;
            }
            Ok(_) => render::print(&format!("deleted {id}\n"))?,
            Err(status) if status.code() == Code::NotFound => {
                missing += 1;
                anstream::eprintln!("sayso: {}", describe(&status));
            }
            Err(status) => return Err(status.into()),
        }
    }
    Ok(if missing == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints how many of these articles exist. The exit code is that of their deletion.
async fn how_many(
    client: ArticleServiceClient<Channel>,
    ids: Vec<String>,
    allow_missing: bool,
    as_json: bool,
) -> Outcome {
    let ids: BTreeSet<String> = ids.into_iter().collect();
    let wanted = ids.len() as i64;
    let filter = ArticleFilter { article_ids: ids.into_iter().collect(), ..ArticleFilter::default() };
    let missing = wanted - by_filter(client, filter, true, as_json).await?;
    if missing == 0 || allow_missing {
        return Ok(ExitCode::SUCCESS);
    }
    anstream::eprintln!("sayso: {missing} of the ids {} not there", if missing == 1 { "is" } else { "are" });
    Ok(ExitCode::FAILURE)
}

/// Returns how many articles match.
async fn by_filter(
    mut client: ArticleServiceClient<Channel>,
    filter: ArticleFilter,
    dry_run: bool,
    as_json: bool,
) -> Result<i64, Fault> {
    let request = DeleteArticlesRequest { filter: Some(filter), validate_only: dry_run, wait_for: 0 };
    let response = client.delete_articles(request).await?.into_inner();
    if as_json {
        json::print("DeleteArticlesResponse", &response)?;
    } else {
        render::print(&summary(&response, dry_run))?;
    }
    Ok(response.article_count)
}

/// "34 articles would be deleted: a1, a2 and others"
fn summary(response: &DeleteArticlesResponse, dry_run: bool) -> String {
    let articles = counted(response.article_count, "article", "articles");
    let done = if dry_run { "would be deleted" } else { "deleted" };
    let ids = &response.sample_ids;
    if ids.is_empty() {
        return format!("{articles} {done}\n");
    }
    let others = if (ids.len() as i64) < response.article_count { " and others" } else { "" };
    format!("{articles} {done}: {}{others}\n", crate::echo::visible(&ids.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_tells_how_many_and_some_of_them() {
        let told = |article_count, ids: &[&str], dry_run| {
            let sample_ids = ids.iter().map(ToString::to_string).collect();
            summary(&DeleteArticlesResponse { article_count, sample_ids }, dry_run)
        };
        assert_eq!(told(0, &[], true), "no articles would be deleted\n");
        assert_eq!(told(1, &["a1"], true), "1 article would be deleted: a1\n");
        assert_eq!(told(1234, &["a1", "a2"], false), "1,234 articles deleted: a1, a2 and others\n");
    }
}
