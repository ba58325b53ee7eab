//! Titles before a name, which belong to its mention but not to the name: "Russian Foreign
//! Minister", "deputy foreign minister". Also trims names of what their type shows not to be part
//! of them.

use std::ops::Range;

use sayso_document::{EntityType, Span};

use super::words::Words;
use crate::lexicon::{Class, List};

/// Heads of names that are no persons' names.
const HEADS: Class = Class::ORG.or(Class::FACILITY).or(Class::PLACE).or(Class::EVENT).or(Class::PRODUCT);
/// Classes of words that may be part of a title's name.
const KNOWN: Class = Class::PLACE_WORD.or(Class::ORG_WORD).or(Class::NORP_WORD);
/// Words that are titles with a capital only: "her brother Johann" is no Brother.
const FAMILY: [&str; 8] = ["father", "mother", "brother", "sister", "son", "daughter", "wife", "husband"];

/// The part of a person's name behind a title in it: "Ada Lind" of "Mayor Ada Lind".
pub(super) fn without_title(words: &Words, name: Range<usize>) -> Range<usize> {
    let after = title_head(words, &name).map_or(name.start, |head| after_title(words, head, name.end));
    if after < name.end { after..name.end } else { name }
}

/// The organisation that a person's title names in two words or more: "State Department" in "State
/// Department Spokesperson".
pub(super) fn body_in(words: &Words, title: Range<usize>) -> Option<Range<usize>> {
    let head = title.clone().rev().find(|&i| words.is(i, Class::ORG) && words.capital(i))?;
    let first = (title.start..head).rev().take_while(|&i| words.capital(i)).last()?;
    let body = without_country(words, first..head + 1);
    (body.len() > 1 && head + 1 < title.end).then_some(body)
}

/// The part of an organisation's name behind a country, where both belong to a title: "U.S. State
/// Department Spokesperson".
pub(super) fn without_country(words: &Words, name: Range<usize>) -> Range<usize> {
    let country = matches!(words.text(name.start), "U.S." | "US" | "U.K." | "UK" | "EU");
    let title = words.is(name.end, Class::TITLE) && words.capital(name.end);
    if country && title && name.len() > 2 { name.start + 1..name.end } else { name }
}

/// Whether the head of a longer name is a word for organisations only: "Port Veld Harbour
/// Authority".
pub(super) fn is_headed_by_body(words: &Words, name: &Range<usize>) -> bool {
    let head = last_before_link(words, name.clone());
    let other = Class::FACILITY.or(Class::PLACE);
    name.len() > 1 && words.is(head, Class::ORG) && !words.is(head, other) && words.capital(head)
}

/// Where the owner in a name ends: "Veldmark" in "Veldmark's Supreme Court". None for "Macy's".
pub(super) fn owner_end(words: &Words, kind: EntityType, name: &Range<usize>) -> Option<usize> {
    if !matches!(kind, EntityType::Organization | EntityType::Facility | EntityType::Place) {
        return None;
    }
    let end = (name.start + 1..name.end).find(|&i| words.possessive(i))?;
    (name.end >= end + 3 && (end + 1..name.end).all(|i| words.capital(i))).then_some(end)
}

/// The title before the name `name`. `run` are the words with a capital that reach up to the name, `from` is
/// where the sentence begins.
pub(super) fn title_before(words: &Words, run: Range<usize>, name: Range<usize>, from: usize) -> Option<Span> {
    let head = (!run.is_empty()).then(|| title_head(words, &run)).flatten();
    match head {
        Some(head) if after_title(words, head, run.end) == run.end => Some(title_span(words, run.start, run.end, from)),
        Some(_) => None,
        None if run.is_empty() => courtesy(words, name.start, from).or_else(|| small_title(words, name, from)),
        None => None,
    }
}

/// "Mr" and the like without a full stop, which are part of no run.
fn courtesy(words: &Words, at: usize, from: usize) -> Option<Span> {
    let before = at.checked_sub(1).filter(|&before| before >= from)?;
    let title = words.is(before, Class::HONORIFIC) && words.is(before, Class::NOT_NAME) && words.capital(before);
    title.then(|| words.document.tokens()[before].span)
}

