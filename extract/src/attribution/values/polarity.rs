//! Whether the act of saying is asserted, negated or hypothetical. This is about the cue, not about
//! what was said: "She did not say that it would close" is negated, "She said it would not close"
//! asserted.
//!
//! What denies it is told by [`denial`](super::denial). A saying is hypothetical under a
//! modal ("would say"), under a verb, noun or adjective of plan or duty before "to" ("is expected
//! to say"), in a condition ("if he says") and in a question ("Did he say …?"). The negated answers
//! are final; of the others a model decides ([`learned`](super::learned)).

use sayso_document::Polarity;

use super::denial::{self, before};
use crate::attribution::draft::{Draft, Voice};
use crate::grammar::verbs::{is_auxiliary, is_modal};
use crate::lexicon::List;
use crate::tags::{Tag, lemma};
use crate::time::expression;
use crate::view::Reading;

/// How many governing words are followed from a verb: "would have to try to say" has four.
const MAX_GOVERNORS: usize = 6;

/// How many tokens before the noun phrase in "someone to say" its verb is looked for.
const CONTROL_REACH_TOKENS: usize = 8;

/// Whether the saying itself is asserted, denied or supposed.
pub(crate) fn polarity(r: &Reading<'_>, draft: &Draft) -> Polarity {
    if denial::denies(r, draft) {
        // "Might not see it": what may be lacking is as open as what may be.
        return if denial::under_doubt(r, draft) { Polarity::Hypothetical } else { Polarity::Negated };
    }
    if draft.cue.is_empty() {
        return Polarity::Asserted;
    }
    if asks_to_know(r, draft) {
        return Polarity::Asserted;
    }
    let verbal = draft.voice.is_some() || r.tag(draft.head).is_verb();
    match if verbal { over(r, draft) } else { Over::Nothing } {
        Over::Denies => Polarity::Negated,
        Over::Supposes => Polarity::Hypothetical,
        Over::Nothing if conditional(r, draft) || asked(r, draft) => Polarity::Hypothetical,
        Over::Nothing => Polarity::Asserted,
    }
}

/// "Wanted to know who", which is to ask.
/// The wish is hypothetical in form only; the question was asked.
pub(crate) fn asks_to_know(r: &Reading<'_>, draft: &Draft) -> bool {
    let wants = |i: usize| matches!(r.infinitive(i).as_str(), "want" | "like" | "demand");
    let head = draft.head;
    wants(head) && r.is(head + 1, "to") && r.is(head + 2, "know")
        || r.is(head, "know") && head >= 2 && r.is(head - 1, "to") && wants(head - 2)
}

/// What governs a verb.
enum Over {
    /// Nothing that takes back the assertion.
    Nothing,
    /// "Would say", "is expected to say", "plans to say".
    Supposes,
    /// "Left without saying".
    Denies,
}

/// Follows the words that govern the head from right to left, at most [`MAX_GOVERNORS`] of them, to the
/// first that supposes or denies. Auxiliaries and verbs that assert what they govern are passed: in
/// "went on to say", "said" happened.
fn over(r: &Reading<'_>, draft: &Draft) -> Over {
    let floor = r.unit(draft.head).start;
    let mut at = draft.head;
    if matches!(draft.voice, Some(Voice::Noun | Voice::OwnNoun)) {
        return Over::Nothing;
    }
    for _ in 0..MAX_GOVERNORS {
        let Some(left) = before(r, at, floor) else { return Over::Nothing };
        let word = r.lower(left);
        match r.tag(left) {
            // "Who'd endorsed" is "had".
            Tag::Md | Tag::Pv if word.ends_with("'d") && matches!(r.tag(at), Tag::Vbn | Tag::Vbd) => {
                return Over::Nothing;
            }
            // "46 percent would choose": a poll has measured it.
            Tag::Md | Tag::Pv if is_modal(word) => {
                return if polled(r, draft) { Over::Nothing } else { Over::Supposes };
            }
            Tag::To => match over_to(r, left, floor) {
                Some(Step::Real(verb)) => at = verb,
                // "Is set to veto", "decided to ban": the decision itself is made.
                Some(Step::Unreal) if List::IntentVerbs.has_stem(&draft.lemma) => return Over::Nothing,
                Some(Step::Unreal) => return Over::Supposes,
                None => return Over::Nothing,
            },
            Tag::In if word == "without" && r.tag(at) == Tag::Vbg => return Over::Denies,
            tag if tag.is_verb() && is_auxiliary(word) => at = left,
            // "Help explain", "consider saying".
            tag if tag.is_verb() && matches!(r.tag(at), Tag::Vb | Tag::Vbg) => {
                if List::UnrealVerbs.has_stem(&r.infinitive(left)) {
                    return Over::Supposes;
                }
                at = left;
            }
            // "Could reverse the rules or decline": both share the modal.
            Tag::Cc if matches!(r.tag(at), Tag::Vb | Tag::Vbp) => match shared(r, left, floor) {
                Some(first) => at = first,
                None => return Over::Nothing,
            },
            // "Help people understand".
            tag if (tag.is_noun() || tag == Tag::Prp)
                && matches!(r.tag(at), Tag::Vb | Tag::Vbp)
                && helper(r, left, floor).is_some() =>
            {
                at = helper(r, left, floor).unwrap_or(at);
            }
            // "Should the court strike it down", "will the mayor say": the modal stands before the subject.
            _ => return if inverted(r, draft, at) { Over::Supposes } else { Over::Nothing },
        }
    }
    Over::Nothing
}

