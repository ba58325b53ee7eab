//! The fields of the three indexes, and the documents that articles become.
//!
//! | index | one document is |
//! |---|---|
//! | `sentences` | a sentence of an article, with the article's metadata |
//! | `quotes` | a quote of an article, with the article's metadata |
//! | `entities` | an entity over all articles |
//!
//! Texts are not stored in the indexes. A hit carries its article's sequence number and its position there, and the store has
//! the text. Whole values (ids, labels, names of outlets) are words of their own, folded if case and accents do not matter.
//!
//! An index must hold exactly as many documents as the store counts sentences, quotes and entities: opening the engine rebuilds
//! an index that does not. Whoever adds a field raises [`VERSION`], so that older indexes are rebuilt.

pub(super) mod columns;
mod fields;

use std::collections::BTreeSet;

use sayso_document::{Analysis, Entity, EntityType, Quote, SentenceRole};
use tantivy::TantivyDocument;
use tantivy::schema::{Field, INDEXED, IndexRecordOption, Schema, SchemaBuilder, TextFieldIndexing, TextOptions};

use crate::article::type_word;
use crate::name::KeptName;
use crate::query::Part;
use crate::text::phrases::phrases;
use crate::words::{act_word, kind_word, polarity_word};
use crate::{AnalyzedArticle, EntityId, EntityRecord};

pub(super) use crate::keys::{
    label_key, label_pair, label_pairs, label_value, name_key, named_word, part_word, tier_word,
};
use fields::{CASED, EXACT, column, counted, fast, keyword, words};
pub(super) use fields::{Words, tokenizers};

/// Changes whenever fields, the reading of text or the form of the files do: older indexes are rebuilt from the store.
pub(super) const VERSION: u32 = 7;

/// What sentences and quotes share.
#[derive(Clone, Copy)]
pub(super) struct Common {
    /// Sequence number of the article's version.
    pub(super) seq: Field,
    /// Place among the article's sentences or quotes.
    pub(super) ordinal: Field,
    /// When the article was published, in microseconds since 1970. Absent if undated.
    pub(super) published: Field,
    /// When the article last changed.
    pub(super) updated: Field,
    /// The words of the sentence, or of the quote's content.
    pub(super) text: Words,
    /// The words of the article's title.
    pub(super) title: Words,
    /// The words of the outlet's name.
    pub(super) outlet: Field,
    /// The outlet's whole name, folded.
    pub(super) outlet_key: Field,
    /// The outlet's whole name, to count by.
    outlet_name: Field,
    /// The code of the language, in small letters.
    pub(super) language: Field,
    /// The words of the authors' names.
    pub(super) author: Field,
    /// The authors' whole names, folded.
    pub(super) author_key: Field,
    /// The authors' whole names, to count by: one of each [`name_key`].
    author_name: Field,
    /// Keys of labels, and keys with their values: see [`label_key`] and [`label_value`].
    pub(super) label: Field,
    /// Labels to count by: see [`label_pair`].
    label_pair: Field,
    /// What the document has at all: see [`part_word`].
    pub(super) has: Field,
    /// Name and version of the model.
    pub(super) model: Field,
    /// The tier of the model, as [`tier_word`].
    pub(super) tier: Field,
}

impl Common {
    /// Adds the fields to a schema.
    fn add(builder: &mut SchemaBuilder) -> Self {
        Self {
            seq: builder.add_u64_field("seq", fast() | INDEXED),
            ordinal: builder.add_u64_field("ordinal", fast()),
            published: builder.add_i64_field("published", fast()),
            updated: builder.add_i64_field("updated", fast()),
            text: Words::add(builder, "text", CASED),
            title: Words::add(builder, "title", CASED),
            outlet: builder.add_text_field("outlet", words(EXACT)),
            outlet_key: builder.add_text_field("outlet_key", keyword()),
            outlet_name: builder.add_text_field(columns::OUTLET, column()),
            language: builder.add_text_field(columns::LANGUAGE, counted()),
            author: builder.add_text_field("author", words(EXACT)),
            author_key: builder.add_text_field("author_key", keyword()),
            author_name: builder.add_text_field(columns::AUTHOR, column()),
            label: builder.add_text_field("label", keyword()),
            label_pair: builder.add_text_field(columns::LABEL, column()),
            has: builder.add_text_field("has", keyword()),
            model: builder.add_text_field(columns::MODEL, counted()),
            tier: builder.add_text_field(columns::TIER, counted()),
        }
    }

