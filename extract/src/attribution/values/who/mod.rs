//! Decides who the source of each attribution is: an entity of the article, several, or none.
//!
//! The sources are taken in reading order. What the rules of [`super::speaker`] say is one offer
//! among others: the entities named in the source, near it before or after, and those that the
//! article mentions most. A model chooses by features that see whom it chose before.
//!
//! | file | holds |
//! |---|---|
//! | [`source`] | the words of a source, taken apart |
//! | [`room`] | the article, and who spoke so far |
//! | [`offers`] | the entities that it may mean |
//! | [`rules`] | what the rules say of it |
//! | [`offices`] | who holds the office that it tells of |
//! | [`together`] | several that it may mean together |
//! | [`view`] | what is seen of one entity beside the source |
//! | [`features`] | from what is seen to hashed features |
//! | [`possible`] | which offers are ruled out, and which is settled |
//! | [`agree`](mod@agree) | mentions follow what was decided |

mod agree;
mod features;
mod kin;
mod offers;
mod offices;
mod possible;
mod room;
mod rules;
pub(super) mod source;
mod together;
mod view;

use sayso_document::{Patience, Span};

use crate::attribution::draft::Draft;
use crate::attribution::values::mentions::Cast;
use crate::attribution::values::question::{Asked, Decide, Means};
use crate::model::Linear;
use crate::view::Reading;
pub(crate) use agree::agree;
use room::{Answered, Room};

/// What is added to the score of nobody: in doubt, the speaker is left open.
const DOUBT: f32 = 0.5;

/// How sure an answer is at least that the words settle, where nobody is likelier.
const SETTLED: f32 = 0.5;

/// The position of the offer with the highest score, the first of equals, and its probability
/// (softmax over all offers). The first list of features is that of nobody.
pub(crate) fn choose(model: &Linear, features: &[Vec<u32>]) -> (usize, f32) {
    let mut scores: Vec<f32> = features.iter().map(|features| model.score(features)).collect();
    scores[0] += DOUBT;
    let best = (1..scores.len()).fold(0, |best, next| if scores[next] > scores[best] { next } else { best });
    let rest: f32 = scores.iter().map(|score| libm::expf(score - scores[best])).sum();
    (best, 1.0 / rest)
}

/// The speakers of each draft, and a confidence from 0 to 1; no speakers and 0 where it is nobody.
/// Sources are taken in reading order, but a quotation inside another content after the outer one.
/// None when nobody waits any longer.
pub(crate) fn decide(
    r: &Reading<'_>,
    cast: &Cast<'_>,
    drafts: &[Draft],
    means: Means<'_>,
    decide: &mut Decide<'_>,
    patience: &Patience<'_>,
) -> Option<Vec<(Vec<usize>, f32)>> {
    let sources: Vec<source::Source> = drafts.iter().map(|draft| source::Source::new(r, cast, draft)).collect();
    let outer = outer(drafts, &sources);
    let mut room = Room::new(r, cast, drafts, means);
    let mut found: Vec<(Vec<usize>, f32)> = vec![(Vec::new(), 0.0); drafts.len()];
    for place in order(&sources, &outer) {
        let (draft, source) = (&drafts[place], &sources[place]);
        let mut offers = offers::offers(&room, source, patience)?;
        patience.spend(offers.list.len() * 4)?;
        let within = outer[place].map(|outer| found[outer].0.as_slice());
        let features = features::of(&room, (draft, source), within, &mut offers);
        let asked = Asked {
            source: if source.tokens.is_empty() { Span::default() } else { r.span(&source.tokens) },
            content: &draft.content.iter().map(|piece| r.span(piece)).collect::<Vec<_>>(),
            entities: &cast.chains().entities,
            offers: &offers.list,
            features: &features,
            usual: offers.usual,
        };
        let (chosen, sure) = match (decide.who(&asked), possible::settled(&room, source, &offers)) {
            ((0, sure), Some(settled)) => (settled, SETTLED.max(1.0 - sure)),
            (answer, _) => answer,
        };
        let entities = offers.list[chosen].clone();
        room.note(Answered { at: source.at, words: source.words, head: source.noun, entities: entities.clone() });
        let sure = if entities.is_empty() { 0.0 } else { sure };
        found[place] = (entities, sure);
    }
    Some(found)
}

/// At most this many pieces of content that begin before a source are searched for the one that
/// holds it.
const AROUND: usize = 60;

/// For each draft, the position of the draft in whose content its source lies: the innermost.
fn outer(drafts: &[Draft], sources: &[source::Source]) -> Vec<Option<usize>> {
    let mut pieces: Vec<(usize, usize, usize)> = Vec::new();
    for (place, draft) in drafts.iter().enumerate() {
        pieces.extend(draft.content.iter().map(|piece| (piece.start, piece.end, place)));
    }
    pieces.sort_unstable();
    let holding = |(place, source): (usize, &source::Source)| {
        let before = pieces.partition_point(|piece| piece.0 <= source.at);
        let mut near = pieces[..before].iter().rev().take(AROUND);
        near.find(|piece| piece.1 > source.at && piece.2 != place).map(|piece| piece.2)
    };
    sources.iter().enumerate().map(holding).collect()
}

/// The positions of the drafts in reading order of their sources, but none before the one in whose
/// content it lies.
fn order(sources: &[source::Source], outer: &[Option<usize>]) -> Vec<usize> {
    let key = |place: usize| {
        let (mut at, mut depth, mut next) = (sources[place].at, 0, outer[place]);
        while let Some(place) = next.filter(|_| depth < 4) {
            at = at.max(sources[place].at);
            depth += 1;
            next = outer[place];
        }
        (at, depth, place)
    };
    let mut order: Vec<usize> = (0..sources.len()).collect();
    order.sort_by_key(|&place| key(place));
    order
}
