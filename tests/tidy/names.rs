//! Full names of people who live or lived, from the lists and the labelled texts beside the project.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;

use flate2::read::GzDecoder;
use serde_json::Value;

/// What lists and labels take for names of people and is none.
const NOBODY: [&str; 4] = ["Jane Doe", "John Doe", "Prime Minister", "Vice President"];

/// Names of two words or more, by their first word.
pub(crate) struct People(BTreeMap<String, BTreeSet<Vec<String>>>);

impl People {
    /// Reads the lists in this folder; none where it has none.
    pub(crate) fn read(shared: &Path) -> Option<Self> {
        let legislators = fs::read_to_string(shared.join("gazetteers/us-legislators.txt")).ok()?;
        let mut people = Self(BTreeMap::new());
        legislators.lines().for_each(|name| people.add(name));
        for list in ["2016_us_presidential_candidates", "authors", "britishActors", "celebrities", "us_presidents"] {
            let path = shared.join(format!("gazetteers/dariusk/humans/{list}.json"));
            people.add_all(&serde_json::from_slice(&fs::read(path).ok()?).ok()?);
        }
        let lexicon = include_str!("../../extract/models/words.tsv");
        let ordinary: BTreeSet<&str> = lexicon.lines().filter_map(|line| line.split('\t').next()).collect();
        for part in ["train", "dev"] {
            let file = File::open(shared.join(format!("eval/ner/worldwide-{part}.jsonl.gz"))).ok()?;
            for line in BufReader::new(GzDecoder::new(file)).lines() {
                people.add_labelled(&serde_json::from_str(&line.ok()?).ok()?, &ordinary);
            }
        }
        Some(people)
    }

    fn add(&mut self, name: &str) {
        let words = words(name);
        let is_name = |word: &String| word.chars().next().is_some_and(char::is_uppercase);
        if words.len() >= 2 && words.iter().all(is_name) && !NOBODY.contains(&words.join(" ").as_str()) {
            self.0.entry(words[0].clone()).or_default().insert(words);
        }
    }

    /// All strings of a list.
    fn add_all(&mut self, list: &Value) {
        match list {
            Value::String(name) => self.add(name),
            Value::Array(values) => values.iter().for_each(|value| self.add_all(value)),
            Value::Object(fields) => fields.values().for_each(|value| self.add_all(value)),
            _ => (),
        }
    }

    /// The people that are marked in a text, whose places count characters. Titles are marked here and there, and are
    /// made of ordinary words.
    fn add_labelled(&mut self, text: &Value, ordinary: &BTreeSet<&str>) {
        let letters: Vec<char> = text["text"].as_str().unwrap_or_default().chars().collect();
        for entity in text["entities"].as_array().into_iter().flatten().filter(|entity| entity["type"] == "PERSON") {
            let place = |name: &str| entity[name].as_u64().and_then(|at| usize::try_from(at).ok()).unwrap_or_default();
            let name: String = letters.get(place("start")..place("end")).unwrap_or_default().iter().collect();
            if !words(&name).iter().all(|word| ordinary.contains(word.to_lowercase().as_str())) {
                self.add(&name);
            }
        }
    }

    /// A name of the lists.
    pub(crate) fn anybody(&self) -> String {
        self.0.values().flatten().next().map(|name| name.join(" ")).unwrap_or_default()
    }

    /// The names that stand in a text, each with the number of its line; it may go on in the next.
    pub(crate) fn named_in(&self, text: &str) -> Vec<(usize, String)> {
        let lines =
            text.lines().enumerate().flat_map(|(at, line)| words(line).into_iter().map(move |word| (at + 1, word)));
        let (numbers, words): (Vec<usize>, Vec<String>) = lines.unzip();
        let mut named = Vec::new();
        for (at, word) in words.iter().enumerate() {
            let names = self.0.get(word).into_iter().flatten();
            let near =
                |name: &&Vec<String>| words[at..].starts_with(name) && numbers[at + name.len() - 1] <= numbers[at] + 1;
            named.extend(names.filter(near).map(|name| (numbers[at], name.join(" "))));
        }
        named
    }
}

/// The words of a text, without the signs around them.
fn words(text: &str) -> Vec<String> {
    let signs = |c: char| !c.is_alphanumeric();
    let words = text.split_whitespace().map(|word| word.trim_matches(signs));
    words
        .map(|word| word.trim_end_matches("'s").trim_end_matches("’s").to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}
