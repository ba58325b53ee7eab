//! Kinds of error, how often each occurs, and examples.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::gold::{Gold, QuotedText, SourceRow, SpokenText};
use super::predict::{FoundQuote, Prediction};
use super::quotes::{self, CONTENT, CUE, Parts, ROLES, SOURCE, Sets, found_parts, gold_parts, sets};
use super::speakers::match_row;
use super::text::{Segment, Text, fold};
use super::who;

/// The errors of one kind.
#[derive(Debug, Default)]
pub struct Kind {
    /// How many there are.
    pub count: usize,
    /// The first examples.
    pub examples: Vec<String>,
}

/// Kinds of errors, by name.
pub type Kinds = BTreeMap<String, Kind>;

/// How many examples of each kind are kept.
const MAX_EXAMPLES: usize = 3;

/// Words of cues in the training data, folded.
pub type Seen = BTreeSet<String>;

/// The words of all cues of a corpus.
pub fn seen(articles: &[QuotedText]) -> Seen {
    let mut all = Seen::new();
    for article in articles {
        let text = Text::new(&article.text);
        for attribution in &article.attributions {
            let words = fold(&text.words(&attribution.cue));
            all.extend(words.split_whitespace().map(str::to_owned));
        }
    }
    all
}

/// Sorts the errors in attributions and their speakers by kind.
pub fn find(gold: &Gold, found: &BTreeMap<&str, &Prediction>, seen: &Seen) -> (Kinds, Kinds) {
    let mut quotes = Kinds::new();
    for article in &gold.quotes {
        let text = Text::new(&article.text);
        let ours = found.get(article.id.as_str()).map_or(&[][..], |one| &one.quotes);
        of_article(&Article::new(&text, article, ours), seen, &mut quotes);
    }
    (quotes, of_speakers(&gold.quotes, &gold.speakers, found))
}

/// Sorts the errors in the speakers of contents that were found by kind.
pub fn of_speakers(articles: &[QuotedText], speakers: &[SpokenText], found: &BTreeMap<&str, &Prediction>) -> Kinds {
    let rows: BTreeMap<&str, &[SourceRow]> = speakers.iter().map(|one| (one.id.as_str(), &*one.sources)).collect();
    let mut kinds = Kinds::new();
    for article in articles {
        let text = Text::new(&article.text);
        let ours = found.get(article.id.as_str()).map_or(&[][..], |one| &one.quotes);
        for row in rows.get(article.id.as_str()).copied().unwrap_or_default() {
            if let Some((quote, kind)) =
                match_row(row, ours).and_then(|quote| Some((quote, who::kind(&text, row, quote)?)))
            {
                add(&mut kinds, kind, || {
                    format!("{:?} of “{}”: found {:?}", row.speakers, cut(&text.words(&row.content)), quote.speakers)
                });
            }
        }
    }
    kinds
}

/// An article with all its attributions, gold and found.
struct Article<'a> {
    text: &'a Text,
    gold: Vec<Parts<'a>>,
    ours: Vec<Parts<'a>>,
    gold_sets: Vec<Sets>,
    our_sets: Vec<Sets>,
}

