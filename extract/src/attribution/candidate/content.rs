//! Where the attributed words begin and end.
//!
//! These are rules of grammar without weights. The learned decision
//! ([`decide::content`](crate::attribution::decide)) takes their answers as offers among others,
//! and hears which rule made each of them. All positions are tokens; a range ends one past its last
//! token.
//!
//! Three rules answer three positions of the cue:
//!
//! | rule | for | example, content in brackets |
//! |---|---|---|
//! | [`forward`] | a cue before its content | She said [the port would close], and left. |
//! | [`backward`] | a cue behind its content | [The port would close], she said. |
//! | [`resumed`] | the rest behind a cue in the middle | “The port,” she said, [“is closed.”] |
//!
//! None of them looks further than [`REACH`] tokens, so that a sentence without end costs no more
//! than a long one.

use std::ops::Range;

use crate::grammar::phrase;
use crate::lexicon::List;
use crate::tags::Tag;
use crate::time::expression;
use crate::view::{REACH, Reading};

/// Where likely cues and their subjects begin, for each token.
///
/// Content ends before the next attribution: in "She said the port would close and he said it would
/// not" the first content ends before "and he said". The marks are set once the cue model has
/// spoken (see [`Search::new`](crate::attribution::decide::select::Search::new)); before that none
/// is set.
pub(crate) struct Starts {
    /// Whether a candidate's cue begins at each token.
    own: Vec<bool>,
    /// Whether a candidate's subject begins at each token.
    subject: Vec<bool>,
}

impl Starts {
    /// None yet, for this many tokens.
    pub(crate) fn new(len: usize) -> Self {
        Self { own: vec![false; len + 1], subject: vec![false; len + 1] }
    }

    /// Notes where a cue begins.
    pub(crate) fn mark_own(&mut self, i: usize) {
        self.own[i] = true;
    }

    /// Notes where a subject begins.
    pub(crate) fn mark_subject(&mut self, i: usize) {
        self.subject[i] = true;
    }

    /// Whether a cue begins here.
    pub(crate) fn cue(&self, i: usize) -> bool {
        self.own.get(i).copied().unwrap_or(false)
    }

    /// Whether sure words of attribution, or their subject, begin at a token.
    pub(crate) fn any(&self, i: usize) -> bool {
        self.cue(i) || self.subject.get(i).copied().unwrap_or(false)
    }
}

/// How far content reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// To the end of a clause.
    Clause,
    /// Of a clause that stands before the main one, or hangs on a noun: to the next comma with a new clause.
    Inner,
    /// Of a clause that hangs on a noun, which may have a verb of its own behind it.
    Noun,
    /// Of a noun phrase: to where time, place or circumstances are told.
    Phrase,
}

/// The content that begins at `from` and runs forward to the end of its clause; none when nothing is in it.
pub(crate) fn forward(r: &Reading<'_>, from: usize, starts: &Starts) -> Option<Range<usize>> {
    forward_to(r, from, starts, Extent::Clause)
}

/// As [`forward`], with an extent.
pub(crate) fn forward_to(r: &Reading<'_>, from: usize, starts: &Starts, extent: Extent) -> Option<Range<usize>> {
    let unit_end = r.unit(from).end;
    let mut at = from;
    // Whether the clause has its verb, so that a comma may end it.
    let mut complete = extent == Extent::Phrase;
    let mut clauses = Clauses::default();
    let mut brackets = 0_usize;
    for _ in 0..REACH {
        if at >= unit_end || extent == Extent::Noun && clauses.overflow(r, at) {
            break;
        }
        complete |= r.tag(at).is_finite();
        match r.tag(at) {
            Tag::Open => brackets += 1,
            Tag::Close if brackets == 0 => break,
            Tag::Close => brackets -= 1,
            _ => {}
        }
        if let Some(q) = r.quotation_at(at) {
            let quotation = &r.quotations()[q];
            let last = quotation.end - 1 - usize::from(quotation.closed);
            at = quotation.end;
            complete = true;
            let sentence_ends = r.tag(last) == Tag::Stop
                && !(r.is(last, ".") && r.lower(at).starts_with(char::is_lowercase) && r.is_capital(at));
            if sentence_ends || r.tag(last) == Tag::Comma && stops_after_comma(r, at, starts) {
                break;
            }
            continue;
        }
        // "that the law, which dates from 1888, leaves it open": the verb is still to come.
        if !complete
            && r.tag(at) == Tag::Comma
            && matches!(r.lower(at + 1), "which" | "who" | "whose" | "where" | "a" | "an" | "the")
        {
            match (at + 1..unit_end.min(at + 25)).find(|&i| r.tag(i) == Tag::Comma && r.tag(i + 1).is_finite()) {
                Some(close) => {
                    at = close + 1;
                    continue;
                }
                None => complete = true,
            }
        }
        if extent == Extent::Phrase && r.tag(at) == Tag::Comma && continues_list(r, at) {
            at += 1;
            continue;
        }
        if stops_at(r, at, at == from, starts) || at > from && leaves(r, at, extent) {
            break;
        }
        at += 1;
    }
    let at = at.min(unit_end);
    let end = trim_end(r, from, at);
    (end > from).then_some(from..end)
}

