//! Put, replace and delete: each is seen by every read at once.

use sayso_document::EntityType;
use sayso_index::query::{ArticleFilter, ArticleOrder, ArticleQuery, EntityQuery, Expr, MentionQuery};
use sayso_index::{Change, Embedded, Engine, EntityId, Error, ErrorKind, Interrupt, Progress, Status, Write};

use crate::samples::*;

/// What each kind of read tells: articles, sentences, quotes, entities, mentions.
fn seen(engine: &Embedded, name: &str) -> [usize; 5] {
    let now = Interrupt::default();
    let entity = EntityId::of(EntityType::Person, name);
    let filter = ArticleFilter::default();
    let mentions = MentionQuery { entity, forms: vec![], filter: filter.clone(), page: first(100) };
    [
        engine
            .articles(&ArticleQuery { filter, order: ArticleOrder::default(), page: first(100) }, &now)
            .unwrap()
            .hits
            .len(),
        search(engine, &sentence_query(Expr::All)).len(),
        engine.quotes(&quote_query(Expr::All), &now).unwrap().hits.len(),
        engine.entities(&EntityQuery { name: name.into(), kinds: vec![], page: first(9) }, &now).unwrap().hits.len(),
        engine.mentions(&mentions, &now).unwrap().hits.len(),
    ]
}

fn counts(status: &Status) -> [u64; 4] {
    [status.articles, status.sentences, status.quotes, status.entities]
}

#[test]
fn every_read_sees_a_change_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    assert_eq!(engine.status().unwrap().searchable_seq, 0);

    let body = "Ansa Orlek opened the talks.\n“We will stay,” Orlek said.";
    let old = with_entity(article("a", body), EntityType::Person, &["Ansa Orlek", "Orlek"], &["Minister"]);
    let old = with_quote(old, "We will stay", Some(0));
    let receipt = put(&engine, &old);
    assert_eq!((receipt.seq, receipt.change), (1, Change::Created));
    assert_eq!(seen(&engine, "Ansa Orlek"), [1, 2, 1, 1, 2]);
    assert_eq!(stands(&engine, "a").as_ref(), Some(&old));

    let new = with_entity(article("a", "Bero Tamm closed the harbour."), EntityType::Person, &["Bero Tamm"], &[]);
    let receipt = put(&engine, &new);
    assert_eq!((receipt.seq, receipt.change), (2, Change::Replaced));
    assert_eq!(seen(&engine, "Ansa Orlek"), [1, 1, 0, 0, 0]);
    assert_eq!(seen(&engine, "Bero Tamm"), [1, 1, 0, 1, 1]);
    assert_eq!(texts(&engine, word("talk")), Vec::<String>::new());
    assert_eq!(counts(&engine.status().unwrap()), [1, 1, 0, 1]);

    let receipt = delete(&engine, "a");
    assert_eq!((receipt.seq, receipt.change), (3, Change::Deleted));
    assert_eq!(seen(&engine, "Bero Tamm"), [0; 5]);
    assert_eq!(engine.article("a").unwrap(), None);
    let status = engine.status().unwrap();
    assert_eq!(counts(&status), [0; 4]);
    assert_eq!((status.durable_seq, status.searchable_seq), (3, 3));
    assert!(status.disk_bytes > 0);
}

#[test]
fn the_same_again_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    let one = article("a", "The talks resumed.");
    put(&engine, &one);
    put(&engine, &article("b", "The harbour closed."));
    let again = put(&engine, &one);
    assert_eq!((again.seq, again.change), (1, Change::Unchanged));

    let mut newer = one.clone();
    newer.analysis.model = "test-2".into();
    assert_eq!(put(&engine, &newer).change, Change::Replaced);
    let gone = delete(&engine, "nowhere");
    assert_eq!((gone.seq, gone.change), (3, Change::NotFound));
}

#[test]
fn one_group_may_change_an_article_again_and_again() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    let put = |text: &str| Write::Put(Box::new(article("a", text)), None);
    let writes = vec![put("One."), put("Two."), Write::Delete("a".into(), None), put("Three."), put("Three.")];
    let changes: Vec<Change> = write_all(&engine, writes).iter().map(|receipt| receipt.change).collect();
    let expected = [Change::Created, Change::Replaced, Change::Deleted, Change::Created, Change::Unchanged];
    assert_eq!(changes, expected);
    assert_eq!(texts(&engine, Expr::All), ["Three."]);
}

#[test]
fn refuses_an_analysis_that_does_not_fit() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    let mut bad = article("a", "The talks resumed.");
    bad.article.body = "Short.".into();
    let nameless = article("", "The talks resumed.");
    for article in [bad, nameless] {
        let (sender, receiver) = std::sync::mpsc::channel::<Option<Error>>();
        let progress = Box::new(move |progress| {
            let error = if let Progress::Failed(error) = progress { Some(error) } else { None };
            sender.send(error).unwrap();
        });
        engine.write(Write::Put(Box::new(article), None), progress);
        assert_eq!(receiver.recv().unwrap().unwrap().kind(), ErrorKind::Invalid);
    }
    assert_eq!(engine.status().unwrap().articles, 0);
}
