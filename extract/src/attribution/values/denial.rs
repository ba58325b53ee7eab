//! What denies the act of saying: "did not say", "nobody said", "refused to say", "has yet to say".
//!
//! Negation comes from the cue, its auxiliaries, its source, and from a denied verb that it is joined to by "or".
//! Words that look like negation and deny nothing are let alone: "not only praised", "pleaded not guilty", "never
//! forgot".

use crate::attribution::draft::Draft;
use crate::grammar::verbs::{is_auxiliary, is_modal, is_negation};
use crate::lexicon::List;
use crate::tags::{Tag, lemma};
use crate::view::Reading;

/// How many tokens before an "or" a denied verb is looked for.
const JOINED_TOKENS: usize = 16;

/// How many tokens after a verb of remaining its adjective is looked for: "remained, in public, silent".
const SILENT_TOKENS: usize = 4;

/// Whether the saying is denied.
pub(super) fn denies(r: &Reading<'_>, draft: &Draft) -> bool {
    denied(r, draft)
        || nobody(r, draft)
        || refused(r, draft)
        || not_yet(r, draft)
        || silent(r, draft)
        || joined(r, draft)
        || turned(r, draft)
}

/// Whether a modal of doubt or duty stands over what is denied: "may not understand", "should avoid saying".
/// "Would", "will" and "could" do not count: who would not say has not said.
pub(super) fn under_doubt(r: &Reading<'_>, draft: &Draft) -> bool {
    let from = r.unit(draft.head).start.max(draft.cue.start.saturating_sub(2));
    (from..draft.head).any(|i| {
        matches!(r.lower(i), "may" | "might" | "should" | "must" | "mightn't" | "shouldn't" | "mustn't")
            && r.quotation_at(i).is_none()
    })
}

/// Whether the cue itself denies: "did not say", "made no mention", "has no way of knowing".
fn denied(r: &Reading<'_>, draft: &Draft) -> bool {
    if only(r, draft) || is_kept(draft) {
        return false;
    }
    let head = draft.head;
    let none = |i: usize| r.is(i, "no") && !matches!(r.lower(i + 1), "." | "doubt" | "longer" | "secret");
    let object = head + 1 < draft.cue.end.max(head + 2) && none(head + 1) && (!draft.holds(head + 1) || gives(r, head));
    let refuses = (draft.cue.start..head).any(|i| is_refusal(r, i));
    let not = draft.cue.clone().any(|i| is_negation(r.lower(i)) && !is_plea(r, draft, i) || none(i));
    not || object || draft.negated && !refuses
}

/// "Not only praised it", "not just said so": more than that was said.
fn only(r: &Reading<'_>, draft: &Draft) -> bool {
    let from = r.unit(draft.head).start.max(draft.cue.start.saturating_sub(2));
    let more = |i: usize| matches!(r.lower(i + 1), "only" | "just" | "merely" | "simply");
    (from..draft.head).any(|i| r.is(i, "not") && more(i))
}

/// Verbs that deny by themselves, so that "not" asserts: "never forgot", "did not hide".
fn is_kept(draft: &Draft) -> bool {
    matches!(draft.lemma.as_str(), "forget" | "hesitate" | "hide" | "conceal")
}

/// "Pleaded not guilty": behind the verb, "not" is about the adjective after it.
fn is_plea(r: &Reading<'_>, draft: &Draft, at: usize) -> bool {
    at > draft.head && r.tag(at + 1) == Tag::Jj && !is_auxiliary(r.lower(at - 1)) && !is_modal(r.lower(at - 1))
}

/// Whether "no" after the verb is about what it gives, which then is not given: "cited no evidence", "offered no
/// details". After other verbs "no" may begin what was said, or what a record shows.
fn gives(r: &Reading<'_>, verb: usize) -> bool {
    let stem = r.infinitive(verb);
    List::LightVerbs.has_stem(&stem)
        || List::GivingVerbs.has_stem(&stem)
        || matches!(stem.as_str(), "cite" | "express" | "mention" | "provide")
}

/// Whether nobody is the source: "nobody said", "there is no evidence showing", "nothing that suggests".
fn nobody(r: &Reading<'_>, draft: &Draft) -> bool {
    let Some(source) = draft.source.as_ref() else {
        // "Nothing was released".
        return draft.cue.start > 0 && r.is(draft.cue.start - 1, "nothing") && !draft.holds(draft.cue.start - 1);
    };
    // "Nobody but Reed said it", "not the only one to say it": somebody did.
    if source.clone().any(|i| matches!(r.lower(i), "but" | "except" | "only")) {
        return false;
    }
    let nearly = matches!(r.lower(source.start), "virtually" | "almost" | "nearly" | "practically");
    let first = source.start + usize::from(nearly);
    let before = |words: &[&str]| source.start > 0 && words.contains(&r.lower(source.start - 1));
    let none = match r.lower(first) {
        "nobody" | "none" | "neither" | "no" | "nothing" => true,
        // "Not until the week after" says when.
        "not" => !matches!(r.lower(first + 1), "until" | "just" | "unlike"),
        "few" => !before(&["a"]),
        "that" | "which" | "who" => before(&["nobody", "nothing", "none"]),
        _ => false,
    };
    none || before(&["not", "neither", "no"])
        || r.tag(source.start) == Tag::Ex && source.clone().take(4).any(|i| r.is(i, "no"))
}

