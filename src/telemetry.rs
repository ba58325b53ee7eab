//! The log.

use std::{
    collections::BTreeMap,
    env::VarError,
    io::{self, IsTerminal, Write},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use tracing_subscriber::{
    EnvFilter,
    filter::{Directive, LevelFilter},
};

use crate::echo;

/// How long refusals of one kind are counted before they are logged again.
const REFUSAL_INTERVAL: Duration = Duration::from_secs(60);

/// The environment variable that sets the level of the log.
const VARIABLE: &str = "SAYSO_LOG";

/// The environment variable that sets the format of the log.
const FORMAT: &str = "SAYSO_LOG_FORMAT";

/// The levels, by name.
const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];

/// Sends the log to standard error: lines for people on a terminal, JSON objects elsewhere, or what `SAYSO_LOG_FORMAT`
/// says. `SAYSO_LOG` sets its level: `info` by default, or
/// levels by module, as in `warn,sayso_index=debug,tantivy=info`.
///
/// # Errors
/// Says what is wrong with `SAYSO_LOG` or `SAYSO_LOG_FORMAT` and what would be accepted.
pub(crate) fn start() -> Result<(), String> {
    let filter = match std::env::var(VARIABLE) {
        Ok(written) => directives(&written)?,
        Err(VarError::NotPresent) => directives("")?,
        Err(VarError::NotUnicode(written)) => return Err(format!("{VARIABLE}: {written:?} is not UTF-8")),
    };
    let on_terminal = io::stderr().is_terminal();
    let colours = on_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_target(false);
    if is_json(on_terminal)? {
        let log = log.json().flatten_event(true).with_current_span(true).with_span_list(false);
        log.with_writer(|| Lines { form: Form::Json, to: io::stderr() }).init();
    } else {
        let form = if colours { Form::Coloured } else { Form::Plain };
        log.with_ansi(colours).with_writer(move || Lines { form, to: io::stderr() }).init();
    }
    tell_panics();
    Ok(())
}

/// Whether an event is a JSON object, for programs that collect logs, or a line for people.
fn is_json(on_terminal: bool) -> Result<bool, String> {
    match std::env::var(FORMAT).as_deref() {
        Ok("json") => Ok(true),
        Ok("text") => Ok(false),
        Ok("") | Err(VarError::NotPresent) => Ok(!on_terminal),
        _ => Err(format!("{FORMAT} is not a format of the log; write json or text")),
    }
}

/// The filter that `SAYSO_LOG` means; the default if it is empty. A bare level is for Sayso's own modules. Libraries
/// log only errors unless they are named, because their warnings mean little without knowing their insides, and our own
/// modules report what concerns an operator.
fn directives(written: &str) -> Result<EnvFilter, String> {
    let parts = written.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(directive)
        .try_fold(EnvFilter::new("error,sayso=info"), |filter, directive| Ok(filter.add_directive(directive?)))
}

/// What one part between commas means: `debug`, `tantivy=warn`.
fn directive(part: &str) -> Result<Directive, String> {
    let (module, level) =
        part.rsplit_once('=').map_or(("sayso", part), |(module, level)| (module.trim(), level.trim()));
    // Without this check, an unknown word would be taken for the name of a module, and all other modules would be
    // silent.
    let level: LevelFilter = Some(level)
        .filter(|level| !level.is_empty())
        .and_then(|level| level.parse().ok())
        .ok_or_else(|| no_level(level))?;
    let named = !module.is_empty() && !module.contains(char::is_whitespace);
    let directive = named.then(|| format!("{module}={level}").parse().ok()).flatten();
    directive.ok_or_else(|| {
        format!("{VARIABLE}: {module:?} is not the name of a module; write for example sayso_index={level}")
    })
}

fn no_level(word: &str) -> String {
    let known = LEVELS.join(", ");
    let distance = |level: &str| strsim::osa_distance(&word.to_ascii_lowercase(), level);
    let near = LEVELS.into_iter().filter(|level| 2 * distance(level) <= level.len() || word.starts_with(level));
    let meant =
        near.min_by_key(|level| distance(level)).map(|level| format!("; did you mean {level}?")).unwrap_or_default();
    format!(
        "{VARIABLE}: {:?} is not a level; write one of {known}, or one for a module, as in info,tantivy=warn{meant}",
        echo::clip(word)
    )
}

/// Logs a panic as an event of one line. If a backtrace is asked for, it is printed as usual, but not where the libraries
/// of store and indexes panic on damaged files, which the engine catches.
fn tell_panics() {
    let usual = std::panic::take_hook();
    let with_backtrace = std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0");
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let why = panic.payload_as_str().unwrap_or("for an unknown reason");
        tracing::error!(place, "a thread panicked: {why}");
        if with_backtrace && !sayso_index::turns_panics_into_errors() {
            usual(panic);
        }
    }));
}

/// How an event is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    /// With escape sequences of colours, which pass. The formatter escapes those in values itself.
    Coloured,
    Json,
}

/// Writes an event as one line, whatever its values hold. Control characters become escapes.
struct Lines<W> {
    form: Form,
    to: W,
}

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let masked = match self.form {
            Form::Plain => echo::visible(line).into_owned(),
            Form::Coloured => line.split('\u{1b}').map(echo::visible).collect::<Vec<_>>().join("\u{1b}"),
            // Its strings have no control characters of ASCII any more.
            Form::Json => line.chars().map(json_visible).collect(),
        };
        writeln!(self.to, "{masked}")?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// A character of a JSON text, as an escape if it would not be seen as it is.
