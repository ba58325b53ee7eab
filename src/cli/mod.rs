//! The command line: `sayso serve` runs the server, all other commands are its clients.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod serve;

/// Who said what, searchable: reads news articles and answers over gRPC.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server.
    Serve(serve::Args),
}

/// Runs the command that the program's arguments name.
pub fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(args) => serve::run(args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            anstream::eprintln!("sayso: {fault}");
            ExitCode::FAILURE
        }
    }
}
