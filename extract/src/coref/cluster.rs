//! Puts the names of one entity together.
//!
//! Full names of persons come first, then short ones, which look for the person that they most
//! likely mean: "Lind" is the Lind of whom the text speaks, "Mrs. Lind" a woman. Names of places,
//! peoples and bodies meet under a key ([`key`]); short forms of bodies are moved to the long ones
//! later ([`bodies`](super::bodies)). Everything is decided within one document, in one pass over
//! its names; a name is compared with a bounded number of others, so the pass takes time in
//! proportion to the text.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;
use sayso_document::{Document, EntityType, Patience};

use super::alias::key;
use super::gender::{Gender, Genders, is_introduced_as_kin};
use super::person::{PersonName, is_courtesy, one_letter_apart, rough};
use super::title::comparable;
use crate::lexicon::Lexicon;
use crate::names::NameMention;

/// Names of one wording and type, and the entity that they end up in.
#[derive(Debug)]
pub(super) struct Cluster {
    /// The type of its names.
    pub(super) kind: EntityType,
    /// What the names show of a person's gender.
    pub(super) gender: Gender,
    /// The names, as ascending positions in the list of all names.
    pub(super) names: Vec<usize>,
    /// The longest name, taken apart, where it is a person's.
    person: PersonName,
    /// The form under which names of bodies and places meet.
    pub(super) key: String,
    /// The first name as it is written.
    pub(super) surface: String,
    /// How many full names it has, which come first in `names`. The more, the likelier a surname
    /// means this person.
    full: u32,
    /// The words of its titles, in comparable form.
    titles: Vec<u32>,
    /// Whether all full names are those of another's kin: "her husband, Jan Veld".
    kin: bool,
}

impl Cluster {
    /// The latest of its names before this one. Short names are added in reading order, behind all
    /// full ones.
    fn latest(&self, name: usize) -> Option<usize> {
        let (full, short) = self.names.split_at(self.full as usize);
        let full = full[..full.partition_point(|&n| n < name)].last();
        full.max(short.last()).copied()
    }

    /// Notes the words of a title, up to [`TITLES`].
    fn title(&mut self, words: &[u32]) {
        let more: Vec<u32> = words.iter().copied().filter(|word| !self.titles.contains(word)).collect();
        self.titles.extend(more.into_iter().take(TITLES.saturating_sub(self.titles.len())));
    }
}

/// How many words of titles are kept for a person.
const TITLES: usize = 24;

/// Groups the names. Every name is in exactly one cluster. None when nobody waits any longer.
pub(super) fn cluster(
    document: &Document,
    lexicon: &Lexicon,
    genders: &Genders,
    names: &[NameMention],
    patience: &Patience<'_>,
) -> Option<Vec<Cluster>> {
    let mut clusters = Clusters {
        document,
        lexicon,
        genders,
        all: Vec::new(),
        by_key: FxHashMap::default(),
        by_word: FxHashMap::default(),
        by_rough: FxHashMap::default(),
    };
    let short = |name: &NameMention| name.kind == EntityType::Person && name.tokens.len() == 1;
    for (i, name) in names.iter().enumerate().filter(|(_, name)| !short(name)) {
        patience.spend(10)?;
        clusters.add_full(i, name);
    }
    for (i, name) in names.iter().enumerate().filter(|(_, name)| short(name)) {
        patience.spend(10)?;
        clusters.add_short(i, name);
    }
    Some(clusters.all)
}

/// The clusters of a document while they are built, with indexes for what a new name is compared
/// with.
struct Clusters<'a, 't> {
    /// The document.
    document: &'a Document<'t>,
    /// Word lists.
    lexicon: &'a Lexicon,
    /// The genders of first names.
    genders: &'a Genders,
    /// The clusters so far.
    all: Vec<Cluster>,
    /// Clusters by key and type.
    by_key: FxHashMap<(String, EntityType), usize>,
    /// Persons by every word of their names, [`NAMESAKES`] for a word at most.
    by_word: FxHashMap<String, Vec<usize>>,
    /// Persons by the surnames of their full names without any one letter, [`NEAR`] for each at most.
    by_rough: FxHashMap<String, Vec<usize>>,
}

