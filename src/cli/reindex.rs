//! `sayso reindex`: builds the search indexes of a server anew.

use std::process::ExitCode;
use std::time::Duration;

use super::client::{self, Server};
use super::fault::Outcome;
use super::{json, render};
use crate::proto::ReindexRequest;
use crate::proto::server_service_client::ServerServiceClient;

/// Arguments of `sayso reindex`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// Print protobuf JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

const AFTER_HELP: &str = "\
The server builds new indexes from the stored articles beside the present ones, and then uses them. Searches and \
writes go on. Damaged indexes are built anew without being asked; this is for whoever wants to be sure, or to be \
rid of what deleted articles left in the statistics that ranking rests on.

Example:
  sayso reindex";

pub(super) fn run(args: Args) -> Outcome {
    client::block_on(async {
        let mut client = ServerServiceClient::new(args.server.connect().await?);
        let built = client.reindex(ReindexRequest::default()).await?.into_inner();
        if args.json {
            json::print("ReindexResponse", &built)?;
        } else {
            let took = Duration::try_from(built.duration.unwrap_or_default()).unwrap_or_default();
            render::print(&format!("the search indexes were built anew in {:.1} s\n", took.as_secs_f64()))?;
        }
        Ok(ExitCode::SUCCESS)
    })
}
