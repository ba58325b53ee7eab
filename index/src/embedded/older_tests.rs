//! A store that the version before wrote: it opens, and what it does not tell is missing nowhere.

use std::path::Path;
use std::sync::mpsc;

use redb::ReadableTable;
use sayso_document::{Analysis, Sentence, SentenceRole, Span};

use super::store::{ARTICLES, BY_UPDATED, FORMAT, META};
use super::*;
use crate::query::{ArticleFilter, ArticleOrder, LabelFilter};
use crate::{Article, Change, Receipt, Version};

/// An article of one sentence, or of none, so that only the store can list it.
fn article(id: &str, sentences: usize, tier: Tier) -> AnalyzedArticle {
    let sentence = Sentence { span: Span::new(0, 6), paragraph: 0, role: SentenceRole::Body };
    let model = if tier == Tier::Fast { "fast-1" } else { "slow-1" }.into();
    let analysis = Analysis { model, tier, sentences: vec![sentence; sentences], ..Analysis::default() };
    let article = Article { id: id.into(), body: "Talks.".into(), language: "en".into(), ..Article::default() };
    AnalyzedArticle { article, analysis }
}

/// Makes a change and waits until every read sees it.
fn write(engine: &Embedded, change: Write) -> Result<Receipt> {
    let (sender, receiver) = mpsc::channel();
    let progress = move |progress| match progress {
        Progress::Durable(_) => {}
        Progress::Searchable(receipt) => sender.send(Ok(receipt)).unwrap(),
        Progress::Delayed(_, error) | Progress::Failed(error) => sender.send(Err(error)).unwrap(),
    };
    engine.write(change, Box::new(progress));
    receiver.recv().unwrap()
}

/// Puts an article under no condition.
fn put(engine: &Embedded, article: AnalyzedArticle) -> Receipt {
    write(engine, Write::Put(Box::new(article), None)).unwrap()
}

/// Fills a directory and leaves it as the version before would have.
fn older(dir: &Path, articles: &[AnalyzedArticle]) {
    let engine = Embedded::open(dir, EmbeddedOptions::default()).unwrap();
    for article in articles {
        put(&engine, article.clone());
    }
    let age = |db: &redb::Database| {
        let txn = db.begin_write()?;
        {
            let mut records = txn.open_table(ARTICLES)?;
            for seq in 1..=articles.len() as u64 {
                let bytes = crate::record::as_in_version_2(records.get(seq)?.unwrap().value());
                records.insert(seq, bytes.as_slice())?;
            }
            txn.open_table(META)?.insert("format", FORMAT - 1)?;
        }
        txn.delete_table(BY_UPDATED)?;
        Ok(txn.commit()?)
    };
    engine.store.with(age).unwrap();
    drop(engine);
    for index in INDEXES {
        std::fs::remove_dir_all(dir.join(index)).unwrap();
    }
}

/// The ids of a list, in its order, read in pages of two.
fn listed(engine: &Embedded, order: ArticleOrder, filter: &ArticleFilter) -> String {
    let mut query = ArticleQuery { filter: filter.clone(), order, page: PageRequest { size: 2, after: None } };
    let mut ids = Vec::new();
    loop {
        let page = engine.articles(&query, &Interrupt::default()).unwrap();
        ids.extend(page.hits.into_iter().map(|hit| hit.article.id.clone()));
        query.page.after = page.next;
        if query.page.after.is_none() {
            return ids.join(" ");
        }
    }
}

/// The version of a kept article.
fn version(engine: &Embedded, id: &str) -> Version {
    engine.article(id).unwrap().unwrap().article.version
}