    /// What all documents of an article have in common.
    fn document(self, seq: u64, AnalyzedArticle { article, analysis }: &AnalyzedArticle) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        document.add_u64(self.seq, seq);
        if let Some(at) = article.published_at {
            document.add_i64(self.published, at);
        }
        if let Some(at) = article.version.updated {
            document.add_i64(self.updated, at);
        }
        if !article.title.is_empty() {
            self.title.put(&mut document, &article.title);
        }
        if !article.outlet.is_empty() {
            document.add_text(self.outlet, &article.outlet);
            document.add_text(self.outlet_key, name_key(&article.outlet));
            document.add_text(self.outlet_name, &article.outlet);
        }
        if !article.language.is_empty() {
            document.add_text(self.language, article.language.to_ascii_lowercase());
        }
        let mut named = BTreeSet::new();
        for author in &article.authors {
            document.add_text(self.author, author);
            if !author.is_empty() && named.insert(name_key(author)) {
                document.add_text(self.author_key, name_key(author));
                document.add_text(self.author_name, author);
            }
        }
        let has = [
            (Part::Title, !article.title.is_empty()),
            (Part::Outlet, !article.outlet.is_empty()),
            (Part::Author, article.authors.iter().any(|author| !author.is_empty())),
            (Part::Language, !article.language.is_empty()),
            (Part::Date, article.published_at.is_some()),
        ];
        self.put_parts(&mut document, &has);
        for (key, value) in &article.labels {
            document.add_text(self.label, label_key(key));
            document.add_text(self.label, label_value(key, value));
            document.add_text(self.label_pair, label_pair(key, value));
        }
        document.add_text(self.model, &analysis.model);
        document.add_text(self.tier, tier_word(analysis.tier));
        document
    }
}

impl Common {
    /// Adds the words for what the document has.
    fn put_parts(self, document: &mut TantivyDocument, has: &[(Part, bool)]) {
        has.iter().filter(|(_, has)| *has).for_each(|&(part, _)| document.add_text(self.has, part_word(part)));
    }
}

/// The index of sentences.
pub(super) struct Sentences {
    pub(super) common: Common,
    /// Types of the entities that the sentence mentions.
    pub(super) types: Field,
    /// Ids of the entities that the sentence mentions.
    pub(super) mentions: Field,
    /// The first byte of the sentence in the body.
    pub(super) start: Field,
    /// Its length in bytes.
    pub(super) len: Field,
    /// Its paragraph, from 0.
    pub(super) paragraph: Field,
    /// Its role, as a position in [`ROLES`].
    pub(super) role: Field,
    /// How many sentences the article has. They stand side by side, in order.
    siblings: Field,
    /// Phrases of the headline, with the first sentence of the article only.
    pub(super) title_phrase: Field,
    /// All of these, for tantivy.
    pub(super) schema: Schema,
}

/// The roles of sentences; a role's place is its number in the index.
pub(super) const ROLES: [SentenceRole; 4] =
    [SentenceRole::Body, SentenceRole::Headline, SentenceRole::Subheading, SentenceRole::Caption];

