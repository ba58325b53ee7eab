//! What follows a verb or noun that may attribute: a clause, a quotation, a phrase.

use std::ops::Range;

use super::{phrase, subject, verbs};
use crate::tags::Tag;
use crate::time::expression;
use crate::view::Reading;

/// The construction after a possible cue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Name of the construction, as the table of cues lists it: "that", "quote", "to", "for" …
    pub(crate) key: String,
    /// Where content would begin.
    pub(crate) at: usize,
    /// One past the last token of the cue: a preposition or a colon belongs to it.
    pub(crate) cue_end: usize,
    /// A person or body between the cue and the content: "told reporters that".
    pub(crate) object: Option<Range<usize>>,
}

impl Frame {
    fn new(key: &str, at: usize, cue_end: usize) -> Self {
        Self { key: key.into(), at, cue_end, object: None }
    }

    /// Whether nothing that could be content follows.
    pub(crate) fn is_end(&self) -> bool {
        self.key == "end"
    }
}

/// The construction after a verb group that ends before `end`.
pub(crate) fn after_verb(r: &Reading<'_>, end: usize, lemma: &str) -> Frame {
    if asks_when(r, end, lemma) {
        return Frame::new("wh", end, end);
    }
    if is_told(lemma) && r.tag(end) == Tag::Vbg && r.tag(end + 1).is_noun() {
        return after_object(r, end, lemma);
    }
    let plain = simple(r, end, end);
    if let Some(mut frame) = plain {
        let of_whom = matches!(frame.key.as_str(), "of" | "about" | "as" | "when");
        if of_whom && let Some(later) = far_clause(r, end, lemma).filter(|later| later.key == "quote") {
            return later;
        }
        if matches!(lemma, "respond" | "reply")
            && frame.cue_end > end
            && !matches!(frame.key.as_str(), "quote" | "colon" | "colon-end")
        {
            (frame.at, frame.cue_end) = (end, end);
        }
        if !matches!(frame.key.as_str(), "end" | "time") && !is_adjunct(&frame.key) {
            return frame;
        }
        // "said in a statement on Monday that": the content comes after the adjuncts.
        let (after, to) = skip_adjuncts(r, end);
        if after > end
            && let Some(mut later) = simple(r, after, after)
        {
            let time_only = frame.key == "time" || expression::time_after(r, end) == Some(after);
            let good = matches!(later.key.as_str(), "that" | "quote" | "colon")
                || time_only && matches!(later.key.as_str(), "clause" | "wh");
            if good {
                later.object = to;
                if later.cue_end == after && frame.key != "to+" && names_a_channel(r, end, after) {
                    later.cue_end = after;
                } else if later.cue_end == after {
                    later.cue_end = end;
                }
                return later;
            }
        }
        if let Some(later) = far_clause(r, end, lemma) {
            return later;
        }
        if frame.key == "time" {
            frame.key = "end".into();
        }
        return frame;
    }
    after_object(r, end, lemma)
}

/// "did not say when", "will decide where": a question, not the time at which it was said.
fn asks_when(r: &Reading<'_>, end: usize, lemma: &str) -> bool {
    let denied = (end.saturating_sub(4)..end)
        .any(|i| verbs::is_negation(r.lower(i)) || matches!(r.lower(i), "refused" | "declined"));
    let asks = matches!(lemma, "decide" | "know" | "ask" | "wonder" | "determine" | "disclose" | "reveal" | "specify");
    matches!(r.lower(end), "when" | "where" | "if") && (asks || denied && matches!(lemma, "say" | "tell"))
}

/// "said at a rally in Ohio on Friday evening that": words of saying reach over any adjunct.
fn far_clause(r: &Reading<'_>, end: usize, lemma: &str) -> Option<Frame> {
    if !matches!(
        lemma,
        "say" | "tell" | "write" | "tweet" | "argue" | "announce" | "declare" | "insist" | "state" | "add" | "claim"
    ) {
        return None;
    }
    for i in end + 1..r.unit(end - 1).end.min(end + 16) {
        if r.is(i, "that") && r.tag(i) == Tag::In {
            return Some(Frame::new("that", i, end));
        }
        if r.is_open_quote(i) && matches!(r.tag(i - 1), Tag::Comma | Tag::Colon) {
            return Some(Frame::new("quote", i, end));
        }
        if r.quotation_at(i).is_some() || r.tag(i).is_finite() {
            return None;
        }
    }
    None
}

