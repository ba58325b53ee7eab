//! `sayso serve`.

/// Arguments of `sayso serve`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_args: Args) -> Result<(), Box<dyn std::error::Error>> {
    Ok(())
}
