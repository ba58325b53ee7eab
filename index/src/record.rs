//! How articles, analyses and changes are laid out in the store.
//!
//! A record is one byte of version, a CRC-32 of what follows, then postcard. These structs mirror the domain values, which know
//! nothing of serialisation. A change to a struct is a new version, and the records of every version under `tests/fixtures` must
//! still decode. A new version only appends to the previous one:
//!
//! | version | of an article appends | of an analysis appends |
//! |---|---|---|
//! | 2 | the day of publication | roles, days of saying and language (`added`) |
//! | 3 | labels, tier and version of the article | the tier |
//!
//! Changes are in version 1.

mod added;
mod article;
mod codes;
mod damage;
mod kept;
mod parts;

use sayso_document::{Addressee, Analysis, Counted, Entity, Mention, Quote, Sentence, Span, Tier};
use serde::{Deserialize, Serialize};

use crate::{Error, ErrorKind, Result};
use added::AddedRecord;
#[cfg(test)]
pub(crate) use article::as_in_version_2;
pub(crate) use article::{ArticleRecord, decode_article, encode_article};
use codes::{ACTS, FORMS, KINDS, POLARITIES, ROLES, TIERS, TYPES};
pub(crate) use codes::{tier_code, tier_of, type_code, type_of};
use damage::corrupt;
use parts::Parts;

/// The version of changes that is written.
const VERSION: u8 = 1;

/// The version of analyses that is written; versions 1 and 2 are still read.
const ANALYSIS_VERSION: u8 = 3;

/// One change in the log that the indexes follow.
#[derive(Serialize, Deserialize)]
pub(crate) struct ChangeRecord {
    /// The sequence number that the article had before.
    pub(crate) old: Option<u64>,
    /// Whether there is an article under this change's number (until a later change deletes it).
    pub(crate) put: bool,
    /// The entities of the old and the new version, whose figures changed.
    pub(crate) entities: Vec<String>,
}

/// Writes a record.
pub(crate) fn encode(record: &impl Serialize) -> Result<Vec<u8>> {
    let bytes = postcard::to_extend(record, vec![VERSION, 0, 0, 0, 0])
        .map_err(|error| Error::new(ErrorKind::Invalid, format!("the article cannot be written: {error}")))?;
    Ok(sealed(bytes))
}

/// Reads a record, which borrows from `bytes`.
pub(crate) fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T> {
    let read = postcard::take_from_bytes(unsealed(bytes, VERSION)?.1);
    let (record, rest) = read.map_err(|error| corrupt(&format!("does not decode: {error}")))?;
    all_read(rest)?;
    Ok(record)
}

/// Writes an analysis, compressed, because it is read less often than a body.
pub(crate) fn encode_analysis(analysis: &Analysis) -> Result<Vec<u8>> {
    let plain = postcard::to_extend(&AnalysisRecord::of(analysis), Vec::new())
        .and_then(|plain| postcard::to_extend(&AddedRecord::of(analysis), plain))
        .and_then(|plain| postcard::to_extend(&TIERS.code(analysis.tier), plain))
        .map_err(|error| Error::new(ErrorKind::Invalid, format!("the analysis cannot be written: {error}")))?;
    let mut bytes = vec![ANALYSIS_VERSION, 0, 0, 0, 0];
    bytes.extend(lz4_flex::compress_prepend_size(&plain));
    Ok(sealed(bytes))
}

/// Reads an analysis of any version.
pub(crate) fn decode_analysis(bytes: &[u8]) -> Result<Analysis> {
    decode_parts(bytes, Parts::All)
}

/// Reads what quotes need of an analysis of any version: no mentions, and of entities their names and types alone.
pub(crate) fn decode_quotes(bytes: &[u8]) -> Result<Analysis> {
    decode_parts(bytes, Parts::OfQuotes)
}

/// Reads parts of an analysis.
fn decode_parts(bytes: &[u8], parts: Parts) -> Result<Analysis> {
    let (version, content) = unsealed(bytes, ANALYSIS_VERSION)?;
    let plain = lz4_flex::decompress_size_prepended(content)
        .map_err(|error| corrupt(&format!("does not decompress: {error}")))?;
    let unread = |error| corrupt(&format!("does not decode: {error}"));
    let (record, mut rest) = postcard::take_from_bytes::<AnalysisRecord<'_>>(&plain).map_err(unread)?;
    let mut analysis = record.to_analysis(parts)?;
    if version > 1 {
        let (added, behind) = postcard::take_from_bytes::<AddedRecord<'_>>(rest).map_err(unread)?;
        added.add_to(&mut analysis, parts)?;
        rest = behind;
        if version > 2 {
            let (code, behind) = postcard::take_from_bytes(rest).map_err(unread)?;
            analysis.tier = TIERS.value(code)?;
            rest = behind;
        }
    }
    all_read(rest)?;
    Ok(analysis)
}

