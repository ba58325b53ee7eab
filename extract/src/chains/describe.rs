//! Descriptions that stand for a name: "the spokesman", "the Russian president", "the ministry".

use sayso_document::{Document, EntityType, Mention, MentionForm, TokenKind};

use super::cluster::Cluster;
use super::office::HEADS;
use crate::lexicon::{Class, Lexicon, fold};
use crate::names::NameMention;

/// A description has at most this many words between article and head.
const MODIFIERS: usize = 3;

/// Titles before names are cut short; descriptions are not.
const SHORT: [(&str, &str); 9] = [
    ("sen", "senator"),
    ("rep", "representative"),
    ("gov", "governor"),
    ("gen", "general"),
    ("lt", "lieutenant"),
    ("sgt", "sergeant"),
    ("prof", "professor"),
    ("dr", "doctor"),
    ("rev", "reverend"),
];

/// What descriptions may refer to, in reading order.
struct Antecedent {
    /// First byte of the mention.
    at: usize,
    entity: usize,
    kind: EntityType,
    /// The words of the title, or of a body's name, made comparable.
    words: Vec<String>,
    /// The head among them.
    head: String,
}

/// Adds the mentions by description. `entity_of[i]` is the entity of name `i`.
pub(super) fn descriptions(
    document: &Document,
    lexicon: &Lexicon,
    names: &[NameMention],
    clusters: &[Cluster],
    entity_of: &[usize],
) -> Vec<Mention> {
    let antecedents = antecedents(document, names, clusters, entity_of);
    let mut out = Vec::new();
    let mut named = names.iter().map(|name| name.name.start()).peekable();
    let mut at = 0;
    while at + 1 < document.tokens().len() {
        let start = document.tokens()[at].span.start();
        while named.peek().is_some_and(|&n| n < start) {
            named.next();
        }
        if matches!(document.word(at), "the" | "The")
            && let Some(head) = head(document, lexicon, at)
            && let Some(entity) = resolve(document, &antecedents, at, head)
        {
            let span = document.span_of(at..head + 1);
            let sentence = document.sentence_of_token(at);
            out.push(Mention { entity, sentence, span, name: None, form: MentionForm::Description });
            at = head;
        }
        at += 1;
    }
    out
}

fn antecedents(
    document: &Document,
    names: &[NameMention],
    clusters: &[Cluster],
    entity_of: &[usize],
) -> Vec<Antecedent> {
    let mut out: Vec<Antecedent> = names
        .iter()
        .enumerate()
        .filter_map(|(i, name)| {
            let kind = clusters[entity_of[i]].kind;
            let words = match (kind, name.title) {
                (EntityType::Person, Some(title)) => title.of(document.text()),
                (EntityType::Organization, _) => name.name.of(document.text()),
                _ => return None,
            };
            let words: Vec<String> = words.split_whitespace().map(comparable).collect();
            let link = words.iter().position(|w| matches!(w.as_str(), "of" | "for" | "at" | "in" | "on"));
            let head = words.get(link.unwrap_or(words.len()).checked_sub(1)?)?.clone();
            // A name of one word has no head that could stand alone.
            (kind == EntityType::Person || words.len() > 1).then_some(Antecedent {
                at: name.span.start(),
                entity: entity_of[i],
                kind,
                words,
                head,
            })
        })
        .collect();
    out.sort_by_key(|a| a.at);
    out
}

/// The word in the form in which titles are compared: spokesman, spokeswoman and spokesperson are one.
fn comparable(word: &str) -> String {
    let word = fold(word).trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    if let Some((_, long)) = SHORT.iter().find(|(short, _)| *short == word) {
        return (*long).to_owned();
    }
    for ending in ["woman", "person", "man"] {
        if let Some(stem) = word.strip_suffix(ending)
            && matches!(stem, "spokes" | "chair" | "congress" | "council")
        {
            return stem.to_owned();
        }
    }
    word
}

/// The head of the description after the article at token `at`.
fn head(document: &Document, lexicon: &Lexicon, at: usize) -> Option<usize> {
    let tokens = document.tokens();
    for head in at + 1..(at + 2 + MODIFIERS).min(tokens.len()) {
        if tokens[head].kind != TokenKind::Word {
            return None;
        }
        let word = document.word(head);
        let class = lexicon.class(word);
        if word.chars().next().is_some_and(char::is_uppercase) {
            // "the Russian president", "the Vermont senator"; but "the Times" is a name.
            if class.is(Class::NORP_WORD.or(Class::PLACE_WORD)) || lexicon.is_place(&fold(word)) {
                continue;
            }
            return None;
        }
        let next = if head + 1 < tokens.len() { document.word(head + 1) } else { "" };
        let next_class = lexicon.class(next);
        let heads = class.is(Class::TITLE.or(Class::ORG));
        if heads && !next_class.is(Class::TITLE.or(Class::ORG)) {
            // What it belongs to, or the name itself, follows: then it is no reference back.
            let capital = next.chars().next().is_some_and(char::is_uppercase);
            return (!HEADS.contains(&word)
                && !matches!(next, "of" | "for" | "at" | "who" | "that" | "which")
                && !capital)
                .then_some(head);
        }
        let modifier = class.is(Class::TITLE_MODIFIER.or(Class::NORP_WORD).or(Class::TITLE).or(Class::ORG))
            || is_time_modifier(word);
        if !modifier {
            return None;
        }
    }
    None
}

fn is_time_modifier(word: &str) -> bool {
    matches!(word, "former" | "current" | "new" | "outgoing" | "incoming")
}

/// The last entity before the description whose title or name has all of its words.
fn resolve(document: &Document, antecedents: &[Antecedent], at: usize, head: usize) -> Option<usize> {
    let start = document.tokens()[at].span.start();
    let small = |i: &usize| !document.word(*i).starts_with(char::is_uppercase);
    // Countries and places in the description need not stand in the title.
    let wanted: Vec<String> = (at + 1..=head).filter(small).map(|i| comparable(document.word(i))).collect();
    let (wanted_head, modifiers) = wanted.split_last()?;
    let before = antecedents.partition_point(|a| a.at < start);
    // Only so far back: an article is shorter, and a text that is none must not cost its square.
    let near = &antecedents[before.saturating_sub(500)..before];
    let fits = |a: &&Antecedent, bare: bool| {
        let ends = a.words.last() == Some(wanted_head);
        let head_fits = if bare { ends } else { ends && a.kind == EntityType::Person || a.head == *wanted_head };
        head_fits && modifiers.iter().all(|m| is_time_modifier(m) || a.words.contains(m))
    };
    // "The president" is rather a "President" than a "president of the club".
    let last = |bare: bool| near.iter().rev().find(|a| fits(a, bare)).map(|a| a.entity);
    last(true).or_else(|| last(false))
}
