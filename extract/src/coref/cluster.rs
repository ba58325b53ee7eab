//! Puts names together that stand for one entity.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use sayso_document::{Counted, Document, Entity, EntityType, Patience};

use super::alias::{acronyms, as_acronym, key, shortens};
use super::gender::{Gender, Genders};
use super::person::PersonName;
use crate::lexicon::{Class, Lexicon};
use crate::names::NameMention;

/// Names of one wording and type, and the entity that they end up in.
#[derive(Debug)]
pub(super) struct Cluster {
    pub(super) kind: EntityType,
    pub(super) gender: Gender,
    /// The names, as positions in the list of names, ascending.
    pub(super) names: Vec<usize>,
    person: PersonName,
    key: String,
    /// The first name as it is written.
    surface: String,
    /// How often a full name was met; the more, the likelier a surname means this one.
    full: u32,
}

/// Groups the names. Every name is in exactly one cluster; clusters are in order of first mention.
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
        names,
        all: Vec::new(),
        by_key: FxHashMap::default(),
        by_word: FxHashMap::default(),
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
    let mut all = clusters.all;
    join_bodies(&mut all, lexicon);
    for cluster in &mut all {
        cluster.names.sort_unstable();
    }
    all.retain(|cluster| !cluster.names.is_empty());
    all.sort_by_key(|cluster| cluster.names[0]);
    Some(all)
}

struct Clusters<'a, 't> {
    document: &'a Document<'t>,
    lexicon: &'a Lexicon,
    genders: &'a Genders,
    names: &'a [NameMention],
    all: Vec<Cluster>,
    /// Clusters by key and type.
    by_key: FxHashMap<(String, EntityType), usize>,
    /// Persons by every word of their names, [`MOST`] for a word at most.
    by_word: FxHashMap<String, Vec<usize>>,
}

/// So many persons are compared with a name: texts with more of one word are no articles.
const MOST: usize = 200;

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
        let found =
            same_key.filter(|&c| name.kind != EntityType::Person || self.all[c].person == person).or_else(|| {
                let alike = |c: &&usize| self.all[**c].person.agrees(&person) && self.all[**c].gender.agrees(gender);
                (name.kind == EntityType::Person)
                    .then(|| self.by_word.get(person.last())?.iter().find(alike).copied())
                    .flatten()
            });
        let at = found.unwrap_or_else(|| self.push(name.kind, gender, person.clone(), key.clone(), words));
        self.by_key.entry((key, name.kind)).or_insert(at);
        let cluster = &mut self.all[at];
        cluster.names.push(i);
        cluster.full += 1;
        if !cluster.gender.known() {
            cluster.gender = gender;
        }
        if person.words.len() > cluster.person.words.len() {
            cluster.person = person;
        }
    }

    /// Adds a person's surname or given name to the person that it most likely means.
    fn add_short(&mut self, i: usize, name: &NameMention) {
        let words = name.name.of(self.document.text());
        let gender = Gender::of(self.document, self.lexicon, self.genders, name);
        let person = PersonName::new(words, self.lexicon);
        let rank = |c: &Cluster| {
            let fit = person.fit(&c.person);
            let same = c.person == person;
            let usable = c.kind == EntityType::Person && c.gender.agrees(gender) && (fit > 0 || same);
            // Among equals the one named before this place, then the one named most.
            let before = c.names.first().is_some_and(|&n| self.names[n].name.start() < name.name.start());
            usable.then_some((fit.max(3 * u32::from(same)), before, c.full))
        };
        let mut best: Option<(usize, (u32, bool, u32))> = None;
        for &c in person.words.first().and_then(|word| self.by_word.get(word)).into_iter().flatten() {
            if let Some(rank) = rank(&self.all[c])
                && best.is_none_or(|(_, top)| rank > top)
            {
                best = Some((c, rank));
            }
        }
        match best {
            Some((c, _)) => {
                let cluster = &mut self.all[c];
                cluster.names.push(i);
                if !cluster.gender.known() {
                    cluster.gender = gender;
                }
            }
            None => {
                let key = person.words.join(" ");
                let at = self.push(name.kind, gender, person, key, words);
                self.all[at].names.push(i);
            }
        }
    }

    fn push(&mut self, kind: EntityType, gender: Gender, person: PersonName, key: String, surface: &str) -> usize {
        let at = self.all.len();
        if kind == EntityType::Person {
            for word in &person.words {
                let list = self.by_word.entry(word.clone()).or_default();
                if list.len() < MOST && list.last() != Some(&at) {
                    list.push(at);
                }
            }
        }
        self.all.push(Cluster { kind, gender, names: Vec::new(), person, key, surface: surface.to_owned(), full: 0 });
        at
    }
}

