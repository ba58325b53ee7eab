//! What the house looks like, where no lint can tell: lengths of files, the share of documentation, the
//! order of lists, word lists in code, names of people who live. The length of functions is clippy's to watch (`too-many-lines-threshold` in clippy.toml).

#![allow(clippy::unwrap_used)] // A test may panic.

mod names;
mod word_lists;

use std::fs;
use std::path::{Path, PathBuf};

/// Lines that a source file has at most. Near 400 is the aim; one that grows beyond this has parts that want files.
const MOST_LINES: usize = 500;

/// Least share of documentation in the lines of a library crate, in percent. The aim is 17: a floor may only rise.
const LEAST_DOCS: [(&str, f64); 4] = [("document", 17.0), ("extract", 17.0), ("index", 17.0), ("network", 20.0)];

/// Folders with files that are ours.
const OURS: [&str; 11] = [
    "benches",
    "document",
    "extract",
    "index",
    "network",
    "proto/sayso",
    "samples",
    "scripts",
    "src",
    "tests",
    "train",
];

/// Names of folders with what tools made, and of the weights, which are no texts.
const PASSED_OVER: [&str; 7] = [".venv", "__pycache__", "gen", "models", "node_modules", "snapshots", "target"];

/// A file of ours, and its text. Files that are not UTF-8 are no texts.
struct Text {
    /// From the root of the repository, with `/` between folders.
    path: String,
    text: String,
}

impl Text {
    fn is_source(&self) -> bool {
        let extension = Path::new(&self.path).extension();
        extension.is_some_and(|extension| extension == "rs" || extension == "py") || self.text.starts_with("#!")
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All files of ours, in the order of their paths.
fn texts() -> Vec<Text> {
    let mut texts = Vec::new();
    for folder in OURS {
        gather(&root().join(folder), &mut texts);
    }
    let beside = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path());
    let beside = beside.filter(|path| path.extension().is_some_and(|extension| extension == "md" || extension == "rs"));
    beside.for_each(|path| read(&path, &mut texts));
    texts.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(texts.len() > 500, "only {} files are found: this test looks in the wrong places", texts.len());
    texts
}

fn gather(folder: &Path, texts: &mut Vec<Text>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !PASSED_OVER.contains(&name.as_str()) {
                gather(&path, texts);
            }
        } else {
            read(&path, texts);
        }
    }
}

fn read(path: &Path, texts: &mut Vec<Text>) {
    if let Ok(text) = fs::read_to_string(path) {
        let parts = path.strip_prefix(root()).unwrap().components();
        let path = parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>().join("/");
        texts.push(Text { path, text });
    }
}

#[test]
fn no_source_file_is_long() {
    let lengths = texts().into_iter().filter(Text::is_source).map(|file| (file.text.lines().count(), file.path));
    let long: Vec<_> = lengths.filter(|(lines, _)| *lines > MOST_LINES).collect();
    assert!(long.is_empty(), "more than {MOST_LINES} lines; part them where a reader would look: {long:?}");
}

/// What the paths of files have that only tests use: they are no part of what a crate offers.
const OF_TESTS: [&str; 4] = ["_tests.rs", "/simulated_disk", "/tests.rs", "/tests/"];

#[test]
fn library_crates_are_documented() {
    let texts = texts();
    for (package, least) in LEAST_DOCS {
        let folder = format!("{package}/src/");
        let of_it = texts.iter().filter(|file| file.path.starts_with(&folder) && file.path.ends_with(".rs"));
        let of_it = of_it.filter(|file| !OF_TESTS.iter().any(|part| file.path.contains(part)));
        let lines: Vec<&str> = of_it.flat_map(|file| file.text.lines()).map(str::trim_start).collect();
        let docs = lines.iter().filter(|line| line.starts_with("///") || line.starts_with("//!")).count();
        let share = 100.0 * docs as f64 / lines.len() as f64;
        println!("{package}: {share:.1} % of {} lines are documentation, at least {least}", lines.len());
        assert!(share >= least, "{package}: {share:.1} % of its lines are documentation, {least} % at least");
    }
}

/// The strings of the list `name`, if a file has it.
fn list<'t>(text: &'t str, name: &str) -> Option<Vec<&'t str>> {
    let (_, from) = text.split_once(&format!("const {name}: ["))?;
    let (_, from) = from.split_once(" = [")?;
    let (list, _) = from.split_once("];")?;
    Some(list.split('"').skip(1).step_by(2).collect())
}

#[test]
fn lists_that_are_searched_by_halves_are_sorted() {
    let texts = texts();
    let mut lists = 0;
    for file in texts.iter().filter(|file| file.path.ends_with(".rs")) {
        for (at, _) in file.text.match_indices(".binary_search(") {
            let name = file.text[..at].rsplit(|c: char| !c.is_ascii_uppercase() && c != '_').next().unwrap_or_default();
            let own = list(&file.text, name).or_else(|| texts.iter().find_map(|other| list(&other.text, name)));
            let Some(words) = own.filter(|words| !name.is_empty() && !words.is_empty()) else { continue };
            let wrong = words.windows(2).find(|pair| pair[0] >= pair[1]);
            assert!(wrong.is_none(), "{}: {name} is not sorted, or has a word twice: {wrong:?}", file.path);
            lists += 1;
        }
    }
    assert!(lists >= 5, "only {lists} lists are found: this test looks for them in the wrong way");
}

#[test]
fn nobody_who_lives_is_named() {
    let Some(people) = names::People::read(&root().join("../shared")) else {
        println!("SKIPPED: no folder `shared` with names of people beside the project");
        return;
    };
    let known = people.anybody();
    assert_eq!(people.named_in(&format!("Then “{known}” spoke.")), [known.as_str()], "the control: nobody is found");
    let mut named = Vec::new();
    for file in texts() {
        for (number, line) in file.text.lines().enumerate() {
            // In code, what is quoted from texts beside the project names whom these name.
            let told =
                if file.path.ends_with(".rs") { line.split_once("//").map_or("", |(_, said)| said) } else { line };
            named.extend(people.named_in(told).into_iter().map(|name| format!("{}:{}: {name}", file.path, number + 1)));
        }
    }
    assert!(named.is_empty(), "name invented people in their place:\n{}", named.join("\n"));
}