/// Constructions without an object in between; none when a noun phrase follows that begins no clause.
fn simple(r: &Reading<'_>, at: usize, cue_end: usize) -> Option<Frame> {
    let unit_end = r.unit(cue_end - 1).end;
    let word = r.lower(at);
    if at >= unit_end {
        return Some(Frame::new("end", at, cue_end));
    }
    if r.is_open_quote(at) {
        return Some(Frame::new("quote", at, cue_end));
    }
    let next = r.tag(at + 1);
    let frame = match r.tag(at) {
        Tag::Comma if r.is_open_quote(at + 1) => Frame::new("quote", at + 1, cue_end),
        Tag::Colon if word == ":" && r.is_open_quote(at + 1) => Frame::new("quote", at + 1, at + 1),
        Tag::Colon if word == ":" && at + 1 < unit_end => Frame::new("colon", at + 1, at + 1),
        Tag::Colon if word == ":" => Frame::new("colon-end", at + 1, at + 1),
        _ if word == "that" && (r.tag(at) == Tag::In || !next.is_finite()) => Frame::new("that", at, cue_end),
        Tag::To if matches!(next, Tag::Vb | Tag::Rb) => Frame::new("to", at, cue_end),
        Tag::To => Frame::new("to+", at + 1, at + 1),
        _ if matches!(word, "how" | "what" | "why" | "whether" | "who") => Frame::new("wh", at, cue_end),
        _ if matches!(
            word,
            "if" | "where" | "when" | "while" | "because" | "after" | "before" | "since" | "though" | "although"
        ) =>
        {
            Frame::new("end", at, cue_end)
        }
        _ if expression::is_date_word(word) || expression::is_time(r, at) => Frame::new("time", at, cue_end),
        Tag::In if word == "by" && next == Tag::Vbg => Frame::new("by ing", at, cue_end),
        Tag::In | Tag::Rp => Frame::new(word, at + 1, at + 1),
        Tag::Vbg => Frame::new("ing", at, cue_end),
        Tag::Rb if at == cue_end && !matches!(word, "not") => return adverb_frame(r, at, cue_end),
        Tag::Jj if !next.in_phrase() => Frame::new("adjective", at, cue_end),
        _ if r.tag(at).opens_phrase() => return clause(r, at, cue_end),
        _ => Frame::new("end", at, cue_end),
    };
    Some(frame)
}

/// "said explicitly that": the adverb belongs to neither.
fn adverb_frame(r: &Reading<'_>, at: usize, cue_end: usize) -> Option<Frame> {
    let after = (at + 1..at + 3).find(|&i| r.tag(i) != Tag::Rb).unwrap_or(at + 1);
    let frame = simple(r, after, after)?;
    let keeps = frame.key == "end" || frame.cue_end != after;
    Some(Frame {
        cue_end: if keeps && frame.key != "end" {
            frame.cue_end
        } else if frame.key == "end" {
            cue_end
        } else {
            after
        },
        ..frame
    })
}

/// A clause without "that": a noun phrase with a verb after it.
fn clause(r: &Reading<'_>, at: usize, cue_end: usize) -> Option<Frame> {
    let mut end = phrase::base_after(r, at)?;
    for _ in 0..6 {
        if phrase::starts_clause(r, end) || starts_after_apposition(r, end) {
            return Some(Frame::new("clause", at, cue_end));
        }
        let links =
            matches!(r.tag(end), Tag::In | Tag::Cc | Tag::To) && r.quotation_at(end).is_none() && !r.is(end, "that");
        match links.then(|| phrase::base_after(r, end + 1)).flatten() {
            Some(more) => end = more,
            None => break,
        }
    }
    None
}

/// "said Dean, a doctor, should know": the verb comes after the apposition.
fn starts_after_apposition(r: &Reading<'_>, end: usize) -> bool {
    let after = if r.tag(end) == Tag::Comma { subject::with_apposition(r, end) } else { end };
    after > end && r.tag(after) == Tag::Comma && phrase::starts_clause(r, after + 1)
}