/// Counts clauses and their verbs, to tell when a verb belongs to none of the clauses so far.
#[derive(Default)]
struct Clauses {
    /// How many subordinate clauses are open.
    open: usize,
    /// How many verbs with tense were seen.
    verbs: usize,
    /// Whether the last token belonged to a verb group.
    in_group: bool,
}

impl Clauses {
    /// Takes a token in; whether it is a verb too many: "the claim that the port had lost money *was* met".
    fn overflow(&mut self, r: &Reading<'_>, at: usize) -> bool {
        let tag = r.tag(at);
        let links = matches!(tag, Tag::Wdt | Tag::Wp | Tag::Wrb | Tag::Cc | Tag::Prp)
            || matches!(r.lower(at), "that" | "because" | "if" | "while" | "as" | "after" | "before" | "than");
        self.open += usize::from(links);
        if tag.is_finite() && !self.in_group {
            self.verbs += 1;
        }
        self.in_group = tag.is_finite() || self.in_group && tag == Tag::Rb;
        self.verbs > self.open.max(1)
    }
}

/// Whether the token leads out of content of this extent. A whole clause is never left in this way;
/// a phrase ends before words of time, place or circumstance.
fn leaves(r: &Reading<'_>, at: usize, extent: Extent) -> bool {
    let word = r.lower(at);
    match extent {
        Extent::Clause => false,
        Extent::Inner | Extent::Noun => r.tag(at) == Tag::Comma && begins_clause(r, at + 1),
        Extent::Phrase if r.tag(at) == Tag::Comma => {
            begins_clause(r, at + 1) || r.is(at + 1, "and") && r.tag(at + 2).is_finite()
        }
        Extent::Phrase => {
            matches!(
                word,
                "during"
                    | "since"
                    | "after"
                    | "before"
                    | "while"
                    | "because"
                    | "when"
                    | "where"
                    | "amid"
                    | "until"
                    | "if"
                    | "though"
            ) || expression::time_after(r, at).is_some_and(|end| end > at + 1 || expression::is_date_word(word))
                || phrase::names_occasion(r, at)
        }
    }
}

/// Whether a comma separates members of a list: "the weather, the strike and the tone". It does if
/// "and" or "or" follows the next noun phrase or stands in it, or if a short phrase and another
/// comma follow.
fn continues_list(r: &Reading<'_>, comma: usize) -> bool {
    let Some(end) = phrase::full_after(r, comma + 1, &["of"]) else { return false };
    let joined = (comma + 1..end).any(|i| matches!(r.lower(i), "and" | "or"));
    let more = matches!(r.lower(end), "and" | "or") && (r.tag(end + 1).opens_phrase() || r.is_open_quote(end + 1));
    (joined || more || r.tag(end) == Tag::Comma && r.tag(end + 1) != Tag::Quote && end - comma <= 4)
        && !phrase::starts_clause(r, end)
}

/// Whether a clause with a subject of its own begins here.
pub(crate) fn begins_clause(r: &Reading<'_>, at: usize) -> bool {
    phrase::full_after(r, at, &["of", "for", "in"]).is_some_and(|end| phrase::starts_clause(r, end))
}

/// The end without commas, conjunctions and stops before it.
pub(crate) fn trim_end(r: &Reading<'_>, from: usize, mut end: usize) -> usize {
    while end > from
        && r.quotation_at(end - 1).is_none()
        && matches!(r.tag(end - 1), Tag::Comma | Tag::Cc | Tag::Colon | Tag::Stop)
    {
        end -= 1;
    }
    end
}

/// Whether content must end before this token.
/// `first` says that the token is the first of the content, where a colon is no end. A conjunction
/// ends the content only if another attribution begins behind it.
fn stops_at(r: &Reading<'_>, at: usize, first: bool, starts: &Starts) -> bool {
    let word = r.lower(at);
    match r.tag(at) {
        Tag::Stop => true,
        Tag::Colon => !matches!(word, ":" | "/" | "..." | "…" | "'") && !first,
        Tag::Comma => stops_after_comma(r, at + 1, starts),
        Tag::Cc => matches!(word, "and" | "but" | "or") && (starts.cue(at + 1) || word == "but" && starts.any(at + 1)),
        _ => word == "according" && r.is(at + 1, "to"),
    }
}