impl Sentences {
    /// The schema of this index. The order of the fields is part of the format: see [`VERSION`].
    pub(super) fn new() -> Self {
        let mut builder = Schema::builder();
        let common = Common::add(&mut builder);
        Self {
            common,
            types: builder.add_text_field(columns::TYPES, counted()),
            mentions: builder.add_text_field(columns::MENTIONS, counted()),
            start: builder.add_u64_field("start", fast()),
            len: builder.add_u64_field("len", fast()),
            paragraph: builder.add_u64_field("paragraph", fast()),
            role: builder.add_u64_field("role", fast() | INDEXED),
            siblings: builder.add_u64_field("siblings", fast()),
            title_phrase: builder.add_text_field("title_phrase", keyword()),
            schema: builder.build(),
        }
    }

    /// One document for each sentence of the article with this sequence number.
    pub(super) fn documents(&self, seq: u64, analyzed: &AnalyzedArticle) -> Vec<TantivyDocument> {
        let AnalyzedArticle { article, analysis } = analyzed;
        let shared = self.common.document(seq, analyzed);
        let ids = entity_ids(analysis);
        let mut mentioned = vec![Vec::new(); analysis.sentences.len()];
        for mention in &analysis.mentions {
            mentioned[mention.sentence].push(ids[mention.entity].as_str());
        }
        let mut documents = Vec::with_capacity(analysis.sentences.len());
        for (ordinal, (sentence, mut ids)) in analysis.sentences.iter().zip(mentioned).enumerate() {
            let mut document = shared.clone();
            document.add_u64(self.common.ordinal, ordinal as u64);
            self.common.text.put(&mut document, sentence.span.of(&article.body));
            document.add_u64(self.start, sentence.span.start() as u64);
            document.add_u64(self.len, sentence.span.len() as u64);
            document.add_u64(self.paragraph, u64::from(sentence.paragraph));
            let role = ROLES.iter().position(|&role| role == sentence.role).unwrap_or(0);
            document.add_u64(self.role, role as u64);
            document.add_u64(self.siblings, analysis.sentences.len() as u64);
            ids.sort_unstable();
            ids.dedup();
            let mut kinds: Vec<&str> = ids.iter().filter_map(|id| id.split('/').next()).collect();
            kinds.dedup();
            kinds.iter().for_each(|kind| document.add_text(self.types, kind));
            self.common.put_parts(&mut document, &[(Part::Entity, !ids.is_empty())]);
            for id in ids {
                document.add_text(self.mentions, id);
            }
            if ordinal == 0 {
                phrases(&article.title).iter().for_each(|phrase| document.add_text(self.title_phrase, phrase));
            }
            documents.push(document);
        }
        documents
    }
}

/// The index of quotes.
pub(super) struct Quotes {
    pub(super) common: Common,
    /// Names and titles of the speakers; for an unnamed one, the words of the source.
    pub(super) speaker: Field,
    /// Names of the entities that the content mentions.
    pub(super) about: Field,
    /// The cue: in its dictionary form, and as it stands in the text.
    pub(super) cue: Words,
    /// The dictionary form of the cue, to count by.
    cue_lemma: Field,
    /// Types of the speakers.
    pub(super) types: Field,
    /// Ids of the speakers.
    pub(super) speaker_ids: Field,
    /// Ids of the addressees.
    pub(super) addressee_ids: Field,
    /// Ids of the entities that the content mentions.
    pub(super) about_ids: Field,
    /// Kind, act, polarity and whether the speaker is named, one word each.
    pub(super) facet: Field,
    /// The confidence, from 0 to 1.
    pub(super) confidence: Field,
    /// The confidence in the speaker, from 0 to 1. Absent if no speaker is named.
    pub(super) speaker_confidence: Field,
    /// The first day on which it may have been said, in days since 1970. Absent if the text does not say.
    pub(super) said_first: Field,
    /// The last one.
    pub(super) said_last: Field,
    /// All of these, for tantivy.
    pub(super) schema: Schema,
}

