//! Figures of an entity over all articles, kept exactly: what an article adds, its removal subtracts.
//!
//! An article's share of an entity is an aggregate of its own. Adding and subtracting shares keeps counts of mentions, articles and
//! quotes, and of each name, alias and title. The name of the entity is the one that most articles use.

use std::collections::BTreeMap;

use sayso_document::{Analysis, Counted, EntityType};
use serde::{Deserialize, Serialize};

use crate::record;
use crate::{EntityId, EntityRecord, Result};

/// What is known of an entity from any number of articles.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Aggregate {
    /// The code of its type.
    pub(crate) kind: u8,
    /// Canonical names, with how many articles use each.
    pub(crate) names: BTreeMap<String, u64>,
    /// Other names, with how often each occurs.
    pub(crate) aliases: BTreeMap<String, u64>,
    /// Titles and roles, with how often each occurs.
    pub(crate) titles: BTreeMap<String, u64>,
    /// How many mentions it has.
    pub(crate) mentions: u64,
    /// How many articles mention it.
    pub(crate) articles: u64,
    /// How many quotes it is the speaker of.
    pub(crate) quotes: u64,
}

impl Aggregate {
    /// One article's share of each of its entities.
    pub(crate) fn of_article(analysis: &Analysis) -> BTreeMap<EntityId, Aggregate> {
        let ids: Vec<EntityId> = analysis.entities.iter().map(|e| EntityId::of(e.kind, &e.name)).collect();
        let mut shares: BTreeMap<EntityId, Aggregate> = BTreeMap::new();
        for (entity, id) in analysis.entities.iter().zip(&ids) {
            let share = shares.entry(id.clone()).or_default();
            share.kind = record::type_code(entity.kind);
            share.articles = 1;
            share.names.entry(entity.name.clone()).or_insert(1);
            count(&mut share.aliases, &entity.aliases);
            count(&mut share.titles, &entity.titles);
        }
        for mention in &analysis.mentions {
            shares.entry(ids[mention.entity].clone()).or_default().mentions += 1;
        }
        for quote in &analysis.quotes {
            let mut speakers: Vec<&EntityId> = quote.speakers.iter().map(|&speaker| &ids[speaker]).collect();
            speakers.sort_unstable();
            speakers.dedup();
            for id in speakers {
                shares.entry(id.clone()).or_default().quotes += 1;
            }
        }
        shares
    }

    /// Adds an article's share.
    pub(crate) fn add(&mut self, share: &Aggregate) {
        self.kind = share.kind;
        for (mine, theirs) in self.maps().into_iter().zip([&share.names, &share.aliases, &share.titles]) {
            for (text, count) in theirs {
                *mine.entry(text.clone()).or_default() += count;
            }
        }
        self.mentions += share.mentions;
        self.articles += share.articles;
        self.quotes += share.quotes;
    }

    /// Subtracts an article's share, which was added before.
    pub(crate) fn subtract(&mut self, share: &Aggregate) {
        for (mine, theirs) in self.maps().into_iter().zip([&share.names, &share.aliases, &share.titles]) {
            for (text, count) in theirs {
                if let Some(left) = mine.get_mut(text) {
                    *left = left.saturating_sub(*count);
                }
            }
            mine.retain(|_, count| *count > 0);
        }
        self.mentions = self.mentions.saturating_sub(share.mentions);
        self.articles = self.articles.saturating_sub(share.articles);
        self.quotes = self.quotes.saturating_sub(share.quotes);
    }

    /// Names, aliases and titles.
    fn maps(&mut self) -> [&mut BTreeMap<String, u64>; 3] {
        [&mut self.names, &mut self.aliases, &mut self.titles]
    }

    /// Its type.
    pub(crate) fn kind(&self) -> Result<EntityType> {
        record::type_of(self.kind)
    }

    /// What is known of the entity with this id, which the first and last of its articles with a date mention then.
    pub(crate) fn record(
        &self,
        id: &EntityId,
        first_seen: Option<i64>,
        last_seen: Option<i64>,
    ) -> Result<EntityRecord> {
        Ok(EntityRecord {
            id: id.clone(),
            name: self.name().to_owned(),
            kind: self.kind()?,
            aliases: self.aliases(),
            titles: self.titles(),
            mentions: self.mentions,
            articles: self.articles,
            quotes: self.quotes,
            first_seen,
            last_seen,
        })
    }

    /// The name that most articles use; the first in alphabetical order among equals.
    pub(crate) fn name(&self) -> &str {
        let best = self.names.iter().rev().max_by_key(|&(_, count)| *count);
        best.map_or("", |(name, _)| name)
    }

    /// All other names, most frequent first.
    pub(crate) fn aliases(&self) -> Vec<Counted> {
        let name = self.name();
        let mut all = self.aliases.clone();
        for (other, count) in &self.names {
            *all.entry(other.clone()).or_default() += count;
        }
        all.remove(name);
        ranked(&all)
    }

    /// Titles and roles, most frequent first.
    pub(crate) fn titles(&self) -> Vec<Counted> {
        ranked(&self.titles)
    }
}

/// Adds counts, and drops those that are 0.
fn count(into: &mut BTreeMap<String, u64>, list: &[Counted]) {
    for Counted { text, count } in list {
        *into.entry(text.clone()).or_default() += u64::from(*count);
    }
    into.retain(|_, count| *count > 0);
}

/// The most frequent first; in alphabetical order among equals.
fn ranked(counts: &BTreeMap<String, u64>) -> Vec<Counted> {
    let counted = |(text, &count): (&String, &u64)| Counted {
        text: text.clone(),
        count: u32::try_from(count).unwrap_or(u32::MAX),
    };
    let mut list: Vec<Counted> = counts.iter().map(counted).collect();
    list.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.text.cmp(&b.text)));
    list
}