/// Whether content ends before a comma, judged by the token at `next` behind it: another
/// attribution, "but", a gerund or a word of [`List::CommaOpeners`] ends it. A quotation behind the
/// comma goes on with the content.
fn stops_after_comma(r: &Reading<'_>, next: usize, starts: &Starts) -> bool {
    let word = r.lower(next);
    if starts.any(next) || word == "according" || r.is_open_quote(next) {
        return starts.any(next) || word == "according";
    }
    match r.tag(next) {
        Tag::Cc => word == "but" || word == "and" && starts.any(next + 1),
        Tag::Vbg => !matches!(word, "including"),
        _ => List::CommaOpeners.has(word),
    }
}

/// The content that ends before `end` and began with the sentence; none when nothing is in it.
/// Quotations are stepped over as a whole. A semicolon ends the search, and so does the beginning
/// of the unit.
pub(crate) fn backward(r: &Reading<'_>, end: usize) -> Option<Range<usize>> {
    let last = end.checked_sub(1)?;
    let floor = r.unit(last).start;
    let end = trim_end(r, floor, end);
    let mut at = end;
    for _ in 0..REACH {
        if at <= floor {
            break;
        }
        at = match r.quotation_at(at - 1) {
            Some(q) => r.quotations()[q].open,
            None if r.is(at - 1, ";") => break,
            None => at - 1,
        };
    }
    let start = lead(r, at.max(floor), end);
    (start < end).then_some(start..end)
}

/// Steps over what opens a sentence without being part of what was said: a dateline ("VELD —"), a
/// conjunction ("But"), stray commas and colons. Returns where the content begins.
fn lead(r: &Reading<'_>, start: usize, end: usize) -> usize {
    let mut at = start;
    let dateline = (at..end.min(at + 9))
        .find(|&i| matches!(r.lower(i), "-" | "—" | "–" | "--" | "―") && r.quotation_at(i).is_none());
    if let Some(dash) = dateline
        && r.lower(at).len() > 2
        && r.document.word(at).chars().all(char::is_uppercase)
    {
        at = dash + 1;
    }
    while at < end
        && (r.tag(at) == Tag::Cc && matches!(r.lower(at), "but" | "and" | "so" | "yet")
            || matches!(r.tag(at), Tag::Comma | Tag::Colon))
        && r.quotation_at(at).is_none()
    {
        at += 1;
    }
    at
}

/// What follows the words that interrupt a quotation: "…," he said, "…".
/// `after` is the first token behind the cue and its source. `quoted` says that a quotation ends
/// right before them; then only a quotation can go on. Otherwise a plain clause can as well: "The
/// staff, he said in court, was well paid".
pub(crate) fn resumed(r: &Reading<'_>, after: usize, quoted: bool, starts: &Starts) -> Option<Range<usize>> {
    let unit_end = r.unit(after.checked_sub(1)?).end;
    if after >= unit_end {
        return None;
    }
    let mut at = after;
    let later = (after..unit_end.min(after + 20))
        .find(|&i| r.is_open_quote(i))
        .filter(|&i| i > after && matches!(r.tag(i - 1), Tag::Comma | Tag::Colon));
    let verb =
        (after..unit_end.min(after + 12)).find(|&i| r.tag(i) == Tag::Comma).filter(|&i| r.tag(i + 1).is_finite());
    if matches!(r.tag(at), Tag::Comma | Tag::Colon) && !(quoted && later.is_some()) {
        at += 1;
    } else if let Some(verb) = verb.filter(|_| !quoted) {
        // "The staff, he said in court, was well paid".
        return forward(r, verb + 1, starts);
    } else if !r.is_open_quote(at) {
        // Words about place, time and manner may stand before the comma.
        at = later?;
    }
    if at >= unit_end {
        return None;
    }
    // "…," he said, but "…".
    if r.tag(at) == Tag::Cc && r.is_open_quote(at + 1) {
        at += 1;
    }
    if r.is_open_quote(at) {
        return forward(r, at, starts);
    }
    let goes_on = !quoted
        && (r.tag(at).is_finite() || !starts.any(at))
        && r.tag(after) == Tag::Comma
        && !matches!(r.tag(at), Tag::Vbg | Tag::Cc | Tag::Wdt | Tag::Wp | Tag::Wrb)
        && !matches!(r.lower(at), "as" | "while" | "though" | "although" | "after" | "with" | "who" | "even");
    if goes_on { forward(r, at, starts) } else { None }
}