/// The last word of the title in a run, if there is one. "General Motors" and "King Street" hold
/// none: their last word shows another type.
fn title_head(words: &Words, run: &Range<usize>) -> Option<usize> {
    let is_title = |i: usize| words.is(i, Class::TITLE) && words.capital(i);
    let mut head = run.clone().take_while(|&i| !is_link(words, i)).filter(|&i| is_title(i)).last()?;
    // "General Motors", "King Street", "General Assembly": the last word tells that it is no title.
    let last = last_before_link(words, run.clone());
    if last > head && words.is(last, HEADS) && !words.is(last, Class::TITLE) && !words.is(last, Class::SURNAME) {
        return None;
    }
    // "Omar Amir Haddad": between a first name and a surname it is a name, if it may be one.
    let other = KNOWN.or(HEADS).or(Class::ORDINARY).or(Class::MIXED).or(Class::TITLE).or(Class::TITLE_MODIFIER);
    if head > run.start && head + 1 < run.end && super::given::is_title_too(words, head) {
        let named = words.capital(head - 1) && !words.is(head - 1, other) && !words.is_place(head - 1, head);
        if named {
            head = (run.start..head - 1).rfind(|&i| is_title(i))?;
        }
    }
    // "Otto King", "Ada Major": a first name before makes it a surname.
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

/// Whether the word joins the parts of a title.
fn is_link(words: &Words, i: usize) -> bool {
    matches!(words.text(i), "of" | "for" | "on" | "'s" | "’s")
}

/// Where the name begins behind a title and its complement: "of State", "for Foreign Affairs".
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

/// The bytes of a title: without a "then-" before it, but with words in lower case that belong to
/// it.
fn title_span(words: &Words, start: usize, end: usize, from: usize) -> Span {
    let first = small_before(words, start, from).unwrap_or(start);
    let tokens = words.document.tokens();
    let begin = tokens[first].span.start() + words.prefix(first);
    Span::new(begin, tokens[end - 1].span.end())
}

/// Where a title in lower case before token `at` begins: "deputy foreign minister", "White House
/// spokesman".
fn small_before(words: &Words, at: usize, from: usize) -> Option<usize> {
    let mut first = at;
    while first > from && words.is(first - 1, Class::TITLE.or(Class::TITLE_MODIFIER)) && !words.capital(first - 1) {
        first -= 1;
    }
    (first < at && (first..at).any(|i| words.is(i, Class::TITLE))).then_some(first)
}

/// The title in lower case before a run, with the names that belong to it: "Interior Ministry
/// spokesman".
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
    if List::VagueTitles.has(words.text(at - 1))
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

/// The name without words with which no name begins or ends, and without a bracket that tells a
/// party.
pub(super) fn trim(words: &Words, run: Range<usize>) -> Range<usize> {
    let Range { mut start, mut end } = run;
    while start < end && words.is(start, Class::HONORIFIC) && end - start > 1 {
        start += 1;
    }
    // "the nonpartisan Budget Office": names do not begin with such words.
    let common = Class::ORDINARY.or(Class::TITLE).or(Class::TITLE_MODIFIER);
    while end - start > 1
        && !words.capital(start)
        && words.is(start, common)
        && !words.is(start, Class::PARTICLE)
        && words.capital(start + 1)
    {
        start += 1;
    }
    // "Jane Doe (D-Ohio)": the party and the state are no part of the name.
    if let Some(open) = (start + 1..end).find(|&i| words.text(i) == "(" && is_aside(words, i, end)) {
        end = open;
    }
    while start < end
        && (words.possessive(end - 1) || matches!(words.text(end - 1), "of" | "and" | "for" | "the" | "," | "&" | "on"))
    {
        end -= 1;
    }
    start..end
}

/// Whether a bracket in a name is not closed within it, or holds a party.
fn is_aside(words: &Words, open: usize, end: usize) -> bool {
    is_party(words, open + 1) || !(open..end).any(|i| words.text(i) == ")")
}

/// Whether a token in brackets is a member's party: "D-Ohio" in "Ada Lind (D-Ohio)".
pub(super) fn is_party(words: &Words, at: usize) -> bool {
    let word = words.text(at);
    let party = matches!(word, "D" | "R" | "I") || ["D-", "R-", "I-"].iter().any(|sign| word.starts_with(sign));
    party && at > 0 && words.text(at - 1) == "("
}

/// The part of a person's name behind the verb that opens its sentence: "Said Ada Lind: “…”".
pub(super) fn without_cue(words: &Words, name: Range<usize>) -> Range<usize> {
    let opens =
        words.forced(name.start) && matches!(words.text(name.start), "Said" | "Asked" | "Added" | "Replied" | "Wrote");
    let colon = || (name.end..name.end + CUE).take_while(|&i| words.text(i) != ".").any(|i| words.text(i) == ":");
    if opens && name.len() > 2 && colon() { name.start + 1..name.end } else { name }
}

/// How many tokens behind the name the colon of such a sentence may stand.
const CUE: usize = 16;

/// Whether what was tagged is no name: it runs out of a bracket, or is a pronoun, or an ordinary
/// word that only the dash of a dateline before it gave a capital.
pub(super) fn is_no_name(words: &Words, tokens: &Range<usize>) -> bool {
    let at = tokens.start;
    // What a dateline ends with is no part of the name behind it: "(AFP) – Health".
    let bracket = |sign: &str| tokens.clone().any(|i| words.text(i) == sign);
    if bracket(")") && !bracket("(") {
        return true;
    }
    if tokens.len() != 1 {
        return false;
    }
    if matches!(words.text(at), "We" | "They" | "He" | "She" | "It" | "You" | "I" | "We're" | "We’re") {
        return true;
    }
    let dash = at >= 2 && matches!(words.text(at - 1), "-" | "--" | "–" | "—");
    let dateline = dash && (words.text(at - 2) == ")" || words.capitals(at - 2) || words.is(at - 2, Class::PLACE_WORD));
    dateline && words.is(at, Class::ORDINARY.or(Class::MIXED)) && !words.is(at, Class::ORG_WORD.or(Class::NORP_WORD))
}
