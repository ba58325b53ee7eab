//! The yardstick: tantivy alone, with the same sentences, quotes and articles, asked for ten hits with their texts.

use sayso_index::Article;
use std::time::{Duration, Instant};
use tantivy::{
    DocAddress, Index, Searcher, TantivyDocument, Term,
    aggregation::{AggContextParams, AggregationCollector, agg_req::Aggregations},
    collector::TopDocs,
    doc,
    query::{BooleanQuery, FuzzyTermQuery, Occur, Query, QueryParser, TermQuery},
    schema::{FAST, Field, IndexRecordOption, STORED, STRING, Schema, TEXT, TextFieldIndexing, TextOptions, Value},
};

use crate::{
    corpus::Found,
    process,
    queries::{How, Words},
};

/// One index, of which only some fields are used for each sort of thing.
struct One {
    searcher: Searcher,
    parser: QueryParser,
    fields: Fields,
}

/// What is searched, each in an index of its own.
pub(crate) struct Plain {
    sentences: One,
    quotes: One,
    articles: One,
}

#[derive(Clone, Copy)]
struct Fields {
    stemmed: Field,
    text: Field,
    outlet: Field,
    speaker: Field,
}

/// A document: its text, its outlet, its speakers.
type Row<'a> = (String, &'a str, String);

impl One {
    fn of<'a>(rows: impl Iterator<Item = Row<'a>>) -> Self {
        let mut schema = Schema::builder();
        let stemming = TextFieldIndexing::default()
            .set_tokenizer("en_stem")
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let fields = Fields {
            stemmed: schema.add_text_field("stemmed", TextOptions::default().set_indexing_options(stemming)),
            text: schema.add_text_field("text", TEXT | STORED),
            outlet: schema.add_text_field("outlet", STRING | FAST),
            speaker: schema.add_text_field("speaker", TEXT),
        };
        let folder = tempfile::tempdir().unwrap();
        let index = Index::create_in_dir(folder.path(), schema.build()).unwrap();
        let mut writer = index.writer_with_num_threads::<TantivyDocument>(1, 100 << 20).unwrap();
        for (text, outlet, speaker) in rows {
            let document = doc!(fields.stemmed => text.as_str(), fields.text => text.as_str(), fields.outlet => outlet,
                fields.speaker => speaker);
            writer.add_document(document).unwrap();
        }
        writer.commit().unwrap();
        writer.wait_merging_threads().unwrap();
        let searcher = index.reader().unwrap().searcher();
        let parser = QueryParser::for_index(&index, vec![fields.stemmed]);
        Self { searcher, parser, fields }
    }

    /// The bytes of the texts of ten hits.
    fn top(&self, query: &dyn Query) -> usize {
        let top = self.searcher.search(query, &TopDocs::with_limit(10).order_by_score()).unwrap();
        top.into_iter().map(|(_, at)| self.text(at)).sum()
    }

    fn text(&self, at: DocAddress) -> usize {
        let found: TantivyDocument = self.searcher.doc(at).unwrap();
        found.get_first(self.fields.text).and_then(|text| text.as_str()).map_or(0, str::len)
    }

    fn facets(&self, query: &dyn Query) -> usize {
        let asked = r#"{"outlets": {"terms": {"field": "outlet", "size": 10}}}"#;
        let asked: Aggregations = serde_json::from_str(asked).unwrap();
        let context = AggContextParams::new(Default::default(), self.searcher.index().tokenizers().clone());
        self.searcher.search(query, &AggregationCollector::from_aggs(asked, context)).unwrap().0.len()
    }

    fn outlet(&self, outlet: &str) -> Box<dyn Query> {
        Box::new(TermQuery::new(Term::from_field_text(self.fields.outlet, outlet), IndexRecordOption::Basic))
    }
}

impl Plain {
    pub(crate) fn of(found: &[Found]) -> Self {
        let whole = |Article { title, body, .. }: &Article| format!("{title}\n{body}");
        Self {
            sentences: One::of(found.iter().flat_map(rows)),
            quotes: One::of(
                found
                    .iter()
                    .flat_map(|one| one.quotes().map(|(speaker, text)| (text, one.article.outlet.as_str(), speaker))),
            ),
            articles: One::of(
                found.iter().map(|one| (whole(&one.article), one.article.outlet.as_str(), String::new())),
            ),
        }
    }

    fn ask(&self, how: How, words: &Words) -> usize {
        let Words { one, two, outlet, speaker } = words;
        let all = &self.sentences;
        let parse = |index: &One, text: &str| index.parser.parse_query(text).unwrap();
        let exact = |text: &str| Term::from_field_text(all.fields.text, text);
        match how {
            How::Term => all.top(&*parse(all, one)),
            How::And => all.top(&*parse(all, &format!("{one} AND {two}"))),
            How::Or => all.top(&*parse(all, &format!("{one} OR {two}"))),
            How::Phrase => all.top(&*parse(all, &format!("\"{one} {two}\""))),
            How::Prefix => all.top(&FuzzyTermQuery::new_prefix(exact(words.begun()), 0, true)),
            How::Fuzzy => all.top(&FuzzyTermQuery::new(exact(one), 1, true)),
            How::Filtered => {
                let parts = vec![(Occur::Must, parse(all, one)), (Occur::Must, all.outlet(outlet))];
                all.top(&BooleanQuery::new(parts))
            }
            How::Faceted => {
                let query = parse(all, one);
                all.top(&*query) + all.facets(&*query)
            }
            How::Speaker => {
                let words: String = speaker.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
                self.quotes.top(&*parse(&self.quotes, &format!("speaker:\"{words}\"")))
            }
            How::Articles => self.articles.top(&*parse(&self.articles, &format!("{one} AND {two}"))),
            How::Suggest => 0,
        }
    }

    /// Times of all queries of a kind, and the CPU time that they took together.
    pub(crate) fn times(&self, how: How, all: &[Words]) -> (Vec<Duration>, Duration) {
        let mut measured = (Vec::new(), Duration::ZERO);
        // The first round warms caches, the second counts.
        for _ in 0..2 {
            let before = process::cpu(std::process::id());
            let timed = |words| {
                let started = Instant::now();
                std::hint::black_box(self.ask(how, words));
                started.elapsed()
            };
            measured.0 = all.iter().map(timed).collect();
            measured.1 = process::cpu(std::process::id()) - before;
        }
        measured
    }
}

fn rows(one: &Found) -> impl Iterator<Item = Row<'_>> {
    one.sentences().map(|text| (text.to_owned(), one.article.outlet.as_str(), String::new()))
}

/// The yardstick of ingest: the same sentences into a bare index, two threads, one commit. Returns seconds.
pub(crate) fn ingest(sentences: &[String]) -> f64 {
    let mut fields = Schema::builder();
    let text = fields.add_text_field("text", TEXT | STORED);
    let folder = tempfile::tempdir().unwrap();
    let index = Index::create_in_dir(folder.path(), fields.build()).unwrap();
    let started = Instant::now();
    let mut writer = index.writer_with_num_threads::<TantivyDocument>(2, 100 << 20).unwrap();
    for sentence in sentences {
        writer.add_document(doc!(text => sentence.as_str())).unwrap();
    }
    writer.commit().unwrap();
    started.elapsed().as_secs_f64()
}
