//! `sayso completions` and `sayso man`: what shells and `man` want to know of the command line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Command;
use clap_complete::Shell;

use super::fault::{Fault, Outcome};
use super::render;

/// Arguments of `sayso completions`.
#[derive(Debug, clap::Args)]
#[command(after_help = COMPLETIONS_HELP)]
pub(super) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

const COMPLETIONS_HELP: &str = "\
Examples:
  sayso completions bash > ~/.local/share/bash-completion/completions/sayso
  sayso completions zsh > \"${fpath[1]}/_sayso\"
  sayso completions fish > ~/.config/fish/completions/sayso.fish";

/// Arguments of `sayso man`.
#[derive(Debug, clap::Args)]
#[command(after_help = MAN_HELP)]
pub(super) struct ManArgs {
    /// Folder for the pages, one per command [default: print the first page]
    folder: Option<PathBuf>,
}

const MAN_HELP: &str = "\
Examples:
  sayso man | man -l -
  sayso man ~/.local/share/man/man1";

pub(super) fn completions(args: CompletionsArgs, mut command: Command) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "sayso", &mut script);
    render::print(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn man(args: ManArgs, command: Command) -> Outcome {
    let Some(folder) = args.folder else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page).map_err(Fault::new)?;
        render::print(&String::from_utf8_lossy(&page))?;
        return Ok(ExitCode::SUCCESS);
    };
    let failed = |error| Fault::new(format!("{}: {error}", folder.display()));
    std::fs::create_dir_all(&folder).map_err(failed)?;
    clap_mangen::generate_to(command, &folder).map_err(failed)?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::Cli;
    use super::*;

    #[test]
    fn every_command_has_a_page_and_is_completed() {
        let folder = tempfile::tempdir().unwrap();
        man(ManArgs { folder: Some(folder.path().to_owned()) }, Cli::command()).unwrap();
        let mut script = Vec::new();
        clap_complete::generate(Shell::Bash, &mut Cli::command(), "sayso", &mut script);
        let script = String::from_utf8(script).unwrap();
        for command in Cli::command().get_subcommands() {
            let page = folder.path().join(format!("sayso-{}.1", command.get_name()));
            let page = std::fs::read_to_string(page).unwrap();
            assert!(page.contains(".SH SYNOPSIS"), "{}", command.get_name());
            assert!(script.contains(command.get_name()), "{}", command.get_name());
        }
    }
}
