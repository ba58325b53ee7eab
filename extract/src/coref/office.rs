//! Bodies that are called after a person, place or people: "the Obama administration", "Trump's
//! campaign", "the Saudi government", and "the campaign" after that.

use rustc_hash::FxHashMap;
use sayso_document::{Counted, Document, Entity, EntityType, Mention, MentionForm};

use crate::lexicon::{Class, Lexicon};
use crate::names::NameMention;

/// The words, in small letters, that make a body of the name before them.
pub(super) const HEADS: [&str; 5] = ["administration", "campaign", "government", "police", "regime"];

/// Adds the entities and mentions of such bodies.
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
    let named: FxHashMap<usize, &NameMention> = names.iter().map(|name| (name.tokens.end, name)).collect();
    // The last body of each head so far.
    let mut last = [None; HEADS.len()];
    for at in 1..document.tokens().len() {
        let Some(head) = HEADS.iter().position(|head| *head == document.word(at)) else { continue };
        let possessive = at >= 2 && matches!(document.word(at - 1), "'s" | "’s");
        let sentence = document.sentence_of_token(at);
        let mut of = |words: String, entities: &mut Vec<Entity>| {
            *known.entry(words.to_lowercase()).or_insert_with(|| {
                entities.push(body(words));
                entities.len() - 1
            })
        };
        let (start, entity) = match named.get(&(at - usize::from(possessive))) {
            Some(name) if document.sentence_of_token(name.tokens.start) == sentence => {
                (name.tokens.start, of(format!("{} {}", owner(document, name), HEADS[head]), entities))
            }
            // A word for a people or place that was not marked as a name.
            None if lexicon.class(document.word(at - 1)).is(Class::NORP_WORD.or(Class::PLACE_WORD))
                && document.word(at - 1).starts_with(char::is_uppercase)
                && document.sentence_of_token(at - 1) == sentence =>
            {
                (at - 1, of(format!("{} {}", document.word(at - 1), HEADS[head]), entities))
            }
            _ if matches!(document.word(at - 1), "the" | "The") && document.sentence_of_token(at - 1) == sentence => {
                match last[head] {
                    Some(entity) => (at - 1, entity),
                    None => continue,
                }
            }
            _ => continue,
        };
        last[head] = Some(entity);
        let span = document.span_of(start..at + 1);
        mentions.push(Mention { entity, sentence, span, name: None, form: MentionForm::Description });
    }
}

/// The words that a body is called by: of a person the surname.
fn owner<'t>(document: &Document<'t>, name: &NameMention) -> &'t str {
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

fn body(words: String) -> Entity {
    let name = sayso_document::plain_text(&words);
    let (aliases, titles): (Vec<Counted>, Vec<Counted>) = Default::default();
    Entity { name, kind: EntityType::Organization, aliases, titles, roles: Vec::new(), confidence: 0.8 }
}
