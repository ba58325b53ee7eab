//! Organisations that are called after a person, place or people without being names themselves:
//! "the Ostrey administration", "Harth's campaign", "the Saudi government", and later "the
//! campaign".
//!
//! In: the names and entities of a document. Out: more entities of type organisation, and mentions
//! of the form "description".

use rustc_hash::FxHashMap;
use sayso_document::{Counted, Document, Entity, EntityType, Mention, MentionForm};

use crate::lexicon::{Class, Lexicon, List};
use crate::names::NameMention;

/// The most words between the name and the head: "Harth's presidential campaign".
const BETWEEN: usize = 3;

/// Adds such organisations and their mentions, in one pass over the tokens. All campaigns of one
/// owner are one entity, ministries are told apart; a head alone behind "the" means the latest with
/// that head.
pub(super) fn offices(
    document: &Document,
    lexicon: &Lexicon,
    names: &[NameMention],
    entities: &mut Vec<Entity>,
    mentions: &mut Vec<Mention>,
) {
    let mut known: FxHashMap<String, usize> = FxHashMap::default();
    for (i, entity) in entities.iter().enumerate().filter(|(_, e)| e.kind == EntityType::Organization) {
        known.insert(entity.name.to_lowercase(), i);
    }
    let named: FxHashMap<usize, usize> = names.iter().enumerate().map(|(at, name)| (name.tokens.end, at)).collect();
    let mut bodies: FxHashMap<(usize, String), usize> = FxHashMap::default();
    // The last body of each head so far.
    let mut last: FxHashMap<&str, usize> = FxHashMap::default();
    for at in 1..document.tokens().len() {
        let Some(head) = head(document.word(at)) else { continue };
        let sentence = document.sentence_of_token(at);
        let here = |i: usize| document.sentence_of_token(i) == sentence;
        let first = between(document, lexicon, at);
        let owner = owner_end(document, first).and_then(|end| named.get(&end)).map(|&name| (name, &names[name]));
        let owner = owner.filter(|(_, name)| here(name.tokens.start) && owns(name, head, first < at));
        let (start, entity) = if let Some((place, name)) = owner {
            let (start, end) = (name.name.start(), document.tokens()[at].span.end());
            let surface = sayso_document::plain_text(&document.text()[start..end]);
            let short = format!("{} {head}", owner_words(document, name));
            let key = (mentions[place].entity, kind(document, first..at));
            let listed = known.get(&surface.to_lowercase()).or_else(|| known.get(&short.to_lowercase())).copied();
            let entity = *bodies.entry(key).or_insert_with(|| listed.unwrap_or(entities.len()));
            if entity == entities.len() {
                entities.push(body(surface));
            } else if listed.is_none() && longer(&surface, &entities[entity].name) {
                entities[entity].name = surface;
            }
            (name.tokens.start, entity)
        } else if unmarked(document, lexicon, at - 1) && here(at - 1) && first == at && List::OfficeHeads.has(head) {
            let words = format!("{} {head}", document.word(at - 1));
            let entity = *known.entry(words.to_lowercase()).or_insert(entities.len());
            if entity == entities.len() {
                entities.push(body(words));
            }
            (at - 1, entity)
        } else if matches!(document.word(at - 1), "the" | "The") && here(at - 1) {
            let Some(&entity) = last.get(head) else { continue };
            (at - 1, entity)
        } else {
            continue;
        };
        last.insert(head, entity);
        let span = document.span_of(start..at + 1);
        mentions.push(Mention { entity, sentence, span, name: None, form: MentionForm::Description });
    }
}

/// The word, if it is the head of such an organisation.
fn head(word: &str) -> Option<&str> {
    (List::OfficeHeads.has(word) || List::MinistryNouns.has(word)).then_some(word)
}

/// Whether a name of this type may have such a body. `told` says that words stand between that tell
/// its kind.
fn owns(name: &NameMention, head: &str, told: bool) -> bool {
    match name.kind {
        EntityType::Person => List::PersonalOffices.has(head),
        EntityType::Place | EntityType::Norp => {
            !matches!(head, "office" | "team") && (told || !List::MinistryNouns.has(head))
        }
        EntityType::Organization => matches!(head, "government" | "police"),
        _ => false,
    }
}

/// Where the words begin that stand between the name and the head.
fn between(document: &Document, lexicon: &Lexicon, head: usize) -> usize {
    let tells = |i: &usize| {
        let word = document.word(*i);
        let small =
            word.starts_with(char::is_lowercase) && lexicon.class(word).is(Class::TITLE_MODIFIER.or(Class::COMPLEMENT));
        small || word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit())
    };
    (head.saturating_sub(BETWEEN)..head).rev().take_while(tells).last().unwrap_or(head)
}

/// One past the last token of the name that ends before token `first`; a possessive ending in
/// between is no part of it.
fn owner_end(document: &Document, first: usize) -> Option<usize> {
    let last = first.checked_sub(1)?;
    let possessive = matches!(document.word(last), "'s" | "’s")
        || matches!(document.word(last), "'" | "’") && document.word(last.checked_sub(1)?).ends_with('s');
    Some(if possessive { last } else { first })
}

/// The name under which bodies of one owner meet: the head, and for ministries the words before it.
fn kind(document: &Document, words: std::ops::Range<usize>) -> String {
    let head = document.word(words.end);
    match head {
        "camp" | "campaign" => "campaign".to_owned(),
        _ if !List::MinistryNouns.has(head) => head.to_owned(),
        _ => words.chain([0]).map(|i| if i == 0 { head } else { document.word(i) }).collect::<Vec<_>>().join(" "),
    }
}

/// Whether a form names more of the owner than another, or as much without a possessive ending.
fn longer(one: &str, other: &str) -> bool {
    let owner = |name: &str| name.split(' ').filter(|word| word.starts_with(char::is_uppercase)).count();
    let possessive = |name: &str| name.contains(['\'', '’']);
    (owner(one), !possessive(one)) > (owner(other), !possessive(other))
}

/// A word for a people or place that was not marked as a name.
fn unmarked(document: &Document, lexicon: &Lexicon, at: usize) -> bool {
    let word = document.word(at);
    word.starts_with(char::is_uppercase) && lexicon.class(word).is(Class::NORP_WORD.or(Class::PLACE_WORD))
}

/// The words of the owner in the short form of the body: a person's surname, any other name as it
/// is.
fn owner_words<'t>(document: &Document<'t>, name: &NameMention) -> &'t str {
    let words = name.name.of(document.text());
    let initial = |word: &str| word.ends_with('.') && word.len() <= 5;
    let mut surname = words;
    while name.kind == EntityType::Person
        && let Some((first, rest)) = surname.split_once(char::is_whitespace)
        && (surname.len() == words.len() || initial(first))
    {
        surname = rest.trim_start();
    }
    surname
}

/// An organisation with these words as its name and a confidence of 0.8.
fn body(words: String) -> Entity {
    let name = sayso_document::plain_text(&words);
    let (aliases, titles): (Vec<Counted>, Vec<Counted>) = Default::default();
    Entity { name, kind: EntityType::Organization, aliases, titles, roles: Vec::new(), confidence: 0.8 }
}
