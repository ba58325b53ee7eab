//! From typed filters to tantivy queries that let hits pass or not, without a score.
//!
//! The values of one list are alternatives, and all lists must hold. Names of outlets and authors are compared folded. A name of an
//! entity is first resolved to ids (`named`), so that a filter by name and one by id run alike.

use std::ops::Bound;

use sayso_document::Date;
use tantivy::Term;
use tantivy::query::{Query, RangeQuery};

use super::compile::published;
use super::named::Bearing;
use super::schema::{Common, label_key, label_value, name_key, named_word, tier_word};
use super::terms::{any_of, any_term};
use super::view::View;
use crate::query::{ArticleFilter, QuoteQuery, SentenceQuery};
use crate::words::{act_word, kind_word, polarity_word};
use crate::{Interrupt, Result};

/// Queries that all must match.
type Filters = Vec<Box<dyn Query>>;

impl View {
    /// Filters of a search for sentences.
    pub(super) fn sentence_filters(&self, query: &SentenceQuery, interrupt: &Interrupt) -> Result<Filters> {
        let fields = &self.fields.sentences;
        let mut filters = self.article_filters(&fields.common, &query.filter)?;
        for who in &query.mentions {
            filters.push(any_of(fields.mentions, self.ids_of(who, Bearing::Name, interrupt)?));
        }
        Ok(filters)
    }

    /// Filters of a search for quotes.
    pub(super) fn quote_filters(&self, query: &QuoteQuery, interrupt: &Interrupt) -> Result<Filters> {
        let fields = &self.fields.quotes;
        let mut filters = self.article_filters(&fields.common, &query.filter)?;
        let any = [
            (fields.speaker_ids, &query.speakers, Bearing::NameOrTitle),
            (fields.addressee_ids, &query.addressees, Bearing::Name),
        ];
        for (field, any, bearing) in any {
            let mut ids = Vec::new();
            for who in any {
                ids.extend(self.ids_of(who, bearing, interrupt)?);
            }
            if !any.is_empty() {
                filters.push(any_of(field, ids));
            }
        }
        for who in &query.about {
            filters.push(any_of(fields.about_ids, self.ids_of(who, Bearing::Name, interrupt)?));
        }
        let mut facet = |words: Vec<&str>| {
            if !words.is_empty() {
                filters.push(any_of(fields.facet, words));
            }
        };
        facet(query.kinds.iter().map(|&kind| kind_word(kind)).collect());
        facet(query.acts.iter().map(|&act| act_word(act)).collect());
        facet(query.polarities.iter().map(|&polarity| polarity_word(polarity)).collect());
        facet(query.named_speaker.into_iter().map(named_word).collect());
        let sure =
            [(fields.confidence, query.min_confidence), (fields.speaker_confidence, query.min_speaker_confidence)];
        for (field, least) in sure.into_iter().filter(|&(_, least)| least > 0.0) {
            let least = Term::from_field_f64(field, f64::from(least));
            filters.push(Box::new(RangeQuery::new(Bound::Included(least), Bound::Unbounded)));
        }
        let day = |field, date: Date| Term::from_field_i64(field, date.days().into());
        if let Some(from) = query.said_from {
            let from = Bound::Included(day(fields.said_last, from));
            filters.push(Box::new(RangeQuery::new(from, Bound::Unbounded)));
        }
        if let Some(until) = query.said_until {
            let until = Bound::Excluded(day(fields.said_first, until));
            filters.push(Box::new(RangeQuery::new(Bound::Unbounded, until)));
        }
        Ok(filters)
    }

    /// The filters by properties of the article.
    pub(super) fn article_filters(&self, fields: &Common, filter: &ArticleFilter) -> Result<Filters> {
        let mut filters: Filters = Vec::new();
        if !filter.ids.is_empty() {
            let mut terms = Vec::new();
            for id in &filter.ids {
                terms.extend(self.store.seq_of(id)?.map(|seq| Term::from_field_u64(fields.seq, seq)));
            }
            filters.push(any_term(terms));
        }
        if !filter.outlets.is_empty() {
            filters.push(any_of(fields.outlet_key, filter.outlets.iter().map(|outlet| name_key(outlet))));
        }
        if !filter.authors.is_empty() {
            filters.push(any_of(fields.author_key, filter.authors.iter().map(|author| name_key(author))));
        }
        for label in &filter.labels {
            filters.push(match label.values.is_empty() {
                true => any_of(fields.label, [label_key(&label.key)]),
                false => any_of(fields.label, label.values.iter().map(|value| label_value(&label.key, value))),
            });
        }
        if !filter.models.is_empty() {
            filters.push(any_of(fields.model, &filter.models));
        }
        if !filter.tiers.is_empty() {
            filters.push(any_of(fields.tier, filter.tiers.iter().map(|&tier| tier_word(tier))));
        }
        if !filter.languages.is_empty() {
            filters.push(any_of(fields.language, filter.languages.iter().map(|code| code.to_ascii_lowercase())));
        }
        if filter.from.is_some() || filter.until.is_some() {
            filters.push(published(fields.published, filter.from, filter.until));
        }
        Ok(filters)
    }
}
