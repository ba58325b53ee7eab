//! Documents speak for those who wrote or ordered them: "the Veloria Times poll", "a study by Ana Dunmore".
//!
//! In: the head phrase of a source and what follows it. Out: the entities that issued the document,
//! each with its confidence; empty if the source is no document, or nobody is named for it.

use std::ops::Range;

use sayso_document::EntityType;

use super::mentions::{Cast, Place, Speaker};
use crate::lexicon::List;
use crate::tags::Tag;
use crate::view::Reading;

/// The word in the singular, by the forms of [`List::DocumentNouns`]; other words lose a final "s".
/// The word is in lower case.
pub(super) fn singular(word: &str) -> &str {
    match word {
        "analyses" => "analysis",
        "studies" => "study",
        _ if List::DocumentNouns.has(word) => word,
        _ => word.strip_suffix('s').unwrap_or(word),
    }
}

/// Whether the word, in lower case, names a kind of document.
pub(crate) fn is_document(word: &str) -> bool {
    List::DocumentNouns.has(singular(word))
}

/// Who issued the document that a phrase names, told by the phrase itself or by `rest`, which
/// follows it. If neither does, the issuers of the nearest document of the same kind that is told
/// of: "the poll" is the one introduced before. A phrase without "the" refers back in this way only
/// within the first `lead` tokens.
pub(crate) fn issuers(
    r: &Reading<'_>,
    cast: &Cast<'_>,
    phrase: &Range<usize>,
    rest: &Range<usize>,
    lead: usize,
) -> Vec<Speaker> {
    let Some(head) = phrase.end.checked_sub(1).filter(|&head| head >= phrase.start) else { return Vec::new() };
    if !is_document(r.lower(head)) || cast.headed_by(head).is_some_and(|place| place.mention.name.is_some()) {
        return Vec::new();
    }
    let told = told(r, cast, phrase, rest);
    if !told.is_empty() {
        return told;
    }
    let first = r.lower(phrase.start);
    let plural = r.tag(head) == Tag::Nns;
    let known = matches!(first, "the" | "this" | "that");
    let opens = phrase.start < lead && !matches!(first, "his" | "her" | "their" | "its" | "one" | "another");
    // "The Velden poll" names who ordered it, although the name is not known.
    let foreign = phrase.clone().any(|i| r.tag(i) == Tag::Nnp && r.is_capital(i) && i > phrase.start);
    if plural || foreign || !(known || opens) {
        return Vec::new();
    }
    elsewhere(r, cast, head)
}

/// The issuers that a phrase and what follows it name: organisations in the phrase or behind "by",
/// "from", "of", "in" or "for"; persons only as owners or behind "by" and "from".
fn told(r: &Reading<'_>, cast: &Cast<'_>, phrase: &Range<usize>, rest: &Range<usize>) -> Vec<Speaker> {
    let kind = |place: &Place<'_>| cast.kind_of(place.mention.entity);
    let issues = |place: &&Place<'_>| match kind(place) {
        EntityType::Organization => true,
        // "Dunmore's brief", "her submission".
        EntityType::Person => r.tag(place.name_end) == Tag::Pos || r.tag(place.tokens.start) == Tag::Prps,
        _ => false,
    };
    let mut named: Vec<&Place<'_>> = cast.inside(phrase).filter(issues).collect();
    // "The Ledger's Harbour States average": with an owner, other names only tell what it is about.
    if named.iter().any(|place| r.tag(place.name_end) == Tag::Pos) {
        named.retain(|place| r.tag(place.name_end) == Tag::Pos);
    }
    let named: Vec<Speaker> = named.into_iter().map(|place| (place.mention.entity, place.sure * 0.9)).collect();
    if !named.is_empty() {
        return named;
    }
    let links = ["by", "from", "of", "in", "for"];
    let link = rest.clone().take(6).find(|&i| links.contains(&r.lower(i)));
    // "A letter seen by the Ledger" tells who read it.
    let link = link.filter(|&link| link == 0 || !is_reading(r.lower(link - 1)));
    let author = |place: &&Place<'_>| {
        let near = link.is_some_and(|link| (link + 1..link + 4).contains(&place.tokens.start));
        near && match kind(place) {
            EntityType::Organization => true,
            EntityType::Person => link.is_some_and(|link| matches!(r.lower(link), "by" | "from")),
            _ => false,
        }
    };
    cast.inside(rest).find(author).map(|place| (place.mention.entity, place.sure * 0.85)).into_iter().collect()
}

/// Whether a participle tells what was done with a document that others wrote.
fn is_reading(lower: &str) -> bool {
    let words = [
        "cited",
        "confirmed",
        "obtained",
        "quoted",
        "read",
        "received",
        "reported",
        "reviewed",
        "seen",
        "shown",
        "viewed",
    ];
    words.contains(&lower)
}

/// How many tokens before and behind a document another mention of it is looked for.
const REACH_TOKENS: usize = 1500;

/// The issuers of the nearest document of the same kind whose phrase names them: the nearest
/// before, else the nearest after.
fn elsewhere(r: &Reading<'_>, cast: &Cast<'_>, head: usize) -> Vec<Speaker> {
    let word = singular(r.lower(head));
    // Singular and plural of these words begin alike, so this rules out most other words quickly.
    let begin = &word.as_bytes()[..word.len().min(3)];
    let named = |i: usize| {
        let lower = r.lower(i);
        if !lower.as_bytes().starts_with(begin) || singular(lower) != word {
            return Vec::new();
        }
        let start = start(r, i);
        told(r, cast, &(start..i + 1), &(i + 1..r.unit(i).end.min(i + 8)))
    };
    let before = (head.saturating_sub(REACH_TOKENS)..head).rev();
    let after = head + 1..r.len().min(head + REACH_TOKENS);
    let found = before.chain(after).map(named).find(|found| !found.is_empty()).unwrap_or_default();
    found.into_iter().map(|(entity, sure)| (entity, sure * 0.85)).collect()
}

/// Where the noun phrase with this head begins; slashes join the names of several issuers.
fn start(r: &Reading<'_>, head: usize) -> usize {
    let floor = r.unit(head).start.max(head.saturating_sub(12));
    let belongs = |i: &usize| r.tag(*i).in_phrase() || r.is(*i, "/") || r.is(*i, "-");
    (floor..head).rev().take_while(belongs).last().unwrap_or(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_documents_in_both_numbers() {
        assert!(["analysis", "analyses", "studies", "polls", "data"].into_iter().all(is_document));
        assert!(!is_document("spokesman"));
    }
}
