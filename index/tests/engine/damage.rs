//! Damage to the files of a data directory: what is answered is right, or it is refused in words; never silently wrong.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sayso_document::EntityType;
use sayso_index::query::{ArticleFilter, ArticleOrder, ArticleQuery, EntityQuery, Expr, MentionQuery, Order};
use sayso_index::{Embedded, EmbeddedOptions, Engine, EntityId, ErrorKind, Interrupt, Write};

use crate::samples::*;

/// Numbers that look random and are the same each time (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }
}

/// Of which each is in a table of its own.
const ORDERS: [ArticleOrder; 2] = [ArticleOrder::NewestPublished, ArticleOrder::EarliestUpdated];

const STORE: &str = "articles.redb";

const NAMES: [&str; 5] = ["Bero Tamm", "Ansa Orlek", "Ilsa Brandt", "Tom Reed", "Per Vold"];
const WORDS: [&str; 6] = ["harbour", "talks", "ferry", "bridge", "mill", "steel"];

fn story(number: usize) -> sayso_index::AnalyzedArticle {
    let (one, other) = (NAMES[number % 5], NAMES[(number * 3 + 1) % 5]);
    let word = WORDS[number % 6];
    let filler: String = (0..40).map(|n| format!(" {} {}", WORDS[(number + n) % 6], n * number)).collect();
    let body = format!("The {word} number {number} closed.\n{one} met {other} again.\nIt was late:{filler}.");
    let article = with_entity(article(&format!("a{number}"), &body), EntityType::Person, &[one], &["Minister"]);
    let mut article = match one == other {
        true => article,
        false => with_entity(article, EntityType::Person, &[other], &[]),
    };
    article.article.published_at = Some(number as i64 * 1_000_000);
    with_quote(article, "It was late", Some(0))
}

/// A directory with articles that were put in several commits, replaced and deleted. Returns the ids that are left.
fn fill(dir: &Path) -> Vec<String> {
    let engine = open(dir);
    for from in [0, 20, 40] {
        write_all(&engine, (from..from + 20).map(|number| Write::Put(Box::new(story(number)), None)).collect());
    }
    write_all(&engine, (0..60).step_by(7).map(|number| Write::Delete(format!("a{number}"), None)).collect());
    let newer = |number: usize| {
        let mut newer = story(number + 100);
        newer.article.id = format!("a{number}");
        Write::Put(Box::new(newer), None)
    };
    write_all(&engine, (3..60).step_by(9).map(newer).collect());
    (0..60).filter(|number| number % 7 != 0 || number % 9 == 3).map(|number| format!("a{number}")).collect()
}

/// All that can be asked, as text, scores included if they are wanted.
fn answers(engine: &Embedded, ids: &[String], scores: bool) -> Result<Vec<String>, sayso_index::Error> {
    let now = Interrupt::default();
    let filter = ArticleFilter::default();
    let mut all = vec![format!("{:?}", counts(engine)?)];
    for id in ids.iter().map(String::as_str).chain(["a0", "nowhere"]) {
        all.push(format!("{:?}", engine.article(id)?));
    }
    for order in ORDERS {
        let query = ArticleQuery { filter: filter.clone(), order, page: first(100) };
        all.push(format!("{:?}", engine.articles(&query, &now)?.hits));
    }
    let expressions = WORDS.iter().map(|text| word(text)).chain([Expr::All]);
    for expr in expressions {
        if scores {
            let hits = engine.sentences(&sentence_query(expr.clone()), &now)?.hits;
            all.push(format!(
                "{:?}",
                hits.iter().map(|hit| (&hit.article.id, hit.index, hit.score)).collect::<Vec<_>>()
            ));
        }
        let mut query = sentence_query(expr.clone());
        query.order = Order::Newest;
        let hits = engine.sentences(&query, &now)?;
        let hits: Vec<_> = hits.hits.iter().map(|hit| (hit.article.id.clone(), hit.sentence.span)).collect();
        all.push(format!("{hits:?}"));
        let mut query = quote_query(expr);
        query.order = Order::Newest;
        let hits = engine.quotes(&query, &now)?;
        all.push(format!("{:?}", hits.hits.iter().map(|hit| hit.article.article.id.clone()).collect::<Vec<_>>()));
    }
    for name in NAMES {
        let query = EntityQuery { name: name.into(), kinds: vec![], page: first(10) };
        all.push(format!(
            "{:?}",
            engine.entities(&query, &now)?.hits.iter().map(|hit| &hit.entity).collect::<Vec<_>>()
        ));
        let entity = EntityId::of(EntityType::Person, name);
        all.push(format!("{:?}", engine.entity(&entity)?));
        let query = MentionQuery { entity, forms: vec![], filter: filter.clone(), page: first(100) };
        let mentions = engine.mentions(&query, &now)?;
        all.push(format!(
            "{:?}",
            mentions.hits.iter().map(|hit| (hit.article.article.id.clone(), hit.index)).collect::<Vec<_>>()
        ));
    }
    Ok(all)
}

