//! Files that somebody else writes into while the engine has them open.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write as _};
use std::path::Path;

use super::failure_tests::{about, eventually, listed, put, write};
use super::*;
use crate::Change;

/// Writes these bytes into a file, as `dd conv=notrunc` does.
fn overwrite(file: &Path, from: u64, bytes: &[u8]) {
    let mut file = File::options().write(true).open(file).unwrap();
    file.seek(SeekFrom::Start(from)).unwrap();
    file.write_all(bytes).unwrap();
}

fn bytes(file: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    File::open(file).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

/// Puts an article of one sentence.
fn put_sentence(engine: &Embedded, id: &str) -> Change {
    write(engine, Write::Put(Box::new(about(id, "Bero Tamm")), None)).unwrap()
}

/// How many sentences a search for all finds.
fn sentences(engine: &Embedded) -> u64 {
    engine.sentences(&SentenceQuery::default(), &Interrupt::default()).map_or(0, |page| page.total.count)
}

/// An engine that holds the articles a and b, and its store.
fn engine(folder: &Path) -> (Embedded, PathBuf) {
    let engine = Embedded::open(folder, EmbeddedOptions::default()).unwrap();
    for id in ["a", "b"] {
        assert_eq!(put_sentence(&engine, id), Change::Created);
    }
    (engine, folder.join("articles.redb"))
}

/// Asserts that the next change is refused, with what to do.
fn refused(engine: &Embedded) {
    let error = put(engine, "c").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
    for told in ["damaged or overwritten while it was open", "stop the server", "backup"] {
        assert!(error.to_string().contains(told), "{error}");
    }
    let health = engine.health();
    assert!(health.store_fault.is_some_and(|fault| fault.contains("stop the server")));
    assert!(health.refuses_articles.is_some() && health.refuses_deletes.is_some());
}

#[test]
fn a_store_that_is_overwritten_takes_nothing_in() {
    let another = tempfile::tempdir().unwrap();
    let (engine_of_another, file) = engine(another.path());
    drop(engine_of_another);
    let another = bytes(&file);
    let zeros = vec![0; 1 << 20];
    let cases: [(&str, u64, &[u8]); 4] = [
        ("all zeros", 0, &zeros),
        ("its start", 0, &zeros[..100]),
        ("its pages", 4096, &zeros),
        ("another", 0, &another),
    ];
    for (what, from, written) in cases {
        let folder = tempfile::tempdir().unwrap();
        let (engine, file) = engine(folder.path());
        overwrite(&file, from, written);
        refused(&engine);
        let left = bytes(&file);
        drop(engine);
        assert!(bytes(&file) == left, "{what}: what is somebody else's is left as it is");
    }
}

#[test]
fn a_store_that_is_overwritten_is_told_before_anybody_writes() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, file) = engine(folder.path());
    overwrite(&file, 0, &[0; 4096]);
    eventually("health says so", || engine.health().store_fault.is_some());
    refused(&engine);
}

#[test]
fn a_store_that_is_only_touched_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, file) = engine(folder.path());
    for id in ["c", "d", "e", "f", "g"] {
        // The same bytes at another time.
        let first = bytes(&file)[..16].to_vec();
        overwrite(&file, 0, &first);
        assert_eq!(put(&engine, id).unwrap(), Change::Created);
    }
    assert_eq!(engine.health(), Health::default());
    drop(engine);
    let engine = Embedded::open(folder.path(), EmbeddedOptions::default()).unwrap();
    assert!(!engine.opened().salvaged);
    assert_eq!(listed(&engine).unwrap(), 7);
}

/// The files of an index, which may be made anew meanwhile.
fn files_of(folder: &Path, index: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join(index)).into_iter().flatten().flatten().map(|entry| entry.path());
    // The last is written with every commit.
    entries.filter(|file| file.extension().is_some_and(|ending| ending != "lock" && ending != "json")).collect()
}

