//! The outcome of an ingest: progress while articles are sent, and a summary at the end.

use std::fmt::Display;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::super::fault::without_number;
use super::super::info::grouped;
use super::super::render::{DIM, NAME};
use super::note::Note;
use crate::echo::visible;
use crate::proto::ArticleChange;

/// How often progress is printed if there is no bar.
const LINE_INTERVAL: Duration = Duration::from_secs(5);

/// How many refusals are listed. Further ones are only counted.
const MAX_LISTED_REFUSALS: usize = 10_000;

/// How many kinds of notes are listed. Further ones are only counted.
const MAX_LISTED_KINDS: usize = 200;

/// Something that was not added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// File and line.
    pub(super) place: String,
    /// What was wrong.
    pub(super) why: String,
}

impl Refusal {
    /// A refusal.
    pub(super) fn new(place: impl Into<String>, why: impl Display) -> Self {
        Self { place: place.into(), why: without_number(&why) }
    }
}

/// How many values of a kind are listed besides the first.
const MAX_LISTED_VALUES: usize = 9;

/// How many further places of the same value are listed.
const MAX_LISTED_PLACES: usize = 3;

/// A kind of note: how many articles it concerns, and the first of them.
struct Noted {
    note: Note,
    place: String,
    count: u64,
    /// Other values of the kind, each with the place where it was first found.
    others: Vec<(String, String)>,
    /// The next places of the first value.
    again: Vec<String>,
}

/// How far reading has come.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// How many bytes of the files were read.
    pub(super) bytes: Arc<AtomicU64>,
    /// How many articles, and things that are not articles, were found in them.
    pub(super) found: AtomicU64,
}

/// Counts outcomes and prints them.
pub(super) struct Report {
    started: Instant,
    told: Instant,
    bar: Option<ProgressBar>,
    read: Arc<Progress>,
    new: u64,
    replaced: u64,
    unchanged: u64,
    refused: u64,
    refusals: Vec<Refusal>,
    notes: Vec<Noted>,
    /// How many notes are of kinds that are not listed.
    untold: u64,
    passed_over: Vec<String>,
}

impl Report {
    /// Starts counting. `bytes` is the total to read, 0 if unknown, and `read` says how far that has come. There is a
    /// bar if standard error is a terminal.
    pub(super) fn start(bytes: u64, read: Arc<Progress>) -> Self {
        let now = Instant::now();
        let bar = io::stderr().is_terminal().then(|| bar(bytes));
        Self {
            started: now,
            told: now,
            bar,
            read,
            new: 0,
            replaced: 0,
            unchanged: 0,
            refused: 0,
            refusals: Vec::new(),
            notes: Vec::new(),
            untold: 0,
            passed_over: Vec::new(),
        }
    }

    /// Counts an article that was stored.
    pub(super) fn kept(&mut self, change: ArticleChange) {
        match change {
            ArticleChange::Unchanged => self.unchanged += 1,
            ArticleChange::Replaced => self.replaced += 1,
            // Nothing is deleted here.
            ArticleChange::Created | ArticleChange::Deleted | ArticleChange::Unspecified => self.new += 1,
        }
    }

    /// Counts something that was refused.
    pub(super) fn refused(&mut self, refusal: Refusal) {
        self.refused += 1;
        if self.refusals.len() < MAX_LISTED_REFUSALS {
            self.refusals.push(refusal);
        }
    }

    /// Counts a note on an article, which is added all the same.
    pub(super) fn noted(&mut self, place: &str, note: Note) {
        if let Some(noted) = self.notes.iter_mut().find(|noted| noted.note.is_like(&note)) {
            noted.count += 1;
            let known = noted.note.value == note.value || noted.others.iter().any(|(_, value)| *value == note.value);
            if !known && noted.others.len() < MAX_LISTED_VALUES {
                noted.others.push((place.into(), note.value));
            } else if noted.note.value == note.value && noted.again.len() < MAX_LISTED_PLACES {
                noted.again.push(place.into());
            }
        } else if self.notes.len() < MAX_LISTED_KINDS {
            self.notes.push(Noted { note, place: place.into(), count: 1, others: Vec::new(), again: Vec::new() });
        } else {
            self.untold += 1;
        }
    }

    /// Notes files that are not read.
    pub(super) fn passed_over(&mut self, what: String) {
        self.passed_over.push(what);
    }

    /// Whether anything was refused.
    pub(super) fn any_refused(&self) -> bool {
        self.refused > 0
    }

    fn articles(&self) -> u64 {
        self.new + self.replaced + self.unchanged
    }

    fn rate(&self) -> f64 {
        self.articles() as f64 / self.started.elapsed().as_secs_f64().max(0.001)
    }

