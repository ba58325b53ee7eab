//! What became of the articles: progress while they go in, a summary at the end.

use std::fmt::Display;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::super::info::grouped;
use super::super::render::{DIM, NAME};
use crate::proto::Change;

/// How often progress is told where nothing can be redrawn.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// How many refusals are kept to be listed; more are only counted.
const LISTED: usize = 10_000;

/// Something that was not put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// File and line.
    pub(super) place: String,
    /// What was wrong.
    pub(super) why: String,
}

impl Refusal {
    /// Something that was not put in, and why.
    pub(super) fn new(place: impl Into<String>, why: impl Display) -> Self {
        // "No such file or directory (os error 2)": the number tells people nothing.
        let why = why.to_string().split(" (os error").next().unwrap_or_default().to_string();
        Self { place: place.into(), why }
    }
}

/// Counts, and tells them.
pub(super) struct Report {
    started: Instant,
    told: Instant,
    bar: Option<ProgressBar>,
    read: Arc<AtomicU64>,
    new: u64,
    replaced: u64,
    unchanged: u64,
    refused: u64,
    refusals: Vec<Refusal>,
    passed_over: Vec<Refusal>,
}

impl Report {
    /// Starts to count. `bytes` is how much there is to read, 0 when that is not known; `read` counts
    /// what has been. A bar is drawn when standard error is a terminal.
    pub(super) fn start(bytes: u64, read: Arc<AtomicU64>) -> Self {
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
            passed_over: Vec::new(),
        }
    }

    /// An article was kept.
    pub(super) fn kept(&mut self, change: Change) {
        match change {
            Change::Unchanged => self.unchanged += 1,
            Change::Replaced => self.replaced += 1,
            Change::Created | Change::Unspecified => self.new += 1,
        }
    }

    /// Something was not kept.
    pub(super) fn refused(&mut self, refusal: Refusal) {
        self.refused += 1;
        if self.refusals.len() < LISTED {
            self.refusals.push(refusal);
        }
    }

    /// Something about an article could not be understood; the article goes in without it.
    pub(super) fn passed_over(&mut self, what: Refusal) {
        if self.passed_over.len() < LISTED {
            self.passed_over.push(what);
        }
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

    /// Tells how far it went, when it is time to: so many bytes of the files were `read` and answered
    /// (none: all that were read), and whether all is `kept` and only not searchable yet.
    pub(super) fn tick(&mut self, read: Option<u64>, kept: bool) {
        let refused = if self.refused == 0 { String::new() } else { format!(" · {} refused", grouped(self.refused)) };
        let pace = if kept { "indexing".into() } else { format!("{:.0}/s", self.rate()) };
        let words = format!("{} articles · {pace}{refused}", grouped(self.articles()));
        if let Some(bar) = &self.bar {
            bar.set_position(read.unwrap_or_else(|| self.read.load(Ordering::Relaxed)));
            bar.set_message(words);
            bar.tick();
        } else if self.told.elapsed() >= LINE_EVERY {
            self.told = Instant::now();
            anstream::eprintln!("{words}");
        }
    }

    /// Says something that people should know while they wait.
    pub(super) fn note(&self, words: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| anstream::eprintln!("sayso: {words}")),
            None => anstream::eprintln!("sayso: {words}"),
        }
    }

    /// Lists on standard error what was refused, and gives the summary.
    pub(super) fn finish(&self) -> String {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        list("Put in without what was not understood", &self.passed_over);
        list("Refused", &self.refusals);
        if self.refused > self.refusals.len() as u64 {
            anstream::eprintln!("  and {} more", grouped(self.refused - self.refusals.len() as u64));
        }
        self.summary(self.started.elapsed())
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
        let rate = self.articles() as f64 / elapsed.as_secs_f64().max(0.001);
        let time = format!("{DIM}in {:.1} s ({rate:.0}/s){DIM:#}", elapsed.as_secs_f64());
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
            "passedOver": list(&self.passed_over),
        })
    }
}

fn list(heading: &str, items: &[Refusal]) {
    if !items.is_empty() {
        anstream::eprintln!("{NAME}{heading}{NAME:#}");
    }
    for item in items {
        anstream::eprintln!("  {}: {}", item.place, item.why);
    }
}

fn bar(bytes: u64) -> ProgressBar {
    let (bar, template) = if bytes == 0 {
        (ProgressBar::new_spinner(), "{spinner} {msg} · {elapsed}")
    } else {
        (ProgressBar::new(bytes), "{bar:30.cyan/dim} {percent:>3} % · {msg} · {elapsed} (left: {eta})")
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
        assert_eq!(summary(&report), "0 articles in 2.1 s (0/s)\n");
        report.kept(Change::Created);
        assert_eq!(summary(&report), "1 article: 1 new in 2.1 s (0/s)\n");
        report.kept(Change::Unchanged);
        report.refused(Refusal::new("a.txt:2", "not valid UTF-8"));
        assert_eq!(summary(&report), "2 articles: 1 new, 1 already there, 1 refused in 2.1 s (1/s)\n");
        assert_eq!(report.to_value()["refusals"], json!([{"place": "a.txt:2", "why": "not valid UTF-8"}]));
    }
}
