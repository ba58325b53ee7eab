//! What is acknowledged survives: reopening, lost and damaged indexes, indexes behind the store.

use std::fs;
use std::path::Path;

use sayso_document::EntityType;
use sayso_index::query::Expr;
use sayso_index::{Embedded, EmbeddedOptions, Engine, EntityId, ErrorKind, Rebuilt};

use crate::samples::*;

fn fill(engine: &Embedded, ids: std::ops::Range<usize>) {
    for id in ids {
        let one = article(&format!("a{id}"), &format!("Harbour {id} closed.\nBero Tamm left."));
        let one = with_entity(one, EntityType::Person, &["Bero Tamm"], &[]);
        put(engine, &with_quote(one, "left", Some(0)));
    }
}

/// Articles, sentences found by a word, quotes, articles of the entity.
fn seen(engine: &Embedded) -> [usize; 4] {
    let quotes = engine.quotes(&quote_query(Expr::All), &Default::default()).unwrap().hits.len();
    let entity = engine.entity(&EntityId::of(EntityType::Person, "Bero Tamm")).unwrap();
    let found = engine.entities(
        &sayso_index::query::EntityQuery { name: "tamm".into(), kinds: vec![], page: first(2) },
        &Default::default(),
    );
    let indexed = found.unwrap().hits.first().map_or(0, |hit| hit.entity.articles);
    assert_eq!(indexed, entity.map_or(0, |entity| entity.articles));
    [engine.status().unwrap().articles as usize, texts(engine, word("harbour")).len(), quotes, indexed as usize]
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

const INDEXES: [&str; 3] = ["sentences", "quotes", "entities"];

#[test]
fn reopening_keeps_everything() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    fill(&engine, 0..3);
    delete(&engine, "a1");
    drop(engine);
    let engine = open(dir.path());
    assert_eq!(seen(&engine), [2, 2, 2, 2]);
    let status = engine.status().unwrap();
    assert_eq!((status.durable_seq, status.searchable_seq), (4, 4));
    assert_eq!(put(&engine, &article("b", "New.")).seq, 5);
}

#[test]
fn two_engines_cannot_share_a_directory() {
    let dir = tempfile::tempdir().unwrap();
    let _engine = open(dir.path());
    let second = Embedded::open(dir.path(), EmbeddedOptions::default());
    assert_eq!(second.err().map(|error| error.kind()), Some(ErrorKind::InUse));
}

#[test]
fn lost_and_damaged_indexes_are_rebuilt() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    fill(&engine, 0..3);
    drop(engine);
    for index in INDEXES {
        fs::remove_dir_all(dir.path().join(index)).unwrap();
        assert_eq!(seen(&open(dir.path())), [3, 3, 3, 3], "{index} lost");
        fs::write(dir.path().join(index).join("meta.json"), "{}").unwrap();
        assert_eq!(seen(&open(dir.path())), [3, 3, 3, 3], "{index} damaged");
        let meta = dir.path().join(index).join("meta.json");
        let text = fs::read_to_string(&meta).unwrap();
        let (before, commit) = text.split_once("sayso ").unwrap();
        // The fields of another version differ, too.
        let other = format!("{}sayso 9{commit}", before.replace("\"indexed\":true", "\"indexed\":false"));
        assert!(index == "entities" || !other.contains("\"indexed\":true"));
        fs::write(meta, other).unwrap();
        let engine = open(dir.path());
        let reason = "it was made by another version of this program".to_owned();
        assert_eq!(engine.opened().rebuilt, [Rebuilt { index, reason }]);
        assert_eq!(seen(&engine), [3, 3, 3, 3], "{index} of another version");
    }
}

