//! A disk that fails: nothing acknowledged is lost, and the engine goes on when the disk does.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use redb::backends::FileBackend;
use redb::{Database, ReadableTable, StorageBackend, TableHandle};
use sayso_document::{Analysis, Entity, EntityType, Mention, MentionForm, Sentence, SentenceRole, Span};

use super::*;
use crate::{Article, Change};

/// A file that is full while the switch is on.
#[derive(Debug)]
struct FullDisk {
    /// What really keeps the bytes.
    file: FileBackend,
    /// The switch.
    full: Arc<AtomicBool>,
}

impl FullDisk {
    /// Refuses while the disk is full.
    fn check(&self) -> io::Result<()> {
        match self.full.load(Ordering::Relaxed) {
            true => Err(io::Error::from(io::ErrorKind::StorageFull)),
            false => Ok(()),
        }
    }
}

impl StorageBackend for FullDisk {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.check()?;
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.check()?;
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.check()?;
        self.file.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }
}

/// An engine whose store lies on such a disk.
fn on_disk(dir: &Path) -> (Embedded, Arc<AtomicBool>) {
    let full = Arc::new(AtomicBool::new(false));
    let (path, switch) = (dir.join("articles.redb"), full.clone());
    let open = move || {
        let file = std::fs::File::options().read(true).write(true).create(true).truncate(false).open(&path)?;
        let disk = FullDisk { file: FileBackend::new(file)?, full: switch.clone() };
        Ok(Database::builder().create_with_backend(disk)?)
    };
    let store = Store::open(Box::new(open)).unwrap();
    (Embedded::start(Arc::new(Folder::open(dir).unwrap()), store, EmbeddedOptions::default()).unwrap(), full)
}

/// An article with this id and a short body.
fn article(id: &str) -> Article {
    Article { id: id.into(), body: "Talks.".into(), ..Article::default() }
}

/// An article with one sentence that mentions one person, whom it gives this name.
pub(super) fn about(id: &str, name: &str) -> AnalyzedArticle {
    let sentence = Sentence { span: Span::new(0, 6), paragraph: 0, role: SentenceRole::Body };
    let entity = Entity {
        name: name.into(),
        kind: EntityType::Person,
        aliases: vec![],
        titles: vec![],
        roles: vec![],
        confidence: 0.5,
    };
    let mention = Mention { entity: 0, sentence: 0, span: Span::new(0, 6), name: None, form: MentionForm::Pronoun };
    let analysis =
        Analysis { sentences: vec![sentence], entities: vec![entity], mentions: vec![mention], ..Analysis::default() };
    AnalyzedArticle { article: article(id), analysis }
}

/// Hands in a change; its last word comes out of the channel: what it did and every read sees, or why not.
fn hand_in(engine: &Embedded, write: Write) -> mpsc::Receiver<Result<Change>> {
    let (sender, receiver) = mpsc::channel();
    let progress = move |progress| match progress {
        Progress::Durable(_) => {}
        Progress::Searchable(receipt) => sender.send(Ok(receipt.change)).unwrap(),
        Progress::Delayed(_, error) | Progress::Failed(error) => sender.send(Err(error)).unwrap(),
    };
    engine.write(write, Box::new(progress));
    receiver
}

/// Makes a change and waits until every read sees it.
pub(super) fn write(engine: &Embedded, change: Write) -> Result<Change> {
    hand_in(engine, change).recv().unwrap()
}

/// Puts an article without an analysis.
pub(super) fn put(engine: &Embedded, id: &str) -> Result<Change> {
    write(engine, Write::Put(Box::new(AnalyzedArticle { article: article(id), analysis: Analysis::default() }), None))
}

