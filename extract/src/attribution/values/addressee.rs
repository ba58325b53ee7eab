//! To whom something was said: "told reporters", "in an interview with the paper", "wrote to the board".
//!
//! The rules look at the object of the cue, at what "to" and "with" bring behind it, at phrases
//! that open the sentence, and at the clause that the cue hangs on, in this order. Their answer is
//! an offer, and a feature, of the learned decision ([`learned`](super::learned)). Neighbouring
//! candidates are within a bounded number of tokens.

use std::ops::Range;

use crate::attribution::draft::{Draft, Voice};
use crate::grammar::phrase;
use crate::lexicon::List;
use crate::tags::{Tag, lemma};
use crate::time::expression;
use crate::view::Reading;

/// How many tokens behind the cue an addressee is looked for.
const BEHIND_TOKENS: usize = 14;
/// How many tokens before source and cue.
const AHEAD_TOKENS: usize = 24;
/// The most tokens of the name of a paper or programme in quotation marks.
const MAX_TITLE_TOKENS: usize = 6;

/// The tokens that name to whom the content of each draft was said, in the order of the drafts,
/// which is reading order. None for a draft without an addressee.
pub(crate) fn find(r: &Reading<'_>, drafts: &[Draft]) -> Vec<Option<Range<usize>>> {
    let own: Vec<_> = drafts.iter().map(|draft| own(r, draft)).collect();
    let found = drafts.iter().zip(&own).enumerate().map(|(place, (draft, heard))| {
        // "Sent a letter to the board urging them": the name rather than the pronoun.
        let pronoun = heard.as_ref().is_some_and(|heard| r.tag(heard.start) == Tag::Prp);
        let fuller = if pronoun { beside(r, drafts, &own, place) } else { None };
        fuller.or_else(|| heard.clone()).or_else(|| beside(r, drafts, &own, place)).or_else(|| before_colon(r, draft))
    });
    found.collect()
}

/// The addressee that cue and source themselves name, without a look at other attributions.
fn own(r: &Reading<'_>, draft: &Draft) -> Option<Range<usize>> {
    let noun = matches!(draft.voice, Some(Voice::Noun | Voice::OwnNoun));
    let verbal = !draft.cue.is_empty()
        && (draft.voice.is_some() || r.tag(draft.head).is_verb())
        && !noun
        && !r.is(draft.head, "according");
    let told = if verbal { told(r, draft) } else { None };
    told.or_else(|| (verbal || noun).then(|| behind(r, draft)).flatten())
        .or_else(|| written(r, draft))
        .or_else(|| verbal.then(|| ahead(r, draft)).flatten())
}

/// The object of a verb that takes the hearer as its object, or the subject of its passive: "told
/// reporters", "urged the mayor to", "the mayor was told that". None where what follows the verb is
/// a clause ("warned voters would stay away") or a thing ("urges restraint").
fn told(r: &Reading<'_>, draft: &Draft) -> Option<Range<usize>> {
    let verb = r.infinitive(draft.head);
    let on = r.lower(draft.head + 1);
    let phrasal =
        matches!((verb.as_str(), on), ("call", "on" | "upon") | ("plead" | "reason", "with") | ("appeal", "to"));
    if !phrasal && !List::AddressedVerbs.has_stem(&verb) {
        return None;
    }
    if draft.voice == Some(Voice::Passive) {
        let first = draft.cue.start;
        let start =
            phrase::before(r, first).filter(|&start| start == 0 || !matches!(r.tag(start - 1), Tag::In | Tag::To))?;
        return checked(r, start..first);
    }
    let at = draft.head + 1 + usize::from(phrasal);
    let at = if r.tag(at) == Tag::Rb { at + 1 } else { at };
    if r.is(at, "that") {
        return None;
    }
    if List::AddressedOnlyVerbs.has_stem(&verb)
        && let Some(name) = name_in_marks(r, draft, at)
    {
        return Some(name);
    }
    let found = phrase_at(r, at).and_then(|found| checked(r, found))?;
    // “…?” asked the mayor.
    if draft.source.as_ref().is_some_and(|source| source.start < found.end && found.start < source.end) {
        return None;
    }
    let next = found.end;
    // "Warned voters would stay away": what follows the verb is a clause.
    if phrase::starts_clause(r, next) {
        return None;
    }
    let fits = match verb.as_str() {
        _ if phrasal || List::AddressedOnlyVerbs.has_stem(&verb) || asked_to(r, next).is_some() => true,
        _ if List::AddressedOrThingVerbs.has_stem(&verb) => is_person(r, &found),
        // "Urges restraint": the object is no addressee, unless it is to do something.
        _ => {
            matches!(r.lower(next), "that" | "about" | "of" | "if" | "whether" | "not" | "against" | ":")
        }
    };
    // After what was said, the object can only be the addressee.
    let after = draft.content.first().is_some_and(|content| content.end <= draft.head);
    (fits || after || r.quotation_at(next).is_some()).then_some(found)
}

