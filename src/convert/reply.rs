//! From domain values to reply messages.

use std::ops::Range;

use prost_types::Timestamp;
use sayso_document::{Analysis, Counted, Date, DateRange, Entity, EntityType, Named, Role, Sentence, Span, join_spans};
use sayso_index::{
    AnalyzedArticle, Article, ArticleHit, ArticleMatch, Before, EntityHit, EntityId, EntityRecord, EntitySuggestion,
    Explanation, MatchedSentence, MentionHit, PhraseSuggestion, QuoteHit, SentenceHit, Suggestions, Total, Version,
};

use super::{
    Offsets, OffsetsOfPage, Shape,
    fragment::fragment,
    labels,
    place::{self, Place},
};
use crate::proto::{self, OffsetEncoding};

/// The article as it was put.
pub(super) fn article(article: Article) -> proto::Article {
    let told = article_without_body(&article);
    proto::Article { body: article.body, ..told }
}

/// The article without its body, as hits carry it.
pub(crate) fn article_without_body(article: &Article) -> proto::Article {
    proto::Article {
        id: article.id.clone(),
        url: article.url.clone(),
        outlet: article.outlet.clone(),
        title: article.title.clone(),
        authors: article.authors.clone(),
        language_code: article.language.clone(),
        publish_time: article.published_at.map(timestamp),
        publish_date: article.published_on.map(day),
        labels: article.labels.clone(),
        body: String::new(),
        revision: count(article.version.revision),
        create_time: article.version.created.map(timestamp),
        update_time: article.version.updated.map(timestamp),
        etag: etag(article.version),
    }
}

/// Names a version of an article.
pub(crate) fn etag(version: Version) -> String {
    format!("{:016x}", version.etag)
}

/// What was found in an article, its spans counted in `encoding`.
pub(crate) fn annotations(analyzed: &AnalyzedArticle, encoding: OffsetEncoding) -> proto::Annotations {
    let offsets = Offsets::new(&analyzed.article.body, encoding);
    proto::Annotations {
        sentences: sentences(analyzed, &offsets, 0).collect(),
        entities: article_entities(analyzed, 0).collect(),
        mentions: mentions(analyzed, &offsets, 0).collect(),
        quotes: bare_quotes(analyzed, &offsets, 0).collect(),
        ..bare_annotations(&analyzed.analysis)
    }
}

/// How an article was analysed, without what was found.
pub(super) fn bare_annotations(analysis: &Analysis) -> proto::Annotations {
    proto::Annotations {
        model: analysis.model.clone(),
        tier: labels::tier(analysis.tier),
        language_code: analysis.language.clone(),
        ..proto::Annotations::default()
    }
}

/// The article's sentences from the one of this number on.
pub(super) fn sentences(
    analyzed: &AnalyzedArticle,
    offsets: &Offsets,
    from: usize,
) -> impl Iterator<Item = proto::Sentence> {
    let all = analyzed.analysis.sentences.iter().enumerate().skip(from);
    all.map(|(index, one)| sentence(&analyzed.article, index, one, offsets))
}

/// The article's entities from the one of this number on.
pub(super) fn article_entities(analyzed: &AnalyzedArticle, from: usize) -> impl Iterator<Item = proto::ArticleEntity> {
    analyzed.analysis.entities.iter().skip(from).map(|one| article_entity(analyzed, one))
}

/// The article's mentions from the one of this number on.
pub(super) fn mentions(
    analyzed: &AnalyzedArticle,
    offsets: &Offsets,
    from: usize,
) -> impl Iterator<Item = proto::Mention> {
    let all = &analyzed.analysis.mentions;
    let nths = if from < all.len() { place::nths(all.iter().map(|one| (one.span, None))) } else { Vec::new() };
    (from..all.len()).map(move |index| mention(analyzed, index, nths[index], offsets))
}

/// The article's quotes from the one of this number on, without the article.
pub(super) fn bare_quotes(
    analyzed: &AnalyzedArticle,
    offsets: &Offsets,
    from: usize,
) -> impl Iterator<Item = proto::Quote> {
    let all = &analyzed.analysis.quotes;
    let nths = if from < all.len() { place::nths(all.iter().map(place::of_quote)) } else { Vec::new() };
    (from..all.len()).map(move |index| bare_quote(analyzed, index, nths[index], offsets))
}

