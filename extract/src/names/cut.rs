//! Cuts a run into candidates: titles come off, nationalities and countries before a body come off.

use std::ops::Range;

use sayso_document::Span;

use super::words::Words;
use crate::lexicon::Class;

/// A stretch of tokens that may be a name.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) tokens: Range<usize>,
    /// The title before it.
    pub(super) title: Option<Span>,
    /// Whether the title makes it a person beyond doubt.
    pub(super) titled: bool,
    /// A word that is a title, taken up only if it is someone's surname.
    pub(super) only_surname: bool,
    /// Whether an acronym in brackets follows it.
    pub(super) long_form: bool,
}

impl Candidate {
    fn plain(tokens: Range<usize>) -> Self {
        Self { tokens, title: None, titled: false, only_surname: false, long_form: false }
    }

    /// A name whose acronym follows it.
    pub(super) fn body(tokens: Range<usize>) -> Self {
        Self { long_form: true, ..Self::plain(tokens) }
    }
}

/// Heads of names that are no persons' names.
const HEADS: Class = Class::ORG.or(Class::FACILITY).or(Class::PLACE).or(Class::EVENT).or(Class::PRODUCT);
const KNOWN: Class = Class::PLACE_WORD.or(Class::ORG_WORD).or(Class::NORP_WORD);
/// Words that are no titles in small letters: "her brother Johann".
const FAMILY: [&str; 8] = ["father", "mother", "brother", "sister", "son", "daughter", "wife", "husband"];
/// Titles that in small letters are mostly other words.
const VAGUE: [&str; 18] = [
    "major",
    "private",
    "general",
    "count",
    "host",
    "head",
    "chief",
    "justice",
    "star",
    "whip",
    "anchor",
    "elder",
    "principal",
    "agent",
    "chair",
    "minor",
    "elder",
    "deputy",
];

/// Adds the candidates of a run. `from` is where the sentence begins.
pub(super) fn cut(words: &Words, run: Range<usize>, from: usize, out: &mut Vec<Candidate>) {
    if known(words, &run) {
        return segment(words, run.clone(), small_title(words, run, from), out);
    }
    let Some(head) = title_head(words, &run) else {
        return segment(words, run.clone(), small_title(words, run, from), out);
    };
    let after = after_title(words, head, run.end);
    let before = before_title(words, run.start, head);
    if before > run.start {
        segment(words, run.start..before, None, out);
    }
    if after > head + 1 {
        // The complement of the title may hold names: "President of Veloria".
        let inner = head + 2 + usize::from(words.reads(head + 2, "the"));
        if inner < after && !words.is(inner, Class::COMPLEMENT) {
            segment(words, inner..after, None, out);
        }
    }
    if after < run.end {
        let title = title_span(words, run.start, after, from);
        let name = trim(words, after..run.end);
        if !name.is_empty() {
            out.push(Candidate { title: Some(title), titled: true, ..Candidate::plain(name) });
        }
    } else if run.len() == 1 {
        out.push(Candidate { only_surname: true, ..Candidate::plain(run) });
    }
}

/// Whether the whole run is in a word list of names.
fn known(words: &Words, run: &Range<usize>) -> bool {
    if run.len() == 1 {
        return words.is(run.start, KNOWN);
    }
    let name = words.folded(run.start, run.end);
    words.is_place(run.start, run.end) || words.lexicon.is_body(&name)
}

/// The last word of the run's title, if the run has one.
fn title_head(words: &Words, run: &Range<usize>) -> Option<usize> {
    let is_title = |i: usize| words.is(i, Class::TITLE) && words.capital(i);
    let mut head = run.clone().take_while(|&i| !is_link(words, i)).filter(|&i| is_title(i)).last()?;
    // "General Motors", "King Street", "General Assembly": the last word tells that it is no title.
    let last = last_before_link(words, run.clone());
    if last > head && words.is(last, HEADS) && !words.is(last, Class::TITLE) && !words.is(last, Class::SURNAME) {
        return None;
    }
    // "Stephen King", "John Major": a first name before makes it a surname.
    if head + 1 == run.end && head > run.start && words.is(head - 1, Class::FIRST_NAME) && !is_title(head - 1) {
        let modifier = words.is(head - 1, Class::TITLE_MODIFIER);
        let earlier = (run.start..head - 1).rfind(|&i| is_title(i));
        if !modifier {
            head = earlier?;
        }
    }
    Some(head)
}

/// The last token of a name before "of", "for" and the like.
fn last_before_link(words: &Words, run: Range<usize>) -> usize {
    run.clone().find(|&i| i > run.start && is_link(words, i)).unwrap_or(run.end) - 1
}

fn is_link(words: &Words, i: usize) -> bool {
    matches!(words.text(i), "of" | "for" | "on" | "'s" | "’s")
}

/// Where the name after a title begins, behind the title's complement "of State", "for Foreign Affairs".
fn after_title(words: &Words, head: usize, end: usize) -> usize {
    let mut i = head + 1;
    if !matches!(words.text(i), "of" | "for" | "on") || i >= end {
        return i.min(end);
    }
    i += 1;
    i += usize::from(words.reads(i, "the"));
    i += 1;
    while i < end {
        let link = matches!(words.text(i), "of" | "for" | "and" | "the" | "&" | "on");
        let common = words.is(i, Class::COMPLEMENT)
            || words.is(i, Class::ORDINARY.or(Class::MIXED).or(KNOWN).or(Class::PLACE).or(Class::ORG))
                && !words.is(i, Class::FIRST_NAME.or(Class::SURNAME));
        let place = words.is_place(i - 1, i + 1);
        if !link && !common && !place {
            break;
        }
        i += 1;
    }
    i.min(end)
}