/// Of two with one surname, the text is clearly about the one that has this many more full names.
const MAIN: u32 = 2;

/// So many persons that share a word are compared with a name: texts with more are no articles. Few, so that the cost of a
/// name is reached early in a text and does not grow with it.
const NAMESAKES: usize = 64;

/// So many persons are compared for each letter that a surname may lack: a surname has up to 25 such forms.
const NEAR: usize = 24;

impl Clusters<'_, '_> {
    /// Adds a full name of a person, or any name of something else.
    fn add_full(&mut self, i: usize, name: &NameMention) {
        let words = name.name.of(self.document.text());
        let gender = Gender::of(self.document, self.lexicon, self.genders, name);
        let person = PersonName::new(words, self.lexicon);
        let key = match name.kind {
            EntityType::Person => person.words.join(" "),
            // "Russian" and "Russians" are one people.
            EntityType::Norp => key(words).trim_end_matches('s').to_owned(),
            _ => key(words),
        };
        let same_key = self.by_key.get(&(key.clone(), name.kind)).copied();
        let found = same_key.filter(|&c| name.kind != EntityType::Person || self.all[c].person == person);
        let found = found.or_else(|| (name.kind == EntityType::Person).then(|| self.alike(&person, gender)).flatten());
        let at = found.unwrap_or_else(|| self.push(name.kind, gender, person.clone(), key.clone(), words));
        self.by_key.entry((key, name.kind)).or_insert(at);
        if name.kind == EntityType::Person {
            self.add_rough(at, person.last());
        }
        let titles = self.title_words(name);
        let kin = name.kind == EntityType::Person && is_introduced_as_kin(self.document, name);
        let cluster = &mut self.all[at];
        cluster.names.push(i);
        cluster.full += 1;
        cluster.kin &= kin;
        cluster.title(&titles);
        if !cluster.gender.known() {
            cluster.gender = gender;
        }
        if person.words.len() > cluster.person.words.len() {
            cluster.person = person;
        }
    }

    /// The person whose name this may be in another form ("Ada Lind", "Ada M. Lind"), or misspelt
    /// by one letter.
    fn alike(&self, person: &PersonName, gender: Gender) -> Option<usize> {
        let fits = |c: &&usize| self.all[**c].gender.agrees(gender);
        let same = self.by_word.get(person.last()).into_iter().flatten().filter(fits);
        let alike = same.clone().find(|&&c| self.all[c].person.agrees(person));
        // The longer form may come second.
        let shorter = || {
            let before = person.words.iter().rev().skip(1).take(3).filter_map(|word| self.by_word.get(word)).flatten();
            before.filter(fits).find(|&&c| self.all[c].person.shortens(person))
        };
        let alike = alike.or_else(shorter);
        let near = || same.clone().find(|&&c| self.all[c].person.nearly(person));
        let rough = || {
            rough(person.last()).find_map(|key| {
                self.by_rough.get(&key)?.iter().filter(fits).find(|&&c| self.all[c].person.nearly(person))
            })
        };
        alike.or_else(near).or_else(rough).copied()
    }

    /// Notes a surname without any one of its letters.
    fn add_rough(&mut self, at: usize, surname: &str) {
        for key in rough(surname) {
            let list = self.by_rough.entry(key).or_default();
            if list.len() < NEAR && !list.contains(&at) {
                list.push(at);
            }
        }
    }

    /// The one person whose surname this is but for one letter; none if there are several.
    fn misspelt(&self, person: &PersonName, gender: Gender) -> Option<usize> {
        let [word] = person.words.as_slice() else { return None };
        let mut found: Vec<usize> = rough(word).filter_map(|key| self.by_rough.get(&key)).flatten().copied().collect();
        found.retain(|&c| one_letter_apart(self.all[c].person.last(), word));
        found.sort_unstable();
        found.dedup();
        match found.as_slice() {
            &[one] if self.all[one].gender.agrees(gender) => Some(one),
            _ => None,
        }
    }

