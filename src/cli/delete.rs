//! `sayso delete`: takes articles away.

use std::process::ExitCode;

use tonic::Code;

use super::client::{self, Server};
use super::fault::{Outcome, describe};
use super::{json, render};
use crate::proto::DeleteArticleRequest;
use crate::proto::article_service_client::ArticleServiceClient;

/// Arguments of `sayso delete`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The articles' ids
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
    /// Print protobuf JSON: one object for each article that was there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

/// Goes on after an id that is not there; the exit code is 1 then.
pub(super) fn run(args: Args) -> Outcome {
    client::block_on(async {
        let mut client = ArticleServiceClient::new(args.server.connect().await?);
        let mut missing = 0;
        for id in args.ids {
            match client.delete_article(DeleteArticleRequest { id: id.clone(), wait_for: 0 }).await {
                Ok(response) if args.json => json::print("DeleteArticleResponse", response.get_ref())?,
                Ok(_) => render::print(&format!("deleted {id}\n"))?,
                Err(status) if status.code() == Code::NotFound => {
                    missing += 1;
                    anstream::eprintln!("sayso: {}", describe(&status));
                }
                Err(status) => return Err(status.into()),
            }
        }
        Ok(if missing == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
}
