//! Puts the mentions of one person, body or place together.

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

/// Links names to entities, then descriptions and pronouns to these.
pub(crate) fn link(document: &Document, _lexicon: &Lexicon, names: Vec<NameMention>) -> Chains {
    let mut chains = Chains::default();
    for name in names {
        let words = name.name.of(document.text()).to_owned();
        let found = chains.entities.iter().position(|entity| entity.name == words && entity.kind == name.kind);
        let entity = found.unwrap_or_else(|| {
            let (aliases, titles) = (Vec::new(), Vec::new());
            chains.entities.push(Entity { name: words, kind: name.kind, aliases, titles, confidence: name.confidence });
            chains.entities.len() - 1
        });
        let form = if name.title.is_some() { MentionForm::TitledName } else { MentionForm::Name };
        let sentence = document.sentence_of_token(name.tokens.start);
        chains.mentions.push(Mention { entity, sentence, span: name.span, name: Some(name.name), form });
    }
    chains
}
