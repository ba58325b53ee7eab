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

/// The levels, by name.
const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];

/// Sends the log to standard error, with colours only on a terminal. `SAYSO_LOG` sets its level: `info` by default, or
/// levels by module, as in `warn,sayso_index=debug,tantivy=info`.
///
/// # Errors
/// Says what is wrong with `SAYSO_LOG` and what would be accepted.
pub(crate) fn start() -> Result<(), String> {
    let filter = match std::env::var(VARIABLE) {
        Ok(written) => directives(&written)?,
        Err(VarError::NotPresent) => directives("")?,
        Err(VarError::NotUnicode(written)) => return Err(format!("{VARIABLE}: {written:?} is not UTF-8")),
    };
    let colours = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(colours)
        .with_writer(move || Lines { colours, to: io::stderr() })
        .with_target(false)
        .init();
    tell_panics();
    Ok(())
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

/// Logs a panic as an event of one line. The library of the store panics on damaged files, which the engine catches. If
/// a backtrace is asked for, it is printed as usual.
fn tell_panics() {
    let usual = std::panic::take_hook();
    let with_backtrace = std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0");
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let why = panic.payload_as_str().unwrap_or("for an unknown reason");
        tracing::error!(place, "a thread panicked: {why}");
        if with_backtrace {
            usual(panic);
        }
    }));
}

/// Writes an event as one line, whatever its values hold. Control characters become escapes.
struct Lines<W> {
    /// Whether the escape sequences of colours pass. The formatter escapes those in values itself.
    colours: bool,
    to: W,
}

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let masked = if self.colours {
            line.split('\u{1b}').map(echo::visible).collect::<Vec<_>>().join("\u{1b}")
        } else {
            echo::visible(line).into_owned()
        };
        writeln!(self.to, "{masked}")?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
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

    fn written(colours: bool, event: &str) -> String {
        let mut to = Vec::new();
        Lines { colours, to: &mut to }.write_all(event.as_bytes()).unwrap();
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
        assert_eq!(written(false, event), "id=\"a\\nWARN forged\" \\u{9b}31m \\u{202e}b\n");
        assert_eq!(written(true, "\u{1b}[32mINFO\u{1b}[0m a\nb\n"), "\u{1b}[32mINFO\u{1b}[0m a\\nb\n");
        assert_eq!(written(false, "größe\n"), "größe\n");
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