fn counts(engine: &Embedded) -> Result<[u64; 4], sayso_index::Error> {
    let status = engine.status()?;
    Ok([status.articles, status.sentences, status.quotes, status.entities])
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (from, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        match from.is_dir() {
            true => copy(&from, &to),
            false => assert!(fs::copy(from, to).is_ok()),
        }
    }
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(self::files(&path)),
            false => files.push(path),
        }
    }
    files.sort();
    files
}

/// One of several kinds of damage to a file. Says what it did.
fn damage(file: &Path, numbers: &mut Numbers) -> String {
    let mut bytes = fs::read(file).unwrap();
    let len = bytes.len() as u64;
    match numbers.next(8) {
        0 => {
            fs::remove_file(file).unwrap();
            return "removed".into();
        }
        1 => {
            bytes.truncate(numbers.next(len.max(1)) as usize);
            fs::write(file, &bytes).unwrap();
            return format!("cut to {}", bytes.len());
        }
        _ if len == 0 => return "left empty".into(),
        _ => {}
    }
    let (at, bit) = (numbers.next(len) as usize, numbers.next(8));
    bytes[at] ^= 1 << bit;
    fs::write(file, &bytes).unwrap();
    format!("bit {bit} of byte {at} of {len}")
}

/// As many as the variable says; a few otherwise.
fn rounds() -> u64 {
    std::env::var("DAMAGE_ROUNDS").ok().map_or(40, |rounds| rounds.parse().unwrap())
}

#[test]
fn damaged_files_never_give_wrong_answers() {
    let whole = tempfile::tempdir().unwrap();
    let ids = fill(whole.path());
    // Scores know of deleted documents until they are merged away, which making an index anew does.
    let expected = [false, true].map(|scores| answers(&open(whole.path()), &ids, scores).unwrap());
    let by_kind = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // Segments are named at random; what a file holds tells its end.
        (name.rsplit_once('.').map_or(name.clone(), |(_, end)| end.to_owned()), path.clone())
    };
    let mut kinds: BTreeMap<String, Vec<PathBuf>> = Default::default();
    for (kind, path) in files(whole.path()).iter().map(by_kind) {
        kinds.entry(kind).or_default().push(path.strip_prefix(whole.path()).unwrap().to_owned());
    }
    assert!(kinds.len() > 8, "{kinds:?}");
    let kinds: Vec<_> = kinds.into_values().collect();
    assert!(checked(whole.path(), "nothing is damaged"));
    let mut numbers = Numbers(43);
    let (mut right, mut set_aside, mut refused) = (0, 0, 0);
    for round in 0..rounds() {
        let dir = tempfile::tempdir().unwrap();
        copy(whole.path(), dir.path());
        let kind = &kinds[(round as usize / 3) % kinds.len()];
        let file = match round % 3 {
            // Most of what there is to damage is in one file.
            0 => Path::new(STORE),
            _ => &kind[numbers.next(kind.len() as u64) as usize],
        };
        let told = format!("round {round}: {} {}", file.display(), damage(&dir.path().join(file), &mut numbers));
        let checked = checked(dir.path(), &told);
        match Embedded::open(dir.path(), EmbeddedOptions::default()) {
            Ok(engine) if engine.opened().damaged.is_empty() => {
                let whole = engine.opened().rebuilt.is_empty() && !engine.opened().salvaged;
                assert_eq!(whole, checked, "{told}: the check differs from {:?}", engine.opened());
                let scores = engine.opened().rebuilt.is_empty();
                assert_eq!(answers(&engine, &ids, scores).unwrap(), expected[usize::from(scores)], "{told}");
                right += 1;
            }
            Ok(engine) => {
                assert!(!checked, "{told}: the check found nothing");
                // Articles are missing, and it says which: all others are there, and these can be put anew.
                heals(&engine, &ids, &told);
                set_aside += 1;
            }
            Err(error) => {
                let text = error.to_string();
                assert!(!checked, "{told}: the check found nothing, but {text}");
                assert_eq!(error.kind(), ErrorKind::Corrupt, "{told}: {text}");
                assert!(text.contains("backup") || text.contains("newer copy"), "{told}: {text}");
                refused += 1;
            }
        }
    }
    println!("{right} right, {set_aside} with articles set aside, {refused} refused");
}

