//! From domain values to reply messages.

use prost_types::Timestamp;
use sayso_document::{
    Counted, Date, DateRange, Entity, EntityType, Mention, Named, Quote, Role, Sentence, Span, join_spans,
};
use sayso_index::{
    AnalyzedArticle, Article, ArticleHit, EntityHit, EntityId, EntityRecord, MentionHit, QuoteHit, SentenceHit, Total,
};

use super::{Offsets, OffsetsOfPage, labels};
use crate::proto::{self, OffsetEncoding};

/// The article as it was put.
pub(crate) fn article(article: Article) -> proto::Article {
    proto::Article {
        published_at: article.published_at.map(timestamp),
        published_on: article.published_on.map(day),
        id: article.id,
        url: article.url,
        source: article.outlet,
        title: article.title,
        authors: article.authors,
        language: article.language,
        body: article.body,
    }
}

/// The article without its body.
fn article_info(article: &Article) -> proto::Article {
    proto::Article {
        id: article.id.clone(),
        url: article.url.clone(),
        source: article.outlet.clone(),
        title: article.title.clone(),
        authors: article.authors.clone(),
        language: article.language.clone(),
        published_at: article.published_at.map(timestamp),
        published_on: article.published_on.map(day),
    }
}

/// What was found in an article, its spans counted in `encoding`.
pub(crate) fn annotations(analyzed: &AnalyzedArticle, encoding: OffsetEncoding) -> proto::Annotations {
    let offsets = Offsets::new(&analyzed.article.body, encoding);
    let analysis = &analyzed.analysis;
    let sentences = analysis.sentences.iter().enumerate();
    let quotes = analysis.quotes.iter().enumerate();
    proto::Annotations {
        model: analysis.model.clone(),
        sentences: sentences.map(|(index, one)| sentence(&analyzed.article, index, one, &offsets)).collect(),
        entities: article_entities(analyzed, &offsets),
        quotes: quotes.map(|(index, one)| bare_quote(analyzed, index, one, &offsets)).collect(),
        language: analysis.language.clone(),
        tier: labels::tier(analysis.tier),
    }
}

/// A sentence of an article.
pub(crate) fn sentence(article: &Article, index: usize, sentence: &Sentence, offsets: &Offsets) -> proto::Sentence {
    proto::Sentence {
        id: format!("{}#s{index}", article.id),
        index: index as u32,
        paragraph: sentence.paragraph,
        span: Some(offsets.span(sentence.span)),
        text: sentence.span.of(&article.body).to_owned(),
        role: labels::role(sentence.role),
    }
}

/// A quote with its article's metadata.
pub(crate) fn quote(analyzed: &AnalyzedArticle, index: usize, quote: &Quote, offsets: &Offsets) -> proto::Quote {
    proto::Quote { article: Some(article_info(&analyzed.article)), ..bare_quote(analyzed, index, quote, offsets) }
}

/// A hit of a page.
pub(crate) trait Hit {
    /// What it is in an answer.
    type Reply: prost::Message;
    /// The reply, its spans counted as `offsets` count.
    fn reply<'h>(&'h self, offsets: &mut OffsetsOfPage<'h>) -> Self::Reply;
}

impl Hit for ArticleHit {
    type Reply = proto::ArticleSummary;

    fn reply<'h>(&'h self, _offsets: &mut OffsetsOfPage<'h>) -> Self::Reply {
        proto::ArticleSummary {
            article: Some(article_info(&self.article)),
            sentence_count: self.sentences,
            entity_count: self.entities,
            quote_count: self.quotes,
        }
    }
}

impl Hit for SentenceHit {
    type Reply = proto::SentenceHit;

    fn reply<'h>(&'h self, offsets: &mut OffsetsOfPage<'h>) -> Self::Reply {
        let body = &self.article.body;
        let offsets = offsets.of(body);
        let highlights = self.highlights.iter().map(|span| highlight(body, self.sentence.span, *span, offsets));
        proto::SentenceHit {
            sentence: Some(sentence(&self.article, self.index as usize, &self.sentence, offsets)),
            highlights: highlights.collect(),
            article: Some(article_info(&self.article)),
            score: self.score,
        }
    }
}

