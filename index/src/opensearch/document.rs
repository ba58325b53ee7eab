//! What searches look at in the document of an article: the article as a whole, its sentences, quotes and entities.
//!
//! The fields are those of the documents of the embedded engine, by the same names, with the same words in them.
//! [`super::template`] says how each is indexed.
//!
//! What the article, each sentence and each quote have in common:
//!
//! | field | holds |
//! |---|---|
//! | `published`, `date` | when the article was published, in microseconds and in milliseconds |
//! | `title`, `title_exact` | the words of the headline, as stems and as they are |
//! | `outlet`, `author` | the words of their names |
//! | `outlet_key`, `author_key` | their names with case and accents folded, to filter by |
//! | `outlet_name`, `author_name` | their names as they are written, to count by |
//! | `language`, `model`, `tier` | of the article and its analysis |
//! | `label`, `label_pair` | the client's labels, to filter and to count by |
//! | `has` | which parts there are at all |
//!
//! | block | has besides |
//! |---|---|
//! | `whole` | the id, when it last changed, whom it mentions, phrases of the headline |
//! | `sentences` | number and place, the words, the role, and whom it mentions |
//! | `quotes` | number and place, the words, who speaks to whom about whom, the cue, marks and confidences, the days of saying |
//! | `entities` | the id, names and titles, and the article's share of its figures |

mod entities;
mod quotes;

pub(super) use entities::FORMS;

use std::collections::BTreeSet;

use sayso_document::Analysis;
use serde_json::{Map, Value};

use super::head;
use super::tokens::{NOTHING, Reading, tokens};
use crate::keys::{label_key, label_pair, label_value, name_key, part_word, tier_word};
use crate::query::Part;
use crate::text::phrases::phrases;
use crate::words::role_word;
use crate::{AnalyzedArticle, EntityId, Kept, Result};

/// Fields with their values.
#[derive(Clone, Default)]
struct Block(Map<String, Value>);

impl Block {
    /// Sets a field.
    fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// Sets a field to one value or more; without any, it is left out.
    fn set_all(&mut self, name: &str, values: impl IntoIterator<Item = impl Into<Value>>) {
        let mut values: Vec<Value> = values.into_iter().map(Into::into).collect();
        match values.len() {
            0 => {}
            1 => self.set(name, values.remove(0)),
            _ => self.set(name, values),
        }
    }

    /// Adds values to a field.
    fn add(&mut self, name: &str, more: impl IntoIterator<Item = impl Into<Value>>) {
        let mut values = match self.0.remove(name) {
            Some(Value::Array(values)) => values,
            other => other.into_iter().collect(),
        };
        values.extend(more.into_iter().map(Into::into));
        self.set_all(name, values);
    }

    /// Sets a field of words to what these texts have.
    fn set_words(&mut self, name: &str, reading: Reading, texts: &[&str]) {
        let read = texts.iter().map(|text| tokens(text, reading)).filter(|tokens| !tokens.is_empty());
        self.set_all(name, read);
        if !self.0.contains_key(name) {
            self.set(name, NOTHING);
        }
    }

    /// Sets a field of stems, and that of the same words as they are.
    fn set_stems_and_words(&mut self, name: &str, reading: Reading, texts: &[&str]) {
        self.set_words(name, Reading::Stemmed, texts);
        self.set_words(&format!("{name}_exact"), reading, texts);
    }

    /// Says what there is at all.
    fn add_parts(&mut self, parts: &[(Part, bool)]) {
        self.add("has", parts.iter().filter(|(_, has)| *has).map(|&(part, _)| part_word(part)));
    }
}

/// The document of an article that changed at this moment, in microseconds since 1970: its head and what searches look
/// at.
pub(super) fn of(kept: &Kept, changed: i64) -> Result<Value> {
    let mut document = head::fields(kept)?;
    document.insert("changed".into(), changed.into());
    document.extend(fields(kept.seq, &kept.article));
    Ok(Value::Object(document))
}

/// What searches look at in the article with this number.
pub(super) fn fields(seq: u64, analyzed: &AnalyzedArticle) -> Map<String, Value> {
    let ids = entity_ids(&analyzed.analysis);
    let common = common(analyzed);
    let mut fields = Block::default();
    let blocks = |blocks: Vec<Block>| Value::Array(blocks.into_iter().map(|block| Value::Object(block.0)).collect());
    fields.set("whole", whole(&common, analyzed, &ids).0);
    fields.set("sentences", blocks(sentences(seq, &common, analyzed, &ids)));
    fields.set("quotes", blocks(quotes::quotes(seq, &common, analyzed, &ids)));
    fields.set("entities", blocks(entities::entities(analyzed, &ids)));
    fields.0
}

/// What the article, its sentences and quotes have in common.
fn common(AnalyzedArticle { article, analysis }: &AnalyzedArticle) -> Block {
    let mut block = Block::default();
    block.set_all("published", article.published_at);
    // For periods of the calendar, which the cluster reckons in milliseconds.
    block.set_all("date", article.published_at.map(|at| at.div_euclid(1_000)));
    block.set_stems_and_words("title", Reading::Cased, &[&article.title]);
    block.set_words("outlet", Reading::Exact, &[&article.outlet]);
    if !article.outlet.is_empty() {
        block.set("outlet_key", name_key(&article.outlet));
        block.set("outlet_name", article.outlet.as_str());
    }
    if !article.language.is_empty() {
        block.set("language", article.language.to_ascii_lowercase());
    }
    let authors: Vec<&str> = article.authors.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    block.set_words("author", Reading::Exact, &authors);
    let mut keys = BTreeSet::new();
    block.set_all("author_name", authors.iter().copied().filter(|author| keys.insert(name_key(author))));
    block.set_all("author_key", keys);
    let labels = || article.labels.iter();
    block.set_all("label", labels().flat_map(|(key, value)| [label_key(key), label_value(key, value)]));
    block.set_all("label_pair", labels().map(|(key, value)| label_pair(key, value)));
    block.set("model", analysis.model.as_str());
    block.set("tier", tier_word(analysis.tier));
    block.add_parts(&[
        (Part::Title, !article.title.is_empty()),
        (Part::Outlet, !article.outlet.is_empty()),
        (Part::Author, !authors.is_empty()),
        (Part::Language, !article.language.is_empty()),
        (Part::Date, article.published_at.is_some()),
    ]);
    block
}

