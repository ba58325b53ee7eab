//! What a pronoun or description asks, what is known of those it may stand for, and the answer.

use std::ops::Range;

use sayso_document::MentionForm;

use super::anaphor::Anaphor;
use super::context::{Part, Scene};
use super::profile::Profile;

/// What is known when a question is asked: the text, its entities, and what was seen of them so far.
pub(super) struct Discourse<'a, 's, 't> {
    /// The context of every token.
    pub(super) scene: &'s Scene<'a, 't>,
    /// What is known of each entity.
    pub(super) profiles: Vec<Profile>,
    /// What was last said of each entity.
    pub(super) states: Vec<State>,
    /// The entity and token of the latest anaphor of each [`Sort`](super::anaphor::Sort).
    pub(super) last: [Option<(usize, usize)>; 6],
    /// The entity that last said something, and the token where it did.
    pub(super) speaker: Option<(usize, usize)>,
    /// Whether persons of the other gender are weighed too, and gender tells nothing: it serves to learn from
    /// texts where gender alone settles for whom a pronoun stands.
    pub(super) blind: bool,
}

impl<'a, 's, 't> Discourse<'a, 's, 't> {
    /// The state at the start of a document.
    pub(super) fn new(scene: &'s Scene<'a, 't>, profiles: Vec<Profile>) -> Self {
        let states = vec![State::default(); profiles.len()];
        Self { scene, profiles, states, last: [None; 6], speaker: None, blind: false }
    }
}

/// What was seen of an entity so far.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// The tokens of its latest mention.
    pub(super) tokens: Range<usize>,
    /// The form of its last mention.
    pub(super) form: Option<MentionForm>,
    /// The part of the sentence that its last mention played.
    pub(super) part: Part,
    /// Whether that mention is the first of a person in its sentence.
    pub(super) leads: bool,
    /// Whether it says something there.
    pub(super) says: bool,
    /// How many mentions it has so far.
    pub(super) count: u32,
    /// How many of them are male and female pronouns.
    pub(super) pronouns: [u32; 2],
    /// The token of the latest mention as the one who says something, plus one.
    pub(super) said: usize,
    /// One past the token of the latest mention outside of quotations.
    pub(super) outside: usize,
    /// A hash of the latest description that stood for it; 0 for none.
    pub(super) described: u32,
}

/// A question: for which of the candidates does the anaphor stand?
pub(super) struct Question<'q> {
    /// The pronoun or description.
    pub(super) anaphor: &'q Anaphor,
    /// The entities, the latest mentioned first.
    pub(super) candidates: &'q [usize],
    /// The features of "none of them", then of each candidate.
    pub(super) features: &'q [Vec<u32>],
}

/// An answer to a question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Answer {
    /// The position of the candidate.
    pub(super) place: usize,
    /// How sure it is, from 0 to 1.
    pub(super) sure: f32,
    /// Whether the anaphor stands for it; if not, the candidate is but the likeliest of all.
    pub(super) stands: bool,
}

/// The part that a pronoun plays: its form tells more than its neighbours.
pub(super) fn pronoun_part(scene: &Scene, tokens: &Range<usize>, part: Part) -> Part {
    match scene.word(tokens.start) {
        "he" | "she" | "He" | "She" | "they" | "They" => {
            if part == Part::Inverted {
                Part::Inverted
            } else {
                Part::Subject
            }
        }
        "his" | "His" | "its" | "Its" | "their" | "Their" => Part::Owner,
        "her" | "Her" if part == Part::Object && scene.goes_on(tokens.end) => Part::Owner,
        _ => part,
    }
}

/// Whether an entity may be called "he" (0) or "she" (1), by all that is known so far.
pub(super) fn may_be(profile: &Profile, state: &State, sex: usize) -> bool {
    let gender = profile.gender;
    if gender.known() {
        return gender.male == (sex == 0);
    }
    state.pronouns[sex] >= state.pronouns[1 - sex]
}

/// Whether a verb of saying comes right after a token, or after an adverb there.
pub(super) fn says_after(scene: &Scene, i: usize) -> bool {
    scene.says(i) || scene.is_verb(i) && scene.says(i + 1) || scene.word(i).ends_with("ly") && scene.says(i + 1)
}
