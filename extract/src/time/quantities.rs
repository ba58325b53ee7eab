//! Adds dates and sums of money to an analysis, an entity for each wording. Nobody speaks through
//! them and no pronoun stands for them, so earlier stages do not see them.

use rustc_hash::FxHashMap;
use sayso_document::{Analysis, Document, Entity, EntityType, Mention, MentionForm};

use crate::names::NameMention;

/// Adds the entities and mentions, and puts all entities in order of first mention again.
pub(crate) fn add(document: &Document, analysis: &mut Analysis, quantities: &[NameMention]) {
    if quantities.is_empty() {
        return;
    }
    let mut known: FxHashMap<(String, EntityType), (usize, u32)> = FxHashMap::default();
    for one in quantities {
        let name = one.name.of(document.text()).split_whitespace().collect::<Vec<_>>().join(" ");
        let next = analysis.entities.len();
        let (entity, count) = known.entry((name.to_lowercase(), one.kind)).or_insert((next, 0));
        *count += 1;
        if *entity == next {
            let (aliases, titles) = Default::default();
            analysis.entities.push(Entity {
                name,
                kind: one.kind,
                aliases,
                titles,
                roles: Vec::new(),
                confidence: 0.0,
            });
        }
        // The mean of what its mentions tell.
        let confidence = &mut analysis.entities[*entity].confidence;
        *confidence += (one.confidence - *confidence) / *count as f32;
        let sentence = document.sentence_of_token(one.tokens.start);
        let (span, name, form) = (one.name, Some(one.name), MentionForm::Name);
        analysis.mentions.push(Mention { entity: *entity, sentence, span, name, form });
    }
    analysis.mentions.sort_by_key(|mention| (mention.span.start(), std::cmp::Reverse(mention.span.end())));
    reorder(analysis);
}

/// Positions in mentions and quotes are changed with them.
fn reorder(analysis: &mut Analysis) {
    let mut place = vec![usize::MAX; analysis.entities.len()];
    let mut next = 0;
    let unmentioned = 0..place.len();
    for entity in analysis.mentions.iter().map(|mention| mention.entity).chain(unmentioned) {
        if place[entity] == usize::MAX {
            place[entity] = next;
            next += 1;
        }
    }
    let mut entities: Vec<(usize, Entity)> = place.iter().copied().zip(analysis.entities.drain(..)).collect();
    entities.sort_by_key(|(place, _)| *place);
    analysis.entities.extend(entities.into_iter().map(|(_, entity)| entity));
    let moved = |entity: &mut usize| *entity = place[*entity];
    analysis.mentions.iter_mut().for_each(|mention| moved(&mut mention.entity));
    for quote in &mut analysis.quotes {
        quote.speakers.iter_mut().for_each(moved);
        quote.about.iter_mut().for_each(moved);
        quote.about.sort_unstable();
        quote.addressee.iter_mut().flat_map(|one| &mut one.entities).for_each(moved);
    }
}