/// Whether the index has files, and none of them begins with these bytes.
fn made_anew(folder: &Path, index: &str, overwritten: &[u8]) -> bool {
    let files = files_of(folder, index);
    !files.is_empty() && files.iter().all(|file| std::fs::read(file).is_ok_and(|found| !found.starts_with(overwritten)))
}

#[test]
fn files_of_an_index_that_are_overwritten_are_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, _) = engine(folder.path());
    for index in ["sentences", "entities"] {
        let files = files_of(folder.path(), index);
        assert!(!files.is_empty());
        for file in files {
            let length = bytes(&file).len();
            overwrite(&file, 0, &vec![0xff; length]);
        }
        eventually("they are whole again", || {
            engine.health() == Health::default() && made_anew(folder.path(), index, &[0xff; 4])
        });
    }
    assert_eq!(put_sentence(&engine, "c"), Change::Created);
    assert_eq!(sentences(&engine), 3);
    drop(engine);
    let engine = Embedded::open(folder.path(), EmbeddedOptions::default()).unwrap();
    assert_eq!(engine.opened().rebuilt, []);
}

#[test]
fn a_file_of_an_index_that_is_cut_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, _) = engine(folder.path());
    let cut = files_of(folder.path(), "sentences").into_iter().find(|file| bytes(file).len() > 64).unwrap();
    File::options().write(true).open(&cut).unwrap().set_len(20).unwrap();
    eventually("it is gone", || !cut.exists());
    eventually("the index is whole", || engine.health() == Health::default());
    assert_eq!(sentences(&engine), 2);
}

#[test]
fn what_a_disk_loses_of_an_index_without_a_trace_is_found_by_reading() {
    let folder = tempfile::tempdir().unwrap();
    let options = EmbeddedOptions { read_indexes_every: std::time::Duration::ZERO, ..EmbeddedOptions::default() };
    let engine = Embedded::open(folder.path(), options).unwrap();
    assert_eq!(put_sentence(&engine, "a"), Change::Created);
    for file in files_of(folder.path(), "sentences") {
        let modified = std::fs::metadata(&file).unwrap().modified().unwrap();
        overwrite(&file, 0, &[0x55; 4]);
        File::options().write(true).open(&file).unwrap().set_modified(modified).unwrap();
    }
    eventually("it is whole again", || {
        engine.health() == Health::default() && made_anew(folder.path(), "sentences", &[0x55; 4])
    });
    assert_eq!(sentences(&engine), 1);
}

#[test]
fn a_reader_that_meets_a_damaged_page_closes_the_store() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let (engine, file) = engine(folder.path());
    let modified = std::fs::metadata(&file)?.modified()?;
    let length = bytes(&file).len();
    overwrite(&file, 4096, &vec![0xff; length - 4096]);
    // As if the disk had lost it: nobody wrote.
    File::options().write(true).open(&file)?.set_modified(modified)?;
    engine.shared.suspect(&Error::new(ErrorKind::Corrupt, "a reader failed"));
    eventually("health says so", || engine.health().store_fault.is_some());
    refused(&engine);
    let _ = write(&engine, Write::Delete("a".into(), None)).unwrap_err();
    Ok(())
}

#[test]
fn bytes_behind_the_end_of_the_store_cost_nothing() {
    for more in [1, 100, 4096, 1 << 20] {
        let folder = tempfile::tempdir().unwrap();
        let (engine, file) = engine(folder.path());
        drop(engine);
        let length = bytes(&file).len() as u64;
        overwrite(&file, length, &vec![0x33; more]);
        let engine = Embedded::open(folder.path(), EmbeddedOptions::default()).unwrap();
        assert!(!engine.opened().salvaged);
        assert_eq!(sentences(&engine), 2);
        assert_eq!(put_sentence(&engine, "c"), Change::Created);
        drop(engine);
        assert_eq!(listed(&Embedded::open(folder.path(), EmbeddedOptions::default()).unwrap()).unwrap(), 3);
    }
}