/// Whether the token is a verb of refusing.
fn is_refusal(r: &Reading<'_>, i: usize) -> bool {
    r.tag(i).is_verb() && List::RefusalVerbs.has(&r.infinitive(i))
}

/// Whether what was refused is to speak: "refused to say", "declined to comment". Who refused to
/// cooperate has made a decision known, which is asserted.
fn refused(r: &Reading<'_>, draft: &Draft) -> bool {
    let decided =
        List::IntentVerbs.has_stem(&draft.lemma) || List::OtherVerbs.has_stem(&draft.lemma) || draft.lemma == "do";
    let mut cue = draft.cue.start..draft.head;
    // "Stopped short of promising it".
    let short = cue.clone().any(|i| r.is(i, "short") && r.is(i + 1, "of"));
    // "His refusal to disavow it".
    let refusal = cue.clone().any(|i| r.is(i, "refusal")) && List::TellingVerbs.has_stem(&draft.lemma);
    short || refusal || refuses_to_tell(r, draft) || !decided && cue.any(|i| is_refusal(r, i))
}

/// Whether the cue is a refusal alone and the content what was refused: "declined to threaten
/// them", "his refusal to use the word", "withheld his support".
pub(crate) fn refuses_to_tell(r: &Reading<'_>, draft: &Draft) -> bool {
    if draft.lemma == "withhold" {
        return true;
    }
    if !matches!(draft.lemma.as_str(), "refuse" | "decline" | "avoid" | "refusal") {
        return false;
    }
    let next = draft.content.first().map_or(draft.head + 1, |content| content.start);
    let verb = if r.is(next, "to") { next + 1 } else { next };
    List::TellingVerbs.has_stem(&r.infinitive(verb))
}

/// "Has yet to say", "is yet to be told".
fn not_yet(r: &Reading<'_>, draft: &Draft) -> bool {
    let from = r.unit(draft.head).start.max(draft.cue.start.saturating_sub(3)).max(1);
    (from..draft.head).any(|i| r.is(i, "yet") && r.is(i + 1, "to") && is_auxiliary(r.lower(i - 1)))
}

/// Whether nothing is said or known: "kept silent about", "was unsure why", "its silence on". Who breaks a silence
/// speaks.
fn silent(r: &Reading<'_>, draft: &Draft) -> bool {
    if draft.cue.is_empty() || draft.negated {
        return false;
    }
    let word = |i: usize| List::SilentWords.has(r.lower(i)) && r.quotation_at(i).is_none();
    let verb = r.infinitive(draft.head);
    let stays = matches!(verb.as_str(), "be" | "keep" | "maintain" | "remain" | "stay");
    let behind = draft.head + 1..r.unit(draft.head).end.min(draft.head + 1 + SILENT_TOKENS);
    let mut passed = behind.take_while(|&i| word(i) || matches!(r.tag(i), Tag::Rb | Tag::Prps | Tag::Jj | Tag::Nn));
    let noun = lemma::of_noun(r.lower(draft.head)) == "silence";
    let kept = draft.cue.clone().any(word) && (stays || noun || word(draft.head));
    kept || stays && passed.next().is_some_and(|first| word(first) || r.tag(first) == Tag::Rb && passed.any(word))
}

/// "Has not endorsed her or conceded": "or" carries the denial on to a verb of the same form.
fn joined(r: &Reading<'_>, draft: &Draft) -> bool {
    if draft.cue.is_empty() || draft.cue.start > draft.head {
        return false;
    }
    let floor = r.unit(draft.head).start;
    let Some(join) = before(r, draft.cue.start, floor).filter(|&i| matches!(r.lower(i), "or" | "nor")) else {
        return false;
    };
    let left = (floor.max(join.saturating_sub(JOINED_TOKENS))..join).rev();
    let mut left = left.take_while(|&i| !matches!(r.tag(i), Tag::Stop | Tag::Colon) && r.quotation_at(i).is_none());
    let form = |i: usize| match r.tag(i) {
        Tag::Vbd => Tag::Vbn,
        tag => tag,
    };
    left.any(|i| {
        let verb = if r.tag(i + 1) == Tag::Rb { i + 2 } else { i + 1 };
        is_negation(r.lower(i)) && r.tag(verb).is_verb() && form(verb) == form(draft.head)
    })
}

/// "Nor did they note", "never has he said": the verb stands before its subject.
fn turned(r: &Reading<'_>, draft: &Draft) -> bool {
    let Some(source) = draft.source.as_ref().filter(|source| source.start >= 2 && source.end <= draft.head) else {
        return false;
    };
    let helper = r.lower(source.start - 1);
    (is_auxiliary(helper) || is_modal(helper)) && matches!(r.lower(source.start - 2), "nor" | "never" | "neither")
}

/// The token before `at`, at most four back, adverbs apart; none inside a quotation.
pub(super) fn before(r: &Reading<'_>, at: usize, floor: usize) -> Option<usize> {
    (floor..at).rev().take(4).find(|&i| r.tag(i) != Tag::Rb).filter(|&i| r.quotation_at(i).is_none())
}
