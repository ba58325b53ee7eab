//! Chooses among possible attributions: sure ones first, none inside the content of another.
//!
//! Offers overlap: two verbs of a clause may both be offered as its cue, and a content may hold
//! another attribution. The choice is greedy. Offers under a threshold go, then those that a
//! likelier reading of the same words beats; the rest is taken in order, and nothing whose cue lies
//! inside what is taken already. Indirect content that a likelier attribution stands in has reached
//! too far, and goes.

use std::ops::Range;

use sayso_document::Patience;

use super::content::contents;
use super::cue::{cue_features, extents};
use super::source::sources;
use super::whole::{Found, whole_features};
use super::{Content, Models, Offers, Sight};
use crate::attribution::candidate::cue::Nouns;
use crate::attribution::candidate::{self, Candidate, rules};
use crate::attribution::draft::{Draft, Voice};
use crate::attribution::layout::{byline, headline, is_layout, leadin};
use crate::grammar::subject::{self, Order};
use crate::grammar::verbs;
use crate::lexicon::List;
use crate::tags::Tag;
use crate::view::Reading;

/// The least probability of an attribution without quotation marks.
const LEAST_PROBABILITY: f32 = 0.28;
/// The least probability of one with quotation marks in its content. It is lower, since models miss
/// these more often than they invent them.
const LEAST_PROBABILITY_QUOTED: f32 = 0.17;
/// The least probability given to a cue that only a comma separates from a whole quotation.
const PROBABILITY_AFTER_COMMA: f32 = 0.4;
/// The least probability of a cue for which source and content are looked for: these cost far more
/// than the cue.
const LEAST_CUE_PROBABILITY: f32 = 0.06;
/// The least probability of a cue that ends the content before it.
const SURE_CUE_PROBABILITY: f32 = 0.5;

/// At most this many attributions share a token of their contents, so that all quotes together stay
/// in proportion to the text.
const MAX_CONTENTS_PER_TOKEN: u8 = 4;

/// What all decisions on one candidate cost, in units of [`Patience`].
const DECISION_STEPS: usize = 200;

/// A document with its candidates and how likely each is a cue.
pub(crate) struct Search<'r, 'd> {
    /// What features are made from.
    pub(crate) sight: Sight<'r, 'd>,
    /// The candidates, in reading order.
    pub(crate) candidates: Vec<Candidate>,
    /// How likely each of them is a cue, from 0 to 1.
    pub(crate) chances: Vec<f32>,
}

/// What the decisions on one candidate found.
pub(crate) struct Outcome {
    /// The attribution, with its probability.
    pub(crate) draft: Draft,
    /// The features that the model of the whole saw.
    #[cfg(feature = "training")]
    pub(crate) features: Vec<u32>,
}

impl<'r, 'd> Search<'r, 'd> {
    /// The candidates of a document; with a model, how likely each is a cue, and where content therefore ends.
    /// None when nobody waits any longer.
    pub(crate) fn new(
        r: &'r Reading<'d>,
        mut sight: Sight<'r, 'd>,
        nouns: &Nouns,
        models: Option<&Models>,
        patience: &Patience<'_>,
    ) -> Option<Self> {
        let candidates = candidates(r, nouns, patience)?;
        let chance = |c: &Candidate| models.map_or(0.0, |m| m.cue.probability(&cue_features(&sight, c)));
        let mut chances = Vec::with_capacity(candidates.len());
        for candidate in &candidates {
            patience.spend(10)?;
            chances.push(chance(candidate));
        }
        for (candidate, _) in candidates.iter().zip(&chances).filter(|(_, p)| **p >= SURE_CUE_PROBABILITY) {
            sight.starts.mark_own(candidate.cue.start);
            if let Some(subject) = candidate.subject.as_ref().filter(|s| s.order == Order::Plain) {
                sight.starts.mark_subject(subject.tokens.start);
            }
        }
        sight.tally_cues();
        Some(Self { sight, candidates, chances })
    }

    /// Whether a candidate is likely enough for the costlier decisions.
    pub(crate) fn is_worth(&self, place: usize) -> bool {
        self.chances[place] >= LEAST_CUE_PROBABILITY || self.candidates[place].after_speech
    }

    /// What may be the source of a candidate.
    pub(crate) fn sources(&self, c: &Candidate) -> Offers<Option<Range<usize>>> {
        sources(&self.sight, c, rules::source(self.sight.r, c).as_ref())
    }

    /// What may be its content, given the source.
    pub(crate) fn contents(&self, c: &Candidate, source: Option<&Range<usize>>) -> Offers<Content> {
        contents(&self.sight, c, source)
    }

    /// Takes all decisions on the candidate at this position, in the order cue, source, content,
    /// extent, whole. None when nothing can be its content.
    pub(crate) fn decide(&self, place: usize, models: &Models) -> Option<Outcome> {
        let c = &self.candidates[place];
        let (source, source_margin) = self.sources(c).best(&models.source)?;
        let (content, content_margin) = self.contents(c, source.as_ref()).best(&models.content)?;
        let extents = extents(&self.sight, c, &content, source.as_ref());
        let (cue, _) = extents.best(&models.extent)?;
        let found = Found {
            cue: self.chances[place],
            source: source.as_ref(),
            source_margin,
            content: &content,
            content_margin,
        };
        let features = whole_features(&self.sight, c, &found);
        let sure = models.whole.probability(&features);
        let draft = Draft {
            cue,
            head: c.head,
            lemma: c.lemma.clone(),
            voice: Some(c.voice),
            confidence: if follows_comma(self.sight.r, c) { sure.max(PROBABILITY_AFTER_COMMA) } else { sure },
            source,
            content,
            object: c.frame.object.clone(),
            negated: c.negated,
            layout: false,
        };
        Some(Outcome {
            draft,
            #[cfg(feature = "training")]
            features,
        })
    }
}

