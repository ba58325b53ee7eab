//! Finds the names of people, organisations, places and other things, and of which type each is.
//!
//! A learned tagger marks names token by token. Rules then extend and correct them from what the
//! document says elsewhere, and read titles. Names may nest: "Kremlin" in "Kremlin Aide Ada Lind".
//!
//! | file | does |
//! |---|---|
//! | [`words`](mod@words), [`facts`](mod@facts), [`features`](mod@features) | what is seen of each token |
//! | [`tagger`] | marks names (`entities.bin`), on the accurate tier with the encoder's scores |
//! | [`agree`](mod@agree) | types agree throughout a document |
//! | [`longform`], [`given`], [`persons`], [`bodies`], [`labels`] | names that other words delimit or show |
//! | [`runs`](mod@runs), [`titles`], [`apposition`] | titles before and behind a person's name |

mod agree;
mod apposition;
mod bodies;
mod facts;
mod features;
mod given;
mod labels;
mod longform;
mod persons;
mod runs;
mod tagged;
mod tagger;
mod titles;
mod words;

use std::ops::Range;

use sayso_document::{EntityType, Patience, Span};

use crate::lexicon::{Class, Lexicon};
use crate::model::Clusters;
use crate::view::View;
pub use tagged::Tagged;
pub(crate) use tagger::Hints;
#[cfg(any(feature = "encoder", feature = "training"))]
pub(crate) use tagger::LABELS;
pub use tagger::Tagger;
#[cfg(feature = "training")]
pub(crate) use tagger::{TYPES, features};
pub(crate) use words::Words;

/// One place where a name stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NameMention {
    /// The whole mention, with its title.
    pub span: Span,
    /// The name alone, without titles and possessive endings.
    pub name: Span,
    /// The title or role that stands before or after the name.
    pub title: Option<Span>,
    /// The type of what is named.
    pub kind: EntityType,
    /// The tokens of the name.
    pub tokens: Range<usize>,
    /// The confidence in the type, from 0 to 1.
    pub confidence: f32,
}

/// The most bytes of a name. Every mention and quote of an entity carries its name, so longer ones
/// would make replies grow far beyond the text.
const LONGEST: usize = 160;

/// Finds the names in a document, sorted by start, the longest first; and apart from them the dates
/// and sums of money. `hints` are the encoder's scores of the tokens. None when nobody waits any
/// longer.
pub(crate) fn find(
    view: &View<'_>,
    lexicon: &Lexicon,
    tagger: &Tagger,
    clusters: &Clusters,
    hints: Option<&Hints>,
    patience: &Patience<'_>,
) -> Option<(Vec<NameMention>, Vec<NameMention>)> {
    let document = view.document;
    let words = Words::new(view, lexicon, patience)?;
    let tagged = with_long_forms(&words, tagger.tag(&words, clusters, hints, patience)?);
    let tagged = given::whole(&words, tagged);
    let tagged = bodies::called(&words, persons::whole(&words, tagged));
    let tagged = labels::with_labels(&words, tagged, view.turns());
    let mut runs: (usize, Vec<Range<usize>>) = (usize::MAX, Vec::new());
    let mut names: Vec<NameMention> = Vec::with_capacity(tagged.len());
    let given = given::Surnames::of(&words);
    let mut person_ends = 0;
    for one in tagged {
        patience.spend(one.tokens.len())?;
        let Some(kind) = kept(&words, &one) else { continue };
        let tokens = trimmed(&words, &given, kind, one.tokens.clone());
        if tokens.is_empty() {
            continue;
        }
        let tokens = match titles::owner_end(&words, kind, &tokens) {
            Some(end) => {
                let owner = listed(&words, end - 1).unwrap_or(EntityType::Place);
                names.push(mention(&words, tokens.start..end, None, owner, one.confidence));
                end + 1..tokens.end
            }
            None => tokens,
        };
        // What the title holds is named too: "Kremlin" of "Kremlin Aide".
        for at in one.tokens.start..tokens.start {
            if let Some(kind) = listed(&words, at) {
                names.push(mention(&words, at..at + 1, None, kind, one.confidence));
            }
        }
        let sentence = document.sentence_of_token(tokens.start);
        let range = document.tokens_of(sentence);
        let mut title = None;
        if kind == EntityType::Person {
            if runs.0 != sentence {
                runs = (sentence, runs::runs(&words, range.clone()));
            }
            let before = runs.1.partition_point(|run| run.start < tokens.start);
            let run = runs.1[..before].last().filter(|run| tokens.start <= run.end);
            let start = run.map_or(tokens.start, |run| run.start.max(person_ends));
            let free = names.last().map_or(start, |name| start.max(name.tokens.end));
            if let Some(body) = titles::body_in(&words, free..tokens.start) {
                names.push(mention(&words, body, None, EntityType::Organization, one.confidence));
            }
            title = titles::title_before(&words, start..tokens.start, tokens.clone(), range.start);
            person_ends = tokens.end;
        }
        names.push(mention(&words, tokens, title, kind, one.confidence));
    }
    names.retain(|name| name.name.len() <= LONGEST);
    names.sort_by_key(|name| (name.span.start(), std::cmp::Reverse(name.span.end())));
    Some(names.into_iter().partition(|name| !matches!(name.kind, EntityType::Date | EntityType::Money)))
}

