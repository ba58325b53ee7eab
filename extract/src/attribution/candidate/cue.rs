//! Words that may attribute, each with its construction, and how likely it does.
//!
//! Candidates are wide on purpose: every verb group of a sentence is one, and so is every noun that
//! was a cue in the training corpora ([`Nouns`]). What neither this file nor the layout proposes
//! can never be found on the fast tier; what is proposed wrongly is turned down by the cue model.
//!
//! In: the verb groups and subjects that [`grammar`](crate::grammar) found. Out: [`Candidate`]s, of
//! which several may share words: "went on to say" yields "went" and "went on to say".

use rustc_hash::FxHashSet;

use super::{Candidate, Left, according};
use crate::attribution::draft::Voice;
use crate::grammar::frame::{self, Construction, Frame};
use crate::grammar::phrase;
use crate::grammar::subject::{Order, Subject};
use crate::grammar::verbs::{Form, Group};
use crate::lexicon::List;
use crate::tags::{Tag, lemma};
use crate::view::Reading;

/// All candidates outside of quotations, in the order of their head tokens.
///
/// `groups` and `subjects` run in parallel: each verb group has its subject, or none, at the same
/// position. The number of candidates is at most that of the verb groups, plus that of the tokens,
/// so it is proportional to the text.
pub(crate) fn candidates(
    r: &Reading<'_>,
    groups: &[Group],
    subjects: &[Option<Subject>],
    nouns: &Nouns,
) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::with_capacity(groups.len());
    for (group, subject) in groups.iter().zip(subjects) {
        let candidate = of_verb(r, group, subject.as_ref());
        match found.last_mut().filter(|light| leads_to(r, light, &candidate)) {
            Some(light) => {
                let joined = light.joined(candidate.clone());
                found.push(joined);
            }
            None => found.push(candidate),
        }
    }
    found.extend((0..r.len()).filter_map(|i| of_noun(r, i, nouns)));
    found.extend((0..r.len()).filter_map(|i| according::candidate(r, i)));
    found.extend((0..r.len()).filter_map(|i| of_colon(r, i)));
    found.sort_by_key(|candidate| candidate.head);
    found
}

/// The nouns that may be cues, by lemma; `None` stands for every noun, which is what fitting starts
/// from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nouns(Option<FxHashSet<String>>);

impl Nouns {
    /// Reads `cue_nouns.txt`: one lemma per line, nothing else.
    pub(crate) fn read(text: &str) -> Self {
        Self(Some(text.lines().map(String::from).collect()))
    }

    /// Every noun, to collect those that are cues in a corpus.
    #[cfg(feature = "training")]
    pub(crate) fn any() -> Self {
        Self(None)
    }

    /// Whether a noun may be a cue.
    fn holds(&self, lemma: &str) -> bool {
        self.0.as_ref().is_none_or(|known| known.contains(lemma))
    }
}

/// Whether a verb only prepares the one in the infinitive or gerund after it: "went on to say", "refused to say".
fn leads_to(r: &Reading<'_>, light: &Candidate, next: &Candidate) -> bool {
    let prepares = List::PreparingVerbs.has(&light.lemma);
    let on = light.lemma == "go" && r.is(light.group_end, "on");
    let near = next.cue.start == light.group_end || on && next.cue.start == light.group_end + 1;
    prepares
        && near
        && !next.frame.is_end()
        && matches!(next.voice, Voice::Infinitive | Voice::Gerund)
        && r.unit_at(light.head) == r.unit_at(next.head)
}

