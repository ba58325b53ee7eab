//! `sayso config`: checks the settings of a server, shows those in effect, and prints an example file.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::fault::{Fault, Outcome};
use super::render::DIM;
use crate::config::{self, RawConfig, Settings};
use crate::server;

/// Arguments of `sayso config`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Tell everything that is wrong with the settings, each with its line or variable. Ends with 2 if anything is.
    Check(Place),
    /// Show the settings in effect, and where each comes from. None of them is a secret.
    Show(Place),
    /// Print a settings file with every setting, its meaning, unit and default.
    Example,
}

#[derive(Debug, clap::Args)]
struct Place {
    /// TOML file with settings, as for `sayso serve`
    #[arg(long, value_name = "FILE", env = "SAYSO_CONFIG")]
    config: Option<PathBuf>,
    #[command(flatten)]
    flags: RawConfig,
}

/// Runs `sayso config`.
pub(super) fn run(args: Args) -> Outcome {
    match args.action {
        Action::Check(place) => {
            let file = place.config.clone();
            let config = gather(place)?.resolve().map_err(Fault::usage)?;
            let obstacles = server::obstacles(&config);
            if !obstacles.is_empty() {
                let told = obstacles.join("\n  ");
                return Err(Fault::usage(format!("a server with these settings would not start:\n  {told}")));
            }
            let read = file.map(|file| format!("{} and ", file.display())).unwrap_or_default();
            anstream::println!("{read}the environment: the settings can be used");
        }
        Action::Show(place) => {
            let settings = gather(place)?;
            for (name, value) in settings.resolve().map_err(Fault::usage)?.values() {
                let origin = settings.origin(name);
                match value {
                    Some(value) => anstream::println!("{name} = {value}{DIM}   # {origin}{DIM:#}"),
                    None => anstream::println!("{DIM}# {name} is not set{DIM:#}"),
                }
            }
        }
        Action::Example => anstream::print!("{}", config::example()),
    }
    Ok(ExitCode::SUCCESS)
}

fn gather(place: Place) -> Result<Settings, Fault> {
    for warning in config::misspelt_variables() {
        anstream::eprintln!("sayso: {warning}");
    }
    Settings::gather(place.flags, place.config.as_ref()).map_err(Fault::usage)
}
