//! How often a word in a construction attributes something: counts from `models/cues.tsv`.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

/// What the table is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key<'a> {
    pub(super) lemma: &'a str,
    pub(super) voice: &'a str,
    pub(super) frame: &'a str,
    pub(super) left: char,
}

/// Counts of one row.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Row {
    /// How often the construction occurred.
    all: f32,
    /// How often it was a cue.
    cue: f32,
    /// How often it was a cue with content that begins before it.
    back: f32,
}

impl Row {
    fn add(&mut self, other: Row) {
        self.all += other.all;
        self.cue += other.cue;
        self.back += other.back;
    }
}

/// What the table says of a candidate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Odds {
    /// Probability that the candidate attributes something.
    pub(super) cue: f32,
    /// Probability that the content begins before the cue, if it does.
    pub(super) back: f32,
}

struct Table {
    rows: FxHashMap<String, Row>,
}

/// How many observations the estimate from wider rows counts for.
const PRIOR: f32 = 3.0;

impl Table {
    fn read(text: &str) -> Self {
        let mut rows: FxHashMap<String, Row> = FxHashMap::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut fields = line.split('\t');
            let mut next = || fields.next().unwrap_or_default();
            let (lemma, voice, frame, left) = (next(), next(), next(), next());
            let mut count = || next().parse().unwrap_or_default();
            let row = Row { all: count(), cue: count(), back: count() };
            let key = Key { lemma, voice, frame, left: left.chars().next().unwrap_or('-') };
            for name in names(&key) {
                rows.entry(name).or_default().add(row);
            }
            if matches!(voice, "noun" | "own") {
                rows.entry(format!("noun {lemma}")).or_default().add(row);
            }
        }
        Self { rows }
    }

    fn row(&self, name: &str) -> Row {
        self.rows.get(name).copied().unwrap_or_default()
    }

    /// The widest row first; each narrower one is drawn towards the one before.
    fn odds(&self, key: &Key<'_>) -> Odds {
        let [all, voice, frame, lemma, near, exact] = names(key).map(|name| self.row(&name));
        let share = |row: Row, prior: f32, weight: f32| (row.cue + weight * prior) / (row.all + weight);
        let base = share(all, 0.1, 1.0);
        let by_voice = share(voice, base, 20.0);
        let by_frame = share(frame, by_voice, 20.0);
        let by_lemma = share(lemma, by_voice * 0.3, PRIOR);
        // What lemma and construction say each for itself is added up as log odds.
        let both = sigmoid(logit(by_lemma) + logit(by_frame) - logit(by_voice));
        let near_share = share(near, both, PRIOR);
        let cue = share(exact, near_share, PRIOR);
        let back_share = |row: Row, prior: f32| (row.back + PRIOR * prior) / (row.cue + PRIOR);
        let back = back_share(exact, back_share(near, back_share(frame, 0.1)));
        Odds { cue, back }
    }
}

fn logit(p: f32) -> f32 {
    let p = p.clamp(0.001, 0.999);
    (p / (1.0 - p)).ln()
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// The rows that a key counts for, from wide to narrow.
fn names(key: &Key<'_>) -> [String; 6] {
    let Key { lemma, voice, frame, left } = key;
    [
        "all".into(),
        format!("voice {voice}"),
        format!("frame {voice} {frame} {left}"),
        format!("lemma {lemma} {voice}"),
        format!("near {lemma} {voice} {frame}"),
        format!("exact {lemma} {voice} {frame} {left}"),
    ]
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| Table::read(include_str!("../../models/cues.tsv")))
}

/// How likely a candidate attributes something, and in which direction.
pub(super) fn odds(key: &Key<'_>) -> Odds {
    table().odds(key)
}

/// Whether the noun, in its dictionary form, was ever a cue.
pub(super) fn knows_noun(lemma: &str) -> bool {
    table().rows.contains_key(&format!("noun {lemma}"))
}
