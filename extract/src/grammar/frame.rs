//! What follows a verb or noun that may attribute: a clause, a quotation, an object, a phrase. The
//! construction is the strongest sign of whether a word is a cue and where its content begins.
//!
//! In: the tokens behind a verb group or noun. Out: a [`Frame`]. Adverbs, times and places between
//! a verb and its content are stepped over: of "said in a statement on Monday that", the content
//! begins at "that".

use std::ops::Range;

use super::{phrase, subject, verbs};
use crate::lexicon::List;
use crate::tags::Tag;
use crate::time::expression;
use crate::view::Reading;

/// What follows a verb or noun that may attribute. Features hash the names, so a changed name needs
/// a refit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Construction {
    /// Nothing that could be content.
    End,
    /// "that the port is open".
    That,
    /// A quotation.
    Quote,
    /// A colon and what it announces.
    Colon,
    /// A colon at the end of a sentence.
    ColonEnd,
    /// "the port is open", without "that".
    Clause,
    /// "how", "what", "whether" …
    Question,
    /// "to go".
    /// The infinitive with "to".
    Infinitive,
    /// "to" before anything else: "to the board".
    To,
    /// Another preposition or particle: "of", "on".
    Preposition(Box<str>),
    /// "by going".
    ByGerund,
    /// "going".
    Gerund,
    /// An adjective behind which no noun phrase goes on.
    Adjective,
    /// An expression of time.
    Time,
    /// An object, and nothing behind it that could be content.
    Object,
    /// An object and "that …": "told reporters that".
    ObjectThat,
    /// An object and a quotation.
    ObjectQuote,
    /// An object and a clause without "that".
    ObjectClause,
    /// An object and "how", "what", "whether" …
    ObjectQuestion,
    /// An object and "to go".
    ObjectInfinitive,
    /// An object and "of" or "about": "accused him of".
    ObjectOf,
    /// An object and "as": "described it as".
    ObjectAs,
    /// Anything else.
    Other,
}

impl Construction {
    /// The construction that a word begins which is tagged as a preposition or particle.
    fn of_preposition(word: &str) -> Self {
        match word {
            "that" => Self::That,
            "to" => Self::Infinitive,
            _ => Self::Preposition(word.into()),
        }
    }

    /// Whether it is one of these prepositions.
    pub(crate) fn is_preposition(&self, words: &[&str]) -> bool {
        matches!(self, Self::Preposition(word) if words.contains(&word.as_ref()))
    }

    /// Whether it begins a place, a time or an occasion, behind which content may still come.
    fn is_adjunct(&self) -> bool {
        const BEGIN: [&str; 9] = ["in", "on", "at", "during", "by", "from", "through", "via", "with"];
        matches!(self, Self::To | Self::Infinitive) || self.is_preposition(&BEGIN)
    }

    /// The name by which features know it.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::End => "end",
            Self::That => "that",
            Self::Quote => "quote",
            Self::Colon => "colon",
            Self::ColonEnd => "colon-end",
            Self::Clause => "clause",
            Self::Question => "wh",
            Self::Infinitive => "to",
            Self::To => "to+",
            Self::Preposition(word) => word,
            Self::ByGerund => "by ing",
            Self::Gerund => "ing",
            Self::Adjective => "adjective",
            Self::Time => "time",
            Self::Object => "object",
            Self::ObjectThat => "object that",
            Self::ObjectQuote => "object quote",
            Self::ObjectClause => "object clause",
            Self::ObjectQuestion => "object wh",
            Self::ObjectInfinitive => "object to",
            Self::ObjectOf => "object of",
            Self::ObjectAs => "object as",
            Self::Other => "other",
        }
    }
}

/// A construction with the tokens where its parts are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// What it is.
    pub(crate) construction: Construction,
    /// Where content would begin.
    pub(crate) at: usize,
    /// One past the last token of the cue: a preposition or a colon belongs to it.
    pub(crate) cue_end: usize,
    /// A person or body between the cue and the content: "told reporters that".
    pub(crate) object: Option<Range<usize>>,
}

impl Frame {
    /// Without an object.
    pub(crate) fn new(construction: Construction, at: usize, cue_end: usize) -> Self {
        Self { construction, at, cue_end, object: None }
    }

    /// Whether nothing that could be content follows.
    pub(crate) fn is_end(&self) -> bool {
        self.construction == Construction::End
    }
}

