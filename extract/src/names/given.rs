//! First names that the tagger separates from their surnames, or that are titles as well: "Dean
//! Ashworth", "Amir Ali Haddad".

use std::ops::Range;

use rustc_hash::FxHashSet;
use sayso_document::EntityType;

use super::tagged::Tagged;
use super::words::Words;
use crate::lexicon::{Class, List, fold};

/// The confidence of a name found by its words alone.
const SURE: f32 = 0.6;
/// The most words of a person's name that is extended here.
const LONGEST: usize = 4;

/// Joins first names to the surnames behind them, and adds names that nothing marked but a verb of
/// saying beside them.
pub(super) fn whole(words: &Words, tagged: Vec<Tagged>) -> Vec<Tagged> {
    let mut out: Vec<Tagged> = Vec::with_capacity(tagged.len());
    for mut one in tagged {
        let person = one.kind == EntityType::Person && one.tokens.len() < LONGEST;
        let before = out.last().map_or(0, |last| last.tokens.end);
        if person
            && let Some(last) = out.last()
            && last.kind == EntityType::Person
            && last.tokens.len() == 1
            && last.tokens.end == one.tokens.start
            && is_first(words, last.tokens.start)
            && same_sentence(words, last.tokens.start, one.tokens.start)
        {
            one.tokens.start -= 1;
            out.pop();
        } else if person && one.tokens.len() == 1 && one.tokens.start > before {
            let at = one.tokens.start - 1;
            let alone = words.forced(at) && !words.in_title(at) && !words.is(at, Class::ORDINARY.or(Class::TITLE));
            if alone && is_first(words, at) && same_sentence(words, at, one.tokens.start) {
                one.tokens.start -= 1;
            }
        }
        out.push(one);
    }
    let surnames = Surnames::of(words);
    for one in out.iter_mut().filter(|one| one.kind == EntityType::Organization && (2..=3).contains(&one.tokens.len()))
    {
        // "Mr. Lind" tells that "Ada Lind" is no company.
        let (first, last) = (one.tokens.start, one.tokens.end - 1);
        let body = words.is(last, Class::ORG) || words.is(first, Class::ORG) || words.text(first) == "the";
        if !body && surnames.polite.contains(&key(words, last)) && words.is(first, Class::FIRST_NAME) {
            one.kind = EntityType::Person;
        }
    }
    let mut found = said(words, &out);
    found.extend(acronyms(words, &out));
    if !found.is_empty() {
        out.extend(found);
        out.sort_by_key(|one| one.tokens.start);
    }
    out
}

/// Two capitalised words before or behind a verb of saying that nothing marked: a first name and a
/// surname, a name behind a title, or a known surname.
fn said(words: &Words, tagged: &[Tagged]) -> Vec<Tagged> {
    let mut taken = vec![false; words.document.tokens().len() + 1];
    tagged.iter().for_each(|one| taken[one.tokens.clone()].fill(true));
    let persons = tagged.iter().filter(|one| one.kind == EntityType::Person && one.tokens.len() > 1);
    let known: FxHashSet<String> = persons.map(|one| key(words, one.tokens.end - 1)).collect();
    let plain = |i: usize| words.capital(i) && !words.capitals(i) && !taken[i];
    let says = |i: usize| words.is(i, Class::SAY) && (!words.capital(i) || words.forced(i) && !words.in_title(i));
    let mut found = Vec::new();
    for at in 1..taken.len().saturating_sub(1) {
        let beside = says(at + 1) || at >= 2 && says(at - 2);
        if !beside || !plain(at) || !plain(at - 1) || words.in_title(at) || !same_sentence(words, at - 1, at) {
            continue;
        }
        let common = Class::ORDINARY.or(Class::TITLE);
        let titled = at >= 2 && words.is(at - 2, Class::TITLE) && !words.capital(at - 2);
        let first = (is_first(words, at - 1) || titled || known.contains(&key(words, at))) && !words.is(at - 1, common);
        let before = at < 2 || !words.capital(at - 2) || says(at - 2);
        if first && before && !words.capital(at + 1) {
            found.push(Tagged { tokens: at - 1..at + 1, kind: EntityType::Person, confidence: SURE });
        }
    }
    found
}

/// Acronyms of the word lists that nothing marked.
fn acronyms(words: &Words, tagged: &[Tagged]) -> Vec<Tagged> {
    let mut taken = vec![false; words.document.tokens().len() + 1];
    tagged.iter().for_each(|one| taken[one.tokens.clone()].fill(true));
    let body = |i: &usize| !taken[*i] && words.capitals(*i) && words.is(*i, Class::ORG_WORD) && !words.in_title(*i);
    let found = (0..taken.len() - 1).filter(body);
    found.map(|i| Tagged { tokens: i..i + 1, kind: EntityType::Organization, confidence: SURE }).collect()
}

/// Whether the word is a capitalised first name.
fn is_first(words: &Words, at: usize) -> bool {
    words.is(at, Class::FIRST_NAME) && words.capital(at)
}

/// Whether two tokens stand in one sentence.
fn same_sentence(words: &Words, one: usize, other: usize) -> bool {
    words.document.sentence_of_token(one) == words.document.sentence_of_token(other)
}

/// What a text shows of words that may be surnames, in their folded lower-case form.
pub(super) struct Surnames {
    /// Those with "Mr." or "Ms." before them.
    polite: FxHashSet<String>,
    /// Those with another first name before them.
    named: FxHashSet<String>,
}

impl Surnames {
    /// Collects them in one pass.
    pub(super) fn of(words: &Words) -> Self {
        let (mut polite, mut named) = (FxHashSet::default(), FxHashSet::default());
        for at in (1..words.document.tokens().len()).filter(|&at| words.capital(at)) {
            let before = at - 1;
            if matches!(words.text(before).trim_end_matches('.'), "Mr" | "Mrs" | "Ms" | "Miss") {
                polite.insert(key(words, at));
            } else if is_first(words, before) && !is_title_too(words, before) {
                named.insert(key(words, at));
            }
        }
        Self { polite, named }
    }

    /// Whether the word at `at`, before a person's name, is a first name and no title: "Dean Holt", or
    /// "Judge Lind" where the text also says "Mr. Lind".
    pub(super) fn names(&self, words: &Words, at: usize, name: &Range<usize>) -> bool {
        if !words.capital(at) || !is_title_too(words, at) || !same_sentence(words, at, name.start) {
            return false;
        }
        let modified = at.checked_sub(1).is_some_and(|before| {
            words.is(before, Class::TITLE.or(Class::TITLE_MODIFIER))
                || matches!(words.text(before), "the" | "The" | "a" | "and")
        });
        let surname = key(words, name.end - 1);
        if modified || self.named.contains(&surname) && name.len() == 1 {
            return false;
        }
        let word = words.text(at);
        let office = || words.text(name.end) == "," && matches!(words.text(name.end + 1), "a" | "an");
        match word {
            // Written so it is a name far more often than a prince of the Gulf.
            "Amir" => true,
            // "Judge Omar Haddad": a first name follows.
            _ if name.len() > 1 => false,
            "Dean" | "Baron" | "Don" | "Star" | "Marshal" => true,
            _ => self.polite.contains(&surname) || office(),
        }
    }
}

/// Words that are both titles and first names.
pub(super) fn is_title_too(words: &Words, at: usize) -> bool {
    List::TitleFirstNames.has(&fold(words.text(at)))
}

/// The word in the form in which surnames are compared.
fn key(words: &Words, at: usize) -> String {
    fold(words.bare(at)).to_lowercase()
}
