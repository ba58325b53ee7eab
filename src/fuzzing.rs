//! What must not fall over, whatever it is given: one function for each way in. `fuzz/` drives them with a fuzzer, and the
//! tests here with the fixtures of `fuzz/fixtures` (a folder for each function; every finding becomes a file) and with random
//! changes of them.
//!
//! Each function panics if the program would be at fault, and takes anything else.

mod served;

use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor};
use sayso_document::{Document, Tier};
use sayso_extract::Analyzer;
use sayso_index::query::{ParseOptions, parse};

use crate::{cli, convert, proto, snapshots};

/// What is given any bytes, and must not fall over.
pub type Target = fn(&[u8]);

/// Every function with its name.
pub const TARGETS: [(&str, Target); 10] = [
    ("query", query),
    ("tokens", tokens),
    ("analysis", analysis),
    ("html", html),
    ("json", json),
    ("page_token", page_token),
    ("model", model),
    ("snapshot", snapshot),
    ("request", request),
    ("http", http),
];

/// A query: what it is read as prints as a query that is read as the same.
pub fn query(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let options = ParseOptions::sentences();
    if let Ok(expr) = parse(&text, &options) {
        let printed = expr.to_string();
        // What is written may be longer than what was read.
        let generous = ParseOptions {
            max_clauses: 1 << 30,
            max_expansions: 1 << 30,
            max_length: 1 << 30,
            max_depth: 4 * options.max_depth,
            ..options
        };
        let again = parse(&printed, &generous).unwrap_or_else(|error| panic!("{printed:?} is not read: {error}"));
        assert_eq!(again, expr, "{printed:?} is read as another query");
    }
}

/// A text: its tokens and the gaps between them rebuild it.
pub fn tokens(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let document = Document::new(&text);
    let mut end = 0;
    for token in document.tokens() {
        assert!(token.span.start() >= end, "tokens overlap");
        // On character boundaries, or this panics.
        let _ = token.span.of(&text);
        end = token.span.end();
    }
    assert!(end <= text.len());
}

static ANALYZER: LazyLock<Analyzer> = LazyLock::new(Analyzer::new);

/// A text to analyse on the fast tier: everything that is found lies within it.
pub fn analysis(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let analysis = ANALYZER.analyze(&text, Tier::Fast);
    let quotes = analysis.quotes.iter().flat_map(|quote| [&quote.content, &quote.cue, &quote.source]).flatten();
    let mentions = analysis.mentions.iter().map(|mention| &mention.span);
    for span in analysis.sentences.iter().map(|sentence| &sentence.span).chain(mentions).chain(quotes) {
        // On character boundaries, or this panics.
        let _ = span.of(&text);
    }
    let named = analysis.mentions.iter().map(|mention| mention.entity);
    let spoken = analysis.quotes.iter().flat_map(|quote| quote.speakers.iter().copied());
    assert!(named.chain(spoken).all(|entity| entity < analysis.entities.len()), "an entity that is not there");
}

/// A web page.
pub fn html(data: &[u8]) {
    cli::page(data);
}

/// A file of JSON records.
pub fn json(data: &[u8]) {
    cli::records(data);
}

/// A file of a model. The first byte chooses which.
pub fn model(data: &[u8]) {
    let Some((&which, bytes)) = data.split_first() else { return };
    let names: Vec<&str> = sayso_extract::model::Files::names().collect();
    let name = names[usize::from(which) % names.len()];
    let _ = Analyzer::with_models([(name.to_owned(), bytes.to_vec())]);
}

/// A file of a snapshot: its manifest, and one with articles.
pub fn snapshot(data: &[u8]) {
    snapshots::read_anything(data);
}

/// What a page token holds, with the checks that make a token of it. The first byte chooses the method.
pub fn page_token(data: &[u8]) {
    let Some((&which, contents)) = data.split_first() else { return };
    let (method, message) = convert::asked_on(which, contents);
    served::call(method, message);
}