/// The verb has an object; what comes after that?
fn after_object(r: &Reading<'_>, at: usize, lemma: &str) -> Frame {
    let bare = |key: &str| Frame::new(key, at, at);
    let Some(end) = phrase::full_after(r, at, &["of"]) else { return bare("other") };
    let (after, _) = skip_adjuncts(r, end);
    for (place, sure) in [(end, true), (after, false)] {
        let Some(next) = simple(r, place, place) else { continue };
        let key = match next.key.as_str() {
            "that" => "object that",
            "quote" => "object quote",
            "colon" => "object quote",
            "to" if sure => "object to",
            "to" if is_told(lemma) => "object to",
            "wh" if sure || is_told(lemma) => "object wh",
            "clause" if sure => "object clause",
            "about" | "of" if sure => "object of",
            "as" if sure => "object as",
            _ => continue,
        };
        // "told reporters that": the hearer stays outside; "disputes the idea that": the object is content.
        let told = is_told(lemma);
        let outside = told && !matches!(key, "object of" | "object as") || r.is(end, "about");
        if !outside {
            return Frame { key: key.into(), at, cue_end: at, object: Some(at..end) };
        }
        return Frame { key: key.into(), at: next.at, cue_end: at, object: Some(at..end) };
    }
    Frame { key: "object".into(), at, cue_end: at, object: Some(at..end) }
}

/// Verbs whose object is the hearer and not part of what was said.
pub(crate) fn is_told(lemma: &str) -> bool {
    matches!(
        lemma,
        "tell"
            | "inform"
            | "assure"
            | "remind"
            | "warn"
            | "write"
            | "advise"
            | "promise"
            | "show"
            | "email"
            | "notify"
            | "ask"
            | "convince"
    )
}

/// The construction after a noun.
pub(crate) fn after_noun(r: &Reading<'_>, end: usize) -> Frame {
    match simple(r, end, end) {
        Some(frame) if matches!(frame.key.as_str(), "time" | "adjective" | "ing") => Frame::new("end", end, end),
        Some(frame) => frame,
        None => Frame::new("end", end, end),
    }
}

fn is_adjunct(key: &str) -> bool {
    matches!(
        key,
        "in" | "on" | "at" | "during" | "by" | "from" | "through" | "via" | "after" | "before" | "with" | "to+" | "to"
    )
}

/// "in a statement", "on Twitter": the corpus takes these as part of the cue.
fn names_a_channel(r: &Reading<'_>, from: usize, to: usize) -> bool {
    let noun = matches!(
        r.lower(to - 1),
        "statement"
            | "interview"
            | "tweet"
            | "speech"
            | "email"
            | "letter"
            | "post"
            | "memo"
            | "release"
            | "article"
            | "report"
            | "twitter"
            | "facebook"
    );
    matches!(r.lower(from), "in" | "on") && noun && to - from <= 5
}

/// Steps over places, times and occasions after a verb. Also returns to whom, where that stands there.
fn skip_adjuncts(r: &Reading<'_>, from: usize) -> (usize, Option<Range<usize>>) {
    let unit_end = r.unit(from - 1).end;
    let (mut at, mut to) = (from, None);
    for _ in 0..4 {
        if at >= unit_end || r.quotation_at(at).is_some() {
            break;
        }
        if let Some(end) = expression::time_after(r, at) {
            at = end;
        } else if matches!(
            r.lower(at),
            "in" | "on"
                | "at"
                | "during"
                | "by"
                | "from"
                | "through"
                | "via"
                | "after"
                | "before"
                | "with"
                | "to"
                | "for"
                | "outside"
                | "inside"
                | "near"
                | "across"
        ) {
            let Some(end) = phrase::full_after(r, at + 1, &["of", "with", "for"]) else { break };
            if phrase::starts_clause(r, end) {
                break;
            }
            if r.is(at, "to") {
                to = Some(at + 1..end);
            }
            at = end;
        } else {
            break;
        }
    }
    (at.min(unit_end), to)
}