/// A title in quotation marks at this place, which names a paper or programme: told “Harbour Nightly”. What was said
/// stands in no such marks: it has words without capitals, or is content.
fn name_in_marks(r: &Reading<'_>, draft: &Draft, at: usize) -> Option<Range<usize>> {
    if !r.is_open_quote(at) || draft.holds(at + 1) {
        return None;
    }
    let end = (at + 1..r.unit(at).end.min(at + 2 + MAX_TITLE_TOKENS)).find(|&i| r.is_close_quote(i))?;
    let name = at + 1..if matches!(r.tag(end - 1), Tag::Comma | Tag::Stop) { end - 1 } else { end };
    let titled = |i: usize| r.is_capital(i) || matches!(r.tag(i), Tag::In | Tag::Cc | Tag::Dt | Tag::Cd);
    (!name.is_empty() && r.is_capital(name.start) && name.clone().all(titled)).then_some(name)
}

/// Takes the addressee out of a content that begins with it: of "urged the mayor to go", the
/// content is "to go".
pub(crate) fn leave_out(r: &Reading<'_>, draft: &mut Draft, heard: Option<&Range<usize>>) {
    let Some((heard, content)) = heard.zip(draft.content.first_mut()) else { return };
    let inside = content.start == heard.start && heard.start > draft.head;
    if let Some(to) = asked_to(r, heard.end).filter(|&to| inside && to < content.end) {
        content.start = to;
    }
}

/// Where the infinitive begins that tells what somebody is to do: "to go", "not to go". Returns
/// `at` itself, or none.
fn asked_to(r: &Reading<'_>, at: usize) -> Option<usize> {
    let to = at + usize::from(matches!(r.lower(at), "not" | "never"));
    (r.tag(to) == Tag::To && matches!(r.tag(to + 1), Tag::Vb | Tag::Vbp | Tag::Rb)).then_some(at)
}

/// The addressee after "to" or "with" behind the cue and its object: "said to the board", "sent a
/// letter to the paper", "in talks with the union".
fn behind(r: &Reading<'_>, draft: &Draft) -> Option<Range<usize>> {
    let verb = r.infinitive(draft.head);
    let turned = draft.source.as_ref().filter(|s| s.start >= draft.cue.end).map(|s| s.end);
    let from = turned.unwrap_or(draft.head + 1);
    let noun = matches!(draft.voice, Some(Voice::Noun | Voice::OwnNoun));
    let light = List::LightVerbs.has_stem(&verb) || List::GivingVerbs.has_stem(&verb);
    // Whether a noun for something said or written was seen; behind it "to" brings the addressee.
    let mut channel = noun && is_channel(r.lower(draft.head));
    if let Some(found) = handed(r, draft, &verb) {
        return Some(found);
    }
    for i in from..r.unit(draft.head).end.min(from + BEHIND_TOKENS) {
        let clause = i > from && r.tag(i).is_finite();
        if r.quotation_at(i).is_some() || matches!(r.tag(i), Tag::Stop | Tag::Colon) || r.is(i, "that") || clause {
            break;
        }
        if draft.holds(i) && !light && i > from {
            break;
        }
        let spoken = is_channel(r.lower(i)) || light && List::SpeechNouns.has_stem(&lemma::of_noun(r.lower(i)));
        channel |= spoken && r.tag(i).is_noun();
        let to = r.tag(i) == Tag::To && !matches!(r.tag(i + 1), Tag::Vb | Tag::Rb);
        let first = i == from || i == from + 1 && r.tag(from) == Tag::Rb;
        let says = to && first && (says_to(&verb) || answers(&verb));
        if says || channel && (to || r.is(i, "with") && r.tag(i - 1).is_noun()) || talks_with(r, &verb, i) && first {
            // "A response to the rhetoric": what is answered need not be an addressee.
            let strict = answers(&verb) && says || i > from && List::AnswerNouns.has(r.lower(i - 1));
            let found = phrase_at(r, i + 1).and_then(|found| checked(r, found))?;
            return (!strict || is_person(r, &found)).then_some(found);
        }
    }
    None
}

