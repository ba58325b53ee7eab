//! The fields of the three indexes, and the documents that articles become.
//!
//! Texts are not stored in the indexes: a hit carries its article's sequence number and its place
//! there, and the store has the text.

use std::collections::BTreeSet;

use sayso_document::{Act, Analysis, Entity, EntityType, Polarity, Quote, QuoteKind, SentenceRole, Tier};
use tantivy::TantivyDocument;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, NumericOptions, Schema, SchemaBuilder, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::TokenizerManager;

use crate::article::type_word;
use crate::name::KeptName;
use crate::{AnalyzedArticle, EntityId, EntityRecord, text};

/// Changes whenever fields or the reading of text do: older indexes are rebuilt from the store.
pub(super) const VERSION: u32 = 3;

const EXACT: &str = "exact";
const STEMMED: &str = "stemmed";

/// The tokenizers that the fields name.
pub(super) fn tokenizers() -> TokenizerManager {
    // Tantivy asks for its default tokenizer even where a field has none.
    let manager = TokenizerManager::default();
    manager.register(EXACT, text::exact_analyzer());
    manager.register(STEMMED, text::stemming_analyzer());
    manager
}

fn words(tokenizer: &str) -> TextOptions {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(tokenizer)
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    TextOptions::default().set_indexing_options(indexing)
}

/// Whole values, to filter by.
fn keyword() -> TextOptions {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("raw")
        .set_fieldnorms(false)
        .set_index_option(IndexRecordOption::Basic);
    TextOptions::default().set_indexing_options(indexing)
}

fn fast() -> NumericOptions {
    FAST.into()
}

/// Text that is findable by inflection and by exact form.
#[derive(Clone, Copy)]
pub(super) struct Words {
    pub(super) stemmed: Field,
    pub(super) exact: Field,
}

impl Words {
    fn add(builder: &mut SchemaBuilder, name: &str) -> Self {
        Self {
            stemmed: builder.add_text_field(name, words(STEMMED)),
            exact: builder.add_text_field(&format!("{name}_exact"), words(EXACT)),
        }
    }

    fn put(self, document: &mut TantivyDocument, text: &str) {
        document.add_text(self.stemmed, text);
        document.add_text(self.exact, text);
    }
}

/// What sentences and quotes share.
#[derive(Clone, Copy)]
pub(super) struct Common {
    /// Sequence number of the article's version.
    pub(super) seq: Field,
    /// Place among the article's sentences or quotes.
    pub(super) ordinal: Field,
    pub(super) published: Field,
    /// When the article last changed.
    pub(super) updated: Field,
    pub(super) text: Words,
    pub(super) title: Words,
    pub(super) outlet: Field,
    /// The outlet's whole name, folded.
    pub(super) outlet_key: Field,
    pub(super) language: Field,
    pub(super) author: Field,
    /// The authors' whole names, folded.
    pub(super) author_key: Field,
    /// Keys of labels, and keys with their values: see [`label_key`] and [`label_value`].
    pub(super) label: Field,
    pub(super) model: Field,
    pub(super) tier: Field,
}

impl Common {
    fn add(builder: &mut SchemaBuilder) -> Self {
        Self {
            seq: builder.add_u64_field("seq", fast() | INDEXED),
            ordinal: builder.add_u64_field("ordinal", fast()),
            published: builder.add_i64_field("published", fast()),
            updated: builder.add_i64_field("updated", fast()),
            text: Words::add(builder, "text"),
            title: Words::add(builder, "title"),
            outlet: builder.add_text_field("outlet", words(EXACT)),
            outlet_key: builder.add_text_field("outlet_key", keyword()),
            language: builder.add_text_field("language", keyword()),
            author: builder.add_text_field("author", words(EXACT)),
            author_key: builder.add_text_field("author_key", keyword()),
            label: builder.add_text_field("label", keyword()),
            model: builder.add_text_field("model", keyword()),
            tier: builder.add_text_field("tier", keyword()),
        }
    }

    /// What all documents of an article begin with.
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
        }
        if !article.language.is_empty() {
            document.add_text(self.language, article.language.to_ascii_lowercase());
        }
        for author in &article.authors {
            document.add_text(self.author, author);
            if !author.is_empty() {
                document.add_text(self.author_key, name_key(author));
            }
        }
        for (key, value) in &article.labels {
            document.add_text(self.label, label_key(key));
            document.add_text(self.label, label_value(key, value));
        }
        document.add_text(self.model, &analysis.model);
        document.add_text(self.tier, tier_word(analysis.tier));
        document
    }
}

/// The index of sentences.
pub(super) struct Sentences {
    pub(super) common: Common,
    /// Ids of the entities that the sentence mentions.
    pub(super) mentions: Field,
    pub(super) start: Field,
    pub(super) len: Field,
    pub(super) paragraph: Field,
    pub(super) role: Field,
    pub(super) schema: Schema,
}

/// The roles of sentences; a role's place is its number in the index.
pub(super) const ROLES: [SentenceRole; 4] =
    [SentenceRole::Body, SentenceRole::Headline, SentenceRole::Subheading, SentenceRole::Caption];

impl Sentences {
    pub(super) fn new() -> Self {
        let mut builder = Schema::builder();
        let common = Common::add(&mut builder);
        Self {
            common,
            mentions: builder.add_text_field("mentions", keyword()),
            start: builder.add_u64_field("start", fast()),
            len: builder.add_u64_field("len", fast()),
            paragraph: builder.add_u64_field("paragraph", fast()),
            role: builder.add_u64_field("role", fast()),
            schema: builder.build(),
        }
    }

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
            ids.sort_unstable();
            ids.dedup();
            for id in ids {
                document.add_text(self.mentions, id);
            }
            documents.push(document);
        }
        documents
    }
}