#[test]
fn indexes_behind_the_store_catch_up() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    fill(&engine, 0..3);
    drop(engine);
    let backup = tempfile::tempdir().unwrap();
    for index in INDEXES {
        copy(&dir.path().join(index), &backup.path().join(index));
    }
    // One more change stays in the log; many more outgrow what it keeps.
    for (more, expected) in [(3..4, 4), (4..9, 9)] {
        let engine = open(dir.path());
        fill(&engine, more);
        drop(engine);
        for behind in [&INDEXES[..1], &INDEXES[1..], &INDEXES[..]] {
            for index in behind {
                fs::remove_dir_all(dir.path().join(index)).unwrap();
                copy(&backup.path().join(index), &dir.path().join(index));
            }
            assert_eq!(seen(&open(dir.path())), [expected; 4], "{behind:?}");
        }
    }
}

fn refused(dir: &Path) -> String {
    let error = Embedded::open(dir, EmbeddedOptions::default()).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
    error.to_string()
}

#[test]
fn a_store_of_another_make_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("articles.redb"), "no database").unwrap();
    assert!(refused(dir.path()).contains("from a backup"));
}

#[test]
fn a_missing_store_beside_its_indexes_is_refused_and_they_are_left() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    assert!(engine.opened().created);
    fill(&engine, 0..3);
    drop(engine);
    let (store, kept) = (dir.path().join("articles.redb"), dir.path().join("kept"));
    fs::rename(&store, &kept).unwrap();
    for _ in 0..2 {
        let text = refused(dir.path());
        assert!(text.contains("is missing or empty") && text.contains("from a backup"), "{text}");
        assert!(!fs::exists(&store).unwrap() || fs::metadata(&store).unwrap().len() == 0, "none is made");
        fs::write(&store, "").unwrap();
    }
    fs::rename(kept, store).unwrap();
    let engine = open(dir.path());
    assert_eq!(seen(&engine), [3, 3, 3, 3]);
    assert_eq!((engine.opened().created, &engine.opened().rebuilt[..]), (false, &[][..]));
}

#[test]
fn an_older_copy_of_the_store_is_refused_until_the_indexes_are_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    fill(&engine, 0..2);
    drop(engine);
    let (store, older) = (dir.path().join("articles.redb"), dir.path().join("older"));
    fs::copy(&store, &older).unwrap();
    let engine = open(dir.path());
    fill(&engine, 2..3);
    drop(engine);
    fs::rename(older, store).unwrap();
    let text = refused(dir.path());
    assert!(text.contains("older copy") && text.contains("delete the folders"), "{text}");
    for index in INDEXES {
        fs::remove_dir_all(dir.path().join(index)).unwrap();
    }
    assert_eq!(seen(&open(dir.path())), [2, 2, 2, 2]);
}

#[test]
fn an_index_of_another_store_is_made_anew() {
    let [one, other] = [3, 3].map(|count| {
        let dir = tempfile::tempdir().unwrap();
        fill(&open(dir.path()), 0..count);
        dir
    });
    for index in INDEXES {
        fs::remove_dir_all(one.path().join(index)).unwrap();
        copy(&other.path().join(index), &one.path().join(index));
        let engine = open(one.path());
        let reason = "it belongs to another store of articles".to_owned();
        assert_eq!(engine.opened().rebuilt, [Rebuilt { index, reason }]);
        assert_eq!(seen(&engine), [3, 3, 3, 3]);
    }
}

#[test]
fn what_a_killed_process_began_to_write_does_not_stand_in_the_way() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path());
    fill(&engine, 0..4);
    delete(&engine, "a0");
    drop(engine);
    // Files of deleted documents bear the number of the operation, which begins where the last commit ended.
    for index in INDEXES {
        let folder = dir.path().join(index);
        let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        for segment in names.iter().filter_map(|name| name.to_str()?.strip_suffix(".store")) {
            for number in 0..300 {
                let file = folder.join(format!("{segment}.{number}.del"));
                if !file.exists() {
                    fs::write(file, "half").unwrap();
                }
            }
        }
    }
    let engine = open(dir.path());
    assert_eq!(engine.opened().rebuilt, [], "nothing is wrong with the indexes");
    delete(&engine, "a1");
    assert_eq!(seen(&engine), [2, 2, 2, 2]);
}
