//! Cuts a sentence into runs: capitalised words that may make up names, with the function words
//! that may join them. Titles are looked for at the beginning of the run that a person's name ends.

use std::ops::Range;

use sayso_document::TokenKind;

use super::words::Words;
use crate::lexicon::{Class, List};

/// Heads of names of any type.
const HEADS: Class = Class::ORG.or(Class::FACILITY).or(Class::PLACE).or(Class::EVENT);
/// Words that are names by themselves.
const KNOWN: Class = Class::PLACE_WORD.or(Class::ORG_WORD).or(Class::NORP_WORD);

/// The runs among the tokens of a sentence, in order.
pub(super) fn runs(words: &Words, sentence: Range<usize>) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut i = sentence.start;
    while i < sentence.end {
        if !starts(words, i, sentence.end) {
            i += 1;
            continue;
        }
        let end = extend(words, i, sentence.end);
        out.push(i..end);
        i = end;
    }
    out
}

/// Whether token `i` may be part of a name.
pub(super) fn nameable(words: &Words, i: usize) -> bool {
    if !words.capital(i) {
        return false;
    }
    let class = words.class(i);
    if class.is(Class::TIME) {
        return false;
    }
    if class.is(Class::MONTH) {
        return i > 0 && words.is(i - 1, Class::FIRST_NAME) && words.capital(i - 1) && !words.is(i - 1, Class::TITLE);
    }
    if is_party_and_state(words.text(i)) {
        return false;
    }
    // "IT", "AI", "OR" in capitals may be anything; their lower-case forms are listed for the beginnings of sentences.
    !class.is(Class::NOT_NAME)
}

/// "R-Texas", "D-Vt.": the party and state of a member of Congress.
fn is_party_and_state(word: &str) -> bool {
    let rest = ["R-", "D-", "I-"].iter().find_map(|party| word.strip_prefix(party));
    rest.is_some_and(|state| state.starts_with(|c: char| c.is_ascii_uppercase()))
}

/// Whether a run starts at token `i`.
fn starts(words: &Words, i: usize, end: usize) -> bool {
    if !nameable(words, i) {
        return false;
    }
    if !words.forced(i) || words.prefix(i) > 0 {
        return true;
    }
    let class = words.class(i);
    let next = i + 1 < end && nameable(words, i + 1) && !(words.forced(i + 1) && words.is(i + 1, Class::ORDINARY));
    if class.is(KNOWN) {
        return true;
    }
    let named = class.is(Class::FIRST_NAME) && next && words.is(i + 1, Class::SURNAME);
    if named || next && words.seen(i) {
        return true;
    }
    if class.is(Class::ORDINARY) {
        return next && class.is(Class::TITLE.or(Class::TITLE_MODIFIER).or(HEADS).or(Class::PLACE_FIRST))
            || class.is(Class::OF_HEAD) && words.reads(i + 1, "of") && nameable(words, i + 2);
    }
    !class.is(Class::MIXED) || next || class.is(Class::FIRST_NAME.or(Class::SURNAME))
}

/// The end of the run that starts at token `start`.
fn extend(words: &Words, start: usize, end: usize) -> usize {
    let mut at = start + 1;
    while at < end {
        let next = step(words, start, at, end);
        if next == at {
            break;
        }
        at = next;
    }
    at
}

/// One past the next token that continues the run `start..at`; `at` itself where the run ends.
fn step(words: &Words, start: usize, at: usize, end: usize) -> usize {
    let last = at - 1;
    let name = |i: usize| i < end && nameable(words, i);
    // "Newtown, Conn. Benwick said": a state cut short ends a name.
    let state = words.text(last).len() > 2 && words.text(last).ends_with('.') && words.is(last, Class::PLACE_WORD);
    if words.suffix(last) > 0 || state && !words.text(last).starts_with('U') {
        return at;
    }
    if name(at) {
        // In a title line an ordinary word ends the name, unless it is the head of one.
        let ordinary = words.forced(at) && words.is(at, Class::ORDINARY) && !words.is(at, HEADS.or(Class::TITLE));
        return if ordinary { at } else { at + 1 };
    }
    // "Dockers’ Federation".
    let plural = matches!(words.text(at), "’" | "'") && words.text(last).ends_with('s') && words.is(at + 1, Class::ORG);
    if plural && name(at + 1) {
        return at + 2;
    }
    if words.possessive(at) {
        return if possessive_goes_on(words, start, last, at) && name(at + 1) { at + 2 } else { at };
    }
    let of_head = words.is(last, Class::OF_HEAD) || words.is(last, Class::TITLE);
    match words.text(at) {
        "of" if of_head => after_optional_the(words, at, end).unwrap_or(at),
        "for" if words.is(last, Class::FOR_HEAD) => after_optional_the(words, at, end).unwrap_or(at),
        "on" if words.is(last, Class::ON_HEAD) => after_optional_the(words, at, end).unwrap_or(at),
        "and" if name(at + 1) && and_joins(words, start, at, end) => at + 2,
        "&" if name(at + 1) => at + 2,
        "," if name(at + 1) && listed(words, start, at, end) => at + 2,
        "," if is_company_suffix(words.text(at + 1)) && at + 1 < end => at + 2,
        "-" | "‑" => hyphen(words, at, end),
        text if words.is(at, Class::PARTICLE) && !text.is_empty() => particles(words, at, end),
        _ => at,
    }
}

