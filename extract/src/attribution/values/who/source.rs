//! What kind of words a source is.
//!
//! What a source *is* decides how it can be resolved: a full name by itself, a short name by the
//! full one, a pronoun by what was mentioned last, a description by titles. The kind is therefore
//! part of nearly every feature.

use std::ops::Range;

use sayso_document::EntityType;

use crate::attribution::draft::Draft;
use crate::attribution::values::issuer::{self, is_document};
use crate::attribution::values::mentions::{Cast, Place};
use crate::attribution::values::speaker::head_phrase;
use crate::coref::comparable_word;
use crate::lexicon::List;
use crate::model::word;
use crate::tags::Tag;
use crate::view::Reading;

/// The words of a source, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// All of its tokens; empty where the attribution has no source.
    pub(crate) tokens: Range<usize>,
    /// Where it stands, or would stand.
    pub(crate) at: usize,
    /// What sort of words it is.
    pub(crate) kind: Kind,
    /// The first noun phrase, with what "and" joins to it …
    pub(crate) phrase: Range<usize>,
    /// … and what comes after.
    pub(crate) rest: Range<usize>,
    /// A hash of the last word of the phrase, in the form in which titles are compared.
    pub(crate) head: u32,
    /// The same in the singular; 0 for a pronoun.
    pub(crate) noun: u32,
    /// A hash of the first word.
    pub(crate) first: u32,
    /// Whether its head is a plural noun or "they".
    pub(crate) plural: bool,
    /// Whether its head names a kind of document.
    pub(crate) document: bool,
    /// Whether "and" joins its parts.
    pub(crate) joined: bool,
    /// The sex that its words tell of, if any: true for a man.
    pub(crate) male: Option<bool>,
    /// A hash over all of its words in lower case.
    pub(crate) words: u32,
    /// Whether the head is a word for somebody of the family.
    pub(crate) kin: bool,
    /// Whether the head stands in the own name of what it means: "ministry".
    pub(crate) self_named: bool,
}

/// Kinds of sources. Features take the numbers, so new kinds go at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// The attribution has no source.
    Nothing,
    He,
    She,
    It,
    They,
    /// "I", "we" and their forms.
    FirstPerson,
    /// "Who", "which", "that".
    Relative,
    /// "Both", "others" and the like.
    OtherPronoun,
    /// "His lawyer".
    Owned,
    /// A person's name of two words or more.
    FullPerson,
    /// A person's name of one word.
    ShortPerson,
    /// A name of an organisation or facility of two words or more.
    FullBody,
    /// Such a name of one word.
    ShortBody,
    /// A name of another type.
    OtherName,
    /// "The Ledger poll": a name before the head.
    NamedBefore,
    /// "The head of the Ledger".
    NamedAfter,
    /// "The mayor", "this report".
    Definite,
    /// "A docker", "another report".
    Indefinite,
    /// "Two dockers", "many".
    Counted,
    /// A noun without an article: "police".
    Bare,
    /// A plural without one: "dockers".
    BarePlural,
    /// A head in capitals that no mention has.
    Unknown,
}

impl Kind {
    /// Whether its words are a single pronoun.
    pub(crate) fn is_pronoun(self) -> bool {
        matches!(
            self,
            Self::He | Self::She | Self::It | Self::They | Self::FirstPerson | Self::Relative | Self::OtherPronoun
        )
    }
}

impl Source {
    /// Takes the source of a draft apart.
    pub(crate) fn new(r: &Reading<'_>, cast: &Cast<'_>, draft: &Draft) -> Self {
        let Some(tokens) = draft.source.clone().filter(|tokens| !tokens.is_empty()) else {
            let at = if draft.cue.is_empty() { draft.content.first().map_or(0, |c| c.start) } else { draft.head };
            return Self::nothing(at);
        };
        let (phrase, rest) = head_phrase(r, cast, &tokens);
        let last = phrase.end - 1;
        let last = if r.tag(last) == Tag::Pos && last > phrase.start { last - 1 } else { last };
        let kind = kind(r, cast, &tokens, &phrase, &rest, last);
        let lower = r.lower(last);
        let folded = tokens.clone().fold(0, |sum: u32, i| sum.rotate_left(7) ^ word(r.lower(i)));
        Self {
            at: tokens.start,
            kind,
            head: comparable_word(r.document.word(last)),
            noun: if kind.is_pronoun() { 0 } else { noun(r, last) },
            first: word(r.lower(tokens.start)),
            plural: matches!(r.tag(last), Tag::Nns) || r.lower(tokens.start).starts_with("they"),
            document: is_document(lower),
            joined: phrase.clone().any(|i| r.tag(i) == Tag::Cc),
            male: sex(r, kind, last),
            words: folded,
            kin: List::KinNouns.has(lower),
            self_named: List::SelfNamedHeads.has(lower),
            tokens,
            phrase,
            rest,
        }
    }