/// Whether subject, verb and full stop follow a quotation that ends with a comma: after “The mill
/// is sold,” any verb attributes, even "Reed interrupted."
fn follows_comma(r: &Reading<'_>, c: &Candidate) -> bool {
    let Some(subject) = c.subject.as_ref().filter(|subject| subject.order == Order::Plain && c.after_speech) else {
        return false;
    };
    let at = subject.tokens.start;
    let comma = at >= 2 && r.is_close_quote(at - 1) && r.tag(at - 2) == Tag::Comma;
    comma && subject.tokens.end == c.cue.start && r.tag(c.group_end) == Tag::Stop
}

/// What the decisions make of each candidate that is worth it, in the order of their heads.
/// None when nobody waits any longer.
pub(crate) fn offers(search: &Search<'_, '_>, models: &Models, patience: &Patience<'_>) -> Option<Vec<Draft>> {
    let mut found = Vec::new();
    for place in (0..search.candidates.len()).filter(|&place| search.is_worth(place)) {
        patience.spend(DECISION_STEPS)?;
        found.extend(search.decide(place, models).map(|outcome| outcome.draft));
    }
    Some(found)
}

/// The attributions of a document among the offers and what the layout shows, in the order of their first tokens.
pub(crate) fn chosen(r: &Reading<'_>, mut offers: Vec<Draft>) -> Vec<Draft> {
    offers.extend(byline::drafts(r));
    offers.extend(headline::drafts(r));
    offers.extend(leadin::drafts(r));
    let quoted = |draft: &Draft| draft.content.iter().any(|c| c.clone().any(|i| r.is_open_quote(i)));
    offers.retain(|draft| draft.confidence >= if quoted(draft) { LEAST_PROBABILITY_QUOTED } else { LEAST_PROBABILITY });
    offers.retain(|draft| !is_layout(r, draft));
    offers.sort_by_key(|draft| draft.head);
    drop_beaten(r, &mut offers);
    // What the layout shows comes first (a turn of a transcript), then cues after their content: that content
    // may hold other verbs that look like cues.
    offers.sort_by_key(|draft| (draft.voice.is_some(), !draft.follows_content(), draft.head));
    let mut taken = vec![false; r.len() + 1];
    let mut shares = vec![0_u8; r.len() + 1];
    let mut chosen = Vec::new();
    for draft in offers {
        let crowded =
            || draft.content.iter().any(|c| shares[c.clone()].iter().any(|&share| share >= MAX_CONTENTS_PER_TOKEN));
        if !taken[draft.head] && !crowded() {
            draft.content.iter().chain([&draft.cue]).for_each(|c| taken[c.clone()].fill(true));
            draft
                .content
                .iter()
                .for_each(|c| shares[c.clone()].iter_mut().for_each(|share| *share = share.saturating_add(1)));
            chosen.push(draft);
        }
    }
    chosen.sort_by_key(|draft| (draft.start(), draft.head));
    chosen
}

/// Two readings of the same words have heads less than this many tokens apart.
const CUE_REACH_TOKENS: usize = 16;
/// By this much an attribution must be likelier than one whose content it stands in to show that
/// the outer one reaches too far.
const CLEAR_MARGIN: f32 = 0.3;

/// Drops offers that a likelier one beats; see [`is_beaten`]. The offers are sorted by head.
fn drop_beaten(r: &Reading<'_>, offers: &mut Vec<Draft>) {
    let beaten: Vec<bool> = (0..offers.len()).map(|place| is_beaten(r, offers, place)).collect();
    let mut beaten = beaten.into_iter();
    offers.retain(|_| !beaten.next().unwrap_or(false));
}

/// Whether a likelier attribution nearby reads the same words as its cue, or one inside the content
/// is clearly likelier.
fn is_beaten(r: &Reading<'_>, offers: &[Draft], place: usize) -> bool {
    let own = &offers[place];
    let before = offers[..place].iter().rev().take_while(|other| other.head + CUE_REACH_TOKENS > own.head);
    let after = offers[place + 1..].iter().take_while(|other| own.head + CUE_REACH_TOKENS > other.head);
    let mut near = before.chain(after).filter(|other| other.confidence > own.confidence);
    if near.any(|other| !own.layout && own.reads_like(other)) {
        return true;
    }
    let margin = if tells_how(r, own) { 0.5 - own.confidence } else { CLEAR_MARGIN };
    own.content.iter().any(|piece| {
        let from = offers.partition_point(|other| other.head < piece.start);
        let inside = offers[from..].iter().take_while(|other| other.head < piece.end);
        inside.into_iter().any(|other| other.confidence > own.confidence + margin)
    })
}

/// All candidates of a document, sorted by head. None when nobody waits any longer.
pub(crate) fn candidates(r: &Reading<'_>, nouns: &Nouns, patience: &Patience<'_>) -> Option<Vec<Candidate>> {
    let groups = verbs::groups(r);
    patience.spend(r.len() / 4)?;
    let subjects = subject::subjects(r, &groups);
    patience.spend(groups.len())?;
    let found = candidate::cue::candidates(r, &groups, &subjects, nouns);
    patience.spend(found.len()).map(|()| found)
}

/// Whether the source tells how the words came down to us rather than whose they are: of "X told Y that …,
/// according to a transcript" the words are X's.
pub(super) fn tells_how(r: &Reading<'_>, draft: &Draft) -> bool {
    draft.voice == Some(Voice::According)
        && draft.source.as_ref().is_some_and(|source| {
            let at = source.start + usize::from(r.tag(source.start) == Tag::Dt);
            List::TranscriptNouns.has(r.lower(at))
        })
}