/// A sentence of an article.
pub(crate) fn sentence(article: &Article, index: usize, sentence: &Sentence, offsets: &Offsets) -> proto::Sentence {
    proto::Sentence {
        id: Place::Sentence.id(article, (sentence.span, None), 0),
        index: index as i32,
        paragraph_index: sentence.paragraph as i32,
        span: Some(offsets.span(sentence.span)),
        text: sentence.span.of(&article.body).to_owned(),
        role: labels::role(sentence.role),
    }
}

/// The quote of this number with its article's metadata.
pub(crate) fn quote(analyzed: &AnalyzedArticle, index: usize, offsets: &Offsets) -> proto::Quote {
    let nth = place::nth_quote(&analyzed.analysis, index);
    let article = Some(article_without_body(&analyzed.article));
    proto::Quote { article, ..bare_quote(analyzed, index, nth, offsets) }
}

/// How what is typed may go on.
pub(crate) fn suggestions(found: Suggestions) -> proto::SuggestResponse {
    let entity = |one: EntitySuggestion| proto::EntitySuggestion {
        id: one.id.as_str().to_owned(),
        name: one.name,
        r#type: labels::entity_type(one.kind),
        article_count: count(one.articles),
    };
    let phrase =
        |one: PhraseSuggestion| proto::PhraseSuggestion { text: one.text, headline_count: count(one.headlines) };
    proto::SuggestResponse {
        entities: found.entities.into_iter().map(entity).collect(),
        phrases: found.phrases.into_iter().map(phrase).collect(),
    }
}

/// A hit of a page.
pub(crate) trait Hit {
    /// Its protobuf value.
    type Reply: prost::Message + Default;
    /// The reply, its spans counted as `offsets` count.
    fn reply<'h>(&'h self, offsets: &mut OffsetsOfPage<'h>, shape: Shape) -> Self::Reply;
}

impl Hit for ArticleHit {
    type Reply = proto::ArticleSummary;

    fn reply<'h>(&'h self, _offsets: &mut OffsetsOfPage<'h>, _shape: Shape) -> Self::Reply {
        proto::ArticleSummary {
            article: Some(article_without_body(&self.article)),
            sentence_count: self.sentences.into(),
            entity_count: self.entities.into(),
            quote_count: self.quotes.into(),
            model: self.model.clone(),
            tier: labels::tier(self.tier),
        }
    }
}

impl Hit for SentenceHit {
    type Reply = proto::SentenceHit;

    fn reply<'h>(&'h self, _offsets: &mut OffsetsOfPage<'h>, shape: Shape) -> Self::Reply {
        let passage = Passage::of((&self.text, self.before), self.sentence.span, shape);
        let found = (self.index, &self.sentence, &self.highlights[..]);
        proto::SentenceHit {
            article: Some(article_without_body(&self.article)),
            title_highlights: title_highlights(&self.article.title, &self.title_highlights, shape),
            score: self.score,
            ..bare_sentence_hit(&self.article, found, passage, shape)
        }
    }
}

impl Hit for ArticleMatch {
    type Reply = proto::ArticleHit;

    fn reply<'h>(&'h self, _offsets: &mut OffsetsOfPage<'h>, shape: Shape) -> Self::Reply {
        let told = |one: &MatchedSentence| {
            let passage = Passage::of((&one.text, one.before), one.sentence.span, shape);
            let found = (one.index, &one.sentence, &one.highlights[..]);
            proto::SentenceHit { score: one.score, ..bare_sentence_hit(&self.article, found, passage, shape) }
        };
        proto::ArticleHit {
            article: Some(article_without_body(&self.article)),
            sentences: self.sentences.iter().map(told).collect(),
            other_sentence_count: self.others.into(),
            title_highlights: title_highlights(&self.article.title, &self.title_highlights, shape),
            score: self.score,
            explanation: self.explanation.as_ref().map(explanation),
        }
    }
}

impl Hit for QuoteHit {
    type Reply = proto::QuoteHit;

    fn reply<'h>(&'h self, offsets: &mut OffsetsOfPage<'h>, shape: Shape) -> Self::Reply {
        let article = &self.article.article;
        let offsets = offsets.of(&article.body);
        let (text, places) = self.quote().clean_text_with(&article.body, &self.highlights);
        let marks: Vec<_> = places.iter().flatten().cloned().collect();
        proto::QuoteHit {
            quote: Some(quote(&self.article, self.index as usize, offsets)),
            highlights: quote_highlights(self, (&text, &places), offsets),
            score: self.score,
            title_highlights: title_highlights(&article.title, &self.title_highlights, shape),
            fragment: text_fragment(&text, &marks, shape),
        }
    }
}

impl Hit for EntityHit {
    type Reply = proto::EntityHit;

