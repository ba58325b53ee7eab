//! The power fails while a store is made from a copy, or made smaller: it is whole afterwards, or there is none yet.

use std::sync::mpsc;

use sayso_document::Analysis;

use super::simulated_disk::SimulatedDisk;
use super::*;
use crate::Article;

const ARTICLES: u64 = 30;

fn article(number: u64) -> AnalyzedArticle {
    let body = "The ferry sailed. ".repeat(20 * number as usize + 1);
    AnalyzedArticle {
        article: Article { id: format!("a{number:02}"), body, ..Article::default() },
        analysis: Analysis { model: "fast-1".into(), ..Analysis::default() },
    }
}

/// A disk with a store that has articles, and room that deleted ones have left.
fn filled() -> SimulatedDisk {
    let disk = SimulatedDisk::new(1);
    let options = EmbeddedOptions { index_memory_bytes: 16_000_000, index_threads: 1, ..EmbeddedOptions::default() };
    let engine = Embedded::open_on(Arc::new(disk.power()), options).unwrap();
    let (sender, receiver) = mpsc::channel();
    let puts = (0..2 * ARTICLES).map(|number| Write::Put(Box::new(article(number)), None));
    for write in puts.chain((ARTICLES..2 * ARTICLES).map(|number| Write::Delete(format!("a{number:02}"), None))) {
        let sender = sender.clone();
        let told = move |progress| {
            let _ = sender.send(matches!(progress, Progress::Failed(_)));
        };
        engine.write(write, Box::new(told));
    }
    drop(sender);
    assert!(receiver.into_iter().all(|failed| !failed));
    disk
}

/// Whether there is a store, which must then be whole and have all articles.
fn is_there(disk: &SimulatedDisk, told: &str) -> bool {
    let files = disk.power();
    if files.bytes(STORE).unwrap().is_none() {
        return false;
    }
    let checked = check::check(&files, &Interrupt::default()).unwrap();
    assert_eq!((checked.articles, checked.findings), (ARTICLES, vec![]), "{told}");
    true
}

/// Does something on a disk while the power fails in its n-th operation, and then looks at the disk.
fn cut(disk: &dyn Fn() -> SimulatedDisk, act: &dyn Fn(Arc<dyn Files>) -> Result<()>, look: &dyn Fn(bool, bool, &str)) {
    for operation in 0.. {
        let disk = disk();
        disk.fail_after(operation);
        let done = act(Arc::new(disk.power())).is_ok();
        let failed = !disk.hold();
        let told = format!("the power fails in operation {operation}");
        look(done, is_there(&disk, &told), &told);
        if !failed {
            assert!(done && operation > 10, "{told}");
            return;
        }
    }
}

#[test]
fn a_restore_is_whole_or_none() {
    let kept = |seq| Kept { seq, article: article(seq), pending: None };
    let exported = Exported { seq: ARTICLES, articles: ARTICLES, sentences: 0, quotes: 0, damaged: 0 };
    let act = |files: Arc<dyn Files>| {
        restore::restore(&files, 1 << 20, &exported, &mut (1..=ARTICLES).map(|seq| Ok(kept(seq))))
    };
    let look = |done: bool, there: bool, told: &str| assert!(there || !done, "{told}: what was restored is gone");
    cut(&|| SimulatedDisk::new(7), &act, &look);
}

#[test]
fn a_store_that_is_made_smaller_stays_whole() {
    let disk = filled();
    let before = disk.power().bytes(STORE).unwrap();
    let act = |files: Arc<dyn Files>| {
        let sizes = compact::compact(&*files)?;
        assert!(Some(sizes.before) == before && sizes.after < sizes.before, "{sizes:?}");
        Ok(())
    };
    cut(&|| disk.copy(), &act, &|_, there, told| assert!(there, "{told}: the store is gone"));
}
