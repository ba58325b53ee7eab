//! `sayso reanalyze`: analyses articles again that another model has analysed.

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::client::{self, Channel, Server};
use super::fault::{Fault, Outcome};
use super::filter::Articles;
use super::info::grouped;
use super::labels::{self, Tier};
use super::{json, render};
use crate::proto::article_service_client::ArticleServiceClient;
use crate::proto::server_service_client::ServerServiceClient;
use crate::proto::{AnalysisInfo, GetServerInfoRequest, ReanalyzeArticlesRequest, ReanalyzeArticlesResponse};

/// How often the server is asked for its progress.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Arguments of `sayso reanalyze`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// The tier to analyse on [default: the one that the server's default mode ends with]
    #[arg(long, value_name = "TIER", value_enum)]
    analysis: Option<Tier>,
    #[command(flatten)]
    articles: Articles,
    /// Return only when no article is waiting any more
    #[arg(long)]
    wait: bool,
    /// Print protobuf JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

const AFTER_HELP: &str = "\
The server works through the articles while it is otherwise idle. Each new analysis is visible as soon as it is \
made. The queue survives a restart; `sayso info` shows how many articles are left.

Example:
  sayso reanalyze --outlet \"Northern Wire\" --model linear-5";

pub(super) fn run(args: Args) -> Outcome {
    client::block_on(async {
        let channel = args.server.connect().await?;
        let tier = labels::at_most_one(Tier::values(args.analysis.as_slice()));
        let request = ReanalyzeArticlesRequest { tier, filter: args.articles.filter() };
        let queued = ArticleServiceClient::new(channel.clone()).reanalyze_articles(request).await?.into_inner();
        if args.json {
            json::print("ReanalyzeArticlesResponse", &queued)?;
        } else {
            let waiting = ask(&mut ServerServiceClient::new(channel.clone())).await?.pending_count;
            render::print(&summary(&queued, waiting))?;
        }
        let failed = if args.wait { wait(channel).await? } else { 0 };
        if failed > 0 {
            let words = "of the articles could not be analysed; the server's log lists them";
            return Err(Fault::new(format!("{} {words}", grouped(failed))));
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// "34 more articles wait for encoder-4 (accurate)", where `waiting` is the total.
fn summary(queued: &ReanalyzeArticlesResponse, waiting: i64) -> String {
    let what = format!("{} ({})", queued.model, Tier::label(queued.tier));
    match queued.queued_count {
        0 if waiting == 0 => format!("all articles are analysed by {what} or better\n"),
        0 => format!("all articles are analysed by {what} or better, or wait for it\n"),
        1 => format!("1 more article waits for {what}\n"),
        many => format!("{} more articles wait for {what}\n", grouped(many)),
    }
}

/// Waits until all articles are analysed or have failed. Returns how many have failed.
async fn wait(channel: Channel) -> Result<i64, Fault> {
    let mut client = ServerServiceClient::new(channel);
    let first = ask(&mut client).await?;
    let bar = io::stderr().is_terminal().then(|| bar(unsigned(first.pending_count)));
    let mut now = first;
    while now.pending_count > now.failed_count {
        if let Some(bar) = &bar {
            // Others may queue more in the meantime, so the total is what is done and what is left.
            let done = unsigned(now.done_count - first.done_count);
            bar.set_length(done + unsigned(now.pending_count));
            bar.set_position(done);
        }
        tokio::time::sleep(POLL_INTERVAL).await;
        now = ask(&mut client).await?;
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    Ok(now.failed_count)
}

/// A count; counts are not negative.
fn unsigned(count: i64) -> u64 {
    count.try_into().unwrap_or_default()
}

async fn ask(client: &mut ServerServiceClient<Channel>) -> Result<AnalysisInfo, Fault> {
    Ok(client.get_server_info(GetServerInfoRequest::default()).await?.into_inner().analysis.unwrap_or_default())
}

fn bar(articles: u64) -> ProgressBar {
    let bar = ProgressBar::new(articles);
    match ProgressStyle::with_template(
        "{bar:30.cyan/dim} {percent:>3} % · {pos} of {len} articles · {elapsed} (left: {eta})",
    ) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_tells_how_many_wait_for_what() {
        let told = |queued_count| {
            summary(&ReanalyzeArticlesResponse { queued_count, tier: 2, model: "encoder-4".into() }, queued_count)
        };
        let queued = ReanalyzeArticlesResponse { queued_count: 0, tier: 2, model: "encoder-4".into() };
        let others = summary(&queued, 5);
        assert_eq!(others, "all articles are analysed by encoder-4 (accurate) or better, or wait for it\n");
        assert_eq!(told(0), "all articles are analysed by encoder-4 (accurate) or better\n");
        assert_eq!(told(1), "1 more article waits for encoder-4 (accurate)\n");
        assert_eq!(told(1234), "1,234 more articles wait for encoder-4 (accurate)\n");
    }
}
