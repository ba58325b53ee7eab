//! Finds where a text names persons, bodies, places and other things.
//!
//! Words with a capital make runs ([`runs`]), acronyms in brackets tell long forms ([`longform`]); titles and nationalities come off a run ([`cut`]); what
//! remains is scored for its type ([`kind`]), and the document makes its names agree ([`agree`]).

mod agree;
mod apposition;
mod cut;
mod kind;
mod longform;
mod runs;
mod words;

use std::ops::Range;

use sayso_document::{Document, EntityType, Span};

use crate::lexicon::{Kind, Lexicon};
use words::Words;

/// One place where a name stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NameMention {
    /// The whole mention, with its title.
    pub span: Span,
    /// The name alone, without titles and possessive endings.
    pub name: Span,
    /// The title or role that stands before or after the name.
    pub title: Option<Span>,
    /// What sort of thing is named.
    pub kind: EntityType,
    /// The tokens of the name.
    pub tokens: Range<usize>,
    /// How sure the type is, from 0 to 1.
    pub confidence: f32,
}

/// Finds the names in a document, by start, then longest first. They may nest.
pub(crate) fn find(document: &Document, lexicon: &Lexicon) -> Vec<NameMention> {
    let words = Words::new(document, lexicon);
    let (mut candidates, mut starts) = (Vec::new(), Vec::new());
    for sentence in 0..document.sentences().len() {
        let range = document.tokens_of(sentence);
        let long = longform::long_forms(&words, range.clone());
        for run in runs::runs(&words, range.clone()) {
            let next = long.partition_point(|body| body.end <= run.start);
            if long.get(next).is_none_or(|body| run.end <= body.start) {
                cut::cut(&words, run, range.start, &mut candidates);
            }
        }
        candidates.extend(long.into_iter().map(cut::Candidate::body));
        starts.resize(candidates.len(), range.start);
    }
    let mut scores: Vec<_> = candidates.iter().zip(&starts).map(|(c, &from)| kind::score(&words, c, from)).collect();
    agree::agree(&words, &candidates, &mut scores);
    let mut names: Vec<_> = candidates.iter().zip(&scores).filter_map(|(c, score)| mention(&words, c, score)).collect();
    names.sort_by_key(|name| (name.span.start(), std::cmp::Reverse(name.span.end())));
    names
}

/// The mention of a candidate, unless it is no name.
fn mention(words: &Words, candidate: &cut::Candidate, score: &crate::lexicon::Weights) -> Option<NameMention> {
    let best = kind::best(score);
    let kind = match best {
        Kind::Person => EntityType::Person,
        Kind::Org => EntityType::Organization,
        Kind::Place => EntityType::Place,
        Kind::Facility => EntityType::Facility,
        Kind::Norp => EntityType::Norp,
        Kind::Event => EntityType::Event,
        Kind::Product => EntityType::Product,
        Kind::None => return None,
    };
    let tokens = candidate.tokens.clone();
    let covered = words.document.span_of(tokens.clone());
    let (prefix, suffix) = (words.prefix(tokens.start), words.suffix(tokens.end - 1));
    let name = Span::new(covered.start() + prefix, covered.end() - suffix);
    let before = candidate.title.filter(|_| kind == EntityType::Person);
    let mut span = before.map_or(name, |title| title.cover(name));
    let mut title = before;
    if kind == EntityType::Person
        && before.is_none()
        && let Some(after) = apposition::title_after(words, tokens.end)
    {
        span = span.cover(after);
        title = Some(after);
    }
    let rest: f32 = Kind::ALL.iter().map(|&k| (score[k as usize] - score[best as usize]).exp()).sum();
    Some(NameMention { span, name, title, kind, tokens, confidence: 1.0 / rest })
}
