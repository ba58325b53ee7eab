//! What the command `sayso-train` does, and what that takes: corpora are read, models learned in
//! stages that build on each other, and their figures measured.

pub mod breaks;
pub mod corpus;
pub mod cross;
pub mod encoder;
pub mod eval;
pub mod label;
pub mod learn;
pub mod models;
pub mod parallel;
pub mod places;
pub mod speed;
pub mod stages;
pub mod study;

use std::io;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};

use places::Places;
use stages::STAGES;

/// The command line.
pub fn command() -> Command {
    let folder = |name: &'static str, default: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("DIR")
            .default_value(default)
            .value_parser(value_parser!(PathBuf))
            .help(help)
    };
    let data = folder("data", "../shared", "The folder that holds the corpora (eval/, news/, gazetteers/)");
    let out = folder("out", "extract/models", "The folder that the weights are written to");
    let labels = Arg::new("labels")
        .long("labels")
        .value_name("DIR")
        .value_parser(value_parser!(PathBuf))
        .help("A folder that `label` wrote, to learn attributions and names from as well");
    let encoders = Arg::new("encoders").long("encoders").value_name("DIR").value_parser(value_parser!(PathBuf)).help(
        "A folder with fold0 to fold4: files of an encoder fitted without that fold, to learn from what they find",
    );
    let stages = STAGES.iter().map(|stage| Command::new(stage.name).about(stage.about));
    let all = Command::new("all").about("Runs all stages in order");
    let writing =
        stages.chain([all, study::command()]).map(|sub| sub.args([out.clone(), labels.clone(), encoders.clone()]));
    let reading =
        [eval::command(), cross::command(), speed::command(), breaks::command(), encoder::command(), label::command()];
    Command::new("sayso-train")
        .about("Fits and evaluates the models of Sayso")
        .subcommand_required(true)
        .subcommands(writing.chain(reading).map(|sub| sub.arg(data.clone())))
}

/// Does what the command line asks for.
pub fn run(matches: &ArgMatches) -> io::Result<()> {
    let Some((name, matches)) = matches.subcommand() else { return Ok(()) };
    // Commands that write nothing have no `out`.
    let folder = |name: &str| matches.try_get_one::<PathBuf>(name).ok().flatten().cloned().unwrap_or_default();
    let given = |name: &str| matches.try_get_one::<PathBuf>(name).ok().flatten().cloned();
    let (labels, encoders) = (given("labels"), given("encoders"));
    let places = Places { data: folder("data"), out: folder("out"), labels, encoders };
    places::check(&places.data)?;
    match name {
        "eval" => return eval::run(&places, matches),
        "cross" => return cross::run(&places, matches),
        "encode-check" => return encoder::run(&places, matches),
        "label" => return label::run(&places, matches),
        "breaks" => return breaks::run(&places, matches),
        "speed" => return speed::run(&places, matches),
        "study" => return study::run(&places, matches),
        _ => {}
    }
    for stage in STAGES.iter().filter(|stage| name == "all" || stage.name == name) {
        match (stage.run)(&places) {
            // Whoever brings corpora of their own need not have all of them.
            Err(error) if name == "all" && error.kind() == io::ErrorKind::NotFound => {
                eprintln!("{} is left as it is: {error}", stage.name);
            }
            done => done?,
        }
    }
    Ok(())
}