impl Hit for QuoteHit {
    type Reply = proto::QuoteHit;

    fn reply<'h>(&'h self, offsets: &mut OffsetsOfPage<'h>) -> Self::Reply {
        let offsets = offsets.of(&self.article.article.body);
        proto::QuoteHit {
            quote: Some(quote(&self.article, self.index as usize, self.quote(), offsets)),
            highlights: self.highlights.iter().map(|span| offsets.span(*span)).collect(),
            score: self.score,
        }
    }
}

impl Hit for EntityHit {
    type Reply = proto::EntityHit;

    fn reply<'h>(&'h self, _offsets: &mut OffsetsOfPage<'h>) -> Self::Reply {
        proto::EntityHit { entity: Some(entity(&self.entity)), matched: self.matched.clone(), score: self.score }
    }
}

impl Hit for MentionHit {
    type Reply = proto::MentionHit;

    fn reply<'h>(&'h self, offsets: &mut OffsetsOfPage<'h>) -> Self::Reply {
        let analyzed = &self.article;
        let offsets = offsets.of(&analyzed.article.body);
        let one = &analyzed.analysis.mentions[self.index as usize];
        let around = analyzed.analysis.sentences.get(one.sentence);
        proto::MentionHit {
            mention: Some(mention(analyzed, self.index as usize, one, offsets)),
            sentence: around.map(|found| sentence(&analyzed.article, one.sentence, found, offsets)),
            article: Some(article_info(&analyzed.article)),
        }
    }
}

/// An entity over all articles.
pub(crate) fn entity(record: &EntityRecord) -> proto::Entity {
    proto::Entity {
        id: record.id.to_string(),
        name: record.name.clone(),
        r#type: labels::entity_type(record.kind),
        aliases: counted(&record.aliases),
        titles: counted(&record.titles),
        mention_count: record.mentions,
        article_count: record.articles,
        quote_count: record.quotes,
        first_seen: record.first_seen.map(timestamp),
        last_seen: record.last_seen.map(timestamp),
        external_ids: Default::default(),
    }
}

/// A count of hits.
pub(crate) fn total(total: Total) -> proto::TotalCount {
    proto::TotalCount { count: total.count, exact: total.exact }
}

fn article_entities(analyzed: &AnalyzedArticle, offsets: &Offsets) -> Vec<proto::ArticleEntity> {
    let analysis = &analyzed.analysis;
    let mut entities: Vec<_> = analysis.entities.iter().map(|one| article_entity(analyzed, one)).collect();
    for (index, one) in analysis.mentions.iter().enumerate() {
        entities[one.entity].mentions.push(mention(analyzed, index, one, offsets));
    }
    entities
}

fn article_entity(analyzed: &AnalyzedArticle, entity: &Entity) -> proto::ArticleEntity {
    proto::ArticleEntity {
        id: EntityId::of(entity.kind, &entity.name).to_string(),
        name: entity.name.clone(),
        r#type: labels::entity_type(entity.kind),
        aliases: counted(&entity.aliases),
        titles: counted(&entity.titles),
        mentions: Vec::new(),
        confidence: entity.confidence,
        roles: entity.roles.iter().map(|one| role(analyzed, one)).collect(),
    }
}

fn role(analyzed: &AnalyzedArticle, role: &Role) -> proto::EntityRole {
    let named = |kind, one: &Named| match one.entity {
        Some(position) => entity_ref(analyzed, position),
        None => reference(kind, &one.name),
    };
    proto::EntityRole {
        title: role.title.clone(),
        role: role.role.clone(),
        organization: role.organization.as_ref().map(|one| named(EntityType::Organization, one)),
        country: role.country.as_ref().map(|one| named(EntityType::Place, one)),
    }
}

