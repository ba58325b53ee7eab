//! One answer in an article: the mention that a source is follows whom the source was decided to be.
//!
//! Coreference was decided before attribution and may answer differently. Since the decision about
//! speakers knows more, its answer wins, and mentions and quotes then tell the same.

use rustc_hash::FxHashMap;
use sayso_document::{Document, Mention, MentionForm, Quote};

/// A source of more bytes than this holds more than one mention, and is passed over.
const LONGEST: usize = 80;

/// Moves pronouns and descriptions that are a source to the entity that was found to speak, and
/// drops those that were found to mean nobody. A name stays with its entity, and an entity keeps at
/// least one mention. A pronoun that was no mention yet becomes one. The mentions are sorted by
/// start, the longest first, before and after.
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

#[cfg(test)]
mod tests {
    use sayso_document::{Act, Polarity, QuoteKind, Span};

    use super::*;

    const TEXT: &str = "Ada Lind met Brin Oster. She said no. It rained. He said yes. They said so.";

    fn span(words: &str) -> Span {
        let at = TEXT.find(words).unwrap();
        Span::new(at, at + words.len())
    }

    fn mention(words: &str, entity: usize, form: MentionForm) -> Mention {
        let name = (form == MentionForm::Name).then(|| span(words));
        Mention { entity, sentence: 0, span: span(words), name, form }
    }

    fn quote(source: &str, speakers: &[usize]) -> Quote {
        Quote {
            content: vec![span("no")],
            cue: Vec::new(),
            cue_lemma: String::new(),
            source: vec![span(source)],
            speakers: speakers.to_vec(),
            addressee: None,
            about: Vec::new(),
            act: Act::Speech,
            kind: QuoteKind::Indirect,
            polarity: Polarity::Asserted,
            when: None,
            said: None,
            confidence: 1.0,
            speaker_confidence: 1.0,
        }
    }

    #[test]
    fn sources_and_mentions_tell_the_same() {
        let document = Document::new(TEXT);
        let mut mentions = vec![
            mention("Ada Lind", 0, MentionForm::Name),
            mention("Brin Oster", 1, MentionForm::Name),
            mention("She", 1, MentionForm::Pronoun),
            mention("They", 1, MentionForm::Pronoun),
        ];
        let quotes = [quote("She", &[0]), quote("He", &[1]), quote("They", &[]), quote("Ada Lind", &[1])];
        agree(&document, &mut mentions, &quotes);
        let told: Vec<(&str, usize)> = mentions.iter().map(|one| (one.span.of(TEXT), one.entity)).collect();
        assert_eq!(told, [("Ada Lind", 0), ("Brin Oster", 1), ("She", 0), ("He", 1)]);
    }

    #[test]
    fn every_entity_keeps_a_mention() {
        let document = Document::new(TEXT);
        let mut mentions = vec![mention("Ada Lind", 0, MentionForm::Description)];
        agree(&document, &mut mentions, &[quote("Ada Lind", &[])]);
        assert_eq!(mentions.len(), 1);
    }
}