    /// Whether the words may mean two: "they", "both", "the two leaders".
    pub(crate) fn means_several(&self, r: &Reading<'_>) -> bool {
        let counted =
            || self.tokens.clone().take(3).any(|i| matches!(r.lower(i), "two" | "both" | "pair" | "duo" | "couple"));
        matches!(self.kind, Kind::They | Kind::OtherPronoun) || self.plural || counted()
    }

    /// Whether the words say that two known ones are meant: "the two leaders", "both", "the couple".
    pub(crate) fn means_two(&self, r: &Reading<'_>) -> bool {
        let two = |i: usize| matches!(r.lower(i), "two" | "both" | "pair" | "couple" | "duo");
        let known = matches!(r.lower(self.tokens.start), "the" | "both" | "these" | "those");
        known && self.tokens.clone().take(3).any(two)
    }

    /// A draft without a source.
    fn nothing(at: usize) -> Self {
        Self {
            tokens: at..at,
            at,
            kind: Kind::Nothing,
            phrase: at..at,
            rest: at..at,
            head: 0,
            noun: 0,
            first: 0,
            plural: false,
            document: false,
            joined: false,
            male: None,
            words: 0,
            kin: false,
            self_named: false,
        }
    }
}

/// What sort of words a phrase and what follows it are. Names go before articles.
fn kind(
    r: &Reading<'_>,
    cast: &Cast<'_>,
    tokens: &Range<usize>,
    phrase: &Range<usize>,
    rest: &Range<usize>,
    last: usize,
) -> Kind {
    let first = tokens.start;
    if matches!(r.tag(first), Tag::Wp | Tag::Wdt) || r.is(first, "that") && tokens.len() == 1 {
        return Kind::Relative;
    }
    if tokens.len() == 1
        && let Some(kind) = pronoun(r.lower(first))
    {
        return kind;
    }
    let named = |place: &&Place<'_>| place.mention.name.is_some();
    if let Some(place) = cast.headed_by(last).filter(named) {
        let full = place.mention.name.is_some_and(|name| name.of(r.document.text()).contains([' ', '\u{a0}', '\n']));
        return match cast.kind_of(place.mention.entity) {
            EntityType::Person if full => Kind::FullPerson,
            EntityType::Person => Kind::ShortPerson,
            EntityType::Organization | EntityType::Facility if full => Kind::FullBody,
            EntityType::Organization | EntityType::Facility => Kind::ShortBody,
            _ => Kind::OtherName,
        };
    }
    let any = |range: &Range<usize>| cast.inside(range).any(|place| named(&place));
    match () {
        () if r.tag(last) == Tag::Nnp && r.is_capital(last) && (last > first || !any(tokens)) => Kind::Unknown,
        () if any(phrase) => Kind::NamedBefore,
        () if any(rest) => Kind::NamedAfter,
        () if r.tag(first) == Tag::Prps => Kind::Owned,
        () => match r.lower(first) {
            "the" | "this" | "that" | "these" | "those" => Kind::Definite,
            "a" | "an" | "one" | "another" => Kind::Indefinite,
            word if List::Counting.has(word) => Kind::Counted,
            _ if r.tag(first) == Tag::Cd => Kind::Counted,
            _ if r.tag(last) == Tag::Nns => Kind::BarePlural,
            _ => Kind::Bare,
        },
    }
}

/// The number of a noun in the singular, as titles are compared.
pub(crate) fn noun(r: &Reading<'_>, i: usize) -> u32 {
    comparable_word(issuer::singular(r.lower(i)))
}

/// The kind of a pronoun, also of one with a verb glued to it: "he's".
fn pronoun(lower: &str) -> Option<Kind> {
    let word = lower.split(['\'', '’']).next().unwrap_or(lower);
    Some(match word {
        "he" | "him" | "his" | "himself" => Kind::He,
        "she" | "her" | "hers" | "herself" => Kind::She,
        "it" | "its" | "itself" => Kind::It,
        "they" | "them" | "their" | "themselves" => Kind::They,
        "i" | "we" | "my" | "our" | "me" | "us" => Kind::FirstPerson,
        _ if List::OtherPronouns.has(word) => Kind::OtherPronoun,
        _ => return None,
    })
}

/// Whether the words tell of a man (true) or of a woman.
/// From pronouns and the lists of nouns for men and women; never from names, whose sex is known
/// elsewhere.
fn sex(r: &Reading<'_>, kind: Kind, last: usize) -> Option<bool> {
    match kind {
        Kind::He => Some(true),
        Kind::She => Some(false),
        _ if List::MenNouns.has(r.lower(last)) => Some(true),
        _ if List::WomenNouns.has(r.lower(last)) => Some(false),
        _ => None,
    }
}
