//! Puts the mentions of one person, body or place together.
//!
//! Names meet in clusters ([`cluster`]); descriptions ([`describe`]) and pronouns ([`pronoun`]) are
//! then led back to these, and bodies called after a name ([`office`]) are added.

mod alias;
mod cluster;
mod describe;
mod gender;
mod office;
mod person;
mod pronoun;

use sayso_document::{Document, Entity, Mention, MentionForm};

use crate::lexicon::Lexicon;
use crate::names::NameMention;

/// The entities of a document and where they are mentioned.
#[derive(Debug, Default)]
pub(crate) struct Chains {
    /// In order of first mention.
    pub entities: Vec<Entity>,
    /// By start, then longest first.
    pub mentions: Vec<Mention>,
}

/// Links names to entities, then descriptions and pronouns to these. The names are by start.
pub(crate) fn link(document: &Document, lexicon: &Lexicon, names: Vec<NameMention>) -> Chains {
    let clusters = cluster::cluster(document, lexicon, &names);
    let mut entity_of = vec![0; names.len()];
    for (entity, cluster) in clusters.iter().enumerate() {
        for &name in &cluster.names {
            entity_of[name] = entity;
        }
    }
    let mut entities: Vec<Entity> = clusters.iter().map(|c| cluster::entity(document, lexicon, &names, c)).collect();
    let mut mentions: Vec<Mention> =
        names.iter().zip(&entity_of).map(|(name, &e)| mention(document, name, e)).collect();
    mentions.extend(describe::descriptions(document, lexicon, &names, &clusters, &entity_of));
    sort(&mut mentions);
    let pronouns = pronoun::pronouns(document, lexicon, &clusters, &mentions);
    mentions.extend(pronouns);
    office::offices(document, &names, &mut entities, &mut mentions);
    sort(&mut mentions);
    in_order_of_mention(&mut entities, &mut mentions);
    Chains { entities, mentions }
}

/// Puts the entities in order of first mention. Every entity has a mention.
fn in_order_of_mention(entities: &mut Vec<Entity>, mentions: &mut [Mention]) {
    let mut place = vec![usize::MAX; entities.len()];
    let mut order = Vec::with_capacity(entities.len());
    for mention in mentions.iter_mut() {
        if place[mention.entity] == usize::MAX {
            place[mention.entity] = order.len();
            order.push(mention.entity);
        }
        mention.entity = place[mention.entity];
    }
    let mut old: Vec<Option<Entity>> = std::mem::take(entities).into_iter().map(Some).collect();
    entities.extend(order.into_iter().filter_map(|i| old[i].take()));
}

fn mention(document: &Document, name: &NameMention, entity: usize) -> Mention {
    let form = if name.title.is_some() { MentionForm::TitledName } else { MentionForm::Name };
    let sentence = document.sentence_of_token(name.tokens.start);
    Mention { entity, sentence, span: name.span, name: Some(name.name), form }
}

/// By start, then longest first.
fn sort(mentions: &mut [Mention]) {
    mentions.sort_by_key(|mention| (mention.span.start(), std::cmp::Reverse(mention.span.end())));
}