/// Waits for what the engine does of its own accord.
pub(super) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..600 {
        if holds() {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("it never came to this: {what}");
}

/// How many articles every order lists, in one view: the next may come at any moment.
pub(super) fn listed(engine: &Embedded) -> Result<usize> {
    use crate::query::ArticleOrder::{EarliestUpdated, LatestUpdated, NewestPublished, OldestPublished};
    let view = engine.view();
    let mut counts = Vec::new();
    for order in [NewestPublished, OldestPublished, LatestUpdated, EarliestUpdated] {
        let page = crate::query::PageRequest { size: 1000, after: None };
        let query = ArticleQuery { filter: Default::default(), order, page };
        counts.push(engine.guarded(|| view.articles(&query, &Interrupt::default()))?.hits.len());
    }
    assert!(counts.iter().all(|count| *count == counts[0]), "{counts:?}");
    Ok(counts[0])
}

#[test]
fn a_store_that_closed_itself_says_so_and_opens_again_without_a_write() {
    let dir = tempfile::tempdir().unwrap();
    let (engine, full) = on_disk(dir.path());
    put(&engine, "a").unwrap();
    assert_eq!(engine.health(), Health::default());
    full.store(true, Ordering::Relaxed);
    write(&engine, Write::Delete("a".into(), None)).unwrap_err();
    assert!(engine.health().store_fault.is_some());
    full.store(false, Ordering::Relaxed);
    eventually("the store is open again", || engine.health() == Health::default());
    assert!(engine.article("a").unwrap().is_some(), "a delete that failed deleted nothing");
}

#[test]
fn a_disk_that_is_nearly_full_refuses_articles_but_answers_and_deletes() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Embedded::open(dir.path(), EmbeddedOptions::default()).unwrap();
    put(&engine, "a").unwrap();
    put(&engine, "b").unwrap();
    drop(engine);
    let none_is_enough = EmbeddedOptions { min_free_bytes: u64::MAX, ..EmbeddedOptions::default() };
    let engine = Embedded::open(dir.path(), none_is_enough.clone()).unwrap();
    let refused = put(&engine, "c").unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Storage);
    assert!(refused.to_string().contains("must stay free"), "{refused}");
    assert!(engine.article("a").unwrap().is_some());
    assert_eq!(write(&engine, Write::Delete("a".into(), None)).unwrap(), Change::Deleted);
    // How much is free may have changed meanwhile.
    let told = |health: Option<String>| health.is_some_and(|told| told.contains("must stay free"));
    let health = engine.health();
    assert!(told(health.refuses_articles) && health.refuses_deletes.is_none());
    drop(engine);

    let full = EmbeddedOptions { min_free_bytes_to_delete: u64::MAX, ..none_is_enough };
    let engine = Embedded::open(dir.path(), full).unwrap();
    let refused = write(&engine, Write::Delete("b".into(), None)).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Storage);
    assert!(told(engine.health().refuses_deletes));
    assert!(engine.article("b").unwrap().is_some(), "reads go on");
}

#[test]
fn a_store_that_was_taken_away_takes_nothing_in_until_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let (file, away) = (folder.path().join("articles.redb"), folder.path().join("away.redb"));
    let engine = Embedded::open(folder.path(), EmbeddedOptions::default()).unwrap();
    assert_eq!(put(&engine, "a").unwrap(), Change::Created);
    let refused = |change: Write, what: &str| {
        let error = write(&engine, change).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Storage);
        assert!(error.to_string().contains(what), "{error}");
        let health = engine.health();
        assert!(health.refuses_articles.is_some() && health.refuses_deletes.is_some(), "{health:?}");
        assert_eq!(listed(&engine).unwrap(), 1);
    };
    std::fs::rename(&file, &away).unwrap();
    refused(Write::Put(Box::new(about("b", "Ada Lind")), None), "was moved or deleted");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&file, &file).unwrap();
        refused(Write::Delete("a".into(), None), "was moved or deleted");
        std::fs::remove_file(&file).unwrap();
    }
    std::fs::copy(&away, &file).unwrap();
    #[cfg(unix)]
    refused(Write::Delete("a".into(), None), "is another file");
    std::fs::rename(&away, &file).unwrap();
    assert_eq!(put(&engine, "b").unwrap(), Change::Created);
    assert_eq!(engine.health(), Health::default());
}

#[test]
fn a_file_in_place_of_an_index_is_left_alone_and_named() {
    let folder = tempfile::tempdir().unwrap();
    drop(Embedded::open(folder.path(), EmbeddedOptions::default()).unwrap());
    let index = folder.path().join("quotes");
    std::fs::remove_dir_all(&index).unwrap();
    std::fs::write(&index, "notes").unwrap();
    let error = Embedded::open(folder.path(), EmbeddedOptions::default()).unwrap_err().to_string();
    assert!(error.contains("quotes") && error.contains("move it away"), "{error}");
    assert_eq!(std::fs::read_to_string(&index).unwrap(), "notes");
}

