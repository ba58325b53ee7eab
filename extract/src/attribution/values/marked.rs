//! Attributions that someone marked by hand, read as drafts: their values can be learned apart from how well
//! attributions are found.

use sayso_document::{Patience, Span};

use super::addressee;
use super::learned::Judge;
use super::mentions::Cast;
use super::question::{Decide, Means};
use crate::attribution::candidate::Candidate;
use crate::attribution::candidate::cue::Nouns;
use crate::attribution::decide::select;
use crate::attribution::draft::{Draft, Voice};
use crate::coref::Chains;
use crate::tags::{Tag, Words, lemma};
use crate::view::{Reading, View};

/// Where the parts of a marked attribution stand. Cue and source may be empty.
#[derive(Clone, Debug, Default)]
pub struct Marked {
    /// The words that name the source.
    pub source: Vec<Span>,
    /// The words that attribute.
    pub cue: Vec<Span>,
    /// What was attributed.
    pub content: Vec<Span>,
}

/// Asks for the values of marked attributions of one document, in their order.
/// The answers of `decide` are not kept: fitting looks at the questions. None when nobody waits any
/// longer.
pub(crate) fn ask(
    (view, words, chains): (View<'_>, Words<'_>, &Chains),
    means: Means<'_>,
    marked: &[Marked],
    decide: &mut Decide<'_>,
    patience: &Patience<'_>,
) -> Option<()> {
    let r = Reading::new(view, words);
    let cast = Cast::new(&r, chains);
    let candidates = select::candidates(&r, &Nouns::any(), patience)?;
    let drafts: Vec<Draft> = marked.iter().map(|one| draft(&r, &candidates, one)).collect();
    let judge = Judge::new(&r, &cast, &means);
    judge.addressees(&drafts, &addressee::find(&r, &drafts), decide, patience)?;
    judge.manners(&drafts, decide, patience)?;
    Some(())
}

/// The draft of a marked attribution. The grammar's last candidate within the cue gives head,
/// lemma, voice and negation, a verb before a noun; without one they come from the words.
/// Confidence is 1.
fn draft(r: &Reading<'_>, candidates: &[Candidate], marked: &Marked) -> Draft {
    let tokens = |spans: &[Span]| {
        let cover = spans.iter().copied().reduce(Span::cover).filter(|cover| !cover.is_empty());
        cover.map(|cover| r.token_at(cover.start())..r.token_at(cover.end() - 1) + 1)
    };
    let cue = tokens(&marked.cue).unwrap_or(0..0);
    let inside = || candidates.iter().rev().filter(|candidate| cue.contains(&candidate.head));
    let noun = |candidate: &&Candidate| matches!(candidate.voice, Voice::Noun | Voice::OwnNoun);
    let candidate = inside().find(|candidate| !noun(candidate)).or_else(|| inside().next());
    let verb = || cue.clone().rev().find(|&i| r.tag(i).is_verb()).unwrap_or(cue.start);
    let head = candidate.map_or_else(verb, |candidate| candidate.head);
    let according = r.is(cue.start, "according").then(|| "according to".into());
    let word = if r.tag(head) == Tag::Nns { lemma::of_noun(r.lower(head)) } else { r.infinitive(head) };
    Draft {
        head,
        lemma: according.unwrap_or_else(|| candidate.map_or(word, |candidate| candidate.lemma.clone())),
        voice: candidate.map(|candidate| candidate.voice),
        source: tokens(&marked.source),
        content: marked.content.iter().filter_map(|span| tokens(&[*span])).collect(),
        object: candidate.and_then(|candidate| candidate.frame.object.clone()),
        negated: candidate.is_some_and(|candidate| candidate.negated),
        layout: false,
        confidence: 1.0,
        cue,
    }
}
