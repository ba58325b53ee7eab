//! `sayso keys`: makes, lists and revokes the API keys of a server on this machine.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, civil};

use super::fault::{Fault, Outcome};
use super::render::{DIM, NAME};
use crate::access::{Key, KeyFile, NewKey, Scope};
use crate::config::{RawConfig, Settings};
use crate::echo;

/// Arguments of `sayso keys`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    place: Place,
}

const AFTER_HELP: &str = "\
A server requires keys as soon as its file of keys exists, and goes on to when the last one is revoked. What is \
changed here counts from the next call on, without a restart. Calls bring their key like this:

  authorization: Bearer sayso_…

Scopes: read (searches, reads, analyses), write (puts and deletes of articles), admin (changes of many articles \
at once). None includes another.";

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a key and print it. It cannot be shown again.
    Create(Create),
    /// List the keys, without their secrets.
    List {
        /// Print one JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Remove a key. Calls with it are refused from now on.
    Revoke {
        /// Id or name of the key
        #[arg(value_name = "KEY")]
        key: String,
    },
}

#[derive(Debug, clap::Args)]
struct Create {
    /// Whom the key is for, as lists and logs are to call it
    #[arg(value_name = "NAME")]
    name: String,
    /// What it allows: read, write, admin, or several with commas
    #[arg(long, value_name = "SCOPES", value_delimiter = ',', default_value = "read")]
    scope: Vec<Scope>,
    /// When it expires: a date (2027-01-31), a time (2027-01-31T12:00:00Z), or how long from now (90d) [default: never]
    #[arg(long, value_name = "WHEN", value_parser = parse_end)]
    expires: Option<Timestamp>,
    /// How many calls a second may begin with it [default: any number]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    calls_per_second: Option<u32>,
}

/// Where the keys are. The settings of the server say so, too: its file, and its variables of the environment.
#[derive(Debug, clap::Args)]
struct Place {
    /// TOML file with the settings of the server
    #[arg(long, value_name = "FILE", env = "SAYSO_CONFIG", global = true)]
    config: Option<PathBuf>,
    /// File of keys [default: keys.json in the data directory, env: SAYSO_KEYS]
    #[arg(long, value_name = "FILE", global = true)]
    keys: Option<PathBuf>,
    /// Data directory of the server [default: sayso-data, env: SAYSO_DATA_DIR]
    #[arg(long, value_name = "FOLDER", global = true)]
    data_dir: Option<PathBuf>,
}

impl Place {
    fn file(self) -> Result<KeyFile, Fault> {
        let flags = RawConfig { keys: self.keys, data_dir: self.data_dir, ..RawConfig::default() };
        let settings = Settings::gather(flags, self.config.as_ref()).map_err(Fault::usage)?;
        Ok(KeyFile::at(&settings.raw().key_file()))
    }
}

/// Runs `sayso keys`.
pub(super) fn run(args: Args) -> Outcome {
    let file = args.place.file()?;
    match args.action {
        Action::Create(wanted) => create(&file, wanted),
        Action::List { json } => list(&file, json),
        Action::Revoke { key } => {
            let key = file.revoke(&key).map_err(Fault::new)?;
            anstream::println!("revoked {} ({})", key.id, echo::visible(&key.name));
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn create(file: &KeyFile, wanted: Create) -> Outcome {
    let name = wanted.name.trim().to_owned();
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err(Fault::usage("a key needs a name on one line, which says whom it is for"));
    }
    let is_first = file.list().map_err(Fault::new)?.is_none();
    let scopes = wanted.scope.into_iter().collect();
    let wanted = NewKey { name, scopes, expire_time: wanted.expires, calls_per_second: wanted.calls_per_second };
    let (key, secret) = file.create(wanted).map_err(Fault::new)?;
    if is_first {
        anstream::eprintln!("From now on, the server that uses {} requires keys.", file.path().display());
    }
    if key.expire_time.is_some_and(|end| end <= Timestamp::now()) {
        anstream::eprintln!("That is in the past: the key has expired already.");
    }
    anstream::eprintln!("Key {} for {}. Keep it now; it cannot be shown again:", key.id, echo::visible(&key.name));
    // Alone on standard output, so that scripts can take it.
    anstream::println!("{secret}");
    Ok(ExitCode::SUCCESS)
}

fn list(file: &KeyFile, as_json: bool) -> Outcome {
    let Some(keys) = file.list().map_err(Fault::new)? else {
        anstream::eprintln!("There is no {}, so the server requires no keys.", file.path().display());
        return Ok(ExitCode::SUCCESS);
    };
    for key in &keys {
        if as_json {
            anstream::println!("{}", json(key));
        } else {
            print(key);
        }
    }
    if keys.is_empty() {
        anstream::eprintln!("There are no keys, so the server lets nobody in.");
    }
    Ok(ExitCode::SUCCESS)
}

fn json(key: &Key) -> serde_json::Value {
    serde_json::json!({
        "id": key.id, "name": key.name, "scopes": key.scopes, "createTime": key.create_time,
        "expireTime": key.expire_time, "callsPerSecond": key.calls_per_second,
    })
}

fn print(key: &Key) {
    let now = Timestamp::now();
    let ends = key.expire_time.map(|end| {
        let word = if end <= now { "expired" } else { "expires" };
        format!(" · {word} {end:.0}")
    });
    let rate = key.calls_per_second.map(|most| format!(" · at most {most} calls/s"));
    let more = [ends, rate].into_iter().flatten().collect::<String>();
    let (id, name, scopes, made) = (&key.id, echo::visible(&key.name), &key.scopes, key.create_time);
    anstream::println!("{id}  {NAME}{name}{NAME:#}  {scopes} {DIM}· made {made:.0}{more}{DIM:#}");
}

/// Reads when a key is to expire.
fn parse_end(written: &str) -> Result<Timestamp, String> {
    if let Ok(time) = written.parse::<Timestamp>() {
        return Ok(time);
    }
    if let Some(day) = written.parse::<civil::Date>().ok().filter(|_| written.len() == "2027-01-31".len()) {
        return day.to_zoned(TimeZone::UTC).map(|midnight| midnight.timestamp()).map_err(|error| error.to_string());
    }
    let span = written.parse::<Span>().ok().filter(|span| span.is_positive());
    let end = span.and_then(|span| Timestamp::now().to_zoned(TimeZone::UTC).checked_add(span).ok());
    end.map(|end| end.timestamp())
        .ok_or_else(|| "write a date (2027-01-31), a time (2027-01-31T12:00:00Z), or how long from now (90d)".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_key_is_a_day_a_time_or_a_while_from_now() {
        assert_eq!(parse_end("2027-01-31").unwrap().to_string(), "2027-01-31T00:00:00Z");
        assert_eq!(parse_end("2027-01-31T12:00:00Z").unwrap().to_string(), "2027-01-31T12:00:00Z");
        let day = 24 * 3600;
        for (written, days) in [("90d", 90), ("2 weeks", 14), ("P1D", 1)] {
            let left = parse_end(written).unwrap().as_second() - Timestamp::now().as_second();
            assert!((left - days * day).abs() < 60, "{written}: {left} s");
        }
        for wrong in ["", "soon", "-1d", "0d", "2027-13-01", "2027-01-31T12:00:00"] {
            assert!(parse_end(wrong).is_err(), "{wrong}");
        }
    }
}
