//! Small texts of kinds that any newsroom prints, and who said what in them.
//!
//! A file in `said` holds texts of one kind. Each begins with a line `# name`; after a line `---` follow lines of
//!
//! - `D | SPEAKER; SPEAKER | words`: a quote, direct, indirect (`I`) or mixed (`M`), its speakers (`-` for none) and its
//!   readable text, but for marks at its end. After that may follow ` | to WORDS`, the addressee (`-` for none);
//! - `? D | …`: a quote that a reader may find or not;
//! - `persons NAME; NAME`: all persons, in order;
//! - `never WORD; WORD`: words that are in no name.
//!
//! All quotes are given. What is still wrong stands in `said/known.txt` and `said/known.accurate.txt`: a new miss fails,
//! and so does a line that is a miss no more. `UPDATE=1` takes lines away and adds none; `UPDATE=all` writes them anew.
//! `cargo test --test said -- --nocapture` prints the share that is right.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may panic, and prints the share that is right")]

use std::{collections::BTreeSet, fs, path::Path, sync::LazyLock};

use sayso_document::{Analysis, EntityType, Tier};
use sayso_extract::Analyzer;

static ANALYZER: LazyLock<Analyzer> = LazyLock::new(Analyzer::new);

/// A text and what is said in it.
struct Case {
    name: String,
    text: String,
    expected: Vec<String>,
}

fn cases(path: &Path) -> Vec<Case> {
    let kind = path.file_stem().unwrap().to_string_lossy();
    let all = format!("\n{}", fs::read_to_string(path).unwrap());
    let case = |case: &str| {
        let (name, rest) = case.split_once('\n').unwrap();
        let (text, expected) = rest.split_once("\n---\n").unwrap_or_else(|| panic!("{name} has no line ---"));
        let expected = expected.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
        Case { name: format!("{kind}/{name}"), text: text.to_owned(), expected }
    };
    all.split("\n# ").skip(1).map(case).collect()
}

/// A line without the marks at the end of the quote's words.
fn parts(line: &str) -> (String, Option<String>) {
    let mut parts: Vec<&str> = line.split(" | ").collect();
    let heard = parts.last().and_then(|last| last.strip_prefix("to ")).map(str::to_owned);
    parts.truncate(3);
    let [kind, speakers, words] = parts[..] else { panic!("{line:?} is no quote") };
    let words = words.trim_end_matches(['.', ',', '”', '’', '"', '\'', '“', '»', '«', ' ']);
    (format!("{kind} | {speakers} | {words}"), heard)
}

/// What is wrong with an analysis of a case.
fn faults(case: &Case, analysis: &Analysis) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut found: Vec<(String, String)> = Vec::new();
    for quote in &analysis.quotes {
        let speakers: Vec<&str> = quote.speakers.iter().map(|&at| analysis.entities[at].name.as_str()).collect();
        let speakers = if speakers.is_empty() { "-".into() } else { speakers.join("; ") };
        let kind = &format!("{:?}", quote.kind)[..1];
        let line = format!("{kind} | {speakers} | {}", quote.clean_text(&case.text));
        let heard = quote.addressee.as_ref().map_or("-", |heard| heard.span.of(&case.text));
        found.push((parts(&line).0, heard.to_owned()));
    }
    for line in &case.expected {
        if let Some(names) = line.strip_prefix("persons ") {
            let persons = analysis.entities.iter().filter(|entity| entity.kind == EntityType::Person);
            let persons: Vec<&str> = persons.map(|entity| entity.name.as_str()).collect();
            if persons.join("; ") != names {
                wrong.push(format!("persons are {persons:?}"));
            }
        } else if let Some(words) = line.strip_prefix("never ") {
            let names = || {
                let forms = analysis.mentions.iter().filter_map(|mention| mention.name);
                forms.map(|name| name.of(&case.text))
            };
            let held = words.split("; ").filter(|word| names().any(|name| name.split(' ').any(|one| one == *word)));
            wrong.extend(held.map(|word| format!("{word:?} is in a name")));
        } else {
            let (optional, line) = line.strip_prefix("? ").map_or((false, line.as_str()), |line| (true, line));
            let (line, heard) = parts(line);
            let fits = |one: &(String, String)| one.0 == line && heard.as_ref().is_none_or(|heard| *heard == one.1);
            match found.iter().position(fits) {
                Some(at) => drop(found.remove(at)),
                None if optional => {}
                None => {
                    wrong.push(format!("no {line}{}", heard.map_or(String::new(), |heard| format!(" | to {heard}"))))
                }
            }
        }
    }
    wrong.extend(found.into_iter().map(|(line, heard)| format!("invented {line} | to {heard}")));
    wrong
}

fn read_all(tier: Tier, known: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/said");
    let mut paths: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| !path.file_name().unwrap().to_string_lossy().starts_with("known"));
    paths.sort();
    assert!(paths.len() >= 12, "only {} kinds", paths.len());
    let mut misses = BTreeSet::new();
    for path in &paths {
        let cases = cases(path);
        assert!(cases.len() >= 6, "{} has only {} texts", path.display(), cases.len());
        let mut right = 0;
        for case in &cases {
            let faults = faults(case, &ANALYZER.analyze(&case.text, tier));
            right += usize::from(faults.is_empty());
            if !faults.is_empty() {
                println!("{}\n    {}", case.name, faults.join("\n    "));
                misses.insert(case.name.clone());
            }
        }
        println!("{tier:?} {} of {}: {}\n", right, cases.len(), path.file_stem().unwrap().display());
    }
    let kept = folder.join(known);
    let then: BTreeSet<String> = fs::read_to_string(&kept).unwrap_or_default().lines().map(str::to_owned).collect();
    let update = std::env::var("UPDATE").unwrap_or_default();
    if !update.is_empty() {
        let lines = misses.iter().filter(|miss| update == "all" || then.contains(*miss));
        fs::write(&kept, lines.map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    }
    let fresh: Vec<_> = misses.difference(&then).collect();
    let mended: Vec<_> = then.difference(&misses).collect();
    let held = fresh.is_empty() && mended.is_empty();
    assert!(!update.is_empty() || held, "newly wrong: {fresh:#?}\nno longer wrong: {mended:#?}");
}

#[test]
fn who_said_what_is_told() {
    read_all(Tier::Fast, "known.txt");
}

#[test]
#[cfg(feature = "encoder")]
fn who_said_what_is_told_accurately() {
    read_all(Tier::Accurate, "known.accurate.txt");
}