#[test]
fn a_store_that_was_emptied_is_not_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("articles.redb");
    let engine = Embedded::open(folder.path(), EmbeddedOptions::default()).unwrap();
    assert_eq!(put(&engine, "a").unwrap(), Change::Created);
    std::fs::File::create(&file).unwrap();
    assert!(put(&engine, "b").unwrap_err().to_string().contains("is empty"));
    assert!(engine.store.reopen().is_err());
    assert!(engine.health().store_fault.is_some_and(|fault| fault.contains("is empty")));
}

#[test]
fn indexes_that_cannot_be_written_are_told_and_catch_up_later() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Embedded::open(dir.path(), EmbeddedOptions::default()).unwrap();
    put(&engine, "a").unwrap();
    // Permissions do not stop the one who may do all; a file where the folder was does.
    let (folder, aside) = (dir.path().join("sentences"), dir.path().join("aside"));
    std::fs::rename(&folder, &aside).unwrap();
    std::fs::write(&folder, "no folder").unwrap();
    for id in ["b", "c"] {
        let told = put(&engine, id).unwrap_err();
        assert_eq!(told.kind(), ErrorKind::NotSearchable);
        assert!(told.to_string().starts_with("the change is durable, but cannot be searched yet: "), "{told}");
    }
    let fault = engine.health().index_fault.unwrap();
    assert!(fault.contains("sentences"), "{fault}");
    assert_eq!(engine.article("b").unwrap(), None, "one view: it is not there for any read");
    assert!(engine.article("a").unwrap().is_some());
    let status = engine.status().unwrap();
    assert_eq!((status.durable_seq, status.searchable_seq), (3, 1));

    std::fs::remove_file(&folder).unwrap();
    std::fs::rename(&aside, &folder).unwrap();
    eventually("the indexes follow again", || engine.health() == Health::default());
    assert_eq!(listed(&engine).unwrap(), 3);
    assert_eq!(put(&engine, "d").unwrap(), Change::Created);
}

/// Overwrites the files of an index of this ending in place: a running engine has them mapped.
fn overwrite(folder: &Path, ending: &str) {
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|found| found == ending) {
            let len = std::fs::metadata(&path).unwrap().len() as usize;
            let mut file = std::fs::File::options().write(true).open(path).unwrap();
            io::Write::write_all(&mut file, &vec![0xff; len]).unwrap();
            count += 1;
        }
    }
    assert!(count > 0);
}

#[test]
fn an_index_that_readers_fail_on_is_rebuilt_while_it_runs() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Embedded::open(dir.path(), EmbeddedOptions::default()).unwrap();
    for id in ["a", "b"] {
        write(&engine, Write::Put(Box::new(about(id, "Bero Tamm")), None)).unwrap();
    }
    overwrite(&dir.path().join("entities"), "term");
    let name = |name: &str| EntityQuery {
        name: name.into(),
        kinds: vec![],
        page: crate::query::PageRequest { size: 10, after: None },
    };
    // Depending on what is read, the library panics, fails or finds nothing, if the damage was not noticed before.
    let found =
        |engine: &Embedded| engine.entities(&name("Bero Tamm"), &Interrupt::default()).map(|page| page.hits.len());
    if found(&engine).is_ok_and(|hits| hits == 0) {
        engine.shared.suspect(&Error::new(ErrorKind::Corrupt, "a reader failed"));
    }
    eventually("the index is whole again", || found(&engine).is_ok_and(|hits| hits == 1));
    // It tells the fault until the index is in use.
    eventually("health says so", || engine.health() == Health::default());
}

#[test]
fn an_index_that_is_deleted_while_it_runs_is_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Embedded::open(dir.path(), EmbeddedOptions::default()).unwrap();
    put(&engine, "a").unwrap();
    std::fs::remove_dir_all(dir.path().join("quotes")).unwrap();
    let _ = put(&engine, "b");
    eventually("the indexes follow again", || engine.health() == Health::default());
    eventually("b is found", || listed(&engine).is_ok_and(|count| count == 2));
}

#[test]
fn what_cannot_be_read_is_told_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Embedded::open(dir.path(), EmbeddedOptions::default()).unwrap();
    let read = || -> Result<()> {
        assert!(turns_panics_into_errors());
        panic!("as the libraries do");
    };
    let error = engine.guarded(read).unwrap_err();
    assert!(!turns_panics_into_errors());
    assert!(error.kind() == ErrorKind::Corrupt && error.to_string().contains("sayso reindex"), "{error}");
}

/// Which records of an article are damaged.
#[derive(Clone, Copy, Debug)]
enum Record {
    Article,
    Analysis,
    Both,
}