/// Moves short forms of bodies and acronyms to their long forms.
fn join_bodies(all: &mut [Cluster], lexicon: &Lexicon) {
    let bodies: Vec<usize> = (0..all.len()).filter(|&c| all[c].kind == EntityType::Organization).collect();
    let mut by_acronym: FxHashMap<String, usize> = FxHashMap::default();
    let mut by_end: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for &c in &bodies {
        for acronym in acronyms(&all[c].surface) {
            by_acronym.entry(acronym).or_insert(c);
        }
        let (first, last) = ends(&all[c].key);
        for word in [first, last] {
            let list = by_end.entry(word).or_default();
            if list.len() < MOST {
                list.push(c);
            }
        }
    }
    let mut moves = Vec::new();
    for &c in &bodies {
        let short = all[c].key.as_str();
        let (first, last) = ends(short);
        let longer = [first, last].into_iter().filter_map(|word| by_end.get(word)).flatten().copied();
        let long = longer.filter(|&l| l != c).find(|&l| shortens(short, &all[l].key));
        let long = long.or_else(|| only_long(all, short, by_end.get(short)?, lexicon));
        let long = long.or_else(|| by_acronym.get(&as_acronym(&all[c].surface)?).copied());
        moves.extend(long.filter(|&l| l != c).map(|l| (c, l)));
    }
    for (from, to) in moves {
        let names = std::mem::take(&mut all[from].names);
        all[to].names.extend(names);
    }
}

/// The one long name that a head alone, "the Times", or a first word, "Norvik" of "Norvik Energy", can be short for.
fn only_long(all: &[Cluster], short: &str, same_end: &[usize], lexicon: &Lexicon) -> Option<usize> {
    if short.contains(' ') {
        return None;
    }
    let head = lexicon.class(short).is(Class::ORG);
    let own = !lexicon.class(short).is(Class::ORDINARY.or(Class::MIXED));
    let fits = |long: &str| {
        let rest = if head { long.strip_suffix(short) } else { long.strip_prefix(short).filter(|_| own) };
        rest.is_some_and(|rest| rest.starts_with(' ') || rest.ends_with(' '))
    };
    let mut long = same_end.iter().copied().filter(|&l| fits(&all[l].key));
    let first = long.next()?;
    long.all(|l| l == first).then_some(first)
}

/// The first and last word of a key.
fn ends(key: &str) -> (&str, &str) {
    let mut words = key.split([' ', ',']).filter(|word| !word.is_empty());
    let first = words.next().unwrap_or("");
    (first, words.next_back().unwrap_or(first))
}

/// The entity that a cluster stands for.
pub(super) fn entity(document: &Document, lexicon: &Lexicon, names: &[NameMention], cluster: &Cluster) -> Entity {
    let (mut surfaces, mut titles) = (BTreeMap::new(), BTreeMap::new());
    let mut confidence = 0.0;
    let mut best = String::new();
    for name in cluster.names.iter().map(|&i| &names[i]) {
        let words = plain(name.name.of(document.text()));
        if rank(&words) > rank(&best) {
            best.clone_from(&words);
        }
        *surfaces.entry(words).or_insert(0) += 1;
        confidence += name.confidence;
        if let Some(title) = name.title.map(|title| plain(title.of(document.text())))
            && !title.split(' ').all(|word| lexicon.class(word).is(Class::HONORIFIC))
        {
            *titles.entry(title).or_insert(0) += 1;
        }
    }
    surfaces.remove(&best);
    let counted = |all: BTreeMap<String, u32>| all.into_iter().map(|(text, count)| Counted { text, count }).collect();
    Entity {
        name: best,
        kind: cluster.kind,
        aliases: counted(surfaces),
        titles: counted(titles),
        roles: Vec::new(),
        confidence: confidence / cluster.names.len().max(1) as f32,
    }
}

/// The longest name stands for the entity; one in capitals only if there is no other.
fn rank(name: &str) -> (bool, usize) {
    let shouted = name.contains(' ') && !name.contains(char::is_lowercase);
    (!shouted && !name.is_empty(), name.chars().count())
}

/// The words with runs of white space made one blank.
fn plain(words: &str) -> String {
    sayso_document::plain_text(words)
}
