//! Searches for articles by what all their sentences and their headline say together.
//!
//! How often an article meets a condition is the sum over its sentences, which the cluster adds up within a block join;
//! a script makes a score of it, by the same formula as [`crate::whole`]. What each sentence meets is asked for the
//! articles of the page alone, and told by the code of the embedded engine.

use std::collections::BTreeMap;
use std::sync::Arc;

use sayso_document::{Sentence, Span};
use serde_json::{Value, json};

use super::OpenSearch;
use super::compile::{Blocks, Compiler, all_of, any_of, terms};
use super::fault::count;
use super::named::{Bearing, Names};
use super::page::{After, Place as PagePlace};
use super::pages::Read;
use super::search::{missing, sort};
use super::view::View;
use super::{facet, filter, head};
use crate::digest::query_hash;
use crate::highlight::Highlighter;
use crate::query::{ArticleSearch, Field, Order, PageRequest};
use crate::room::Room;
use crate::whole::{
    B, Condition, K1, Meeting, Node, Place, Plan, Search, Statistics, TOGETHER, explained, matched_sentence, of_title,
};
use crate::words::role_of;
use crate::{ArticleMatch, Interrupt, Page, Result, Total, record};

/// The most sentences of an article that are told to meet a condition.
const MOST_SENTENCES: usize = 10_000;

/// What the cluster is asked for a condition.
struct Leaf {
    /// The sentences that meet it.
    sentences: Option<Value>,
    /// The word that sentences may have several times: its field, and itself.
    word: Option<(String, String)>,
    /// The articles that meet it as a whole.
    whole: Option<Value>,
}

impl Leaf {
    /// The sentences that meet the condition, each scored by how often.
    fn often(&self) -> Option<Value> {
        let sentences = self.sentences.as_ref()?;
        Some(match &self.word {
            Some((field, word)) => json!({ "script_score": { "query": sentences, "script": {
                "source": "termFreq(params.field, params.word)", "params": { "field": field, "word": word },
            } } }),
            None => json!({ "constant_score": { "filter": sentences } }),
        })
    }

    /// The articles that meet it, scored by how often.
    fn articles(&self, condition: &Condition) -> Value {
        let joined = |query: Value| json!({ "nested": { "path": "sentences", "score_mode": "sum", "query": query } });
        let whole = |query: &Value| json!({ "constant_score": { "filter": query, "boost": condition.whole_counts() } });
        let parts: Vec<Value> = self.often().map(joined).into_iter().chain(self.whole.as_ref().map(whole)).collect();
        any_of(&parts)
    }
}

/// What the cluster is asked for each condition.
fn leaves(names: &Names<'_>, plan: &Plan) -> Result<Vec<Leaf>> {
    let look_up = |name: &str| names.ids_named(name, Bearing::Name);
    let sentences = Compiler { blocks: Blocks::Sentences, names: &look_up };
    let whole = Compiler { blocks: Blocks::Whole, names: &look_up };
    let leaf = |condition: &Condition| -> Result<Leaf> {
        let sentences = condition.is_of_sentences().then(|| sentences.compile(&condition.expr)).transpose()?;
        let whole = match condition.place {
            Place::Sentence => None,
            Place::Text => Some(whole.compile(&of_title(&condition.expr))?),
            Place::Title | Place::Article => Some(whole.compile(&condition.expr)?),
        };
        let word = sentences.as_ref().and_then(|query| {
            let (field, word) = query["term"].as_object()?.iter().next()?;
            Some((field.clone(), word["value"].as_str()?.to_owned()))
        });
        Ok(Leaf { sentences, word, whole })
    };
    plan.conditions.iter().map(leaf).collect()
}

/// A search under way.
struct Asked<'a> {
    /// What is asked, and what scores rest on.
    search: Search<'a>,
    /// What the cluster is asked for each condition.
    leaves: &'a [Leaf],
    /// What articles must pass besides.
    articles: Vec<Value>,
}

impl OpenSearch {
    /// Articles that match.
    pub(super) fn find_articles(&self, query: &ArticleSearch, interrupt: &Interrupt) -> Result<Page<ArticleMatch>> {
        let start = PageRequest { size: 0, after: None };
        let hash = query_hash(&("whole", ArticleSearch { page: start, ..query.clone() }));
        self.page(hash, &query.page, interrupt, |view, after| {
            let names = Names { view };
            let plan = Plan::of(&query.expr);
            let leaves = leaves(&names, &plan)?;
            let statistics = statistics(view, &plan, &leaves)?;
            let search = Search { query, plan: &plan, statistics, scored: query.expr.has_words() };
            let articles = filter::articles(&query.filter, &names)?;
            Asked { search, leaves: &leaves, articles }.read(view, after)
        })
    }
}

