//! What a source did with the content: said, thought, intended or found it.
//!
//! In: a draft, whose cue has a lemma and perhaps a particle. Out: one [`Act`]. The order of the
//! rules is their priority: the source comes first (a poll finds, whatever verb it takes), then
//! special phrases, then lists of verbs, and speech where no list knows the word.
//!
//! This is the grammar's answer. It is a feature of the learned decision
//! ([`learned`](super::learned)), which has the last word.

use sayso_document::Act;

use super::{denial, polarity};
use crate::attribution::draft::{Draft, Voice};
use crate::grammar::phrase;
use crate::lexicon::List;
use crate::tags::{Tag, lemma};
use crate::view::Reading;

/// The act of a draft: by its cue, and for words that people and documents share by its source.
/// "Shows" is a finding of a poll and speech of a person.
pub(crate) fn of(r: &Reading<'_>, draft: &Draft) -> Act {
    let (verb, particle) = draft.lemma.split_once(' ').unwrap_or((&draft.lemma, ""));
    if matches!(draft.voice, Some(Voice::Noun | Voice::OwnNoun)) {
        return of_noun(r, draft, verb);
    }
    let to = draft.content.first().is_some_and(|c| r.is(c.start, "to"));
    let source = Source::of(r, draft);
    match verb {
        "according" | ":" | "in" if source == Source::Record => Act::Finding,
        _ if source == Source::Record && List::ShowingVerbs.has_stem(verb) => Act::Finding,
        _ if source == Source::Paper && List::PaperVerbs.has_stem(verb) => Act::Finding,
        _ if source == Source::Court && List::CourtVerbs.has_stem(verb) => Act::Intent,
        _ if List::FindingVerbs.has_stem(verb) => Act::Finding,
        "be" => be(particle),
        "agree" if to => Act::Intent,
        _ if polarity::asks_to_know(r, draft) || denial::refuses_to_tell(r, draft) => Act::Speech,
        _ if !particle.is_empty() && verb != "according" => phrasal(&draft.lemma, verb),
        "ask" | "say" | "tell" | "write" | "call" => Act::Speech,
        _ if List::LightVerbs.has_stem(verb) => light(r, draft).unwrap_or(if to { Act::Intent } else { Act::Other }),
        _ if List::IntentVerbs.has_stem(verb) => Act::Intent,
        _ if List::ThoughtVerbs.has_stem(verb) => {
            if voiced(r, draft) {
                Act::Speech
            } else {
                Act::Thought
            }
        }
        "move" | "continue" | "go" | "come" | "work" if to => Act::Intent,
        _ if List::OtherVerbs.has_stem(verb) => Act::Other,
        _ => Act::Speech,
    }
}

/// What sort of thing the source of a draft is, as the number of [`Source`], for features.
pub(super) fn sort_of(r: &Reading<'_>, draft: &Draft) -> u32 {
    Source::of(r, draft) as u32
}

/// The act of a verb with a particle, which may change its meaning: "strike down" is intent,
/// "figure out" thought, "follow up" speech.
fn phrasal(lemma: &str, verb: &str) -> Act {
    match verb {
        _ if List::PhrasalIntent.has(lemma) => Act::Intent,
        _ if List::PhrasalThought.has(lemma) => Act::Thought,
        _ if List::LightVerbs.has_stem(verb) || List::OtherVerbs.has_stem(verb) => Act::Speech,
        "call" | "point" | "speak" | "rule" | "look" => Act::Speech,
        _ if List::IntentVerbs.has_stem(verb) => Act::Intent,
        _ if List::ThoughtVerbs.has_stem(verb) => Act::Thought,
        _ => Act::Speech,
    }
}

/// The act of a noun: "the claim that" is speech, "his decision to" intent.
fn of_noun(r: &Reading<'_>, draft: &Draft, noun: &str) -> Act {
    match noun {
        _ if denial::refuses_to_tell(r, draft) => Act::Speech,
        _ if List::FindingNouns.has_stem(noun) => Act::Finding,
        _ if List::IntentNouns.has_stem(noun) || List::IntentVerbs.has_stem(noun) => Act::Intent,
        _ if List::ThoughtNouns.has_stem(noun) || List::ThoughtVerbs.has_stem(noun) => Act::Thought,
        _ => Act::Speech,
    }
}

/// What sort of thing a source is.
/// Features take the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// A poll, a study, a record: it shows rather than says.
    Record,
    /// Something written, which says and shows.
    Paper,
    /// A court, a judge: what it finds is a ruling.
    Court,
    /// Anything else, and no source at all.
    Other,
}

impl Source {
    /// What the first noun phrase of the source names. A record goes before a paper, a paper or
    /// court before anything else; at most twelve tokens are looked at.
    fn of(r: &Reading<'_>, draft: &Draft) -> Self {
        let Some(source) = &draft.source else { return Self::Other };
        // The word must end its noun phrase ("the research director" is no research) and be no name ("National Review").
        let ends = |i: usize| i + 1 >= source.end || !r.tag(i + 1).is_noun();
        let named =
            |i: usize, word: &str| i > source.start && r.is_capital(i) && !matches!(word, "poll" | "survey" | "study");
        let phrase = source.clone().take(12).take_while(|&i| r.tag(i) != Tag::Comma || i < source.start + 2);
        let words = phrase.filter(|&i| ends(i)).map(|i| (i, r.lower(i).strip_suffix('s').unwrap_or(r.lower(i))));
        let mut found = Self::Other;
        for (i, word) in words {
            if List::RecordNouns.has_stem(word) && !named(i, word) {
                return Self::Record;
            }
            if found == Self::Other {
                found = match word {
                    _ if List::CourtNouns.has_stem(word) => Self::Court,
                    _ if List::PaperNouns.has_stem(word) && !named(i, word) => Self::Paper,
                    _ => Self::Other,
                };
            }
        }
        found
    }
}

/// The act of an adjective after "be": "was adamant that".
fn be(adjective: &str) -> Act {
    match adjective {
        "" => Act::Speech,
        word if List::SpeechAdjectives.has_stem(word) => Act::Speech,
        word if List::IntentAdjectives.has_stem(word) => Act::Intent,
        _ => Act::Thought,
    }
}

/// The act of a verb without meaning of its own, by the noun behind it: "made the case that", "had
/// doubts about", "took the decision to". None where no list knows the noun.
fn light(r: &Reading<'_>, draft: &Draft) -> Option<Act> {
    let object = phrase::base_after(r, draft.head + 1).unwrap_or(0);
    let end = draft.cue.end.max(object).min(draft.head + 10);
    (draft.head + 1..end.min(r.unit(draft.head).end)).filter(|&i| r.tag(i).is_noun()).find_map(|i| {
        let word = r.lower(i);
        let noun = lemma::of_noun(word);
        let noun = noun.as_str();
        if List::SpeechNouns.has_stem(noun) {
            Some(Act::Speech)
        } else if List::ThoughtNouns.has_stem(noun) {
            Some(Act::Thought)
        } else if List::IntentNouns.has_stem(noun) {
            Some(Act::Intent)
        } else {
            List::FindingNouns.has_stem(noun).then_some(Act::Finding)
        }
    })
}

/// Whether an adverb makes a thought known, which is then speech: "has repeatedly wondered",
/// "doubted aloud".
fn voiced(r: &Reading<'_>, draft: &Draft) -> bool {
    let near = draft.cue.start..(draft.head + 3).min(r.unit(draft.head).end);
    near.into_iter().any(|i| List::VoicedAdverbs.has(r.lower(i)))
}