    /// Prints progress if it is time to. `all_read` says whether all files have been read, `kept` whether all articles
    /// are durable and only have to become searchable.
    pub(super) fn tick(&mut self, all_read: bool, kept: bool) {
        let (words, share) = self.so_far(all_read, kept);
        if let Some(bar) = &self.bar {
            let read = self.read.bytes.load(Ordering::Relaxed);
            bar.set_position((read as f64 * share) as u64);
            bar.set_message(words);
            bar.tick();
        } else if self.told.elapsed() >= LINE_INTERVAL {
            self.told = Instant::now();
            anstream::eprintln!("{words}");
        }
    }

    /// "12 of 60 articles · 0.4/s", and the share of articles that were answered. Reading does not count as progress: a
    /// small file is read at once, while its articles may take minutes.
    fn so_far(&self, all_read: bool, kept: bool) -> (String, f64) {
        let done = self.articles() + self.refused;
        let found = self.read.found.load(Ordering::Relaxed).max(done);
        let share = if found == 0 { 0.0 } else { done as f64 / found as f64 };
        let refused = if self.refused == 0 { String::new() } else { format!(" · {} refused", grouped(self.refused)) };
        let pace = if kept { "indexing".into() } else { pace(self.rate()) };
        let counts = match (all_read, self.articles()) {
            (true, articles) => format!("{} of {} articles", grouped(articles), grouped(found - self.refused)),
            (false, 1) => "1 article".into(),
            (false, articles) => format!("{} articles", grouped(articles)),
        };
        (format!("{counts} · {pace}{refused}"), share)
    }

    /// Prints something that people should know while they wait.
    pub(super) fn note(&self, words: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| anstream::eprintln!("sayso: {words}")),
            None => anstream::eprintln!("sayso: {words}"),
        }
    }

    /// Prints the refusals on standard error, and returns the summary.
    pub(super) fn finish(&self) -> String {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        self.passed_over.iter().for_each(|what| anstream::eprintln!("{}", visible(what)));
        self.list_notes();
        list("Refused", &self.refusals);
        if self.refused > self.refusals.len() as u64 {
            anstream::eprintln!("  and {} more", grouped(self.refused - self.refusals.len() as u64));
        }
        self.summary(self.started.elapsed())
    }

    fn list_notes(&self) {
        if !self.notes.is_empty() {
            anstream::eprintln!("{NAME}Worth a look: left out, guessed or replaced{NAME:#}");
        }
        for noted in &self.notes {
            anstream::eprintln!("  {}", visible(&format!("{}: {}", noted.place, noted.note)));
            if let Some(more) = noted.more() {
                anstream::eprintln!("    {}", visible(&more));
            }
        }
        if self.untold > 0 {
            anstream::eprintln!("  and {} more notes, of other kinds", grouped(self.untold));
        }
    }

    /// "1,000 articles: 990 new, 4 replaced, 6 already there, 2 refused, in 2.1 s (476/s)"
    fn summary(&self, elapsed: Duration) -> String {
        let noun = if self.articles() == 1 { "article" } else { "articles" };
        let counts = [
            (self.new, "new"),
            (self.replaced, "replaced"),
            (self.unchanged, "already there"),
            (self.refused, "refused"),
        ];
        let counts: Vec<_> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, label)| format!("{} {label}", grouped(*count)))
            .collect();
        let counts = if counts.is_empty() { String::new() } else { format!(": {}", counts.join(", ")) };
        let rate = pace(self.articles() as f64 / elapsed.as_secs_f64().max(0.001));
        let rate = if self.articles() == 0 { String::new() } else { format!(" ({rate})") };
        let time = format!("{DIM}in {:.1} s{rate}{DIM:#}", elapsed.as_secs_f64());
        format!("{NAME}{} {noun}{NAME:#}{counts} {time}\n", grouped(self.articles()))
    }

    /// The summary for scripts.
    pub(super) fn to_value(&self) -> Value {
        let list = |items: &[Refusal]| -> Vec<Value> {
            items.iter().map(|item| json!({"place": item.place, "why": item.why})).collect()
        };
        json!({
            "new": self.new,
            "replaced": self.replaced,
            "unchanged": self.unchanged,
            "refused": self.refused,
            "seconds": self.started.elapsed().as_secs_f64(),
            "refusals": list(&self.refusals),
            "notes": self.notes.iter().map(Noted::to_value).collect::<Vec<_>>(),
            "untoldNotes": self.untold,
            "passedOver": self.passed_over,
        })
    }
}

impl Noted {
    /// "and in 12 more: "soon" at a.json:3, at a.json:5 and others". None if there was only one.
    fn more(&self) -> Option<String> {
        let valued = self.others.iter().map(|(place, value)| format!("{value} at {place}").trim_start().to_owned());
        let places: Vec<_> = valued.chain(self.again.iter().map(|place| format!("at {place}"))).collect();
        let more = self.count - 1;
        let others = if (places.len() as u64) < more { " and others" } else { "" };
        (more > 0).then(|| format!("and in {} more: {}{others}", grouped(more), places.join(", ")))
    }

    fn to_value(&self) -> Value {
        let Self { note, place, count, others, .. } = self;
        let others: Vec<_> = others.iter().map(|(place, value)| json!({"place": place, "value": value})).collect();
        json!({
            "field": note.field, "value": note.value, "what": note.what, "place": place, "count": count, "others": others,
        })
    }
}