/// The index of quotes.
pub(super) struct Quotes {
    pub(super) common: Common,
    /// Names and titles of the speakers; of an unnamed one, the words of the source.
    pub(super) speaker: Field,
    /// Names of the entities that the content mentions.
    pub(super) about: Field,
    pub(super) cue: Field,
    pub(super) speaker_ids: Field,
    pub(super) addressee_ids: Field,
    pub(super) about_ids: Field,
    /// Kind, act, polarity and whether the speaker is named, one word each.
    pub(super) facet: Field,
    pub(super) confidence: Field,
    /// The first day on which it was said, in days since 1970; absent when the text does not tell.
    pub(super) said_first: Field,
    /// The last one.
    pub(super) said_last: Field,
    pub(super) schema: Schema,
}

impl Quotes {
    pub(super) fn new() -> Self {
        let mut builder = Schema::builder();
        let common = Common::add(&mut builder);
        Self {
            common,
            speaker: builder.add_text_field("speaker", words(EXACT)),
            about: builder.add_text_field("about", words(EXACT)),
            cue: builder.add_text_field("cue", words(EXACT)),
            speaker_ids: builder.add_text_field("speaker_ids", keyword()),
            addressee_ids: builder.add_text_field("addressee_ids", keyword()),
            about_ids: builder.add_text_field("about_ids", keyword()),
            facet: builder.add_text_field("facet", keyword()),
            confidence: builder.add_f64_field("confidence", fast()),
            said_first: builder.add_i64_field("said_first", fast()),
            said_last: builder.add_i64_field("said_last", fast()),
            schema: builder.build(),
        }
    }

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
            document.add_text(self.cue, &quote.cue_lemma);
            document.add_f64(self.confidence, f64::from(quote.confidence));
            if let Some(said) = quote.said {
                document.add_i64(self.said_first, said.first.days().into());
                document.add_i64(self.said_last, said.last.days().into());
            }
            for facet in [kind_word(quote.kind), act_word(quote.act), polarity_word(quote.polarity)] {
                document.add_text(self.facet, facet);
            }
            document.add_text(self.facet, named_word(!quote.speakers.is_empty()));
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

    fn put_speakers(&self, document: &mut TantivyDocument, quote: &Quote, from: &AnalyzedArticle, ids: &[EntityId]) {
        for &position in &quote.speakers {
            let entity = &from.analysis.entities[position];
            document.add_text(self.speaker_ids, ids[position].as_str());
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

fn put_names(document: &mut TantivyDocument, field: Field, entity: &Entity) {
    document.add_text(field, &entity.name);
    for alias in &entity.aliases {
        document.add_text(field, &alias.text);
    }
}

fn entity_ids(analysis: &Analysis) -> Vec<EntityId> {
    analysis.entities.iter().map(|entity| EntityId::of(entity.kind, &entity.name)).collect()
}

/// The index of entities.
pub(super) struct Entities {
    pub(super) id: Field,
    /// A number made of the id, which breaks ties.
    pub(super) key: Field,
    /// Words of names and aliases.
    pub(super) name: Field,
    /// The letters that these begin with, each as a word; of persons also each beside another word of the name.
    pub(super) initial: Field,
    /// Words of titles.
    pub(super) title: Field,
    /// Keys of whole names and aliases.
    pub(super) whole: Field,
    pub(super) kind: Field,
    pub(super) articles: Field,
    pub(super) mentions: Field,
    pub(super) quotes: Field,
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

    pub(super) fn document(&self, entity: &EntityRecord) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        let id = entity.id.as_str();
        document.add_text(self.id, id);
        document.add_u64(self.key, super::page::hash(id));
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

/// The word for a whole name, case and accents aside.
pub(super) fn name_key(name: &str) -> String {
    whole(text::folded(name))
}

/// The word for a label of this key, whatever its value.
pub(super) fn label_key(key: &str) -> String {
    whole(format!("key {key}"))
}

/// The word for a label of this key and value. The length tells where the value begins, whatever letters there are.
pub(super) fn label_value(key: &str, value: &str) -> String {
    whole(format!("{} {key}\u{1F}{value}", key.len()))
}

/// Longer values are known to the index by their digest: it leaves out words of more than 64 KiB without a word.
const WHOLE_BYTES: usize = 1 << 10;

fn whole(value: String) -> String {
    if value.len() <= WHOLE_BYTES { value } else { blake3::hash(value.as_bytes()).to_string() }
}

pub(super) fn tier_word(tier: Tier) -> &'static str {
    match tier {
        Tier::Fast => "fast",
        Tier::Accurate => "accurate",
    }
}

pub(super) fn kind_word(kind: QuoteKind) -> &'static str {
    match kind {
        QuoteKind::Direct => "direct",
        QuoteKind::Indirect => "indirect",
        QuoteKind::Mixed => "mixed",
    }
}

pub(super) fn act_word(act: Act) -> &'static str {
    match act {
        Act::Speech => "speech",
        Act::Thought => "thought",
        Act::Intent => "intent",
        Act::Finding => "finding",
        Act::Other => "other",
    }
}

pub(super) fn polarity_word(polarity: Polarity) -> &'static str {
    match polarity {
        Polarity::Asserted => "asserted",
        Polarity::Negated => "negated",
        Polarity::Hypothetical => "hypothetical",
    }
}

pub(super) fn named_word(named: bool) -> &'static str {
    if named { "named" } else { "unnamed" }
}
