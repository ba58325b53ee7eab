//! Whether the saying itself is asserted: negation, and what makes a verb speak of no real event:
//! modals, verbs and adjectives of plan and duty before "to", conditions, open questions.

use sayso_document::Polarity;

use crate::attribution::draft::{Draft, Voice};
use crate::grammar::verbs::{is_be, is_negation};
use crate::lexicon::verbs::{self, listed};
use crate::tags::{Tag, lemma};
use crate::time::expression;
use crate::view::Reading;

/// How many words that govern one another are followed from a verb: "would have to try to say" has four.
const DEPTH: usize = 6;

/// How far the verb or noun before "someone to say" is looked for.
const CONTROL_REACH: usize = 8;

/// Whether the saying itself is asserted, denied or supposed.
pub(crate) fn polarity(r: &Reading<'_>, draft: &Draft) -> Polarity {
    if denied(r, draft) || nobody(r, draft) || refused(r, draft) {
        return Polarity::Negated;
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

/// "Did not say", "made no mention", "has no way of knowing".
fn denied(r: &Reading<'_>, draft: &Draft) -> bool {
    let none = |i: usize| r.is(i, "no") && !matches!(r.lower(i + 1), "." | "doubt" | "longer");
    let object =
        draft.head + 1 < draft.cue.end.max(draft.head + 2) && none(draft.head + 1) && !draft.holds(draft.head + 1);
    let refuses = (draft.cue.start..draft.head).any(|i| is_refusal(r, i));
    let not = draft.cue.clone().any(|i| is_negation(r.lower(i)) || none(i));
    not || object || draft.negated && !refuses
}

/// "Nobody said", "there is no evidence showing".
fn nobody(r: &Reading<'_>, draft: &Draft) -> bool {
    let Some(source) = draft.source.as_ref() else { return false };
    matches!(r.lower(source.start), "nobody" | "none" | "neither" | "no" | "not" | "few")
        || source.start > 0 && matches!(r.lower(source.start - 1), "not" | "neither" | "no")
        || r.tag(source.start) == Tag::Ex && source.clone().take(4).any(|i| r.is(i, "no"))
}

fn is_refusal(r: &Reading<'_>, i: usize) -> bool {
    r.tag(i).is_verb()
        && matches!(r.infinitive(i).as_str(), "refuse" | "decline" | "avoid" | "fail" | "resist" | "stop")
}

/// "Refused to say", "declined to comment"; but who refused to cooperate has made a decision known.
fn refused(r: &Reading<'_>, draft: &Draft) -> bool {
    let decided = listed(verbs::INTENT, &draft.lemma) || listed(verbs::OTHER, &draft.lemma) || draft.lemma == "do";
    refuses_to_tell(r, draft) || !decided && (draft.cue.start..draft.head).any(|i| is_refusal(r, i))
}

/// Whether the cue is a refusal alone, and what was refused is to tell: "declined to threaten them", "his refusal
/// to use the word".
pub(crate) fn refuses_to_tell(r: &Reading<'_>, draft: &Draft) -> bool {
    if !matches!(draft.lemma.as_str(), "refuse" | "decline" | "avoid" | "refusal") {
        return false;
    }
    let next = draft.content.first().map_or(draft.head + 1, |content| content.start);
    let verb = if r.is(next, "to") { next + 1 } else { next };
    listed(TELLING, &r.infinitive(verb))
}

/// "Wanted to know who", which is to ask.
pub(crate) fn asks_to_know(r: &Reading<'_>, draft: &Draft) -> bool {
    let wants = |i: usize| matches!(r.infinitive(i).as_str(), "want" | "like" | "demand");
    let head = draft.head;
    wants(head) && r.is(head + 1, "to") && r.is(head + 2, "know")
        || r.is(head, "know") && head >= 2 && r.is(head - 1, "to") && wants(head - 2)
}

/// Verbs of saying that a refusal denies.
const TELLING: &str = "say tell comment answer discuss disclose reveal respond reply speak talk name identify specify \
    explain elaborate confirm deny threaten declare acknowledge admit apologize apologise condemn criticize endorse \
    use mention address describe detail provide give call express recognize recognise accuse blame concede state \
    announce share release repeat testify write publish report";

/// What stands over a verb.
enum Over {
    Nothing,
    /// "Would say", "is expected to say", "plans to say".
    Supposes,
    /// "Left without saying".
    Denies,
}

/// Follows the words that govern the head, from the right to the left.
fn over(r: &Reading<'_>, draft: &Draft) -> Over {
    let floor = r.unit(draft.head).start;
    let mut at = draft.head;
    if matches!(draft.voice, Some(Voice::Noun | Voice::OwnNoun)) {
        return Over::Nothing;
    }
    for _ in 0..DEPTH {
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
                Some(Step::Unreal) if listed(verbs::INTENT, &draft.lemma) => return Over::Nothing,
                Some(Step::Unreal) => return Over::Supposes,
                None => return Over::Nothing,
            },
            Tag::In if word == "without" && r.tag(at) == Tag::Vbg => return Over::Denies,
            tag if tag.is_verb() && is_auxiliary(word) => at = left,
            // "Help explain", "consider saying".
            tag if tag.is_verb() && matches!(r.tag(at), Tag::Vb | Tag::Vbg) => {
                if listed(UNREAL, &r.infinitive(left)) {
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

/// The word before `at`, adverbs apart.
fn before(r: &Reading<'_>, at: usize, floor: usize) -> Option<usize> {
    (floor..at).rev().take(4).find(|&i| r.tag(i) != Tag::Rb).filter(|&i| r.quotation_at(i).is_none())
}

fn is_modal(word: &str) -> bool {
    matches!(
        word,
        "would" | "will" | "could" | "may" | "might" | "should" | "must" | "shall" | "can" | "ought" | "'ll" | "'d"
    ) || word.ends_with("'ll")
        || word.ends_with("'d")
}

fn is_auxiliary(word: &str) -> bool {
    is_be(word) || matches!(word, "have" | "has" | "had" | "having" | "do" | "does" | "did")
}

/// What stands before "to".
enum Step {
    /// A verb that asserts what it governs: "went on to say". Its token.
    Real(usize),
    Unreal,
}

/// What governs the infinitive whose "to" stands at `to`. None when that says nothing.
fn over_to(r: &Reading<'_>, to: usize, floor: usize) -> Option<Step> {
    let left = before(r, to, floor)?;
    let word = r.lower(left);
    let verb = r.infinitive(left);
    match r.tag(left) {
        tag if tag.is_verb() || tag == Tag::Rp => {
            let left = if tag == Tag::Rp { before(r, left, floor)? } else { left };
            // "Has to say": no auxiliary here.
            let must = matches!(word, "has" | "have" | "had" | "having");
            let verb = if tag == Tag::Rp { r.infinitive(left) } else { verb };
            Some(if must || listed(UNREAL, &verb) { Step::Unreal } else { Step::Real(left) })
        }
        Tag::Jj => listed(UNREAL_ADJECTIVES, word).then_some(Step::Unreal),
        tag if listed(UNREAL_NOUNS, &lemma::of_noun(word)) && tag.is_noun() => Some(Step::Unreal),
        // "Asked the mayor to say": the verb stands before the phrase.
        tag if tag.is_noun() || tag == Tag::Prp => {
            let from = floor.max(left.saturating_sub(CONTROL_REACH));
            let mut control =
                (from..left).rev().take_while(|&i| !matches!(r.tag(i), Tag::Comma | Tag::Stop | Tag::Colon));
            // The nearest verb alone: what stands further left governs that verb, not this one.
            let nearest = control.find(|&i| r.tag(i).is_verb())?;
            listed(CONTROL, &r.infinitive(nearest)).then_some(Step::Unreal)
        }
        _ => None,
    }
}

/// Verbs before "to say" that leave open whether it was said.
const UNREAL: &str = "expect plan want hope need intend aim ought prepare schedule set slate poise promise vow pledge \
    threaten offer decide wait wish propose vote design mean suppose like agree choose hesitate long \
    ask urge tell order instruct invite consider suggest recommend contemplate mull risk advise require oblige \
    obligate authorize authorise permit allow dare push press commit undertake resolve opt let";

/// Verbs before "someone to say".
const CONTROL: &str = "ask urge tell want expect order press push help encourage allow permit require advise invite beg \
    instruct enable authorize authorise command implore challenge dare need pressure lobby convince persuade";

/// Adjectives before "to say".
const UNREAL_ADJECTIVES: &str = "likely unlikely due ready able eager willing reluctant unwilling free bound certain sure set \
    prepared unable hesitant keen poised supposed liable obliged expected scheduled slated tempted afraid loath";

/// Nouns before "to say".
const UNREAL_NOUNS: &str = "push effort bid plan chance opportunity right need power duty pressure call move attempt intention \
    decision promise vow pledge obligation request offer ability willingness desire proposal refusal authority \
    responsibility temptation order";

/// The first of two verbs that "and" or "or" joins at `join`, where a modal or "to" stands before the first.
fn shared(r: &Reading<'_>, join: usize, floor: usize) -> Option<usize> {
    // "…, and admit" begins a clause of its own.
    if r.tag(before(r, join, floor)?) == Tag::Comma {
        return None;
    }
    let from = floor.max(join.saturating_sub(2 * CONTROL_REACH));
    let first =
        (from..join).rev().find(|&i| r.tag(i).is_finite() || matches!(r.tag(i), Tag::To | Tag::Stop | Tag::Colon))?;
    (is_modal(r.lower(first)) || r.tag(first) == Tag::To).then_some(first + 1)
}

/// "Should the court say", "did the mayor say …?": a modal or auxiliary right before the subject of a bare verb.
fn inverted(r: &Reading<'_>, draft: &Draft, verb: usize) -> bool {
    let Some(source) = draft.source.as_ref().filter(|source| source.end <= verb) else { return false };
    matches!(r.tag(verb), Tag::Vb | Tag::Vbp)
        && source.start > 0
        && is_modal(r.lower(source.start - 1))
        && source.start > r.unit(draft.head).start
}

/// "If he says", "whether she said", "unless they agree".
fn conditional(r: &Reading<'_>, draft: &Draft) -> bool {
    let begin =
        draft.source.as_ref().filter(|s| s.end <= draft.head).map_or(draft.cue.start, |s| s.start.min(draft.cue.start));
    let finite = matches!(draft.voice, None | Some(Voice::Active | Voice::Passive));
    let floor = r.unit(draft.head).start;
    let Some(place) = before(r, begin, floor) else { return false };
    let opener = r.lower(place);
    // "On Tuesday, when opponents try to convince the court": news tells the past, so that this is to come.
    let present = || {
        let tense = (draft.cue.start..=draft.head).find(|&i| r.tag(i).is_finite());
        tense.is_some_and(|i| matches!(r.tag(i), Tag::Vbp | Tag::Vbz))
    };
    let dated = || (floor..place).rev().take(2).any(|i| expression::is_date_word(r.lower(i)));
    let to_come = opener == "when" && dated() && present();
    finite && (to_come || matches!(opener, "if" | "whether" | "unless" | "lest" | "provided" | "suppose"))
}

/// "Did he say that …?": the sentence asks for it, outside of any quotation.
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
