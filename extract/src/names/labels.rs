//! Names in the labels of a conversation: "KAREN HOLT: …". In capitals they look like headlines to
//! the tagger, so the turns tell where they are.

use std::ops::Range;

use sayso_document::EntityType;

use super::tagged::Tagged;
use super::words::Words;
use crate::lexicon::{Class, List};
use crate::view::turns::{Look, Turn};

/// The confidence of such a name.
const SURE: f32 = 0.9;

/// Replaces what was tagged in labels by the name of each label.
pub(super) fn with_labels(words: &Words, tagged: Vec<Tagged>, turns: &[Turn]) -> Vec<Tagged> {
    let labels: Vec<(Range<usize>, bool)> =
        turns.iter().filter(|turn| turn.look != Look::Letter).map(|turn| name(words, &turn.source)).collect();
    if labels.is_empty() {
        return tagged;
    }
    let mut out = Vec::with_capacity(tagged.len() + labels.len());
    let mut bodies = vec![false; labels.len()];
    for one in tagged {
        // Labels are in order and apart.
        let at = labels.partition_point(|(label, _)| label.end <= one.tokens.start);
        match labels.get(at).filter(|(label, _)| label.start < one.tokens.end) {
            Some(_) => bodies[at] |= one.kind == EntityType::Organization,
            None => out.push(one),
        }
    }
    for ((tokens, named), body) in labels.into_iter().zip(bodies) {
        let headed =
            tokens.len() > 1 && words.is(tokens.end - 1, Class::ORG) && !words.is(tokens.end - 1, Class::SURNAME);
        let kind = if headed || body && tokens.len() > 1 && !words.is(tokens.start, Class::FIRST_NAME) {
            EntityType::Organization
        } else {
            EntityType::Person
        };
        out.extend(named.then_some(Tagged { tokens, kind, confidence: SURE }));
    }
    out.sort_by_key(|one| one.tokens.start);
    out
}

/// The label without its titles, and whether that is a name: "MODERATOR" and "MINISTER" are none.
fn name(words: &Words, label: &Range<usize>) -> (Range<usize>, bool) {
    let title = |i: usize| {
        words.is(i, Class::TITLE.or(Class::HONORIFIC)) && !(words.is(i, Class::FIRST_NAME) && label.start == i)
    };
    let start =
        label.clone().take_while(|&i| i + 1 < label.end && title(i)).last().map_or(label.start, |last| last + 1);
    let role = |i: usize| List::TurnRoles.has(words.text(i).to_lowercase().trim_end_matches('.'));
    let title_alone = label.len() == 1 && words.is(start, Class::TITLE);
    let named = !title_alone && !(start..label.end).any(role);
    (start..label.end, named)
}