/// Counts the articles, and those that meet each condition that scores.
fn statistics(view: &View<'_>, plan: &Plan, leaves: &[Leaf]) -> Result<Statistics> {
    let mut counted = json!({
        "articles": { "filter": { "match_all": {} } },
        "bytes": { "sum": { "field": "whole.length" } },
    });
    let conditions = || plan.conditions.iter().zip(leaves).enumerate();
    for (number, (condition, leaf)) in conditions().filter(|(_, (condition, _))| condition.scored) {
        counted[format!("{number}")] = json!({ "filter": leaf.articles(condition) });
    }
    let found = view.search(json!({ "size": 0, "aggs": counted }))?;
    let found = &found["aggregations"];
    let having = |(number, (condition, _)): (usize, (&Condition, &Leaf))| match condition.scored {
        true => count(&found[format!("{number}")]["doc_count"]),
        false => Ok(0),
    };
    Ok(Statistics {
        articles: count(&found["articles"]["doc_count"])?,
        bytes: found["bytes"]["value"].as_f64().unwrap_or(0.0) as u64,
        having: conditions().map(having).collect::<Result<_>>()?,
    })
}

impl Asked<'_> {
    /// Reads a page.
    fn read(&self, view: &View<'_>, after: Option<&After>) -> Result<Read<ArticleMatch>> {
        let query = self.search.query;
        let size = query.page.size.max(1);
        let order = query.order.used(self.search.scored);
        let mut request = json!({
            "size": size.saturating_add(1),
            "query": self.query(),
            "sort": sort(order),
            "track_scores": true,
            "_source": ["article", "sentence_count"],
            "docvalue_fields": ["seq", "whole.published", "whole.length"],
        });
        match after {
            Some(after) => request["search_after"] = search_after(order, &after.place),
            None => {
                request["aggs"] = json!({
                    "passing": { "filter": { "match_all": {} }, "aggs": facet::counts(Blocks::Whole, &query.facets)? },
                    "all": { "global": {}, "aggs": { "seq": { "max": { "field": "seq" } } } },
                })
            }
        }
        let found = view.search(request)?;
        let counts = &found["aggregations"];
        let documents = found.pointer("/hits/hits").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let told = &documents[..documents.len().min(size)];
        let (hits, last) = self.matches(view, told, order)?;
        let more = last.filter(|_| hits.len() < documents.len());
        Ok(match after {
            Some(after) => Read { hits, more, total: after.total, seq: after.seq, facets: Vec::new() },
            None => Read {
                hits,
                more,
                total: Total { count: count(&counts["passing"]["doc_count"])?, exact: true },
                seq: counts["all"]["seq"]["value"].as_f64().unwrap_or(0.0) as u64,
                facets: facet::read(view, &query.facets, &counts["passing"])?,
            },
        })
    }

    /// The query, scored as a whole: what the conditions add up to, times what the age of the article leaves of it.
    ///
    /// Without a half-life the script hands on the score as it is. Articles without a date score nothing with one, as
    /// in [`Search::recency`].
    fn query(&self) -> Value {
        let ArticleSearch { recency, min_score, .. } = self.search.query;
        let conditions = json!({ "bool": {
            "must": [self.node(&self.search.plan.root)], "should": self.together(), "filter": self.articles,
        } });
        if !self.search.scored {
            return if *min_score > 0.0 { super::compile::nothing() } else { conditions };
        }
        let source = "if (params.half == 0) { return _score; } \
            if (doc['whole.published'].size() == 0) { return 0; } \
            double age = Math.max(0.0, (double) params.now - doc['whole.published'].value); \
            return _score * Math.pow(2, -age / params.half);";
        let (half, now) = recency.map_or((0, 0), |recency| (recency.half_life.max(1), recency.now));
        json!({ "script_score": {
            "query": conditions,
            "script": { "source": source, "params": { "half": half, "now": now } },
            "min_score": min_score,
        } })
    }

    /// What a part of the query matches and adds to the score.
    fn node(&self, node: &Node) -> Value {
        let all = |nodes: &[Node]| nodes.iter().map(|node| self.node(node)).collect::<Vec<_>>();
        match node {
            Node::All => all_of(Vec::new()),
            Node::Leaf(number) => self.leaf(*number),
            Node::Bool { must, should, must_not } => json!({ "bool": {
                "must": all(must),
                "should": all(should),
                "must_not": all(must_not),
                "filter": { "match_all": {} },
                "minimum_should_match": usize::from(must.is_empty() && !should.is_empty()),
            } }),
        }
    }

    /// What a condition matches and adds to the score.
    ///
    /// The formula is that of [`Statistics`]: BM25 over the whole article, whose length is told in bytes. Everything in
    /// it that is the same for all articles is worked out here, so that the cluster compiles the script once and is
    /// given numbers.
    fn leaf(&self, number: usize) -> Value {
        let Search { plan, statistics, .. } = &self.search;
        let condition = &plan.conditions[number];
        let often = self.leaves[number].articles(condition);
        if !condition.scored {
            return all_of(vec![often]);
        }
        let mean = (statistics.bytes as f32 / statistics.articles.max(1) as f32).max(1.0);
        let source = "_score * params.worth / (_score + params.short + params.long * doc['whole.length'].value)";
        json!({ "script_score": { "query": often, "script": { "source": source, "params": {
            "worth": condition.weight * statistics.rarity(number) * (K1 + 1.0),
            "short": K1 * (1.0 - B),
            "long": K1 * B / mean,
        } } } })
    }

    /// What is added for the best sentence, where it could meet more than one condition.
    fn together(&self) -> Vec<Value> {
        let Search { plan, statistics, .. } = &self.search;
        let all = plan.conditions.iter().zip(self.leaves).enumerate();
        let scored = all.filter(|(_, (condition, _))| condition.scored && condition.positive);
        let parts: Vec<Value> = scored
            .filter_map(|(number, (condition, leaf))| {
                let worth = TOGETHER * condition.weight * statistics.rarity(number);
                let sentences = leaf.sentences.as_ref()?;
                Some(json!({ "constant_score": { "filter": sentences, "boost": worth } }))
            })
            .collect();
        match parts.len() {
            0 | 1 => Vec::new(),
            _ => vec![json!({ "nested": { "path": "sentences", "score_mode": "max", "query": any_of(&parts) } })],
        }
    }

    /// The articles that were found, with their best sentences; and the place of the last. Fewer if they would take too
    /// much memory.
    fn matches(
        &self,
        view: &View<'_>,
        documents: &[Value],
        order: Order,
    ) -> Result<(Vec<ArticleMatch>, Option<PagePlace>)> {
        let Search { query, scored, .. } = &self.search;
        let text = Highlighter::new(&query.expr, &[Field::Text]);
        let title = Highlighter::new(&query.expr, &[Field::Text, Field::Title]);
        let mut met = self.met(view, documents)?;
        let (mut room, mut hits, mut last) = (Room::default(), Vec::with_capacity(documents.len()), None);
        for document in documents {
            view.interrupt.check()?;
            if !room.is_left() {
                break;
            }
            let seq = number(&document["fields"]["seq"][0], "seq")?;
            let published = document["fields"]["whole.published"][0].as_i64();
            let (meeting, places) = self.meeting(document, met.remove(&seq))?;
            let bytes = head::bytes(&document["_source"], "article")?;
            let record = record::decode_article(&bytes)?;
            let (best, others) = meeting.best(query.sentences);
            let told = best.into_iter().map(|place| {
                let sentence = places.get(&place).cloned().ok_or_else(|| missing("sentence"))?;
                matched_sentence(&record, (place, sentence, meeting.each[place]), &text, view.interrupt)
            });
            let sentences = told.collect::<Result<Vec<_>>>()?;
            sentences.iter().for_each(|sentence| room.take_text(&sentence.text));
            let article = Arc::new(record.to_article_without_body());
            let score = if *scored { document["_score"].as_f64().unwrap_or(0.0) as f32 } else { 0.0 };
            let value = if order == Order::Relevance { Some(i64::from(score.to_bits())) } else { published };
            last = Some(PagePlace { value, seq, ordinal: 0 });
            hits.push(ArticleMatch {
                sentences,
                others,
                title_highlights: title.spans_of(&article.title, view.interrupt)?,
                score,
                explanation: query.explain.then(|| explained(&self.search, &meeting, published)),
                article,
            });
        }
        Ok((hits, last))
    }

    /// Which sentences of these articles meet which condition: the answers of the cluster, by the articles' numbers.
    ///
    /// Each condition is asked for apart, under its number as a name: the sentences as hits within an article, and what
    /// meets it as a whole as a query with a name. Nothing has to match, since the articles are known.
    fn met(&self, view: &View<'_>, documents: &[Value]) -> Result<BTreeMap<u64, Value>> {
        let seqs: Vec<Value> = documents.iter().map(|document| document["fields"]["seq"][0].clone()).collect();
        let mut parts = Vec::new();
        for (number, leaf) in self.leaves.iter().enumerate() {
            if let Some(sentences) = leaf.often() {
                let columns =
                    ["ordinal", "start", "len", "paragraph", "role"].map(|name| Blocks::Sentences.field(name));
                parts.push(json!({ "nested": { "path": "sentences", "query": sentences, "inner_hits": {
                    "name": format!("{number}"), "size": MOST_SENTENCES, "_source": false, "docvalue_fields": columns,
                    "sort": [{ "sentences.ordinal": "asc" }, { "_score": "desc" }],
                } } }));
            }
            if let Some(whole) = &leaf.whole {
                parts.push(json!({ "bool": { "filter": [whole], "_name": format!("{number}") } }));
            }
        }
        let seqs_only = terms("seq".into(), seqs);
        let asked = json!({
            "size": documents.len(), "_source": false, "docvalue_fields": ["seq"],
            "query": { "bool": { "filter": [seqs_only], "should": parts, "minimum_should_match": 0 } },
        });
        if documents.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut found = view.search(asked)?;
        let found = match found.pointer_mut("/hits/hits").map(Value::take) {
            Some(Value::Array(found)) => found,
            _ => Vec::new(),
        };
        found.into_iter().map(|one| Ok((number(&one["fields"]["seq"][0], "seq")?, one))).collect()
    }

    /// How an article meets the conditions, and the sentences that do, by their places.
    ///
    /// The position of a sentence orders the hits, and its score, which says how often it has a word, comes second.
    fn meeting(&self, document: &Value, met: Option<Value>) -> Result<(Meeting, BTreeMap<usize, Sentence>)> {
        let met = met.unwrap_or_default();
        let length = document["fields"]["whole.length"][0].as_u64().unwrap_or(0);
        let sentences = number(&document["_source"]["sentence_count"], "sentence_count")? as usize;
        let (mut meeting, mut places) = (Meeting::default(), BTreeMap::new());
        meeting.begin(self.leaves.len(), sentences, length);
        for number in 0..self.leaves.len() {
            let name = Value::String(number.to_string());
            meeting.whole[number] = met["matched_queries"].as_array().is_some_and(|names| names.contains(&name));
            let blocks = met.pointer(&format!("/inner_hits/{number}/hits/hits")).and_then(Value::as_array);
            for block in blocks.into_iter().flatten() {
                let (place, sentence) = sentence_of(&block["fields"])?;
                if place >= sentences {
                    return Err(missing("place"));
                }
                let often = block["sort"][1].as_f64().unwrap_or(1.0).round() as u32;
                self.search.note(&mut meeting, number, (place, often));
                places.insert(place, sentence);
            }
        }
        Ok((meeting, places))
    }
}

