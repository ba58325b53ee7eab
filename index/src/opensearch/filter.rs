//! From typed filters to queries of OpenSearch that let articles or blocks pass or not, without a score.
//!
//! The values of one list are alternatives, and all lists must hold. Filters of articles look at the article as a whole,
//! so that its blocks need not be looked at where it does not pass.
//!
//! None of them is counted for a score, so the cluster may keep which articles pass a filter and use it again.

use serde_json::{Value, json};

use super::compile::{Blocks, Compiler, of_anybody, said, terms, within};
use super::head;
use super::named::{Bearing, Names};
use crate::Result;
use crate::article::type_word;
use crate::keys::{label_key, label_value, name_key, named_word, tier_word};
use crate::query::{ArticleFilter, Expr, Field, QuoteQuery, SentenceQuery, Who};
use crate::words::{act_word, kind_word, polarity_word, role_word};

/// Filters of articles.
pub(super) fn articles(filter: &ArticleFilter, names: &Names<'_>) -> Result<Vec<Value>> {
    let whole = |name: &str| format!("whole.{name}");
    let mut filters = Vec::new();
    let mut any = |field: &str, values: Vec<String>| {
        if !values.is_empty() {
            filters.push(terms(whole(field), values));
        }
    };
    any("outlet_key", filter.outlets.iter().map(|outlet| name_key(outlet)).collect());
    any("author_key", filter.authors.iter().map(|author| name_key(author)).collect());
    any("language", filter.languages.iter().map(|code| code.to_ascii_lowercase()).collect());
    any("model", filter.models.clone());
    any("tier", filter.tiers.iter().map(|&tier| tier_word(tier).to_owned()).collect());
    for label in &filter.labels {
        any(
            "label",
            match label.values.is_empty() {
                true => vec![label_key(&label.key)],
                false => label.values.iter().map(|value| label_value(&label.key, value)).collect(),
            },
        );
    }
    if !filter.ids.is_empty() {
        let documents: Vec<String> = filter.ids.iter().map(|id| head::document_name(id)).collect();
        filters.push(json!({ "ids": { "values": documents } }));
    }
    if filter.from.is_some() || filter.until.is_some() {
        filters.push(within(whole("published"), filter.from, filter.until));
    }
    for who in &filter.entities {
        filters.push(terms(whole("mentions"), names.ids_of(who, Bearing::Name)?));
    }
    Ok(filters)
}

/// Filters of sentences.
pub(super) fn sentences(query: &SentenceQuery, names: &Names<'_>) -> Result<Vec<Value>> {
    let field = |name: &str| Blocks::Sentences.field(name);
    let mut filters = Vec::new();
    if !query.mention_types.is_empty() {
        filters.push(terms(field("types"), query.mention_types.iter().map(|&kind| type_word(kind))));
    }
    if !query.roles.is_empty() {
        filters.push(terms(field("role"), query.roles.iter().map(|&role| role_word(role))));
    }
    for who in &query.mentions {
        filters.push(terms(field("mentions"), names.ids_of(who, Bearing::Name)?));
    }
    Ok(filters)
}

/// Filters of quotes.
pub(super) fn quotes(query: &QuoteQuery, names: &Names<'_>) -> Result<Vec<Value>> {
    let mut filters = who(query, names)?;
    let field = |name: &str| Blocks::Quotes.field(name);
    if !query.speaker_types.is_empty() {
        filters.push(terms(field("types"), query.speaker_types.iter().map(|&kind| type_word(kind))));
    }
    if !query.cues.is_empty() {
        let cue = |text: &String| Expr::Word { field: Field::Cue, text: text.clone() };
        let compiler = Compiler { blocks: Blocks::Quotes, names: &|_| Ok(Vec::new()) };
        filters.push(compiler.compile(&Expr::Either(query.cues.iter().map(cue).collect()))?);
    }
    let mut marks = |words: Vec<&str>| {
        if !words.is_empty() {
            filters.push(terms(field("facet"), words));
        }
    };
    marks(query.kinds.iter().map(|&kind| kind_word(kind)).collect());
    marks(query.acts.iter().map(|&act| act_word(act)).collect());
    marks(query.polarities.iter().map(|&polarity| polarity_word(polarity)).collect());
    marks(query.named_speaker.into_iter().map(named_word).collect());
    let sure = [("confidence", query.min_confidence), ("speaker_confidence", query.min_speaker_confidence)];
    for (name, least) in sure.into_iter().filter(|&(_, least)| least > 0.0) {
        filters.push(json!({ "range": { field(name): { "gte": f64::from(least) } } }));
    }
    if query.said_from.is_some() || query.said_until.is_some() {
        filters.push(said(query.said_from, query.said_until));
    }
    Ok(filters)
}

/// Filters by who speaks, is spoken to and is mentioned.
fn who(query: &QuoteQuery, names: &Names<'_>) -> Result<Vec<Value>> {
    let mut filters = Vec::new();
    for who in &query.entities {
        filters.push(of_anybody(&names.ids_of(who, Bearing::Name)?));
    }
    let any: [(&str, &[Who], Bearing); 2] =
        [("speaker_ids", &query.speakers, Bearing::NameOrTitle), ("addressee_ids", &query.addressees, Bearing::Name)];
    for (field, any, bearing) in any.into_iter().filter(|(_, any, _)| !any.is_empty()) {
        let mut ids = Vec::new();
        for who in any {
            ids.extend(names.ids_of(who, bearing)?);
        }
        filters.push(terms(Blocks::Quotes.field(field), ids));
    }
    for who in &query.about {
        filters.push(terms(Blocks::Quotes.field("about_ids"), names.ids_of(who, Bearing::Name)?));
    }
    Ok(filters)
}