/// The construction behind a verb group that ends before token `end`. What stands right behind it
/// decides, unless that is only an adjunct and better follows: "that", a quotation or a colon.
pub(crate) fn after_verb(r: &Reading<'_>, end: usize, lemma: &str) -> Frame {
    if asks_when(r, end, lemma) {
        return Frame::new(Construction::Question, end, end);
    }
    if is_told(lemma) && r.tag(end) == Tag::Vbg && r.tag(end + 1).is_noun() {
        return after_object(r, end, lemma);
    }
    let plain = simple(r, end, end);
    if let Some(mut frame) = plain {
        let of_whom = frame.construction.is_preposition(&["of", "about", "as"]);
        if of_whom
            && let Some(later) = far_clause(r, end, lemma).filter(|later| later.construction == Construction::Quote)
        {
            return later;
        }
        if matches!(lemma, "respond" | "reply")
            && frame.cue_end > end
            && !matches!(frame.construction, Construction::Quote | Construction::Colon | Construction::ColonEnd)
        {
            (frame.at, frame.cue_end) = (end, end);
        }
        if !matches!(frame.construction, Construction::End | Construction::Time) && !frame.construction.is_adjunct() {
            return frame;
        }
        // "said in a statement on Monday that": the content comes after the adjuncts.
        let (after, to) = skip_adjuncts(r, end);
        if after > end
            && let Some(mut later) = simple(r, after, after)
        {
            let time_only = frame.construction == Construction::Time || expression::time_after(r, end) == Some(after);
            let good = matches!(later.construction, Construction::That | Construction::Quote | Construction::Colon)
                || time_only && matches!(later.construction, Construction::Clause | Construction::Question);
            if good {
                later.object = to;
                if later.cue_end == after && frame.construction != Construction::To && names_a_channel(r, end, after) {
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
        if frame.construction == Construction::Time {
            frame.construction = Construction::End;
        }
        return frame;
    }
    after_object(r, end, lemma)
}

/// Whether "when", "where" or "if" begins a question rather than an adjunct: "did not say when",
/// "will decide where".
fn asks_when(r: &Reading<'_>, end: usize, lemma: &str) -> bool {
    let denied = (end.saturating_sub(4)..end)
        .any(|i| verbs::is_negation(r.lower(i)) || matches!(r.lower(i), "refused" | "declined"));
    let asks = List::QuestionVerbs.has(lemma);
    matches!(r.lower(end), "when" | "where" | "if") && (asks || denied && matches!(lemma, "say" | "tell"))
}

/// What a verb of saying reaches over any adjunct: "said at a rally in Ohio on Friday evening
/// that". At most 16 tokens ahead.
fn far_clause(r: &Reading<'_>, end: usize, lemma: &str) -> Option<Frame> {
    if !List::ReachingVerbs.has(lemma) {
        return None;
    }
    for i in end + 1..r.unit(end - 1).end.min(end + 16) {
        if r.is(i, "that") && r.tag(i) == Tag::In {
            return Some(Frame::new(Construction::That, i, end));
        }
        if r.is_open_quote(i) && matches!(r.tag(i - 1), Tag::Comma | Tag::Colon) {
            return Some(Frame::new(Construction::Quote, i, end));
        }
        if r.quotation_at(i).is_some() || r.tag(i).is_finite() {
            return None;
        }
    }
    None
}

/// The construction without an object in between; none when a noun phrase follows that begins no
/// clause, and so may be an object.
fn simple(r: &Reading<'_>, at: usize, cue_end: usize) -> Option<Frame> {
    let unit_end = r.unit(cue_end - 1).end;
    let word = r.lower(at);
    if at >= unit_end {
        return Some(Frame::new(Construction::End, at, cue_end));
    }
    if r.is_open_quote(at) {
        return Some(Frame::new(Construction::Quote, at, cue_end));
    }
    let next = r.tag(at + 1);
    let frame = match r.tag(at) {
        Tag::Comma if r.is_open_quote(at + 1) => Frame::new(Construction::Quote, at + 1, cue_end),
        Tag::Colon if word == ":" && r.is_open_quote(at + 1) => Frame::new(Construction::Quote, at + 1, at + 1),
        Tag::Colon if word == ":" && at + 1 < unit_end => Frame::new(Construction::Colon, at + 1, at + 1),
        Tag::Colon if word == ":" => Frame::new(Construction::ColonEnd, at + 1, at + 1),
        _ if word == "that" && (r.tag(at) == Tag::In || !next.is_finite()) => {
            Frame::new(Construction::That, at, cue_end)
        }
        Tag::To if matches!(next, Tag::Vb | Tag::Rb) => Frame::new(Construction::Infinitive, at, cue_end),
        Tag::To => Frame::new(Construction::To, at + 1, at + 1),
        _ if matches!(word, "how" | "what" | "why" | "whether" | "who") => {
            Frame::new(Construction::Question, at, cue_end)
        }
        _ if matches!(
            word,
            "if" | "where" | "when" | "while" | "because" | "after" | "before" | "since" | "though" | "although"
        ) =>
        {
            Frame::new(Construction::End, at, cue_end)
        }
        _ if expression::is_date_word(word) || expression::is_time(r, at) => {
            Frame::new(Construction::Time, at, cue_end)
        }
        Tag::In if word == "by" && next == Tag::Vbg => Frame::new(Construction::ByGerund, at, cue_end),
        Tag::In | Tag::Rp => Frame::new(Construction::of_preposition(word), at + 1, at + 1),
        Tag::Vbg => Frame::new(Construction::Gerund, at, cue_end),
        Tag::Rb if at == cue_end && !matches!(word, "not") => return adverb_frame(r, at, cue_end),
        Tag::Jj if !next.in_phrase() => Frame::new(Construction::Adjective, at, cue_end),
        _ if r.tag(at).opens_phrase() => return clause(r, at, cue_end),
        _ => Frame::new(Construction::End, at, cue_end),
    };
    Some(frame)
}

/// The construction behind an adverb, which belongs neither to the cue nor to the content: "said
/// explicitly that".
fn adverb_frame(r: &Reading<'_>, at: usize, cue_end: usize) -> Option<Frame> {
    let after = (at + 1..at + 3).find(|&i| r.tag(i) != Tag::Rb).unwrap_or(at + 1);
    let frame = simple(r, after, after)?;
    // A preposition or a colon belongs to the cue.
    Some(Frame { cue_end: if frame.is_end() { cue_end } else { frame.cue_end }, ..frame })
}

/// A clause without "that": a noun phrase with a verb after it.
fn clause(r: &Reading<'_>, at: usize, cue_end: usize) -> Option<Frame> {
    let mut end = phrase::base_after(r, at)?;
    for _ in 0..6 {
        if phrase::starts_clause(r, end) || starts_after_apposition(r, end) {
            return Some(Frame::new(Construction::Clause, at, cue_end));
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

/// Whether the verb comes after an apposition: "said Lind, a doctor, should know".
fn starts_after_apposition(r: &Reading<'_>, end: usize) -> bool {
    let after = if r.tag(end) == Tag::Comma { subject::with_apposition(r, end) } else { end };
    after > end && r.tag(after) == Tag::Comma && phrase::starts_clause(r, after + 1)
}

/// The construction behind an object. The object stays outside the content if it is the addressee
/// ("told reporters that"), and belongs to it otherwise ("disputes the idea that").
fn after_object(r: &Reading<'_>, at: usize, lemma: &str) -> Frame {
    let Some(end) = phrase::full_after(r, at, &["of"]) else {
        return Frame::new(Construction::Other, at, at);
    };
    let (after, _) = skip_adjuncts(r, end);
    for (place, sure) in [(end, true), (after, false)] {
        let Some(next) = simple(r, place, place) else { continue };
        let told = is_told(lemma);
        let construction = match &next.construction {
            Construction::That => Construction::ObjectThat,
            Construction::Quote | Construction::Colon => Construction::ObjectQuote,
            Construction::Infinitive if sure || told => Construction::ObjectInfinitive,
            Construction::Question if sure || told => Construction::ObjectQuestion,
            Construction::Clause if sure => Construction::ObjectClause,
            of if sure && of.is_preposition(&["about", "of"]) => Construction::ObjectOf,
            as_what if sure && as_what.is_preposition(&["as"]) => Construction::ObjectAs,
            _ => continue,
        };
        // "told reporters that": the addressee stays outside; "disputes the idea that": the object is content.
        let outside =
            told && !matches!(construction, Construction::ObjectOf | Construction::ObjectAs) || r.is(end, "about");
        return Frame { construction, at: if outside { next.at } else { at }, cue_end: at, object: Some(at..end) };
    }
    Frame { construction: Construction::Object, at, cue_end: at, object: Some(at..end) }
}

/// Whether the object of the verb is the addressee, and no part of what was said.
pub(crate) fn is_told(lemma: &str) -> bool {
    List::ToldVerbs.has(lemma)
}

/// The construction behind a noun that ends before token `end`. Nouns take no times, adjectives or
/// gerunds as content.
pub(crate) fn after_noun(r: &Reading<'_>, end: usize) -> Frame {
    match simple(r, end, end) {
        Some(frame)
            if matches!(frame.construction, Construction::Time | Construction::Adjective | Construction::Gerund) =>
        {
            Frame::new(Construction::End, end, end)
        }
        Some(frame) => frame,
        None => Frame::new(Construction::End, end, end),
    }
}

/// Whether a phrase is a channel that the annotation guidelines count as part of the cue: "in a
/// statement", "on Twitter".
fn names_a_channel(r: &Reading<'_>, from: usize, to: usize) -> bool {
    let noun = List::StatementNouns.has(r.lower(to - 1));
    matches!(r.lower(from), "in" | "on") && noun && to - from <= 5
}

/// Steps over up to four places, times and occasions behind a verb. Returns where they end, and the
/// tokens behind "to", which may be the addressee.
fn skip_adjuncts(r: &Reading<'_>, from: usize) -> (usize, Option<Range<usize>>) {
    let unit_end = r.unit(from - 1).end;
    let (mut at, mut to) = (from, None);
    for _ in 0..4 {
        if at >= unit_end || r.quotation_at(at).is_some() {
            break;
        }
        if let Some(end) = expression::time_after(r, at) {
            at = end;
        } else if List::AdjunctPrepositions.has(r.lower(at)) {
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