/// The article as a whole.
fn whole(common: &Block, AnalyzedArticle { article, analysis }: &AnalyzedArticle, ids: &[EntityId]) -> Block {
    let mut block = common.clone();
    block.set("id", article.id.as_str());
    block.set_all("updated", article.version.updated);
    block.set("entity_count", analysis.entities.len());
    let mentioned: BTreeSet<&str> = analysis.mentions.iter().map(|mention| ids[mention.entity].as_str()).collect();
    let kinds: BTreeSet<&str> = mentioned.iter().filter_map(|id| id.split('/').next()).collect();
    block.set_all("types", kinds);
    block.set_all("mentions", mentioned);
    // Up to the end of the last sentence, as the embedded engine counts it.
    block.set("length", analysis.sentences.last().map_or(0, |sentence| sentence.span.end()));
    block.set_all("title_phrase", phrases(&article.title));
    block
}

/// One block for each sentence.
fn sentences(seq: u64, common: &Block, analyzed: &AnalyzedArticle, ids: &[EntityId]) -> Vec<Block> {
    let AnalyzedArticle { article, analysis } = analyzed;
    let mut mentioned = vec![BTreeSet::new(); analysis.sentences.len()];
    for mention in &analysis.mentions {
        mentioned[mention.sentence].insert(ids[mention.entity].as_str());
    }
    let mut blocks = Vec::with_capacity(mentioned.len());
    for (ordinal, (sentence, ids)) in analysis.sentences.iter().zip(mentioned).enumerate() {
        let mut block = common.clone();
        block.set("seq", seq);
        block.set("ordinal", ordinal);
        block.set_stems_and_words("text", Reading::Cased, &[sentence.span.of(&article.body)]);
        block.set("start", sentence.span.start());
        block.set("len", sentence.span.len());
        block.set("paragraph", sentence.paragraph);
        block.set("role", role_word(sentence.role));
        let kinds: BTreeSet<&str> = ids.iter().filter_map(|id| id.split('/').next()).collect();
        block.set_all("types", kinds);
        block.add_parts(&[(Part::Entity, !ids.is_empty())]);
        block.set_all("mentions", ids);
        blocks.push(block);
    }
    blocks
}

/// The ids of an analysis' entities, by position.
fn entity_ids(analysis: &Analysis) -> Vec<EntityId> {
    analysis.entities.iter().map(|entity| EntityId::of(entity.kind, &entity.name)).collect()
}

#[cfg(test)]
mod tests {
    use sayso_document::{Entity, EntityType, Mention, MentionForm, Sentence, SentenceRole, Span};
    use serde_json::json;

    use super::*;
    use crate::Article;

    /// An article of two sentences that names one person.
    fn article() -> AnalyzedArticle {
        let article = Article {
            id: "a1".into(),
            title: "Harbour talks".into(),
            outlet: "Varda Courier".into(),
            labels: [("desk".into(), "sea".into())].into(),
            body: "Ada Lind left.\nThe e-mails stayed.".into(),
            ..Article::default()
        };
        let sentence = |start, end| Sentence { span: Span::new(start, end), paragraph: 0, role: SentenceRole::Body };
        let entity = Entity {
            name: "Ada Lind".into(),
            kind: EntityType::Person,
            aliases: Vec::new(),
            titles: Vec::new(),
            roles: Vec::new(),
            confidence: 1.0,
        };
        let span = Span::new(0, 8);
        let mention = Mention { entity: 0, sentence: 0, span, name: Some(span), form: MentionForm::Name };
        let analysis = Analysis {
            model: "m-1".into(),
            sentences: vec![sentence(0, 14), sentence(15, 34)],
            entities: vec![entity],
            mentions: vec![mention],
            ..Analysis::default()
        };
        AnalyzedArticle { article, analysis }
    }

    #[test]
    fn sentences_have_their_words_and_those_of_the_article() {
        let fields = fields(7, &article());
        let [first, second] = [0, 1].map(|at| fields["sentences"][at].clone());
        assert_eq!(first["text"], "ada lind left");
        assert_eq!(first["text_exact"], "ada|\u{2}ada lind|\u{2}lind left");
        assert_eq!(first["mentions"], "person/ada-lind");
        assert_eq!(first["types"], "person");
        assert_eq!(first["has"], json!(["title", "outlet", "entity"]));
        assert_eq!(second["text"], "the e|email mail stay");
        assert_eq!((&second["seq"], &second["ordinal"], &second["role"]), (&json!(7), &json!(1), &json!("body")));
        for block in [&first, &second, &fields["whole"]] {
            assert_eq!(block["title"], "harbor talk");
            assert_eq!(block["outlet_key"], "varda courier");
            assert_eq!(block["author"], NOTHING, "no author");
            assert_eq!(block["label"], json!(["key desk", "4 desk\u{1f}sea"]));
        }
        assert_eq!(fields["whole"]["mentions"], "person/ada-lind");
        assert_eq!(fields["entities"][0]["mentions"], 1);
        assert_eq!(fields["quotes"], json!([]));
    }
}
