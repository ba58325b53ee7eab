//! The log.

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal, Write},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use tracing_subscriber::EnvFilter;

use crate::echo;

/// How long refusals of one sort are counted before they are told again.
const BURST: Duration = Duration::from_secs(60);

/// Sends the log to standard error, with colours on a terminal alone. `SAYSO_LOG` sets what is told: `info` by
/// default, or for example `sayso=debug`.
pub(crate) fn start() {
    let filter = EnvFilter::try_from_env("SAYSO_LOG").unwrap_or_else(|_| EnvFilter::new("info,tantivy=warn"));
    let colours = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(colours)
        .with_writer(move || Lines { colours, to: io::stderr() })
        .with_target(false)
        .init();
    tell_panics();
}

/// Panics are events, too, of one line each: the store's library panics where a file is damaged, which the engine
/// catches. Whoever asks for a backtrace gets it as always.
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

/// Writes an event as one line, whatever its values hold: what commands a terminal becomes an escape.
struct Lines<W> {
    /// Whether the escape characters of colours pass. The formatter masks those of values itself.
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

/// Refusals by their reason, which are many at a time when something is wrong.
static REFUSALS: Mutex<BTreeMap<&'static str, Refusals>> = Mutex::new(BTreeMap::new());

/// Refusals of one sort.
struct Refusals {
    told: Instant,
    untold: u64,
    last: String,
}

/// Notes that something was refused that is not the caller's fault: the first is told at once, what follows within a
/// minute as a number.
pub(crate) fn refused(reason: &'static str, error: &str) {
    let mut refusals = REFUSALS.lock().unwrap_or_else(PoisonError::into_inner);
    match refusals.get_mut(reason) {
        Some(sort) => {
            sort.untold += 1;
            sort.last = error.to_owned();
        }
        None => {
            tracing::warn!(reason, "{error} (told once a minute from now on, with how often)");
            refusals.insert(reason, Refusals { told: Instant::now(), untold: 0, last: String::new() });
        }
    }
}

/// Tells what was refused and not told yet, where its minute is over. For a timer.
pub(crate) fn tell_refusals() {
    tell_those_older_than(BURST);
}

/// Tells all that was refused and not told yet: at the end.
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
