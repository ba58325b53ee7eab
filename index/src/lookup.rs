//! Looks up entities by name: in full, in part, by its beginning, or with a typing error. What is decided here is the same
//! in every engine.
//!
//! Every word of the query must be found in an entity's names or titles. How a word is found decides what it earns; the best way
//! counts. A name that is all that was asked for earns extra, so that "Georgia" comes before "Georgia Marlow". Among equal scores,
//! entities in more articles come first, then those with more mentions.
//!
//! | a word is found | it earns |
//! |---|---|
//! | as a whole word of a name | [`EXACT`] |
//! | as the beginning of a word (the last word of the query only), or as an initial | [`BEGUN`] |
//! | with a typing error | [`ALIKE`] |
//! | in a title | [`TITLE`] |
//! | as an honorific among the titles | [`HONORIFIC`] |
//!
//! What the honorifics, initials and legal forms of a query are is decided in `crate::name`. The name, alias or title shown as the
//! match is the one that earns most by the same measure.

use sayso_document::EntityType;

use crate::name::{AskedName, AskedWord, CORE, KeptName, Part, initial};
use crate::{EntityRecord, MatchedBy, edits, text};

/// What a whole word earns.
const EXACT: f32 = 4.0;
/// A word that begins like this, or an initial.
const BEGUN: f32 = 2.0;
/// A word with a typing error.
const ALIKE: f32 = 1.0;
/// A word of a title says less than one of a name.
const TITLE: f32 = 1.0;
/// An honorific distinguishes two people with the same name, even if only one of them is called by that name alone.
const HONORIFIC: f32 = 10.0;
/// "Ltd" says less than any other word.
const FORM: f32 = 0.5;
/// A name that is all that was asked for comes first: "Georgia" before "Georgia Marlow".
const WHOLE: f32 = 8.0;
/// The same but for order, honorific, article and legal form: "Varrin, Elena", "The Reform League".
const CORE_WHOLE: f32 = 7.0;

/// What may have a legal form in its name.
pub(crate) const BODIES: [EntityType; 4] =
    [EntityType::Organization, EntityType::Facility, EntityType::Product, EntityType::Place];

