//! Which entities a filter by name means.
//!
//! A search for quotes by "Senator Brandt" must find the senator, and not Governor Brandt or a hotel of that name. So
//! entities are looked up in three tiers, and only the best tier that has anybody is used:
//!
//! 1. all words are in a name;
//! 2. some words are in a name, the others in a title;
//! 3. all words are in titles: for speakers only, and only for entities that speak in some quote.
//!
//! Within a tier, those with most of the honorifics and middle names win. The scores of the query below encode all of
//! this: [`NAMED`] for each word found in a name, plus [`TITLED`] for each honorific.

use sayso_document::EntityType;
use tantivy::query::{BooleanQuery, DisjunctionMaxQuery, EnableScoring, Occur, Query};
use tantivy::schema::Field;
use tantivy::{DocSet, TERMINATED};

use super::schema::Entities;
use super::terms::{any_of, bodies, persons, scored, term};
use super::view::View;
use crate::article::type_word;
use crate::engine::CHECK_EVERY;
use crate::name::{AskedName, AskedWord, Part, initial};
use crate::query::Who;
use crate::{Interrupt, Result};

/// If more entities than this share a name, the filter uses those in most articles.
const ENTITIES_OF_A_NAME: usize = 4_096;

/// What the words of a filter may match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bearing {
    /// A name, with or without a title.
    Name,
    /// That, or a title alone. For speakers.
    NameOrTitle,
}

/// What a word earns that is in the names. A word that is only in the titles earns nothing.
const NAMED: f32 = 1_024.0;
/// What an honorific or a middle name earns that is in names or titles.
const TITLED: f32 = 1.0;

impl View {
    /// The ids of the entities that a selector means.
    pub(super) fn ids_of(&self, who: &Who, bearing: Bearing, interrupt: &Interrupt) -> Result<Vec<String>> {
        match who {
            Who::Id(id) => Ok(vec![id.as_str().to_owned()]),
            Who::Named(name) => self.ids_named(name, bearing, interrupt),
        }
    }

    /// The entities that these words mean best; those of most articles first.
    ///
    /// Words that are all in a name go before those of name and title, and these before titles alone: "reform league"
    /// is the league, if it is one of those that are looked for, and else "Reform League leader Ada Lind". Both at once
    /// would give the words of the leader as those of the league. Among speakers somebody is looked for who ever
    /// speaks, so that a hotel called "The President" does not hide all presidents.
    fn ids_named(&self, name: &str, bearing: Bearing, interrupt: &Interrupt) -> Result<Vec<String>> {
        let asked = AskedName::read(name);
        let least = match bearing {
            _ if asked.words.is_empty() => return Ok(Vec::new()),
            Bearing::Name => NAMED,
            Bearing::NameOrTitle => 0.0,
        };
        let required = |word: &&AskedWord| matches!(word.part, Part::Full | Part::Initials(_));
        let all = NAMED * asked.words.iter().filter(required).count() as f32;
        let query = meant(&self.fields.entities, &asked);
        let searcher = &self.searchers.entities;
        let weight = query.weight(EnableScoring::enabled_from_searcher(searcher))?;
        let mut tiers: [Tier; 3] = Default::default();
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
                let score = docs.score();
                if score >= least && alive.is_none_or(|alive| alive.is_alive(doc)) {
                    let tier = if score >= all { 0 } else { 1 + usize::from(score < NAMED) };
                    tiers[tier].sought |= bearing == Bearing::Name || figures.quotes.first(doc) > Some(0);
                    let articles = figures.articles.first(doc).unwrap_or_default();
                    tiers[tier].offer(score % NAMED, (articles, ord as u32, doc));
                }
                doc = docs.advance();
            }
        }
        let best = tiers.into_iter().find(|tier| tier.sought).unwrap_or_default();
        let mut found = best.found;
        found.sort_unstable_by(|a, b| b.cmp(a));
        found.truncate(ENTITIES_OF_A_NAME);
        found.into_iter().map(|(_, segment, doc)| self.entity_id(segment, doc)).collect()
    }
}

/// Entities that the words match in the same way: by name, by name and title, or by title.
#[derive(Default)]
struct Tier {
    /// Whether one of them can be meant at all.
    sought: bool,
    /// The most that any of them earned by honorifics and middle names.
    honours: f32,
    /// Those that earned it, as number of articles, segment and document.
    found: Vec<(u64, u32, u32)>,
}

impl Tier {
    /// Takes an entity, unless others have more honours: "Senator Brandt" is not Governor Brandt.
    fn offer(&mut self, honours: f32, entity: (u64, u32, u32)) {
        if honours > self.honours {
            self.honours = honours;
            self.found.clear();
        }
        if honours == self.honours {
            self.found.push(entity);
        }
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