fn bare_quote(analyzed: &AnalyzedArticle, index: usize, quote: &Quote, offsets: &Offsets) -> proto::Quote {
    let body = &analyzed.article.body;
    let context = analyzed.analysis.context(quote, body);
    let first = analyzed.analysis.sentences_touched(context).start;
    let refs = |positions: &[usize]| positions.iter().map(|at| entity_ref(analyzed, *at)).collect();
    let addressee = quote.addressee.as_ref();
    proto::Quote {
        id: format!("{}#q{index}", analyzed.article.id),
        index: index as u32,
        article: None,
        text: quote.clean_text(body),
        content: quote.content.iter().map(|span| offsets.span(*span)).collect(),
        cue: phrase(&quote.cue, body, offsets),
        cue_lemma: quote.cue_lemma.clone(),
        source: phrase(&quote.source, body, offsets),
        speakers: refs(&quote.speakers),
        speaker_confidence: (!quote.speakers.is_empty()).then_some(quote.speaker_confidence),
        addressee: addressee.and_then(|to| phrase(&[to.span], body, offsets)),
        addressees: addressee.map(|to| refs(&to.entities)).unwrap_or_default(),
        about: refs(&quote.about),
        act: labels::act(quote.act),
        kind: labels::kind(quote.kind),
        polarity: labels::polarity(quote.polarity),
        when: quote.when.and_then(|span| phrase(&[span], body, offsets)),
        confidence: quote.confidence,
        context: context.of(body).to_owned(),
        sentence: first as u32,
        said: quote.said.map(date_range),
        model: analyzed.analysis.model.clone(),
        tier: labels::tier(analyzed.analysis.tier),
    }
}

fn date_range(range: DateRange) -> proto::DateRange {
    proto::DateRange { first: Some(day(range.first)), last: Some(day(range.last)) }
}

fn day(date: Date) -> proto::google_type::Date {
    let (year, month, day) = date.parts();
    proto::google_type::Date { year, month: month.into(), day: day.into() }
}

fn mention(analyzed: &AnalyzedArticle, index: usize, mention: &Mention, offsets: &Offsets) -> proto::Mention {
    proto::Mention {
        id: format!("{}#m{index}", analyzed.article.id),
        entity: Some(entity_ref(analyzed, mention.entity)),
        sentence: mention.sentence as u32,
        span: Some(offsets.span(mention.span)),
        text: mention.span.of(&analyzed.article.body).to_owned(),
        form: labels::form(mention.form),
        name: mention.name.map(|span| offsets.span(span)),
    }
}

fn entity_ref(analyzed: &AnalyzedArticle, position: usize) -> proto::EntityRef {
    let entity = &analyzed.analysis.entities[position];
    reference(entity.kind, &entity.name)
}

fn reference(kind: EntityType, name: &str) -> proto::EntityRef {
    proto::EntityRef {
        id: EntityId::of(kind, name).to_string(),
        name: name.to_owned(),
        r#type: labels::entity_type(kind),
    }
}

fn highlight(body: &str, within: Span, span: Span, offsets: &Offsets) -> proto::Highlight {
    let place = offsets.span(span);
    let before = offsets.span(Span::new(within.start(), within.start())).start;
    proto::Highlight {
        span: Some(place),
        in_text: Some(proto::TextSpan { start: place.start - before, end: place.end - before }),
        text: span.of(body).to_owned(),
    }
}

fn phrase(spans: &[Span], body: &str, offsets: &Offsets) -> Option<proto::TextPhrase> {
    let spans_of = || spans.iter().map(|span| offsets.span(*span)).collect();
    (!spans.is_empty()).then(|| proto::TextPhrase { text: join_spans(spans, body), spans: spans_of() })
}

fn counted(texts: &[Counted]) -> Vec<proto::CountedText> {
    texts.iter().map(|one| proto::CountedText { text: one.text.clone(), count: one.count.into() }).collect()
}

fn timestamp(micros: i64) -> Timestamp {
    Timestamp { seconds: micros.div_euclid(1_000_000), nanos: (micros.rem_euclid(1_000_000) * 1000) as i32 }
}