impl<'a> Article<'a> {
    fn new(text: &'a Text, article: &'a QuotedText, ours: &'a [FoundQuote]) -> Self {
        let gold: Vec<_> = article.attributions.iter().map(gold_parts).collect();
        let ours: Vec<_> = ours.iter().map(found_parts).collect();
        let all = |parts: &[Parts<'_>]| parts.iter().map(|one| sets(text, one)).collect();
        Self { gold_sets: all(&gold), our_sets: all(&ours), text, gold, ours }
    }

    fn words(&self, parts: &Parts<'_>) -> String {
        let role = |role: usize| match cut(&self.text.words(parts[role])) {
            words if words.is_empty() => "–".to_owned(),
            words => words,
        };
        format!("{} | {} | {}", role(SOURCE), role(CUE), role(CONTENT))
    }

    /// How many contents of `others` lie at least half inside this one.
    fn swallowed(content: &Sets, others: &[Sets]) -> usize {
        let half = |other: &&Sets| {
            !other[CONTENT].is_empty()
                && 2 * other[CONTENT].intersection(&content[CONTENT]).count() >= other[CONTENT].len()
        };
        others.iter().filter(half).count()
    }
}

fn of_article(article: &Article<'_>, seen: &Seen, kinds: &mut Kinds) {
    let pairs = quotes::pair(&article.gold_sets, &article.our_sets);
    let found_of: BTreeMap<usize, usize> = pairs.iter().copied().collect();
    let used: BTreeSet<usize> = pairs.iter().map(|pair| pair.1).collect();
    for (at, gold) in article.gold.iter().enumerate() {
        match found_of.get(&at) {
            None => add(kinds, missed(article, at, seen), || article.words(gold)),
            Some(&our) => {
                for kind in differences(article, at, our) {
                    add(kinds, kind, || {
                        format!("{} → found: {}", article.words(gold), article.words(&article.ours[our]))
                    });
                }
            }
        }
    }
    for (at, ours) in article.ours.iter().enumerate().filter(|(at, _)| !used.contains(at)) {
        let kind = quotes::kind(article.text, ours[CONTENT]);
        let split = article.gold_sets.iter().any(|gold| !gold[CONTENT].is_disjoint(&article.our_sets[at][CONTENT]));
        let cue = if ours[CUE].is_empty() { "without cue" } else { "with a cue" };
        let kind = match split {
            true => format!("one too many: within the content of another ({kind})"),
            false => format!("one too many: {kind}, {cue}"),
        };
        add(kinds, kind, || format!("found: {}", article.words(ours)));
    }
}

/// Why a gold attribution was not found.
fn missed(article: &Article<'_>, at: usize, seen: &Seen) -> String {
    let gold = &article.gold[at];
    let swallowed = article.our_sets.iter().any(|ours| Article::swallowed(ours, &article.gold_sets[at..=at]) > 0);
    let kind = quotes::kind(article.text, gold[CONTENT]);
    let cue = fold(&article.text.words(gold[CUE]));
    let words: Vec<&str> = cue.split_whitespace().collect();
    let known = words.iter().filter(|word| seen.contains(**word)).count();
    let why = match words.len() {
        _ if swallowed => "within the content of another",
        0 => "no cue",
        _ if is_noun(article.text, gold[CUE]) => "a noun as cue",
        _ if known == 0 => "cue never seen in training",
        1 => "cue known",
        _ => "cue of several words",
    };
    format!("missed: {kind}, {why}")
}

/// Whether a cue is headed by a noun, as far as the word before it or its ending show.
fn is_noun(text: &Text, cue: &[Segment]) -> bool {
    const BEFORE: [&str; 14] =
        ["the", "a", "an", "his", "her", "its", "their", "this", "that", "these", "’s", "'s", "of", "my"];
    const ENDS: [&str; 10] = ["tion", "tions", "ment", "ments", "ism", "isms", "ance", "ity", "sion", "sions"];
    let Some(&[from, _]) = cue.first() else { return false };
    let words = fold(&text.words(cue));
    let before = fold(&text.words(&[[from.saturating_sub(8), from]]));
    let last = before.split_whitespace().last().unwrap_or("");
    BEFORE.iter().any(|word| *word == last || last.ends_with("’s")) || ENDS.iter().any(|end| words.ends_with(end))
}

/// What is wrong with an attribution that was found.
fn differences(article: &Article<'_>, gold: usize, ours: usize) -> Vec<String> {
    let (g, p) = (&article.gold[gold], &article.ours[ours]);
    let (gs, ps) = (&article.gold_sets[gold], &article.our_sets[ours]);
    let mut kinds = Vec::new();
    for role in [SOURCE, CUE, CONTENT] {
        let (want, got) = (article.text.chunks(g[role]), article.text.chunks(p[role]));
        if want == got {
            continue;
        }
        let name = ROLES[role];
        let kind = match (want.first(), got.first()) {
            (None, _) => format!("{name}: found where there is none"),
            (_, None) => format!("{name}: missing"),
            _ if gs[role].is_disjoint(&ps[role]) => format!("{name}: another"),
            _ if role == CONTENT => content_kind(article, gold, ours, &want, &got),
            _ => format!("{name}: {}", bounds(&want, &got)),
        };
        kinds.push(kind);
    }
    kinds
}

fn content_kind(article: &Article<'_>, gold: usize, ours: usize, want: &[Segment], got: &[Segment]) -> String {
    if Article::swallowed(&article.our_sets[ours], &article.gold_sets) > 1 {
        return "content: two in one".into();
    }
    if Article::swallowed(&article.gold_sets[gold], &article.our_sets) > 1 {
        return "content: one split in two".into();
    }
    format!("content: {}", bounds(want, got))
}

/// How the spans that were found differ from the gold ones. Both have chunks.
fn bounds(want: &[Segment], got: &[Segment]) -> String {
    let ends = |chunks: &[Segment]| (chunks[0][0], chunks[chunks.len() - 1][1]);
    let ((from, to), (our_from, our_to)) = (ends(want), ends(got));
    let side = |what: &str, ours: usize, gold: usize| match ours.cmp(&gold) {
        std::cmp::Ordering::Less => Some(format!("{what} too early")),
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Greater => Some(format!("{what} too late")),
    };
    let sides: Vec<_> = [side("begins", our_from, from), side("ends", our_to, to)].into_iter().flatten().collect();
    match sides.is_empty() {
        false => sides.join(", "),
        true if want.len() > got.len() => "a gap is filled".into(),
        true => "a gap too many".into(),
    }
}

fn add(kinds: &mut Kinds, kind: String, example: impl FnOnce() -> String) {
    let kind = kinds.entry(kind).or_default();
    kind.count += 1;
    if kind.examples.len() < MAX_EXAMPLES {
        kind.examples.push(example());
    }
}

/// The first and last words of a long text.
fn cut(words: &str) -> String {
    let line: Vec<&str> = words.split_whitespace().collect();
    if line.len() <= 14 {
        return line.join(" ");
    }
    format!("{} […] {}", line[..7].join(" "), line[line.len() - 6..].join(" "))
}

/// The most frequent kinds, with examples of each.
pub fn list(title: &str, kinds: &Kinds, most: usize, examples: usize) -> String {
    let mut sorted: Vec<_> = kinds.iter().collect();
    sorted.sort_by_key(|(name, kind)| (std::cmp::Reverse(kind.count), name.as_str()));
    let all: usize = sorted.iter().map(|(_, kind)| kind.count).sum();
    let mut out = format!("{title}: {all} errors\n");
    for (name, kind) in sorted.into_iter().take(most) {
        let _ = writeln!(out, "{:>6} {:>5.1} %  {name}", kind.count, 100.0 * kind.count as f64 / all.max(1) as f64);
        for example in kind.examples.iter().take(examples) {
            let _ = writeln!(out, "                 {example}");
        }
    }
    out
}
