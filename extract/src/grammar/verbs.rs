//! Verb groups: a verb with its auxiliaries and adverbs, such as "has repeatedly said" or "to be
//! seen". Every verb group is a candidate for a cue.

use super::phrase;
use crate::tags::Tag;
use crate::view::Reading;

/// How a verb group stands in its clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// With tense: it has a subject of its own.
    Finite,
    /// "saying".
    Gerund,
    /// "to say".
    Infinitive,
    /// "accused of".
    Participle,
    /// "say", after "let", "make" or "and".
    Bare,
}

/// A verb group. Tokens are positions in the document.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// First token, adverbs included.
    pub(crate) first: usize,
    /// The token that carries the meaning.
    pub(crate) head: usize,
    /// One past the last token: a particle ("pointed out") is inside.
    pub(crate) end: usize,
    /// The form of the verb group.
    pub(crate) form: Form,
    /// Whether it is passive: "was told".
    pub(crate) passive: bool,
    /// Whether a negation stands in it.
    pub(crate) negated: bool,
    /// The lemma, with a particle ("point out") or, for "be", with an adjective ("be confident").
    pub(crate) lemma: String,
}

/// All verb groups outside of quotations, in reading order. They do not overlap.
pub(crate) fn groups(r: &Reading<'_>) -> Vec<Group> {
    #[cfg(test)]
    crate::view::built::note("verb groups");
    let mut found = Vec::new();
    let mut i = 0;
    while i < r.len() {
        match r.quotation_at(i).is_none().then(|| group_at(r, i)).flatten() {
            Some(group) => {
                i = group.end.max(i + 1);
                found.push(group);
            }
            None => i += 1,
        }
    }
    found
}

/// Whether the word is a form of "be".
pub(crate) fn is_be(word: &str) -> bool {
    matches!(
        word,
        "be" | "is" | "are" | "was" | "were" | "been" | "being" | "am" | "isn't" | "aren't" | "wasn't" | "weren't"
    )
}

/// Whether the word is a form of "have".
fn is_have(word: &str) -> bool {
    matches!(word, "have" | "has" | "had" | "having" | "haven't" | "hasn't" | "hadn't")
}

/// Whether the word is a form of "do".
fn is_do(word: &str) -> bool {
    matches!(word, "do" | "does" | "did" | "don't" | "doesn't" | "didn't")
}

/// Whether the word is a modal, also a contracted one.
pub(crate) fn is_modal(word: &str) -> bool {
    matches!(
        word,
        "would" | "will" | "could" | "may" | "might" | "should" | "must" | "shall" | "can" | "ought" | "'ll" | "'d"
    ) || word.ends_with("'ll")
        || word.ends_with("'d")
}

/// Whether the word is a form of "be", "have" or "do".
pub(crate) fn is_auxiliary(word: &str) -> bool {
    is_be(word) || matches!(word, "have" | "has" | "had" | "having" | "do" | "does" | "did")
}

/// The verb group that begins at this token; none where none does.
fn group_at(r: &Reading<'_>, i: usize) -> Option<Group> {
    let tag = r.tag(i);
    let starts =
        tag.is_verb() || tag == Tag::Md || tag == Tag::Pv || tag == Tag::To && r.tag(skip_adverbs(r, i + 1)) == Tag::Vb;
    if !starts || r.is(i, "according") && r.is(i + 1, "to") {
        return None;
    }
    let (mut head, mut before) = (i, None);
    while let Some(next) = next_in_group(r, head) {
        before = Some(head);
        head = next;
    }
    // A modal or "to" without a verb is no group.
    if head == i && !r.tag(head).is_verb() {
        return None;
    }
    let passive =
        before.is_some_and(|b| is_be(r.lower(b)) || r.is(b, "'s")) && matches!(r.tag(head), Tag::Vbn | Tag::Vbd);
    let form = match tag {
        Tag::To => Form::Infinitive,
        _ if tag.is_finite() || i == head && closes_speech(r, i) => Form::Finite,
        Tag::Vbg => Form::Gerund,
        Tag::Vbn => Form::Participle,
        _ => Form::Bare,
    };
    let (lemma, head, end) = complete(r, head);
    Some(Group {
        first: leading_adverbs(r, i),
        head,
        end,
        form,
        passive,
        negated: (i..head + 1).any(|t| is_negation(r.lower(t))),
        lemma,
    })
}