impl Quotes {
    /// The schema of this index. The order of the fields is part of the format: see [`VERSION`].
    pub(super) fn new() -> Self {
        let mut builder = Schema::builder();
        let common = Common::add(&mut builder);
        Self {
            common,
            speaker: builder.add_text_field("speaker", words(EXACT)),
            about: builder.add_text_field("about", words(EXACT)),
            cue: Words::add(&mut builder, "cue", EXACT),
            cue_lemma: builder.add_text_field(columns::CUE, column()),
            types: builder.add_text_field(columns::TYPES, counted()),
            speaker_ids: builder.add_text_field(columns::SPEAKERS, counted()),
            addressee_ids: builder.add_text_field(columns::ADDRESSEES, counted()),
            about_ids: builder.add_text_field(columns::ABOUT, counted()),
            facet: builder.add_text_field(columns::FACET, counted()),
            confidence: builder.add_f64_field("confidence", fast()),
            speaker_confidence: builder.add_f64_field("speaker_confidence", fast()),
            said_first: builder.add_i64_field("said_first", fast()),
            said_last: builder.add_i64_field("said_last", fast()),
            schema: builder.build(),
        }
    }

    /// One document for each quote of the article with this sequence number.
    pub(super) fn documents(&self, seq: u64, analyzed: &AnalyzedArticle) -> Vec<TantivyDocument> {
        let AnalyzedArticle { article, analysis } = analyzed;
        let shared = self.common.document(seq, analyzed);
        let ids = entity_ids(analysis);
        let mut documents = Vec::with_capacity(analysis.quotes.len());
        for (ordinal, quote) in analysis.quotes.iter().enumerate() {
            let mut document = shared.clone();
            document.add_u64(self.common.ordinal, ordinal as u64);
            for span in &quote.content {
                self.common.text.put(&mut document, span.of(&article.body));
            }
            self.put_cue(&mut document, quote, &article.body);
            document.add_f64(self.confidence, f64::from(quote.confidence));
            if !quote.speakers.is_empty() {
                document.add_f64(self.speaker_confidence, f64::from(quote.speaker_confidence));
            }
            if let Some(said) = quote.said {
                document.add_i64(self.said_first, said.first.days().into());
                document.add_i64(self.said_last, said.last.days().into());
            }
            for facet in [kind_word(quote.kind), act_word(quote.act), polarity_word(quote.polarity)] {
                document.add_text(self.facet, facet);
            }
            document.add_text(self.facet, named_word(!quote.speakers.is_empty()));
            let addressed = quote.addressee.iter().any(|to| !to.entities.is_empty());
            let (spoken, about) = (!quote.speakers.is_empty(), !quote.about.is_empty());
            let has = [
                (Part::Speaker, spoken),
                (Part::About, about),
                (Part::Addressee, addressed),
                (Part::Entity, spoken || about || addressed),
                (Part::Said, quote.said.is_some()),
            ];
            self.common.put_parts(&mut document, &has);
            self.put_speakers(&mut document, quote, analyzed, &ids);
            for &position in quote.addressee.iter().flat_map(|to| &to.entities) {
                document.add_text(self.addressee_ids, ids[position].as_str());
            }
            for &position in &quote.about {
                document.add_text(self.about_ids, ids[position].as_str());
                put_names(&mut document, self.about, &analysis.entities[position]);
            }
            documents.push(document);
        }
        documents
    }

    /// Adds the cue of a quote.
    fn put_cue(&self, document: &mut TantivyDocument, quote: &Quote, body: &str) {
        document.add_text(self.cue.stemmed, &quote.cue_lemma);
        document.add_text(self.cue.exact, &quote.cue_lemma);
        if !quote.cue_lemma.is_empty() {
            document.add_text(self.cue_lemma, &quote.cue_lemma);
        }
        let words: Vec<&str> = quote.cue.iter().map(|span| span.of(body)).collect();
        let words = words.join(" ");
        if words != quote.cue_lemma && !words.is_empty() {
            document.add_text(self.cue.exact, words);
        }
    }

