//! Runs the analysis and describes what it finds in the format of the scorer.

use sayso_document::{Analysis, Span, Tier};
use sayso_extract::Analyzer;
use serde::{Deserialize, Serialize};

use super::text::Segment;
use crate::corpus::Points;
use crate::parallel;

/// What was found in one text.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Prediction {
    /// The text's id in its corpus.
    pub id: String,
    /// Its quotes.
    #[serde(default)]
    pub quotes: Vec<FoundQuote>,
    /// Its named entities.
    #[serde(default)]
    pub entities: Vec<FoundEntity>,
}

/// A quote that was found. Segments count code points.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FoundQuote {
    /// The source.
    pub source: Vec<Segment>,
    /// The cue.
    pub cue: Vec<Segment>,
    /// The content.
    pub content: Vec<Segment>,
    /// Full names of the speakers.
    pub speakers: Vec<String>,
    /// How much is in quotation marks: `DIRECT`, `MIXED` or `INDIRECT`.
    pub kind: String,
    /// `SPEECH`, `THOUGHT`, `INTENT`, `FINDING` or `OTHER`.
    pub act: String,
    /// `ASSERTED`, `NEGATED` or `HYPOTHETICAL`.
    pub polarity: String,
    /// The addressee, in the article's words. Empty if there is none.
    pub addressee: String,
    /// The confidence in the quote.
    pub confidence: f32,
    /// The confidence in the speakers.
    pub speaker_confidence: f32,
}

/// A named entity that was found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FoundEntity {
    /// First code point.
    pub start: usize,
    /// The code point after the last.
    pub end: usize,
    /// `PERSON`, `ORGANIZATION`, `PLACE`, …
    pub r#type: String,
    /// The confidence in the entity and its type.
    #[serde(default)]
    pub confidence: f32,
}

/// Describes an analysis.
pub fn describe(id: &str, text: &str, analysis: &Analysis) -> Prediction {
    let points = Points::new(text);
    let segment = |span: Span| [points.point(span.start()), points.point(span.end())];
    let segments = |spans: &[Span]| spans.iter().map(|&span| segment(span)).collect();
    let quotes = analysis.quotes.iter().map(|quote| FoundQuote {
        source: segments(&quote.source),
        cue: segments(&quote.cue),
        content: segments(&quote.content),
        speakers: quote.speakers.iter().map(|&speaker| analysis.entities[speaker].name.clone()).collect(),
        kind: label(quote.kind),
        act: label(quote.act),
        polarity: label(quote.polarity),
        addressee: quote.addressee.as_ref().map_or("", |to| to.span.of(text)).to_owned(),
        confidence: quote.confidence,
        speaker_confidence: quote.speaker_confidence,
    });
    let named = analysis.mentions.iter().filter_map(|mention| Some((mention.entity, mention.name?)));
    let entities = named.map(|(entity, name)| {
        let ([start, end], entity) = (segment(name), &analysis.entities[entity]);
        FoundEntity { start, end, r#type: label(entity.kind), confidence: entity.confidence }
    });
    Prediction { id: id.to_owned(), quotes: quotes.collect(), entities: entities.collect() }
}

/// The name of a variant in capitals, as corpora and the scorer write types and acts.
fn label(value: impl std::fmt::Debug) -> String {
    format!("{value:?}").to_uppercase()
}

/// Analyses texts, given with their ids, on `threads` threads. The results are in the order of the texts.
pub fn predict(analyzer: &Analyzer, texts: &[(&str, &str)], tier: Tier, threads: usize) -> Vec<Prediction> {
    parallel::map(texts, threads, |(id, text)| describe(id, text, &analyzer.analyze(text, tier)))
}