/// Flips a bit of what the store keeps of an article, as if a faulty memory had done it before it was written.
fn damage(engine: &Embedded, id: &str, record: Record) {
    alter(engine, id, record, |bytes| *bytes.last_mut().unwrap() ^= 4);
}

fn alter(engine: &Embedded, id: &str, record: Record, change: impl Fn(&mut [u8])) {
    let spoil = |db: &Database| {
        let txn = db.begin_write()?;
        {
            let seq = txn.open_table(store::IDS)?.get(id)?.unwrap().value();
            for table in [store::ARTICLES, store::ANALYSES] {
                if table.name() == "articles" && matches!(record, Record::Analysis)
                    || table.name() == "analyses" && matches!(record, Record::Article)
                {
                    continue;
                }
                let mut table = txn.open_table(table)?;
                let mut bytes = table.get(seq)?.unwrap().value().to_vec();
                change(&mut bytes);
                table.insert(seq, bytes.as_slice())?;
            }
        }
        Ok(txn.commit()?)
    };
    engine.store.with(spoil).unwrap();
}

/// Articles a0 to a5 that mention Bero Tamm, of which the first is damaged.
fn with_a_damaged_record(record: Record) -> (tempfile::TempDir, Embedded) {
    let dir = tempfile::tempdir().unwrap();
    let engine = Embedded::open(dir.path(), EmbeddedOptions::default()).unwrap();
    for number in 0..6 {
        write(&engine, Write::Put(Box::new(about(&format!("a{number}"), "Bero Tamm")), None)).unwrap();
    }
    damage(&engine, "a0", record);
    // Reads see what the file holds now with the next view.
    put(&engine, "last").unwrap();
    (dir, engine)
}

/// Articles, sentences and entities, as counted, and the articles and mentions of Bero Tamm.
fn figures(engine: &Embedded) -> [u64; 5] {
    let status = engine.status().unwrap();
    let entity = engine.entity(&EntityId::of(EntityType::Person, "Bero Tamm")).unwrap().unwrap();
    [status.articles, status.sentences, status.entities, entity.articles, entity.mentions]
}

/// How many articles, sentences and mentions there are of this tier.
fn filtered(engine: &Embedded) -> [u64; 3] {
    let (filter, now) = (ArticleFilter { tiers: vec![Tier::Fast], ..ArticleFilter::default() }, Interrupt::default());
    let page = || PageRequest { size: 1, after: None };
    let articles = ArticleQuery { filter: filter.clone(), order: Default::default(), page: page() };
    let sentences = SentenceQuery { filter: filter.clone(), page: page(), ..SentenceQuery::default() };
    let entity = EntityId::of(EntityType::Person, "Bero Tamm");
    let mentions = MentionQuery { entity, forms: vec![], filter, page: page() };
    let articles = engine.articles(&articles, &now).unwrap().total;
    let sentences = engine.sentences(&sentences, &now).unwrap().total;
    [articles, sentences, engine.mentions(&mentions, &now).unwrap().total].map(|total| total.count)
}

const RECORDS: [Record; 3] = [Record::Article, Record::Analysis, Record::Both];

#[test]
fn a_damaged_record_costs_one_article() {
    for record in RECORDS {
        let (_dir, engine) = with_a_damaged_record(record);
        let error = engine.article("a0").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt);
        assert!(error.to_string().contains("\"a0\""), "{error}");
        eventually("it is set aside", || engine.health().damaged_articles == 1);
        eventually("lists show all others", || listed(&engine).is_ok_and(|listed| listed == 6));
        assert_eq!(figures(&engine), [6, 5, 1, 5, 5], "{record:?}");
        assert_eq!(filtered(&engine), [6, 5, 5], "{record:?}");
        assert_eq!(engine.article("a0").unwrap_err().to_string(), error.to_string(), "it stays under its id");
        assert!(engine.article("a1").unwrap().is_some());

        assert_eq!(write(&engine, Write::Put(Box::new(about("a0", "Bero Tamm")), None)).unwrap(), Change::Replaced);
        assert_eq!(figures(&engine), [7, 6, 1, 6, 6], "{record:?}");
        assert_eq!(engine.health(), Health::default());
        let mut anew = engine.article("a0").unwrap().unwrap();
        assert_eq!(std::mem::take(&mut anew.article.version).revision, 1);
        assert_eq!(anew, about("a0", "Bero Tamm"));
    }
}

