//! What is kept: articles, their analyses, and the entities gathered over all of them.

use std::fmt;

use sayso_document::{Analysis, Counted, Date, EntityType};

use crate::text;

/// An article as a client handed it in. Text is kept as given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Article {
    /// The client's id, or a digest of the content. Never empty in the store.
    pub id: String,
    /// Where it was published. May be empty, like all that follows but the body.
    pub url: String,
    /// The outlet: "Reuters".
    pub outlet: String,
    /// The headline.
    pub title: String,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// BCP 47 code of the language, for example `en`.
    pub language: String,
    /// When it was published, in microseconds since 1970-01-01T00:00:00Z.
    pub published_at: Option<i64>,
    /// The day of publication where the outlet is, where that was told. Words of time count from it.
    pub published_on: Option<Date>,
    /// The text that all spans of the analysis count in.
    pub body: String,
}

/// An article with what was found in it.
#[derive(Clone, Debug, PartialEq)]
pub struct AnalyzedArticle {
    /// The article.
    pub article: Article,
    /// What was found in its body.
    pub analysis: Analysis,
}

impl AnalyzedArticle {
    /// Whether all positions and spans of the analysis lie inside what they refer to; else what does not.
    pub(crate) fn fault(&self) -> Option<String> {
        let Analysis { sentences, entities, mentions, quotes, .. } = &self.analysis;
        let body = self.article.body.as_str();
        let spans = (sentences.iter().map(|s| s.span))
            .chain(mentions.iter().flat_map(|m| [Some(m.span), m.name]).flatten())
            .chain(quotes.iter().flat_map(|q| q.content.iter().chain(&q.cue).chain(&q.source).copied().chain(q.when)))
            .chain(quotes.iter().filter_map(|q| q.addressee.as_ref().map(|a| a.span)));
        if let Some(span) = spans.into_iter().find(|span| body.get(span.range()).is_none()) {
            return Some(format!("span {}..{} does not fit the body", span.start(), span.end()));
        }
        let named = (mentions.iter().map(|m| m.entity))
            .chain(quotes.iter().flat_map(|q| q.speakers.iter().chain(&q.about).copied()))
            .chain(quotes.iter().filter_map(|q| q.addressee.as_ref()).flat_map(|a| a.entities.iter().copied()))
            .chain(
                entities
                    .iter()
                    .flat_map(|e| &e.roles)
                    .flat_map(|r| [&r.organization, &r.country].into_iter().flatten())
                    .filter_map(|n| n.entity),
            );
        if let Some(position) = named.into_iter().find(|&position| position >= entities.len()) {
            return Some(format!("there is no entity {position}"));
        }
        let stray = mentions.iter().find(|m| m.sentence >= sentences.len())?;
        Some(format!("there is no sentence {}", stray.sentence))
    }
}

/// Names an entity across articles: type and folded name, `person/volodymyr-zelenskyy`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityId(String);

impl EntityId {
    /// Names longer than this many bytes, once folded, are cut: they are not names.
    const NAME_BYTES: usize = 200;

    /// The id of the entity of this type that bears this name. Case, accents, marks and possessive
    /// endings make no difference. A name without letters or digits is told by its code points.
    pub fn of(kind: EntityType, name: &str) -> Self {
        let mut words = text::exact(name).map(|word| word.text).collect::<Vec<_>>().join("-");
        if words.is_empty() {
            words = name.chars().map(|c| format!("u{:x}", u32::from(c))).collect::<Vec<_>>().join("-");
        }
        words.truncate(words.floor_char_boundary(Self::NAME_BYTES));
        Self(format!("{}/{words}", type_word(kind)))
    }

    /// Reads an id that [`EntityId::as_str`] wrote. None when it cannot be one.
    pub fn parse(id: &str) -> Option<Self> {
        let (kind, name) = id.split_once('/')?;
        let typed = TYPES.iter().any(|&(_, word)| word == kind);
        let named = !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control());
        (typed && named).then(|| Self(id.to_owned()))
    }

    /// An id that the store keeps.
    pub(crate) fn known(id: String) -> Self {
        Self(id)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EntityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The types with the words that stand for them in ids.
const TYPES: [(EntityType, &str); 9] = [
    (EntityType::Person, "person"),
    (EntityType::Organization, "organization"),
    (EntityType::Place, "place"),
    (EntityType::Facility, "facility"),
    (EntityType::Norp, "norp"),
    (EntityType::Event, "event"),
    (EntityType::Product, "product"),
    (EntityType::Date, "date"),
    (EntityType::Money, "money"),
];

/// The word for a type in ids and in the indexes.
pub(crate) fn type_word(kind: EntityType) -> &'static str {
    match kind {
        EntityType::Person => "person",
        EntityType::Organization => "organization",
        EntityType::Place => "place",
        EntityType::Facility => "facility",
        EntityType::Norp => "norp",
        EntityType::Event => "event",
        EntityType::Product => "product",
        EntityType::Date => "date",
        EntityType::Money => "money",
    }
}

/// An entity, gathered over all articles of one consistent view.
#[derive(Clone, Debug, PartialEq)]
pub struct EntityRecord {
    /// Its id.
    pub id: EntityId,
    /// The name that most articles give it.
    pub name: String,
    /// What sort of thing it is.
    pub kind: EntityType,
    /// Other names, most frequent first.
    pub aliases: Vec<Counted>,
    /// Titles and roles, most frequent first.
    pub titles: Vec<Counted>,
    /// How many mentions, in all articles.
    pub mentions: u64,
    /// How many articles mention it.
    pub articles: u64,
    /// How many quotes it speaks.
    pub quotes: u64,
    /// The earliest `published_at` (microseconds) among its articles, where any has one.
    pub first_seen: Option<i64>,
    /// The latest.
    pub last_seen: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_fold_case_accents_and_marks() {
        let id = EntityId::of(EntityType::Person, "Élodie  O’Brien-Żuk");
        assert_eq!(id.as_str(), "person/elodie-obrien-zuk");
        assert_eq!(EntityId::parse(id.as_str()), Some(id));
        assert_eq!(EntityId::of(EntityType::Place, "U.S.").as_str(), "place/us");
        assert_eq!(EntityId::of(EntityType::Place, "Київ").as_str(), "place/київ");
        assert_eq!(EntityId::of(EntityType::Event, "★").as_str(), "event/u2605");
    }

    #[test]
    fn refuses_what_is_no_id() {
        for id in ["", "person", "person/", "human/ann", "person/ann lee"] {
            assert_eq!(EntityId::parse(id), None, "{id:?}");
        }
    }
}