/// The addressee behind the object of a verb of handing: "read the letter to the crowd", "pitched
/// himself to farmers". It must be a person or a body.
fn handed(r: &Reading<'_>, draft: &Draft, verb: &str) -> Option<Range<usize>> {
    let end = List::HandingVerbs.has_stem(verb).then(|| phrase::base_after(r, draft.head + 1)).flatten()?;
    if r.tag(end) != Tag::To || matches!(r.tag(end + 1), Tag::Vb | Tag::Rb) {
        return None;
    }
    phrase_at(r, end + 1).and_then(|found| checked(r, found)).filter(|found| is_person(r, found))
}

/// The addressee of a source that is something written, or that tells to whom it speaks: "her submission to the court
/// noted", "an official speaking to the paper said", "two guards who spoke with the paper said".
fn written(r: &Reading<'_>, draft: &Draft) -> Option<Range<usize>> {
    let source = draft.source.clone()?;
    let speaks = |i: usize| {
        let relative = i >= 2 && matches!(r.tag(i - 2), Tag::Wp | Tag::Wdt);
        let verb = r.tag(i - 1).is_verb() && (relative || r.tag(i - 1) == Tag::Vbg);
        verb && List::TalkingVerbs.has(&r.infinitive(i - 1)) && (r.tag(i) == Tag::To || r.is(i, "with"))
    };
    let link = source.clone().skip(1).find(|&i| r.tag(i) == Tag::To && is_channel(r.lower(i - 1)) || speaks(i))?;
    phrase_at(r, link + 1).and_then(|found| checked(r, found)).filter(|found| found.end <= source.end)
}

/// The addressee in a phrase that opens the sentence: "In an interview with the paper, she said",
/// "Speaking to reporters, he said".
fn ahead(r: &Reading<'_>, draft: &Draft) -> Option<Range<usize>> {
    let begin = draft.source.as_ref().filter(|s| s.end <= draft.head).map_or(draft.cue.start, |s| s.start);
    let unit = r.unit(draft.head);
    let comma = (unit.start..begin).next_back().filter(|&i| r.tag(i) == Tag::Comma)?;
    let from = unit.start.max(comma.saturating_sub(AHEAD_TOKENS));
    let opens = (from..comma).rev().find(|&i| {
        i == unit.start
            && (matches!(
                r.lower(i),
                "in" | "speaking" | "talking" | "writing" | "addressing" | "testifying" | "during"
            ))
    })?;
    let outside = |i: &usize| r.quotation_at(*i).is_none() && !draft.holds(*i);
    if r.is(opens, "addressing") {
        return phrase_at(r, opens + 1).and_then(|found| checked(r, found)).filter(|found| is_person(r, found));
    }
    let spoken = !matches!(r.lower(opens), "in" | "during");
    let link = (opens + 1..comma).filter(outside).find(|&i| {
        let linked = r.tag(i) == Tag::To || r.is(i, "with");
        linked && (spoken && i == opens + 1 || is_channel(r.lower(i - 1)))
    })?;
    phrase_at(r, link + 1).and_then(|found| checked(r, found)).filter(|found| found.end <= comma)
}

