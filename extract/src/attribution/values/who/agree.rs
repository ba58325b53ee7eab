//! One answer in an article: the mention that a source is follows whom the source was decided to be.

use rustc_hash::FxHashMap;
use sayso_document::{Document, Mention, MentionForm, Quote};

/// Longer sources are more than one mention.
const LONGEST: usize = 80;

/// Leads the pronouns and descriptions that are a source to those who were found to speak, and takes away those that are
/// nobody's. The mentions are by start, then longest first, and stay so. Names stay whose they are.
pub(crate) fn agree(document: &Document<'_>, mentions: &mut Vec<Mention>, quotes: &[Quote]) {
    let mut decided: FxHashMap<(usize, usize), Option<usize>> = FxHashMap::default();
    for quote in quotes {
        let ([source], [] | [_]) = (quote.source.as_slice(), quote.speakers.as_slice()) else { continue };
        if source.len() <= LONGEST {
            decided.insert((source.start(), source.end()), quote.speakers.first().copied());
        }
    }
    // Every entity keeps a mention.
    let mut left: FxHashMap<usize, usize> = FxHashMap::default();
    mentions.iter().for_each(|mention| *left.entry(mention.entity).or_default() += 1);
    mentions.retain_mut(|mention| {
        let key = (mention.span.start(), mention.span.end());
        let Some(&answer) = decided.get(&key).filter(|_| mention.name.is_none()) else { return true };
        let last = left.entry(mention.entity).or_default();
        if answer == Some(mention.entity) || *last < 2 {
            return true;
        }
        *last -= 1;
        if let Some(entity) = answer {
            mention.entity = entity;
        }
        answer.is_some()
    });
    let known = |start: usize| mentions.binary_search_by_key(&start, |mention| mention.span.start()).is_ok();
    let mut new: Vec<Mention> = Vec::new();
    for quote in quotes {
        let ([source], &[entity]) = (quote.source.as_slice(), quote.speakers.as_slice()) else { continue };
        let words = source.of(document.text());
        let pronoun = matches!(words, "he" | "He" | "she" | "She" | "it" | "It" | "they" | "They");
        if pronoun && !known(source.start()) {
            let token = document.tokens_in(*source).start;
            let (sentence, form) = (document.sentence_of_token(token), MentionForm::Pronoun);
            new.push(Mention { entity, sentence, span: *source, name: None, form });
        }
    }
    new.sort_by_key(|mention| mention.span.start());
    new.dedup_by_key(|mention| mention.span.start());
    mentions.extend(new);
    mentions.sort_by_key(|mention| (mention.span.start(), std::cmp::Reverse(mention.span.end())));
}
