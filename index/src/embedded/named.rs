//! Which entities a filter by name means: looked up in the index of entities, and chosen by [`crate::meant`].

use sayso_document::EntityType;
use tantivy::query::{BooleanQuery, DisjunctionMaxQuery, EnableScoring, Occur, Query};
use tantivy::schema::Field;
use tantivy::{DocSet, TERMINATED};

use super::schema::Entities;
use super::terms::{any_of, bodies, persons, scored, term};
use super::view::View;
use crate::article::type_word;
use crate::engine::CHECK_EVERY;
use crate::meant::{Bearing, NAMED, TITLED, Tiers};
use crate::name::{AskedName, Part, initial};
use crate::query::Who;
use crate::{Interrupt, Result};

impl View {
    /// The ids of the entities that a selector means.
    pub(super) fn ids_of(&self, who: &Who, bearing: Bearing, interrupt: &Interrupt) -> Result<Vec<String>> {
        match who {
            Who::Id(id) => Ok(vec![id.as_str().to_owned()]),
            Who::Named(name) => self.ids_named(name, bearing, interrupt),
        }
    }

    /// The entities that these words mean best; those of most articles first.
    fn ids_named(&self, name: &str, bearing: Bearing, interrupt: &Interrupt) -> Result<Vec<String>> {
        let asked = AskedName::read(name);
        let Some(mut tiers) = Tiers::of(&asked, bearing) else { return Ok(Vec::new()) };
        let query = meant(&self.fields.entities, &asked);
        let searcher = &self.searchers.entities;
        let weight = query.weight(EnableScoring::enabled_from_searcher(searcher))?;
        for (ord, reader) in searcher.segment_readers().iter().enumerate() {
            interrupt.check()?;
            let figures = &self.figures[ord];
            let alive = reader.alive_bitset();
            let mut docs = weight.scorer(reader, 1.0)?;
            let mut doc = docs.doc();
            let mut visited = 0;
            while doc != TERMINATED {
                visited += 1;
                if visited % CHECK_EVERY == 0 {
                    interrupt.check()?;
                }
                if alive.is_none_or(|alive| alive.is_alive(doc)) {
                    let articles = figures.articles.first(doc).unwrap_or_default();
                    tiers.offer(docs.score(), figures.quotes.first(doc) > Some(0), (articles, ord as u32, doc));
                }
                doc = docs.advance();
            }
        }
        tiers.best().into_iter().map(|(_, segment, doc)| self.entity_id(segment, doc)).collect()
    }
}

/// The query for entities that the words may mean. The score encodes how they match.
fn meant(fields: &Entities, asked: &AskedName) -> Box<dyn Query> {
    let mut parts: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    for word in &asked.words {
        let mut ways = Vec::new();
        let mut spelt = |field: Field, score| {
            ways.extend(word.spellings.iter().map(|spelling| scored(term(field, spelling), score)));
        };
        match &word.part {
            Part::Filler => continue,
            Part::Honorific => {
                spelt(fields.name, TITLED);
                spelt(fields.title, TITLED);
                ways.push(scored(persons(fields), 0.0));
            }
            Part::LegalForm => {
                spelt(fields.name, 0.0);
                ways.push(scored(bodies(fields), 0.0));
            }
            Part::Middle(letters) => {
                spelt(fields.name, TITLED);
                spelt(fields.title, TITLED);
                ways.push(scored(begins(fields, letters, asked), TITLED));
                ways.push(scored(persons(fields), 0.0));
            }
            Part::Full | Part::Initials(_) => {
                spelt(fields.name, NAMED);
                spelt(fields.title, 0.0);
            }
        }
        // A letter alone would mean everybody whose name has it.
        if let Part::Initials(letters) = &word.part
            && asked.full().next().is_some()
        {
            ways.push(scored(begins(fields, letters, asked), NAMED));
        }
        parts.push((Occur::Must, Box::new(DisjunctionMaxQuery::new(ways))));
    }
    // "May" means the person, not the month.
    for kind in [EntityType::Date, EntityType::Money] {
        parts.push((Occur::MustNot, term(fields.kind, type_word(kind))));
    }
    Box::new(BooleanQuery::new(parts))
}

/// Persons in whose names each of these letters begins a word beside one that was asked for. Without such a word, the
/// letters are all that is known of the name.
pub(super) fn begins(fields: &Entities, letters: &[char], asked: &AskedName) -> Box<dyn Query> {
    let beside = |letter: char| -> Box<dyn Query> {
        let pairs: Vec<String> = asked.full().map(|word| initial(letter, word)).collect();
        match pairs.is_empty() {
            true => term(fields.initial, &letter.to_string()),
            false => any_of(fields.initial, pairs),
        }
    };
    Box::new(BooleanQuery::new(letters.iter().map(|&letter| (Occur::Must, beside(letter))).collect()))
}
