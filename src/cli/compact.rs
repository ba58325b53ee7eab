//! `sayso compact`: makes the store of a stopped server smaller.

use std::path::PathBuf;
use std::process::ExitCode;

use sayso_index::{Compacted, Embedded};

use super::fault::{Fault, Outcome};
use super::info::bytes;
use super::render;
use crate::config::{RawConfig, Settings};
use crate::convert;

/// Arguments of `sayso compact`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// TOML file with the settings of the server
    #[arg(long, value_name = "FILE", env = "SAYSO_CONFIG")]
    config: Option<PathBuf>,
    /// Data directory of the server [default: sayso-data, env: SAYSO_DATA_DIR]
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
}

const AFTER_HELP: &str = "\
The room that deleted and replaced articles took is used again for later ones, but stays with the file. This \
gives it back to the disk. Stop the server first.

Example:
  sayso compact --data-dir /var/lib/sayso";

pub(super) fn run(args: Args) -> Outcome {
    let flags = RawConfig { data_dir: args.data_dir, ..RawConfig::default() };
    let settings = Settings::gather(flags, args.config.as_ref()).map_err(Fault::usage)?;
    let folder = settings.raw().data_folder();
    let Compacted { before, after } =
        Embedded::compact(&folder).map_err(|error| Fault::new(format!("{}: {error}", folder.display())))?;
    let size = |count: u64| bytes(convert::count(count));
    render::print(&format!("the store had {} and has {} now\n", size(before), size(after)))?;
    Ok(ExitCode::SUCCESS)
}