/// The addressee of the clause that a gerund or infinitive hangs on: "told the crowd, reciting",
/// "spoke to dockers, promising".
fn beside(r: &Reading<'_>, drafts: &[Draft], own: &[Option<Range<usize>>], place: usize) -> Option<Range<usize>> {
    let draft = &drafts[place];
    let hangs = matches!(draft.voice, Some(Voice::Gerund | Voice::Infinitive))
        || draft.voice.is_none() && r.tag(draft.head) == Tag::Vbg;
    if !hangs || draft.cue.is_empty() {
        return None;
    }
    let unit = r.unit(draft.head);
    let near = place.saturating_sub(3)..(place + 4).min(drafts.len());
    let gerund = r.tag(draft.head) == Tag::Vbg;
    let other = near.filter(|&i| i != place && gerund && unit.contains(&drafts[i].head)).find_map(|i| {
        let same = draft.source.is_none() || draft.source == drafts[i].source;
        own[i].clone().filter(|_| same)
    });
    other.or_else(|| {
        let from = unit.start.max(draft.cue.start.saturating_sub(AHEAD_TOKENS));
        let verb =
            (from..draft.cue.start).rev().filter(|&i| r.quotation_at(i).is_none()).find(|&i| r.tag(i).is_finite())?;
        let word = r.infinitive(verb);
        let sends = matches!(word.as_str(), "send" | "write" | "give" | "make" | "issue");
        let speaks = List::TalkingVerbs.has(&word) || answers(&word) || says_to(&word);
        let link = (verb + 1..draft.cue.start.min(verb + 8)).find(|&i| {
            let linked = r.tag(i) == Tag::To || r.is(i, "with") && List::TalkingVerbs.has(&word);
            linked && (speaks && i == verb + 1 || sends && is_channel(r.lower(i - 1)))
        })?;
        let found = phrase_at(r, link + 1).and_then(|found| checked(r, found))?;
        (found.end <= draft.cue.start && is_person(r, &found)).then_some(found)
    })
}

/// The addressee in the clause before the colon that leads to a quotation: "She scolded him: “…,”
/// she said."
fn before_colon(r: &Reading<'_>, draft: &Draft) -> Option<Range<usize>> {
    let quoted = draft.content.first()?.clone().find(|&i| r.is_open_quote(i))?;
    let colon = quoted.checked_sub(1).filter(|&i| r.is(i, ":"))?;
    let from = r.unit(colon).start.max(colon.saturating_sub(BEHIND_TOKENS));
    let verb = (from..colon).rev().find(|&i| r.tag(i).is_verb()).filter(|&verb| !draft.holds(verb))?;
    let found = List::AddressedVerbs.has_stem(&r.infinitive(verb)).then(|| phrase_at(r, verb + 1)).flatten()?;
    checked(r, found).filter(|found| found.end <= colon)
}

/// Whether "to" after this verb brings the addressee.
fn says_to(verb: &str) -> bool {
    List::SaysToVerbs.has_stem(verb)
}

/// Whether "to" after this verb brings either persons or what they said: "responded to the mayor",
/// "responded to the claim".
fn answers(verb: &str) -> bool {
    matches!(verb, "respond" | "reply" | "react" | "object")
}

/// Whether the word at `at` joins a verb of talking to its partner: "with", or "to" after "plead".
fn talks_with(r: &Reading<'_>, verb: &str, at: usize) -> bool {
    List::TalkingVerbs.has(verb) && r.is(at, "with") || verb == "plead" && r.is(at, "to")
}

/// Whether a noun, in the singular or plural, names something that is said or written to somebody:
/// "letter", "interview".
fn is_channel(word: &str) -> bool {
    List::ChannelNouns.has_stem(word) || word.strip_suffix('s').is_some_and(|stem| List::ChannelNouns.has_stem(stem))
}