#[test]
fn an_older_store_opens_and_lists_everything() {
    use ArticleOrder::{EarliestUpdated, LatestUpdated};
    // With an article that the indexes cannot list, and without.
    for sentences in [0, 1] {
        let dir = tempfile::tempdir().unwrap();
        let tiers = [Tier::Fast, Tier::Accurate, Tier::Fast, Tier::Fast];
        let articles = ["a", "b", "c", "d"].into_iter().zip(tiers);
        let articles: Vec<_> =
            articles.map(|(id, tier)| article(id, if id == "b" { sentences } else { 1 }, tier)).collect();
        older(dir.path(), &articles);
        let engine = Embedded::open(dir.path(), EmbeddedOptions::default()).unwrap();
        let all = ArticleFilter::default();
        let spoken = ArticleFilter { languages: vec!["en".into()], ..all.clone() };
        for filter in [&all, &spoken] {
            assert_eq!(listed(&engine, LatestUpdated, filter), "d c b a");
            assert_eq!(listed(&engine, EarliestUpdated, filter), "a b c d");
        }
        let accurate = ArticleFilter { tiers: vec![Tier::Accurate], ..all.clone() };
        assert_eq!(listed(&engine, LatestUpdated, &accurate), "b", "only its analysis tells");
        let found = engine.outdated(&[], Tier::Accurate, &accurate, 0, &Interrupt::default()).unwrap();
        assert_eq!(found.seqs, [2]);

        let old = version(&engine, "a");
        assert_eq!((old.revision, old.created, old.updated), (1, None, None));
        assert_eq!(put(&engine, articles[0].clone()).version, Some(old), "the same again");
        let seq = engine.read(|view| view.store.seq_of("a")).unwrap().unwrap();
        let better = article("a", 1, Tier::Accurate);
        let reanalyzed = write(&engine, Write::Reanalyzed(Box::new(better), seq)).unwrap();
        assert_eq!((reanalyzed.change, reanalyzed.version, version(&engine, "a")), (Change::Replaced, Some(old), old));
        let mut labelled = article("a", 1, Tier::Accurate);
        labelled.article.labels = [("desk".into(), String::new())].into();
        let new = write(&engine, Write::Put(Box::new(labelled), Some(old.etag))).unwrap().version.unwrap();
        assert_eq!((new.revision, new.created, new.text), (2, None, old.text));
        assert!(new.updated.is_some() && new.etag != old.etag);
        write(&engine, Write::Delete("c".into(), Some(version(&engine, "c").etag))).unwrap();
        put(&engine, article("e", 1, Tier::Fast));
        drop(engine);

        let engine = Embedded::open(dir.path(), EmbeddedOptions::default()).unwrap();
        assert_eq!(version(&engine, "a"), new);
        for filter in [&all, &spoken] {
            assert_eq!(listed(&engine, LatestUpdated, filter), "e a d b");
            assert_eq!(listed(&engine, EarliestUpdated, filter), "a e b d");
        }
        let desk = LabelFilter { key: "desk".into(), values: vec![] };
        assert_eq!(listed(&engine, LatestUpdated, &ArticleFilter { labels: vec![desk], ..all }), "a");
    }
}

#[test]
fn a_store_of_a_later_version_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Embedded::open(dir.path(), EmbeddedOptions::default()).unwrap();
    let age = |db: &redb::Database| {
        let txn = db.begin_write()?;
        txn.open_table(META)?.insert("format", FORMAT + 1)?;
        Ok(txn.commit()?)
    };
    engine.store.with(age).unwrap();
    drop(engine);
    let error = Embedded::open(dir.path(), EmbeddedOptions::default()).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Newer);
}

/// A store of this format, compressed, as a program of its version left it.
fn kept_store(format: u64) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/stores/format-{format}.redb.lz4"))
}

/// The articles of those stores: with and without sentences, on both tiers.
fn of_stores() -> Vec<AnalyzedArticle> {
    let article = |id: &str, sentences, tier, body: &str| {
        let mut one = article(id, sentences, tier);
        one.article.body = body.into();
        one.article.outlet = "Veld Courier".into();
        one
    };
    vec![
        article("a", 1, Tier::Fast, "Talks on the ferry went on."),
        article("b", 1, Tier::Accurate, "Boats sail again."),
        article("c", 0, Tier::Fast, "Cranes."),
    ]
}

/// Writes the store of the present format where there is none yet. Run it once for each new format, before it changes again:
/// `cargo test -p sayso-index write_the_store -- --ignored`.
#[test]
#[ignore = "writes a fixture"]
fn write_the_store_of_this_format() {
    let write_down = |format: u64, dir: &Path| {
        Embedded::compact(dir).unwrap();
        let bytes = lz4_flex::compress_prepend_size(&std::fs::read(dir.join(STORE)).unwrap());
        std::fs::create_dir_all(kept_store(format).parent().unwrap()).unwrap();
        std::fs::write(kept_store(format), bytes).unwrap();
    };
    if !kept_store(FORMAT).exists() {
        let dir = tempfile::tempdir().unwrap();
        let engine = Embedded::open(dir.path(), EmbeddedOptions::default()).unwrap();
        for article in of_stores() {
            put(&engine, article);
        }
        drop(engine);
        write_down(FORMAT, dir.path());
    }
    if FORMAT == 2 && !kept_store(1).exists() {
        let dir = tempfile::tempdir().unwrap();
        older(dir.path(), &of_stores());
        write_down(1, dir.path());
    }
}

#[test]
fn the_store_of_every_format_opens_and_is_whole() {
    for format in 1..=FORMAT {
        let dir = tempfile::tempdir().unwrap();
        let bytes = std::fs::read(kept_store(format)).unwrap_or_else(|error| panic!("format {format}: {error}"));
        std::fs::write(dir.path().join(STORE), lz4_flex::decompress_size_prepended(&bytes).unwrap()).unwrap();
        let engine = Embedded::open(dir.path(), EmbeddedOptions::default()).unwrap();
        assert!(!engine.opened().salvaged && engine.opened().damaged.is_empty(), "{format}: {:?}", engine.opened());
        let status = engine.status().unwrap();
        assert_eq!((status.articles, status.sentences), (3, 2), "format {format}");
        assert_eq!(listed(&engine, ArticleOrder::LatestUpdated, &ArticleFilter::default()), "c b a");
        for expected in of_stores() {
            let mut found = engine.article(&expected.article.id).unwrap().unwrap();
            found.article.version = Version::default();
            assert_eq!(found, expected, "format {format}");
        }
        put(&engine, article("d", 1, Tier::Fast));
        assert_eq!(engine.status().unwrap().articles, 4);
    }
}
