//! Chooses among possible attributions: sure ones first, none inside the content of another.

use super::according;
use super::byline;
use super::content::Starts;
use super::cue::{self, Candidate};
use super::draft::Draft;
use super::headline;
use super::reading::Reading;
use super::subject::{self, Order};
use super::table::{self, Odds};
use super::verbal;
use super::verbs;

/// From which probability on a candidate counts.
const LEAST: f32 = 0.5;
/// From which probability on a candidate is looked at more closely.
const WORTH: f32 = 0.2;
/// From which probability on a candidate ends the content before it.
const SURE: f32 = 0.5;

/// The attributions of a document, in the order of their first tokens.
pub(super) fn drafts(r: &Reading<'_>) -> Vec<Draft> {
    let candidates = all(r, table::knows_noun);
    let odds: Vec<Odds> = candidates.iter().map(|c| table::odds(&c.key())).collect();
    let starts = starts(r, &candidates, &odds);
    let mut taken = vec![false; r.len() + 1];
    let mut chosen = Vec::new();
    let mut offers = byline::drafts(r);
    offers.extend(headline::drafts(r));
    offers.extend(according::drafts(r, &starts));
    // Cues after their content come first: that content may hold other verbs that look like cues.
    for back in [true, false] {
        for (candidate, odds) in candidates.iter().zip(&odds).filter(|(c, o)| o.cue >= WORTH || c.after_speech) {
            if verbal::looks_back(candidate, *odds) == back {
                offers.extend(verbal::draft(r, candidate, *odds, &starts));
            }
        }
        for draft in offers.drain(..) {
            if !taken[draft.head] && draft.confidence >= LEAST {
                draft.content.iter().chain([&draft.cue]).for_each(|c| taken[c.clone()].fill(true));
                chosen.push(draft);
            }
        }
    }
    chosen.sort_by_key(|draft| (draft.start(), draft.head));
    chosen
}

/// All candidates of a document.
pub(super) fn all(r: &Reading<'_>, knows_noun: fn(&str) -> bool) -> Vec<Candidate> {
    let groups = verbs::groups(r);
    let subjects = subject::subjects(r, &groups);
    cue::candidates(r, &groups, &subjects, knows_noun)
}

fn starts(r: &Reading<'_>, candidates: &[Candidate], odds: &[Odds]) -> Starts {
    let mut starts = Starts::new(r.len());
    for (candidate, _) in candidates.iter().zip(odds).filter(|(_, o)| o.cue >= SURE) {
        starts.mark_own(candidate.cue.start);
        if let Some(subject) = candidate.subject.as_ref().filter(|s| s.order == Order::Plain) {
            starts.mark_subject(subject.tokens.start);
        }
    }
    starts
}
