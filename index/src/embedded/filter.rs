//! From typed filters to tantivy queries that let hits pass or not, without a score.
//!
//! The values of one list are alternatives, and all lists must hold. Names of outlets and authors are compared folded. A name of an
//! entity is first resolved to ids (`named`), so that a filter by name and one by id run alike.

use std::collections::BTreeSet;
use std::ops::Bound;

use sayso_document::Date;
use tantivy::Term;
use tantivy::query::{Query, RangeQuery};

use super::compile::{Compiler, published};
use super::schema::{Common, ROLES, label_key, label_value, name_key, named_word, tier_word};
use super::terms::{any_of, any_term};
use super::view::View;
use crate::article::type_word;
use crate::engine::CHECK_EVERY;
use crate::meant::Bearing;
use crate::query::{ArticleFilter, Expr, Field, QuoteQuery, SentenceQuery};
use crate::words::{act_word, kind_word, polarity_word};
use crate::{EntityId, Interrupt, Result};

/// Queries that all must match.
type Filters = Vec<Box<dyn Query>>;

impl View {
    /// Filters of a search for sentences.
    pub(super) fn sentence_filters(&self, query: &SentenceQuery, interrupt: &Interrupt) -> Result<Filters> {
        let fields = &self.fields.sentences;
        let mut filters = self.article_filters(&fields.common, &query.filter, interrupt)?;
        if !query.mention_types.is_empty() {
            filters.push(any_of(fields.types, query.mention_types.iter().map(|&kind| type_word(kind))));
        }
        if !query.roles.is_empty() {
            let place = |role| ROLES.iter().position(|one| one == role).unwrap_or_default() as u64;
            let terms = query.roles.iter().map(|role| Term::from_field_u64(fields.role, place(role)));
            filters.push(any_term(terms.collect()));
        }
        for who in &query.mentions {
            filters.push(any_of(fields.mentions, self.ids_of(who, Bearing::Name, interrupt)?));
        }
        Ok(filters)
    }

    /// Filters of a search for quotes.
    pub(super) fn quote_filters(&self, query: &QuoteQuery, interrupt: &Interrupt) -> Result<Filters> {
        let fields = &self.fields.quotes;
        let mut filters = self.article_filters(&fields.common, &query.filter, interrupt)?;
        if !query.speaker_types.is_empty() {
            filters.push(any_of(fields.types, query.speaker_types.iter().map(|&kind| type_word(kind))));
        }
        for who in &query.entities {
            filters.push(fields.of_anybody(&self.ids_of(who, Bearing::Name, interrupt)?));
        }
        if !query.cues.is_empty() {
            let cue = |text: &String| Expr::Word { field: Field::Cue, text: text.clone() };
            let cues = Expr::Either(query.cues.iter().map(cue).collect());
            filters.push(Compiler::quotes(self, interrupt).compile(&cues)?.query);
        }
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

    /// The numbers of the articles that mention all entities that a filter names. None if it names none.
    pub(super) fn mentioning(&self, filter: &ArticleFilter, interrupt: &Interrupt) -> Result<Option<BTreeSet<u64>>> {
        let mut all: Option<BTreeSet<u64>> = None;
        for who in &filter.entities {
            let mut articles = BTreeSet::new();
            for id in self.ids_of(who, Bearing::Name, interrupt)? {
                let Some(id) = EntityId::parse(&id) else { continue };
                for (number, entry) in self.store.mentioning(&id, (0, 0))?.enumerate() {
                    if number % CHECK_EVERY as usize == 0 {
                        interrupt.check()?;
                    }
                    let (_, seq, mentions) = entry?;
                    if mentions > 0 && all.as_ref().is_none_or(|all| all.contains(&seq)) {
                        articles.insert(seq);
                    }
                }
            }
            all = Some(articles);
        }
        Ok(all)
    }

    /// The filters by properties of the article.
    pub(super) fn article_filters(
        &self,
        fields: &Common,
        filter: &ArticleFilter,
        interrupt: &Interrupt,
    ) -> Result<Filters> {
        let mut filters: Filters = Vec::new();
        if let Some(mentioning) = self.mentioning(filter, interrupt)? {
            filters.push(any_term(mentioning.iter().map(|&seq| Term::from_field_u64(fields.seq, seq)).collect()));
        }
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