    fn reply<'h>(&'h self, _offsets: &mut OffsetsOfPage<'h>, _shape: Shape) -> Self::Reply {
        let looked_for = !self.matched.is_empty();
        proto::EntityHit {
            entity: Some(entity(&self.entity)),
            matched: self.matched.clone(),
            matched_by: if looked_for { labels::matched_by(self.matched_by) } else { 0 },
            score: self.score,
        }
    }
}

impl Hit for MentionHit {
    type Reply = proto::MentionHit;

    fn reply<'h>(&'h self, offsets: &mut OffsetsOfPage<'h>, _shape: Shape) -> Self::Reply {
        let analyzed = &self.article;
        let offsets = offsets.of(&analyzed.article.body);
        let index = self.index as usize;
        let one = &analyzed.analysis.mentions[index];
        let around = analyzed.analysis.sentences.get(one.sentence);
        proto::MentionHit {
            mention: Some(mention(analyzed, index, place::nth_mention(&analyzed.analysis, index), offsets)),
            sentence: around.map(|found| sentence(&analyzed.article, one.sentence, found, offsets)),
            article: Some(article_without_body(&analyzed.article)),
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
        mention_count: count(record.mentions),
        article_count: count(record.articles),
        quote_count: count(record.quotes),
        first_publish_time: record.first_seen.map(timestamp),
        last_publish_time: record.last_seen.map(timestamp),
        external_ids: Default::default(),
        merged_into: String::new(),
    }
}

/// A count of hits.
pub(crate) fn total(total: Total) -> proto::TotalCount {
    proto::TotalCount { count: count(total.count), exact: total.exact }
}