/// Checks that nothing is left over. The version has no checksum, and a record that wrongly claims an older version has more than
/// that one had.
fn all_read(rest: &[u8]) -> Result<()> {
    if rest.is_empty() { Ok(()) } else { Err(corrupt("is longer than its version")) }
}

/// The bytes before the content: version and checksum.
const HEADER: usize = 5;

/// Fills in the checksum of what follows the header.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let checksum = crc32fast::hash(&bytes[HEADER..]);
    bytes[1..HEADER].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

/// The version of a record, at most `newest`, and what follows its header.
fn unsealed(bytes: &[u8], newest: u8) -> Result<(u8, &[u8])> {
    let Some((&[version, a, b, c, d], content)) = bytes.split_first_chunk::<HEADER>() else {
        return Err(corrupt("is cut short"));
    };
    if crc32fast::hash(content) != u32::from_le_bytes([a, b, c, d]) {
        return Err(corrupt("does not match its checksum"));
    }
    if !(1..=newest).contains(&version) {
        let message = format!("a stored record has version {version}; this program reads versions up to {newest}");
        return Err(Error::new(ErrorKind::Newer, message));
    }
    Ok((version, content))
}

/// A span: its first byte and its length.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct SpanRecord(u32, u32);

impl SpanRecord {
    /// The record of a span.
    fn of(span: Span) -> Self {
        Self(span.start() as u32, span.len() as u32)
    }

    /// The span; an error if it cannot be one.
    fn span(self) -> Result<Span> {
        let end = self.0.checked_add(self.1).ok_or_else(|| corrupt("holds a span beyond 4 GiB"))?;
        Ok(Span::new(self.0 as usize, end as usize))
    }
}

/// The records of spans.
fn spans_of(spans: &[Span]) -> Vec<SpanRecord> {
    spans.iter().copied().map(SpanRecord::of).collect()
}

/// The spans of records.
fn to_spans(records: &[SpanRecord]) -> Result<Vec<Span>> {
    records.iter().map(|record| record.span()).collect()
}

/// Positions in a list, as they are stored.
fn positions(list: &[usize]) -> Vec<u32> {
    list.iter().map(|&position| position as u32).collect()
}

/// Stored positions in a list.
fn to_positions(list: &[u32]) -> Vec<usize> {
    list.iter().map(|&position| position as usize).collect()
}

/// Version 1 of [`Analysis`].
#[derive(Serialize, Deserialize)]
struct AnalysisRecord<'a> {
    model: &'a str,
    sentences: Vec<SentenceRecord>,
    #[serde(borrow)]
    entities: Vec<EntityRecord<'a>>,
    mentions: Vec<MentionRecord>,
    #[serde(borrow)]
    quotes: Vec<QuoteRecord<'a>>,
}

/// A [`Sentence`]; its role as a code.
#[derive(Serialize, Deserialize)]
struct SentenceRecord {
    span: SpanRecord,
    paragraph: u32,
    role: u8,
}

/// An [`Entity`]; its type as a code, aliases and titles with their counts.
#[derive(Serialize, Deserialize)]
struct EntityRecord<'a> {
    name: &'a str,
    kind: u8,
    #[serde(borrow)]
    aliases: Vec<(&'a str, u32)>,
    #[serde(borrow)]
    titles: Vec<(&'a str, u32)>,
    confidence: f32,
}

/// A [`Mention`]; its form as a code.
#[derive(Serialize, Deserialize)]
struct MentionRecord {
    entity: u32,
    sentence: u32,
    span: SpanRecord,
    name: Option<SpanRecord>,
    form: u8,
}

/// A [`Quote`]; act, kind and polarity as codes, the addressee as words and entities.
#[derive(Serialize, Deserialize)]
struct QuoteRecord<'a> {
    content: Vec<SpanRecord>,
    cue: Vec<SpanRecord>,
    cue_lemma: &'a str,
    source: Vec<SpanRecord>,
    speakers: Vec<u32>,
    addressee: Option<(SpanRecord, Vec<u32>)>,
    about: Vec<u32>,
    act: u8,
    kind: u8,
    polarity: u8,
    when: Option<SpanRecord>,
    confidence: f32,
    speaker_confidence: f32,
}

impl<'a> AnalysisRecord<'a> {
    fn of(analysis: &'a Analysis) -> Self {
        Self {
            model: &analysis.model,
            sentences: analysis.sentences.iter().map(SentenceRecord::of).collect(),
            entities: analysis.entities.iter().map(EntityRecord::of).collect(),
            mentions: analysis.mentions.iter().map(MentionRecord::of).collect(),
            quotes: analysis.quotes.iter().map(QuoteRecord::of).collect(),
        }
    }