/// The noun phrase that begins at a token, if it can be somebody, and the token at which to look
/// for the next one.
pub(super) fn phrase_of(r: &Reading<'_>, at: usize) -> Option<(Range<usize>, usize)> {
    let next = phrase::base_after(r, at)?;
    let found = phrase_at(r, at).and_then(|found| checked(r, found))?;
    Some((found, next))
}

/// The noun phrase of an addressee at this place, with "of" and "at" phrases. None inside a
/// quotation, and none for a bare singular noun after "to", which is a misread infinitive.
fn phrase_at(r: &Reading<'_>, at: usize) -> Option<Range<usize>> {
    if r.quotation_at(at).is_some() {
        return None;
    }
    let end = phrase::full_after(r, at, &["of", "at"])?;
    // "A packed crowd": a participle is no border after the article.
    let cut = end == at + 1 && r.tag(at) == Tag::Dt && matches!(r.tag(end), Tag::Vbn | Tag::Vbd | Tag::Vbg | Tag::Rb);
    let end = if cut { phrase::full_after(r, end + 1, &["of", "at"])? } else { end };
    // "Calls to boycott films" is misread: an addressee is no bare noun in the singular.
    let bare = r.tag(at) == Tag::Nn
        && !r.is_capital(at)
        && at > 0
        && r.tag(at - 1) == Tag::To
        && end <= at + 1
        && !List::AudienceNouns.has_stem(r.lower(at));
    (!bare).then_some(at..end)
}

/// The phrase without a date at its end. None if nobody can be meant: a date, a lone article,
/// "you", "it", a reflexive, something abstract.
fn checked(r: &Reading<'_>, found: Range<usize>) -> Option<Range<usize>> {
    let dated = |i: &usize| *i > found.start && expression::time_after(r, *i).is_some();
    let end = found.clone().find(dated).unwrap_or(found.end);
    let first = r.lower(found.start);
    if expression::is_date_word(first) || r.tag(found.start) == Tag::Dt && end == found.start + 1 || first == "you" {
        return None;
    }
    let itself =
        r.tag(found.start) == Tag::Prp && (first == "it" || first.ends_with("self") || first.ends_with("selves"));
    let hears = !itself && !first.ends_with("self") && end > found.start && !is_abstract(r, &(found.start..end));
    hears.then_some(found.start..end)
}

/// The head of the phrase: the last token before a preposition, bracket or conjunction.
pub(super) fn head(r: &Reading<'_>, found: &Range<usize>) -> usize {
    let stop = found.clone().find(|&i| i > found.start && matches!(r.tag(i), Tag::In | Tag::Open | Tag::Cc));
    stop.unwrap_or(found.end) - 1
}

/// Whether the head names nobody who could hear: "the truth", "retaliation". Names never do.
fn is_abstract(r: &Reading<'_>, found: &Range<usize>) -> bool {
    /// Endings of abstract nouns, which nobody talks to.
    const ENDINGS: [&str; 7] = ["tion", "ment", "ness", "ity", "ism", "sion", "ance"];
    let head = head(r, found);
    let word = r.lower(head);
    let stem = lemma::of_noun(word);
    let abstracted = ENDINGS.iter().any(|ending| stem.ends_with(ending)) && !List::BodyNouns.has_stem(&stem);
    r.tag(head) != Tag::Nnp && (abstracted || List::AbstractNouns.has_stem(&stem))
}

/// Whether the phrase names a person or body.
/// Names and personal pronouns do, nouns of [`List::AudienceNouns`], and those with the ending of
/// an agent: "dockers", "economist".
pub(super) fn is_person(r: &Reading<'_>, found: &Range<usize>) -> bool {
    let head = head(r, found);
    let word = r.lower(head);
    let stem = word.strip_suffix('s').unwrap_or(word);
    let agent = ["er", "or", "ist", "ian", "eer", "man", "woman", "ee", "ate"]
        .iter()
        .any(|end| stem.len() > 4 && stem.ends_with(end));
    matches!(r.tag(head), Tag::Nnp | Tag::Prp) || List::AudienceNouns.has_stem(word) || agent
}