#[test]
fn a_damaged_record_can_be_replaced_and_deleted_before_anyone_read_it() {
    for record in RECORDS {
        let (_dir, engine) = with_a_damaged_record(record);
        // The same article once more: what cannot be read is not taken for unchanged. Others go with it.
        let ids = ["b0", "a0", "b1", "a1"];
        let told: Vec<_> =
            ids.iter().map(|id| hand_in(&engine, Write::Put(Box::new(about(id, "Bero Tamm")), None))).collect();
        let changes: Vec<_> = told.iter().map(|told| told.recv().unwrap().unwrap()).collect();
        assert_eq!(changes, [Change::Created, Change::Replaced, Change::Created, Change::Unchanged], "{record:?}");
        assert_eq!(figures(&engine), [9, 8, 1, 8, 8], "{record:?}");

        let (_dir, engine) = with_a_damaged_record(record);
        assert_eq!(write(&engine, Write::Delete("a0".into(), None)).unwrap(), Change::Deleted);
        assert_eq!(figures(&engine), [6, 5, 1, 5, 5], "{record:?}");
        assert_eq!((engine.article("a0").unwrap(), engine.health()), (None, Health::default()));
    }
}

#[test]
fn a_change_that_cannot_be_made_costs_the_others_of_its_group_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Embedded::open(dir.path(), EmbeddedOptions::default()).unwrap();
    put(&engine, "a").unwrap();
    // Written by a version of the program that is still to come: that is no damage, and must not be overwritten.
    alter(&engine, "a", Record::Analysis, |bytes| bytes[0] = 9);
    let ids = ["b", "a", "c", "d"];
    let told: Vec<_> =
        ids.iter().map(|id| hand_in(&engine, Write::Put(Box::new(about(id, "Bero Tamm")), None))).collect();
    let outcomes: Vec<_> = told.iter().map(|told| told.recv().unwrap().map_err(|error| error.kind())).collect();
    assert_eq!(outcomes, [Ok(Change::Created), Err(ErrorKind::Newer), Ok(Change::Created), Ok(Change::Created)]);
    assert_eq!((listed(&engine).unwrap(), engine.health()), (4, Health::default()));
    let error = engine.article("a").unwrap_err();
    assert_eq!((error.kind(), error.to_string().contains("\"a\"")), (ErrorKind::Newer, true), "{error}");
}

#[test]
fn an_index_is_rebuilt_past_a_damaged_record() {
    for record in RECORDS {
        let (dir, engine) = with_a_damaged_record(record);
        drop(engine);
        std::fs::remove_dir_all(dir.path().join("sentences")).unwrap();
        let engine = Embedded::open(dir.path(), EmbeddedOptions::default()).unwrap();
        assert_eq!(engine.opened().damaged, ["a0"]);
        assert_eq!(engine.opened().rebuilt, [Rebuilt { index: "sentences", reason: "it was missing".into() }]);
        assert_eq!((figures(&engine), listed(&engine).unwrap()), ([6, 5, 1, 5, 5], 6), "{record:?}");
        drop(engine);
        let engine = Embedded::open(dir.path(), EmbeddedOptions::default()).unwrap();
        assert_eq!((engine.opened().damaged.len(), engine.opened().rebuilt.len()), (1, 0), "once is enough");
    }
}

#[test]
fn entities_of_a_damaged_article_are_counted_from_all_others() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Embedded::open(dir.path(), EmbeddedOptions::default()).unwrap();
    for (id, name) in [("a", "Bero Tamm"), ("b", "Béro Tamm"), ("c", "Béro Tamm"), ("d", "Bero Tamm")] {
        write(&engine, Write::Put(Box::new(about(id, name)), None)).unwrap();
    }
    // Two are damaged, of which only one is deleted: the other is found out by counting.
    damage(&engine, "b", Record::Analysis);
    damage(&engine, "c", Record::Both);
    write(&engine, Write::Delete("b".into(), None)).unwrap();
    assert_eq!(engine.health().damaged_articles, 1);
    let entity = engine.entity(&EntityId::of(EntityType::Person, "Bero Tamm")).unwrap().unwrap();
    assert_eq!((entity.name.as_str(), entity.articles, entity.mentions), ("Bero Tamm", 2, 2));
    assert!(entity.aliases.is_empty(), "{entity:?}");
    assert_eq!(listed(&engine).unwrap(), 2);
}