/// "476/s", "0.4/s", "2 a minute". Never 0 if there was anything.
fn pace(a_second: f64) -> String {
    match a_second {
        10.0.. => format!("{a_second:.0}/s"),
        0.1.. => format!("{a_second:.1}/s"),
        _ => format!("{:.1} a minute", a_second * 60.0),
    }
}

fn list(heading: &str, items: &[Refusal]) {
    if !items.is_empty() {
        anstream::eprintln!("{NAME}{heading}{NAME:#}");
    }
    for item in items {
        anstream::eprintln!("  {}", visible(&format!("{}: {}", item.place, item.why)));
    }
}

fn bar(bytes: u64) -> ProgressBar {
    let (bar, template) = if bytes == 0 {
        (ProgressBar::new_spinner(), "{spinner} {msg} · {elapsed}")
    } else {
        (ProgressBar::new(bytes), "{wide_bar:.cyan/dim} {percent:>3} % · {msg} · {elapsed} (left: {eta})")
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::render::plain;
    use super::*;

    #[test]
    fn the_summary_tells_what_there_is_to_tell() {
        let mut report = Report::start(0, Arc::default());
        let summary = |report: &Report| plain(&report.summary(Duration::from_millis(2100)));
        assert_eq!(summary(&report), "0 articles in 2.1 s\n");
        report.kept(ArticleChange::Created);
        assert_eq!(summary(&report), "1 article: 1 new in 2.1 s (0.5/s)\n");
        report.kept(ArticleChange::Unchanged);
        report.refused(Refusal::new("a.txt:2", "not valid UTF-8"));
        assert_eq!(summary(&report), "2 articles: 1 new, 1 already there, 1 refused in 2.1 s (1.0/s)\n");
        assert_eq!(report.to_value()["refusals"], json!([{"place": "a.txt:2", "why": "not valid UTF-8"}]));
    }

    #[test]
    fn a_slow_pace_is_no_standstill() {
        assert_eq!([476.4, 9.96, 0.14, 0.02].map(pace), ["476/s", "10.0/s", "0.1/s", "1.2 a minute"]);
    }

    #[test]
    fn what_was_read_is_not_yet_done() {
        let read = Arc::<Progress>::default();
        let mut report = Report::start(1000, read.clone());
        assert_eq!(report.so_far(false, false).1, 0.0);
        read.found.store(60, Ordering::Relaxed);
        (0..12).for_each(|_| report.kept(ArticleChange::Created));
        assert!(report.so_far(false, false).0.starts_with("12 articles · "));
        let (words, share) = report.so_far(true, false);
        assert!(words.starts_with("12 of 60 articles · "), "{words}");
        assert_eq!(share, 0.2);
        report.refused(Refusal::new("a", "b"));
        assert!(report.so_far(true, true).0.starts_with("12 of 59 articles · indexing · 1 refused"));
    }

    #[test]
    fn what_more_there_is_has_a_place() {
        let mut report = Report::start(0, Arc::default());
        report.noted("a:1", Note::new("date", "\"soon\"", "is no date"));
        assert_eq!(report.notes[0].more(), None);
        report.noted("a:2", Note::new("date", "\"soon\"", "is no date"));
        assert_eq!(report.notes[0].more().as_deref(), Some("and in 1 more: at a:2"));
        report.noted("a:3", Note::new("date", "\"late\"", "is no date"));
        assert_eq!(report.notes[0].more().as_deref(), Some("and in 2 more: \"late\" at a:3, at a:2"));
        (4..9).for_each(|line| report.noted(&format!("a:{line}"), Note::new("date", "\"soon\"", "is no date")));
        let expected = "and in 7 more: \"late\" at a:3, at a:2, at a:4, at a:5 and others";
        assert_eq!(report.notes[0].more().as_deref(), Some(expected));
    }

    #[test]
    fn notes_of_a_kind_are_counted() {
        let mut report = Report::start(0, Arc::default());
        for number in 0..1000 {
            report.noted(&format!("a:{number}"), Note::new("date", format!("\"{number}\""), "is not a date"));
            report.noted("b", Note::new(format!("field {number}"), "1", "is not used"));
        }
        let notes = report.to_value()["notes"].as_array().unwrap().clone();
        assert_eq!(notes.len(), MAX_LISTED_KINDS);
        assert_eq!(
            [&notes[0]["field"], &notes[0]["value"], &notes[0]["place"], &notes[0]["count"]],
            [&json!("date"), &json!("\"0\""), &json!("a:0"), &json!(1000)]
        );
        assert_eq!(report.to_value()["untoldNotes"], json!(1000 - (MAX_LISTED_KINDS - 1)));
        let others = notes[0]["others"].as_array().unwrap();
        assert_eq!((others.len(), &others[0]), (MAX_LISTED_VALUES, &json!({"place": "a:1", "value": "\"1\""})));
    }
}
