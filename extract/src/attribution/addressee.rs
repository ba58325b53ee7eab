//! To whom something was said: "told reporters", "in an interview with the paper", "wrote to the board".

use std::ops::Range;

use super::draft::Draft;
use super::phrase;
use super::reading::Reading;
use super::tags::Tag;

/// The words that name to whom the draft's content was said.
pub(super) fn find(r: &Reading<'_>, draft: &Draft) -> Option<Range<usize>> {
    let whole = |object: &Range<usize>| draft.content.len() == 1 && draft.content[0] == *object;
    let object = draft.object.clone().filter(|object| takes_hearer(&draft.lemma) && !whole(object));
    let found = object.or_else(|| after(r, draft))?;
    let end = found.clone().find(|&i| i > found.start && phrase::is_date_word(r.lower(i))).unwrap_or(found.end);
    let named =
        r.tag(found.start) != Tag::Prp || !matches!(r.lower(found.start), "it" | "himself" | "herself" | "themselves");
    (named && end > found.start).then_some(found.start..end)
}

/// Verbs whose object is the hearer.
fn takes_hearer(lemma: &str) -> bool {
    matches!(
        lemma,
        "tell"
            | "ask"
            | "urge"
            | "inform"
            | "assure"
            | "remind"
            | "warn"
            | "advise"
            | "order"
            | "instruct"
            | "beg"
            | "implore"
            | "call on"
            | "convince"
            | "persuade"
            | "thank"
            | "invite"
            | "encourage"
            | "challenge"
            | "brief"
            | "notify"
            | "press"
            | "email"
            | "promise"
            | "remark to"
            | "scold"
            | "address"
            | "exhort"
            | "counsel"
            | "plead with"
            | "direct"
            | "command"
    )
}

/// Verbs after which "to" brings the hearer.
fn says_to(lemma: &str) -> bool {
    matches!(
        lemma,
        "say"
            | "write"
            | "shout"
            | "explain"
            | "speak"
            | "talk"
            | "suggest"
            | "admit"
            | "confess"
            | "announce"
            | "pitch"
            | "complain"
            | "confirm"
            | "mention"
            | "report"
            | "insist"
            | "repeat"
            | "reply"
            | "respond"
            | "remark"
            | "whisper"
            | "tweet"
            | "declare"
            | "describe"
            | "disclose"
            | "propose"
            | "recommend"
            | "argue"
            | "add"
            | "offer"
            | "stress"
            | "testify"
            | "acknowledge"
            | "make"
    )
}

/// Looks behind the cue and what belongs to it.
fn after(r: &Reading<'_>, draft: &Draft) -> Option<Range<usize>> {
    if draft.cue.is_empty() || draft.voice.is_none() {
        return None;
    }
    if draft.lemma == "call" && r.is(draft.cue.end - 1, "on") {
        return phrase_at(r, draft.cue.end);
    }
    let turned = draft.source.as_ref().filter(|s| s.start >= draft.cue.end).map(|s| s.end);
    let from = turned.unwrap_or(draft.head + 1);
    let stop = r.unit(draft.head).end.min(from + 12);
    let mut channel = false;
    for i in from..stop {
        if r.quotation_at(i).is_some() || matches!(r.tag(i), Tag::Stop | Tag::Colon) || r.is(i, "that") {
            break;
        }
        channel |= matches!(
            r.lower(i),
            "interview"
                | "letter"
                | "email"
                | "e-mail"
                | "message"
                | "speech"
                | "call"
                | "note"
                | "memo"
                | "conversation"
                | "remarks"
        );
        let to = r.tag(i) == Tag::To && !matches!(r.tag(i + 1), Tag::Vb | Tag::Rb);
        let hearer = to && i == from && says_to(&draft.lemma) || channel && (to || r.is(i, "with"));
        if hearer {
            return phrase_at(r, i + 1).filter(|found| !draft.holds(found.start));
        }
    }
    None
}

fn phrase_at(r: &Reading<'_>, at: usize) -> Option<Range<usize>> {
    phrase::full_after(r, at, &["of", "at"]).map(|end| at..end)
}
