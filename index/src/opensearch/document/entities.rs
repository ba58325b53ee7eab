//! The blocks of an article's entities: the article's share of what is known of each.

use std::collections::BTreeSet;

use sayso_document::{Counted, Entity, EntityType, MentionForm};
use serde_json::{Map, Value, json};

use super::block::Block;
use crate::article::type_word;
use crate::name::KeptName;
use crate::opensearch::tokens::Reading;
use crate::{AnalyzedArticle, EntityId};

/// The forms of mentions, with their names among the fields of a block.
pub(in crate::opensearch) const FORMS: [(MentionForm, &str); 4] = [
    (MentionForm::Name, "name"),
    (MentionForm::TitledName, "titled_name"),
    (MentionForm::Description, "description"),
    (MentionForm::Pronoun, "pronoun"),
];

/// One block for each entity. Two entities of an article may have the same id.
pub(super) fn entities(analyzed: &AnalyzedArticle, ids: &[EntityId]) -> Vec<Block> {
    let mut mentions = vec![[0_u64; FORMS.len()]; ids.len()];
    let mut quotes = vec![0_u64; ids.len()];
    for mention in &analyzed.analysis.mentions {
        for (count, _) in mentions[mention.entity].iter_mut().zip(FORMS).filter(|(_, (form, _))| *form == mention.form)
        {
            *count += 1;
        }
    }
    for quote in &analyzed.analysis.quotes {
        // Once for each id, even where several entities have it.
        let mut counted = BTreeSet::new();
        for &speaker in quote.speakers.iter().filter(|&&speaker| counted.insert(&ids[speaker])) {
            quotes[speaker] += 1;
        }
    }
    let figures = mentions.into_iter().zip(quotes);
    let all = analyzed.analysis.entities.iter().zip(ids).zip(figures);
    all.map(|((entity, id), figures)| block(entity, id, figures)).collect()
}

/// The block of an entity with so many mentions and quotes.
fn block(entity: &Entity, id: &EntityId, (mentions, quotes): ([u64; FORMS.len()], u64)) -> Block {
    let mut block = Block::default();
    block.set("id", id.as_str());
    block.set("kind", type_word(entity.kind));
    block.set("name", entity.name.as_str());
    block.set("mentions", mentions.iter().sum::<u64>());
    let forms = FORMS.iter().zip(mentions).filter(|&(_, count)| count > 0);
    let forms: Map<String, Value> = forms.map(|(&(_, word), count)| (word.to_owned(), count.into())).collect();
    block.set("forms", forms);
    block.set("quotes", quotes);
    let (mut words, mut initials, mut wholes) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for name in std::iter::once(&entity.name).chain(entity.aliases.iter().map(|alias| &alias.text)) {
        let name = KeptName::read(name);
        words.push(name.words.join(" "));
        initials.extend(name.letters().map(String::from));
        if entity.kind == EntityType::Person {
            initials.extend(name.initials());
        }
        wholes.extend(name.wholes);
    }
    block.set_words("names", Reading::Exact, &words.iter().map(String::as_str).collect::<Vec<_>>());
    block.set_all("initial", initials);
    block.set_all("whole", wholes);
    let titles: Vec<&str> = entity.titles.iter().map(|title| title.text.as_str()).collect();
    block.set_words("titles", Reading::Exact, &titles);
    block.set_all("alias_counts", entity.aliases.iter().map(counted));
    block.set_all("title_counts", entity.titles.iter().map(counted));
    block
}

/// How often a text occurs.
fn counted(counted: &Counted) -> Value {
    json!({ "text": counted.text, "count": counted.count })
}