/// The tokens of a name without what does not belong to one of its type: titles before a person, a
/// country before an organisation.
fn trimmed(words: &Words, given: &given::Surnames, kind: EntityType, tokens: Range<usize>) -> Range<usize> {
    let named = titles::trim(words, tokens);
    match kind {
        EntityType::Person => {
            let behind = titles::without_title(words, titles::without_cue(words, named));
            // The word before may be a first name that is a title, too: "Dean Holt".
            match behind.start.checked_sub(1) {
                Some(first) if given.names(words, first, &behind) => first..behind.end,
                _ => behind,
            }
        }
        EntityType::Organization => titles::without_country(words, named),
        _ => named,
    }
}

/// The type of a word that the lists hold as a name by itself.
fn listed(words: &Words, at: usize) -> Option<EntityType> {
    let class = words.class(at);
    match () {
        () if class.is(Class::ORG_WORD) => Some(EntityType::Organization),
        () if class.is(Class::NORP_WORD) => Some(EntityType::Norp),
        () if class.is(Class::PLACE_WORD) || words.is_place(at, at + 1) => Some(EntityType::Place),
        () => None,
    }
}

/// The type under which a tagged name is kept; none where it is no name. What the corpora call
/// miscellaneous is kept if its words show an event or a product.
fn kept(words: &Words, one: &Tagged) -> Option<EntityType> {
    if titles::is_party(words, one.tokens.start) {
        return None;
    }
    if one.tokens.clone().all(|i| words.is(i, Class::HONORIFIC)) || titles::is_no_name(words, &one.tokens) {
        return None;
    }
    let alone = one.tokens.len() == 1 && words.class(one.tokens.start).is(Class::NORP_WORD);
    if one.kind == EntityType::Organization && alone {
        // "Republicans" are people of a party, not the party.
        return Some(EntityType::Norp);
    }
    let end = one.tokens.end;
    if one.kind == EntityType::Person && one.tokens.len() == 1 && words.is(end, Class::TITLE) && words.capital(end) {
        // "Kremlin Spokesman": nobody of that name.
        return listed(words, one.tokens.start).or(Some(one.kind));
    }
    if matches!(one.kind, EntityType::Facility | EntityType::Place) && titles::is_headed_by_body(words, &one.tokens) {
        return Some(EntityType::Organization);
    }
    if one.kind != EntityType::Event {
        return Some(one.kind);
    }
    let any = |class: Class| one.tokens.clone().any(|i| words.is(i, class));
    match (any(Class::EVENT), any(Class::PRODUCT)) {
        (true, _) => Some(EntityType::Event),
        (_, true) => Some(EntityType::Product),
        _ => None,
    }
}

/// Replaces what was tagged in long forms that acronyms in brackets delimit by the long forms as a
/// whole.
fn with_long_forms(words: &Words, tagged: Vec<Tagged>) -> Vec<Tagged> {
    let sentences = 0..words.document.sentences().len();
    let long: Vec<Range<usize>> =
        sentences.flat_map(|sentence| longform::long_forms(words, words.document.tokens_of(sentence))).collect();
    if long.is_empty() {
        return tagged;
    }
    let inside = |a: &Range<usize>, b: &Range<usize>| a.start < b.end && b.start < a.end;
    let wider = |a: &Range<usize>, b: &Range<usize>| a.start <= b.start && b.end <= a.end;
    // What is tagged is in order and does not overlap; long forms are in order, and may.
    let touched = |of: &[Tagged], range: &Range<usize>| {
        let from = of.partition_point(|one| one.tokens.end <= range.start);
        from..from.max(of.partition_point(|one| one.tokens.start < range.end))
    };
    let mut out = Vec::with_capacity(tagged.len());
    for range in &long {
        // The acronym stands behind the bracket; its type is that of the long form.
        let behind = tagged.partition_point(|one| one.tokens.start <= range.end);
        let kind = tagged.get(behind).filter(|one| one.tokens.start == range.end + 1).map(|one| one.kind);
        let touched = &tagged[touched(&tagged, range)];
        let named = !touched.is_empty();
        let covered = touched.iter().any(|one| wider(&one.tokens, range));
        // Nothing was tagged, but long form and acronym confirm each other; most such names are organisations.
        let capitals = range.clone().filter(|&i| words.capital(i)).count();
        let body = !named
            && capitals * 2 > range.len()
            && capitals > 2
            && words.is(range.end - 1, Class::ORG.or(Class::ORDINARY).or(Class::MIXED));
        let kind = if named { kind } else { kind.or(Some(EntityType::Organization)).filter(|_| body) };
        if let Some(kind) = kind.filter(|_| !covered) {
            out.push(Tagged { tokens: range.clone(), kind, confidence: 0.8 });
        }
    }
    let replaced = out.len();
    for one in tagged {
        // Long forms that begin earlier do not reach here, since their length is bounded.
        let from = out[..replaced].partition_point(|long| long.tokens.start + longform::LONGEST < one.tokens.start);
        let near = out[from..replaced].iter().take_while(|long| long.tokens.start < one.tokens.end);
        if !near.into_iter().any(|long| inside(&one.tokens, &long.tokens)) {
            out.push(one);
        }
    }
    out.sort_by_key(|one| one.tokens.start);
    out
}

/// A mention of the name at `tokens`, with the title `before` it or one behind it.
fn mention(
    words: &Words,
    tokens: Range<usize>,
    before: Option<Span>,
    kind: EntityType,
    confidence: f32,
) -> NameMention {
    let covered = words.document.span_of(tokens.clone());
    let (prefix, suffix) = (words.prefix(tokens.start), words.suffix(tokens.end - 1));
    let name = Span::new(covered.start() + prefix, covered.end() - suffix);
    let after = || apposition::title_after(words, tokens.end);
    let title = before.or_else(|| (kind == EntityType::Person).then(after).flatten());
    let span = title.map_or(name, |title| title.cover(name));
    NameMention { span, name, title, kind, tokens, confidence }
}
