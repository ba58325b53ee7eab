//! What the house looks like, where no lint can tell: lengths of files and of functions in Python, the share of documentation,
//! the order of lists, word lists in code, names of people who live, the version of Rust. The length of functions in Rust is
//! clippy's to watch (`too-many-lines-threshold` in clippy.toml).

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod functions;
mod names;
mod sorted;
mod word_lists;

use std::fs;
use std::path::{Path, PathBuf};

/// Lines that a source file has at most. Near 400 is the aim; one that grows beyond this has parts that want files.
const MOST_LINES: usize = 500;

/// Least share of documentation in the lines of a library crate, in percent. The aim is 17: a floor may only rise.
const LEAST_DOCS: [(&str, f64); 4] = [("document", 17.0), ("extract", 17.0), ("index", 17.0), ("network", 20.0)];

/// What is of tools, or of others as it is: names, and paths from the root. What git passes over is passed over here, too.
const PASSED_OVER: [&str; 8] = [
    "Cargo.lock",
    "node_modules",
    "package-lock.json",
    "./clients/go/sayso",
    "./clients/python/src/sayso/v1",
    "./clients/typescript/src/gen",
    "./proto/google",
    "./web/dist",
];

/// Endings of files that people write programs in; programs without an ending begin with `#!`.
const SOURCES: [&str; 10] = ["go", "java", "js", "mjs", "py", "rs", "sh", "sql", "ts", "tsx"];

/// What the paths of files have that only tests use: they are no part of what a crate offers.
const OF_TESTS: [&str; 4] = ["_tests.rs", "/simulated_disk", "/tests.rs", "/tests/"];

/// A file of ours, and its text. Files that are not UTF-8 are no texts.
struct Text {
    /// From the root of the repository, with `/` between folders.
    path: String,
    text: String,
}

impl Text {
    /// Whether the file is code of a crate, and not of its tests.
    fn is_product(&self) -> bool {
        let of_a_crate = self.path.starts_with("src/") || self.path.contains("/src/");
        of_a_crate && !OF_TESTS.iter().any(|part| self.path.contains(part))
    }

    fn is_source(&self) -> bool {
        let ending = Path::new(&self.path).extension().unwrap_or_default();
        SOURCES.iter().any(|known| ending == *known) || self.text.starts_with("#!")
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All files of ours, in the order of their paths.
fn texts() -> Vec<Text> {
    let mut texts = Vec::new();
    gather(&root(), &mut PASSED_OVER.map(PathBuf::from).to_vec(), &mut texts);
    texts.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(texts.len() > 1000, "only {} files are found: this test looks in the wrong places", texts.len());
    texts
}

/// Reads the files of a folder, but for those that are passed over: by name anywhere below, or by path.
fn gather(folder: &Path, passed_over: &mut Vec<PathBuf>, texts: &mut Vec<Text>) {
    let own = Path::new(".").join(folder.strip_prefix(root()).unwrap());
    let known = passed_over.len();
    let ignored = fs::read_to_string(folder.join(".gitignore")).unwrap_or_default();
    passed_over.extend(ignored.lines().map(|line| match line.trim_end_matches('/') {
        path if path.contains('/') => own.join(path.trim_start_matches('/')),
        name => PathBuf::from(name),
    }));
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = PathBuf::from(path.file_name().unwrap_or_default());
        let hidden = path.is_dir() && name.to_string_lossy().starts_with('.') && name != Path::new(".ci");
        if hidden || passed_over.contains(&name) || passed_over.contains(&own.join(&name)) {
            continue;
        }
        if path.is_dir() {
            gather(&path, passed_over, texts);
        } else {
            read(&path, texts);
        }
    }
    passed_over.truncate(known);
}

fn read(path: &Path, texts: &mut Vec<Text>) {
    if let Ok(text) = fs::read_to_string(path) {
        let parts = path.strip_prefix(root()).unwrap().components();
        let path = parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>().join("/");
        texts.push(Text { path, text });
    }
}

#[test]
fn one_version_of_rust_is_named_everywhere() {
    let file = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    let toolchain = file("rust-toolchain.toml");
    let pinned = toolchain.lines().find_map(|line| line.strip_prefix("channel = \"")?.strip_suffix('"')).unwrap();
    let short = pinned.rsplit_once('.').unwrap().0;
    let named = [
        ("Cargo.toml", format!("rust-version = \"{short}\"")),
        ("README.md", format!("the right version, {short})")),
        ("CONTRIBUTING.md", format!("# Rust {short} or newer")),
        ("packaging/Dockerfile", format!("FROM rust:{pinned}-")),
        ("packaging/Dockerfile", format!("RUSTUP_TOOLCHAIN={pinned}\n")),
    ];
    let wrong: Vec<_> = named.iter().filter(|(path, words)| !file(path).contains(words)).collect();
    assert!(wrong.is_empty(), "rust-toolchain.toml names {pinned}; say so in these files, too: {wrong:?}");
}

#[test]
fn no_source_file_is_long() {
    let lengths = texts().into_iter().filter(Text::is_source).map(|file| (file.text.lines().count(), file.path));
    let long: Vec<_> = lengths.filter(|(lines, _)| *lines > MOST_LINES).collect();
    assert!(long.is_empty(), "more than {MOST_LINES} lines; part them where a reader would look: {long:?}");
}

#[test]
fn library_crates_are_documented() {
    let texts = texts();
    for (package, least) in LEAST_DOCS {
        let folder = format!("{package}/src/");
        let of_it = texts.iter().filter(|file| file.path.starts_with(&folder) && file.path.ends_with(".rs"));
        let of_it = of_it.filter(|file| file.is_product());
        let lines: Vec<&str> = of_it.flat_map(|file| file.text.lines()).map(str::trim_start).collect();
        let docs = lines.iter().filter(|line| line.starts_with("///") || line.starts_with("//!")).count();
        let share = 100.0 * docs as f64 / lines.len() as f64;
        println!("{package}: {share:.1} % of {} lines are documentation, at least {least}", lines.len());
        assert!(share >= least, "{package}: {share:.1} % of its lines are documentation, {least} % at least");
    }
}

#[test]
fn nobody_who_lives_is_named() {
    let Some(people) = names::People::read(&root().join("../shared")) else {
        println!("SKIPPED: no folder `shared` with names of people beside the project");
        return;
    };
    let known = people.anybody();
    let control = format!("Then “{known}” spoke.\n// Then {}", known.replacen(' ', "\n// ", 1));
    assert_eq!(people.named_in(&control), [(1, known.clone()), (2, known)], "the control: nobody is found");
    let mut named = Vec::new();
    for file in texts() {
        // Lists of places have many that bear the name of a person.
        if file.path.starts_with("extract/models/") && !file.path.ends_with(".md") {
            continue;
        }
        let found = people.named_in(&file.text).into_iter();
        named.extend(found.map(|(line, name)| format!("{}:{line}: {name}", file.path)));
    }
    assert!(named.is_empty(), "name invented people in their place:\n{}", named.join("\n"));
}
