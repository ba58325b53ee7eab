//! The command line: `sayso serve` runs the server, all other commands are its clients.
//!
//! One file per command. What they share: `client` reaches the server, `filter` holds the
//! options that choose articles, `paging` walks through answers, `json` and `rows` print messages
//! for scripts, `render`, `quote_view` and `table` print them for people.

use std::process::ExitCode;
use std::sync::LazyLock;

use clap::{CommandFactory, Parser, Subcommand};
use sayso_extract::Analyzer;

use fault::Fault;

mod analyze;
mod article_search;
mod articles;
mod check;
mod client;
mod compact;
mod config;
mod dates;
mod delete;
mod entities;
mod eval;
mod export;
mod facets;
mod fault;
mod filter;
mod going_by;
mod health;
mod info;
mod ingest;
mod input;
mod json;
mod keys;
mod labels;
mod mcp;
mod nothing;
mod paging;
mod quote_view;
mod quotes;
mod reanalyze;
mod reindex;
mod render;
mod retention;
mod rows;
mod search;
mod serve;
mod shell;
mod similar;
mod snapshot;
mod suggest;
mod table;
mod whole;

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use ingest::{page, records};

/// Reads news articles and answers who said what, over gRPC.
#[derive(Debug, Parser)]
#[command(version, long_version = long_version(), max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// What `--version` prints after the name: the version, the commit of a release build, and the models.
fn long_version() -> &'static str {
    static LONG: LazyLock<String> = LazyLock::new(|| {
        let commit = option_env!("SAYSO_COMMIT").map(|commit| format!("commit {commit}\n")).unwrap_or_default();
        let accurate = if cfg!(feature = "encoder") { Analyzer::ENCODER } else { "none" };
        format!("{}\n{commit}fast model {}\naccurate model {accurate}", env!("CARGO_PKG_VERSION"), Analyzer::MODEL)
    });
    &LONG
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server.
    Serve(serve::Args),
    /// Add articles: text, HTML or JSON, from files or folders.
    Ingest(ingest::Args),
    /// Find sentences, or articles, by their words.
    Search(search::Args),
    /// Find quotes: who said what.
    Quotes(quotes::Args),
    /// Find people, organisations and places.
    Entities(entities::Args),
    /// Complete what is typed: entities, and phrases of headlines.
    Suggest(suggest::Args),
    /// Find articles like an article, or quotes like a quote.
    Similar(similar::Args),
    /// Write all hits of a search to a file: JSON Lines or CSV.
    Export(export::Args),
    /// List articles, or show one in full.
    Articles(articles::Args),
    /// Find entities and quotes in a text without storing it.
    Analyze(analyze::Args),
    /// Delete articles.
    Delete(delete::Args),
    /// Analyse articles again that the current model has not analysed.
    Reanalyze(reanalyze::Args),
    /// Check or show the settings of a server, or print an example file.
    Config(config::Args),
    /// Make, list and revoke the API keys of a server on this machine.
    Keys(keys::Args),
    /// Delete articles that are older than the rules of the server allow.
    Retention(retention::Args),
    /// Build the search indexes of a server anew while it goes on.
    Reindex(reindex::Args),
    /// Check the data directory of a stopped server: every byte, and whether all of it agrees.
    Check(check::Args),
    /// Make the store of a stopped server as small as its articles allow.
    Compact(compact::Args),
    /// Take, list, check, delete and restore snapshots: copies of everything that is stored.
    Snapshot(snapshot::Args),
    /// Ask whether the server serves: exit code 0 if it does, 1 if not.
    Health(health::Args),
    /// Show the server's version, models, limits and counts.
    Info(info::Args),
    /// Answer the questions of an assistant: the Model Context Protocol on standard input and output.
    Mcp(mcp::Args),
    /// Print what a shell needs to complete commands and options.
    Completions(shell::CompletionsArgs),
    /// Print the manual page, or write one per command.
    Man(shell::ManArgs),
}

/// Runs the command that the program's arguments name. Ends with 0 when all went well, 1 when
/// something did not, 2 when the command was not understood.
pub fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(args) => serve::run(args).map(|()| ExitCode::SUCCESS).map_err(Fault::new),
        Command::Ingest(args) => ingest::run(args),
        Command::Search(args) => search::run(args),
        Command::Quotes(args) => quotes::run(args),
        Command::Entities(args) => entities::run(args),
        Command::Suggest(args) => suggest::run(args),
        Command::Similar(args) => similar::run(args),
        Command::Export(args) => export::run(args),
        Command::Articles(args) => articles::run(args),
        Command::Analyze(args) => analyze::run(args),
        Command::Delete(args) => delete::run(args),
        Command::Reanalyze(args) => reanalyze::run(args),
        Command::Config(args) => config::run(args),
        Command::Keys(args) => keys::run(args),
        Command::Retention(args) => retention::run(args),
        Command::Reindex(args) => reindex::run(args),
        Command::Check(args) => check::run(args),
        Command::Compact(args) => compact::run(args),
        Command::Snapshot(args) => snapshot::run(args),
        Command::Health(args) => health::run(args),
        Command::Info(args) => info::run(args),
        Command::Mcp(args) => mcp::run(args),
        Command::Completions(args) => shell::completions(args, Cli::command()),
        Command::Man(args) => shell::man(args, Cli::command()),
    };
    outcome.unwrap_or_else(|fault| fault.report())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_of_help_are_wrapped_by_the_terminal_and_not_by_hand() {
        let is_prose = |line: &str| !line.is_empty() && !line.starts_with(' ');
        let mut seen = 0;
        for command in Cli::command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            for (line, next) in help.lines().zip(help.lines().skip(1)) {
                let is_broken = is_prose(line) && is_prose(next) && line.len() > 60;
                assert!(!is_broken, "{}: {line:?} goes on in another line", command.get_name());
                seen += 1;
            }
        }
        assert!(seen > 50, "{seen} lines of help");
    }
}
