//! Articles with their analyses, made by hand, and an engine to put them in.

use std::path::Path;
use std::sync::mpsc;

use sayso_document::{
    Act, Analysis, Counted, Entity, EntityType, Mention, MentionForm, Polarity, Quote, QuoteKind, Sentence,
    SentenceRole, Span,
};
use sayso_index::query::{Expr, Field, PageRequest, QuoteQuery, SentenceQuery};
use sayso_index::{
    AnalyzedArticle, Article, Embedded, EmbeddedOptions, Engine, Interrupt, Progress, Receipt, SentenceHit, Version,
    Write,
};

pub(crate) fn open(dir: &Path) -> Embedded {
    Embedded::open(dir, EmbeddedOptions::default()).unwrap()
}

/// An article whose sentences are the lines of `body`.
pub(crate) fn article(id: &str, body: &str) -> AnalyzedArticle {
    let mut sentences = Vec::new();
    let mut start = 0;
    for (paragraph, line) in body.split('\n').enumerate() {
        let span = Span::new(start, start + line.len());
        sentences.push(Sentence { span, paragraph: paragraph as u32, role: SentenceRole::Body });
        start += line.len() + 1;
    }
    let article = Article {
        id: id.into(),
        outlet: "Varda Courier".into(),
        title: "Harbour talks resume".into(),
        authors: vec!["Élodie Marsh".into()],
        language: "en".into(),
        published_at: Some(1_000_000),
        body: body.into(),
        ..Article::default()
    };
    AnalyzedArticle { article, analysis: Analysis { model: "test-1".into(), sentences, ..Analysis::default() } }
}

/// Adds an entity and a mention of it wherever one of its names stands in the body.
pub(crate) fn with_entity(
    mut article: AnalyzedArticle,
    kind: EntityType,
    names: &[&str],
    titles: &[&str],
) -> AnalyzedArticle {
    let position = article.analysis.entities.len();
    let body = article.article.body.clone();
    let counted = |text: &&str| Counted { text: (*text).into(), count: body.matches(*text).count().max(1) as u32 };
    let entity = Entity {
        name: names[0].into(),
        kind,
        aliases: names[1..].iter().map(counted).collect(),
        titles: titles.iter().map(counted).collect(),
        roles: Vec::new(),
        confidence: 0.9,
    };
    article.analysis.entities.push(entity);
    for (sentence, line) in article.analysis.sentences.iter().enumerate() {
        let text = line.span.of(&body);
        let found = names.iter().find_map(|name| text.find(name).map(|at| (at, name.len())));
        if let Some((at, len)) = found {
            let start = line.span.start() + at;
            let span = Span::new(start, start + len);
            let mention = Mention { entity: position, sentence, span, name: Some(span), form: MentionForm::Name };
            article.analysis.mentions.push(mention);
        }
    }
    article
}

/// Adds a quote of these words by the entity at this position.
pub(crate) fn with_quote(mut article: AnalyzedArticle, content: &str, speaker: Option<usize>) -> AnalyzedArticle {
    let start = article.article.body.find(content).unwrap();
    let quote = Quote {
        content: vec![Span::new(start, start + content.len())],
        cue: vec![],
        cue_lemma: "say".into(),
        source: vec![],
        speakers: speaker.into_iter().collect(),
        addressee: None,
        about: vec![],
        act: Act::Speech,
        kind: QuoteKind::Direct,
        polarity: Polarity::Asserted,
        when: None,
        said: None,
        confidence: 0.8,
        speaker_confidence: 0.7,
    };
    article.analysis.quotes.push(quote);
    article
}

/// Writes and waits until every read sees it.
pub(crate) fn write(engine: &Embedded, write: Write) -> Receipt {
    write_all(engine, vec![write]).remove(0)
}

pub(crate) fn put(engine: &Embedded, article: &AnalyzedArticle) -> Receipt {
    write(engine, Write::Put(Box::new(article.clone()), None))
}

pub(crate) fn delete(engine: &Embedded, id: &str) -> Receipt {
    write(engine, Write::Delete(id.into(), None))
}

/// Hands in all at once and waits until every read sees them. Each must be durable before it is searchable.
pub(crate) fn write_all(engine: &Embedded, writes: Vec<Write>) -> Vec<Receipt> {
    let count = writes.len();
    let (sender, receiver) = mpsc::channel();
    for (number, write) in writes.into_iter().enumerate() {
        let sender = sender.clone();
        let mut durable = false;
        engine.write(
            write,
            Box::new(move |progress| match progress {
                Progress::Durable(_) => durable = true,
                Progress::Searchable(receipt) => {
                    assert!(durable);
                    sender.send((number, receipt)).unwrap();
                }
                Progress::Delayed(_, error) | Progress::Failed(error) => panic!("{error}"),
            }),
        );
    }
    let mut receipts: Vec<(usize, Receipt)> = receiver.iter().take(count).collect();
    receipts.sort_by_key(|&(number, _)| number);
    receipts.into_iter().map(|(_, receipt)| receipt).collect()
}

/// The article with this id as it was handed in.
pub(crate) fn stands(engine: &Embedded, id: &str) -> Option<AnalyzedArticle> {
    let mut article = engine.article(id).unwrap()?;
    article.article.version = Version::default();
    Some(article)
}

pub(crate) fn word(text: &str) -> Expr {
    Expr::Word { field: Field::Text, text: text.into() }
}

pub(crate) fn first(size: usize) -> PageRequest {
    PageRequest { size, after: None }
}

pub(crate) fn sentence_query(expr: Expr) -> SentenceQuery {
    SentenceQuery { expr, page: first(100), ..SentenceQuery::default() }
}

pub(crate) fn quote_query(expr: Expr) -> QuoteQuery {
    QuoteQuery { expr, page: first(100), ..QuoteQuery::default() }
}

pub(crate) fn search(engine: &Embedded, query: &SentenceQuery) -> Vec<SentenceHit> {
    engine.sentences(query, &Interrupt::default()).unwrap().hits
}

/// The sentences found, as text, best first.
pub(crate) fn texts(engine: &Embedded, expr: Expr) -> Vec<String> {
    let hits = search(engine, &sentence_query(expr));
    hits.into_iter().map(|hit| hit.text).collect()
}
