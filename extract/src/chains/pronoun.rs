//! Resolves "he" and "she" to persons by gender, distance and whether the person is the subject, and the
//! "it" of "it said" to a body.

use std::collections::VecDeque;

use sayso_document::{Document, EntityType, Mention, MentionForm, TokenKind};

use super::cluster::Cluster;
use super::gender::Gender;
use crate::lexicon::{Class, Lexicon};

/// How many mentions of persons are kept in mind.
const MEMORY: usize = 24;
/// A pronoun reaches back at most this many sentences.
const REACH: usize = 4;
/// "It" reaches back at most this many sentences.
const BODY_REACH: usize = 2;
/// Below this score a pronoun stays unresolved.
const ENOUGH: f32 = 0.0;

/// A mention of a person that a pronoun may refer to.
struct Antecedent {
    entity: usize,
    sentence: usize,
    token: usize,
    subject: bool,
    quoted: bool,
    possessive: bool,
}

/// Adds the mentions by pronoun. `known` holds the other mentions, by start.
pub(super) fn pronouns(
    document: &Document,
    lexicon: &Lexicon,
    clusters: &[Cluster],
    known: &[Mention],
) -> Vec<Mention> {
    let quoted = quoted(document);
    let mut genders: Vec<Gender> = clusters.iter().map(|cluster| cluster.gender).collect();
    let mut memory: VecDeque<Antecedent> = VecDeque::new();
    let mut out = Vec::new();
    let mut body: Option<(usize, usize)> = None;
    let mut next = known.iter().peekable();
    for (sentence, range) in (0..document.sentences().len()).map(|s| (s, document.tokens_of(s))) {
        let mut persons = 0;
        let mut bodies = 0;
        for i in range {
            let start = document.tokens()[i].span.start();
            while let Some(mention) = next.next_if(|mention| mention.span.start() <= start) {
                if clusters[mention.entity].kind == EntityType::Person {
                    let token = document.first_token_from(mention.span.end().saturating_sub(1));
                    remember(document, &mut memory, mention.entity, sentence, token, persons == 0, quoted[i]);
                    persons += 1;
                } else if clusters[mention.entity].kind == EntityType::Organization && !quoted[i] {
                    // Only the first body of a sentence is likely its subject.
                    body = if bodies == 0 { Some((mention.entity, sentence)) } else { body };
                    bodies += 1;
                }
            }
            if let Some((entity, at)) = body
                && is_body_pronoun(document, lexicon, i)
                && !quoted[i]
                && sentence - at <= BODY_REACH
            {
                let span = document.tokens()[i].span;
                out.push(Mention { entity, sentence, span, name: None, form: MentionForm::Pronoun });
            }
            let Some(gender) = gender_of(document.word(i)) else { continue };
            let Some(entity) = resolve(&memory, &genders, gender, sentence, i, quoted[i]) else { continue };
            // What speakers call others tells less of them.
            if !genders[entity].known() && !quoted[i] {
                genders[entity] = gender;
            }
            let span = document.tokens()[i].span;
            out.push(Mention { entity, sentence, span, name: None, form: MentionForm::Pronoun });
            let subject = matches!(document.word(i), "he" | "she" | "He" | "She");
            remember(document, &mut memory, entity, sentence, i, subject && persons == 0, quoted[i]);
            persons += u32::from(subject);
        }
    }
    out
}

fn remember(
    document: &Document,
    memory: &mut VecDeque<Antecedent>,
    entity: usize,
    sentence: usize,
    token: usize,
    subject: bool,
    quoted: bool,
) {
    if memory.len() == MEMORY {
        memory.pop_front();
    }
    let possessive = document.tokens().len() > token + 1 && matches!(document.word(token + 1), "'s" | "’s");
    memory.push_back(Antecedent { entity, sentence, token, subject: subject && !possessive, quoted, possessive });
}

/// For every token, whether it stands in a quotation.
fn quoted(document: &Document) -> Vec<bool> {
    let mut out = Vec::with_capacity(document.tokens().len());
    let mut paragraph = u32::MAX;
    let mut inside = false;
    for (sentence, range) in (0..document.sentences().len()).map(|s| (s, document.tokens_of(s))) {
        if document.sentences()[sentence].paragraph != paragraph {
            paragraph = document.sentences()[sentence].paragraph;
            inside = false;
        }
        for i in range {
            match document.tokens()[i].kind {
                TokenKind::OpenQuote => inside = true,
                TokenKind::CloseQuote => inside = false,
                _ => {}
            }
            out.push(inside);
        }
    }
    out
}

/// Whether token `i` is the "it" of "it said".
fn is_body_pronoun(document: &Document, lexicon: &Lexicon, i: usize) -> bool {
    matches!(document.word(i), "it" | "It")
        && i + 1 < document.tokens().len()
        && lexicon.class(document.word(i + 1)).is(Class::SAY)
}

/// The gender of a personal pronoun; None for any other word.
fn gender_of(word: &str) -> Option<Gender> {
    match word {
        "he" | "He" | "him" | "his" | "His" | "himself" | "he's" | "he’s" => Some(Gender::MALE),
        "she" | "She" | "her" | "Her" | "hers" | "herself" | "she's" | "she’s" => Some(Gender::FEMALE),
        _ => None,
    }
}

/// The person that best fits, the nearer one among equals.
fn resolve(
    memory: &VecDeque<Antecedent>,
    genders: &[Gender],
    gender: Gender,
    sentence: usize,
    token: usize,
    quoted: bool,
) -> Option<usize> {
    let mut best: Option<(usize, f32)> = None;
    for antecedent in memory.iter().rev() {
        let distance = sentence - antecedent.sentence;
        if distance > REACH || !genders[antecedent.entity].agrees(gender) || antecedent.token >= token {
            continue;
        }
        let mut score = [1.0, 1.0, 0.0, -1.0, -1.8][distance];
        score += if genders[antecedent.entity].known() { 1.0 } else { 0.0 };
        // Inside a quotation the subject before it is likely the one who speaks.
        score += if antecedent.subject && !quoted { 1.5 } else { 0.0 };
        score -= if antecedent.possessive { 0.7 } else { 0.0 };
        score -= if antecedent.quoted != quoted { 1.2 } else { 0.0 };
        let named = memory.iter().filter(|other| other.entity == antecedent.entity).count();
        score += 0.15 * named.min(6) as f32;
        if best.is_none_or(|(_, top)| score > top) {
            best = Some((antecedent.entity, score));
        }
    }
    best.filter(|&(_, score)| score > ENOUGH).map(|(entity, _)| entity)
}