    /// Adds the speakers of a quote, or the words of its source if nobody is named.
    fn put_speakers(&self, document: &mut TantivyDocument, quote: &Quote, from: &AnalyzedArticle, ids: &[EntityId]) {
        for &position in &quote.speakers {
            let entity = &from.analysis.entities[position];
            document.add_text(self.speaker_ids, ids[position].as_str());
            document.add_text(self.types, type_word(entity.kind));
            put_names(document, self.speaker, entity);
            for title in &entity.titles {
                document.add_text(self.speaker, &title.text);
            }
        }
        if quote.speakers.is_empty() {
            for span in &quote.source {
                document.add_text(self.speaker, span.of(&from.article.body));
            }
        }
    }
}

/// Adds the name and the aliases of an entity.
fn put_names(document: &mut TantivyDocument, field: Field, entity: &Entity) {
    document.add_text(field, &entity.name);
    for alias in &entity.aliases {
        document.add_text(field, &alias.text);
    }
}

/// The ids of an analysis' entities, by position.
fn entity_ids(analysis: &Analysis) -> Vec<EntityId> {
    analysis.entities.iter().map(|entity| EntityId::of(entity.kind, &entity.name)).collect()
}

/// The index of entities.
pub(super) struct Entities {
    pub(super) id: Field,
    /// A number made from the id, which breaks ties.
    pub(super) key: Field,
    /// Words of names and aliases.
    pub(super) name: Field,
    /// The first letters of these, each as a word; for persons, also each next to another word of the name.
    pub(super) initial: Field,
    /// Words of titles.
    pub(super) title: Field,
    /// Keys of whole names and aliases.
    pub(super) whole: Field,
    /// The type.
    pub(super) kind: Field,
    /// How many articles mention it.
    pub(super) articles: Field,
    /// How many mentions it has.
    pub(super) mentions: Field,
    /// How many quotes it is the speaker of.
    pub(super) quotes: Field,
    /// All of these, for tantivy.
    pub(super) schema: Schema,
}

impl Entities {
    pub(super) fn new() -> Self {
        let mut builder = Schema::builder();
        let unscored = || {
            let indexing = TextFieldIndexing::default().set_tokenizer(EXACT).set_index_option(IndexRecordOption::Basic);
            TextOptions::default().set_indexing_options(indexing.set_fieldnorms(false))
        };
        Self {
            id: builder.add_text_field("id", keyword().set_fast("raw")),
            key: builder.add_u64_field("key", fast()),
            name: builder.add_text_field("name", unscored()),
            initial: builder.add_text_field("initial", keyword()),
            title: builder.add_text_field("title", unscored()),
            whole: builder.add_text_field("whole", keyword()),
            kind: builder.add_text_field("kind", keyword()),
            articles: builder.add_u64_field("articles", fast()),
            mentions: builder.add_u64_field("mentions", fast()),
            quotes: builder.add_u64_field("quotes", fast()),
            schema: builder.build(),
        }
    }

    /// The document of an entity.
    pub(super) fn document(&self, entity: &EntityRecord) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        let id = entity.id.as_str();
        document.add_text(self.id, id);
        document.add_u64(self.key, crate::digest::hash(id));
        document.add_text(self.kind, type_word(entity.kind));
        document.add_u64(self.articles, entity.articles);
        document.add_u64(self.mentions, entity.mentions);
        document.add_u64(self.quotes, entity.quotes);
        let (mut initials, mut wholes) = (BTreeSet::new(), BTreeSet::new());
        for name in std::iter::once(&entity.name).chain(entity.aliases.iter().map(|alias| &alias.text)) {
            let name = KeptName::read(name);
            document.add_text(self.name, name.words.join(" "));
            initials.extend(name.letters().map(String::from));
            if entity.kind == EntityType::Person {
                initials.extend(name.initials());
            }
            wholes.extend(name.wholes);
        }
        for (field, keys) in [(self.initial, initials), (self.whole, wholes)] {
            keys.iter().for_each(|key| document.add_text(field, key));
        }
        for title in &entity.titles {
            document.add_text(self.title, &title.text);
        }
        document
    }
}
