//! A disk that fails: nothing acknowledged is lost, and the engine goes on when the disk does.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use redb::backends::FileBackend;
use redb::{Database, StorageBackend};

use super::*;
use crate::Article;

/// A file that is full while the switch is on.
#[derive(Debug)]
struct FullDisk {
    file: FileBackend,
    full: Arc<AtomicBool>,
}

impl FullDisk {
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

/// Puts an article and waits for its last word: searchable, or why not.
fn put(engine: &Embedded, id: &str) -> Result<()> {
    let article = Article { id: id.into(), body: "Talks.".into(), ..Article::default() };
    let (sender, receiver) = mpsc::channel();
    let write = Write::Put(Box::new(AnalyzedArticle { article, analysis: Default::default() }));
    let progress = move |progress| match progress {
        Progress::Durable(_) => {}
        Progress::Searchable(_) => sender.send(Ok(())).unwrap(),
        Progress::Delayed(_, error) | Progress::Failed(error) => sender.send(Err(error)).unwrap(),
    };
    engine.write(write, Box::new(progress));
    receiver.recv().unwrap()
}

#[test]
fn a_full_disk_refuses_and_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let full = Arc::new(AtomicBool::new(false));
    let (path, switch) = (dir.path().join("articles.redb"), full.clone());
    let open = move || {
        let file = std::fs::File::options().read(true).write(true).create(true).truncate(false).open(&path)?;
        let disk = FullDisk { file: FileBackend::new(file)?, full: switch.clone() };
        Ok(Database::builder().create_with_backend(disk)?)
    };
    let store = Store::open(Box::new(open)).unwrap();
    let engine = Embedded::start(dir.path().to_owned(), store, EmbeddedOptions::default()).unwrap();
    put(&engine, "a").unwrap();

    full.store(true, Ordering::Relaxed);
    for _ in 0..2 {
        assert_eq!(put(&engine, "b").map_err(|error| error.kind()), Err(ErrorKind::Storage));
    }
    full.store(false, Ordering::Relaxed);
    // The store opens again with the first write after the failure, which may itself be refused.
    put(&engine, "b").or_else(|_| put(&engine, "b")).unwrap();
    assert!(engine.article("a").unwrap().is_some());
    assert!(engine.article("b").unwrap().is_some());
    assert_eq!(engine.status().unwrap().articles, 2);
}

#[test]
fn a_disk_that_is_nearly_full_refuses_articles_but_answers_and_deletes() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Embedded::open(dir.path(), EmbeddedOptions::default()).unwrap();
    put(&engine, "a").unwrap();
    drop(engine);
    let none_is_enough = EmbeddedOptions { min_free_bytes: u64::MAX, ..EmbeddedOptions::default() };
    let engine = Embedded::open(dir.path(), none_is_enough).unwrap();
    let refused = put(&engine, "b").unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Storage);
    assert!(refused.to_string().contains("must stay free"), "{refused}");
    assert!(engine.article("a").unwrap().is_some());
    let (sender, receiver) = mpsc::channel();
    let progress = move |progress| {
        if let Progress::Searchable(receipt) = progress {
            sender.send(receipt.change).unwrap();
        }
    };
    engine.write(Write::Delete("a".into()), Box::new(progress));
    assert_eq!(receiver.recv().unwrap(), crate::Change::Deleted);
}