fn article_entity(analyzed: &AnalyzedArticle, entity: &Entity) -> proto::ArticleEntity {
    proto::ArticleEntity {
        id: EntityId::of(entity.kind, &entity.name).to_string(),
        name: entity.name.clone(),
        r#type: labels::entity_type(entity.kind),
        aliases: counted(&entity.aliases),
        titles: counted(&entity.titles),
        roles: entity.roles.iter().map(|one| role(analyzed, one)).collect(),
        confidence: entity.confidence,
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

fn bare_quote(analyzed: &AnalyzedArticle, index: usize, nth: usize, offsets: &Offsets) -> proto::Quote {
    let quote = &analyzed.analysis.quotes[index];
    let body = &analyzed.article.body;
    let context = analyzed.analysis.context(quote, body);
    let first = analyzed.analysis.sentences_touched(context).start;
    let refs = |positions: &[usize]| positions.iter().map(|at| entity_ref(analyzed, *at)).collect();
    let addressee = quote.addressee.as_ref();
    proto::Quote {
        id: Place::Quote.id(&analyzed.article, place::of_quote(quote), nth),
        index: index as i32,
        article: None,
        text: quote.clean_text(body),
        content_spans: quote.content.iter().map(|span| offsets.span(*span)).collect(),
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
        time_expression: quote.when.and_then(|span| phrase(&[span], body, offsets)),
        said_dates: quote.said.map(date_range),
        confidence: quote.confidence,
        context: context.of(body).to_owned(),
        sentence_index: first as i32,
        model: analyzed.analysis.model.clone(),
        tier: labels::tier(analyzed.analysis.tier),
    }
}

fn date_range(range: DateRange) -> proto::DateRange {
    // The last day that a date can be has none after it.
    let end = Date::from_days(range.last.days() + 1);
    proto::DateRange { start_date: Some(day(range.first)), end_date: end.map(day) }
}

fn day(date: Date) -> proto::google_type::Date {
    let (year, month, day) = date.parts();
    proto::google_type::Date { year, month: month.into(), day: day.into() }
}

fn mention(analyzed: &AnalyzedArticle, index: usize, nth: usize, offsets: &Offsets) -> proto::Mention {
    let mention = &analyzed.analysis.mentions[index];
    proto::Mention {
        id: Place::Mention.id(&analyzed.article, (mention.span, None), nth),
        entity: Some(entity_ref(analyzed, mention.entity)),
        sentence_index: mention.sentence as i32,
        span: Some(offsets.span(mention.span)),
        text: mention.span.of(&analyzed.article.body).to_owned(),
        form: labels::form(mention.form),
        name_span: mention.name.map(|span| offsets.span(span)),
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

/// The words of a quote that matched, with their places in its text.
fn quote_highlights(
    hit: &QuoteHit,
    (text, places): (&str, &[Option<Range<usize>>]),
    offsets: &Offsets,
) -> Vec<proto::Highlight> {
    let body = &hit.article.article.body;
    let told = |(span, place): (&Span, &Option<Range<usize>>)| proto::Highlight {
        span: Some(offsets.span(*span)),
        text_span: place.as_ref().map(|place| {
            let start = offsets.width(&text[..place.start]);
            proto::TextSpan { start, end: start + offsets.width(&text[place.clone()]) }
        }),
        text: span.of(body).to_owned(),
    };
    hit.highlights.iter().zip(places).map(told).collect()
}

/// A part of an article's body.
#[derive(Clone, Copy)]
struct Passage<'t> {
    text: &'t str,
    /// How much comes before it, in the client's unit.
    start: i32,
    /// Its bytes in the body.
    span: Span,
}

impl<'t> Passage<'t> {
    /// A text with what comes before it, and its bytes in the body.
    fn of((text, before): (&'t str, Before), span: Span, shape: Shape) -> Self {
        let start = match shape.encoding {
            OffsetEncoding::Unspecified | OffsetEncoding::Utf8 => before.utf8,
            OffsetEncoding::Utf16 => before.utf16,
            OffsetEncoding::Utf32 => before.utf32,
        };
        Self { text, start: start as i32, span }
    }
}

/// A sentence that was found, without its article and score.
fn bare_sentence_hit(
    article: &Article,
    (index, found, highlights): (u32, &Sentence, &[Span]),
    passage: Passage<'_>,
    shape: Shape,
) -> proto::SentenceHit {
    let Passage { text, start, span } = passage;
    let offsets = Offsets::new(text, shape.encoding);
    let in_body = |place: &proto::TextSpan| proto::TextSpan { start: start + place.start, end: start + place.end };
    let within = |mark: &Span| Span::new(mark.start() - span.start(), mark.end() - span.start());
    let highlight = |mark: &Span| {
        let place = offsets.span(within(mark));
        proto::Highlight { span: Some(in_body(&place)), text_span: Some(place), text: within(mark).of(text).to_owned() }
    };
    let marks: Vec<_> = highlights.iter().map(|mark| within(mark).range()).collect();
    proto::SentenceHit {
        sentence: Some(proto::Sentence {
            id: Place::Sentence.id(article, (span, None), 0),
            index: index as i32,
            paragraph_index: found.paragraph as i32,
            span: Some(in_body(&offsets.span(Span::new(0, text.len())))),
            text: text.to_owned(),
            role: labels::role(found.role),
        }),
        highlights: highlights.iter().map(highlight).collect(),
        fragment: text_fragment(text, &marks, shape),
        ..proto::SentenceHit::default()
    }
}

/// The words of a title that matched.
fn title_highlights(title: &str, spans: &[Span], shape: Shape) -> Vec<proto::Highlight> {
    if spans.is_empty() {
        return Vec::new();
    }
    let offsets = Offsets::new(title, shape.encoding);
    let told = |span: &Span| proto::Highlight {
        span: None,
        text_span: Some(offsets.span(*span)),
        text: span.of(title).to_owned(),
    };
    spans.iter().map(told).collect()
}

/// The part of a text with most of what is marked, if fragments are asked for.
fn text_fragment(text: &str, marks: &[Range<usize>], shape: Shape) -> Option<proto::TextFragment> {
    let part = fragment(text, marks, shape.fragment?);
    let offsets = Offsets::new(&part.text, shape.encoding);
    let highlights = part.marks.iter().map(|mark| offsets.span(Span::new(mark.start, mark.end))).collect();
    Some(proto::TextFragment { highlights, text: part.text })
}

fn explanation(part: &Explanation) -> proto::Explanation {
    proto::Explanation {
        value: part.value,
        description: part.what.clone(),
        parts: part.parts.iter().map(explanation).collect(),
    }
}

fn phrase(spans: &[Span], body: &str, offsets: &Offsets) -> Option<proto::TextPhrase> {
    let spans_of = || spans.iter().map(|span| offsets.span(*span)).collect();
    (!spans.is_empty()).then(|| proto::TextPhrase { text: join_spans(spans, body), spans: spans_of() })
}

fn counted(texts: &[Counted]) -> Vec<proto::CountedText> {
    texts.iter().map(|one| proto::CountedText { text: one.text.clone(), count: i64::from(one.count) }).collect()
}

/// A count as the signed integer of messages.
pub(crate) fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn timestamp(micros: i64) -> Timestamp {
    Timestamp { seconds: micros.div_euclid(1_000_000), nanos: (micros.rem_euclid(1_000_000) * 1000) as i32 }
}