/// A request of any method, as bytes of protobuf. The first byte chooses the method.
pub fn request(data: &[u8]) {
    let Some((&which, message)) = data.split_first() else { return };
    let method = &METHODS[usize::from(which) % METHODS.len()];
    // Bytes that are no such message do not get further than the library that decodes them.
    if DynamicMessage::decode(method.input(), message).is_ok() {
        let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
        served::call(&path, message.to_vec());
    }
}

/// A request in plain HTTP: its first line is the verb and the address, the rest is the body, which is said to be JSON.
pub fn http(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (line, body) = text.split_once('\n').unwrap_or((&text, ""));
    let (verb, address) = line.split_once(' ').unwrap_or(("GET", line));
    // It works for seconds by design.
    if !address.contains("reindex") {
        served::ask(verb, address, body);
    }
}

/// All methods but those that work for seconds by design.
static METHODS: LazyLock<Vec<MethodDescriptor>> = LazyLock::new(|| {
    let pool = DescriptorPool::decode(proto::DESCRIPTORS).expect("they were made when this was built");
    let services = pool.services().filter(|service| service.package_name() == "sayso.v1").collect::<Vec<_>>();
    let methods = services.iter().flat_map(|service| service.methods().collect::<Vec<_>>());
    methods.filter(|method| method.name() != "Reindex").collect()
});

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;

    use super::*;

    /// The fixtures of each target, by their names.
    fn fixtures(target: &str) -> BTreeMap<String, Vec<u8>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fixtures").join(target);
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let files = entries.map(|entry| entry.unwrap().path());
        files.map(|file| (file.file_name().unwrap().to_string_lossy().into(), fs::read(file).unwrap())).collect()
    }

    /// Numbers that look random and are the same each time (SplitMix64).
    struct Numbers(u64);

    impl Numbers {
        fn next(&mut self, below: usize) -> usize {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) % below.max(1) as u64) as usize
        }

        /// Some changes of a fixture: bits, bytes, parts of it or of another.
        fn changed(&mut self, from: &[u8], other: &[u8]) -> Vec<u8> {
            let mut bytes = from.to_vec();
            for _ in 0..=self.next(4) {
                let at = self.next(bytes.len() + 1);
                match self.next(6) {
                    0 if at < bytes.len() => bytes[at] ^= 1 << self.next(8),
                    1 if at < bytes.len() => bytes[at] = self.next(256) as u8,
                    2 => bytes.truncate(at),
                    3 => drop(bytes.drain(at..at + self.next(bytes.len() - at + 1).min(8))),
                    4 => bytes.insert(at, *b"\0\xff\"<>()[]{}:~*?\\&\n \x80".get(self.next(20)).unwrap()),
                    _ => {
                        let from = self.next(other.len());
                        let part = other[from.min(other.len())..].iter().take(32).copied();
                        drop(bytes.splice(at..at, part));
                    }
                }
            }
            bytes
        }
    }

    /// What the fuzzer found stays mended. Some random changes of it, and of what it begins with, are tried beside.
    #[test]
    fn nothing_falls_over_whatever_it_is_given() {
        for (name, target) in TARGETS {
            let fixtures: Vec<(String, Vec<u8>)> = fixtures(name).into_iter().collect();
            assert!(!fixtures.is_empty(), "{name} has no fixture");
            for (file, bytes) in &fixtures {
                println!("{name}/{file}");
                target(bytes);
            }
            let mut numbers = Numbers(1);
            for _ in 0..40 {
                let (one, other) = (numbers.next(fixtures.len()), numbers.next(fixtures.len()));
                target(&numbers.changed(&fixtures[one].1, &fixtures[other].1));
            }
        }
    }

    #[test]
    fn every_folder_of_fixtures_has_its_target() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fixtures");
        let found =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
        let (found, mut expected): (Vec<String>, Vec<String>) =
            (found.collect(), TARGETS.map(|(name, _)| name.to_owned()).into());
        assert_eq!(found.len(), expected.len());
        expected.retain(|name| !found.contains(name));
        assert_eq!(expected, Vec::<String>::new());
    }
}
