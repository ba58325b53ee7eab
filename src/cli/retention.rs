//! `sayso retention`: deletes articles that are older than the rules of the server allow.

use std::process::ExitCode;

use super::client::{self, Server};
use super::entities::counted;
use super::fault::Outcome;
use super::{json, render};
use crate::echo::visible;
use crate::proto::article_service_client::ArticleServiceClient;
use crate::proto::{ApplyRetentionRequest, ApplyRetentionResponse};

/// Arguments of `sayso retention`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// Only count the articles; delete nothing
    #[arg(long)]
    dry_run: bool,
    /// Print protobuf JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

const AFTER_HELP: &str = "\
The rules are the setting `retention` of the server, which applies them when it starts and then once a day. \
Articles without a date of publication stay.

Examples:
  sayso retention --dry-run
  sayso retention";

pub(super) fn run(args: Args) -> Outcome {
    client::block_on(async {
        let mut client = ArticleServiceClient::new(args.server.connect().await?);
        let request = ApplyRetentionRequest { validate_only: args.dry_run };
        let applied = client.apply_retention(request).await?.into_inner();
        if args.json {
            json::print("ApplyRetentionResponse", &applied)?;
        } else {
            render::print(&lines(&applied, args.dry_run))?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// "30d outlet=Veld Courier: 34 articles would be deleted", a line for each rule.
fn lines(applied: &ApplyRetentionResponse, dry_run: bool) -> String {
    if applied.outcomes.is_empty() {
        return "the server has no rules of retention: all articles stay\n".into();
    }
    let done = if dry_run { "would be deleted" } else { "deleted" };
    let line = |one: &crate::proto::apply_retention_response::Outcome| {
        format!("{}: {} {done}\n", visible(&one.rule), counted(one.article_count, "article", "articles"))
    };
    applied.outcomes.iter().map(line).collect()
}
