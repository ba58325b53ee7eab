//! Which of "he" and "she" fits a person, by titles, kinship and first names.

use rustc_hash::FxHashMap;
use sayso_document::Document;

use crate::lexicon::{Class, Lexicon, List, fold};
use crate::model;
use crate::names::NameMention;

/// The gender that names and titles tell; both flags false when they tell none.
/// Both are set only if a title or name is used for both; nothing then follows from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Gender {
    /// Whether it may be a man.
    pub(super) male: bool,
    /// Whether it may be a woman.
    pub(super) female: bool,
}

/// First names whose bearers news nearly always calls "he" or "she".
#[derive(Clone, Debug, Default)]
pub(crate) struct Genders {
    /// By the number of the folded name; true for "he".
    male: FxHashMap<u32, bool>,
}

impl Genders {
    /// Reads lines of a name, a tab, and `m` or `f`.
    pub(super) fn read(text: &str) -> Self {
        let rows = text.lines().filter_map(|line| line.split_once('\t'));
        Self { male: rows.map(|(name, sex)| (model::word(name), sex == "m")).collect() }
    }

    /// The gender of a first name, if the list has it.
    fn of(&self, name: &str) -> Option<Gender> {
        let male = *self.male.get(&model::word(&fold(name)))?;
        Some(Gender { male, female: !male })
    }
}

/// How many tokens before a name the noun may stand that makes its bearer another's kin.
const KIN: usize = 8;

/// Whether somebody is introduced only as another's kin: "the son of Jan Veld", "her husband, Mayor
/// Jan Veld". A surname alone then means the other.
pub(super) fn is_introduced_as_kin(document: &Document, name: &NameMention) -> bool {
    let start = name.tokens.start;
    let sentence = document.sentence_of_token(start);
    let words = (start.saturating_sub(KIN)..start).rev().take_while(|&i| document.sentence_of_token(i) == sentence);
    let mut commas = 0;
    for i in words {
        let word = document.word(i);
        if List::KinNouns.has(word) {
            let owner = i.checked_sub(1).map_or("", |before| document.word(before));
            let owned =
                matches!(owner, "his" | "her" | "their" | "whose" | "'s" | "’s" | "His" | "Her" | "older" | "younger");
            return owned || document.word(i + 1) == "of";
        }
        commas += usize::from(word == ",");
        let title = word.starts_with(char::is_uppercase) || matches!(word, "," | "of" | "former" | "the" | "late");
        // "The son of property tycoon Jan Veld".
        let after_of = (i.saturating_sub(3)..i).any(|j| document.word(j) == "of");
        if commas > 1 || !title && !after_of {
            return false;
        }
    }
    false
}

/// The gender that a noun of kinship before a name shows: "his wife, Mary Brandt", "their brother
/// Erik Lund".
fn by_kin(document: &Document, lexicon: &Lexicon, name: &NameMention) -> Option<Gender> {
    let before = name.tokens.start.checked_sub(1)?;
    let at = if document.word(before) == "," { before.checked_sub(1)? } else { before };
    let word = document.word(at);
    let kin = List::KinNouns.has(word);
    let class = lexicon.class(word);
    let female = class.is(Class::FEMALE)
        || matches!(word, "aunt" | "niece" | "grandmother" | "granddaughter" | "widow" | "fiancée" | "stepdaughter")
        || word == "half-sister";
    // "His wife, Brandt said": only what stands beside the name, and belongs to somebody, tells.
    let owned = at.checked_sub(1).is_some_and(|owner| {
        let owner = document.word(owner).to_lowercase();
        let word = owner.as_str();
        matches!(
            word,
            "his" | "her" | "their" | "my" | "our" | "'s" | "’s" | "late" | "elder" | "older" | "younger" | "twin"
        ) || word.ends_with("est")
    });
    (kin && owned).then_some(Gender { male: !female, female })
}

impl Gender {
    /// The gender that a mention shows: by its title, then by kinship, then by a first name that
    /// news nearly always calls "he" or "she".
    pub(super) fn of(document: &Document, lexicon: &Lexicon, genders: &Genders, name: &NameMention) -> Self {
        if let Some(title) = name.title {
            let classes = title.of(document.text()).split_whitespace().map(|word| lexicon.class(word));
            let told =
                classes.map(|c| Self { male: c.is(Class::MALE), female: c.is(Class::FEMALE) }).find(|g| g.known());
            if let Some(gender) = told {
                return gender;
            }
        }
        if name.tokens.len() < 2 {
            return Self::default();
        }
        if let Some(gender) = by_kin(document, lexicon, name) {
            return gender;
        }
        let first = document.word(name.tokens.start);
        if let Some(gender) = genders.of(first) {
            return gender;
        }
        let class = lexicon.class(first);
        let (male, female) = (class.is(Class::MALE_NAME), class.is(Class::FEMALE_NAME));
        if male == female { Self::default() } else { Self { male, female } }
    }

    /// Whether only one of the two is possible.
    pub(super) fn known(self) -> bool {
        self.male != self.female
    }

    /// Whether both may be one person's.
    pub(super) fn agrees(self, other: Self) -> bool {
        !self.known() || !other.known() || self == other
    }
}