/// The candidate of a verb group.
/// The subject may stand before the verb or, inverted, behind it ("said Lind"). Inverted subjects
/// leave nothing to follow the cue, unless a colon does at the head of a sentence: "Said Lind: …".
fn of_verb(r: &Reading<'_>, group: &Group, subject: Option<&Subject>) -> Candidate {
    let voice = match group.form {
        _ if group.passive => Voice::Passive,
        Form::Finite => Voice::Active,
        Form::Gerund => Voice::Gerund,
        Form::Infinitive | Form::Bare => Voice::Infinitive,
        Form::Participle => Voice::Participle,
    };
    let inverted = subject.is_some_and(|s| s.order == Order::Inverted);
    let opening = subject.filter(|s| inverted && r.is(s.tokens.end, ":") && group.first == r.unit(group.first).start);
    let frame = if let Some(subject) = opening {
        Frame { cue_end: group.end, ..frame::after_verb(r, subject.tokens.end, &group.lemma) }
    } else if inverted {
        Frame::new(Construction::End, group.end, group.end)
    } else {
        frame::after_verb(r, group.end, &group.lemma)
    };
    let start = subject.filter(|s| s.order == Order::Plain).map_or(group.first, |s| s.tokens.start.min(group.first));
    let first = if r.tag(group.first) == Tag::Pv { group.first + 1 } else { group.first };
    Candidate {
        cue: first.min(group.head)..frame.cue_end.max(group.end),
        head: group.head,
        group_end: group.end,
        lemma: group.lemma.clone(),
        voice,
        left: Left::of(r, start),
        after_speech: voice == Voice::Active && subject.is_some() && ends_speech(r, start),
        frame,
        subject: subject.cloned(),
        negated: group.negated,
    }
}

/// Whether a quotation ends before `start` in the way that speech does: “Bring a sandwich,” she …
fn ends_speech(r: &Reading<'_>, start: usize) -> bool {
    let Some(before) = start.checked_sub(1).filter(|&before| r.is_close_quote(before) && before > r.unit(start).start)
    else {
        return false;
    };
    let long = r.quotation_at(before).is_some_and(|q| r.quotations()[q].inner_len() >= 3);
    long && matches!(r.tag(before - 1), Tag::Comma | Tag::Stop)
}

/// "Harth: We will win": words and a colon at the head of a sentence.
/// The name has at most eight tokens, and at least two follow the colon. Headlines and transcripts
/// are found by their layout instead ([`layout`](crate::attribution::layout)).
fn of_colon(r: &Reading<'_>, i: usize) -> Option<Candidate> {
    if !r.is(i, ":") || r.quotation_at(i).is_some() {
        return None;
    }
    let unit = r.unit(i);
    let subject =
        phrase::full_after(r, unit.start, &["of", "for", "from"]).filter(|&end| end == i && i < unit.start + 9);
    let fits = subject.is_some() && i + 2 < unit.end;
    fits.then(|| Candidate {
        cue: i..i + 1,
        head: i,
        group_end: i + 1,
        lemma: ":".into(),
        voice: Voice::Colon,
        frame: Frame::new(Construction::Colon, i + 1, i + 1),
        left: Left::Other,
        after_speech: false,
        subject: Some(Subject { tokens: unit.start..i, order: Order::Plain }),
        negated: false,
    })
}

/// The candidate of a noun: "the claim that".
/// A possessive before the noun is its subject: "his claim", "the mayor's claim". None for a noun
/// that only modifies another one ("claim form").
fn of_noun(r: &Reading<'_>, i: usize, nouns: &Nouns) -> Option<Candidate> {
    if !matches!(r.tag(i), Tag::Nn | Tag::Nns) || r.quotation_at(i).is_some() || r.tag(i + 1).is_noun() {
        return None;
    }
    let lemma = lemma::of_noun(r.lower(i));
    if !nouns.holds(&lemma) {
        return None;
    }
    let floor = r.unit(i).start;
    let own = (floor..i)
        .rev()
        .take(4)
        .take_while(|&j| r.tag(j).in_phrase())
        .find(|&j| matches!(r.tag(j), Tag::Prps | Tag::Pos));
    let subject = own.map(|j| {
        let start = if r.tag(j) == Tag::Pos { phrase::simple_before(r, j).unwrap_or(j) } else { j };
        Subject { tokens: start..j + 1, order: Order::Plain }
    });
    let frame = frame::after_noun(r, i + 1);
    Some(Candidate {
        cue: subject.as_ref().map_or(i, |s| s.tokens.end)..frame.cue_end.max(i + 1),
        head: i,
        group_end: i + 1,
        lemma,
        voice: if subject.is_some() { Voice::OwnNoun } else { Voice::Noun },
        frame,
        left: Left::Other,
        after_speech: false,
        subject,
        negated: false,
    })
}