/// Whether the source is a share of people, whose answer a poll has measured: "46 percent would
/// choose" is asserted.
fn polled(r: &Reading<'_>, draft: &Draft) -> bool {
    draft
        .source
        .as_ref()
        .is_some_and(|source| source.clone().any(|i| matches!(r.lower(i), "percent" | "%" | "percentage")))
}

/// The verb before a noun phrase that lets or helps its bearer act.
fn helper(r: &Reading<'_>, noun: usize, floor: usize) -> Option<usize> {
    let from = floor.max(noun.saturating_sub(4));
    (from..noun)
        .rev()
        .take_while(|&i| r.tag(i) != Tag::Comma)
        .find(|&i| r.tag(i).is_verb())
        .filter(|&i| matches!(r.infinitive(i).as_str(), "help" | "let" | "make" | "have"))
}

/// What stands before the "to" of an infinitive.
enum Step {
    /// A verb that asserts what it governs: "went on to say". Its token.
    Real(usize),
    /// A word under which it need not happen: "plans to say".
    Unreal,
}

/// What governs the infinitive whose "to" stands at `to`; none where that says nothing about it.
fn over_to(r: &Reading<'_>, to: usize, floor: usize) -> Option<Step> {
    let left = before(r, to, floor)?;
    let word = r.lower(left);
    let verb = r.infinitive(left);
    match r.tag(left) {
        tag if tag.is_verb() || tag == Tag::Rp => {
            let left = if tag == Tag::Rp { before(r, left, floor)? } else { left };
            // In "has to say", "has" is no auxiliary.
            let must = matches!(word, "has" | "have" | "had" | "having");
            let verb = if tag == Tag::Rp { r.infinitive(left) } else { verb };
            Some(if must || List::UnrealVerbs.has_stem(&verb) { Step::Unreal } else { Step::Real(left) })
        }
        Tag::Jj => List::UnrealAdjectives.has_stem(word).then_some(Step::Unreal),
        tag if List::UnrealNouns.has_stem(&lemma::of_noun(word)) && tag.is_noun() => Some(Step::Unreal),
        // "Asked the mayor to say": the verb stands before the phrase.
        tag if tag.is_noun() || tag == Tag::Prp => {
            let from = floor.max(left.saturating_sub(CONTROL_REACH_TOKENS));
            let mut control =
                (from..left).rev().take_while(|&i| !matches!(r.tag(i), Tag::Comma | Tag::Stop | Tag::Colon));
            // Only the nearest verb: one further left governs that verb, not this one.
            let nearest = control.find(|&i| r.tag(i).is_verb())?;
            List::ControlVerbs.has_stem(&r.infinitive(nearest)).then_some(Step::Unreal)
        }
        _ => None,
    }
}

/// The verb that shares a modal or "to" with the one behind "and" or "or" at `join`: "could reverse
/// the rules or decline". None behind a comma, where a clause of its own begins.
fn shared(r: &Reading<'_>, join: usize, floor: usize) -> Option<usize> {
    // "…, and admit" begins a clause of its own.
    if r.tag(before(r, join, floor)?) == Tag::Comma {
        return None;
    }
    let from = floor.max(join.saturating_sub(2 * CONTROL_REACH_TOKENS));
    let first =
        (from..join).rev().find(|&i| r.tag(i).is_finite() || matches!(r.tag(i), Tag::To | Tag::Stop | Tag::Colon))?;
    (is_modal(r.lower(first)) || r.tag(first) == Tag::To).then_some(first + 1)
}

/// Whether a modal stands right before the subject of a bare verb: "Should the court say", "will
/// the mayor say".
fn inverted(r: &Reading<'_>, draft: &Draft, verb: usize) -> bool {
    let Some(source) = draft.source.as_ref().filter(|source| source.end <= verb) else { return false };
    matches!(r.tag(verb), Tag::Vb | Tag::Vbp)
        && source.start > 0
        && is_modal(r.lower(source.start - 1))
        && source.start > r.unit(draft.head).start
}

/// Whether the clause of the cue is a condition or an open question: "if he says", "whether she
/// said", "unless they agree". "When" counts with a date and the present tense, which in news tells
/// what is to come.
fn conditional(r: &Reading<'_>, draft: &Draft) -> bool {
    let begin =
        draft.source.as_ref().filter(|s| s.end <= draft.head).map_or(draft.cue.start, |s| s.start.min(draft.cue.start));
    let finite = matches!(draft.voice, None | Some(Voice::Active | Voice::Passive));
    let floor = r.unit(draft.head).start;
    let Some(place) = before(r, begin, floor) else { return false };
    let opener = r.lower(place);
    // "On Tuesday, when opponents try to convince the court": in news, the present tense with a date is the future.
    let present = || {
        let tense = (draft.cue.start..=draft.head).find(|&i| r.tag(i).is_finite());
        tense.is_some_and(|i| matches!(r.tag(i), Tag::Vbp | Tag::Vbz))
    };
    let dated = || (floor..place).rev().take(2).any(|i| expression::is_date_word(r.lower(i)));
    let to_come = opener == "when" && dated() && present();
    finite && (to_come || matches!(opener, "if" | "whether" | "unless" | "lest" | "provided" | "suppose"))
}

/// Whether the sentence asks whether it was said, outside of any quotation: "Did he say that …?"
fn asked(r: &Reading<'_>, draft: &Draft) -> bool {
    let unit = r.unit(draft.head);
    let mark = unit.end.saturating_sub(1);
    if !r.is(mark, "?") || r.quotation_at(mark).is_some() || draft.head > unit.start + 8 {
        return false;
    }
    let first = r.lower(unit.start);
    let turned = is_auxiliary(first) || is_modal(first);
    turned && draft.source.as_ref().is_none_or(|source| source.start > unit.start && source.end <= draft.head)
}
