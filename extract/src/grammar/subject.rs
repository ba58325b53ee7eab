//! The subject of a verb group: the noun phrase before it, or behind it where the order is inverted
//! ("said Lind"). A verb without one of its own shares that of another: "came and said", "…,
//! saying".

use std::ops::Range;

use super::phrase;
use super::verbs::{Form, Group};
use crate::lexicon::List;
use crate::tags::Tag;
use crate::time::expression;
use crate::view::Reading;

/// The subject of a verb group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subject {
    /// Its tokens, appositions included.
    pub(crate) tokens: Range<usize>,
    /// Where it stands.
    pub(crate) order: Order,
}

/// Where the subject stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Before its verb.
    Plain,
    /// After its verb: "said Benwick".
    Inverted,
    /// It belongs to another verb too: "came and said", "…, saying".
    Shared,
    /// A relative pronoun: "who said".
    Relative,
}

/// The number of a unit, and the tokens of a subject in it.
type Known = (usize, Range<usize>);

/// The subjects of all verb groups; one for each of `groups`, or none.
pub(crate) fn subjects(r: &Reading<'_>, groups: &[Group]) -> Vec<Option<Subject>> {
    let mut found: Vec<Option<Subject>> = Vec::with_capacity(groups.len());
    // The latest subjects of a verb with tense in the current unit, of any and of a verb of saying.
    let (mut latest, mut saying): (Option<Known>, Option<Known>) = (None, None);
    for group in groups {
        let unit = r.unit_at(group.head);
        let says = is_saying(&group.lemma);
        let here = |subject: &Option<Known>| subject.clone().filter(|(at, _)| *at == unit);
        // "The spokesman said that Ostrey was ready, but said": both verbs of saying have one subject.
        let shared = here(&saying).filter(|_| says).or_else(|| here(&latest));
        let shared = shared.map(|(_, tokens)| Subject { tokens, order: Order::Shared });
        let own = if group.form == Form::Finite { own_subject(r, group) } else { None };
        if let Some(Subject { tokens, order: Order::Plain | Order::Inverted }) = &own {
            latest = Some((unit, tokens.clone()));
        }
        let subject = own.or(shared);
        if says && let Some(Subject { tokens, order: Order::Plain | Order::Inverted | Order::Shared }) = &subject {
            saying = Some((unit, tokens.clone()));
        }
        found.push(subject);
    }
    lead_in(r, groups, &mut found);
    found
}

/// Whether the lemma is a verb of saying, whose subject goes on speaking within the sentence.
pub(crate) fn is_saying(lemma: &str) -> bool {
    List::SayingVerbs.has(lemma)
}

/// Gives a participle that opens a sentence the subject of the verb after it: "Speaking to
/// reporters, he …".
fn lead_in(r: &Reading<'_>, groups: &[Group], found: &mut [Option<Subject>]) {
    let mut next: Option<Known> = None;
    for i in (0..groups.len()).rev() {
        let unit = r.unit_at(groups[i].head);
        match &found[i] {
            Some(subject) if subject.order == Order::Plain => next = Some((unit, subject.tokens.clone())),
            None if groups[i].form != Form::Finite => {
                let tokens = next.clone().filter(|(at, _)| *at == unit).map(|(_, tokens)| tokens);
                found[i] = tokens.map(|tokens| Subject { tokens, order: Order::Shared });
            }
            _ => {}
        }
    }
}

/// The subject that stands beside a finite verb; none if the verb shares one.
fn own_subject(r: &Reading<'_>, group: &Group) -> Option<Subject> {
    let first = group.first;
    // "they've said": the pronoun stands in the first word of the group.
    if r.tag(first) == Tag::Pv {
        return Some(Subject { tokens: first..first + 1, order: Order::Plain });
    }
    let unit = r.unit(first);
    if first == unit.start {
        return inverted(r, group);
    }
    let first = before_time(r, first, unit.start);
    let last = first.saturating_sub(1);
    match r.tag(last) {
        Tag::Wp | Tag::Wdt => return Some(Subject { tokens: last..first, order: Order::Relative }),
        Tag::In if r.is(last, "that") => return Some(Subject { tokens: last..first, order: Order::Relative }),
        Tag::Comma => {
            // "…, the names and addresses, said the mayor": a list is the subject only if no other is at hand.
            let sure =
                |found: &(Range<usize>, bool)| found.1 || !is_saying(&group.lemma) || inverted(r, group).is_none();
            if let Some((tokens, _)) = apposed(r, last).filter(sure) {
                return Some(Subject { tokens, order: Order::Plain });
            }
        }
        _ => {
            if let Some(start) = phrase::before(r, first) {
                // "Harth in an interview said".
                let end = (start + 1..first)
                    .find(|&i| r.tag(i - 1) == Tag::Nnp && phrase::names_occasion(r, i))
                    .unwrap_or(first);
                return Some(Subject { tokens: start..end, order: Order::Plain });
            }
        }
    }
    inverted(r, group)
}