fn json_visible(letter: char) -> String {
    let alone = String::from(letter);
    if echo::visible(&alone) == alone {
        return alone;
    }
    letter.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

/// Refusals by their reason. When something is wrong, there are many at a time.
static REFUSALS: Mutex<BTreeMap<&'static str, Refusals>> = Mutex::new(BTreeMap::new());

/// Refusals of one kind.
struct Refusals {
    told: Instant,
    untold: u64,
    last: String,
}

/// Records a refusal that is not the caller's fault. The first one is logged at once; those that follow within a minute
/// are logged as a number.
pub(crate) fn refused(reason: &'static str, error: &str) {
    let mut refusals = REFUSALS.lock().unwrap_or_else(PoisonError::into_inner);
    match refusals.get_mut(reason) {
        Some(sort) => {
            sort.untold += 1;
            sort.last = error.to_owned();
        }
        None => {
            tracing::warn!(reason, "{error} (from now on reported once a minute, with a count)");
            refusals.insert(reason, Refusals { told: Instant::now(), untold: 0, last: String::new() });
        }
    }
}

/// Logs refusals that were only counted so far and whose minute is over. Called by a timer.
pub(crate) fn tell_refusals() {
    tell_those_older_than(REFUSAL_INTERVAL);
}

/// Logs all refusals that were only counted so far. For the end.
pub(crate) fn tell_all_refusals() {
    tell_those_older_than(Duration::ZERO);
}

fn tell_those_older_than(age: Duration) {
    let mut refusals = REFUSALS.lock().unwrap_or_else(PoisonError::into_inner);
    refusals.retain(|reason, sort| {
        if sort.told.elapsed() < age {
            return true;
        }
        if sort.untold > 0 {
            tracing::warn!(reason, count = sort.untold, "{}", sort.last);
        }
        let goes_on = sort.untold > 0;
        *sort = Refusals { told: Instant::now(), untold: 0, last: String::new() };
        goes_on
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(form: Form, event: &str) -> String {
        let mut to = Vec::new();
        Lines { form, to: &mut to }.write_all(event.as_bytes()).unwrap();
        String::from_utf8(to).unwrap()
    }

    #[test]
    fn levels_and_modules_are_understood() {
        for (written, filter) in [
            ("", "sayso=info,error"),
            (" , ", "sayso=info,error"),
            ("warn", "sayso=warn,error"),
            (" Debug,", "sayso=debug,error"),
            ("off", "sayso=off,error"),
            ("sayso=debug, tantivy = warn", "tantivy=warn,sayso=debug,error"),
            ("warn,sayso_index=trace", "sayso_index=trace,sayso=warn,error"),
            ("4", "sayso=debug,error"),
        ] {
            assert_eq!(directives(written).unwrap().to_string(), filter, "{written:?}");
        }
    }

    #[test]
    fn whatever_else_is_written_is_refused_with_what_would_do() {
        let refused = |written: &str| directives(written).unwrap_err();
        assert_eq!(
            refused("inof"),
            "SAYSO_LOG: \"inof\" is not a level; write one of error, warn, info, debug, trace, off, or one for a module, as in \
             info,tantivy=warn; did you mean info?"
        );
        for (written, told) in [
            ("loud", "\"loud\" is not a level"),
            ("inf o,,=", "did you mean info?"),
            ("info,warnings", "did you mean warn?"),
            ("sayso=inof", "did you mean info?"),
            ("tantivy", "\"tantivy\" is not a level"),
            ("sayso=", "\"\" is not a level"),
            ("=", "\"\" is not a level"),
            ("=info", "\"\" is not the name of a module"),
            ("say so=info", "\"say so\" is not the name of a module"),
            ("[unclosed=info", "\"[unclosed\" is not the name of a module"),
        ] {
            let said = refused(written);
            assert!(said.starts_with("SAYSO_LOG: ") && said.contains(told), "{written:?}: {said}");
        }
        assert!(!refused("on").contains("did you mean"));
    }

    #[test]
    fn an_event_is_one_line_whatever_its_values_hold() {
        let event = "id=\"a\nWARN forged\" \u{9b}31m \u{202e}b\n";
        assert_eq!(written(Form::Plain, event), "id=\"a\\nWARN forged\" \\u{9b}31m \\u{202e}b\n");
        assert_eq!(written(Form::Coloured, "\u{1b}[32mINFO\u{1b}[0m a\nb\n"), "\u{1b}[32mINFO\u{1b}[0m a\\nb\n");
        assert_eq!(written(Form::Plain, "größe\n"), "größe\n");
        let json = written(Form::Json, "{\"id\":\"a\\nb \u{9b}31m \u{202e}größe\"}\n");
        assert_eq!(json, "{\"id\":\"a\\nb \\u009b31m \\u202egröße\"}\n");
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read["id"], "a\nb \u{9b}31m \u{202e}größe");
    }

    #[test]
    fn of_many_refusals_the_first_is_told_and_the_others_are_counted() {
        static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());
        struct Log;
        impl Write for Log {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                LOG.lock().unwrap().write(bytes)
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(|| Log).finish();
        tracing::subscriber::with_default(subscriber, || {
            for n in 0..1000 {
                refused("TEST_ALONE", &format!("no room for {n}"));
            }
            tell_refusals();
            tell_all_refusals();
        });
        let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
        let lines: Vec<_> = log.lines().filter(|line| line.contains("TEST_ALONE")).collect();
        assert_eq!(lines.len(), 2, "{log}");
        assert!(lines[0].contains("no room for 0") && lines[0].contains("WARN"), "{log}");
        assert!(lines[1].contains("count=999") && lines[1].contains("no room for 999"), "{log}");
    }
}