/// Where the words before a title's head stop being names and start being part of the title.
fn before_title(words: &Words, start: usize, head: usize) -> usize {
    let mut i = head;
    while i > start && words.is(i - 1, Class::TITLE.or(Class::TITLE_MODIFIER)) && !words.is(i - 1, KNOWN) {
        // "State Department Spokesperson": what a head of a body ends is that body's name.
        i -= 1;
    }
    // "Security" of "National Security Adviser" belongs to the title, with its capital neighbours of the same sort.
    while i > start && words.is(i - 1, Class::ORDINARY) && !words.is(i - 1, HEADS.or(KNOWN)) {
        i -= 1;
    }
    i
}

/// The span of a title that starts at token `start`, without a "then-" before it but with small-lettered
/// words that belong to it.
fn title_span(words: &Words, start: usize, end: usize, from: usize) -> Span {
    let first = small_before(words, start, from).unwrap_or(start);
    let tokens = words.document.tokens();
    let begin = tokens[first].span.start() + words.prefix(first);
    Span::new(begin, tokens[end - 1].span.end())
}

/// Where a title in small letters before token `at` begins: "deputy foreign minister", "White House spokesman".
fn small_before(words: &Words, at: usize, from: usize) -> Option<usize> {
    let mut first = at;
    while first > from && words.is(first - 1, Class::TITLE.or(Class::TITLE_MODIFIER)) && !words.capital(first - 1) {
        first -= 1;
    }
    (first < at && (first..at).any(|i| words.is(i, Class::TITLE))).then_some(first)
}

/// The title in small letters before a run, with the names that belong to it.
fn small_title(words: &Words, run: Range<usize>, from: usize) -> Option<Span> {
    let at = run.start;
    if run.len() == 1 && words.is(at, Class::ORG) {
        return None;
    }
    if at == from || !words.is(at - 1, Class::TITLE) || words.capital(at - 1) {
        return None;
    }
    if FAMILY.contains(&words.text(at - 1)) {
        return None;
    }
    let full = run.len() > 1 && words.is(at, Class::FIRST_NAME);
    if VAGUE.contains(&words.text(at - 1))
        && !full
        && !(at >= from + 2 && words.is(at - 2, Class::TITLE.or(Class::TITLE_MODIFIER)))
    {
        return None;
    }
    let mut first = small_before(words, at, from)?;
    // The body or country right before: "Interior Ministry spokesman".
    while first > from && words.capital(first - 1) && !words.is(first - 1, Class::TIME.or(Class::NOT_NAME)) {
        first -= 1;
    }
    let tokens = words.document.tokens();
    Some(Span::new(tokens[first].span.start() + words.prefix(first), tokens[at - 1].span.end()))
}

/// Adds the name or names of a stretch without titles.
fn segment(words: &Words, run: Range<usize>, title: Option<Span>, out: &mut Vec<Candidate>) {
    let run = trim(words, run);
    if run.is_empty() {
        return;
    }
    let split = prefix_end(words, &run);
    if split > run.start && split < run.end {
        out.push(Candidate::plain(run.start..split));
        return segment(words, split..run.end, None, out);
    }
    out.push(Candidate { title, ..Candidate::plain(run) });
}

/// The end of a nationality or country that stands before another name: "Russian | Sergei", "U.S. | State Department".
fn prefix_end(words: &Words, run: &Range<usize>) -> usize {
    let (start, end) = (run.start, run.end);
    if end - start < 2 {
        return start;
    }
    let last = last_before_link(words, run.clone());
    let rest_known = end - start > 2 && known(words, &(start + 1..end));
    if words.is(start, Class::NORP_WORD) {
        let joined = words.is(last, HEADS.or(Class::ORG_ONLY)) && last > start || known(words, run);
        return if joined && !rest_known { start } else { start + 1 };
    }
    // "AP J. Scott Hall" credits two.
    let initial = words.text(start + 1).len() == 2 && words.text(start + 1).ends_with('.');
    if words.is(start, Class::ORG_WORD) && words.capitals(start) && (initial || words.is(start + 1, Class::FIRST_NAME))
    {
        return start + 1;
    }
    let us = if words.reads(start, "U.") && words.reads(start + 1, "S.") { start + 2 } else { start + 1 };
    let country = us > start + 1 || matches!(words.text(start), "U.S." | "US" | "U.K." | "UK" | "EU" | "U.S");
    if country && end > us {
        // "U.S. Navy" and "US Congress" stay whole.
        let single = end - us == 1 && words.is(end - 1, Class::ORG.or(Class::ORG_WORD));
        return if single { start } else { us };
    }
    start
}

/// Without words at the ends that no name begins or ends with.
fn trim(words: &Words, run: Range<usize>) -> Range<usize> {
    let Range { mut start, mut end } = run;
    while start < end && (!words.capital(start) || words.is(start, Class::HONORIFIC) && end - start > 1) {
        start += 1;
    }
    while start < end
        && (words.possessive(end - 1) || matches!(words.text(end - 1), "of" | "and" | "for" | "the" | "," | "&" | "on"))
    {
        end -= 1;
    }
    start..end
}