/// Steps back over a time between subject and verb, and returns where it begins: "Benwick on
/// Wednesday called".
fn before_time(r: &Reading<'_>, first: usize, floor: usize) -> usize {
    let mut at = first;
    if at > floor + 2 && expression::ends_time(r, at - 1) {
        return if matches!(r.lower(at - 3), "just" | "earlier" | "late") { at - 3 } else { at - 2 };
    }
    while at > floor + 1 && expression::is_date_word(r.lower(at - 1)) {
        at -= 1;
    }
    if at < first && at > floor + 1 && matches!(r.lower(at - 1), "on" | "late" | "early" | "last" | "this") {
        at -= 1;
    }
    at
}

/// The subject before a parenthesis that closes with the comma at `comma`: "Tam Ostrey, a
/// strategist,". An apposition or a relative clause belongs to it, an adverb ("however") does not.
/// The flag says whether the parenthesis is surely one.
fn apposed(r: &Reading<'_>, comma: usize) -> Option<(Range<usize>, bool)> {
    let floor = r.unit(comma).start.max(comma.saturating_sub(50));
    let opens = (floor + 1..comma).rev().filter(|&i| r.tag(i) == Tag::Comma && r.quotation_at(i).is_none());
    let mut best = None;
    for open in opens.take(4) {
        // ", and the host, Bero Tamm, said": another clause begins.
        if r.tag(open + 1) == Tag::Cc {
            break;
        }
        let Some(start) = phrase::before(r, open) else { continue };
        let word = r.lower(open + 1);
        let tag = r.tag(open + 1);
        let relative = matches!(word, "who" | "whose" | "which" | "whom");
        let apposition =
            matches!(tag, Tag::Dt | Tag::Prps | Tag::Cd) || matches!(word, "one" | "formerly" | "including");
        if relative || apposition {
            return Some((whole(r, start, floor)..comma + 1, true));
        }
        let adverbial = matches!(tag, Tag::Rb | Tag::In | Tag::Vbg | Tag::Vbn | Tag::To | Tag::Wrb | Tag::Uh);
        if adverbial && best.is_none() {
            return Some((start..open, true));
        }
        best = best.or_else(|| tag.opens_phrase().then_some(start..comma + 1));
    }
    best.map(|tokens| (tokens, false))
}

/// Extends a subject to the name before its first apposition: "Ada Lind, head of the union, which
/// …,".
fn whole(r: &Reading<'_>, start: usize, floor: usize) -> usize {
    if start <= floor + 1 || r.tag(start - 1) != Tag::Comma || r.tag(start) == Tag::Nnp {
        return start;
    }
    match phrase::before(r, start - 1) {
        Some(name) if r.tag(start - 2) == Tag::Nnp && name >= floor => name,
        _ => start,
    }
}

/// The subject behind the verb, as in “…,” said the minister, a former judge.
fn inverted(r: &Reading<'_>, group: &Group) -> Option<Subject> {
    let unit = r.unit(group.head);
    let first = group.first;
    let opens = first == unit.start
        || r.is_close_quote(first - 1)
        || r.tag(first - 1) == Tag::Comma
        || matches!(r.tag(first - 1), Tag::Colon | Tag::Stop);
    if !opens || group.negated || group.end >= unit.end || r.quotation_at(group.end).is_some() {
        return None;
    }
    let end = phrase::full_after(r, group.end, phrase::SOURCE_LINKS)?;
    if phrase::starts_clause(r, end) && first != unit.start {
        return None;
    }
    // "Said Lind: “…”" opens its sentence; elsewhere this word order is a question or a command.
    (first > unit.start || r.is(end, ":"))
        .then(|| Subject { tokens: group.end..with_apposition(r, end), order: Order::Inverted })
}

/// The end of a noun phrase with an apposition behind it: "Ada Orlek, a former governor". It ends
/// before a full stop, a quotation, or a comma that begins something else; without an apposition,
/// `end` itself.
pub(crate) fn with_apposition(r: &Reading<'_>, end: usize) -> usize {
    let limit = r.window(end - 1).end;
    if r.tag(end) != Tag::Comma || end + 1 >= limit {
        return end;
    }
    let word = r.lower(end + 1);
    let starts = matches!(r.tag(end + 1), Tag::Dt | Tag::Prps | Tag::Nn | Tag::Jj | Tag::Cd | Tag::Nnp | Tag::Nns)
        || matches!(word, "who" | "whose" | "one");
    if !starts || matches!(word, "this" | "that" | "these" | "those") {
        return end;
    }
    let relative = matches!(word, "who" | "whose");
    let mut at = end + 1;
    let mut relative = relative;
    while at < limit && r.quotation_at(at).is_none() {
        let tag = r.tag(at);
        // "a teacher who voted": the verb belongs to the apposition.
        relative |= matches!(r.lower(at), "who" | "whose" | "which");
        let stops = matches!(tag, Tag::Stop | Tag::Colon)
            || !relative && tag.is_finite() && !r.is(at, "'s")
            || tag == Tag::Comma
                && matches!(r.tag(at + 1), Tag::Vbg | Tag::In | Tag::Cc | Tag::Rb | Tag::Wrb | Tag::Prp | Tag::Quote);
        if stops {
            // A verb with tense shows that this was a clause, not an apposition.
            return if matches!(tag, Tag::Stop | Tag::Comma | Tag::Colon) { at } else { end };
        }
        at += 1;
    }
    if at > end + 1 && r.tag(at - 1) == Tag::Comma { at - 1 } else { at }
}