/// One past the word behind "of", "for" or "on", with an article in between. None where a title
/// begins another name.
fn after_optional_the(words: &Words, at: usize, end: usize) -> Option<usize> {
    let next = at + 1 + usize::from(words.reads(at + 1, "the"));
    // "the Alliance of Prime Minister Elske Brandt": a title begins a name of its own.
    let title = |i: usize| words.capital(i) && words.is(i, Class::TITLE) && nameable(words, i + 1);
    let body = !words.is(at - 1, Class::TITLE);
    if body && (title(next) && !words.is(next, Class::ORG) || words.is(next, Class::TITLE_MODIFIER) && title(next + 1))
    {
        return None;
    }
    (next < end && nameable(words, next)).then_some(next + 1)
}

/// Whether a name continues behind a possessive: in "People's Party" and "St. Mary's Hospital", but
/// not in "Ukraine's President".
fn possessive_goes_on(words: &Words, start: usize, last: usize, at: usize) -> bool {
    let common = words.is(last, Class::ORDINARY.or(Class::MIXED)) && !words.is(last, Class::FIRST_NAME.or(KNOWN));
    let saint = words.is(start, Class::PLACE_FIRST) && words.text(start).starts_with("St");
    common && words.is(at + 1, HEADS)
        || saint && words.is(at + 1, HEADS)
        || common && words.is(at + 2, Class::ORG) && words.capital(at + 2)
}

/// Whether "and" at `at` stands inside a name: "Food and Drug Administration", "Ministry of Health and Welfare".
fn and_joins(words: &Words, start: usize, at: usize, end: usize) -> bool {
    let common = |i: usize| words.is(i, Class::ORDINARY.or(Class::MIXED)) && !words.is(i, KNOWN.or(Class::FIRST_NAME));
    if !common(at - 1) || !common(at + 1) {
        return false;
    }
    let inside = (start..at).any(|i| matches!(words.text(i), "of" | "for" | "on"));
    if inside && (words.is(start, Class::ORG.or(Class::OF_HEAD).or(Class::TITLE)) || at - start > 3) {
        return true;
    }
    let stop = (at + 1..end.min(at + 6)).find(|&i| !nameable(words, i)).unwrap_or(end.min(at + 6));
    let head = |i: usize| words.is(i, Class::ORG.or(Class::FACILITY));
    stop > at + 2 && head(stop - 1) && !head(at - 1) && !words.is(at - 1, Class::TITLE)
}

/// Whether the comma at `at` stands inside a name: "Department of Environment, Land and Water".
fn listed(words: &Words, start: usize, at: usize, end: usize) -> bool {
    let common = |i: usize| {
        words.capital(i) && words.is(i, Class::ORDINARY.or(Class::MIXED)) && !words.is(i, KNOWN.or(Class::FIRST_NAME))
    };
    let body = words.is(start, Class::ORG) && (start..at).any(|i| matches!(words.text(i), "of" | "for"));
    if !body || !common(at - 1) {
        return false;
    }
    // The list goes on with common words up to an "and".
    let mut i = at + 1;
    while i < end && i < at + 10 && (common(i) || words.reads(i, ",")) {
        i += 1;
    }
    i < end && words.reads(i, "and") && common(i + 1) && common(at + 1)
}

/// Whether the word behind a comma belongs to the name before it: "Orbit, Inc."
fn is_company_suffix(word: &str) -> bool {
    List::NameSuffixes.has(word)
}

/// One past the word behind a hyphen with blanks around it, as in texts that were put together from
/// tokens: "El - Marn", "Tai Lin - wen".
fn hyphen(words: &Words, at: usize, end: usize) -> usize {
    if at + 1 >= end || words.document.tokens()[at + 1].kind != TokenKind::Word {
        return at;
    }
    let short = List::HyphenedFirsts.has(words.text(at - 1));
    let given = !words.capital(at + 1)
        && words.text(at + 1).len() <= 6
        && !words.is(
            at + 1,
            Class::ORDINARY.or(Class::MIXED).or(Class::NOT_NAME).or(Class::TITLE).or(Class::TITLE_MODIFIER),
        )
        && words.text(at - 1).len() <= 6
        && words.text(at + 1).bytes().all(|b| b.is_ascii_alphabetic());
    let common = KNOWN.or(Class::ORDINARY).or(Class::MIXED).or(Class::TITLE);
    let double = nameable(words, at + 1) && !words.is(at - 1, common) && !words.is(at + 1, common);
    if short && nameable(words, at + 1) || given && !words.is(at - 1, KNOWN) || double { at + 2 } else { at }
}

/// One past the name behind its particles: "van der Berg", "bin Marn", "al - Marn".
fn particles(words: &Words, at: usize, end: usize) -> usize {
    let mut i = at;
    while i < end && i < at + 3 && words.is(i, Class::PARTICLE) && !words.capital(i) {
        i += 1;
        if matches!(words.text(i), "-" | "‑") {
            i += 1;
        }
    }
    if i > at && i < end && nameable(words, i) { i + 1 } else { at }
}
