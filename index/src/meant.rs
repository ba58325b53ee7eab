//! Which of the entities that words match are meant, the same in every engine.
//!
//! A search for quotes by "Senator Brandt" must find the senator, and not Governor Brandt or a hotel of that name. So
//! entities are looked up in three tiers, and only the best tier that has anybody is used:
//!
//! 1. all words are in a name;
//! 2. some words are in a name, the others in a title;
//! 3. all words are in titles: for speakers only, and only for entities that speak in some quote.
//!
//! Within a tier, those with most of the honorifics and middle names win. The score of an entity encodes all of this:
//! [`NAMED`] for each word found in a name, plus [`TITLED`] for each honorific.

use crate::name::{AskedName, AskedWord, Part};

/// If more entities than this share a name, the filter uses those in most articles.
pub(crate) const ENTITIES_OF_A_NAME: usize = 4_096;

/// What a word earns that is in the names. A word that is only in the titles earns nothing.
pub(crate) const NAMED: f32 = 1_024.0;
/// What an honorific or a middle name earns that is in names or titles.
pub(crate) const TITLED: f32 = 1.0;

/// What the words of a filter may match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bearing {
    /// A name, with or without a title.
    Name,
    /// That, or a title alone. For speakers.
    NameOrTitle,
}

/// The entities that words match, by how well.
///
/// Words that are all in a name go before those of name and title, and these before titles alone: "reform league"
/// is the league, if it is one of those that are looked for, and else "Reform League leader Ada Lind". Both at once
/// would give the words of the leader as those of the league. Among speakers somebody is looked for who ever
/// speaks, so that a hotel called "The President" does not hide all presidents.
pub(crate) struct Tiers<T> {
    bearing: Bearing,
    /// What an entity earns whose name has all words.
    all: f32,
    tiers: [Tier<T>; 3],
}

impl<T: Ord> Tiers<T> {
    /// No entity yet. None if the name has no words, which nobody is meant by.
    pub(crate) fn of(asked: &AskedName, bearing: Bearing) -> Option<Self> {
        let required = |word: &&AskedWord| matches!(word.part, Part::Full | Part::Initials(_));
        let all = NAMED * asked.words.iter().filter(required).count() as f32;
        let tier = || Tier { sought: false, honours: 0.0, found: Vec::new() };
        (!asked.words.is_empty()).then(|| Self { bearing, all, tiers: [tier(), tier(), tier()] })
    }

    /// Takes an entity with this score. `speaks` says whether it speaks in some quote; `entity` orders those of most
    /// articles last.
    pub(crate) fn offer(&mut self, score: f32, speaks: bool, entity: T) {
        if self.bearing == Bearing::Name && score < NAMED {
            return;
        }
        let tier = if score >= self.all { 0 } else { 1 + usize::from(score < NAMED) };
        self.tiers[tier].sought |= self.bearing == Bearing::Name || speaks;
        self.tiers[tier].offer(score % NAMED, entity);
    }

    /// Those that are meant, the last in order first.
    pub(crate) fn best(self) -> Vec<T> {
        let mut found = self.tiers.into_iter().find(|tier| tier.sought).map(|tier| tier.found).unwrap_or_default();
        found.sort_unstable_by(|a, b| b.cmp(a));
        found.truncate(ENTITIES_OF_A_NAME);
        found
    }
}

/// Entities that the words match in the same way: by name, by name and title, or by title.
struct Tier<T> {
    /// Whether one of them can be meant at all.
    sought: bool,
    /// The most that any of them earned by honorifics and middle names.
    honours: f32,
    /// Those that earned it.
    found: Vec<T>,
}

impl<T> Tier<T> {
    /// Takes an entity, unless others have more honours: "Senator Brandt" is not Governor Brandt.
    fn offer(&mut self, honours: f32, entity: T) {
        if honours > self.honours {
            self.honours = honours;
            self.found.clear();
        }
        if honours == self.honours {
            self.found.push(entity);
        }
    }
}
