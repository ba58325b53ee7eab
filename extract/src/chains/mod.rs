//! Puts the mentions of one person, body or place together.
//!
//! Names meet in clusters ([`cluster`]); descriptions ([`describe`]) and pronouns ([`pronoun`]) are
//! then led back to these.

mod alias;
mod cluster;
mod describe;
mod gender;
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
    let entities = clusters.iter().map(|c| cluster::entity(document, lexicon, &names, c)).collect();
    let mut mentions: Vec<Mention> =
        names.iter().zip(&entity_of).map(|(name, &e)| mention(document, name, e)).collect();
    mentions.extend(describe::descriptions(document, lexicon, &names, &clusters, &entity_of));
    sort(&mut mentions);
    mentions.extend(pronoun::pronouns(document, &clusters, &mentions));
    sort(&mut mentions);
    Chains { entities, mentions }
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