    /// The words of a name's title in comparable form, without courtesies such as "Mr", and a hash
    /// over all of them, so that a whole title in common counts more than its words.
    fn title_words(&self, name: &NameMention) -> Vec<u32> {
        let title = name.title.map_or("", |title| title.of(self.document.text()));
        let words = title.split([' ', '-', '\n']).filter(|word| !word.is_empty());
        let mut words: Vec<u32> = words.filter(|word| !is_courtesy(word)).map(comparable).collect();
        if !words.is_empty() {
            words.push(words.iter().fold(words.len() as u32, |all, word| all.wrapping_mul(31).wrapping_add(*word)));
        }
        words
    }

    /// Adds a person's surname or given name to the person that it most likely means.
    fn add_short(&mut self, i: usize, name: &NameMention) {
        let words = name.name.of(self.document.text());
        let gender = Gender::of(self.document, self.lexicon, self.genders, name);
        let person = PersonName::new(words, self.lexicon);
        let titles = self.title_words(name);
        let best = self.bearer(i, &person, gender, &titles).or_else(|| self.misspelt(&person, gender));
        let at = best.unwrap_or_else(|| {
            let key = person.words.join(" ");
            self.push(name.kind, gender, person, key, words)
        });
        let cluster = &mut self.all[at];
        cluster.names.push(i);
        cluster.title(&titles);
        if !cluster.gender.known() {
            cluster.gender = gender;
        }
    }

    /// The person whose name holds a short one. It is chosen by how well the name fits, then by
    /// title, gender and kinship; among equals, one who was named before; of these the one whom the
    /// text is clearly about, else the one last named.
    fn bearer(&self, i: usize, person: &PersonName, gender: Gender, titles: &[u32]) -> Option<usize> {
        let rank = |c: &Cluster| {
            let fit = person.fit(&c.person);
            let same = c.person == *person;
            let usable = c.kind == EntityType::Person && c.gender.agrees(gender) && (fit > 0 || same);
            let titled = titles.iter().filter(|title| c.titles.contains(title)).count();
            // "Ms. Brandt" is the woman rather than one of whom nothing is known.
            let told = gender.known() && c.gender == gender;
            // "Veld" is who was named before that: her husband is told of by the way.
            let own = c.full == 0 || !c.kin;
            usable.then_some((fit.max(3 * u32::from(same)), titled, told, own, c.latest(i).is_some()))
        };
        let near = person.words.first().and_then(|word| self.by_word.get(word)).into_iter().flatten();
        let ranked = near.filter_map(|&c| Some((c, rank(&self.all[c])?)));
        let (mut best, mut top) = (Vec::new(), None);
        for (c, rank) in ranked {
            match Some(rank).cmp(&top) {
                Ordering::Greater => (best, top) = (vec![c], Some(rank)),
                Ordering::Equal => best.push(c),
                Ordering::Less => {}
            }
        }
        let main = best.iter().copied().max_by_key(|&c| (self.all[c].full, std::cmp::Reverse(c)))?;
        let clear = best.iter().all(|&c| c == main || self.all[c].full + MAIN <= self.all[main].full);
        // Where the family's name comes first it tells less of whom the text is about.
        let first = self.all[main].person.words.first() == person.words.first();
        if clear && !first || top.is_some_and(|(.., before)| !before) {
            return Some(main);
        }
        best.into_iter().max_by_key(|&c| (self.all[c].latest(i), std::cmp::Reverse(c)))
    }

    /// Begins a cluster without names, and returns its position.
    fn push(&mut self, kind: EntityType, gender: Gender, person: PersonName, key: String, surface: &str) -> usize {
        let at = self.all.len();
        if kind == EntityType::Person {
            for word in &person.words {
                let list = self.by_word.entry(word.clone()).or_default();
                if list.len() < NAMESAKES && list.last() != Some(&at) {
                    list.push(at);
                }
            }
        }
        let (surface, titles) = (surface.to_owned(), Vec::new());
        self.all.push(Cluster { kind, gender, names: Vec::new(), person, key, surface, full: 0, titles, kin: true });
        at
    }
}
