//! Makes persons' names whole by what the article shows elsewhere: no word too many before or
//! behind, none too few.
//!
//! The steps run in this order over the names of a document:
//!
//! | step | mends |
//! |---|---|
//! | [`parted`] | names that a page's markup glued together |
//! | [`end`], [`start`] | words tagged along behind a name ("Ada Lind of Veloria") and before it |
//! | [`called`], [`typed`] | a person tagged as a company or place |
//! | [`bare`] | words before a name that stands without them elsewhere |
//! | [`reach`] | full names of which only the surname was tagged |
//!
//! Nothing is looked up outside of the document, and a name stays within its sentence.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};
use sayso_document::EntityType;

use super::tagged::Tagged;
use super::words::{GLUED_TO, Words};
use crate::lexicon::{Class, fold};

/// The confidence of a name that was found by its surname.
const SURE: f32 = 0.6;
/// The most words of a person's name that are compared.
const LONGEST: usize = 6;

/// The tagged names with those of persons made whole.
pub(super) fn whole(words: &Words, tagged: Vec<Tagged>) -> Vec<Tagged> {
    let mut tagged = parted(words, tagged);
    let small = small(words);
    for one in tagged.iter_mut().filter(|one| one.kind == EntityType::Person) {
        one.tokens.end = end(words, &one.tokens);
        one.tokens.start = start(words, &small, &one.tokens);
    }
    called(words, &mut tagged);
    typed(words, &mut tagged);
    bare(words, &mut tagged);
    reach(words, tagged)
}

/// Where the name of a person ends that was tagged with what follows: "Ada Lind of Veloria", "Ada
/// Lind, Oster".
fn end(words: &Words, name: &Range<usize>) -> usize {
    let named = |i: usize| words.capital(i) && words.capital(i - 1);
    let stops = |i: usize| match words.text(i) {
        "of" => named(i - 1),
        "," => !words.is(i + 1, Class::SUFFIX),
        // "(Ky.)" at the end tells no name; "(Bud)" inside may.
        "(" => words.text(i + 2) == ")" && i + 3 >= name.end && words.text(i + 1).is_ascii(),
        _ => words.suffix(i - 1) > 0,
    };
    // One word before "of" is a title or belongs to it: "Joan of Arc".
    let end = (name.start + 2..name.end).find(|&i| stops(i)).unwrap_or(name.end);
    // "Lind Chief of Staff": a title line leaves the owner's ending out.
    let title = end > name.start + 1 && words.is(end - 1, Class::TITLE) && !words.is(end - 1, Class::SURNAME);
    if title && words.text(end) == "of" { end - 1 } else { end }
}

/// The words that stand in lower case anywhere, folded.
fn small(words: &Words) -> FxHashSet<String> {
    let tokens = 0..words.document.tokens().len();
    tokens
        .map(|i| words.text(i))
        .filter(|word| word.len() > 3 && word.starts_with(char::is_lowercase))
        .map(fold)
        .map(String::from)
        .collect()
}

/// Where a name of three words or more begins, without leading words that stand in lower case
/// elsewhere.
fn start(words: &Words, small: &FxHashSet<String>, name: &Range<usize>) -> usize {
    let known = Class::FIRST_NAME.or(Class::PARTICLE).or(Class::SURNAME);
    let other = |i: usize| !words.is(i, known) && small.contains(&key(words, i));
    let from = (name.start..name.end.saturating_sub(2)).take_while(|&i| other(i)).last();
    from.map_or(name.start, |last| last + 1)
}

/// Splits names to which a longer form is glued: "Lind Ada Maria LindMORE", which a page shows as
/// "Lind" with the full name in a tooltip.
fn parted(words: &Words, tagged: Vec<Tagged>) -> Vec<Tagged> {
    let seams: Vec<(usize, usize)> = (0..words.document.tokens().len())
        .filter(|&i| words.seam(i))
        .filter_map(|i| Some((glued(words, i)?, i)))
        .collect();
    if seams.is_empty() {
        return tagged;
    }
    let mut out: Vec<Tagged> = Vec::with_capacity(tagged.len());
    for one in tagged {
        // The first seam whose glued words do not all lie before the name.
        let at = seams.partition_point(|&(_, seam)| seam < one.tokens.start);
        let Some(&(first, seam)) = seams.get(at).filter(|&&(first, _)| first + 1 < one.tokens.end) else {
            out.push(one);
            continue;
        };
        let aside = (first + 1..seam).any(|i| words.text(i) == "(");
        if one.tokens.start <= first {
            out.push(Tagged { tokens: one.tokens.start..first + 1, ..one.clone() });
        }
        if !aside && out.last().is_none_or(|last| last.tokens.end <= first + 1) {
            out.push(Tagged { tokens: first + 1..seam + 1, ..one });
        }
    }
    out
}

