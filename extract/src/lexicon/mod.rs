//! Word lists that the stages consult, compiled in and read once.
//!
//! There are two kinds. A [`Class`] says what a word may be in a name; its words are in
//! `extract/models/rules.txt` and the tables beside it, and are looked up folded ([`fold`](fn@fold)). A
//! [`List`] says what a word does in a sentence; its words are in files of `lexicon/en`, each with
//! the reason why they are listed.

mod class;
mod fold;
mod list;

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};

pub(crate) use class::Class;
pub(crate) use fold::fold;
pub(crate) use list::{List, Table};

/// Classes by hand, a section each.
const RULES: &str = include_str!("../../models/rules.txt");
/// Words that news writes in lower case, nearly always or often, by count.
const WORDS: &str = include_str!("../../models/words.tsv");
/// First names and surnames, with the gender of first names.
const PEOPLE: &str = include_str!("../../models/people.tsv");
/// Names of places, one per line.
const PLACES: &str = include_str!("../../models/places.txt");
/// Words for peoples, beliefs and parties.
const NORPS: &str = include_str!("../../models/norps.txt");
/// Names of organisations.
const BODIES: &str = include_str!("../../models/bodies.txt");

/// Endings that are taken off to find the ordinary word below an inflected one.
const ENDINGS: [&str; 9] = ["ly", "s", "es", "ed", "d", "ing", "ings", "er", "ers"];

/// The classes of words, and names of several words.
#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    /// The classes by word. A word in lower case matches in any case, a capitalised one only so.
    classes: FxHashMap<&'static str, Class>,
    /// Place names of any length, folded, with single blanks.
    places: FxHashSet<Cow<'static, str>>,
    /// Names of organisations, likewise.
    bodies: FxHashSet<Cow<'static, str>>,
}

impl Lexicon {
    /// The lists that are compiled in.
    pub(crate) fn compiled_in() -> Self {
        list::read();
        let mut lexicon = Self::default();
        lexicon.read_rules();
        for (word, tag) in pairs(WORDS) {
            lexicon.add(word, if tag == "o" { Class::ORDINARY } else { Class::MIXED });
        }
        for (name, tags) in pairs(PEOPLE) {
            lexicon.add(name, person_class(tags));
        }
        for name in NORPS.lines() {
            lexicon.add(name, Class::NORP_WORD);
        }
        lexicon.places.extend(PLACES.lines().map(Cow::Borrowed));
        lexicon.bodies.extend(BODIES.lines().map(Cow::Borrowed));
        lexicon
    }

    /// Reads the sections of `rules.txt`: a class in brackets, then its words; "_" stands for a
    /// blank.
    fn read_rules(&mut self) {
        let mut class = "";
        for line in RULES.lines().filter(|line| !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                class = name;
                continue;
            }
            for word in line.split_whitespace() {
                match (class, Class::named(class)) {
                    ("placephrase", _) => drop(self.places.insert(Cow::Owned(word.replace('_', " ")))),
                    ("orgphrase", _) => drop(self.bodies.insert(Cow::Owned(word.replace('_', " ")))),
                    (_, Some(class)) => self.add(word, class),
                    (_, None) => debug_assert!(false, "no class is named {class}"),
                }
            }
        }
    }

    /// Adds a class to a word.
    fn add(&mut self, word: &'static str, class: Class) {
        let entry = self.classes.entry(word).or_default();
        *entry = entry.or(class);
    }

    /// The classes of a word. One with a capital also has those of its lower-case form, and counts
    /// as [`Class::MIXED`] if it is a form of an ordinary word.
    pub(crate) fn class(&self, word: &str) -> Class {
        let word = fold(word);
        let exact = self.classes.get(word.as_ref()).copied().unwrap_or_default();
        if !word.bytes().any(|b| b.is_ascii_uppercase()) {
            return exact;
        }
        let small = word.to_ascii_lowercase();
        match self.classes.get(small.as_str()) {
            Some(&class) => exact.or(class),
            None if self.is_inflected(&small) => exact.or(Class::MIXED),
            None => exact,
        }
    }

    /// Whether the word, in lower case, is a form of an ordinary word: "foreigners", "conversely".
    fn is_inflected(&self, word: &str) -> bool {
        let ordinary = |stem: &str| self.classes.get(stem).is_some_and(|class| class.is(Class::ORDINARY));
        ENDINGS.iter().filter_map(|ending| word.strip_suffix(ending)).any(|stem| {
            // Shorter stems occur in names by chance.
            stem.len() > 3 && (ordinary(stem) || ordinary(&format!("{stem}e")))
        })
    }

    /// Whether the folded words are the name of a place.
    pub(crate) fn is_place(&self, name: &str) -> bool {
        self.places.contains(name)
    }

    /// Whether the folded words are the name of an organisation.
    pub(crate) fn is_body(&self, name: &str) -> bool {
        self.bodies.contains(name)
    }
}

/// The rows of a table: a word, a tab, and its tags.
fn pairs(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table.lines().filter_map(|line| line.split_once('\t'))
}

/// The classes for the letters of a row: m, f and u are first names of men, women and both,
/// everything else a surname.
fn person_class(tags: &str) -> Class {
    tags.bytes().fold(Class::default(), |class, tag| {
        class.or(match tag {
            b'm' => Class::FIRST_NAME.or(Class::MALE_NAME),
            b'f' => Class::FIRST_NAME.or(Class::FEMALE_NAME),
            b'u' => Class::FIRST_NAME,
            _ => Class::SURNAME,
        })
    })
}