/// Whether a participle is a past tense because only it and its subject stand between a quotation
/// and the full stop: “The mill is sold,” Reed interrupted.
fn closes_speech(r: &Reading<'_>, verb: usize) -> bool {
    if r.tag(verb) != Tag::Vbn || r.tag(verb + 1) != Tag::Stop {
        return false;
    }
    let subject = phrase::simple_before(r, verb);
    subject.is_some_and(|start| start >= 2 && r.is_close_quote(start - 1) && r.tag(start - 2) == Tag::Comma)
}

/// Whether the word negates a verb.
pub(crate) fn is_negation(word: &str) -> bool {
    matches!(word, "not" | "never" | "hardly" | "nor" | "cannot") || word.ends_with("n't")
}

/// The next verb of the group behind an auxiliary.
fn next_in_group(r: &Reading<'_>, head: usize) -> Option<usize> {
    let next = skip_adverbs(r, head + 1);
    if r.quotation_at(next).is_some() {
        return None;
    }
    let (word, tag) = (r.lower(head), r.tag(next));
    let fits = match r.tag(head) {
        Tag::Md | Tag::To => matches!(tag, Tag::Vb | Tag::Vbp),
        Tag::Pv => tag.is_verb(),
        _ if is_be(word) || word == "'s" => matches!(tag, Tag::Vbn | Tag::Vbg | Tag::Vbd),
        _ if is_have(word) => matches!(tag, Tag::Vbn | Tag::Vbd),
        _ if is_do(word) => matches!(tag, Tag::Vb | Tag::Vbp),
        _ => false,
    };
    (fits && r.unit_at(next) == r.unit_at(head)).then_some(next)
}

/// The first token after up to three adverbs.
fn skip_adverbs(r: &Reading<'_>, mut i: usize) -> usize {
    let limit = i + 3;
    while i < limit && r.tag(i) == Tag::Rb {
        i += 1;
    }
    i
}

/// Where the adverbs before a verb begin, if a subject stands before them; else the verb itself.
fn leading_adverbs(r: &Reading<'_>, first: usize) -> usize {
    let unit = r.unit(first);
    let mut at = first;
    while at > unit.start && first - at < 3 && r.tag(at - 1) == Tag::Rb && r.quotation_at(at - 1).is_none() {
        at -= 1;
    }
    let after_subject = at > unit.start && {
        let before = r.tag(at - 1);
        before.is_noun()
            || matches!(before, Tag::Prp | Tag::Wdt | Tag::Wp | Tag::Cc | Tag::Close | Tag::Pv | Tag::To | Tag::Comma)
    };
    if after_subject { at } else { first }
}

/// The lemma with what belongs to it, the head, and one past the last token: a particle, or the
/// adjective behind "be", which then is the head.
fn complete(r: &Reading<'_>, head: usize) -> (String, usize, usize) {
    let lemma = r.infinitive(head);
    let next = r.lower(head + 1);
    let particle = r.tag(head + 1) == Tag::Rp
        || matches!((lemma.as_str(), next), ("point" | "rule" | "lay" | "call" | "speak" | "carry" | "lash", "out"));
    if particle {
        return (format!("{lemma} {next}"), head, head + 2);
    }
    let adjective = skip_adverbs(r, head + 1);
    if lemma == "be"
        && r.tag(adjective) == Tag::Jj
        && r.quotation_at(adjective).is_none()
        && adjective < r.unit(head).end
    {
        return (format!("be {}", r.lower(adjective)), adjective, adjective + 1);
    }
    (lemma, head, head + 1)
}