/// The surname behind which the words up to a seam are another form of the same name.
fn glued(words: &Words, seam: usize) -> Option<usize> {
    let surname = fold(words.bare(seam));
    let sentence = words.document.sentence_of_token(seam);
    (seam.saturating_sub(GLUED_TO)..seam.checked_sub(1)?)
        .rev()
        .take_while(|&i| words.document.sentence_of_token(i) == sentence)
        .find(|&i| words.capital(i) && fold(words.text(i)) == surname)
}

/// For each word that is tagged alone, how often as a person and how often as something else.
fn single(words: &Words, tagged: &[Tagged]) -> FxHashMap<String, (u32, u32)> {
    let mut known: FxHashMap<String, (u32, u32)> = FxHashMap::default();
    for one in tagged.iter().filter(|one| one.tokens.len() == 1) {
        let (persons, others) = known.entry(key(words, one.tokens.start)).or_default();
        *(if one.kind == EntityType::Person { persons } else { others }) += 1;
    }
    known
}

/// Makes a one-word organisation a person if a first name stands before it somewhere: "Ada Velden"
/// shares her name with no company.
fn called(words: &Words, tagged: &mut [Tagged]) {
    let first = |at: usize| {
        let named = words.is(at, Class::FIRST_NAME) && words.capital(at) && !words.in_title(at);
        named
            && !words.is(at, Class::ORDINARY.or(Class::MIXED).or(Class::PLACE_WORD).or(Class::TITLE))
            && !words.is_place(at, at + 1)
    };
    let single = |one: &&Tagged| {
        one.tokens.len() == 1 && one.kind == EntityType::Organization && !words.capitals(one.tokens.start)
    };
    let ends = |at: usize| !words.capital(at + 1) && !words.text(at).contains('.');
    let mut taken: FxHashSet<usize> = FxHashSet::default();
    tagged.iter().for_each(|one| taken.extend(one.tokens.clone()));
    let named = |one: &&Tagged| {
        let at = one.tokens.start;
        let beside = at.checked_sub(1).is_some_and(|before| first(before) && !taken.contains(&before));
        beside && ends(at) && words.document.sentence_of_token(at - 1) == words.document.sentence_of_token(at)
    };
    let persons: FxHashSet<String> =
        tagged.iter().filter(single).filter(named).map(|one| key(words, one.tokens.start)).collect();
    for one in tagged.iter_mut().filter(|one| single(&&**one)) {
        if persons.contains(&key(words, one.tokens.start)) {
            one.kind = EntityType::Person;
        }
    }
}

/// Makes a name a person's if it begins with a first name and its surname alone is mostly a person
/// elsewhere: "ADA Lind".
fn typed(words: &Words, tagged: &mut [Tagged]) {
    let single = single(words, tagged);
    let other = Class::ORG.or(Class::FACILITY).or(Class::PLACE).or(Class::EVENT).or(Class::PRODUCT);
    let another = |one: &&mut Tagged| {
        one.kind != EntityType::Person
            && (2..=3).contains(&one.tokens.len())
            && !matches!(one.kind, EntityType::Date | EntityType::Money | EntityType::Norp)
    };
    for one in tagged.iter_mut().filter(another) {
        let (first, last) = (one.tokens.start, one.tokens.end - 1);
        let alone = |i: usize| single.get(&key(words, i)).is_some_and(|&(persons, others)| persons > others);
        let person = (first + 1..=last).any(alone);
        if person && words.is(first, Class::FIRST_NAME) && !one.tokens.clone().any(|i| words.is(i, other)) {
            one.kind = EntityType::Person;
        }
    }
}

