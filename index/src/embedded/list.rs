//! Lists that the store itself keeps in order: articles by date, mentions of an entity.

use std::collections::HashSet;
use std::sync::Arc;

use super::page::{self, Place};
use super::store;
use super::view::View;
use crate::query::{ArticleFilter, ArticleQuery, MentionQuery};
use crate::{Article, ArticleHit, Interrupt, MentionHit, Page, Result, Total, text};

impl View {
    /// Articles, newest first.
    pub(super) fn articles(&self, query: &ArticleQuery, interrupt: &Interrupt) -> Result<Page<ArticleHit>> {
        interrupt.check()?;
        let hash = page::query_hash(&("articles", &query.filter));
        let after = query.page.after.as_ref().map(|key| page::place(hash, key)).transpose()?;
        let filter = Filter::of(self, &query.filter)?;
        let mut hits = Vec::new();
        let mut last = None;
        let mut next = None;
        for entry in self.store.by_date(filter.start(after))? {
            interrupt.check()?;
            let (date, seq) = entry?;
            let place = Place { rank: date, tie: store::newest_key(seq), ordinal: 0 };
            if after.is_some_and(|after| place <= after) || !filter.passes_version(date, seq) {
                if filter.is_past(date) {
                    break;
                }
                continue;
            }
            let Some(stored) = self.store.article(seq)? else { continue };
            if !filter.passes(&stored.article) {
                continue;
            }
            if hits.len() == query.page.size.max(1) {
                next = last.map(|last| page::key(hash, last));
                break;
            }
            last = Some(place);
            let (sentences, entities, quotes) = (stored.sentences, stored.entities, stored.quotes);
            hits.push(ArticleHit { article: Arc::new(stored.article), sentences, entities, quotes });
        }
        let total = match query.filter == ArticleFilter::default() {
            true => Total { count: self.store.count("articles")?, exact: true },
            false => counted(hits.len(), after.is_none() && next.is_none()),
        };
        Ok(Page { hits, next, total, seq: self.store.seq })
    }

    /// Where an entity is mentioned.
    pub(super) fn mentions(&self, query: &MentionQuery, interrupt: &Interrupt) -> Result<Page<MentionHit>> {
        interrupt.check()?;
        let hash = page::query_hash(&("mentions", &query.entity, &query.forms, &query.filter));
        let after = query.page.after.as_ref().map(|key| page::place(hash, key)).transpose()?;
        let filter = Filter::of(self, &query.filter)?;
        let mut hits: Vec<MentionHit> = Vec::new();
        let mut last = None;
        let mut next = None;
        'articles: for entry in self.store.mentioning(&query.entity, filter.start(after))? {
            interrupt.check()?;
            let (date, seq, _) = entry?;
            if filter.is_past(date) {
                break;
            }
            if !filter.passes_version(date, seq) {
                continue;
            }
            let article = Arc::new(self.store.indexed(seq)?);
            if !filter.passes(&article.article) {
                continue;
            }
            for index in mentions_in(&article, query) {
                let place = Place { rank: date, tie: store::newest_key(seq), ordinal: index };
                if after.is_some_and(|after| place <= after) {
                    continue;
                }
                if hits.len() == query.page.size.max(1) {
                    next = last.map(|last| page::key(hash, last));
                    break 'articles;
                }
                last = Some(place);
                hits.push(MentionHit { article: article.clone(), entity: query.entity.clone(), index });
            }
        }
        let plain = query.forms.is_empty() && query.filter == ArticleFilter::default();
        let total = match plain {
            true => {
                let entity = self.store.entity(&query.entity)?;
                Total { count: entity.map_or(0, |entity| entity.mentions), exact: true }
            }
            false => counted(hits.len(), after.is_none() && next.is_none()),
        };
        Ok(Page { hits, next, total, seq: self.store.seq })
    }
}

/// Counting all would mean reading all: what the page shows is a lower bound.
fn counted(hits: usize, all: bool) -> Total {
    Total { count: hits as u64, exact: all }
}

/// Places of the mentions that a query asks for, within one article.
fn mentions_in(article: &crate::AnalyzedArticle, query: &MentionQuery) -> Vec<u32> {
    let analysis = &article.analysis;
    let is_asked = |kind, name: &str| crate::EntityId::of(kind, name) == query.entity;
    let entities: Vec<bool> = analysis.entities.iter().map(|entity| is_asked(entity.kind, &entity.name)).collect();
    let mentions = analysis.mentions.iter().enumerate();
    mentions
        .filter(|(_, mention)| entities[mention.entity])
        .filter(|(_, mention)| query.forms.is_empty() || query.forms.contains(&mention.form))
        .map(|(index, _)| index as u32)
        .collect()
}

/// An article filter, made ready to compare.
struct Filter<'q> {
    filter: &'q ArticleFilter,
    versions: HashSet<u64>,
    sources: HashSet<String>,
}

impl<'q> Filter<'q> {
    fn of(view: &View, filter: &'q ArticleFilter) -> Result<Self> {
        let mut versions = HashSet::new();
        for id in &filter.ids {
            versions.extend(view.store.seq_of(id)?);
        }
        let sources = filter.sources.iter().map(|source| text::folded(source)).collect();
        Ok(Self { filter, versions, sources })
    }

    /// The first place in order of dates that can pass.
    fn start(&self, after: Option<Place>) -> (u64, u64) {
        let newest = self.filter.until.map_or(0, |until| store::date_key(Some(until.saturating_sub(1))));
        match after {
            Some(after) if after.rank >= newest => (after.rank, after.tie),
            _ => (newest, 0),
        }
    }

    /// Whether all later places are too old.
    fn is_past(&self, date: u64) -> bool {
        match self.filter.from {
            Some(from) => date > store::date_key(Some(from)),
            None => self.filter.until.is_some() && date == u64::MAX,
        }
    }

    /// Whether the article's date and id pass.
    fn passes_version(&self, date: u64, seq: u64) -> bool {
        !self.is_past(date) && (self.filter.ids.is_empty() || self.versions.contains(&seq))
    }

    /// Whether what is written in the article passes.
    fn passes(&self, article: &Article) -> bool {
        let languages = &self.filter.languages;
        (self.sources.is_empty() || self.sources.contains(&text::folded(&article.source)))
            && (languages.is_empty() || languages.iter().any(|code| code.eq_ignore_ascii_case(&article.language)))
    }
}
