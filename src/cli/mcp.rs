//! `sayso mcp`: lets assistants look up who said what, by the Model Context Protocol (<https://modelcontextprotocol.io>) on
//! standard input and output. It is a client of the server like all other commands, and only reads.

mod ask;
mod given;

use std::process::ExitCode;

use prost::Message;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{CallToolResult, ContentBlock, Implementation, ServerCapabilities, ServerConfig};
use rmcp::{ServerHandler, ServiceExt, tool, tool_handler, tool_router};

use self::ask::{Analyze, FindEntity, GetArticle, SearchQuotes};
use self::given::Given;
use super::client::{self, Channel, Server};
use super::fault::{self, Fault, Outcome};
use super::json;
use crate::proto::analyze_service_client::AnalyzeServiceClient;
use crate::proto::article_service_client::ArticleServiceClient;
use crate::proto::entity_service_client::EntityServiceClient;
use crate::proto::quote_service_client::QuoteServiceClient;

/// Arguments of `sayso mcp`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    #[command(flatten)]
    server: Server,
}

const AFTER_HELP: &str = r#"An assistant starts this program and talks to it. Most take a file like this one:
  {"mcpServers": {"sayso": {"command": "sayso", "args": ["mcp", "--server", "http://127.0.0.1:50051"]}}}
Its tools are search_quotes, find_entity, get_article and analyze. None of them changes anything."#;

const INSTRUCTIONS: &str = "Sayso knows who said what, about whom and when in the news articles that it was given. Use \
    search_quotes for statements, with find_entity for the ids of people and organisations whose names are ambiguous, and \
    get_article for the whole text behind a quote. Cite the article's outlet, date and URL. speakerConfidence is how likely \
    the speaker is right; quotes without speakers are of nobody with a name. saidDates are the days on which it was said: \
    endDate is the day after the last one, so 14 to 15 January is 14 January alone. Quotes are found by a program: check the \
    context before you rely on one.";

pub(super) fn run(args: Args) -> Outcome {
    client::block_on(async {
        let tools = Tools { channel: args.server.connect().await? };
        let service = tools.serve(rmcp::transport::stdio()).await.map_err(Fault::new)?;
        service.waiting().await.map_err(Fault::new)?;
        Ok(ExitCode::SUCCESS)
    })
}

/// What assistants can do. Each call is a call of the server.
#[derive(Clone, Debug)]
struct Tools {
    channel: Channel,
}

#[tool_router]
impl Tools {
    /// Finds who said what in news articles: quotes with their speakers, sources, dates and articles.
    #[tool(annotations(title = "Search quotes", read_only_hint = true, open_world_hint = false))]
    async fn search_quotes(&self, Parameters(given): Parameters<Given<SearchQuotes>>) -> CallToolResult {
        let answer = async {
            let request = given.read()?.request()?;
            let query = request.query.clone();
            let mut client =
                QuoteServiceClient::new(self.channel.clone()).max_decoding_message_size(client::ANSWER_BYTES);
            let found = client.search_quotes(request).await.map_err(|status| fault::of_query(&status, &query))?;
            Ok(found.into_inner())
        };
        told("SearchQuotesResponse", answer.await)
    }

    /// Finds people, organisations and places by name, with their ids, titles, other names and how often they speak.
    #[tool(annotations(title = "Find a person or organisation", read_only_hint = true, open_world_hint = false))]
    async fn find_entity(&self, Parameters(given): Parameters<Given<FindEntity>>) -> CallToolResult {
        let answer = async {
            let request = given.read()?.request();
            let mut client =
                EntityServiceClient::new(self.channel.clone()).max_decoding_message_size(client::ANSWER_BYTES);
            Ok(client.lookup_entities(request).await?.into_inner())
        };
        told("LookupEntitiesResponse", answer.await)
    }

    /// Returns a news article in full, with its quotes.
    #[tool(annotations(title = "Read an article", read_only_hint = true, open_world_hint = false))]
    async fn get_article(&self, Parameters(given): Parameters<Given<GetArticle>>) -> CallToolResult {
        let answer = async {
            let request = given.read()?.request();
            let mut client =
                ArticleServiceClient::new(self.channel.clone()).max_decoding_message_size(client::ANSWER_BYTES);
            Ok(client.get_article(request).await?.into_inner())
        };
        told("GetArticleResponse", answer.await)
    }

    /// Finds who says what in a text that is given, which is not kept.
    #[tool(annotations(title = "Analyse a text", read_only_hint = true, open_world_hint = false))]
    async fn analyze(&self, Parameters(given): Parameters<Given<Analyze>>) -> CallToolResult {
        let answer = async {
            let request = given.read()?.request()?;
            let mut client =
                AnalyzeServiceClient::new(self.channel.clone()).max_decoding_message_size(client::ANSWER_BYTES);
            Ok(client.analyze(request).await?.into_inner())
        };
        told("AnalyzeResponse", answer.await)
    }
}

#[tool_handler]
impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        let of = Implementation::new("sayso", env!("CARGO_PKG_VERSION")).with_title("Sayso: who said what");
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(of)
            .with_instructions(INSTRUCTIONS)
    }
}

/// An answer of the type `sayso.v1.{name}` as protobuf JSON, or what is wrong in words that help to ask again.
fn told(name: &str, answer: Result<impl Message, Fault>) -> CallToolResult {
    match answer.and_then(|answer| json::value(name, &answer)) {
        Ok(value) => CallToolResult::structured(value),
        Err(fault) => CallToolResult::error(vec![ContentBlock::text(fault.words())]),
    }
}