/// Cuts leading words off a name that stands without them elsewhere, if they are no names or the
/// shorter form came first.
fn bare(words: &Words, tagged: &mut [Tagged]) {
    let persons = |one: &&Tagged| one.kind == EntityType::Person && (2..=LONGEST).contains(&one.tokens.len());
    let mut known: FxHashMap<String, usize> = FxHashMap::default();
    for one in tagged.iter().filter(persons) {
        // A line like a title may leave out first names.
        let at = if words.in_title(one.tokens.start) { usize::MAX } else { one.tokens.start };
        let first = known.entry(all(words, &one.tokens)).or_insert(at);
        *first = at.min(*first);
    }
    let other = Class::ORDINARY.or(Class::MIXED).or(Class::TITLE).or(Class::ORG).or(Class::ORG_WORD);
    for one in
        tagged.iter_mut().filter(|one| one.kind == EntityType::Person && (3..=LONGEST).contains(&one.tokens.len()))
    {
        let first = |i: usize| words.is(i, Class::FIRST_NAME.or(Class::PARTICLE)) || words.bare(i).chars().count() <= 2;
        // Of "Ada Kapor Lind" the whole comes first, and "Kapor Lind" is short for it.
        let whole = |i: usize| {
            let before = known.get(&all(words, &(i..one.tokens.end)));
            before.is_some_and(|&at| at < one.tokens.start || words.is(i - 1, other))
        };
        let starts = (one.tokens.start + 1..one.tokens.end - 1).take_while(|&i| !first(i - 1));
        if let Some(start) = starts.filter(|&i| whole(i)).last() {
            one.tokens.start = start;
        }
        // A title line goes on in capitals: "Ada Lind Calls".
        let mut shorter = (one.tokens.start + 2..one.tokens.end).rev().filter(|_| words.in_title(one.tokens.start));
        let body = |end: &usize| known.get(&all(words, &(one.tokens.start..*end))).is_some_and(|&at| at < usize::MAX);
        if known.get(&all(words, &one.tokens)).is_none_or(|&at| at == usize::MAX)
            && let Some(end) = shorter.find(body)
        {
            one.tokens.end = end;
        }
    }
}

/// Extends a surname that is tagged alone to the full name around it: "Ada Barón Lind". Only where
/// nothing else is tagged there, and the surname has no full name yet.
fn reach(words: &Words, mut tagged: Vec<Tagged>) -> Vec<Tagged> {
    let single = single(words, &tagged);
    let full = tagged.iter().filter(|one| one.kind == EntityType::Person && one.tokens.len() > 1);
    let full: FxHashSet<String> = full.flat_map(|one| one.tokens.clone().map(|i| key(words, i))).collect();
    let open = |i: usize| {
        let known = key(words, i);
        words.capital(i)
            && !full.contains(&known)
            && single.get(&known).is_some_and(|&(persons, others)| persons > others)
    };
    let count = words.document.tokens().len();
    let mut owner = vec![usize::MAX; count + 1];
    for (at, one) in tagged.iter().enumerate() {
        owner[one.tokens.clone()].fill(at);
    }
    // "The Ada Lind Show" holds her name.
    let free = |i: usize| {
        let one = tagged.get(owner[i]);
        one.is_none_or(|one| one.tokens.len() == 1 || one.tokens.len() > 2 && one.kind != EntityType::Person)
    };
    let common = Class::ORDINARY.or(Class::TITLE).or(Class::NOT_NAME).or(Class::TIME).or(Class::NORP_WORD);
    let part = |i: usize| words.capital(i) && free(i) && !words.is(i, common);
    let listed = common.or(Class::MIXED).or(Class::PLACE_WORD).or(Class::ORG).or(Class::ORG_WORD).or(Class::MONTH);
    // A word that no list has begins a name only where nothing stands before it.
    let first = |i: usize| {
        let alone = i == 0 || !words.capital(i - 1) || words.forced(i);
        words.is(i, Class::FIRST_NAME)
            || alone && !words.is(i, listed) && !words.capitals(i) && !words.is_place(i, i + 1)
    };
    let mut found: Vec<Range<usize>> = Vec::new();
    for at in 1..count {
        if !open(at) || !free(at) || found.last().is_some_and(|last| at < last.end) {
            continue;
        }
        let same = |i: &usize| words.document.sentence_of_token(*i) == words.document.sentence_of_token(at);
        let within = owner[at] < tagged.len() && tagged[owner[at]].tokens.len() > 2;
        let together = |i: &usize| part(*i) && same(i) && (!within || owner[*i] == owner[at]);
        let from = (at.saturating_sub(3)..at).rev().take_while(together).last();
        let Some(from) = from.filter(|&from| first(from)) else { continue };
        let after = (at + 1..count.min(at + 3)).take_while(together).last().unwrap_or(at);
        let to = if within { at } else { after };
        found.push(from..to + 1);
    }
    if found.is_empty() {
        return tagged;
    }
    let inside = |one: &Tagged| {
        found[..found.partition_point(|f| f.start <= one.tokens.start)].last().is_some_and(|f| one.tokens.start < f.end)
    };
    tagged.retain(|one| one.tokens.len() > 2 || !inside(one));
    tagged.extend(found.into_iter().map(|tokens| Tagged { tokens, kind: EntityType::Person, confidence: SURE }));
    tagged.sort_by_key(|one| one.tokens.start);
    tagged
}

/// The words of a name in the form in which names are compared: folded, in lower case.
fn all(words: &Words, tokens: &Range<usize>) -> String {
    words.folded(tokens.start, tokens.end).to_lowercase()
}

/// A word in that form, without what belongs to no name.
fn key(words: &Words, at: usize) -> String {
    fold(words.bare(at)).to_lowercase()
}