/// For each index and kind of file, its place and files of the same kind to put there: one of another index, and one of
/// another segment.
fn exchanges(dir: &Path) -> Vec<(PathBuf, PathBuf)> {
    let kind = |file: &Path| match file.extension() {
        Some(end) => end.to_owned(),
        None => file.file_name().unwrap().to_owned(),
    };
    let all: Vec<PathBuf> = files(dir).into_iter().filter(|file| file.parent() != Some(dir)).collect();
    let mut exchanges = BTreeMap::new();
    for place in &all {
        for other in all
            .iter()
            .filter(|other| kind(other) == kind(place) && fs::read(other).unwrap() != fs::read(place).unwrap())
        {
            let same_index = other.parent() == place.parent();
            exchanges.entry((place.parent(), kind(place), same_index)).or_insert((place.clone(), other.clone()));
        }
    }
    exchanges.into_values().collect()
}

#[test]
fn a_whole_file_of_another_index_or_segment_is_as_good_as_a_damaged_one() {
    let whole = tempfile::tempdir().unwrap();
    let ids = fill(whole.path());
    let expected = [false, true].map(|scores| answers(&open(whole.path()), &ids, scores).unwrap());
    let exchanges = exchanges(whole.path());
    assert!(exchanges.len() > 30, "{exchanges:?}");
    for (place, other) in exchanges {
        let [place, other] = [&place, &other].map(|file| file.strip_prefix(whole.path()).unwrap());
        let told = format!("{} in the place of {}", other.display(), place.display());
        let dir = tempfile::tempdir().unwrap();
        copy(whole.path(), dir.path());
        fs::copy(whole.path().join(other), dir.path().join(place)).unwrap();
        let checked = checked(dir.path(), &told);
        let engine = Embedded::open(dir.path(), EmbeddedOptions::default()).unwrap();
        let rebuilt = !engine.opened().rebuilt.is_empty();
        assert_eq!(rebuilt, !checked, "{told}: the check differs from {:?}", engine.opened());
        // tantivy's list of files to delete one day is made anew; nothing is read from it.
        assert!(
            rebuilt || place.ends_with(".managed.json") || place.extension().unwrap() == "lock",
            "{told}: not noticed"
        );
        assert_eq!(answers(&engine, &ids, !rebuilt).unwrap(), expected[usize::from(!rebuilt)], "{told}");
    }
}

/// Whether a check of the directory finds nothing. It leaves every file as it was.
fn checked(dir: &Path, told: &str) -> bool {
    let bytes = || files(dir).into_iter().map(|file| (fs::read(&file).unwrap(), file)).collect::<Vec<_>>();
    let before = bytes();
    let checked = Embedded::check(dir, &Interrupt::default());
    assert!(bytes() == before, "{told}: the check changed a file");
    checked.is_ok_and(|checked| checked.is_well())
}

/// Checks the articles that are not damaged, puts the damaged ones anew and checks that all is as if they never were.
fn heals(engine: &Embedded, ids: &[String], told: &str) {
    let damaged = engine.opened().damaged.clone();
    assert_eq!(engine.health().damaged_articles, damaged.len() as u64, "{told}");
    assert_eq!(engine.status().unwrap().articles as usize, ids.len() - damaged.len(), "{told}");
    for order in ORDERS {
        let query = ArticleQuery { filter: ArticleFilter::default(), order, page: first(100) };
        let listed = engine.articles(&query, &Interrupt::default()).unwrap().hits.len();
        assert_eq!(listed, ids.len() - damaged.len(), "{told}");
    }
    for id in ids {
        let read = engine.article(id);
        match damaged.contains(id) {
            true => {
                let error = read.expect_err(told);
                assert_eq!(error.kind(), ErrorKind::Corrupt, "{told}");
                assert!(error.to_string().contains(&format!("{id:?}")), "{told}: {error}");
            }
            false => assert!(read.unwrap().is_some(), "{told}"),
        }
    }
    for id in &damaged {
        let mut fresh = story(1);
        fresh.article.id.clone_from(id);
        put(engine, &fresh);
        assert_eq!(stands(engine, id), Some(fresh), "{told}");
    }
    assert_eq!(engine.health().damaged_articles, 0, "{told}");
    assert_figures_add_up(engine, ids);
}

/// Counts and figures of entities equal those of a new engine that holds the same articles.
fn assert_figures_add_up(engine: &Embedded, ids: &[String]) {
    let dir = tempfile::tempdir().unwrap();
    let fresh = open(dir.path());
    let articles = ids.iter().filter_map(|id| engine.article(id).unwrap());
    write_all(&fresh, articles.map(|article| Write::Put(Box::new(article), None)).collect());
    assert_eq!(counts(engine).unwrap(), counts(&fresh).unwrap());
    for name in NAMES {
        let id = EntityId::of(EntityType::Person, name);
        assert_eq!(engine.entity(&id).unwrap(), fresh.entity(&id).unwrap());
    }
    assert_eq!(texts(engine, Expr::All).len(), texts(&fresh, Expr::All).len());
}
