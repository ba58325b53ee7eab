//! What a source did with the content: said, thought, intended or found it.

use sayso_document::Act;

use super::polarity;
use crate::attribution::draft::{Draft, Voice};
use crate::grammar::phrase;
use crate::lexicon::verbs::{self, listed};
use crate::tags::{Tag, lemma};
use crate::view::Reading;

/// The act of a draft: by its cue, and for words that both people and documents can say by its source.
pub(crate) fn of(r: &Reading<'_>, draft: &Draft) -> Act {
    let (verb, particle) = draft.lemma.split_once(' ').unwrap_or((&draft.lemma, ""));
    if matches!(draft.voice, Some(Voice::Noun | Voice::OwnNoun)) {
        return of_noun(r, draft, verb);
    }
    let to = draft.content.first().is_some_and(|c| r.is(c.start, "to"));
    let source = Source::of(r, draft);
    match verb {
        "according" | ":" | "in" if source == Source::Record => Act::Finding,
        _ if source == Source::Record && listed(verbs::SHOWN, verb) => Act::Finding,
        _ if source == Source::Paper && listed(verbs::PAPER_SHOWS, verb) => Act::Finding,
        _ if source == Source::Court && listed(verbs::COURT_DECIDES, verb) => Act::Intent,
        _ if listed(verbs::FINDING, verb) => Act::Finding,
        "be" => be(particle),
        "agree" if to => Act::Intent,
        _ if polarity::asks_to_know(r, draft) || polarity::refuses_to_tell(r, draft) => Act::Speech,
        _ if !particle.is_empty() && verb != "according" => phrasal(verb, particle),
        "ask" | "say" | "tell" | "write" | "call" => Act::Speech,
        _ if listed(verbs::LIGHT, verb) => light(r, draft).unwrap_or(if to { Act::Intent } else { Act::Other }),
        _ if listed(verbs::INTENT, verb) => Act::Intent,
        _ if listed(verbs::THOUGHT, verb) => {
            if voiced(r, draft) {
                Act::Speech
            } else {
                Act::Thought
            }
        }
        "move" | "continue" | "go" | "come" | "work" if to => Act::Intent,
        _ if listed(verbs::OTHER, verb) => Act::Other,
        _ => Act::Speech,
    }
}

/// What sort of thing the source of a draft is, as a number.
pub(super) fn sort_of(r: &Reading<'_>, draft: &Draft) -> u32 {
    Source::of(r, draft) as u32
}

/// "Strike down", "figure out", "follow up".
fn phrasal(verb: &str, particle: &str) -> Act {
    let is = |list: &str| list.split_ascii_whitespace().any(|one| one.split_once('-') == Some((verb, particle)));
    match verb {
        _ if is(verbs::PHRASAL_INTENT) => Act::Intent,
        _ if is(verbs::PHRASAL_THOUGHT) => Act::Thought,
        _ if listed(verbs::LIGHT, verb) || listed(verbs::OTHER, verb) => Act::Speech,
        "call" | "point" | "speak" | "rule" | "look" => Act::Speech,
        _ if listed(verbs::INTENT, verb) => Act::Intent,
        _ if listed(verbs::THOUGHT, verb) => Act::Thought,
        _ => Act::Speech,
    }
}

/// "The claim that", "his decision to".
fn of_noun(r: &Reading<'_>, draft: &Draft, noun: &str) -> Act {
    match noun {
        _ if polarity::refuses_to_tell(r, draft) => Act::Speech,
        _ if listed(verbs::FINDING_NOUNS, noun) => Act::Finding,
        _ if listed(verbs::INTENT_NOUNS, noun) || listed(verbs::INTENT, noun) => Act::Intent,
        _ if listed(verbs::THOUGHT_NOUNS, noun) || listed(verbs::THOUGHT, noun) => Act::Thought,
        _ => Act::Speech,
    }
}

/// What sort of thing a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// A poll, a study, a record: it shows rather than says.
    Record,
    /// Something written, which says and shows.
    Paper,
    /// A court, a judge: what it finds is a ruling.
    Court,
    Other,
}

impl Source {
    fn of(r: &Reading<'_>, draft: &Draft) -> Self {
        let Some(source) = &draft.source else { return Self::Other };
        // "The research director" is no research: the word must end its noun phrase. Nor is a name: "the National Review".
        let ends = |i: usize| i + 1 >= source.end || !r.tag(i + 1).is_noun();
        let named =
            |i: usize, word: &str| i > source.start && r.is_capital(i) && !matches!(word, "poll" | "survey" | "study");
        let phrase = source.clone().take(12).take_while(|&i| r.tag(i) != Tag::Comma || i < source.start + 2);
        let words = phrase.filter(|&i| ends(i)).map(|i| (i, r.lower(i).strip_suffix('s').unwrap_or(r.lower(i))));
        let mut found = Self::Other;
        for (i, word) in words {
            if listed(verbs::RECORDS, word) && !named(i, word) {
                return Self::Record;
            }
            if found == Self::Other {
                found = match word {
                    _ if listed(verbs::COURTS, word) => Self::Court,
                    _ if listed(verbs::PAPERS, word) && !named(i, word) => Self::Paper,
                    _ => Self::Other,
                };
            }
        }
        found
    }
}

fn be(adjective: &str) -> Act {
    match adjective {
        "" => Act::Speech,
        word if listed(verbs::BE_SPEECH, word) => Act::Speech,
        word if listed(verbs::BE_INTENT, word) => Act::Intent,
        _ => Act::Thought,
    }
}

/// "Made the case that", "had doubts about", "took the decision to": the noun carries the meaning.
fn light(r: &Reading<'_>, draft: &Draft) -> Option<Act> {
    let object = phrase::base_after(r, draft.head + 1).unwrap_or(0);
    let end = draft.cue.end.max(object).min(draft.head + 10);
    (draft.head + 1..end.min(r.unit(draft.head).end)).filter(|&i| r.tag(i).is_noun()).find_map(|i| {
        let word = r.lower(i);
        let noun = lemma::of_noun(word);
        let noun = noun.as_str();
        if listed(verbs::SPEECH_NOUNS, noun) {
            Some(Act::Speech)
        } else if listed(verbs::THOUGHT_NOUNS, noun) {
            Some(Act::Thought)
        } else if listed(verbs::INTENT_NOUNS, noun) {
            Some(Act::Intent)
        } else {
            listed(verbs::FINDING_NOUNS, noun).then_some(Act::Finding)
        }
    })
}

/// "Has repeatedly wondered", "doubted aloud": the thought was made known.
fn voiced(r: &Reading<'_>, draft: &Draft) -> bool {
    let near = draft.cue.start..(draft.head + 3).min(r.unit(draft.head).end);
    near.into_iter().any(|i| {
        matches!(r.lower(i), "repeatedly" | "publicly" | "openly" | "aloud" | "loudly" | "audibly" | "vocally")
    })
}