    fn to_analysis(&self, parts: Parts) -> Result<Analysis> {
        let mentions = if parts == Parts::All { &self.mentions[..] } else { &[] };
        Ok(Analysis {
            model: self.model.to_owned(),
            tier: Tier::default(),
            language: String::new(),
            sentences: self.sentences.iter().map(SentenceRecord::to_sentence).collect::<Result<_>>()?,
            entities: self.entities.iter().map(|entity| entity.to_entity(parts)).collect::<Result<_>>()?,
            mentions: mentions.iter().map(MentionRecord::to_mention).collect::<Result<_>>()?,
            quotes: self.quotes.iter().map(QuoteRecord::to_quote).collect::<Result<_>>()?,
        })
    }
}

impl SentenceRecord {
    fn of(sentence: &Sentence) -> Self {
        let &Sentence { span, paragraph, role } = sentence;
        Self { span: SpanRecord::of(span), paragraph, role: ROLES.code(role) }
    }

    fn to_sentence(&self) -> Result<Sentence> {
        Ok(Sentence { span: self.span.span()?, paragraph: self.paragraph, role: ROLES.value(self.role)? })
    }
}

impl<'a> EntityRecord<'a> {
    fn of(entity: &'a Entity) -> Self {
        let counted = |list: &'a [Counted]| list.iter().map(|c| (c.text.as_str(), c.count)).collect();
        Self {
            name: &entity.name,
            kind: TYPES.code(entity.kind),
            aliases: counted(&entity.aliases),
            titles: counted(&entity.titles),
            confidence: entity.confidence,
        }
    }

    fn to_entity(&self, parts: Parts) -> Result<Entity> {
        let counted = |list: &[(&str, u32)]| {
            let list = if parts == Parts::All { list } else { &[] };
            list.iter().map(|&(text, count)| Counted { text: text.to_owned(), count }).collect()
        };
        Ok(Entity {
            name: self.name.to_owned(),
            kind: TYPES.value(self.kind)?,
            aliases: counted(&self.aliases),
            titles: counted(&self.titles),
            roles: Vec::new(),
            confidence: self.confidence,
        })
    }
}

impl MentionRecord {
    fn of(mention: &Mention) -> Self {
        Self {
            entity: mention.entity as u32,
            sentence: mention.sentence as u32,
            span: SpanRecord::of(mention.span),
            name: mention.name.map(SpanRecord::of),
            form: FORMS.code(mention.form),
        }
    }

    fn to_mention(&self) -> Result<Mention> {
        Ok(Mention {
            entity: self.entity as usize,
            sentence: self.sentence as usize,
            span: self.span.span()?,
            name: self.name.map(SpanRecord::span).transpose()?,
            form: FORMS.value(self.form)?,
        })
    }
}

impl<'a> QuoteRecord<'a> {
    fn of(quote: &'a Quote) -> Self {
        let addressee = quote.addressee.as_ref();
        Self {
            content: spans_of(&quote.content),
            cue: spans_of(&quote.cue),
            cue_lemma: &quote.cue_lemma,
            source: spans_of(&quote.source),
            speakers: positions(&quote.speakers),
            addressee: addressee.map(|to| (SpanRecord::of(to.span), positions(&to.entities))),
            about: positions(&quote.about),
            act: ACTS.code(quote.act),
            kind: KINDS.code(quote.kind),
            polarity: POLARITIES.code(quote.polarity),
            when: quote.when.map(SpanRecord::of),
            confidence: quote.confidence,
            speaker_confidence: quote.speaker_confidence,
        }
    }

    fn to_quote(&self) -> Result<Quote> {
        let addressee = match &self.addressee {
            Some((span, entities)) => Some(Addressee { span: span.span()?, entities: to_positions(entities) }),
            None => None,
        };
        Ok(Quote {
            content: to_spans(&self.content)?,
            cue: to_spans(&self.cue)?,
            cue_lemma: self.cue_lemma.to_owned(),
            source: to_spans(&self.source)?,
            speakers: to_positions(&self.speakers),
            addressee,
            about: to_positions(&self.about),
            act: ACTS.value(self.act)?,
            kind: KINDS.value(self.kind)?,
            polarity: POLARITIES.value(self.polarity)?,
            when: self.when.map(SpanRecord::span).transpose()?,
            said: None,
            confidence: self.confidence,
            speaker_confidence: self.speaker_confidence,
        })
    }
}

#[cfg(test)]
mod tests;