/// The sentence that a block represents, and its place.
fn sentence_of(columns: &Value) -> Result<(usize, Sentence)> {
    let field = |name: &str| Ok::<_, crate::Error>(number(&columns[format!("sentences.{name}")][0], name)? as usize);
    let start = field("start")?;
    let role = columns["sentences.role"][0].as_str().and_then(role_of).ok_or_else(|| missing("role"))?;
    let span = Span::new(start, start + field("len")?);
    Ok((field("ordinal")?, Sentence { span, paragraph: field("paragraph")? as u32, role }))
}

/// A number of an answer.
fn number(value: &Value, what: &str) -> Result<u64> {
    value.as_u64().ok_or_else(|| missing(what))
}

/// The values after which articles are to come, in the form in which the cluster sorts by them.
fn search_after(order: Order, place: &PagePlace) -> Value {
    let value = match (order, place.value) {
        (Order::Relevance, bits) => f32::from_bits(u32::try_from(bits.unwrap_or(0)).unwrap_or(0)).into(),
        (_, Some(at)) => at.into(),
        // Those without a moment are sorted as if theirs were the last of all.
        (Order::Newest, None) => i64::MIN.into(),
        (Order::Oldest, None) => i64::MAX.into(),
    };
    Value::Array(vec![value, place.seq.into()])
}
