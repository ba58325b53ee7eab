//! `sayso check`: verifies the data directory of a stopped server.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use sayso_index::{Checked, Embedded, Interrupt};

use super::fault::{Fault, Outcome};
use super::render;
use crate::config::{RawConfig, Settings};

/// Arguments of `sayso check`.
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
Reads every byte: all pages of the store, all records of articles, all files of the search indexes. Then \
compares what they say, article by article. Prints everything that is wrong, and what to do about it. Changes \
nothing. Stop the server first.

Ends with 0 if all is well, and with 1 if anything is wrong or the directory cannot be checked.

Example:
  sayso check --data-dir /var/lib/sayso";

pub(super) fn run(args: Args) -> Outcome {
    let flags = RawConfig { data_dir: args.data_dir, ..RawConfig::default() };
    let settings = Settings::gather(flags, args.config.as_ref()).map_err(Fault::usage)?;
    let folder = settings.raw().data_folder();
    let about = |error| Fault::new(format!("cannot check {}: {error}", folder.display()));
    let checked = Embedded::check(&folder, &Interrupt::default()).map_err(about)?;
    render::print(&told(&checked))?;
    Ok(if checked.is_well() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the check found, in words.
fn told(checked: &Checked) -> String {
    let Checked { articles, sentences, quotes, entities, pending, behind, unbuilt, findings, more } = checked;
    let mut text =
        format!("articles   {articles}\nsentences  {sentences}\nquotes     {quotes}\nentities   {entities}\n");
    // Writing to a string cannot fail.
    if *pending > 0 {
        let _ = writeln!(text, "{pending} articles wait for a better analysis");
    }
    if *behind > 0 {
        let _ = writeln!(text, "{behind} changes are stored, but not in the indexes yet; the next start adds them");
    }
    if *unbuilt {
        text.push_str("the search indexes are not built yet, as after a restore; the next start builds them\n");
    }
    if findings.is_empty() {
        text.push_str("all is well\n");
    }
    for finding in findings {
        let _ = writeln!(text, "\n{}\n  to do: {}", finding.what, finding.advice);
    }
    if *more > 0 {
        let _ = writeln!(text, "\n… and {more} more");
    }
    text
}

#[cfg(test)]
mod tests {
    use sayso_index::Finding;

    use super::*;

    #[test]
    fn what_is_wrong_is_told_with_what_to_do() {
        let finding = Finding { what: "the index of quotes: it is missing".into(), advice: "nothing" };
        let checked = Checked { articles: 2, behind: 1, findings: vec![finding], more: 3, ..Checked::default() };
        let text = told(&checked);
        assert!(text.contains("articles   2\n") && text.contains("1 changes are stored"), "{text}");
        assert!(text.contains("the index of quotes: it is missing\n  to do: nothing\n\n… and 3 more\n"), "{text}");
        assert!(!text.contains("well") && told(&Checked::default()).ends_with("\nall is well\n"));
    }
}