/// A way in which a word of a name is found in an entity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Way<'a> {
    /// One of these is a word of its names.
    Name(&'a [String]),
    /// One of these is a word of its titles.
    Title(&'a [String]),
    /// A word of its names begins like this, with at most so many edits.
    BegunName(&'a str, u8),
    /// A word of its titles begins like this.
    BegunTitle(&'a str),
    /// A word of its names is this one, with at most so many edits.
    Alike(&'a str, u8),
    /// Each of these letters begins a word of one of its names, beside a word that the name was asked for by.
    Begins(&'a [char]),
    /// Each of these letters begins a word of its names, and none of the words that were asked for in full is in them, so
    /// that these are begun or misspelt: "E. Varr". Were one of them there, the letters would have to begin words
    /// beside it.
    BeginsBesideErrors(&'a [char]),
    /// It is a person.
    Person,
    /// It is one of [`BODIES`].
    Body,
}

/// The ways to find a word, with what each earns. The last word of a name may be a beginning.
pub(crate) fn ways(word: &AskedWord, last: bool) -> Vec<(Way<'_>, f32)> {
    let spelt = &word.spellings[..];
    match &word.part {
        Part::Filler => vec![(Way::Name(spelt), FORM)],
        Part::LegalForm => vec![(Way::Name(spelt), FORM), (Way::Body, 0.0)],
        Part::Honorific => vec![(Way::Name(spelt), EXACT), (Way::Title(spelt), HONORIFIC), (Way::Person, 0.0)],
        Part::Middle(letters) => {
            vec![(Way::Name(spelt), EXACT), (Way::Begins(letters), BEGUN), (Way::Person, 0.0)]
        }
        Part::Initials(letters) => vec![
            (Way::Name(spelt), EXACT),
            (Way::Title(spelt), TITLE),
            (Way::Begins(letters), BEGUN),
            (Way::BeginsBesideErrors(letters), ALIKE),
        ],
        Part::Full => {
            let word = spelt[0].as_str();
            let mut ways = vec![(Way::Name(spelt), EXACT), (Way::Title(spelt), TITLE)];
            if last {
                ways.extend([(Way::BegunName(word, 0), BEGUN), (Way::BegunTitle(word), TITLE / 2.0)]);
            }
            ways.extend(typing_errors(word).map(|edits| (Way::Alike(word, edits), ALIKE)));
            ways
        }
    }
}

/// How many typing errors a word may have. Short words may have none, because they would match anything.
pub(crate) fn typing_errors(word: &str) -> Option<u8> {
    match word.chars().count() {
        ..4 => None,
        4..8 => Some(1),
        _ => Some(2),
    }
}

/// What a whole name earns.
pub(crate) fn whole_score(key: &str) -> f32 {
    if key.starts_with(CORE) { CORE_WHOLE } else { WHOLE }
}

/// The name, alias or title that matches best, by the measure of the index. The first of equals; empty if nothing was
/// looked for.
pub(crate) fn best_wording(entity: &EntityRecord, asked: &AskedName) -> (String, MatchedBy) {
    if asked.words.is_empty() {
        return (String::new(), MatchedBy::Name);
    }
    let aliases = entity.aliases.iter().map(|alias| (&alias.text, MatchedBy::Alias));
    let titles = entity.titles.iter().map(|title| (&title.text, MatchedBy::Title));
    let mut best = (&entity.name, MatchedBy::Name, 0.0);
    for (wording, by) in std::iter::once((&entity.name, MatchedBy::Name)).chain(aliases).chain(titles) {
        let fit = match by {
            MatchedBy::Title => title_fit(wording, asked),
            MatchedBy::Name | MatchedBy::Alias => name_fit(wording, asked),
        };
        if fit > best.2 {
            best = (wording, by, fit);
        }
    }
    (best.0.clone(), best.1)
}

/// What a name earns.
fn name_fit(name: &str, asked: &AskedName) -> f32 {
    let kept = KeptName::read(name);
    let wholes = asked.wholes().into_iter().filter(|key| kept.wholes.contains(key));
    let whole = wholes.map(|key| whole_score(&key)).fold(0.0, f32::max);
    let earned = asked.words.iter().enumerate().map(|(at, word)| {
        let exact = word.spellings.iter().any(|one| kept.words.contains(one));
        let last = at + 1 == asked.words.len();
        match &word.part {
            Part::Filler | Part::LegalForm if exact => FORM,
            Part::Filler | Part::LegalForm => 0.0,
            _ if exact => EXACT,
            Part::Honorific => 0.0,
            Part::Initials(letters) | Part::Middle(letters) => letters_fit(letters, &kept, asked),
            Part::Full => kept.words.iter().map(|part| near(part, &word.spellings[0], last)).fold(0.0, f32::max),
        }
    });
    whole + earned.sum::<f32>()
}

/// What initials earn in a name.
fn letters_fit(letters: &[char], kept: &KeptName, asked: &AskedName) -> f32 {
    let full: Vec<&str> = asked.full().collect();
    let initials = kept.initials();
    let beside = |letter: &char| full.iter().any(|word| initials.contains(&initial(*letter, word)));
    let begins = |letter: &char| kept.letters().any(|begun| begun == *letter);
    match kept.words.iter().any(|word| full.contains(&word.as_str())) {
        true if letters.iter().all(beside) => BEGUN,
        false if letters.iter().all(begins) => {
            if full.is_empty() {
                BEGUN
            } else {
                ALIKE
            }
        }
        _ => 0.0,
    }
}

/// What a word of a name earns that begins as the one asked for, or differs a little.
fn near(part: &str, word: &str, last: bool) -> f32 {
    let letters: Vec<char> = word.chars().collect();
    match typing_errors(word) {
        _ if last && part.starts_with(word) => BEGUN,
        Some(errors) if edits::within(&letters, part, errors.into()) => ALIKE,
        _ => 0.0,
    }
}

/// What a title earns.
fn title_fit(title: &str, asked: &AskedName) -> f32 {
    let parts: Vec<String> = text::exact(title).map(|word| word.text).collect();
    let earned = asked.words.iter().enumerate().map(|(at, word)| {
        let begun = || parts.iter().any(|part| part.starts_with(word.spellings[0].as_str()));
        match word.part {
            Part::Filler | Part::LegalForm => 0.0,
            _ if word.spellings.iter().any(|one| parts.contains(one)) => TITLE,
            Part::Full if at + 1 == asked.words.len() && begun() => TITLE / 2.0,
            _ => 0.0,
        }
    });
    earned.sum()
}
