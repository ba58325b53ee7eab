//! Records as real exports write them: every file of `tests/fixtures/records` with what is to be read from it beside it.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::dates;
use super::files::{self, File};
use super::json::Layout;
use super::read::{Item, Reader};
use crate::proto::Article;

/// What the server takes unless it is told otherwise.
const BODY_BYTES: usize = 16 << 20;

/// What was read of a file, in lines.
fn read(file: &File, root: &Path) -> String {
    let reader = Reader {
        layout: Layout::default(),
        labels: Vec::new(),
        outlet: String::new(),
        date: None,
        body_bytes: BODY_BYTES,
        follow_links: false,
        progress: Arc::default(),
    };
    let root = format!("{}/", root.display());
    let mut lines = String::new();
    reader.read(file, &mut |item| {
        match item {
            Item::Article(entry) => {
                writeln!(lines, "{}", entry.place.replace(&root, "")).unwrap();
                lines += &told(&entry.article);
                entry.notes.iter().for_each(|note| writeln!(lines, "  note: {note}").unwrap());
            }
            Item::Noted(place, note) => {
                writeln!(lines, "{}\n  note: {note}", place.replace(&root, "")).unwrap();
            }
            Item::Refused(refusal) => {
                writeln!(lines, "{}\n  refused: {}", refusal.place.replace(&root, ""), refusal.why).unwrap();
            }
        }
        true
    });
    lines
}

fn told(article: &Article) -> String {
    let on = article.publish_date.map(|on| format!(", there {}-{:02}-{:02}", on.year, on.month, on.day));
    let at = article.publish_time.map(|at| dates::show_moment(&at) + &on.unwrap_or_default());
    let labels: Vec<_> = article.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let fields = [
        ("id", article.id.clone()),
        ("url", article.url.clone()),
        ("outlet", article.outlet.clone()),
        ("title", article.title.clone()),
        ("authors", article.authors.join(" / ")),
        ("language", article.language_code.clone()),
        ("labels", labels.join(", ")),
        ("published", at.unwrap_or_default()),
        ("body", article.body.replace('\n', "⏎")),
    ];
    fields.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("  {name}: {value}\n")).collect()
}

#[test]
fn records_are_read_as_expected() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/records");
    let listing = files::list(&[root.display().to_string()], None, false);
    assert!(listing.refused.is_empty(), "{:?}", listing.refused);
    let (mut wrong, mut known) = (String::new(), BTreeSet::new());
    for file in &listing.files {
        let path = file.path.clone().unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let beside = root.join(format!("{}.out", name.split('.').next().unwrap()));
        let found = read(file, &root);
        // One that is missing is written, to be looked at and kept.
        if !beside.exists() {
            fs::write(&beside, &found).unwrap();
            writeln!(wrong, "{name}: nothing is expected of it yet; {} has been written", beside.display()).unwrap();
        }
        let expected = fs::read_to_string(&beside).unwrap();
        if found != expected {
            writeln!(wrong, "{name}:\n{found}expected:\n{expected}").unwrap();
        }
        known.insert(beside);
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(known.len() >= 60, "only {} files were read", known.len());
}
